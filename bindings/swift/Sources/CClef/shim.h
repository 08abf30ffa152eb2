#include <clef.h>

/* Hides all that is declared from here on but what is of the system, as hosts do that show nothing of their own. */
#include <stdio.h>
#pragma GCC visibility push(hidden)

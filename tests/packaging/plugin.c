/* A plugin that brings clef along. */
#include <clef.h>

__attribute__((visibility("default"))) const char *plugin_name(void);

const char *plugin_name(void)
{
    return clef_version_string();
}

/* The library says the version of its header. */
#include "check.h"

static void number_is_that_of_the_header(void)
{
    CHECK_INT(clef_version_number(), CLEF_VERSION_NUMBER);
    CHECK_INT(clef_version_number() / 1000000, CLEF_VERSION_MAJOR);
    CHECK_INT(clef_version_number() / 1000 % 1000, CLEF_VERSION_MINOR);
    CHECK_INT(clef_version_number() % 1000, CLEF_VERSION_PATCH);
}

static void string_is_the_number(void)
{
    char expected[32];
    snprintf(expected, sizeof expected, "%d.%d.%d", CLEF_VERSION_MAJOR, CLEF_VERSION_MINOR,
             CLEF_VERSION_PATCH);
    CHECK_STRING(clef_version_string(), expected);
}

int main(void)
{
    RUN(number_is_that_of_the_header);
    RUN(string_is_the_number);
    return check_exit();
}

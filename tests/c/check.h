/* Checks for the C tests: each failure names its place, and the program goes on to the end. */
#ifndef CHECK_H
#define CHECK_H

#include <clef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Threads of a test check too. */
static _Atomic int check_failures;

#define CHECK(condition) \
    ((condition) ? (void)0 : check_failed(__FILE__, __LINE__, #condition, NULL, NULL))

/* The actual string comes first; NULL equals NULL alone. */
#define CHECK_STRING(actual, expected) check_string(__FILE__, __LINE__, #actual, actual, expected)

#define CHECK_INT(actual, expected) \
    check_int(__FILE__, __LINE__, #actual, (long long)(actual), (long long)(expected))

/* For a call with the local `clef_error *error`: checks its status, says the message of a surprise, frees the error. */
#define CHECK_STATUS(call, expected) \
    do { \
        clef_status check_status_ = (call); \
        check_status(__FILE__, __LINE__, #call, check_status_, expected, error); \
        clef_error_free(error); \
        error = NULL; \
    } while (0)

#define CHECK_OK(call) CHECK_STATUS(call, CLEF_STATUS_OK)

/* Runs a test and names it, so that a driver can see that it ran. */
#define RUN(test) RUN_AS(test, #test)

/* The same under another name, such as that of the reference. */
#define RUN_AS(test, name) \
    do { \
        int before_ = check_failures; \
        test(); \
        printf("%s %s\n", check_failures == before_ ? "ok" : "FAILED", name); \
        fflush(stdout); \
    } while (0)

static inline void check_failed(const char *file, int line, const char *what, const char *actual,
                                const char *expected)
{
    check_failures++;
    fprintf(stderr, "%s:%d: %s", file, line, what);
    if (actual || expected)
        fprintf(stderr, " is \"%s\", not \"%s\"", actual ? actual : "(null)",
                expected ? expected : "(null)");
    fprintf(stderr, "\n");
}

static inline void check_string(const char *file, int line, const char *what, const char *actual,
                                const char *expected)
{
    if (actual == expected || (actual && expected && strcmp(actual, expected) == 0))
        return;
    check_failed(file, line, what, actual, expected);
}

static inline void check_int(const char *file, int line, const char *what, long long actual,
                             long long expected)
{
    if (actual == expected)
        return;
    char is[32], should[32];
    snprintf(is, sizeof is, "%lld", actual);
    snprintf(should, sizeof should, "%lld", expected);
    check_failed(file, line, what, is, should);
}

static inline void check_status(const char *file, int line, const char *call, clef_status actual,
                                clef_status expected, const clef_error *error)
{
    if (actual != expected) {
        check_failed(file, line, call, clef_status_name(actual), clef_status_name(expected));
        if (error)
            fprintf(stderr, "    %s\n", clef_error_message(error));
    }
    if (clef_error_status(error) != actual)
        check_failed(file, line, "the status of the error", clef_status_name(clef_error_status(error)),
                     clef_status_name(actual));
}

static inline int check_exit(void)
{
    return check_failures ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif

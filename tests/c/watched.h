/* Whether the program runs as it would at a user's: only then its times and its memory say something. */
#ifndef WATCHED_H
#define WATCHED_H

#include <stdbool.h>
#include <stdlib.h>

#if defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define IS_SANITISED true
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITISED true
#endif
#ifndef IS_SANITISED
#define IS_SANITISED false
#endif

/* Under valgrind, with a sanitiser or in an emulator. */
static inline bool is_watched(void)
{
    return IS_SANITISED || getenv("CLEF_TEST_VALGRIND") != NULL ||
           getenv("CLEF_TEST_RUNNER") != NULL;
}

#endif

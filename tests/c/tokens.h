/* Tokens in the states that tests need, and what must not change about them. */
#ifndef TOKENS_H
#define TOKENS_H

#include "check.h"
#include "sandbox.h"
#include <inttypes.h>
#include <time.h>

#define TOKENS_SCOPES "playlist-read-private user-read-email"

/* How long is generous: a loaded machine under valgrind is some twenty times slower. */
#define GENEROUS_MS 20000

static inline int64_t monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Between two looks at what another thread does. */
static inline void short_pause(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
}

static inline clef_scope_set *scopes_of(const char *text)
{
    clef_scope_set *scopes = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_scope_set_parse(text, &scopes, &error));
    return scopes;
}

/* A user's token with TOKENS_SCOPES, to be freed; flags as of clef_user_auth_new. */
static inline clef_token *logged_in(const clef_credentials *credentials, uint32_t flags)
{
    clef_scope_set *scopes = scopes_of(TOKENS_SCOPES);
    clef_token *token = sandbox_user_token(credentials, scopes, flags);
    clef_scope_set_free(scopes);
    return token;
}

static inline char *json_of(const clef_token *token)
{
    char *json = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_token_to_json(token, &json, &error));
    return json;
}

/* The same token with so many seconds left; 0 and less: expired. Both are to be freed. */
static inline clef_token *with_seconds_left(const clef_token *token, int64_t seconds)
{
    char *json = json_of(token);
    size_t size = strlen(json) + 64;
    char *changed = malloc(size);
    snprintf(changed, size, "%.*s,\"expires_at\":%" PRId64 "}", (int)strlen(json) - 1, json,
             (int64_t)time(NULL) + seconds);
    clef_token *copy = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_token_from_json(changed, 0, &copy, &error));
    free(changed);
    clef_string_free(json);
    return copy;
}

static inline clef_refreshing_token *refreshing(const clef_token *token,
                                                const clef_credentials *credentials)
{
    clef_refreshing_token *refreshing_token = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_refreshing_token_new(token, credentials, &refreshing_token, &error));
    return refreshing_token;
}

/* The saved form says all: access token, refresh token, scopes, times. */
static inline void check_same_token(const clef_token *token, const char *json)
{
    char *now = json_of(token);
    CHECK_STRING(now, json);
    clef_string_free(now);
}

/* The self-refreshing token still is what was saved as `json`, by each of its getters. */
static inline void check_unchanged(const clef_refreshing_token *token, const char *json)
{
    clef_error *error = NULL;
    clef_token *current = NULL;
    CHECK_OK(clef_refreshing_token_token(token, &current, &error));
    check_same_token(current, json);

    char *refresh_token = NULL;
    CHECK_OK(clef_refreshing_token_refresh_token(token, &refresh_token, &error));
    CHECK_STRING(refresh_token, clef_token_refresh_token(current));
    clef_string_free(refresh_token);

    clef_scope_set *scopes = NULL;
    CHECK_OK(clef_refreshing_token_scopes(token, &scopes, &error));
    CHECK_STRING(clef_scope_set_to_string(scopes), TOKENS_SCOPES);
    clef_scope_set_free(scopes);
    clef_token_free(current);
}

#endif

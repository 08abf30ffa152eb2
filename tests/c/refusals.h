/* What can become of a token request, as rows of a table, and what must hold after each. */
#ifndef REFUSALS_H
#define REFUSALS_H

#include "tokens.h"

/* One thing that goes wrong, and what a refresh makes of it. */
struct refusal {
    const char *name;
    const char *fault; /* the sandbox's JSON */
    clef_status status;
    clef_remedy remedy;
    int http_status;
    int64_t retry_after;
    const char *oauth_error;
    const char *oauth_description;
    const char *says; /* a part of the message */
};

static inline void check_error(const clef_error *error, const struct refusal *expected)
{
    const char *message = clef_error_message(error);
    CHECK_STRING(clef_status_name(clef_error_status(error)), clef_status_name(expected->status));
    CHECK_INT(clef_error_remedy(error), expected->remedy);
    CHECK_INT(clef_error_http_status(error), expected->http_status);
    CHECK_INT(clef_error_retry_after(error), expected->retry_after);
    CHECK_STRING(clef_error_oauth_error(error), expected->oauth_error);
    CHECK_STRING(clef_error_oauth_description(error), expected->oauth_description);
    CHECK(message && *message && !strchr(message, '\n'));
    if (!message || !strstr(message, expected->says))
        check_failed(__FILE__, __LINE__, "the message", message, expected->says);
}

/* A plain token stays as it is, and the request went out once. */
static inline void check_plain_refresh(const clef_credentials *credentials, const clef_token *token,
                                       const struct refusal *row)
{
    char *before = json_of(token);
    clef_error *error = NULL;
    clef_token *refreshed = (clef_token *)&error;
    int asked = sandbox_count(NULL);
    sandbox_fault(row->fault);
    CHECK_INT(clef_credentials_refresh(credentials, token, &refreshed, &error), row->status);
    CHECK(refreshed == NULL);
    check_error(error, row);
    clef_error_free(error);
    CHECK_INT(sandbox_count(NULL) - asked, 1);
    check_same_token(token, before);
    CHECK_STRING(clef_scope_set_to_string(clef_token_scopes(token)), TOKENS_SCOPES);
    clef_string_free(before);
}

/* So does a self-refreshing one, whose refresh token is still there and good afterwards. */
static inline void check_self_refresh(const clef_credentials *credentials, const clef_token *token,
                                      const struct refusal *row)
{
    char *before = json_of(token);
    clef_refreshing_token *refreshing_token = refreshing(token, credentials);
    clef_error *error = NULL, *last_error = NULL;
    sandbox_fault(row->fault);
    CHECK_INT(clef_refreshing_token_refresh(refreshing_token, &error), row->status);
    check_error(error, row);
    CHECK_INT(clef_refreshing_token_last_error(refreshing_token, &last_error, NULL),
              CLEF_STATUS_OK);
    check_error(last_error, row);
    CHECK_STRING(clef_error_message(last_error), clef_error_message(error));
    clef_error_free(last_error);
    clef_error_free(error);
    error = NULL;
    check_unchanged(refreshing_token, before);

    sandbox_clear_faults();
    CHECK_OK(clef_refreshing_token_refresh(refreshing_token, &error));
    CHECK_OK(clef_refreshing_token_last_error(refreshing_token, &last_error, &error));
    CHECK(last_error == NULL);
    clef_token *current = NULL;
    CHECK_OK(clef_refreshing_token_token(refreshing_token, &current, &error));
    CHECK(strcmp(clef_token_access_token(current), clef_token_access_token(token)) != 0);
    CHECK_STRING(clef_scope_set_to_string(clef_token_scopes(current)), TOKENS_SCOPES);
    clef_token_free(current);
    clef_refreshing_token_free(refreshing_token);
    clef_string_free(before);
}

/* Plays a row with credentials of its own, for they remember a Retry-After; sender nullable. */
static inline void check_refusal(const struct refusal *row, const clef_sender *sender)
{
    int failures = check_failures;
    clef_credentials *credentials = sandbox_credentials(SANDBOX_CLIENT_SECRET, sender);
    clef_token *token = logged_in(credentials, 0);
    check_plain_refresh(credentials, token, row);
    check_self_refresh(credentials, token, row);
    clef_token_free(token);
    clef_credentials_free(credentials);
    if (check_failures != failures)
        fprintf(stderr, "    in the row: %s\n", row->name);
}

#endif

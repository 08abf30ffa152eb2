/* Tokens that are opened from a store of files, through what a program's users do to them.
 *
 * Arguments: the sandbox's URL and an empty directory.
 */
#include "tokens.h"

static clef_credentials *credentials;
static clef_token_store *store;

/* Stores a new login, of which so many seconds are left. */
static void log_in(const char *account, int64_t seconds_left)
{
    clef_error *error = NULL;
    clef_token *token = logged_in(credentials, CLEF_AUTH_PKCE);
    clef_token *aged = with_seconds_left(token, seconds_left);
    CHECK_OK(clef_token_store_save(store, credentials, account, aged, &error));
    clef_token_free(aged);
    clef_token_free(token);
}

static clef_refreshing_token *opened(const char *account)
{
    clef_error *error = NULL;
    clef_refreshing_token *token = NULL;
    CHECK_OK(clef_refreshing_token_open(store, credentials, account, &token, &error));
    return token;
}

static char *access_token_of(clef_refreshing_token *token)
{
    clef_error *error = NULL;
    char *access_token = NULL;
    CHECK_OK(clef_refreshing_token_access_token(token, &access_token, &error));
    return access_token;
}

/* What the store has, to be freed. */
static char *stored(const char *account)
{
    clef_error *error = NULL;
    clef_token *token = NULL;
    CHECK_OK(clef_token_store_load(store, credentials, account, &token, &error));
    char *access_token = strdup(clef_token_access_token(token));
    clef_token_free(token);
    return access_token;
}

static void nothing_stored(void)
{
    clef_error *error = NULL;
    clef_refreshing_token *token = NULL;
    CHECK_INT(clef_refreshing_token_open(store, credentials, "nobody", &token, &error),
              CLEF_STATUS_NOT_FOUND);
    CHECK_INT(clef_error_remedy(error), CLEF_REMEDY_LOG_IN);
    CHECK(!token);
    clef_error_free(error);
}

static void opening_refreshes_and_stores(void)
{
    log_in("me", 30);
    char *before = stored("me");
    clef_refreshing_token *token = opened("me");
    char *access_token = access_token_of(token), *after = stored("me");
    CHECK(strcmp(before, after) != 0);
    CHECK_STRING(after, access_token);
    free(before);
    free(after);
    clef_string_free(access_token);
    clef_refreshing_token_free(token);
}

/* Two handles know as little of each other as two processes. */
static void one_refreshes_for_all(void)
{
    log_in("me", 3000);
    clef_error *error = NULL;
    clef_refreshing_token *one = opened("me"), *two = opened("me");
    char *stale = access_token_of(one);
    int before = sandbox_count("refresh_token");
    CHECK_OK(clef_refreshing_token_invalidate(one, stale, &error));
    CHECK_OK(clef_refreshing_token_invalidate(two, stale, &error));
    CHECK_INT(sandbox_count("refresh_token"), before + 1);
    char *access_one = access_token_of(one), *access_two = access_token_of(two);
    CHECK_STRING(access_two, access_one);
    clef_string_free(stale);
    clef_string_free(access_one);
    clef_string_free(access_two);
    clef_refreshing_token_free(one);
    clef_refreshing_token_free(two);
}

static void opening_in_the_background(void)
{
    log_in("me", 0);
    clef_error *error = NULL;
    clef_runtime *runtime = NULL;
    clef_operation *operation = NULL;
    clef_refreshing_token *token = NULL;
    CHECK_OK(clef_runtime_new(&runtime, &error));
    CHECK_OK(clef_refreshing_token_open_start(store, credentials, "me", runtime, NULL, NULL, NULL,
                                              &operation, &error));
    CHECK_OK(clef_operation_wait(operation, GENEROUS_MS, &error));
    CHECK_OK(clef_operation_refreshing_token(operation, &token, &error));
    char *access_token = access_token_of(token), *after = stored("me");
    CHECK_STRING(access_token, after);
    free(after);
    clef_string_free(access_token);
    clef_refreshing_token_free(token);
    clef_operation_free(operation);

    CHECK_OK(clef_refreshing_token_open_start(store, credentials, "nobody", runtime, NULL, NULL,
                                              NULL, &operation, &error));
    CHECK_OK(clef_operation_wait(operation, GENEROUS_MS, &error));
    CHECK_STATUS(clef_operation_status(operation, &error), CLEF_STATUS_NOT_FOUND);
    clef_operation_free(operation);
    clef_runtime_free(runtime);
}

/* The service revokes the grant; or says so by mistake, as has happened. */
static void a_dead_grant_is_kept_aside(void)
{
    log_in("me", 0);
    clef_error *error = NULL;
    clef_refreshing_token *token = NULL;
    sandbox_fault("{\"kind\": \"respond\", \"path\": \"/api/token\", \"status\": 400, "
                  "\"body\": \"{\\\"error\\\":\\\"invalid_grant\\\"}\", "
                  "\"headers\": {\"Content-Type\": \"application/json\"}}");
    int before = sandbox_count("refresh_token");
    for (int i = 0; i < 3; i++)
        CHECK_STATUS(clef_refreshing_token_open(store, credentials, "me", &token, &error),
                     CLEF_STATUS_LOGIN_REQUIRED);
    CHECK_INT(sandbox_count("refresh_token"), before + 1);

    clef_token *aside = NULL;
    CHECK_OK(clef_token_store_load(store, credentials, "me", &aside, &error));
    token = refreshing(aside, credentials);
    CHECK_OK(clef_refreshing_token_attach(token, store, "me", &error));
    CHECK_OK(clef_refreshing_token_refresh(token, &error));
    clef_refreshing_token_free(token);
    clef_token_free(aside);

    token = opened("me");
    clef_refreshing_token_free(token);
}

static void logging_out_and_in_again(void)
{
    log_in("me", 3000);
    clef_error *error = NULL;
    clef_refreshing_token *token = opened("me");
    CHECK_OK(clef_token_store_remove(store, credentials, "me", &error));
    CHECK_STATUS(clef_refreshing_token_refresh(token, &error), CLEF_STATUS_LOGIN_REQUIRED);
    log_in("me", 3000);
    CHECK_OK(clef_refreshing_token_refresh(token, &error));
    char *access_token = access_token_of(token), *after = stored("me");
    CHECK_STRING(access_token, after);
    free(after);
    clef_string_free(access_token);
    clef_refreshing_token_free(token);
}

static clef_status count_warnings(void *count, clef_event event, const clef_token *token,
                                  const clef_error *error)
{
    (void)token, (void)error;
    *(int *)count += event == CLEF_EVENT_GRANT_EXPIRING;
    return CLEF_STATUS_OK;
}

static void the_end_of_the_grant_is_announced(void)
{
    log_in("me", 3000);
    clef_error *error = NULL;
    clef_refreshing_token *token = opened("me");
    int warnings = 0;
    CHECK_OK(clef_refreshing_token_set_listener(token, count_warnings, &warnings, NULL, &error));
    CHECK_OK(clef_refreshing_token_refresh(token, &error));
    CHECK_INT(warnings, 0);
    CHECK_OK(clef_refreshing_token_set_grant_warning(token, 200 * 86400, &error));
    CHECK_OK(clef_refreshing_token_refresh(token, &error));
    CHECK_OK(clef_refreshing_token_refresh(token, &error));
    CHECK_INT(warnings, 1);
    clef_refreshing_token_free(token);
}

/* The token outlives all that it was opened with. */
static void freed_in_any_order(void)
{
    log_in("me", 3000);
    clef_error *error = NULL;
    clef_refreshing_token *token = opened("me");
    clef_token_store_free(store);
    clef_credentials_free(credentials);
    CHECK_OK(clef_refreshing_token_refresh(token, &error));
    clef_refreshing_token_free(token);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    sandbox_url = argv[1];
    credentials = sandbox_credentials(NULL, NULL);
    clef_error *error = NULL;
    CHECK_OK(clef_token_store_new_file(argv[2], &store, &error));
    RUN(nothing_stored);
    RUN(opening_refreshes_and_stores);
    RUN(one_refreshes_for_all);
    RUN(opening_in_the_background);
    RUN(a_dead_grant_is_kept_aside);
    RUN(logging_out_and_in_again);
    RUN(the_end_of_the_grant_is_announced);
    RUN(freed_in_any_order);
    return check_exit();
}

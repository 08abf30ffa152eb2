/* Logins whose token is kept in a store. */
#include "memory_store.h"
#include "runtimes.h"

static clef_credentials *credentials;

/* The user, and what they were asked for. */
struct user {
    int calls;
    char url[2048];
};

static void agree(void *data, const clef_login_attempt *attempt)
{
    struct user *user = data;
    clef_error *error = NULL;
    user->calls++;
    snprintf(user->url, sizeof user->url, "%s", clef_login_attempt_url(attempt));
    char *redirect = sandbox_log_in(user->url);
    CHECK_OK(clef_login_attempt_paste(attempt, redirect, &error));
    free(redirect);
}

static clef_login_options *options_with(const clef_token_store *store, struct user *user)
{
    clef_error *error = NULL;
    clef_login_options *options = clef_login_options_new();
    CHECK_OK(clef_login_options_set_store(options, store, "me", &error));
    if (user)
        CHECK_OK(clef_login_options_set_browser(options, agree, user, NULL, &error));
    else
        CHECK_OK(clef_login_options_set_flags(options, CLEF_LOGIN_NO_BROWSER, &error));
    return options;
}

/* A login for these scopes with its status; the token is to be freed. */
static clef_status log_in(const clef_token_store *store, const char *names, struct user *user,
                          clef_refreshing_token **token)
{
    clef_error *error = NULL;
    clef_scope_set *scopes = scopes_of(names);
    clef_login_options *options = options_with(store, user);
    clef_status status = clef_login(credentials, scopes, options, token, &error);
    clef_error_free(error);
    clef_login_options_free(options);
    clef_scope_set_free(scopes);
    return status;
}

static char *access_token_of(const clef_refreshing_token *token)
{
    clef_error *error = NULL;
    clef_token *current = NULL;
    CHECK_OK(clef_refreshing_token_token(token, &current, &error));
    char *access_token = strdup(clef_token_access_token(current));
    clef_token_free(current);
    return access_token;
}

/* What the store has for "me", to be freed; NULL for nothing. */
static clef_token *stored(const clef_token_store *store)
{
    clef_token *token = NULL;
    clef_token_store_load(store, credentials, "me", &token, NULL);
    return token;
}

static void check_stored(const clef_token_store *store, const clef_refreshing_token *token)
{
    char *access_token = access_token_of(token);
    clef_token *kept = stored(store);
    CHECK_STRING(clef_token_access_token(kept), access_token);
    clef_token_free(kept);
    free(access_token);
}

static void a_login_is_stored_and_so_is_each_refresh(void)
{
    struct memory *memory = new_memory();
    clef_token_store *store = open_memory(memory, NULL);
    clef_refreshing_token *token = NULL;
    clef_error *error = NULL;
    struct user user = {0};
    CHECK_INT(log_in(store, "user-read-email", &user, &token), CLEF_STATUS_OK);
    CHECK_TASKS(memory, "lklsu");
    check_stored(store, token);
    CHECK_OK(clef_refreshing_token_refresh(token, &error));
    check_stored(store, token);
    clef_refreshing_token_free(token);
    clef_token_store_free(store);
    free_memory(memory);
}

static void a_login_for_more_takes_nothing_away(void)
{
    struct memory *memory = new_memory();
    clef_token_store *store = open_memory(memory, NULL);
    clef_refreshing_token *token = NULL;
    clef_error *error = NULL;
    struct user user = {0};
    CHECK_INT(log_in(store, "user-read-email", &user, &token), CLEF_STATUS_OK);
    clef_refreshing_token_free(token);

    clef_token *kept = stored(store);
    clef_scope_set *wanted = scopes_of("playlist-read-private user-read-email"), *missing = NULL;
    CHECK_OK(clef_token_missing_scopes(kept, wanted, &missing, &error));
    CHECK_STRING(clef_scope_set_to_string(missing), "playlist-read-private");
    CHECK_INT(log_in(store, clef_scope_set_to_string(missing), &user, &token), CLEF_STATUS_OK);
    CHECK(strstr(user.url, "scope=playlist-read-private+user-read-email"));
    clef_refreshing_token_free(token);
    clef_scope_set_free(missing);
    clef_token_free(kept);

    kept = stored(store);
    CHECK_OK(clef_token_missing_scopes(kept, wanted, &missing, &error));
    CHECK_INT(clef_scope_set_len(missing), 0);
    clef_scope_set_free(missing);
    clef_scope_set_free(wanted);
    clef_token_free(kept);
    clef_token_store_free(store);
    free_memory(memory);
}

/* Better said before the user has typed a password. */
static void a_store_that_fails_is_known_before_the_page_is_shown(void)
{
    struct memory *memory = new_memory();
    clef_token_store *store = open_memory(memory, NULL);
    clef_refreshing_token *token = NULL;
    struct user user = {0};
    memory->failure = CLEF_STATUS_STORE;
    memory->failures[CLEF_STORE_TASK_LOAD] = 1;
    CHECK_INT(log_in(store, "user-read-email", &user, &token), CLEF_STATUS_STORE);
    CHECK(!token);
    CHECK_INT(user.calls, 0);
    clef_token_store_free(store);
    free_memory(memory);
}

static void a_login_that_cannot_be_stored_is_not_lost(void)
{
    struct memory *memory = new_memory();
    clef_token_store *store = open_memory(memory, NULL);
    clef_refreshing_token *token = NULL;
    clef_error *error = NULL, *last = NULL;
    struct user user = {0};
    memory->failure = CLEF_STATUS_STORE;
    memory->failures[CLEF_STORE_TASK_SAVE] = 1;
    CHECK_INT(log_in(store, "user-read-email", &user, &token), CLEF_STATUS_OK);
    CHECK_OK(clef_refreshing_token_last_error(token, &last, &error));
    CHECK_INT(clef_error_status(last), CLEF_STATUS_STORE);
    clef_error_free(last);
    CHECK(!stored(store));

    CHECK_OK(clef_refreshing_token_refresh(token, &error));
    check_stored(store, token);
    clef_refreshing_token_free(token);
    clef_token_store_free(store);
    free_memory(memory);
}

static bool a_task_waits(struct memory *memory)
{
    pthread_mutex_lock(&memory->mutex);
    bool waits = memory->queued > memory->taken;
    pthread_mutex_unlock(&memory->mutex);
    return waits;
}

static void end_next_task(struct memory *memory)
{
    pthread_t asked_on;
    clef_store_task *task = memory_take(memory, &asked_on);
    memory_do(memory, task, asked_on);
}

/* For hosts without callbacks: the URL is there once the store was looked at. */
static void in_the_background_the_store_comes_first(void)
{
    struct memory *memory = new_memory();
    memory->when = BY_THE_TEST;
    clef_token_store *store = open_memory(memory, NULL);
    clef_login_options *options = options_with(store, NULL);
    clef_error *error = NULL;
    clef_runtime *runtime = new_runtime();
    clef_operation *operation = NULL;
    clef_refreshing_token *token = NULL;
    char *url = NULL;
    CHECK_OK(clef_login_start(credentials, NULL, options, runtime, NULL, NULL, NULL, &operation,
                              &error));
    CHECK_STATUS(clef_operation_url(operation, &url, &error), CLEF_STATUS_BUSY);
    CHECK_STATUS(clef_login_paste(operation, "code=x&state=y", &error), CLEF_STATUS_BUSY);
    PUMP_UNTIL(runtime, a_task_waits(memory));
    end_next_task(memory);
    memory->when = AT_ONCE;
    UNTIL(clef_operation_url(operation, &url, NULL) == CLEF_STATUS_OK);
    char *redirect = sandbox_log_in(url);
    clef_string_free(url);
    CHECK_OK(clef_login_paste(operation, redirect, &error));
    free(redirect);
    CHECK_OK(clef_operation_wait(operation, GENEROUS_MS, &error));
    CHECK_OK(clef_operation_refreshing_token(operation, &token, &error));
    check_stored(store, token);
    clef_refreshing_token_free(token);
    clef_operation_free(operation);
    clef_login_options_free(options);
    clef_runtime_free(runtime);
    clef_token_store_free(store);
    free_memory(memory);
}

static void a_login_is_cancelled_while_its_store_is_looked_at(void)
{
    struct memory *memory = new_memory();
    memory->when = BY_THE_TEST;
    clef_token_store *store = open_memory(memory, NULL);
    clef_login_options *options = options_with(store, NULL);
    clef_error *error = NULL;
    clef_runtime *runtime = new_runtime();
    clef_operation *operation = NULL;
    char *url = NULL;
    CHECK_OK(clef_login_start(credentials, NULL, options, runtime, NULL, NULL, NULL, &operation,
                              &error));
    PUMP_UNTIL(runtime, a_task_waits(memory));
    clef_operation_cancel(operation);
    CHECK_OK(clef_operation_wait(operation, GENEROUS_MS, &error));
    CHECK_STATUS(clef_operation_status(operation, &error), CLEF_STATUS_CANCELLED);
    CHECK_STATUS(clef_operation_url(operation, &url, &error), CLEF_STATUS_ALREADY_USED);
    end_next_task(memory);
    clef_operation_free(operation);
    clef_login_options_free(options);
    clef_runtime_free(runtime);
    clef_token_store_free(store);
    free_memory(memory);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    sandbox_url = argv[1];
    credentials = sandbox_credentials(NULL, NULL);
    RUN(a_login_is_stored_and_so_is_each_refresh);
    RUN(a_login_for_more_takes_nothing_away);
    RUN(a_store_that_fails_is_known_before_the_page_is_shown);
    RUN(a_login_that_cannot_be_stored_is_not_lost);
    RUN(in_the_background_the_store_comes_first);
    RUN(a_login_is_cancelled_while_its_store_is_looked_at);
    clef_credentials_free(credentials);
    return check_exit();
}

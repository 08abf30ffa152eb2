/*
 * Bad input through the C ABI, row by row: the call, the status and remedy that it must give, and
 * a piece of the message. Every row runs with and without a place for the error. The driver sees to
 * it that each pointer of each function is NULL in some row, and each string invalid and huge.
 */
#include "check.h"
#include "sandbox.h"

#include <fcntl.h>
#include <limits.h>

/* Every secret that is handed in has this word in it, and no message may. */
#define SECRET "s3cret"
#define BAD_UTF8 "\xff" SECRET
#define VERIFIER "a-verifier-of-the-length-that-RFC-7636-wants"
#define TEKORE_CONFIG "[DEFAULT]\nSPOTIFY_USER_REFRESH = " SECRET "\n"

/* A path that is there, but no directory. */
#ifdef _WIN32
#define NO_DIRECTORY "C:\\windows\\win.ini"
#else
#define NO_DIRECTORY "/dev/null"
#endif

/* A megabyte of letters, and the same in forms that are accepted. */
#define MEGABYTE (huge.text)
#define MEGABYTE_URI (huge.uri)
#define MEGABYTE_JSON (huge.json)
#define MEGABYTE_CODE (huge.code)
#define MEGABYTE_STATE (huge.state)

static struct {
    char *text, *uri, *json, *code, *state;
} huge;

/* Outputs, which hold garbage before each call: it must be overwritten unread. */
static struct {
    clef_scope_set *set;
    clef_sender *sender;
    clef_credentials *credentials;
    clef_http_request *request;
    clef_http_response *response;
    clef_token *token;
    clef_refreshing_credentials *refreshing_credentials;
    clef_refreshing_token *refreshing;
    clef_user_auth *auth;
    clef_runtime *runtime;
    clef_operation *operation;
    clef_redirect_listener *listener;
    clef_token_store *store;
    clef_accounts *accounts;
    clef_error *last_error;
    char *text, *more_text;
} out;

static char garbage[64];

#define OUT(member) (&out.member)
#define FOR_EACH_OUTPUT(DO) \
    DO(set, clef_scope_set_free) \
    DO(sender, clef_sender_free) \
    DO(credentials, clef_credentials_free) \
    DO(request, clef_http_request_free) \
    DO(response, clef_http_response_free) \
    DO(token, clef_token_free) \
    DO(refreshing_credentials, clef_refreshing_credentials_free) \
    DO(refreshing, clef_refreshing_token_free) \
    DO(auth, clef_user_auth_free) \
    DO(runtime, clef_runtime_free) \
    DO(operation, clef_operation_free) \
    DO(listener, clef_redirect_listener_free) \
    DO(store, clef_token_store_free) \
    DO(accounts, clef_accounts_free) \
    DO(last_error, clef_error_free) \
    DO(text, clef_string_free) \
    DO(more_text, clef_string_free)

/* What the rows call with. */
static clef_scope_set *scopes;
static clef_http_config *config;
static clef_sender *sender, *failing_sender;
static clef_credentials *credentials, *without_secret, *without_uri, *with_failing_sender;
static clef_http_request *request;
static clef_http_response *response;
static clef_token *token;
static clef_refreshing_credentials *refreshing_credentials, *refreshing_without_uri,
    *refreshing_without_secret;
static clef_refreshing_token *refreshing;
static clef_user_auth *auth;
static clef_runtime *runtime, *closed_runtime;
static clef_operation *operation; /* is not done */
static clef_redirect_listener *listener;
static clef_token_store *store; /* its directory is a file */
static clef_login_options *login_options; /* with CLEF_LOGIN_NO_BROWSER */
static clef_runtime *login_runtime;
static clef_operation *login; /* waits */
static clef_login_attempt *attempt; /* the same login */
static clef_token_store *custom_store;
static const char *state;

static int rows;

/* The table's columns */

#define ROW(call, status, remedy, part) RUN_ROW(call, #call, "", status, remedy, part)
#define ROW_FOR(detail, call, status, remedy, part) \
    RUN_ROW(call, #call, detail, status, remedy, part)
#define INVALID(call, part) \
    RUN_ROW(call, #call, "", CLEF_STATUS_INVALID_ARGUMENT, CLEF_REMEDY_FIX_CALL, part)
#define WORKS(call) RUN_ROW(call, #call, "", CLEF_STATUS_OK, CLEF_REMEDY_NONE, NULL)

#define RUN_ROW(call, name, detail, status, remedy, part) \
    do { \
        struct row row_ = {name, detail, part, __LINE__, status, remedy}; \
        clef_error *failure_ = (clef_error *)garbage, **error = &failure_; \
        fill_outputs(); \
        clef_status status_ = call; \
        check_row(&row_, status_, failure_); \
        clef_error_free(failure_); \
        error = NULL; \
        fill_outputs(); \
        check_outputs(&row_, call); \
        rows++; \
    } while (0)

struct row {
    const char *call, *detail, *part;
    int line;
    clef_status status;
    clef_remedy remedy;
};

static void fill_outputs(void)
{
#define FILL(member, free) out.member = (void *)garbage;
    FOR_EACH_OUTPUT(FILL)
#undef FILL
}

static void complain(const struct row *row, const char *what, const char *is, const char *not)
{
    fprintf(stderr, "%s %s\n    ", row->call, row->detail);
    check_failed(__FILE__, row->line, what, is, not);
}

/* On failure, the outputs that were given are NULL; on success, they are freed. */
static void check_outputs(const struct row *row, clef_status status)
{
    if (status != row->status)
        complain(row, "the status", clef_status_name(status), clef_status_name(row->status));
#define CHECK_OUTPUT(member, free) \
    if ((char *)out.member != garbage) { \
        if (status != CLEF_STATUS_OK && out.member) \
            complain(row, "the output " #member, "set", "NULL"); \
        free(out.member); \
    } else if (strstr(row->call, "OUT(" #member ")") || strstr(row->call, "&out." #member ")")) { \
        complain(row, "the output " #member, "untouched", "written"); \
    }
    FOR_EACH_OUTPUT(CHECK_OUTPUT)
#undef CHECK_OUTPUT
}

static void check_message(const struct row *row, const char *message)
{
    if (!strstr(message, row->part))
        complain(row, "the message", message, row->part);
    if (strstr(message, SECRET) || strstr(message, state))
        complain(row, "the message", message, "free of secrets");
    if (strlen(message) > 500 || strchr(message, '\n'))
        complain(row, "the message", "too long", "one line");
}

static void check_row(const struct row *row, clef_status status, const clef_error *error)
{
    check_outputs(row, status);
    if (status == CLEF_STATUS_OK || !error) {
        if (error || status != CLEF_STATUS_OK)
            complain(row, "the error", error ? "set" : "NULL", error ? "NULL" : "set");
        return;
    }
    if (clef_error_status(error) != status)
        complain(row, "the status of the error", clef_status_name(clef_error_status(error)),
                 clef_status_name(status));
    if (clef_error_remedy(error) != row->remedy) {
        char is[20], should[20];
        snprintf(is, sizeof is, "%d", clef_error_remedy(error));
        snprintf(should, sizeof should, "%d", row->remedy);
        complain(row, "the remedy", is, should);
    }
    if (row->part)
        check_message(row, clef_error_message(error));
}

/* Host code */

static int freed;

static void count_free(void *user_data)
{
    (void)user_data;
    freed++;
}

static void hear_completion(void *user_data, const clef_operation *done)
{
    (void)user_data, (void)done;
}

static void keep_attempt(void *user_data, const clef_login_attempt *shown)
{
    (void)user_data;
    attempt = clef_login_attempt_clone(shown);
}

/* How the failing sender ends its exchange. */
static enum ending {
    RESPOND_NULL,
    FAIL_FLAGS,
    FAIL_UTF8,
    FAIL_OK,
    FAIL_UNKNOWN,
    FAIL_NEGATIVE,
    FAIL_DEAD,
    FAIL_SECRET,
    FAIL_HUGE,
    FREE
} ending;

static void end_exchange(void *user_data, clef_exchange *exchange)
{
    (void)user_data;
    char secret[100];
    switch (ending) {
    case RESPOND_NULL:
        clef_exchange_respond(exchange, NULL);
        break;
    case FAIL_FLAGS:
        clef_exchange_fail(exchange, CLEF_STATUS_TIMEOUT, 2, "x");
        break;
    case FAIL_UTF8:
        clef_exchange_fail(exchange, CLEF_STATUS_TIMEOUT, 0, BAD_UTF8);
        break;
    case FAIL_OK:
        clef_exchange_fail(exchange, CLEF_STATUS_OK, 0, NULL);
        break;
    case FAIL_UNKNOWN:
        clef_exchange_fail(exchange, 12345, CLEF_EXCHANGE_SENT, "x");
        break;
    case FAIL_NEGATIVE:
        clef_exchange_fail(exchange, INT32_MIN, 0, "x");
        break;
    case FAIL_DEAD:
        clef_exchange_fail(exchange, CLEF_STATUS_LOGIN_REQUIRED, 0, "x");
        break;
    case FAIL_HUGE:
        clef_exchange_fail(exchange, CLEF_STATUS_TLS, 0, MEGABYTE);
        break;
    case FAIL_SECRET:
        snprintf(secret, sizeof secret, "cannot send %.80s",
                 clef_http_request_body(clef_exchange_request(exchange), NULL));
        clef_exchange_fail(exchange, CLEF_STATUS_TLS, 0, secret);
        break;
    case FREE:
        clef_exchange_free(exchange);
    }
}

static clef_status with_ending(enum ending how, clef_error **error)
{
    ending = how;
    return clef_credentials_refresh_pkce_token(with_failing_sender, "refresh-" SECRET, OUT(token),
                                               error);
}

/* What the custom store does with a task of this kind, before it fails it; others are done. */
static struct {
    clef_task_kind kind;
    void (*rows)(clef_store_task *task);
    clef_status status;
    enum { SAY_NOTHING, SAY_X, SAY_UTF8, SAY_HUGE } message;
} in_task;

static void run_task(void *user_data, clef_store_task *task)
{
    (void)user_data;
    if (clef_store_task_kind(task) != in_task.kind) {
        clef_store_task_done(task);
        return;
    }
    if (in_task.rows)
        in_task.rows(task);
    switch (in_task.message) {
    case SAY_NOTHING: clef_store_task_fail(task, in_task.status, NULL); break;
    case SAY_X: clef_store_task_fail(task, in_task.status, "x"); break;
    case SAY_UTF8: clef_store_task_fail(task, in_task.status, BAD_UTF8); break;
    default: clef_store_task_fail(task, in_task.status, MEGABYTE);
    }
}

/* The rows of a task of this kind. */
static void in_task_of(clef_task_kind kind, void (*rows_of_task)(clef_store_task *task))
{
    clef_accounts *accounts = NULL;
    clef_error *error = NULL;
    in_task.kind = kind;
    in_task.rows = rows_of_task;
    in_task.status = CLEF_STATUS_IO;
    in_task.message = SAY_NOTHING;
    if (kind == CLEF_STORE_TASK_LIST)
        CHECK_STATUS(clef_token_store_accounts(custom_store, credentials, &accounts, &error),
                     CLEF_STATUS_IO);
    else
        CHECK_STATUS(clef_token_store_save(custom_store, credentials, NULL, token, &error),
                     CLEF_STATUS_IO);
    in_task.rows = NULL;
}

/* A store whose task fails with this. */
static clef_status with_failing_task(clef_status status, int message, clef_error **error)
{
    in_task.kind = CLEF_STORE_TASK_LOAD;
    in_task.status = status;
    in_task.message = message;
    return clef_token_store_load(custom_store, credentials, NULL, OUT(token), error);
}

/* NULL, in every place where a pointer goes */

static void null_in_scope_sets(void)
{
    const clef_scope one = CLEF_SCOPE_STREAMING;
    INVALID(clef_scope_set_of(NULL, 1, OUT(set), error), "scopes must not be NULL");
    INVALID(clef_scope_set_of(&one, 1, NULL, error), "set must not be NULL");
    WORKS(clef_scope_set_of(NULL, 0, OUT(set), error));
    INVALID(clef_scope_set_parse(NULL, OUT(set), error), "text must not be NULL");
    INVALID(clef_scope_set_parse("a", NULL, error), "set must not be NULL");
    INVALID(clef_scope_set_union(NULL, scopes, OUT(set), error), "a must not be NULL");
    INVALID(clef_scope_set_union(scopes, NULL, OUT(set), error), "b must not be NULL");
    INVALID(clef_scope_set_union(scopes, scopes, NULL, error), "set must not be NULL");
    INVALID(clef_scope_set_difference(NULL, scopes, OUT(set), error), "a must not be NULL");
    INVALID(clef_scope_set_difference(scopes, NULL, OUT(set), error), "b must not be NULL");
    INVALID(clef_scope_set_difference(scopes, scopes, NULL, error), "set must not be NULL");
}

static void null_in_senders(void)
{
    INVALID(clef_http_config_set_connect_timeout(NULL, 1, error), "config must not be NULL");
    INVALID(clef_http_config_set_timeout(NULL, 1, error), "config must not be NULL");
    INVALID(clef_http_config_set_proxy(NULL, NULL, error), "config must not be NULL");
    WORKS(clef_http_config_set_proxy(config, NULL, error));
    INVALID(clef_http_config_set_proxy_from_environment(NULL, error), "config must not be NULL");
    INVALID(clef_http_config_add_ca_certificates(NULL, "", error), "config must not be NULL");
    INVALID(clef_http_config_add_ca_certificates(config, NULL, error), "pem must not be NULL");
    INVALID(clef_http_config_add_platform_certificates(NULL, error), "config must not be NULL");
    INVALID(clef_http_config_set_user_agent(NULL, "x", error), "config must not be NULL");
    INVALID(clef_http_config_set_user_agent(config, NULL, error), "user_agent must not be NULL");
    WORKS(clef_sender_new_http(NULL, OUT(sender), error));
    INVALID(clef_sender_new_http(config, NULL, error), "sender must not be NULL");
    INVALID(clef_sender_new_retrying(NULL, 1, 0, OUT(sender), error), "inner must not be NULL");
    INVALID(clef_sender_new_retrying(sender, 1, 0, NULL, error), "sender must not be NULL");

    freed = 0;
    INVALID(clef_sender_new_custom(NULL, garbage, count_free, 1, OUT(sender), error),
            "send must not be NULL");
    INVALID(clef_sender_new_custom(end_exchange, garbage, count_free, 1, NULL, error),
            "sender must not be NULL");
    CHECK_INT(freed, 4);
    WORKS(clef_sender_new_custom(end_exchange, NULL, NULL, 1, OUT(sender), error));
    INVALID(clef_sender_new_polled(1, NULL, error), "sender must not be NULL");
    WORKS(clef_sender_new_polled(-1, OUT(sender), error));
}

static void null_in_runtimes(void)
{
    INVALID(clef_runtime_new(NULL, error), "runtime must not be NULL");
    WORKS(clef_runtime_new(OUT(runtime), error));
    INVALID(clef_runtime_wait(NULL, 0, error), "runtime must not be NULL");
    INVALID(clef_runtime_close(NULL, 0, error), "runtime must not be NULL");

    freed = 0;
    INVALID(clef_runtime_new_sender(NULL, end_exchange, garbage, count_free, 1, OUT(sender), error),
            "runtime must not be NULL");
    INVALID(clef_runtime_new_sender(runtime, NULL, garbage, count_free, 1, OUT(sender), error),
            "send must not be NULL");
    INVALID(clef_runtime_new_sender(runtime, end_exchange, garbage, count_free, 1, NULL, error),
            "sender must not be NULL");
    CHECK_INT(clef_runtime_run_callbacks(runtime), 0);
    CHECK_INT(freed, 6);
    WORKS(clef_runtime_new_sender(runtime, end_exchange, NULL, NULL, 1, OUT(sender), error));
}

static void null_in_operations(void)
{
    INVALID(clef_operation_wait(NULL, 0, error), "operation must not be NULL");
    INVALID(clef_operation_status(NULL, error), "operation must not be NULL");
    INVALID(clef_operation_token(NULL, OUT(token), error), "operation must not be NULL");
    INVALID(clef_operation_token(operation, NULL, error), "token must not be NULL");
    INVALID(clef_operation_access_token(NULL, OUT(text), error), "operation must not be NULL");
    INVALID(clef_operation_access_token(operation, NULL, error), "access_token must not be NULL");
    INVALID(clef_operation_refreshing_token(NULL, OUT(refreshing), error),
            "operation must not be NULL");
    INVALID(clef_operation_refreshing_token(operation, NULL, error),
            "refreshing_token must not be NULL");
    INVALID(clef_operation_url(NULL, OUT(text), error), "operation must not be NULL");
    INVALID(clef_operation_url(login, NULL, error), "url must not be NULL");
}

/* What is refused is not begun, and frees its user_data; all the rest may be NULL. */
static void null_in_starts(void)
{
    freed = 0;
    INVALID(clef_http_request_start(NULL, runtime, hear_completion, garbage, count_free,
                                    OUT(operation), error),
            "request must not be NULL");
    INVALID(clef_http_request_start(request, NULL, NULL, NULL, NULL, NULL, error),
            "runtime must not be NULL");
    INVALID(clef_refreshing_token_access_token_start(NULL, runtime, hear_completion, garbage,
                                                     count_free, OUT(operation), error),
            "token must not be NULL");
    INVALID(clef_refreshing_token_access_token_start(refreshing, NULL, NULL, NULL, NULL, NULL,
                                                     error),
            "runtime must not be NULL");
    INVALID(clef_refreshing_token_refresh_start(NULL, runtime, hear_completion, garbage, count_free,
                                                OUT(operation), error),
            "token must not be NULL");
    INVALID(clef_refreshing_token_refresh_start(refreshing, NULL, NULL, NULL, NULL, NULL, error),
            "runtime must not be NULL");
    INVALID(clef_refreshing_token_open_start(NULL, credentials, "me", runtime, hear_completion,
                                             garbage, count_free, OUT(operation), error),
            "store must not be NULL");
    INVALID(clef_refreshing_token_open_start(store, NULL, "me", runtime, hear_completion, garbage,
                                             count_free, OUT(operation), error),
            "credentials must not be NULL");
    INVALID(clef_refreshing_token_open_start(store, credentials, NULL, NULL, NULL, NULL, NULL, NULL,
                                             error),
            "runtime must not be NULL");
    INVALID(clef_refreshing_token_keep_fresh(NULL, runtime, error), "token must not be NULL");
    WORKS(clef_refreshing_token_keep_fresh(refreshing, NULL, error));

    INVALID(clef_user_auth_request_token_start(NULL, SECRET, state, runtime, hear_completion,
                                               garbage, count_free, OUT(operation), error),
            "auth must not be NULL");
    INVALID(clef_user_auth_request_token_start(auth, NULL, state, runtime, NULL, NULL, NULL, NULL,
                                               error),
            "code must not be NULL");
    INVALID(clef_user_auth_request_token_start(auth, SECRET, NULL, runtime, hear_completion,
                                               garbage, count_free, OUT(operation), error),
            "state must not be NULL");
    INVALID(clef_user_auth_request_token_start(auth, SECRET, state, NULL, hear_completion, garbage,
                                               count_free, OUT(operation), error),
            "runtime must not be NULL");
    INVALID(clef_user_auth_request_token_from_url_start(NULL, "/?code=" SECRET, runtime,
                                                        hear_completion, garbage, count_free,
                                                        OUT(operation), error),
            "auth must not be NULL");
    INVALID(clef_user_auth_request_token_from_url_start(auth, NULL, runtime, NULL, NULL, NULL, NULL,
                                                        error),
            "url must not be NULL");
    INVALID(clef_user_auth_request_token_from_url_start(auth, "/?code=" SECRET, NULL,
                                                        hear_completion, garbage, count_free,
                                                        OUT(operation), error),
            "runtime must not be NULL");
    INVALID(clef_user_auth_request_refreshing_token_start(NULL, SECRET, state, runtime,
                                                          hear_completion, garbage, count_free,
                                                          OUT(operation), error),
            "auth must not be NULL");
    INVALID(clef_user_auth_request_refreshing_token_start(auth, NULL, state, runtime, NULL, NULL,
                                                          NULL, NULL, error),
            "code must not be NULL");
    INVALID(clef_user_auth_request_refreshing_token_start(auth, SECRET, NULL, runtime,
                                                          hear_completion, garbage, count_free,
                                                          OUT(operation), error),
            "state must not be NULL");
    INVALID(clef_user_auth_request_refreshing_token_start(auth, SECRET, state, NULL,
                                                          hear_completion, garbage, count_free,
                                                          OUT(operation), error),
            "runtime must not be NULL");
    INVALID(clef_user_auth_request_refreshing_token_from_url_start(NULL, "/?code=" SECRET, runtime,
                                                                   hear_completion, garbage,
                                                                   count_free, OUT(operation),
                                                                   error),
            "auth must not be NULL");
    INVALID(clef_user_auth_request_refreshing_token_from_url_start(auth, NULL, runtime, NULL, NULL,
                                                                   NULL, NULL, error),
            "url must not be NULL");
    INVALID(clef_user_auth_request_refreshing_token_from_url_start(auth, "/?code=" SECRET, NULL,
                                                                   hear_completion, garbage,
                                                                   count_free, OUT(operation),
                                                                   error),
            "runtime must not be NULL");
    /* Each row that hands one in runs twice. */
    CHECK_INT(freed, 2 * 15);
    CHECK_INT(clef_runtime_run_callbacks(runtime), 0);
}

static void null_in_credentials(void)
{
    WORKS(clef_credentials_new("id", NULL, NULL, NULL, OUT(credentials), error));
    INVALID(clef_credentials_new(NULL, SECRET, SANDBOX_REDIRECT_URI, sender, OUT(credentials),
                                 error),
            "client_id must not be NULL");
    INVALID(clef_credentials_new("id", SECRET, SANDBOX_REDIRECT_URI, sender, NULL, error),
            "credentials must not be NULL");
    INVALID(clef_credentials_with_accounts_url(NULL, sandbox_url, OUT(credentials), error),
            "credentials must not be NULL");
    INVALID(clef_credentials_with_accounts_url(credentials, NULL, OUT(credentials), error),
            "url must not be NULL");
    INVALID(clef_credentials_with_accounts_url(credentials, sandbox_url, NULL, error),
            "changed must not be NULL");
    INVALID(clef_credentials_with_redirect_uri(NULL, SANDBOX_REDIRECT_URI, OUT(credentials), error),
            "credentials must not be NULL");
    INVALID(clef_credentials_with_redirect_uri(credentials, NULL, OUT(credentials), error),
            "redirect_uri must not be NULL");
    INVALID(clef_credentials_with_redirect_uri(credentials, SANDBOX_REDIRECT_URI, NULL, error),
            "changed must not be NULL");
    INVALID(clef_credentials_user_authorisation_url(NULL, scopes, SECRET, 0, OUT(text), error),
            "credentials must not be NULL");
    WORKS(clef_credentials_user_authorisation_url(credentials, NULL, NULL, 0, OUT(text), error));
    INVALID(clef_credentials_user_authorisation_url(credentials, scopes, SECRET, 0, NULL, error),
            "url must not be NULL");
    INVALID(clef_credentials_pkce_user_authorisation(NULL, scopes, SECRET, 32, 0, OUT(text),
                                                     OUT(more_text), error),
            "credentials must not be NULL");
    WORKS(clef_credentials_pkce_user_authorisation(credentials, NULL, NULL, 32, 0, OUT(text),
                                                   OUT(more_text), error));
    INVALID(clef_credentials_pkce_user_authorisation(credentials, scopes, SECRET, 32, 0, NULL,
                                                     OUT(more_text), error),
            "url must not be NULL");
    INVALID(clef_credentials_pkce_user_authorisation(credentials, scopes, SECRET, 32, 0, OUT(text),
                                                     NULL, error),
            "verifier must not be NULL");
}

static void null_in_requests(void)
{
    INVALID(clef_credentials_request_client_token(NULL, OUT(token), error),
            "credentials must not be NULL");
    INVALID(clef_credentials_request_client_token(credentials, NULL, error),
            "token must not be NULL");
    INVALID(clef_credentials_request_user_token(NULL, SECRET, OUT(token), error),
            "credentials must not be NULL");
    INVALID(clef_credentials_request_user_token(credentials, NULL, OUT(token), error),
            "code must not be NULL");
    INVALID(clef_credentials_request_user_token(credentials, SECRET, NULL, error),
            "token must not be NULL");
    INVALID(clef_credentials_refresh_user_token(NULL, SECRET, OUT(token), error),
            "credentials must not be NULL");
    INVALID(clef_credentials_refresh_user_token(credentials, NULL, OUT(token), error),
            "refresh_token must not be NULL");
    INVALID(clef_credentials_refresh_user_token(credentials, SECRET, NULL, error),
            "token must not be NULL");
    INVALID(clef_credentials_request_pkce_token(NULL, SECRET, SECRET, OUT(token), error),
            "credentials must not be NULL");
    INVALID(clef_credentials_request_pkce_token(credentials, NULL, SECRET, OUT(token), error),
            "code must not be NULL");
    INVALID(clef_credentials_request_pkce_token(credentials, SECRET, NULL, OUT(token), error),
            "verifier must not be NULL");
    INVALID(clef_credentials_request_pkce_token(credentials, SECRET, SECRET, NULL, error),
            "token must not be NULL");
    INVALID(clef_credentials_refresh_pkce_token(NULL, SECRET, OUT(token), error),
            "credentials must not be NULL");
    INVALID(clef_credentials_refresh_pkce_token(credentials, NULL, OUT(token), error),
            "refresh_token must not be NULL");
    INVALID(clef_credentials_refresh_pkce_token(credentials, SECRET, NULL, error),
            "token must not be NULL");
    INVALID(clef_credentials_refresh(NULL, token, OUT(token), error),
            "credentials must not be NULL");
    INVALID(clef_credentials_refresh(credentials, NULL, OUT(token), error),
            "token must not be NULL");
    INVALID(clef_credentials_refresh(credentials, token, NULL, error),
            "refreshed must not be NULL");
}

static void null_in_prepared_requests(void)
{
    INVALID(clef_credentials_prepare_client_token(NULL, OUT(request), error),
            "credentials must not be NULL");
    INVALID(clef_credentials_prepare_client_token(credentials, NULL, error),
            "request must not be NULL");
    INVALID(clef_credentials_prepare_user_token(NULL, SECRET, OUT(request), error),
            "credentials must not be NULL");
    INVALID(clef_credentials_prepare_user_token(credentials, NULL, OUT(request), error),
            "code must not be NULL");
    INVALID(clef_credentials_prepare_user_token(credentials, SECRET, NULL, error),
            "request must not be NULL");
    INVALID(clef_credentials_prepare_refresh_user_token(NULL, SECRET, OUT(request), error),
            "credentials must not be NULL");
    INVALID(clef_credentials_prepare_refresh_user_token(credentials, NULL, OUT(request), error),
            "refresh_token must not be NULL");
    INVALID(clef_credentials_prepare_refresh_user_token(credentials, SECRET, NULL, error),
            "request must not be NULL");
    INVALID(clef_credentials_prepare_pkce_token(NULL, SECRET, SECRET, OUT(request), error),
            "credentials must not be NULL");
    INVALID(clef_credentials_prepare_pkce_token(credentials, NULL, SECRET, OUT(request), error),
            "code must not be NULL");
    INVALID(clef_credentials_prepare_pkce_token(credentials, SECRET, NULL, OUT(request), error),
            "verifier must not be NULL");
    INVALID(clef_credentials_prepare_pkce_token(credentials, SECRET, SECRET, NULL, error),
            "request must not be NULL");
    INVALID(clef_credentials_prepare_refresh_pkce_token(NULL, SECRET, OUT(request), error),
            "credentials must not be NULL");
    INVALID(clef_credentials_prepare_refresh_pkce_token(credentials, NULL, OUT(request), error),
            "refresh_token must not be NULL");
    INVALID(clef_credentials_prepare_refresh_pkce_token(credentials, SECRET, NULL, error),
            "request must not be NULL");
    INVALID(clef_credentials_prepare_refresh(NULL, token, OUT(request), error),
            "credentials must not be NULL");
    INVALID(clef_credentials_prepare_refresh(credentials, NULL, OUT(request), error),
            "token must not be NULL");
    INVALID(clef_credentials_prepare_refresh(credentials, token, NULL, error),
            "request must not be NULL");
    INVALID(clef_http_request_send(NULL, OUT(token), error), "request must not be NULL");
    INVALID(clef_http_request_send(request, NULL, error), "token must not be NULL");
    INVALID(clef_http_request_finish(NULL, 0, response, OUT(token), error),
            "request must not be NULL");
    INVALID(clef_http_request_finish(request, 0, NULL, OUT(token), error),
            "response must not be NULL");
    INVALID(clef_http_request_finish(request, 0, response, NULL, error), "token must not be NULL");
    INVALID(clef_http_response_new(200, NULL, 1, OUT(response), error), "body must not be NULL");
    WORKS(clef_http_response_new(200, NULL, 0, OUT(response), error));
    INVALID(clef_http_response_new(200, NULL, 0, NULL, error), "response must not be NULL");
    INVALID(clef_http_response_add_header(NULL, "a", "b", error), "response must not be NULL");
    INVALID(clef_http_response_add_header(response, NULL, "b", error), "name must not be NULL");
    INVALID(clef_http_response_add_header(response, "a", NULL, error), "value must not be NULL");
}

static void null_in_tokens(void)
{
    INVALID(clef_token_from_json(NULL, 0, OUT(token), error), "json must not be NULL");
    INVALID(clef_token_from_json("{\"access_token\": \"" SECRET "\"}", 0, NULL, error),
            "token must not be NULL");
    INVALID(clef_token_from_tekore_config(NULL, "a", 0, OUT(token), error),
            "config must not be NULL");
    WORKS(clef_token_from_tekore_config(TEKORE_CONFIG, NULL, 0, OUT(token), error));
    INVALID(clef_token_from_tekore_config(TEKORE_CONFIG, NULL, 0, NULL, error),
            "token must not be NULL");
    INVALID(clef_token_to_json(NULL, OUT(text), error), "token must not be NULL");
    INVALID(clef_token_to_json(token, NULL, error), "json must not be NULL");
    INVALID(clef_token_missing_scopes(NULL, scopes, OUT(set), error), "token must not be NULL");
    INVALID(clef_token_missing_scopes(token, NULL, OUT(set), error), "wanted must not be NULL");
    INVALID(clef_token_missing_scopes(token, scopes, NULL, error), "missing must not be NULL");
    INVALID(clef_token_with_authorised_at(NULL, 1, OUT(token), error), "token must not be NULL");
    INVALID(clef_token_with_authorised_at(token, 1, NULL, error), "changed must not be NULL");
}

static void null_in_refreshing_credentials(void)
{
    INVALID(clef_refreshing_credentials_new(NULL, OUT(refreshing_credentials), error),
            "credentials must not be NULL");
    INVALID(clef_refreshing_credentials_new(credentials, NULL, error),
            "refreshing_credentials must not be NULL");
    INVALID(clef_refreshing_credentials_user_authorisation_url(NULL, scopes, SECRET, 0, OUT(text),
                                                               error),
            "credentials must not be NULL");
    WORKS(clef_refreshing_credentials_user_authorisation_url(refreshing_credentials, NULL, NULL, 0,
                                                             OUT(text), error));
    INVALID(clef_refreshing_credentials_user_authorisation_url(refreshing_credentials, scopes,
                                                               SECRET, 0, NULL, error),
            "url must not be NULL");
    INVALID(clef_refreshing_credentials_pkce_user_authorisation(
                NULL, scopes, SECRET, 32, 0, OUT(text), OUT(more_text), error),
            "credentials must not be NULL");
    WORKS(clef_refreshing_credentials_pkce_user_authorisation(
        refreshing_credentials, NULL, NULL, 32, 0, OUT(text), OUT(more_text), error));
    INVALID(clef_refreshing_credentials_pkce_user_authorisation(
                refreshing_credentials, scopes, SECRET, 32, 0, NULL, OUT(more_text), error),
            "url must not be NULL");
    INVALID(clef_refreshing_credentials_pkce_user_authorisation(
                refreshing_credentials, scopes, SECRET, 32, 0, OUT(text), NULL, error),
            "verifier must not be NULL");
    INVALID(clef_refreshing_credentials_request_client_token(NULL, OUT(refreshing), error),
            "credentials must not be NULL");
    INVALID(clef_refreshing_credentials_request_client_token(refreshing_credentials, NULL, error),
            "token must not be NULL");
    INVALID(clef_refreshing_credentials_request_user_token(NULL, SECRET, OUT(refreshing), error),
            "credentials must not be NULL");
    INVALID(clef_refreshing_credentials_request_user_token(refreshing_credentials, NULL,
                                                           OUT(refreshing), error),
            "code must not be NULL");
    INVALID(clef_refreshing_credentials_request_user_token(refreshing_credentials, SECRET, NULL,
                                                           error),
            "token must not be NULL");
    INVALID(clef_refreshing_credentials_refresh_user_token(NULL, SECRET, OUT(refreshing), error),
            "credentials must not be NULL");
    INVALID(clef_refreshing_credentials_refresh_user_token(refreshing_credentials, NULL,
                                                           OUT(refreshing), error),
            "refresh_token must not be NULL");
    INVALID(clef_refreshing_credentials_refresh_user_token(refreshing_credentials, SECRET, NULL,
                                                           error),
            "token must not be NULL");
    INVALID(clef_refreshing_credentials_request_pkce_token(NULL, SECRET, SECRET, OUT(refreshing),
                                                           error),
            "credentials must not be NULL");
    INVALID(clef_refreshing_credentials_request_pkce_token(refreshing_credentials, NULL, SECRET,
                                                           OUT(refreshing), error),
            "code must not be NULL");
    INVALID(clef_refreshing_credentials_request_pkce_token(refreshing_credentials, SECRET, NULL,
                                                           OUT(refreshing), error),
            "verifier must not be NULL");
    INVALID(clef_refreshing_credentials_request_pkce_token(refreshing_credentials, SECRET, SECRET,
                                                           NULL, error),
            "token must not be NULL");
    INVALID(clef_refreshing_credentials_refresh_pkce_token(NULL, SECRET, OUT(refreshing), error),
            "credentials must not be NULL");
    INVALID(clef_refreshing_credentials_refresh_pkce_token(refreshing_credentials, NULL,
                                                           OUT(refreshing), error),
            "refresh_token must not be NULL");
    INVALID(clef_refreshing_credentials_refresh_pkce_token(refreshing_credentials, SECRET, NULL,
                                                           error),
            "token must not be NULL");
}

static clef_status take_token(void *user_data, clef_event event, const clef_token *changed,
                              const clef_error *failure)
{
    (void)user_data, (void)event, (void)changed, (void)failure;
    return CLEF_STATUS_OK;
}

static void null_in_refreshing_tokens(void)
{
    INVALID(clef_refreshing_token_new(NULL, credentials, OUT(refreshing), error),
            "token must not be NULL");
    INVALID(clef_refreshing_token_new(token, NULL, OUT(refreshing), error),
            "credentials must not be NULL");
    INVALID(clef_refreshing_token_new(token, credentials, NULL, error),
            "refreshing_token must not be NULL");
    INVALID(clef_refreshing_token_access_token(NULL, OUT(text), error), "token must not be NULL");
    INVALID(clef_refreshing_token_access_token(refreshing, NULL, error),
            "access_token must not be NULL");
    INVALID(clef_refreshing_token_try_access_token(NULL, OUT(text), error),
            "token must not be NULL");
    INVALID(clef_refreshing_token_try_access_token(refreshing, NULL, error),
            "access_token must not be NULL");
    INVALID(clef_refreshing_token_refresh_token(NULL, OUT(text), error), "token must not be NULL");
    INVALID(clef_refreshing_token_refresh_token(refreshing, NULL, error),
            "refresh_token must not be NULL");
    INVALID(clef_refreshing_token_scopes(NULL, OUT(set), error), "token must not be NULL");
    INVALID(clef_refreshing_token_scopes(refreshing, NULL, error), "scopes must not be NULL");
    INVALID(clef_refreshing_token_token_type(NULL, OUT(text), error), "token must not be NULL");
    INVALID(clef_refreshing_token_token_type(refreshing, NULL, error),
            "token_type must not be NULL");
    INVALID(clef_refreshing_token_token(NULL, OUT(token), error), "token must not be NULL");
    INVALID(clef_refreshing_token_token(refreshing, NULL, error), "current must not be NULL");
    INVALID(clef_refreshing_token_refresh(NULL, error), "token must not be NULL");
    INVALID(clef_refreshing_token_invalidate(NULL, SECRET, error), "token must not be NULL");
    INVALID(clef_refreshing_token_invalidate(refreshing, NULL, error),
            "access_token must not be NULL");
    INVALID(clef_refreshing_token_last_error(NULL, OUT(last_error), error),
            "token must not be NULL");
    INVALID(clef_refreshing_token_last_error(refreshing, NULL, error),
            "last_error must not be NULL");
    INVALID(clef_refreshing_token_set_grant_warning(NULL, 0, error), "token must not be NULL");
    INVALID(clef_refreshing_token_set_grant_warning(refreshing, -1, error),
            "seconds must not be negative");
    WORKS(clef_refreshing_token_set_grant_warning(refreshing, INT64_MAX, error));

    freed = 0;
    INVALID(clef_refreshing_token_set_listener(NULL, take_token, garbage, count_free, error),
            "token must not be NULL");
    CHECK_INT(freed, 2);
    WORKS(clef_refreshing_token_set_listener(refreshing, NULL, NULL, NULL, error));
}

static void null_in_logins(void)
{
    INVALID(clef_user_auth_new(NULL, scopes, 0, OUT(auth), error), "credentials must not be NULL");
    WORKS(clef_user_auth_new(credentials, NULL, 0, OUT(auth), error));
    INVALID(clef_user_auth_new(credentials, scopes, 0, NULL, error), "auth must not be NULL");
    INVALID(clef_user_auth_resume(NULL, SECRET, SECRET, 0, OUT(auth), error),
            "credentials must not be NULL");
    INVALID(clef_user_auth_resume(credentials, NULL, SECRET, 0, OUT(auth), error),
            "state must not be NULL");
    WORKS(clef_user_auth_resume(credentials, SECRET, NULL, 0, OUT(auth), error));
    INVALID(clef_user_auth_resume(credentials, SECRET, NULL, CLEF_AUTH_PKCE, OUT(auth), error),
            "verifier must not be NULL");
    INVALID(clef_user_auth_resume(credentials, SECRET, SECRET, 0, NULL, error),
            "auth must not be NULL");
    INVALID(clef_user_auth_request_token(NULL, SECRET, SECRET, OUT(token), error),
            "auth must not be NULL");
    INVALID(clef_user_auth_request_token(auth, NULL, state, OUT(token), error),
            "code must not be NULL");
    INVALID(clef_user_auth_request_token(auth, SECRET, NULL, OUT(token), error),
            "state must not be NULL");
    INVALID(clef_user_auth_request_token(auth, SECRET, state, NULL, error),
            "token must not be NULL");
    INVALID(clef_user_auth_request_token_from_url(NULL, "/?code=" SECRET, OUT(token), error),
            "auth must not be NULL");
    INVALID(clef_user_auth_request_token_from_url(auth, NULL, OUT(token), error),
            "url must not be NULL");
    INVALID(clef_user_auth_request_token_from_url(auth, "/?code=" SECRET, NULL, error),
            "token must not be NULL");
    INVALID(clef_user_auth_request_refreshing_token(NULL, SECRET, SECRET, OUT(refreshing), error),
            "auth must not be NULL");
    INVALID(clef_user_auth_request_refreshing_token(auth, NULL, state, OUT(refreshing), error),
            "code must not be NULL");
    INVALID(clef_user_auth_request_refreshing_token(auth, SECRET, NULL, OUT(refreshing), error),
            "state must not be NULL");
    INVALID(clef_user_auth_request_refreshing_token(auth, SECRET, state, NULL, error),
            "token must not be NULL");
    INVALID(clef_user_auth_request_refreshing_token_from_url(NULL, "/?code=" SECRET,
                                                             OUT(refreshing), error),
            "auth must not be NULL");
    INVALID(clef_user_auth_request_refreshing_token_from_url(auth, NULL, OUT(refreshing), error),
            "url must not be NULL");
    INVALID(clef_user_auth_request_refreshing_token_from_url(auth, "/?code=" SECRET, NULL, error),
            "token must not be NULL");
    INVALID(clef_user_auth_prepare_token(NULL, SECRET, SECRET, OUT(request), error),
            "auth must not be NULL");
    INVALID(clef_user_auth_prepare_token(auth, NULL, state, OUT(request), error),
            "code must not be NULL");
    INVALID(clef_user_auth_prepare_token(auth, SECRET, NULL, OUT(request), error),
            "state must not be NULL");
    INVALID(clef_user_auth_prepare_token(auth, SECRET, state, NULL, error),
            "request must not be NULL");
    INVALID(clef_user_auth_prepare_token_from_url(NULL, "/?code=" SECRET, OUT(request), error),
            "auth must not be NULL");
    INVALID(clef_user_auth_prepare_token_from_url(auth, NULL, OUT(request), error),
            "url must not be NULL");
    INVALID(clef_user_auth_prepare_token_from_url(auth, "/?code=" SECRET, NULL, error),
            "request must not be NULL");
}

static void null_in_redirect_listeners(void)
{
    INVALID(clef_redirect_listener_new(NULL, OUT(listener), error),
            "redirect_uri must not be NULL");
    INVALID(clef_redirect_listener_new(SANDBOX_REDIRECT_URI, NULL, error),
            "listener must not be NULL");
    INVALID(clef_redirect_listener_set_page(NULL, "x", "x", error), "listener must not be NULL");
    WORKS(clef_redirect_listener_set_page(listener, NULL, "x", error));
    WORKS(clef_redirect_listener_set_page(listener, "x", NULL, error));
    INVALID(clef_redirect_listener_wait(NULL, SECRET, 0, OUT(text), error),
            "listener must not be NULL");
    INVALID(clef_redirect_listener_wait(listener, SECRET, 0, NULL, error), "url must not be NULL");
    ROW(clef_redirect_listener_wait(listener, NULL, 0, OUT(text), error), CLEF_STATUS_TIMEOUT,
        CLEF_REMEDY_RETRY_LATER, "no redirect came in time");
}

#define NO_STORE(call) \
    ROW(call, CLEF_STATUS_STORE, CLEF_REMEDY_FIX_SETTINGS, NO_DIRECTORY " is not a directory")

#define WITHOUT_KEYRING(call) \
    ROW(call, CLEF_STATUS_UNSUPPORTED, CLEF_REMEDY_FIX_CALL, \
        "this clef was built without the feature `keyring`")

static void null_in_token_stores(void)
{
    WORKS(clef_token_store_new_file(NULL, OUT(store), error));
    INVALID(clef_token_store_new_file(NO_DIRECTORY, NULL, error), "store must not be NULL");
    WITHOUT_KEYRING(clef_token_store_new_keyring(NULL, OUT(store), error));
    INVALID(clef_token_store_new_keyring("x", NULL, error), "store must not be NULL");
    INVALID(clef_token_store_load(NULL, credentials, "me", OUT(token), error),
            "store must not be NULL");
    INVALID(clef_token_store_load(store, NULL, "me", OUT(token), error),
            "credentials must not be NULL");
    NO_STORE(clef_token_store_load(store, credentials, NULL, OUT(token), error));
    INVALID(clef_token_store_load(store, credentials, "me", NULL, error),
            "token must not be NULL");
    INVALID(clef_token_store_save(NULL, credentials, "me", token, error), "store must not be NULL");
    INVALID(clef_token_store_save(store, NULL, "me", token, error), "credentials must not be NULL");
    NO_STORE(clef_token_store_save(store, credentials, NULL, token, error));
    INVALID(clef_token_store_save(store, credentials, "me", NULL, error), "token must not be NULL");
    INVALID(clef_token_store_remove(NULL, credentials, "me", error), "store must not be NULL");
    INVALID(clef_token_store_remove(store, NULL, "me", error), "credentials must not be NULL");
    NO_STORE(clef_token_store_remove(store, credentials, NULL, error));
    INVALID(clef_token_store_accounts(NULL, credentials, OUT(accounts), error),
            "store must not be NULL");
    INVALID(clef_token_store_accounts(store, NULL, OUT(accounts), error),
            "credentials must not be NULL");
    INVALID(clef_token_store_accounts(store, credentials, NULL, error),
            "accounts must not be NULL");
    NO_STORE(clef_token_store_accounts(store, credentials, OUT(accounts), error));
    INVALID(clef_refreshing_token_open(NULL, credentials, "me", OUT(refreshing), error),
            "store must not be NULL");
    INVALID(clef_refreshing_token_open(store, NULL, "me", OUT(refreshing), error),
            "credentials must not be NULL");
    INVALID(clef_refreshing_token_open(store, credentials, "me", NULL, error),
            "token must not be NULL");
    NO_STORE(clef_refreshing_token_open(store, credentials, NULL, OUT(refreshing), error));
    INVALID(clef_refreshing_token_attach(NULL, store, "me", error), "token must not be NULL");
    INVALID(clef_refreshing_token_attach(refreshing, NULL, "me", error), "store must not be NULL");
    NO_STORE(clef_refreshing_token_attach(refreshing, store, NULL, error));
}

static void null_in_whole_logins(void)
{
    INVALID(clef_login_options_set_flags(NULL, 0, error), "options must not be NULL");
    INVALID(clef_login_options_set_timeout(NULL, 1, error), "options must not be NULL");
    freed = 0;
    INVALID(clef_login_options_set_browser(NULL, keep_attempt, garbage, count_free, error),
            "options must not be NULL");
    WORKS(clef_login_options_set_browser(login_options, NULL, garbage, count_free, error));
    CHECK_INT(freed, 4);
    WORKS(clef_login_options_set_browser(login_options, NULL, NULL, NULL, error));
    INVALID(clef_login_options_set_page(NULL, "x", "x", error), "options must not be NULL");
    WORKS(clef_login_options_set_page(login_options, NULL, "x", error));
    WORKS(clef_login_options_set_page(login_options, "x", NULL, error));
    INVALID(clef_login_options_set_store(NULL, store, "me", error), "options must not be NULL");
    WORKS(clef_login_options_set_store(login_options, store, NULL, error));
    WORKS(clef_login_options_set_store(login_options, NULL, NULL, error));
    INVALID(clef_login_options_set_store(login_options, NULL, "me", error),
            "account needs a store");
    INVALID(clef_login(NULL, NULL, NULL, OUT(refreshing), error), "credentials must not be NULL");
    INVALID(clef_login(credentials, scopes, login_options, NULL, error), "token must not be NULL");
    freed = 0;
    INVALID(clef_login_start(NULL, scopes, login_options, runtime, hear_completion, garbage,
                             count_free, OUT(operation), error),
            "credentials must not be NULL");
    CHECK_INT(freed, 2);
    INVALID(clef_login_start(credentials, NULL, NULL, NULL, NULL, NULL, NULL, NULL, error),
            "runtime must not be NULL");
    INVALID(clef_login_paste(NULL, "code=" SECRET, error), "operation must not be NULL");
    INVALID(clef_login_paste(login, NULL, error), "url must not be NULL");
    INVALID(clef_login_attempt_paste(NULL, "code=" SECRET, error), "attempt must not be NULL");
    INVALID(clef_login_attempt_paste(attempt, NULL, error), "url must not be NULL");
    INVALID(clef_login_attempt_open_browser(NULL, error), "attempt must not be NULL");
    CHECK(clef_login_attempt_url(NULL) == NULL);
    CHECK(clef_login_attempt_redirect_uri(NULL) == NULL);
    CHECK(clef_login_attempt_clone(NULL) == NULL);
    clef_login_attempt_cancel(NULL);
    clef_login_attempt_free(NULL);
    clef_login_options_free(NULL);
}

static void null_in_load_task(clef_store_task *task)
{
    INVALID(clef_store_task_set_value(task, NULL, "1", error), "value must not be NULL");
    WORKS(clef_store_task_set_value(task, "x", NULL, error));
    INVALID(clef_store_task_set_version(task, "1", error), "Load is not answered with a version");
    INVALID(clef_store_task_set_fence(task, 1, error), "Load is not answered with a fence");
    INVALID(clef_store_task_add_account(task, "a", error), "Load is not answered with accounts");
}

static void null_in_save_task(clef_store_task *task)
{
    INVALID(clef_store_task_set_version(task, NULL, error), "version must not be NULL");
    INVALID(clef_store_task_set_value(task, "x", NULL, error), "Save is not answered with a value");
}

static void null_in_list_task(clef_store_task *task)
{
    INVALID(clef_store_task_add_account(task, NULL, error), "account must not be NULL");
}

static void null_in_store_tasks(void)
{
    freed = 0;
    INVALID(clef_token_store_new_custom(NULL, garbage, count_free, OUT(store), error),
            "run must not be NULL");
    INVALID(clef_token_store_new_custom(run_task, garbage, count_free, NULL, error),
            "store must not be NULL");
    CHECK_INT(freed, 4);
    WORKS(clef_token_store_new_custom(run_task, NULL, NULL, OUT(store), error));
    INVALID(clef_runtime_new_store(NULL, run_task, garbage, count_free, OUT(store), error),
            "runtime must not be NULL");
    INVALID(clef_runtime_new_store(runtime, NULL, garbage, count_free, OUT(store), error),
            "run must not be NULL");
    INVALID(clef_runtime_new_store(runtime, run_task, garbage, count_free, NULL, error),
            "store must not be NULL");
    CHECK_INT(clef_runtime_run_callbacks(runtime), 0);
    CHECK_INT(freed, 10);
    WORKS(clef_runtime_new_store(runtime, run_task, NULL, NULL, OUT(store), error));

    INVALID(clef_store_task_set_value(NULL, "x", "1", error), "task must not be NULL");
    INVALID(clef_store_task_set_version(NULL, "1", error), "task must not be NULL");
    INVALID(clef_store_task_set_fence(NULL, 1, error), "task must not be NULL");
    INVALID(clef_store_task_add_account(NULL, "a", error), "task must not be NULL");
    in_task_of(CLEF_STORE_TASK_LOAD, null_in_load_task);
    in_task_of(CLEF_STORE_TASK_SAVE, null_in_save_task);
    in_task_of(CLEF_STORE_TASK_LIST, null_in_list_task);
    ROW(with_failing_task(CLEF_STATUS_TLS, SAY_NOTHING, error), CLEF_STATUS_TLS,
        CLEF_REMEDY_RETRY_LATER, "the custom store failed");
}

static void null_in_helpers(void)
{
    INVALID(clef_gen_state(32, NULL, error), "state must not be NULL");
    INVALID(clef_parse_code_from_url(NULL, OUT(text), error), "url must not be NULL");
    INVALID(clef_parse_code_from_url("code=" SECRET, NULL, error), "code must not be NULL");
    INVALID(clef_parse_state_from_url(NULL, OUT(text), error), "url must not be NULL");
    INVALID(clef_parse_state_from_url("state=" SECRET, NULL, error), "state must not be NULL");
    INVALID(clef_request_client_token(NULL, SECRET, sender, OUT(refreshing), error),
            "client_id must not be NULL");
    INVALID(clef_request_client_token("id", NULL, NULL, OUT(refreshing), error),
            "client_secret must not be NULL");
    INVALID(clef_request_client_token("id", SECRET, sender, NULL, error), "token must not be NULL");
    INVALID(clef_refresh_user_token(NULL, SECRET, SECRET, sender, OUT(refreshing), error),
            "client_id must not be NULL");
    INVALID(clef_refresh_user_token("id", NULL, SECRET, NULL, OUT(refreshing), error),
            "client_secret must not be NULL");
    INVALID(clef_refresh_user_token("id", SECRET, NULL, NULL, OUT(refreshing), error),
            "refresh_token must not be NULL");
    INVALID(clef_refresh_user_token("id", SECRET, SECRET, sender, NULL, error),
            "token must not be NULL");
    INVALID(clef_refresh_pkce_token(NULL, SECRET, sender, OUT(refreshing), error),
            "client_id must not be NULL");
    INVALID(clef_refresh_pkce_token("id", NULL, NULL, OUT(refreshing), error),
            "refresh_token must not be NULL");
    INVALID(clef_refresh_pkce_token("id", SECRET, sender, NULL, error), "token must not be NULL");
    INVALID(clef_prompt_for_user_token(NULL, SECRET, SANDBOX_REDIRECT_URI, NULL, 0, NULL,
                                       OUT(refreshing), error),
            "client_id must not be NULL");
    INVALID(clef_prompt_for_user_token("id", NULL, SANDBOX_REDIRECT_URI, NULL, 0, NULL,
                                       OUT(refreshing), error),
            "client_secret must not be NULL");
    INVALID(clef_prompt_for_user_token("id", SECRET, NULL, NULL, 0, NULL, OUT(refreshing), error),
            "redirect_uri must not be NULL");
    INVALID(clef_prompt_for_user_token("id", SECRET, SANDBOX_REDIRECT_URI, NULL, 0, NULL, NULL,
                                       error),
            "token must not be NULL");
    INVALID(clef_prompt_for_pkce_token(NULL, SANDBOX_REDIRECT_URI, NULL, 0, NULL, OUT(refreshing),
                                       error),
            "client_id must not be NULL");
    INVALID(clef_prompt_for_pkce_token("id", NULL, NULL, 0, NULL, OUT(refreshing), error),
            "redirect_uri must not be NULL");
    INVALID(clef_prompt_for_pkce_token("id", SANDBOX_REDIRECT_URI, NULL, 0, NULL, NULL, error),
            "token must not be NULL");
    INVALID(clef_prompt_for_token(NULL, scopes, 0, OUT(refreshing), error),
            "credentials must not be NULL");
    INVALID(clef_prompt_for_token(credentials, NULL, 0, NULL, error), "token must not be NULL");
}

/* What cannot fail gives nothing for NULL. */
static void null_in_getters(void)
{
    size_t length = 1;
    CHECK_INT(clef_error_status(NULL), CLEF_STATUS_OK);
    CHECK_INT(clef_error_remedy(NULL), CLEF_REMEDY_NONE);
    CHECK(clef_error_message(NULL) == NULL);
    CHECK(clef_error_oauth_error(NULL) == NULL);
    CHECK(clef_error_oauth_description(NULL) == NULL);
    CHECK_INT(clef_error_http_status(NULL), 0);
    CHECK_INT(clef_error_retry_after(NULL), -1);
    clef_error_free(NULL);
    clef_string_free(NULL);
    CHECK(clef_redirect_listener_uri(NULL) == NULL);
    clef_redirect_listener_cancel(NULL);
    clef_redirect_listener_free(NULL);
    CHECK(clef_token_store_clone(NULL) == NULL);
    clef_token_store_free(NULL);
    CHECK_INT(clef_accounts_len(NULL), 0);
    CHECK(clef_accounts_get(NULL, 0) == NULL);
    clef_accounts_free(NULL);
    CHECK_INT(clef_store_task_kind(NULL), CLEF_STORE_TASK_UNKNOWN);
    CHECK(clef_store_task_key(NULL) == NULL);
    CHECK(clef_store_task_accounts_url(NULL) == NULL);
    CHECK(clef_store_task_client_id(NULL) == NULL);
    CHECK(clef_store_task_account(NULL) == NULL);
    CHECK(clef_store_task_value(NULL) == NULL);
    CHECK(clef_store_task_version(NULL) == NULL);
    CHECK_INT(clef_store_task_fence(NULL), 0);
    CHECK_INT(clef_store_task_time_to_live_ms(NULL), 0);
    CHECK(!clef_store_task_is_cancelled(NULL));
    clef_store_task_done(NULL);
    clef_store_task_fail(NULL, CLEF_STATUS_STORE, "x");
    clef_store_task_free(NULL);
    CHECK_INT(clef_scope_from_name(NULL), CLEF_SCOPE_UNKNOWN);
    CHECK(!clef_scope_set_contains(NULL, "a"));
    CHECK(!clef_scope_set_contains(scopes, NULL));
    CHECK(!clef_scope_set_is_subset(NULL, scopes));
    CHECK(!clef_scope_set_is_subset(scopes, NULL));
    CHECK(!clef_scope_set_equals(NULL, scopes));
    CHECK(!clef_scope_set_equals(scopes, NULL));
    CHECK(!clef_scope_set_equals(NULL, NULL));
    CHECK_INT(clef_scope_set_len(NULL), 0);
    CHECK(clef_scope_set_get(NULL, 0) == NULL);
    CHECK(clef_scope_set_to_string(NULL) == NULL);
    CHECK(clef_scope_set_clone(NULL) == NULL);
    clef_scope_set_free(NULL);
    clef_http_config_free(NULL);
    CHECK(clef_sender_clone(NULL) == NULL);
    clef_sender_free(NULL);
    CHECK(clef_exchange_request(NULL) == NULL);
    CHECK(!clef_exchange_is_cancelled(NULL));
    clef_exchange_respond(NULL, NULL);
    clef_exchange_fail(NULL, CLEF_STATUS_TRANSPORT, 0, NULL);
    clef_exchange_forward(NULL, NULL);
    clef_exchange_free(NULL);
    CHECK(clef_sender_next_exchange(NULL) == NULL);
    CHECK(clef_sender_next_exchange(sender) == NULL);
    CHECK_INT(clef_runtime_run_callbacks(NULL), 0);
    CHECK_INT(clef_runtime_fd(NULL), -1);
    clef_runtime_wake(NULL);
    clef_runtime_free(NULL);
    CHECK(!clef_operation_is_done(NULL));
    CHECK(clef_operation_clone(NULL) == NULL);
    clef_operation_cancel(NULL);
    clef_operation_free(NULL);
    CHECK(clef_credentials_client_id(NULL) == NULL);
    CHECK(clef_credentials_redirect_uri(NULL) == NULL);
    CHECK(clef_credentials_clone(NULL) == NULL);
    clef_credentials_free(NULL);
    CHECK(clef_http_request_method(NULL) == NULL);
    CHECK(clef_http_request_url(NULL) == NULL);
    CHECK_INT(clef_http_request_header_count(NULL), 0);
    CHECK(clef_http_request_header_name(NULL, 0) == NULL);
    CHECK(clef_http_request_header_value(NULL, 0) == NULL);
    CHECK(clef_http_request_body(NULL, NULL) == NULL);
    CHECK(clef_http_request_body(NULL, &length) == NULL);
    CHECK_INT(length, 0);
    CHECK(clef_http_request_body(request, NULL) != NULL);
    CHECK(!clef_http_request_may_repeat(NULL));
    clef_http_request_free(NULL);
    clef_http_response_free(NULL);
    CHECK(clef_token_access_token(NULL) == NULL);
    CHECK(clef_token_refresh_token(NULL) == NULL);
    CHECK(clef_token_token_type(NULL) == NULL);
    CHECK(clef_token_scopes(NULL) == NULL);
    CHECK_INT(clef_token_expires_at(NULL), 0);
    CHECK_INT(clef_token_expires_in(NULL), 0);
    CHECK(!clef_token_is_expiring(NULL));
    CHECK(!clef_token_uses_pkce(NULL));
    CHECK_INT(clef_token_authorised_at(NULL), 0);
    CHECK_INT(clef_token_grant_expires_at(NULL), 0);
    CHECK(clef_token_clone(NULL) == NULL);
    clef_token_free(NULL);
    CHECK(clef_refreshing_credentials_credentials(NULL) == NULL);
    CHECK(clef_refreshing_credentials_clone(NULL) == NULL);
    clef_refreshing_credentials_free(NULL);
    CHECK(clef_refreshing_token_credentials(NULL) == NULL);
    CHECK(!clef_refreshing_token_uses_pkce(NULL));
    CHECK_INT(clef_refreshing_token_expires_at(NULL), 0);
    CHECK_INT(clef_refreshing_token_expires_in(NULL), 0);
    CHECK(!clef_refreshing_token_is_expiring(NULL));
    CHECK(clef_refreshing_token_clone(NULL) == NULL);
    clef_refreshing_token_free(NULL);
    CHECK(clef_user_auth_url(NULL) == NULL);
    CHECK(clef_user_auth_state(NULL) == NULL);
    CHECK(clef_user_auth_verifier(NULL) == NULL);
    clef_user_auth_free(NULL);
}

static void past_the_end(void)
{
    size_t headers = clef_http_request_header_count(request);
    CHECK(headers > 0);
    CHECK(clef_http_request_header_name(request, headers - 1) != NULL);
    CHECK(clef_http_request_header_name(request, headers) == NULL);
    CHECK(clef_http_request_header_value(request, SIZE_MAX) == NULL);
    CHECK(clef_scope_set_get(scopes, clef_scope_set_len(scopes)) == NULL);
    CHECK(clef_scope_set_get(scopes, SIZE_MAX) == NULL);
}

/* Invalid UTF-8, in every place where a string goes */

static void invalid_utf8(void)
{
    INVALID(clef_scope_set_parse(BAD_UTF8, OUT(set), error), "text is not valid UTF-8");
    CHECK(!clef_scope_set_contains(scopes, BAD_UTF8));
    CHECK_INT(clef_scope_from_name(BAD_UTF8), CLEF_SCOPE_UNKNOWN);
    INVALID(clef_http_config_set_proxy(config, BAD_UTF8, error), "url is not valid UTF-8");
    INVALID(clef_http_config_add_ca_certificates(config, BAD_UTF8, error),
            "pem is not valid UTF-8");
    INVALID(clef_http_config_set_user_agent(config, BAD_UTF8, error),
            "user_agent is not valid UTF-8");
    INVALID(clef_credentials_new(BAD_UTF8, SECRET, NULL, NULL, OUT(credentials), error),
            "client_id is not valid UTF-8");
    INVALID(clef_credentials_new("id", BAD_UTF8, NULL, NULL, OUT(credentials), error),
            "client_secret is not valid UTF-8");
    INVALID(clef_credentials_new("id", SECRET, BAD_UTF8, NULL, OUT(credentials), error),
            "redirect_uri is not valid UTF-8");
    INVALID(clef_credentials_with_accounts_url(credentials, BAD_UTF8, OUT(credentials), error),
            "url is not valid UTF-8");
    INVALID(clef_credentials_with_redirect_uri(credentials, BAD_UTF8, OUT(credentials), error),
            "redirect_uri is not valid UTF-8");
    INVALID(clef_credentials_user_authorisation_url(credentials, NULL, BAD_UTF8, 0, OUT(text),
                                                    error),
            "state is not valid UTF-8");
    INVALID(clef_credentials_pkce_user_authorisation(credentials, NULL, BAD_UTF8, 32, 0, OUT(text),
                                                     OUT(more_text), error),
            "state is not valid UTF-8");
    INVALID(clef_credentials_request_user_token(credentials, BAD_UTF8, OUT(token), error),
            "code is not valid UTF-8");
    INVALID(clef_credentials_refresh_user_token(credentials, BAD_UTF8, OUT(token), error),
            "refresh_token is not valid UTF-8");
    INVALID(clef_credentials_request_pkce_token(credentials, BAD_UTF8, SECRET, OUT(token), error),
            "code is not valid UTF-8");
    INVALID(clef_credentials_request_pkce_token(credentials, SECRET, BAD_UTF8, OUT(token), error),
            "verifier is not valid UTF-8");
    INVALID(clef_credentials_refresh_pkce_token(credentials, BAD_UTF8, OUT(token), error),
            "refresh_token is not valid UTF-8");
    INVALID(clef_credentials_prepare_user_token(credentials, BAD_UTF8, OUT(request), error),
            "code is not valid UTF-8");
    INVALID(clef_credentials_prepare_refresh_user_token(credentials, BAD_UTF8, OUT(request), error),
            "refresh_token is not valid UTF-8");
    INVALID(clef_credentials_prepare_pkce_token(credentials, BAD_UTF8, SECRET, OUT(request), error),
            "code is not valid UTF-8");
    INVALID(clef_credentials_prepare_pkce_token(credentials, SECRET, BAD_UTF8, OUT(request), error),
            "verifier is not valid UTF-8");
    INVALID(clef_credentials_prepare_refresh_pkce_token(credentials, BAD_UTF8, OUT(request), error),
            "refresh_token is not valid UTF-8");
    INVALID(clef_http_response_add_header(response, BAD_UTF8, "b", error),
            "name is not valid UTF-8");
    INVALID(clef_http_response_add_header(response, "a", BAD_UTF8, error),
            "value is not valid UTF-8");
    INVALID(clef_token_from_json(BAD_UTF8, 0, OUT(token), error), "json is not valid UTF-8");
    INVALID(clef_token_from_tekore_config(BAD_UTF8, NULL, 0, OUT(token), error),
            "config is not valid UTF-8");
    INVALID(clef_token_from_tekore_config(TEKORE_CONFIG, BAD_UTF8, 0, OUT(token), error),
            "section is not valid UTF-8");
    INVALID(clef_refreshing_credentials_user_authorisation_url(refreshing_credentials, NULL,
                                                               BAD_UTF8, 0, OUT(text), error),
            "state is not valid UTF-8");
    INVALID(clef_refreshing_credentials_pkce_user_authorisation(
                refreshing_credentials, NULL, BAD_UTF8, 32, 0, OUT(text), OUT(more_text), error),
            "state is not valid UTF-8");
    INVALID(clef_refreshing_credentials_request_user_token(refreshing_credentials, BAD_UTF8,
                                                           OUT(refreshing), error),
            "code is not valid UTF-8");
    INVALID(clef_refreshing_credentials_refresh_user_token(refreshing_credentials, BAD_UTF8,
                                                           OUT(refreshing), error),
            "refresh_token is not valid UTF-8");
    INVALID(clef_refreshing_credentials_request_pkce_token(refreshing_credentials, BAD_UTF8, SECRET,
                                                           OUT(refreshing), error),
            "code is not valid UTF-8");
    INVALID(clef_refreshing_credentials_request_pkce_token(refreshing_credentials, SECRET, BAD_UTF8,
                                                           OUT(refreshing), error),
            "verifier is not valid UTF-8");
    INVALID(clef_refreshing_credentials_refresh_pkce_token(refreshing_credentials, BAD_UTF8,
                                                           OUT(refreshing), error),
            "refresh_token is not valid UTF-8");
    INVALID(clef_refreshing_token_invalidate(refreshing, BAD_UTF8, error),
            "access_token is not valid UTF-8");
    INVALID(clef_user_auth_resume(credentials, BAD_UTF8, SECRET, 0, OUT(auth), error),
            "state is not valid UTF-8");
    INVALID(clef_user_auth_resume(credentials, SECRET, BAD_UTF8, 0, OUT(auth), error),
            "verifier is not valid UTF-8");
    INVALID(clef_user_auth_request_token(auth, BAD_UTF8, state, OUT(token), error),
            "code is not valid UTF-8");
    INVALID(clef_user_auth_request_token_start(auth, BAD_UTF8, state, runtime, NULL, NULL, NULL,
                                               OUT(operation), error),
            "code is not valid UTF-8");
    INVALID(clef_user_auth_request_token_start(auth, SECRET, BAD_UTF8, runtime, NULL, NULL, NULL,
                                               OUT(operation), error),
            "state is not valid UTF-8");
    INVALID(clef_user_auth_request_token_from_url_start(auth, BAD_UTF8, runtime, NULL, NULL, NULL,
                                                        OUT(operation), error),
            "url is not valid UTF-8");
    INVALID(clef_user_auth_request_refreshing_token_start(auth, BAD_UTF8, state, runtime, NULL,
                                                          NULL, NULL, OUT(operation), error),
            "code is not valid UTF-8");
    INVALID(clef_user_auth_request_refreshing_token_start(auth, SECRET, BAD_UTF8, runtime, NULL,
                                                          NULL, NULL, OUT(operation), error),
            "state is not valid UTF-8");
    INVALID(clef_user_auth_request_refreshing_token_from_url_start(auth, BAD_UTF8, runtime, NULL,
                                                                   NULL, NULL, OUT(operation),
                                                                   error),
            "url is not valid UTF-8");
    INVALID(clef_user_auth_request_token(auth, SECRET, BAD_UTF8, OUT(token), error),
            "state is not valid UTF-8");
    INVALID(clef_user_auth_request_token_from_url(auth, BAD_UTF8, OUT(token), error),
            "url is not valid UTF-8");
    INVALID(clef_user_auth_request_refreshing_token(auth, BAD_UTF8, state, OUT(refreshing), error),
            "code is not valid UTF-8");
    INVALID(clef_user_auth_request_refreshing_token(auth, SECRET, BAD_UTF8, OUT(refreshing), error),
            "state is not valid UTF-8");
    INVALID(clef_user_auth_request_refreshing_token_from_url(auth, BAD_UTF8, OUT(refreshing),
                                                             error),
            "url is not valid UTF-8");
    INVALID(clef_user_auth_prepare_token(auth, BAD_UTF8, state, OUT(request), error),
            "code is not valid UTF-8");
    INVALID(clef_user_auth_prepare_token(auth, SECRET, BAD_UTF8, OUT(request), error),
            "state is not valid UTF-8");
    INVALID(clef_user_auth_prepare_token_from_url(auth, BAD_UTF8, OUT(request), error),
            "url is not valid UTF-8");
    INVALID(clef_parse_code_from_url(BAD_UTF8, OUT(text), error), "url is not valid UTF-8");
    INVALID(clef_parse_state_from_url(BAD_UTF8, OUT(text), error), "url is not valid UTF-8");
    INVALID(clef_request_client_token(BAD_UTF8, SECRET, NULL, OUT(refreshing), error),
            "client_id is not valid UTF-8");
    INVALID(clef_request_client_token("id", BAD_UTF8, NULL, OUT(refreshing), error),
            "client_secret is not valid UTF-8");
    INVALID(clef_refresh_user_token(BAD_UTF8, SECRET, SECRET, NULL, OUT(refreshing), error),
            "client_id is not valid UTF-8");
    INVALID(clef_refresh_user_token("id", BAD_UTF8, SECRET, NULL, OUT(refreshing), error),
            "client_secret is not valid UTF-8");
    INVALID(clef_refresh_user_token("id", SECRET, BAD_UTF8, NULL, OUT(refreshing), error),
            "refresh_token is not valid UTF-8");
    INVALID(clef_refresh_pkce_token(BAD_UTF8, SECRET, NULL, OUT(refreshing), error),
            "client_id is not valid UTF-8");
    INVALID(clef_refresh_pkce_token("id", BAD_UTF8, NULL, OUT(refreshing), error),
            "refresh_token is not valid UTF-8");
    INVALID(clef_prompt_for_user_token(BAD_UTF8, SECRET, SANDBOX_REDIRECT_URI, NULL, 0, NULL,
                                       OUT(refreshing), error),
            "client_id is not valid UTF-8");
    INVALID(clef_prompt_for_user_token("id", BAD_UTF8, SANDBOX_REDIRECT_URI, NULL, 0, NULL,
                                       OUT(refreshing), error),
            "client_secret is not valid UTF-8");
    INVALID(clef_prompt_for_user_token("id", SECRET, BAD_UTF8, NULL, 0, NULL, OUT(refreshing),
                                       error),
            "redirect_uri is not valid UTF-8");
    INVALID(clef_prompt_for_pkce_token(BAD_UTF8, SANDBOX_REDIRECT_URI, NULL, 0, NULL,
                                       OUT(refreshing), error),
            "client_id is not valid UTF-8");
    INVALID(clef_prompt_for_pkce_token("id", BAD_UTF8, NULL, 0, NULL, OUT(refreshing), error),
            "redirect_uri is not valid UTF-8");
    INVALID(with_ending(FAIL_UTF8, error), "message is not valid UTF-8");
}

/* Numbers out of range */

static void invalid_utf8_in_redirect_listeners(void)
{
    INVALID(clef_redirect_listener_new(BAD_UTF8, OUT(listener), error),
            "redirect_uri is not valid UTF-8");
    INVALID(clef_redirect_listener_set_page(listener, BAD_UTF8, NULL, error),
            "success is not valid UTF-8");
    INVALID(clef_redirect_listener_set_page(listener, NULL, BAD_UTF8, error),
            "failure is not valid UTF-8");
    INVALID(clef_redirect_listener_wait(listener, BAD_UTF8, 0, OUT(text), error),
            "expected_state is not valid UTF-8");
}

static void invalid_utf8_in_token_stores(void)
{
    INVALID(clef_token_store_new_file(BAD_UTF8, OUT(store), error), "path is not valid UTF-8");
    INVALID(clef_token_store_new_keyring(BAD_UTF8, OUT(store), error),
            "service is not valid UTF-8");
    INVALID(clef_token_store_load(store, credentials, BAD_UTF8, OUT(token), error),
            "account is not valid UTF-8");
    INVALID(clef_token_store_save(store, credentials, BAD_UTF8, token, error),
            "account is not valid UTF-8");
    INVALID(clef_token_store_remove(store, credentials, BAD_UTF8, error),
            "account is not valid UTF-8");
    INVALID(clef_refreshing_token_open(store, credentials, BAD_UTF8, OUT(refreshing), error),
            "account is not valid UTF-8");
    INVALID(clef_refreshing_token_open_start(store, credentials, BAD_UTF8, runtime, NULL, NULL, NULL,
                                             NULL, error),
            "account is not valid UTF-8");
    INVALID(clef_refreshing_token_attach(refreshing, store, BAD_UTF8, error),
            "account is not valid UTF-8");
}

static void invalid_utf8_in_whole_logins(void)
{
    INVALID(clef_login_options_set_store(login_options, store, BAD_UTF8, error),
            "account is not valid UTF-8");
    INVALID(clef_login_options_set_page(login_options, BAD_UTF8, NULL, error),
            "success is not valid UTF-8");
    INVALID(clef_login_options_set_page(login_options, NULL, BAD_UTF8, error),
            "failure is not valid UTF-8");
    INVALID(clef_login_paste(login, BAD_UTF8, error), "url is not valid UTF-8");
    INVALID(clef_login_attempt_paste(attempt, BAD_UTF8, error), "url is not valid UTF-8");
}

static void invalid_utf8_in_load_task(clef_store_task *task)
{
    INVALID(clef_store_task_set_value(task, BAD_UTF8, "1", error), "value is not valid UTF-8");
    INVALID(clef_store_task_set_value(task, "x", BAD_UTF8, error), "version is not valid UTF-8");
}

static void invalid_utf8_in_save_task(clef_store_task *task)
{
    INVALID(clef_store_task_set_version(task, BAD_UTF8, error), "version is not valid UTF-8");
}

static void invalid_utf8_in_list_task(clef_store_task *task)
{
    INVALID(clef_store_task_add_account(task, BAD_UTF8, error), "account is not valid UTF-8");
}

static void invalid_utf8_in_store_tasks(void)
{
    in_task_of(CLEF_STORE_TASK_LOAD, invalid_utf8_in_load_task);
    in_task_of(CLEF_STORE_TASK_SAVE, invalid_utf8_in_save_task);
    in_task_of(CLEF_STORE_TASK_LIST, invalid_utf8_in_list_task);
    INVALID(with_failing_task(CLEF_STATUS_TLS, SAY_UTF8, error), "message is not valid UTF-8");
}

static void sizes(void)
{
    const size_t verifiers[] = {0, 31, 97, SIZE_MAX};
    for (size_t i = 0; i < sizeof verifiers / sizeof verifiers[0]; i++) {
        INVALID(clef_credentials_pkce_user_authorisation(credentials, NULL, SECRET, verifiers[i], 0,
                                                         OUT(text), OUT(more_text), error),
                "verifier_bytes must be from 32 to 96");
        INVALID(clef_refreshing_credentials_pkce_user_authorisation(
                    refreshing_credentials, NULL, SECRET, verifiers[i], 0, OUT(text),
                    OUT(more_text), error),
                "verifier_bytes must be from 32 to 96");
    }
    const size_t states[] = {0, 15, 97, SIZE_MAX};
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
        INVALID(clef_gen_state(states[i], OUT(text), error), "n_bytes must be from 16 to 96");

    const clef_scope one = CLEF_SCOPE_STREAMING;
    INVALID(clef_scope_set_of(&one, SIZE_MAX, OUT(set), error), "count must be at most 65536");
    INVALID(clef_http_response_new(200, (const uint8_t *)"", SIZE_MAX, OUT(response), error),
            "body is too long");
}

static void timeouts(void)
{
    const int64_t wrong[] = {-2, INT64_MIN};
    freed = 0;
    for (int i = 0; i < 2; i++) {
        INVALID(clef_http_config_set_connect_timeout(config, wrong[i], error),
                "timeout_ms must be -1 or more");
        INVALID(clef_http_config_set_timeout(config, wrong[i], error),
                "timeout_ms must be -1 or more");
        INVALID(clef_sender_new_retrying(sender, 1, wrong[i], OUT(sender), error),
                "max_wait_ms must be -1 or more");
        INVALID(clef_sender_new_custom(end_exchange, NULL, count_free, wrong[i], OUT(sender),
                                       error),
                "timeout_ms must be -1 or more");
        INVALID(clef_runtime_new_sender(runtime, end_exchange, NULL, count_free, wrong[i],
                                        OUT(sender), error),
                "timeout_ms must be -1 or more");
        INVALID(clef_sender_new_polled(wrong[i], OUT(sender), error),
                "timeout_ms must be -1 or more");
        INVALID(clef_runtime_wait(runtime, wrong[i], error), "timeout_ms must be -1 or more");
        INVALID(clef_runtime_close(runtime, wrong[i], error), "timeout_ms must be -1 or more");
        INVALID(clef_operation_wait(operation, wrong[i], error), "timeout_ms must be -1 or more");
        INVALID(clef_redirect_listener_wait(listener, SECRET, wrong[i], OUT(text), error),
                "timeout_ms must be -1 or more");
        INVALID(clef_login_options_set_timeout(login_options, wrong[i], error),
                "timeout_ms must be -1 or more");
    }
    CHECK_INT(clef_runtime_run_callbacks(runtime), 0);
    CHECK_INT(freed, 8);
    INVALID(clef_runtime_new_sender(runtime, end_exchange, NULL, NULL, 0, OUT(sender), error),
            "timeout_ms must not be 0");
    INVALID(clef_sender_new_polled(0, OUT(sender), error), "timeout_ms must not be 0");
    WORKS(clef_runtime_new_sender(runtime, end_exchange, NULL, NULL, INT64_MAX, OUT(sender),
                                  error));
    WORKS(clef_sender_new_polled(INT64_MAX, OUT(sender), error));
    INVALID(clef_http_config_set_connect_timeout(config, 0, error), "timeout must not be 0");
    INVALID(clef_http_config_set_timeout(config, 0, error), "timeout must not be 0");
    INVALID(clef_login_options_set_timeout(login_options, 0, error), "timeout must not be 0");
    WORKS(clef_login_options_set_timeout(login_options, INT64_MAX, error));
    WORKS(clef_sender_new_retrying(sender, UINT32_MAX, INT64_MAX, OUT(sender), error));
    WORKS(clef_sender_new_custom(end_exchange, NULL, NULL, INT64_MAX, OUT(sender), error));
}

/* A request by a sender with these timeouts. */
static clef_status request_within(int64_t timeout_ms, clef_error **error)
{
    clef_http_config *patient = clef_http_config_new();
    clef_sender *http = NULL, *retrying = NULL;
    CHECK_INT(clef_http_config_set_connect_timeout(patient, timeout_ms, NULL), CLEF_STATUS_OK);
    CHECK_INT(clef_http_config_set_timeout(patient, timeout_ms, NULL), CLEF_STATUS_OK);
    CHECK_INT(clef_sender_new_http(patient, &http, NULL), CLEF_STATUS_OK);
    CHECK_INT(clef_sender_new_retrying(http, 1, timeout_ms, &retrying, NULL), CLEF_STATUS_OK);
    clef_credentials *patiently = sandbox_credentials(SANDBOX_CLIENT_SECRET, retrying);
    clef_status status = clef_credentials_request_client_token(patiently, OUT(token), error);
    clef_credentials_free(patiently);
    clef_sender_free(retrying);
    clef_sender_free(http);
    clef_http_config_free(patient);
    return status;
}

static void long_timeouts(void)
{
    WORKS(request_within(-1, error));
    WORKS(request_within(INT64_MAX, error));
    ROW(with_ending(FREE, error), CLEF_STATUS_TRANSPORT, CLEF_REMEDY_RETRY_LATER,
        "without an answer");
}

static void http_statuses(void)
{
    const int32_t wrong[] = {99, 600, 0, -1, INT32_MIN, INT32_MAX};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        INVALID(clef_http_response_new(wrong[i], NULL, 0, OUT(response), error),
                "status must be from 100 to 599");
    WORKS(clef_http_response_new(100, NULL, 0, OUT(response), error));
    WORKS(clef_http_response_new(599, NULL, 0, OUT(response), error));
}

static void times(void)
{
    INVALID(clef_token_with_authorised_at(token, -1, OUT(token), error), "authorised_at");
    INVALID(clef_token_with_authorised_at(token, INT64_MIN, OUT(token), error), "authorised_at");
    WORKS(clef_token_with_authorised_at(token, CLEF_TIME_UNKNOWN, OUT(token), error));
    WORKS(clef_token_with_authorised_at(token, INT64_MAX, OUT(token), error));
    INVALID(clef_http_request_finish(request, INT64_MIN, response, OUT(token), error), "sent_at");
    INVALID(clef_http_request_finish(request, -1, response, OUT(token), error), "sent_at");
    WORKS(clef_http_request_finish(request, INT64_MAX, response, OUT(token), error));
    WORKS(clef_token_from_json("{\"access_token\": \"a\", \"expires_in\": 9223372036854775807}", 0,
                               OUT(token), error));
    WORKS(clef_token_from_json("{\"access_token\": \"a\", \"expires_at\": -9223372036854775808}", 0,
                               OUT(token), error));

    clef_token *far = NULL;
    CHECK_INT(clef_token_with_authorised_at(token, INT64_MAX, &far, NULL), CLEF_STATUS_OK);
    CHECK(clef_token_grant_expires_at(far) == INT64_MAX);
    clef_token_free(far);
    CHECK_INT(clef_http_request_finish(request, 1, response, &far, NULL), CLEF_STATUS_OK);
    CHECK(clef_token_is_expiring(far));
    CHECK(clef_token_expires_in(far) < 0);
    clef_token_free(far);
}

/* Flags that a function does not know */

static void unknown_flags(void)
{
    const uint32_t wrong[] = {4, 1u << 31, UINT32_MAX};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        uint32_t flags = wrong[i];
        INVALID(clef_credentials_user_authorisation_url(credentials, NULL, SECRET, flags, OUT(text),
                                                        error),
                "flags has bits that are unknown here");
        INVALID(clef_credentials_pkce_user_authorisation(credentials, NULL, SECRET, 32, flags,
                                                         OUT(text), OUT(more_text), error),
                "flags has bits that are unknown here");
        INVALID(clef_refreshing_credentials_user_authorisation_url(refreshing_credentials, NULL,
                                                                   SECRET, flags, OUT(text), error),
                "flags has bits that are unknown here");
        INVALID(clef_refreshing_credentials_pkce_user_authorisation(
                    refreshing_credentials, NULL, SECRET, 32, flags, OUT(text), OUT(more_text),
                    error),
                "flags has bits that are unknown here");
        INVALID(clef_user_auth_new(credentials, NULL, flags, OUT(auth), error),
                "flags has bits that are unknown here");
        INVALID(clef_user_auth_resume(credentials, SECRET, SECRET, flags, OUT(auth), error),
                "flags has bits that are unknown here");
        INVALID(clef_token_from_json("{\"access_token\": \"" SECRET "\"}", flags, OUT(token),
                                     error),
                "flags has bits that are unknown here");
        INVALID(clef_token_from_tekore_config(TEKORE_CONFIG, NULL, flags, OUT(token), error),
                "flags has bits that are unknown here");
        INVALID(clef_prompt_for_user_token("id", SECRET, SANDBOX_REDIRECT_URI, NULL, flags, NULL,
                                           OUT(refreshing), error),
                "flags has bits that are unknown here");
        INVALID(clef_prompt_for_pkce_token("id", SANDBOX_REDIRECT_URI, NULL, flags, NULL,
                                           OUT(refreshing), error),
                "flags has bits that are unknown here");
        INVALID(clef_prompt_for_token(credentials, NULL, flags, OUT(refreshing), error),
                "flags has bits that are unknown here");
        INVALID(clef_login_options_set_flags(login_options, flags, error),
                "flags has bits that are unknown here");
    }
    INVALID(clef_login_options_set_flags(login_options, CLEF_PROMPT_OPEN_BROWSER, error),
            "flags has bits that are unknown here");
    INVALID(clef_prompt_for_token(credentials, NULL, CLEF_LOGIN_NO_BROWSER, OUT(refreshing), error),
            "flags has bits that are unknown here");
    INVALID(with_ending(FAIL_FLAGS, error), "flags has bits that are unknown here: 0x2");
    INVALID(clef_user_auth_new(credentials, NULL, CLEF_PROMPT_OPEN_BROWSER, OUT(auth), error),
            "flags has bits that are unknown here: 0x100");

    /* Known, but not for this: the verifier would be lost. */
    INVALID(clef_credentials_user_authorisation_url(credentials, NULL, SECRET, CLEF_AUTH_PKCE,
                                                    OUT(text), error),
            "CLEF_AUTH_PKCE needs a verifier");
    INVALID(clef_refreshing_credentials_user_authorisation_url(
                refreshing_credentials, NULL, SECRET, CLEF_AUTH_PKCE, OUT(text), error),
            "CLEF_AUTH_PKCE needs a verifier");
}

/* Enumeration values that clef does not know */

static clef_status refuse_token(void *user_data, clef_event event, const clef_token *changed,
                                const clef_error *failure)
{
    int *offers = user_data;
    (void)changed, (void)failure;
    *offers += event == CLEF_EVENT_CHANGED;
    return 12345;
}

static void unknown_numbers(void)
{
    const clef_scope wrong[] = {CLEF_SCOPE_UNKNOWN, CLEF_SCOPE_USER_TOP_READ + 1, -1, INT32_MIN};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const clef_scope some[] = {CLEF_SCOPE_STREAMING, wrong[i]};
        INVALID(clef_scope_set_of(some, 2, OUT(set), error), "scopes has an unknown scope");
        CHECK(clef_scope_name(wrong[i]) == NULL);
    }
    ROW(with_ending(FAIL_OK, error), CLEF_STATUS_TRANSPORT, CLEF_REMEDY_RETRY_LATER,
        "the custom sender could not carry the request");
    ROW(with_ending(FAIL_UNKNOWN, error), CLEF_STATUS_TRANSPORT, CLEF_REMEDY_RETRY_LATER, "x");
    ROW(with_ending(FAIL_NEGATIVE, error), CLEF_STATUS_TRANSPORT, CLEF_REMEDY_RETRY_LATER, "x");
    ROW(with_ending(FAIL_DEAD, error), CLEF_STATUS_TRANSPORT, CLEF_REMEDY_RETRY_LATER, "x");
    ROW(with_ending(FAIL_SECRET, error), CLEF_STATUS_TLS, CLEF_REMEDY_RETRY_LATER, "cannot send");
    INVALID(with_ending(RESPOND_NULL, error), "response must not be NULL");

    const clef_status statuses[] = {-1, CLEF_STATUS_INTERNAL + 1, INT32_MIN, INT32_MAX};
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        CHECK_STRING(clef_status_name(statuses[i]), "CLEF_STATUS_UNKNOWN");
        CHECK_INT(clef_status_remedy(statuses[i]), CLEF_REMEDY_NONE);
    }

    /* A listener's answer that is no status is no OK: the token is offered again. */
    int offers = 0;
    clef_refreshing_token *listened = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_refreshing_token_new(token, credentials, &listened, &error));
    CHECK_OK(clef_refreshing_token_set_listener(listened, refuse_token, &offers, NULL, &error));
    CHECK_OK(clef_refreshing_token_refresh(listened, &error));
    CHECK_INT(offers, 1);
    CHECK_OK(clef_refreshing_token_refresh(listened, &error));
    CHECK_INT(offers, 3);
    clef_refreshing_token_free(listened);
}

/* Empty strings, and settings that are missing */

static void empty_strings(void)
{
    INVALID(clef_redirect_listener_wait(listener, "", 0, OUT(text), error),
            "expected_state must not be empty");
    WORKS(clef_redirect_listener_set_page(listener, "", "", error));
    INVALID(clef_token_store_new_file("", OUT(store), error), "path must not be empty");
    INVALID(clef_token_store_new_keyring("", OUT(store), error),
            "service must have 1 to 256 bytes");
    NO_STORE(clef_token_store_load(store, credentials, "", OUT(token), error));
    INVALID(clef_credentials_new("", NULL, NULL, NULL, OUT(credentials), error),
            "client_id must not be empty");
    INVALID(clef_credentials_new("id", "", NULL, NULL, OUT(credentials), error),
            "client_secret must not be empty");
    INVALID(clef_credentials_request_user_token(credentials, "", OUT(token), error),
            "code must not be empty");
    INVALID(clef_credentials_request_pkce_token(credentials, "", SECRET, OUT(token), error),
            "code must not be empty");
    INVALID(clef_credentials_refresh_user_token(credentials, "", OUT(token), error),
            "refresh_token must not be empty");
    INVALID(clef_credentials_refresh_pkce_token(credentials, "", OUT(token), error),
            "refresh_token must not be empty");
    INVALID(clef_user_auth_resume(credentials, "", SECRET, 0, OUT(auth), error),
            "state must not be empty");
    WORKS(clef_scope_set_parse("", OUT(set), error));
}

#define NO_SECRET(call) \
    ROW(call, CLEF_STATUS_MISSING_CLIENT_SECRET, CLEF_REMEDY_FIX_SETTINGS, "needs a client secret")
#define NO_URI(call) \
    ROW(call, CLEF_STATUS_MISSING_REDIRECT_URI, CLEF_REMEDY_FIX_SETTINGS, "needs a redirect URI")

static void missing_settings(void)
{
    NO_SECRET(clef_credentials_request_client_token(without_secret, OUT(token), error));
    NO_SECRET(clef_credentials_request_user_token(without_secret, SECRET, OUT(token), error));
    NO_SECRET(clef_credentials_refresh_user_token(without_secret, SECRET, OUT(token), error));
    NO_SECRET(clef_credentials_refresh(without_secret, token, OUT(token), error));
    NO_SECRET(clef_credentials_prepare_client_token(without_secret, OUT(request), error));
    NO_SECRET(clef_refreshing_credentials_request_client_token(refreshing_without_secret,
                                                               OUT(refreshing), error));
    NO_SECRET(clef_refreshing_credentials_request_user_token(refreshing_without_secret, SECRET,
                                                             OUT(refreshing), error));
    NO_SECRET(clef_user_auth_new(without_secret, NULL, 0, OUT(auth), error));
    NO_SECRET(clef_user_auth_resume(without_secret, SECRET, NULL, 0, OUT(auth), error));
    NO_SECRET(clef_prompt_for_token(without_secret, NULL, 0, OUT(refreshing), error));
    NO_URI(clef_credentials_user_authorisation_url(without_uri, NULL, SECRET, 0, OUT(text), error));
    NO_URI(clef_credentials_pkce_user_authorisation(without_uri, NULL, SECRET, 32, 0, OUT(text),
                                                    OUT(more_text), error));
    NO_URI(clef_credentials_request_user_token(without_uri, SECRET, OUT(token), error));
    NO_URI(clef_credentials_request_pkce_token(without_uri, SECRET, SECRET, OUT(token), error));
    NO_URI(clef_refreshing_credentials_user_authorisation_url(refreshing_without_uri, NULL, SECRET,
                                                              0, OUT(text), error));
    NO_URI(clef_user_auth_new(without_uri, NULL, CLEF_AUTH_PKCE, OUT(auth), error));
    NO_URI(clef_prompt_for_token(without_uri, NULL, CLEF_AUTH_PKCE, OUT(refreshing), error));
    NO_URI(clef_login(without_uri, NULL, NULL, OUT(refreshing), error));
    NO_URI(clef_login_start(without_uri, NULL, NULL, runtime, NULL, NULL, NULL, OUT(operation),
                            error));
    ROW(clef_login(credentials, NULL, login_options, OUT(refreshing), error),
        CLEF_STATUS_NO_BROWSER, CLEF_REMEDY_NONE, "show the URL");
}

/* Megabytes: each works, or fails by what it says and not by its size */

/* Runs a prompt whose user sees nothing and types nothing. */
static int quiet(void)
{
    fflush(stdout);
    int saved = dup(STDOUT_FILENO), nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, STDOUT_FILENO);
    close(nowhere);
    return saved;
}

static clef_status loud(int saved, clef_status status)
{
    dup2(saved, STDOUT_FILENO);
    close(saved);
    return status;
}

static int output;

#define NO_TERMINAL(call) \
    ROW((output = quiet(), loud(output, call)), CLEF_STATUS_IO, CLEF_REMEDY_RETRY_LATER, \
        "the terminal failed")
#define REFUSED(call) ROW(call, CLEF_STATUS_OAUTH, CLEF_REMEDY_LOG_IN, "the code")
#define DEAD(call) ROW(call, CLEF_STATUS_LOGIN_REQUIRED, CLEF_REMEDY_LOG_IN, "the grant is dead")
#define WRONG_STATE(call) \
    ROW(call, CLEF_STATUS_STATE_MISMATCH, CLEF_REMEDY_LOG_IN, "the state is not the one")

static void huge_strings_in_load_task(clef_store_task *task)
{
    WORKS(clef_store_task_set_value(task, MEGABYTE, MEGABYTE, error));
}

static void huge_strings_in_save_task(clef_store_task *task)
{
    WORKS(clef_store_task_set_version(task, MEGABYTE, error));
}

static void huge_strings_in_list_task(clef_store_task *task)
{
    WORKS(clef_store_task_add_account(task, MEGABYTE, error));
}

static void huge_strings_in_store_tasks(void)
{
    in_task_of(CLEF_STORE_TASK_LOAD, huge_strings_in_load_task);
    in_task_of(CLEF_STORE_TASK_SAVE, huge_strings_in_save_task);
    in_task_of(CLEF_STORE_TASK_LIST, huge_strings_in_list_task);
    ROW(with_failing_task(CLEF_STATUS_TLS, SAY_HUGE, error), CLEF_STATUS_TLS,
        CLEF_REMEDY_RETRY_LATER, "mmm");
}

static void fences_of_lock_task(clef_store_task *task)
{
    WORKS(clef_store_task_set_fence(task, 1, error));
    WORKS(clef_store_task_set_fence(task, INT64_MAX, error));
    INVALID(clef_store_task_set_fence(task, 0, error), "fence must be above 0, not 0");
    INVALID(clef_store_task_set_fence(task, -1, error), "fence must be above 0, not -1");
    INVALID(clef_store_task_set_fence(task, INT64_MIN, error), "fence must be above 0");
}

static void fences(void)
{
    in_task_of(CLEF_STORE_TASK_LOCK, fences_of_lock_task);
}

/* What a store cannot mean counts as CLEF_STATUS_STORE. */
static void statuses_of_store_tasks(void)
{
    const clef_status unfit[] = {CLEF_STATUS_OK, CLEF_STATUS_BUSY, CLEF_STATUS_UNSUPPORTED,
                                 CLEF_STATUS_LOGIN_REQUIRED, 12345, -1, INT32_MIN};
    for (size_t i = 0; i < sizeof unfit / sizeof *unfit; i++)
        ROW_FOR(clef_status_name(unfit[i]), with_failing_task(unfit[i], SAY_X, error),
                CLEF_STATUS_STORE, CLEF_REMEDY_RETRY_LATER, "x");
}

static void huge_strings_that_stay_here(void)
{
    ROW(clef_redirect_listener_new(MEGABYTE, OUT(listener), error),
        CLEF_STATUS_INVALID_REDIRECT_URI, CLEF_REMEDY_FIX_SETTINGS, "has no scheme");
    WORKS(clef_redirect_listener_set_page(listener, MEGABYTE, MEGABYTE, error));
    ROW(clef_redirect_listener_wait(listener, MEGABYTE, 0, OUT(text), error), CLEF_STATUS_TIMEOUT,
        CLEF_REMEDY_RETRY_LATER, "no redirect came in time");
    INVALID(clef_token_store_new_file(MEGABYTE, OUT(store), error),
            "path must have at most 4096 bytes");
    INVALID(clef_token_store_new_keyring(MEGABYTE, OUT(store), error),
            "service must have 1 to 256 bytes");
    INVALID(clef_token_store_load(store, credentials, MEGABYTE, OUT(token), error),
            "account must have at most 256 bytes");
    INVALID(clef_token_store_save(store, credentials, MEGABYTE, token, error),
            "account must have at most 256 bytes");
    INVALID(clef_token_store_remove(store, credentials, MEGABYTE, error),
            "account must have at most 256 bytes");
    INVALID(clef_refreshing_token_open(store, credentials, MEGABYTE, OUT(refreshing), error),
            "account must have at most 256 bytes");
    INVALID(clef_refreshing_token_open_start(store, credentials, MEGABYTE, runtime, NULL, NULL, NULL,
                                             NULL, error),
            "account must have at most 256 bytes");
    INVALID(clef_refreshing_token_attach(refreshing, store, MEGABYTE, error),
            "account must have at most 256 bytes");
    WORKS(clef_login_options_set_page(login_options, MEGABYTE, MEGABYTE, error));
    INVALID(clef_login_options_set_store(login_options, store, MEGABYTE, error),
            "account must have at most 256 bytes");
    ROW(clef_login_paste(login, MEGABYTE, error), CLEF_STATUS_MISSING_PARAMETER,
        CLEF_REMEDY_LOG_IN, "no parameter 'state'");
    WRONG_STATE(clef_login_attempt_paste(attempt, MEGABYTE_STATE, error));
    WORKS(clef_scope_set_parse(MEGABYTE, OUT(set), error));
    CHECK(!clef_scope_set_contains(scopes, MEGABYTE));
    CHECK_INT(clef_scope_from_name(MEGABYTE), CLEF_SCOPE_UNKNOWN);
    INVALID(clef_http_config_set_proxy(config, MEGABYTE, error), "the proxy must be http://");
    INVALID(clef_http_config_add_ca_certificates(config, MEGABYTE, error), "certificate");
    WORKS(clef_http_config_set_user_agent(config, MEGABYTE, error));
    WORKS(clef_credentials_new(MEGABYTE, MEGABYTE, MEGABYTE_URI, NULL, OUT(credentials), error));
    ROW(clef_credentials_new("id", NULL, MEGABYTE, NULL, OUT(credentials), error),
        CLEF_STATUS_INVALID_REDIRECT_URI, CLEF_REMEDY_FIX_SETTINGS, "has no scheme");
    WORKS(clef_credentials_with_accounts_url(credentials, MEGABYTE_URI, OUT(credentials), error));
    WORKS(clef_credentials_with_redirect_uri(credentials, MEGABYTE_URI, OUT(credentials), error));
    WORKS(clef_credentials_user_authorisation_url(credentials, NULL, MEGABYTE, 0, OUT(text),
                                                  error));
    WORKS(clef_credentials_pkce_user_authorisation(credentials, NULL, MEGABYTE, 32, 0, OUT(text),
                                                   OUT(more_text), error));
    WORKS(clef_refreshing_credentials_user_authorisation_url(refreshing_credentials, NULL, MEGABYTE,
                                                             0, OUT(text), error));
    WORKS(clef_refreshing_credentials_pkce_user_authorisation(
        refreshing_credentials, NULL, MEGABYTE, 32, 0, OUT(text), OUT(more_text), error));
    WORKS(clef_credentials_prepare_user_token(credentials, MEGABYTE, OUT(request), error));
    WORKS(clef_credentials_prepare_refresh_user_token(credentials, MEGABYTE, OUT(request), error));
    WORKS(clef_credentials_prepare_pkce_token(credentials, MEGABYTE, MEGABYTE, OUT(request),
                                              error));
    WORKS(clef_credentials_prepare_refresh_pkce_token(credentials, MEGABYTE, OUT(request), error));
    WORKS(clef_http_response_add_header(response, MEGABYTE, MEGABYTE, error));
    INVALID(clef_token_from_json(MEGABYTE, 0, OUT(token), error), "is not JSON");
    WORKS(clef_token_from_json(MEGABYTE_JSON, 0, OUT(token), error));
    INVALID(clef_token_from_tekore_config(MEGABYTE, NULL, 0, OUT(token), error),
            "no SPOTIFY_USER_REFRESH");
    WORKS(clef_token_from_tekore_config(TEKORE_CONFIG, MEGABYTE, 0, OUT(token), error));
    WORKS(clef_refreshing_token_invalidate(refreshing, MEGABYTE, error));
    WORKS(clef_user_auth_resume(credentials, MEGABYTE, MEGABYTE, 0, OUT(auth), error));
    WORKS(clef_parse_code_from_url(MEGABYTE_CODE, OUT(text), error));
    WORKS(clef_parse_state_from_url(MEGABYTE_STATE, OUT(text), error));
    ROW(clef_parse_code_from_url(MEGABYTE, OUT(text), error), CLEF_STATUS_MISSING_PARAMETER,
        CLEF_REMEDY_LOG_IN, "no parameter 'code'");
    WRONG_STATE(clef_user_auth_request_token(auth, MEGABYTE, MEGABYTE, OUT(token), error));
    WRONG_STATE(clef_user_auth_request_token_from_url(auth, MEGABYTE_STATE, OUT(token), error));
    WRONG_STATE(clef_user_auth_request_refreshing_token(auth, MEGABYTE, MEGABYTE, OUT(refreshing),
                                                        error));
    WRONG_STATE(clef_user_auth_request_refreshing_token_from_url(auth, MEGABYTE_STATE,
                                                                 OUT(refreshing), error));
    WRONG_STATE(clef_user_auth_request_token_start(auth, MEGABYTE, MEGABYTE, runtime, NULL, NULL,
                                                   NULL, OUT(operation), error));
    WRONG_STATE(clef_user_auth_request_token_from_url_start(auth, MEGABYTE_STATE, runtime, NULL,
                                                            NULL, NULL, OUT(operation), error));
    WRONG_STATE(clef_user_auth_request_refreshing_token_start(auth, MEGABYTE, MEGABYTE, runtime,
                                                              NULL, NULL, NULL, OUT(operation),
                                                              error));
    WRONG_STATE(clef_user_auth_request_refreshing_token_from_url_start(
        auth, MEGABYTE_STATE, runtime, NULL, NULL, NULL, OUT(operation), error));
    WRONG_STATE(clef_user_auth_prepare_token(auth, MEGABYTE, MEGABYTE, OUT(request), error));
    WRONG_STATE(clef_user_auth_prepare_token_from_url(auth, MEGABYTE_STATE, OUT(request), error));
    NO_TERMINAL(clef_prompt_for_user_token(MEGABYTE, MEGABYTE, MEGABYTE_URI, NULL, 0, NULL,
                                           OUT(refreshing), error));
    NO_TERMINAL(clef_prompt_for_pkce_token(MEGABYTE, MEGABYTE_URI, NULL, 0, NULL, OUT(refreshing),
                                           error));
}

static void huge_strings_that_are_sent(void)
{
    REFUSED(clef_credentials_request_user_token(credentials, MEGABYTE, OUT(token), error));
    REFUSED(clef_credentials_request_pkce_token(credentials, "c", MEGABYTE, OUT(token), error));
    REFUSED(clef_credentials_request_pkce_token(credentials, MEGABYTE, VERIFIER, OUT(token),
                                                error));
    DEAD(clef_credentials_refresh_user_token(credentials, MEGABYTE, OUT(token), error));
    DEAD(clef_credentials_refresh_pkce_token(credentials, MEGABYTE, OUT(token), error));
    REFUSED(clef_refreshing_credentials_request_user_token(refreshing_credentials, MEGABYTE,
                                                           OUT(refreshing), error));
    REFUSED(clef_refreshing_credentials_request_pkce_token(refreshing_credentials, "c", MEGABYTE,
                                                           OUT(refreshing), error));
    REFUSED(clef_refreshing_credentials_request_pkce_token(refreshing_credentials, MEGABYTE,
                                                           VERIFIER, OUT(refreshing), error));
    DEAD(clef_refreshing_credentials_refresh_user_token(refreshing_credentials, MEGABYTE,
                                                        OUT(refreshing), error));
    DEAD(clef_refreshing_credentials_refresh_pkce_token(refreshing_credentials, MEGABYTE,
                                                        OUT(refreshing), error));
    ROW(with_ending(FAIL_HUGE, error), CLEF_STATUS_TLS, CLEF_REMEDY_RETRY_LATER, "mmm");

    ending = FREE;
#define NOT_CARRIED(call) \
    ROW(call, CLEF_STATUS_TRANSPORT, CLEF_REMEDY_RETRY_LATER, "without an answer")
    NOT_CARRIED(clef_request_client_token(MEGABYTE, MEGABYTE, failing_sender, OUT(refreshing),
                                          error));
    NOT_CARRIED(clef_refresh_user_token(MEGABYTE, MEGABYTE, MEGABYTE, failing_sender,
                                        OUT(refreshing), error));
    NOT_CARRIED(clef_refresh_pkce_token(MEGABYTE, MEGABYTE, failing_sender, OUT(refreshing),
                                        error));
}

/* Redirect URIs that the service refuses or that are unsafe */

static void redirect_uris(void)
{
    static const struct {
        const char *uri, *part;
    } wrong[] = {
        {"", "is empty"},
        {"http://localhost/callback", "write http://127.0.0.1 or http://[::1] instead"},
        {"http://LOCALHOST:8888/callback", "write http://127.0.0.1 or http://[::1] instead"},
        {"https://localhost/callback", "write http://127.0.0.1 or http://[::1] instead"},
        {"http://app.localhost./callback", "write http://127.0.0.1 or http://[::1] instead"},
        {"http://example.com/callback", "plain http is for loopback addresses only"},
        {"http://192.168.0.1/callback", "plain http is for loopback addresses only"},
        {"http://2130706433/callback", "plain http is for loopback addresses only"},
        {"http://127.0.0.1.example.com/", "plain http is for loopback addresses only"},
        {"https://example.com/callback#fragment", "has a fragment"},
        {"https://example.com/callback#", "has a fragment"},
        {"https://user:" SECRET "@example.com/", "has a user name or password"},
        {"http://127.0.0.1@example.com/", "has a user name or password"},
        {"clef-demo://user@callback", "has a user name or password"},
        {"javascript:alert(1)", "must not have the scheme 'javascript'"},
        {"JavaScript:alert(1)", "must not have the scheme 'javascript'"},
        {"data:text/html,x", "must not have the scheme 'data'"},
        {"file:///etc/passwd", "must not have the scheme 'file'"},
        {"blob:https://example.com/x", "must not have the scheme 'blob'"},
        {"about:blank", "must not have the scheme 'about'"},
        {"vbscript:x", "must not have the scheme 'vbscript'"},
        {"https://example.com\\@evil.example", "backslash"},
        {"https://example.com/a b", "space"},
        {"https://example.com/\r\nX: y", "control character"},
        {"https://example.com/\x7f", "control character"},
        {"https://example.com/\xc2\x85", "control character"},
        {"/callback", "has no scheme"},
        {"127.0.0.1:8888/callback", "has no scheme"},
        {"http:/127.0.0.1/callback", "has no host"},
        {"https:///callback", "has no host"},
        {"http://127.0.0.1:65536/callback", "port"},
        {"http://127.0.0.1:/callback", "port"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const char *uri = wrong[i].uri;
#define BAD_URI(call) \
    ROW_FOR(uri, call, CLEF_STATUS_INVALID_REDIRECT_URI, CLEF_REMEDY_FIX_SETTINGS, wrong[i].part)
        BAD_URI(clef_credentials_new("id", SECRET, uri, NULL, OUT(credentials), error));
        BAD_URI(clef_credentials_with_redirect_uri(credentials, uri, OUT(credentials), error));
        BAD_URI(clef_prompt_for_user_token("id", SECRET, uri, NULL, 0, NULL, OUT(refreshing),
                                           error));
        BAD_URI(clef_prompt_for_pkce_token("id", uri, NULL, 0, NULL, OUT(refreshing), error));
    }
    static const char *const right[] = {
        "https://example.com/callback?x=y", "http://127.0.0.1:8888/callback", "http://[::1]:0",
        "clef-demo://callback",             "com.example.app:/callback",
    };
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++)
        ROW_FOR(right[i],
                clef_credentials_new("id", NULL, right[i], NULL, OUT(credentials), error),
                CLEF_STATUS_OK, CLEF_REMEDY_NONE, NULL);
}

static void redirect_uris_to_listen_at(void)
{
    static const struct {
        const char *uri, *part;
    } wrong[] = {
        {"", "is empty"},
        {"http://localhost:8888/callback", "write http://127.0.0.1 or http://[::1] instead"},
        {"https://127.0.0.1/callback", "write for example http://127.0.0.1/callback"},
        {"https://example.com/callback", "write for example http://127.0.0.1/callback"},
        {"clef-demo://callback", "write for example http://127.0.0.1/callback"},
        {"clef-demo:callback", "write for example http://127.0.0.1/callback"},
        {"http://0.0.0.0/callback", "write https, http://127.0.0.1 or http://[::1]"},
        {"http://192.168.0.1/callback", "write https, http://127.0.0.1 or http://[::1]"},
        {"http://127.0.0.1:65536/callback", "a number from 0 to 65535"},
        {"http://" SECRET "@127.0.0.1/callback", "has a user name or password"},
        {"http://127.0.0.1/a/../b", "write the path without"},
        {"http://127.0.0.1/callback#", "has a fragment"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        ROW_FOR(wrong[i].uri, clef_redirect_listener_new(wrong[i].uri, OUT(listener), error),
                CLEF_STATUS_INVALID_REDIRECT_URI, CLEF_REMEDY_FIX_SETTINGS, wrong[i].part);
    ROW_FOR(clef_redirect_listener_uri(listener),
            clef_redirect_listener_new(clef_redirect_listener_uri(listener), OUT(listener), error),
            CLEF_STATUS_ADDRESS_IN_USE, CLEF_REMEDY_RETRY_LATER, "127.0.0.1:");
    WORKS(clef_redirect_listener_new("http://127.0.0.1", OUT(listener), error));
}

static void accounts_urls(void)
{
    static const struct {
        const char *url, *part;
    } wrong[] = {
        {"", "has no scheme"},
        {"accounts.example.com", "has no scheme"},
        {"http://accounts.example.com", "must be https"},
        {"http://localhost:8888", "must be https"},
        {"ftp://127.0.0.1", "must be https"},
        {"https://", "has no host"},
        {"https://user:" SECRET "@example.com", "has a user name or password"},
        {"https://example.com/?x", "has a query or a fragment"},
        {"https://example.com/#x", "has a query or a fragment"},
        {"https://example.com\\x", "must encode"},
        {"https://example.com/\n", "must encode"},
        {"https://b\xc3\xbc" "cher.example", "must encode"},
        {"https://[::1", "no name and no address"},
        {"https://%zz", "no name and no address"},
        {"https://example.com:99999", "port"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        ROW_FOR(wrong[i].url,
                clef_credentials_with_accounts_url(credentials, wrong[i].url, OUT(credentials),
                                                   error),
                CLEF_STATUS_INVALID_ARGUMENT, CLEF_REMEDY_FIX_CALL, wrong[i].part);
}

/* URLs that a user is redirected to */

static const struct {
    const char *url, *part;
    clef_status status;
    clef_remedy remedy;
} redirects[] = {
    {"", "no parameter 'code'", CLEF_STATUS_MISSING_PARAMETER, CLEF_REMEDY_LOG_IN},
    {"https://example.com/callback", "no parameter 'code'", CLEF_STATUS_MISSING_PARAMETER,
     CLEF_REMEDY_LOG_IN},
    {"/callback?code=", "no parameter 'code'", CLEF_STATUS_MISSING_PARAMETER, CLEF_REMEDY_LOG_IN},
    {"/callback?code", "no parameter 'code'", CLEF_STATUS_MISSING_PARAMETER, CLEF_REMEDY_LOG_IN},
    {"/callback#code=" SECRET, "no parameter 'code'", CLEF_STATUS_MISSING_PARAMETER,
     CLEF_REMEDY_LOG_IN},
    {"/callback?code=%00" SECRET, "'code'", CLEF_STATUS_MISSING_PARAMETER, CLEF_REMEDY_LOG_IN},
    {"/callback?code=" SECRET "&code=" SECRET, "'code' more than once",
     CLEF_STATUS_REPEATED_PARAMETER, CLEF_REMEDY_LOG_IN},
    {"/callback?code=" SECRET "&code=", "'code' more than once", CLEF_STATUS_REPEATED_PARAMETER,
     CLEF_REMEDY_LOG_IN},
    {"/callback?error=a&error=b", "'error' more than once", CLEF_STATUS_REPEATED_PARAMETER,
     CLEF_REMEDY_LOG_IN},
    {"/callback?error=access_denied", "the user denied access", CLEF_STATUS_ACCESS_DENIED,
     CLEF_REMEDY_LOG_IN},
    {"/callback?error=access_denied&code=" SECRET, "the user denied access",
     CLEF_STATUS_ACCESS_DENIED, CLEF_REMEDY_LOG_IN},
    {"/callback?error=invalid_scope&error_description=x", "the service refused to authorise",
     CLEF_STATUS_OAUTH, CLEF_REMEDY_FIX_SETTINGS},
    {"/callback?error=server_error", "could not authorise just now", CLEF_STATUS_OAUTH,
     CLEF_REMEDY_RETRY_LATER},
    {"/callback?error=temporarily_unavailable", "could not authorise just now", CLEF_STATUS_OAUTH,
     CLEF_REMEDY_RETRY_LATER},
};

#define REDIRECT_COUNT (sizeof redirects / sizeof redirects[0])

/* The ways to hand a redirect to a login; those that do not get as far as to ask the service. */
static clef_status by_token(clef_user_auth *login, const char *url, clef_error **error)
{
    return clef_user_auth_request_token_from_url(login, url, OUT(token), error);
}

static clef_status by_refreshing_token(clef_user_auth *login, const char *url, clef_error **error)
{
    return clef_user_auth_request_refreshing_token_from_url(login, url, OUT(refreshing), error);
}

static clef_status by_request(clef_user_auth *login, const char *url, clef_error **error)
{
    return clef_user_auth_prepare_token_from_url(login, url, OUT(request), error);
}

typedef clef_status hand_over(clef_user_auth *login, const char *url, clef_error **error);

static hand_over *const ways[] = {by_token, by_refreshing_token, by_request};

/* Hands a redirect with the right state to a new login, since a matching state spends it. */
static clef_status at_new_login(hand_over *way, const char *url, clef_error **error)
{
    clef_user_auth *login = NULL;
    CHECK_INT(clef_user_auth_resume(credentials, SECRET, NULL, 0, &login, NULL), CLEF_STATUS_OK);
    size_t size = strlen(url) + 50;
    char *with_state = malloc(size);
    snprintf(with_state, size, "%.*s%s%s%s", (int)strcspn(url, "#"), url,
             strchr(url, '?') ? "&" : "?", "state=" SECRET, url + strcspn(url, "#"));
    clef_status status = way(login, with_state, error);
    free(with_state);
    clef_user_auth_free(login);
    return status;
}

static void redirects_without_code(void)
{
    for (size_t i = 0; i < REDIRECT_COUNT; i++) {
        ROW_FOR(redirects[i].url, clef_parse_code_from_url(redirects[i].url, OUT(text), error),
                redirects[i].status, redirects[i].remedy, redirects[i].part);
        for (int way = 0; way < 3; way++)
            ROW_FOR(redirects[i].url, at_new_login(ways[way], redirects[i].url, error),
                    redirects[i].status, redirects[i].remedy, redirects[i].part);
    }
}

static void redirects_without_state(void)
{
    static const struct {
        const char *url, *part;
        clef_status status;
    } wrong[] = {
        {"", "no parameter 'state'", CLEF_STATUS_MISSING_PARAMETER},
        {"/callback?code=" SECRET, "no parameter 'state'", CLEF_STATUS_MISSING_PARAMETER},
        {"/callback?code=" SECRET "&state=", "no parameter 'state'", CLEF_STATUS_MISSING_PARAMETER},
        {"/callback?code=" SECRET "#state=" SECRET, "no parameter 'state'",
         CLEF_STATUS_MISSING_PARAMETER},
        {"/callback?error=access_denied", "no parameter 'state'", CLEF_STATUS_MISSING_PARAMETER},
        {"/callback?state=" SECRET "&code=c&state=" SECRET, "'state' more than once",
         CLEF_STATUS_REPEATED_PARAMETER},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        ROW_FOR(wrong[i].url, clef_parse_state_from_url(wrong[i].url, OUT(text), error),
                wrong[i].status, CLEF_REMEDY_LOG_IN, wrong[i].part);
        for (int way = 0; way < 3; way++)
            ROW_FOR(wrong[i].url, ways[way](auth, wrong[i].url, error), wrong[i].status,
                    CLEF_REMEDY_LOG_IN, wrong[i].part);
    }
}

/* The state is verified before anything else in the redirect is believed. */
static void wrong_states(void)
{
    for (int way = 0; way < 3; way++) {
        WRONG_STATE(ways[way](auth, "/callback?code=c&state=forged-" SECRET, error));
        WRONG_STATE(ways[way](auth, "/callback?error=access_denied&state=forged-" SECRET, error));
    }
    WRONG_STATE(clef_user_auth_request_token(auth, SECRET, "", OUT(token), error));
    WRONG_STATE(clef_user_auth_request_token(auth, SECRET, "forged", OUT(token), error));
    WRONG_STATE(clef_user_auth_request_refreshing_token(auth, SECRET, "forged", OUT(refreshing),
                                                        error));
    WRONG_STATE(clef_user_auth_prepare_token(auth, SECRET, "forged", OUT(request), error));
}

/* What works once */

#define CLOSED(call) ROW(call, CLEF_STATUS_CANCELLED, CLEF_REMEDY_NONE, "closed")

static void closed_runtimes(void)
{
    CLOSED(clef_http_request_start(request, closed_runtime, NULL, NULL, NULL, OUT(operation),
                                   error));
    CLOSED(clef_refreshing_token_access_token_start(refreshing, closed_runtime, NULL, NULL, NULL,
                                                    OUT(operation), error));
    CLOSED(clef_refreshing_token_refresh_start(refreshing, closed_runtime, NULL, NULL, NULL,
                                               OUT(operation), error));
    CLOSED(clef_refreshing_token_keep_fresh(refreshing, closed_runtime, error));
    CLOSED(clef_login_start(credentials, NULL, NULL, closed_runtime, NULL, NULL, NULL,
                            OUT(operation), error));
    ROW(clef_runtime_wait(closed_runtime, -1, error), CLEF_STATUS_CANCELLED, CLEF_REMEDY_NONE,
        "cancelled");
    WORKS(clef_runtime_close(closed_runtime, 0, error));
}

#define BUSY(call) ROW(call, CLEF_STATUS_BUSY, CLEF_REMEDY_RETRY_LATER, "not done")

static void operations_that_are_not_done(void)
{
    BUSY(clef_operation_status(operation, error));
    BUSY(clef_operation_token(operation, OUT(token), error));
    BUSY(clef_operation_access_token(operation, OUT(text), error));
    BUSY(clef_operation_refreshing_token(operation, OUT(refreshing), error));
    ROW(clef_operation_wait(operation, 0, error), CLEF_STATUS_TIMEOUT, CLEF_REMEDY_RETRY_LATER,
        "not done");
}

static void operations_that_are_no_login(void)
{
    ROW(clef_operation_url(operation, OUT(text), error), CLEF_STATUS_UNSUPPORTED,
        CLEF_REMEDY_FIX_CALL, "no login");
    ROW(clef_login_paste(operation, "code=" SECRET, error), CLEF_STATUS_UNSUPPORTED,
        CLEF_REMEDY_FIX_CALL, "no login");
    WORKS(clef_operation_url(login, OUT(text), error));
}

#define SPENT(call) ROW(call, CLEF_STATUS_ALREADY_USED, CLEF_REMEDY_FIX_CALL, "before")

static void spent(void)
{
    WORKS(at_new_login(by_request, "/callback?code=" SECRET, error));
    WORKS(at_new_login(by_request, MEGABYTE_CODE, error));

    clef_http_request *first = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_user_auth_prepare_token(auth, "code-" SECRET, state, &first, &error));
    SPENT(clef_user_auth_prepare_token(auth, SECRET, state, OUT(request), error));
    SPENT(clef_user_auth_request_token(auth, SECRET, state, OUT(token), error));
    SPENT(clef_user_auth_request_refreshing_token(auth, SECRET, state, OUT(refreshing), error));
    SPENT(clef_user_auth_request_token_start(auth, SECRET, state, runtime, NULL, NULL, NULL,
                                             OUT(operation), error));
    SPENT(clef_user_auth_request_refreshing_token_start(auth, SECRET, state, runtime, NULL, NULL,
                                                        NULL, OUT(operation), error));
    WRONG_STATE(clef_user_auth_request_token(auth, SECRET, "forged", OUT(token), error));
    WRONG_STATE(clef_user_auth_request_token_start(auth, SECRET, "forged", runtime, NULL, NULL,
                                                   NULL, OUT(operation), error));

    CHECK_STATUS(clef_http_request_send(first, OUT(token), &error), CLEF_STATUS_OAUTH);
    SPENT(clef_http_request_send(first, OUT(token), error));
    SPENT(clef_http_request_start(first, runtime, NULL, NULL, NULL, OUT(operation), error));
    clef_http_request_free(first);
}

/* JSON that is no token, and settings of the HTTP sender */

static void json(void)
{
    static const struct {
        const char *json, *part;
    } wrong[] = {
        {"", "ends too early"},
        {"{\"access_token\": \"" SECRET, "ends too early"},
        {SECRET, "is not JSON"},
        {"[\"" SECRET "\"]", "wrong type"},
        {"{}", "has no access_token and no refresh_token"},
        {"{\"access_token\": \"\"}", "has no access_token"},
        {"{\"access_token\": null}", "has no access_token"},
        {"{\"access_token\": [\"" SECRET "\"]}", "wrong type"},
        {"{\"access_token\": \"" SECRET "\\u0000\"}", "wrong type"},
        {"{\"access_token\": \"a\", \"expires_in\": \"" SECRET "\"}", "wrong type"},
        {"{\"access_token\": \"a\", \"uses_pkce\": \"" SECRET "\"}", "wrong type"},
        {"{\"access_token\": \"a\"} " SECRET, "is not JSON"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        ROW_FOR(wrong[i].json, clef_token_from_json(wrong[i].json, 0, OUT(token), error),
                CLEF_STATUS_INVALID_ARGUMENT, CLEF_REMEDY_FIX_CALL, wrong[i].part);
}

static void foreign_tokens(void)
{
    clef_token *foreign = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_token_from_json("{\"access_token\": \"" SECRET "\", \"client_id\": \"other\"}", 0,
                                  &foreign, &error));
    INVALID(clef_credentials_refresh(credentials, foreign, OUT(token), error), "another client id");
    INVALID(clef_credentials_prepare_refresh(credentials, foreign, OUT(request), error),
            "another client id");
    INVALID(clef_refreshing_token_new(foreign, credentials, OUT(refreshing), error),
            "another client id");
    INVALID(clef_token_store_save(store, credentials, NULL, foreign, error), "another client id");
    clef_token_free(foreign);
}

static void http_settings(void)
{
    static const char *const proxies[] = {"", "proxy", "ftp://user:" SECRET "@proxy:80",
                                          "http://", "http://" SECRET ":" SECRET "@"};
    for (size_t i = 0; i < sizeof proxies / sizeof proxies[0]; i++)
        ROW_FOR(proxies[i], clef_http_config_set_proxy(config, proxies[i], error),
                CLEF_STATUS_INVALID_ARGUMENT, CLEF_REMEDY_FIX_CALL, "the proxy must be http://");
    INVALID(clef_http_config_add_ca_certificates(config, "", error), "has no certificate");
    INVALID(clef_http_config_add_ca_certificates(config, "-----BEGIN CERTIFICATE-----\n", error),
            "not PEM");
    INVALID(clef_http_config_add_ca_certificates(
                config, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", error),
            "cannot be read");
    INVALID(clef_http_config_set_user_agent(config, "a\r\nX: y", error), "printable ASCII");
    INVALID(clef_http_config_set_user_agent(config, "\xc3\xbc", error), "printable ASCII");
}

/* The fixtures */

static char *huge_between(const char *before, const char *after)
{
    const size_t length = 1u << 20;
    size_t size = strlen(before) + length + strlen(after) + 1;
    char *text = malloc(size);
    snprintf(text, size, "%s%*s%s", before, (int)length, "", after);
    memset(text + strlen(before), 'm', length);
    return text;
}

static void start_what_is_never_done(void)
{
    clef_error *error = NULL;
    clef_sender *unpolled = NULL;
    clef_http_request *unanswered = NULL;
    CHECK_OK(clef_sender_new_polled(-1, &unpolled, &error));
    clef_credentials *silent = sandbox_credentials(SANDBOX_CLIENT_SECRET, unpolled);
    CHECK_OK(clef_credentials_prepare_client_token(silent, &unanswered, &error));
    CHECK_OK(clef_http_request_start(unanswered, runtime, NULL, NULL, NULL, &operation, &error));
    clef_http_request_free(unanswered);
    clef_credentials_free(silent);
    clef_sender_free(unpolled);
}

static void start_a_login_that_waits(void)
{
    clef_error *error = NULL;
    login_options = clef_login_options_new();
    CHECK_OK(clef_runtime_new(&login_runtime, &error));
    CHECK_OK(clef_login_options_set_browser(login_options, keep_attempt, NULL, NULL, &error));
    CHECK_OK(clef_login_start(credentials, NULL, login_options, login_runtime, NULL, NULL, NULL,
                              &login, &error));
    CHECK_OK(clef_runtime_wait(login_runtime, -1, &error));
    clef_runtime_run_callbacks(login_runtime);
    CHECK_OK(clef_login_options_set_flags(login_options, CLEF_LOGIN_NO_BROWSER, &error));
}

static void set_up(void)
{
    huge.text = huge_between("", "");
    huge.uri = huge_between("https://example.com/", "");
    huge.json = huge_between("{\"access_token\": \"", "\"}");
    huge.code = huge_between("/callback?code=", "");
    huge.state = huge_between("/callback?code=c&state=", "");

    clef_error *error = NULL;
    scopes = clef_scope_set_every();
    config = clef_http_config_new();
    CHECK_OK(clef_sender_new_http(NULL, &sender, &error));
    CHECK_OK(clef_sender_new_custom(end_exchange, NULL, NULL, 1000, &failing_sender, &error));
    credentials = sandbox_credentials(SANDBOX_CLIENT_SECRET, NULL);
    without_secret = sandbox_credentials(NULL, NULL);
    with_failing_sender = sandbox_credentials(SANDBOX_CLIENT_SECRET, failing_sender);
    CHECK_OK(clef_credentials_new("id", SECRET, NULL, NULL, &without_uri, &error));
    CHECK_OK(clef_refreshing_credentials_new(credentials, &refreshing_credentials, &error));
    CHECK_OK(clef_refreshing_credentials_new(without_uri, &refreshing_without_uri, &error));
    CHECK_OK(clef_refreshing_credentials_new(without_secret, &refreshing_without_secret, &error));
    CHECK_OK(clef_credentials_prepare_client_token(credentials, &request, &error));
    const char *body = "{\"access_token\": \"" SECRET "\"}";
    CHECK_OK(clef_http_response_new(200, (const uint8_t *)body, strlen(body), &response, &error));
    token = sandbox_user_token(credentials, NULL, 0);
    CHECK_OK(clef_refreshing_token_new(token, credentials, &refreshing, &error));
    CHECK_OK(clef_user_auth_new(credentials, NULL, 0, &auth, &error));
    state = clef_user_auth_state(auth);
    CHECK_OK(clef_runtime_new(&runtime, &error));
    CHECK_OK(clef_runtime_new(&closed_runtime, &error));
    CHECK_OK(clef_runtime_close(closed_runtime, -1, &error));
    start_what_is_never_done();
    CHECK_OK(clef_redirect_listener_new(SANDBOX_REDIRECT_URI, &listener, &error));
    CHECK_OK(clef_token_store_new_file(NO_DIRECTORY, &store, &error));
    start_a_login_that_waits();
    CHECK_OK(clef_token_store_new_custom(run_task, NULL, NULL, &custom_store, &error));
}

static void tear_down(void)
{
    clef_login_attempt_cancel(attempt);
    clef_login_attempt_free(attempt);
    clef_operation_free(login);
    clef_runtime_free(login_runtime);
    clef_login_options_free(login_options);
    clef_operation_free(operation);
    clef_runtime_free(closed_runtime);
    clef_runtime_free(runtime);
    clef_token_store_free(custom_store);
    clef_token_store_free(store);
    clef_redirect_listener_free(listener);
    clef_user_auth_free(auth);
    clef_refreshing_token_free(refreshing);
    clef_token_free(token);
    clef_http_response_free(response);
    clef_http_request_free(request);
    clef_refreshing_credentials_free(refreshing_without_secret);
    clef_refreshing_credentials_free(refreshing_without_uri);
    clef_refreshing_credentials_free(refreshing_credentials);
    clef_credentials_free(without_uri);
    clef_credentials_free(with_failing_sender);
    clef_credentials_free(without_secret);
    clef_credentials_free(credentials);
    clef_sender_free(failing_sender);
    clef_sender_free(sender);
    clef_http_config_free(config);
    clef_scope_set_free(scopes);
    free(huge.text);
    free(huge.uri);
    free(huge.json);
    free(huge.code);
    free(huge.state);
}

int main(int count, char **arguments)
{
    if (count != 2)
        sandbox_die("give the URL of a sandbox");
    sandbox_url = arguments[1];
    /* Nobody is at the terminal. */
    int nobody = open("/dev/null", O_RDONLY);
    dup2(nobody, STDIN_FILENO);
    close(nobody);
    set_up();

    int asked = sandbox_count(NULL);
    RUN(null_in_scope_sets);
    RUN(null_in_senders);
    RUN(null_in_runtimes);
    RUN(null_in_operations);
    RUN(null_in_starts);
    RUN(null_in_credentials);
    RUN(null_in_requests);
    RUN(null_in_prepared_requests);
    RUN(null_in_tokens);
    RUN(null_in_refreshing_credentials);
    RUN(null_in_refreshing_tokens);
    RUN(null_in_logins);
    RUN(null_in_redirect_listeners);
    RUN(null_in_token_stores);
    RUN(null_in_whole_logins);
    RUN(null_in_store_tasks);
    RUN(null_in_helpers);
    RUN(null_in_getters);
    RUN(past_the_end);
    RUN(invalid_utf8);
    RUN(invalid_utf8_in_redirect_listeners);
    RUN(invalid_utf8_in_token_stores);
    RUN(invalid_utf8_in_whole_logins);
    RUN(invalid_utf8_in_store_tasks);
    RUN(sizes);
    RUN(timeouts);
    RUN(http_statuses);
    RUN(times);
    RUN(unknown_flags);
    RUN(empty_strings);
    RUN(missing_settings);
    RUN(huge_strings_that_stay_here);
    RUN(huge_strings_in_store_tasks);
    RUN(fences);
    RUN(statuses_of_store_tasks);
    RUN(redirect_uris);
    RUN(redirect_uris_to_listen_at);
    RUN(accounts_urls);
    RUN(redirects_without_code);
    RUN(redirects_without_state);
    RUN(wrong_states);
    RUN(json);
    RUN(foreign_tokens);
    RUN(http_settings);
    RUN(closed_runtimes);
    RUN(operations_that_are_not_done);
    RUN(operations_that_are_no_login);
    /* All of that was refused before the service was asked. */
    CHECK_INT(sandbox_count(NULL), asked);

    RUN(long_timeouts);
    RUN(unknown_numbers);
    RUN(huge_strings_that_are_sent);
    RUN(spent);
    tear_down();
    printf("%d rows\n", rows);
    return check_exit();
}

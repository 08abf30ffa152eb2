/* Everything that the accounts service can answer, and what clef makes of it. */
#include "refusals.h"

#define JSON_TYPE "\"headers\": {\"Content-Type\": \"application/json\"}"
#define HTML_TYPE "\"headers\": {\"Content-Type\": \"text/html\"}"
#define JSON_ANSWER(status, body) \
    "{\"kind\": \"respond\", \"status\": " #status ", " JSON_TYPE ", \"body\": \"" body "\"}"
#define HTML_ANSWER(status) \
    "{\"kind\": \"respond\", \"status\": " #status ", " HTML_TYPE \
    ", \"body\": \"<html><body>Service Unavailable</body></html>\"}"
#define TEXT_ANSWER(status) \
    "{\"kind\": \"respond\", \"status\": " #status ", \"body\": \"upstream connect error\"}"
#define WAIT_ANSWER(status, seconds) \
    "{\"kind\": \"respond\", \"status\": " #status ", \"headers\": {\"Retry-After\": \"" #seconds \
    "\"}, \"body\": \"slow down\"}"
#define EDITED(change) "{\"kind\": \"edit\", " change "}"
#define REMEDY(name) CLEF_REMEDY_##name
#define STATUS(name) CLEF_STATUS_##name

/* An HTTP status without an OAuth error. */
#define BARE(status) \
    {"HTML at " #status, HTML_ANSWER(status), STATUS(HTTP), REMEDY(RETRY_LATER), status, -1, NULL, \
     NULL, "HTTP " #status}, \
    {"text at " #status, TEXT_ANSWER(status), STATUS(HTTP), REMEDY(RETRY_LATER), status, -1, NULL, \
     NULL, "HTTP " #status}

/* A success that is none. */
#define NO_TOKEN(name, fault, says) \
    {name, fault, STATUS(INVALID_RESPONSE), REMEDY(RETRY_LATER), 200, -1, NULL, NULL, says}

static const struct refusal REFUSALS[] = {
    {"invalid_client",
     JSON_ANSWER(401, "{\\\"error\\\": \\\"invalid_client\\\","
                      " \\\"error_description\\\": \\\"Who?\\\"}"),
     STATUS(INVALID_CLIENT), REMEDY(FIX_SETTINGS), 401, -1, "invalid_client", "Who?", "client id"},
    {"invalid_client at 400", JSON_ANSWER(400, "{\\\"error\\\": \\\"invalid_client\\\"}"),
     STATUS(INVALID_CLIENT), REMEDY(FIX_SETTINGS), 400, -1, "invalid_client", NULL, "client id"},
    {"an error without a description", JSON_ANSWER(400, "{\\\"error\\\": \\\"invalid_scope\\\"}"),
     STATUS(OAUTH), REMEDY(FIX_SETTINGS), 400, -1, "invalid_scope", NULL, "HTTP 400"},
    {"a description that is null",
     JSON_ANSWER(400, "{\\\"error\\\": \\\"invalid_request\\\", \\\"error_description\\\": null}"),
     STATUS(OAUTH), REMEDY(FIX_SETTINGS), 400, -1, "invalid_request", NULL, "HTTP 400"},
    {"an error that nobody knows", JSON_ANSWER(418, "{\\\"error\\\": \\\"teapot\\\"}"),
     STATUS(OAUTH), REMEDY(FIX_SETTINGS), 418, -1, "teapot", NULL, "HTTP 418"},
    {"an error of two lines",
     JSON_ANSWER(400,
                 "{\\\"error\\\": \\\"odd\\\", \\\"error_description\\\": \\\"one\\\\ntwo\\\"}"),
     STATUS(OAUTH), REMEDY(FIX_SETTINGS), 400, -1, "odd", "one two", "HTTP 400"},
    {"invalid_grant at 500 is no dead grant",
     JSON_ANSWER(500, "{\\\"error\\\": \\\"invalid_grant\\\"}"), STATUS(OAUTH), REMEDY(RETRY_LATER),
     500, -1, "invalid_grant", NULL, "HTTP 500"},
    {"invalid_grant at 403 is no dead grant",
     JSON_ANSWER(403, "{\\\"error\\\": \\\"invalid_grant\\\"}"), STATUS(OAUTH),
     REMEDY(FIX_SETTINGS), 403, -1, "invalid_grant", NULL, "HTTP 403"},
    {"invalid_grant that is no JSON is no dead grant",
     "{\"kind\": \"respond\", \"status\": 400, \"body\": \"invalid_grant\"}", STATUS(HTTP),
     REMEDY(RETRY_LATER), 400, -1, NULL, NULL, "HTTP 400"},
    {"an error that is no text", JSON_ANSWER(400, "{\\\"error\\\": {\\\"status\\\": 400}}"),
     STATUS(HTTP), REMEDY(RETRY_LATER), 400, -1, NULL, NULL, "HTTP 400"},
    {"temporarily_unavailable",
     JSON_ANSWER(400, "{\\\"error\\\": \\\"temporarily_unavailable\\\"}"), STATUS(OAUTH),
     REMEDY(RETRY_LATER), 400, -1, "temporarily_unavailable", NULL, "HTTP 400"},
    {"server_error at 503", JSON_ANSWER(503, "{\\\"error\\\": \\\"server_error\\\"}"),
     STATUS(OAUTH), REMEDY(RETRY_LATER), 503, -1, "server_error", NULL, "HTTP 503"},
    BARE(400),
    BARE(403),
    BARE(404),
    BARE(500),
    BARE(502),
    BARE(503),
    {"an unassigned status", TEXT_ANSWER(599), STATUS(HTTP), REMEDY(RETRY_LATER), 599, -1, NULL,
     NULL, "HTTP 599"},
    {"429 without a time", TEXT_ANSWER(429), STATUS(RATE_LIMITED), REMEDY(RETRY_LATER), 429, -1,
     NULL, NULL, "asks to wait"},
    {"429 with seconds", WAIT_ANSWER(429, 7), STATUS(RATE_LIMITED), REMEDY(RETRY_LATER), 429, 7,
     NULL, NULL, "7 s"},
    {"429 with hours", WAIT_ANSWER(429, 12471), STATUS(RATE_LIMITED), REMEDY(RETRY_LATER), 429,
     12471, NULL, NULL, "12471 s"},
    {"429 with nonsense", WAIT_ANSWER(429, soon), STATUS(RATE_LIMITED), REMEDY(RETRY_LATER), 429,
     -1, NULL, NULL, "asks to wait"},
    {"429 with a date",
     "{\"kind\": \"respond\", \"status\": 429, \"headers\": {"
     "\"Date\": \"Sat, 01 Jan 2000 00:00:00 GMT\","
     "\"Retry-After\": \"Sat, 01 Jan 2000 00:01:30 GMT\"}}",
     STATUS(RATE_LIMITED), REMEDY(RETRY_LATER), 429, 90, NULL, NULL, "90 s"},
    {"429 with an OAuth error",
     "{\"kind\": \"respond\", \"status\": 429, \"headers\": {\"Retry-After\": \"2\"},"
     "\"body\": \"{\\\"error\\\": \\\"slow_down\\\"}\"}",
     STATUS(RATE_LIMITED), REMEDY(RETRY_LATER), 429, 2, "slow_down", NULL, "2 s"},
    {"503 with seconds", WAIT_ANSWER(503, 5), STATUS(HTTP), REMEDY(RETRY_LATER), 503, 5, NULL, NULL,
     "HTTP 503"},
    {"a redirect",
     "{\"kind\": \"respond\", \"status\": 302, \"headers\": {\"Location\": \"/api/token\"}}",
     STATUS(HTTP), REMEDY(RETRY_LATER), 302, -1, NULL, NULL, "redirect"},
    {"a redirect that keeps the method",
     "{\"kind\": \"respond\", \"status\": 307, \"headers\": {\"Location\": \"/api/token\"}}",
     STATUS(HTTP), REMEDY(RETRY_LATER), 307, -1, NULL, NULL, "redirect"},
    NO_TOKEN("HTML at 200", HTML_ANSWER(200), "is not JSON"),
    NO_TOKEN("text at 200", TEXT_ANSWER(200), "is not JSON"),
    NO_TOKEN("nothing at 200", JSON_ANSWER(200, ""), "ends too early"),
    NO_TOKEN("truncated JSON", JSON_ANSWER(200, "{\\\"access_token\\\": \\\"BQ"), "ends too early"),
    NO_TOKEN("JSON with something behind it",
             JSON_ANSWER(200, "{\\\"access_token\\\": \\\"BQ\\\"} and more"), "is not JSON"),
    NO_TOKEN("an empty object", JSON_ANSWER(200, "{}"), "no access_token"),
    NO_TOKEN("an array", JSON_ANSWER(200, "[]"), "wrong type"),
    NO_TOKEN("null", JSON_ANSWER(200, "null"), "wrong type"),
    NO_TOKEN("no access_token", EDITED("\"remove\": [\"access_token\"]"), "no access_token"),
    NO_TOKEN("an empty access_token", EDITED("\"set\": {\"access_token\": \"\"}"),
             "no access_token"),
    NO_TOKEN("a null access_token", EDITED("\"set\": {\"access_token\": null}"), "no access_token"),
    NO_TOKEN("an access_token that is a number", EDITED("\"set\": {\"access_token\": 5}"),
             "wrong type"),
    NO_TOKEN("an access_token with a NUL", EDITED("\"set\": {\"access_token\": \"a\\u0000b\"}"),
             "wrong type"),
    NO_TOKEN("an expires_in that is no number", EDITED("\"set\": {\"expires_in\": \"soon\"}"),
             "wrong type"),
    NO_TOKEN("a scope that is a number", EDITED("\"set\": {\"scope\": 5}"), "wrong type"),
    NO_TOKEN("a body over the limit", "{\"kind\": \"oversize\", \"bytes\": 1048577}",
             "longer than 1048576 bytes"),
    NO_TOKEN("a body without end", "{\"kind\": \"oversize\", \"bytes\": 1000000000}",
             "longer than 1048576 bytes"),
    {"an error at 200", JSON_ANSWER(200, "{\\\"error\\\": \\\"invalid_scope\\\"}"), STATUS(OAUTH),
     REMEDY(FIX_SETTINGS), 200, -1, "invalid_scope", NULL, "HTTP 200"},
};

static void each_refusal_is_its_error_and_changes_nothing(void)
{
    clef_sender *sender = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_sender_new_http(NULL, &sender, &error));
    /* Without rotation, what is processed for real and then edited spends nothing. */
    sandbox_settings("{\"rotation\": \"off\"}");
    for (size_t i = 0; i < sizeof REFUSALS / sizeof *REFUSALS; i++)
        check_refusal(&REFUSALS[i], sender);
    sandbox_reset();
    clef_sender_free(sender);
}

/* Only what differs from a refresh is here. */
static void a_refused_code_asks_for_another_login(void)
{
    clef_credentials *credentials = sandbox_credentials(SANDBOX_CLIENT_SECRET, NULL);
    clef_error *error = NULL;
    clef_token *token = NULL;
    const struct refusal spent = {
        "a code that never was", NULL, STATUS(OAUTH), REMEDY(LOG_IN), 400, -1, "invalid_grant",
        "Invalid authorization code", "code"};
    CHECK_INT(clef_credentials_request_user_token(credentials, "no-such-code", &token, &error),
              CLEF_STATUS_OAUTH);
    CHECK(token == NULL);
    check_error(error, &spent);
    clef_error_free(error);
    CHECK_INT(clef_credentials_request_pkce_token(credentials, "no-such-code", "verifier", &token,
                                                  &error),
              CLEF_STATUS_OAUTH);
    CHECK(token == NULL);
    check_error(error, &spent);
    clef_error_free(error);
    clef_credentials_free(credentials);
}

static void a_wrong_client_secret_is_invalid_client(void)
{
    clef_credentials *credentials = sandbox_credentials("not-the-secret", NULL);
    clef_error *error = NULL;
    clef_token *token = NULL;
    CHECK_INT(clef_credentials_request_client_token(credentials, &token, &error),
              CLEF_STATUS_INVALID_CLIENT);
    CHECK(token == NULL);
    CHECK_INT(clef_error_remedy(error), CLEF_REMEDY_FIX_SETTINGS);
    CHECK_INT(clef_error_http_status(error), 400);
    CHECK_STRING(clef_error_oauth_error(error), "invalid_client");
    clef_error_free(error);
    clef_credentials_free(credentials);
}

static void a_dead_grant_is_remembered(void)
{
    for (uint32_t flags = 0; flags <= CLEF_AUTH_PKCE; flags += CLEF_AUTH_PKCE) {
        clef_credentials *credentials = sandbox_credentials(SANDBOX_CLIENT_SECRET, NULL);
        clef_token *fresh = logged_in(credentials, flags);
        clef_token *token = with_seconds_left(fresh, -1);
        char *json = json_of(token);
        clef_refreshing_token *refreshing_token = refreshing(token, credentials);
        clef_error *error = NULL;
        char *access_token = NULL;
        int asked = sandbox_count("refresh_token");
        sandbox_admin("POST", "/sandbox/revoke", "{}");

        for (int again = 0; again < 3; again++) {
            access_token = (char *)&error;
            CHECK_INT(clef_refreshing_token_access_token(refreshing_token, &access_token, &error),
                      CLEF_STATUS_LOGIN_REQUIRED);
            CHECK(access_token == NULL);
            CHECK_INT(clef_error_remedy(error), CLEF_REMEDY_LOG_IN);
            CHECK_INT(clef_error_http_status(error), 400);
            CHECK_STRING(clef_error_oauth_error(error), "invalid_grant");
            clef_error_free(error);
            error = NULL;
            CHECK_INT(sandbox_count("refresh_token") - asked, 1);
        }
        CHECK_STATUS(clef_refreshing_token_invalidate(
                         refreshing_token, clef_token_access_token(token), &error),
                     CLEF_STATUS_LOGIN_REQUIRED);
        CHECK_INT(sandbox_count("refresh_token") - asked, 1);
        check_unchanged(refreshing_token, json);

        CHECK_STATUS(clef_refreshing_token_refresh(refreshing_token, &error),
                     CLEF_STATUS_LOGIN_REQUIRED);
        CHECK_INT(sandbox_count("refresh_token") - asked, 2);
        check_unchanged(refreshing_token, json);

        clef_token *refreshed = NULL;
        CHECK_STATUS(clef_credentials_refresh(credentials, token, &refreshed, &error),
                     CLEF_STATUS_LOGIN_REQUIRED);
        CHECK(refreshed == NULL);
        check_same_token(token, json);

        clef_refreshing_token_free(refreshing_token);
        clef_string_free(json);
        clef_token_free(token);
        clef_token_free(fresh);
        clef_credentials_free(credentials);
    }
}

/* One answer at 401 is enough; and an explicit refresh that works lifts it. */
static void a_dead_grant_may_come_back_with_an_explicit_refresh(void)
{
    clef_credentials *credentials = sandbox_credentials(SANDBOX_CLIENT_SECRET, NULL);
    clef_token *fresh = logged_in(credentials, 0);
    clef_token *token = with_seconds_left(fresh, -1);
    clef_refreshing_token *refreshing_token = refreshing(token, credentials);
    clef_error *error = NULL;
    char *access_token = NULL;
    sandbox_fault(JSON_ANSWER(401, "{\\\"error\\\": \\\"invalid_grant\\\"}"));
    CHECK_STATUS(clef_refreshing_token_access_token(refreshing_token, &access_token, &error),
                 CLEF_STATUS_LOGIN_REQUIRED);
    CHECK_STATUS(clef_refreshing_token_access_token(refreshing_token, &access_token, &error),
                 CLEF_STATUS_LOGIN_REQUIRED);
    CHECK_OK(clef_refreshing_token_refresh(refreshing_token, &error));
    CHECK_OK(clef_refreshing_token_access_token(refreshing_token, &access_token, &error));
    CHECK(access_token != NULL);
    clef_string_free(access_token);
    clef_refreshing_token_free(refreshing_token);
    clef_token_free(token);
    clef_token_free(fresh);
    clef_credentials_free(credentials);
}

/* A date counts from the service's clock, which the server's own Date header says. */
static void a_retry_after_date_is_seconds_from_now(void)
{
    clef_credentials *credentials = sandbox_credentials(SANDBOX_CLIENT_SECRET, NULL);
    clef_error *error = NULL;
    clef_token *token = NULL;
    time_t then = time(NULL) + 100;
    char date[64], fault[200];
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime(&then));
    snprintf(fault, sizeof fault,
             "{\"kind\": \"respond\", \"status\": 429, \"headers\": {\"Retry-After\": \"%s\"}}",
             date);
    sandbox_fault(fault);
    CHECK_INT(clef_credentials_request_client_token(credentials, &token, &error),
              CLEF_STATUS_RATE_LIMITED);
    CHECK(clef_error_retry_after(error) > 100 - GENEROUS_MS / 1000);
    CHECK(clef_error_retry_after(error) <= 101);
    clef_error_free(error);
    clef_credentials_free(credentials);
}

static void hours_to_wait_do_not_hold_the_caller(void)
{
    clef_error *error = NULL;
    clef_sender *http = NULL, *retrying = NULL;
    CHECK_OK(clef_sender_new_http(NULL, &http, &error));
    CHECK_OK(clef_sender_new_retrying(http, 5, 60000, &retrying, &error));
    const clef_sender *senders[] = {http, retrying};
    for (int i = 0; i < 2; i++) {
        clef_credentials *credentials = sandbox_credentials(SANDBOX_CLIENT_SECRET, senders[i]);
        clef_token *fresh = logged_in(credentials, 0);
        clef_token *token = with_seconds_left(fresh, -1);
        clef_refreshing_token *refreshing_token = refreshing(token, credentials);
        int asked = sandbox_count("refresh_token");
        int64_t start = monotonic_ms();
        sandbox_fault(WAIT_ANSWER(429, 12471));
        char *access_token = NULL;
        CHECK_INT(clef_refreshing_token_access_token(refreshing_token, &access_token, &error),
                  CLEF_STATUS_RATE_LIMITED);
        CHECK_INT(clef_error_retry_after(error), 12471);
        CHECK_INT(clef_error_http_status(error), 429);
        clef_error_free(error);
        CHECK(monotonic_ms() - start < GENEROUS_MS);
        CHECK_INT(sandbox_count("refresh_token") - asked, 1);

        /* It is remembered per credentials: no token of theirs asks before. */
        clef_refreshing_token *other = refreshing(token, credentials);
        const clef_refreshing_token *tokens[] = {refreshing_token, other};
        for (int j = 0; j < 2; j++) {
            CHECK_INT(clef_refreshing_token_access_token(tokens[j], &access_token, &error),
                      CLEF_STATUS_RATE_LIMITED);
            CHECK(clef_error_retry_after(error) > 12471 - GENEROUS_MS / 1000);
            CHECK(clef_error_retry_after(error) <= 12471);
            clef_error_free(error);
            CHECK_INT(sandbox_count("refresh_token") - asked, 1);
        }
        /* Except when it is told to. */
        CHECK_OK(clef_refreshing_token_refresh(refreshing_token, &error));
        CHECK_INT(sandbox_count("refresh_token") - asked, 2);
        CHECK_OK(clef_refreshing_token_access_token(other, &access_token, &error));
        clef_string_free(access_token);

        clef_refreshing_token_free(other);
        clef_refreshing_token_free(refreshing_token);
        clef_token_free(token);
        clef_token_free(fresh);
        clef_credentials_free(credentials);
    }
    clef_sender_free(retrying);
    clef_sender_free(http);
}

/* What the service leaves out or changes in a success, and the token that comes of it. */
struct success {
    const char *name;
    const char *fault;
    int64_t lifetime;
    const char *scopes;
    const char *token_type;
    const char *refresh_token; /* NULL: the one before */
};

#define NEW_SCOPES "user-read-email"

static const struct success SUCCESSES[] = {
    {"nothing left out", EDITED("\"set\": {\"expires_in\": 1800}"), 1800, TOKENS_SCOPES, "Bearer",
     NULL},
    {"no expires_in", EDITED("\"remove\": [\"expires_in\"]"), 3600, TOKENS_SCOPES, "Bearer", NULL},
    {"a null expires_in", EDITED("\"set\": {\"expires_in\": null}"), 3600, TOKENS_SCOPES, "Bearer",
     NULL},
    {"an empty expires_in", EDITED("\"set\": {\"expires_in\": \"\"}"), 3600, TOKENS_SCOPES,
     "Bearer", NULL},
    {"an expires_in as text", EDITED("\"set\": {\"expires_in\": \"600\"}"), 600, TOKENS_SCOPES,
     "Bearer", NULL},
    {"no scope", EDITED("\"remove\": [\"scope\"]"), 3600, TOKENS_SCOPES, "Bearer", NULL},
    {"an empty scope", EDITED("\"set\": {\"scope\": \"\"}"), 3600, TOKENS_SCOPES, "Bearer", NULL},
    {"a null scope", EDITED("\"set\": {\"scope\": null}"), 3600, TOKENS_SCOPES, "Bearer", NULL},
    {"fewer scopes", EDITED("\"set\": {\"scope\": \"" NEW_SCOPES "\"}"), 3600, NEW_SCOPES, "Bearer",
     NULL},
    {"no token_type", EDITED("\"remove\": [\"token_type\"]"), 3600, TOKENS_SCOPES, "Bearer", NULL},
    {"an empty token_type", EDITED("\"set\": {\"token_type\": \"\"}"), 3600, TOKENS_SCOPES,
     "Bearer", NULL},
    {"another token_type", EDITED("\"set\": {\"token_type\": \"DPoP\"}"), 3600, TOKENS_SCOPES,
     "DPoP", NULL},
    {"no refresh_token", EDITED("\"remove\": [\"refresh_token\"]"), 3600, TOKENS_SCOPES, "Bearer",
     NULL},
    {"an empty refresh_token", EDITED("\"set\": {\"refresh_token\": \"\"}"), 3600, TOKENS_SCOPES,
     "Bearer", NULL},
    {"a null refresh_token", EDITED("\"set\": {\"refresh_token\": null}"), 3600, TOKENS_SCOPES,
     "Bearer", NULL},
    {"a rotated refresh_token", EDITED("\"set\": {\"refresh_token\": \"another\"}"), 3600,
     TOKENS_SCOPES, "Bearer", "another"},
};

static void check_success(const struct success *row, const clef_token *token,
                          const char *refresh_token)
{
    CHECK_STRING(clef_scope_set_to_string(clef_token_scopes(token)), row->scopes);
    CHECK_STRING(clef_token_token_type(token), row->token_type);
    CHECK_STRING(clef_token_refresh_token(token),
                 row->refresh_token ? row->refresh_token : refresh_token);
    CHECK(clef_token_expires_in(token) <= row->lifetime);
    CHECK(clef_token_expires_in(token) > row->lifetime - GENEROUS_MS / 1000);
}

static void a_success_keeps_what_it_leaves_out(void)
{
    clef_credentials *credentials = sandbox_credentials(SANDBOX_CLIENT_SECRET, NULL);
    clef_error *error = NULL;
    sandbox_settings("{\"rotation\": \"off\"}");
    clef_token *token = logged_in(credentials, 0);
    const char *refresh_token = clef_token_refresh_token(token);
    for (size_t i = 0; i < sizeof SUCCESSES / sizeof *SUCCESSES; i++) {
        const struct success *row = &SUCCESSES[i];
        int failures = check_failures;
        clef_token *refreshed = NULL;
        sandbox_fault(row->fault);
        CHECK_OK(clef_credentials_refresh(credentials, token, &refreshed, &error));
        check_success(row, refreshed, refresh_token);
        clef_token_free(refreshed);

        clef_refreshing_token *refreshing_token = refreshing(token, credentials);
        sandbox_fault(row->fault);
        CHECK_OK(clef_refreshing_token_refresh(refreshing_token, &error));
        CHECK_OK(clef_refreshing_token_token(refreshing_token, &refreshed, &error));
        check_success(row, refreshed, refresh_token);
        clef_token_free(refreshed);
        clef_refreshing_token_free(refreshing_token);
        if (check_failures != failures)
            fprintf(stderr, "    in the row: %s\n", row->name);
    }
    sandbox_reset();
    clef_token_free(token);
    clef_credentials_free(credentials);
}

static void a_rotated_refresh_token_is_used_next(void)
{
    sandbox_settings("{\"rotation\": \"on\", \"reuse_detection\": true}");
    clef_credentials *credentials = sandbox_credentials(NULL, NULL);
    clef_token *token = logged_in(credentials, CLEF_AUTH_PKCE);
    clef_refreshing_token *refreshing_token = refreshing(token, credentials);
    clef_error *error = NULL;
    for (int i = 0; i < 3; i++)
        CHECK_OK(clef_refreshing_token_refresh(refreshing_token, &error));
    char *refresh_token = NULL;
    CHECK_OK(clef_refreshing_token_refresh_token(refreshing_token, &refresh_token, &error));
    CHECK(strcmp(refresh_token, clef_token_refresh_token(token)) != 0);
    clef_string_free(refresh_token);
    sandbox_reset();
    clef_refreshing_token_free(refreshing_token);
    clef_token_free(token);
    clef_credentials_free(credentials);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    sandbox_url = argv[1];
    RUN(each_refusal_is_its_error_and_changes_nothing);
    RUN(a_refused_code_asks_for_another_login);
    RUN(a_wrong_client_secret_is_invalid_client);
    RUN(a_dead_grant_is_remembered);
    RUN(a_dead_grant_may_come_back_with_an_explicit_refresh);
    RUN(a_retry_after_date_is_seconds_from_now);
    RUN(hours_to_wait_do_not_hold_the_caller);
    RUN(a_success_keeps_what_it_leaves_out);
    RUN(a_rotated_refresh_token_is_used_next);
    return check_exit();
}

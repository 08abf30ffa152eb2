/* Custom senders, the retrying sender, and requests as values. */
#include "exchanges.h"

static clef_status refresh_with(const clef_credentials *credentials, clef_error **error)
{
    clef_token *token = NULL;
    clef_status status =
        clef_credentials_refresh_user_token(credentials, "the refresh token", &token, error);
    CHECK((token != NULL) == (status == CLEF_STATUS_OK));
    clef_token_free(token);
    return status;
}

static void check_one_send(clef_send_callback send, struct step step, clef_status expected,
                           bool joins)
{
    struct script script = {&step, 1, 0, 0, NULL, 0, NULL};
    clef_credentials *credentials = credentials_of(custom(send, &script, 60000));
    clef_error *error = NULL;
    CHECK_STATUS(refresh_with(credentials, &error), expected);
    if (joins)
        pthread_join(script.thread, NULL);
    CHECK_INT(script.sends, 1);
    CHECK_INT(script.freed, 0);
    clef_credentials_free(credentials);
    CHECK_INT(script.freed, 1);
}

static void an_exchange_ends_at_once_or_later(void)
{
    clef_send_callback sends[] = {answer_in_place, answer_later};
    for (int later = 0; later < 2; later++) {
        clef_send_callback send = sends[later];
        check_one_send(send, (struct step)ANSWER(200, TOKEN_JSON), CLEF_STATUS_OK, later);
        check_one_send(send, (struct step)ANSWER(404, ""), CLEF_STATUS_HTTP, later);
        check_one_send(send, (struct step)ANSWER(302, ""), CLEF_STATUS_HTTP, later);
        check_one_send(send, (struct step)ANSWER(200, "\xff\xfe{"), CLEF_STATUS_INVALID_RESPONSE,
                       later);
        check_one_send(send, (struct step)SENT(TRANSPORT), CLEF_STATUS_TRANSPORT, later);
        check_one_send(send, (struct step)NOT_SENT(TRANSPORT), CLEF_STATUS_TRANSPORT, later);
        check_one_send(send, (struct step)NOT_SENT(TLS), CLEF_STATUS_TLS, later);
        check_one_send(send, (struct step)SENT(TIMEOUT), CLEF_STATUS_TIMEOUT, later);
        check_one_send(send, (struct step)NOT_SENT(CANCELLED), CLEF_STATUS_CANCELLED, later);
        /* No failure, and one that no version knows. */
        check_one_send(send, (struct step)SENT(OK), CLEF_STATUS_TRANSPORT, later);
        check_one_send(send, (struct step){.failure = 12345}, CLEF_STATUS_TRANSPORT, later);
        check_one_send(send, (struct step){.failure = CLEF_STATUS_TLS, .flags = 2},
                       CLEF_STATUS_INVALID_ARGUMENT, later);
    }
    check_one_send(let_go, (struct step){0}, CLEF_STATUS_TRANSPORT, false);
}

static void respond_with_nothing(void *data, clef_exchange *exchange)
{
    next_step(data);
    clef_exchange_respond(exchange, NULL);
}

static void fail_with_no_text(void *data, clef_exchange *exchange)
{
    next_step(data);
    clef_exchange_fail(exchange, CLEF_STATUS_TLS, 0, "\xff");
}

static void a_sender_that_calls_wrongly_hears_of_it(void)
{
    check_one_send(respond_with_nothing, (struct step){0}, CLEF_STATUS_INVALID_ARGUMENT, false);
    check_one_send(fail_with_no_text, (struct step){0}, CLEF_STATUS_INVALID_ARGUMENT, false);
    clef_exchange_respond(NULL, NULL);
    clef_exchange_fail(NULL, CLEF_STATUS_TLS, 0, NULL);
    clef_exchange_free(NULL);
    CHECK(clef_exchange_request(NULL) == NULL);
    CHECK(!clef_exchange_is_cancelled(NULL));
}

/* What a host says about a failure is the message of the error. */
static void a_failure_says_what_the_host_says(void)
{
    static const struct step STEPS[] = {NOT_SENT(TLS)};
    struct script script = SCRIPT(STEPS);
    clef_credentials *credentials = credentials_of(custom(answer_in_place, &script, -1));
    clef_error *error = NULL;
    CHECK_INT(refresh_with(credentials, &error), CLEF_STATUS_TLS);
    CHECK_STRING(clef_error_message(error), "as the script says");
    CHECK_INT(clef_error_http_status(error), 0);
    clef_error_free(error);
    clef_credentials_free(credentials);
}

/* The words of the service count, also where a refresh token is in them by chance; it is hidden
 * there, unless it is too short for a secret. */
static void a_secret_that_looks_like_an_error_is_none(void)
{
    static const struct step STEPS[] = {ANSWER(400, "{\"error\": \"invalid_grant\"}")};
    const char *refresh_tokens[] = {"a", "grant", "invalid_grant"};
    const char *shown[] = {"invalid_grant", "invalid_***", "***"};
    for (int i = 0; i < 3; i++) {
        struct script script = SCRIPT(STEPS);
        clef_credentials *credentials = credentials_of(custom(answer_in_place, &script, -1));
        clef_token *token = NULL;
        clef_error *error = NULL;
        CHECK_INT(clef_credentials_refresh_pkce_token(credentials, refresh_tokens[i], &token,
                                                      &error),
                  CLEF_STATUS_LOGIN_REQUIRED);
        CHECK_STRING(clef_error_oauth_error(error), shown[i]);
        clef_error_free(error);
        clef_credentials_free(credentials);
    }
}

static void what_is_never_answered_is_a_timeout(void)
{
    static const struct step LATE[] = {ANSWER(200, TOKEN_JSON), SENT(TRANSPORT)};
    for (size_t i = 0; i < 3; i++) {
        struct script script = {0};
        clef_credentials *credentials = credentials_of(custom(keep, &script, 200));
        clef_error *error = NULL;
        int64_t start = monotonic_ms();
        CHECK_STATUS(refresh_with(credentials, &error), CLEF_STATUS_TIMEOUT);
        CHECK(monotonic_ms() - start >= 200);
        CHECK(monotonic_ms() - start < GENEROUS_MS);
        CHECK(clef_exchange_is_cancelled(script.kept));
        CHECK(clef_http_request_body(clef_exchange_request(script.kept), NULL) != NULL);

        /* The exchange keeps alive what it needs; a late end is dropped. */
        clef_credentials_free(credentials);
        CHECK_INT(script.freed, 0);
        CHECK(clef_exchange_is_cancelled(script.kept));
        if (i < 2)
            end_exchange(script.kept, &LATE[i]);
        else
            clef_exchange_free(script.kept);
        CHECK_INT(script.freed, 1);
    }
}

/* Who answers in place needs no time. */
static void no_time_is_enough_for_an_answer_in_place(void)
{
    static const struct step STEPS[] = {ANSWER(200, TOKEN_JSON)};
    struct script script = SCRIPT(STEPS);
    clef_credentials *credentials = credentials_of(custom(answer_in_place, &script, 0));
    clef_error *error = NULL;
    CHECK_OK(refresh_with(credentials, &error));
    clef_credentials_free(credentials);
    CHECK_INT(script.freed, 1);
}

static void user_data_is_freed_once_when_there_is_no_sender(void)
{
    struct script script = {0};
    clef_sender *sender = (clef_sender *)&script;
    clef_error *error = NULL;
    CHECK_STATUS(clef_sender_new_custom(NULL, &script, free_script, 1000, &sender, &error),
                 CLEF_STATUS_INVALID_ARGUMENT);
    CHECK(sender == NULL);
    CHECK_INT(script.freed, 1);
    const int64_t bad_timeouts[] = {-2, INT64_MIN};
    for (int i = 0; i < 2; i++) {
        sender = (clef_sender *)&script;
        CHECK_STATUS(clef_sender_new_custom(keep, &script, free_script, bad_timeouts[i], &sender,
                                            &error),
                     CLEF_STATUS_INVALID_ARGUMENT);
        CHECK(sender == NULL);
        CHECK_INT(script.freed, 2 + i);
    }
    CHECK_STATUS(clef_sender_new_custom(keep, &script, free_script, 1000, NULL, &error),
                 CLEF_STATUS_INVALID_ARGUMENT);
    CHECK_INT(script.freed, 4);
    /* Neither a destructor nor a user data is needed. */
    CHECK_OK(clef_sender_new_custom(keep, NULL, NULL, INT64_MAX, &sender, &error));
    clef_sender_free(sender);
}

/* Each user alone keeps the sender alive, in whatever order the handles go. */
static void user_data_outlives_the_last_user_of_the_sender(void)
{
    static const struct step STEPS[] = {ANSWER(200, TOKEN_JSON)};
    for (int last = 0; last < 6; last++) {
        struct script script = SCRIPT(STEPS);
        clef_error *error = NULL;
        clef_sender *sender = custom(answer_in_place, &script, -1);
        clef_sender *clone = clef_sender_clone(sender), *retrying = NULL;
        clef_credentials *credentials = sandbox_credentials(SANDBOX_CLIENT_SECRET, sender);
        clef_http_request *request = NULL;
        clef_token *token = NULL;
        clef_refreshing_credentials *refreshing_credentials = NULL;
        CHECK_OK(clef_sender_new_retrying(sender, 1, 1000, &retrying, &error));
        CHECK_OK(clef_credentials_prepare_client_token(credentials, &request, &error));
        CHECK_OK(clef_credentials_request_client_token(credentials, &token, &error));
        CHECK_OK(clef_refreshing_credentials_new(credentials, &refreshing_credentials, &error));
        clef_refreshing_token *refreshing_token = refreshing(token, credentials);
        clef_token_free(token);
        clef_sender_free(sender);

        for (int turn = 0; turn < 6; turn++) {
            CHECK_INT(script.freed, 0);
            switch ((last + 1 + turn) % 6) {
            case 0: clef_sender_free(clone); break;
            case 1: clef_sender_free(retrying); break;
            case 2: clef_credentials_free(credentials); break;
            case 3: clef_http_request_free(request); break;
            case 4: clef_refreshing_credentials_free(refreshing_credentials); break;
            default: clef_refreshing_token_free(refreshing_token);
            }
        }
        CHECK_INT(script.freed, 1);
    }
}

/* What a retrying sender makes of a script, for a refresh and for a client token. */
struct retrying_case {
    const char *name;
    bool client_token;
    uint32_t retries;
    int64_t max_wait_ms;
    struct step steps[4];
    int count;
    int sends;
    clef_status status;
    int64_t at_least_ms, less_than_ms;
};

#define SOON GENEROUS_MS
#define REFRESH false
#define CLIENT true

static const struct retrying_case RETRYING[] = {
    {"a success", REFRESH, 5, 60000, {ANSWER(200, TOKEN_JSON)}, 1, 1, CLEF_STATUS_OK, 0, SOON},
    {"429 says how long", REFRESH, 5, 60000, {WAIT(429, "1"), ANSWER(200, TOKEN_JSON)}, 2, 2,
     CLEF_STATUS_OK, 1000, 1000 + SOON},
    {"503 says how long", REFRESH, 5, 60000, {WAIT(503, "1"), ANSWER(200, TOKEN_JSON)}, 2, 2,
     CLEF_STATUS_OK, 1000, 1000 + SOON},
    {"no time at all", REFRESH, 5, 60000, {WAIT(429, "0"), ANSWER(200, TOKEN_JSON)}, 2, 2,
     CLEF_STATUS_OK, 0, SOON},
    {"longer than allowed", REFRESH, 5, 1000, {WAIT(429, "3600")}, 1, 1, CLEF_STATUS_RATE_LIMITED,
     0, SOON},
    {"longer than allowed at 503", REFRESH, 5, 1000, {WAIT(503, "3600")}, 1, 1,
     CLEF_STATUS_RATE_LIMITED, 0, SOON},
    {"longer than what is left", REFRESH, 5, 1500, {WAIT(429, "1"), WAIT(429, "3600")}, 2, 2,
     CLEF_STATUS_RATE_LIMITED, 1000, 1000 + SOON},
    {"half a second, then what is left", REFRESH, 1000, 700, {WAIT(503, NULL)}, 1, 3,
     CLEF_STATUS_HTTP, 700, 700 + SOON},
    {"no more than asked for", REFRESH, 2, 60000, {WAIT(429, "0")}, 1, 3, CLEF_STATUS_RATE_LIMITED,
     0, SOON},
    {"no retries", REFRESH, 0, 60000, {WAIT(429, "0")}, 1, 1, CLEF_STATUS_RATE_LIMITED, 0, SOON},
    {"a refresh that was not sent", REFRESH, 5, 60000,
     {NOT_SENT(TRANSPORT), NOT_SENT(TIMEOUT), ANSWER(200, TOKEN_JSON)}, 3, 3, CLEF_STATUS_OK, 1500,
     1500 + SOON},
    {"a refresh that was never sent", REFRESH, 1, 60000, {NOT_SENT(TRANSPORT)}, 1, 2,
     CLEF_STATUS_TRANSPORT, 500, 500 + SOON},
    {"a refresh that may have been sent", REFRESH, 5, 60000, {SENT(TRANSPORT)}, 1, 1,
     CLEF_STATUS_TRANSPORT, 0, SOON},
    {"a refresh that was sent in vain", REFRESH, 5, 60000, {SENT(TIMEOUT)}, 1, 1,
     CLEF_STATUS_TIMEOUT, 0, SOON},
    {"a refresh that was sent the second time", REFRESH, 5, 60000,
     {NOT_SENT(TRANSPORT), SENT(TRANSPORT)}, 2, 2, CLEF_STATUS_TRANSPORT, 500, 500 + SOON},
    {"a refresh at 500", REFRESH, 5, 60000, {ANSWER(500, "")}, 1, 1, CLEF_STATUS_HTTP, 0, SOON},
    {"a refresh at 502", REFRESH, 5, 60000, {ANSWER(502, "")}, 1, 1, CLEF_STATUS_HTTP, 0, SOON},
    {"a refresh that is refused", REFRESH, 5, 60000,
     {ANSWER(400, "{\"error\": \"invalid_grant\"}")}, 1, 1, CLEF_STATUS_LOGIN_REQUIRED, 0, SOON},
    {"a refresh that is garbled", REFRESH, 5, 60000, {ANSWER(200, "{")}, 1, 1,
     CLEF_STATUS_INVALID_RESPONSE, 0, SOON},
    {"no trust", REFRESH, 5, 60000, {NOT_SENT(TLS)}, 1, 1, CLEF_STATUS_TLS, 0, SOON},
    {"cancelled", REFRESH, 5, 60000, {NOT_SENT(CANCELLED)}, 1, 1, CLEF_STATUS_CANCELLED, 0, SOON},
    {"a client token at 500", CLIENT, 5, 60000, {ANSWER(500, ""), ANSWER(200, TOKEN_JSON)}, 2, 2,
     CLEF_STATUS_OK, 500, 500 + SOON},
    {"a client token at 502", CLIENT, 5, 60000, {ANSWER(502, ""), ANSWER(200, TOKEN_JSON)}, 2, 2,
     CLEF_STATUS_OK, 500, 500 + SOON},
    {"a client token that may have been sent", CLIENT, 5, 60000,
     {SENT(TRANSPORT), ANSWER(200, TOKEN_JSON)}, 2, 2, CLEF_STATUS_OK, 500, 500 + SOON},
    {"a client token that is refused", CLIENT, 5, 60000,
     {ANSWER(401, "{\"error\": \"invalid_client\"}")}, 1, 1, CLEF_STATUS_INVALID_CLIENT, 0, SOON},
    {"a client token that is not found", CLIENT, 5, 60000, {ANSWER(404, "")}, 1, 1,
     CLEF_STATUS_HTTP, 0, SOON},
};

static void a_retrying_sender_waits_as_told_and_repeats_what_it_may(void)
{
    for (size_t i = 0; i < sizeof RETRYING / sizeof *RETRYING; i++) {
        const struct retrying_case *row = &RETRYING[i];
        int failures = check_failures;
        struct script script = {row->steps, row->count, 0, 0, NULL, 0, NULL};
        clef_error *error = NULL;
        clef_token *token = NULL;
        clef_sender *inner = custom(answer_in_place, &script, -1), *retrying = NULL;
        CHECK_OK(clef_sender_new_retrying(inner, row->retries, row->max_wait_ms, &retrying,
                                          &error));
        clef_sender_free(inner);
        clef_credentials *credentials = credentials_of(retrying);
        int64_t start = monotonic_ms();
        if (row->client_token)
            CHECK_STATUS(clef_credentials_request_client_token(credentials, &token, &error),
                         row->status);
        else
            CHECK_STATUS(refresh_with(credentials, &error), row->status);
        int64_t took = monotonic_ms() - start;
        CHECK(took >= row->at_least_ms);
        CHECK(took < row->less_than_ms);
        CHECK_INT(script.sends, row->sends);
        clef_token_free(token);
        clef_credentials_free(credentials);
        CHECK_INT(script.freed, 1);
        if (check_failures != failures)
            fprintf(stderr, "    in the row: %s\n", row->name);
    }
}

static void a_wait_that_is_too_long_says_how_long(void)
{
    static const struct step STEPS[] = {WAIT(503, "3600")};
    struct script script = SCRIPT(STEPS);
    clef_error *error = NULL;
    clef_sender *inner = custom(answer_in_place, &script, -1), *retrying = NULL;
    CHECK_OK(clef_sender_new_retrying(inner, 5, 1000, &retrying, &error));
    clef_sender_free(inner);
    clef_credentials *credentials = credentials_of(retrying);
    CHECK_INT(refresh_with(credentials, &error), CLEF_STATUS_RATE_LIMITED);
    CHECK_INT(clef_error_retry_after(error), 3600);
    CHECK_INT(clef_error_http_status(error), 503);
    CHECK_INT(clef_error_remedy(error), CLEF_REMEDY_RETRY_LATER);
    clef_error_free(error);
    clef_credentials_free(credentials);
}

static clef_credentials *credentials_that_retry(void)
{
    clef_error *error = NULL;
    clef_sender *http = NULL, *retrying = NULL;
    CHECK_OK(clef_sender_new_http(NULL, &http, &error));
    CHECK_OK(clef_sender_new_retrying(http, 5, 60000, &retrying, &error));
    clef_sender_free(http);
    return credentials_of(retrying);
}

/* With the built-in sender: a second try would find the refresh token spent. */
static void a_lost_answer_is_not_asked_for_again(void)
{
    sandbox_settings("{\"rotation\": \"on\", \"reuse_detection\": true}");
    clef_credentials *credentials = credentials_that_retry();
    clef_error *error = NULL;
    clef_token *token = logged_in(credentials, 0), *refreshed = NULL;
    const char *faults[] = {"{\"kind\": \"close_after\"}", "{\"kind\": \"close\"}",
                            "{\"kind\": \"half\", \"body\": \"{}\"}"};
    for (int i = 0; i < 3; i++) {
        int asked = sandbox_count("refresh_token");
        sandbox_fault(faults[i]);
        CHECK_STATUS(clef_credentials_refresh(credentials, token, &refreshed, &error),
                     CLEF_STATUS_TRANSPORT);
        CHECK_INT(sandbox_count("refresh_token") - asked, 1);

        /* A client token is spent by nothing. */
        clef_token *client_token = NULL;
        asked = sandbox_count("client_credentials");
        sandbox_fault(faults[i]);
        CHECK_OK(clef_credentials_request_client_token(credentials, &client_token, &error));
        CHECK_INT(sandbox_count("client_credentials") - asked, 2);
        clef_token_free(client_token);
    }
    sandbox_reset();
    clef_token_free(token);
    clef_credentials_free(credentials);
}

static void a_busy_service_is_asked_again(void)
{
    clef_credentials *credentials = credentials_that_retry();
    clef_error *error = NULL;
    clef_token *token = logged_in(credentials, 0), *refreshed = NULL;
    int asked = sandbox_count("refresh_token");
    sandbox_fault("{\"kind\": \"respond\", \"status\": 503, \"times\": 2, \"headers\":"
                  " {\"Retry-After\": \"1\"}}");
    int64_t start = monotonic_ms();
    CHECK_OK(clef_credentials_refresh(credentials, token, &refreshed, &error));
    CHECK(monotonic_ms() - start >= 2000);
    CHECK_INT(sandbox_count("refresh_token") - asked, 3);
    clef_token_free(refreshed);
    clef_token_free(token);
    clef_credentials_free(credentials);
}

static void a_request_is_sent_once(void)
{
    static const struct step STEPS[] = {SENT(TRANSPORT), ANSWER(200, TOKEN_JSON)};
    struct script script = SCRIPT(STEPS);
    clef_credentials *credentials = credentials_of(custom(answer_in_place, &script, -1));
    clef_http_request *request = NULL;
    clef_token *token = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_credentials_prepare_client_token(credentials, &request, &error));
    CHECK_STATUS(clef_http_request_send(request, &token, &error), CLEF_STATUS_TRANSPORT);
    for (int again = 0; again < 2; again++) {
        token = (clef_token *)&error;
        CHECK_STATUS(clef_http_request_send(request, &token, &error), CLEF_STATUS_ALREADY_USED);
        CHECK(token == NULL);
    }
    CHECK_INT(script.sends, 1);
    clef_http_request_free(request);
    clef_credentials_free(credentials);
}

static clef_status finish(const clef_http_request *request, int64_t sent_at, struct step step,
                          clef_token **token, clef_error **error)
{
    clef_http_response *response = NULL;
    CHECK_INT(clef_http_response_new(step.http_status, (const uint8_t *)step.body,
                                     strlen(step.body), &response, NULL),
              CLEF_STATUS_OK);
    if (step.retry_after)
        CHECK_INT(clef_http_response_add_header(response, "Retry-After", step.retry_after, NULL),
                  CLEF_STATUS_OK);
    clef_status status = clef_http_request_finish(request, sent_at, response, token, error);
    clef_http_response_free(response);
    return status;
}

static void an_answer_is_read_for_who_carried_it_himself(void)
{
    struct script script = {0};
    clef_credentials *credentials = credentials_of(custom(keep, &script, -1));
    clef_http_request *request = NULL;
    clef_token *token = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_credentials_prepare_refresh_pkce_token(credentials, "kept", &request, &error));
    CHECK_INT(finish(request, 0, (struct step)WAIT(429, "9"), &token, &error),
              CLEF_STATUS_RATE_LIMITED);
    CHECK(token == NULL);
    CHECK_INT(clef_error_retry_after(error), 9);
    clef_error_free(error);
    CHECK_STATUS(finish(request, 0, (struct step)ANSWER(500, ""), &token, &error),
                 CLEF_STATUS_HTTP);
    CHECK_STATUS(finish(request, 0, (struct step)ANSWER(401, "{\"error\": \"invalid_grant\"}"),
                        &token, &error),
                 CLEF_STATUS_LOGIN_REQUIRED);

    /* The lifetime counts from when it was sent; a time to come is now. */
    const int64_t sent_at[] = {CLEF_TIME_UNKNOWN, time(NULL) - 600, time(NULL) + 600};
    const int64_t expires_in[] = {3600, 3000, 3600};
    for (int i = 0; i < 3; i++) {
        CHECK_OK(finish(request, sent_at[i], (struct step)ANSWER(200, TOKEN_JSON), &token, &error));
        CHECK_STRING(clef_token_access_token(token), "new");
        CHECK_STRING(clef_token_refresh_token(token), "kept");
        CHECK(clef_token_uses_pkce(token));
        CHECK(clef_token_expires_in(token) <= expires_in[i]);
        CHECK(clef_token_expires_in(token) > expires_in[i] - GENEROUS_MS / 1000);
        clef_token_free(token);
    }
    CHECK_INT(script.sends, 0);
    clef_http_request_free(request);
    clef_credentials_free(credentials);
}

static void a_request_knows_whether_it_may_be_repeated(void)
{
    clef_credentials *credentials = sandbox_credentials(SANDBOX_CLIENT_SECRET, NULL);
    clef_error *error = NULL;
    clef_http_request *requests[5] = {NULL};
    CHECK_OK(clef_credentials_prepare_client_token(credentials, &requests[0], &error));
    CHECK_OK(clef_credentials_prepare_user_token(credentials, "code", &requests[1], &error));
    CHECK_OK(clef_credentials_prepare_pkce_token(credentials, "code", "verifier", &requests[2],
                                                 &error));
    CHECK_OK(clef_credentials_prepare_refresh_user_token(credentials, "r", &requests[3], &error));
    CHECK_OK(clef_credentials_prepare_refresh_pkce_token(credentials, "r", &requests[4], &error));
    for (int i = 0; i < 5; i++) {
        CHECK_INT(clef_http_request_may_repeat(requests[i]), i == 0);
        clef_http_request_free(requests[i]);
    }
    clef_credentials_free(credentials);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    sandbox_url = argv[1];
    RUN(an_exchange_ends_at_once_or_later);
    RUN(a_sender_that_calls_wrongly_hears_of_it);
    RUN(a_failure_says_what_the_host_says);
    RUN(a_secret_that_looks_like_an_error_is_none);
    RUN(what_is_never_answered_is_a_timeout);
    RUN(no_time_is_enough_for_an_answer_in_place);
    RUN(user_data_is_freed_once_when_there_is_no_sender);
    RUN(user_data_outlives_the_last_user_of_the_sender);
    RUN(a_retrying_sender_waits_as_told_and_repeats_what_it_may);
    RUN(a_wait_that_is_too_long_says_how_long);
    RUN(a_lost_answer_is_not_asked_for_again);
    RUN(a_busy_service_is_asked_again);
    RUN(a_request_is_sent_once);
    RUN(an_answer_is_read_for_who_carried_it_himself);
    RUN(a_request_knows_whether_it_may_be_repeated);
    return check_exit();
}

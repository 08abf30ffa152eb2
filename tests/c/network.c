/* Everything that the network can do below HTTP, and what clef makes of it. */
#include "refusals.h"
#include "sockets.h"
#include <pthread.h>

#define NETWORK(status, says) \
    status, CLEF_REMEDY_RETRY_LATER, 0, -1, NULL, NULL, says

static const struct refusal LOST[] = {
    {"closed before the answer", "{\"kind\": \"close\"}",
     NETWORK(CLEF_STATUS_TRANSPORT, "the connection failed")},
    {"closed after the request was processed", "{\"kind\": \"close_after\"}",
     NETWORK(CLEF_STATUS_TRANSPORT, "the connection failed")},
    {"closed in mid-body",
     "{\"kind\": \"half\", \"body\": \"{\\\"access_token\\\": \\\"BQ\\\"}\"}",
     NETWORK(CLEF_STATUS_TRANSPORT, "the connection failed")},
    {"closed in mid-body of a real answer", "{\"kind\": \"half\"}",
     NETWORK(CLEF_STATUS_TRANSPORT, "the connection failed")},
};

static void a_lost_connection_changes_nothing(void)
{
    /* Without rotation a lost answer takes no refresh token with it. */
    sandbox_settings("{\"rotation\": \"off\"}");
    for (size_t i = 0; i < sizeof LOST / sizeof *LOST; i++)
        check_refusal(&LOST[i], NULL);
    sandbox_reset();
}

static clef_sender *sender_with_timeout(int64_t timeout_ms)
{
    clef_http_config *config = clef_http_config_new();
    clef_sender *sender = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_http_config_set_timeout(config, timeout_ms, &error));
    CHECK_OK(clef_sender_new_http(config, &sender, &error));
    clef_http_config_free(config);
    return sender;
}

#define TIMEOUT_MS 1500

static const struct refusal SLOW[] = {
    /* The headers are there at once, and each byte is in time: it is the whole that is not. */
    {"a body that drips", "{\"kind\": \"drip\", \"drip_ms\": 400}",
     NETWORK(CLEF_STATUS_TIMEOUT, "in time")},
    {"an answer that is late",
     "{\"kind\": \"respond\", \"status\": 200, \"body\": \"{}\", \"delay_ms\": 60000}",
     NETWORK(CLEF_STATUS_TIMEOUT, "in time")},
};

static void what_comes_too_late_is_a_timeout(void)
{
    sandbox_settings("{\"rotation\": \"off\"}");
    clef_sender *sender = sender_with_timeout(TIMEOUT_MS);
    for (size_t i = 0; i < sizeof SLOW / sizeof *SLOW; i++) {
        clef_credentials *credentials = sandbox_credentials(SANDBOX_CLIENT_SECRET, sender);
        clef_token *token = logged_in(credentials, 0);
        int64_t start = monotonic_ms();
        check_plain_refresh(credentials, token, &SLOW[i]);
        CHECK(monotonic_ms() - start >= TIMEOUT_MS);
        CHECK(monotonic_ms() - start < TIMEOUT_MS + GENEROUS_MS);
        check_self_refresh(credentials, token, &SLOW[i]);
        clef_token_free(token);
        clef_credentials_free(credentials);
    }
    sandbox_reset();
    clef_sender_free(sender);
}

/* A refresh of a token of the sandbox at another URL fails as `row` says. */
static void check_elsewhere(const char *url, const struct refusal *row)
{
    clef_credentials *here = sandbox_credentials(SANDBOX_CLIENT_SECRET, NULL), *there = NULL;
    clef_token *token = logged_in(here, 0), *refreshed = NULL;
    char *before = json_of(token);
    clef_error *error = NULL;
    CHECK_OK(clef_credentials_with_accounts_url(here, url, &there, &error));
    CHECK_INT(clef_credentials_refresh(there, token, &refreshed, &error), row->status);
    CHECK(refreshed == NULL);
    check_error(error, row);
    clef_error_free(error);

    clef_refreshing_token *refreshing_token = refreshing(token, there);
    CHECK_INT(clef_refreshing_token_refresh(refreshing_token, &error), row->status);
    check_error(error, row);
    clef_error_free(error);
    check_unchanged(refreshing_token, before);

    clef_refreshing_token_free(refreshing_token);
    clef_string_free(before);
    clef_token_free(token);
    clef_credentials_free(there);
    clef_credentials_free(here);
}

static void nobody_listens(void)
{
    char url[64];
    int own = own_port(url, sizeof url);
    const struct refusal refused = {"refused", NULL,
                                    NETWORK(CLEF_STATUS_TRANSPORT, "refused")};
    check_elsewhere(url, &refused);
    close(own);
}

static void no_such_host(void)
{
    const struct refusal not_found = {"not found", NULL,
                                      NETWORK(CLEF_STATUS_TRANSPORT, "not found")};
    check_elsewhere("https://no-such-host.invalid", &not_found);
}

/* It accepts nothing: the connection stands in its backlog, and no byte of TLS ever comes. */
static void a_service_that_says_nothing(void)
{
    char url[64], https[64];
    int own = own_port(url, sizeof url);
    if (listen(own, 16) != 0)
        sandbox_die("cannot listen");
    snprintf(https, sizeof https, "https%s", url + strlen("http"));
    clef_http_config *config = clef_http_config_new();
    clef_sender *sender = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_http_config_set_connect_timeout(config, 300, &error));
    CHECK_OK(clef_sender_new_http(config, &sender, &error));
    clef_http_config_free(config);
    clef_credentials *here = sandbox_credentials(SANDBOX_CLIENT_SECRET, sender), *there = NULL;
    clef_token *token = NULL;
    CHECK_OK(clef_credentials_with_accounts_url(here, https, &there, &error));
    int64_t start = monotonic_ms();
    CHECK_STATUS(clef_credentials_request_client_token(there, &token, &error), CLEF_STATUS_TIMEOUT);
    CHECK(monotonic_ms() - start < 8000); /* the usual connect timeout is 10 s */
    clef_credentials_free(there);
    clef_credentials_free(here);
    clef_sender_free(sender);
    close(own);
}

struct raw_answer {
    int listener;
    const char *bytes;
};

/* Reads one request's head and answers it with these bytes, whatever they are. */
static void *answer_raw(void *data)
{
    const struct raw_answer *answer = data;
    for (int i = 0; i < 2; i++) {
        int connection = accept(answer->listener, NULL, NULL);
        char request[4096];
        size_t used = 0;
        ssize_t step;
        do {
            step = read(connection, request + used, sizeof request - used - 1);
            used += step > 0 ? (size_t)step : 0;
            request[used] = '\0';
        } while (step > 0 && !strstr(request, "refresh_token="));
        size_t length = strlen(answer->bytes);
        if (write(connection, answer->bytes, length) != (ssize_t)length)
            sandbox_die("cannot answer");
        close(connection);
    }
    return NULL;
}

/* Two of each: one for the plain token and one for the self-refreshing. */
static void what_is_not_http(void)
{
    static const struct {
        const char *bytes;
        struct refusal refusal;
    } ROWS[] = {
        {"SSH-2.0-OpenSSH_9.6\r\n\r\n",
         {"another protocol", NULL, NETWORK(CLEF_STATUS_INVALID_RESPONSE, "is not HTTP")}},
        {"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n{}",
         {"a length that is no number", NULL,
          NETWORK(CLEF_STATUS_INVALID_RESPONSE, "is not HTTP")}},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
         {"a chunk that has no length", NULL,
          NETWORK(CLEF_STATUS_INVALID_RESPONSE, "is not HTTP")}},
        {"HTTP/1.1 200 OK\r\nContent-Le",
         {"a head without an end", NULL, NETWORK(CLEF_STATUS_TRANSPORT, "connection failed")}},
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        int failures = check_failures;
        char url[64];
        struct raw_answer answer = {own_port(url, sizeof url), ROWS[i].bytes};
        if (listen(answer.listener, 16) != 0)
            sandbox_die("cannot listen");
        pthread_t thread;
        pthread_create(&thread, NULL, answer_raw, &answer);
        check_elsewhere(url, &ROWS[i].refusal);
        pthread_join(thread, NULL);
        close(answer.listener);
        if (check_failures != failures)
            fprintf(stderr, "    in the row: %s\n", ROWS[i].refusal.name);
    }
}

/* On a connection that was kept alive, too: a lost answer is not asked for a second time. */
static void nothing_is_repeated_unasked(void)
{
    sandbox_settings("{\"rotation\": \"on\", \"reuse_detection\": true}");
    clef_credentials *credentials = sandbox_credentials(SANDBOX_CLIENT_SECRET, NULL);
    clef_token *token = logged_in(credentials, 0), *refreshed = NULL;
    clef_error *error = NULL;
    int asked = sandbox_count("refresh_token");
    sandbox_fault("{\"kind\": \"close_after\"}");
    CHECK_STATUS(clef_credentials_refresh(credentials, token, &refreshed, &error),
                 CLEF_STATUS_TRANSPORT);
    CHECK(refreshed == NULL);
    CHECK_INT(sandbox_count("refresh_token") - asked, 1);
    sandbox_reset();
    clef_token_free(token);
    clef_credentials_free(credentials);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    sandbox_url = argv[1];
    RUN(a_lost_connection_changes_nothing);
    RUN(what_comes_too_late_is_a_timeout);
    RUN(nobody_listens);
    RUN(no_such_host);
    RUN(a_service_that_says_nothing);
    RUN(what_is_not_http);
    RUN(nothing_is_repeated_unasked);
    return check_exit();
}

/* The listener for redirects, as a program uses it: on one thread it waits, on another is the browser. */
#include "browser.h"

#include <pthread.h>

/* Nothing here takes as long, unless it hangs. */
#define LONG_MS 30000

#define STATE "the-state"

static clef_redirect_listener *listen_at(const char *uri)
{
    clef_redirect_listener *listener = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_redirect_listener_new(uri, &listener, &error));
    if (!listener)
        sandbox_die("there is no listener");
    return listener;
}

/* The browser */

/* Opens the listener's URI with this behind it, and looks for a piece of the answer. */
static void check_visit(const clef_redirect_listener *listener, const char *query, const char *says)
{
    char url[2048];
    snprintf(url, sizeof url, "%s%s", clef_redirect_listener_uri(listener), query);
    char *answer = visit(url);
    if (!strstr(answer, says))
        check_failed(__FILE__, __LINE__, query, answer, says);
    CHECK(strstr(answer, STATE) == NULL);
    free(answer);
}

/* The one who waits */

struct waiting {
    const clef_redirect_listener *listener;
    const char *state;
    clef_status status;
    char *url;
    pthread_t thread;
};

static void *wait_here(void *data)
{
    struct waiting *waiting = data;
    waiting->status = clef_redirect_listener_wait(waiting->listener, waiting->state, LONG_MS,
                                                  &waiting->url, NULL);
    return NULL;
}

static void begin(struct waiting *waiting, const clef_redirect_listener *listener,
                  const char *state)
{
    *waiting = (struct waiting){.listener = listener, .state = state};
    pthread_create(&waiting->thread, NULL, wait_here, waiting);
}

static void check_end(struct waiting *waiting, clef_status status, const char *query)
{
    char url[2048];
    pthread_join(waiting->thread, NULL);
    CHECK_INT(waiting->status, status);
    snprintf(url, sizeof url, "%s%s", clef_redirect_listener_uri(waiting->listener),
             query ? query : "");
    CHECK_STRING(waiting->url, query ? url : NULL);
    clef_string_free(waiting->url);
}

/* The tests */

static void a_uri_has_the_port_that_is_listened_on(void)
{
    clef_redirect_listener *listener = listen_at("http://127.0.0.1:0/callback");
    const char *uri = clef_redirect_listener_uri(listener);
    int port = 0, end = 0;
    sscanf(uri, "http://127.0.0.1:%d/callback%n", &port, &end);
    CHECK(port > 0);
    CHECK_INT(end, strlen(uri));
    clef_redirect_listener_free(listener);
}

/* A program that wants to share the port would receive the redirects of this one. */
static void its_port_is_not_shared(void)
{
    clef_redirect_listener *listener = listen_at("http://127.0.0.1/callback");
    int port = atoi(strrchr(clef_redirect_listener_uri(listener), ':') + 1);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((unsigned short)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int other = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    CHECK_INT(setsockopt(other, SOL_SOCKET, SO_REUSEADDR, (const char *)&on, sizeof on), 0);
    CHECK(bind(other, (struct sockaddr *)&address, sizeof address) != 0);
    close(other);
    clef_redirect_listener_free(listener);
}

static void a_port_in_use_is_named(void)
{
    clef_redirect_listener *first = listen_at("http://127.0.0.1/callback"), *second = NULL;
    clef_error *error = NULL;
    char uri[100], port[10];
    snprintf(uri, sizeof uri, "%s", clef_redirect_listener_uri(first));
    snprintf(port, sizeof port, "%d", atoi(strrchr(uri, ':') + 1));
    CHECK_INT(clef_redirect_listener_new(uri, &second, &error), CLEF_STATUS_ADDRESS_IN_USE);
    CHECK(strstr(clef_error_message(error), port) != NULL);
    CHECK_INT(clef_error_remedy(error), CLEF_REMEDY_RETRY_LATER);
    clef_error_free(error);
    clef_redirect_listener_free(first);
    second = listen_at(uri);
    CHECK_STRING(clef_redirect_listener_uri(second), uri);
    clef_redirect_listener_free(second);
}

static void the_wrong_state_is_turned_away_and_the_right_one_taken(void)
{
    clef_redirect_listener *listener = listen_at("http://127.0.0.1/callback");
    struct waiting waiting;
    begin(&waiting, listener, STATE);
    check_visit(listener, "?code=x&state=another", "HTTP/1.1 400 ");
    check_visit(listener, "?error=access_denied&state=another", "HTTP/1.1 400 ");
    check_visit(listener, "/favicon.ico", "HTTP/1.1 404 ");
    check_visit(listener, "?code=x&state=" STATE, "HTTP/1.1 200 ");
    check_end(&waiting, CLEF_STATUS_OK, "?code=x&state=" STATE);

    begin(&waiting, listener, NULL);
    check_visit(listener, "?state=another", "HTTP/1.1 400 ");
    check_visit(listener, "?code=x&state=another", "HTTP/1.1 200 ");
    check_end(&waiting, CLEF_STATUS_OK, "?code=x&state=another");
    clef_redirect_listener_free(listener);
}

static void it_listens_at_ipv6_too(void)
{
    clef_redirect_listener *listener = listen_at("http://[::1]/callback");
    struct waiting waiting;
    begin(&waiting, listener, STATE);
    check_visit(listener, "?code=x&state=" STATE, "HTTP/1.1 200 ");
    check_end(&waiting, CLEF_STATUS_OK, "?code=x&state=" STATE);
    clef_redirect_listener_free(listener);
}

static void after_a_timeout_it_goes_on(void)
{
    clef_redirect_listener *listener = listen_at("http://127.0.0.1/callback");
    clef_error *error = NULL;
    char *url = NULL;
    for (int64_t timeout_ms = 0; timeout_ms <= 30; timeout_ms += 15)
        CHECK_STATUS(clef_redirect_listener_wait(listener, STATE, timeout_ms, &url, &error),
                     CLEF_STATUS_TIMEOUT);
    struct waiting waiting;
    begin(&waiting, listener, STATE);
    check_visit(listener, "?code=x&state=" STATE, "HTTP/1.1 200 ");
    check_end(&waiting, CLEF_STATUS_OK, "?code=x&state=" STATE);
    clef_redirect_listener_free(listener);
}

static void one_waits_at_a_time_until_it_is_cancelled(void)
{
    clef_redirect_listener *listener = listen_at("http://127.0.0.1/callback");
    clef_error *error = NULL;
    char *url = NULL;
    struct waiting waiting;
    begin(&waiting, listener, STATE);
    /* It is answered by the one who waits. */
    check_visit(listener, "/favicon.ico", "HTTP/1.1 404 ");
    CHECK_STATUS(clef_redirect_listener_wait(listener, STATE, LONG_MS, &url, &error),
                 CLEF_STATUS_BUSY);
    clef_redirect_listener_cancel(listener);
    check_end(&waiting, CLEF_STATUS_CANCELLED, NULL);
    CHECK_STATUS(clef_redirect_listener_wait(listener, NULL, -1, &url, &error),
                 CLEF_STATUS_CANCELLED);
    clef_redirect_listener_free(listener);
}

static void the_page_may_be_the_programs_own(void)
{
    clef_redirect_listener *listener = listen_at("http://127.0.0.1/callback");
    clef_error *error = NULL;
    struct waiting waiting;
    CHECK_OK(clef_redirect_listener_set_page(listener, "<h1>Fertig", "Schade & so", &error));
    begin(&waiting, listener, STATE);
    check_visit(listener, "?code=x&state=" STATE, "\r\n\r\n<h1>Fertig");
    check_end(&waiting, CLEF_STATUS_OK, "?code=x&state=" STATE);
    begin(&waiting, listener, STATE);
    check_visit(listener, "?error=access_denied&state=" STATE, "<h1>Schade &amp; so</h1>");
    check_end(&waiting, CLEF_STATUS_OK, "?error=access_denied&state=" STATE);
    CHECK_OK(clef_redirect_listener_set_page(listener, NULL, NULL, &error));
    begin(&waiting, listener, STATE);
    check_visit(listener, "?code=x&state=" STATE, "go back to the app");
    check_end(&waiting, CLEF_STATUS_OK, "?code=x&state=" STATE);
    clef_redirect_listener_free(listener);
}

/* A login of the sandbox's user, up to the token. */
static void check_login(const char *decision, const char *page, clef_status status)
{
    clef_redirect_listener *listener = listen_at(SANDBOX_REDIRECT_URI);
    clef_credentials *plain = sandbox_credentials(NULL, NULL), *credentials = NULL;
    clef_user_auth *auth = NULL;
    clef_refreshing_token *token = NULL;
    clef_error *error = NULL;
    struct waiting waiting;
    CHECK_OK(clef_credentials_with_redirect_uri(plain, clef_redirect_listener_uri(listener),
                                                &credentials, &error));
    CHECK_OK(clef_user_auth_new(credentials, NULL, CLEF_AUTH_PKCE, &auth, &error));
    begin(&waiting, listener, clef_user_auth_state(auth));
    char *redirect = sandbox_log_in_as(clef_user_auth_url(auth), decision);
    char *answer = visit(redirect);
    CHECK(strstr(answer, page) != NULL);
    pthread_join(waiting.thread, NULL);
    CHECK_INT(waiting.status, CLEF_STATUS_OK);
    CHECK_STRING(waiting.url, redirect);
    CHECK_STATUS(clef_user_auth_request_refreshing_token_from_url(auth, waiting.url, &token,
                                                                  &error),
                 status);
    free(answer);
    free(redirect);
    clef_string_free(waiting.url);
    clef_refreshing_token_free(token);
    clef_user_auth_free(auth);
    clef_credentials_free(credentials);
    clef_credentials_free(plain);
    clef_redirect_listener_free(listener);
}

static void a_user_logs_in(void)
{
    check_login("approve", "You can close this window and go back to the app", CLEF_STATUS_OK);
}

static void a_user_refuses(void)
{
    check_login("deny", "Access was refused", CLEF_STATUS_ACCESS_DENIED);
}

int main(int count, char **arguments)
{
    if (count != 2)
        sandbox_die("give the URL of a sandbox");
    sandbox_url = arguments[1];
    RUN(a_uri_has_the_port_that_is_listened_on);
    RUN(its_port_is_not_shared);
    RUN(a_port_in_use_is_named);
    RUN(the_wrong_state_is_turned_away_and_the_right_one_taken);
    RUN(it_listens_at_ipv6_too);
    RUN(after_a_timeout_it_goes_on);
    RUN(one_waits_at_a_time_until_it_is_cancelled);
    RUN(the_page_may_be_the_programs_own);
    RUN(a_user_logs_in);
    RUN(a_user_refuses);
    return check_exit();
}

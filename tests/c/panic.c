/* A bug inside clef is an error of the call that met it, and the process lives.
 *
 * The library is built to panic where CLEF_FORCE_PANIC is set.
 */
#include "tokens.h"
#include <pthread.h>

static void panics_from_now_on(void)
{
    setenv("CLEF_FORCE_PANIC", "1", 1);
}

static void no_more_panics(void)
{
    unsetenv("CLEF_FORCE_PANIC");
}

static void check_internal(clef_status status, clef_error *error)
{
    CHECK_INT(status, CLEF_STATUS_INTERNAL);
    CHECK_INT(clef_error_status(error), CLEF_STATUS_INTERNAL);
    CHECK_INT(clef_error_remedy(error), CLEF_REMEDY_NONE);
    const char *message = clef_error_message(error);
    if (!message || !strstr(message, "src/panics.rs:"))
        check_failed(__FILE__, __LINE__, "the message", message, "one that names the place");
    clef_error_free(error);
}

static void a_panic_is_an_error_and_the_next_call_works(void)
{
    clef_error *error = NULL;
    clef_credentials *credentials = sandbox_credentials(SANDBOX_CLIENT_SECRET, NULL);
    for (int again = 0; again < 3; again++) {
        char *url = (char *)&error, *verifier = (char *)&error;
        panics_from_now_on();
        clef_status status = clef_credentials_pkce_user_authorisation(
            credentials, NULL, "state", 32, 0, &url, &verifier, &error);
        no_more_panics();
        CHECK(url == NULL);
        CHECK(verifier == NULL);
        check_internal(status, error);
        error = NULL;

        CHECK_OK(clef_credentials_pkce_user_authorisation(credentials, NULL, "state", 32, 0, &url,
                                                          &verifier, &error));
        clef_string_free(url);
        clef_string_free(verifier);
    }
    /* Nobody has to hear of it. */
    clef_token *token = (clef_token *)&error;
    panics_from_now_on();
    CHECK_INT(clef_credentials_request_client_token(credentials, &token, NULL),
              CLEF_STATUS_INTERNAL);
    no_more_panics();
    CHECK(token == NULL);
    CHECK_OK(clef_credentials_request_client_token(credentials, &token, &error));
    clef_token_free(token);
    clef_credentials_free(credentials);
}

static void count_free(void *data)
{
    ++*(int *)data;
}

static void never_called(void *data, clef_exchange *exchange)
{
    (void)data;
    clef_exchange_free(exchange);
}

static void a_panic_frees_what_it_was_given(void)
{
    int freed = 0;
    clef_sender *sender = (clef_sender *)&freed;
    clef_error *error = NULL;
    panics_from_now_on();
    clef_status status =
        clef_sender_new_custom(never_called, &freed, count_free, -1, &sender, &error);
    no_more_panics();
    CHECK(sender == NULL);
    CHECK_INT(freed, 1);
    check_internal(status, error);
}

/* The host's own code meets a panic in the middle of a refresh, between frames of clef's. */
static void panic_in_the_middle(void *data, clef_exchange *exchange)
{
    clef_http_response *response = (clef_http_response *)data;
    clef_error *error = NULL;
    panics_from_now_on();
    clef_status status = clef_http_response_new(200, NULL, 0, &response, &error);
    no_more_panics();
    CHECK(response == NULL);
    check_internal(status, error);
    clef_exchange_free(exchange);
}

static void a_panic_below_a_refresh_stays_there(void)
{
    clef_error *error = NULL;
    clef_sender *sender = NULL;
    CHECK_OK(clef_sender_new_custom(panic_in_the_middle, NULL, NULL, -1, &sender, &error));
    clef_credentials *credentials = sandbox_credentials(SANDBOX_CLIENT_SECRET, sender);
    clef_token *token = NULL;
    for (int again = 0; again < 2; again++)
        CHECK_STATUS(clef_credentials_refresh_user_token(credentials, "token", &token, &error),
                     CLEF_STATUS_TRANSPORT);
    clef_credentials_free(credentials);
    clef_sender_free(sender);
}

#define THREADS 8

static void *ask(void *data)
{
    clef_error *error = NULL;
    char *access_token = NULL;
    clef_status status = clef_refreshing_token_access_token(data, &access_token, &error);
    CHECK(access_token == NULL);
    check_internal(status, error);
    return NULL;
}

static void panics_on_many_threads_leave_the_token_working(void)
{
    clef_credentials *credentials = sandbox_credentials(SANDBOX_CLIENT_SECRET, NULL);
    clef_token *fresh = logged_in(credentials, 0), *token = with_seconds_left(fresh, -1);
    clef_refreshing_token *refreshing_token = refreshing(token, credentials);
    pthread_t threads[THREADS];
    panics_from_now_on();
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, ask, refreshing_token);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    no_more_panics();

    clef_error *error = NULL;
    char *access_token = NULL;
    CHECK_OK(clef_refreshing_token_access_token(refreshing_token, &access_token, &error));
    CHECK(access_token != NULL);
    clef_string_free(access_token);
    clef_refreshing_token_free(refreshing_token);
    clef_token_free(token);
    clef_token_free(fresh);
    clef_credentials_free(credentials);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    sandbox_url = argv[1];
    RUN(a_panic_is_an_error_and_the_next_call_works);
    RUN(a_panic_frees_what_it_was_given);
    RUN(a_panic_below_a_refresh_stays_there);
    RUN(panics_on_many_threads_leave_the_token_working);
    return check_exit();
}

/* The build without HTTP: what the host carries works, and what it does not says so. */
#include "tokens.h"

/* Carries a request with a socket of the host's, and ends it. */
static void carry(void *data, clef_exchange *exchange)
{
    (void)data;
    const clef_http_request *request = clef_exchange_request(exchange);
    char headers[4096] = "";
    for (size_t i = 0; i < clef_http_request_header_count(request); i++)
        snprintf(headers + strlen(headers), sizeof headers - strlen(headers), "%s: %s\r\n",
                 clef_http_request_header_name(request, i),
                 clef_http_request_header_value(request, i));
    const char *path = strstr(clef_http_request_url(request), "/api/token");
    char *answer = sandbox_request_with(clef_http_request_method(request), path, headers,
                                        clef_http_request_body(request, NULL));
    const char *body = strstr(answer, "\r\n\r\n") + 4;
    clef_http_response *response = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_http_response_new(atoi(answer + strlen("HTTP/1.1 ")), (const uint8_t *)body,
                                    strlen(body), &response, &error));
    clef_exchange_respond(exchange, response);
    clef_http_response_free(response);
    free(answer);
}

static clef_credentials *carried_by_the_host(void)
{
    clef_sender *sender = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_sender_new_custom(carry, NULL, NULL, 0, &sender, &error));
    clef_credentials *credentials = sandbox_credentials(SANDBOX_CLIENT_SECRET, sender);
    clef_sender_free(sender);
    return credentials;
}

static void a_login_and_a_refresh_that_the_host_carries(void)
{
    clef_credentials *credentials = carried_by_the_host();
    for (uint32_t flags = 0; flags <= CLEF_AUTH_PKCE; flags += CLEF_AUTH_PKCE) {
        clef_token *token = logged_in(credentials, flags);
        clef_token *expired = with_seconds_left(token, 0);
        clef_refreshing_token *refreshing_token = refreshing(expired, credentials);
        clef_error *error = NULL;
        char *access_token = NULL;
        CHECK_OK(clef_refreshing_token_access_token(refreshing_token, &access_token, &error));
        CHECK(strcmp(access_token, clef_token_access_token(token)) != 0);
        clef_string_free(access_token);
        clef_refreshing_token_free(refreshing_token);
        clef_token_free(expired);
        clef_token_free(token);
    }
    clef_credentials_free(credentials);
}

static void note_done(void *is_done, const clef_operation *operation)
{
    (void)operation;
    *(bool *)is_done = true;
}

static void a_refresh_in_the_background_that_the_pump_carries(void)
{
    clef_runtime *runtime = NULL;
    clef_sender *sender = NULL;
    clef_operation *operation = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_runtime_new(&runtime, &error));
    CHECK_OK(clef_runtime_new_sender(runtime, carry, NULL, NULL, -1, &sender, &error));
    clef_credentials *credentials = carried_by_the_host();
    clef_token *token = logged_in(credentials, 0);
    clef_credentials_free(credentials);
    credentials = sandbox_credentials(SANDBOX_CLIENT_SECRET, sender);
    clef_refreshing_token *refreshing_token = refreshing(token, credentials);
    bool is_done = false;
    CHECK_OK(clef_refreshing_token_refresh_start(refreshing_token, runtime, note_done, &is_done,
                                                 NULL, &operation, &error));
    while (!is_done) {
        CHECK_OK(clef_runtime_wait(runtime, GENEROUS_MS, &error));
        clef_runtime_run_callbacks(runtime);
    }
    CHECK_OK(clef_operation_status(operation, &error));
    clef_operation_free(operation);
    clef_refreshing_token_free(refreshing_token);
    clef_token_free(token);
    clef_credentials_free(credentials);
    clef_sender_free(sender);
    clef_runtime_free(runtime);
}

static void check_unsupported(clef_status status, clef_error *error)
{
    CHECK_INT(status, CLEF_STATUS_UNSUPPORTED);
    CHECK_INT(clef_error_remedy(error), CLEF_REMEDY_FIX_CALL);
    const char *message = clef_error_message(error);
    if (!message || !strstr(message, "a sender of your own"))
        check_failed(__FILE__, __LINE__, "the message", message, "what to do");
    clef_error_free(error);
}

static void a_request_that_nobody_carries_is_unsupported(void)
{
    clef_credentials *credentials = sandbox_credentials(SANDBOX_CLIENT_SECRET, NULL);
    clef_token *token = NULL;
    clef_error *error = NULL;
    int before = sandbox_count(NULL);
    clef_status status = clef_credentials_request_client_token(credentials, &token, &error);
    check_unsupported(status, error);
    CHECK(token == NULL);
    CHECK_INT(sandbox_count(NULL), before);
    clef_credentials_free(credentials);
}

static void the_built_in_sender_is_unsupported(void)
{
    clef_http_config *config = clef_http_config_new();
    CHECK(config != NULL);
    clef_sender *sender = NULL;
    clef_error *error = NULL;
    clef_status status = clef_sender_new_http(config, &sender, &error);
    check_unsupported(status, error);
    CHECK(sender == NULL);
    status = clef_http_config_set_timeout(config, 1000, &error);
    check_unsupported(status, error);
    status = clef_http_config_set_proxy_from_environment(config, &error);
    check_unsupported(status, error);
    status = clef_http_config_add_platform_certificates(config, &error);
    check_unsupported(status, error);
    clef_http_config_free(config);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    sandbox_url = argv[1];
    RUN(a_login_and_a_refresh_that_the_host_carries);
    RUN(a_refresh_in_the_background_that_the_pump_carries);
    RUN(a_request_that_nobody_carries_is_unsupported);
    RUN(the_built_in_sender_is_unsupported);
    return check_exit();
}

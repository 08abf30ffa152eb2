/* No error says a secret, whatever the service, the sender or the program makes of it.
 *
 * Every secret here begins with "hush" and ends with "mum", so that a piece of one is found too.
 */
#include "tokens.h"
#include <ctype.h>

#define CLIENT_SECRET "hush/client+secret&mum"
#define CODE "hush/code+mum"
/* Begins as the code does: what hides the one must not leave the end of the other. */
#define VERIFIER CODE "~verifier=mum"
#define REFRESH_TOKEN "hush refresh/t\xc3\xb6ken+=&%mum"
#define ACCESS_TOKEN "hush-access-mum"
#define STATE "hush-state/+mum"

#define TOKEN_JSON \
    "{\"access_token\": \"" ACCESS_TOKEN "\", \"refresh_token\": \"" REFRESH_TOKEN "\"," \
    " \"expires_at\": 1, \"scope\": \"user-read-email\""

static int errors_seen;
static char basic[256]; /* the client secret as its header has it */

static void check_text(const char *text)
{
    if (text && (strstr(text, "hush") || strstr(text, "mum") || (*basic && strstr(text, basic))))
        check_failed(__FILE__, __LINE__, "a text of an error", text, NULL);
}

/* Searches an error and frees it. */
static void inspect(clef_error *error)
{
    CHECK(error != NULL);
    errors_seen++;
    check_text(clef_error_message(error));
    check_text(clef_error_oauth_error(error));
    check_text(clef_error_oauth_description(error));
    clef_error_free(error);
}

/* Text that grows. */
struct text {
    char bytes[16384];
    size_t used;
};

static void add(struct text *text, const char *more)
{
    size_t length = strlen(more);
    if (text->used + length >= sizeof text->bytes)
        sandbox_die("the text is too long");
    memcpy(text->bytes + text->used, more, length + 1);
    text->used += length;
}

static int hex(char digit)
{
    return isdigit((unsigned char)digit) ? digit - '0' : toupper((unsigned char)digit) - 'A' + 10;
}

/* A form as a service reads it. */
static void add_decoded(struct text *text, const char *form)
{
    for (; *form; form++) {
        char byte[2] = {*form == '+' ? ' ' : *form, '\0'};
        if (*form == '%') {
            byte[0] = (char)(hex(form[1]) * 16 + hex(form[2]));
            form += 2;
        }
        add(text, byte);
    }
}

/* All that a service or a sender knows, as it came and as it is read. */
static void add_all_secrets(struct text *text, const clef_http_request *request)
{
    const char *body = clef_http_request_body(request, NULL);
    add(text, "body: ");
    add(text, body);
    add(text, " which is ");
    add_decoded(text, body);
    for (size_t i = 0; i < clef_http_request_header_count(request); i++) {
        const char *value = clef_http_request_header_value(request, i);
        add(text, " header: ");
        add(text, value);
        if (strncmp(value, "Basic ", 6) == 0) {
            snprintf(basic, sizeof basic, "%s", value + 6);
            add(text, " which is " CLIENT_SECRET);
        }
    }
}

/* What the sender makes of a request: $ in the body stands for all secrets of the request. */
struct echo {
    int http_status; /* 0: a failure with the body as its message */
    const char *body;
    const char *header; /* its value is all secrets of the request */
};

static const struct echo ECHOES[] = {
    {0, "could not carry: $", NULL},
    {400, "{\"error\": \"invalid_grant\", \"error_description\": \"no good: $\"}", NULL},
    {400, "{\"error\": \"$\", \"error_description\": \"$\"}", NULL},
    {400, "{\"error\": \"invalid_request\", \"error_description\": \"$\"}", NULL},
    {401, "{\"error\": \"invalid_client\", \"error_description\": \"$\"}", NULL},
    {500, "{\"error\": \"server_error\", \"error_description\": \"$\"}", NULL},
    {200, "{\"error\": \"$\", \"access_token\": \"" ACCESS_TOKEN "\"}", NULL},
    {429, "{\"error\": \"$\"}", "Retry-After"},
    {400, "$", NULL},
    {403, "<html>$</html>", NULL},
    {500, "$", NULL},
    {503, "$", "Retry-After"},
    {302, "$", "Location"},
    {200, "$", NULL},
    {200, "\"$\"", NULL},
    {200, "{\"access_token\": [\"$\"]}", NULL},
    {200, "{\"access_token\": \"" ACCESS_TOKEN "\", \"expires_in\": \"$\"}", NULL},
    {200, "{\"access_token\": \"" ACCESS_TOKEN "\", \"uses_pkce\": \"$\"}", NULL},
    {200, "{\"refresh_token\": \"$\", \"$\": 1}", NULL},
    {200, "{\"access_token\": \"" ACCESS_TOKEN, NULL},
    {200, "{\"access_token\": \"" ACCESS_TOKEN "\"} $", NULL},
};

static void answer(void *data, clef_exchange *exchange)
{
    const struct echo *echo = *(const struct echo **)data;
    struct text *secrets = calloc(1, sizeof *secrets), *body = calloc(1, sizeof *body);
    add_all_secrets(secrets, clef_exchange_request(exchange));
    for (const char *from = echo->body; *from; from++)
        add(body, *from == '$' ? secrets->bytes : (char[]){*from, '\0'});
    if (echo->http_status == 0) {
        clef_exchange_fail(exchange, CLEF_STATUS_TRANSPORT, CLEF_EXCHANGE_SENT, body->bytes);
    } else {
        clef_http_response *response = NULL;
        CHECK_INT(clef_http_response_new(echo->http_status, (const uint8_t *)body->bytes,
                                         body->used, &response, NULL),
                  CLEF_STATUS_OK);
        if (echo->header)
            CHECK_INT(clef_http_response_add_header(response, echo->header, secrets->bytes, NULL),
                      CLEF_STATUS_OK);
        clef_exchange_respond(exchange, response);
        clef_http_response_free(response);
    }
    free(secrets);
    free(body);
}

static clef_status hear(void *data, clef_event event, const clef_token *token,
                        const clef_error *error)
{
    (void)data, (void)event, (void)token;
    check_text(clef_error_message(error));
    check_text(clef_error_oauth_error(error));
    check_text(clef_error_oauth_description(error));
    return CLEF_STATUS_OK;
}

static clef_token *saved_token(uint32_t flags)
{
    clef_token *token = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_token_from_json(TOKEN_JSON "}", flags, &token, &error));
    return token;
}

static void refresh_and_inspect(const clef_credentials *credentials, uint32_t flags)
{
    clef_token *token = saved_token(flags), *refreshed = NULL;
    clef_error *error = NULL, *last_error = NULL;
    char *access_token = NULL;
    CHECK(clef_credentials_refresh(credentials, token, &refreshed, &error) != CLEF_STATUS_OK);
    inspect(error);
    clef_refreshing_token *refreshing_token = refreshing(token, credentials);
    CHECK_OK(clef_refreshing_token_set_listener(refreshing_token, hear, NULL, NULL, &error));
    CHECK(clef_refreshing_token_refresh(refreshing_token, &error) != CLEF_STATUS_OK);
    inspect(error);
    CHECK(clef_refreshing_token_access_token(refreshing_token, &access_token, &error) !=
          CLEF_STATUS_OK);
    inspect(error);
    CHECK(clef_refreshing_token_invalidate(refreshing_token, ACCESS_TOKEN, &error) !=
          CLEF_STATUS_OK);
    inspect(error);
    CHECK_OK(clef_refreshing_token_last_error(refreshing_token, &last_error, &error));
    inspect(last_error);
    clef_refreshing_token_free(refreshing_token);
    clef_token_free(token);
}

static void log_in_and_inspect(const clef_credentials *credentials, uint32_t flags)
{
    clef_user_auth *auth = NULL;
    clef_token *token = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_user_auth_resume(credentials, STATE, flags ? VERIFIER : NULL, flags, &auth,
                                   &error));
    CHECK(clef_user_auth_request_token(auth, CODE, STATE, &token, &error) != CLEF_STATUS_OK);
    inspect(error);
    /* It is spent now. */
    CHECK(clef_user_auth_request_token(auth, CODE, STATE, &token, &error) != CLEF_STATUS_OK);
    inspect(error);
    clef_user_auth_free(auth);
}

static void no_answer_brings_a_secret_into_an_error(void)
{
    const struct echo *echo = ECHOES;
    clef_sender *sender = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_sender_new_custom(answer, &echo, NULL, -1, &sender, &error));
    for (size_t i = 0; i < sizeof ECHOES / sizeof *ECHOES; i++) {
        int failures = check_failures;
        echo = &ECHOES[i];
        /* New ones for each, for they remember a Retry-After. */
        clef_credentials *credentials = sandbox_credentials(CLIENT_SECRET, sender);
        clef_token *token = NULL;
        CHECK(clef_credentials_request_client_token(credentials, &token, &error));
        inspect(error);
        CHECK(clef_credentials_request_user_token(credentials, CODE, &token, &error));
        inspect(error);
        CHECK(clef_credentials_request_pkce_token(credentials, CODE, VERIFIER, &token, &error));
        inspect(error);
        CHECK(clef_credentials_refresh_user_token(credentials, REFRESH_TOKEN, &token, &error));
        inspect(error);
        CHECK(clef_credentials_refresh_pkce_token(credentials, REFRESH_TOKEN, &token, &error));
        inspect(error);
        refresh_and_inspect(credentials, 0);
        refresh_and_inspect(credentials, CLEF_TOKEN_USES_PKCE);
        log_in_and_inspect(credentials, 0);
        log_in_and_inspect(credentials, CLEF_AUTH_PKCE);
        clef_credentials_free(credentials);
        if (check_failures != failures)
            fprintf(stderr, "    in the row: %d %s\n", echo->http_status, echo->body);
    }
    clef_sender_free(sender);
}

static void no_network_brings_a_secret_into_an_error(void)
{
    static const char *FAULTS[] = {"{\"kind\": \"close\"}",
                                   "{\"kind\": \"half\", \"body\": \"{}\"}",
                                   "{\"kind\": \"oversize\", \"bytes\": 2000000}"};
    clef_error *error = NULL;
    clef_token *token = NULL;
    for (int i = 0; i < 4; i++) {
        clef_credentials *credentials = sandbox_credentials(CLIENT_SECRET, NULL);
        if (i < 3)
            sandbox_fault(FAULTS[i]);
        CHECK(clef_credentials_refresh_user_token(credentials, REFRESH_TOKEN, &token, &error));
        inspect(error);
        clef_credentials_free(credentials);
    }
}

/* The sandbox is no proxy, and says so. */
static void no_proxy_brings_its_password_into_an_error(void)
{
    char proxy[100];
    snprintf(proxy, sizeof proxy, "http://hush:mum@%s", sandbox_url + strlen("http://"));
    clef_http_config *config = clef_http_config_new();
    clef_sender *sender = NULL;
    clef_error *error = NULL;
    clef_token *token = NULL;
    CHECK_OK(clef_http_config_set_proxy(config, proxy, &error));
    CHECK_OK(clef_sender_new_http(config, &sender, &error));
    clef_credentials *here = sandbox_credentials(CLIENT_SECRET, sender), *there = NULL;
    CHECK_OK(clef_credentials_with_accounts_url(here, "https://accounts.invalid", &there, &error));
    CHECK(clef_credentials_request_client_token(there, &token, &error));
    inspect(error);
    clef_credentials_free(there);
    clef_credentials_free(here);
    clef_sender_free(sender);
    clef_http_config_free(config);
}

static void no_redirect_brings_a_secret_into_an_error(void)
{
    static const char *URLS[] = {
        "",
        "hush-mum",
        "/callback?code=hush-mum",
        "/callback?code=hush-mum&code=hush2mum&state=hush-state%2F%2Bmum",
        "/callback?code=hush-mum&state=hush-mum",
        "/callback?code=hush-mum&state=hush-mum&state=hush-mum",
        "/callback?state=hush-state%2F%2Bmum",
        "/callback?error=access_denied&state=hush-mum",
        "/callback?error=access_denied&state=hush-state%2F%2Bmum"
        "&error_description=for+hush-state%2F%2Bmum",
        "/callback?error=hush-state%2F%2Bmum&state=hush-state%2F%2Bmum",
        "/callback?error=odd&state=hush-state%2F%2Bmum&code=hush-mum"
        "&error_description=hush-mum%20and%20hush-state%2F%2Bmum%20hush-state%252F%252Bmum",
    };
    clef_credentials *credentials = sandbox_credentials(CLIENT_SECRET, NULL);
    clef_error *error = NULL;
    for (size_t i = 0; i < sizeof URLS / sizeof *URLS; i++) {
        clef_user_auth *auth = NULL;
        clef_token *token = NULL;
        char *part = NULL;
        CHECK_OK(clef_user_auth_resume(credentials, STATE, VERIFIER, CLEF_AUTH_PKCE, &auth,
                                       &error));
        if (clef_user_auth_request_token_from_url(auth, URLS[i], &token, &error))
            inspect(error);
        else
            check_failed(__FILE__, __LINE__, "the login", URLS[i], NULL);
        if (clef_parse_code_from_url(URLS[i], &part, &error))
            inspect(error);
        clef_string_free(part);
        if (clef_parse_state_from_url(URLS[i], &part, &error))
            inspect(error);
        clef_string_free(part);
        clef_user_auth_free(auth);
    }
    clef_credentials_free(credentials);
}

#define INSPECT(call) \
    do { \
        CHECK((call) != CLEF_STATUS_OK); \
        inspect(error); \
    } while (0)

static void no_argument_comes_back_in_an_error(void)
{
    clef_error *error = NULL;
    clef_credentials *credentials = sandbox_credentials(CLIENT_SECRET, NULL), *none = NULL;
    clef_token *token = NULL;
    clef_refreshing_token *refreshing_token = NULL;
    clef_user_auth *auth = NULL;
    clef_http_config *config = clef_http_config_new();

    INSPECT(clef_credentials_new("id", "hush\xffmum", NULL, NULL, &none, &error));
    INSPECT(clef_credentials_new("id", CLIENT_SECRET, "http://hush:mum@x/", NULL, &none, &error));
    INSPECT(clef_credentials_with_accounts_url(credentials, "https://hush:mum@x", &none, &error));
    INSPECT(clef_credentials_with_accounts_url(credentials, "http://hush:mum@x", &none, &error));
    INSPECT(clef_credentials_with_accounts_url(credentials, "https://x/?hush=mum", &none, &error));
    INSPECT(clef_http_config_set_proxy(config, "socks5://hush:mum@x:1", &error));
    INSPECT(clef_http_config_set_proxy(config, "http://hush:mum@", &error));
    INSPECT(clef_http_config_add_ca_certificates(config, "hush mum", &error));

    INSPECT(clef_credentials_request_user_token(credentials, "hush\xffmum", &token, &error));
    INSPECT(clef_credentials_request_pkce_token(credentials, CODE, "hush\xffmum", &token, &error));
    INSPECT(clef_credentials_refresh_user_token(credentials, "hush\xffmum", &token, &error));
    INSPECT(clef_credentials_refresh_pkce_token(credentials, "hush\xffmum", &token, &error));
    INSPECT(clef_user_auth_resume(credentials, "hush\xffmum", VERIFIER, 0, &auth, &error));
    INSPECT(clef_user_auth_resume(credentials, STATE, NULL, CLEF_AUTH_PKCE, &auth, &error));

    static const char *JSON[] = {
        "hush mum",
        "\"hush mum\"",
        "[\"hush mum\"]",
        TOKEN_JSON,
        TOKEN_JSON ", \"expires_in\": \"hush mum\"}",
        TOKEN_JSON ", \"uses_pkce\": \"hush mum\"}",
        TOKEN_JSON ", \"scope\": [\"hush mum\"]}",
        "{\"scope\": \"hush mum\"}",
        "{\"access_token\": {\"hush\": \"mum\"}}",
        "{\"access_token\": \"hush \\u0000 mum\"}",
        "{\"access_token\": \"hush \\q mum\"}",
    };
    for (size_t i = 0; i < sizeof JSON / sizeof *JSON; i++)
        INSPECT(clef_token_from_json(JSON[i], 0, &token, &error));

    CHECK_OK(clef_token_from_json(TOKEN_JSON ", \"client_id\": \"another\"}", 0, &token, &error));
    clef_token *refreshed = NULL;
    INSPECT(clef_credentials_refresh(credentials, token, &refreshed, &error));
    INSPECT(clef_refreshing_token_new(token, credentials, &refreshing_token, &error));
    clef_token_free(token);
    clef_http_config_free(config);
    clef_credentials_free(credentials);
}

/* So that the tests above search something. */
static void errors_were_searched(void)
{
    CHECK(errors_seen > 400);
    CHECK(*basic != '\0');
    CHECK(strstr(basic, "hush") == NULL);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    sandbox_url = argv[1];
    RUN(no_answer_brings_a_secret_into_an_error);
    RUN(no_network_brings_a_secret_into_an_error);
    RUN(no_proxy_brings_its_password_into_an_error);
    RUN(no_redirect_brings_a_secret_into_an_error);
    RUN(no_argument_comes_back_in_an_error);
    RUN(errors_were_searched);
    return check_exit();
}

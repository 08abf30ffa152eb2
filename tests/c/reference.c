/*
 * Each class, method, property and function of the reference through the C ABI, against the
 * sandbox. The tests are named as in tests/all/reference_names.txt.
 */
#include "check.h"
#include "sandbox.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <time.h>

#define ENCODED_REDIRECT_URI "http%3A%2F%2F127.0.0.1%2Fcallback"
#define SPOTIFY "https://accounts.spotify.com"

/* What several tests need */

static clef_scope_set *scopes_of(const char *text)
{
    clef_scope_set *set = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_scope_set_parse(text, &set, &error));
    return set;
}

static clef_token *token_of(const char *json, uint32_t flags)
{
    clef_token *token = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_token_from_json(json, flags, &token, &error));
    return token;
}

static clef_refreshing_credentials *refreshing_credentials(const char *client_secret)
{
    clef_credentials *credentials = sandbox_credentials(client_secret, NULL);
    clef_refreshing_credentials *refreshing = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_refreshing_credentials_new(credentials, &refreshing, &error));
    clef_credentials_free(credentials);
    return refreshing;
}

/* A self-refreshing token of a login for user-read-email; flags as of clef_user_auth_new. */
static clef_refreshing_token *refreshing_user_token(uint32_t flags)
{
    clef_credentials *credentials = sandbox_credentials(SANDBOX_CLIENT_SECRET, NULL);
    clef_scope_set *scopes = scopes_of("user-read-email");
    clef_token *token = sandbox_user_token(credentials, scopes, flags);
    clef_refreshing_token *refreshing = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_refreshing_token_new(token, credentials, &refreshing, &error));
    clef_token_free(token);
    clef_scope_set_free(scopes);
    clef_credentials_free(credentials);
    return refreshing;
}

/* The code that the user brings back from this authorisation URL; they must bring the state too. */
static char *code_from(const char *authorisation_url, const char *expected_state)
{
    char *redirect = sandbox_log_in(authorisation_url), *code = NULL, *state = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_parse_code_from_url(redirect, &code, &error));
    CHECK_OK(clef_parse_state_from_url(redirect, &state, &error));
    CHECK_STRING(state, expected_state);
    clef_string_free(state);
    free(redirect);
    return code;
}

static void check_opens_web_api(const char *access_token)
{
    char headers[500];
    CHECK(access_token != NULL);
    snprintf(headers, sizeof headers, "Authorization: Bearer %s\r\n",
             access_token ? access_token : "");
    char *answer = sandbox_request_with("GET", "/v1/me", headers, "");
    CHECK(strncmp(answer, "HTTP/1.1 200 ", 13) == 0);
    free(answer);
}

/* A user's token for user-read-email. */
static void check_user_token(const clef_token *token, bool uses_pkce)
{
    check_opens_web_api(clef_token_access_token(token));
    CHECK(clef_token_refresh_token(token) != NULL);
    CHECK_STRING(clef_scope_set_to_string(clef_token_scopes(token)), "user-read-email");
    CHECK(clef_token_uses_pkce(token) == uses_pkce);
}

static void check_client_token(const clef_token *token)
{
    check_opens_web_api(clef_token_access_token(token));
    CHECK_STRING(clef_token_refresh_token(token), NULL);
    CHECK_INT(clef_scope_set_len(clef_token_scopes(token)), 0);
    CHECK(!clef_token_uses_pkce(token));
}

/* The same for what a self-refreshing token is now; frees it. */
static void check_refreshing_token(clef_refreshing_token *refreshing,
                                   void (*check)(const clef_token *token, bool uses_pkce),
                                   bool uses_pkce)
{
    clef_token *token = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_refreshing_token_token(refreshing, &token, &error));
    if (check)
        check(token, uses_pkce);
    else
        check_client_token(token);
    clef_token_free(token);
    clef_refreshing_token_free(refreshing);
}

static void check_url(const char *url, const char *service, const char *rest)
{
    char expected[1000];
    snprintf(expected, sizeof expected, "%s%s", service, rest);
    CHECK_STRING(url, expected);
}

/* An authorisation URL with PKCE: `before` the challenge, 43 characters of it, and `after`. */
static void check_pkce_url(const char *url, const char *before, const char *after)
{
    const char *name = "&code_challenge=";
    const char *challenge = url ? strstr(url, name) : NULL;
    CHECK(challenge != NULL);
    if (!challenge)
        return;
    challenge += strlen(name);
    size_t length = strspn(challenge, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                      "0123456789-_");
    CHECK_INT(length, 43);
    char expected[1000];
    snprintf(expected, sizeof expected, "%s%s%s%.43s%s", sandbox_url, before, name, challenge,
             after);
    CHECK_STRING(url, expected);
}

/* A sender for what is meant for Spotify: carries each request to the sandbox instead. */

static void carry_to_sandbox(void *user_data, clef_exchange *exchange)
{
    const clef_http_request *request = clef_exchange_request(exchange);
    const char *url = clef_http_request_url(request);
    int *carried = user_data;
    ++*carried;
    CHECK(strncmp(url, SPOTIFY "/", strlen(SPOTIFY "/")) == 0);

    char headers[2000] = "";
    for (size_t i = 0; i < clef_http_request_header_count(request); i++) {
        size_t used = strlen(headers);
        snprintf(headers + used, sizeof headers - used, "%s: %s\r\n",
                 clef_http_request_header_name(request, i),
                 clef_http_request_header_value(request, i));
    }
    size_t length = 0;
    const char *body = clef_http_request_body(request, &length);
    CHECK_INT(length, strlen(body));
    char *answer = sandbox_request_with(clef_http_request_method(request), url + strlen(SPOTIFY),
                                        headers, body);

    const char *answer_body = strstr(answer, "\r\n\r\n");
    clef_http_response *response = NULL;
    clef_error *error = NULL;
    CHECK(answer_body != NULL);
    answer_body = answer_body ? answer_body + 4 : "";
    CHECK_OK(clef_http_response_new(atoi(answer + strlen("HTTP/1.1 ")),
                                    (const uint8_t *)answer_body, strlen(answer_body), &response,
                                    &error));
    clef_exchange_respond(exchange, response);
    clef_http_response_free(response);
    free(answer);
}

static clef_sender *sender_to_sandbox(int *carried)
{
    clef_sender *sender = NULL;
    clef_error *error = NULL;
    *carried = 0;
    CHECK_OK(clef_sender_new_custom(carry_to_sandbox, carried, NULL, 10000, &sender, &error));
    return sender;
}

/* Credentials */

static void credentials_new(void)
{
    int carried;
    clef_sender *sender = sender_to_sandbox(&carried);
    clef_credentials *credentials = NULL, *bare = NULL;
    clef_token *token = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_credentials_new(SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET, SANDBOX_REDIRECT_URI,
                                  sender, &credentials, &error));
    clef_sender_free(sender);
    CHECK_STRING(clef_credentials_client_id(credentials), SANDBOX_CLIENT_ID);
    CHECK_STRING(clef_credentials_redirect_uri(credentials), SANDBOX_REDIRECT_URI);
    CHECK_OK(clef_credentials_request_client_token(credentials, &token, &error));
    check_client_token(token);
    CHECK_INT(carried, 1);
    clef_token_free(token);
    clef_credentials_free(credentials);

    CHECK_OK(clef_credentials_new("id", NULL, NULL, NULL, &bare, &error));
    CHECK_STRING(clef_credentials_redirect_uri(bare), NULL);
    CHECK_STATUS(clef_credentials_request_client_token(bare, &token, &error),
                 CLEF_STATUS_MISSING_CLIENT_SECRET);
    clef_credentials *with_uri = NULL;
    CHECK_OK(clef_credentials_with_redirect_uri(bare, "https://example.com/callback", &with_uri,
                                                &error));
    CHECK_STRING(clef_credentials_redirect_uri(with_uri), "https://example.com/callback");
    CHECK_STRING(clef_credentials_redirect_uri(bare), NULL);
    clef_credentials *again = clef_credentials_clone(with_uri);
    clef_credentials_free(with_uri);
    CHECK_STRING(clef_credentials_client_id(again), "id");
    clef_credentials_free(again);
    clef_credentials_free(bare);
}

static void credentials_user_authorisation_url(void)
{
    clef_credentials *credentials = NULL;
    char *url = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_credentials_new(SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET, SANDBOX_REDIRECT_URI,
                                  NULL, &credentials, &error));
    CHECK_OK(clef_credentials_user_authorisation_url(credentials, NULL, NULL, 0, &url, &error));
    check_url(url, SPOTIFY,
              "/authorize?client_id=" SANDBOX_CLIENT_ID "&redirect_uri=" ENCODED_REDIRECT_URI
              "&response_type=code&show_dialog=false");
    clef_string_free(url);

    clef_scope_set *scopes = scopes_of("user-read-private user-read-email");
    CHECK_OK(clef_credentials_user_authorisation_url(credentials, scopes, "a b&c/\xc3\xbc~*",
                                                     CLEF_AUTH_SHOW_DIALOG, &url, &error));
    check_url(url, SPOTIFY,
              "/authorize?client_id=" SANDBOX_CLIENT_ID "&redirect_uri=" ENCODED_REDIRECT_URI
              "&response_type=code&scope=user-read-email+user-read-private"
              "&state=a+b%26c%2F%C3%BC~%2A&show_dialog=true");
    clef_string_free(url);
    clef_scope_set_free(scopes);
    clef_credentials_free(credentials);
}

static void credentials_request_user_token(void)
{
    clef_credentials *credentials = sandbox_credentials(SANDBOX_CLIENT_SECRET, NULL);
    clef_scope_set *scopes = scopes_of("user-read-email");
    clef_token *token = NULL;
    char *url = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_credentials_user_authorisation_url(credentials, scopes, "s 1", 0, &url, &error));
    char *code = code_from(url, "s 1");
    CHECK_OK(clef_credentials_request_user_token(credentials, code, &token, &error));
    check_user_token(token, false);
    clef_token_free(token);
    CHECK_STATUS(clef_credentials_request_user_token(credentials, code, &token, &error),
                 CLEF_STATUS_OAUTH);
    clef_string_free(code);
    clef_string_free(url);
    clef_scope_set_free(scopes);
    clef_credentials_free(credentials);
}

static void credentials_pkce_user_authorisation(void)
{
    clef_credentials *credentials = sandbox_credentials(NULL, NULL);
    clef_scope_set *scopes = scopes_of("user-top-read user-read-email");
    char *url = NULL, *verifier = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_credentials_pkce_user_authorisation(credentials, NULL, NULL, 32, 0, &url,
                                                      &verifier, &error));
    CHECK_INT(strlen(verifier), 43);
    check_pkce_url(url,
                   "/authorize?client_id=" SANDBOX_CLIENT_ID "&redirect_uri=" ENCODED_REDIRECT_URI
                   "&response_type=code",
                   "&code_challenge_method=S256");
    clef_string_free(url);
    clef_string_free(verifier);

    CHECK_OK(clef_credentials_pkce_user_authorisation(
        credentials, scopes, "a b", 96, CLEF_AUTH_SHOW_DIALOG, &url, &verifier, &error));
    CHECK_INT(strlen(verifier), 128);
    check_pkce_url(url,
                   "/authorize?client_id=" SANDBOX_CLIENT_ID "&redirect_uri=" ENCODED_REDIRECT_URI
                   "&response_type=code&scope=user-read-email+user-top-read&state=a+b",
                   "&code_challenge_method=S256&show_dialog=true");
    clef_string_free(url);
    clef_string_free(verifier);
    clef_scope_set_free(scopes);
    clef_credentials_free(credentials);
}

static void credentials_request_pkce_token(void)
{
    clef_credentials *credentials = sandbox_credentials(NULL, NULL);
    clef_scope_set *scopes = scopes_of("user-read-email");
    clef_token *token = NULL;
    char *url = NULL, *verifier = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_credentials_pkce_user_authorisation(credentials, scopes, "s", 64, 0, &url,
                                                      &verifier, &error));
    char *code = code_from(url, "s");
    CHECK_OK(clef_credentials_request_pkce_token(credentials, code, verifier, &token, &error));
    check_user_token(token, true);
    clef_token_free(token);
    clef_string_free(code);

    code = code_from(url, "s");
    CHECK_STATUS(clef_credentials_request_pkce_token(credentials, code, "not the verifier", &token,
                                                     &error),
                 CLEF_STATUS_OAUTH);
    clef_string_free(code);
    clef_string_free(url);
    clef_string_free(verifier);
    clef_scope_set_free(scopes);
    clef_credentials_free(credentials);
}

static void credentials_request_client_token(void)
{
    clef_credentials *credentials = sandbox_credentials(SANDBOX_CLIENT_SECRET, NULL);
    clef_token *token = NULL;
    clef_error *error = NULL;
    int before = sandbox_count("client_credentials");
    CHECK_OK(clef_credentials_request_client_token(credentials, &token, &error));
    CHECK_INT(sandbox_count("client_credentials"), before + 1);
    check_client_token(token);
    CHECK_STRING(clef_token_token_type(token), "Bearer");
    clef_token_free(token);
    clef_credentials_free(credentials);
}

static void credentials_refresh_user_token(void)
{
    clef_credentials *credentials = sandbox_credentials(SANDBOX_CLIENT_SECRET, NULL);
    clef_scope_set *scopes = scopes_of("user-read-email");
    clef_token *token = sandbox_user_token(credentials, scopes, 0), *refreshed = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_credentials_refresh_user_token(credentials, clef_token_refresh_token(token),
                                                 &refreshed, &error));
    check_user_token(refreshed, false);
    CHECK_STRING(clef_token_refresh_token(refreshed), clef_token_refresh_token(token));
    CHECK(strcmp(clef_token_access_token(refreshed), clef_token_access_token(token)) != 0);
    clef_token_free(refreshed);
    clef_token_free(token);
    clef_scope_set_free(scopes);
    clef_credentials_free(credentials);
}

static void credentials_refresh_pkce_token(void)
{
    clef_credentials *credentials = sandbox_credentials(NULL, NULL);
    clef_scope_set *scopes = scopes_of("user-read-email");
    clef_token *token = sandbox_user_token(credentials, scopes, CLEF_AUTH_PKCE), *refreshed = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_credentials_refresh_pkce_token(credentials, clef_token_refresh_token(token),
                                                 &refreshed, &error));
    check_user_token(refreshed, true);
    CHECK(strcmp(clef_token_refresh_token(refreshed), clef_token_refresh_token(token)) != 0);
    clef_token_free(refreshed);
    CHECK_STATUS(clef_credentials_refresh_pkce_token(credentials, clef_token_refresh_token(token),
                                                     &refreshed, &error),
                 CLEF_STATUS_LOGIN_REQUIRED);
    clef_token_free(token);
    clef_scope_set_free(scopes);
    clef_credentials_free(credentials);
}

/* A client token, a user's and one with PKCE: each goes the way it came. */
static void credentials_refresh(void)
{
    clef_credentials *credentials = sandbox_credentials(SANDBOX_CLIENT_SECRET, NULL);
    clef_scope_set *scopes = scopes_of("user-read-email");
    clef_token *tokens[3] = {NULL,
                             sandbox_user_token(credentials, scopes, 0),
                             sandbox_user_token(credentials, scopes, CLEF_AUTH_PKCE)};
    clef_error *error = NULL;
    CHECK_OK(clef_credentials_request_client_token(credentials, &tokens[0], &error));
    for (int i = 0; i < 3; i++) {
        bool is_user = i > 0, uses_pkce = i == 2;
        char *before = strdup(clef_token_access_token(tokens[i]));
        clef_token *refreshed = NULL;
        int refreshes = sandbox_count("refresh_token");
        CHECK_OK(clef_credentials_refresh(credentials, tokens[i], &refreshed, &error));
        CHECK_INT(sandbox_count("refresh_token"), refreshes + is_user);
        if (is_user)
            check_user_token(refreshed, uses_pkce);
        else
            check_client_token(refreshed);
        CHECK(strcmp(clef_token_access_token(refreshed), before) != 0);
        CHECK_STRING(clef_token_access_token(tokens[i]), before);
        free(before);
        clef_token_free(refreshed);
        clef_token_free(tokens[i]);
    }
    clef_scope_set_free(scopes);
    clef_credentials_free(credentials);
}

/* Token */

static void token_from_json(void)
{
    clef_token *token = token_of("{\"access_token\": \"a\", \"token_type\": \"Bearer\","
                                 " \"expires_in\": 3600, \"scope\": \"user-top-read streaming\","
                                 " \"refresh_token\": \"r\", \"new\": [1]}",
                                 CLEF_TOKEN_USES_PKCE);
    CHECK_STRING(clef_token_access_token(token), "a");
    CHECK_STRING(clef_token_refresh_token(token), "r");
    CHECK_STRING(clef_scope_set_to_string(clef_token_scopes(token)), "streaming user-top-read");
    CHECK(clef_token_uses_pkce(token));

    char *json = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_token_to_json(token, &json, &error));
    CHECK(strstr(json, "\"new\":[1]") != NULL);
    clef_token *again = token_of(json, 0), *clone = clef_token_clone(again);
    CHECK_INT(clef_token_expires_at(clone), clef_token_expires_at(token));
    CHECK_STRING(clef_token_refresh_token(clone), "r");
    CHECK(clef_token_uses_pkce(clone));
    clef_string_free(json);
    clef_token_free(token);
    clef_token_free(again);
    clef_token_free(clone);
}

static void token_access_token(void)
{
    clef_credentials *credentials = sandbox_credentials(SANDBOX_CLIENT_SECRET, NULL);
    clef_token *token = sandbox_user_token(credentials, NULL, 0);
    check_opens_web_api(clef_token_access_token(token));
    clef_token_free(token);
    clef_credentials_free(credentials);
}

static void token_expires_at(void)
{
    clef_credentials *credentials = sandbox_credentials(SANDBOX_CLIENT_SECRET, NULL);
    clef_token *token = NULL;
    clef_error *error = NULL;
    int64_t before = time(NULL);
    CHECK_OK(clef_credentials_request_client_token(credentials, &token, &error));
    int64_t after = time(NULL);
    CHECK(clef_token_expires_at(token) >= before + 3600);
    CHECK(clef_token_expires_at(token) <= after + 3600);
    clef_token_free(token);
    clef_credentials_free(credentials);
}

static void token_expires_in(void)
{
    clef_credentials *credentials = sandbox_credentials(SANDBOX_CLIENT_SECRET, NULL);
    clef_token *token = NULL;
    clef_error *error = NULL;
    int64_t before = time(NULL);
    CHECK_OK(clef_credentials_request_client_token(credentials, &token, &error));
    int64_t expires_in = clef_token_expires_in(token), elapsed = time(NULL) - before;
    CHECK(expires_in <= 3600);
    CHECK(expires_in >= 3600 - elapsed);
    clef_token_free(token);
    clef_credentials_free(credentials);

    clef_token *expired = token_of("{\"access_token\": \"a\", \"expires_at\": 1000}", 0);
    CHECK_INT(clef_token_expires_at(expired), 1000);
    CHECK(clef_token_expires_in(expired) <= 1000 - before);
    clef_token_free(expired);
}

static void token_is_expiring(void)
{
    clef_token *early = token_of("{\"access_token\": \"a\", \"expires_in\": 120}", 0);
    clef_token *late = token_of("{\"access_token\": \"a\", \"expires_in\": 59}", 0);
    clef_token *gone = token_of("{\"access_token\": \"a\", \"expires_at\": 1000}", 0);
    CHECK(!clef_token_is_expiring(early));
    CHECK(clef_token_is_expiring(late));
    CHECK(clef_token_is_expiring(gone));
    clef_token_free(early);
    clef_token_free(late);
    clef_token_free(gone);
}

static void token_refresh_token(void)
{
    clef_credentials *credentials = sandbox_credentials(SANDBOX_CLIENT_SECRET, NULL);
    clef_token *client = NULL, *user = sandbox_user_token(credentials, NULL, 0), *next = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_credentials_request_client_token(credentials, &client, &error));
    CHECK_STRING(clef_token_refresh_token(client), NULL);
    CHECK_OK(clef_credentials_refresh_user_token(credentials, clef_token_refresh_token(user), &next,
                                                 &error));
    clef_token_free(next);
    clef_token_free(client);
    clef_token_free(user);
    clef_credentials_free(credentials);
}

static void token_scope(void)
{
    clef_credentials *credentials = sandbox_credentials(SANDBOX_CLIENT_SECRET, NULL);
    clef_scope_set *scopes = scopes_of("user-top-read user-read-email");
    clef_token *client = NULL, *with = sandbox_user_token(credentials, scopes, 0);
    clef_token *without = sandbox_user_token(credentials, NULL, 0);
    clef_error *error = NULL;
    CHECK_OK(clef_credentials_request_client_token(credentials, &client, &error));
    CHECK_INT(clef_scope_set_len(clef_token_scopes(client)), 0);
    CHECK_INT(clef_scope_set_len(clef_token_scopes(without)), 0);
    CHECK(clef_scope_set_equals(clef_token_scopes(with), scopes));

    clef_scope_set *wanted = scopes_of("user-top-read streaming"), *missing = NULL;
    CHECK_OK(clef_token_missing_scopes(with, wanted, &missing, &error));
    CHECK_STRING(clef_scope_set_to_string(missing), "streaming");
    clef_scope_set_free(missing);
    CHECK_OK(clef_token_missing_scopes(with, scopes, &missing, &error));
    CHECK_INT(clef_scope_set_len(missing), 0);
    clef_scope_set_free(missing);
    clef_scope_set_free(wanted);

    clef_scope_set *kept = clef_scope_set_clone(clef_token_scopes(with));
    clef_token_free(with);
    CHECK_STRING(clef_scope_set_to_string(kept), "user-read-email user-top-read");
    clef_scope_set_free(kept);
    clef_token_free(without);
    clef_token_free(client);
    clef_scope_set_free(scopes);
    clef_credentials_free(credentials);
}

static void token_token_type(void)
{
    clef_token *usual = token_of("{\"access_token\": \"a\", \"token_type\": \"Bearer\"}", 0);
    clef_token *unusual = token_of("{\"access_token\": \"a\", \"token_type\": \"MAC\"}", 0);
    CHECK_STRING(clef_token_token_type(usual), "Bearer");
    CHECK_STRING(clef_token_token_type(unusual), "MAC");
    clef_token_free(usual);
    clef_token_free(unusual);
}

static void token_uses_pkce(void)
{
    clef_credentials *credentials = sandbox_credentials(SANDBOX_CLIENT_SECRET, NULL);
    clef_token *with = sandbox_user_token(credentials, NULL, CLEF_AUTH_PKCE);
    clef_token *without = sandbox_user_token(credentials, NULL, 0);
    CHECK(clef_token_uses_pkce(with));
    CHECK(!clef_token_uses_pkce(without));
    clef_token_free(with);
    clef_token_free(without);
    clef_credentials_free(credentials);
}

/* RefreshingCredentials */

static void refreshing_credentials_new(void)
{
    clef_refreshing_credentials *refreshing = refreshing_credentials(SANDBOX_CLIENT_SECRET);
    clef_refreshing_credentials *clone = clef_refreshing_credentials_clone(refreshing);
    clef_refreshing_token *token = NULL;
    clef_error *error = NULL;
    clef_refreshing_credentials_free(refreshing);
    CHECK_OK(clef_refreshing_credentials_request_client_token(clone, &token, &error));
    clef_refreshing_credentials_free(clone);
    check_refreshing_token(token, NULL, false);
}

static void refreshing_credentials_credentials(void)
{
    clef_refreshing_credentials *refreshing = refreshing_credentials(SANDBOX_CLIENT_SECRET);
    clef_credentials *credentials = clef_refreshing_credentials_credentials(refreshing);
    clef_token *token = NULL;
    clef_error *error = NULL;
    clef_refreshing_credentials_free(refreshing);
    CHECK_STRING(clef_credentials_client_id(credentials), SANDBOX_CLIENT_ID);
    CHECK_STRING(clef_credentials_redirect_uri(credentials), SANDBOX_REDIRECT_URI);
    CHECK_OK(clef_credentials_request_client_token(credentials, &token, &error));
    check_client_token(token);
    clef_token_free(token);
    clef_credentials_free(credentials);
}

static void refreshing_credentials_user_authorisation_url(void)
{
    clef_refreshing_credentials *refreshing = refreshing_credentials(SANDBOX_CLIENT_SECRET);
    clef_scope_set *scopes = scopes_of("user-read-private user-read-email");
    char *url = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_refreshing_credentials_user_authorisation_url(refreshing, NULL, NULL, 0, &url,
                                                                &error));
    check_url(url, sandbox_url,
              "/authorize?client_id=" SANDBOX_CLIENT_ID "&redirect_uri=" ENCODED_REDIRECT_URI
              "&response_type=code&show_dialog=false");
    clef_string_free(url);
    CHECK_OK(clef_refreshing_credentials_user_authorisation_url(
        refreshing, scopes, "a b", CLEF_AUTH_SHOW_DIALOG, &url, &error));
    check_url(url, sandbox_url,
              "/authorize?client_id=" SANDBOX_CLIENT_ID "&redirect_uri=" ENCODED_REDIRECT_URI
              "&response_type=code&scope=user-read-email+user-read-private&state=a+b"
              "&show_dialog=true");
    clef_string_free(url);
    clef_scope_set_free(scopes);
    clef_refreshing_credentials_free(refreshing);
}

static void refreshing_credentials_request_user_token(void)
{
    clef_refreshing_credentials *refreshing = refreshing_credentials(SANDBOX_CLIENT_SECRET);
    clef_scope_set *scopes = scopes_of("user-read-email");
    clef_refreshing_token *token = NULL;
    char *url = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_refreshing_credentials_user_authorisation_url(refreshing, scopes, "s", 0, &url,
                                                                &error));
    char *code = code_from(url, "s");
    CHECK_OK(clef_refreshing_credentials_request_user_token(refreshing, code, &token, &error));
    check_refreshing_token(token, check_user_token, false);
    clef_string_free(code);
    clef_string_free(url);
    clef_scope_set_free(scopes);
    clef_refreshing_credentials_free(refreshing);
}

static void refreshing_credentials_pkce_user_authorisation(void)
{
    clef_refreshing_credentials *refreshing = refreshing_credentials(NULL);
    clef_scope_set *scopes = scopes_of("user-read-email");
    char *url = NULL, *verifier = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_refreshing_credentials_pkce_user_authorisation(
        refreshing, scopes, "s", 33, CLEF_AUTH_PKCE, &url, &verifier, &error));
    CHECK_INT(strlen(verifier), 44);
    check_pkce_url(url,
                   "/authorize?client_id=" SANDBOX_CLIENT_ID "&redirect_uri=" ENCODED_REDIRECT_URI
                   "&response_type=code&scope=user-read-email&state=s",
                   "&code_challenge_method=S256");
    clef_string_free(url);
    clef_string_free(verifier);
    clef_scope_set_free(scopes);
    clef_refreshing_credentials_free(refreshing);
}

static void refreshing_credentials_request_pkce_token(void)
{
    clef_refreshing_credentials *refreshing = refreshing_credentials(NULL);
    clef_scope_set *scopes = scopes_of("user-read-email");
    clef_refreshing_token *token = NULL;
    char *url = NULL, *verifier = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_refreshing_credentials_pkce_user_authorisation(refreshing, scopes, "s", 32, 0,
                                                                 &url, &verifier, &error));
    char *code = code_from(url, "s");
    CHECK_OK(clef_refreshing_credentials_request_pkce_token(refreshing, code, verifier, &token,
                                                            &error));
    check_refreshing_token(token, check_user_token, true);
    clef_string_free(code);
    clef_string_free(url);
    clef_string_free(verifier);
    clef_scope_set_free(scopes);
    clef_refreshing_credentials_free(refreshing);
}

/* The token that comes is itself refreshed once it expires. */
static void refreshing_credentials_request_client_token(void)
{
    clef_refreshing_credentials *refreshing = refreshing_credentials(SANDBOX_CLIENT_SECRET);
    clef_refreshing_token *token = NULL;
    char *access_token = NULL;
    clef_error *error = NULL;
    int before = sandbox_count("client_credentials");
    sandbox_settings("{\"expires_in\": 1}");
    CHECK_OK(clef_refreshing_credentials_request_client_token(refreshing, &token, &error));
    sandbox_settings("{\"expires_in\": 3600}");
    CHECK_INT(sandbox_count("client_credentials"), before + 1);
    CHECK_OK(clef_refreshing_token_access_token(token, &access_token, &error));
    CHECK_INT(sandbox_count("client_credentials"), before + 2);
    check_opens_web_api(access_token);
    clef_string_free(access_token);
    check_refreshing_token(token, NULL, false);
    clef_refreshing_credentials_free(refreshing);
}

static void refreshing_credentials_refresh_user_token(void)
{
    clef_refreshing_credentials *refreshing = refreshing_credentials(SANDBOX_CLIENT_SECRET);
    clef_credentials *credentials = clef_refreshing_credentials_credentials(refreshing);
    clef_scope_set *scopes = scopes_of("user-read-email");
    clef_token *token = sandbox_user_token(credentials, scopes, 0);
    clef_refreshing_token *refreshed = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_refreshing_credentials_refresh_user_token(
        refreshing, clef_token_refresh_token(token), &refreshed, &error));
    check_refreshing_token(refreshed, check_user_token, false);
    clef_token_free(token);
    clef_scope_set_free(scopes);
    clef_credentials_free(credentials);
    clef_refreshing_credentials_free(refreshing);
}

static void refreshing_credentials_refresh_pkce_token(void)
{
    clef_refreshing_credentials *refreshing = refreshing_credentials(NULL);
    clef_credentials *credentials = clef_refreshing_credentials_credentials(refreshing);
    clef_scope_set *scopes = scopes_of("user-read-email");
    clef_token *token = sandbox_user_token(credentials, scopes, CLEF_AUTH_PKCE);
    clef_refreshing_token *refreshed = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_refreshing_credentials_refresh_pkce_token(
        refreshing, clef_token_refresh_token(token), &refreshed, &error));
    check_refreshing_token(refreshed, check_user_token, true);
    clef_token_free(token);
    clef_scope_set_free(scopes);
    clef_credentials_free(credentials);
    clef_refreshing_credentials_free(refreshing);
}

/* RefreshingToken */

static void refreshing_token_new(void)
{
    clef_credentials *credentials = sandbox_credentials(SANDBOX_CLIENT_SECRET, NULL);
    clef_token *foreign = token_of("{\"access_token\": \"a\", \"client_id\": \"another\"}", 0);
    clef_refreshing_token *refused = NULL;
    clef_error *error = NULL;
    CHECK_STATUS(clef_refreshing_token_new(foreign, credentials, &refused, &error),
                 CLEF_STATUS_INVALID_ARGUMENT);
    clef_token_free(foreign);
    clef_credentials_free(credentials);

    clef_refreshing_token *token = refreshing_user_token(0);
    clef_refreshing_token *clone = clef_refreshing_token_clone(token);
    clef_refreshing_token_free(token);
    check_refreshing_token(clone, check_user_token, false);
}

static void refreshing_token_credentials(void)
{
    clef_refreshing_token *token = refreshing_user_token(0);
    clef_credentials *credentials = clef_refreshing_token_credentials(token);
    clef_token *client = NULL;
    clef_error *error = NULL;
    clef_refreshing_token_free(token);
    CHECK_OK(clef_credentials_request_client_token(credentials, &client, &error));
    check_client_token(client);
    clef_token_free(client);
    clef_credentials_free(credentials);
}

static void refreshing_token_access_token(void)
{
    sandbox_settings("{\"expires_in\": 59}");
    clef_refreshing_token *token = refreshing_user_token(CLEF_AUTH_PKCE);
    sandbox_settings("{\"expires_in\": 3600}");
    clef_token *old = NULL;
    char *first = NULL, *second = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_refreshing_token_token(token, &old, &error));
    int before = sandbox_count("refresh_token");
    CHECK_OK(clef_refreshing_token_access_token(token, &first, &error));
    CHECK_OK(clef_refreshing_token_access_token(token, &second, &error));
    CHECK_INT(sandbox_count("refresh_token"), before + 1);
    check_opens_web_api(first);
    CHECK(strcmp(first, clef_token_access_token(old)) != 0);
    CHECK_STRING(second, first);
    clef_string_free(first);
    clef_string_free(second);
    clef_token_free(old);
    check_refreshing_token(token, check_user_token, true);
}

static void refreshing_token_expires_at(void)
{
    clef_refreshing_token *token = refreshing_user_token(0);
    CHECK(clef_refreshing_token_expires_at(token) == CLEF_TIME_NEVER);
    clef_refreshing_token_free(token);
}

static void refreshing_token_expires_in(void)
{
    clef_refreshing_token *token = refreshing_user_token(0);
    CHECK(clef_refreshing_token_expires_in(token) == CLEF_TIME_NEVER);
    clef_refreshing_token_free(token);
}

static void refreshing_token_is_expiring(void)
{
    sandbox_settings("{\"expires_in\": 1}");
    clef_refreshing_token *token = refreshing_user_token(0);
    sandbox_settings("{\"expires_in\": 3600}");
    clef_token *now = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_refreshing_token_token(token, &now, &error));
    CHECK(clef_token_is_expiring(now));
    CHECK(!clef_refreshing_token_is_expiring(token));
    clef_token_free(now);
    clef_refreshing_token_free(token);
}

static void refreshing_token_refresh_token(void)
{
    clef_refreshing_token *token = refreshing_user_token(CLEF_AUTH_PKCE), *client = NULL;
    clef_credentials *credentials = clef_refreshing_token_credentials(token);
    char *before = NULL, *after = NULL, *none = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_refreshing_token_refresh_token(token, &before, &error));
    CHECK_OK(clef_refreshing_token_refresh(token, &error));
    CHECK_OK(clef_refreshing_token_refresh_token(token, &after, &error));
    CHECK(strcmp(before, after) != 0);

    clef_token *plain = NULL;
    CHECK_OK(clef_credentials_request_client_token(credentials, &plain, &error));
    CHECK_OK(clef_refreshing_token_new(plain, credentials, &client, &error));
    CHECK_OK(clef_refreshing_token_refresh_token(client, &none, &error));
    CHECK_STRING(none, NULL);
    clef_token_free(plain);
    clef_string_free(before);
    clef_string_free(after);
    clef_credentials_free(credentials);
    clef_refreshing_token_free(client);
    clef_refreshing_token_free(token);
}

static void refreshing_token_scope(void)
{
    clef_refreshing_token *token = refreshing_user_token(0);
    clef_scope_set *scopes = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_refreshing_token_scopes(token, &scopes, &error));
    clef_refreshing_token_free(token);
    CHECK_STRING(clef_scope_set_to_string(scopes), "user-read-email");
    clef_scope_set_free(scopes);
}

static void refreshing_token_token_type(void)
{
    clef_refreshing_token *token = refreshing_user_token(0);
    char *token_type = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_refreshing_token_token_type(token, &token_type, &error));
    CHECK_STRING(token_type, "Bearer");
    clef_string_free(token_type);
    clef_refreshing_token_free(token);
}

static void refreshing_token_uses_pkce(void)
{
    clef_refreshing_token *with = refreshing_user_token(CLEF_AUTH_PKCE);
    clef_refreshing_token *without = refreshing_user_token(0);
    CHECK(clef_refreshing_token_uses_pkce(with));
    CHECK(!clef_refreshing_token_uses_pkce(without));
    clef_refreshing_token_free(with);
    clef_refreshing_token_free(without);
}

/* What both kinds of token have in common: text that opens the Web API. */
static void access_token(void)
{
    clef_refreshing_token *refreshing = refreshing_user_token(0);
    clef_token *token = NULL;
    char *text = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_refreshing_token_access_token(refreshing, &text, &error));
    CHECK_OK(clef_refreshing_token_token(refreshing, &token, &error));
    CHECK_STRING(clef_token_access_token(token), text);
    check_opens_web_api(text);
    clef_string_free(text);
    clef_token_free(token);
    clef_refreshing_token_free(refreshing);
}

/* scope and Scope */

struct scope_member {
    const char *reference, *name;
    clef_scope scope;
    char access;
};

/* 'r' reads, 'w' writes, '-' is outside the Web API. */
static const struct scope_member scope_members[] = {
    {"scope.app_remote_control", "app-remote-control", CLEF_SCOPE_APP_REMOTE_CONTROL, '-'},
    {"scope.playlist_modify_private", "playlist-modify-private", CLEF_SCOPE_PLAYLIST_MODIFY_PRIVATE,
     'w'},
    {"scope.playlist_modify_public", "playlist-modify-public", CLEF_SCOPE_PLAYLIST_MODIFY_PUBLIC,
     'w'},
    {"scope.playlist_read_collaborative", "playlist-read-collaborative",
     CLEF_SCOPE_PLAYLIST_READ_COLLABORATIVE, 'r'},
    {"scope.playlist_read_private", "playlist-read-private", CLEF_SCOPE_PLAYLIST_READ_PRIVATE, 'r'},
    {"scope.streaming", "streaming", CLEF_SCOPE_STREAMING, '-'},
    {"scope.ugc_image_upload", "ugc-image-upload", CLEF_SCOPE_UGC_IMAGE_UPLOAD, 'w'},
    {"scope.user_follow_modify", "user-follow-modify", CLEF_SCOPE_USER_FOLLOW_MODIFY, 'w'},
    {"scope.user_follow_read", "user-follow-read", CLEF_SCOPE_USER_FOLLOW_READ, 'r'},
    {"scope.user_library_modify", "user-library-modify", CLEF_SCOPE_USER_LIBRARY_MODIFY, 'w'},
    {"scope.user_library_read", "user-library-read", CLEF_SCOPE_USER_LIBRARY_READ, 'r'},
    {"scope.user_modify_playback_state", "user-modify-playback-state",
     CLEF_SCOPE_USER_MODIFY_PLAYBACK_STATE, 'w'},
    {"scope.user_read_currently_playing", "user-read-currently-playing",
     CLEF_SCOPE_USER_READ_CURRENTLY_PLAYING, 'r'},
    {"scope.user_read_email", "user-read-email", CLEF_SCOPE_USER_READ_EMAIL, 'r'},
    {"scope.user_read_playback_position", "user-read-playback-position",
     CLEF_SCOPE_USER_READ_PLAYBACK_POSITION, 'r'},
    {"scope.user_read_playback_state", "user-read-playback-state",
     CLEF_SCOPE_USER_READ_PLAYBACK_STATE, 'r'},
    {"scope.user_read_private", "user-read-private", CLEF_SCOPE_USER_READ_PRIVATE, 'r'},
    {"scope.user_read_recently_played", "user-read-recently-played",
     CLEF_SCOPE_USER_READ_RECENTLY_PLAYED, 'r'},
    {"scope.user_top_read", "user-top-read", CLEF_SCOPE_USER_TOP_READ, 'r'},
};

#define SCOPE_COUNT (sizeof scope_members / sizeof scope_members[0])

static const struct scope_member *member;

/* The text of a premade set: the members with one of these kinds of access. */
static void check_premade(clef_scope_set *set, const char *access)
{
    char expected[1000] = "";
    size_t count = 0;
    for (size_t i = 0; i < SCOPE_COUNT; i++) {
        if (!strchr(access, scope_members[i].access))
            continue;
        if (count++)
            strcat(expected, " ");
        strcat(expected, scope_members[i].name);
    }
    CHECK_STRING(clef_scope_set_to_string(set), expected);
    CHECK_INT(clef_scope_set_len(set), count);
    clef_scope_set_free(set);
}

static void scope_member(void)
{
    clef_scope_set *set = NULL;
    clef_error *error = NULL;
    CHECK_STRING(clef_scope_name(member->scope), member->name);
    CHECK_INT(clef_scope_from_name(member->name), member->scope);
    CHECK_OK(clef_scope_set_of(&member->scope, 1, &set, &error));
    CHECK_STRING(clef_scope_set_to_string(set), member->name);
    clef_scope_set_free(set);
}

/* The enumeration as a whole: its numbers are those of the members, without a gap. */
static void scope_enumeration(void)
{
    for (size_t i = 0; i < SCOPE_COUNT; i++)
        CHECK_INT(scope_members[i].scope, i + 1);
    CHECK_STRING(clef_scope_name(CLEF_SCOPE_UNKNOWN), NULL);
    CHECK_STRING(clef_scope_name((clef_scope)SCOPE_COUNT + 1), NULL);
    CHECK_INT(clef_scope_from_name("user_read_email"), CLEF_SCOPE_UNKNOWN);
}

static void scope_read(void)
{
    check_premade(clef_scope_set_read(), "r");
}

static void scope_write(void)
{
    check_premade(clef_scope_set_write(), "w");
}

static void scope_every(void)
{
    check_premade(clef_scope_set_every(), "rw");
}

static void scope_set(void)
{
    clef_scope_set *empty = clef_scope_set_new(), *every = clef_scope_set_every();
    clef_scope_set *some = scopes_of("user-top-read user-read-email");
    CHECK_INT(clef_scope_set_len(empty), 0);
    CHECK(clef_scope_set_contains(some, "user-read-email"));
    CHECK(!clef_scope_set_contains(some, "user-read"));
    CHECK(clef_scope_set_is_subset(empty, some));
    CHECK(clef_scope_set_is_subset(some, every));
    CHECK(!clef_scope_set_is_subset(every, some));
    CHECK(!clef_scope_set_equals(some, every));
    CHECK_STRING(clef_scope_set_get(some, 0), "user-read-email");
    CHECK_STRING(clef_scope_set_get(some, 1), "user-top-read");
    CHECK_STRING(clef_scope_set_get(some, 2), NULL);
    clef_scope_set_free(empty);
    clef_scope_set_free(every);
    clef_scope_set_free(some);
}

/* Of members, and of names of which clef may not know all; doubles count once. */
static void scope_set_of(void)
{
    const clef_scope members[] = {CLEF_SCOPE_USER_TOP_READ, CLEF_SCOPE_STREAMING,
                                  CLEF_SCOPE_USER_TOP_READ};
    clef_scope_set *of_members = NULL;
    clef_scope_set *of_names = scopes_of("user-top-read  streaming user-top-read");
    clef_error *error = NULL;
    CHECK_OK(clef_scope_set_of(members, 3, &of_members, &error));
    CHECK_STRING(clef_scope_set_to_string(of_members), "streaming user-top-read");
    CHECK(clef_scope_set_equals(of_members, of_names));
    clef_scope_set_free(of_members);
    clef_scope_set_free(of_names);

    clef_scope_set *newer = scopes_of("user-read-mood");
    CHECK(clef_scope_set_contains(newer, "user-read-mood"));
    clef_scope_set_free(newer);
}

/* Sorted, whatever the order it was made in, and read back as the same set. */
static void scope_set_to_string(void)
{
    clef_scope_set *set = scopes_of("c b\ta"), *empty = clef_scope_set_new();
    CHECK_STRING(clef_scope_set_to_string(set), "a b c");
    CHECK_STRING(clef_scope_set_to_string(empty), "");
    clef_scope_set *again = scopes_of(clef_scope_set_to_string(set));
    CHECK(clef_scope_set_equals(again, set));
    clef_scope_set_free(again);
    clef_scope_set_free(set);
    clef_scope_set_free(empty);
}

static void scope_set_union(void)
{
    clef_scope_set *a = scopes_of("c a"), *b = scopes_of("b a"), *both = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_scope_set_union(a, b, &both, &error));
    CHECK_STRING(clef_scope_set_to_string(both), "a b c");
    CHECK_STRING(clef_scope_set_to_string(a), "a c");
    clef_scope_set_free(a);
    clef_scope_set_free(b);
    clef_scope_set_free(both);
}

static void scope_set_difference(void)
{
    clef_scope_set *a = scopes_of("c a"), *b = scopes_of("b a"), *rest = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_scope_set_difference(a, b, &rest, &error));
    CHECK_STRING(clef_scope_set_to_string(rest), "c");
    CHECK_STRING(clef_scope_set_to_string(a), "a c");
    clef_scope_set_free(a);
    clef_scope_set_free(b);
    clef_scope_set_free(rest);
}

/* The helpers, which speak to Spotify itself */

static void request_client_token(void)
{
    int carried;
    clef_sender *sender = sender_to_sandbox(&carried);
    clef_refreshing_token *token = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_request_client_token(SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET, sender, &token,
                                       &error));
    CHECK_INT(carried, 1);
    check_refreshing_token(token, NULL, false);
    clef_sender_free(sender);
}

static void refresh_user_token(void)
{
    int carried;
    clef_sender *sender = sender_to_sandbox(&carried);
    clef_refreshing_token *token = refreshing_user_token(0), *refreshed = NULL;
    char *refresh_token = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_refreshing_token_refresh_token(token, &refresh_token, &error));
    CHECK_OK(clef_refresh_user_token(SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET, refresh_token,
                                     sender, &refreshed, &error));
    CHECK_INT(carried, 1);
    check_refreshing_token(refreshed, check_user_token, false);
    clef_string_free(refresh_token);
    clef_refreshing_token_free(token);
    clef_sender_free(sender);
}

static void refresh_pkce_token(void)
{
    int carried;
    clef_sender *sender = sender_to_sandbox(&carried);
    clef_refreshing_token *token = refreshing_user_token(CLEF_AUTH_PKCE), *refreshed = NULL;
    char *refresh_token = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_refreshing_token_refresh_token(token, &refresh_token, &error));
    CHECK_OK(clef_refresh_pkce_token(SANDBOX_CLIENT_ID, refresh_token, sender, &refreshed, &error));
    CHECK_INT(carried, 1);
    check_refreshing_token(refreshed, check_user_token, true);
    clef_string_free(refresh_token);
    clef_refreshing_token_free(token);
    clef_sender_free(sender);
}

/*
 * A user at the terminal: takes the URL of the login from what is shown there, or from the browser,
 * logs in, and types the URL that they are redirected to.
 */
struct user {
    int sees, types;
    const char *browser;
    char shown[4000];
};

/* Typed behind the line that the prompt reads, and so left for the program. */
#define NEXT_LINE "for the program\n"

static void *be_user(void *argument)
{
    struct user *user = argument;
    size_t used = 0;
    while (!strstr(user->shown, "redirected to: ")) {
        ssize_t step = read(user->sees, user->shown + used, sizeof user->shown - 1 - used);
        if (step <= 0)
            sandbox_die("the prompt ended early");
        used += (size_t)step;
    }
    char url[2000] = "";
    if (user->browser) {
        int browser = open(user->browser, O_RDONLY);
        size_t length = 0;
        ssize_t step;
        while ((step = read(browser, url + length, sizeof url - 1 - length)) > 0)
            length += (size_t)step;
        close(browser);
    } else {
        const char *start = strstr(user->shown, "https://");
        if (!start)
            sandbox_die("the prompt shows no URL");
        snprintf(url, sizeof url, "%.*s", (int)strcspn(start, "\n"), start);
    }
    char *redirect = sandbox_log_in(url);
    dprintf(user->types, "%s\n" NEXT_LINE, redirect);
    free(redirect);
    return NULL;
}

/* Puts `replacement` in the place of a descriptor; gives a copy of what was there. */
static int replace(int descriptor, int replacement)
{
    int saved = dup(descriptor);
    dup2(replacement, descriptor);
    close(replacement);
    return saved;
}

typedef clef_status prompt(clef_refreshing_token **token, clef_error **error);

/* Runs a prompt with a user at the terminal; a browser leaves the URL at `browser` (nullable). */
static void check_prompt(prompt *prompt, const char *url_begins, const char *browser,
                         bool uses_pkce)
{
    int screen[2], keyboard[2];
    if (pipe(screen) != 0 || pipe(keyboard) != 0)
        sandbox_die("no pipes");
    struct user user = {.sees = screen[0], .types = keyboard[1], .browser = browser};
    pthread_t thread;
    pthread_create(&thread, NULL, be_user, &user);

    fflush(stdout);
    int saved_output = replace(STDOUT_FILENO, screen[1]);
    int saved_input = replace(STDIN_FILENO, keyboard[0]);
    clef_refreshing_token *token = NULL;
    clef_error *error = NULL;
    CHECK_OK(prompt(&token, &error));
    pthread_join(thread, NULL);
    char left[100] = "";
    CHECK_INT(read(STDIN_FILENO, left, sizeof left - 1), strlen(NEXT_LINE));
    CHECK_STRING(left, NEXT_LINE);
    replace(STDOUT_FILENO, saved_output);
    replace(STDIN_FILENO, saved_input);
    close(screen[0]);
    close(keyboard[1]);

    CHECK(strstr(user.shown, url_begins) != NULL);
    check_refreshing_token(token, check_user_token, uses_pkce);
}

static clef_sender *prompt_sender;
static uint32_t prompt_flags;

static clef_status prompt_user(clef_refreshing_token **token, clef_error **error)
{
    clef_scope_set *scopes = scopes_of("user-read-email");
    clef_status status =
        clef_prompt_for_user_token(SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET, SANDBOX_REDIRECT_URI,
                                   scopes, prompt_flags, prompt_sender, token, error);
    clef_scope_set_free(scopes);
    return status;
}

static clef_status prompt_pkce(clef_refreshing_token **token, clef_error **error)
{
    clef_scope_set *scopes = scopes_of("user-read-email");
    clef_status status =
        clef_prompt_for_pkce_token(SANDBOX_CLIENT_ID, SANDBOX_REDIRECT_URI, scopes, prompt_flags,
                                   prompt_sender, token, error);
    clef_scope_set_free(scopes);
    return status;
}

#define PROMPTED_URL \
    SPOTIFY "/authorize?client_id=" SANDBOX_CLIENT_ID "&redirect_uri=" ENCODED_REDIRECT_URI \
            "&response_type=code&scope=user-read-email&state="

static void prompt_for_user_token(void)
{
    int carried;
    prompt_sender = sender_to_sandbox(&carried);
    prompt_flags = 0;
    check_prompt(prompt_user, PROMPTED_URL, NULL, false);
    CHECK_INT(carried, 1);
    clef_sender_free(prompt_sender);
}

/* A shell script cannot be the browser there. */
#ifndef _WIN32

/* Puts a browser into `folder`, which hands its URL to whoever reads the pipe `url`. */
static void install_browser(const char *folder, char *url, size_t size)
{
    char path[200];
    snprintf(url, size, "%s/url", folder);
    snprintf(path, sizeof path, "%s/xdg-open", folder);
    FILE *script = fopen(path, "w");
    if (!script || mkfifo(url, 0600) != 0)
        sandbox_die("no browser");
    fprintf(script, "#!/bin/sh\nprintf %%s \"$1\" >'%s'\n", url);
    fclose(script);
    chmod(path, 0700);
}

static void check_prompt_with_browser(void)
{
    char folder[] = "/tmp/clef-browser-XXXXXX", url[100], script[100];
    if (!mkdtemp(folder))
        sandbox_die("no folder");
    install_browser(folder, url, sizeof url);
    char *path = strdup(getenv("PATH"));
    setenv("PATH", folder, 1);
    prompt_flags = CLEF_PROMPT_OPEN_BROWSER;
    check_prompt(prompt_pkce, PROMPTED_URL, url, true);
    setenv("PATH", path, 1);
    free(path);
    snprintf(script, sizeof script, "%s/xdg-open", folder);
    unlink(script);
    unlink(url);
    rmdir(folder);
}

#endif

static void prompt_for_pkce_token(void)
{
    int carried;
    prompt_sender = sender_to_sandbox(&carried);
    prompt_flags = 0;
    check_prompt(prompt_pkce, PROMPTED_URL, NULL, true);
    CHECK_INT(carried, 1);
#ifndef _WIN32
    check_prompt_with_browser();
#endif
    clef_sender_free(prompt_sender);
}

/* UserAuth */

static clef_user_auth *user_auth(uint32_t flags)
{
    clef_credentials *credentials = sandbox_credentials(SANDBOX_CLIENT_SECRET, NULL);
    clef_scope_set *scopes = scopes_of("user-read-email");
    clef_user_auth *auth = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_user_auth_new(credentials, scopes, flags, &auth, &error));
    clef_scope_set_free(scopes);
    clef_credentials_free(credentials);
    return auth;
}

/* From the URL to a token that refreshes itself, with either kind of credentials. */
static void user_auth_new(void)
{
    for (uint32_t flags = 0; flags <= CLEF_AUTH_PKCE; flags += CLEF_AUTH_PKCE) {
        clef_user_auth *auth = user_auth(flags);
        clef_refreshing_token *token = NULL;
        clef_error *error = NULL;
        char *redirect = sandbox_log_in(clef_user_auth_url(auth));
        CHECK_OK(clef_user_auth_request_refreshing_token_from_url(auth, redirect, &token, &error));
        check_refreshing_token(token, check_user_token, flags == CLEF_AUTH_PKCE);
        free(redirect);
        clef_user_auth_free(auth);
    }
}

/* Without PKCE the dialog is always asked for; with it, when it is wanted. */
static void user_auth_url(void)
{
    const char *before_state = "/authorize?client_id=" SANDBOX_CLIENT_ID
                               "&redirect_uri=" ENCODED_REDIRECT_URI
                               "&response_type=code&scope=user-read-email&state=";
    char rest[1000];
    clef_user_auth *auth = user_auth(0);
    snprintf(rest, sizeof rest, "%s%s&show_dialog=true", before_state, clef_user_auth_state(auth));
    check_url(clef_user_auth_url(auth), sandbox_url, rest);
    clef_user_auth_free(auth);

    const uint32_t flags[] = {CLEF_AUTH_PKCE, CLEF_AUTH_PKCE | CLEF_AUTH_SHOW_DIALOG};
    const char *ends[] = {"&code_challenge_method=S256",
                          "&code_challenge_method=S256&show_dialog=true"};
    for (int i = 0; i < 2; i++) {
        auth = user_auth(flags[i]);
        snprintf(rest, sizeof rest, "%s%s", before_state, clef_user_auth_state(auth));
        check_pkce_url(clef_user_auth_url(auth), rest, ends[i]);
        clef_user_auth_free(auth);
    }
}

static void user_auth_state(void)
{
    clef_user_auth *auth = user_auth(0), *other = user_auth(0);
    CHECK_INT(strlen(clef_user_auth_state(auth)), 43);
    CHECK(strcmp(clef_user_auth_state(auth), clef_user_auth_state(other)) != 0);
    clef_user_auth_free(other);
    clef_user_auth_free(auth);
}

/* With state and verifier another process can take the login up. */
static void user_auth_verifier(void)
{
    clef_user_auth *without = user_auth(0), *with = user_auth(CLEF_AUTH_PKCE), *resumed = NULL;
    clef_credentials *credentials = sandbox_credentials(NULL, NULL);
    clef_token *token = NULL;
    clef_error *error = NULL;
    CHECK_STRING(clef_user_auth_verifier(without), NULL);
    CHECK_INT(strlen(clef_user_auth_verifier(with)), 43);
    char *redirect = sandbox_log_in(clef_user_auth_url(with));
    CHECK_OK(clef_user_auth_resume(credentials, clef_user_auth_state(with),
                                   clef_user_auth_verifier(with), CLEF_AUTH_PKCE, &resumed,
                                   &error));
    CHECK_STRING(clef_user_auth_url(resumed), NULL);
    CHECK_OK(clef_user_auth_request_token_from_url(resumed, redirect, &token, &error));
    check_user_token(token, true);
    free(redirect);
    clef_token_free(token);
    clef_credentials_free(credentials);
    clef_user_auth_free(without);
    clef_user_auth_free(with);
    clef_user_auth_free(resumed);
}

/* By code and state or by URL, for either token; a wrong state leaves the login as it is. */
static void user_auth_request_token(void)
{
    clef_user_auth *auth = user_auth(0);
    clef_token *token = NULL;
    clef_refreshing_token *refreshing = NULL;
    clef_error *error = NULL;
    char *redirect = sandbox_log_in(clef_user_auth_url(auth));
    CHECK_STATUS(clef_user_auth_request_token_from_url(auth, "/?code=c&state=forged", &token,
                                                       &error),
                 CLEF_STATUS_STATE_MISMATCH);
    CHECK_OK(clef_user_auth_request_token_from_url(auth, redirect, &token, &error));
    check_user_token(token, false);
    clef_token_free(token);
    free(redirect);
    clef_user_auth_free(auth);

    for (int i = 0; i < 2; i++) {
        auth = user_auth(CLEF_AUTH_PKCE);
        const char *state = clef_user_auth_state(auth);
        char *code = code_from(clef_user_auth_url(auth), state);
        CHECK_STATUS(clef_user_auth_request_token(auth, code, "forged", &token, &error),
                     CLEF_STATUS_STATE_MISMATCH);
        if (i == 0) {
            CHECK_OK(clef_user_auth_request_token(auth, code, state, &token, &error));
            check_user_token(token, true);
            clef_token_free(token);
        } else {
            CHECK_OK(clef_user_auth_request_refreshing_token(auth, code, state, &refreshing,
                                                             &error));
            check_refreshing_token(refreshing, check_user_token, true);
        }
        clef_string_free(code);
        clef_user_auth_free(auth);
    }
}

static void gen_state(void)
{
    char *usual = NULL, *other = NULL, *shortest = NULL, *longest = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_gen_state(32, &usual, &error));
    CHECK_OK(clef_gen_state(32, &other, &error));
    CHECK_OK(clef_gen_state(16, &shortest, &error));
    CHECK_OK(clef_gen_state(96, &longest, &error));
    CHECK_INT(strlen(usual), 43);
    CHECK_INT(strlen(shortest), 22);
    CHECK_INT(strlen(longest), 128);
    CHECK(strcmp(usual, other) != 0);
    CHECK_INT(strspn(longest, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
              128);
    clef_string_free(usual);
    clef_string_free(other);
    clef_string_free(shortest);
    clef_string_free(longest);
}

static void check_parameters(const char *url, const char *expected_code, const char *expected_state)
{
    char *code = NULL, *state = NULL;
    clef_error *error = NULL;
    if (expected_code)
        CHECK_OK(clef_parse_code_from_url(url, &code, &error));
    if (expected_state)
        CHECK_OK(clef_parse_state_from_url(url, &state, &error));
    CHECK_STRING(code, expected_code);
    CHECK_STRING(state, expected_state);
    clef_string_free(code);
    clef_string_free(state);
}

static void parse_code_from_url(void)
{
    check_parameters("https://example.com/callback?code=a%20b%2B&state=s#_=_", "a b+", NULL);
    check_parameters("/callback?state=s&code=a+b", "a b", NULL);
    check_parameters("code=%C3%BC", "\xc3\xbc", NULL);
}

static void parse_state_from_url(void)
{
    check_parameters("https://example.com/callback?code=c&state=a%20b%2B#_=_", NULL, "a b+");
    check_parameters("/callback?state=a+b&error=access_denied", NULL, "a b");
    check_parameters("state=%C3%BC", NULL, "\xc3\xbc");
}

int main(int count, char **arguments)
{
    if (count != 2)
        sandbox_die("give the URL of a sandbox");
    sandbox_url = arguments[1];

    RUN_AS(credentials_new, "Credentials");
    RUN_AS(credentials_pkce_user_authorisation, "Credentials.pkce_user_authorisation");
    RUN_AS(credentials_refresh, "Credentials.refresh");
    RUN_AS(credentials_refresh_pkce_token, "Credentials.refresh_pkce_token");
    RUN_AS(credentials_refresh_user_token, "Credentials.refresh_user_token");
    RUN_AS(credentials_request_client_token, "Credentials.request_client_token");
    RUN_AS(credentials_request_pkce_token, "Credentials.request_pkce_token");
    RUN_AS(credentials_request_user_token, "Credentials.request_user_token");
    RUN_AS(credentials_user_authorisation_url, "Credentials.user_authorisation_url");

    RUN_AS(token_from_json, "Token");
    RUN_AS(token_access_token, "Token.access_token");
    RUN_AS(token_expires_at, "Token.expires_at");
    RUN_AS(token_expires_in, "Token.expires_in");
    RUN_AS(token_is_expiring, "Token.is_expiring");
    RUN_AS(token_refresh_token, "Token.refresh_token");
    RUN_AS(token_scope, "Token.scope");
    RUN_AS(token_token_type, "Token.token_type");
    RUN_AS(token_uses_pkce, "Token.uses_pkce");

    RUN_AS(refreshing_credentials_new, "RefreshingCredentials");
    RUN_AS(refreshing_credentials_credentials, "RefreshingCredentials.credentials");
    RUN_AS(refreshing_credentials_pkce_user_authorisation,
           "RefreshingCredentials.pkce_user_authorisation");
    RUN_AS(refreshing_credentials_refresh_pkce_token, "RefreshingCredentials.refresh_pkce_token");
    RUN_AS(refreshing_credentials_refresh_user_token, "RefreshingCredentials.refresh_user_token");
    RUN_AS(refreshing_credentials_request_client_token,
           "RefreshingCredentials.request_client_token");
    RUN_AS(refreshing_credentials_request_pkce_token, "RefreshingCredentials.request_pkce_token");
    RUN_AS(refreshing_credentials_request_user_token, "RefreshingCredentials.request_user_token");
    RUN_AS(refreshing_credentials_user_authorisation_url,
           "RefreshingCredentials.user_authorisation_url");

    RUN_AS(refreshing_token_new, "RefreshingToken");
    RUN_AS(refreshing_token_credentials, "RefreshingToken.credentials");
    RUN_AS(refreshing_token_access_token, "RefreshingToken.access_token");
    RUN_AS(refreshing_token_expires_at, "RefreshingToken.expires_at");
    RUN_AS(refreshing_token_expires_in, "RefreshingToken.expires_in");
    RUN_AS(refreshing_token_is_expiring, "RefreshingToken.is_expiring");
    RUN_AS(refreshing_token_refresh_token, "RefreshingToken.refresh_token");
    RUN_AS(refreshing_token_scope, "RefreshingToken.scope");
    RUN_AS(refreshing_token_token_type, "RefreshingToken.token_type");
    RUN_AS(refreshing_token_uses_pkce, "RefreshingToken.uses_pkce");
    RUN_AS(access_token, "AccessToken");

    RUN_AS(scope_enumeration, "scope");
    for (size_t i = 0; i < SCOPE_COUNT; i++) {
        member = &scope_members[i];
        RUN_AS(scope_member, member->reference);
    }
    RUN_AS(scope_every, "scope.every");
    RUN_AS(scope_read, "scope.read");
    RUN_AS(scope_write, "scope.write");
    RUN_AS(scope_set, "Scope");
    RUN_AS(scope_set_of, "Scope.__new__");
    RUN_AS(scope_set_to_string, "Scope.__repr__");
    RUN_AS(scope_set_to_string, "Scope.__str__");
    RUN_AS(scope_set_union, "Scope.__add__");
    RUN_AS(scope_set_difference, "Scope.__sub__");

    RUN_AS(request_client_token, "request_client_token");
    RUN_AS(prompt_for_user_token, "prompt_for_user_token");
    RUN_AS(refresh_user_token, "refresh_user_token");
    RUN_AS(prompt_for_pkce_token, "prompt_for_pkce_token");
    RUN_AS(refresh_pkce_token, "refresh_pkce_token");
    RUN_AS(user_auth_new, "UserAuth");
    RUN_AS(user_auth_url, "UserAuth.url");
    RUN_AS(user_auth_state, "UserAuth.state");
    RUN_AS(user_auth_verifier, "UserAuth.verifier");
    RUN_AS(user_auth_request_token, "UserAuth.request_token");
    RUN_AS(gen_state, "gen_state");
    RUN_AS(parse_code_from_url, "parse_code_from_url");
    RUN_AS(parse_state_from_url, "parse_state_from_url");
    return check_exit();
}

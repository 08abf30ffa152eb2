/* Logins over https at an authorisation server that is not ours, and reads RFC 6749 for itself.
 *
 * Arguments: its URL, and the path of its authority's certificate. For each login a line says what
 * the driver is to do as the user: "agree URL" or "refuse URL".
 */
#include "tokens.h"
#include "trust.h"

#define PUBLIC_CLIENT "public-client"
#define SECRET_CLIENT "secret-client"
#define CLIENT_SECRET "the-secret"

static const char *server_url;

/* Who trusts the server. */
static clef_sender *sender;

/* client_secret, redirect_uri and with nullable. */
static clef_credentials *credentials_of(const char *client_id, const char *client_secret,
                                        const char *redirect_uri, const clef_sender *with)
{
    clef_credentials *elsewhere = NULL, *credentials = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_credentials_new(client_id, client_secret, redirect_uri, with, &elsewhere,
                                  &error));
    CHECK_OK(clef_credentials_with_accounts_url(elsewhere, server_url, &credentials, &error));
    clef_credentials_free(elsewhere);
    return credentials;
}

/* A login up to its redirect: with PKCE, or as the client that has a secret. */
struct login {
    clef_credentials *credentials;
    clef_user_auth *auth;
    char *redirect;
};

static struct login log_in(uint32_t flags, const char *decision)
{
    struct login login = {0};
    clef_redirect_listener *listener = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_redirect_listener_new("http://127.0.0.1/callback", &listener, &error));
    const bool has_secret = !(flags & CLEF_AUTH_PKCE);
    login.credentials = credentials_of(has_secret ? SECRET_CLIENT : PUBLIC_CLIENT,
                                       has_secret ? CLIENT_SECRET : NULL,
                                       clef_redirect_listener_uri(listener), sender);
    clef_scope_set *scopes = scopes_of(TOKENS_SCOPES);
    CHECK_OK(clef_user_auth_new(login.credentials, scopes, flags, &login.auth, &error));
    printf("%s %s\n", decision, clef_user_auth_url(login.auth));
    fflush(stdout);
    CHECK_OK(clef_redirect_listener_wait(listener, clef_user_auth_state(login.auth), GENEROUS_MS,
                                         &login.redirect, &error));
    clef_scope_set_free(scopes);
    clef_redirect_listener_free(listener);
    return login;
}

static void end_login(struct login *login)
{
    clef_string_free(login->redirect);
    clef_user_auth_free(login->auth);
    clef_credentials_free(login->credentials);
}

static clef_token *token_of(const struct login *login)
{
    clef_token *token = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_user_auth_request_token_from_url(login->auth, login->redirect, &token, &error));
    return token;
}

static void check_user_token(const clef_token *token)
{
    CHECK(clef_token_access_token(token) && clef_token_refresh_token(token));
    CHECK_STRING(clef_token_token_type(token), "Bearer");
    CHECK_STRING(clef_scope_set_to_string(clef_token_scopes(token)), TOKENS_SCOPES);
    CHECK(clef_token_expires_in(token) > 60);
}

/* The service's answer is that the grant is dead. */
static void check_dead(clef_status status, const clef_error *error)
{
    CHECK_INT(status, CLEF_STATUS_LOGIN_REQUIRED);
    CHECK_INT(clef_error_remedy(error), CLEF_REMEDY_LOG_IN);
    CHECK_STRING(clef_error_oauth_error(error), "invalid_grant");
    CHECK_INT(clef_error_http_status(error), 400);
}

/* Asks for a token for the code once more; the verifier is nullable. */
static clef_status request_again(const struct login *login, const char *verifier,
                                 clef_error **error)
{
    char *code = NULL;
    clef_token *token = NULL;
    CHECK_INT(clef_parse_code_from_url(login->redirect, &code, NULL), CLEF_STATUS_OK);
    clef_status status =
        verifier ? clef_credentials_request_pkce_token(login->credentials, code, verifier, &token,
                                                       error)
                 : clef_credentials_request_user_token(login->credentials, code, &token, error);
    CHECK(!token);
    clef_string_free(code);
    return status;
}

static void check_code_refused(const struct login *login, const char *verifier)
{
    clef_error *error = NULL;
    CHECK_INT(request_again(login, verifier, &error), CLEF_STATUS_OAUTH);
    CHECK_INT(clef_error_remedy(error), CLEF_REMEDY_LOG_IN);
    CHECK_STRING(clef_error_oauth_error(error), "invalid_grant");
    CHECK_INT(clef_error_http_status(error), 400);
    clef_error_free(error);
}

/* The tests */

static void who_does_not_know_the_authority_is_not_connected(void)
{
    clef_credentials *credentials = credentials_of(SECRET_CLIENT, CLIENT_SECRET, NULL, NULL);
    clef_token *token = NULL;
    clef_error *error = NULL;
    CHECK_STATUS(clef_credentials_request_client_token(credentials, &token, &error),
                 CLEF_STATUS_TLS);
    clef_credentials_free(credentials);
}

static void a_program_logs_itself_in(void)
{
    clef_credentials *credentials = credentials_of(SECRET_CLIENT, CLIENT_SECRET, NULL, sender);
    clef_token *token = NULL, *next = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_credentials_request_client_token(credentials, &token, &error));
    CHECK_STRING(clef_token_token_type(token), "Bearer");
    CHECK_STRING(clef_token_refresh_token(token), NULL);
    CHECK_INT(clef_scope_set_len(clef_token_scopes(token)), 0);
    CHECK(clef_token_expires_in(token) > 60);
    CHECK_OK(clef_credentials_refresh(credentials, token, &next, &error));
    CHECK(strcmp(clef_token_access_token(next), clef_token_access_token(token)) != 0);
    clef_token_free(next);
    clef_token_free(token);
    clef_credentials_free(credentials);
}

static void a_wrong_secret_is_told_from_a_dead_grant(void)
{
    struct login login = log_in(0, "agree");
    clef_token *token = token_of(&login);
    clef_credentials *wrong = credentials_of(SECRET_CLIENT, "another-secret", NULL, sender);
    clef_refreshing_token *refreshing_token = refreshing(token, wrong);
    clef_token *none = NULL;
    clef_error *error = NULL;
    CHECK_INT(clef_credentials_request_client_token(wrong, &none, &error),
              CLEF_STATUS_INVALID_CLIENT);
    CHECK_INT(clef_error_remedy(error), CLEF_REMEDY_FIX_SETTINGS);
    CHECK_STRING(clef_error_oauth_error(error), "invalid_client");
    CHECK_INT(clef_error_http_status(error), 401);
    CHECK(!strstr(clef_error_message(error), "another-secret"));
    clef_error_free(error);
    error = NULL;
    CHECK_STATUS(clef_refreshing_token_refresh(refreshing_token, &error),
                 CLEF_STATUS_INVALID_CLIENT);
    clef_refreshing_token_free(refreshing_token);

    /* With the right one it is as good as ever. */
    refreshing_token = refreshing(token, login.credentials);
    CHECK_OK(clef_refreshing_token_refresh(refreshing_token, &error));
    clef_refreshing_token_free(refreshing_token);
    clef_credentials_free(wrong);
    clef_token_free(token);
    end_login(&login);
}

/* Each refresh spends a refresh token and brings another, across a program's end too. */
static void check_rotation(uint32_t flags)
{
    struct login login = log_in(flags, "agree");
    clef_token *token = token_of(&login);
    check_user_token(token);
    for (int start = 0; start < 2; start++) {
        clef_refreshing_token *refreshing_token = refreshing(token, login.credentials);
        for (int i = 0; i < 2; i++) {
            clef_token *next = NULL;
            clef_error *error = NULL;
            CHECK_OK(clef_refreshing_token_refresh(refreshing_token, &error));
            CHECK_OK(clef_refreshing_token_token(refreshing_token, &next, &error));
            check_user_token(next);
            CHECK(strcmp(clef_token_access_token(next), clef_token_access_token(token)) != 0);
            CHECK(strcmp(clef_token_refresh_token(next), clef_token_refresh_token(token)) != 0);
            clef_token_free(token);
            token = next;
        }
        clef_refreshing_token_free(refreshing_token);
        char *saved = json_of(token);
        clef_error *error = NULL;
        clef_token_free(token);
        CHECK_OK(clef_token_from_json(saved, 0, &token, &error));
        CHECK_INT(clef_token_uses_pkce(token), flags == CLEF_AUTH_PKCE);
        clef_string_free(saved);
    }
    clef_token_free(token);
    end_login(&login);
}

static void refresh_tokens_rotate_with_pkce(void)
{
    check_rotation(CLEF_AUTH_PKCE);
}

static void refresh_tokens_rotate_with_a_secret(void)
{
    check_rotation(0);
}

static void a_spent_refresh_token_ends_the_grant(void)
{
    struct login login = log_in(CLEF_AUTH_PKCE, "agree");
    clef_token *spent = token_of(&login), *next = NULL, *none = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_credentials_refresh(login.credentials, spent, &next, &error));
    clef_refreshing_token *honest = refreshing(next, login.credentials);
    CHECK_OK(clef_refreshing_token_refresh(honest, &error));

    clef_status status = clef_credentials_refresh(login.credentials, spent, &none, &error);
    check_dead(status, error);
    clef_error_free(error);
    error = NULL;
    /* The server cannot tell who of the two is honest. */
    status = clef_refreshing_token_refresh(honest, &error);
    check_dead(status, error);
    clef_error_free(error);

    clef_refreshing_token_free(honest);
    clef_token_free(next);
    clef_token_free(spent);
    end_login(&login);
}

static void check_code_is_good_once(uint32_t flags)
{
    struct login login = log_in(flags, "agree");
    clef_token *token = token_of(&login);
    clef_refreshing_token *refreshing_token = refreshing(token, login.credentials);
    check_code_refused(&login, clef_user_auth_verifier(login.auth));
    /* Whoever has the code has been here: what it brought is revoked. */
    clef_error *error = NULL;
    clef_status status = clef_refreshing_token_refresh(refreshing_token, &error);
    check_dead(status, error);
    clef_error_free(error);
    clef_refreshing_token_free(refreshing_token);
    clef_token_free(token);
    end_login(&login);
}

static void a_code_is_good_once_with_pkce(void)
{
    check_code_is_good_once(CLEF_AUTH_PKCE);
}

static void a_code_is_good_once_with_a_secret(void)
{
    check_code_is_good_once(0);
}

static void a_code_is_no_good_without_its_verifier(void)
{
    struct login login = log_in(CLEF_AUTH_PKCE, "agree");
    check_code_refused(&login, "the-verifier-of-a-login-that-somebody-else-has-begun");
    end_login(&login);
}

static void check_refusal(uint32_t flags)
{
    struct login login = log_in(flags, "refuse");
    clef_token *none = NULL;
    clef_error *error = NULL;
    CHECK_INT(clef_user_auth_request_token_from_url(login.auth, login.redirect, &none, &error),
              CLEF_STATUS_ACCESS_DENIED);
    CHECK_STRING(clef_error_oauth_error(error), "access_denied");
    CHECK_STRING(clef_error_oauth_description(error), "End-User aborted interaction");
    clef_error_free(error);
    end_login(&login);
}

static void a_user_may_refuse_with_pkce(void)
{
    check_refusal(CLEF_AUTH_PKCE);
}

static void a_user_may_refuse_with_a_secret(void)
{
    check_refusal(0);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    server_url = argv[1];
    char *ca_pem = read_certificate(argv[2]);
    sender = sender_that_trusts(ca_pem);
    free(ca_pem);
    RUN(who_does_not_know_the_authority_is_not_connected);
    RUN(a_program_logs_itself_in);
    RUN(a_wrong_secret_is_told_from_a_dead_grant);
    RUN(refresh_tokens_rotate_with_pkce);
    RUN(refresh_tokens_rotate_with_a_secret);
    RUN(a_spent_refresh_token_ends_the_grant);
    RUN(a_code_is_good_once_with_pkce);
    RUN(a_code_is_good_once_with_a_secret);
    RUN(a_code_is_no_good_without_its_verifier);
    RUN(a_user_may_refuse_with_pkce);
    RUN(a_user_may_refuse_with_a_secret);
    clef_sender_free(sender);
    return check_exit();
}

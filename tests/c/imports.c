/* Moving over from spotipy and tekore with what they keep. */
#include "tokens.h"

#define LOGIN 1700000000

static clef_credentials *credentials;

/* A refresh token that the sandbox knows, to be freed. */
static clef_token *login(uint32_t flags)
{
    return logged_in(credentials, flags);
}

/* What is imported works, and the end of the grant is known once the login is. */
static void refresh_imported(clef_token *imported)
{
    clef_error *error = NULL;
    clef_token *stamped = NULL, *fresh = NULL;
    clef_refreshing_token *token = NULL;
    char *access_token = NULL;
    CHECK_INT(clef_token_grant_expires_at(imported), CLEF_TIME_UNKNOWN);
    CHECK_OK(clef_token_with_authorised_at(imported, LOGIN, &stamped, &error));
    CHECK_OK(clef_refreshing_token_new(stamped, credentials, &token, &error));
    int before = sandbox_count("refresh_token");
    CHECK_OK(clef_refreshing_token_access_token(token, &access_token, &error));
    CHECK_INT(sandbox_count("refresh_token"), before + 1);
    CHECK_OK(clef_refreshing_token_token(token, &fresh, &error));
    CHECK(access_token && *access_token);
    CHECK_INT(clef_token_authorised_at(fresh), LOGIN);
    CHECK(clef_token_grant_expires_at(fresh) > LOGIN);
    clef_token_free(fresh);
    clef_string_free(access_token);
    clef_refreshing_token_free(token);
    clef_token_free(stamped);
}

/* As spotipy 2.25 writes it. */
static void a_cache_of_spotipy(void)
{
    for (uint32_t flags = 0; flags <= CLEF_TOKEN_USES_PKCE; flags++) {
        clef_error *error = NULL;
        clef_token *token = login(flags ? CLEF_AUTH_PKCE : 0), *imported = NULL;
        char cache[1024];
        snprintf(cache, sizeof cache,
                 "{\"access_token\": \"%s\", \"token_type\": \"Bearer\", \"expires_in\": 3600, "
                 "\"scope\": \"%s\", \"expires_at\": 1700003600, \"refresh_token\": \"%s\"}",
                 clef_token_access_token(token), TOKENS_SCOPES, clef_token_refresh_token(token));
        CHECK_OK(clef_token_from_json(cache, flags, &imported, &error));
        CHECK_STRING(clef_token_refresh_token(imported), clef_token_refresh_token(token));
        CHECK_STRING(clef_scope_set_to_string(clef_token_scopes(imported)), TOKENS_SCOPES);
        CHECK_INT(clef_token_expires_at(imported), 1700003600);
        CHECK_INT(clef_token_uses_pkce(imported), flags != 0);
        refresh_imported(imported);
        clef_token_free(imported);
        clef_token_free(token);
    }
}

/* As tekore 5.5 writes it. */
static void a_configuration_of_tekore(void)
{
    clef_error *error = NULL;
    clef_token *token = login(0), *imported = NULL;
    char config[1024];
    snprintf(config, sizeof config,
             "[DEFAULT]\nSPOTIFY_CLIENT_ID = %s\nSPOTIFY_CLIENT_SECRET = %s\n\n"
             "[me]\nSPOTIFY_USER_REFRESH = %s\n\n",
             SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET, clef_token_refresh_token(token));
    CHECK_OK(clef_token_from_tekore_config(config, "me", 0, &imported, &error));
    CHECK_STRING(clef_token_refresh_token(imported), clef_token_refresh_token(token));
    CHECK_STRING(clef_token_access_token(imported), "");
    CHECK(clef_token_is_expiring(imported));
    refresh_imported(imported);
    clef_token_free(imported);

    CHECK_STATUS(clef_token_from_tekore_config(config, NULL, 0, &imported, &error),
                 CLEF_STATUS_INVALID_ARGUMENT);
    CHECK(!imported);
    clef_token_free(token);
}

/* Somebody else's configuration is not used with one's own client. */
static void a_configuration_for_another_client(void)
{
    clef_error *error = NULL;
    clef_token *imported = NULL;
    clef_refreshing_token *token = NULL;
    const char *config = "[DEFAULT]\nSPOTIFY_CLIENT_ID = another\nSPOTIFY_USER_REFRESH = AQ\n";
    CHECK_OK(clef_token_from_tekore_config(config, NULL, 0, &imported, &error));
    CHECK_STATUS(clef_refreshing_token_new(imported, credentials, &token, &error),
                 CLEF_STATUS_INVALID_ARGUMENT);
    clef_token_free(imported);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    sandbox_url = argv[1];
    credentials = sandbox_credentials(SANDBOX_CLIENT_SECRET, NULL);
    RUN(a_cache_of_spotipy);
    RUN(a_configuration_of_tekore);
    RUN(a_configuration_for_another_client);
    clef_credentials_free(credentials);
    return check_exit();
}

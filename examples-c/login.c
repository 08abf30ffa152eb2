/* Logs the user in with their browser, once: from then on the stored token is used, and refreshed.
 *     cc login.c -lclef -o login && CLIENT_ID=... ./login
 * Register http://127.0.0.1/callback in Spotify's dashboard: any port of it will do. */
#include <clef.h>
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    const char *service = getenv("ACCOUNTS_URL"); /* for a try with the sandbox */
    clef_error *error = NULL;
    clef_credentials *spotify = NULL, *credentials = NULL;
    clef_token_store *store = NULL;
    clef_login_options *options = clef_login_options_new();
    clef_refreshing_token *token = NULL;
    char *access_token = NULL;

    if (!clef_credentials_new(getenv("CLIENT_ID"), NULL, "http://127.0.0.1/callback", NULL,
                              &spotify, &error) &&
        !clef_credentials_with_accounts_url(
            spotify, service ? service : "https://accounts.spotify.com", &credentials, &error) &&
        !clef_token_store_new_file(NULL, &store, &error) &&
        !clef_login_options_set_store(options, store, NULL, &error)) {
        clef_status status = clef_refreshing_token_open(store, credentials, NULL, &token, &error);
        if (clef_status_remedy(status) == CLEF_REMEDY_LOG_IN) {
            clef_error_free(error);
            clef_login(credentials, NULL, options, &token, &error);
        }
    }
    /* Ask before each request to the Web API. A secret: print no more of it than here. */
    if (!error && !clef_refreshing_token_access_token(token, &access_token, &error))
        printf("Access token: %.4s...\n", access_token);
    int failed = error != NULL;
    if (failed)
        fprintf(stderr, "%s\n", clef_error_message(error));
    clef_string_free(access_token), clef_refreshing_token_free(token);
    clef_login_options_free(options), clef_token_store_free(store);
    clef_credentials_free(credentials), clef_credentials_free(spotify), clef_error_free(error);
    return failed;
}

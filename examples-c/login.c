/* Logs the user in with their browser, once: from then on the token is kept, and refreshed.
 * Register http://127.0.0.1/callback in Spotify's dashboard, without a port, and run
 *     cc login.c -lclef -o login && CLIENT_ID=... ./login */
#include <clef.h>
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    const char *sandbox = getenv("ACCOUNTS_URL"); /* to try it without an account */
    const char *service = sandbox ? sandbox : "https://accounts.spotify.com";
    clef_credentials *spotify = NULL, *credentials = NULL;
    clef_token_store *store = NULL;
    clef_login_options *options = clef_login_options_new();
    clef_refreshing_token *token = NULL;
    char *access_token = NULL;
    clef_error *error = NULL;

    int failed = clef_credentials_new(getenv("CLIENT_ID"), NULL, "http://127.0.0.1/callback", NULL,
                                      &spotify, &error) ||
                 clef_credentials_with_accounts_url(spotify, service, &credentials, &error) ||
                 clef_token_store_new_file(NULL, &store, &error) ||
                 clef_login_options_set_store(options, store, NULL, &error) ||
                 clef_refreshing_token_open(store, credentials, NULL, &token, &error);
    if (failed && clef_error_remedy(error) == CLEF_REMEDY_LOG_IN) { /* as in the first run */
        clef_error_free(error);
        failed = clef_login(credentials, NULL, options, &token, &error);
    }
    /* Ask anew before each request to the Web API, and show no more of it than here. */
    failed = failed || clef_refreshing_token_access_token(token, &access_token, &error);
    if (failed)
        fprintf(stderr, "%s\n", clef_error_message(error));
    else
        printf("Authorization: Bearer %.4s...\n", access_token);

    clef_string_free(access_token), clef_refreshing_token_free(token);
    clef_login_options_free(options), clef_token_store_free(store), clef_error_free(error);
    clef_credentials_free(credentials), clef_credentials_free(spotify);
    return failed;
}

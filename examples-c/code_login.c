/*
 * Logs a user in with a client secret: for servers. Programs that their users have on their own
 * machines cannot keep a secret; see pkce_login.c for those.
 *
 *     cc code_login.c -lclef -o code_login
 *     CLIENT_ID=... CLIENT_SECRET=... REDIRECT_URI=https://example.com/callback ./code_login
 *
 * The redirect URI has to be registered in Spotify's dashboard, letter by letter the same.
 */
#include <clef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void)
{
    const char *client_id = getenv("CLIENT_ID");
    const char *client_secret = getenv("CLIENT_SECRET");
    const char *redirect_uri = getenv("REDIRECT_URI");
    const char *accounts_url = getenv("ACCOUNTS_URL"); /* the sandbox, say; see sandbox/ */
    if (!client_id || !client_secret || !redirect_uri) {
        fprintf(stderr, "Set CLIENT_ID, CLIENT_SECRET and REDIRECT_URI\n");
        return EXIT_FAILURE;
    }
    if (!accounts_url)
        accounts_url = "https://accounts.spotify.com";

    int exit_status = EXIT_FAILURE;
    clef_error *error = NULL;
    clef_credentials *plain = NULL, *credentials = NULL;
    clef_scope_set *scopes = NULL;
    clef_user_auth *login = NULL;
    clef_token *token = NULL;

    if (clef_credentials_new(client_id, client_secret, redirect_uri, NULL, &plain, &error) !=
        CLEF_STATUS_OK)
        goto done;
    if (clef_credentials_with_accounts_url(plain, accounts_url, &credentials, &error) !=
        CLEF_STATUS_OK)
        goto done;
    if (clef_scope_set_parse("user-read-email user-library-read", &scopes, &error) !=
        CLEF_STATUS_OK)
        goto done;

    /* 1. Send the user's browser to the login. A server answers with a redirect to its URL. */
    if (clef_user_auth_new(credentials, scopes, 0, &login, &error) != CLEF_STATUS_OK)
        goto done;
    printf("Log in here:\n%s\n", clef_user_auth_url(login));

    /* 2. The user comes back to the redirect URI: "GET /callback?code=..." to a server. */
    printf("Then paste the URL that you are sent to:\n");
    fflush(stdout);
    char redirect[8192];
    if (!fgets(redirect, sizeof redirect, stdin)) {
        fprintf(stderr, "No URL was pasted\n");
        goto done;
    }
    redirect[strcspn(redirect, "\r\n")] = '\0';

    /* 3. clef checks that the redirect belongs to this login, and trades its code for a token. */
    clef_status status = clef_user_auth_request_token_from_url(login, redirect, &token, &error);
    if (status == CLEF_STATUS_ACCESS_DENIED)
        fprintf(stderr, "You said no. That is fine.\n");
    if (status != CLEF_STATUS_OK)
        goto done;

    printf("Access token: %.4s..., for %lld seconds\n", clef_token_access_token(token),
           (long long)clef_token_expires_in(token));
    printf("You allowed:  %s\n", clef_scope_set_to_string(clef_token_scopes(token)));
    exit_status = EXIT_SUCCESS;

done:
    if (error)
        fprintf(stderr, "%s: %s\n", clef_status_name(clef_error_status(error)),
                clef_error_message(error));
    clef_error_free(error);
    clef_credentials_free(plain);
    clef_credentials_free(credentials);
    clef_scope_set_free(scopes);
    clef_user_auth_free(login);
    clef_token_free(token);
    return exit_status;
}

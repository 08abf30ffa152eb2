/*
 * Logs a user in with PKCE, which needs no client secret: for programs that their users have on
 * their own machines.
 *
 *     cc pkce_login.c -lclef -o pkce_login
 *     CLIENT_ID=... REDIRECT_URI=http://127.0.0.1:8888/callback ./pkce_login
 *
 * The redirect URI has to be registered in Spotify's dashboard. Nothing has to listen there: the
 * browser then shows that it cannot connect, but its address bar has the URL that we need.
 */
#include <clef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void)
{
    const char *client_id = getenv("CLIENT_ID");
    const char *redirect_uri = getenv("REDIRECT_URI");
    const char *accounts_url = getenv("ACCOUNTS_URL"); /* the sandbox, say; see sandbox/ */
    if (!client_id || !redirect_uri) {
        fprintf(stderr, "Set CLIENT_ID and REDIRECT_URI\n");
        return EXIT_FAILURE;
    }
    if (!accounts_url)
        accounts_url = "https://accounts.spotify.com";

    int exit_status = EXIT_FAILURE;
    clef_error *error = NULL;
    clef_credentials *plain = NULL, *credentials = NULL;
    clef_scope_set *scopes = NULL, *granted = NULL;
    clef_user_auth *login = NULL;
    clef_refreshing_token *token = NULL;
    char *access_token = NULL;

    if (clef_credentials_new(client_id, NULL, redirect_uri, NULL, &plain, &error) != CLEF_STATUS_OK)
        goto done;
    if (clef_credentials_with_accounts_url(plain, accounts_url, &credentials, &error) !=
        CLEF_STATUS_OK)
        goto done;
    if (clef_scope_set_parse("user-read-playback-state", &scopes, &error) != CLEF_STATUS_OK)
        goto done;

    /* The login keeps its state and its PKCE verifier: hold on to it until the user is back. */
    if (clef_user_auth_new(credentials, scopes, CLEF_AUTH_PKCE, &login, &error) != CLEF_STATUS_OK)
        goto done;
    printf("Log in here:\n%s\n", clef_user_auth_url(login));
    printf("Then paste the URL that you are sent to:\n");
    fflush(stdout);
    char redirect[8192];
    if (!fgets(redirect, sizeof redirect, stdin)) {
        fprintf(stderr, "No URL was pasted\n");
        goto done;
    }
    redirect[strcspn(redirect, "\r\n")] = '\0';

    /* A self-refreshing token: ask it for the access token before every request to the Web API. */
    if (clef_user_auth_request_refreshing_token_from_url(login, redirect, &token, &error) !=
        CLEF_STATUS_OK)
        goto done;
    if (clef_refreshing_token_access_token(token, &access_token, &error) != CLEF_STATUS_OK)
        goto done;
    if (clef_refreshing_token_scopes(token, &granted, &error) != CLEF_STATUS_OK)
        goto done;
    printf("Access token: %.4s... (%zu characters)\n", access_token, strlen(access_token));
    printf("You allowed:  %s\n", clef_scope_set_to_string(granted));
    exit_status = EXIT_SUCCESS;

done:
    if (error) {
        fprintf(stderr, "%s: %s\n", clef_status_name(clef_error_status(error)),
                clef_error_message(error));
        if (clef_error_remedy(error) == CLEF_REMEDY_LOG_IN)
            fprintf(stderr, "Start again, and log in.\n");
    }
    clef_error_free(error);
    clef_string_free(access_token); /* wiped, since it is a secret */
    clef_credentials_free(plain);
    clef_credentials_free(credentials);
    clef_scope_set_free(scopes);
    clef_scope_set_free(granted);
    clef_user_auth_free(login);
    clef_refreshing_token_free(token);
    return exit_status;
}

/*
 * Logs a user in with PKCE, step by step: takes a port, shows the URL, listens for the redirect,
 * trades the code. clef_login does all of that in one call; this is for programs that want to be in
 * between, and for those that wait in short pieces.
 *
 *     cc listener_login.c -lclef -o listener_login
 *     CLIENT_ID=... ./listener_login
 *
 * Register http://127.0.0.1/callback in Spotify's dashboard, without a port: the service then takes
 * whichever port is free.
 */
#include <clef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIVE_MINUTES_MS 300000

int main(void)
{
    const char *client_id = getenv("CLIENT_ID");
    const char *redirect_uri = getenv("REDIRECT_URI");
    const char *accounts_url = getenv("ACCOUNTS_URL"); /* the sandbox, say; see sandbox/ */
    if (!client_id) {
        fprintf(stderr, "Set CLIENT_ID\n");
        return EXIT_FAILURE;
    }
    if (!redirect_uri)
        redirect_uri = "http://127.0.0.1/callback";
    if (!accounts_url)
        accounts_url = "https://accounts.spotify.com";

    int exit_status = EXIT_FAILURE;
    clef_error *error = NULL;
    clef_redirect_listener *listener = NULL;
    clef_credentials *plain = NULL, *credentials = NULL;
    clef_user_auth *login = NULL;
    clef_refreshing_token *token = NULL;
    char *redirect = NULL, *access_token = NULL;

    /* 1. Take the port before a browser opens. From here on the redirect URI is the listener's. */
    if (clef_redirect_listener_new(redirect_uri, &listener, &error) != CLEF_STATUS_OK)
        goto done;
    if (clef_credentials_new(client_id, NULL, clef_redirect_listener_uri(listener), NULL, &plain,
                             &error) != CLEF_STATUS_OK)
        goto done;
    if (clef_credentials_with_accounts_url(plain, accounts_url, &credentials, &error) !=
        CLEF_STATUS_OK)
        goto done;

    /* 2. Show the URL, or open it with what your platform has for that. */
    if (clef_user_auth_new(credentials, NULL, CLEF_AUTH_PKCE, &login, &error) != CLEF_STATUS_OK)
        goto done;
    printf("Log in here:\n%s\n", clef_user_auth_url(login));
    fflush(stdout);

    /* 3. Wait for the user. Redirects of other logins are turned away. */
    if (clef_redirect_listener_wait(listener, clef_user_auth_state(login), FIVE_MINUTES_MS,
                                    &redirect, &error) != CLEF_STATUS_OK)
        goto done;
    if (clef_user_auth_request_refreshing_token_from_url(login, redirect, &token, &error) !=
        CLEF_STATUS_OK)
        goto done;
    if (clef_refreshing_token_access_token(token, &access_token, &error) != CLEF_STATUS_OK)
        goto done;
    printf("Access token: %.4s... (%zu characters)\n", access_token, strlen(access_token));
    exit_status = EXIT_SUCCESS;

done:
    if (error)
        fprintf(stderr, "%s: %s\n", clef_status_name(clef_error_status(error)),
                clef_error_message(error));
    clef_error_free(error);
    clef_string_free(access_token); /* wiped, since these are secrets */
    clef_string_free(redirect);
    clef_refreshing_token_free(token);
    clef_user_auth_free(login);
    clef_credentials_free(credentials);
    clef_credentials_free(plain);
    clef_redirect_listener_free(listener);
    return exit_status;
}

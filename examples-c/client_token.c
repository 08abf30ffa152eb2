/*
 * A client token: for what needs no user, such as searching the catalogue. It needs the client
 * secret, so it is for programs that run on your own machines.
 *
 *     cc client_token.c -lclef -o client_token
 *     CLIENT_ID=... CLIENT_SECRET=... ./client_token
 */
#include <clef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void)
{
    const char *client_id = getenv("CLIENT_ID");
    const char *client_secret = getenv("CLIENT_SECRET");
    const char *accounts_url = getenv("ACCOUNTS_URL"); /* the sandbox, say; see sandbox/ */
    if (!client_id || !client_secret) {
        fprintf(stderr, "Set CLIENT_ID and CLIENT_SECRET, from https://developer.spotify.com\n");
        return EXIT_FAILURE;
    }
    if (!accounts_url)
        accounts_url = "https://accounts.spotify.com";

    int exit_status = EXIT_FAILURE;
    clef_error *error = NULL;
    clef_credentials *plain = NULL, *credentials = NULL;
    clef_token *token = NULL;

    /* No redirect URI, since nobody logs in; no sender, so clef speaks HTTPS itself. */
    if (clef_credentials_new(client_id, client_secret, NULL, NULL, &plain, &error) !=
        CLEF_STATUS_OK)
        goto done;
    /* Only for the sandbox: leave it out to talk to Spotify. */
    if (clef_credentials_with_accounts_url(plain, accounts_url, &credentials, &error) !=
        CLEF_STATUS_OK)
        goto done;

    /* This call waits for the service, 30 seconds at most. */
    if (clef_credentials_request_client_token(credentials, &token, &error) != CLEF_STATUS_OK)
        goto done;

    /* Send it as "Authorization: Bearer <access token>". It is a secret: never print all of it. */
    const char *access_token = clef_token_access_token(token);
    printf("Access token: %.4s... (%zu characters)\n", access_token, strlen(access_token));
    printf("Expires in:   %lld seconds\n", (long long)clef_token_expires_in(token));
    exit_status = EXIT_SUCCESS;

done:
    /* An error says what went wrong; its remedy says what a program can do about it. */
    if (error) {
        fprintf(stderr, "%s: %s\n", clef_status_name(clef_error_status(error)),
                clef_error_message(error));
        if (clef_error_remedy(error) == CLEF_REMEDY_RETRY_LATER)
            fprintf(stderr, "Try again later.\n");
        if (clef_error_remedy(error) == CLEF_REMEDY_FIX_SETTINGS)
            fprintf(stderr, "Check CLIENT_ID and CLIENT_SECRET.\n");
    }
    /* Free in any order: what one object needs of another, it keeps alive. NULL is fine. */
    clef_error_free(error);
    clef_credentials_free(plain);
    clef_credentials_free(credentials);
    clef_token_free(token);
    return exit_status;
}

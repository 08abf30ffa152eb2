/*
 * A token that stays fresh and outlives the program. Loads it from a file, or logs the user in with
 * PKCE; saves it whenever it changes; and asks for the access token once a second until clef hands
 * out a fresh one, which takes an hour with Spotify and seconds in `cargo demo`.
 *
 *     cc refreshing_token.c -lclef -o refreshing_token
 *     CLIENT_ID=... REDIRECT_URI=http://127.0.0.1:8888/callback ./refreshing_token token.json
 */
#define _POSIX_C_SOURCE 200809L
#include <clef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Puts a new file in place of the old one: a crash leaves one of the two, never half a token. */
static bool save(const char *path, const clef_token *token)
{
    char *json = NULL, temporary[4096];
    if (snprintf(temporary, sizeof temporary, "%s.XXXXXX", path) >= (int)sizeof temporary ||
        clef_token_to_json(token, &json, NULL) != CLEF_STATUS_OK)
        return false;
    int file = mkstemp(temporary); /* nobody else may read it: its mode is 0600 */
    size_t length = strlen(json);
    bool written = file >= 0 && write(file, json, length) == (ssize_t)length && fsync(file) == 0;
    written = file >= 0 && close(file) == 0 && written;
    clef_string_free(json);
    if (written && rename(temporary, path) == 0)
        return true;
    if (file >= 0)
        unlink(temporary);
    return false;
}

/* Runs on the thread that refreshes. The old refresh token is spent by now, so saving matters. */
static clef_status on_event(void *user_data, clef_event event, const clef_token *token,
                            const clef_error *error)
{
    if (event == CLEF_EVENT_REFRESH_FAILED || event == CLEF_EVENT_LOGIN_REQUIRED)
        fprintf(stderr, "Cannot refresh: %s\n", clef_error_message(error));
    if (event != CLEF_EVENT_CHANGED)
        return CLEF_STATUS_OK;
    if (!save(user_data, token))
        return CLEF_STATUS_IO; /* clef offers the token again later */
    printf("Refreshed, and saved\n");
    return CLEF_STATUS_OK;
}

/* The token in the file; NULL in *token where there is no such file. */
static clef_status load(const char *path, const clef_credentials *credentials,
                        clef_refreshing_token **token, clef_error **error)
{
    FILE *file = fopen(path, "r");
    if (!file)
        return CLEF_STATUS_OK;
    char json[16384];
    json[fread(json, 1, sizeof json - 1, file)] = '\0';
    fclose(file);
    clef_token *saved = NULL;
    clef_status status = clef_token_from_json(json, CLEF_TOKEN_USES_PKCE, &saved, error);
    if (status == CLEF_STATUS_OK)
        status = clef_refreshing_token_new(saved, credentials, token, error);
    clef_token_free(saved);
    return status;
}

int main(int argc, char **argv)
{
    const char *client_id = getenv("CLIENT_ID");
    const char *redirect_uri = getenv("REDIRECT_URI");
    const char *accounts_url = getenv("ACCOUNTS_URL"); /* the sandbox, say; see sandbox/ */
    if (!accounts_url)
        accounts_url = "https://accounts.spotify.com";
    if (argc != 2 || !client_id || !redirect_uri) {
        fprintf(stderr, "Set CLIENT_ID and REDIRECT_URI, and give the file to keep the token in\n");
        return EXIT_FAILURE;
    }

    int exit_status = EXIT_FAILURE;
    clef_error *error = NULL;
    clef_credentials *plain = NULL, *credentials = NULL;
    clef_refreshing_token *token = NULL;
    clef_token *first = NULL;

    if (clef_credentials_new(client_id, NULL, redirect_uri, NULL, &plain, &error) != CLEF_STATUS_OK)
        goto done;
    if (clef_credentials_with_accounts_url(plain, accounts_url, &credentials, &error) !=
        CLEF_STATUS_OK)
        goto done;
    if (load(argv[1], credentials, &token, &error) != CLEF_STATUS_OK)
        goto done;
    /* The prompt is for programs in a terminal; pkce_login.c shows the steps inside it. */
    bool is_loaded = token != NULL;
    if (!is_loaded &&
        clef_prompt_for_token(credentials, NULL, CLEF_AUTH_PKCE, &token, &error) != CLEF_STATUS_OK)
        goto done;

    /* The listener hears of every token after this one; save the first yourself. */
    if (clef_refreshing_token_set_listener(token, on_event, argv[1], NULL, &error) !=
            CLEF_STATUS_OK ||
        clef_refreshing_token_token(token, &first, &error) != CLEF_STATUS_OK)
        goto done;
    if (!is_loaded && !save(argv[1], first)) {
        perror(argv[1]);
        goto done;
    }
    printf("%s, with %lld seconds left\n", is_loaded ? "Loaded the token" : "Logged in, and saved",
           (long long)clef_token_expires_in(first));

    /* Ask before every request to the Web API, and keep no copy: that is all there is to do. */
    for (bool is_fresh = false; !is_fresh;) {
        char *access_token = NULL;
        if (clef_token_is_expiring(first))
            printf("It is about to expire\n");
        if (clef_refreshing_token_access_token(token, &access_token, &error) != CLEF_STATUS_OK)
            goto done;
        is_fresh = strcmp(access_token, clef_token_access_token(first)) != 0;
        printf("Access token: %.4s..., %s\n", access_token, is_fresh ? "fresh" : "the same");
        fflush(stdout);
        clef_string_free(access_token);
        if (!is_fresh)
            sleep(1);
    }
    exit_status = EXIT_SUCCESS;

done:
    if (error) {
        fprintf(stderr, "%s: %s\n", clef_status_name(clef_error_status(error)),
                clef_error_message(error));
        if (clef_error_remedy(error) == CLEF_REMEDY_LOG_IN)
            fprintf(stderr, "Delete %s and start again, to log in.\n", argv[1]);
    }
    clef_error_free(error);
    clef_credentials_free(plain);
    clef_credentials_free(credentials);
    clef_token_free(first);
    clef_refreshing_token_free(token);
    return exit_status;
}

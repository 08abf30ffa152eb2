/*
 * A game: 60 frames a second, and none of them waits for the network. Logs the user in with PKCE and
 * refreshes the token while the frames go on; clef calls back from clef_runtime_run_callbacks alone,
 * which the loop calls once a frame.
 *
 *     cc game_loop.c -lclef -o game_loop
 *     CLIENT_ID=... REDIRECT_URI=http://127.0.0.1:8888/callback ./game_loop
 */
#define _POSIX_C_SOURCE 200809L
#include <clef.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NANOSECONDS 1000000000LL
#define FRAME (NANOSECONDS / 60)

struct game {
    clef_runtime *runtime;
    clef_refreshing_token *token; /* NULL until the user is logged in */
    clef_error *error;
    bool is_over;
};

static long long nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * NANOSECONDS + now.tv_nsec;
}

/* Runs in a frame, and may start the next thing. */
static void on_refreshed(void *user_data, const clef_operation *operation)
{
    struct game *game = user_data;
    char *access_token = NULL;
    if (clef_operation_access_token(operation, &access_token, &game->error) != CLEF_STATUS_OK)
        return;
    printf("Access token: %.4s... (%zu characters)\n", access_token, strlen(access_token));
    clef_string_free(access_token); /* wiped, since it is a secret */
    game->is_over = true;
}

static void on_logged_in(void *user_data, const clef_operation *operation)
{
    struct game *game = user_data;
    if (clef_operation_refreshing_token(operation, &game->token, &game->error) != CLEF_STATUS_OK)
        return;
    printf("Logged in\n");
    /* A real game has clef_refreshing_token_keep_fresh do this, an hour later. */
    (void)clef_refreshing_token_refresh_start(game->token, game->runtime, on_refreshed, game, NULL,
                                              NULL, &game->error);
}

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

    struct game game = {.is_over = false};
    clef_credentials *plain = NULL, *credentials = NULL;
    clef_user_auth *login = NULL;
    if (clef_runtime_new(&game.runtime, &game.error) != CLEF_STATUS_OK ||
        clef_credentials_new(client_id, NULL, redirect_uri, NULL, &plain, &game.error) !=
            CLEF_STATUS_OK ||
        clef_credentials_with_accounts_url(plain, accounts_url, &credentials, &game.error) !=
            CLEF_STATUS_OK ||
        clef_user_auth_new(credentials, NULL, CLEF_AUTH_PKCE, &login, &game.error) !=
            CLEF_STATUS_OK)
        goto done;
    printf("Log in here:\n%s\nThen paste the URL that you are sent to:\n", clef_user_auth_url(login));
    fflush(stdout);
    char redirect[8192];
    if (!fgets(redirect, sizeof redirect, stdin)) {
        fprintf(stderr, "No URL was pasted\n");
        goto done;
    }
    redirect[strcspn(redirect, "\r\n")] = '\0';

    /* From here on nothing blocks. This checks the URL, and trades its code in the background. */
    long frames = 0;
    long long start = nanoseconds(), slowest = 0;
    if (clef_user_auth_request_refreshing_token_from_url_start(login, redirect, game.runtime,
                                                               on_logged_in, &game, NULL, NULL,
                                                               &game.error) != CLEF_STATUS_OK)
        goto done;
    while (!game.is_over && !game.error) {
        clef_runtime_run_callbacks(game.runtime);
        long long in_clef = nanoseconds() - start;
        if (in_clef > slowest)
            slowest = in_clef;

        /* Play and draw here. */
        frames++;
        long long next = start + FRAME;
        struct timespec wake_up = {.tv_sec = (time_t)(next / NANOSECONDS),
                                   .tv_nsec = (long)(next % NANOSECONDS)};
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &wake_up, NULL) == EINTR)
            ;
        start = nanoseconds();
    }
    printf("%ld frames; the slowest spent %lld microseconds in clef\n", frames, slowest / 1000);

done:
    if (game.error)
        fprintf(stderr, "%s: %s\n", clef_status_name(clef_error_status(game.error)),
                clef_error_message(game.error));
    clef_runtime_free(game.runtime); /* what is still under way completes here, as cancelled */
    clef_error_free(game.error);
    clef_refreshing_token_free(game.token);
    clef_user_auth_free(login);
    clef_credentials_free(credentials);
    clef_credentials_free(plain);
    return game.is_over ? EXIT_SUCCESS : EXIT_FAILURE;
}

/*
 * An event loop: one thread that sleeps in poll(2) until there is something to do, be it input from
 * the user or something of clef's. Logs the user in with PKCE and refreshes the token; clef calls
 * back from clef_runtime_run_callbacks alone. The same goes for epoll, GLib, Qt and libuv: watch
 * the descriptor, and run the callbacks when it is readable.
 *
 *     cc event_loop.c -lclef -o event_loop
 *     CLIENT_ID=... REDIRECT_URI=http://127.0.0.1:8888/callback ./event_loop
 */
#define _POSIX_C_SOURCE 200809L
#include <clef.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct program {
    clef_runtime *runtime;
    clef_user_auth *login;
    clef_refreshing_token *token; /* NULL until the user is logged in */
    clef_error *error;
    bool is_done;
    char line[8192]; /* what the user has pasted so far */
    size_t length;
};

/* Runs in the loop, and may start the next thing. */
static void on_refreshed(void *user_data, const clef_operation *operation)
{
    struct program *program = user_data;
    char *access_token = NULL;
    if (clef_operation_access_token(operation, &access_token, &program->error) != CLEF_STATUS_OK)
        return;
    printf("Access token: %.4s... (%zu characters)\n", access_token, strlen(access_token));
    clef_string_free(access_token); /* wiped, since it is a secret */
    program->is_done = true;
}

static void on_logged_in(void *user_data, const clef_operation *operation)
{
    struct program *program = user_data;
    if (clef_operation_refreshing_token(operation, &program->token, &program->error) !=
        CLEF_STATUS_OK)
        return;
    printf("Logged in\n");
    /* A real program has clef_refreshing_token_keep_fresh do this, an hour later. */
    (void)clef_refreshing_token_refresh_start(program->token, program->runtime, on_refreshed,
                                              program, NULL, NULL, &program->error);
}

/* The user has pasted something; false until that is a whole line. Then its URL is checked, and its
 * code is traded in the background. */
static bool on_input(struct program *program)
{
    size_t room = sizeof program->line - 1 - program->length;
    ssize_t length = read(STDIN_FILENO, program->line + program->length, room);
    if (length > 0)
        program->length += (size_t)length;
    size_t end = strcspn(program->line, "\r\n");
    if (length > 0 && (size_t)length < room && end == program->length)
        return false;
    program->line[end] = '\0';
    (void)clef_user_auth_request_refreshing_token_from_url_start(
        program->login, program->line, program->runtime, on_logged_in, program, NULL, NULL,
        &program->error);
    return true;
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

    struct program program = {.is_done = false};
    clef_credentials *plain = NULL, *credentials = NULL;
    if (clef_runtime_new(&program.runtime, &program.error) != CLEF_STATUS_OK ||
        clef_credentials_new(client_id, NULL, redirect_uri, NULL, &plain, &program.error) !=
            CLEF_STATUS_OK ||
        clef_credentials_with_accounts_url(plain, accounts_url, &credentials, &program.error) !=
            CLEF_STATUS_OK ||
        clef_user_auth_new(credentials, NULL, CLEF_AUTH_PKCE, &program.login, &program.error) !=
            CLEF_STATUS_OK)
        goto done;
    printf("Log in here:\n%s\nThen paste the URL that you are sent to:\n",
           clef_user_auth_url(program.login));
    fflush(stdout);

    struct pollfd events[2] = {{.fd = clef_runtime_fd(program.runtime), .events = POLLIN},
                               {.fd = STDIN_FILENO, .events = POLLIN}};
    if (events[0].fd < 0) {
        fprintf(stderr, "No descriptor to wait for: use clef_runtime_wait\n");
        goto done;
    }
    long turns = 0;
    while (!program.is_done && !program.error) {
        if (poll(events, 2, -1) < 0) {
            if (errno == EINTR)
                continue;
            perror("poll");
            break;
        }
        if (events[1].revents && on_input(&program))
            events[1].fd = -1; /* there is nothing more to paste */
        if (events[0].revents) {
            clef_runtime_run_callbacks(program.runtime);
            turns++;
        }
    }
    printf("clef had something to run %ld times\n", turns);

done:
    if (program.error)
        fprintf(stderr, "%s: %s\n", clef_status_name(clef_error_status(program.error)),
                clef_error_message(program.error));
    clef_runtime_free(program.runtime); /* what is still under way completes here, as cancelled */
    clef_error_free(program.error);
    clef_refreshing_token_free(program.token);
    clef_user_auth_free(program.login);
    clef_credentials_free(credentials);
    clef_credentials_free(plain);
    return program.is_done ? EXIT_SUCCESS : EXIT_FAILURE;
}

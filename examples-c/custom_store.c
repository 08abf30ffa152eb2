/*
 * A store of your own: clef hands you each thing to load, save or remove, and you keep it where you
 * like, here in one file. It keeps a client token, so that a program that runs once a minute asks
 * the service for one once an hour. redis_store.c is the same for many processes.
 *
 *     cc custom_store.c -lclef -o custom_store
 *     CLIENT_ID=... CLIENT_SECRET=... ./custom_store tokens.txt
 */
#define _POSIX_C_SOURCE 200809L
#include <clef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The file has one line with the key and one with the value. Nothing is stored: no file. */
static void load(const char *path, clef_store_task *task)
{
    char text[16384], *value;
    FILE *file = fopen(path, "r");
    if (file) {
        text[fread(text, 1, sizeof text - 1, file)] = '\0';
        fclose(file);
        value = strchr(text, '\n');
        if (value)
            *value++ = '\0';
        if (value && strcmp(text, clef_store_task_key(task)) == 0)
            (void)clef_store_task_set_value(task, value, NULL, NULL);
    }
    clef_store_task_done(task);
}

/* Puts a new file in place of the old one: a crash leaves one of the two, never half a token. */
static void save(const char *path, clef_store_task *task)
{
    char temporary[4096];
    snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
    int descriptor = mkstemp(temporary); /* nobody else may read it: its mode is 0600 */
    FILE *file = descriptor < 0 ? NULL : fdopen(descriptor, "w");
    bool is_saved =
        file &&
        fprintf(file, "%s\n%s", clef_store_task_key(task), clef_store_task_value(task)) > 0 &&
        fflush(file) == 0 && fsync(descriptor) == 0;
    if (file)
        is_saved = fclose(file) == 0 && is_saved;
    if (is_saved && rename(temporary, path) == 0)
        clef_store_task_done(task);
    else
        clef_store_task_fail(task, CLEF_STATUS_IO, "the token could not be written");
}

/* It answers in the call. You may also keep the task, and end it later from any thread. */
static void run(void *path, clef_store_task *task)
{
    switch (clef_store_task_kind(task)) {
    case CLEF_STORE_TASK_LOAD:
        load(path, task);
        break;
    case CLEF_STORE_TASK_SAVE:
        save(path, task);
        break;
    case CLEF_STORE_TASK_REMOVE:
        remove(path);
        clef_store_task_done(task);
        break;
    default: /* one process needs no lock, and this file has one account */
        clef_store_task_fail(task, CLEF_STATUS_UNSUPPORTED, NULL);
    }
}

int main(int argc, char **argv)
{
    const char *client_id = getenv("CLIENT_ID");
    const char *client_secret = getenv("CLIENT_SECRET");
    const char *accounts_url = getenv("ACCOUNTS_URL"); /* the sandbox, say; see sandbox/ */
    if (argc != 2 || !client_id || !client_secret) {
        fprintf(stderr, "Set CLIENT_ID and CLIENT_SECRET, and give the file to keep tokens in\n");
        return EXIT_FAILURE;
    }
    if (!accounts_url)
        accounts_url = "https://accounts.spotify.com";

    int exit_status = EXIT_FAILURE;
    clef_error *error = NULL;
    clef_credentials *plain = NULL, *credentials = NULL;
    clef_token_store *store = NULL;
    clef_token *token = NULL;

    if (clef_credentials_new(client_id, client_secret, NULL, NULL, &plain, &error) !=
            CLEF_STATUS_OK ||
        clef_credentials_with_accounts_url(plain, accounts_url, &credentials, &error) !=
            CLEF_STATUS_OK ||
        clef_token_store_new_custom(run, argv[1], NULL, &store, &error) != CLEF_STATUS_OK)
        goto done;

    clef_status status = clef_token_store_load(store, credentials, NULL, &token, &error);
    if (status == CLEF_STATUS_NOT_FOUND) {
        clef_error_free(error);
        error = NULL;
    } else if (status != CLEF_STATUS_OK) {
        goto done;
    }
    bool is_good = token && !clef_token_is_expiring(token);
    if (!is_good) {
        clef_token_free(token);
        if (clef_credentials_request_client_token(credentials, &token, &error) != CLEF_STATUS_OK ||
            clef_token_store_save(store, credentials, NULL, token, &error) != CLEF_STATUS_OK)
            goto done;
    }
    printf("Access token, %s: %.4s..., for %lld seconds\n", is_good ? "as stored" : "a new one",
           clef_token_access_token(token), (long long)clef_token_expires_in(token));
    exit_status = EXIT_SUCCESS;

done:
    if (error)
        fprintf(stderr, "%s: %s\n", clef_status_name(clef_error_status(error)),
                clef_error_message(error));
    clef_error_free(error);
    clef_token_free(token);
    clef_token_store_free(store);
    clef_credentials_free(credentials);
    clef_credentials_free(plain);
    return exit_status;
}

/* The verbs of README.md that begin something in the background, and those for other processes. */
#ifndef BACKGROUND_H
#define BACKGROUND_H

#include "verbs_logins.h"
#include "verbs_refreshing.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

/* Begins a step: sets what it gives, its operation or its thread. */
#define START(name) \
    static clef_status start_##name(struct step *step, struct work *work, clef_error **error)

/* What every start takes after its own arguments: no callback, since `wait` waits. */
#define IN_BACKGROUND runtime_of(step->play), NULL, NULL, NULL, &work->operation, error

START(access_token)
{
    work->gives = TEXT;
    return clef_refreshing_token_access_token_start(REFRESHING_OF(step), IN_BACKGROUND);
}

START(refresh_now)
{
    work->gives = NOTHING;
    return clef_refreshing_token_refresh_start(REFRESHING_OF(step), IN_BACKGROUND);
}

START(send)
{
    work->gives = TOKEN;
    return clef_http_request_start(REQUEST_OF(step), IN_BACKGROUND);
}

START(request_token)
{
    const char *code = needed(step, "code"), *state = needed(step, "state");
    work->gives = is_set(step, "refreshing") ? REFRESHING : TOKEN;
    if (work->gives == REFRESHING)
        return clef_user_auth_request_refreshing_token_start(AUTH_OF(step), code, state,
                                                             IN_BACKGROUND);
    return clef_user_auth_request_token_start(AUTH_OF(step), code, state, IN_BACKGROUND);
}

START(request_token_from_url)
{
    const char *url = needed(step, "url");
    work->gives = is_set(step, "refreshing") ? REFRESHING : TOKEN;
    if (work->gives == REFRESHING)
        return clef_user_auth_request_refreshing_token_from_url_start(AUTH_OF(step), url,
                                                                      IN_BACKGROUND);
    return clef_user_auth_request_token_from_url_start(AUTH_OF(step), url, IN_BACKGROUND);
}

START(open)
{
    work->gives = REFRESHING;
    return clef_refreshing_token_open_start(STORE_OF(step), CREDENTIALS_OF(step),
                                            text(step, "account"), IN_BACKGROUND);
}

START(login)
{
    clef_status status;
    work->gives = REFRESHING;
    clef_login_options *options = login_options(step, &status, error);
    if (status == CLEF_STATUS_OK)
        status =
            clef_login_start(CREDENTIALS_OF(step), scopes(step, "scopes"), options, IN_BACKGROUND);
    clef_login_options_free(options);
    return status;
}

static void *wait_for_redirect(void *data)
{
    struct work *work = data;
    work->status = clef_redirect_listener_wait(work->listener, work->state, work->timeout_ms,
                                               &work->url, &work->error);
    return NULL;
}

START(redirect_wait)
{
    (void)error;
    work->gives = TEXT;
    work->listener = LISTENER_OF(step);
    work->state = text(step, "state") ? strdup(text(step, "state")) : NULL;
    work->timeout_ms = number(step, "timeout_ms", 20000);
    work->has_thread = pthread_create(&work->thread, NULL, wait_for_redirect, work) == 0;
    return CLEF_STATUS_OK;
}

static const struct start {
    const char *verb;
    clef_status (*start)(struct step *step, struct work *work, clef_error **error);
} starts[] = {
    {"access_token", start_access_token},
    {"refresh_now", start_refresh_now},
    {"send", start_send},
    {"request_token", start_request_token},
    {"request_token_from_url", start_request_token_from_url},
    {"open", start_open},
    {"login", start_login},
    {"redirect_wait", start_redirect_wait},
};

static clef_status begin(struct step *step, const struct start *start, struct value *result)
{
    struct work *work = calloc(1, sizeof *work);
    work->status = start->start(step, work, &work->error);
    return give(result, CLEF_STATUS_OK, WORK, work);
}

VERB(cancel)
{
    UNUSED;
    struct work *work = object(step, "work", WORK);
    if (work && work->has_thread)
        clef_redirect_listener_cancel(work->listener);
    else if (work)
        clef_operation_cancel(work->operation);
    return CLEF_STATUS_OK;
}

/* What the operation gives, once it is done. */
static clef_status take_result(const struct work *work, struct value *result, clef_error **error)
{
    char *access_token = NULL;
    clef_token *token = NULL;
    clef_refreshing_token *refreshing = NULL;
    clef_status status;
    switch (work->gives) {
    case TEXT:
        status = clef_operation_access_token(work->operation, &access_token, error);
        return give_string(result, status, access_token);
    case TOKEN:
        status = clef_operation_token(work->operation, &token, error);
        return give(result, status, TOKEN, token);
    case REFRESHING:
        status = clef_operation_refreshing_token(work->operation, &refreshing, error);
        return give(result, status, REFRESHING, refreshing);
    default:
        return clef_operation_status(work->operation, error);
    }
}

VERB(wait)
{
    struct work *work = object(step, "work", WORK);
    if (!work)
        return CLEF_STATUS_OK;
    if (work->has_thread) {
        pthread_join(work->thread, NULL);
        work->has_thread = false;
    }
    if (!work->operation) {
        *error = work->error;
        work->error = NULL;
        return work->status == CLEF_STATUS_OK ? give_text(result, text_or_none(work->url))
                                              : work->status;
    }
    clef_status status = clef_operation_wait(work->operation, -1, error);
    return status == CLEF_STATUS_OK ? take_result(work, result, error) : status;
}

/* Other processes */

/* What the runner was started with. */
static struct {
    char *program, *scenarios;
} self;

#define MAX_PROCESSES 16

/* The runner again, for a fragment; its output comes through `output`. */
static pid_t start_again(const struct step *step, FILE **output)
{
    int pipe_ends[2];
    char *arguments[MAX_WORDS + 6];
    int count = 0;
    arguments[count++] = strdup(self.program);
    arguments[count++] = strdup(self.scenarios);
    arguments[count++] = strdup(sandbox_url);
    arguments[count++] = strdup(step->play->directory);
    arguments[count++] = strdup(needed(step, "fragment"));
    for (int i = 0; i < step->argument_count; i++)
        if (!is_among("fragment processes", step->arguments[i].name))
            arguments[count++] = print("%s=%s", step->arguments[i].name, step->arguments[i].value);
    arguments[count] = NULL;

    extern char **environ;
    pid_t process = -1;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    if (pipe2(pipe_ends, O_CLOEXEC) != 0 ||
        posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDOUT_FILENO) != 0 ||
        posix_spawn(&process, self.program, &actions, NULL, arguments, environ) != 0)
        sandbox_die("the runner does not start again");
    posix_spawn_file_actions_destroy(&actions);
    close(pipe_ends[1]);
    *output = fdopen(pipe_ends[0], "r");
    while (count > 0)
        free(arguments[--count]);
    return process;
}

/* Reads what it says to its end; gives the text that it gave, to be freed. */
static char *hear_out(struct play *play, pid_t process, FILE *output)
{
    char *line = NULL, *given = NULL;
    size_t room = 0;
    int status = -1;
    while (getline(&line, &room, output) >= 0) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "given ", 6) == 0)
            take(&given, line + 6);
        else if (strncmp(line, "FAILED ", 7) == 0)
            complain(play, "in another process: %s", line + 7);
    }
    free(line);
    fclose(output);
    waitpid(process, &status, 0);
    if (status != 0)
        complain(play, "another process failed");
    return given ? given : strdup("");
}

VERB(in_another_process)
{
    UNUSED;
    pid_t processes[MAX_PROCESSES];
    FILE *outputs[MAX_PROCESSES];
    const long long count = number(step, "processes", 1);
    if (count < 1 || count > MAX_PROCESSES) {
        complain(step->play, "too many processes");
        return CLEF_STATUS_OK;
    }
    for (int i = 0; i < count; i++)
        processes[i] = start_again(step, &outputs[i]);
    char *first = NULL;
    for (int i = 0; i < count; i++) {
        char *given = hear_out(step->play, processes[i], outputs[i]);
        if (first && strcmp(first, given) != 0)
            complain(step->play, "not all processes gave the same");
        if (first)
            free(given);
        else
            first = given;
    }
    return give_text(result, first);
}

VERB(give)
{
    UNUSED;
    printf("given %s\n", needed(step, "text"));
    return CLEF_STATUS_OK;
}

#endif

/* What clef calls of the runner's, and HTTP that it carries: senders, listeners, users. */
#ifndef HOST_H
#define HOST_H

#include "step.h"

#define SPOTIFY "https://accounts.spotify.com"

/* HTTP answers of the sandbox, as sandbox_request gives them */

static inline int status_of(const char *answer)
{
    return strncmp(answer, "HTTP/1.1 ", 9) == 0 ? atoi(answer + 9) : 0;
}

/* The answer as clef takes it, headers and all. Ends the headers of `answer` with NULs. */
static inline clef_http_response *response_of(char *answer)
{
    clef_http_response *response = NULL;
    char *body = strstr(answer, "\r\n\r\n");
    if (!body)
        sandbox_die("no HTTP");
    *body = '\0';
    body += 4;
    if (clef_http_response_new(status_of(answer), (const uint8_t *)body, strlen(body), &response,
                               NULL) != CLEF_STATUS_OK)
        sandbox_die("no response");
    char *line = strstr(answer, "\r\n");
    while (line) {
        char *name = line + 2, *value = strstr(name, ": ");
        line = strstr(name, "\r\n");
        if (line)
            *line = '\0';
        if (!value)
            continue;
        *value = '\0';
        clef_http_response_add_header(response, name, value + 2, NULL);
    }
    return response;
}

/* Sends a request of clef's to the sandbox, whichever service it is for. */
static inline clef_http_response *carry_to_sandbox(const clef_http_request *request)
{
    char *headers = strdup("");
    for (size_t i = 0; i < clef_http_request_header_count(request); i++) {
        char *longer = print("%s%s: %s\r\n", headers, clef_http_request_header_name(request, i),
                             clef_http_request_header_value(request, i));
        free(headers);
        headers = longer;
    }
    const char *authority = strstr(clef_http_request_url(request), "://") + 3;
    char *answer = sandbox_request_with(clef_http_request_method(request), strchr(authority, '/'),
                                        headers, clef_http_request_body(request, NULL));
    clef_http_response *response = response_of(answer);
    free(answer);
    free(headers);
    return response;
}

/* Senders */

static inline void take(char **place, const char *text)
{
    free(*place);
    *place = strdup(text);
}

static inline void custom_send(void *data, clef_exchange *exchange)
{
    struct custom *custom = data;
    const clef_http_request *request = clef_exchange_request(exchange);
    pthread_mutex_lock(&custom->lock);
    custom->count++;
    take(&custom->last_method, clef_http_request_method(request));
    take(&custom->last_url, clef_http_request_url(request));
    take(&custom->last_body, clef_http_request_body(request, NULL));
    pthread_mutex_unlock(&custom->lock);
    if (custom->forward) {
        clef_exchange_forward(exchange, custom->forward);
    } else if (custom->carries) {
        clef_http_response *response = carry_to_sandbox(request);
        clef_exchange_respond(exchange, response);
        clef_http_response_free(response);
    } else if (custom->answer) {
        clef_exchange_respond(exchange, custom->answer);
    } else {
        clef_exchange_fail(exchange, custom->failure, custom->flags, custom->message);
    }
}

static inline void free_custom(void *memory)
{
    struct custom *custom = memory;
    clef_http_response_free(custom->answer);
    clef_sender_free(custom->forward);
    pthread_mutex_destroy(&custom->lock);
    free(custom->message);
    free(custom->last_method);
    free(custom->last_url);
    free(custom->last_body);
    free(custom);
}

/* Listeners */

static const char *const event_names[] = {
    [CLEF_EVENT_CHANGED] = "CHANGED",
    [CLEF_EVENT_SAVE_FAILED] = "SAVE_FAILED",
    [CLEF_EVENT_REFRESH_FAILED] = "REFRESH_FAILED",
    [CLEF_EVENT_LOGIN_REQUIRED] = "LOGIN_REQUIRED",
    [CLEF_EVENT_GRANT_EXPIRING] = "GRANT_EXPIRING",
};

static inline clef_status hear(void *data, clef_event event, const clef_token *token,
                               const clef_error *error)
{
    struct listening *listening = data;
    pthread_mutex_lock(&listening->lock);
    char *longer = listening->events ? print("%s %s", listening->events, event_names[event])
                                     : strdup(event_names[event]);
    free(listening->events);
    listening->events = longer;
    if (event == CLEF_EVENT_CHANGED)
        take(&listening->access_token, clef_token_access_token(token));
    if (error)
        listening->status = clef_error_status(error);
    pthread_mutex_unlock(&listening->lock);
    return listening->answer;
}

static inline void free_listening(void *memory)
{
    struct listening *listening = memory;
    pthread_mutex_destroy(&listening->lock);
    free(listening->events);
    free(listening->access_token);
    free(listening);
}

/* A listener that asks its own token. */
struct asker {
    const clef_refreshing_token *token;
    clef_status status;
    clef_error *error;
};

static inline clef_status ask_own_token(void *data, clef_event event, const clef_token *token,
                                        const clef_error *error)
{
    struct asker *asker = data;
    char *access_token = NULL;
    (void)event, (void)token, (void)error;
    clef_error_free(asker->error);
    asker->status = clef_refreshing_token_access_token(asker->token, &access_token, &asker->error);
    clef_string_free(access_token);
    return CLEF_STATUS_OK;
}

/* Users: those who see a login */

struct user {
    char *kind;
    clef_login_attempt *attempt;
    pthread_t thread;
    bool has_thread;
};

/* What the user does in their browser, while the login waits for it. */
static inline void *browse(void *data)
{
    struct user *user = data;
    char *redirect = sandbox_log_in_as(clef_login_attempt_url(user->attempt), user->kind);
    free(visit(redirect));
    free(redirect);
    return NULL;
}

static inline void paste(const clef_login_attempt *attempt)
{
    char *redirect = sandbox_log_in(clef_login_attempt_url(attempt));
    if (clef_login_attempt_paste(attempt, redirect, NULL) != CLEF_STATUS_OK)
        sandbox_die("a login takes no pasted URL");
    free(redirect);
}

static inline void be_shown(void *data, const clef_login_attempt *attempt)
{
    struct user *user = data;
    if (strcmp(user->kind, "cancel") == 0) {
        clef_login_attempt_cancel(attempt);
    } else if (strcmp(user->kind, "paste") == 0) {
        paste(attempt);
    } else if (strcmp(user->kind, "nobody") != 0) {
        user->attempt = clef_login_attempt_clone(attempt);
        user->has_thread = pthread_create(&user->thread, NULL, browse, user) == 0;
    }
}

static inline void free_user(void *memory)
{
    struct user *user = memory;
    if (user->has_thread)
        pthread_join(user->thread, NULL);
    clef_login_attempt_free(user->attempt);
    free(user->kind);
    free(user);
}

#endif

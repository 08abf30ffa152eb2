/* What a scenario has at hand while it is played: its names, and what went wrong. */
#ifndef PLAY_H
#define PLAY_H

#include "../c/browser.h"
#include "script.h"

#include <pthread.h>
#include <stdarg.h>

/* What a name stands for */

enum kind {
    NOTHING,
    TEXT,          /* char, from malloc */
    SENDER,        /* struct sender */
    CREDENTIALS,   /* clef_credentials */
    AUTHORISATION, /* struct authorisation */
    REQUEST,       /* clef_http_request */
    TOKEN,         /* clef_token */
    REFRESHING,    /* clef_refreshing_token */
    AUTH,          /* clef_user_auth */
    LISTENER,      /* clef_redirect_listener */
    LISTENING,     /* struct listening */
    STORE,         /* clef_token_store */
    ACCOUNTS,      /* clef_accounts */
    WORK,          /* struct work */
};

struct value {
    enum kind kind;
    void *object;
};

struct name {
    char *name;
    struct value value;
};

/* Memory that clef may call back with, so it is freed when nothing of clef is left. */
struct kept {
    void *memory;
    void (*free)(void *memory);
};

#define MAX_NAMES 64

struct play {
    struct name names[MAX_NAMES]; /* the newest of a name counts; all live until the end */
    int name_count;
    struct kept kept[MAX_NAMES];
    int kept_count;
    clef_runtime *runtime;
    const char *directory;
    char complaint[4000]; /* the first one; empty while all is well */
};

__attribute__((format(printf, 2, 3))) static inline void complain(struct play *play,
                                                                  const char *format, ...)
{
    if (play->complaint[0])
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(play->complaint, sizeof play->complaint, format, arguments);
    va_end(arguments);
}

static inline void *keep(struct play *play, void *memory, void (*free_memory)(void *memory))
{
    if (play->kept_count == MAX_NAMES)
        sandbox_die("a scenario is too long");
    play->kept[play->kept_count++] = (struct kept){memory, free_memory};
    return memory;
}

/* Texts */

__attribute__((format(printf, 1, 2))) static inline char *print(const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        sandbox_die("no memory");
    va_end(arguments);
    return text;
}

static inline char *text_or_none(const char *text)
{
    return strdup(text ? text : "none");
}

static inline char *truth(bool is_true)
{
    return strdup(is_true ? "true" : "false");
}

/* Unix seconds, or a duration. */
static inline char *seconds(int64_t number)
{
    return number == CLEF_TIME_NEVER ? strdup("never") : print("%lld", (long long)number);
}

static inline char *point_in_time(int64_t time)
{
    return time == CLEF_TIME_UNKNOWN ? strdup("unknown") : seconds(time);
}

static inline char *owned(char *string)
{
    char *text = text_or_none(string);
    clef_string_free(string);
    return text;
}

static inline char *names_of(const clef_scope_set *scopes)
{
    return text_or_none(clef_scope_set_to_string(scopes));
}

/* The name of a status, as the scenarios have it. */
static inline const char *short_status(clef_status status)
{
    return clef_status_name(status) + strlen("CLEF_STATUS_");
}

static inline clef_status status_named(struct play *play, const char *name)
{
    for (clef_status status = CLEF_STATUS_OK; status <= CLEF_STATUS_INTERNAL; status++)
        if (strcmp(short_status(status), name) == 0)
            return status;
    complain(play, "there is no status %s", name);
    return CLEF_STATUS_INTERNAL;
}

/* The runner's own objects */

struct authorisation {
    char *url, *verifier;
};

/* A sender of the host's own: what it does with each request, and what it saw. */
struct custom {
    clef_http_response *answer;
    clef_sender *forward;
    bool carries;
    clef_status failure;
    uint32_t flags;
    char *message;
    pthread_mutex_t lock;
    int count;
    char *last_method, *last_url, *last_body;
};

struct sender {
    clef_sender *sender;
    struct custom *custom; /* NULL for the built-in ones */
};

/* What was heard of a token. */
struct listening {
    clef_status answer;
    pthread_mutex_t lock;
    char *events, *access_token;
    clef_status status;
};

/* Something under way: an operation of a runtime, or a thread that waits for a redirect. */
struct work {
    enum kind gives;
    clef_operation *operation;
    clef_redirect_listener *listener; /* borrowed */
    pthread_t thread;
    bool has_thread;
    char *state, *url;
    int64_t timeout_ms;
    clef_status status; /* of the start, or of the thread */
    clef_error *error;
};

static inline void free_work(struct work *work)
{
    if (work->has_thread) {
        clef_redirect_listener_cancel(work->listener);
        pthread_join(work->thread, NULL);
    }
    clef_operation_free(work->operation);
    clef_error_free(work->error);
    clef_string_free(work->url);
    free(work->state);
    free(work);
}

static inline void free_value(struct value value)
{
    struct authorisation *authorisation = value.object;
    struct sender *sender = value.object;
    switch (value.kind) {
    case NOTHING:
    case LISTENING: /* kept */
        break;
    case TEXT:
        free(value.object);
        break;
    case SENDER:
        clef_sender_free(sender->sender);
        free(sender);
        break;
    case CREDENTIALS:
        clef_credentials_free(value.object);
        break;
    case AUTHORISATION:
        clef_string_free(authorisation->url);
        clef_string_free(authorisation->verifier);
        free(authorisation);
        break;
    case REQUEST:
        clef_http_request_free(value.object);
        break;
    case TOKEN:
        clef_token_free(value.object);
        break;
    case REFRESHING:
        clef_refreshing_token_free(value.object);
        break;
    case AUTH:
        clef_user_auth_free(value.object);
        break;
    case LISTENER:
        clef_redirect_listener_free(value.object);
        break;
    case STORE:
        clef_token_store_free(value.object);
        break;
    case ACCOUNTS:
        clef_accounts_free(value.object);
        break;
    case WORK:
        free_work(value.object);
        break;
    }
}

/* Names */

static inline void bind_name(struct play *play, const char *name, struct value value)
{
    if (play->name_count == MAX_NAMES)
        sandbox_die("a scenario is too long");
    play->names[play->name_count++] = (struct name){strdup(name), value};
}

static inline struct value *value_named(struct play *play, const char *name)
{
    for (int i = play->name_count; i-- > 0;)
        if (strcmp(play->names[i].name, name) == 0)
            return &play->names[i].value;
    complain(play, "%s is not bound", name);
    return NULL;
}

static inline void end_play(struct play *play)
{
    for (int i = play->name_count; i-- > 0;)
        if (play->names[i].value.kind == WORK) {
            free_value(play->names[i].value);
            play->names[i].value.kind = NOTHING;
        }
    clef_runtime_free(play->runtime);
    for (int i = play->name_count; i-- > 0;) {
        free_value(play->names[i].value);
        free(play->names[i].name);
    }
    for (int i = play->kept_count; i-- > 0;)
        play->kept[i].free(play->kept[i].memory);
}

#endif

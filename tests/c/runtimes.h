/* Runtimes and their operations, and waiting that ends: a test that hangs fails by its name. */
#ifndef RUNTIMES_H
#define RUNTIMES_H

#include "exchanges.h"
#include <signal.h>

/* Far beyond GENEROUS_MS: what hangs does so for ever. */
#define TEST_SECONDS 120

static const char *running_test;

static inline void out_of_time(int signal)
{
    (void)signal;
    const char *parts[] = {"FAILED ", running_test, ": it hangs\n"};
    for (int i = 0; i < 3; i++)
        if (write(STDERR_FILENO, parts[i], strlen(parts[i])) < 0)
            break;
    _exit(3);
}

/* RUN for a test that could deadlock. */
#define RUN_BOUNDED(test) \
    do { \
        running_test = #test; \
        signal(SIGALRM, out_of_time); \
        alarm(TEST_SECONDS); \
        RUN(test); \
        alarm(0); \
    } while (0)

/* Waits for what other threads do. */
#define UNTIL(condition) \
    do { \
        int64_t give_up_ = monotonic_ms() + GENEROUS_MS; \
        bool came_ = (condition); \
        for (; !came_ && monotonic_ms() < give_up_; came_ = (condition)) \
            short_pause(); \
        if (!came_) \
            check_failed(__FILE__, __LINE__, "never: " #condition, NULL, NULL); \
    } while (0)

/* The same on the thread that pumps. */
#define PUMP_UNTIL(runtime, condition) \
    do { \
        int64_t give_up_ = monotonic_ms() + GENEROUS_MS; \
        bool came_ = (condition); \
        for (; !came_ && monotonic_ms() < give_up_; came_ = (condition)) { \
            clef_runtime_wait(runtime, 2, NULL); \
            clef_runtime_run_callbacks(runtime); \
        } \
        if (!came_) \
            check_failed(__FILE__, __LINE__, "never: " #condition, NULL, NULL); \
    } while (0)

static inline clef_runtime *new_runtime(void)
{
    clef_runtime *runtime = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_runtime_new(&runtime, &error));
    return runtime;
}

static inline clef_sender *bound(const clef_runtime *runtime, clef_send_callback send,
                                 struct script *script, int64_t timeout_ms)
{
    clef_sender *sender = NULL;
    clef_error *error = NULL;
    CHECK_OK(
        clef_runtime_new_sender(runtime, send, script, free_script, timeout_ms, &sender, &error));
    return sender;
}

static inline clef_sender *polled(int64_t timeout_ms)
{
    clef_sender *sender = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_sender_new_polled(timeout_ms, &sender, &error));
    return sender;
}

/* A token with so many seconds left; 0: expired. */
static inline clef_refreshing_token *token_with_seconds(const clef_credentials *credentials,
                                                        int64_t seconds)
{
    char json[200];
    snprintf(json, sizeof json,
             "{\"access_token\": \"old\", \"refresh_token\": \"r\", \"expires_at\": %" PRId64 "}",
             (int64_t)time(NULL) + seconds);
    clef_token *token = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_token_from_json(json, 0, &token, &error));
    clef_refreshing_token *refreshing_token = refreshing(token, credentials);
    clef_token_free(token);
    return refreshing_token;
}

static inline clef_refreshing_token *expired_token(const clef_credentials *credentials)
{
    return token_with_seconds(credentials, 0);
}

/* The access token as it is now, without a refresh. */
static inline void check_current(const clef_refreshing_token *token, const char *access_token)
{
    clef_token *current = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_refreshing_token_token(token, &current, &error));
    CHECK_STRING(clef_token_access_token(current), access_token);
    clef_token_free(current);
}

/* Asks for the access token, which blocks. */
static inline clef_status ask(const clef_refreshing_token *token)
{
    char *access_token = NULL;
    clef_status status = clef_refreshing_token_access_token(token, &access_token, NULL);
    CHECK((access_token != NULL) == (status == CLEF_STATUS_OK));
    clef_string_free(access_token);
    return status;
}

/* How an operation ended; CLEF_STATUS_BUSY before that. */
static inline clef_status status_of(const clef_operation *operation)
{
    clef_token *token = NULL;
    clef_status status = clef_operation_token(operation, &token, NULL);
    CHECK((token != NULL) == (status == CLEF_STATUS_OK));
    CHECK_INT(clef_operation_status(operation, NULL), status);
    clef_token_free(token);
    return status;
}

/* What the callback of an operation heard. */
struct heard {
    atomic_int completions, freed;
    _Atomic clef_status status;
    pthread_t thread; /* of the callback */
};

static inline void hear_completion(void *data, const clef_operation *operation)
{
    struct heard *heard = data;
    CHECK(clef_operation_is_done(operation));
    CHECK_INT(heard->freed, 0);
    heard->status = status_of(operation);
    heard->thread = pthread_self();
    heard->completions++;
}

static inline void free_heard(void *data)
{
    ((struct heard *)data)->freed++;
}

static inline void check_heard(const struct heard *heard, clef_status status)
{
    CHECK_INT(heard->completions, 1);
    CHECK_INT(heard->freed, 1);
    CHECK_INT(heard->status, status);
}

/* Begins a refresh; heard is nullable. */
static inline clef_operation *start_refresh(const clef_refreshing_token *token,
                                            const clef_runtime *runtime, struct heard *heard)
{
    clef_operation *operation = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_refreshing_token_refresh_start(token, runtime, heard ? hear_completion : NULL,
                                                 heard, heard ? free_heard : NULL, &operation,
                                                 &error));
    return operation;
}

/* Begins to ask for a client token; heard is nullable. */
static inline clef_operation *start_client_token(const clef_credentials *credentials,
                                                 const clef_runtime *runtime, struct heard *heard)
{
    clef_http_request *request = NULL;
    clef_operation *operation = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_credentials_prepare_client_token(credentials, &request, &error));
    CHECK_OK(clef_http_request_start(request, runtime, heard ? hear_completion : NULL, heard,
                                     heard ? free_heard : NULL, &operation, &error));
    clef_http_request_free(request);
    return operation;
}

/* Waits, without pumping, until the operation is done. */
static inline void check_ends(const clef_operation *operation, clef_status status)
{
    UNTIL(clef_operation_is_done(operation));
    CHECK_INT(status_of(operation), status);
}

/* What a listener heard. */
struct news {
    atomic_int changed, failed, freed;
    clef_status answer;
    pthread_t thread; /* of the last event */
    /* Nullable: to be done at each event. */
    void (*then)(struct news *news);
    clef_refreshing_token *token;
    void *more;
};

static inline clef_status hear_news(void *data, clef_event event, const clef_token *token,
                                    const clef_error *error)
{
    struct news *news = data;
    CHECK(token != NULL);
    CHECK((error != NULL) ==
          (event == CLEF_EVENT_REFRESH_FAILED || event == CLEF_EVENT_LOGIN_REQUIRED));
    news->thread = pthread_self();
    if (event == CLEF_EVENT_CHANGED)
        news->changed++;
    else if (error)
        news->failed++;
    if (news->then)
        news->then(news);
    return news->answer;
}

static inline void free_news(void *data)
{
    ((struct news *)data)->freed++;
}

static inline void listen_to(clef_refreshing_token *token, struct news *news)
{
    clef_error *error = NULL;
    news->token = token;
    CHECK_OK(clef_refreshing_token_set_listener(token, hear_news, news, free_news, &error));
}

/* A thread that pumps a runtime. */
struct pumping {
    clef_runtime *runtime;
    atomic_bool ends;
    pthread_t thread;
};

static inline void *pump_until_it_ends(void *data)
{
    struct pumping *pumping = data;
    while (!pumping->ends) {
        clef_runtime_wait(pumping->runtime, -1, NULL);
        clef_runtime_run_callbacks(pumping->runtime);
    }
    return NULL;
}

static inline void start_pumping(struct pumping *pumping, clef_runtime *runtime)
{
    pumping->runtime = runtime;
    pumping->ends = false;
    pthread_create(&pumping->thread, NULL, pump_until_it_ends, pumping);
}

static inline void stop_pumping(struct pumping *pumping)
{
    pumping->ends = true;
    clef_runtime_wake(pumping->runtime);
    pthread_join(pumping->thread, NULL);
}

/* A thread that refreshes a token and blocks meanwhile. */
struct refreshing_thread {
    const clef_refreshing_token *token;
    pthread_t thread;
    clef_status status;
    atomic_bool ended;
};

static inline void *refresh_there(void *data)
{
    struct refreshing_thread *there = data;
    there->status = clef_refreshing_token_refresh(there->token, NULL);
    there->ended = true;
    return NULL;
}

static inline void start_refresh_there(struct refreshing_thread *there,
                                       const clef_refreshing_token *token)
{
    *there = (struct refreshing_thread){.token = token};
    pthread_create(&there->thread, NULL, refresh_there, there);
}

static inline clef_status join_refresh_there(struct refreshing_thread *there)
{
    pthread_join(there->thread, NULL);
    return there->status;
}

static inline clef_status refresh_here(const clef_refreshing_token *token)
{
    return clef_refreshing_token_refresh(token, NULL);
}

#endif

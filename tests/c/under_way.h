/* Operations in each state that one can be in while it is under way, and who of clef is at it. */
#ifndef UNDER_WAY_H
#define UNDER_WAY_H

#include "hanging_lookup.h"
#include "runtimes.h"
#include "sockets.h"
#include <dirent.h>
#include <fcntl.h>

/* Calls `each` with the name of every thread of the process; gives how many of those it answered true to. */
static inline int count_threads(bool (*each)(const char *name))
{
    int count = 0;
    DIR *tasks = opendir("/proc/self/task");
    if (!tasks)
        sandbox_die("no /proc");
    for (struct dirent *task; (task = readdir(tasks));) {
        char path[300], name[32] = "";
        snprintf(path, sizeof path, "/proc/self/task/%s/comm", task->d_name);
        int file = open(path, O_RDONLY);
        if (file < 0)
            continue;
        ssize_t length = read(file, name, sizeof name - 1);
        close(file);
        name[length > 0 ? length - 1 : 0] = '\0';
        count += each(name);
    }
    closedir(tasks);
    return count;
}

static inline bool is_of_clef(const char *name)
{
    return strncmp(name, "clef-", strlen("clef-")) == 0;
}

static inline bool looks_up(const char *name)
{
    return strcmp(name, "clef-lookup") == 0;
}

/* A thread that was joined stays in /proc for a moment more, so this is to be waited for. */
static inline int clef_threads(void)
{
    return count_threads(is_of_clef);
}

/* One operation. */
struct under_way {
    clef_operation *operation;
    clef_sender *sender; /* a polled one */
    clef_exchange *exchange;
    int connection;
    bool has_sender; /* with an under_way as its user data */
    atomic_int sends, senders_freed;
    struct heard heard;
};

/* Where the requests go. */
struct places {
    struct silent_port silent;
    struct full_port full;
    char silent_https[64];
};

static inline struct places open_places(void)
{
    struct places places = {.silent = open_silent_port(), .full = open_full_port()};
    snprintf(places.silent_https, sizeof places.silent_https, "https%s",
             places.silent.url + strlen("http"));
    return places;
}

static inline void close_places(struct places *places)
{
    close(places->silent.listener);
    close_full_port(&places->full);
}

static inline clef_credentials *credentials_at(const char *url, const clef_sender *sender)
{
    clef_credentials *here = NULL, *there = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_credentials_new("client", "secret", NULL, sender, &here, &error));
    CHECK_OK(clef_credentials_with_accounts_url(here, url, &there, &error));
    clef_credentials_free(here);
    return there;
}

/* Starts a request for a client token at this URL; `sender` is nullable. */
static inline void start_at(struct under_way *under_way, const clef_runtime *runtime,
                            const char *url, const clef_sender *sender)
{
    clef_credentials *credentials = credentials_at(url, sender);
    clef_http_request *request = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_credentials_prepare_client_token(credentials, &request, &error));
    CHECK_OK(clef_http_request_start(request, runtime, hear_completion, &under_way->heard,
                                     free_heard, &under_way->operation, &error));
    clef_http_request_free(request);
    clef_credentials_free(credentials);
}

static inline void state_connecting(struct under_way *under_way, const clef_runtime *runtime,
                                    const struct places *places)
{
    int before = connections_to(places->full.port, CONNECTING);
    start_at(under_way, runtime, places->full.url, NULL);
    UNTIL(connections_to(places->full.port, CONNECTING) > before);
}

/* Its hello came, and no byte goes back. */
static inline void state_shaking_hands(struct under_way *under_way, const clef_runtime *runtime,
                                       const struct places *places)
{
    char hello;
    start_at(under_way, runtime, places->silent_https, NULL);
    under_way->connection = accept_at(&places->silent);
    CHECK(read(under_way->connection, &hello, 1) == 1 && hello == 0x16);
}

static inline void state_waiting_for_the_answer(struct under_way *under_way,
                                                const clef_runtime *runtime,
                                                const struct places *places)
{
    start_at(under_way, runtime, places->silent.url, NULL);
    under_way->connection = accept_at(&places->silent);
    read_until(under_way->connection, "client_credentials");
}

static inline void state_reading_a_body(struct under_way *under_way, const clef_runtime *runtime,
                                        const struct places *places)
{
    static const char START[] = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"access_";
    state_waiting_for_the_answer(under_way, runtime, places);
    for (size_t i = 0; i < sizeof START - 1; i++)
        CHECK(write(under_way->connection, START + i, 1) == 1);
    UNTIL(unread_by_peer(under_way->connection) == 0);
}

/* The sandbox drips on by itself. */
static inline void state_dripping(struct under_way *under_way, const clef_runtime *runtime,
                                  const struct places *places)
{
    (void)places;
    int before = sandbox_count(NULL);
    sandbox_fault("{\"kind\": \"drip\", \"drip_ms\": 20}");
    clef_credentials *credentials = sandbox_credentials(SANDBOX_CLIENT_SECRET, NULL);
    clef_http_request *request = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_credentials_prepare_client_token(credentials, &request, &error));
    CHECK_OK(clef_http_request_start(request, runtime, hear_completion, &under_way->heard,
                                     free_heard, &under_way->operation, &error));
    clef_http_request_free(request);
    clef_credentials_free(credentials);
    UNTIL(sandbox_count(NULL) > before);
}

/* `sender` is nullable. */
static inline void start_looking_up(struct under_way *under_way, const clef_runtime *runtime,
                                    const clef_sender *sender)
{
    start_at(under_way, runtime, "https://accounts" HANGING, sender);
    UNTIL(count_lookups(&lookups_hanging) > 0);
}

static inline void state_looking_up(struct under_way *under_way, const clef_runtime *runtime,
                                    const struct places *places)
{
    (void)places;
    start_looking_up(under_way, runtime, NULL);
}

static inline void keep_exchange(void *data, clef_exchange *exchange)
{
    struct under_way *under_way = data;
    under_way->exchange = exchange;
    under_way->sends++;
}

/* Has the retrying sender wait for an hour. */
static inline void ask_for_patience(void *data, clef_exchange *exchange)
{
    struct under_way *under_way = data;
    clef_http_response *response = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_http_response_new(503, (const uint8_t *)"", 0, &response, &error));
    CHECK_OK(clef_http_response_add_header(response, "Retry-After", "3600", &error));
    clef_exchange_respond(exchange, response);
    clef_http_response_free(response);
    under_way->sends++;
}

static inline void free_sender(void *data)
{
    ((struct under_way *)data)->senders_freed++;
}

static inline clef_sender *unbound_sender(clef_send_callback send, struct under_way *under_way)
{
    clef_sender *sender = NULL;
    clef_error *error = NULL;
    under_way->has_sender = true;
    CHECK_OK(clef_sender_new_custom(send, under_way, free_sender, 60000, &sender, &error));
    return sender;
}

static inline void start_through(struct under_way *under_way, const clef_runtime *runtime,
                                 clef_sender *sender)
{
    start_at(under_way, runtime, "https://nowhere.invalid", sender);
    clef_sender_free(sender);
}

static inline void pump_until_sent(struct under_way *under_way, const clef_runtime *runtime)
{
    while (under_way->sends == 0 && clef_runtime_wait(runtime, GENEROUS_MS, NULL) == CLEF_STATUS_OK)
        clef_runtime_run_callbacks(runtime);
    CHECK_INT(under_way->sends, 1);
}

static inline clef_sender *bound_sender(clef_send_callback send, struct under_way *under_way,
                                 const clef_runtime *runtime)
{
    clef_sender *sender = NULL;
    clef_error *error = NULL;
    under_way->has_sender = true;
    CHECK_OK(clef_runtime_new_sender(runtime, send, under_way, free_sender, 60000, &sender, &error));
    return sender;
}

/* Nobody pumps. */
static inline void state_sender_not_called(struct under_way *under_way, const clef_runtime *runtime,
                                           const struct places *places)
{
    (void)places;
    start_through(under_way, runtime, unbound_sender(keep_exchange, under_way));
    CHECK_INT(clef_runtime_wait(runtime, GENEROUS_MS, NULL), CLEF_STATUS_OK);
}

static inline void state_sender_not_answering(struct under_way *under_way,
                                              const clef_runtime *runtime,
                                              const struct places *places)
{
    (void)places;
    start_through(under_way, runtime, unbound_sender(keep_exchange, under_way));
    pump_until_sent(under_way, runtime);
}

static inline void state_bound_sender_not_called(struct under_way *under_way,
                                                 const clef_runtime *runtime,
                                                 const struct places *places)
{
    (void)places;
    start_through(under_way, runtime, bound_sender(keep_exchange, under_way, runtime));
    CHECK_INT(clef_runtime_wait(runtime, GENEROUS_MS, NULL), CLEF_STATUS_OK);
}

static inline void state_bound_sender_not_answering(struct under_way *under_way,
                                                    const clef_runtime *runtime,
                                                    const struct places *places)
{
    (void)places;
    start_through(under_way, runtime, bound_sender(keep_exchange, under_way, runtime));
    pump_until_sent(under_way, runtime);
}

static inline void state_polled_sender_not_answering(struct under_way *under_way,
                                                     const clef_runtime *runtime,
                                                     const struct places *places)
{
    (void)places;
    clef_error *error = NULL;
    CHECK_OK(clef_sender_new_polled(60000, &under_way->sender, &error));
    start_at(under_way, runtime, "https://nowhere.invalid", under_way->sender);
    UNTIL((under_way->exchange = clef_sender_next_exchange(under_way->sender)));
}

static inline void state_polled_sender_not_asked(struct under_way *under_way,
                                                 const clef_runtime *runtime,
                                                 const struct places *places)
{
    (void)places;
    clef_error *error = NULL;
    CHECK_OK(clef_sender_new_polled(60000, &under_way->sender, &error));
    start_at(under_way, runtime, "https://nowhere.invalid", under_way->sender);
}

static inline void state_between_retries(struct under_way *under_way, const clef_runtime *runtime,
                                         const struct places *places)
{
    (void)places;
    clef_sender *inner = unbound_sender(ask_for_patience, under_way), *sender = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_sender_new_retrying(inner, 5, -1, &sender, &error));
    clef_sender_free(inner);
    start_through(under_way, runtime, sender);
    pump_until_sent(under_way, runtime);
}

struct state {
    const char *name;
    void (*begin)(struct under_way *under_way, const clef_runtime *runtime,
                  const struct places *places);
};

#define STATE(name) {#name, state_##name}

/* Those that wait for the host's code come last: nobody may pump after them. */
static const struct state STATES[] = {
    STATE(connecting),
    STATE(shaking_hands),
    STATE(waiting_for_the_answer),
    STATE(reading_a_body),
    STATE(dripping),
    STATE(sender_not_answering),
    STATE(bound_sender_not_answering),
    STATE(polled_sender_not_answering),
    STATE(polled_sender_not_asked),
    STATE(between_retries),
    STATE(sender_not_called),
    STATE(bound_sender_not_called),
};

#define STATE_COUNT ((int)(sizeof STATES / sizeof *STATES))

/* The peer of a connection that clef has closed, or has given up, reads its end. */
static inline bool is_closed_by_peer(int connection)
{
    char rest[4096];
    ssize_t step;
    while ((step = recv(connection, rest, sizeof rest, MSG_DONTWAIT)) > 0)
        ;
    return step == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

/* It has completed once, by the thread that calls this. */
static inline void check_cancelled(const struct under_way *under_way)
{
    CHECK_INT(under_way->heard.completions, 1);
    CHECK_INT(under_way->heard.freed, 1);
    CHECK_INT(under_way->heard.status, CLEF_STATUS_CANCELLED);
    CHECK(pthread_equal(under_way->heard.thread, pthread_self()));
}

/* After it was cancelled: clef is not at it any more, and the host gives back what it has. */
static inline void end_under_way(struct under_way *under_way)
{
    if (under_way->connection > 0) {
        UNTIL(is_closed_by_peer(under_way->connection));
        close(under_way->connection);
    }
    if (under_way->exchange) {
        CHECK(clef_exchange_is_cancelled(under_way->exchange));
        clef_exchange_free(under_way->exchange);
    }
    clef_operation_free(under_way->operation);
    clef_sender_free(under_way->sender);
    CHECK_INT(under_way->senders_freed, under_way->has_sender);
}

#endif

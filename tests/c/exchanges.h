/* Custom senders that answer by a script, in each of the ways in which an exchange may end. */
#ifndef EXCHANGES_H
#define EXCHANGES_H

#include "tokens.h"
#include <pthread.h>
#include <stdatomic.h>

#define TOKEN_JSON "{\"access_token\": \"new\", \"token_type\": \"Bearer\", \"expires_in\": 3600}"

/* One answer of a custom sender. */
struct step {
    int http_status; /* 0: it fails */
    const char *retry_after;
    const char *body;
    clef_status failure;
    uint32_t flags;
};

#define ANSWER(status, body) {status, NULL, body, 0, 0}
#define WAIT(status, seconds) {status, seconds, "wait", 0, 0}
#define NOT_SENT(failure) {0, NULL, NULL, CLEF_STATUS_##failure, 0}
#define SENT(failure) {0, NULL, NULL, CLEF_STATUS_##failure, CLEF_EXCHANGE_SENT}

static inline void end_exchange(clef_exchange *exchange, const struct step *step)
{
    if (step->http_status == 0) {
        clef_exchange_fail(exchange, step->failure, step->flags, "as the script says");
        return;
    }
    clef_http_response *response = NULL;
    CHECK_INT(clef_http_response_new(step->http_status, (const uint8_t *)step->body,
                                     strlen(step->body), &response, NULL),
              CLEF_STATUS_OK);
    if (step->retry_after)
        CHECK_INT(clef_http_response_add_header(response, "retry-after", step->retry_after, NULL),
                  CLEF_STATUS_OK);
    clef_exchange_respond(exchange, response);
    clef_http_response_free(response);
}

/* A custom sender's user data: it answers by a script, whose last step repeats itself. */
struct script {
    const struct step *steps;
    int count;
    atomic_int sends;
    atomic_int freed;
    _Atomic(clef_exchange *) kept; /* by keep() and answer_later() */
    pthread_t thread;
    clef_sender *more; /* nullable: the sender to forward to */
};

static inline void free_script(void *data)
{
    ((struct script *)data)->freed++;
}

static inline const struct step *next_step(struct script *script)
{
    int index = script->sends++;
    return &script->steps[index < script->count ? index : script->count - 1];
}

static inline void answer_in_place(void *data, clef_exchange *exchange)
{
    const clef_http_request *request = clef_exchange_request(exchange);
    size_t length = 0;
    const char *body = clef_http_request_body(request, &length);
    CHECK_STRING(clef_http_request_method(request), "POST");
    CHECK(strstr(clef_http_request_url(request), "/api/token") != NULL);
    CHECK_INT(strlen(body), length);
    CHECK(!clef_exchange_is_cancelled(exchange));
    end_exchange(exchange, next_step(data));
}

static inline void *answer_on_another_thread(void *data)
{
    struct script *script = data;
    end_exchange(script->kept, next_step(script));
    return NULL;
}

static inline void answer_later(void *data, clef_exchange *exchange)
{
    struct script *script = data;
    script->kept = exchange;
    pthread_create(&script->thread, NULL, answer_on_another_thread, script);
}

static inline void keep(void *data, clef_exchange *exchange)
{
    struct script *script = data;
    script->kept = exchange;
    script->sends++;
}

static inline void forward(void *data, clef_exchange *exchange)
{
    struct script *script = data;
    script->sends++;
    clef_exchange_forward(exchange, script->more);
}

static inline void let_go(void *data, clef_exchange *exchange)
{
    next_step(data);
    clef_exchange_free(exchange);
}

static inline clef_sender *custom(clef_send_callback send, struct script *script, int64_t timeout_ms)
{
    clef_sender *sender = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_sender_new_custom(send, script, free_script, timeout_ms, &sender, &error));
    return sender;
}

/* Credentials that are the sender's last user: its user data goes with them. */
static inline clef_credentials *credentials_of(clef_sender *sender)
{
    clef_credentials *credentials = sandbox_credentials(SANDBOX_CLIENT_SECRET, sender);
    clef_sender_free(sender);
    return credentials;
}

#define SCRIPT(steps) {steps, (int)(sizeof(steps) / sizeof *(steps)), 0, 0, NULL, 0, NULL}

#endif

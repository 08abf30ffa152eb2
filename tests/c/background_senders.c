/* Custom senders at work for a runtime and for threads that block: exchanges that are answered later, elsewhere, by
 * somebody else, or never. */
#include "runtimes.h"

static const struct step GOOD[] = {ANSWER(200, TOKEN_JSON)};
static const struct step NEVER_SENT = NOT_SENT(TRANSPORT);

enum kind { UNBOUND, BOUND, POLLED, KINDS };
static const char *const KIND_NAMES[] = {"unbound", "bound", "polled"};

#define FOR_EACH_KIND(kind) \
    for (int kind = 0, failures_ = check_failures; kind < KINDS; failures_ = say_where(kind++, failures_))

static int say_where(int kind, int failures)
{
    if (check_failures != failures)
        fprintf(stderr, "    with a sender that is %s\n", KIND_NAMES[kind]);
    return check_failures;
}

/* A runtime that nobody pumps but the test, and a sender whose exchanges the test gets. */
struct scene {
    struct script script;
    clef_runtime *runtime;
    clef_sender *sender;
    clef_credentials *credentials;
    clef_refreshing_token *token;
};

static void set_scene(struct scene *scene, enum kind kind, clef_send_callback send,
                      int64_t timeout_ms)
{
    *scene = (struct scene){.script = SCRIPT(GOOD), .runtime = new_runtime()};
    switch (kind) {
    case BOUND: scene->sender = bound(scene->runtime, send, &scene->script, timeout_ms); break;
    case POLLED: scene->sender = polled(timeout_ms); break;
    default: scene->sender = custom(send, &scene->script, timeout_ms);
    }
    scene->credentials = sandbox_credentials(SANDBOX_CLIENT_SECRET, scene->sender);
    scene->token = expired_token(scene->credentials);
}

static void free_all_but_the_runtime(struct scene *scene)
{
    clef_refreshing_token_free(scene->token);
    clef_credentials_free(scene->credentials);
    clef_sender_free(scene->sender);
}

static void clear_scene(struct scene *scene, enum kind kind)
{
    free_all_but_the_runtime(scene);
    clef_runtime_free(scene->runtime);
    if (kind != POLLED)
        CHECK_INT(scene->script.freed, 1);
}

/* The next exchange; whoever sends waits for it. */
static clef_exchange *next_exchange(struct scene *scene, enum kind kind)
{
    clef_exchange *exchange = NULL;
    if (kind == POLLED)
        UNTIL((exchange = clef_sender_next_exchange(scene->sender)) != NULL);
    else
        PUMP_UNTIL(scene->runtime,
                   (exchange = atomic_exchange(&scene->script.kept, NULL)) != NULL);
    CHECK(!clef_exchange_is_cancelled(exchange));
    return exchange;
}

enum ending { ANSWERED, REFUSED, FAILED, LET_GO, FORWARDED_TO_NOBODY, ENDINGS };
static const clef_status STATUSES[] = {CLEF_STATUS_OK, CLEF_STATUS_HTTP, CLEF_STATUS_TRANSPORT,
                                       CLEF_STATUS_TRANSPORT, CLEF_STATUS_INVALID_ARGUMENT};

struct end {
    clef_exchange *exchange;
    enum ending ending;
};

static void *end_it(void *data)
{
    static const struct step REFUSAL = ANSWER(404, "");
    const struct end *end = data;
    switch (end->ending) {
    case ANSWERED: end_exchange(end->exchange, GOOD); break;
    case REFUSED: end_exchange(end->exchange, &REFUSAL); break;
    case FAILED: end_exchange(end->exchange, &NEVER_SENT); break;
    case LET_GO: clef_exchange_free(end->exchange); break;
    default: clef_exchange_forward(end->exchange, NULL);
    }
    return NULL;
}

static void end_on_another_thread(struct end *end)
{
    pthread_t thread;
    pthread_create(&thread, NULL, end_it, end);
    pthread_join(thread, NULL);
}

static void an_exchange_ends_later_in_the_background(void)
{
    FOR_EACH_KIND(kind) {
        for (int ending = 0; ending < ENDINGS; ending++) {
            for (int elsewhere = 0; elsewhere < 2; elsewhere++) {
                struct scene scene;
                struct heard heard = {0};
                set_scene(&scene, kind, keep, GENEROUS_MS);
                clef_operation *operation = start_refresh(scene.token, scene.runtime, &heard);
                struct end end = {next_exchange(&scene, kind), ending};
                CHECK(!clef_operation_is_done(operation));
                if (elsewhere)
                    end_on_another_thread(&end);
                else
                    end_it(&end);
                PUMP_UNTIL(scene.runtime, heard.freed);
                check_heard(&heard, STATUSES[ending]);
                clef_operation_free(operation);
                clear_scene(&scene, kind);
            }
        }
    }
}

static void an_exchange_ends_later_for_a_thread_that_blocks(void)
{
    FOR_EACH_KIND(kind) {
        for (int ending = 0; ending < ENDINGS; ending++) {
            struct scene scene;
            struct refreshing_thread there;
            set_scene(&scene, kind, keep, GENEROUS_MS);
            start_refresh_there(&there, scene.token);
            struct end end = {next_exchange(&scene, kind), ending};
            CHECK(!there.ended);
            end_it(&end);
            CHECK_INT(join_refresh_there(&there), STATUSES[ending]);
            clear_scene(&scene, kind);
        }
    }
}

static void what_is_never_answered_is_a_timeout(void)
{
    FOR_EACH_KIND(kind) {
        for (int late = 0; late < ENDINGS; late++) {
            struct scene scene;
            struct heard heard = {0};
            struct refreshing_thread there;
            set_scene(&scene, kind, keep, 100);
            clef_operation *operation = start_client_token(scene.credentials, scene.runtime, &heard);
            struct end end = {next_exchange(&scene, kind), late};
            check_ends(operation, CLEF_STATUS_TIMEOUT);
            CHECK(clef_exchange_is_cancelled(end.exchange));
            CHECK(clef_http_request_body(clef_exchange_request(end.exchange), NULL) != NULL);
            /* A late answer is dropped. */
            end_it(&end);
            PUMP_UNTIL(scene.runtime, heard.freed);
            check_heard(&heard, CLEF_STATUS_TIMEOUT);

            start_refresh_there(&there, scene.token);
            end.exchange = next_exchange(&scene, kind);
            CHECK_INT(join_refresh_there(&there), CLEF_STATUS_TIMEOUT);
            CHECK(clef_exchange_is_cancelled(end.exchange));
            end_it(&end);
            check_current(scene.token, "old");
            clef_operation_free(operation);
            clear_scene(&scene, kind);
        }
    }
}

/* What nobody takes is a timeout as well, and is not handed over afterwards; but for an unbound sender, whose time has
 * not begun. */
static void the_time_in_the_queue_counts_for_bound_and_polled_senders(void)
{
    FOR_EACH_KIND(kind) {
        struct scene scene;
        struct refreshing_thread there;
        set_scene(&scene, kind, keep, 100);
        clef_operation *operation = start_client_token(scene.credentials, scene.runtime, NULL);
        if (kind == UNBOUND) {
            int64_t start = monotonic_ms();
            UNTIL(monotonic_ms() - start > 300);
            CHECK(!clef_operation_is_done(operation));
            struct end end = {next_exchange(&scene, kind), ANSWERED};
            end_it(&end);
            check_ends(operation, CLEF_STATUS_OK);
        } else {
            check_ends(operation, CLEF_STATUS_TIMEOUT);
            clef_runtime_run_callbacks(scene.runtime);
            CHECK(clef_sender_next_exchange(scene.sender) == NULL);

            start_refresh_there(&there, scene.token);
            CHECK_INT(join_refresh_there(&there), CLEF_STATUS_TIMEOUT);
            clef_runtime_run_callbacks(scene.runtime);
            CHECK(clef_sender_next_exchange(scene.sender) == NULL);
            CHECK_INT(scene.script.sends, 0);
        }
        clef_operation_free(operation);
        clear_scene(&scene, kind);
    }
}

static void a_cancelled_operation_cancels_its_exchange(void)
{
    FOR_EACH_KIND(kind) {
        for (int ending = 0; ending < ENDINGS; ending++) {
            struct scene scene;
            struct heard heard = {0};
            set_scene(&scene, kind, keep, -1);
            clef_operation *operation =
                start_client_token(scene.credentials, scene.runtime, &heard);
            struct end end = {next_exchange(&scene, kind), ending};
            clef_operation_cancel(operation);
            CHECK(clef_operation_is_done(operation));
            CHECK_INT(status_of(operation), CLEF_STATUS_CANCELLED);
            UNTIL(clef_exchange_is_cancelled(end.exchange));
            end_it(&end);
            PUMP_UNTIL(scene.runtime, heard.freed);
            check_heard(&heard, CLEF_STATUS_CANCELLED);
            clef_operation_free(operation);
            clear_scene(&scene, kind);
        }
    }
}

static clef_operation *cancelled_while_sending;

static void send_until_cancelled(void *data, clef_exchange *exchange)
{
    (void)data;
    CHECK(!clef_exchange_is_cancelled(exchange));
    clef_operation_cancel(cancelled_while_sending);
    UNTIL(clef_exchange_is_cancelled(exchange));
    clef_exchange_free(exchange);
}

/* The one thread that pumps is in `send` all the time. */
static void a_send_that_blocks_hears_that_it_is_cancelled(void)
{
    FOR_EACH_KIND(kind) {
        if (kind == POLLED)
            continue;
        struct scene scene;
        struct heard heard = {0};
        set_scene(&scene, kind, send_until_cancelled, -1);
        cancelled_while_sending = start_client_token(scene.credentials, scene.runtime, &heard);
        PUMP_UNTIL(scene.runtime, heard.freed);
        check_heard(&heard, CLEF_STATUS_CANCELLED);
        clef_operation_free(cancelled_while_sending);
        clear_scene(&scene, kind);
    }
}

/* Before the host has it, nothing is lost; it never gets to see it. */
static void what_is_cancelled_in_the_queue_is_not_handed_over(void)
{
    FOR_EACH_KIND(kind) {
        struct scene scene;
        set_scene(&scene, kind, keep, GENEROUS_MS);
        clef_operation *operation = start_refresh(scene.token, scene.runtime, NULL);
        if (kind != POLLED)
            CHECK_INT(clef_runtime_wait(scene.runtime, GENEROUS_MS, NULL), CLEF_STATUS_OK);
        clef_operation_cancel(operation);
        check_ends(operation, CLEF_STATUS_CANCELLED);
        clef_operation_free(operation);
        /* The work has ended when the runtime has. */
        clef_error *error = NULL;
        CHECK_OK(clef_runtime_close(scene.runtime, -1, &error));
        CHECK(clef_sender_next_exchange(scene.sender) == NULL);
        CHECK_INT(scene.script.sends, 0);
        clear_scene(&scene, kind);
    }
}

/* A refresh that the host has may be spent: it goes on without the operation, and the token keeps it. */
static void a_cancelled_refresh_is_kept(void)
{
    const int64_t timeouts[] = {GENEROUS_MS, -1};
    FOR_EACH_KIND(kind) {
        for (int i = 0; i < 2; i++) {
            struct scene scene;
            struct news news = {0};
            set_scene(&scene, kind, keep, timeouts[i]);
            listen_to(scene.token, &news);
            clef_operation *operation = start_refresh(scene.token, scene.runtime, NULL);
            struct end end = {next_exchange(&scene, kind), ANSWERED};
            clef_operation_cancel(operation);
            check_ends(operation, CLEF_STATUS_CANCELLED);
            CHECK(!clef_exchange_is_cancelled(end.exchange));
            end_it(&end);
            PUMP_UNTIL(scene.runtime, news.changed);
            CHECK_INT(ask(scene.token), CLEF_STATUS_OK);
            check_current(scene.token, "new");
            clef_operation_free(operation);
            clear_scene(&scene, kind);
        }
    }
}

static const clef_sender *itself;

static void forward_to_itself(void *data, clef_exchange *exchange)
{
    struct script *script = data;
    script->sends++;
    clef_exchange_forward(exchange, itself);
}

static void forwarding_in_a_circle_comes_to_an_end(void)
{
    struct scene scene;
    set_scene(&scene, UNBOUND, forward_to_itself, GENEROUS_MS);
    itself = scene.sender;
    clef_operation *operation = start_client_token(scene.credentials, scene.runtime, NULL);
    PUMP_UNTIL(scene.runtime, clef_operation_is_done(operation));
    CHECK_INT(status_of(operation), CLEF_STATUS_INTERNAL);
    CHECK_INT(scene.script.sends, 9);
    clef_operation_free(operation);
    clear_scene(&scene, UNBOUND);
}

/* A host that waits for its operations and never pumps: nothing is left for the pump. */
static void who_waits_leaves_nothing_to_the_pump(void)
{
    struct scene scene;
    set_scene(&scene, UNBOUND, answer_in_place, 0);
    for (int again = 0; again < 20; again++) {
        clef_error *error = NULL;
        clef_operation *operation = start_client_token(scene.credentials, scene.runtime, NULL);
        CHECK_OK(clef_operation_wait(operation, GENEROUS_MS, &error));
        clef_operation_free(operation);
    }
    CHECK_INT(clef_runtime_wait(scene.runtime, 0, NULL), CLEF_STATUS_TIMEOUT);
    CHECK_INT(clef_runtime_run_callbacks(scene.runtime), 0);
    clear_scene(&scene, UNBOUND);
}

/* As a value, nobody but its operation could keep it: that is not ended. */
static void a_refresh_as_a_value_that_was_sent_is_not_cancelled(void)
{
    FOR_EACH_KIND(kind) {
        struct scene scene;
        clef_http_request *request = NULL;
        clef_operation *operation = NULL;
        clef_error *error = NULL;
        set_scene(&scene, kind, keep, GENEROUS_MS);
        CHECK_OK(clef_credentials_prepare_refresh_pkce_token(scene.credentials, "kept", &request,
                                                             &error));
        CHECK_OK(clef_http_request_start(request, scene.runtime, NULL, NULL, NULL, &operation,
                                         &error));
        struct end end = {next_exchange(&scene, kind), ANSWERED};
        clef_operation_cancel(operation);
        CHECK(!clef_operation_is_done(operation));
        CHECK(!clef_exchange_is_cancelled(end.exchange));
        end_it(&end);
        check_ends(operation, CLEF_STATUS_OK);
        clef_operation_free(operation);
        clef_http_request_free(request);
        clear_scene(&scene, kind);
    }
}

/* Forwarding */

static void an_exchange_is_forwarded_to_the_built_in_sender(void)
{
    clef_error *error = NULL;
    clef_sender *http = NULL;
    CHECK_OK(clef_sender_new_http(NULL, &http, &error));
    clef_credentials *at_the_sandbox = sandbox_credentials(SANDBOX_CLIENT_SECRET, http);
    FOR_EACH_KIND(kind) {
        for (int blocks = 0; blocks < 2; blocks++) {
            struct scene scene;
            struct refreshing_thread there;
            clef_operation *operation = NULL;
            set_scene(&scene, kind, keep, GENEROUS_MS);
            clef_token *token = logged_in(at_the_sandbox, 0);
            clef_refreshing_token *user = refreshing(token, scene.credentials);
            int asked = sandbox_count("refresh_token");
            if (blocks)
                start_refresh_there(&there, user);
            else
                operation = start_refresh(user, scene.runtime, NULL);
            clef_exchange_forward(next_exchange(&scene, kind), http);
            if (blocks)
                CHECK_INT(join_refresh_there(&there), CLEF_STATUS_OK);
            else
                check_ends(operation, CLEF_STATUS_OK);
            CHECK_INT(sandbox_count("refresh_token") - asked, 1);
            clef_operation_free(operation);
            clef_refreshing_token_free(user);
            clef_token_free(token);
            clear_scene(&scene, kind);
        }
    }
    clef_credentials_free(at_the_sandbox);
    clef_sender_free(http);
}

/* From inside `send`, which does not block meanwhile: the pump goes on. */
static void send_forwards_without_blocking(void)
{
    clef_error *error = NULL;
    clef_sender *http = NULL;
    CHECK_OK(clef_sender_new_http(NULL, &http, &error));
    for (int kind = UNBOUND; kind <= BOUND; kind++) {
        struct scene scene;
        struct heard heard = {0};
        set_scene(&scene, kind, forward, GENEROUS_MS);
        scene.script.more = http;
        sandbox_fault("{\"kind\": \"delay\", \"delay_ms\": 400}");
        clef_operation *operation = start_client_token(scene.credentials, scene.runtime, &heard);
        PUMP_UNTIL(scene.runtime, scene.script.sends);
        CHECK(!clef_operation_is_done(operation));
        PUMP_UNTIL(scene.runtime, heard.freed);
        check_heard(&heard, CLEF_STATUS_OK);
        clef_operation_free(operation);
        clear_scene(&scene, kind);
    }
    clef_sender_free(http);
    sandbox_clear_faults();
}

/* Any other sender will do; its timeout holds from then on, and it says whether there is another try. */
static void an_exchange_is_forwarded_to_another_custom_sender(void)
{
    static const struct step BUSY_AT_FIRST[] = {WAIT(503, "0"), ANSWER(200, TOKEN_JSON)};
    FOR_EACH_KIND(kind) {
        struct scene scene;
        struct script behind = SCRIPT(BUSY_AT_FIRST);
        clef_error *error = NULL;
        clef_sender *other = custom(answer_in_place, &behind, 0), *retrying = NULL;
        CHECK_OK(clef_sender_new_retrying(other, 1, -1, &retrying, &error));
        set_scene(&scene, kind, keep, GENEROUS_MS);
        clef_operation *operation = start_refresh(scene.token, scene.runtime, NULL);
        clef_exchange_forward(next_exchange(&scene, kind), retrying);
        PUMP_UNTIL(scene.runtime, clef_operation_is_done(operation));
        CHECK_INT(status_of(operation), CLEF_STATUS_OK);
        CHECK_INT(behind.sends, 2);
        clef_operation_free(operation);
        clear_scene(&scene, kind);
        clef_sender_free(retrying);
        clef_sender_free(other);
        CHECK_INT(behind.freed, 1);
    }
}

/* The retrying sender outside takes it for one try, whoever carried it. */
static void a_retrying_sender_sees_through_a_forward(void)
{
    static const struct step BUSY_AT_FIRST[] = {WAIT(503, "0"), ANSWER(200, TOKEN_JSON)};
    clef_error *error = NULL;
    clef_runtime *runtime = new_runtime();
    struct script behind = SCRIPT(BUSY_AT_FIRST);
    clef_sender *carrier = custom(answer_in_place, &behind, 0), *retrying = NULL;
    struct script script = {.more = carrier};
    clef_sender *inner = custom(forward, &script, GENEROUS_MS);
    CHECK_OK(clef_sender_new_retrying(inner, 3, -1, &retrying, &error));
    clef_sender_free(inner);
    clef_credentials *credentials = credentials_of(retrying);
    clef_operation *operation = start_client_token(credentials, runtime, NULL);
    PUMP_UNTIL(runtime, clef_operation_is_done(operation));
    CHECK_INT(status_of(operation), CLEF_STATUS_OK);
    CHECK_INT(script.sends, 2);
    CHECK_INT(behind.sends, 2);
    clef_operation_free(operation);
    clef_credentials_free(credentials);
    clef_sender_free(carrier);
    clef_runtime_free(runtime);
    CHECK_INT(script.freed + behind.freed, 2);
}

/* A loop without any callback */

static void a_host_without_callbacks_polls_everything(void)
{
    struct scene scene;
    clef_error *error = NULL;
    set_scene(&scene, POLLED, NULL, GENEROUS_MS);
    clef_sender *clone = clef_sender_clone(scene.sender), *retrying = NULL;
    CHECK_OK(clef_sender_new_retrying(scene.sender, 1, 1000, &retrying, &error));
    CHECK(clef_sender_next_exchange(scene.sender) == NULL);
    clef_operation *operations[8];
    for (int i = 0; i < 8; i++)
        operations[i] = i % 2 ? start_client_token(scene.credentials, scene.runtime, NULL)
                              : start_refresh(scene.token, scene.runtime, NULL);
    int answered = 0, done = 0;
    int64_t give_up = monotonic_ms() + GENEROUS_MS;
    while (done < 8 && monotonic_ms() < give_up) {
        clef_exchange *exchange = clef_sender_next_exchange(answered % 2 ? clone : scene.sender);
        if (exchange) {
            end_exchange(exchange, GOOD);
            answered++;
        }
        done = 0;
        for (int i = 0; i < 8; i++)
            done += clef_operation_is_done(operations[i]);
        /* Only what retries polls, not the sender that it wraps. */
        CHECK(clef_sender_next_exchange(retrying) == NULL);
    }
    CHECK_INT(done, 8);
    CHECK(answered >= 5);
    for (int i = 0; i < 8; i++) {
        CHECK_INT(status_of(operations[i]), CLEF_STATUS_OK);
        clef_operation_free(operations[i]);
    }
    CHECK_INT(clef_runtime_run_callbacks(scene.runtime), 0);
    clef_sender_free(retrying);
    clef_sender_free(clone);
    clear_scene(&scene, POLLED);
}

/* Closing the runtime while the host has the exchange */

static void closing_cancels_what_nothing_is_lost_by(void)
{
    FOR_EACH_KIND(kind) {
        for (int refresh = 0; refresh < 2; refresh++) {
            struct scene scene;
            struct heard heard = {0};
            clef_error *error = NULL;
            /* A refresh without a timeout is not waited for, and anything else can be asked for again. */
            set_scene(&scene, kind, keep, refresh ? -1 : GENEROUS_MS);
            clef_operation *operation =
                refresh ? start_refresh(scene.token, scene.runtime, &heard)
                        : start_client_token(scene.credentials, scene.runtime, &heard);
            clef_exchange *exchange = next_exchange(&scene, kind);
            CHECK_OK(clef_runtime_close(scene.runtime, GENEROUS_MS, &error));
            CHECK(clef_exchange_is_cancelled(exchange));
            check_heard(&heard, CLEF_STATUS_CANCELLED);
            CHECK(pthread_equal(heard.thread, pthread_self()));
            CHECK_INT(status_of(operation), CLEF_STATUS_CANCELLED);
            end_exchange(exchange, GOOD);
            check_current(scene.token, "old");
            clef_operation_free(operation);
            clear_scene(&scene, kind);
        }
    }
}

static void closing_waits_for_a_refresh_and_keeps_it(void)
{
    FOR_EACH_KIND(kind) {
        struct scene scene;
        struct heard heard = {0};
        struct news news = {0};
        clef_error *error = NULL;
        set_scene(&scene, kind, keep, GENEROUS_MS);
        listen_to(scene.token, &news);
        clef_operation *operation = start_refresh(scene.token, scene.runtime, &heard);
        clef_exchange *exchange = next_exchange(&scene, kind);
        /* Its operation is cancelled, the refresh is not, however often that is called. */
        for (int again = 0; again < 2; again++) {
            CHECK_STATUS(clef_runtime_close(scene.runtime, 20, &error), CLEF_STATUS_TIMEOUT);
            check_heard(&heard, CLEF_STATUS_CANCELLED);
            CHECK(!clef_exchange_is_cancelled(exchange));
        }
        CHECK_STATUS(clef_refreshing_token_refresh_start(scene.token, scene.runtime, NULL, NULL,
                                                         NULL, NULL, &error),
                     CLEF_STATUS_CANCELLED);
        end_exchange(exchange, GOOD);
        CHECK_OK(clef_runtime_close(scene.runtime, -1, &error));
        CHECK_INT(news.changed, 1);
        CHECK(pthread_equal(news.thread, pthread_self()));
        check_current(scene.token, "new");
        clef_operation_free(operation);
        clear_scene(&scene, kind);
    }
}

static void *answer_when_closing(void *data)
{
    struct scene *scene = data;
    UNTIL(clef_refreshing_token_refresh_start(scene->token, scene->runtime, NULL, NULL, NULL, NULL,
                                              NULL) == CLEF_STATUS_CANCELLED);
    end_exchange(scene->script.kept, GOOD);
    return NULL;
}

/* The same without a deadline: the answer comes while it is waited for. */
static void closing_takes_as_long_as_the_refresh(void)
{
    struct scene scene;
    struct news news = {0};
    pthread_t thread;
    clef_error *error = NULL;
    set_scene(&scene, UNBOUND, keep, GENEROUS_MS);
    listen_to(scene.token, &news);
    clef_operation *operation = start_refresh(scene.token, scene.runtime, NULL);
    PUMP_UNTIL(scene.runtime, scene.script.kept);
    pthread_create(&thread, NULL, answer_when_closing, &scene);
    CHECK_OK(clef_runtime_close(scene.runtime, -1, &error));
    pthread_join(thread, NULL);
    CHECK_INT(news.changed, 1);
    check_current(scene.token, "new");
    clef_operation_free(operation);
    clear_scene(&scene, UNBOUND);
}

/* The time of the sender is the longest that it takes. */
static void closing_waits_no_longer_than_the_sender(void)
{
    struct scene scene;
    clef_error *error = NULL;
    set_scene(&scene, UNBOUND, keep, 200);
    clef_operation *operation = start_refresh(scene.token, scene.runtime, NULL);
    clef_exchange *exchange = next_exchange(&scene, UNBOUND);
    CHECK_OK(clef_runtime_close(scene.runtime, -1, &error));
    CHECK(clef_exchange_is_cancelled(exchange));
    check_current(scene.token, "old");
    clef_exchange_free(exchange);
    clef_operation_free(operation);
    clear_scene(&scene, UNBOUND);
}

static void freeing_gives_up_what_closing_had_no_time_for(void)
{
    FOR_EACH_KIND(kind) {
        struct scene scene;
        struct news news = {0};
        clef_error *error = NULL;
        set_scene(&scene, kind, keep, 60 * 60 * 1000);
        listen_to(scene.token, &news);
        clef_operation *operation = start_refresh(scene.token, scene.runtime, NULL);
        clef_exchange *exchange = next_exchange(&scene, kind);
        CHECK_STATUS(clef_runtime_close(scene.runtime, 0, &error), CLEF_STATUS_TIMEOUT);
        clef_runtime_free(scene.runtime);
        CHECK(clef_exchange_is_cancelled(exchange));
        CHECK_INT(news.changed + news.failed, 0);
        clef_exchange_free(exchange);
        clef_operation_free(operation);
        free_all_but_the_runtime(&scene);
        CHECK_INT(news.freed, 1);
        if (kind != POLLED)
            CHECK_INT(scene.script.freed, 1);
    }
}

static void a_bound_sender_ends_with_its_runtime(void)
{
    struct scene scene;
    clef_error *error = NULL;
    set_scene(&scene, BOUND, answer_in_place, GENEROUS_MS);
    clef_runtime *other = new_runtime();
    clef_operation *before = start_refresh(scene.token, other, NULL);
    CHECK_INT(clef_runtime_wait(scene.runtime, GENEROUS_MS, NULL), CLEF_STATUS_OK);
    /* It is in the queue. */
    CHECK_OK(clef_runtime_close(scene.runtime, -1, &error));
    check_ends(before, CLEF_STATUS_CANCELLED);
    clef_operation *after = start_client_token(scene.credentials, other, NULL);
    check_ends(after, CLEF_STATUS_CANCELLED);
    struct refreshing_thread there;
    start_refresh_there(&there, scene.token);
    CHECK_INT(join_refresh_there(&there), CLEF_STATUS_CANCELLED);
    CHECK_INT(scene.script.sends, 0);
    clef_operation_free(before);
    clef_operation_free(after);
    clef_runtime_free(other);
    clear_scene(&scene, BOUND);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    sandbox_url = argv[1];
    RUN_BOUNDED(an_exchange_ends_later_in_the_background);
    RUN_BOUNDED(an_exchange_ends_later_for_a_thread_that_blocks);
    RUN_BOUNDED(what_is_never_answered_is_a_timeout);
    RUN_BOUNDED(the_time_in_the_queue_counts_for_bound_and_polled_senders);
    RUN_BOUNDED(a_cancelled_operation_cancels_its_exchange);
    RUN_BOUNDED(a_send_that_blocks_hears_that_it_is_cancelled);
    RUN_BOUNDED(what_is_cancelled_in_the_queue_is_not_handed_over);
    RUN_BOUNDED(a_cancelled_refresh_is_kept);
    RUN_BOUNDED(forwarding_in_a_circle_comes_to_an_end);
    RUN_BOUNDED(who_waits_leaves_nothing_to_the_pump);
    RUN_BOUNDED(a_refresh_as_a_value_that_was_sent_is_not_cancelled);
    RUN_BOUNDED(an_exchange_is_forwarded_to_the_built_in_sender);
    RUN_BOUNDED(send_forwards_without_blocking);
    RUN_BOUNDED(an_exchange_is_forwarded_to_another_custom_sender);
    RUN_BOUNDED(a_retrying_sender_sees_through_a_forward);
    RUN_BOUNDED(a_host_without_callbacks_polls_everything);
    RUN_BOUNDED(closing_cancels_what_nothing_is_lost_by);
    RUN_BOUNDED(closing_waits_for_a_refresh_and_keeps_it);
    RUN_BOUNDED(closing_takes_as_long_as_the_refresh);
    RUN_BOUNDED(closing_waits_no_longer_than_the_sender);
    RUN_BOUNDED(freeing_gives_up_what_closing_had_no_time_for);
    RUN_BOUNDED(a_bound_sender_ends_with_its_runtime);
    return check_exit();
}

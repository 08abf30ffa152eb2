/*
 * Each way in which these could deadlock: a thread that waits for a shared refresh runs that refresh's host code itself,
 * and what only a pump or a polling thread can run is CLEF_STATUS_WOULD_BLOCK there.
 */
#include "runtimes.h"

static const struct step GOOD[] = {ANSWER(200, TOKEN_JSON)};

/* A runtime that the main thread pumps, and a token that is refreshed by a scripted sender. */
struct scene {
    struct script script;
    struct news news;
    clef_runtime *runtime;
    clef_sender *sender;
    clef_credentials *credentials;
    clef_refreshing_token *token;
    bool was_inside;
};

enum kind { UNBOUND, BOUND, POLLED };

static void set_scene(struct scene *scene, enum kind kind, clef_send_callback send,
                      int64_t seconds_left)
{
    *scene = (struct scene){.script = SCRIPT(GOOD), .runtime = new_runtime()};
    switch (kind) {
    case UNBOUND: scene->sender = custom(send, &scene->script, GENEROUS_MS); break;
    case BOUND: scene->sender = bound(scene->runtime, send, &scene->script, GENEROUS_MS); break;
    case POLLED: scene->sender = polled(GENEROUS_MS); break;
    }
    scene->credentials = sandbox_credentials(SANDBOX_CLIENT_SECRET, scene->sender);
    scene->token = token_with_seconds(scene->credentials, seconds_left);
    listen_to(scene->token, &scene->news);
    /* From now on this is the thread that pumps, and that polls. */
    CHECK_INT(clef_runtime_run_callbacks(scene->runtime), 0);
    if (kind == POLLED)
        CHECK(clef_sender_next_exchange(scene->sender) == NULL);
}

static void clear_scene(struct scene *scene)
{
    clef_refreshing_token_free(scene->token);
    clef_credentials_free(scene->credentials);
    clef_sender_free(scene->sender);
    clef_runtime_free(scene->runtime);
    CHECK_INT(scene->news.freed, 1);
}

/* Until the next call of the host's code waits for the pump: this thread runs none of it. */
static void let_a_call_come(const struct scene *scene)
{
    CHECK_INT(clef_runtime_wait(scene->runtime, GENEROUS_MS, NULL), CLEF_STATUS_OK);
}

/* Nothing failed, so far as the token knows. */
static void check_no_failure(const struct scene *scene)
{
    clef_error *last_error = NULL, *error = NULL;
    CHECK_OK(clef_refreshing_token_last_error(scene->token, &last_error, &error));
    CHECK(last_error == NULL);
    clef_error_free(last_error);
    CHECK_INT(scene->news.failed, 0);
}

/* Nor does the next try wait for anything. */
static void check_next_refresh_works(struct scene *scene)
{
    check_no_failure(scene);
    int sends = scene->script.sends, changed = scene->news.changed;
    clef_operation *operation = start_refresh(scene->token, scene->runtime, NULL);
    PUMP_UNTIL(scene->runtime, clef_operation_is_done(operation));
    CHECK_INT(status_of(operation), CLEF_STATUS_OK);
    CHECK_INT(scene->script.sends, sends + 1);
    CHECK_INT(scene->news.changed, changed + 1);
    check_no_failure(scene);
    clef_operation_free(operation);
}

/* What the pump thread waits for by blocking, it does itself. */

static void the_pump_thread_runs_an_unbound_sender_that_it_waits_for(void)
{
    struct scene scene;
    set_scene(&scene, UNBOUND, answer_in_place, 0);
    clef_operation *operation = start_refresh(scene.token, scene.runtime, NULL);
    let_a_call_come(&scene);
    CHECK_INT(scene.script.sends, 0);
    CHECK_INT(ask(scene.token), CLEF_STATUS_OK);
    CHECK_INT(scene.script.sends, 1);
    CHECK_INT(scene.news.changed, 1);
    check_ends(operation, CLEF_STATUS_OK);
    clef_operation_free(operation);
    clear_scene(&scene);
}

static void the_pump_thread_runs_a_listener_that_it_waits_for(void)
{
    struct scene scene;
    set_scene(&scene, UNBOUND, keep, 0);
    clef_operation *operation = start_refresh(scene.token, scene.runtime, NULL);
    let_a_call_come(&scene);
    clef_runtime_run_callbacks(scene.runtime);
    end_exchange(scene.script.kept, GOOD);
    let_a_call_come(&scene);
    CHECK_INT(scene.news.changed, 0);
    CHECK_INT(ask(scene.token), CLEF_STATUS_OK);
    CHECK_INT(scene.news.changed, 1);
    CHECK(pthread_equal(scene.news.thread, pthread_self()));
    clef_operation_free(operation);
    clear_scene(&scene);
}

static void the_pump_thread_runs_what_an_operation_waits_for(void)
{
    struct scene scene;
    set_scene(&scene, UNBOUND, answer_in_place, 0);
    clef_error *error = NULL;
    clef_operation *operations[2] = {start_refresh(scene.token, scene.runtime, NULL),
                                     start_client_token(scene.credentials, scene.runtime, NULL)};
    for (int i = 0; i < 2; i++) {
        CHECK_OK(clef_operation_wait(operations[i], GENEROUS_MS, &error));
        CHECK_INT(status_of(operations[i]), CLEF_STATUS_OK);
        clef_operation_free(operations[i]);
    }
    CHECK_INT(scene.script.sends, 2);
    clear_scene(&scene);
}

struct busy {
    atomic_bool is_in, leaves;
};

static void stay(void *data, const clef_operation *operation)
{
    (void)operation;
    struct busy *busy = data;
    busy->is_in = true;
    UNTIL(busy->leaves);
}

/* The pump is stuck in a callback, so another thread that waits does it all. */
static void a_waiting_thread_needs_no_pump(void)
{
    struct scene scene;
    struct pumping pumping;
    struct busy busy = {false, false};
    clef_error *error = NULL;
    set_scene(&scene, UNBOUND, answer_in_place, 0);
    clef_refreshing_token *fresh = token_with_seconds(scene.credentials, 3600);
    CHECK_OK(clef_refreshing_token_access_token_start(fresh, scene.runtime, stay, &busy, NULL, NULL,
                                                      &error));
    start_pumping(&pumping, scene.runtime);
    UNTIL(busy.is_in);
    clef_operation *operation = start_refresh(scene.token, scene.runtime, NULL);
    CHECK_INT(ask(scene.token), CLEF_STATUS_OK);
    CHECK_OK(clef_operation_wait(operation, GENEROUS_MS, &error));
    CHECK(pthread_equal(scene.news.thread, pthread_self()));
    CHECK_INT(scene.script.sends, 1);
    busy.leaves = true;
    stop_pumping(&pumping);
    clef_operation_free(operation);
    clef_refreshing_token_free(fresh);
    clear_scene(&scene);
}

/* What is bound to the pump */

static void a_bound_sender_would_block_on_the_pump_thread(void)
{
    struct scene scene;
    set_scene(&scene, BOUND, answer_in_place, 0);
    for (int again = 0; again < 2; again++) {
        CHECK_INT(refresh_here(scene.token), CLEF_STATUS_WOULD_BLOCK);
        CHECK_INT(ask(scene.token), CLEF_STATUS_WOULD_BLOCK);
        CHECK_INT(scene.script.sends, 0);
        check_no_failure(&scene);
    }
    check_next_refresh_works(&scene);
    clear_scene(&scene);
}

/* A token that is still valid is given instead, and the early refresh is not put off. */
static void a_valid_token_does_not_need_the_bound_sender(void)
{
    struct scene scene;
    set_scene(&scene, BOUND, answer_in_place, 30);
    CHECK_INT(ask(scene.token), CLEF_STATUS_OK);
    CHECK_INT(scene.script.sends, 0);
    check_current(scene.token, "old");
    check_no_failure(&scene);
    clef_operation *operation = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_refreshing_token_access_token_start(scene.token, scene.runtime, NULL, NULL, NULL,
                                                      &operation, &error));
    PUMP_UNTIL(scene.runtime, clef_operation_is_done(operation));
    CHECK_INT(scene.script.sends, 1);
    check_current(scene.token, "new");
    clef_operation_free(operation);
    clear_scene(&scene);
}

static void check_would_block_here(const struct scene *scene, const clef_operation *operation)
{
    clef_error *error = NULL;
    CHECK_INT(refresh_here(scene->token), CLEF_STATUS_WOULD_BLOCK);
    CHECK_INT(ask(scene->token), CLEF_STATUS_WOULD_BLOCK);
    CHECK_STATUS(clef_operation_wait(operation, GENEROUS_MS, &error), CLEF_STATUS_WOULD_BLOCK);
    CHECK(!clef_operation_is_done(operation));
    check_no_failure(scene);
}

static void waiting_for_a_bound_sender_would_block_until_it_has_answered(void)
{
    struct scene scene;
    clef_error *error = NULL;
    set_scene(&scene, BOUND, keep, 0);
    clef_operation *operation = start_refresh(scene.token, scene.runtime, NULL);
    let_a_call_come(&scene);
    check_would_block_here(&scene, operation);
    clef_runtime_run_callbacks(scene.runtime);
    CHECK_INT(scene.script.sends, 1);
    check_would_block_here(&scene, operation);
    /* From here on the listener alone is left, which this thread runs. */
    end_exchange(scene.script.kept, GOOD);
    CHECK_OK(clef_operation_wait(operation, GENEROUS_MS, &error));
    CHECK_INT(status_of(operation), CLEF_STATUS_OK);
    CHECK_INT(scene.news.changed, 1);
    clef_operation_free(operation);
    clear_scene(&scene);
}

/* Who waits already when the request comes to the pump is told so as well. */
static void an_operation_that_comes_to_the_pump_later_would_block(void)
{
    struct scene scene;
    clef_error *error = NULL;
    set_scene(&scene, BOUND, answer_in_place, 0);
    for (int again = 0; again < 50; again++) {
        clef_operation *operation = start_refresh(scene.token, scene.runtime, NULL);
        CHECK_STATUS(clef_operation_wait(operation, -1, &error), CLEF_STATUS_WOULD_BLOCK);
        PUMP_UNTIL(scene.runtime, clef_operation_is_done(operation));
        clef_operation_free(operation);
    }
    clear_scene(&scene);
}

static void a_bound_sender_works_from_another_thread(void)
{
    struct scene scene;
    struct refreshing_thread there;
    set_scene(&scene, BOUND, answer_in_place, 0);
    start_refresh_there(&there, scene.token);
    PUMP_UNTIL(scene.runtime, there.ended);
    CHECK_INT(join_refresh_there(&there), CLEF_STATUS_OK);
    CHECK_INT(scene.script.sends, 1);
    /* Who refreshes by blocking hears of it on that thread. */
    CHECK(pthread_equal(scene.news.thread, there.thread));
    clear_scene(&scene);
}

static void the_pump_thread_does_not_wait_for_a_thread_that_waits_for_the_pump(void)
{
    struct scene scene;
    struct refreshing_thread there;
    set_scene(&scene, BOUND, answer_in_place, 0);
    start_refresh_there(&there, scene.token);
    let_a_call_come(&scene);
    CHECK_INT(refresh_here(scene.token), CLEF_STATUS_WOULD_BLOCK);
    CHECK_INT(ask(scene.token), CLEF_STATUS_WOULD_BLOCK);
    check_no_failure(&scene);
    PUMP_UNTIL(scene.runtime, there.ended);
    CHECK_INT(join_refresh_there(&there), CLEF_STATUS_OK);
    clear_scene(&scene);
}

static void refresh_inside(void *data, const clef_operation *operation)
{
    struct scene *scene = data;
    struct pumping pumping;
    (void)operation;
    start_pumping(&pumping, scene->runtime);
    stop_pumping(&pumping);
    CHECK_INT(refresh_here(scene->token), CLEF_STATUS_WOULD_BLOCK);
    scene->was_inside = true;
}

/* Another thread has pumped last, but this one is in the middle of it. */
static void a_callback_cannot_wait_for_its_own_pump(void)
{
    struct scene scene;
    clef_error *error = NULL;
    set_scene(&scene, BOUND, answer_in_place, 0);
    clef_refreshing_token *fresh = token_with_seconds(scene.credentials, 3600);
    CHECK_OK(clef_refreshing_token_access_token_start(fresh, scene.runtime, refresh_inside, &scene,
                                                      NULL, NULL, &error));
    PUMP_UNTIL(scene.runtime, scene.was_inside);
    check_no_failure(&scene);
    clef_refreshing_token_free(fresh);
    clear_scene(&scene);
}

/* One thread waits for the runtime, and has another one pump. */
static void *wait_for_the_runtime(void *data)
{
    CHECK_INT(clef_runtime_wait(data, 0, NULL), CLEF_STATUS_TIMEOUT);
    return NULL;
}

static void a_thread_that_waits_for_the_runtime_does_not_pump_it(void)
{
    struct scene scene;
    pthread_t thread;
    set_scene(&scene, BOUND, answer_in_place, 0);
    pthread_create(&thread, NULL, wait_for_the_runtime, scene.runtime);
    pthread_join(thread, NULL);
    CHECK_INT(refresh_here(scene.token), CLEF_STATUS_WOULD_BLOCK);
    clear_scene(&scene);
}

static void a_retrying_sender_does_not_try_what_would_block_again(void)
{
    static const struct step BUSY_AT_FIRST[] = {WAIT(503, "0"), ANSWER(200, TOKEN_JSON)};
    clef_error *error = NULL;
    clef_runtime *runtime = new_runtime();
    struct script script = SCRIPT(BUSY_AT_FIRST);
    clef_sender *inner = bound(runtime, answer_in_place, &script, GENEROUS_MS), *retrying = NULL;
    CHECK_OK(clef_sender_new_retrying(inner, 5, -1, &retrying, &error));
    clef_sender_free(inner);
    clef_credentials *credentials = credentials_of(retrying);
    clef_refreshing_token *token = expired_token(credentials);
    clef_runtime_run_callbacks(runtime);
    int64_t start = monotonic_ms();
    CHECK_INT(refresh_here(token), CLEF_STATUS_WOULD_BLOCK);
    /* Five tries would wait for more than that. */
    CHECK(monotonic_ms() - start < 15000);
    CHECK_INT(script.sends, 0);

    /* While another thread waits for its second try, this one may wait for that thread, but only until then. */
    struct refreshing_thread there;
    start_refresh_there(&there, token);
    PUMP_UNTIL(runtime, script.sends == 1);
    CHECK_INT(refresh_here(token), CLEF_STATUS_WOULD_BLOCK);
    PUMP_UNTIL(runtime, there.ended);
    CHECK_INT(join_refresh_there(&there), CLEF_STATUS_OK);
    CHECK_INT(script.sends, 2);
    clef_refreshing_token_free(token);
    clef_credentials_free(credentials);
    clef_runtime_free(runtime);
    CHECK_INT(script.freed, 1);
}

static void what_the_pump_has_forwarded_is_not_up_to_it_any_more(void)
{
    clef_error *error = NULL;
    clef_runtime *runtime = new_runtime();
    struct script behind = SCRIPT(GOOD);
    clef_sender *sender = custom(keep, &behind, GENEROUS_MS);
    struct script script = {.more = sender};
    clef_credentials *credentials =
        credentials_of(bound(runtime, forward, &script, GENEROUS_MS));
    clef_operation *operation = start_client_token(credentials, runtime, NULL);
    PUMP_UNTIL(runtime, behind.kept);
    CHECK_STATUS(clef_operation_wait(operation, 10, &error), CLEF_STATUS_TIMEOUT);
    end_exchange(behind.kept, GOOD);
    CHECK_OK(clef_operation_wait(operation, GENEROUS_MS, &error));
    CHECK_INT(status_of(operation), CLEF_STATUS_OK);
    clef_operation_free(operation);
    clef_credentials_free(credentials);
    clef_sender_free(sender);
    clef_runtime_free(runtime);
    CHECK_INT(script.freed + behind.freed, 2);
}

/* What is polled */

static void a_polled_sender_would_block_on_the_thread_that_polls(void)
{
    struct scene scene;
    set_scene(&scene, POLLED, NULL, 0);
    CHECK_INT(refresh_here(scene.token), CLEF_STATUS_WOULD_BLOCK);
    CHECK_INT(ask(scene.token), CLEF_STATUS_WOULD_BLOCK);
    CHECK(clef_sender_next_exchange(scene.sender) == NULL);
    check_no_failure(&scene);
    clear_scene(&scene);
}

static clef_exchange *next_exchange(const struct scene *scene)
{
    clef_exchange *exchange = NULL;
    UNTIL((exchange = clef_sender_next_exchange(scene->sender)) != NULL);
    return exchange;
}

static void waiting_for_a_polled_sender_would_block_until_it_has_answered(void)
{
    struct scene scene;
    clef_error *error = NULL;
    set_scene(&scene, POLLED, NULL, 0);
    clef_operation *operation = start_refresh(scene.token, scene.runtime, NULL);
    CHECK_STATUS(clef_operation_wait(operation, -1, &error), CLEF_STATUS_WOULD_BLOCK);
    CHECK_STATUS(clef_operation_wait(operation, 0, &error), CLEF_STATUS_TIMEOUT);
    check_would_block_here(&scene, operation);
    clef_exchange *exchange = next_exchange(&scene);
    check_would_block_here(&scene, operation);
    end_exchange(exchange, GOOD);
    CHECK_OK(clef_operation_wait(operation, GENEROUS_MS, &error));
    CHECK_INT(status_of(operation), CLEF_STATUS_OK);
    check_no_failure(&scene);
    clef_operation_free(operation);
    clear_scene(&scene);
}

/* Over and over, since the answer is on its way while this thread asks. */
static void who_has_answered_may_wait_for_what_comes_of_it(void)
{
    struct scene scene;
    clef_error *error = NULL;
    set_scene(&scene, POLLED, NULL, 0);
    for (int again = 0; again < 200; again++) {
        clef_operation *operation = start_client_token(scene.credentials, scene.runtime, NULL);
        end_exchange(next_exchange(&scene), GOOD);
        CHECK_OK(clef_operation_wait(operation, -1, &error));
        clef_operation_free(operation);
    }
    clear_scene(&scene);
}

static void a_polled_sender_works_from_another_thread(void)
{
    struct scene scene;
    struct refreshing_thread there;
    set_scene(&scene, POLLED, NULL, 0);
    start_refresh_there(&there, scene.token);
    clef_exchange *exchange = next_exchange(&scene);
    CHECK_INT(refresh_here(scene.token), CLEF_STATUS_WOULD_BLOCK);
    end_exchange(exchange, GOOD);
    CHECK_INT(join_refresh_there(&there), CLEF_STATUS_OK);
    CHECK_INT(scene.news.changed, 1);
    check_no_failure(&scene);
    clear_scene(&scene);
}

/* Threads that wait for threads */

static void a_thread_waits_for_a_flight_of_another_one(void)
{
    struct scene scene;
    struct refreshing_thread first, second;
    set_scene(&scene, UNBOUND, keep, 0);
    start_refresh_there(&first, scene.token);
    UNTIL(scene.script.kept);
    start_refresh_there(&second, scene.token);
    end_exchange(scene.script.kept, GOOD);
    CHECK_INT(join_refresh_there(&first), CLEF_STATUS_OK);
    /* The second one came to the same refresh, or after it: then it waits for its own. */
    UNTIL(second.ended || scene.script.sends > 1);
    if (!second.ended)
        end_exchange(scene.script.kept, GOOD);
    CHECK_INT(join_refresh_there(&second), CLEF_STATUS_OK);
    CHECK_INT(scene.news.changed, scene.script.sends);
    clear_scene(&scene);
}

/* The runtime that began a refresh is closed: who waits for that tries it again. */
static void a_thread_that_waits_takes_over_what_a_closed_runtime_began(void)
{
    struct scene scene;
    struct refreshing_thread there;
    set_scene(&scene, UNBOUND, answer_in_place, 0);
    clef_runtime *other = new_runtime();
    clef_operation *operation = start_refresh(scene.token, other, NULL);
    CHECK_INT(clef_runtime_wait(other, GENEROUS_MS, NULL), CLEF_STATUS_OK);
    start_refresh_there(&there, scene.token);
    clef_runtime_free(other);
    CHECK_INT(join_refresh_there(&there), CLEF_STATUS_OK);
    CHECK(scene.script.sends >= 1);
    check_no_failure(&scene);
    CHECK(clef_operation_is_done(operation));
    clef_operation_free(operation);
    clear_scene(&scene);
}

/* A listener that waits for the refresh that it is told of */

static void ask_again(struct news *news)
{
    clef_error *error = NULL;
    char *access_token = NULL;
    CHECK_INT(refresh_here(news->token), CLEF_STATUS_WOULD_BLOCK);
    CHECK_STATUS(clef_refreshing_token_invalidate(news->token, "old", &error),
                 CLEF_STATUS_WOULD_BLOCK);
    CHECK_STATUS(clef_refreshing_token_access_token(news->token, &access_token, &error),
                 CLEF_STATUS_WOULD_BLOCK);
    clef_operation *operation = start_refresh(news->token, news->more, NULL);
    CHECK_STATUS(clef_operation_wait(operation, -1, &error), CLEF_STATUS_WOULD_BLOCK);
    clef_operation_free(operation);
}

static void a_listener_cannot_wait_for_its_own_refresh(void)
{
    for (int pumped = 0; pumped < 2; pumped++) {
        struct scene scene;
        set_scene(&scene, UNBOUND, answer_in_place, 0);
        scene.news.then = ask_again;
        scene.news.more = scene.runtime;
        clef_operation *operation = start_refresh(scene.token, scene.runtime, NULL);
        if (pumped) {
            PUMP_UNTIL(scene.runtime, clef_operation_is_done(operation));
        } else {
            CHECK_INT(refresh_here(scene.token), CLEF_STATUS_OK);
        }
        CHECK_INT(scene.news.changed, 1);
        check_ends(operation, CLEF_STATUS_OK);
        clef_operation_free(operation);
        clear_scene(&scene);
    }
}

static void refresh_again(struct news *news)
{
    CHECK_INT(refresh_here(news->token), CLEF_STATUS_WOULD_BLOCK);
}

/* The pump and a thread that waits run the calls of one refresh in turn; each refresh has three of them, since its
 * listener refuses what it is offered. Over and over: one thread must be at the next call before the other has left. */
static void a_listener_that_changes_threads_cannot_wait_either(void)
{
    struct scene scene;
    struct pumping pumping;
    clef_error *error = NULL;
    set_scene(&scene, UNBOUND, answer_in_place, 0);
    scene.news.then = refresh_again;
    scene.news.answer = CLEF_STATUS_STORE;
    start_pumping(&pumping, scene.runtime);
    int refreshes = 0;
    for (int64_t end = monotonic_ms() + 3000; refreshes < 5000 && monotonic_ms() < end;) {
        clef_operation *operation = start_refresh(scene.token, scene.runtime, NULL);
        CHECK_OK(clef_operation_wait(operation, -1, &error));
        CHECK_INT(status_of(operation), CLEF_STATUS_OK);
        clef_operation_free(operation);
        refreshes++;
    }
    stop_pumping(&pumping);
    CHECK_INT(scene.news.changed, 2 * refreshes - 1);
    clear_scene(&scene);
}

/* Two runtimes */

static void two_runtimes_carry_each_others_requests(void)
{
    struct scene scenes[2];
    struct pumping pumpings[2];
    clef_operation *operations[2];
    clef_error *error = NULL;
    for (int i = 0; i < 2; i++)
        set_scene(&scenes[i], BOUND, answer_in_place, 0);
    /* One thread pumps both: neither can be waited for. */
    for (int i = 0; i < 2; i++) {
        operations[i] = start_refresh(scenes[i].token, scenes[1 - i].runtime, NULL);
        CHECK_STATUS(clef_operation_wait(operations[i], -1, &error), CLEF_STATUS_WOULD_BLOCK);
    }
    for (int i = 0; i < 2; i++)
        start_pumping(&pumpings[i], scenes[i].runtime);
    for (int i = 0; i < 2; i++) {
        check_ends(operations[i], CLEF_STATUS_OK);
        clef_operation_free(operations[i]);
    }
    /* One for each: this thread has become one that may wait. */
    for (int i = 0; i < 2; i++) {
        operations[i] = start_refresh(scenes[i].token, scenes[1 - i].runtime, NULL);
        CHECK_OK(clef_operation_wait(operations[i], -1, &error));
        clef_operation_free(operations[i]);
        CHECK_INT(refresh_here(scenes[i].token), CLEF_STATUS_OK);
    }
    for (int i = 0; i < 2; i++) {
        stop_pumping(&pumpings[i]);
        check_no_failure(&scenes[i]);
    }
    for (int i = 0; i < 2; i++)
        clear_scene(&scenes[i]);
}

/* A pump thread that blocks on what only the other pump can run. */
struct crossing {
    clef_runtime *runtime;
    const clef_refreshing_token *token;
    pthread_barrier_t *barrier;
    pthread_t thread;
    clef_status status;
};

static void *cross(void *data)
{
    struct crossing *crossing = data;
    clef_runtime_run_callbacks(crossing->runtime);
    pthread_barrier_wait(crossing->barrier);
    crossing->status = refresh_here(crossing->token);
    return NULL;
}

/* The one deadlock that clef does not see; the timeouts of the senders end it. */
static void pumps_that_block_on_each_other_run_into_their_timeouts(void)
{
    pthread_barrier_t barrier;
    pthread_barrier_init(&barrier, NULL, 2);
    struct script scripts[2] = {SCRIPT(GOOD), SCRIPT(GOOD)};
    clef_runtime *runtimes[2];
    clef_credentials *credentials[2];
    struct crossing crossings[2];
    for (int i = 0; i < 2; i++) {
        runtimes[i] = new_runtime();
        credentials[i] = credentials_of(bound(runtimes[i], answer_in_place, &scripts[i], 100));
    }
    for (int i = 0; i < 2; i++) {
        crossings[i] = (struct crossing){.runtime = runtimes[i],
                                         .token = expired_token(credentials[1 - i]),
                                         .barrier = &barrier};
        pthread_create(&crossings[i].thread, NULL, cross, &crossings[i]);
    }
    for (int i = 0; i < 2; i++) {
        pthread_join(crossings[i].thread, NULL);
        CHECK_INT(crossings[i].status, CLEF_STATUS_TIMEOUT);
        clef_refreshing_token_free((clef_refreshing_token *)crossings[i].token);
    }
    for (int i = 0; i < 2; i++) {
        clef_credentials_free(credentials[i]);
        clef_runtime_free(runtimes[i]);
        CHECK_INT(scripts[i].sends, 0);
        CHECK_INT(scripts[i].freed, 1);
    }
    pthread_barrier_destroy(&barrier);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    sandbox_url = argv[1];
    RUN_BOUNDED(the_pump_thread_runs_an_unbound_sender_that_it_waits_for);
    RUN_BOUNDED(the_pump_thread_runs_a_listener_that_it_waits_for);
    RUN_BOUNDED(the_pump_thread_runs_what_an_operation_waits_for);
    RUN_BOUNDED(a_waiting_thread_needs_no_pump);
    RUN_BOUNDED(a_bound_sender_would_block_on_the_pump_thread);
    RUN_BOUNDED(a_valid_token_does_not_need_the_bound_sender);
    RUN_BOUNDED(waiting_for_a_bound_sender_would_block_until_it_has_answered);
    RUN_BOUNDED(an_operation_that_comes_to_the_pump_later_would_block);
    RUN_BOUNDED(a_bound_sender_works_from_another_thread);
    RUN_BOUNDED(the_pump_thread_does_not_wait_for_a_thread_that_waits_for_the_pump);
    RUN_BOUNDED(a_callback_cannot_wait_for_its_own_pump);
    RUN_BOUNDED(a_thread_that_waits_for_the_runtime_does_not_pump_it);
    RUN_BOUNDED(a_retrying_sender_does_not_try_what_would_block_again);
    RUN_BOUNDED(what_the_pump_has_forwarded_is_not_up_to_it_any_more);
    RUN_BOUNDED(a_polled_sender_would_block_on_the_thread_that_polls);
    RUN_BOUNDED(waiting_for_a_polled_sender_would_block_until_it_has_answered);
    RUN_BOUNDED(who_has_answered_may_wait_for_what_comes_of_it);
    RUN_BOUNDED(a_polled_sender_works_from_another_thread);
    RUN_BOUNDED(a_thread_waits_for_a_flight_of_another_one);
    RUN_BOUNDED(a_thread_that_waits_takes_over_what_a_closed_runtime_began);
    RUN_BOUNDED(a_listener_cannot_wait_for_its_own_refresh);
    RUN_BOUNDED(a_listener_that_changes_threads_cannot_wait_either);
    RUN_BOUNDED(two_runtimes_carry_each_others_requests);
    RUN_BOUNDED(pumps_that_block_on_each_other_run_into_their_timeouts);
    return check_exit();
}

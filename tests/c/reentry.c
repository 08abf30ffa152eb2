/* What a host may do from inside each of its own callbacks: nothing deadlocks, and everything ends once. */
#include "runtimes.h"

static const struct step GOOD[] = {ANSWER(200, TOKEN_JSON)};

/* Where an act takes place, in the order in which a refresh comes by. */
enum place { IN_SEND, IN_LISTENER, IN_COMPLETION, IN_DESTRUCTOR, PLACES };
static const char *const PLACE_NAMES[] = {"send", "a listener", "a completion", "a destructor"};

#define FOR_EACH_PLACE(place) \
    for (int place = 0, failures_ = check_failures; place < PLACES; \
         failures_ = say_where(place++, failures_))

static int say_where(int place, int failures)
{
    if (check_failures != failures)
        fprintf(stderr, "    in %s\n", PLACE_NAMES[place]);
    return check_failures;
}

/* A refresh in the background of a runtime that this thread pumps, and an act in one of its callbacks. */
struct scene {
    enum place place;
    void (*act)(struct scene *scene);
    int sends, changed, senders_freed, listeners_freed;
    bool began, returned; /* the act */
    struct heard heard, other;
    clef_runtime *runtime;
    clef_sender *sender;
    clef_credentials *credentials;
    clef_refreshing_token *token;
    clef_operation *operation, *other_operation;
};

static void come_by(struct scene *scene, enum place place)
{
    if (place != scene->place || scene->began)
        return;
    scene->began = true;
    scene->act(scene);
    scene->returned = true;
}

static void send_in_place(void *data, clef_exchange *exchange)
{
    struct scene *scene = data;
    scene->sends++;
    come_by(scene, IN_SEND);
    end_exchange(exchange, GOOD);
}

static void free_sender_data(void *data)
{
    ((struct scene *)data)->senders_freed++;
}

static clef_status hear_change(void *data, clef_event event, const clef_token *token,
                               const clef_error *error)
{
    struct scene *scene = data;
    (void)token;
    CHECK_INT(event, CLEF_EVENT_CHANGED);
    CHECK(error == NULL);
    CHECK_INT(scene->listeners_freed, 0);
    scene->changed++;
    come_by(scene, IN_LISTENER);
    CHECK_INT(scene->listeners_freed, 0);
    return CLEF_STATUS_OK;
}

static void free_listener_data(void *data)
{
    ((struct scene *)data)->listeners_freed++;
}

static void complete(void *data, const clef_operation *operation)
{
    struct scene *scene = data;
    hear_completion(&scene->heard, operation);
    come_by(scene, IN_COMPLETION);
    CHECK(clef_operation_is_done(operation));
    CHECK_INT(status_of(operation), scene->heard.status);
    CHECK_INT(scene->heard.freed, 0);
}

static void free_operation_data(void *data)
{
    struct scene *scene = data;
    free_heard(&scene->heard);
    come_by(scene, IN_DESTRUCTOR);
}

static void set_scene(struct scene *scene, enum place place, void (*act)(struct scene *))
{
    clef_error *error = NULL;
    *scene = (struct scene){.place = place, .act = act, .runtime = new_runtime()};
    CHECK_OK(clef_sender_new_custom(send_in_place, scene, free_sender_data, GENEROUS_MS,
                                    &scene->sender, &error));
    scene->credentials = sandbox_credentials(SANDBOX_CLIENT_SECRET, scene->sender);
    scene->token = expired_token(scene->credentials);
    CHECK_OK(clef_refreshing_token_set_listener(scene->token, hear_change, scene, free_listener_data,
                                                &error));
    CHECK_OK(clef_refreshing_token_refresh_start(scene->token, scene->runtime, complete, scene,
                                                 free_operation_data, &scene->operation, &error));
}

static void clear_scene(struct scene *scene)
{
    clef_operation_free(scene->operation);
    clef_operation_free(scene->other_operation);
    clef_refreshing_token_free(scene->token);
    clef_credentials_free(scene->credentials);
    clef_sender_free(scene->sender);
    clef_runtime_free(scene->runtime);
    CHECK(scene->returned);
    CHECK_INT(scene->senders_freed, 1);
    CHECK_INT(scene->listeners_freed, 1);
    CHECK_INT(scene->heard.completions, 1);
    CHECK_INT(scene->heard.freed, 1);
}

/* The act takes place in each callback; the refresh works all the same. */
static void works_everywhere(void (*act)(struct scene *))
{
    FOR_EACH_PLACE(place) {
        struct scene scene;
        set_scene(&scene, place, act);
        PUMP_UNTIL(scene.runtime, scene.heard.freed && scene.returned);
        check_heard(&scene.heard, CLEF_STATUS_OK);
        CHECK_INT(scene.changed, 1);
        check_current(scene.token, "new");
        clear_scene(&scene);
    }
}

/* Starting, waiting, cancelling, freeing */

static void start_another(struct scene *scene)
{
    scene->other_operation = start_client_token(scene->credentials, scene->runtime, &scene->other);
    CHECK_INT(scene->other.completions, 0);
}

static void starting_in_a_callback(void)
{
    FOR_EACH_PLACE(place) {
        struct scene scene;
        set_scene(&scene, place, start_another);
        PUMP_UNTIL(scene.runtime, scene.heard.freed && scene.other.freed);
        check_heard(&scene.heard, CLEF_STATUS_OK);
        check_heard(&scene.other, CLEF_STATUS_OK);
        CHECK_INT(scene.sends, 2);
        clear_scene(&scene);
    }
}

/* The same refresh from inside it is the one that is under way. */
static void start_the_same(struct scene *scene)
{
    scene->other_operation = start_refresh(scene->token, scene->runtime, &scene->other);
    CHECK_INT(scene->other.completions, 0);
}

static void joining_a_refresh_in_a_callback_of_it(void)
{
    for (int place = IN_SEND; place <= IN_LISTENER; place++) {
        struct scene scene;
        set_scene(&scene, place, start_the_same);
        PUMP_UNTIL(scene.runtime, scene.heard.freed && scene.other.freed);
        check_heard(&scene.heard, CLEF_STATUS_OK);
        check_heard(&scene.other, CLEF_STATUS_OK);
        clear_scene(&scene);
    }
}

static void wait_for_it(struct scene *scene)
{
    clef_error *error = NULL;
    bool is_under_way = scene->place <= IN_LISTENER;
    CHECK_STATUS(clef_operation_wait(scene->operation, -1, &error),
                 is_under_way ? CLEF_STATUS_WOULD_BLOCK : CLEF_STATUS_OK);
    CHECK_INT(clef_operation_is_done(scene->operation), !is_under_way);
}

static void waiting_for_the_same_work_in_a_callback(void)
{
    works_everywhere(wait_for_it);
}

/* This thread runs what the other operation needs, inside the callback. */
static void wait_for_another(struct scene *scene)
{
    clef_error *error = NULL;
    start_another(scene);
    CHECK_OK(clef_operation_wait(scene->other_operation, -1, &error));
    CHECK_INT(scene->other.completions, 0);
}

static void waiting_for_other_work_in_a_callback(void)
{
    FOR_EACH_PLACE(place) {
        struct scene scene;
        set_scene(&scene, place, wait_for_another);
        PUMP_UNTIL(scene.runtime, scene.heard.freed && scene.other.freed);
        check_heard(&scene.heard, CLEF_STATUS_OK);
        check_heard(&scene.other, CLEF_STATUS_OK);
        clear_scene(&scene);
    }
}

static void cancel_it(struct scene *scene)
{
    bool is_under_way = scene->place <= IN_LISTENER;
    clef_operation_cancel(scene->operation);
    CHECK(clef_operation_is_done(scene->operation));
    CHECK_INT(scene->heard.completions, !is_under_way);
    CHECK_INT(status_of(scene->operation), is_under_way ? CLEF_STATUS_CANCELLED : CLEF_STATUS_OK);
}

/* Its sender has a timeout, so the token keeps the refresh. */
static void cancelling_in_a_callback(void)
{
    FOR_EACH_PLACE(place) {
        struct scene scene;
        set_scene(&scene, place, cancel_it);
        PUMP_UNTIL(scene.runtime, scene.heard.freed && scene.changed);
        check_heard(&scene.heard, place <= IN_LISTENER ? CLEF_STATUS_CANCELLED : CLEF_STATUS_OK);
        CHECK_INT(ask(scene.token), CLEF_STATUS_OK);
        check_current(scene.token, "new");
        clear_scene(&scene);
    }
}

static void free_operation(struct scene *scene)
{
    clef_operation_free(scene->operation);
    scene->operation = NULL;
}

static void freeing_the_operation_in_a_callback(void)
{
    works_everywhere(free_operation);
}

static void free_everything(struct scene *scene)
{
    clef_sender_free(scene->sender);
    clef_credentials_free(scene->credentials);
    clef_refreshing_token_free(scene->token);
    clef_operation_free(scene->operation);
    scene->sender = NULL;
    scene->credentials = NULL;
    scene->token = NULL;
    scene->operation = NULL;
}

static void freeing_the_last_handles_in_a_callback(void)
{
    FOR_EACH_PLACE(place) {
        struct scene scene;
        set_scene(&scene, place, free_everything);
        PUMP_UNTIL(scene.runtime,
                   scene.heard.freed && scene.senders_freed && scene.listeners_freed);
        check_heard(&scene.heard, CLEF_STATUS_OK);
        CHECK_INT(scene.changed, 1);
        clear_scene(&scene);
    }
}

/* The token */

static void remove_listener(struct scene *scene)
{
    clef_error *error = NULL;
    CHECK_OK(clef_refreshing_token_set_listener(scene->token, NULL, NULL, NULL, &error));
}

static void removing_the_listener_in_a_callback(void)
{
    FOR_EACH_PLACE(place) {
        struct scene scene;
        set_scene(&scene, place, remove_listener);
        PUMP_UNTIL(scene.runtime, scene.heard.freed && scene.returned);
        check_heard(&scene.heard, CLEF_STATUS_OK);
        CHECK_INT(scene.changed, place == IN_SEND ? 0 : 1);
        CHECK_INT(scene.listeners_freed, 1);
        check_current(scene.token, "new");
        clear_scene(&scene);
    }
}

static void toggle_keep_fresh(struct scene *scene)
{
    clef_error *error = NULL;
    for (int again = 0; again < 3; again++) {
        CHECK_OK(clef_refreshing_token_keep_fresh(scene->token, scene->runtime, &error));
        CHECK_OK(clef_refreshing_token_keep_fresh(scene->token, scene->runtime, &error));
        CHECK_OK(clef_refreshing_token_keep_fresh(scene->token, NULL, &error));
    }
}

static void keeping_fresh_in_a_callback(void)
{
    works_everywhere(toggle_keep_fresh);
}

/* Pumping inside the pump */

static void pump(struct scene *scene)
{
    clef_runtime_run_callbacks(scene->runtime);
    CHECK_INT(clef_runtime_wait(scene->runtime, 0, NULL), CLEF_STATUS_TIMEOUT);
}

static void pumping_in_a_callback(void)
{
    works_everywhere(pump);
}

/* What waits behind this callback runs inside it. */
static void pump_until_another_is_done(struct scene *scene)
{
    start_another(scene);
    PUMP_UNTIL(scene->runtime, scene->other.freed);
    check_heard(&scene->other, CLEF_STATUS_OK);
}

static void a_pump_inside_a_callback_runs_the_others(void)
{
    works_everywhere(pump_until_another_is_done);
}

/* Closing */

static void check_is_closed(struct scene *scene)
{
    clef_error *error = NULL;
    struct heard late = {0};
    clef_operation *operation = (clef_operation *)&late;
    CHECK_INT(clef_runtime_run_callbacks(scene->runtime), 0);
    CHECK_STATUS(clef_runtime_wait(scene->runtime, -1, &error), CLEF_STATUS_CANCELLED);
    CHECK_STATUS(clef_refreshing_token_refresh_start(scene->token, scene->runtime, hear_completion,
                                                     &late, free_heard, &operation, &error),
                 CLEF_STATUS_CANCELLED);
    CHECK(operation == NULL);
    CHECK_INT(late.freed, 1);
    CHECK_INT(late.completions, 0);
}

static void close_runtime(struct scene *scene)
{
    clef_error *error = NULL;
    start_another(scene);
    CHECK_OK(clef_runtime_close(scene->runtime, 0, &error));
    /* Not yet: this callback still runs. */
    CHECK_INT(scene->other.completions, 0);
}

/* The pump returns when all is over; before that it does what free and close would have done. */
static void closing_in_a_callback_takes_effect_when_the_pump_returns(void)
{
    FOR_EACH_PLACE(place) {
        struct scene scene;
        set_scene(&scene, place, close_runtime);
        PUMP_UNTIL(scene.runtime, scene.began);
        CHECK_INT(scene.heard.completions, 1);
        CHECK_INT(scene.heard.freed, 1);
        check_heard(&scene.other, CLEF_STATUS_CANCELLED);
        /* The refresh was sent, and has a timeout: it is kept. */
        check_current(scene.token, "new");
        check_is_closed(&scene);
        clear_scene(&scene);
    }
}

static void free_runtime(struct scene *scene)
{
    start_another(scene);
    clef_runtime_free(scene->runtime);
    scene->runtime = NULL;
    CHECK_INT(scene->other.completions, 0);
}

static void freeing_the_runtime_in_a_callback_takes_effect_when_the_pump_returns(void)
{
    FOR_EACH_PLACE(place) {
        struct scene scene;
        set_scene(&scene, place, free_runtime);
        PUMP_UNTIL(scene.runtime, scene.began);
        check_heard(&scene.other, CLEF_STATUS_CANCELLED);
        CHECK_INT(scene.heard.completions, 1);
        CHECK_INT(scene.heard.freed, 1);
        check_current(scene.token, "new");
        /* Nothing runs any more, and what was bound to nothing goes on without it. */
        CHECK_INT(refresh_here(scene.token), CLEF_STATUS_OK);
        clear_scene(&scene);
    }
}

/* From two levels down, it is the outermost pump that ends it. */
static void free_deep_inside(void *data, const clef_operation *operation)
{
    struct scene *scene = data;
    hear_completion(&scene->other, operation);
    clef_runtime_free(scene->runtime);
}

static void pump_what_frees(struct scene *scene)
{
    clef_error *error = NULL;
    clef_http_request *request = NULL;
    clef_runtime *runtime = scene->runtime;
    CHECK_OK(clef_credentials_prepare_client_token(scene->credentials, &request, &error));
    CHECK_OK(clef_http_request_start(request, runtime, free_deep_inside, scene, NULL, NULL,
                                     &error));
    clef_http_request_free(request);
    /* One at a time: the handle is gone once it was freed. */
    while (!scene->other.completions)
        if (clef_runtime_wait(runtime, GENEROUS_MS, NULL) != CLEF_STATUS_OK ||
            !clef_runtime_run_callbacks(runtime))
            break;
    CHECK_INT(scene->other.completions, 1);
    scene->runtime = NULL;
}

static void freeing_the_runtime_in_a_nested_pump(void)
{
    FOR_EACH_PLACE(place) {
        struct scene scene;
        set_scene(&scene, place, pump_what_frees);
        PUMP_UNTIL(scene.runtime, scene.began);
        CHECK_INT(scene.heard.completions, 1);
        CHECK_INT(scene.heard.freed, 1);
        check_current(scene.token, "new");
        clear_scene(&scene);
    }
}

/* A thread that waits runs the callback, and ends the runtime when that has returned. */
static void freeing_the_runtime_in_a_callback_that_a_waiting_thread_runs(void)
{
    for (int place = IN_SEND; place <= IN_LISTENER; place++) {
        struct scene scene;
        set_scene(&scene, place, free_runtime);
        CHECK_INT(clef_runtime_wait(scene.runtime, GENEROUS_MS, NULL), CLEF_STATUS_OK);
        CHECK_INT(ask(scene.token), CLEF_STATUS_OK);
        check_heard(&scene.other, CLEF_STATUS_CANCELLED);
        CHECK_INT(scene.heard.completions, 1);
        CHECK_INT(scene.heard.freed, 1);
        check_current(scene.token, "new");
        clear_scene(&scene);
    }
}

/* While another thread is in a callback, closing waits for it. */
struct two {
    struct scene scene;
    atomic_bool is_in, leaves, left;
};

static void stay(void *data, const clef_operation *operation)
{
    struct two *two = data;
    (void)operation;
    two->is_in = true;
    UNTIL(two->leaves);
    two->left = true;
}

static void *run_callbacks_once(void *data)
{
    struct two *two = data;
    UNTIL(two->is_in || clef_runtime_run_callbacks(two->scene.runtime));
    return NULL;
}

static void *close_there(void *data)
{
    struct two *two = data;
    CHECK_INT(clef_runtime_close(two->scene.runtime, -1, NULL), CLEF_STATUS_OK);
    CHECK(two->left);
    return NULL;
}

static void closing_waits_for_a_callback_on_another_thread(void)
{
    struct two two = {.is_in = false};
    pthread_t pumps, closes;
    clef_error *error = NULL;
    two.scene.runtime = new_runtime();
    two.scene.credentials = sandbox_credentials(SANDBOX_CLIENT_SECRET, NULL);
    two.scene.token = token_with_seconds(two.scene.credentials, 3600);
    CHECK_OK(clef_refreshing_token_access_token_start(two.scene.token, two.scene.runtime, stay,
                                                      &two, NULL, NULL, &error));
    pthread_create(&pumps, NULL, run_callbacks_once, &two);
    UNTIL(two.is_in);
    CHECK_STATUS(clef_runtime_close(two.scene.runtime, 10, &error), CLEF_STATUS_TIMEOUT);
    pthread_create(&closes, NULL, close_there, &two);
    two.leaves = true;
    pthread_join(closes, NULL);
    pthread_join(pumps, NULL);
    clef_refreshing_token_free(two.scene.token);
    clef_credentials_free(two.scene.credentials);
    clef_runtime_free(two.scene.runtime);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    sandbox_url = argv[1];
    RUN_BOUNDED(starting_in_a_callback);
    RUN_BOUNDED(joining_a_refresh_in_a_callback_of_it);
    RUN_BOUNDED(waiting_for_the_same_work_in_a_callback);
    RUN_BOUNDED(waiting_for_other_work_in_a_callback);
    RUN_BOUNDED(cancelling_in_a_callback);
    RUN_BOUNDED(freeing_the_operation_in_a_callback);
    RUN_BOUNDED(freeing_the_last_handles_in_a_callback);
    RUN_BOUNDED(removing_the_listener_in_a_callback);
    RUN_BOUNDED(keeping_fresh_in_a_callback);
    RUN_BOUNDED(pumping_in_a_callback);
    RUN_BOUNDED(a_pump_inside_a_callback_runs_the_others);
    RUN_BOUNDED(closing_in_a_callback_takes_effect_when_the_pump_returns);
    RUN_BOUNDED(freeing_the_runtime_in_a_callback_takes_effect_when_the_pump_returns);
    RUN_BOUNDED(freeing_the_runtime_in_a_nested_pump);
    RUN_BOUNDED(freeing_the_runtime_in_a_callback_that_a_waiting_thread_runs);
    RUN_BOUNDED(closing_waits_for_a_callback_on_another_thread);
    return check_exit();
}

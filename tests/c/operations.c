/* Operations: each documented rule of theirs. */
#include "runtimes.h"

static const struct step GOOD[] = {ANSWER(200, TOKEN_JSON)};

/* A runtime that nobody pumps but the test, and a custom sender. */
struct scene {
    struct script script;
    clef_runtime *runtime;
    clef_credentials *credentials;
    clef_refreshing_token *token;
};

static void set_scene(struct scene *scene, clef_send_callback send, int64_t timeout_ms)
{
    *scene = (struct scene){.script = SCRIPT(GOOD), .runtime = new_runtime()};
    scene->credentials = credentials_of(custom(send, &scene->script, timeout_ms));
    scene->token = expired_token(scene->credentials);
}

static void clear_scene(struct scene *scene)
{
    clef_refreshing_token_free(scene->token);
    clef_credentials_free(scene->credentials);
    clef_runtime_free(scene->runtime);
    CHECK_INT(scene->script.freed, 1);
}

static clef_status start_access_token(const clef_refreshing_token *token,
                                      const clef_runtime *runtime, struct heard *heard,
                                      clef_operation **operation)
{
    return clef_refreshing_token_access_token_start(token, runtime, hear_completion, heard,
                                                    free_heard, operation, NULL);
}

static void check_results(const clef_operation *operation, bool done)
{
    clef_error *error = NULL;
    clef_token *token = (clef_token *)&error;
    char *access_token = (char *)&error;
    clef_refreshing_token *refreshing_token = (clef_refreshing_token *)&error;
    clef_status expected = done ? CLEF_STATUS_OK : CLEF_STATUS_BUSY;
    CHECK_INT(clef_operation_is_done(operation), done);
    CHECK_STATUS(clef_operation_token(operation, &token, &error), expected);
    CHECK_STATUS(clef_operation_access_token(operation, &access_token, &error), expected);
    CHECK_STRING(clef_token_access_token(token), done ? "new" : NULL);
    CHECK_STRING(access_token, done ? "new" : NULL);
    CHECK_STATUS(clef_operation_refreshing_token(operation, &refreshing_token, &error),
                 done ? CLEF_STATUS_UNSUPPORTED : CLEF_STATUS_BUSY);
    CHECK(refreshing_token == NULL);
    clef_token_free(token);
    clef_string_free(access_token);
}

static void results_are_busy_until_it_is_done_and_repeatable_then(void)
{
    struct scene scene;
    set_scene(&scene, answer_in_place, 0);
    clef_operation *operation = start_refresh(scene.token, scene.runtime, NULL);
    for (int again = 0; again < 3; again++)
        check_results(operation, false);
    PUMP_UNTIL(scene.runtime, clef_operation_is_done(operation));
    for (int again = 0; again < 3; again++)
        check_results(operation, true);
    clef_operation_free(operation);
    clear_scene(&scene);
}

static void a_request_is_started_or_sent_once(void)
{
    struct scene scene;
    struct heard heard = {0}, refused = {0};
    clef_http_request *request = NULL;
    clef_operation *operation = NULL;
    clef_token *token = NULL;
    clef_error *error = NULL;
    set_scene(&scene, answer_in_place, 0);
    CHECK_OK(clef_credentials_prepare_client_token(scene.credentials, &request, &error));
    CHECK_OK(clef_http_request_start(request, scene.runtime, hear_completion, &heard, free_heard,
                                     NULL, &error));
    operation = (clef_operation *)&error;
    CHECK_STATUS(clef_http_request_start(request, scene.runtime, hear_completion, &refused,
                                         free_heard, &operation, &error),
                 CLEF_STATUS_ALREADY_USED);
    CHECK(operation == NULL);
    CHECK_STATUS(clef_http_request_send(request, &token, &error), CLEF_STATUS_ALREADY_USED);
    CHECK_INT(refused.freed, 1);
    /* It keeps what it needs, and goes on without a handle. */
    clef_http_request_free(request);
    PUMP_UNTIL(scene.runtime, heard.freed);
    check_heard(&heard, CLEF_STATUS_OK);
    CHECK_INT(refused.completions, 0);
    CHECK_INT(refused.freed, 1);
    CHECK_INT(scene.script.sends, 1);
    clear_scene(&scene);
}

static void without_a_callback_user_data_is_freed_at_once(void)
{
    struct scene scene;
    struct heard heard = {0};
    clef_operation *operation = NULL;
    clef_error *error = NULL;
    set_scene(&scene, answer_in_place, 0);
    CHECK_OK(clef_refreshing_token_refresh_start(scene.token, scene.runtime, NULL, &heard,
                                                 free_heard, &operation, &error));
    CHECK_INT(heard.freed, 1);
    PUMP_UNTIL(scene.runtime, clef_operation_is_done(operation));
    /* The sender was all that there was to run. */
    CHECK_INT(clef_runtime_run_callbacks(scene.runtime), 0);
    CHECK_INT(heard.completions, 0);
    CHECK_INT(heard.freed, 1);
    clef_operation_free(operation);
    clear_scene(&scene);
}

static void nothing_but_the_runtime_is_needed(void)
{
    struct scene scene;
    clef_error *error = NULL;
    set_scene(&scene, answer_in_place, 0);
    CHECK_OK(clef_refreshing_token_refresh_start(scene.token, scene.runtime, NULL, NULL, NULL, NULL,
                                                 &error));
    PUMP_UNTIL(scene.runtime, scene.script.sends == 1);
    clear_scene(&scene);
}

static void nothing_starts_on_a_closed_runtime(void)
{
    struct scene scene;
    struct heard heard = {0};
    clef_http_request *request = NULL;
    clef_token *token = NULL;
    clef_error *error = NULL;
    set_scene(&scene, answer_in_place, 0);
    CHECK_OK(clef_credentials_prepare_client_token(scene.credentials, &request, &error));
    CHECK_OK(clef_runtime_close(scene.runtime, -1, &error));
    for (int way = 0; way < 3; way++) {
        clef_operation *operation = (clef_operation *)&error;
        if (way == 0)
            CHECK_STATUS(clef_http_request_start(request, scene.runtime, hear_completion, &heard,
                                                 free_heard, &operation, &error),
                         CLEF_STATUS_CANCELLED);
        else if (way == 1)
            CHECK_STATUS(clef_refreshing_token_refresh_start(scene.token, scene.runtime,
                                                             hear_completion, &heard, free_heard,
                                                             &operation, &error),
                         CLEF_STATUS_CANCELLED);
        else
            CHECK_INT(start_access_token(scene.token, scene.runtime, &heard, &operation),
                      CLEF_STATUS_CANCELLED);
        CHECK(operation == NULL);
        CHECK_INT(heard.freed, way + 1);
    }
    CHECK_STATUS(clef_refreshing_token_keep_fresh(scene.token, scene.runtime, &error),
                 CLEF_STATUS_CANCELLED);
    CHECK_INT(clef_runtime_run_callbacks(scene.runtime), 0);
    CHECK_OK(clef_runtime_close(scene.runtime, 0, &error));
    CHECK_INT(heard.completions, 0);
    /* Nothing was begun: the request can still be sent. */
    CHECK_INT(scene.script.sends, 0);
    CHECK_OK(clef_http_request_send(request, &token, &error));
    clef_token_free(token);
    clef_http_request_free(request);
    clear_scene(&scene);
}

static void cancelling_completes_it_at_once(void)
{
    struct scene scene;
    struct heard heard = {0};
    set_scene(&scene, keep, GENEROUS_MS);
    clef_operation *operation = start_client_token(scene.credentials, scene.runtime, &heard);
    for (int again = 0; again < 3; again++) {
        clef_operation_cancel(operation);
        CHECK(clef_operation_is_done(operation));
        CHECK_INT(status_of(operation), CLEF_STATUS_CANCELLED);
        CHECK_INT(heard.completions, 0);
    }
    PUMP_UNTIL(scene.runtime, heard.freed);
    check_heard(&heard, CLEF_STATUS_CANCELLED);
    clef_operation_free(operation);
    clear_scene(&scene);
}

static void cancelling_what_is_done_changes_nothing(void)
{
    struct scene scene;
    struct heard heard = {0};
    set_scene(&scene, answer_in_place, 0);
    clef_operation *operation = start_refresh(scene.token, scene.runtime, &heard);
    PUMP_UNTIL(scene.runtime, clef_operation_is_done(operation));
    clef_operation_cancel(operation);
    CHECK_INT(status_of(operation), CLEF_STATUS_OK);
    PUMP_UNTIL(scene.runtime, heard.freed);
    clef_operation_cancel(operation);
    check_heard(&heard, CLEF_STATUS_OK);
    clef_operation_free(operation);
    clear_scene(&scene);
}

/* Operations go on in turn: once one has ended that was begun now, those before it have come as far as they can. */
static void let_all_come_on(const struct scene *scene)
{
    clef_operation *operation = NULL;
    clef_refreshing_token *fresh = token_with_seconds(scene->credentials, 3600);
    CHECK_INT(clef_refreshing_token_access_token_start(fresh, scene->runtime, NULL, NULL, NULL,
                                                       &operation, NULL),
              CLEF_STATUS_OK);
    check_ends(operation, CLEF_STATUS_OK);
    clef_operation_free(operation);
    clef_refreshing_token_free(fresh);
}

/* Without a timeout, nothing but the other operation keeps the refresh. */
static void cancelling_one_leaves_the_refresh_to_the_other(void)
{
    struct scene scene;
    struct heard cancelled = {0}, other = {0};
    set_scene(&scene, keep, -1);
    clef_operation *first = start_refresh(scene.token, scene.runtime, &cancelled);
    PUMP_UNTIL(scene.runtime, scene.script.kept);
    clef_operation *second = start_refresh(scene.token, scene.runtime, &other);
    let_all_come_on(&scene);
    clef_operation_cancel(first);
    for (int again = 0; again < 3; again++)
        let_all_come_on(&scene);
    PUMP_UNTIL(scene.runtime, cancelled.freed);
    CHECK(!clef_operation_is_done(second));
    CHECK(!clef_exchange_is_cancelled(scene.script.kept));
    end_exchange(scene.script.kept, GOOD);
    PUMP_UNTIL(scene.runtime, other.freed);
    check_heard(&cancelled, CLEF_STATUS_CANCELLED);
    check_heard(&other, CLEF_STATUS_OK);
    CHECK_INT(scene.script.sends, 1);
    clef_operation_free(first);
    clef_operation_free(second);
    clear_scene(&scene);
}

static void an_operation_goes_on_without_a_handle(void)
{
    struct scene scene;
    struct heard heard = {0};
    set_scene(&scene, answer_in_place, 0);
    clef_operation *operation = start_refresh(scene.token, scene.runtime, &heard);
    clef_operation *clone = clef_operation_clone(operation);
    clef_operation_free(operation);
    CHECK(!clef_operation_is_done(clone));
    clef_operation_free(clone);
    PUMP_UNTIL(scene.runtime, heard.freed);
    check_heard(&heard, CLEF_STATUS_OK);
    check_current(scene.token, "new");
    clear_scene(&scene);
}

/* The last to let the sender go is a thread of clef's, which leaves its user_data to the pump. */
static void what_the_work_lets_go_is_freed_by_the_pump(void)
{
    struct scene scene;
    set_scene(&scene, keep, GENEROUS_MS);
    clef_operation_free(start_refresh(scene.token, scene.runtime, NULL));
    PUMP_UNTIL(scene.runtime, scene.script.kept);
    clef_refreshing_token_free(scene.token);
    clef_credentials_free(scene.credentials);
    end_exchange(scene.script.kept, GOOD);
    CHECK_INT(clef_runtime_wait(scene.runtime, GENEROUS_MS, NULL), CLEF_STATUS_OK);
    CHECK_INT(scene.script.freed, 0);
    CHECK_INT(clef_runtime_run_callbacks(scene.runtime), 1);
    CHECK_INT(scene.script.freed, 1);
    clef_runtime_free(scene.runtime);
}

/* Also where there is nothing to wait for. */
static void the_callback_runs_in_the_pump_alone(void)
{
    struct scene scene;
    set_scene(&scene, answer_in_place, 0);
    clef_refreshing_token *fresh = token_with_seconds(scene.credentials, 3600);
    for (int again = 0; again < 200; again++) {
        struct heard heard = {0};
        clef_operation *operation = NULL;
        CHECK_INT(start_access_token(fresh, scene.runtime, &heard, &operation), CLEF_STATUS_OK);
        check_ends(operation, CLEF_STATUS_OK);
        CHECK_INT(clef_operation_wait(operation, -1, NULL), CLEF_STATUS_OK);
        clef_operation_cancel(operation);
        CHECK_INT(heard.completions, 0);
        PUMP_UNTIL(scene.runtime, heard.freed);
        check_heard(&heard, CLEF_STATUS_OK);
        clef_operation_free(operation);
    }
    CHECK_INT(scene.script.sends, 0);
    clef_refreshing_token_free(fresh);
    clear_scene(&scene);
}

static void waiting_ends_with_the_operation_or_the_time(void)
{
    struct scene scene;
    clef_error *error = NULL;
    set_scene(&scene, keep, GENEROUS_MS);
    clef_operation *operation = start_refresh(scene.token, scene.runtime, NULL);
    PUMP_UNTIL(scene.runtime, scene.script.kept);
    int64_t start = monotonic_ms();
    CHECK_STATUS(clef_operation_wait(operation, 0, &error), CLEF_STATUS_TIMEOUT);
    CHECK_STATUS(clef_operation_wait(operation, 100, &error), CLEF_STATUS_TIMEOUT);
    CHECK(monotonic_ms() - start >= 100);
    CHECK(!clef_operation_is_done(operation));
    end_exchange(scene.script.kept, GOOD);
    const int64_t timeouts[] = {-1, 0, 1, INT64_MAX};
    for (int i = 0; i < 4; i++)
        CHECK_OK(clef_operation_wait(operation, timeouts[i], &error));
    /* What failed is done as well. */
    clef_operation *failed = start_client_token(scene.credentials, scene.runtime, NULL);
    clef_operation_cancel(failed);
    CHECK_OK(clef_operation_wait(failed, 0, &error));
    clef_operation_free(failed);
    clef_operation_free(operation);
    clear_scene(&scene);
}

/* How a login is completed: by code and state or by the URL, as a token or as one that refreshes itself. */
enum completion { CODE, URL, CODE_REFRESHING, URL_REFRESHING, COMPLETIONS };

static clef_status complete(const clef_user_auth *auth, enum completion how, const char *state,
                            const clef_runtime *runtime, clef_operation **operation,
                            clef_error **error)
{
    char url[256];
    snprintf(url, sizeof url, "/callback?code=code&state=%s", state);
    switch (how) {
    case CODE:
        return clef_user_auth_request_token_start(auth, "code", state, runtime, NULL, NULL, NULL,
                                                  operation, error);
    case URL:
        return clef_user_auth_request_token_from_url_start(auth, url, runtime, NULL, NULL, NULL,
                                                           operation, error);
    case CODE_REFRESHING:
        return clef_user_auth_request_refreshing_token_start(auth, "code", state, runtime, NULL,
                                                             NULL, NULL, operation, error);
    default:
        return clef_user_auth_request_refreshing_token_from_url_start(
            auth, url, runtime, NULL, NULL, NULL, operation, error);
    }
}

static void a_login_is_completed_once_and_by_its_own_state(void)
{
    for (enum completion how = CODE; how < COMPLETIONS; how++) {
        struct scene scene;
        clef_error *error = NULL;
        clef_credentials *credentials = NULL;
        clef_user_auth *auth = NULL;
        clef_operation *operation = NULL;
        clef_token *token = NULL;
        clef_refreshing_token *refreshing_token = NULL;
        char *access_token = NULL;
        set_scene(&scene, answer_in_place, 0);
        CHECK_OK(clef_credentials_with_redirect_uri(scene.credentials, SANDBOX_REDIRECT_URI,
                                                    &credentials, &error));
        CHECK_OK(clef_user_auth_new(credentials, NULL, CLEF_AUTH_PKCE, &auth, &error));
        CHECK_STATUS(complete(auth, how, "forged", scene.runtime, &operation, &error),
                     CLEF_STATUS_STATE_MISMATCH);
        CHECK(operation == NULL);
        /* A runtime that begins nothing does not spend the login either. */
        clef_runtime *closed = new_runtime();
        CHECK_OK(clef_runtime_close(closed, -1, &error));
        const char *state = clef_user_auth_state(auth);
        CHECK_STATUS(complete(auth, how, state, closed, &operation, &error), CLEF_STATUS_CANCELLED);
        clef_runtime_free(closed);

        CHECK_OK(complete(auth, how, state, scene.runtime, &operation, &error));
        CHECK_STATUS(complete(auth, how, state, scene.runtime, NULL, &error),
                     CLEF_STATUS_ALREADY_USED);
        PUMP_UNTIL(scene.runtime, clef_operation_is_done(operation));
        if (how == CODE || how == URL) {
            CHECK_OK(clef_operation_access_token(operation, &access_token, &error));
            CHECK_STATUS(clef_operation_refreshing_token(operation, &refreshing_token, &error),
                         CLEF_STATUS_UNSUPPORTED);
        } else {
            CHECK_OK(clef_operation_refreshing_token(operation, &refreshing_token, &error));
            CHECK_OK(clef_refreshing_token_access_token(refreshing_token, &access_token, &error));
            CHECK_STATUS(clef_operation_token(operation, &token, &error), CLEF_STATUS_UNSUPPORTED);
        }
        CHECK_STRING(access_token, "new");
        CHECK_INT(scene.script.sends, 1);
        clef_string_free(access_token);
        clef_refreshing_token_free(refreshing_token);
        clef_operation_free(operation);
        clef_user_auth_free(auth);
        clef_credentials_free(credentials);
        clear_scene(&scene);
    }
}

static clef_error *error_of_a_refresh(const struct step *step, bool in_background)
{
    struct scene scene;
    clef_error *error = NULL;
    clef_token *token = NULL;
    set_scene(&scene, answer_in_place, 0);
    scene.script.steps = step;
    if (in_background) {
        clef_operation *operation = start_refresh(scene.token, scene.runtime, NULL);
        PUMP_UNTIL(scene.runtime, clef_operation_is_done(operation));
        CHECK(clef_operation_token(operation, &token, &error) != CLEF_STATUS_OK);
        CHECK(token == NULL);
        clef_operation_free(operation);
    } else {
        CHECK(clef_refreshing_token_refresh(scene.token, &error) != CLEF_STATUS_OK);
    }
    clear_scene(&scene);
    return error;
}

static void an_operation_fails_as_the_blocking_call_does(void)
{
    static const struct step STEPS[] = {
        WAIT(503, "7"),
        ANSWER(400, "{\"error\": \"invalid_grant\", \"error_description\": \"revoked\"}"),
        ANSWER(200, "{}"),
        NOT_SENT(TLS),
        SENT(TIMEOUT),
    };
    for (size_t i = 0; i < sizeof STEPS / sizeof *STEPS; i++) {
        clef_error *here = error_of_a_refresh(&STEPS[i], false);
        clef_error *there = error_of_a_refresh(&STEPS[i], true);
        CHECK_INT(clef_error_status(there), clef_error_status(here));
        CHECK_INT(clef_error_remedy(there), clef_error_remedy(here));
        CHECK_STRING(clef_error_message(there), clef_error_message(here));
        CHECK_STRING(clef_error_oauth_error(there), clef_error_oauth_error(here));
        CHECK_STRING(clef_error_oauth_description(there), clef_error_oauth_description(here));
        CHECK_INT(clef_error_http_status(there), clef_error_http_status(here));
        CHECK_INT(clef_error_retry_after(there), clef_error_retry_after(here));
        clef_error_free(here);
        clef_error_free(there);
    }
}

/* As the blocking call, which comes within the backoff the second time. */
static void an_early_refresh_that_fails_gives_the_old_token(void)
{
    static const struct step FAILING = NOT_SENT(TRANSPORT);
    struct scene scene;
    clef_error *error = NULL;
    set_scene(&scene, answer_in_place, 0);
    scene.script.steps = &FAILING;
    clef_refreshing_token *token = token_with_seconds(scene.credentials, 30);
    for (int again = 0; again < 2; again++) {
        struct heard heard = {0};
        clef_operation *operation = NULL;
        char *access_token = NULL;
        CHECK_INT(start_access_token(token, scene.runtime, &heard, &operation), CLEF_STATUS_OK);
        PUMP_UNTIL(scene.runtime, heard.freed);
        check_heard(&heard, CLEF_STATUS_OK);
        CHECK_OK(clef_operation_access_token(operation, &access_token, &error));
        CHECK_STRING(access_token, "old");
        CHECK_INT(scene.script.sends, 1);
        clef_string_free(access_token);
        clef_operation_free(operation);
    }
    clef_refreshing_token_free(token);
    clear_scene(&scene);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    sandbox_url = argv[1];
    RUN_BOUNDED(results_are_busy_until_it_is_done_and_repeatable_then);
    RUN_BOUNDED(a_request_is_started_or_sent_once);
    RUN_BOUNDED(without_a_callback_user_data_is_freed_at_once);
    RUN_BOUNDED(nothing_but_the_runtime_is_needed);
    RUN_BOUNDED(nothing_starts_on_a_closed_runtime);
    RUN_BOUNDED(cancelling_completes_it_at_once);
    RUN_BOUNDED(cancelling_what_is_done_changes_nothing);
    RUN_BOUNDED(cancelling_one_leaves_the_refresh_to_the_other);
    RUN_BOUNDED(an_operation_goes_on_without_a_handle);
    RUN_BOUNDED(what_the_work_lets_go_is_freed_by_the_pump);
    RUN_BOUNDED(the_callback_runs_in_the_pump_alone);
    RUN_BOUNDED(waiting_ends_with_the_operation_or_the_time);
    RUN_BOUNDED(a_login_is_completed_once_and_by_its_own_state);
    RUN_BOUNDED(an_operation_fails_as_the_blocking_call_does);
    RUN_BOUNDED(an_early_refresh_that_fails_gives_the_old_token);
    return check_exit();
}

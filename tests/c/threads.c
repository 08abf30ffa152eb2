/* Many threads on one self-refreshing token, and its listener. */
#include "tokens.h"
#include <pthread.h>
#include <stdatomic.h>

#define THREADS 64

static const char UNAVAILABLE[] =
    "{\"kind\": \"respond\", \"status\": 503, \"body\": \"busy\", \"times\": 0}";

/* So late that all threads wait for it. */
static const char UNAVAILABLE_LATE[] = "{\"kind\": \"respond\", \"status\": 503, \"body\": \"busy\", "
                                       "\"times\": 0, \"delay_ms\": 300}";

/* A token of a login, as good as expired, and what refreshes it. */
struct user {
    clef_credentials *credentials;
    clef_token *token;
    clef_refreshing_token *refreshing_token;
};

static struct user user_with_seconds_left(int64_t seconds)
{
    struct user user = {.credentials = sandbox_credentials(SANDBOX_CLIENT_SECRET, NULL)};
    clef_token *fresh = logged_in(user.credentials, 0);
    user.token = with_seconds_left(fresh, seconds);
    user.refreshing_token = refreshing(user.token, user.credentials);
    clef_token_free(fresh);
    return user;
}

static void free_user(struct user user)
{
    clef_refreshing_token_free(user.refreshing_token);
    clef_token_free(user.token);
    clef_credentials_free(user.credentials);
}

/* One thread: what it asked for and what it got. */
struct asker {
    const clef_refreshing_token *token;
    const char *rejected; /* invalidates this one, unless NULL */
    pthread_barrier_t *barrier;
    clef_status status;
    char *access_token;
    clef_error *error;
};

static void *ask(void *data)
{
    struct asker *asker = data;
    pthread_barrier_wait(asker->barrier);
    if (asker->rejected)
        asker->status =
            clef_refreshing_token_invalidate(asker->token, asker->rejected, &asker->error);
    else
        asker->status =
            clef_refreshing_token_access_token(asker->token, &asker->access_token, &asker->error);
    return NULL;
}

static void ask_all(struct asker *askers, const clef_refreshing_token *token, const char *rejected)
{
    pthread_barrier_t barrier;
    pthread_t threads[THREADS];
    pthread_barrier_init(&barrier, NULL, THREADS);
    for (int i = 0; i < THREADS; i++) {
        askers[i] = (struct asker){.token = token, .rejected = rejected, .barrier = &barrier};
        pthread_create(&threads[i], NULL, ask, &askers[i]);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&barrier);
}

static void free_answers(struct asker *askers)
{
    for (int i = 0; i < THREADS; i++) {
        clef_string_free(askers[i].access_token);
        clef_error_free(askers[i].error);
    }
}

static void one_request_goes_out_for_all_threads(void)
{
    sandbox_settings("{\"expires_in\": 1}");
    clef_credentials *credentials = sandbox_credentials(SANDBOX_CLIENT_SECRET, NULL);
    clef_token *token = logged_in(credentials, 0);
    clef_refreshing_token *refreshing_token = refreshing(token, credentials);
    while (clef_token_expires_in(token) > 0)
        short_pause();
    sandbox_settings("{\"expires_in\": 3600}");

    struct asker askers[THREADS];
    int asked = sandbox_count("refresh_token");
    ask_all(askers, refreshing_token, NULL);
    CHECK_INT(sandbox_count("refresh_token") - asked, 1);
    for (int i = 0; i < THREADS; i++) {
        CHECK_INT(askers[i].status, CLEF_STATUS_OK);
        CHECK_STRING(askers[i].access_token, askers[0].access_token);
    }
    CHECK(strcmp(askers[0].access_token, clef_token_access_token(token)) != 0);
    free_answers(askers);
    sandbox_reset();
    clef_refreshing_token_free(refreshing_token);
    clef_token_free(token);
    clef_credentials_free(credentials);
}

static void every_thread_gets_its_error_and_the_next_attempt_works(void)
{
    struct user user = user_with_seconds_left(-1);
    char *before = json_of(user.token);
    struct asker askers[THREADS];
    int asked = sandbox_count("refresh_token");
    sandbox_fault(UNAVAILABLE_LATE);
    ask_all(askers, user.refreshing_token, NULL);
    /* A thread that came after one failed tries anew: a few at the most, since the failure takes its time. */
    CHECK(sandbox_count("refresh_token") - asked >= 1);
    CHECK(sandbox_count("refresh_token") - asked < THREADS / 4);
    for (int i = 0; i < THREADS; i++) {
        CHECK_INT(askers[i].status, CLEF_STATUS_HTTP);
        CHECK_INT(clef_error_http_status(askers[i].error), 503);
        CHECK(askers[i].access_token == NULL);
    }
    free_answers(askers);
    check_unchanged(user.refreshing_token, before);

    sandbox_clear_faults();
    asked = sandbox_count("refresh_token");
    ask_all(askers, user.refreshing_token, NULL);
    CHECK_INT(sandbox_count("refresh_token") - asked, 1);
    for (int i = 0; i < THREADS; i++)
        CHECK_INT(askers[i].status, CLEF_STATUS_OK);
    free_answers(askers);
    clef_string_free(before);
    free_user(user);
}

static void only_the_first_with_a_stale_access_token_refreshes(void)
{
    struct user user = user_with_seconds_left(3600);
    struct asker askers[THREADS];
    int asked = sandbox_count("refresh_token");
    ask_all(askers, user.refreshing_token, clef_token_access_token(user.token));
    CHECK_INT(sandbox_count("refresh_token") - asked, 1);
    for (int i = 0; i < THREADS; i++)
        CHECK_INT(askers[i].status, CLEF_STATUS_OK);
    free_answers(askers);

    clef_error *error = NULL;
    char *access_token = NULL;
    CHECK_OK(clef_refreshing_token_access_token(user.refreshing_token, &access_token, &error));
    CHECK(strcmp(access_token, clef_token_access_token(user.token)) != 0);
    clef_string_free(access_token);
    CHECK_INT(sandbox_count("refresh_token") - asked, 1);
    free_user(user);
}

/* The Web API knows better than the expiry: a rejected token is not served again. */
static void a_rejected_token_is_not_served_when_its_refresh_fails(void)
{
    struct user user = user_with_seconds_left(3600);
    clef_error *error = NULL;
    char *access_token = NULL;
    sandbox_fault(UNAVAILABLE);
    CHECK_STATUS(clef_refreshing_token_invalidate(
                     user.refreshing_token, clef_token_access_token(user.token), &error),
                 CLEF_STATUS_HTTP);
    CHECK_STATUS(clef_refreshing_token_access_token(user.refreshing_token, &access_token, &error),
                 CLEF_STATUS_HTTP);
    CHECK(access_token == NULL);
    sandbox_clear_faults();
    CHECK_OK(clef_refreshing_token_access_token(user.refreshing_token, &access_token, &error));
    CHECK(strcmp(access_token, clef_token_access_token(user.token)) != 0);
    clef_string_free(access_token);
    free_user(user);
}

static void check_serves(struct user user, const char *expected)
{
    clef_error *error = NULL;
    char *access_token = NULL;
    CHECK_OK(clef_refreshing_token_access_token(user.refreshing_token, &access_token, &error));
    CHECK_STRING(access_token, expected);
    clef_string_free(access_token);
}

static void a_valid_token_is_served_when_an_early_refresh_fails(void)
{
    struct user user = user_with_seconds_left(50);
    const char *old = clef_token_access_token(user.token);
    clef_error *error = NULL, *last_error = NULL;
    int asked = sandbox_count("refresh_token");
    CHECK(clef_token_is_expiring(user.token));
    CHECK_OK(clef_refreshing_token_last_error(user.refreshing_token, &last_error, &error));
    CHECK(last_error == NULL);

    int64_t start = monotonic_ms();
    sandbox_fault(UNAVAILABLE);
    check_serves(user, old);
    CHECK_INT(sandbox_count("refresh_token") - asked, 1);
    CHECK_OK(clef_refreshing_token_last_error(user.refreshing_token, &last_error, &error));
    CHECK_INT(clef_error_status(last_error), CLEF_STATUS_HTTP);
    CHECK_INT(clef_error_http_status(last_error), 503);
    clef_error_free(last_error);

    for (int again = 0; again < 20; again++)
        check_serves(user, old);
    if (monotonic_ms() - start < 5000)
        CHECK_INT(sandbox_count("refresh_token") - asked, 1);
    else
        CHECK(sandbox_count("refresh_token") - asked <= 3);

    /* Told to, it does not wait. */
    sandbox_clear_faults();
    CHECK_OK(clef_refreshing_token_refresh(user.refreshing_token, &error));
    CHECK_OK(clef_refreshing_token_last_error(user.refreshing_token, &last_error, &error));
    CHECK(last_error == NULL);
    char *access_token = NULL;
    CHECK_OK(clef_refreshing_token_access_token(user.refreshing_token, &access_token, &error));
    CHECK(strcmp(access_token, old) != 0);
    clef_string_free(access_token);
    free_user(user);
}

/* While one thread refreshes early, the others are served the old token and do not wait. */
static void an_early_refresh_holds_nobody_up(void)
{
    struct user user = user_with_seconds_left(55);
    struct asker askers[THREADS];
    int asked = sandbox_count("refresh_token");
    sandbox_fault("{\"kind\": \"delay\", \"delay_ms\": 300}");
    ask_all(askers, user.refreshing_token, NULL);
    CHECK_INT(sandbox_count("refresh_token") - asked, 1);
    int old = 0;
    for (int i = 0; i < THREADS; i++) {
        CHECK_INT(askers[i].status, CLEF_STATUS_OK);
        old += strcmp(askers[i].access_token, clef_token_access_token(user.token)) == 0;
    }
    CHECK(old > 0 && old < THREADS);
    free_answers(askers);
    free_user(user);
}

static void check_try(struct user user, clef_status expected, const char *access_token)
{
    clef_error *error = NULL;
    char *got = (char *)"not empty";
    CHECK_STATUS(clef_refreshing_token_try_access_token(user.refreshing_token, &got, &error),
                 expected);
    if (access_token)
        CHECK_STRING(got, access_token);
    else
        CHECK(got == NULL);
    clef_string_free(got);
}

static void a_try_neither_waits_nor_asks(void)
{
    int asked = sandbox_count("refresh_token");
    struct user fresh = user_with_seconds_left(3600);
    check_try(fresh, CLEF_STATUS_OK, clef_token_access_token(fresh.token));
    struct user expiring = user_with_seconds_left(50);
    check_try(expiring, CLEF_STATUS_WOULD_BLOCK, NULL);
    struct user expired = user_with_seconds_left(0);
    check_try(expired, CLEF_STATUS_WOULD_BLOCK, NULL);
    CHECK_INT(sandbox_count("refresh_token") - asked, 0);

    /* Once an early refresh has failed, who may block is not made to wait either. */
    sandbox_fault(UNAVAILABLE);
    check_serves(expiring, clef_token_access_token(expiring.token));
    check_try(expiring, CLEF_STATUS_OK, clef_token_access_token(expiring.token));
    sandbox_clear_faults();

    clef_error *error = NULL;
    sandbox_fault("{\"kind\": \"respond\", \"status\": 400,"
                  " \"body\": \"{\\\"error\\\":\\\"invalid_grant\\\"}\"}");
    CHECK_STATUS(clef_refreshing_token_refresh(expired.refreshing_token, &error),
                 CLEF_STATUS_LOGIN_REQUIRED);
    check_try(expired, CLEF_STATUS_LOGIN_REQUIRED, NULL);
    CHECK_INT(sandbox_count("refresh_token") - asked, 2);

    CHECK_OK(clef_refreshing_token_refresh(expired.refreshing_token, &error));
    char *access_token = NULL;
    CHECK_OK(clef_refreshing_token_access_token(expired.refreshing_token, &access_token, &error));
    check_try(expired, CLEF_STATUS_OK, access_token);
    clef_string_free(access_token);
    free_user(fresh);
    free_user(expiring);
    free_user(expired);
}

/* What a listener heard, and what it is to do. */
struct ear {
    clef_refreshing_token *token;
    clef_status answer; /* to CLEF_EVENT_CHANGED */
    bool removes_itself;
    atomic_int *stands_still; /* waits until somebody sets it, or for a while */
    atomic_bool inside, left;
    int changed, failed, login_required, grant_expiring;
    atomic_int freed;
    bool freed_inside;
    char offered[2][1024]; /* the last two access tokens */
};

static void free_ear(void *data)
{
    struct ear *ear = data;
    ear->freed++;
    ear->freed_inside = ear->inside;
}

static void check_would_block(struct ear *ear)
{
    clef_error *error = NULL;
    char *access_token = (char *)ear;
    CHECK_STATUS(clef_refreshing_token_access_token(ear->token, &access_token, &error),
                 CLEF_STATUS_WOULD_BLOCK);
    CHECK(access_token == NULL);
    CHECK_STATUS(clef_refreshing_token_refresh(ear->token, &error), CLEF_STATUS_WOULD_BLOCK);
    CHECK_STATUS(clef_refreshing_token_invalidate(ear->token, "any", &error),
                 CLEF_STATUS_WOULD_BLOCK);
}

static clef_status hear(void *data, clef_event event, const clef_token *token,
                        const clef_error *error)
{
    struct ear *ear = data;
    ear->inside = true;
    check_would_block(ear);

    clef_error *own_error = NULL;
    clef_token *published = NULL;
    CHECK_INT(clef_refreshing_token_token(ear->token, &published, &own_error), CLEF_STATUS_OK);
    bool is_published =
        strcmp(clef_token_access_token(published), clef_token_access_token(token)) == 0;
    clef_token_free(published);

    if (event == CLEF_EVENT_CHANGED) {
        /* Either it is new and not yet published, or it was refused before and is. */
        strcpy(ear->offered[0], ear->offered[1]);
        snprintf(ear->offered[1], sizeof ear->offered[1], "%s", clef_token_access_token(token));
        bool again = strcmp(ear->offered[0], ear->offered[1]) == 0;
        CHECK(is_published == again);
        CHECK(error == NULL);
        ear->changed++;
    } else {
        CHECK(event == CLEF_EVENT_GRANT_EXPIRING ? !is_published : is_published);
        CHECK((error != NULL) == (event != CLEF_EVENT_GRANT_EXPIRING));
        ear->failed += event == CLEF_EVENT_REFRESH_FAILED;
        ear->login_required += event == CLEF_EVENT_LOGIN_REQUIRED;
        ear->grant_expiring += event == CLEF_EVENT_GRANT_EXPIRING;
    }
    if (ear->removes_itself) {
        CHECK_INT(clef_refreshing_token_set_listener(ear->token, NULL, NULL, NULL, NULL),
                  CLEF_STATUS_OK);
        CHECK_INT(ear->freed, 0);
    }
    for (int i = 0; ear->stands_still && *ear->stands_still == 0 && i < 100; i++)
        short_pause();
    ear->left = true;
    ear->inside = false;
    return ear->answer;
}

static void listen_with(struct user user, struct ear *ear)
{
    clef_error *error = NULL;
    ear->token = user.refreshing_token;
    CHECK_OK(
        clef_refreshing_token_set_listener(user.refreshing_token, hear, ear, free_ear, &error));
}

static void a_listener_hears_of_a_token_before_anybody_else(void)
{
    struct user user = user_with_seconds_left(-1);
    struct ear ear = {0};
    clef_error *error = NULL;
    listen_with(user, &ear);
    CHECK_OK(clef_refreshing_token_refresh(user.refreshing_token, &error));
    CHECK_INT(ear.changed, 1);
    check_serves(user, ear.offered[1]);
    CHECK_INT(ear.changed, 1);
    CHECK_INT(ear.freed, 0);
    free_user(user);
    CHECK_INT(ear.freed, 1);
}

static void a_refused_token_is_offered_again(void)
{
    struct user user = user_with_seconds_left(-1);
    struct ear ear = {.answer = CLEF_STATUS_STORE};
    clef_error *error = NULL;
    listen_with(user, &ear);
    CHECK_OK(clef_refreshing_token_refresh(user.refreshing_token, &error));
    CHECK_INT(ear.changed, 1);
    /* It is used all the same. */
    check_serves(user, ear.offered[1]);

    /* Before the next refresh, also one that fails; and as long as it is refused. */
    sandbox_fault("{\"kind\": \"respond\", \"status\": 503}");
    CHECK_STATUS(clef_refreshing_token_refresh(user.refreshing_token, &error), CLEF_STATUS_HTTP);
    CHECK_INT(ear.changed, 2);
    CHECK_STRING(ear.offered[1], ear.offered[0]);
    CHECK_INT(ear.failed, 1);

    ear.answer = CLEF_STATUS_OK;
    CHECK_OK(clef_refreshing_token_refresh(user.refreshing_token, &error));
    CHECK_INT(ear.changed, 4);
    CHECK(strcmp(ear.offered[1], ear.offered[0]) != 0);
    check_serves(user, ear.offered[1]);

    CHECK_OK(clef_refreshing_token_refresh(user.refreshing_token, &error));
    CHECK_INT(ear.changed, 5);
    free_user(user);
    CHECK_INT(ear.freed, 1);
}

static void a_listener_hears_of_failures(void)
{
    struct user user = user_with_seconds_left(-1);
    struct ear ear = {0};
    clef_error *error = NULL;
    char *access_token = NULL;
    listen_with(user, &ear);
    sandbox_fault("{\"kind\": \"respond\", \"status\": 503}");
    CHECK_STATUS(clef_refreshing_token_access_token(user.refreshing_token, &access_token, &error),
                 CLEF_STATUS_HTTP);
    CHECK_INT(ear.failed, 1);
    CHECK_INT(ear.login_required, 0);

    sandbox_admin("POST", "/sandbox/revoke", "{}");
    for (int again = 0; again < 3; again++)
        CHECK_STATUS(
            clef_refreshing_token_access_token(user.refreshing_token, &access_token, &error),
            CLEF_STATUS_LOGIN_REQUIRED);
    CHECK_INT(ear.failed, 1);
    CHECK_INT(ear.login_required, 1);
    CHECK_INT(ear.changed, 0);
    free_user(user);
    CHECK_INT(ear.freed, 1);
}

static void a_listener_hears_once_that_the_grant_ends(void)
{
    struct user user = user_with_seconds_left(-1);
    struct ear ear = {0};
    clef_error *error = NULL;
    clef_token *old = NULL;
    const int64_t six_months = 15778800, a_week = 7 * 24 * 3600;
    CHECK_OK(clef_token_with_authorised_at(user.token, time(NULL) - six_months + a_week, &old,
                                           &error));
    clef_refreshing_token_free(user.refreshing_token);
    user.refreshing_token = refreshing(old, user.credentials);
    listen_with(user, &ear);
    for (int again = 0; again < 2; again++)
        CHECK_OK(clef_refreshing_token_refresh(user.refreshing_token, &error));
    CHECK_INT(ear.grant_expiring, 1);
    CHECK_INT(ear.changed, 2);
    clef_token_free(old);
    free_user(user);
}

static void user_data_is_freed_once_however_a_listener_ends(void)
{
    struct user user = user_with_seconds_left(3600);
    clef_error *error = NULL;

    struct ear replaced = {0}, removed = {0}, kept = {0}, unused = {0};
    listen_with(user, &replaced);
    listen_with(user, &removed);
    CHECK_INT(replaced.freed, 1);
    CHECK_INT(removed.freed, 0);
    CHECK_OK(clef_refreshing_token_set_listener(user.refreshing_token, NULL, NULL, NULL, &error));
    CHECK_INT(removed.freed, 1);
    CHECK_OK(clef_refreshing_token_refresh(user.refreshing_token, &error));
    CHECK_INT(replaced.changed + removed.changed, 0);

    CHECK_STATUS(clef_refreshing_token_set_listener(NULL, hear, &unused, free_ear, &error),
                 CLEF_STATUS_INVALID_ARGUMENT);
    CHECK_INT(unused.freed, 1);
    CHECK_OK(clef_refreshing_token_set_listener(user.refreshing_token, NULL, &unused, free_ear,
                                                &error));
    CHECK_INT(unused.freed, 2);

    listen_with(user, &kept);
    clef_refreshing_token *other = clef_refreshing_token_clone(user.refreshing_token);
    free_user(user);
    CHECK_INT(kept.freed, 0);
    clef_refreshing_token_free(other);
    CHECK_INT(kept.freed, 1);
    CHECK_INT(replaced.freed + removed.freed, 2);
    CHECK_INT(unused.freed, 2);
}

static void a_listener_may_remove_itself(void)
{
    struct user user = user_with_seconds_left(-1);
    struct ear ear = {.removes_itself = true};
    clef_error *error = NULL;
    listen_with(user, &ear);
    CHECK_OK(clef_refreshing_token_refresh(user.refreshing_token, &error));
    CHECK_INT(ear.freed, 1);
    CHECK(!ear.freed_inside);
    CHECK_OK(clef_refreshing_token_refresh(user.refreshing_token, &error));
    CHECK_INT(ear.changed, 1);
    free_user(user);
    CHECK_INT(ear.freed, 1);
}

static void *refresh(void *data)
{
    CHECK_INT(clef_refreshing_token_refresh(data, NULL), CLEF_STATUS_OK);
    return NULL;
}

/* The listener stays a while, or until its removal returned, which must not be. */
static void removing_a_listener_waits_for_it(void)
{
    struct user user = user_with_seconds_left(-1);
    atomic_int removed = 0;
    struct ear ear = {.stands_still = &removed};
    clef_error *error = NULL;
    listen_with(user, &ear);
    pthread_t thread;
    pthread_create(&thread, NULL, refresh, user.refreshing_token);
    while (!ear.inside && !ear.left)
        short_pause();
    CHECK_OK(clef_refreshing_token_set_listener(user.refreshing_token, NULL, NULL, NULL, &error));
    removed = 1;
    CHECK(ear.left);
    CHECK(!ear.freed_inside);
    CHECK_INT(ear.freed, 1);
    pthread_join(thread, NULL);
    free_user(user);
    CHECK_INT(ear.freed, 1);
}

/* A sender of the token's own that asks it: it would wait for itself. */
static void ask_from_within(void *data, clef_exchange *exchange)
{
    struct ear *ear = data;
    check_would_block(ear);
    clef_exchange_fail(exchange, CLEF_STATUS_TRANSPORT, 0, NULL);
}

static void asking_from_the_sender_would_block(void)
{
    struct ear ear = {0};
    clef_error *error = NULL;
    clef_sender *sender = NULL;
    clef_token *token = NULL;
    char *access_token = NULL;
    CHECK_OK(clef_sender_new_custom(ask_from_within, &ear, NULL, -1, &sender, &error));
    clef_credentials *credentials = sandbox_credentials(SANDBOX_CLIENT_SECRET, sender);
    CHECK_OK(clef_token_from_json("{\"access_token\": \"a\", \"refresh_token\": \"r\","
                                  " \"expires_at\": 1}",
                                  0, &token, &error));
    ear.token = refreshing(token, credentials);
    CHECK_STATUS(clef_refreshing_token_access_token(ear.token, &access_token, &error),
                 CLEF_STATUS_TRANSPORT);
    clef_refreshing_token_free(ear.token);
    clef_token_free(token);
    clef_credentials_free(credentials);
    clef_sender_free(sender);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    sandbox_url = argv[1];
    RUN(one_request_goes_out_for_all_threads);
    RUN(every_thread_gets_its_error_and_the_next_attempt_works);
    RUN(only_the_first_with_a_stale_access_token_refreshes);
    RUN(a_rejected_token_is_not_served_when_its_refresh_fails);
    RUN(a_valid_token_is_served_when_an_early_refresh_fails);
    RUN(an_early_refresh_holds_nobody_up);
    RUN(a_try_neither_waits_nor_asks);
    RUN(a_listener_hears_of_a_token_before_anybody_else);
    RUN(a_refused_token_is_offered_again);
    RUN(a_listener_hears_of_failures);
    RUN(a_listener_hears_once_that_the_grant_ends);
    RUN(user_data_is_freed_once_however_a_listener_ends);
    RUN(a_listener_may_remove_itself);
    RUN(removing_a_listener_waits_for_it);
    RUN(asking_from_the_sender_would_block);
    return check_exit();
}

/* What is under way ends at once when it is cancelled, when its runtime is closed, and when that is freed; but for a
 * refresh token that may be spent. The times are required, so they are measured; under valgrind or a sanitiser they are
 * only told. */
#include "under_way.h"
#include "watched.h"

#define CANCEL_MS 100
#define FREE_MS 250

/* A loaded machine may miss a bound now and then. */
#define TRIES 3

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* Says what a scene took; whether that was too long, so that it is to be tried again. */
static bool took_too_long(const char *scene, double took, double bound, int try)
{
    printf("   %-32s %7.1f ms of %.0f%s\n", scene, took, bound,
           is_watched() ? ", not required here" : "");
    if (took <= bound || is_watched())
        return false;
    if (try + 1 == TRIES)
        check_failed(__FILE__, __LINE__, scene, "too slow", "in time");
    return true;
}

/* Beyond the bounds, but for what is not in /proc any more a moment later. */
static void check_no_thread_is_left(void)
{
    UNTIL(clef_threads() == 0);
}

static const struct state LOOKING_UP = STATE(looking_up);

/* Nothing of clef is at it any more. */
static bool has_ended(const struct under_way *under_way, const struct places *places)
{
    if (under_way->connection > 0)
        return is_closed_by_peer(under_way->connection);
    if (under_way->exchange)
        return clef_exchange_is_cancelled(under_way->exchange);
    if (under_way->sender)
        return !clef_sender_next_exchange(under_way->sender);
    if (under_way->has_sender)
        return under_way->senders_freed == 1;
    return connections_to(atoi(strrchr(sandbox_url, ':') + 1), ESTABLISHED) == 0 &&
           connections_to(places->full.port, CONNECTING) == 0;
}

static double cancel_in(const struct state *state, const struct places *places)
{
    clef_runtime *runtime = new_runtime();
    clef_error *error = NULL;
    struct under_way under_way = {0};
    state->begin(&under_way, runtime, places);
    CHECK(!clef_operation_is_done(under_way.operation));

    double start = now_ms();
    clef_operation_cancel(under_way.operation);
    CHECK_OK(clef_operation_wait(under_way.operation, GENEROUS_MS, &error));
    CHECK_INT(under_way.heard.completions, 0);
    UNTIL((clef_runtime_run_callbacks(runtime), has_ended(&under_way, places)));
    double took = now_ms() - start;

    check_cancelled(&under_way);
    clef_runtime_free(runtime);
    CHECK_INT(under_way.heard.completions, 1);
    end_under_way(&under_way);
    sandbox_clear_faults();
    return took;
}

static void cancelling_takes_no_time(void)
{
    struct places places = open_places();
    for (int i = 0; i <= STATE_COUNT; i++) {
        const struct state *state = i < STATE_COUNT ? &STATES[i] : &LOOKING_UP;
        for (int try = 0; try < TRIES; try++)
            if (!took_too_long(state->name, cancel_in(state, &places), CANCEL_MS, try))
                break;
    }
    let_lookups_end(true);
    check_no_thread_is_left();
    let_lookups_end(false);
    close_places(&places);
}

#define OPERATIONS 100

/* Of the 32 that can be on the wire: so many hang in the look-up, and so many in each state of a connection. */
#define LOOKING_UP_COUNT 7
#define NETWORK_STATES 5

static double free_them_all(const struct places *places)
{
    static struct under_way all[OPERATIONS];
    memset(all, 0, sizeof all);
    clef_runtime *runtime = new_runtime();
    int begun_before = count_lookups(&lookups_begun);
    int count = 0;
    clef_sender *sender = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_sender_new_http(NULL, &sender, &error));
    for (; count < LOOKING_UP_COUNT; count++)
        start_looking_up(&all[count], runtime, sender);
    clef_sender_free(sender);
    for (; count < 32; count++)
        STATES[count % NETWORK_STATES].begin(&all[count], runtime, places);
    /* Those that wait for a pump come last. */
    int hosts = STATE_COUNT - NETWORK_STATES;
    for (int rest = OPERATIONS - count, i = 0; i < rest; i++)
        STATES[NETWORK_STATES + i * hosts / rest].begin(&all[count++], runtime, places);
    CHECK_INT(count_threads(looks_up), 1);
    CHECK_INT(clef_threads(), 1 + 32 + 1);
    for (int i = 0; i < OPERATIONS; i++)
        CHECK_INT(all[i].heard.completions, 0);

    double start = now_ms();
    clef_runtime_free(runtime);
    double took = now_ms() - start;

    for (int i = 0; i < OPERATIONS; i++)
        check_cancelled(&all[i]);
    /* Only the thread that hangs in the resolver is left: one for all that asked one sender for the same name. */
    UNTIL(clef_threads() == 1);
    CHECK_INT(count_threads(looks_up), 1);
    CHECK_INT(count_lookups(&lookups_begun) - begun_before, 1);
    for (int i = 0; i < OPERATIONS; i++)
        end_under_way(&all[i]);
    for (int i = 0; i < OPERATIONS; i++)
        CHECK_INT(all[i].heard.completions, 1);
    sandbox_clear_faults();
    let_lookups_end(true);
    check_no_thread_is_left();
    let_lookups_end(false);
    return took;
}

static void freeing_a_runtime_takes_no_time(void)
{
    struct places places = open_places();
    for (int try = 0; try < TRIES; try++)
        if (!took_too_long("100 operations", free_them_all(&places), FREE_MS, try))
            break;
    close_places(&places);
}

/* What the listener of a self-refreshing token heard. */
struct ear {
    int changed, others;
    pthread_t thread;
    char *saved;
};

static clef_status hear(void *data, clef_event event, const clef_token *token,
                        const clef_error *error)
{
    struct ear *ear = data;
    CHECK((error == NULL) == (event == CLEF_EVENT_CHANGED));
    ear->thread = pthread_self();
    if (event != CLEF_EVENT_CHANGED) {
        ear->others++;
        return CLEF_STATUS_OK;
    }
    ear->changed++;
    clef_string_free(ear->saved);
    ear->saved = json_of(token);
    return CLEF_STATUS_OK;
}

/* A refresh that the service has got, and whose answer it holds back. */
struct spent {
    clef_runtime *runtime;
    clef_credentials *credentials;
    clef_refreshing_token *token;
    struct under_way under_way;
    struct ear ear;
};

static void begin_spent(struct spent *spent, const clef_sender *sender, int answer_after_ms)
{
    char fault[100];
    clef_error *error = NULL;
    memset(spent, 0, sizeof *spent);
    sandbox_settings("{\"rotation\": \"on\", \"reuse_detection\": true}");
    spent->runtime = new_runtime();
    spent->credentials = sandbox_credentials(SANDBOX_CLIENT_SECRET, sender);
    clef_credentials *plain = sandbox_credentials(SANDBOX_CLIENT_SECRET, NULL);
    clef_token *token = logged_in(plain, 0);
    clef_credentials_free(plain);
    spent->token = refreshing(token, spent->credentials);
    clef_token_free(token);
    CHECK_OK(clef_refreshing_token_set_listener(spent->token, hear, &spent->ear, NULL, &error));

    int before = sandbox_count("refresh_token");
    snprintf(fault, sizeof fault, "{\"kind\": \"edit\", \"delay_ms\": %d}", answer_after_ms);
    sandbox_fault(fault);
    CHECK_OK(clef_refreshing_token_refresh_start(spent->token, spent->runtime, hear_completion,
                                                 &spent->under_way.heard, free_heard,
                                                 &spent->under_way.operation, &error));
    UNTIL(sandbox_count("refresh_token") > before);
}

/* Without the runtime, which is freed. */
static void end_spent(struct spent *spent)
{
    check_cancelled(&spent->under_way);
    check_no_thread_is_left();
    end_under_way(&spent->under_way);
    clef_refreshing_token_free(spent->token);
    clef_credentials_free(spent->credentials);
    clef_string_free(spent->ear.saved);
    sandbox_reset();
}

/* The new token was heard of here, and the service takes it: the family of tokens was not revoked. */
static void check_kept(const struct spent *spent)
{
    clef_error *error = NULL;
    clef_token *saved = NULL, *current = NULL, *next = NULL;
    CHECK_INT(spent->ear.changed, 1);
    CHECK_INT(spent->ear.others, 0);
    CHECK(pthread_equal(spent->ear.thread, pthread_self()));
    if (!spent->ear.saved)
        return;
    CHECK_OK(clef_token_from_json(spent->ear.saved, 0, &saved, &error));
    CHECK_OK(clef_refreshing_token_token(spent->token, &current, &error));
    CHECK_STRING(clef_token_access_token(current), clef_token_access_token(saved));
    CHECK_OK(clef_credentials_refresh(spent->credentials, saved, &next, &error));
    clef_token_free(saved);
    clef_token_free(current);
    clef_token_free(next);
}

static void a_spent_refresh_token_is_waited_for(void)
{
    struct spent spent;
    begin_spent(&spent, NULL, 800);
    double start = now_ms();
    clef_runtime_free(spent.runtime);
    printf("   carried through in %.1f ms, the answer came after 800\n", now_ms() - start);
    check_kept(&spent);
    end_spent(&spent);
}

/* Cancelled, the operation is done at once; its token takes the answer over. */
static void a_cancelled_refresh_is_kept(void)
{
    struct spent spent;
    clef_error *error = NULL;
    begin_spent(&spent, NULL, 500);
    double start = now_ms();
    clef_operation_cancel(spent.under_way.operation);
    CHECK_OK(clef_operation_wait(spent.under_way.operation, GENEROUS_MS, &error));
    double took = now_ms() - start;
    printf("   cancelled in %.1f ms, the answer came after 500\n", took);
    CHECK(took < 400 || is_watched());
    CHECK_INT(spent.ear.changed, 0);
    clef_runtime_free(spent.runtime);
    check_kept(&spent);
    end_spent(&spent);
}

static void a_spent_refresh_token_is_waited_for_within_the_timeout_of_its_sender(void)
{
    struct spent spent;
    clef_http_config *config = clef_http_config_new();
    clef_sender *sender = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_http_config_set_timeout(config, 1000, &error));
    CHECK_OK(clef_sender_new_http(config, &sender, &error));
    clef_http_config_free(config);
    begin_spent(&spent, sender, 60000);
    double start = now_ms();
    clef_runtime_free(spent.runtime);
    double took = now_ms() - start;
    printf("   given up after %.1f ms, the timeout is 1000\n", took);
    CHECK(took < 1000 + FREE_MS || is_watched());
    CHECK_INT(spent.ear.changed, 0);
    CHECK_INT(spent.ear.others, 1);
    clef_sender_free(sender);
    end_spent(&spent);
}

static void close_until_its_time_is_up(const struct spent *spent)
{
    clef_error *error = NULL;
    double start = now_ms();
    CHECK_STATUS(clef_runtime_close(spent->runtime, 50, &error), CLEF_STATUS_TIMEOUT);
    CHECK(now_ms() - start >= 50);
}

static void a_close_that_timed_out_is_repeated(void)
{
    struct spent spent;
    clef_error *error = NULL;
    begin_spent(&spent, NULL, 800);
    close_until_its_time_is_up(&spent);
    close_until_its_time_is_up(&spent);
    CHECK_OK(clef_runtime_close(spent.runtime, -1, &error));
    check_kept(&spent);
    clef_runtime_free(spent.runtime);
    end_spent(&spent);
}

static void freeing_after_a_close_that_timed_out_gives_up(void)
{
    for (int try = 0; try < TRIES; try++) {
        struct spent spent;
        begin_spent(&spent, NULL, 60000);
        close_until_its_time_is_up(&spent);
        double start = now_ms();
        clef_runtime_free(spent.runtime);
        double took = now_ms() - start;
        CHECK_INT(spent.ear.changed, 0);
        end_spent(&spent);
        if (!took_too_long("after a close that timed out", took, FREE_MS, try))
            break;
    }
}

/* A refresh through a sender of the host's, which has the exchange. */
static void begin_kept_by_host(struct spent *spent, int64_t timeout_ms)
{
    clef_error *error = NULL;
    memset(spent, 0, sizeof *spent);
    spent->runtime = new_runtime();
    clef_sender *sender = NULL;
    spent->under_way.has_sender = true;
    CHECK_OK(clef_sender_new_custom(keep_exchange, &spent->under_way, free_sender, timeout_ms,
                                    &sender, &error));
    spent->credentials = sandbox_credentials(SANDBOX_CLIENT_SECRET, sender);
    clef_sender_free(sender);
    clef_token *token = NULL;
    CHECK_OK(clef_token_from_json("{\"access_token\": \"a\", \"refresh_token\": \"r\"}", 0, &token,
                                  &error));
    spent->token = refreshing(token, spent->credentials);
    clef_token_free(token);
    CHECK_OK(clef_refreshing_token_refresh_start(spent->token, spent->runtime, hear_completion,
                                                 &spent->under_way.heard, free_heard,
                                                 &spent->under_way.operation, &error));
    pump_until_sent(&spent->under_way, spent->runtime);
}

/* The token's last handle goes first, since the credentials hold the sender that end_under_way looks for. */
static void end_kept_by_host(struct spent *spent)
{
    clef_refreshing_token_free(spent->token);
    clef_credentials_free(spent->credentials);
    check_cancelled(&spent->under_way);
    end_under_way(&spent->under_way);
    check_no_thread_is_left();
}

static void a_sender_of_the_host_is_waited_for_within_its_timeout(void)
{
    struct spent spent;
    begin_kept_by_host(&spent, 600);
    double start = now_ms();
    clef_runtime_free(spent.runtime);
    double took = now_ms() - start;
    printf("   given up after %.1f ms, the timeout is 600\n", took);
    CHECK(took > 300);
    CHECK(took < 600 + FREE_MS || is_watched());
    end_kept_by_host(&spent);
}

static void a_sender_without_a_timeout_is_not_waited_for(void)
{
    for (int try = 0; try < TRIES; try++) {
        struct spent spent;
        begin_kept_by_host(&spent, -1);
        double start = now_ms();
        clef_runtime_free(spent.runtime);
        double took = now_ms() - start;
        end_kept_by_host(&spent);
        if (!took_too_long("a sender without a timeout", took, FREE_MS, try))
            break;
    }
}

static atomic_int handled;

static void handle(int signal)
{
    (void)signal;
    handled++;
}

/* The threads of clef are the only ones that could take it. */
static void signals_are_left_to_the_host(void)
{
    struct places places = open_places();
    clef_runtime *runtime = new_runtime();
    struct under_way connection = {0}, lookup = {0};
    sigset_t blocked, before, pending;
    state_waiting_for_the_answer(&connection, runtime, &places);
    state_looking_up(&lookup, runtime, &places);
    CHECK_INT(clef_threads(), 1 + 2 + 1);

    signal(SIGUSR1, handle);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &blocked, &before);
    kill(getpid(), SIGUSR1);
    /* Each of them runs once more before it ends. */
    let_lookups_end(true);
    clef_runtime_free(runtime);
    check_no_thread_is_left();
    CHECK_INT(handled, 0);
    sigpending(&pending);
    CHECK(sigismember(&pending, SIGUSR1) == 1);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    CHECK_INT(handled, 1);

    let_lookups_end(false);
    check_cancelled(&connection);
    CHECK_INT(lookup.heard.completions, 1);
    end_under_way(&connection);
    end_under_way(&lookup);
    close_places(&places);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    sandbox_url = argv[1];
    RUN_BOUNDED(cancelling_takes_no_time);
    RUN_BOUNDED(freeing_a_runtime_takes_no_time);
    RUN_BOUNDED(a_spent_refresh_token_is_waited_for);
    RUN_BOUNDED(a_cancelled_refresh_is_kept);
    RUN_BOUNDED(a_spent_refresh_token_is_waited_for_within_the_timeout_of_its_sender);
    RUN_BOUNDED(a_close_that_timed_out_is_repeated);
    RUN_BOUNDED(freeing_after_a_close_that_timed_out_gives_up);
    RUN_BOUNDED(a_sender_of_the_host_is_waited_for_within_its_timeout);
    RUN_BOUNDED(a_sender_without_a_timeout_is_not_waited_for);
    RUN_BOUNDED(signals_are_left_to_the_host);
    return check_exit();
}

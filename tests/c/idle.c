/*
 * A runtime with nothing to do costs nothing: it has done something, and is then left alone for ten
 * seconds, with one thread that waits for it and one that polls its descriptor. So has another one,
 * which keeps a token fresh, and so looks at the clock every 15 seconds.
 */
#include "tokens.h"
#include <poll.h>
#include <pthread.h>
#include <sys/resource.h>

#define IDLE_S 10

static clef_runtime *runtime;

static void *wait_for_it(void *unused)
{
    (void)unused;
    clef_error *error = NULL;
    CHECK_OK(clef_runtime_wait(runtime, 10 * GENEROUS_MS, &error));
    return NULL;
}

static void *poll_it(void *unused)
{
    (void)unused;
    struct pollfd event = {.fd = clef_runtime_fd(runtime), .events = POLLIN};
    CHECK_INT(poll(&event, 1, 10 * GENEROUS_MS), 1);
    return NULL;
}

static int64_t processor_us(void)
{
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (int64_t)used.tv_sec * 1000000 + used.tv_nsec / 1000;
}

/* How often a thread of this process went to sleep. */
static long sleeps(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_nvcsw;
}

/* Its driver and a carrier are at work, and then have nothing to do. */
static clef_runtime *used_once(const clef_refreshing_token *token)
{
    clef_error *error = NULL;
    clef_runtime *used = NULL;
    clef_operation *operation = NULL;
    CHECK_OK(clef_runtime_new(&used, &error));
    CHECK_OK(clef_refreshing_token_refresh_start(token, used, NULL, NULL, NULL, &operation,
                                                 &error));
    CHECK_OK(clef_operation_wait(operation, GENEROUS_MS, &error));
    clef_operation_free(operation);
    return used;
}

static void an_idle_runtime_uses_no_processor_time(void)
{
    clef_error *error = NULL;
    clef_credentials *credentials = sandbox_credentials(SANDBOX_CLIENT_SECRET, NULL);
    clef_token *token = logged_in(credentials, 0);
    clef_refreshing_token *refreshing_token = refreshing(token, credentials);
    clef_runtime *keeping = used_once(refreshing_token);
    CHECK_OK(clef_refreshing_token_keep_fresh(refreshing_token, keeping, &error));
    runtime = used_once(refreshing_token);
    CHECK_INT(sandbox_count("refresh_token"), 2);

    pthread_t waits, polls;
    pthread_create(&waits, NULL, wait_for_it, NULL);
    pthread_create(&polls, NULL, poll_it, NULL);
    int64_t used_us = processor_us();
    long slept = sleeps();
    nanosleep(&(struct timespec){.tv_sec = IDLE_S}, NULL);
    used_us = processor_us() - used_us;
    slept = sleeps() - slept;
    printf("in %d s: %lld microseconds of processor time, %ld wake-ups\n", IDLE_S,
           (long long)used_us, slept);
    CHECK(used_us < 50000); /* most of it goes into the threads that were just started */
    /* The threads that were just started and this one, two carriers that end, a look at the clock. */
    CHECK(slept <= 20);

    clef_runtime_wake(runtime);
    pthread_join(waits, NULL);
    clef_runtime_wake(runtime); /* the first one may have ended the wait before the poll saw it */
    pthread_join(polls, NULL);
    clef_runtime_free(runtime);
    clef_runtime_free(keeping);
    clef_refreshing_token_free(refreshing_token);
    clef_token_free(token);
    clef_credentials_free(credentials);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    sandbox_url = argv[1];
    RUN(an_idle_runtime_uses_no_processor_time);
    return check_exit();
}

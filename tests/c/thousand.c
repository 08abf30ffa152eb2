/*
 * A thousand operations at once on one runtime, against a service that takes a while to answer: each
 * completes once, and clef has no more threads than its header says. Says what that costs.
 */
#include "tokens.h"
#include <dirent.h>

#define OPERATIONS 1000
#define CARRIERS 32
#define ANSWER_MS 100

static int completions[OPERATIONS];
static int tokens, done;

static void on_done(void *data, const clef_operation *operation)
{
    clef_error *error = NULL;
    clef_token *token = NULL;
    int *count = data;
    (*count)++;
    done++;
    CHECK_OK(clef_operation_token(operation, &token, &error));
    tokens += clef_token_access_token(token) != NULL;
    clef_token_free(token);
}

/* How many threads of this process have a name that begins so. */
static int threads_named(const char *name)
{
    DIR *folder = opendir("/proc/self/task");
    int count = 0;
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        char path[300], is[32] = "";
        snprintf(path, sizeof path, "/proc/self/task/%s/comm", entry->d_name);
        FILE *file = fopen(path, "r");
        if (!file)
            continue; /* it has ended */
        if (!fgets(is, sizeof is, file))
            is[0] = '\0';
        fclose(file);
        count += strncmp(is, name, strlen(name)) == 0;
    }
    closedir(folder);
    return count;
}

/* What the process has in memory. */
static long resident_kib(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%*d %ld", &pages) != 1)
        pages = 0;
    if (file)
        fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static long max_of(long a, long b)
{
    return a > b ? a : b;
}

static void a_thousand_operations_share_32_carriers(void)
{
    clef_error *error = NULL;
    clef_runtime *runtime = NULL;
    clef_credentials *credentials = sandbox_credentials(SANDBOX_CLIENT_SECRET, NULL);
    char settings[100];
    snprintf(settings, sizeof settings, "{\"token_delay_ms\": %d}", ANSWER_MS);
    sandbox_settings(settings);
    CHECK_OK(clef_runtime_new(&runtime, &error));
    CHECK_INT(threads_named("clef-"), 0);

    long memory_before = resident_kib();
    int64_t start = monotonic_ms();
    for (int i = 0; i < OPERATIONS; i++) {
        clef_http_request *request = NULL;
        CHECK_OK(clef_credentials_prepare_client_token(credentials, &request, &error));
        CHECK_OK(clef_http_request_start(request, runtime, on_done, &completions[i], NULL, NULL,
                                         &error));
        clef_http_request_free(request);
    }
    int64_t started_ms = monotonic_ms() - start;
    long memory = 0, threads = 0, drivers = 0, carriers = 0;
    int64_t deadline = start + 10 * GENEROUS_MS;
    while (done < OPERATIONS && monotonic_ms() < deadline) {
        (void)clef_runtime_wait(runtime, 100, NULL);
        clef_runtime_run_callbacks(runtime);
        memory = max_of(memory, resident_kib());
        threads = max_of(threads, threads_named("clef-"));
        drivers = max_of(drivers, threads_named("clef-driver"));
        carriers = max_of(carriers, threads_named("clef-carrier"));
    }
    int64_t total_ms = monotonic_ms() - start;
    int64_t ideal_ms = (OPERATIONS + CARRIERS - 1) / CARRIERS * ANSWER_MS;
    printf("%d operations, started in %lld ms, done in %lld ms: %.2f times the ideal of %lld ms; "
           "%ld threads of clef's; %ld KiB more memory\n",
           OPERATIONS, (long long)started_ms, (long long)total_ms,
           (double)total_ms / (double)ideal_ms, (long long)ideal_ms, threads,
           memory - memory_before);

    CHECK_INT(done, OPERATIONS);
    CHECK_INT(tokens, OPERATIONS);
    for (int i = 0; i < OPERATIONS; i++)
        CHECK_INT(completions[i], 1);
    CHECK_INT(sandbox_count("client_credentials"), OPERATIONS);
    CHECK_INT(drivers, 1);
    CHECK_INT(carriers, CARRIERS); /* all are needed, and no more come */
    CHECK_INT(threads, drivers + carriers);

    clef_runtime_free(runtime);
    CHECK_INT(threads_named("clef-"), 0);
    clef_credentials_free(credentials);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    sandbox_url = argv[1];
    RUN(a_thousand_operations_share_32_carriers);
    return check_exit();
}

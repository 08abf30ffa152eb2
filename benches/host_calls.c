/*
 * What a host calls often, measured from C through the shared library.
 *
 * Reads lines "NAME ITERATIONS" from standard input and answers each with the nanoseconds that the iterations took.
 * Arguments: the URL of a service that answers every token request, and an empty directory.
 */
#include <clef.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SCOPES "user-read-email user-read-private"

static const char RESPONSE[] =
    "{\"access_token\":\"BQDb3kQyZ0aVYx8mTn5JrWcEoLhS7fUi2gKp4XwNqRtM6vBz1CdAyGuHeOlPsIjFZ0aVYx8mTn5JrWcEoLhS7fUi2"
    "gKp4XwNqRtM6vBz1CdAyGuHeOlPsIjF9k3QyZ0aVYx8mTn5JrWcEoLhS7fUi2gKp4XwNqRtM6vBz1Cd\",\"token_type\":\"Bearer\","
    "\"expires_in\":3600,\"refresh_token\":\"AQAx8mTn5JrWcEoLhS7fUi2gKp4XwNqRtM6vBz1CdAyGuHeOlPsIjFZ0aVYx8mTn5JrWc"
    "EoLhS7fUi2gKp4XwNqRtM6vBz1CdAyGuHeOlPsIjF9k3QyZ0aVYx8mTn5JrWcEoLhS7fUi2\",\"scope\":\"" SCOPES "\"}";

static clef_credentials *credentials;
static clef_token *token;
static clef_refreshing_token *refreshing_token;
static clef_runtime *runtime;
static clef_credentials *answered_at_once;
static const char *directory;
static clef_token_store *store;

static void must(clef_status status);

/* Reads the stored token, which is fresh. */
static void open_stored(long iterations)
{
    for (long i = 0; i < iterations; i++) {
        clef_refreshing_token *opened;
        must(clef_refreshing_token_open(store, answered_at_once, NULL, &opened, NULL));
        clef_refreshing_token_free(opened);
    }
}

/* Locks, reads, asks a sender that answers at once, and stores the answer. */
static void refresh_stored(long iterations)
{
    clef_refreshing_token *opened;
    must(clef_refreshing_token_open(store, answered_at_once, NULL, &opened, NULL));
    for (long i = 0; i < iterations; i++)
        must(clef_refreshing_token_refresh(opened, NULL));
    clef_refreshing_token_free(opened);
}

/* What anybody would do by hand to replace a file safely, and no less. */
static void replace_a_file_by_hand(long iterations)
{
    char new[4096], old[4096];
    snprintf(new, sizeof new, "%s/by-hand.new", directory);
    snprintf(old, sizeof old, "%s/by-hand", directory);
    for (long i = 0; i < iterations; i++) {
        int file = open(new, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        int folder = open(directory, O_RDONLY);
        if (write(file, RESPONSE, sizeof RESPONSE) < 0 || fsync(file) != 0 || close(file) != 0 ||
            rename(new, old) != 0 || fsync(folder) != 0 || close(folder) != 0)
            exit(EXIT_FAILURE);
    }
}

static void must(clef_status status)
{
    if (status == CLEF_STATUS_OK)
        return;
    fprintf(stderr, "%s\n", clef_status_name(status));
    exit(EXIT_FAILURE);
}

static void borrowed_field(long iterations)
{
    for (long i = 0; i < iterations; i++) {
        const char *volatile text = clef_token_access_token(token);
        (void)text;
    }
}

static void is_expiring(long iterations)
{
    for (long i = 0; i < iterations; i++) {
        volatile bool expiring = clef_token_is_expiring(token);
        (void)expiring;
    }
}

static void access_token(long iterations)
{
    for (long i = 0; i < iterations; i++) {
        char *text;
        must(clef_refreshing_token_access_token(refreshing_token, &text, NULL));
        clef_string_free(text);
    }
}

static void *access_token_on_a_thread(void *iterations)
{
    access_token(*(long *)iterations);
    return NULL;
}

static void access_token_on_two_threads(long iterations)
{
    pthread_t other;
    pthread_create(&other, NULL, access_token_on_a_thread, &iterations);
    access_token(iterations);
    pthread_join(other, NULL);
}

static void pkce_url(long iterations)
{
    for (long i = 0; i < iterations; i++) {
        char *url, *verifier;
        must(clef_credentials_pkce_user_authorisation(credentials, clef_token_scopes(token), "state", 32, 0, &url,
                                                      &verifier, NULL));
        clef_string_free(url);
        clef_string_free(verifier);
    }
}

static void parse_response(long iterations)
{
    for (long i = 0; i < iterations; i++) {
        clef_token *parsed;
        must(clef_token_from_json(RESPONSE, CLEF_TOKEN_USES_PKCE, &parsed, NULL));
        clef_token_free(parsed);
    }
}

static void refresh(long iterations)
{
    for (long i = 0; i < iterations; i++) {
        clef_token *refreshed;
        must(clef_credentials_refresh(credentials, token, &refreshed, NULL));
        clef_token_free(refreshed);
    }
}

static void idle_pump(long iterations)
{
    for (long i = 0; i < iterations; i++) {
        volatile size_t ran = clef_runtime_run_callbacks(runtime);
        (void)ran;
    }
}

static void respond(void *user_data, clef_exchange *exchange)
{
    clef_exchange_respond(exchange, user_data);
}

static void count_completion(void *user_data, const clef_operation *operation)
{
    clef_token *completed;
    must(clef_operation_token(operation, &completed, NULL));
    clef_token_free(completed);
    ++*(long *)user_data;
}

/* One after the other, each through the sender and the pump. */
static void operation(long iterations)
{
    long completed = 0;
    for (long i = 0; i < iterations; i++) {
        clef_http_request *request;
        must(clef_credentials_prepare_refresh(answered_at_once, token, &request, NULL));
        must(clef_http_request_start(request, runtime, count_completion, &completed, NULL, NULL, NULL));
        clef_http_request_free(request);
        while (completed == i) {
            must(clef_runtime_wait(runtime, -1, NULL));
            clef_runtime_run_callbacks(runtime);
        }
    }
}

static const struct {
    const char *name;
    void (*run)(long iterations);
} BENCHES[] = {
    {"borrowed_field", borrowed_field},
    {"is_expiring", is_expiring},
    {"access_token", access_token},
    {"access_token_on_two_threads", access_token_on_two_threads},
    {"pkce_url", pkce_url},
    {"parse_response", parse_response},
    {"refresh", refresh},
    {"idle_pump", idle_pump},
    {"operation", operation},
    {"open_stored", open_stored},
    {"refresh_stored", refresh_stored},
    {"replace_a_file_by_hand", replace_a_file_by_hand},
};

static long long nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

int main(int argc, char **argv)
{
    clef_credentials *plain;
    if (argc != 3)
        return EXIT_FAILURE;
    directory = argv[2];
    must(clef_credentials_new("client-id", NULL, "http://127.0.0.1/callback", NULL, &plain, NULL));
    must(clef_credentials_with_accounts_url(plain, argv[1], &credentials, NULL));
    must(clef_token_from_json(RESPONSE, CLEF_TOKEN_USES_PKCE, &token, NULL));
    must(clef_refreshing_token_new(token, credentials, &refreshing_token, NULL));

    clef_http_response *response;
    clef_sender *sender;
    must(clef_runtime_new(&runtime, NULL));
    must(clef_http_response_new(200, (const uint8_t *)RESPONSE, sizeof RESPONSE - 1, &response, NULL));
    must(clef_sender_new_custom(respond, response, NULL, 0, &sender, NULL));
    must(clef_credentials_new("client-id", NULL, NULL, sender, &answered_at_once, NULL));
    must(clef_token_store_new_file(directory, &store, NULL));
    must(clef_token_store_save(store, answered_at_once, NULL, token, NULL));

    char name[64];
    long iterations;
    while (scanf("%63s %ld", name, &iterations) == 2) {
        for (size_t i = 0; i < sizeof BENCHES / sizeof *BENCHES; i++) {
            if (strcmp(BENCHES[i].name, name) != 0)
                continue;
            long long start = nanoseconds();
            BENCHES[i].run(iterations);
            printf("%lld\n", nanoseconds() - start);
            fflush(stdout);
        }
    }
    clef_token_store_free(store);
    clef_runtime_free(runtime);
    clef_credentials_free(answered_at_once);
    clef_sender_free(sender);
    clef_http_response_free(response);
    clef_refreshing_token_free(refreshing_token);
    clef_token_free(token);
    clef_credentials_free(credentials);
    clef_credentials_free(plain);
    return EXIT_SUCCESS;
}

/* Makes the mistake that its argument names, for tests/all/planted_bugs.rs. */
#include <clef.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static clef_token *make_token(void)
{
    clef_token *token = NULL;
    if (clef_token_from_json("{\"access_token\": \"a\"}", 0, &token, NULL) != CLEF_STATUS_OK) {
        fprintf(stderr, "no token\n");
        exit(2);
    }
    return token;
}

static int shared_number;
static pthread_barrier_t both_are_there;

static void *change_the_number(void *unused)
{
    pthread_barrier_wait(&both_are_there);
    for (int i = 0; i < 100000; i++)
        shared_number++;
    return unused;
}

/* A config belongs to one thread at a time. */
static void *change_the_config(void *config)
{
    pthread_barrier_wait(&both_are_there);
    for (int i = 1; i <= 100000; i++)
        clef_http_config_set_timeout(config, i, NULL);
    return config;
}

static void on_two_threads(void *(*work)(void *), void *data)
{
    pthread_t other;
    pthread_barrier_init(&both_are_there, NULL, 2);
    if (pthread_create(&other, NULL, work, data) != 0)
        exit(2);
    work(data);
    pthread_join(other, NULL);
    pthread_barrier_destroy(&both_are_there);
}

int main(int argc, char **argv)
{
    const char *mistake = argc > 1 ? argv[1] : "";
    clef_token *token = make_token();
    if (strcmp(mistake, "nothing") == 0) {
        clef_token_free(token);
    } else if (strcmp(mistake, "read-after-free") == 0) {
        clef_token_free(token);
        printf("%lld\n", (long long)clef_token_expires_at(token));
    } else if (strcmp(mistake, "free-twice") == 0) {
        clef_token_free(token);
        clef_token_free(token);
    } else if (strcmp(mistake, "leak") == 0) {
        /* Many, since a stale copy of the last pointer may hide that one. */
        for (int i = 0; i < 100; i++)
            token = make_token();
        clef_token_free(token);
    } else if (strcmp(mistake, "race") == 0) {
        on_two_threads(change_the_number, NULL);
        clef_token_free(token);
    } else if (strcmp(mistake, "race-in-clef") == 0) {
        clef_http_config *config = clef_http_config_new();
        on_two_threads(change_the_config, config);
        clef_http_config_free(config);
        clef_token_free(token);
    } else {
        fprintf(stderr, "usage: %s nothing|read-after-free|free-twice|leak|race|race-in-clef\n",
                argv[0]);
        return 2;
    }
    return 0;
}

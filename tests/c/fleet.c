/* A fleet of servers that shares one token through a store of its own, as behind Redis or a database. Each thread is a
 * server: it has a handle of the store and a token that it opened.
 */
#include "memory_store.h"
#include "runtimes.h"

#define SERVERS 8
#define REFRESHES 40

static clef_credentials *credentials;

struct server {
    pthread_t thread;
    clef_token_store *store;
    clef_refreshing_token *token;
    atomic_int *trouble; /* a knob of the memory; nullable */
    int failures, refreshes;
};

static clef_status count_failed_saves(void *failures, clef_event event, const clef_token *token,
                                      const clef_error *error)
{
    (void)token, (void)error;
    *(int *)failures += event != CLEF_EVENT_CHANGED;
    return CLEF_STATUS_OK;
}

/* Each wants another token than the one it has, again and again. */
static void *serve(void *data)
{
    struct server *server = data;
    for (int i = 0; i < server->refreshes; i++) {
        clef_error *error = NULL;
        char *access_token = NULL;
        if (server->trouble)
            atomic_store(server->trouble, 1);
        CHECK_OK(clef_refreshing_token_access_token(server->token, &access_token, &error));
        CHECK_OK(clef_refreshing_token_invalidate(server->token, access_token, &error));
        clef_string_free(access_token);
    }
    return NULL;
}

/* Gives how many failures the servers heard of. */
static int run_fleet(struct memory *memory, int refreshes, atomic_int *trouble)
{
    static struct server servers[SERVERS];
    clef_error *error = NULL;
    clef_token_store *first = open_memory(memory, NULL);
    clef_token *token = logged_in(credentials, CLEF_AUTH_PKCE);
    CHECK_OK(clef_token_store_save(first, credentials, "me", token, &error));
    clef_token_free(token);
    for (int i = 0; i < SERVERS; i++) {
        struct server *server = &servers[i];
        *server = (struct server){
            .store = open_memory(memory, NULL), .trouble = trouble, .refreshes = refreshes};
        CHECK_OK(clef_refreshing_token_open(server->store, credentials, "me", &server->token,
                                            &error));
        CHECK_OK(clef_refreshing_token_set_listener(server->token, count_failed_saves,
                                                    &server->failures, NULL, &error));
        pthread_create(&server->thread, NULL, serve, server);
    }
    int failures = 0;
    for (int i = 0; i < SERVERS; i++) {
        pthread_join(servers[i].thread, NULL);
        clef_refreshing_token_free(servers[i].token);
        clef_token_store_free(servers[i].store);
        failures += servers[i].failures;
    }
    /* What is stored in the end is the grant that lives. */
    clef_refreshing_token *last = NULL;
    CHECK_OK(clef_refreshing_token_open(first, credentials, "me", &last, &error));
    CHECK_OK(clef_refreshing_token_refresh(last, &error));
    clef_refreshing_token_free(last);
    clef_token_store_free(first);
    return failures;
}

static int failed_tasks(const struct memory *memory, clef_task_kind kind)
{
    int count = 0;
    for (int i = 0; i < memory->log_count; i++)
        count += memory->log[i].kind == kind && memory->log[i].status != CLEF_STATUS_OK;
    return count;
}

/* Locks that hold: the service never sees a refresh token twice. */
static void leases_keep_the_grant_alive(void)
{
    sandbox_settings("{\"rotation\": \"on\", \"reuse_detection\": true}");
    struct memory *memory = new_memory();
    start_worker(memory);
    CHECK_INT(run_fleet(memory, REFRESHES, NULL), 0);
    int refreshes = sandbox_count("refresh_token");
    CHECK(refreshes <= SERVERS * REFRESHES + 1);
    printf("%d servers wanted another token %d times, which took %d refreshes\n", SERVERS,
           SERVERS * REFRESHES, refreshes);
    free_memory(memory);
}

/* Another saves the same in between, as a replica that fails over may: clef looks again. */
static void conflicts_lose_nothing(void)
{
    sandbox_settings("{\"rotation\": \"on\", \"reuse_detection\": true}");
    struct memory *memory = new_memory();
    CHECK_INT(run_fleet(memory, REFRESHES, &memory->conflicts), 0);
    CHECK(failed_tasks(memory, CLEF_STORE_TASK_SAVE) > 0);
    free_memory(memory);
}

/* Leases that end too early let two refresh at once: what then counts is what is stored. (A service that revokes a grant
 * whose refresh token comes twice cannot be had with such leases.) */
static void lost_leases_lose_nothing(void)
{
    sandbox_settings("{\"rotation\": \"off\", \"reuse_detection\": false}");
    struct memory *memory = new_memory();
    CHECK_INT(run_fleet(memory, REFRESHES, &memory->lose_leases), 0);
    CHECK(failed_tasks(memory, CLEF_STORE_TASK_SAVE) > 0);
    free_memory(memory);
}

/* A store without locks: versions alone decide who was first. */
static void versions_alone_lose_nothing(void)
{
    sandbox_settings("{\"rotation\": \"off\", \"reuse_detection\": false}");
    struct memory *memory = new_memory();
    memory->has_no_locks = true;
    CHECK_INT(run_fleet(memory, REFRESHES, NULL), 0);
    free_memory(memory);
}

/* A server that dies with the lock, the one that has saved the login, is in the others' way as long as its lease lasts. */
static void a_dead_server_is_in_nobodys_way(void)
{
    sandbox_settings("{\"rotation\": \"on\", \"reuse_detection\": true}");
    struct memory *memory = new_memory();
    memory->short_leases = 1;
    memory->failure = CLEF_STATUS_IO;
    memory->failures[CLEF_STORE_TASK_UNLOCK] = 1;
    CHECK_INT(run_fleet(memory, 2, NULL), 0);
    CHECK_INT(memory->failures[CLEF_STORE_TASK_UNLOCK], 0);
    free_memory(memory);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    sandbox_url = argv[1];
    credentials = sandbox_credentials(NULL, NULL);
    RUN_BOUNDED(leases_keep_the_grant_alive);
    RUN_BOUNDED(conflicts_lose_nothing);
    RUN_BOUNDED(lost_leases_lose_nothing);
    RUN_BOUNDED(versions_alone_lose_nothing);
    RUN_BOUNDED(a_dead_server_is_in_nobodys_way);
    clef_credentials_free(credentials);
    return check_exit();
}

/* Stores of the host's own: what they are asked, when and where, and what each answer does. */
#include "memory_store.h"
#include "runtimes.h"

static clef_credentials *credentials;
static clef_token *token, *other_token;

static clef_status save(const clef_token_store *store, const clef_token *what)
{
    return clef_token_store_save(store, credentials, "me", what, NULL);
}

static clef_status load(const clef_token_store *store)
{
    clef_token *loaded = NULL;
    clef_status status = clef_token_store_load(store, credentials, "me", &loaded, NULL);
    CHECK((loaded != NULL) == (status == CLEF_STATUS_OK));
    clef_token_free(loaded);
    return status;
}

static clef_status remove_it(const clef_token_store *store)
{
    return clef_token_store_remove(store, credentials, "me", NULL);
}

static clef_status list(const clef_token_store *store)
{
    clef_accounts *accounts = NULL;
    clef_status status = clef_token_store_accounts(store, credentials, &accounts, NULL);
    CHECK((accounts != NULL) == (status == CLEF_STATUS_OK));
    clef_accounts_free(accounts);
    return status;
}

static clef_status save_it(const clef_token_store *store)
{
    return save(store, token);
}

/* Each call, with the kinds of task that it leads to. */
static const struct call {
    clef_status (*call)(const clef_token_store *store);
    clef_task_kind kinds[5];
} CALLS[] = {
    {load, {CLEF_STORE_TASK_LOAD}},
    {list, {CLEF_STORE_TASK_LIST}},
    {save_it,
     {CLEF_STORE_TASK_LOCK, CLEF_STORE_TASK_LOAD, CLEF_STORE_TASK_SAVE, CLEF_STORE_TASK_UNLOCK}},
    {remove_it, {CLEF_STORE_TASK_LOCK, CLEF_STORE_TASK_REMOVE, CLEF_STORE_TASK_UNLOCK}},
};

#define CALL_COUNT ((int)(sizeof CALLS / sizeof *CALLS))

static void check_stored(const clef_token_store *store, const clef_token *expected)
{
    clef_token *loaded = NULL;
    clef_error *error = NULL;
    char *json = json_of(expected);
    CHECK_OK(clef_token_store_load(store, credentials, "me", &loaded, &error));
    check_same_token(loaded, json);
    clef_token_free(loaded);
    clef_string_free(json);
}

/* Two processes. */
static void check_processes(struct memory *memory)
{
    clef_error *error = NULL;
    clef_accounts *accounts = NULL;
    clef_token_store *here = open_memory(memory, NULL), *there = open_memory(memory, NULL);
    CHECK_INT(load(here), CLEF_STATUS_NOT_FOUND);
    CHECK_OK(clef_token_store_save(here, credentials, "me", token, &error));
    CHECK_TASKS(memory, "lklsu");
    check_stored(there, token);
    CHECK_OK(clef_token_store_save(there, credentials, "me", other_token, &error));
    CHECK_OK(clef_token_store_save(here, credentials, NULL, token, &error));
    check_stored(here, other_token);
    CHECK_OK(clef_token_store_accounts(here, credentials, &accounts, &error));
    CHECK_INT(clef_accounts_len(accounts), 2);
    CHECK_STRING(clef_accounts_get(accounts, 0), "");
    CHECK_STRING(clef_accounts_get(accounts, 1), "me");
    clef_accounts_free(accounts);
    CHECK_TASKS(memory, "lklsuklsula");
    CHECK_OK(clef_token_store_remove(there, credentials, "me", &error));
    CHECK_INT(load(here), CLEF_STATUS_NOT_FOUND);
    CHECK_TASKS(memory, "krul");
    clef_token_store_free(there);
    CHECK_INT(memory->freed, 1);
    clef_token_store_free(here);
}

static void what_one_process_saves_another_loads(void)
{
    struct memory *memory = new_memory();
    check_processes(memory);
    free_memory(memory);
}

static void tasks_are_done_later_by_another_thread(void)
{
    struct memory *memory = new_memory();
    start_worker(memory);
    check_processes(memory);
    free_memory(memory);
}

static void a_save_names_the_version_and_the_fence(void)
{
    struct memory *memory = new_memory();
    clef_token_store *store = open_memory(memory, NULL);
    for (int i = 0; i < 3; i++)
        CHECK_INT(save(store, i % 2 ? other_token : token), CLEF_STATUS_OK);
    static const char *const VERSIONS[] = {"", "v1", "v2"};
    for (int i = 0; i < 3; i++) {
        CHECK_STRING(memory->log[4 * i + 2].version, VERSIONS[i]);
        CHECK_INT(memory->log[4 * i + 2].fence, i + 1);
        CHECK_INT(memory->log[4 * i + 3].fence, i + 1);
        CHECK(pthread_equal(memory->log[i].thread, pthread_self()));
    }
    clef_token_store_free(store);
    free_memory(memory);
}

/* What a task tells, and what answers it. */

static int kinds_seen;

static void see_task(void *data, clef_store_task *task)
{
    (void)data;
    char expected[512];
    clef_task_kind kind = clef_store_task_kind(task);
    bool is_list = kind == CLEF_STORE_TASK_LIST, is_save = kind == CLEF_STORE_TASK_SAVE,
         is_load = kind == CLEF_STORE_TASK_LOAD, is_lock = kind == CLEF_STORE_TASK_LOCK;
    kinds_seen |= 1 << kind;
    CHECK_STRING(clef_store_task_accounts_url(task), sandbox_url);
    CHECK_STRING(clef_store_task_client_id(task), SANDBOX_CLIENT_ID);
    CHECK_STRING(clef_store_task_account(task), is_list ? "" : "a b/ü");
    snprintf(expected, sizeof expected, "http%%3A%%2F%%2F127.0.0.1%%3A%s/%s/%s",
             strrchr(sandbox_url, ':') + 1, SANDBOX_CLIENT_ID, is_list ? "" : "a%20b%2F%C3%BC");
    CHECK_STRING(clef_store_task_key(task), expected);
    CHECK((clef_store_task_value(task) != NULL) == is_save);
    if (is_save)
        CHECK(strstr(clef_store_task_value(task), clef_token_access_token(token)) != NULL);
    CHECK(clef_store_task_version(task) == NULL);
    CHECK_INT(clef_store_task_fence(task), is_load || is_list || is_lock ? 0 : 7);
    CHECK_INT(clef_store_task_time_to_live_ms(task), is_lock ? 60000 : 0);
    CHECK(!clef_store_task_is_cancelled(task));

    const clef_status unfit = CLEF_STATUS_INVALID_ARGUMENT;
    if (!is_load)
        CHECK_INT(clef_store_task_set_value(task, "x", NULL, NULL), unfit);
    CHECK_INT(clef_store_task_set_version(task, "x", NULL), is_save ? CLEF_STATUS_OK : unfit);
    CHECK_INT(clef_store_task_set_fence(task, 7, NULL), is_lock ? CLEF_STATUS_OK : unfit);
    CHECK_INT(clef_store_task_add_account(task, "b", NULL), is_list ? CLEF_STATUS_OK : unfit);
    CHECK_INT(clef_store_task_add_account(task, "a", NULL), is_list ? CLEF_STATUS_OK : unfit);
    CHECK_INT(clef_store_task_add_account(task, "b", NULL), is_list ? CLEF_STATUS_OK : unfit);
    clef_store_task_done(task);
}

static clef_token_store *new_custom(clef_store_callback run, void *data)
{
    clef_error *error = NULL;
    clef_token_store *store = NULL;
    CHECK_OK(clef_token_store_new_custom(run, data, NULL, &store, &error));
    return store;
}

static void a_task_says_what_to_do(void)
{
    clef_error *error = NULL;
    clef_accounts *accounts = NULL;
    clef_token_store *store = new_custom(see_task, NULL);
    CHECK_OK(clef_token_store_save(store, credentials, "a b/ü", token, &error));
    CHECK_OK(clef_token_store_remove(store, credentials, "a b/ü", &error));
    CHECK_OK(clef_token_store_accounts(store, credentials, &accounts, &error));
    CHECK_INT(clef_accounts_len(accounts), 2);
    CHECK_STRING(clef_accounts_get(accounts, 1), "b");
    clef_accounts_free(accounts);
    CHECK_INT(kinds_seen, (2 << CLEF_STORE_TASK_UNLOCK) - 2);
    clef_token_store_free(store);
}

/* A task that fails: which, and how. */
struct failing {
    clef_task_kind kind;
    clef_status status;
    bool is_let_go;
    const char *message;
    int failed, unlocked;
};

static void fail_task(void *data, clef_store_task *task)
{
    struct failing *failing = data;
    clef_task_kind kind = clef_store_task_kind(task);
    failing->unlocked += kind == CLEF_STORE_TASK_UNLOCK;
    if (kind != failing->kind) {
        clef_store_task_done(task);
        return;
    }
    failing->failed++;
    if (failing->is_let_go)
        clef_store_task_free(task);
    else
        clef_store_task_fail(task, failing->status, failing->message);
}

/* How often clef changes what another changes meanwhile. */
#define TRIES 4

/* What a call gives whose task of this kind ended with this status. */
static clef_status expected_status(clef_task_kind kind, clef_status status)
{
    switch (status) {
    case CLEF_STATUS_STORE:
    case CLEF_STATUS_IO:
    case CLEF_STATUS_TIMEOUT:
    case CLEF_STATUS_TRANSPORT:
    case CLEF_STATUS_TLS:
    case CLEF_STATUS_CANCELLED:
    case CLEF_STATUS_WOULD_BLOCK:
    case CLEF_STATUS_INTERNAL:
        return status;
    case CLEF_STATUS_UNSUPPORTED:
        return kind == CLEF_STORE_TASK_LIST   ? status
               : kind == CLEF_STORE_TASK_LOCK ? CLEF_STATUS_OK
                                              : CLEF_STATUS_STORE;
    default:
        return CLEF_STATUS_STORE;
    }
}

static void check_failure(const struct call *call, clef_task_kind kind, clef_status status)
{
    struct failing failing = {.kind = kind, .status = status, .message = "as it was told"};
    bool is_load = call->kinds[0] == CLEF_STORE_TASK_LOAD;
    bool says_nothing_is_stored =
        kind == CLEF_STORE_TASK_LOAD && status == CLEF_STATUS_NOT_FOUND;
    clef_token_store *store = new_custom(fail_task, &failing);
    /* That a lock is not given back harms nobody, and that nothing is stored only who loads. */
    bool harms_nobody = kind == CLEF_STORE_TASK_UNLOCK || says_nothing_is_stored;
    CHECK_INT(call->call(store), is_load && says_nothing_is_stored ? CLEF_STATUS_NOT_FOUND
                                 : harms_nobody                    ? CLEF_STATUS_OK
                                                                   : expected_status(kind, status));
    /* Who was too late tries again, but not for ever. */
    bool was_too_late = status == CLEF_STATUS_BUSY &&
                        (kind == CLEF_STORE_TASK_SAVE || kind == CLEF_STORE_TASK_REMOVE);
    int tries = was_too_late ? TRIES : 1;
    CHECK_INT(failing.failed, tries);
    /* What was locked is unlocked, whatever came between. */
    bool was_locked = call->kinds[0] == CLEF_STORE_TASK_LOCK && kind != CLEF_STORE_TASK_LOCK;
    CHECK_INT(failing.unlocked, was_locked ? tries : 0);
    clef_token_store_free(store);
}

static void every_task_fails_in_every_way(void)
{
    for (int i = 0; i < CALL_COUNT; i++)
        for (const clef_task_kind *kind = CALLS[i].kinds; *kind; kind++)
            for (clef_status status = -1; status <= CLEF_STATUS_INTERNAL + 1; status++)
                /* A lock that is busy is asked for again. */
                if (*kind != CLEF_STORE_TASK_LOCK || status != CLEF_STATUS_BUSY)
                    check_failure(&CALLS[i], *kind, status);
}

static void a_task_that_is_freed_has_failed(void)
{
    for (int i = 0; i < CALL_COUNT; i++) {
        for (const clef_task_kind *kind = CALLS[i].kinds; *kind; kind++) {
            struct failing failing = {.kind = *kind, .is_let_go = true};
            clef_token_store *store = new_custom(fail_task, &failing);
            CHECK_INT(CALLS[i].call(store), *kind == CLEF_STORE_TASK_UNLOCK ? CLEF_STATUS_OK
                                                                            : CLEF_STATUS_STORE);
            CHECK_INT(failing.failed, 1);
            clef_token_store_free(store);
        }
    }
}

static void a_failure_says_what_the_store_says(void)
{
    clef_error *error = NULL;
    struct failing failing = {.kind = CLEF_STORE_TASK_SAVE,
                              .status = CLEF_STATUS_TRANSPORT,
                              .message = "the database\nis away"};
    clef_token_store *store = new_custom(fail_task, &failing);
    CHECK_INT(clef_token_store_save(store, credentials, "me", token, &error),
              CLEF_STATUS_TRANSPORT);
    CHECK_STRING(clef_error_message(error), "the database is away");
    CHECK_INT(clef_error_remedy(error), CLEF_REMEDY_RETRY_LATER);
    clef_error_free(error);
    clef_token_store_free(store);
}

/* Repeats the value of the task, or a token in it. */
static void repeat_secrets(void *data, clef_store_task *task)
{
    const char *stored = data;
    clef_task_kind kind = clef_store_task_kind(task);
    size_t size = 65536;
    char *message = malloc(size);
    if (kind == CLEF_STORE_TASK_LOAD && stored)
        CHECK_INT(clef_store_task_set_value(task, stored, NULL, NULL), CLEF_STATUS_OK);
    const char *value = kind == CLEF_STORE_TASK_SAVE ? clef_store_task_value(task) : stored;
    snprintf(message, size, "%s, %s and %s are not welcome", clef_token_access_token(token),
             clef_token_refresh_token(token), value ? value : "");
    if (kind == CLEF_STORE_TASK_SAVE || (kind == CLEF_STORE_TASK_LOAD && stored))
        clef_store_task_fail(task, CLEF_STATUS_IO, message);
    else
        clef_store_task_done(task);
    free(message);
}

static void keep_value(void *data, clef_store_task *task)
{
    if (clef_store_task_kind(task) == CLEF_STORE_TASK_SAVE)
        *(char **)data = strdup(clef_store_task_value(task));
    clef_store_task_done(task);
}

static void a_failure_repeats_no_secret(void)
{
    clef_error *error = NULL;
    char *value = NULL;
    clef_token_store *keeping = new_custom(keep_value, &value);
    CHECK_INT(save(keeping, token), CLEF_STATUS_OK);
    clef_token_store_free(keeping);
    for (int is_load = 0; is_load < 2; is_load++) {
        clef_token *loaded = NULL;
        clef_token_store *store = new_custom(repeat_secrets, is_load ? value : NULL);
        clef_status status =
            is_load ? clef_token_store_load(store, credentials, "me", &loaded, &error)
                    : clef_token_store_save(store, credentials, "me", token, &error);
        CHECK_INT(status, CLEF_STATUS_IO);
        CHECK(strncmp(clef_error_message(error), "***, *** and ***", 16) == 0);
        CHECK(strstr(clef_error_message(error), "are not welcome") != NULL);
        clef_error_free(error);
        error = NULL;
        clef_token_store_free(store);
    }
    free(value);
}

static void give_garbage(void *data, clef_store_task *task)
{
    if (clef_store_task_kind(task) == CLEF_STORE_TASK_LOAD)
        CHECK_INT(clef_store_task_set_value(task, data, "v1", NULL), CLEF_STATUS_OK);
    CHECK(clef_store_task_kind(task) != CLEF_STORE_TASK_SAVE);
    clef_store_task_done(task);
}

static void what_cannot_be_read_is_not_replaced(void)
{
    static char *const GARBAGE[] = {"", "x", "{}", "{\"clef_token_store\":2}", "null"};
    for (int i = 0; i < 5; i++) {
        clef_token_store *store = new_custom(give_garbage, GARBAGE[i]);
        CHECK_INT(load(store), CLEF_STATUS_STORE);
        CHECK_INT(save(store, token), CLEF_STATUS_STORE);
        CHECK_INT(remove_it(store), CLEF_STATUS_OK);
        clef_token_store_free(store);
    }
}

/* Leases and conflicts */

static void a_busy_lock_is_asked_for_again(void)
{
    struct memory *memory = new_memory();
    clef_token_store *store = open_memory(memory, NULL);
    memory->failures[CLEF_STORE_TASK_LOCK] = 3;
    memory->failure = CLEF_STATUS_BUSY;
    CHECK_INT(save(store, token), CLEF_STATUS_OK);
    CHECK_TASKS(memory, "k!k!k!klsu");
    clef_token_store_free(store);
    free_memory(memory);
}

/* A process that dies is in nobody's way for longer than its lease. */
static void a_lease_ends_by_itself(void)
{
    struct memory *memory = new_memory();
    clef_token_store *dies = open_memory(memory, NULL), *store = open_memory(memory, NULL);
    memory->short_leases = 1;
    memory->failures[CLEF_STORE_TASK_UNLOCK] = 1;
    memory->failure = CLEF_STATUS_TRANSPORT;
    CHECK_INT(save(dies, token), CLEF_STATUS_OK);
    CHECK_INT(save(store, other_token), CLEF_STATUS_OK);
    check_stored(store, other_token);
    CHECK_STRING(memory->log[memory->log_count - 3].version, "v1");
    clef_token_store_free(dies);
    clef_token_store_free(store);
    free_memory(memory);
}

static void who_has_lost_the_lease_changes_nothing(void)
{
    struct memory *memory = new_memory();
    clef_token_store *store = open_memory(memory, NULL);
    CHECK_INT(save(store, token), CLEF_STATUS_OK);
    memory->log_count = 0;
    memory->lose_leases = TRIES;
    CHECK_INT(save(store, other_token), CLEF_STATUS_STORE);
    CHECK_TASKS(memory, "kls!ukls!ukls!ukls!u");
    check_stored(store, token);
    memory->log_count = 0;
    memory->lose_leases = 1;
    CHECK_INT(save(store, other_token), CLEF_STATUS_OK);
    CHECK_TASKS(memory, "kls!uklsu");
    check_stored(store, other_token);
    memory->log_count = 0;
    memory->lose_leases = 1;
    CHECK_INT(remove_it(store), CLEF_STATUS_OK);
    CHECK_TASKS(memory, "kr!ukru");
    clef_token_store_free(store);
    free_memory(memory);
}

static void who_comes_too_late_looks_again(void)
{
    struct memory *memory = new_memory();
    clef_token_store *store = open_memory(memory, NULL);
    /* Another saves what is new, and then what is over it. */
    for (int i = 0; i < 2; i++) {
        memory->conflicts = 1;
        CHECK_INT(save(store, token), CLEF_STATUS_OK);
        CHECK_TASKS(memory, "kls!uklsu");
        CHECK_INT(memory->entries[0].version, 2 * (i + 1));
    }
    CHECK_INT(save(store, other_token), CLEF_STATUS_OK);
    check_stored(store, other_token);
    clef_token_store_free(store);
    free_memory(memory);
}

static void a_store_may_have_versions_alone(void)
{
    struct memory *memory = new_memory();
    clef_token_store *store = open_memory(memory, NULL);
    memory->has_no_locks = memory->has_no_lists = true;
    CHECK_INT(save(store, token), CLEF_STATUS_OK);
    CHECK_INT(save(store, other_token), CLEF_STATUS_OK);
    /* What was not locked is not unlocked. */
    CHECK_TASKS(memory, "k!lsk!ls");
    check_stored(store, other_token);
    CHECK_INT(list(store), CLEF_STATUS_UNSUPPORTED);
    memory->conflicts = TRIES;
    CHECK_INT(save(store, token), CLEF_STATUS_STORE);
    memory->conflicts = 1;
    CHECK_INT(save(store, token), CLEF_STATUS_OK);
    CHECK_INT(remove_it(store), CLEF_STATUS_OK);
    CHECK_INT(load(store), CLEF_STATUS_NOT_FOUND);
    clef_token_store_free(store);
    free_memory(memory);
}

static void a_store_may_have_locks_alone(void)
{
    struct memory *memory = new_memory();
    clef_token_store *store = open_memory(memory, NULL);
    memory->has_no_versions = true;
    for (int i = 0; i < 2; i++) {
        CHECK_INT(save(store, token), CLEF_STATUS_OK);
        CHECK_INT(save(store, other_token), CLEF_STATUS_OK);
        check_stored(store, other_token);
    }
    clef_token_store_free(store);
    free_memory(memory);
}

#define THREADS 6
#define ROUNDS 10

static void *save_again_and_again(void *data)
{
    for (int i = 0; i < ROUNDS; i++) {
        CHECK_INT(save(data, i % 2 ? token : other_token), CLEF_STATUS_OK);
        CHECK_INT(load(data), CLEF_STATUS_OK);
    }
    return NULL;
}

/* Several processes with several threads: none is turned away, since each has the lock for itself. */
static void many_save_at_a_time(void)
{
    for (int elsewhere = 0; elsewhere < 2; elsewhere++) {
        struct memory *memory = new_memory();
        clef_token_store *stores[3];
        pthread_t threads[THREADS];
        if (elsewhere)
            start_worker(memory);
        for (int i = 0; i < 3; i++)
            stores[i] = open_memory(memory, NULL);
        for (int i = 0; i < THREADS; i++)
            pthread_create(&threads[i], NULL, save_again_and_again, stores[i % 3]);
        for (int i = 0; i < THREADS; i++)
            pthread_join(threads[i], NULL);
        CHECK_INT(memory->entries[0].version, THREADS * ROUNDS);
        for (int i = 0; i < 3; i++)
            clef_token_store_free(stores[i]);
        free_memory(memory);
    }
}

/* Stores that are bound to a runtime */

struct calling {
    clef_token_store *store;
    clef_status (*call)(const clef_token_store *store);
    clef_status status;
    pthread_t thread;
    atomic_bool ended;
};

static void *call_there(void *data)
{
    struct calling *calling = data;
    calling->status = calling->call(calling->store);
    calling->ended = true;
    return NULL;
}

static void start_calling(struct calling *calling, clef_token_store *store,
                          clef_status (*call)(const clef_token_store *store))
{
    *calling = (struct calling){.store = store, .call = call};
    pthread_create(&calling->thread, NULL, call_there, calling);
}

static clef_status join_calling(struct calling *calling)
{
    pthread_join(calling->thread, NULL);
    return calling->status;
}

static void a_bound_store_would_block_on_the_pump_thread(void)
{
    struct memory *memory = new_memory();
    clef_runtime *runtime = new_runtime();
    clef_token_store *store = open_memory(memory, runtime);
    clef_runtime_run_callbacks(runtime);
    for (int i = 0; i < CALL_COUNT; i++)
        CHECK_INT(CALLS[i].call(store), CLEF_STATUS_WOULD_BLOCK);
    CHECK_INT(clef_runtime_run_callbacks(runtime), 0);
    CHECK_TASKS(memory, "");
    clef_token_store_free(store);
    clef_runtime_free(runtime);
    free_memory(memory);
}

/* This thread does all tasks while others wait for them. */
static void a_bound_store_is_run_by_its_pump(void)
{
    struct memory *memory = new_memory();
    clef_runtime *runtime = new_runtime();
    clef_token_store *store = open_memory(memory, runtime);
    static const clef_status FIRST[] = {CLEF_STATUS_NOT_FOUND, CLEF_STATUS_OK, CLEF_STATUS_OK,
                                        CLEF_STATUS_OK};
    struct calling calling;
    for (int i = 0; i < CALL_COUNT; i++) {
        start_calling(&calling, store, CALLS[i].call);
        PUMP_UNTIL(runtime, calling.ended);
        CHECK_INT(join_calling(&calling), FIRST[i]);
    }
    CHECK_INT(memory->log_count, 9);
    for (int i = 0; i < memory->log_count; i++)
        CHECK(pthread_equal(memory->log[i].thread, pthread_self()));
    clef_token_store_free(store);
    clef_runtime_free(runtime);
    free_memory(memory);
}

static void a_bound_store_is_used_while_another_thread_pumps(void)
{
    for (int elsewhere = 0; elsewhere < 2; elsewhere++) {
        struct memory *memory = new_memory();
        struct pumping pumping;
        struct calling calling[4];
        clef_runtime *runtime = new_runtime();
        clef_token_store *store = open_memory(memory, runtime);
        if (elsewhere)
            start_worker(memory);
        start_pumping(&pumping, runtime);
        for (int i = 0; i < 4; i++)
            start_calling(&calling[i], store, save_it);
        for (int i = 0; i < 20; i++)
            CHECK_INT(save(store, token), CLEF_STATUS_OK);
        for (int i = 0; i < 4; i++)
            CHECK_INT(join_calling(&calling[i]), CLEF_STATUS_OK);
        CHECK_INT(memory->entries[0].version, 24);
        stop_pumping(&pumping);
        clef_token_store_free(store);
        clef_runtime_free(runtime);
        free_memory(memory);
    }
}

/* A task that uses its own store would wait for the pump that runs it. */
static clef_status status_inside;

static void use_store_inside(void *data, clef_store_task *task)
{
    status_inside = load(*(clef_token_store **)data);
    clef_store_task_done(task);
}

static void a_task_cannot_wait_for_its_own_pump(void)
{
    clef_error *error = NULL;
    struct pumping pumping;
    clef_runtime *runtime = new_runtime();
    clef_token_store *store = NULL;
    CHECK_OK(clef_runtime_new_store(runtime, use_store_inside, &store, NULL, &store, &error));
    start_pumping(&pumping, runtime);
    CHECK_INT(load(store), CLEF_STATUS_NOT_FOUND);
    CHECK_INT(status_inside, CLEF_STATUS_WOULD_BLOCK);
    stop_pumping(&pumping);
    clef_token_store_free(store);
    clef_runtime_free(runtime);
}

static void a_closed_runtime_runs_no_store(void)
{
    struct memory *memory = new_memory();
    clef_runtime *runtime = new_runtime();
    clef_token_store *store = open_memory(memory, runtime);
    struct calling calling;
    /* One task waits for the pump when that is closed. */
    start_calling(&calling, store, load);
    CHECK_INT(clef_runtime_wait(runtime, GENEROUS_MS, NULL), CLEF_STATUS_OK);
    clef_runtime_free(runtime);
    CHECK_INT(join_calling(&calling), CLEF_STATUS_CANCELLED);
    for (int i = 0; i < CALL_COUNT; i++)
        CHECK_INT(CALLS[i].call(store), CLEF_STATUS_CANCELLED);
    CHECK_TASKS(memory, "");
    clef_token_store_free(store);
    free_memory(memory);
}

struct closing {
    struct memory *memory;
    clef_runtime *runtime;
    clef_token_store *store;
    atomic_int done;
    pthread_t thread;
};

static void *close_there(void *runtime)
{
    clef_error *error = NULL;
    CHECK_OK(clef_runtime_close(runtime, -1, &error));
    return NULL;
}

static void close_meanwhile(void *data, clef_store_task *task)
{
    struct closing *closing = data;
    bool is_lock = clef_store_task_kind(task) == CLEF_STORE_TASK_LOCK;
    if (is_lock) {
        pthread_create(&closing->thread, NULL, close_there, closing->runtime);
        UNTIL(load(closing->store) == CLEF_STATUS_CANCELLED);
    }
    memory_do(closing->memory, task, pthread_self());
    closing->done++;
    /* Until this has returned, the other thread cannot have closed the runtime. */
    if (is_lock)
        UNTIL(closing->done == 2);
}

/* While the runtime closes a lock is given back, but what it was taken for is not begun. */
static void a_closing_runtime_leaves_no_lock(void)
{
    clef_error *error = NULL;
    struct closing closing = {.memory = new_memory(), .runtime = new_runtime()};
    struct calling calling;
    CHECK_OK(clef_runtime_new_store(closing.runtime, close_meanwhile, &closing, NULL,
                                    &closing.store, &error));
    start_calling(&calling, closing.store, save_it);
    CHECK_INT(clef_runtime_wait(closing.runtime, GENEROUS_MS, NULL), CLEF_STATUS_OK);
    CHECK_INT(clef_runtime_run_callbacks(closing.runtime), 1);
    CHECK_INT(join_calling(&calling), CLEF_STATUS_CANCELLED);
    pthread_join(closing.thread, NULL);
    CHECK_TASKS(closing.memory, "ku");
    clef_token_store_free(closing.store);
    clef_runtime_free(closing.runtime);
    free_memory(closing.memory);
}

/* What is never answered */

static void *never_answered(void *data)
{
    struct calling *calling = data;
    int64_t start = monotonic_ms();
    calling->status = calling->call(calling->store);
    CHECK(monotonic_ms() - start >= 30000);
    return NULL;
}

static void what_is_unanswered_for_30_seconds_is_a_timeout(void)
{
    struct memory *memory = new_memory();
    clef_runtime *runtime = new_runtime(), *idle = new_runtime();
    struct calling calling[] = {{.call = load, .store = open_memory(memory, NULL)},
                                {.call = save_it, .store = open_memory(memory, NULL)},
                                {.call = list, .store = open_memory(memory, runtime)},
                                {.call = load, .store = open_memory(memory, idle)}};
    memory->when = BY_THE_TEST;
    for (int i = 0; i < 4; i++)
        pthread_create(&calling[i].thread, NULL, never_answered, &calling[i]);
    PUMP_UNTIL(runtime, memory->queued == 3);
    for (int i = 0; i < 4; i++)
        CHECK_INT(join_calling(&calling[i]), CLEF_STATUS_TIMEOUT);
    /* A late answer is dropped, and a lock that nobody waits for is not taken. */
    clef_store_task *task;
    pthread_t asked_on;
    while ((task = memory_take(memory, &asked_on))) {
        CHECK(clef_store_task_is_cancelled(task));
        memory_do(memory, task, asked_on);
    }
    CHECK_INT(memory->entries[0].lease_fence, 0);
    /* What the pump did not come to in time it is not handed. */
    clef_runtime_run_callbacks(idle);
    CHECK_INT(memory->queued, 3);
    for (int i = 0; i < 4; i++)
        clef_token_store_free(calling[i].store);
    clef_runtime_free(runtime);
    clef_runtime_free(idle);
    free_memory(memory);
}

/* The destructor */

static void user_data_lives_as_long_as_its_store(void)
{
    struct memory *memory = new_memory();
    clef_token_store *store = open_memory(memory, NULL);
    clef_token_store *clone = clef_token_store_clone(store);
    clef_token_store_free(store);
    CHECK_INT(memory->freed, 0);
    CHECK_INT(save(clone, token), CLEF_STATUS_OK);
    clef_token_store_free(clone);
    CHECK_INT(memory->freed, 1);
    free_memory(memory);
}

static void *free_there(void *store)
{
    clef_token_store_free(store);
    return NULL;
}

/* By the pump, whoever frees the store. */
static void user_data_of_a_bound_store_is_freed_by_the_pump(void)
{
    struct memory *memory = new_memory();
    clef_runtime *runtime = new_runtime();
    clef_token_store *store = open_memory(memory, runtime);
    pthread_t thread;
    clef_runtime_run_callbacks(runtime);
    pthread_create(&thread, NULL, free_there, store);
    pthread_join(thread, NULL);
    CHECK_INT(memory->freed, 0);
    CHECK_INT(clef_runtime_run_callbacks(runtime), 1);
    CHECK_INT(memory->freed, 1);
    clef_runtime_free(runtime);
    free_memory(memory);
}

int main(int count, char **arguments)
{
    if (count != 2)
        sandbox_die("give the URL of a sandbox");
    sandbox_url = arguments[1];
    credentials = sandbox_credentials(SANDBOX_CLIENT_SECRET, NULL);
    token = logged_in(credentials, 0);
    other_token = logged_in(credentials, 0);

    RUN_BOUNDED(what_one_process_saves_another_loads);
    RUN_BOUNDED(tasks_are_done_later_by_another_thread);
    RUN_BOUNDED(a_save_names_the_version_and_the_fence);
    RUN_BOUNDED(a_task_says_what_to_do);
    RUN_BOUNDED(every_task_fails_in_every_way);
    RUN_BOUNDED(a_task_that_is_freed_has_failed);
    RUN_BOUNDED(a_failure_says_what_the_store_says);
    RUN_BOUNDED(a_failure_repeats_no_secret);
    RUN_BOUNDED(what_cannot_be_read_is_not_replaced);
    RUN_BOUNDED(a_busy_lock_is_asked_for_again);
    RUN_BOUNDED(a_lease_ends_by_itself);
    RUN_BOUNDED(who_has_lost_the_lease_changes_nothing);
    RUN_BOUNDED(who_comes_too_late_looks_again);
    RUN_BOUNDED(a_store_may_have_versions_alone);
    RUN_BOUNDED(a_store_may_have_locks_alone);
    RUN_BOUNDED(many_save_at_a_time);
    RUN_BOUNDED(a_bound_store_would_block_on_the_pump_thread);
    RUN_BOUNDED(a_bound_store_is_run_by_its_pump);
    RUN_BOUNDED(a_bound_store_is_used_while_another_thread_pumps);
    RUN_BOUNDED(a_task_cannot_wait_for_its_own_pump);
    RUN_BOUNDED(a_closed_runtime_runs_no_store);
    RUN_BOUNDED(a_closing_runtime_leaves_no_lock);
    RUN_BOUNDED(what_is_unanswered_for_30_seconds_is_a_timeout);
    RUN_BOUNDED(user_data_lives_as_long_as_its_store);
    RUN_BOUNDED(user_data_of_a_bound_store_is_freed_by_the_pump);

    clef_token_free(other_token);
    clef_token_free(token);
    clef_credentials_free(credentials);
    return check_exit();
}

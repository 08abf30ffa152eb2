/*
 * A custom store in memory, as Redis or a database would be one: with versions, leases and fences.
 * Several handles over one memory are several processes. It loses leases, conflicts and fails when
 * it is told to, and keeps a log.
 */
#ifndef MEMORY_STORE_H
#define MEMORY_STORE_H

#include "check.h"
#include "tokens.h"
#include <pthread.h>
#include <stdatomic.h>

#define MEMORY_ENTRIES 16
#define MEMORY_LOG 4096
#define MEMORY_QUEUE 256
#define SHORT_LEASE_MS 100
#define MEMORY_KINDS (CLEF_STORE_TASK_UNLOCK + 1)

/* What is kept under a key. */
struct memory_entry {
    char key[512], account[260];
    char *value; /* NULL: nothing is stored */
    long version;
    int64_t seen_fence; /* the highest that something was changed under */
    int64_t lease_fence; /* of who has the lock; 0: nobody */
    int64_t lease_ends_ms;
};

/* A task that was ended, and how. */
struct memory_event {
    clef_task_kind kind;
    clef_status status;
    int64_t fence;
    char version[32]; /* "" for none */
    pthread_t thread; /* that `memory_run` was called on */
};

struct memory {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    struct memory_entry entries[MEMORY_ENTRIES];
    int64_t last_fence;
    struct memory_event log[MEMORY_LOG];
    int log_count;
    atomic_int opened, freed; /* handles */

    /* Knobs; those that count go down by one each time. */
    atomic_int lose_leases;  /* the next so many leases are lost as soon as they are given */
    atomic_int short_leases; /* the next so many leases end after SHORT_LEASE_MS */
    atomic_int conflicts;    /* before the next so many saves another saves the same */
    atomic_int failures[MEMORY_KINDS]; /* the next so many tasks of a kind fail ... */
    clef_status failure;               /* ... with this */
    bool has_no_locks, has_no_lists, has_no_versions;

    /* When a task is done: in the call, by another thread, or when the test does it. */
    enum { AT_ONCE, BY_ANOTHER_THREAD, BY_THE_TEST } when;
    clef_store_task *queue[MEMORY_QUEUE];
    pthread_t asked_on[MEMORY_QUEUE];
    atomic_int queued;
    int taken;
    bool ends;
    pthread_t worker;
};

static inline bool memory_counts_down(atomic_int *knob)
{
    int left = *knob;
    while (left > 0)
        if (atomic_compare_exchange_weak(knob, &left, left - 1))
            return true;
    return false;
}

/* To be called with the lock. */
static inline struct memory_entry *memory_entry(struct memory *memory, const clef_store_task *task)
{
    for (int i = 0; i < MEMORY_ENTRIES; i++) {
        struct memory_entry *entry = &memory->entries[i];
        if (!entry->key[0]) {
            snprintf(entry->key, sizeof entry->key, "%s", clef_store_task_key(task));
            snprintf(entry->account, sizeof entry->account, "%s", clef_store_task_account(task));
        }
        if (strcmp(entry->key, clef_store_task_key(task)) == 0)
            return entry;
    }
    sandbox_die("the memory store is full");
    return NULL;
}

static inline void memory_set(struct memory_entry *entry, const char *value)
{
    free(entry->value);
    entry->value = value ? strdup(value) : NULL;
    entry->version++;
}

/* Another process takes the lock now. */
static inline void memory_lose_lease(struct memory *memory, struct memory_entry *entry)
{
    entry->lease_fence = entry->seen_fence = ++memory->last_fence;
    entry->lease_ends_ms = 0;
}

static inline void memory_version(char version[32], const struct memory_entry *entry)
{
    snprintf(version, 32, "v%ld", entry->version);
}

static inline clef_status memory_lock(struct memory *memory, struct memory_entry *entry,
                                      clef_store_task *task)
{
    int64_t now = monotonic_ms();
    if (memory->has_no_locks)
        return CLEF_STATUS_UNSUPPORTED;
    if (clef_store_task_is_cancelled(task) || (entry->lease_fence && now < entry->lease_ends_ms))
        return CLEF_STATUS_BUSY;
    entry->lease_fence = ++memory->last_fence;
    entry->lease_ends_ms = now + (memory_counts_down(&memory->short_leases)
                                      ? SHORT_LEASE_MS
                                      : clef_store_task_time_to_live_ms(task));
    CHECK_INT(clef_store_task_set_fence(task, entry->lease_fence, NULL), CLEF_STATUS_OK);
    if (memory_counts_down(&memory->lose_leases))
        memory_lose_lease(memory, entry);
    return CLEF_STATUS_OK;
}

static inline bool memory_is_out_of_date(const struct memory_entry *entry,
                                         const clef_store_task *task)
{
    return clef_store_task_fence(task) < entry->seen_fence;
}

static inline clef_status memory_save(struct memory *memory, struct memory_entry *entry,
                                      clef_store_task *task)
{
    char current[32];
    const char *over = clef_store_task_version(task);
    if (memory_counts_down(&memory->conflicts))
        memory_set(entry, clef_store_task_value(task));
    memory_version(current, entry);
    bool is_current = entry->value ? over && strcmp(over, current) == 0 : !over;
    if ((!is_current && !memory->has_no_versions) || memory_is_out_of_date(entry, task))
        return CLEF_STATUS_BUSY;
    memory_set(entry, clef_store_task_value(task));
    entry->seen_fence = clef_store_task_fence(task);
    memory_version(current, entry);
    if (!memory->has_no_versions)
        CHECK_INT(clef_store_task_set_version(task, current, NULL), CLEF_STATUS_OK);
    return CLEF_STATUS_OK;
}

static inline clef_status memory_load(struct memory *memory, struct memory_entry *entry,
                                      clef_store_task *task)
{
    char version[32];
    memory_version(version, entry);
    if (entry->value)
        CHECK_INT(clef_store_task_set_value(task, entry->value,
                                            memory->has_no_versions ? NULL : version, NULL),
                  CLEF_STATUS_OK);
    return CLEF_STATUS_OK;
}

static inline clef_status memory_list(struct memory *memory, clef_store_task *task)
{
    const char *prefix = clef_store_task_key(task);
    if (memory->has_no_lists)
        return CLEF_STATUS_UNSUPPORTED;
    for (int i = 0; i < MEMORY_ENTRIES; i++) {
        const struct memory_entry *entry = &memory->entries[i];
        if (entry->value && strncmp(entry->key, prefix, strlen(prefix)) == 0)
            CHECK_INT(clef_store_task_add_account(task, entry->account, NULL), CLEF_STATUS_OK);
    }
    return CLEF_STATUS_OK;
}

static inline clef_status memory_remove(struct memory_entry *entry, const clef_store_task *task)
{
    if (memory_is_out_of_date(entry, task))
        return CLEF_STATUS_BUSY;
    memory_set(entry, NULL);
    entry->seen_fence = clef_store_task_fence(task);
    return CLEF_STATUS_OK;
}

static inline clef_status memory_unlock(struct memory_entry *entry, const clef_store_task *task)
{
    if (entry->lease_fence == clef_store_task_fence(task))
        entry->lease_fence = 0;
    return CLEF_STATUS_OK;
}

static inline clef_status memory_answer(struct memory *memory, clef_store_task *task)
{
    clef_task_kind kind = clef_store_task_kind(task);
    /* Others wait for the lock, whatever became of the call. */
    CHECK(kind != CLEF_STORE_TASK_UNLOCK || !clef_store_task_is_cancelled(task));
    if (kind > 0 && kind < MEMORY_KINDS && memory_counts_down(&memory->failures[kind]))
        return memory->failure;
    struct memory_entry *entry = kind == CLEF_STORE_TASK_LIST ? NULL : memory_entry(memory, task);
    switch (kind) {
    case CLEF_STORE_TASK_LOAD: return memory_load(memory, entry, task);
    case CLEF_STORE_TASK_SAVE: return memory_save(memory, entry, task);
    case CLEF_STORE_TASK_REMOVE: return memory_remove(entry, task);
    case CLEF_STORE_TASK_LIST: return memory_list(memory, task);
    case CLEF_STORE_TASK_LOCK: return memory_lock(memory, entry, task);
    case CLEF_STORE_TASK_UNLOCK: return memory_unlock(entry, task);
    default: return CLEF_STATUS_UNSUPPORTED;
    }
}

/* Does a task, and ends it without the lock. */
static inline void memory_do(struct memory *memory, clef_store_task *task, pthread_t asked_on)
{
    pthread_mutex_lock(&memory->mutex);
    clef_status status = memory_answer(memory, task);
    if (memory->log_count == MEMORY_LOG)
        sandbox_die("the log of the memory store is full");
    struct memory_event *event = &memory->log[memory->log_count++];
    const char *version = clef_store_task_version(task);
    *event = (struct memory_event){.kind = clef_store_task_kind(task),
                                   .status = status,
                                   .fence = clef_store_task_fence(task),
                                   .thread = asked_on};
    snprintf(event->version, sizeof event->version, "%s", version ? version : "");
    pthread_mutex_unlock(&memory->mutex);
    if (status == CLEF_STATUS_OK)
        clef_store_task_done(task);
    else
        clef_store_task_fail(task, status, "as the memory store was told");
}

/* The callback of every handle. */
static inline void memory_run(void *data, clef_store_task *task)
{
    struct memory *memory = data;
    if (memory->when == AT_ONCE) {
        memory_do(memory, task, pthread_self());
        return;
    }
    pthread_mutex_lock(&memory->mutex);
    if (memory->queued - memory->taken == MEMORY_QUEUE)
        sandbox_die("the queue of the memory store is full");
    memory->asked_on[memory->queued % MEMORY_QUEUE] = pthread_self();
    memory->queue[memory->queued++ % MEMORY_QUEUE] = task;
    pthread_cond_broadcast(&memory->changed);
    pthread_mutex_unlock(&memory->mutex);
}

/* Takes a task that waits; NULL where none does. */
static inline clef_store_task *memory_take(struct memory *memory, pthread_t *asked_on)
{
    clef_store_task *task = NULL;
    pthread_mutex_lock(&memory->mutex);
    if (memory->taken < memory->queued) {
        *asked_on = memory->asked_on[memory->taken % MEMORY_QUEUE];
        task = memory->queue[memory->taken++ % MEMORY_QUEUE];
    }
    pthread_mutex_unlock(&memory->mutex);
    return task;
}

static inline void *memory_work(void *data)
{
    struct memory *memory = data;
    for (bool ends = false; !ends;) {
        pthread_t asked_on;
        clef_store_task *task = memory_take(memory, &asked_on);
        if (task) {
            memory_do(memory, task, asked_on);
            continue;
        }
        pthread_mutex_lock(&memory->mutex);
        while (!memory->ends && memory->taken == memory->queued)
            pthread_cond_wait(&memory->changed, &memory->mutex);
        ends = memory->ends && memory->taken == memory->queued;
        pthread_mutex_unlock(&memory->mutex);
    }
    return NULL;
}

static inline struct memory *new_memory(void)
{
    struct memory *memory = calloc(1, sizeof *memory);
    pthread_mutex_init(&memory->mutex, NULL);
    pthread_cond_init(&memory->changed, NULL);
    return memory;
}

/* Has another thread do the tasks from now on. */
static inline void start_worker(struct memory *memory)
{
    memory->when = BY_ANOTHER_THREAD;
    pthread_create(&memory->worker, NULL, memory_work, memory);
}

static inline void memory_free_handle(void *data)
{
    ((struct memory *)data)->freed++;
}

/* One more process that uses the memory; runtime is nullable: the store is bound to it. */
static inline clef_token_store *open_memory(struct memory *memory, const clef_runtime *runtime)
{
    clef_token_store *store = NULL;
    clef_error *error = NULL;
    memory->opened++;
    if (runtime)
        CHECK_OK(clef_runtime_new_store(runtime, memory_run, memory, memory_free_handle, &store,
                                        &error));
    else
        CHECK_OK(clef_token_store_new_custom(memory_run, memory, memory_free_handle, &store,
                                             &error));
    return store;
}

/* After every handle was freed. */
static inline void free_memory(struct memory *memory)
{
    CHECK_INT(memory->freed, memory->opened);
    if (memory->when == BY_ANOTHER_THREAD) {
        pthread_mutex_lock(&memory->mutex);
        memory->ends = true;
        pthread_cond_broadcast(&memory->changed);
        pthread_mutex_unlock(&memory->mutex);
        pthread_join(memory->worker, NULL);
    }
    CHECK_INT(memory->queued - memory->taken, 0);
    for (int i = 0; i < MEMORY_ENTRIES; i++)
        free(memory->entries[i].value);
    pthread_cond_destroy(&memory->changed);
    pthread_mutex_destroy(&memory->mutex);
    free(memory);
}

/* The kinds in the log, a letter each. */
static inline void memory_letters(struct memory *memory, char *letters, size_t size)
{
    static const char LETTERS[] = "?lsraku";
    pthread_mutex_lock(&memory->mutex);
    int count = memory->log_count;
    size_t used = 0;
    for (int i = 0; i < count && used + 2 < size; i++) {
        letters[used++] = LETTERS[memory->log[i].kind];
        if (memory->log[i].status != CLEF_STATUS_OK)
            letters[used++] = '!';
    }
    letters[used] = '\0';
    pthread_mutex_unlock(&memory->mutex);
}

/*
 * What was done since the last look: l(oad), s(ave), r(emove), a(ccounts), (loc)k, u(nlock); with a
 * ! where it failed.
 */
#define CHECK_TASKS(memory, expected) \
    do { \
        char letters_[256]; \
        memory_letters(memory, letters_, sizeof letters_); \
        CHECK_STRING(letters_, expected); \
        (memory)->log_count = 0; \
    } while (0)

#endif

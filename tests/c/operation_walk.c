/*
 * Exactly one completion for each operation, whatever happens to it in whatever order: several threads walk at random
 * over a shared pool of operations whose senders answer at random, later, elsewhere or never.
 *
 * operation_walk SANDBOX_URL [STEPS [SEED]]
 */
#include "runtimes.h"

enum {
    THREADS = 4, /* the first PUMPS of them pump too */
    PUMPS = 2,
    SLOTS = 48,
    TOKENS = 6,
    MOST_KEPT = 256,
    STEPS_OF_A_ROUND = 5000,
    SENDER_TIMEOUT_MS = 15,
};

static uint64_t seed;

/* Each thread draws its own numbers, and is known to be none of clef's. */
struct walker {
    uint64_t random;
    bool pumps;
    int steps;
    pthread_t thread;
};

static _Thread_local struct walker *me;
static _Thread_local int starting; /* how many calls of this thread start something just now */
static _Thread_local int inside;   /* how many callbacks this thread runs */

static uint64_t next_random(void)
{
    uint64_t z = me->random += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static unsigned below(unsigned end)
{
    return (unsigned)(next_random() % end);
}

static bool once_in(unsigned count)
{
    return below(count) == 0;
}

/* What became of an operation. */
struct record {
    atomic_int completions, freed;
    atomic_bool refused, without_callback, seen_done;
    atomic_int status; /* 1 + the status, once it was seen */
};

/* A place in the pool. The handle in it is cloned under the lock, and used and freed without it. */
static struct slot {
    pthread_mutex_t lock;
    clef_operation *operation;
    struct record *record;
} slots[SLOTS];

static struct record *records;
static atomic_int record_count;
static int most_records;

static clef_runtime *runtime;
static atomic_bool is_closed;
static clef_sender *polled_sender;
static clef_credentials *credentials[3]; /* unbound, bound, polled */
static clef_refreshing_token *tokens[TOKENS];
static atomic_int answers, calls, stray_calls;

/* Exchanges that are to be ended later, by any thread. */
static struct {
    pthread_mutex_t lock;
    clef_exchange *exchanges[MOST_KEPT];
    int count;
} kept = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* Every callback begins with this: it must be on a thread of the program's. Destructors alone may run inside a call that
 * starts, and when the runtime is closed. */
static bool call_begins(bool is_destructor)
{
    calls++;
    if (!me || (!is_destructor && (starting || is_closed))) {
        stray_calls++;
        return false;
    }
    inside++;
    return true;
}

static void call_ends(void)
{
    inside--;
}

static void end_at_random(clef_exchange *exchange)
{
    char body[160];
    struct step step = {200, NULL, body, CLEF_STATUS_TRANSPORT, 0};
    snprintf(body, sizeof body, "{\"access_token\": \"a%d\", \"expires_in\": %d}",
             atomic_fetch_add(&answers, 1), once_in(3) ? 1 : 3600);
    switch (below(8)) {
    case 0: clef_exchange_free(exchange); return;
    case 1: step.http_status = 0; break;
    case 2: step = (struct step){0, NULL, NULL, CLEF_STATUS_TIMEOUT, CLEF_EXCHANGE_SENT}; break;
    case 3: step = (struct step){.http_status = 503, .body = "busy"}; break;
    case 4: step = (struct step){.http_status = 400, .body = "{\"error\": \"invalid_grant\"}"}; break;
    default: break;
    }
    end_exchange(exchange, &step);
}

static void keep_for_later(clef_exchange *exchange)
{
    pthread_mutex_lock(&kept.lock);
    bool has_room = kept.count < MOST_KEPT;
    if (has_room)
        kept.exchanges[kept.count++] = exchange;
    pthread_mutex_unlock(&kept.lock);
    if (!has_room)
        end_at_random(exchange);
}

static bool end_a_kept_one(void)
{
    clef_exchange *exchange = NULL;
    pthread_mutex_lock(&kept.lock);
    if (kept.count > 0) {
        unsigned at = below((unsigned)kept.count);
        exchange = kept.exchanges[at];
        kept.exchanges[at] = kept.exchanges[--kept.count];
    }
    pthread_mutex_unlock(&kept.lock);
    if (!exchange)
        return false;
    (void)clef_exchange_is_cancelled(exchange);
    end_at_random(exchange);
    return true;
}

static void carry(clef_exchange *exchange)
{
    if (once_in(2))
        end_at_random(exchange);
    else
        keep_for_later(exchange);
}

static void send_at_random(void *data, clef_exchange *exchange)
{
    (void)data;
    if (!call_begins(false)) {
        clef_exchange_free(exchange);
        return;
    }
    carry(exchange);
    call_ends();
}

static clef_status hear_at_random(void *data, clef_event event, const clef_token *token,
                                  const clef_error *error)
{
    (void)data, (void)event, (void)token, (void)error;
    if (!call_begins(false))
        return CLEF_STATUS_OK;
    clef_status status = once_in(4) ? CLEF_STATUS_STORE : CLEF_STATUS_OK;
    call_ends();
    return status;
}

/* A `user_data` of which nothing but its end is known. */
static atomic_int data_made, data_freed;

static void *make_data(void)
{
    data_made++;
    return malloc(1);
}

static void free_data(void *data)
{
    if (call_begins(true))
        call_ends();
    data_freed++;
    free(data);
}

static void free_record(void *data)
{
    struct record *record = data;
    /* A call that starts nothing frees what it was given. */
    if (!call_begins(true))
        return;
    CHECK(record->completions == 1 || record->without_callback || starting);
    record->freed++;
    call_ends();
}

/* What an operation says about itself never changes once it is done. */
static void look(const clef_operation *operation, struct record *record)
{
    bool was_done = record->seen_done;
    bool is_done = clef_operation_is_done(operation);
    CHECK(is_done || !was_done);
    clef_token *token = NULL;
    char *access_token = NULL;
    clef_status status = clef_operation_token(operation, &token, NULL);
    if (is_done || status != CLEF_STATUS_BUSY) {
        CHECK(status != CLEF_STATUS_BUSY);
        record->seen_done = true;
        int before = 0;
        if (!atomic_compare_exchange_strong(&record->status, &before, 1 + status))
            CHECK_INT(1 + status, before);
        CHECK_INT(clef_operation_access_token(operation, &access_token, NULL), status);
        CHECK_STRING(access_token, clef_token_access_token(token));
        CHECK_INT(clef_operation_refreshing_token(operation, &(clef_refreshing_token *){NULL}, NULL),
                  status == CLEF_STATUS_OK ? CLEF_STATUS_UNSUPPORTED : status);
    }
    CHECK((token != NULL) == (status == CLEF_STATUS_OK));
    clef_string_free(access_token);
    clef_token_free(token);
}

static void step(void);

static void complete_at_random(void *data, const clef_operation *operation)
{
    struct record *record = data;
    if (!call_begins(false))
        return;
    CHECK_INT(record->freed, 0);
    CHECK(clef_operation_is_done(operation));
    record->completions++;
    record->seen_done = true;
    look(operation, record);
    if (inside < 3 && once_in(4))
        step();
    call_ends();
}

/* Steps */

static void put(clef_operation *operation, struct record *record)
{
    struct slot *slot = &slots[below(SLOTS)];
    pthread_mutex_lock(&slot->lock);
    clef_operation *before = slot->operation;
    slot->operation = operation;
    slot->record = record;
    pthread_mutex_unlock(&slot->lock);
    clef_operation_free(before);
}

/* A clone of some operation, to be freed; NULL where the place is empty. */
static clef_operation *some(struct record **record)
{
    struct slot *slot = &slots[below(SLOTS)];
    pthread_mutex_lock(&slot->lock);
    clef_operation *operation = clef_operation_clone(slot->operation);
    *record = slot->record;
    pthread_mutex_unlock(&slot->lock);
    return operation;
}

/* Starts a request, and now and then the same a second time. */
static clef_status start_request(clef_operation_callback callback, void *data,
                                 clef_free_callback free, clef_operation **operation)
{
    const clef_credentials *some_credentials = credentials[below(3)];
    clef_http_request *request = NULL;
    if (once_in(2))
        CHECK_INT(clef_credentials_prepare_client_token(some_credentials, &request, NULL),
                  CLEF_STATUS_OK);
    else
        CHECK_INT(clef_credentials_prepare_refresh_pkce_token(some_credentials, "r", &request, NULL),
                  CLEF_STATUS_OK);
    if (once_in(8)) {
        CHECK_INT(clef_http_request_start(request, NULL, NULL, NULL, NULL, NULL, NULL),
                  CLEF_STATUS_INVALID_ARGUMENT);
        clef_http_request_start(request, runtime, NULL, NULL, NULL, NULL, NULL);
    }
    clef_status status =
        clef_http_request_start(request, runtime, callback, data, free, operation, NULL);
    clef_http_request_free(request);
    return status;
}

static void start(void)
{
    int index = record_count++;
    if (index >= most_records) {
        record_count--;
        return;
    }
    struct record *record = &records[index];
    const clef_refreshing_token *token = tokens[below(TOKENS)];
    clef_operation_callback callback = once_in(8) ? NULL : complete_at_random;
    record->without_callback = !callback;
    bool wants_handle = !once_in(8);
    clef_operation *operation = NULL, **handle = wants_handle ? &operation : NULL;
    clef_status status;
    starting++;
    switch (below(3)) {
    case 0:
        status = start_request(callback, record, free_record, handle);
        break;
    case 1:
        status = clef_refreshing_token_refresh_start(token, runtime, callback, record,
                                                     free_record, handle, NULL);
        break;
    default:
        status = clef_refreshing_token_access_token_start(
            token, runtime, callback, record, free_record, handle, NULL);
    }
    starting--;
    CHECK((operation != NULL) == (wants_handle && status == CLEF_STATUS_OK));
    record->refused = status != CLEF_STATUS_OK;
    if (record->refused || !callback)
        CHECK_INT(record->freed, 1);
    if (operation)
        put(operation, record);
}

static void wait_a_little(const clef_operation *operation, struct record *record)
{
    clef_status status = clef_operation_wait(operation, once_in(4) ? 1 : 0, NULL);
    if (status == CLEF_STATUS_OK)
        record->seen_done = true;
    else
        CHECK(status == CLEF_STATUS_TIMEOUT || status == CLEF_STATUS_WOULD_BLOCK);
    look(operation, record);
}

static void change_a_listener(clef_refreshing_token *token)
{
    /* Two callbacks that wait for each other's listener would wait for ever. */
    if (inside)
        return;
    bool none = once_in(3);
    CHECK_INT(clef_refreshing_token_set_listener(token, none ? NULL : hear_at_random,
                                                 none ? NULL : make_data(),
                                                 none ? NULL : free_data, NULL),
              CLEF_STATUS_OK);
}

static void step(void)
{
    struct record *record = NULL;
    clef_operation *operation = some(&record);
    unsigned kind = below(100);
    if (kind < 25)
        start();
    else if (kind < 40)
        end_a_kept_one();
    else if (kind < 50 && operation)
        clef_operation_cancel(operation);
    else if (kind < 60 && operation)
        wait_a_little(operation, record);
    else if (kind < 75 && operation)
        look(operation, record);
    else if (kind < 80)
        put(NULL, NULL);
    else if (kind < 83)
        change_a_listener(tokens[below(TOKENS)]);
    else if (kind < 84)
        /* Also on a runtime that is closed by now. */
        clef_refreshing_token_keep_fresh(tokens[below(TOKENS)], once_in(2) ? runtime : NULL, NULL);
    else if (kind < 94 && me->pumps)
        clef_runtime_run_callbacks(runtime);
    else {
        clef_exchange *exchange = clef_sender_next_exchange(polled_sender);
        if (exchange)
            carry(exchange);
    }
    clef_operation_free(operation);
}

static void *walk(void *data)
{
    me = data;
    for (int i = 0; i < me->steps; i++)
        step();
    me = NULL;
    return NULL;
}

/* Rounds: each has a runtime of its own, which ends in one of three ways. */

static bool all_is_done(void)
{
    for (int i = 0; i < record_count; i++)
        if (!records[i].freed)
            return false;
    return true;
}

static void check_records(void)
{
    for (int i = 0; i < record_count; i++) {
        const struct record *record = &records[i];
        int expected = record->refused || record->without_callback ? 0 : 1;
        CHECK_INT(record->completions, expected);
        CHECK_INT(record->freed, 1);
    }
    for (int i = 0; i < SLOTS; i++) {
        if (!slots[i].operation)
            continue;
        CHECK(clef_operation_is_done(slots[i].operation));
        look(slots[i].operation, slots[i].record);
    }
}

static void set_round(void)
{
    clef_error *error = NULL;
    clef_sender *senders[3];
    is_closed = false;
    record_count = 0;
    memset(records, 0, sizeof *records * (size_t)most_records);
    runtime = new_runtime();
    CHECK_OK(clef_sender_new_custom(send_at_random, make_data(), free_data,
                                    once_in(4) ? -1 : SENDER_TIMEOUT_MS, &senders[0], &error));
    CHECK_OK(clef_runtime_new_sender(runtime, send_at_random, make_data(), free_data,
                                     once_in(4) ? -1 : SENDER_TIMEOUT_MS, &senders[1], &error));
    senders[2] = polled(once_in(4) ? -1 : SENDER_TIMEOUT_MS);
    polled_sender = clef_sender_clone(senders[2]);
    for (int i = 0; i < 3; i++)
        credentials[i] = credentials_of(senders[i]);
    for (int i = 0; i < TOKENS; i++) {
        tokens[i] = token_with_seconds(credentials[i % 3], once_in(2) ? 0 : 30);
        change_a_listener(tokens[i]);
    }
}

static void clear_round(void)
{
    for (int i = 0; i < SLOTS; i++) {
        clef_operation_free(slots[i].operation);
        slots[i].operation = NULL;
    }
    while (end_a_kept_one())
        continue;
    for (int i = 0; i < TOKENS; i++)
        clef_refreshing_token_free(tokens[i]);
    for (int i = 0; i < 3; i++)
        clef_credentials_free(credentials[i]);
    clef_sender_free(polled_sender);
    clef_runtime_free(runtime);
    CHECK_INT(data_freed, data_made);
}

/* Nothing is under way any more: pumped, polled, and answered. */
static void settle(void)
{
    for (int i = 0; i < TOKENS; i++)
        clef_refreshing_token_keep_fresh(tokens[i], NULL, NULL);
    PUMP_UNTIL(runtime, (end_a_kept_one(), all_is_done()));
}

static void *answer_what_comes(void *data)
{
    atomic_bool *ends = data;
    struct walker walker = {.random = seed};
    me = &walker;
    while (!*ends) {
        clef_exchange *exchange = clef_sender_next_exchange(polled_sender);
        if (exchange)
            end_at_random(exchange);
        if (!end_a_kept_one())
            short_pause();
    }
    me = NULL;
    return NULL;
}

static void walk_one_round(int steps)
{
    struct walker walkers[THREADS];
    pthread_t answers_too;
    atomic_bool ends = false;
    set_round();
    for (int i = 0; i < THREADS; i++) {
        walkers[i] = (struct walker){
            .random = next_random(), .pumps = i < PUMPS, .steps = steps / THREADS};
        pthread_create(&walkers[i].thread, NULL, walk, &walkers[i]);
    }
    unsigned end = below(3);
    if (end == 0) {
        /* In the middle of it all; what nobody answers is given up. */
        UNTIL(record_count >= steps / 16);
        is_closed = clef_runtime_close(runtime, 5, NULL) == CLEF_STATUS_OK;
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(walkers[i].thread, NULL);
    pthread_create(&answers_too, NULL, answer_what_comes, &ends);
    if (end == 1)
        settle();
    CHECK_INT(clef_runtime_close(runtime, -1, NULL), CLEF_STATUS_OK);
    is_closed = true;
    int calls_so_far = calls;
    CHECK_INT(clef_runtime_run_callbacks(runtime), 0);
    check_records();
    CHECK_INT(calls, calls_so_far);
    ends = true;
    pthread_join(answers_too, NULL);
    clear_round();
}

static int steps_in_all = 100000;

static void exactly_one_completion_for_each_operation(void)
{
    struct walker walker = {.random = seed};
    me = &walker;
    int started = 0, cancelled = 0, worked = 0;
    most_records = STEPS_OF_A_ROUND;
    records = calloc((size_t)most_records, sizeof *records);
    for (int steps = 0; steps < steps_in_all; steps += STEPS_OF_A_ROUND) {
        walk_one_round(STEPS_OF_A_ROUND);
        for (int i = 0; i < record_count; i++) {
            started += !records[i].refused;
            cancelled += records[i].status == 1 + CLEF_STATUS_CANCELLED;
            worked += records[i].status == 1 + CLEF_STATUS_OK;
        }
    }
    printf("%d steps: %d operations started, at least %d worked and %d were cancelled; %d calls\n",
           steps_in_all, started, worked, cancelled, (int)calls);
    CHECK_INT(stray_calls, 0);
    /* It did walk about. */
    CHECK(started > steps_in_all / 20);
    CHECK(worked > started / 100);
    CHECK(cancelled > started / 100);
    free(records);
    me = NULL;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    sandbox_url = argv[1];
    if (argc > 2)
        steps_in_all = atoi(argv[2]);
    seed = argc > 3 ? strtoull(argv[3], NULL, 10) : (uint64_t)time(NULL) ^ (uint64_t)getpid() << 32;
    printf("seed %" PRIu64 "\n", seed);
    fflush(stdout);
    for (int i = 0; i < SLOTS; i++)
        pthread_mutex_init(&slots[i].lock, NULL);
    RUN_BOUNDED(exactly_one_completion_for_each_operation);
    return check_exit();
}

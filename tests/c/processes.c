/* Many processes that share one stored token, whose service hands out a new refresh token each time and revokes the grant
 * when a spent one comes back.
 *
 * Arguments: the sandbox's URL, an empty directory, then "share SECONDS" or "kill TIMES". With "work NUMBER" this is one
 * of those processes.
 */
#include "tokens.h"
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define PROCESSES 8
#define THREADS 8

/* Who has got a token asks the Web API this often whether it is good. */
#define READS_PER_LOOK 16

/* What the processes know of each other, in a file that all of them map. */
struct board {
    atomic_int stop;
    atomic_long reads, looks, rejected, revoked, late, changes, failures, logins_required;
    /* Of each process: a refresh token may be on its way that is not stored yet. */
    atomic_int spending[PROCESSES];
    /* From the service's answer until it is in a file, in microseconds. */
    atomic_long windows, window_sum, window_max;
    atomic_int message_is_taken;
    char message[300];
};

static struct board *board;
static const char *directory;
static clef_credentials *credentials;
static clef_token_store *store;

/* O_TRUNC for a new one. */
static struct board *map_board(int flags)
{
    char path[4096];
    snprintf(path, sizeof path, "%s.board", directory);
    int file = open(path, O_RDWR | O_CREAT | flags, 0600);
    if (file < 0 || ftruncate(file, sizeof *board) != 0)
        sandbox_die("no board");
    void *map = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (map == MAP_FAILED)
        sandbox_die("no board");
    return map;
}

static void open_store(const clef_sender *sender)
{
    clef_error *error = NULL;
    credentials = sandbox_credentials(NULL, sender);
    CHECK_OK(clef_token_store_new_file(directory, &store, &error));
}

static void close_store(void)
{
    clef_token_store_free(store);
    clef_credentials_free(credentials);
}

/* The worker */

static int own_number;
static _Thread_local int64_t answered_at;

static int64_t monotonic_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* These two stand in front of the system's own, for the library too, to measure the time in which a death loses the grant. */

ssize_t recv(int file, void *buffer, size_t size, int flags)
{
    ssize_t (*system_recv)(int, void *, size_t, int);
    *(void **)&system_recv = dlsym(RTLD_NEXT, "recv");
    ssize_t received = system_recv(file, buffer, size, flags);
    if (received > 0)
        answered_at = monotonic_us();
    return received;
}

static void note_window(int64_t microseconds)
{
    atomic_fetch_add(&board->windows, 1);
    atomic_fetch_add(&board->window_sum, microseconds);
    long before = atomic_load(&board->window_max);
    while (microseconds > before &&
           !atomic_compare_exchange_weak(&board->window_max, &before, microseconds))
        continue;
}

ssize_t write(int file, const void *data, size_t size)
{
    static const char RECORD[] = "{\"clef_token_store\"", DEAD[] = "\"dead_since\"";
    ssize_t (*system_write)(int, const void *, size_t);
    *(void **)&system_write = dlsym(RTLD_NEXT, "write");
    ssize_t written = system_write(file, data, size);
    if (board && answered_at && size > sizeof RECORD &&
        memcmp(data, RECORD, sizeof RECORD - 1) == 0 &&
        !memmem(data, size, DEAD, sizeof DEAD - 1)) {
        note_window(monotonic_us() - answered_at);
        answered_at = 0;
    }
    return written;
}

static clef_sender *http;

static void note_spending(void *user_data, clef_exchange *exchange)
{
    (void)user_data;
    atomic_store(&board->spending[own_number], 1);
    clef_exchange_forward(exchange, http);
}

static void note_failure(clef_error *error)
{
    atomic_fetch_add(&board->failures, 1);
    if (atomic_exchange(&board->message_is_taken, 1) == 0)
        snprintf(board->message, sizeof board->message, "%s: %s",
                 clef_status_name(clef_error_status(error)), clef_error_message(error));
    clef_error_free(error);
}

static clef_status count_change(void *user_data, clef_event event, const clef_token *token,
                                const clef_error *error)
{
    (void)user_data, (void)token, (void)error;
    atomic_store(&board->spending[own_number], 0);
    if (event == CLEF_EVENT_CHANGED)
        atomic_fetch_add(&board->changes, 1);
    return CLEF_STATUS_OK;
}

/* The token may have expired on the way here, but not before it was asked for. */
static void look_at(const char *access_token, int64_t asked_at)
{
    static const char EXPIRED[] = "\r\nsandbox-expired-ms-ago: ";
    char header[600];
    snprintf(header, sizeof header, "Authorization: Bearer %s\r\n", access_token);
    char *answer = sandbox_request_with("GET", "/v1/me", header, "");
    const char *expired = strstr(answer, EXPIRED);
    atomic_fetch_add(&board->looks, 1);
    if (expired && atoi(expired + strlen(EXPIRED)) <= monotonic_ms() - asked_at)
        atomic_fetch_add(&board->late, 1);
    else if (expired)
        atomic_fetch_add(&board->rejected, 1);
    else if (strncmp(answer, "HTTP/1.1 200", 12) != 0)
        atomic_fetch_add(&board->revoked, 1);
    free(answer);
}

static void *read_again_and_again(void *shared)
{
    clef_refreshing_token *token = shared;
    for (int i = 0; !atomic_load(&board->stop); i++) {
        clef_error *error = NULL;
        char *access_token = NULL;
        int64_t asked_at = monotonic_ms();
        clef_status status = clef_refreshing_token_access_token(token, &access_token, &error);
        if (status == CLEF_STATUS_LOGIN_REQUIRED) {
            /* The parent logs in anew, where that can be. */
            atomic_fetch_add(&board->logins_required, 1);
            clef_error_free(error);
            short_pause();
            continue;
        }
        if (status != CLEF_STATUS_OK) {
            note_failure(error);
            continue;
        }
        atomic_fetch_add(&board->reads, 1);
        if (i % READS_PER_LOOK == 0)
            look_at(access_token, asked_at);
        clef_string_free(access_token);
    }
    return NULL;
}

static int work(int number)
{
    own_number = number;
    board = map_board(0);
    atomic_store(&board->spending[own_number], 0);
    clef_error *error = NULL;
    clef_sender *sender = NULL;
    CHECK_OK(clef_sender_new_http(NULL, &http, &error));
    CHECK_OK(clef_sender_new_custom(note_spending, NULL, NULL, -1, &sender, &error));
    open_store(sender);
    clef_refreshing_token *token = NULL;
    while (!token && !atomic_load(&board->stop)) {
        clef_status status = clef_refreshing_token_open(store, credentials, NULL, &token, &error);
        /* Opening refreshes too, and nobody listens yet. */
        atomic_store(&board->spending[own_number], 0);
        if (status == CLEF_STATUS_LOGIN_REQUIRED) {
            atomic_fetch_add(&board->logins_required, 1);
            clef_error_free(error);
            short_pause();
        } else if (status != CLEF_STATUS_OK) {
            note_failure(error);
            return 1;
        }
        error = NULL;
    }
    if (token) {
        CHECK_OK(clef_refreshing_token_set_listener(token, count_change, NULL, NULL, &error));
        pthread_t threads[THREADS];
        for (int i = 0; i < THREADS; i++)
            pthread_create(&threads[i], NULL, read_again_and_again, token);
        for (int i = 0; i < THREADS; i++)
            pthread_join(threads[i], NULL);
        clef_refreshing_token_free(token);
    }
    close_store();
    clef_sender_free(sender);
    clef_sender_free(http);
    return check_failures != 0;
}

/* The parent */

static const char *own_path;

static pid_t start_worker(int number)
{
    char text[12];
    snprintf(text, sizeof text, "%d", number);
    pid_t child = fork();
    if (child == 0) {
        execl(own_path, own_path, sandbox_url, directory, "work", text, (char *)NULL);
        _exit(127);
    }
    if (child < 0)
        sandbox_die("no process");
    return child;
}

static void log_in(void)
{
    clef_error *error = NULL;
    clef_token *token = logged_in(credentials, CLEF_AUTH_PKCE);
    CHECK_OK(clef_token_store_save(store, credentials, NULL, token, &error));
    clef_token_free(token);
}

static void begin(pid_t *workers, int64_t lifetime)
{
    char settings[200];
    snprintf(settings, sizeof settings,
             "{\"rotation\": \"on\", \"reuse_detection\": true, \"expires_in\": %" PRId64 "}",
             lifetime);
    sandbox_settings(settings);
    board = map_board(O_TRUNC);
    open_store(NULL);
    log_in();
    for (int i = 0; i < PROCESSES; i++)
        workers[i] = start_worker(i);
}

static void end(pid_t *workers)
{
    atomic_store(&board->stop, 1);
    for (int i = 0; i < PROCESSES; i++) {
        int status = 0;
        waitpid(workers[i], &status, 0);
        CHECK_INT(status, 0);
    }
    if (board->failures)
        fprintf(stderr, "the first failure: %s\n", board->message);
    CHECK_INT(board->failures, 0);
    CHECK_INT(board->rejected, 0);
    CHECK(board->reads > 0 && board->looks > 0 && board->windows > PROCESSES);
    printf("from the service's answer until it is in a file: %ld microseconds, at most %ld\n",
           board->window_sum / board->windows, board->window_max);
}

/* What a refresh of what is stored gives. */
static clef_status refresh_stored(void)
{
    clef_error *error = NULL;
    clef_refreshing_token *token = NULL;
    clef_status status = clef_refreshing_token_open(store, credentials, NULL, &token, &error);
    if (status == CLEF_STATUS_OK)
        status = clef_refreshing_token_refresh(token, &error);
    clef_error_free(error);
    clef_refreshing_token_free(token);
    return status;
}

static int64_t seconds;

static void no_grant_is_revoked(void)
{
    pid_t workers[PROCESSES];
    begin(workers, 1);
    for (int64_t end_at = monotonic_ms() + seconds * 1000; monotonic_ms() < end_at;)
        short_pause();
    end(workers);
    CHECK_INT(board->logins_required, 0);
    CHECK_INT(board->revoked, 0);
    CHECK_INT(refresh_stored(), CLEF_STATUS_OK);
    printf("%" PRId64 " s: %ld reads, %d refreshes, %ld times a process used what another had got; "
           "%ld looks at the Web API, %ld of them after the token had expired on the way\n",
           seconds, board->reads, sandbox_count("refresh_token"),
           board->changes - sandbox_count("refresh_token"), board->looks, board->late);
    CHECK(sandbox_count("refresh_token") > seconds / 2);
    close_store();
}

static int kills;

/* With another login, which nobody remembers the loss of the last one from. */
static void begin_anew(pid_t *workers)
{
    for (int i = 0; i < PROCESSES; i++)
        kill(workers[i], SIGKILL);
    for (int i = 0; i < PROCESSES; i++)
        waitpid(workers[i], NULL, 0);
    atomic_store(&board->logins_required, 0);
    log_in();
    for (int i = 0; i < PROCESSES; i++)
        workers[i] = start_worker(i);
}

/* How many files of this kind are in the store. */
static int files_with(const char *ending)
{
    int count = 0;
    DIR *folder = opendir(directory);
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        const char *dot = strrchr(entry->d_name, '.');
        count += dot && strcmp(dot, ending) == 0;
    }
    if (folder)
        closedir(folder);
    return count;
}

/* A grant was lost by a process that was killed when so many answers had been stored. The request of the dead may still lie
 * in a socket while the next process is answered: when the service gets to it, it ends the grant for a refresh token that is
 * used twice. */
static void check_who_lost_it(long stored_then)
{
    CHECK(stored_then >= 0 && board->windows - stored_then <= 1);
}

static void a_killed_process_loses_nothing(void)
{
    pid_t workers[PROCESSES];
    int lost = 0, spending = 0, unfinished = 0;
    /* How many answers had been stored when a process was killed over the next one. Processes take turns, so one more
     * shows that the grant has survived that. */
    long stored_then = -1;
    begin(workers, 1);
    srand((unsigned)time(NULL));
    for (int i = 0; i < kills; i++) {
        struct timespec pause = {.tv_nsec = rand() % 100000000};
        nanosleep(&pause, NULL);
        int victim = rand() % PROCESSES;
        kill(workers[victim], SIGKILL);
        waitpid(workers[victim], NULL, 0);
        unfinished += files_with(".new");
        if (atomic_exchange(&board->spending[victim], 0)) {
            spending++;
            stored_then = board->windows;
        }

        clef_error *error = NULL;
        clef_token *token = NULL;
        CHECK_OK(clef_token_store_load(store, credentials, NULL, &token, &error));
        clef_token_free(token);
        if (atomic_exchange(&board->logins_required, 0)) {
            check_who_lost_it(stored_then);
            stored_then = -1;
            lost++;
            begin_anew(workers);
            continue;
        }
        workers[victim] = start_worker(victim);
    }
    end(workers);
    if (board->logins_required || refresh_stored() != CLEF_STATUS_OK) {
        check_who_lost_it(stored_then);
        lost++;
    }
    printf("%d kills: the store was readable each time, with a half-finished save beside it %d times; "
           "%d while a refresh was under way, %d of them before its answer was stored, which lost "
           "the grant; %ld reads, %d refreshes\n",
           kills, unfinished, spending, lost, board->reads, sandbox_count("refresh_token"));
    close_store();
}

int main(int argc, char **argv)
{
    if (argc != 5)
        return 2;
    own_path = argv[0];
    sandbox_url = argv[1];
    directory = argv[2];
    if (strcmp(argv[3], "work") == 0)
        return work(atoi(argv[4]));
    if (strcmp(argv[3], "share") == 0) {
        seconds = atoi(argv[4]);
        RUN(no_grant_is_revoked);
    } else {
        kills = atoi(argv[4]);
        RUN(a_killed_process_loses_nothing);
    }
    return check_exit();
}

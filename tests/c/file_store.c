/*
 * The store of files: what it keeps, what it refuses with which words, and that nothing which it refuses or fails at
 * changes a byte. What needs another user, another process or a limit of its own runs in a child.
 */
#include "files.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define NOBODY 65534

/* Longer than any path and any message here. */
#define PATH_SIZE 400
#define TEXT_SIZE 1000

static char root[] = "/tmp/clef-file-store-XXXXXX";
static const char *accounts_url;

/* A directory of its own for each test, with the files of one account in it. */
static char directory[100];
static char stored[PATH_SIZE], newer[PATH_SIZE], lock[PATH_SIZE];
static clef_token_store *store;
static clef_credentials *credentials;

static clef_credentials *credentials_of(const char *client)
{
    clef_credentials *made = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_credentials_new(client, NULL, NULL, NULL, &made, &error));
    return made;
}

static clef_token *token_of(const char *access_token)
{
    char json[200];
    clef_token *token = NULL;
    clef_error *error = NULL;
    snprintf(json, sizeof json, "{\"access_token\":\"%s\",\"refresh_token\":\"refresh-%s\"}",
             access_token, access_token);
    CHECK_OK(clef_token_from_json(json, 0, &token, &error));
    return token;
}

static clef_token_store *store_in(const char *path)
{
    clef_token_store *made = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_token_store_new_file(path, &made, &error));
    return made;
}

/* With an error, its message is put there. */
static clef_status save(const clef_credentials *whose, const char *account, const char *access_token,
                        char *message)
{
    clef_token *token = token_of(access_token);
    clef_error *error = NULL;
    clef_status status = clef_token_store_save(store, whose, account, token, &error);
    snprintf(message, TEXT_SIZE, "%s", error ? clef_error_message(error) : "");
    clef_error_free(error);
    clef_token_free(token);
    return status;
}

static void save_well(const clef_credentials *whose, const char *account, const char *access_token)
{
    char message[TEXT_SIZE];
    CHECK_INT(save(whose, account, access_token, message), CLEF_STATUS_OK);
    CHECK_STRING(message, "");
}

static void check_loads(const clef_credentials *whose, const char *account, const char *expected)
{
    clef_token *token = NULL;
    clef_error *error = NULL;
    CHECK_STATUS(clef_token_store_load(store, whose, account, &token, &error),
                 expected ? CLEF_STATUS_OK : CLEF_STATUS_NOT_FOUND);
    CHECK_STRING(clef_token_access_token(token), expected);
    clef_token_free(token);
}

static void check_load_fails(const char *expected, clef_remedy remedy)
{
    clef_token *token = NULL;
    clef_error *error = NULL;
    CHECK_INT(clef_token_store_load(store, credentials, NULL, &token, &error), CLEF_STATUS_STORE);
    CHECK_STRING(clef_error_message(error), expected);
    CHECK_INT(clef_error_remedy(error), remedy);
    clef_error_free(error);
}

static void check_save_fails(const char *expected)
{
    char message[TEXT_SIZE];
    CHECK_INT(save(credentials, NULL, "refused", message), CLEF_STATUS_STORE);
    CHECK_STRING(message, expected);
}

/* The accounts, joined by commas. */
static void check_accounts(const clef_credentials *whose, const char *expected)
{
    char joined[TEXT_SIZE] = "";
    clef_accounts *accounts = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_token_store_accounts(store, whose, &accounts, &error));
    for (size_t i = 0; i < clef_accounts_len(accounts); i++) {
        strcat(joined, clef_accounts_get(accounts, i));
        strcat(joined, ",");
    }
    CHECK(clef_accounts_get(accounts, clef_accounts_len(accounts)) == NULL);
    CHECK_STRING(joined, expected);
    clef_accounts_free(accounts);
}

static void open_directory(const char *name)
{
    snprintf(directory, sizeof directory, "%s/%s", root, name);
    store = store_in(directory);
    credentials = credentials_of("client");
}

/* Finds the paths of the one account. */
static void find_files(void)
{
    DIR *entries = opendir(directory);
    if (!entries)
        files_die("cannot open", directory);
    for (struct dirent *entry; (entry = readdir(entries));) {
        char *ending = strstr(entry->d_name, ".json");
        if (!ending)
            continue;
        int length = (int)(ending - entry->d_name);
        CHECK_INT(length, 32);
        snprintf(stored, sizeof stored, "%s/%.*s.json", directory, length, entry->d_name);
        snprintf(newer, sizeof newer, "%s/%.*s.new", directory, length, entry->d_name);
        snprintf(lock, sizeof lock, "%s/%.*s.lock", directory, length, entry->d_name);
    }
    closedir(entries);
}

/* A store with the token "old" in it. */
static void set_up(const char *name)
{
    open_directory(name);
    save_well(credentials, NULL, "old");
    find_files();
}

static void close_store(void)
{
    clef_token_store_free(store);
    clef_credentials_free(credentials);
}

static void tear_down(void)
{
    close_store();
    remove_tree(directory);
}

/* Runs it in a child, whose checks count here. */
static void in_child(void (*test)(void))
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        check_failures = 0;
        test();
        close_store();
        fflush(stdout);
        _exit(check_exit());
    }
    int status = -1;
    waitpid(child, &status, 0);
    CHECK_INT(status, 0);
}

static void become_nobody(void)
{
    if (getuid() == 0 && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
        files_die("cannot become", "nobody");
}

static void give_to_nobody(const char *path)
{
    if (getuid() == 0 && chown(path, NOBODY, NOBODY) != 0)
        files_die("cannot give away", path);
}

/* What is stored */

static void save_first(void)
{
    save_well(credentials, "me", "first");
}

static void another_process_finds_the_token(void)
{
    open_directory("processes");
    CHECK_INT(count_entries(directory), -1);
    check_loads(credentials, "me", NULL);
    check_accounts(credentials, "");
    CHECK_INT(count_entries(directory), -1);
    in_child(save_first);
    check_loads(credentials, "me", "first");
    check_accounts(credentials, "me,");
    tear_down();
}

static void a_token_comes_back_whole(void)
{
    static const char JSON[] = "{\"access_token\":\"BQ\\u00e9\",\"token_type\":\"Bearer\",\"scope\":\"a b\","
                               "\"expires_in\":3600,\"refresh_token\":\"AQ\",\"uses_pkce\":true,"
                               "\"authorised_at\":1700000000,\"own\":{ \"x\": [1, null]}}";
    clef_token *token = NULL, *loaded = NULL;
    clef_error *error = NULL;
    char *before = NULL, *after = NULL;
    open_directory("whole");
    CHECK_OK(clef_token_from_json(JSON, 0, &token, &error));
    CHECK_OK(clef_token_store_save(store, credentials, NULL, token, &error));
    CHECK_OK(clef_token_store_load(store, credentials, "", &loaded, &error));
    CHECK_OK(clef_token_to_json(token, &before, &error));
    CHECK_OK(clef_token_to_json(loaded, &after, &error));
    CHECK_STRING(after, before);
    clef_string_free(before);
    clef_string_free(after);
    clef_token_free(token);
    clef_token_free(loaded);
    tear_down();
}

static void accounts_clients_and_services_are_apart(void)
{
    open_directory("apart");
    clef_credentials *other = credentials_of("other"), *elsewhere = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_credentials_with_accounts_url(credentials, accounts_url, &elsewhere, &error));
    clef_token_store *all = clef_token_store_clone(store);
    save_well(credentials, NULL, "nameless");
    save_well(credentials, "b/../\xc3\xa9", "b");
    save_well(credentials, "a", "a");
    save_well(other, "a", "a-of-other");
    save_well(elsewhere, "a", "a-elsewhere");
    save_well(credentials, "a", "a-again");
    check_loads(credentials, NULL, "nameless");
    check_loads(credentials, "b/../\xc3\xa9", "b");
    check_loads(credentials, "a", "a-again");
    check_loads(other, "a", "a-of-other");
    check_loads(elsewhere, "a", "a-elsewhere");
    check_loads(other, NULL, NULL);
    check_accounts(credentials, ",a,b/../\xc3\xa9,");
    check_accounts(other, "a,");
    check_accounts(elsewhere, "a,");

    CHECK_OK(clef_token_store_remove(all, credentials, "a", &error));
    CHECK_OK(clef_token_store_remove(all, credentials, "a", &error));
    check_loads(credentials, "a", NULL);
    check_loads(other, "a", "a-of-other");
    check_accounts(credentials, ",b/../\xc3\xa9,");
    clef_token_store_free(all);
    clef_credentials_free(other);
    clef_credentials_free(elsewhere);
    tear_down();
}

static void what_is_not_ours_is_no_account(void)
{
    open_directory("strangers");
    char path[TEXT_SIZE];
    size_t size;
    clef_error *error = NULL;
    save_well(credentials, "gone", "x");
    find_files();
    char *bytes = file_bytes(stored, &size);
    CHECK_OK(clef_token_store_remove(store, credentials, "gone", &error));
    save_well(credentials, "there", "x");
    const char *const strangers[] = {"README", "half.json", "copy.json"};
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", directory, strangers[i]);
        write_file(path, bytes, i * size / 2, 0600);
    }
    snprintf(path, sizeof path, "%s/link.json", directory);
    CHECK_INT(symlink("/dev/zero", path), 0);
    check_accounts(credentials, "there,");
    write_file(stored, bytes, size, 0600);
    check_accounts(credentials, "gone,there,");
    free(bytes);
    tear_down();
}

/* The times of a token hold, wherever the clock was. */
static void a_clock_that_was_wrong_makes_no_token_longer(void)
{
    set_up("clock");
    size_t size;
    char *bytes = file_bytes(stored, &size);
    char *time = strstr(bytes, "\"expires_at\":") + strlen("\"expires_at\":");
    *time = '9';
    write_file(stored, bytes, size, 0600);
    clef_token *token = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_token_store_load(store, credentials, NULL, &token, &error));
    CHECK(clef_token_expires_in(token) <= 3600);
    *time = '1';
    time[1] = '0';
    write_file(stored, bytes, size, 0600);
    clef_token_free(token);
    CHECK_OK(clef_token_store_load(store, credentials, NULL, &token, &error));
    CHECK(clef_token_is_expiring(token));
    clef_token_free(token);
    free(bytes);
    tear_down();
}

/* Where it is stored */

static void whatever_the_umask_files_are_private(void)
{
    static const mode_t umasks[] = {0, 022, 0277, 0777};
    for (size_t i = 0; i < 4; i++) {
        mode_t before = umask(umasks[i]);
        set_up("umask");
        umask(before);
        CHECK_INT(mode_of(directory), 0700);
        CHECK_INT(mode_of(stored), 0600);
        CHECK_INT(mode_of(lock), 0600);
        CHECK_INT(count_entries(directory), 2);
        tear_down();
    }
}

static void check_default(const char *state_home, const char *home, const char *expected)
{
    char path[TEXT_SIZE];
    clef_error *error = NULL;
    clef_token_store_free(store);
    store = NULL;
    state_home ? setenv("XDG_STATE_HOME", state_home, 1) : unsetenv("XDG_STATE_HOME");
    home ? setenv("HOME", home, 1) : unsetenv("HOME");
    if (!expected) {
        CHECK_INT(clef_token_store_new_file(NULL, &store, &error), CLEF_STATUS_STORE);
        CHECK_STRING(clef_error_message(error),
                     "the environment names no home directory: give the store a path");
        clef_error_free(error);
        return;
    }
    CHECK_OK(clef_token_store_new_file(NULL, &store, &error));
    CHECK(!is_there(expected));
    save_well(credentials, NULL, "x");
    CHECK_INT(mode_of(expected), 0700);
    CHECK_INT(count_entries(expected), 2);
    snprintf(path, sizeof path, "%s/..", expected);
    CHECK_INT(mode_of(path), 0755);
    remove_tree(expected);
}

static void save_by_default(void)
{
    char home[PATH_SIZE], xdg[PATH_SIZE], in_home[TEXT_SIZE], in_xdg[TEXT_SIZE];
    umask(022);
    CHECK_INT(mkdir(directory, 0700), 0);
    snprintf(home, sizeof home, "%s/home", directory);
    snprintf(xdg, sizeof xdg, "%s/xdg/state", directory);
    snprintf(in_home, sizeof in_home, "%s/.local/state/clef", home);
    snprintf(in_xdg, sizeof in_xdg, "%s/clef", xdg);
    check_default(xdg, home, in_xdg);
    check_default(xdg, NULL, in_xdg);
    check_default(NULL, home, in_home);
    check_default("", home, in_home);
    check_default("relative", home, in_home);
    check_default(NULL, "relative", NULL);
    check_default(NULL, NULL, NULL);
}

static void the_default_is_the_state_directory(void)
{
    open_directory("default");
    in_child(save_by_default);
    tear_down();
}

static void save_from_there(void)
{
    CHECK_INT(mkdir(directory, 0700), 0);
    CHECK_INT(chdir(directory), 0);
    clef_token_store_free(store);
    store = store_in("tokens");
    CHECK_INT(chdir("/"), 0);
    save_well(credentials, NULL, "x");
    char path[TEXT_SIZE];
    snprintf(path, sizeof path, "%s/tokens", directory);
    CHECK_INT(count_entries(path), 2);
}

static void a_relative_path_is_one_from_where_the_store_was_made(void)
{
    open_directory("relative");
    in_child(save_from_there);
    tear_down();
}

/* A directory that many use is often a link to where there is room. */
static void the_directory_may_be_a_symbolic_link(void)
{
    set_up("target");
    char link[TEXT_SIZE];
    snprintf(link, sizeof link, "%s/link", root);
    CHECK_INT(symlink(directory, link), 0);
    clef_token_store_free(store);
    store = store_in(link);
    check_loads(credentials, NULL, "old");
    save_well(credentials, NULL, "new");
    unlink(link);
    tear_down();
}

/* What is refused */

/* Both loading and saving are refused with these words about a path, and no byte changes. */
static void check_refused(const char *path, const char *problem)
{
    char expected[TEXT_SIZE];
    size_t size = 0, size_after = 0;
    struct stat status, after;
    bool has_bytes = stat(stored, &status) == 0 && S_ISREG(status.st_mode);
    char *bytes = has_bytes ? file_bytes(stored, &size) : NULL;
    lstat(stored, &status);
    snprintf(expected, sizeof expected, "%s%s", path, problem);
    check_load_fails(expected, CLEF_REMEDY_FIX_SETTINGS);
    check_save_fails(expected);
    check_load_fails(expected, CLEF_REMEDY_FIX_SETTINGS);
    CHECK_INT(lstat(stored, &after), 0);
    CHECK_INT(after.st_mode, status.st_mode);
    CHECK_INT(after.st_ino, status.st_ino);
    char *bytes_after = has_bytes ? file_bytes(stored, &size_after) : NULL;
    CHECK_INT(size_after, size);
    CHECK(!has_bytes || memcmp(bytes, bytes_after, size) == 0);
    CHECK(!is_there(newer));
    free(bytes);
    free(bytes_after);
}

static void check_mode_refused(const char *path, mode_t mode, const char *what)
{
    char problem[TEXT_SIZE];
    mode_t before = mode_of(path);
    snprintf(problem, sizeof problem, "%s%s", what, path);
    CHECK_INT(chmod(path, mode), 0);
    check_refused(path, problem);
    chmod(path, before);
    check_loads(credentials, NULL, "old");
}

static void a_file_within_reach_of_others_is_refused(void)
{
    static const mode_t modes[] = {0640, 0620, 0604, 0602, 0610, 0777};
    set_up("modes");
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        check_mode_refused(stored, modes[i],
                           " may be read or written by other users: chmod 600 ");
    tear_down();
}

static void a_directory_that_others_may_write_is_refused(void)
{
    static const mode_t modes[] = {0720, 0702, 01777};
    set_up("open");
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        check_mode_refused(directory, modes[i], " may be written by other users: chmod 700 ");
        clef_accounts *accounts = NULL;
        clef_error *error = NULL;
        CHECK_INT(chmod(directory, modes[i]), 0);
        CHECK_STATUS(clef_token_store_accounts(store, credentials, &accounts, &error),
                     CLEF_STATUS_STORE);
        CHECK_STATUS(clef_token_store_remove(store, credentials, NULL, &error), CLEF_STATUS_STORE);
        chmod(directory, 0700);
    }
    chmod(directory, 0755);
    check_loads(credentials, NULL, "old");
    tear_down();
}

static void use_anothers_directory(void)
{
    char expected[TEXT_SIZE];
    become_nobody();
    snprintf(expected, sizeof expected, "%s belongs to another user: name a directory of your own",
             directory);
    check_load_fails(expected, CLEF_REMEDY_FIX_SETTINGS);
    check_save_fails(expected);
}

/* To anybody but root, all directories of others are root's here. */
static void a_directory_of_another_user_is_refused(void)
{
    set_up("anothers");
    if (getuid() == 0) {
        CHECK_INT(chown(directory, NOBODY - 1, NOBODY - 1), 0);
        chmod(directory, 0755);
        in_child(use_anothers_directory);
        check_loads(credentials, NULL, "old");
    }
    tear_down();
}

static void what_is_no_file_is_refused(void)
{
    char target[TEXT_SIZE];
    set_up("strange");
    snprintf(target, sizeof target, "%s.elsewhere", stored);
    CHECK_INT(rename(stored, target), 0);
    CHECK_INT(symlink(target, stored), 0);
    check_refused(stored, " is a symbolic link: put the file itself there");
    unlink(stored);
    CHECK_INT(symlink("/nowhere", stored), 0);
    check_refused(stored, " is a symbolic link: put the file itself there");
    unlink(stored);
    CHECK_INT(mkfifo(stored, 0600), 0);
    check_refused(stored, " is not a file: move it out of the way");
    unlink(stored);
    CHECK_INT(mkdir(stored, 0700), 0);
    check_refused(stored, " is not a file: move it out of the way");
    tear_down();
}

static void a_lock_that_is_no_file_is_refused(void)
{
    set_up("locks");
    char expected[TEXT_SIZE], message[TEXT_SIZE];
    unlink(lock);
    CHECK_INT(symlink(stored, lock), 0);
    snprintf(expected, sizeof expected, "%s is a symbolic link: put the file itself there", lock);
    CHECK_INT(save(credentials, NULL, "x", message), CLEF_STATUS_STORE);
    CHECK_STRING(message, expected);
    unlink(lock);
    CHECK_INT(mkfifo(lock, 0600), 0);
    snprintf(expected, sizeof expected, "%s is not a file: move it out of the way", lock);
    CHECK_INT(save(credentials, NULL, "x", message), CLEF_STATUS_STORE);
    CHECK_STRING(message, expected);
    check_loads(credentials, NULL, "old");
    tear_down();
}

static void a_file_in_place_of_the_directory_is_refused(void)
{
    char expected[TEXT_SIZE];
    open_directory("file");
    write_file(directory, "", 0, 0600);
    snprintf(expected, sizeof expected, "%s is not a directory", directory);
    check_load_fails(expected, CLEF_REMEDY_FIX_SETTINGS);
    check_save_fails(expected);
    clef_token_store_free(store);
    char below[PATH_SIZE];
    snprintf(below, sizeof below, "%s/below", directory);
    store = store_in(below);
    snprintf(expected, sizeof expected, "cannot open %s: Not a directory (os error 20)", below);
    check_load_fails(expected, CLEF_REMEDY_RETRY_LATER);
    check_save_fails(expected);
    tear_down();
}

#define MEBIBYTE 1048576
#define WAY_OUT "; to log in anew, remove this account from the store"

static void what_is_too_large_or_no_text_is_refused(void)
{
    set_up("large");
    char *large = malloc(MEBIBYTE + 1);
    memset(large, ' ', MEBIBYTE + 1);
    write_file(stored, large, MEBIBYTE + 1, 0600);
    check_refused(stored, " has more than 1048576 bytes");
    write_file(stored, large, MEBIBYTE, 0600);
    check_refused(stored, " is damaged: it is not whole JSON" WAY_OUT);
    write_file(stored, "\xff", 1, 0600);
    check_refused(stored, " is damaged: it is not text");
    memset(large, 0, 500);
    write_file(stored, large, 500, 0600);
    check_refused(stored, " is damaged: it is not text");
    free(large);
    tear_down();
}

static void half_a_file_is_refused_until_it_is_removed(void)
{
    set_up("half");
    size_t size;
    clef_error *error = NULL;
    char *bytes = file_bytes(stored, &size);
    CHECK(size > 100);
    CHECK_STRING(bytes + size - 2, "}\n");
    for (size_t length = 0; length < size - 1; length++) {
        write_file(stored, bytes, length, 0600);
        check_refused(stored, " is damaged: it is not whole JSON" WAY_OUT);
    }
    CHECK_OK(clef_token_store_remove(store, credentials, NULL, &error));
    check_loads(credentials, NULL, NULL);
    save_well(credentials, NULL, "again");
    check_loads(credentials, NULL, "again");
    free(bytes);
    tear_down();
}

#define VERSION "\"clef_token_store\":"
#define LATER " has version 2, but this clef knows version 1 alone: update clef" WAY_OUT

/* The record of a later version. */
static char *later_record(size_t *size)
{
    char *bytes = file_bytes(stored, size);
    strstr(bytes, VERSION)[strlen(VERSION)] = '2';
    return bytes;
}

static void a_later_version_is_kept_for_later_programs(void)
{
    set_up("later");
    size_t size;
    char *bytes = later_record(&size);
    write_file(stored, bytes, size, 0600);
    check_refused(stored, LATER);
    check_accounts(credentials, ",");
    free(bytes);
    tear_down();
}

/* What fails */

/* What was stored is there to the last byte, and nothing else. */
static void check_old_is_there(const char *bytes, size_t size)
{
    size_t size_now;
    char *now = file_bytes(stored, &size_now);
    CHECK_INT(size_now, size);
    CHECK(memcmp(now, bytes, size) == 0);
    CHECK(!is_there(newer));
    free(now);
    check_loads(credentials, NULL, "old");
}

static void save_beyond_a_limit(void)
{
    size_t size;
    char expected[TEXT_SIZE];
    char *bytes = file_bytes(stored, &size);
    snprintf(expected, sizeof expected, "cannot write %s: File too large (os error 27)", newer);
    signal(SIGXFSZ, SIG_IGN);
    for (rlim_t limit = 0; limit < size; limit++) {
        struct rlimit limits = {limit, RLIM_INFINITY};
        CHECK_INT(setrlimit(RLIMIT_FSIZE, &limits), 0);
        check_save_fails(expected);
    }
    check_old_is_there(bytes, size);
    free(bytes);
}

static void a_write_that_ends_anywhere_keeps_the_old_token(void)
{
    set_up("limit");
    in_child(save_beyond_a_limit);
    tear_down();
}

static void fill(const char *path)
{
    int file = open(path, O_WRONLY | O_CREAT, 0600);
    char bytes[512] = {0};
    while (write(file, bytes, sizeof bytes) > 0)
        ;
    close(file);
}

/* On a disk of its own, which only this child sees. */
static void save_on_a_full_disk(void)
{
    if (unshare(CLONE_NEWNS) != 0 || mount("", "/", "", MS_REC | MS_PRIVATE, "") != 0 ||
        mkdir(directory, 0700) != 0 ||
        mount("clef", directory, "tmpfs", 0, "size=16k,mode=700") != 0) {
        printf("needs leave to mount a file system\n");
        return;
    }
    char filler[TEXT_SIZE], expected[TEXT_SIZE];
    size_t size;
    snprintf(filler, sizeof filler, "%s/filler", directory);
    save_well(credentials, NULL, "old");
    find_files();
    char *bytes = file_bytes(stored, &size);
    fill(filler);
    snprintf(expected, sizeof expected, "cannot write %s: No space left on device (os error 28)",
             newer);
    check_save_fails(expected);
    check_old_is_there(bytes, size);
    unlink(filler);
    save_well(credentials, NULL, "new");
    check_loads(credentials, NULL, "new");
    free(bytes);
}

static void a_full_disk_keeps_the_old_token(void)
{
    open_directory("full");
    in_child(save_on_a_full_disk);
    tear_down();
}

static void save_where_nothing_may_be_written(void)
{
    size_t size;
    char expected[TEXT_SIZE];
    become_nobody();
    char *bytes = file_bytes(stored, &size);
    snprintf(expected, sizeof expected, "cannot write %s: Permission denied (os error 13)", newer);
    check_save_fails(expected);
    check_old_is_there(bytes, size);
    clef_error *error = NULL;
    CHECK_STATUS(clef_token_store_remove(store, credentials, NULL, &error), CLEF_STATUS_STORE);
    check_old_is_there(bytes, size);
    free(bytes);
}

static void a_directory_that_is_read_only_can_be_read(void)
{
    set_up("read-only");
    give_to_nobody(directory);
    give_to_nobody(stored);
    give_to_nobody(lock);
    chmod(directory, 0500);
    in_child(save_where_nothing_may_be_written);
    chmod(directory, 0700);
    tear_down();
}

static void use_what_is_closed(void)
{
    become_nobody();
    char expected[TEXT_SIZE];
    snprintf(expected, sizeof expected, "cannot open %s: Permission denied (os error 13)",
             directory);
    check_load_fails(expected, CLEF_REMEDY_RETRY_LATER);
    check_save_fails(expected);
}

static void use_a_file_of_root(void)
{
    become_nobody();
    char expected[TEXT_SIZE];
    snprintf(expected, sizeof expected, "cannot open %s: Permission denied (os error 13)", stored);
    check_load_fails(expected, CLEF_REMEDY_RETRY_LATER);
    check_accounts(credentials, "");
    check_save_fails(expected);
}

static void without_permission_nothing_is_done(void)
{
    set_up("closed");
    chmod(stored, 0);
    give_to_nobody(directory);
    give_to_nobody(lock);
    in_child(use_a_file_of_root);
    chmod(stored, 0600);
    char outer[sizeof directory];
    strcpy(outer, directory);
    strcat(directory, "/inner");
    CHECK_INT(mkdir(directory, 0700), 0);
    clef_token_store_free(store);
    store = store_in(directory);
    chmod(outer, 0);
    in_child(use_what_is_closed);
    strcpy(directory, outer);
    chmod(directory, 0700);
    tear_down();
}

/* What another process left, or is at */

static void *save_new(void *nothing)
{
    save_well(credentials, NULL, "new");
    return nothing;
}

static void whoever_dies_with_the_lock_blocks_nobody(void)
{
    set_up("killed");
    int ready[2];
    CHECK_INT(pipe(ready), 0);
    pid_t holder = fork();
    if (holder == 0) {
        int file = open(lock, O_RDWR);
        if (flock(file, LOCK_EX) != 0 || write(ready[1], "x", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    char byte;
    CHECK_INT(read(ready[0], &byte, 1), 1);
    pthread_t thread;
    CHECK_INT(pthread_create(&thread, NULL, save_new, NULL), 0);
    /* Who only reads does not wait. */
    check_loads(credentials, NULL, "old");
    check_accounts(credentials, ",");
    kill(holder, SIGKILL);
    waitpid(holder, NULL, 0);
    pthread_join(thread, NULL);
    check_loads(credentials, NULL, "new");
    close(ready[0]);
    close(ready[1]);
    tear_down();
}

static void what_was_written_whole_is_taken_by_the_next_who_has_the_lock(void)
{
    set_up("newer");
    size_t size, size_now;
    char *later = later_record(&size);
    write_file(newer, later, size, 0600);
    check_loads(credentials, NULL, "old");
    /* What was about to be stored is of a later version, and so is not replaced. */
    char expected[TEXT_SIZE];
    snprintf(expected, sizeof expected, "%s%s", stored, LATER);
    check_save_fails(expected);
    CHECK(!is_there(newer));
    char *now = file_bytes(stored, &size_now);
    CHECK_STRING(now, later);
    free(now);

    /* Over the first save, nothing else is there. */
    CHECK_INT(rename(stored, newer), 0);
    check_load_fails(expected, CLEF_REMEDY_FIX_SETTINGS);
    CHECK(is_there(stored));
    CHECK(!is_there(newer));
    CHECK_INT(rename(stored, newer), 0);
    clef_error *error = NULL;
    CHECK_OK(clef_token_store_remove(store, credentials, NULL, &error));
    CHECK(!is_there(newer));
    CHECK(!is_there(stored));
    save_well(credentials, NULL, "again");
    free(later);
    tear_down();
}

/* It is in the way of nobody: the next token takes its place. */
static void check_not_taken(const char *access_token)
{
    char expected[100];
    check_loads(credentials, NULL, "old");
    save_well(credentials, NULL, access_token);
    CHECK(!is_there(newer));
    snprintf(expected, sizeof expected, "%s", access_token);
    check_loads(credentials, NULL, expected);
    save_well(credentials, NULL, "old");
}

static void what_was_not_written_whole_is_not_taken(void)
{
    set_up("partial");
    size_t size;
    char *later = later_record(&size), zeros[4096] = {0}, target[TEXT_SIZE];
    for (size_t length = 0; length < size - 1; length += 7) {
        write_file(newer, later, length, 0600);
        check_not_taken("after-half");
        /* As a power cut leaves it. */
        char *holed = calloc(1, size);
        memcpy(holed, later, length);
        holed[size - 1] = '\n';
        holed[size - 2] = '}';
        write_file(newer, holed, size, 0600);
        check_not_taken("after-a-hole");
        free(holed);
    }
    /* A token may have lines of its own. */
    static const char LINE[] = "{\"clef_token_store\":2,\"token\":{\"own\":{}\n";
    write_file(newer, LINE, strlen(LINE), 0600);
    check_not_taken("after-a-line");
    write_file(newer, zeros, size, 0600);
    check_not_taken("after-zeros");
    write_file(newer, later, size, 0644);
    check_not_taken("after-another's");
    snprintf(target, sizeof target, "%s.elsewhere", newer);
    write_file(target, later, size, 0600);
    CHECK_INT(symlink(target, newer), 0);
    check_not_taken("after-a-link");
    size_t size_now;
    char *now = file_bytes(target, &size_now);
    CHECK_STRING(now, later);
    CHECK_INT(mkfifo(newer, 0600), 0);
    check_not_taken("after-a-pipe");
    free(now);
    free(later);
    tear_down();
}

int main(int count, char **arguments)
{
    if (count != 2 || !mkdtemp(root))
        files_die("give the URL of a sandbox, and make", root);
    accounts_url = arguments[1];
    chmod(root, 0711);
    RUN(another_process_finds_the_token);
    RUN(a_token_comes_back_whole);
    RUN(accounts_clients_and_services_are_apart);
    RUN(what_is_not_ours_is_no_account);
    RUN(a_clock_that_was_wrong_makes_no_token_longer);
    RUN(whatever_the_umask_files_are_private);
    RUN(the_default_is_the_state_directory);
    RUN(a_relative_path_is_one_from_where_the_store_was_made);
    RUN(the_directory_may_be_a_symbolic_link);
    RUN(a_file_within_reach_of_others_is_refused);
    RUN(a_directory_that_others_may_write_is_refused);
    RUN(a_directory_of_another_user_is_refused);
    RUN(what_is_no_file_is_refused);
    RUN(a_lock_that_is_no_file_is_refused);
    RUN(a_file_in_place_of_the_directory_is_refused);
    RUN(what_is_too_large_or_no_text_is_refused);
    RUN(half_a_file_is_refused_until_it_is_removed);
    RUN(a_later_version_is_kept_for_later_programs);
    RUN(a_write_that_ends_anywhere_keeps_the_old_token);
    RUN(a_full_disk_keeps_the_old_token);
    RUN(a_directory_that_is_read_only_can_be_read);
    RUN(without_permission_nothing_is_done);
    RUN(whoever_dies_with_the_lock_blocks_nobody);
    RUN(what_was_written_whole_is_taken_by_the_next_who_has_the_lock);
    RUN(what_was_not_written_whole_is_not_taken);
    remove_tree(root);
    return check_exit();
}

/*
 * The store in the desktop's keyring, against a real Secret Service. The driver runs it once for each step, which is its
 * argument: so each is another process.
 */
#include "check.h"

#include <errno.h>
#include <pthread.h>

static clef_token_store *store, *store_of_another;
static clef_credentials *credentials, *other;

static clef_credentials *credentials_of(const char *client)
{
    clef_credentials *made = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_credentials_new(client, NULL, NULL, NULL, &made, &error));
    return made;
}

static int threads_started;

/* Stands before that of the system: clef starts no thread to speak to the bus, not even for a moment. */
int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                   void *data)
{
    (void)thread, (void)attributes, (void)run, (void)data;
    threads_started++;
    return EAGAIN;
}

static void save(clef_token_store *into, const clef_credentials *whose, const char *account,
                 const char *access_token)
{
    char json[5000];
    clef_token *token = NULL;
    clef_error *error = NULL;
    /* Longer than what fits into one line of a bus's buffer. */
    snprintf(json, sizeof json, "{\"access_token\":\"%s\",\"own\":\"%04000d\"}", access_token, 0);
    CHECK_OK(clef_token_from_json(json, 0, &token, &error));
    CHECK_OK(clef_token_store_save(into, whose, account, token, &error));
    clef_token_free(token);
}

static void check_loads(clef_token_store *from, const clef_credentials *whose, const char *account,
                        const char *expected)
{
    clef_token *token = NULL;
    clef_error *error = NULL;
    CHECK_STATUS(clef_token_store_load(from, whose, account, &token, &error),
                 expected ? CLEF_STATUS_OK : CLEF_STATUS_NOT_FOUND);
    CHECK_STRING(clef_token_access_token(token), expected);
    clef_token_free(token);
}

/* The accounts, joined by commas. */
static void check_accounts(const clef_credentials *whose, const char *expected)
{
    char joined[1000] = "";
    clef_accounts *accounts = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_token_store_accounts(store, whose, &accounts, &error));
    for (size_t i = 0; i < clef_accounts_len(accounts); i++) {
        strcat(joined, clef_accounts_get(accounts, i));
        strcat(joined, ",");
    }
    CHECK_STRING(joined, expected);
    clef_accounts_free(accounts);
}

static void tokens_are_stored(void)
{
    check_loads(store, credentials, NULL, NULL);
    check_accounts(credentials, "");
    save(store, credentials, NULL, "nameless");
    save(store, credentials, "m\xc3\xa9", "mine");
    save(store, other, "m\xc3\xa9", "of-other");
    save(store_of_another, credentials, NULL, "of-another-program");
    save(store, credentials, "m\xc3\xa9", "mine-again");
}

static void another_process_finds_them(void)
{
    check_loads(store, credentials, NULL, "nameless");
    check_loads(store, credentials, "m\xc3\xa9", "mine-again");
    check_loads(store, other, "m\xc3\xa9", "of-other");
    check_loads(store, other, NULL, NULL);
    check_loads(store_of_another, credentials, NULL, "of-another-program");
    check_loads(store_of_another, credentials, "m\xc3\xa9", NULL);
    check_accounts(credentials, ",m\xc3\xa9,");
    check_accounts(other, "m\xc3\xa9,");
}

static void what_is_removed_is_gone(void)
{
    clef_error *error = NULL;
    CHECK_OK(clef_token_store_remove(store, credentials, "m\xc3\xa9", &error));
    CHECK_OK(clef_token_store_remove(store, credentials, "m\xc3\xa9", &error));
    check_loads(store, credentials, "m\xc3\xa9", NULL);
    check_loads(store, other, "m\xc3\xa9", "of-other");
    check_accounts(credentials, ",");
}

/* With these words, of each call. */
static void check_fails(const char *message)
{
    clef_token *token = NULL;
    clef_accounts *accounts = NULL;
    clef_error *error = NULL;
#define CHECK_FAILS(call) \
    do { \
        CHECK_INT(call, CLEF_STATUS_STORE); \
        CHECK_STRING(clef_error_message(error), message); \
        clef_error_free(error); \
    } while (0)
    CHECK_FAILS(clef_token_store_load(store, credentials, NULL, &token, &error));
    CHECK_OK(clef_token_from_json("{\"access_token\":\"x\"}", 0, &token, &error));
    CHECK_FAILS(clef_token_store_save(store, credentials, NULL, token, &error));
    CHECK_FAILS(clef_token_store_remove(store, credentials, NULL, &error));
    CHECK_FAILS(clef_token_store_accounts(store, credentials, &accounts, &error));
    clef_token_free(token);
}

static void a_locked_keyring_says_so(void)
{
    check_fails("the keyring is locked: unlock it, and try again");
}

static void an_absent_keyring_says_so(void)
{
    check_fails("there is no keyring: no Secret Service is on the session bus");
}

static void without_a_collection_it_says_so(void)
{
    check_fails("the keyring has no default collection: make one, and try again");
}

int main(int count, char **arguments)
{
    clef_error *error = NULL;
    const char *step = count == 2 ? arguments[1] : "";
    CHECK_OK(clef_token_store_new_keyring(NULL, &store, &error));
    CHECK_OK(clef_token_store_new_keyring("Another Program", &store_of_another, &error));
    credentials = credentials_of("client");
    other = credentials_of("other");
    if (strcmp(step, "store") == 0)
        RUN(tokens_are_stored);
    if (strcmp(step, "load") == 0) {
        RUN(another_process_finds_them);
        RUN(what_is_removed_is_gone);
    }
    if (strcmp(step, "locked") == 0)
        RUN(a_locked_keyring_says_so);
    if (strcmp(step, "absent") == 0)
        RUN(an_absent_keyring_says_so);
    if (strcmp(step, "empty") == 0)
        RUN(without_a_collection_it_says_so);
    clef_token_store_free(store);
    clef_token_store_free(store_of_another);
    clef_credentials_free(credentials);
    clef_credentials_free(other);
    CHECK_INT(threads_started, 0);
    return check_exit();
}

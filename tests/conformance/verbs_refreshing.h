/* The verbs for tokens that refresh themselves, and where they are stored. */
#ifndef VERBS_REFRESHING_H
#define VERBS_REFRESHING_H

#include "verb.h"

/* Refreshing tokens */

VERB(refreshing_token)
{
    clef_refreshing_token *token = NULL;
    clef_status status =
        clef_refreshing_token_new(TOKEN_OF(step), CREDENTIALS_OF(step), &token, error);
    return give(result, status, REFRESHING, token);
}

/* One of many that ask a token at the same time. */
struct reader {
    const clef_refreshing_token *token;
    pthread_barrier_t *start;
    clef_status status;
    char *access_token;
    clef_error *error;
};

static void *read_access_token(void *data)
{
    struct reader *reader = data;
    pthread_barrier_wait(reader->start);
    reader->status =
        clef_refreshing_token_access_token(reader->token, &reader->access_token, &reader->error);
    return NULL;
}

static bool are_the_same(const struct reader *a, const struct reader *b)
{
    return a->status == b->status &&
           (a->status != CLEF_STATUS_OK || strcmp(a->access_token, b->access_token) == 0);
}

VERB(access_token)
{
    enum { MOST = 64 };
    const unsigned count = (unsigned)number(step, "concurrently", 1);
    pthread_barrier_t start;
    pthread_t threads[MOST];
    struct reader readers[MOST];
    if (count < 1 || count > MOST) {
        complain(step->play, "too many threads");
        return CLEF_STATUS_OK;
    }
    pthread_barrier_init(&start, NULL, count);
    for (unsigned i = 0; i < count; i++) {
        readers[i] = (struct reader){.token = REFRESHING_OF(step), .start = &start};
        pthread_create(&threads[i], NULL, read_access_token, &readers[i]);
    }
    for (unsigned i = 0; i < count; i++) {
        pthread_join(threads[i], NULL);
        if (!are_the_same(&readers[i], &readers[0]))
            complain(step->play, "not all that asked got the same");
    }
    for (unsigned i = 1; i < count; i++) {
        clef_string_free(readers[i].access_token);
        clef_error_free(readers[i].error);
    }
    pthread_barrier_destroy(&start);
    *error = readers[0].error;
    return give_string(result, readers[0].status, readers[0].access_token);
}

VERB(try_access_token)
{
    char *access_token = NULL;
    clef_status status =
        clef_refreshing_token_try_access_token(REFRESHING_OF(step), &access_token, error);
    return give_string(result, status, access_token);
}

VERB(snapshot)
{
    clef_token *token = NULL;
    clef_status status = clef_refreshing_token_token(REFRESHING_OF(step), &token, error);
    return give(result, status, TOKEN, token);
}

VERB(refresh_now)
{
    UNUSED;
    return clef_refreshing_token_refresh(REFRESHING_OF(step), error);
}

VERB(invalidate)
{
    UNUSED;
    return clef_refreshing_token_invalidate(REFRESHING_OF(step), needed(step, "access_token"),
                                            error);
}

/* The runtime of the scenario. */
static const clef_runtime *runtime_of(struct play *play)
{
    if (!play->runtime && clef_runtime_new(&play->runtime, NULL) != CLEF_STATUS_OK)
        sandbox_die("no runtime");
    return play->runtime;
}

VERB(keep_fresh)
{
    UNUSED;
    return clef_refreshing_token_keep_fresh(REFRESHING_OF(step), runtime_of(step->play), error);
}

VERB(listen)
{
    const char *answer = text(step, "answers");
    struct listening *listening = keep(step->play, calloc(1, sizeof *listening), free_listening);
    pthread_mutex_init(&listening->lock, NULL);
    listening->answer = answer ? status_named(step->play, answer) : CLEF_STATUS_OK;
    clef_status status =
        clef_refreshing_token_set_listener(REFRESHING_OF(step), hear, listening, NULL, error);
    return give(result, status, LISTENING, listening);
}

VERB(listen_no_more)
{
    UNUSED;
    return clef_refreshing_token_set_listener(REFRESHING_OF(step), NULL, NULL, NULL, error);
}

VERB(wait_for_itself)
{
    clef_refreshing_credentials *credentials = NULL;
    clef_refreshing_token *token = NULL;
    clef_status status = clef_refreshing_credentials_new(CREDENTIALS_OF(step), &credentials, error);
    if (status == CLEF_STATUS_OK)
        status = clef_refreshing_credentials_request_client_token(credentials, &token, error);
    clef_refreshing_credentials_free(credentials);
    struct asker asker = {.token = token};
    if (status == CLEF_STATUS_OK)
        status = clef_refreshing_token_set_listener(token, ask_own_token, &asker, NULL, error);
    if (status == CLEF_STATUS_OK)
        status = clef_refreshing_token_refresh(token, error);
    clef_refreshing_token_free(token);
    if (status != CLEF_STATUS_OK)
        return status;
    *error = asker.error;
    return asker.status == CLEF_STATUS_OK ? give_text(result, strdup("")) : asker.status;
}

/* Stores */

VERB(file_store)
{
    clef_token_store *store = NULL;
    clef_status status = clef_token_store_new_file(needed(step, "directory"), &store, error);
    return give(result, status, STORE, store);
}

VERB(save)
{
    UNUSED;
    return clef_token_store_save(STORE_OF(step), CREDENTIALS_OF(step), text(step, "account"),
                                 TOKEN_OF(step), error);
}

VERB(load)
{
    clef_token *token = NULL;
    clef_status status = clef_token_store_load(STORE_OF(step), CREDENTIALS_OF(step),
                                               text(step, "account"), &token, error);
    return give(result, status, TOKEN, token);
}

VERB(remove)
{
    UNUSED;
    return clef_token_store_remove(STORE_OF(step), CREDENTIALS_OF(step), text(step, "account"),
                                   error);
}

VERB(accounts)
{
    clef_accounts *accounts = NULL;
    clef_status status =
        clef_token_store_accounts(STORE_OF(step), CREDENTIALS_OF(step), &accounts, error);
    return give(result, status, ACCOUNTS, accounts);
}

VERB(open)
{
    clef_refreshing_token *token = NULL;
    clef_status status = clef_refreshing_token_open(STORE_OF(step), CREDENTIALS_OF(step),
                                                    text(step, "account"), &token, error);
    return give(result, status, REFRESHING, token);
}

VERB(attach)
{
    UNUSED;
    return clef_refreshing_token_attach(REFRESHING_OF(step), STORE_OF(step), text(step, "account"),
                                        error);
}

#endif

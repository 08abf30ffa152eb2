/* The verbs for logins of users. */
#ifndef VERBS_LOGINS_H
#define VERBS_LOGINS_H

#include "verb.h"

VERB(user_auth)
{
    clef_user_auth *auth = NULL;
    clef_status status = clef_user_auth_new(CREDENTIALS_OF(step), scopes(step, "scopes"),
                                            auth_flags(step), &auth, error);
    return give(result, status, AUTH, auth);
}

VERB(resume)
{
    clef_user_auth *auth = NULL;
    clef_status status =
        clef_user_auth_resume(CREDENTIALS_OF(step), needed(step, "state"), text(step, "verifier"),
                              auth_flags(step), &auth, error);
    return give(result, status, AUTH, auth);
}

VERB(request_token)
{
    clef_token *token = NULL;
    clef_refreshing_token *refreshing = NULL;
    const char *code = needed(step, "code"), *state = needed(step, "state");
    clef_status status;
    if (is_set(step, "refreshing")) {
        status =
            clef_user_auth_request_refreshing_token(AUTH_OF(step), code, state, &refreshing, error);
        return give(result, status, REFRESHING, refreshing);
    }
    status = clef_user_auth_request_token(AUTH_OF(step), code, state, &token, error);
    return give(result, status, TOKEN, token);
}

VERB(request_token_from_url)
{
    clef_token *token = NULL;
    clef_refreshing_token *refreshing = NULL;
    const char *url = needed(step, "url");
    clef_status status;
    if (is_set(step, "refreshing")) {
        status = clef_user_auth_request_refreshing_token_from_url(AUTH_OF(step), url, &refreshing,
                                                                  error);
        return give(result, status, REFRESHING, refreshing);
    }
    status = clef_user_auth_request_token_from_url(AUTH_OF(step), url, &token, error);
    return give(result, status, TOKEN, token);
}

VERB(redirect_listener)
{
    clef_redirect_listener *listener = NULL;
    clef_status status = clef_redirect_listener_new(needed(step, "uri"), &listener, error);
    return give(result, status, LISTENER, listener);
}

VERB(redirect_wait)
{
    char *url = NULL;
    clef_status status = clef_redirect_listener_wait(
        LISTENER_OF(step), text(step, "state"), number(step, "timeout_ms", 20000), &url, error);
    return give_string(result, status, url);
}

VERB(redirect_cancel)
{
    UNUSED;
    clef_redirect_listener_cancel(LISTENER_OF(step));
    return CLEF_STATUS_OK;
}

VERB(redirect_free)
{
    UNUSED;
    struct value *listener = value_named(step->play, needed(step, "listener"));
    char *uri = listener ? field_of(*listener, "uri") : NULL;
    if (!uri) {
        complain(step->play, "that is no listener");
        return CLEF_STATUS_OK;
    }
    free_value(*listener);
    listener->kind = NOTHING;
    free(uri);
    return CLEF_STATUS_OK;
}

/* One of two that wait; the first to end cancels the other. */
struct waiter {
    clef_redirect_listener *listener;
    pthread_mutex_t *lock;
    int *ended;
    int place;
    clef_status status;
    clef_error *error;
};

static void *wait_with_another(void *data)
{
    struct waiter *waiter = data;
    char *url = NULL;
    waiter->status =
        clef_redirect_listener_wait(waiter->listener, NULL, 20000, &url, &waiter->error);
    clef_string_free(url);
    pthread_mutex_lock(waiter->lock);
    waiter->place = ++*waiter->ended;
    clef_redirect_listener_cancel(waiter->listener);
    pthread_mutex_unlock(waiter->lock);
    return NULL;
}

VERB(redirect_wait_twice)
{
    UNUSED;
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_t threads[2];
    struct waiter waiters[2];
    int ended = 0;
    for (int i = 0; i < 2; i++) {
        waiters[i] = (struct waiter){.listener = LISTENER_OF(step), .lock = &lock, .ended = &ended};
        pthread_create(&threads[i], NULL, wait_with_another, &waiters[i]);
    }
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    struct waiter *first = &waiters[waiters[0].place == 1 ? 0 : 1];
    struct waiter *second = &waiters[waiters[0].place == 1 ? 1 : 0];
    if (second->status != CLEF_STATUS_CANCELLED)
        complain(step->play, "the second to wait ended as %s", short_status(second->status));
    clef_error_free(second->error);
    *error = first->error;
    return first->status;
}

/* The settings of a login; NULL, with an error, where clef refuses one. */
static clef_login_options *login_options(const struct step *step, clef_status *status,
                                         clef_error **error)
{
    clef_login_options *options = clef_login_options_new();
    const bool is_alone = strcmp(needed(step, "user"), "none") == 0;
    const uint32_t flags = auth_flags(step) | (is_alone ? CLEF_LOGIN_NO_BROWSER : 0);
    *status = clef_login_options_set_flags(options, flags, error);
    if (*status == CLEF_STATUS_OK && text(step, "timeout_ms"))
        *status = clef_login_options_set_timeout(options, number(step, "timeout_ms", 0), error);
    if (*status == CLEF_STATUS_OK && text(step, "store"))
        *status =
            clef_login_options_set_store(options, STORE_OF(step), text(step, "account"), error);
    if (*status == CLEF_STATUS_OK && !is_alone) {
        struct user *user = keep(step->play, calloc(1, sizeof *user), free_user);
        user->kind = strdup(needed(step, "user"));
        *status = clef_login_options_set_browser(options, be_shown, user, NULL, error);
    }
    return options;
}

VERB(login)
{
    clef_status status;
    clef_refreshing_token *token = NULL;
    clef_login_options *options = login_options(step, &status, error);
    if (status == CLEF_STATUS_OK)
        status = clef_login(CREDENTIALS_OF(step), scopes(step, "scopes"), options, &token, error);
    clef_login_options_free(options);
    return give(result, status, REFRESHING, token);
}

VERB(prompt)
{
    clef_refreshing_token *token = NULL;
    fflush(stdout);
    clef_status status = clef_prompt_for_token(CREDENTIALS_OF(step), NULL, 0, &token, error);
    puts("");
    return give(result, status, REFRESHING, token);
}

#endif

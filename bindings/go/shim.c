#include "shim.h"

#include <stdlib.h>
#include <string.h>

#include "_cgo_export.h"

/* Of this thread: how deep it is in callbacks, and which runtime it pumps. */
static __thread unsigned depth;
static __thread uintptr_t pumped;

void clef_go_string_free(char *string)
{
    if (!string)
        return;
    for (volatile char *byte = string; *byte; byte++)
        *byte = 0;
    free(string);
}

bool clef_go_is_called_back(void)
{
    return depth > 0;
}

int32_t clef_go_fresh_access_token(const clef_refreshing_token *token, char *buffer, size_t size,
                                   size_t *length)
{
    char *text = NULL;
    int32_t outcome = CLEF_GO_WOULD_BLOCK;

    if (depth > 0)
        return CLEF_GO_CALLED_BACK;
    if (clef_refreshing_token_try_access_token(token, &text, NULL) != CLEF_STATUS_OK)
        return outcome;
    *length = strlen(text);
    if (*length <= size) {
        memcpy(buffer, text, *length);
        outcome = CLEF_GO_READ;
    }
    clef_string_free(text);
    return outcome;
}

void clef_go_run_callbacks(const clef_runtime *runtime, uintptr_t runtime_handle)
{
    uintptr_t before = pumped;
    pumped = runtime_handle;
    clef_runtime_run_callbacks(runtime);
    pumped = before;
}

static void release(void *user_data)
{
    clefGoRelease((uintptr_t)user_data);
}

static void send_exchange(void *user_data, clef_exchange *exchange)
{
    clefGoSend((uintptr_t)user_data, exchange);
}

static void run_store_task(void *user_data, clef_store_task *task)
{
    clefGoStore((uintptr_t)user_data, task);
}

static clef_status hear(void *user_data, clef_event event, const clef_token *token,
                        const clef_error *error)
{
    clef_status answer;
    depth++;
    answer = clefGoHear((uintptr_t)user_data, pumped, event, (clef_token *)token,
                        (clef_error *)error);
    depth--;
    return answer;
}

static void show_login(void *user_data, const clef_login_attempt *attempt)
{
    depth++;
    clefGoShowLogin((uintptr_t)user_data, pumped, clef_login_attempt_clone(attempt));
    depth--;
}

static void done(void *user_data, const clef_operation *operation)
{
    (void)operation;
    clefGoDone((uintptr_t)user_data);
}

clef_status clef_go_sender_new_custom(uintptr_t handle, int64_t timeout_ms, clef_sender **sender,
                                      clef_error **error)
{
    return clef_sender_new_custom(send_exchange, (void *)handle, release, timeout_ms, sender, error);
}

clef_status clef_go_token_store_new_custom(uintptr_t handle, clef_token_store **store,
                                           clef_error **error)
{
    return clef_token_store_new_custom(run_store_task, (void *)handle, release, store, error);
}

clef_status clef_go_set_listener(const clef_refreshing_token *token, uintptr_t handle,
                                 clef_error **error)
{
    if (!handle)
        return clef_refreshing_token_set_listener(token, NULL, NULL, NULL, error);
    return clef_refreshing_token_set_listener(token, hear, (void *)handle, release, error);
}

clef_status clef_go_set_browser(clef_login_options *options, uintptr_t handle, clef_error **error)
{
    return clef_login_options_set_browser(options, show_login, (void *)handle, release, error);
}

clef_status clef_go_http_request_start(const clef_http_request *request, const clef_runtime *runtime,
                                       uintptr_t handle, clef_operation **operation,
                                       clef_error **error)
{
    return clef_http_request_start(request, runtime, done, (void *)handle, NULL, operation, error);
}

clef_status clef_go_access_token_start(const clef_refreshing_token *token,
                                       const clef_runtime *runtime, uintptr_t handle,
                                       clef_operation **operation, clef_error **error)
{
    return clef_refreshing_token_access_token_start(token, runtime, done, (void *)handle, NULL,
                                                    operation, error);
}

clef_status clef_go_refresh_start(const clef_refreshing_token *token, const clef_runtime *runtime,
                                  uintptr_t handle, clef_operation **operation, clef_error **error)
{
    return clef_refreshing_token_refresh_start(token, runtime, done, (void *)handle, NULL,
                                               operation, error);
}

clef_status clef_go_open_start(const clef_token_store *store, const clef_credentials *credentials,
                               const char *account, const clef_runtime *runtime, uintptr_t handle,
                               clef_operation **operation, clef_error **error)
{
    return clef_refreshing_token_open_start(store, credentials, account, runtime, done,
                                            (void *)handle, NULL, operation, error);
}

clef_status clef_go_login_start(const clef_credentials *credentials, const clef_scope_set *scopes,
                                const clef_login_options *options, const clef_runtime *runtime,
                                uintptr_t handle, clef_operation **operation, clef_error **error)
{
    return clef_login_start(credentials, scopes, options, runtime, done, (void *)handle, NULL,
                            operation, error);
}

clef_status clef_go_request_token_start(const clef_user_auth *auth, const char *code,
                                        const char *state, const clef_runtime *runtime,
                                        uintptr_t handle, clef_operation **operation,
                                        clef_error **error)
{
    return clef_user_auth_request_token_start(auth, code, state, runtime, done, (void *)handle,
                                              NULL, operation, error);
}

clef_status clef_go_request_token_from_url_start(const clef_user_auth *auth, const char *url,
                                                 const clef_runtime *runtime, uintptr_t handle,
                                                 clef_operation **operation, clef_error **error)
{
    return clef_user_auth_request_token_from_url_start(auth, url, runtime, done, (void *)handle,
                                                       NULL, operation, error);
}

clef_status clef_go_request_refreshing_token_start(const clef_user_auth *auth, const char *code,
                                                   const char *state, const clef_runtime *runtime,
                                                   uintptr_t handle, clef_operation **operation,
                                                   clef_error **error)
{
    return clef_user_auth_request_refreshing_token_start(auth, code, state, runtime, done,
                                                         (void *)handle, NULL, operation, error);
}

clef_status clef_go_request_refreshing_token_from_url_start(
    const clef_user_auth *auth, const char *url, const clef_runtime *runtime, uintptr_t handle,
    clef_operation **operation, clef_error **error)
{
    return clef_user_auth_request_refreshing_token_from_url_start(
        auth, url, runtime, done, (void *)handle, NULL, operation, error);
}

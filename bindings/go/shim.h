/* What cgo cannot say: function pointers of C for the callbacks, user_data as a number, and state of a thread. */
#ifndef CLEF_GO_SHIM_H
#define CLEF_GO_SHIM_H

#include <clef.h>

/* Wipes a copy of a Go string and frees it. */
void clef_go_string_free(char *string);

/* Whether this thread is in a callback of clef's. A goroutine keeps its thread for as long as that lasts. */
bool clef_go_is_called_back(void);

enum { CLEF_GO_READ = 1, CLEF_GO_CALLED_BACK = 2, CLEF_GO_WOULD_BLOCK = 3 };

/* Copies the access token where it is at hand, in one call from Go; says whether it was (CLEF_GO_READ). */
int32_t clef_go_fresh_access_token(const clef_refreshing_token *token, char *buffer, size_t size,
                                   size_t *length);

/* clef_runtime_run_callbacks, by a goroutine that pumps the runtime which Go knows by `runtime_handle`. */
void clef_go_run_callbacks(const clef_runtime *runtime, uintptr_t runtime_handle);

/* What takes a callback, with a cgo.Handle as its user_data. */
clef_status clef_go_sender_new_custom(uintptr_t handle, int64_t timeout_ms, clef_sender **sender,
                                      clef_error **error);
clef_status clef_go_token_store_new_custom(uintptr_t handle, clef_token_store **store,
                                           clef_error **error);
clef_status clef_go_set_listener(const clef_refreshing_token *token, uintptr_t handle,
                                 clef_error **error);
clef_status clef_go_set_browser(clef_login_options *options, uintptr_t handle, clef_error **error);

/* What begins an operation: Go hears of its end by `handle`. */
clef_status clef_go_http_request_start(const clef_http_request *request, const clef_runtime *runtime,
                                       uintptr_t handle, clef_operation **operation,
                                       clef_error **error);
clef_status clef_go_access_token_start(const clef_refreshing_token *token,
                                       const clef_runtime *runtime, uintptr_t handle,
                                       clef_operation **operation, clef_error **error);
clef_status clef_go_refresh_start(const clef_refreshing_token *token, const clef_runtime *runtime,
                                  uintptr_t handle, clef_operation **operation, clef_error **error);
clef_status clef_go_open_start(const clef_token_store *store, const clef_credentials *credentials,
                               const char *account, const clef_runtime *runtime, uintptr_t handle,
                               clef_operation **operation, clef_error **error);
clef_status clef_go_login_start(const clef_credentials *credentials, const clef_scope_set *scopes,
                                const clef_login_options *options, const clef_runtime *runtime,
                                uintptr_t handle, clef_operation **operation, clef_error **error);
clef_status clef_go_request_token_start(const clef_user_auth *auth, const char *code,
                                        const char *state, const clef_runtime *runtime,
                                        uintptr_t handle, clef_operation **operation,
                                        clef_error **error);
clef_status clef_go_request_token_from_url_start(const clef_user_auth *auth, const char *url,
                                                 const clef_runtime *runtime, uintptr_t handle,
                                                 clef_operation **operation, clef_error **error);
clef_status clef_go_request_refreshing_token_start(const clef_user_auth *auth, const char *code,
                                                   const char *state, const clef_runtime *runtime,
                                                   uintptr_t handle, clef_operation **operation,
                                                   clef_error **error);
clef_status clef_go_request_refreshing_token_from_url_start(
    const clef_user_auth *auth, const char *url, const clef_runtime *runtime, uintptr_t handle,
    clef_operation **operation, clef_error **error);

#endif

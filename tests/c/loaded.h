/* The library by dlopen, for programs that unload it: each function of clef that is named here is called through dlsym,
 * also by the headers that are included after this one. Such a program is not linked against clef. */
#ifndef LOADED_H
#define LOADED_H

#include <clef.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#define LOADED_FUNCTIONS(X) \
    X(clef_credentials_free) \
    X(clef_credentials_new) \
    X(clef_credentials_prepare_client_token) \
    X(clef_credentials_refresh) \
    X(clef_credentials_with_accounts_url) \
    X(clef_error_free) \
    X(clef_error_message) \
    X(clef_error_status) \
    X(clef_exchange_fail) \
    X(clef_exchange_free) \
    X(clef_exchange_is_cancelled) \
    X(clef_exchange_respond) \
    X(clef_http_config_free) \
    X(clef_http_config_new) \
    X(clef_http_config_set_timeout) \
    X(clef_http_request_free) \
    X(clef_http_request_start) \
    X(clef_http_response_add_header) \
    X(clef_http_response_free) \
    X(clef_http_response_new) \
    X(clef_operation_cancel) \
    X(clef_operation_free) \
    X(clef_operation_is_done) \
    X(clef_operation_status) \
    X(clef_operation_token) \
    X(clef_operation_wait) \
    X(clef_refreshing_token_free) \
    X(clef_refreshing_token_keep_fresh) \
    X(clef_refreshing_token_new) \
    X(clef_runtime_free) \
    X(clef_runtime_new) \
    X(clef_runtime_new_sender) \
    X(clef_runtime_run_callbacks) \
    X(clef_runtime_wait) \
    X(clef_sender_free) \
    X(clef_sender_new_custom) \
    X(clef_sender_new_http) \
    X(clef_sender_new_polled) \
    X(clef_sender_new_retrying) \
    X(clef_sender_next_exchange) \
    X(clef_status_name) \
    X(clef_token_free) \
    X(clef_token_from_json)

#define LOADED_POINTER(name) __typeof__(name) *name;
static struct {
    LOADED_FUNCTIONS(LOADED_POINTER)
} loaded;

#define LOADED_LOOK_UP(symbol) \
    if (!(loaded.symbol = (__typeof__(loaded.symbol))dlsym(library, #symbol))) \
        loaded_die(#symbol);

static inline void loaded_die(const char *what)
{
    fprintf(stderr, "%s: %s\n", what, dlerror());
    exit(2);
}

/* Loads the library from this file; it is unloaded by dlclose. */
static inline void *load(const char *file)
{
    void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (!library)
        loaded_die(file);
    LOADED_FUNCTIONS(LOADED_LOOK_UP)
    return library;
}

#define clef_credentials_free (loaded.clef_credentials_free)
#define clef_credentials_new (loaded.clef_credentials_new)
#define clef_credentials_prepare_client_token (loaded.clef_credentials_prepare_client_token)
#define clef_credentials_refresh (loaded.clef_credentials_refresh)
#define clef_credentials_with_accounts_url (loaded.clef_credentials_with_accounts_url)
#define clef_error_free (loaded.clef_error_free)
#define clef_error_message (loaded.clef_error_message)
#define clef_error_status (loaded.clef_error_status)
#define clef_exchange_fail (loaded.clef_exchange_fail)
#define clef_exchange_free (loaded.clef_exchange_free)
#define clef_exchange_is_cancelled (loaded.clef_exchange_is_cancelled)
#define clef_exchange_respond (loaded.clef_exchange_respond)
#define clef_http_config_free (loaded.clef_http_config_free)
#define clef_http_config_new (loaded.clef_http_config_new)
#define clef_http_config_set_timeout (loaded.clef_http_config_set_timeout)
#define clef_http_request_free (loaded.clef_http_request_free)
#define clef_http_request_start (loaded.clef_http_request_start)
#define clef_http_response_add_header (loaded.clef_http_response_add_header)
#define clef_http_response_free (loaded.clef_http_response_free)
#define clef_http_response_new (loaded.clef_http_response_new)
#define clef_operation_cancel (loaded.clef_operation_cancel)
#define clef_operation_free (loaded.clef_operation_free)
#define clef_operation_is_done (loaded.clef_operation_is_done)
#define clef_operation_status (loaded.clef_operation_status)
#define clef_operation_token (loaded.clef_operation_token)
#define clef_operation_wait (loaded.clef_operation_wait)
#define clef_refreshing_token_free (loaded.clef_refreshing_token_free)
#define clef_refreshing_token_keep_fresh (loaded.clef_refreshing_token_keep_fresh)
#define clef_refreshing_token_new (loaded.clef_refreshing_token_new)
#define clef_runtime_free (loaded.clef_runtime_free)
#define clef_runtime_new (loaded.clef_runtime_new)
#define clef_runtime_new_sender (loaded.clef_runtime_new_sender)
#define clef_runtime_run_callbacks (loaded.clef_runtime_run_callbacks)
#define clef_runtime_wait (loaded.clef_runtime_wait)
#define clef_sender_free (loaded.clef_sender_free)
#define clef_sender_new_custom (loaded.clef_sender_new_custom)
#define clef_sender_new_http (loaded.clef_sender_new_http)
#define clef_sender_new_polled (loaded.clef_sender_new_polled)
#define clef_sender_new_retrying (loaded.clef_sender_new_retrying)
#define clef_sender_next_exchange (loaded.clef_sender_next_exchange)
#define clef_status_name (loaded.clef_status_name)
#define clef_token_free (loaded.clef_token_free)
#define clef_token_from_json (loaded.clef_token_from_json)

#endif

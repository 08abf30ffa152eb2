/*
 * clef: gets and keeps Spotify access tokens.
 *
 * Unless a comment says otherwise:
 *
 * - Every type is opaque. What a function hands over through an output, or returns as a pointer
 *   that is not const, is yours: free it with the `_free` of its type, in any order. Freeing NULL
 *   does nothing. What is returned as a const pointer is borrowed from the handle it came from.
 * - What can fail returns a `clef_status`. Its outputs come last, before `clef_error **error`. On
 *   failure each output is NULL, and `error`, where not NULL, gets an error that is yours. On
 *   success `error` gets NULL. Outputs are written, never read.
 * - Strings end in NUL and are UTF-8. Arguments are copied. NULL where a comment does not say
 *   *nullable*, text that is not UTF-8, numbers out of range and unknown flags are
 *   `CLEF_STATUS_INVALID_ARGUMENT`. A getter on NULL gives NULL, 0 or false.
 * - Any thread may use any handle at any time, but for `clef_http_config`, `clef_login_options`
 *   and `clef_http_response`, which belong to one thread at a time. No handle may be freed while a
 *   call with it is under way, on another thread or around a callback: give each its own `_clone`.
 *   What waits for the service, the user or a callback says that it blocks; nothing else does.
 * - Callbacks run on threads of yours that have called clef: on the one that blocks, on one that
 *   waits for the same work, or in `clef_runtime_run_callbacks`; never on a thread of clef's own.
 * - Times are Unix seconds. **Secret** marks what must not be logged. *Reference* names the same
 *   thing in the Python library that clef follows.
 *
 * C99 or newer, or C++11 or newer.
 *
 * Made by cbindgen from src/ffi; to renew it: CLEF_RENEW_HEADER=1 cargo build
 */

#ifndef CLEF_H
#define CLEF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * The version of this header; `clef_version_number()` is that of the library that is loaded.
 */
#define CLEF_VERSION_MAJOR 0
#define CLEF_VERSION_MINOR 1
#define CLEF_VERSION_PATCH 0
#define CLEF_VERSION_NUMBER \
    (CLEF_VERSION_MAJOR * 1000000 + CLEF_VERSION_MINOR * 1000 + CLEF_VERSION_PATCH)

/**
 * Whether this header is of at least this version; for `#if`.
 */
#define CLEF_VERSION_AT_LEAST(major, minor, patch) \
    (CLEF_VERSION_NUMBER >= (major) * 1000000 + (minor) * 1000 + (patch))

/**
 * Stands before each function. Define `CLEF_STATIC` before including this header where you link the
 * static library: on Windows, functions are else imported from the DLL. Elsewhere it makes no
 * difference, and `-fvisibility=hidden` hides none of them. Defined before as nothing, it leaves
 * plain C for tools that read declarations.
 */
#ifndef CLEF_API
#if defined(_WIN32) && !defined(CLEF_STATIC)
#define CLEF_API __declspec(dllimport)
#elif !defined(_WIN32) && (defined(__GNUC__) || defined(__clang__))
#define CLEF_API __attribute__((visibility("default")))
#else
#define CLEF_API
#endif
#endif

/**
 * Has the compiler warn where a function is used that has a better one, which `text` names. It
 * stays and works. Define `CLEF_NO_DEPRECATED` before including this header to hear nothing of it.
 */
#ifndef CLEF_DEPRECATED
#if defined(CLEF_NO_DEPRECATED)
#define CLEF_DEPRECATED(text)
#elif defined(__GNUC__) || defined(__clang__)
#define CLEF_DEPRECATED(text) __attribute__((deprecated(text)))
#elif defined(_MSC_VER)
#define CLEF_DEPRECATED(text) __declspec(deprecated(text))
#else
#define CLEF_DEPRECATED(text)
#endif
#endif

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * A time that is not known.
 */
#define CLEF_TIME_UNKNOWN 0

/**
 * A time that never comes.
 */
#define CLEF_TIME_NEVER INT64_MAX

/**
 * Every `clef_status` that this version of clef gives. Numbers are never changed or reused; a
 * later version adds more, so treat an unknown one by its `clef_status_remedy`.
 */
enum {
    /**
     * It worked.
     */
    CLEF_STATUS_OK = 0,
    /**
     * An argument breaks what the function's comment says: NULL where it is not nullable,
     * invalid UTF-8, out of range.
     */
    CLEF_STATUS_INVALID_ARGUMENT = 1,
    /**
     * This needs a client secret, and the credentials have none.
     */
    CLEF_STATUS_MISSING_CLIENT_SECRET = 2,
    /**
     * This needs a redirect URI, and the credentials have none.
     */
    CLEF_STATUS_MISSING_REDIRECT_URI = 3,
    /**
     * The service would refuse this redirect URI, or it is unsafe; the message says what to
     * write instead.
     */
    CLEF_STATUS_INVALID_REDIRECT_URI = 4,
    /**
     * The URL has no `code` or no `state`, or an empty one.
     */
    CLEF_STATUS_MISSING_PARAMETER = 5,
    /**
     * The URL has `code`, `state` or `error` twice.
     */
    CLEF_STATUS_REPEATED_PARAMETER = 6,
    /**
     * The state is not the one of this login: the redirect belongs to another login, or is
     * forged.
     */
    CLEF_STATUS_STATE_MISMATCH = 7,
    /**
     * The user said no.
     */
    CLEF_STATUS_ACCESS_DENIED = 8,
    /**
     * The grant is dead (revoked, or six months old): the user has to log in again.
     */
    CLEF_STATUS_LOGIN_REQUIRED = 9,
    /**
     * The service does not know the client id, or the client secret is wrong.
     */
    CLEF_STATUS_INVALID_CLIENT = 10,
    /**
     * Any other error of RFC 6749; see `clef_error_oauth_error`.
     */
    CLEF_STATUS_OAUTH = 11,
    /**
     * An HTTP status without an OAuth error; see `clef_error_http_status`.
     */
    CLEF_STATUS_HTTP = 12,
    /**
     * The service asks you to wait; see `clef_error_retry_after`.
     */
    CLEF_STATUS_RATE_LIMITED = 13,
    /**
     * The network failed: name not found, connection refused, connection lost.
     */
    CLEF_STATUS_TRANSPORT = 14,
    /**
     * TLS failed: the certificate is not trusted, is for another name, or has expired.
     */
    CLEF_STATUS_TLS = 15,
    /**
     * Nothing came in time.
     */
    CLEF_STATUS_TIMEOUT = 16,
    /**
     * It was cancelled.
     */
    CLEF_STATUS_CANCELLED = 17,
    /**
     * The service answered something that is not a token response.
     */
    CLEF_STATUS_INVALID_RESPONSE = 18,
    /**
     * This object does its work once, and has done it.
     */
    CLEF_STATUS_ALREADY_USED = 19,
    /**
     * It is not done yet, or another thread is at it.
     */
    CLEF_STATUS_BUSY = 20,
    /**
     * Waiting here would wait for this very thread.
     */
    CLEF_STATUS_WOULD_BLOCK = 21,
    /**
     * No token is stored for this account.
     */
    CLEF_STATUS_NOT_FOUND = 22,
    /**
     * The store failed, or what is stored cannot be read: the message says where, and what to do.
     * A listener of yours may answer it too.
     */
    CLEF_STATUS_STORE = 23,
    /**
     * The terminal failed or has ended, or the system gave no random numbers, no thread or no
     * port to listen on.
     */
    CLEF_STATUS_IO = 24,
    /**
     * Another program listens on that port; the message says which.
     */
    CLEF_STATUS_ADDRESS_IN_USE = 25,
    /**
     * No browser could be started, and nobody else would show the login.
     */
    CLEF_STATUS_NO_BROWSER = 26,
    /**
     * This object or platform cannot do that.
     */
    CLEF_STATUS_UNSUPPORTED = 27,
    /**
     * A bug in clef; the message says where. The process goes on, and so may you.
     */
    CLEF_STATUS_INTERNAL = 28,
};

/**
 * Every `clef_remedy` that this version of clef gives: what a program can do about an error.
 */
enum {
    /**
     * Nothing: it worked, it was wanted, or it is a bug in clef.
     */
    CLEF_REMEDY_NONE = 0,
    /**
     * Try again later, after `clef_error_retry_after` seconds where that is known.
     */
    CLEF_REMEDY_RETRY_LATER = 1,
    /**
     * Send the user through a login.
     */
    CLEF_REMEDY_LOG_IN = 2,
    /**
     * Look at the client id, the client secret, the redirect URI, the scopes, or where tokens are
     * stored: the message says which.
     */
    CLEF_REMEDY_FIX_SETTINGS = 3,
    /**
     * The program calls clef wrongly: see the comment of the function.
     */
    CLEF_REMEDY_FIX_CALL = 4,
};

/**
 * Every `clef_scope`: the scopes that clef knows by number. Numbers are never changed or reused. The
 * service may add scopes before clef does: scope sets take any name.
 */
enum {
    /**
     * Not a scope: what `clef_scope_from_name` gives for a name that this version does not
     * know.
     */
    CLEF_SCOPE_UNKNOWN = 0,
    /**
     * `app-remote-control`; outside the Web API, so not in `every`.
     */
    CLEF_SCOPE_APP_REMOTE_CONTROL = 1,
    /**
     * `playlist-modify-private`
     */
    CLEF_SCOPE_PLAYLIST_MODIFY_PRIVATE = 2,
    /**
     * `playlist-modify-public`
     */
    CLEF_SCOPE_PLAYLIST_MODIFY_PUBLIC = 3,
    /**
     * `playlist-read-collaborative`
     */
    CLEF_SCOPE_PLAYLIST_READ_COLLABORATIVE = 4,
    /**
     * `playlist-read-private`
     */
    CLEF_SCOPE_PLAYLIST_READ_PRIVATE = 5,
    /**
     * `streaming`; outside the Web API, so not in `every`.
     */
    CLEF_SCOPE_STREAMING = 6,
    /**
     * `ugc-image-upload`
     */
    CLEF_SCOPE_UGC_IMAGE_UPLOAD = 7,
    /**
     * `user-follow-modify`
     */
    CLEF_SCOPE_USER_FOLLOW_MODIFY = 8,
    /**
     * `user-follow-read`
     */
    CLEF_SCOPE_USER_FOLLOW_READ = 9,
    /**
     * `user-library-modify`
     */
    CLEF_SCOPE_USER_LIBRARY_MODIFY = 10,
    /**
     * `user-library-read`
     */
    CLEF_SCOPE_USER_LIBRARY_READ = 11,
    /**
     * `user-modify-playback-state`
     */
    CLEF_SCOPE_USER_MODIFY_PLAYBACK_STATE = 12,
    /**
     * `user-read-currently-playing`
     */
    CLEF_SCOPE_USER_READ_CURRENTLY_PLAYING = 13,
    /**
     * `user-read-email`
     */
    CLEF_SCOPE_USER_READ_EMAIL = 14,
    /**
     * `user-read-playback-position`
     */
    CLEF_SCOPE_USER_READ_PLAYBACK_POSITION = 15,
    /**
     * `user-read-playback-state`
     */
    CLEF_SCOPE_USER_READ_PLAYBACK_STATE = 16,
    /**
     * `user-read-private`
     */
    CLEF_SCOPE_USER_READ_PRIVATE = 17,
    /**
     * `user-read-recently-played`
     */
    CLEF_SCOPE_USER_READ_RECENTLY_PLAYED = 18,
    /**
     * `user-top-read`
     */
    CLEF_SCOPE_USER_TOP_READ = 19,
};

/**
 * Every `clef_event` that this version of clef gives. Numbers are never changed or reused.
 */
enum {
    /**
     * There is a new token: save it, where no store does. If the listener answers anything but
     * OK, it is offered again before the next refresh.
     */
    CLEF_EVENT_CHANGED = 1,
    /**
     * The token store could not save the new token. It is used all the same, and saved before
     * the next refresh.
     */
    CLEF_EVENT_SAVE_FAILED = 2,
    /**
     * A refresh failed. A token that is still valid goes on being served.
     */
    CLEF_EVENT_REFRESH_FAILED = 3,
    /**
     * The grant is dead: the user has to log in again.
     */
    CLEF_EVENT_LOGIN_REQUIRED = 4,
    /**
     * The grant ends soon, in two weeks or as `clef_refreshing_token_set_grant_warning` says: a
     * good time to ask the user for another login.
     */
    CLEF_EVENT_GRANT_EXPIRING = 5,
};

/**
 * Flags of all calls that ask for authorisation.
 */
enum {
    /**
     * Ask the user again even if they agreed before.
     */
    CLEF_AUTH_SHOW_DIALOG = 1,
    /**
     * Use proof key for code exchange (RFC 7636), which needs no client secret: for programs
     * that their users have.
     */
    CLEF_AUTH_PKCE = 2,
};

/**
 * Flags of `clef_token_from_json`.
 */
enum {
    /**
     * The token comes from a login with PKCE. What the JSON itself says wins.
     */
    CLEF_TOKEN_USES_PKCE = 1,
};

/**
 * Flags of the prompts, beside those of `CLEF_AUTH_…`.
 */
enum {
    /**
     * Open the login in the desktop's browser. It is shown as text in any case.
     */
    CLEF_PROMPT_OPEN_BROWSER = 256,
};

/**
 * Flags of logins, beside those of `CLEF_AUTH_…`.
 */
enum {
    /**
     * Open no browser: you show the URL, by `clef_login_options_set_browser` or
     * `clef_operation_url`.
     */
    CLEF_LOGIN_NO_BROWSER = 512,
};

/**
 * Flags of `clef_exchange_fail`.
 */
enum {
    /**
     * The request may have reached the service, and so may have spent its code or refresh
     * token: do not send it again.
     */
    CLEF_EXCHANGE_SENT = 1,
};

/**
 * What a store task asks for.
 */
enum {
    /**
     * None that this version knows.
     */
    CLEF_STORE_TASK_UNKNOWN = 0,
    /**
     * What is stored under the key? Answer with a value and its version, or with nothing where
     * nothing is stored (`CLEF_STATUS_NOT_FOUND` says that too).
     */
    CLEF_STORE_TASK_LOAD = 1,
    /**
     * Store the value under the key, but only over the version that the task names, and only
     * while nothing was changed under a later fence: else it fails with `CLEF_STATUS_BUSY`.
     */
    CLEF_STORE_TASK_SAVE = 2,
    /**
     * Remove what is stored under the key, but keep its fence and version, so that they go on
     * growing. Nothing stored is no failure; `CLEF_STATUS_BUSY` where something was changed under
     * a later fence.
     */
    CLEF_STORE_TASK_REMOVE = 3,
    /**
     * For which accounts is something stored, of all keys that begin with the task's?
     * `CLEF_STATUS_UNSUPPORTED` where the store cannot list.
     */
    CLEF_STORE_TASK_LIST = 4,
    /**
     * Take the lock of the key for the task's time to live, at once or not at all:
     * `CLEF_STATUS_BUSY` where another has it, and clef asks again for up to 75 seconds, at most
     * twice a second in the end.
     * `CLEF_STATUS_UNSUPPORTED` where the store has no locks: clef goes on with versions alone.
     */
    CLEF_STORE_TASK_LOCK = 5,
    /**
     * Give the lock of the key back, if it still is that of the task's fence.
     */
    CLEF_STORE_TASK_UNLOCK = 6,
};

/**
 * The accounts of a store, as they were at one time. Immutable; any thread may read it at any
 * time.
 *
 * Methods: `clef_accounts_len`, `_get`, `_free`.
 */
typedef struct clef_accounts clef_accounts;

/**
 * A program's credentials, with the service that they are for and the sender that carries their
 * requests. Immutable; any thread may use them at any time. Reference: `Credentials`.
 *
 * Methods: `clef_credentials_new`, `_with_accounts_url`, `_with_redirect_uri`, `_client_id`,
 * `_redirect_uri`, `_user_authorisation_url`, `_pkce_user_authorisation`,
 * `_request_client_token`, `_request_user_token`, `_refresh_user_token`, `_request_pkce_token`,
 * `_refresh_pkce_token`, `_refresh`, the same six as `_prepare_…`, `_clone`, `_free`.
 */
typedef struct clef_credentials clef_credentials;

/**
 * Why a call failed. Immutable; any thread may read it at any time. It never repeats a secret,
 * so it may be logged.
 *
 * Methods: `clef_error_status`, `_remedy`, `_message`, `_oauth_error`, `_oauth_description`,
 * `_http_status`, `_retry_after`, `_free`.
 *
 * Functions that can fail take a nullable `clef_error **error` last. It is overwritten without
 * being read: with NULL on success, with an error that is yours to free on failure.
 */
typedef struct clef_error clef_error;

/**
 * One request that waits for its answer. Whoever has it ends it exactly once, from any thread,
 * now or later.
 *
 * Methods: `clef_exchange_request`, `_is_cancelled`; `_respond`, `_forward`, `_fail` and `_free`,
 * which end it.
 */
typedef struct clef_exchange clef_exchange;

/**
 * Settings of the built-in HTTP sender. A setter object: one thread at a time, copied when it
 * is used. In a minimal build, which has no such sender, each of its setters is
 * `CLEF_STATUS_UNSUPPORTED`.
 *
 * Methods: `clef_http_config_new`, `_set_connect_timeout`, `_set_timeout`, `_set_proxy`,
 * `_set_proxy_from_environment`, `_add_ca_certificates`, `_add_platform_certificates`,
 * `_set_user_agent`, `_free`.
 */
typedef struct clef_http_config clef_http_config;

/**
 * A token request that is not sent yet, from one of the `clef_credentials_prepare_…` or
 * `clef_user_auth_prepare_…` calls. Its contents are immutable; any thread may read them at any
 * time.
 *
 * Methods: `clef_http_request_send`, `_start`; or, to carry it yourself, `_method`, `_url`,
 * `_header_count`, `_header_name`, `_header_value`, `_body`, `_may_repeat` and `_finish`;
 * `_free`.
 */
typedef struct clef_http_request clef_http_request;

/**
 * An HTTP response. A setter object: one thread at a time, copied when it is used.
 *
 * Methods: `clef_http_response_new`, `_add_header`, `_free`.
 */
typedef struct clef_http_response clef_http_response;

/**
 * An attempt of a user to log in, by `clef_login` or `clef_login_start`: what to show, and how to
 * end the waiting from elsewhere. Shared: any thread may use it at any time, also when the login
 * is over; it holds no port then.
 *
 * Methods: `clef_login_attempt_url`, `_redirect_uri`, `_open_browser`, `_paste`, `_cancel`,
 * `_clone`, `_free`.
 */
typedef struct clef_login_attempt clef_login_attempt;

/**
 * Settings of a login. A setter object: one thread at a time, copied when it is used.
 *
 * Methods: `clef_login_options_new`, `_set_flags`, `_set_timeout`, `_set_browser`, `_set_page`,
 * `_set_store`, `_free`.
 */
typedef struct clef_login_options clef_login_options;

/**
 * One piece of work under way in a runtime. Shared: any thread may use it at any time.
 *
 * It completes exactly once: with a result, with an error, or as `CLEF_STATUS_CANCELLED`. Then
 * it is done, its results can be had any number of times, and its callback, if it has one, is
 * run by `clef_runtime_run_callbacks`, never before the `…_start` function has written its
 * outputs. Without a callback nothing is run, and neither `clef_runtime_wait` nor
 * `clef_runtime_fd` is woken: ask `clef_operation_is_done`, or block in `clef_operation_wait`.
 *
 * Methods: `clef_operation_is_done`, `_wait`, `_cancel`, `_status`, `_access_token`, `_token`,
 * `_refreshing_token`, `_url`, `_clone`, `_free`; `clef_login_paste`.
 */
typedef struct clef_operation clef_operation;

/**
 * Listens on a port of this computer for the redirect that ends a login, so that nobody has to
 * paste an address (RFC 8252). Shared: any thread may use it at any time; one waits at a time.
 *
 * Nobody but this computer can connect to it. While a thread is in `clef_redirect_listener_wait`,
 * it answers browsers with a small page; in between, they wait. It starts no thread.
 *
 * Methods: `clef_redirect_listener_new`, `_uri`, `_set_page`, `_wait`, `_cancel`, `_free`.
 */
typedef struct clef_redirect_listener clef_redirect_listener;

/**
 * Credentials that give self-refreshing tokens. Immutable; any thread may use them at any time.
 * Reference: `RefreshingCredentials`.
 *
 * Methods: `clef_refreshing_credentials_new`, `_credentials`, `_user_authorisation_url`,
 * `_pkce_user_authorisation`, `_request_client_token`, `_request_user_token`,
 * `_refresh_user_token`, `_request_pkce_token`, `_refresh_pkce_token`, `_clone`, `_free`.
 */
typedef struct clef_refreshing_credentials clef_refreshing_credentials;

/**
 * An access token that is refreshed when it is about to expire. Shared: any number of threads
 * may use it at any time. Reference: `RefreshingToken`.
 *
 * Methods: `clef_refreshing_token_new`, `_open`, `_open_start`, `_attach`, `_credentials`,
 * `_access_token`, `_access_token_start`, `_try_access_token`, `_refresh_token`, `_scopes`,
 * `_token_type`, `_uses_pkce`, `_expires_at`, `_expires_in`, `_is_expiring`, `_token`, `_refresh`,
 * `_refresh_start`, `_invalidate`, `_keep_fresh`, `_last_error`, `_set_grant_warning`,
 * `_set_listener`, `_clone`, `_free`.
 */
typedef struct clef_refreshing_token clef_refreshing_token;

/**
 * Does work in the background, and leaves every call of yours to the thread that calls
 * `clef_runtime_run_callbacks`: once a frame, or when `clef_runtime_fd` is readable. Shared:
 * any thread may use it at any time.
 *
 * It has one thread that carries the work on (`clef-driver`), up to 32 that carry requests over
 * the network, which end after 10 idle seconds (`clef-carrier`), and one for each login that
 * waits for its redirect, which ends with that (`clef-waiter`). Each built-in sender looks a host
 * name up on one thread more, since that cannot be interrupted: it may outlive the runtime by as
 * long as the system's resolver takes. All are started when they are first needed, block all
 * signals, and never run code of yours.
 *
 * Methods: `clef_runtime_new`, `_run_callbacks`, `_wait`, `_wake`, `_fd`, `_new_sender`,
 * `_new_store`, `_close`, `_free`; the `…_start` functions, and `clef_refreshing_token_keep_fresh`.
 */
typedef struct clef_runtime clef_runtime;

/**
 * A set of scope names: sorted, each once, known to clef or not. Immutable; any thread may read
 * it at any time.
 *
 * Methods: `clef_scope_set_new`, `_of`, `_parse`, `_read`, `_write`, `_every`, `_union`,
 * `_difference`, `_contains`, `_is_subset`, `_equals`, `_len`, `_get`, `_to_string`, `_clone`,
 * `_free`.
 */
typedef struct clef_scope_set clef_scope_set;

/**
 * Carries requests to the service and brings the answers back. Shared: any thread may use it at
 * any time.
 *
 * Methods: `clef_sender_new_http`, `_new_retrying`, `_new_custom`, `_new_polled`,
 * `clef_runtime_new_sender`, `clef_sender_next_exchange`, `_clone`, `_free`.
 */
typedef struct clef_sender clef_sender;

/**
 * One thing that a custom store has to do, which waits for that. Whoever has it ends it exactly
 * once, from any thread, now or later; one thread at a time may use it.
 *
 * Methods: `clef_store_task_kind`, `_key`, `_accounts_url`, `_client_id`, `_account`, `_value`,
 * `_version`, `_fence`, `_time_to_live_ms`, `_is_cancelled`; `_set_value`, `_set_version`,
 * `_set_fence`, `_add_account`; `_done`, `_fail` and `_free`, which end it.
 */
typedef struct clef_store_task clef_store_task;

/**
 * An access token of the program or of a user, as it was at one time. Immutable; any thread may
 * read it at any time. Reference: `Token`.
 *
 * Methods: `clef_token_from_json`, `_from_tekore_config`, `_to_json`, `_access_token`,
 * `_refresh_token`, `_token_type`, `_scopes`, `_missing_scopes`, `_expires_at`, `_expires_in`,
 * `_is_expiring`, `_uses_pkce`, `_authorised_at`, `_with_authorised_at`, `_grant_expires_at`,
 * `_clone`, `_free`.
 */
typedef struct clef_token clef_token;

/**
 * Keeps tokens where the next run of the program, or another process, finds them: one for each
 * accounts service, client id and account. Shared: any thread and any process may use it at any
 * time.
 *
 * An account is a name of your own for one of your users, at most 256 bytes; a program with one
 * user has no need of it. What cannot be read, be it damaged or from a later version of clef, is
 * an error and stays as it is, until `clef_token_store_remove`.
 *
 * Methods: `clef_token_store_new_file`, `_new_keyring`, `_new_custom`, `clef_runtime_new_store`,
 * `clef_token_store_load`, `_save`, `_remove`, `_accounts`, `_clone`, `_free`.
 */
typedef struct clef_token_store clef_token_store;

/**
 * One login of one user: its URL, the check of its state and the exchange of its code. Shared:
 * any thread may use it, and it is spent once, when its state matched, whatever comes after.
 * Reference: `UserAuth`.
 *
 * Methods: `clef_user_auth_new`, `_resume`, `_url`, `_state`, `_verifier`, `_request_token`,
 * `_request_token_from_url`, `_request_refreshing_token`, `_request_refreshing_token_from_url`,
 * each of these four with `_start` too, `_prepare_token`, `_prepare_token_from_url`, `_free`.
 */
typedef struct clef_user_auth clef_user_auth;

/**
 * How a call ended: one of the `CLEF_STATUS_…` constants. A later version may give numbers that
 * this one does not know: branch on `clef_status_remedy` where you have no case for a status.
 */
typedef int32_t clef_status;

/**
 * What a program can do about an error: one of the `CLEF_REMEDY_…` constants. Treat one that
 * you do not know as `CLEF_REMEDY_NONE`.
 */
typedef int32_t clef_remedy;

/**
 * A privilege that a user may allow: one of the `CLEF_SCOPE_…` constants.
 */
typedef int32_t clef_scope;

/**
 * Carries one request: answers `exchange` now, or keeps it and answers it later from any
 * thread.
 *
 * `exchange` is yours: end it exactly once, with `clef_exchange_respond`,
 * `clef_exchange_forward`, `clef_exchange_fail` or `clef_exchange_free`. Called on the thread
 * that sends, by several threads at a time if several send; for work in the background of a
 * runtime by its pump, or on a thread that waits for that work; never on a thread of clef's
 * own. No lock of clef's is held. It must not follow redirects, and must neither unwind nor
 * `longjmp`.
 */
typedef void (*clef_send_callback)(void *user_data,
                                   clef_exchange *exchange);

/**
 * Frees a `user_data`. Called exactly once: inside the call of yours that ends its use, such as the
 * last `_free`; or where clef ends it in the background, by the pump of the runtime. Never while a
 * lock of clef's is held.
 */
typedef void (*clef_free_callback)(void *user_data);

/**
 * Hears once that an operation is done. `operation` is borrowed for the call: clone it to keep
 * it. The handle that the program got at the start is another one, and may be freed here. No
 * lock of clef's is held; any function of clef may be called. It must neither unwind nor
 * `longjmp`.
 */
typedef void (*clef_operation_callback)(void *user_data,
                                        const clef_operation *operation);

/**
 * What happened to a self-refreshing token: one of the `CLEF_EVENT_…` constants. A later
 * version may give more: answer those with `CLEF_STATUS_OK`.
 */
typedef int32_t clef_event;

/**
 * Hears of what happens to a self-refreshing token. `token` is the new one for
 * `CLEF_EVENT_CHANGED`, else the one at hand; `error` is NULL unless something failed. Both are
 * borrowed for the call.
 *
 * On `CLEF_EVENT_CHANGED` save `token`, as `clef_token_to_json`: nobody else has seen it yet. (A
 * token in a store is saved already, and may be one that another process has got.)
 * Answer `CLEF_STATUS_OK`; anything else says that you could not, and the token is offered
 * again before the next refresh. It is used all the same.
 *
 * Called one call at a time: on the thread that refreshes, or for a refresh in the background
 * by the pump of its runtime, or on a thread that waits for it. No lock of clef's is held, but
 * the refresh waits for you: asking this same token for its access token, or to refresh, is
 * `CLEF_STATUS_WOULD_BLOCK`. It must neither unwind nor `longjmp`.
 */
typedef clef_status (*clef_token_listener)(void *user_data,
                                           clef_event event,
                                           const clef_token *token,
                                           const clef_error *error);

/**
 * Does one thing for a custom store: `task` says what. It answers now, or keeps the task and
 * answers it later from any thread.
 *
 * `task` is yours: end it exactly once, with `clef_store_task_done`, `clef_store_task_fail` or
 * `clef_store_task_free`. Called on the thread that makes the call, by several threads at a time
 * if several do; for work in the background of a runtime by its pump, or on a thread that waits
 * for that work; never on a thread of clef's own. No lock of clef's is held. It must neither
 * unwind nor `longjmp`, and must not use the store that it is for.
 */
typedef void (*clef_store_callback)(void *user_data,
                                    clef_store_task *task);

/**
 * What a `clef_store_task` asks for: one of the `CLEF_STORE_TASK_…` constants. A later version may
 * give numbers that this one does not know: fail those with `CLEF_STATUS_UNSUPPORTED`.
 */
typedef int32_t clef_task_kind;

/**
 * Shows a login to the user, in your way: show `clef_login_attempt_url`, or call
 * `clef_login_attempt_open_browser`. Called once a login, by the thread in `clef_login`; for
 * `clef_login_start` by the pump of its runtime, or by a thread in `clef_operation_wait`.
 *
 * `attempt` is borrowed for the call: clone it to keep it, for a *Cancel* button or a field to
 * paste into. No redirect is received before this returns, so do not wait for the login here;
 * asking for a URL and pasting it is fine. No lock of clef's is held; any function of clef may
 * be called. It must neither unwind nor `longjmp`.
 */
typedef void (*clef_login_callback)(void *user_data,
                                    const clef_login_attempt *attempt);

/**
 * The version of the library that is loaded, as one number that grows: major × 1,000,000 +
 * minor × 1,000 + patch.
 *
 * Compare it with `CLEF_VERSION_NUMBER`, the version of the header that the program was
 * compiled with.
 */
CLEF_API
uint32_t clef_version_number(void);

/**
 * The version of the library that is loaded, as text: `"0.1.0"`. Static: never free it.
 */
CLEF_API
const char *clef_version_string(void);

/**
 * The name of a status, `"CLEF_STATUS_TIMEOUT"`, for logs. Static: never free it.
 *
 * A status that this version does not know gives `"CLEF_STATUS_UNKNOWN"`.
 */
CLEF_API
const char *clef_status_name(clef_status status);

/**
 * What to do about a status where there is no `clef_error` to ask: its remedy can be more
 * exact.
 *
 * A status that this version does not know gives `CLEF_REMEDY_NONE`.
 */
CLEF_API
clef_remedy clef_status_remedy(clef_status status);

/**
 * The status of an error, the same that the call returned. NULL gives `CLEF_STATUS_OK`.
 */
CLEF_API
clef_status clef_error_status(const clef_error *error);

/**
 * What to do about an error. NULL gives `CLEF_REMEDY_NONE`.
 */
CLEF_API
clef_remedy clef_error_remedy(const clef_error *error);

/**
 * One line of English, without a secret. Borrowed: lives as long as the error. NULL gives NULL.
 */
CLEF_API
const char *clef_error_message(const clef_error *error);

/**
 * The service's `error`, such as `"invalid_scope"` (RFC 6749 section 5.2); NULL where it gave
 * none. Borrowed: lives as long as the error.
 */
CLEF_API
const char *clef_error_oauth_error(const clef_error *error);

/**
 * The service's `error_description`; NULL where it gave none. For logs: never branch on it, its
 * words change. Borrowed: lives as long as the error.
 */
CLEF_API
const char *clef_error_oauth_description(const clef_error *error);

/**
 * The HTTP status that the service answered with, 0 where there was no answer.
 */
CLEF_API
int32_t clef_error_http_status(const clef_error *error);

/**
 * After how many seconds the service wants to be asked again (`Retry-After`); -1 where it did
 * not say, and for NULL.
 */
CLEF_API
int64_t clef_error_retry_after(const clef_error *error);

/**
 * Frees an error and the strings that were borrowed from it. NULL does nothing.
 */
CLEF_API
void clef_error_free(clef_error *error);

/**
 * Wipes and frees a string that clef handed over through a `char **`. NULL does nothing.
 *
 * The whole string is overwritten with zeros first, whatever was written into it since.
 */
CLEF_API
void clef_string_free(char *string);

/**
 * The name of a scope on the wire, such as `"user-read-email"`. Static: never free it.
 *
 * `CLEF_SCOPE_UNKNOWN` and numbers that this version does not know give NULL.
 */
CLEF_API
const char *clef_scope_name(clef_scope scope);

/**
 * The scope with this name; `CLEF_SCOPE_UNKNOWN` for NULL, invalid UTF-8 and names that this
 * version does not know.
 */
CLEF_API
clef_scope clef_scope_from_name(const char *name);

/**
 * A new empty set. Yours: free it with `clef_scope_set_free`. Reference: `Scope()`.
 */
CLEF_API
clef_scope_set *clef_scope_set_new(void);

/**
 * A new set of the `count` scopes at `scopes`, in any order, doubles allowed. Reference:
 * `Scope(*members)`.
 *
 * `scopes` may be NULL where `count` is 0. `CLEF_STATUS_INVALID_ARGUMENT` where one of them is
 * `CLEF_SCOPE_UNKNOWN` or unknown to this version: give such a scope by name to
 * `clef_scope_set_parse`.
 */
CLEF_API
clef_status clef_scope_set_of(const clef_scope *scopes,
                              size_t count,
                              clef_scope_set **set,
                              clef_error **error);

/**
 * A new set of the scope names in `text`, which spaces separate. Reference: a scope given as a
 * string.
 *
 * Any name is legal, since the service adds scopes before clef knows them; an empty text gives
 * the empty set.
 */
CLEF_API
clef_status clef_scope_set_parse(const char *text,
                                 clef_scope_set **set,
                                 clef_error **error);

/**
 * A new set of the 11 scopes that read. Yours: free it with `clef_scope_set_free`. Reference:
 * `scope.read`.
 */
CLEF_API
clef_scope_set *clef_scope_set_read(void);

/**
 * A new set of the 6 scopes that write. Yours: free it with `clef_scope_set_free`. Reference:
 * `scope.write`.
 */
CLEF_API
clef_scope_set *clef_scope_set_write(void);

/**
 * A new set of the 17 scopes of the Web API, so without `app-remote-control` and `streaming`.
 * Yours: free it with `clef_scope_set_free`. Reference: `scope.every`.
 */
CLEF_API
clef_scope_set *clef_scope_set_every(void);

/**
 * A new set of what is in `a` or in `b`. Reference: `Scope` `+`.
 */
CLEF_API
clef_status clef_scope_set_union(const clef_scope_set *a,
                                 const clef_scope_set *b,
                                 clef_scope_set **set,
                                 clef_error **error);

/**
 * A new set of what is in `a` but not in `b`. Reference: `Scope` `-`.
 */
CLEF_API
clef_status clef_scope_set_difference(const clef_scope_set *a,
                                      const clef_scope_set *b,
                                      clef_scope_set **set,
                                      clef_error **error);

/**
 * Whether the set has a scope of this name. False where either is NULL.
 */
CLEF_API
bool clef_scope_set_contains(const clef_scope_set *set,
                             const char *name);

/**
 * Whether all of `a` is in `b`. False where either is NULL.
 */
CLEF_API
bool clef_scope_set_is_subset(const clef_scope_set *a,
                              const clef_scope_set *b);

/**
 * Whether `a` and `b` have the same scopes. False where either is NULL.
 */
CLEF_API
bool clef_scope_set_equals(const clef_scope_set *a,
                           const clef_scope_set *b);

/**
 * How many scopes the set has. NULL gives 0.
 */
CLEF_API
size_t clef_scope_set_len(const clef_scope_set *set);

/**
 * The name of the scope at `index`, from 0, in sorted order; NULL past the end. Borrowed: lives
 * as long as the set.
 */
CLEF_API
const char *clef_scope_set_get(const clef_scope_set *set,
                               size_t index);

/**
 * The names of the set, sorted and joined by spaces. Borrowed: lives as long as the set.
 * Reference: `str(Scope)`.
 */
CLEF_API
const char *clef_scope_set_to_string(const clef_scope_set *set);

/**
 * A new handle to the same set. Yours: free it with `clef_scope_set_free`. NULL gives NULL.
 */
CLEF_API
clef_scope_set *clef_scope_set_clone(const clef_scope_set *set);

/**
 * Frees a set and the strings that were borrowed from it. NULL does nothing.
 */
CLEF_API
void clef_scope_set_free(clef_scope_set *set);

/**
 * New settings: 10 seconds to connect, 30 in all, no proxy, Mozilla's root certificates. Yours:
 * free them with `clef_http_config_free`.
 */
CLEF_API
clef_http_config *clef_http_config_new(void);

/**
 * How many milliseconds connecting may take, TLS included; -1 for ever. 10,000 unless set.
 *
 * `CLEF_STATUS_INVALID_ARGUMENT` for 0 and below -1.
 */
CLEF_API
clef_status clef_http_config_set_connect_timeout(clef_http_config *config,
                                                 int64_t timeout_ms,
                                                 clef_error **error);

/**
 * How many milliseconds a request may take from its start to the last byte of its answer; -1
 * for ever. 30,000 unless set. Looking up the name of the host counts; in a blocking call it is
 * not interrupted, since it lies with the system's resolver.
 *
 * `CLEF_STATUS_INVALID_ARGUMENT` for 0 and below -1.
 */
CLEF_API
clef_status clef_http_config_set_timeout(clef_http_config *config,
                                         int64_t timeout_ms,
                                         clef_error **error);

/**
 * The HTTP proxy to go through, `http://[user:password@]host:port`; `url` NULL for none. None
 * unless set.
 *
 * `CLEF_STATUS_INVALID_ARGUMENT` for anything else; the message does not repeat the URL.
 */
CLEF_API
clef_status clef_http_config_set_proxy(clef_http_config *config,
                                       const char *url,
                                       clef_error **error);

/**
 * Takes the proxy from the environment, during this call: from `ALL_PROXY`, `HTTPS_PROXY`,
 * `HTTP_PROXY` and `NO_PROXY`, in upper or lower case. No other thread may change the
 * environment meanwhile.
 */
CLEF_API
clef_status clef_http_config_set_proxy_from_environment(clef_http_config *config,
                                                        clef_error **error);

/**
 * Trusts the certificates in `pem` too, beside Mozilla's roots: those of a company's proxy, or
 * of the sandbox. `pem` is the text of a PEM file, not its path. May be called several times.
 *
 * `CLEF_STATUS_INVALID_ARGUMENT` where there is no certificate in it, or one that cannot be
 * read.
 */
CLEF_API
clef_status clef_http_config_add_ca_certificates(clef_http_config *config,
                                                 const char *pem,
                                                 clef_error **error);

/**
 * Trusts what the system trusts too, beside Mozilla's roots: for machines behind an authority of
 * their company's.
 *
 * The certificates are read during this call. On Linux and the like they are the files that
 * OpenSSL reads: the file that the environment variable `SSL_CERT_FILE` names and the directories
 * of `SSL_CERT_DIR` where one of them is set, else the system's bundle, such as
 * `/etc/ssl/certs/ca-certificates.crt`. On macOS and Windows they are the trusted roots of the
 * system's store. This takes some milliseconds and keeps some 200 KB, so make one sender and share
 * it. No other thread may change the environment meanwhile. A certificate that cannot be read is
 * left out; what is installed later is not seen.
 *
 * `CLEF_STATUS_IO` with `CLEF_REMEDY_FIX_SETTINGS` where there is none at all.
 */
CLEF_API
clef_status clef_http_config_add_platform_certificates(clef_http_config *config,
                                                       clef_error **error);

/**
 * What the `User-Agent` header says; `clef/` and the version unless set.
 *
 * `CLEF_STATUS_INVALID_ARGUMENT` where it is not printable ASCII.
 */
CLEF_API
clef_status clef_http_config_set_user_agent(clef_http_config *config,
                                            const char *user_agent,
                                            clef_error **error);

/**
 * Frees settings; senders made with them keep their copy. NULL does nothing.
 */
CLEF_API
void clef_http_config_free(clef_http_config *config);

/**
 * A new sender that speaks HTTP and TLS itself, with `config`, or the usual settings where that
 * is NULL (nullable).
 *
 * It sends on the calling thread and starts no other, or on the threads of the runtime that the
 * work belongs to. It reads no file and follows no redirect. Connections are kept alive and
 * shared by everything that uses this sender.
 *
 * `CLEF_STATUS_UNSUPPORTED` in a minimal build, which has no HTTP. There credentials need a
 * sender of yours too: a request without one is `CLEF_STATUS_UNSUPPORTED`.
 */
CLEF_API
clef_status clef_sender_new_http(const clef_http_config *config,
                                 clef_sender **sender,
                                 clef_error **error);

/**
 * A new sender that sends through `inner`, and up to `retries` times more after a passing
 * failure.
 *
 * It waits as long as the service asks (`Retry-After`), else half a second, then twice as long
 * each time; but never longer than `max_wait_ms` in all, for one request (milliseconds, -1 for
 * ever). A `Retry-After` beyond what is left of that is `CLEF_STATUS_RATE_LIMITED` at once. It
 * waits on the thread that sends.
 *
 * A request with a code or a refresh token is repeated only when nothing was sent, or after
 * HTTP 429 or 503: it may be spent by the first try. One for a client token is also repeated
 * after a lost connection and other 5xx answers.
 *
 * `inner` is kept alive by the new sender: free your handle when you like.
 */
CLEF_API
clef_status clef_sender_new_retrying(const clef_sender *inner,
                                     uint32_t retries,
                                     int64_t max_wait_ms,
                                     clef_sender **sender,
                                     clef_error **error);

/**
 * A new sender that hands each request to `send`, for programs that have HTTP of their own.
 *
 * Whoever sends waits until the exchange ends, up to `timeout_ms` milliseconds after `send` was
 * called (-1 for ever; 0 where `send` answers before it returns): then it is
 * `CLEF_STATUS_TIMEOUT`, and a later answer is dropped. In the background no thread is held
 * while the answer is awaited. `user_data` is handed to `send` as it is. `free_user_data`,
 * where not NULL, is called once with it: when the sender and everything that uses it are
 * freed, or when this call fails. So it must not own credentials or tokens that use this
 * sender.
 */
CLEF_API
clef_status clef_sender_new_custom(clef_send_callback send,
                                   void *user_data,
                                   clef_free_callback free_user_data,
                                   int64_t timeout_ms,
                                   clef_sender **sender,
                                   clef_error **error);

/**
 * A new sender whose requests wait until you ask for them with `clef_sender_next_exchange`, for
 * programs that take no callbacks.
 *
 * `timeout_ms` counts from when the request is sent: milliseconds above 0, -1 for ever. What is
 * unanswered then is `CLEF_STATUS_TIMEOUT`. A blocking call that needs this sender waits until
 * another thread has answered; on the thread that polled last it is `CLEF_STATUS_WOULD_BLOCK`.
 */
CLEF_API
clef_status clef_sender_new_polled(int64_t timeout_ms,
                                   clef_sender **sender,
                                   clef_error **error);

/**
 * The next request of a polled sender; NULL when there is none at the moment, and for any other
 * sender. Yours: end it as a `clef_send_callback` would, or free it with `clef_exchange_free`.
 * Never blocks; any thread.
 */
CLEF_API
clef_exchange *clef_sender_next_exchange(const clef_sender *sender);

/**
 * A new handle to the same sender. Yours: free it with `clef_sender_free`. NULL gives NULL.
 */
CLEF_API
clef_sender *clef_sender_clone(const clef_sender *sender);

/**
 * Frees a handle to a sender. The sender lives on while credentials, requests or other senders
 * use it. NULL does nothing.
 */
CLEF_API
void clef_sender_free(clef_sender *sender);

/**
 * The request to carry: its method, URL, headers and body. Borrowed: lives until the exchange
 * ends. NULL gives NULL.
 */
CLEF_API
const clef_http_request *clef_exchange_request(const clef_exchange *exchange);

/**
 * Whether nobody waits for the answer any more: the time is up, or it was cancelled. Such an
 * exchange still has to be ended. NULL gives false.
 */
CLEF_API
bool clef_exchange_is_cancelled(const clef_exchange *exchange);

/**
 * Ends an exchange with an answer, whatever its HTTP status. Consumes `exchange`; copies
 * `response`, which stays yours.
 *
 * A NULL `response` is a failure with `CLEF_STATUS_INVALID_ARGUMENT`. A NULL `exchange` does
 * nothing.
 */
CLEF_API
void clef_exchange_respond(clef_exchange *exchange,
                           const clef_http_response *response);

/**
 * Has `sender` carry the request after all, for custom senders that only look at requests or
 * answer some of them. Consumes `exchange`; `sender` stays yours.
 *
 * Never blocks, on any thread: whoever waits for the answer sends, on its thread or in the
 * background of its runtime, and the timeouts of `sender` hold from now on. Senders that forward to
 * each other in a circle are a `CLEF_STATUS_INTERNAL` after 8 times. A NULL `sender` is a
 * failure with `CLEF_STATUS_INVALID_ARGUMENT`. A NULL `exchange` does nothing.
 */
CLEF_API
void clef_exchange_forward(clef_exchange *exchange,
                           const clef_sender *sender);

/**
 * Ends an exchange without an answer. Consumes `exchange`. The call that waits returns
 * `status`, with `message` (nullable) as its error's message; secrets of the request are taken
 * out of it.
 *
 * `status` says why: `CLEF_STATUS_TRANSPORT`, `_TLS`, `_TIMEOUT`, `_CANCELLED`, `_IO`,
 * `_INVALID_RESPONSE`, `_WOULD_BLOCK`, `_UNSUPPORTED` or `_INTERNAL`. Any other counts as
 * `CLEF_STATUS_TRANSPORT`: what the service says comes as a response. `flags`:
 * `CLEF_EXCHANGE_SENT` where the request may have reached the service. An invalid `flags` or
 * `message` is a failure with `CLEF_STATUS_INVALID_ARGUMENT`.
 */
CLEF_API
void clef_exchange_fail(clef_exchange *exchange,
                        clef_status status,
                        uint32_t flags,
                        const char *message);

/**
 * Ends an exchange as a `CLEF_STATUS_TRANSPORT` failure that may have been sent. NULL does
 * nothing.
 */
CLEF_API
void clef_exchange_free(clef_exchange *exchange);

/**
 * New credentials for Spotify's accounts service. Reference: `Credentials(client_id,
 * client_secret, redirect_uri, sender)`.
 *
 * `client_secret` is nullable: PKCE needs none. `redirect_uri` is nullable: only logins need
 * one. It is sent byte for byte as given; `CLEF_STATUS_INVALID_REDIRECT_URI`, with what to
 * write instead, unless it is https, http to `127.0.0.1` or `[::1]`, or a scheme of your own,
 * without fragment and user name. `sender` is nullable: the built-in one with the usual
 * settings; it is kept alive, free your handle when you like. No network.
 */
CLEF_API
clef_status clef_credentials_new(const char *client_id,
                                 const char *client_secret,
                                 const char *redirect_uri,
                                 const clef_sender *sender,
                                 clef_credentials **credentials,
                                 clef_error **error);

/**
 * New credentials, the same but for another accounts service: the sandbox, or a proxy of your
 * own.
 *
 * `url` is `https://accounts.spotify.com` unless changed, so without `/authorize` and
 * `/api/token`. It must be https, or http to `127.0.0.1` or `[::1]`; a query or fragment is
 * refused.
 */
CLEF_API
clef_status clef_credentials_with_accounts_url(const clef_credentials *credentials,
                                               const char *url,
                                               clef_credentials **changed,
                                               clef_error **error);

/**
 * New credentials, the same but for another redirect URI, with the rules of
 * `clef_credentials_new`.
 */
CLEF_API
clef_status clef_credentials_with_redirect_uri(const clef_credentials *credentials,
                                               const char *redirect_uri,
                                               clef_credentials **changed,
                                               clef_error **error);

/**
 * The client id. Borrowed: lives as long as the credentials.
 */
CLEF_API
const char *clef_credentials_client_id(const clef_credentials *credentials);

/**
 * The redirect URI, as it was given; NULL for none. Borrowed: lives as long as the credentials.
 */
CLEF_API
const char *clef_credentials_redirect_uri(const clef_credentials *credentials);

/**
 * The URL to send the user to: step 1 of 2 of the authorisation code flow with a client secret.
 * Reference: `Credentials.user_authorisation_url`.
 *
 * `scopes` is nullable: none, so public data alone. `state` is nullable: then nothing tells a
 * forged redirect from a true one; take one from `clef_gen_state`. `flags`:
 * `CLEF_AUTH_SHOW_DIALOG` has the user asked again even if they agreed before. `CLEF_AUTH_PKCE`
 * is `CLEF_STATUS_INVALID_ARGUMENT` here: the verifier would be lost.
 * `CLEF_STATUS_MISSING_REDIRECT_URI` without a redirect URI. The URL is for the user and no
 * log: the state is in it. Free it with `clef_string_free`.
 */
CLEF_API
clef_status clef_credentials_user_authorisation_url(const clef_credentials *credentials,
                                                    const clef_scope_set *scopes,
                                                    const char *state,
                                                    uint32_t flags,
                                                    char **url,
                                                    clef_error **error);

/**
 * The URL to send the user to, with the verifier to keep for step 2: the authorisation code
 * flow with PKCE (RFC 7636). Reference: `Credentials.pkce_user_authorisation`.
 *
 * `scopes` and `state` are nullable, as with `clef_credentials_user_authorisation_url`.
 * `verifier_bytes` random bytes make the verifier, from 32 (the usual) to 96. `flags`:
 * `CLEF_AUTH_SHOW_DIALOG`; `CLEF_AUTH_PKCE` changes nothing. `CLEF_STATUS_MISSING_REDIRECT_URI`
 * without a redirect URI. The verifier is **Secret**; the URL is for the user and no log: the
 * state is in it. Free both with `clef_string_free`.
 */
CLEF_API
clef_status clef_credentials_pkce_user_authorisation(const clef_credentials *credentials,
                                                     const clef_scope_set *scopes,
                                                     const char *state,
                                                     size_t verifier_bytes,
                                                     uint32_t flags,
                                                     char **url,
                                                     char **verifier,
                                                     clef_error **error);

/**
 * Requests a client token, for what needs no user. Reference:
 * `Credentials.request_client_token`.
 *
 * Blocks until the service has answered; any thread. `CLEF_STATUS_MISSING_CLIENT_SECRET` without a
 * client secret.
 */
CLEF_API
clef_status clef_credentials_request_client_token(const clef_credentials *credentials,
                                                  clef_token **token,
                                                  clef_error **error);

/**
 * Requests a user's token for the `code` of a redirect: step 2 of 2 with a client secret.
 * Reference: `Credentials.request_user_token`.
 *
 * Blocks until the service has answered; any thread. `CLEF_STATUS_MISSING_CLIENT_SECRET` and
 * `CLEF_STATUS_MISSING_REDIRECT_URI` without one. A code is good once, for a short time: then
 * it is `CLEF_STATUS_OAUTH` with `CLEF_REMEDY_LOG_IN`.
 */
CLEF_API
clef_status clef_credentials_request_user_token(const clef_credentials *credentials,
                                                const char *code,
                                                clef_token **token,
                                                clef_error **error);

/**
 * Requests a refreshed token of a login with a client secret. Reference:
 * `Credentials.refresh_user_token`.
 *
 * Blocks until the service has answered; any thread. `CLEF_STATUS_MISSING_CLIENT_SECRET`
 * without a client secret; `CLEF_STATUS_LOGIN_REQUIRED` where the grant is dead. From a bare
 * refresh token clef learns only the scopes that the service names in its answer.
 */
CLEF_API
clef_status clef_credentials_refresh_user_token(const clef_credentials *credentials,
                                                const char *refresh_token,
                                                clef_token **token,
                                                clef_error **error);

/**
 * Requests a user's token for the `code` of a redirect and its `verifier`: step 2 of 2 with
 * PKCE. Reference: `Credentials.request_pkce_token`.
 *
 * Blocks until the service has answered; any thread. `CLEF_STATUS_MISSING_REDIRECT_URI` without a
 * redirect URI. A code is good once, for a short time: then it is `CLEF_STATUS_OAUTH` with
 * `CLEF_REMEDY_LOG_IN`. The verifier is not judged.
 */
CLEF_API
clef_status clef_credentials_request_pkce_token(const clef_credentials *credentials,
                                                const char *code,
                                                const char *verifier,
                                                clef_token **token,
                                                clef_error **error);

/**
 * Requests a refreshed token of a login with PKCE. Reference: `Credentials.refresh_pkce_token`.
 *
 * Blocks until the service has answered; any thread. `CLEF_STATUS_LOGIN_REQUIRED` where the grant
 * is dead. The service gives a new refresh token and spends the old one: save the new token
 * before you use it.
 */
CLEF_API
clef_status clef_credentials_refresh_pkce_token(const clef_credentials *credentials,
                                                const char *refresh_token,
                                                clef_token **token,
                                                clef_error **error);

/**
 * Refreshes a token of any kind: a client token by a new one, a user's with PKCE or without.
 * Reference: `Credentials.refresh`.
 *
 * Blocks until the service has answered; any thread. `token` stays as it is. What the answer leaves
 * out (scopes, refresh token) is taken over from it. `CLEF_STATUS_LOGIN_REQUIRED` where the
 * grant is dead; `CLEF_STATUS_INVALID_ARGUMENT` for a token of another client id.
 */
CLEF_API
clef_status clef_credentials_refresh(const clef_credentials *credentials,
                                     const clef_token *token,
                                     clef_token **refreshed,
                                     clef_error **error);

/**
 * The request of `clef_credentials_request_client_token` as a value, not sent yet. No network.
 *
 * Fails as that call does before it sends. Free it with `clef_http_request_free`.
 */
CLEF_API
clef_status clef_credentials_prepare_client_token(const clef_credentials *credentials,
                                                  clef_http_request **request,
                                                  clef_error **error);

/**
 * The request of `clef_credentials_request_user_token` as a value, not sent yet. No network.
 *
 * Fails as that call does before it sends. Free it with `clef_http_request_free`.
 */
CLEF_API
clef_status clef_credentials_prepare_user_token(const clef_credentials *credentials,
                                                const char *code,
                                                clef_http_request **request,
                                                clef_error **error);

/**
 * The request of `clef_credentials_refresh_user_token` as a value, not sent yet. No network.
 *
 * Fails as that call does before it sends. Free it with `clef_http_request_free`.
 */
CLEF_API
clef_status clef_credentials_prepare_refresh_user_token(const clef_credentials *credentials,
                                                        const char *refresh_token,
                                                        clef_http_request **request,
                                                        clef_error **error);

/**
 * The request of `clef_credentials_request_pkce_token` as a value, not sent yet. No network.
 *
 * Fails as that call does before it sends. Free it with `clef_http_request_free`.
 */
CLEF_API
clef_status clef_credentials_prepare_pkce_token(const clef_credentials *credentials,
                                                const char *code,
                                                const char *verifier,
                                                clef_http_request **request,
                                                clef_error **error);

/**
 * The request of `clef_credentials_refresh_pkce_token` as a value, not sent yet. No network.
 *
 * Fails as that call does before it sends. Free it with `clef_http_request_free`.
 */
CLEF_API
clef_status clef_credentials_prepare_refresh_pkce_token(const clef_credentials *credentials,
                                                        const char *refresh_token,
                                                        clef_http_request **request,
                                                        clef_error **error);

/**
 * The request of `clef_credentials_refresh` as a value, not sent yet. No network.
 *
 * Fails as that call does before it sends. Free it with `clef_http_request_free`.
 */
CLEF_API
clef_status clef_credentials_prepare_refresh(const clef_credentials *credentials,
                                             const clef_token *token,
                                             clef_http_request **request,
                                             clef_error **error);

/**
 * A new handle to the same credentials. Yours: free it with `clef_credentials_free`. NULL gives
 * NULL.
 */
CLEF_API
clef_credentials *clef_credentials_clone(const clef_credentials *credentials);

/**
 * Frees a handle, and wipes the client secret with the last of what uses it. NULL does nothing.
 */
CLEF_API
void clef_credentials_free(clef_credentials *credentials);

/**
 * Sends the request through the sender of its credentials. Blocks until the service has
 * answered. Once: then it is `CLEF_STATUS_ALREADY_USED`. Any thread; what the sender calls of
 * yours is called on this one.
 *
 * Fails with whatever the service or the network can do: see the table in the README.
 */
CLEF_API
clef_status clef_http_request_send(const clef_http_request *request,
                                   clef_token **token,
                                   clef_error **error);

/**
 * `clef_http_request_send` in the background of `runtime`. The operation gives a `clef_token`.
 * Never blocks; any thread.
 *
 * `callback` (nullable) hears, by the pump of `runtime`, that it is done, with `user_data`;
 * `free_user_data`, where not NULL, is called once with that: after the callback, at once where
 * there is none, or when this call fails. `operation` (nullable) gets a handle that is yours: free
 * it with `clef_operation_free`.
 *
 * `CLEF_STATUS_ALREADY_USED` where it was sent before, `CLEF_STATUS_CANCELLED` where the runtime
 * is closed, `CLEF_STATUS_IO` where no thread can be started: then nothing was begun.
 */
CLEF_API
clef_status clef_http_request_start(const clef_http_request *request,
                                    const clef_runtime *runtime,
                                    clef_operation_callback callback,
                                    void *user_data,
                                    clef_free_callback free_user_data,
                                    clef_operation **operation,
                                    clef_error **error);

/**
 * The HTTP method: `"POST"`. Borrowed: lives as long as the request.
 */
CLEF_API
const char *clef_http_request_method(const clef_http_request *request);

/**
 * The URL: https, or http to a loopback address. Borrowed: lives as long as the request.
 */
CLEF_API
const char *clef_http_request_url(const clef_http_request *request);

/**
 * How many headers the request has. NULL gives 0.
 */
CLEF_API
size_t clef_http_request_header_count(const clef_http_request *request);

/**
 * The name of the header at `index`, from 0; NULL past the end. Borrowed: lives as long as the
 * request.
 */
CLEF_API
const char *clef_http_request_header_name(const clef_http_request *request,
                                          size_t index);

/**
 * The value of the header at `index`, from 0; NULL past the end. That of `Authorization` is
 * **secret**. Borrowed: lives as long as the request.
 */
CLEF_API
const char *clef_http_request_header_value(const clef_http_request *request,
                                           size_t index);

/**
 * The form-encoded body, which ends in NUL; its length without the NUL goes to `len`
 * (nullable). **Secret**. Borrowed: lives as long as the request.
 */
CLEF_API
const char *clef_http_request_body(const clef_http_request *request,
                                   size_t *len);

/**
 * Whether the request may be sent again after it may have reached the service: false with a
 * code or a refresh token, which the first try may have spent. NULL gives false.
 */
CLEF_API
bool clef_http_request_may_repeat(const clef_http_request *request);

/**
 * Reads the answer to a request that you carried yourself.
 *
 * `sent_at` is the time just before it was sent, in Unix seconds, from which the token's
 * lifetime counts; 0 (`CLEF_TIME_UNKNOWN`) means now. May be called again, for the answer to
 * another try. Fails as `clef_http_request_send` does.
 */
CLEF_API
clef_status clef_http_request_finish(const clef_http_request *request,
                                     int64_t sent_at,
                                     const clef_http_response *response,
                                     clef_token **token,
                                     clef_error **error);

/**
 * Wipes and frees a request and the strings that were borrowed from it. NULL does nothing.
 */
CLEF_API
void clef_http_request_free(clef_http_request *request);

/**
 * A new response with an HTTP status, 100 to 599, and the `body_len` bytes at `body`, which are
 * copied. `body` may be NULL where `body_len` is 0. Free it with `clef_http_response_free`.
 *
 * Of a body over 1 MiB no more is kept than shows that it is too long.
 */
CLEF_API
clef_status clef_http_response_new(int32_t status,
                                   const uint8_t *body,
                                   size_t body_len,
                                   clef_http_response **response,
                                   clef_error **error);

/**
 * Adds a header. clef reads `Retry-After` and `Date`; you may add all that came, but for values
 * that are not UTF-8.
 */
CLEF_API
clef_status clef_http_response_add_header(clef_http_response *response,
                                          const char *name,
                                          const char *value,
                                          clef_error **error);

/**
 * Wipes and frees a response. NULL does nothing.
 */
CLEF_API
void clef_http_response_free(clef_http_response *response);

/**
 * Reads a token response of the service, or a token that `clef_token_to_json` saved. Reference:
 * `Token(token_info, uses_pkce)`.
 *
 * `flags`: `CLEF_TOKEN_USES_PKCE` for JSON that does not say so itself. A response lives for
 * `expires_in` seconds from now, 3600 where it does not say; a saved token expires at the
 * earlier of that and its saved `expires_at`. With a `refresh_token` alone it has expired, and is
 * refreshed before it is used. `CLEF_STATUS_INVALID_ARGUMENT` where it is not JSON, has neither
 * token, or a member of the wrong type.
 *
 * It reads the `.cache` files of spotipy, a Python library, as they are; say
 * `CLEF_TOKEN_USES_PKCE` for those of its `SpotifyPKCE`. They do not tell when the user logged
 * in: see `clef_token_with_authorised_at`.
 *
 * Without a refresh token it counts as a client token, to be replaced by another, unless its
 * scopes or PKCE show that a user logged in: such a one is `CLEF_STATUS_LOGIN_REQUIRED` when it
 * is to be refreshed.
 */
CLEF_API
clef_status clef_token_from_json(const char *json,
                                 uint32_t flags,
                                 clef_token **token,
                                 clef_error **error);

/**
 * Reads the refresh token from `config`, the text of a configuration file of tekore, a Python
 * library: the token has expired, and is refreshed before it is used. Reference:
 * `config_from_file`.
 *
 * `section` is nullable: tekore's own, `DEFAULT`. `flags`: `CLEF_TOKEN_USES_PKCE` for a refresh
 * token that came from a login with PKCE. `CLEF_STATUS_INVALID_ARGUMENT` where that section has
 * no `SPOTIFY_USER_REFRESH`. The file does not tell when the user logged in: see
 * `clef_token_with_authorised_at`.
 */
CLEF_API
clef_status clef_token_from_tekore_config(const char *config,
                                          const char *section,
                                          uint32_t flags,
                                          clef_token **token,
                                          clef_error **error);

/**
 * The JSON to save, on one line: the tokens, their scopes and times, the client id, whether
 * PKCE was used, and members that clef did not know when it read them (a refresh keeps these,
 * unless its answer brings others). **Secret**. Free it with `clef_string_free`.
 *
 * The keys stay as they are: `access_token`, `token_type`, `scope`, `expires_in`, `expires_at`,
 * `refresh_token`, `uses_pkce`, `client_id`, `authorised_at`.
 */
CLEF_API
clef_status clef_token_to_json(const clef_token *token,
                               char **json,
                               clef_error **error);

/**
 * The access token, for the header `Authorization: Bearer …`; `""` where the refresh token alone
 * is known. **Secret**. Borrowed: lives as long as the token. Reference: `Token.access_token`.
 */
CLEF_API
const char *clef_token_access_token(const clef_token *token);

/**
 * The refresh token; NULL for a client token. **Secret**. Borrowed: lives as long as the token.
 * Reference: `Token.refresh_token`.
 */
CLEF_API
const char *clef_token_refresh_token(const clef_token *token);

/**
 * How the token is used, as the service said it: `"Bearer"`. Borrowed: lives as long as the
 * token. Reference: `Token.token_type`.
 */
CLEF_API
const char *clef_token_token_type(const clef_token *token);

/**
 * What the user allowed; empty for a client token. Borrowed: lives as long as the token;
 * `clef_scope_set_clone` makes it yours. Reference: `Token.scope`.
 */
CLEF_API
const clef_scope_set *clef_token_scopes(const clef_token *token);

/**
 * Those of `wanted` that the user has not allowed; empty where the token has them all. Yours: free
 * it with `clef_scope_set_free`. No network. Where it is not empty, log the user in with the
 * `clef_scope_set_union` of what the token has and what is wanted: a login replaces the one
 * before, scopes and all.
 */
CLEF_API
clef_status clef_token_missing_scopes(const clef_token *token,
                                      const clef_scope_set *wanted,
                                      clef_scope_set **missing,
                                      clef_error **error);

/**
 * When the token expires, in Unix seconds. NULL gives 0. Reference: `Token.expires_at`.
 */
CLEF_API
int64_t clef_token_expires_at(const clef_token *token);

/**
 * In how many seconds from now the token expires; negative once it has. NULL gives 0.
 * Reference: `Token.expires_in`.
 *
 * Neither a clock that was set back nor a laptop that slept makes it longer.
 */
CLEF_API
int64_t clef_token_expires_in(const clef_token *token);

/**
 * Whether the token has less than 60 seconds left. NULL gives false. Reference:
 * `Token.is_expiring`.
 */
CLEF_API
bool clef_token_is_expiring(const clef_token *token);

/**
 * Whether the token comes from a login with PKCE. NULL gives false. Reference:
 * `Token.uses_pkce`.
 */
CLEF_API
bool clef_token_uses_pkce(const clef_token *token);

/**
 * When the user logged in, in Unix seconds; `CLEF_TIME_UNKNOWN` where that is not known, and
 * for a client token.
 */
CLEF_API
int64_t clef_token_authorised_at(const clef_token *token);

/**
 * A new token, the same but for the time of the login: for a token that another library saved.
 * `authorised_at` is in Unix seconds, 0 (`CLEF_TIME_UNKNOWN`) or more.
 */
CLEF_API
clef_status clef_token_with_authorised_at(const clef_token *token,
                                          int64_t authorised_at,
                                          clef_token **changed,
                                          clef_error **error);

/**
 * About when the grant ends and the user has to log in again, in Unix seconds: six months after
 * the login, however often the token was refreshed. An estimate, for a warning: clef never
 * refuses a refresh for it.
 *
 * `CLEF_TIME_UNKNOWN` where the login is not known, `CLEF_TIME_NEVER` for a client token.
 */
CLEF_API
int64_t clef_token_grant_expires_at(const clef_token *token);

/**
 * A new handle to the same token. Yours: free it with `clef_token_free`. NULL gives NULL.
 */
CLEF_API
clef_token *clef_token_clone(const clef_token *token);

/**
 * Frees a handle, and wipes the token with its last handle. Strings that were borrowed from it
 * are gone. NULL does nothing.
 */
CLEF_API
void clef_token_free(clef_token *token);

/**
 * New credentials that give self-refreshing tokens. `credentials` are kept alive: free your
 * handle when you like. Reference: `RefreshingCredentials(…)`.
 */
CLEF_API
clef_status clef_refreshing_credentials_new(const clef_credentials *credentials,
                                            clef_refreshing_credentials **refreshing_credentials,
                                            clef_error **error);

/**
 * A new handle to the credentials underneath. Yours: free it with `clef_credentials_free`. NULL
 * gives NULL. Reference: `RefreshingCredentials.credentials`.
 */
CLEF_API
clef_credentials *clef_refreshing_credentials_credentials(const clef_refreshing_credentials *credentials);

/**
 * The URL to send the user to: step 1 of 2 of the authorisation code flow with a client secret.
 * Reference: `RefreshingCredentials.user_authorisation_url`.
 *
 * `scopes` is nullable: none, so public data alone. `state` is nullable: then nothing tells a
 * forged redirect from a true one; take one from `clef_gen_state`. `flags`:
 * `CLEF_AUTH_SHOW_DIALOG` has the user asked again even if they agreed before. `CLEF_AUTH_PKCE`
 * is `CLEF_STATUS_INVALID_ARGUMENT` here: the verifier would be lost.
 * `CLEF_STATUS_MISSING_REDIRECT_URI` without a redirect URI. The URL is for the user and no
 * log: the state is in it. Free it with `clef_string_free`.
 */
CLEF_API
clef_status clef_refreshing_credentials_user_authorisation_url(const clef_refreshing_credentials *credentials,
                                                               const clef_scope_set *scopes,
                                                               const char *state,
                                                               uint32_t flags,
                                                               char **url,
                                                               clef_error **error);

/**
 * The URL to send the user to, with the verifier to keep for step 2: the authorisation code
 * flow with PKCE (RFC 7636). Reference: `RefreshingCredentials.pkce_user_authorisation`.
 *
 * `scopes` and `state` are nullable, as with
 * `clef_refreshing_credentials_user_authorisation_url`. `verifier_bytes` random bytes make the
 * verifier, from 32 (the usual) to 96. `flags`: `CLEF_AUTH_SHOW_DIALOG`; `CLEF_AUTH_PKCE`
 * changes nothing. `CLEF_STATUS_MISSING_REDIRECT_URI` without a redirect URI. The verifier is
 * **Secret**; the URL is for the user and no log: the state is in it. Free both with
 * `clef_string_free`.
 */
CLEF_API
clef_status clef_refreshing_credentials_pkce_user_authorisation(const clef_refreshing_credentials *credentials,
                                                                const clef_scope_set *scopes,
                                                                const char *state,
                                                                size_t verifier_bytes,
                                                                uint32_t flags,
                                                                char **url,
                                                                char **verifier,
                                                                clef_error **error);

/**
 * Requests a client token, for what needs no user. Reference:
 * `RefreshingCredentials.request_client_token`.
 *
 * Blocks until the service has answered; any thread. `CLEF_STATUS_MISSING_CLIENT_SECRET` without a
 * client secret.
 */
CLEF_API
clef_status clef_refreshing_credentials_request_client_token(const clef_refreshing_credentials *credentials,
                                                             clef_refreshing_token **token,
                                                             clef_error **error);

/**
 * Requests a user's token for the `code` of a redirect: step 2 of 2 with a client secret.
 * Reference: `RefreshingCredentials.request_user_token`.
 *
 * Blocks until the service has answered; any thread. `CLEF_STATUS_MISSING_CLIENT_SECRET` and
 * `CLEF_STATUS_MISSING_REDIRECT_URI` without one. A code is good once, for a short time: then
 * it is `CLEF_STATUS_OAUTH` with `CLEF_REMEDY_LOG_IN`.
 */
CLEF_API
clef_status clef_refreshing_credentials_request_user_token(const clef_refreshing_credentials *credentials,
                                                           const char *code,
                                                           clef_refreshing_token **token,
                                                           clef_error **error);

/**
 * Requests a refreshed token of a login with a client secret. Reference:
 * `RefreshingCredentials.refresh_user_token`.
 *
 * Blocks until the service has answered; any thread. `CLEF_STATUS_MISSING_CLIENT_SECRET` without a
 * client secret; `CLEF_STATUS_LOGIN_REQUIRED` where the grant is dead. Of a bare refresh token
 * clef knows no scopes but those that the service answers.
 */
CLEF_API
clef_status clef_refreshing_credentials_refresh_user_token(const clef_refreshing_credentials *credentials,
                                                           const char *refresh_token,
                                                           clef_refreshing_token **token,
                                                           clef_error **error);

/**
 * Requests a user's token for the `code` of a redirect and its `verifier`: step 2 of 2 with
 * PKCE. Reference: `RefreshingCredentials.request_pkce_token`.
 *
 * Blocks until the service has answered; any thread. `CLEF_STATUS_MISSING_REDIRECT_URI` without a
 * redirect URI. A code is good once, for a short time: then it is `CLEF_STATUS_OAUTH` with
 * `CLEF_REMEDY_LOG_IN`. The verifier is not judged.
 */
CLEF_API
clef_status clef_refreshing_credentials_request_pkce_token(const clef_refreshing_credentials *credentials,
                                                           const char *code,
                                                           const char *verifier,
                                                           clef_refreshing_token **token,
                                                           clef_error **error);

/**
 * Requests a refreshed token of a login with PKCE. Reference:
 * `RefreshingCredentials.refresh_pkce_token`.
 *
 * Blocks until the service has answered; any thread. `CLEF_STATUS_LOGIN_REQUIRED` where the
 * grant is dead. The service gives a new refresh token and spends the old one: save
 * `clef_refreshing_token_token` at once, and set a listener for the next ones.
 */
CLEF_API
clef_status clef_refreshing_credentials_refresh_pkce_token(const clef_refreshing_credentials *credentials,
                                                           const char *refresh_token,
                                                           clef_refreshing_token **token,
                                                           clef_error **error);

/**
 * A new handle to the same credentials. Yours: free it with `clef_refreshing_credentials_free`.
 * NULL gives NULL.
 */
CLEF_API
clef_refreshing_credentials *clef_refreshing_credentials_clone(const clef_refreshing_credentials *credentials);

/**
 * Frees a handle. Tokens that came from it live on. NULL does nothing.
 */
CLEF_API
void clef_refreshing_credentials_free(clef_refreshing_credentials *credentials);

/**
 * A new self-refreshing token that begins as `token`, which stays yours. No network. Reference:
 * `RefreshingToken(token, credentials)`.
 *
 * `CLEF_STATUS_INVALID_ARGUMENT` where `token` says that it belongs to another client id than
 * `credentials`.
 */
CLEF_API
clef_status clef_refreshing_token_new(const clef_token *token,
                                      const clef_credentials *credentials,
                                      clef_refreshing_token **refreshing_token,
                                      clef_error **error);

/**
 * A new handle to the credentials that refresh it. Yours: free it with `clef_credentials_free`.
 * NULL gives NULL. Reference: `RefreshingToken.credentials`.
 */
CLEF_API
clef_credentials *clef_refreshing_token_credentials(const clef_refreshing_token *token);

/**
 * The access token, refreshed first when it has less than 60 seconds left. **Secret**. Free it
 * with `clef_string_free`. Reference: `RefreshingToken.access_token`.
 *
 * Costs some 50 ns unless it refreshes, so ask before every request and keep no copy. A refresh
 * blocks this thread until the service has answered, and threads that have nothing valid to use
 * until then; one request goes out for all of them.
 *
 * Where a refresh fails while the old token is still valid, it is the old token; the next try
 * comes after 5 seconds, then twice as long each time up to 5 minutes, and not before the
 * service allows. Once the token has expired: whatever the service and the network can do.
 * After `CLEF_STATUS_LOGIN_REQUIRED` no more requests go out until
 * `clef_refreshing_token_refresh`.
 *
 * A thread that waits for a refresh in the background of a runtime calls that refresh's
 * listener and sender itself, where these are yours. `CLEF_STATUS_WOULD_BLOCK` where it would
 * wait for itself: from this token's own listener and custom sender, and on the thread that
 * pumps the runtime that the sender is bound to, or that polls the sender.
 */
CLEF_API
clef_status clef_refreshing_token_access_token(const clef_refreshing_token *token,
                                               char **access_token,
                                               clef_error **error);

/**
 * The access token if it is at hand, as `clef_refreshing_token_access_token` would give it
 * without a refresh. **Secret**. Free it with `clef_string_free`. Never blocks, and begins nothing;
 * any thread. For loops and coroutines: ask this first, and begin
 * `clef_refreshing_token_access_token_start` only where it says `CLEF_STATUS_WOULD_BLOCK`.
 *
 * `CLEF_STATUS_WOULD_BLOCK` where the token has to be refreshed first, or is being refreshed and
 * is no longer valid; then `CLEF_STATUS_LOGIN_REQUIRED` and `CLEF_STATUS_RATE_LIMITED` where a
 * refresh would be refused without a request.
 */
CLEF_API
clef_status clef_refreshing_token_try_access_token(const clef_refreshing_token *token,
                                                   char **access_token,
                                                   clef_error **error);

/**
 * `clef_refreshing_token_access_token` in the background of `runtime`, for threads that must
 * not block. The operation gives a `clef_token`. Never blocks; any thread.
 *
 * The listener and the sender of the token, where they are yours, run by the pump of `runtime`,
 * or on a thread that waits for the same refresh. While a refresh is under way, an old token
 * that is still valid is given at once.
 *
 * `callback`, `user_data`, `free_user_data` and `operation` as with `clef_http_request_start`:
 * `callback`, `free_user_data` and `operation` are nullable. `CLEF_STATUS_CANCELLED` where the
 * runtime is closed, `CLEF_STATUS_IO` where no thread can be started.
 */
CLEF_API
clef_status clef_refreshing_token_access_token_start(const clef_refreshing_token *token,
                                                     const clef_runtime *runtime,
                                                     clef_operation_callback callback,
                                                     void *user_data,
                                                     clef_free_callback free_user_data,
                                                     clef_operation **operation,
                                                     clef_error **error);

/**
 * The refresh token as it is now; NULL for a client token. No network. **Secret**. Free it with
 * `clef_string_free`. Reference: `RefreshingToken.refresh_token`.
 */
CLEF_API
clef_status clef_refreshing_token_refresh_token(const clef_refreshing_token *token,
                                                char **refresh_token,
                                                clef_error **error);

/**
 * What the user allowed; empty for a client token. No network. Free it with
 * `clef_scope_set_free`. Reference: `RefreshingToken.scope`.
 */
CLEF_API
clef_status clef_refreshing_token_scopes(const clef_refreshing_token *token,
                                         clef_scope_set **scopes,
                                         clef_error **error);

/**
 * How the token is used, as the service said it: `"Bearer"`. No network. Free it with
 * `clef_string_free`. Reference: `RefreshingToken.token_type`.
 */
CLEF_API
clef_status clef_refreshing_token_token_type(const clef_refreshing_token *token,
                                             char **token_type,
                                             clef_error **error);

/**
 * Whether the token comes from a login with PKCE. NULL gives false. Reference:
 * `RefreshingToken.uses_pkce`.
 */
CLEF_API
bool clef_refreshing_token_uses_pkce(const clef_refreshing_token *token);

/**
 * `CLEF_TIME_NEVER`: it refreshes itself. `clef_refreshing_token_token` has the times of the
 * current token. NULL gives 0. Reference: `RefreshingToken.expires_at`.
 */
CLEF_API
int64_t clef_refreshing_token_expires_at(const clef_refreshing_token *token);

/**
 * `CLEF_TIME_NEVER`: it refreshes itself. NULL gives 0. Reference:
 * `RefreshingToken.expires_in`.
 */
CLEF_API
int64_t clef_refreshing_token_expires_in(const clef_refreshing_token *token);

/**
 * False, always: it refreshes itself. Reference: `RefreshingToken.is_expiring`.
 */
CLEF_API
bool clef_refreshing_token_is_expiring(const clef_refreshing_token *token);

/**
 * The token as it is now, for `clef_token_to_json` and its times. No network, never blocks.
 * Free it with `clef_token_free`.
 */
CLEF_API
clef_status clef_refreshing_token_token(const clef_refreshing_token *token,
                                        clef_token **current,
                                        clef_error **error);

/**
 * Refreshes now, however fresh the token is and whatever went wrong before. Joins a refresh
 * that is under way. Of a token in a store, one that another process has got meanwhile will do.
 *
 * Blocks until the service has answered; any thread. On failure the old token stays in place.
 * `CLEF_STATUS_WOULD_BLOCK` as with `clef_refreshing_token_access_token`.
 */
CLEF_API
clef_status clef_refreshing_token_refresh(const clef_refreshing_token *token,
                                          clef_error **error);

/**
 * `clef_refreshing_token_refresh` in the background of `runtime`. The operation gives the new
 * `clef_token`. Never blocks; any thread.
 *
 * `callback`, `user_data`, `free_user_data` and `operation` as with `clef_http_request_start`:
 * `callback`, `free_user_data` and `operation` are nullable. Fails as
 * `clef_refreshing_token_access_token_start` does.
 */
CLEF_API
clef_status clef_refreshing_token_refresh_start(const clef_refreshing_token *token,
                                                const clef_runtime *runtime,
                                                clef_operation_callback callback,
                                                void *user_data,
                                                clef_free_callback free_user_data,
                                                clef_operation **operation,
                                                clef_error **error);

/**
 * To be called after the Web API answered 401 to `access_token`: refreshes if that is still the
 * current one, and does nothing if the token has changed since, or never was this one.
 *
 * Blocks like `clef_refreshing_token_refresh`. On failure the token stays in place, but is not
 * served any more: the next call tries again.
 */
CLEF_API
clef_status clef_refreshing_token_invalidate(const clef_refreshing_token *token,
                                             const char *access_token,
                                             clef_error **error);

/**
 * Has `runtime` refresh the token ahead of time, so that `clef_refreshing_token_access_token`
 * need not wait for the network. NULL (nullable) ends that. Never blocks; any thread.
 *
 * A token is refreshed one and a half to two minutes before its end, or at about half its life
 * where it is short; the exact time is random. Readers are then served what is still valid, and
 * refresh by themselves only what has expired. Failures are told to the listener, and the next
 * try comes after 5 seconds, then twice as long each time up to 5 minutes. The clock is looked
 * at every 15 seconds, so an expiry during a laptop's sleep is noticed soon.
 *
 * It keeps neither the token alive nor the runtime open: it ends with the last handle of the
 * token, with the runtime, and when the user has to log in again; call this again for the token
 * of the next login. A listener of yours runs by the pump, and until it has, the new token is
 * not published. `CLEF_STATUS_CANCELLED` where the runtime is closed, `CLEF_STATUS_IO` where no
 * thread can be started: then what was before stays.
 */
CLEF_API
clef_status clef_refreshing_token_keep_fresh(const clef_refreshing_token *token,
                                             const clef_runtime *runtime,
                                             clef_error **error);

/**
 * Why the last refresh failed, or why its token could not be stored; NULL after one that worked,
 * and before the first. For hosts that take no callbacks. Never blocks. Free it with
 * `clef_error_free`.
 */
CLEF_API
clef_status clef_refreshing_token_last_error(const clef_refreshing_token *token,
                                             clef_error **last_error,
                                             clef_error **error);

/**
 * How many seconds before the end of the grant the listener hears `CLEF_EVENT_GRANT_EXPIRING`;
 * two weeks where nothing is set, 0 for never. Any thread; holds from the next refresh on.
 *
 * It is told once, with a refresh. A program that runs for minutes only looks at
 * `clef_token_grant_expires_at` when it starts. `CLEF_STATUS_INVALID_ARGUMENT` where it is
 * negative.
 */
CLEF_API
clef_status clef_refreshing_token_set_grant_warning(const clef_refreshing_token *token,
                                                    int64_t seconds,
                                                    clef_error **error);

/**
 * Has `listener` hear of what happens to the token; NULL for nobody.
 *
 * Replaces the listener before. Blocks while that one runs on another thread: when this
 * returns, it is not running and never will again, and its `user_data` is freed. Called from
 * inside that listener, this holds once the listener has returned. So do not hold a lock here
 * that the listener takes.
 *
 * `free_user_data`, where not NULL, is called once with `user_data`: when the listener is
 * replaced, when the last handle of the token is freed, or when this call fails. `user_data`
 * must not own a handle of this same token: then neither would ever be freed.
 */
CLEF_API
clef_status clef_refreshing_token_set_listener(const clef_refreshing_token *token,
                                               clef_token_listener listener,
                                               void *user_data,
                                               clef_free_callback free_user_data,
                                               clef_error **error);

/**
 * A new handle to the same token. Yours: free it with `clef_refreshing_token_free`. NULL gives
 * NULL.
 */
CLEF_API
clef_refreshing_token *clef_refreshing_token_clone(const clef_refreshing_token *token);

/**
 * Frees a handle, and wipes the token with its last handle. NULL does nothing.
 */
CLEF_API
void clef_refreshing_token_free(clef_refreshing_token *token);

/**
 * Begins a login: makes its state, its verifier with PKCE, and its URL. No network. Reference:
 * `UserAuth(cred, scope, pkce)`.
 *
 * `scopes` is nullable: none, so public data alone. `flags`: `CLEF_AUTH_PKCE`,
 * `CLEF_AUTH_SHOW_DIALOG` (without PKCE the dialog always shows).
 * `CLEF_STATUS_MISSING_REDIRECT_URI`, and `CLEF_STATUS_MISSING_CLIENT_SECRET` without PKCE,
 * where the credentials have none.
 */
CLEF_API
clef_status clef_user_auth_new(const clef_credentials *credentials,
                               const clef_scope_set *scopes,
                               uint32_t flags,
                               clef_user_auth **auth,
                               clef_error **error);

/**
 * Takes up a login that was begun elsewhere: for a redirect that lands on another server or
 * process. No network.
 *
 * `state` and `verifier` are what `clef_user_auth_state` and `clef_user_auth_verifier` gave
 * there. `verifier` is nullable, for a login without PKCE: it alone decides. `flags` are those
 * of `clef_user_auth_new`; with `CLEF_AUTH_PKCE` it is `CLEF_STATUS_INVALID_ARGUMENT` to leave
 * it out.
 */
CLEF_API
clef_status clef_user_auth_resume(const clef_credentials *credentials,
                                  const char *state,
                                  const char *verifier,
                                  uint32_t flags,
                                  clef_user_auth **auth,
                                  clef_error **error);

/**
 * Where to send the user; NULL for a login that was resumed. It is for the user and no log: the
 * state is in it. Borrowed: lives as long as the login. Reference: `UserAuth.url`.
 */
CLEF_API
const char *clef_user_auth_url(const clef_user_auth *auth);

/**
 * The state, to be kept for `clef_user_auth_resume`. **Secret**. Borrowed: lives as long as the
 * login. Reference: `UserAuth.state`.
 */
CLEF_API
const char *clef_user_auth_state(const clef_user_auth *auth);

/**
 * The verifier, to be kept for `clef_user_auth_resume`; NULL without PKCE. **Secret**.
 * Borrowed: lives as long as the login. Reference: `UserAuth.verifier`.
 */
CLEF_API
const char *clef_user_auth_verifier(const clef_user_auth *auth);

/**
 * Verifies `state` and trades `code` for a token. Reference: `UserAuth.request_token(code,
 * state)`.
 *
 * Blocks until the service has answered; any thread. `CLEF_STATUS_STATE_MISMATCH` for another
 * state, which leaves the login as it is; `CLEF_STATUS_ALREADY_USED` after one that matched;
 * else as `clef_credentials_request_user_token` and `clef_credentials_request_pkce_token`.
 */
CLEF_API
clef_status clef_user_auth_request_token(const clef_user_auth *auth,
                                         const char *code,
                                         const char *state,
                                         clef_token **token,
                                         clef_error **error);

/**
 * Verifies the state in the URL that the user was redirected to, and trades its code for a
 * token. Reference: `UserAuth.request_token(url=…)`.
 *
 * `url` is a whole URL, a request target (`/callback?code=…`) or a bare query. The state is
 * verified first; then an `error=` in it is `CLEF_STATUS_ACCESS_DENIED` where the user said no,
 * else `CLEF_STATUS_OAUTH`. Blocks as `clef_user_auth_request_token` does. While no state
 * matched, the login stays as it is and you may ask again; once one did it is spent, whatever
 * else the URL lacks. `CLEF_STATUS_MISSING_PARAMETER` and `CLEF_STATUS_REPEATED_PARAMETER` for
 * a URL without the one code and state; else as `clef_user_auth_request_token`.
 */
CLEF_API
clef_status clef_user_auth_request_token_from_url(const clef_user_auth *auth,
                                                  const char *url,
                                                  clef_token **token,
                                                  clef_error **error);

/**
 * `clef_user_auth_request_token` for a token that refreshes itself. Blocks and fails as that
 * does.
 */
CLEF_API
clef_status clef_user_auth_request_refreshing_token(const clef_user_auth *auth,
                                                    const char *code,
                                                    const char *state,
                                                    clef_refreshing_token **token,
                                                    clef_error **error);

/**
 * `clef_user_auth_request_token_from_url` for a token that refreshes itself. Blocks and fails
 * as that does.
 */
CLEF_API
clef_status clef_user_auth_request_refreshing_token_from_url(const clef_user_auth *auth,
                                                             const char *url,
                                                             clef_refreshing_token **token,
                                                             clef_error **error);

/**
 * `clef_user_auth_request_token` in the background of `runtime`.
 * The operation gives a `clef_token`. Never blocks; any thread. The state is verified here, so
 * its errors come at once.
 *
 * `callback`, `user_data`, `free_user_data` and `operation` as with `clef_http_request_start`:
 * `callback`, `free_user_data` and `operation` are nullable. `CLEF_STATUS_CANCELLED` where the
 * runtime is closed, `CLEF_STATUS_IO` where no thread can be started.
 */
CLEF_API
clef_status clef_user_auth_request_token_start(const clef_user_auth *auth,
                                               const char *code,
                                               const char *state,
                                               const clef_runtime *runtime,
                                               clef_operation_callback callback,
                                               void *user_data,
                                               clef_free_callback free_user_data,
                                               clef_operation **operation,
                                               clef_error **error);

/**
 * `clef_user_auth_request_token_from_url` in the background of `runtime`.
 * The operation gives a `clef_token`. Never blocks; any thread. The state is verified here, so
 * its errors come at once.
 *
 * `callback`, `user_data`, `free_user_data` and `operation` as with `clef_http_request_start`:
 * `callback`, `free_user_data` and `operation` are nullable. `CLEF_STATUS_CANCELLED` where the
 * runtime is closed, `CLEF_STATUS_IO` where no thread can be started.
 */
CLEF_API
clef_status clef_user_auth_request_token_from_url_start(const clef_user_auth *auth,
                                                        const char *url,
                                                        const clef_runtime *runtime,
                                                        clef_operation_callback callback,
                                                        void *user_data,
                                                        clef_free_callback free_user_data,
                                                        clef_operation **operation,
                                                        clef_error **error);

/**
 * `clef_user_auth_request_refreshing_token` in the background of `runtime`. The operation gives
 * a `clef_refreshing_token`. Never blocks; any thread. The state is verified here, so its
 * errors come at once.
 *
 * `callback`, `user_data`, `free_user_data` and `operation` as with `clef_http_request_start`:
 * `callback`, `free_user_data` and `operation` are nullable. `CLEF_STATUS_CANCELLED` where the
 * runtime is closed, `CLEF_STATUS_IO` where no thread can be started.
 */
CLEF_API
clef_status clef_user_auth_request_refreshing_token_start(const clef_user_auth *auth,
                                                          const char *code,
                                                          const char *state,
                                                          const clef_runtime *runtime,
                                                          clef_operation_callback callback,
                                                          void *user_data,
                                                          clef_free_callback free_user_data,
                                                          clef_operation **operation,
                                                          clef_error **error);

/**
 * `clef_user_auth_request_refreshing_token_from_url` in the background of `runtime`. The
 * operation gives a `clef_refreshing_token`. Never blocks; any thread. The state is verified
 * here, so its errors come at once.
 *
 * `callback`, `user_data`, `free_user_data` and `operation` as with `clef_http_request_start`:
 * `callback`, `free_user_data` and `operation` are nullable. `CLEF_STATUS_CANCELLED` where the
 * runtime is closed, `CLEF_STATUS_IO` where no thread can be started.
 */
CLEF_API
clef_status clef_user_auth_request_refreshing_token_from_url_start(const clef_user_auth *auth,
                                                                   const char *url,
                                                                   const clef_runtime *runtime,
                                                                   clef_operation_callback callback,
                                                                   void *user_data,
                                                                   clef_free_callback free_user_data,
                                                                   clef_operation **operation,
                                                                   clef_error **error);

/**
 * The request of `clef_user_auth_request_token` as a value, not sent yet. No network. It
 * verifies the state, so it spends the login. Free it with `clef_http_request_free`.
 */
CLEF_API
clef_status clef_user_auth_prepare_token(const clef_user_auth *auth,
                                         const char *code,
                                         const char *state,
                                         clef_http_request **request,
                                         clef_error **error);

/**
 * The request of `clef_user_auth_request_token_from_url` as a value, not sent yet. No network.
 * It verifies the state, so it spends the login. Free it with `clef_http_request_free`.
 */
CLEF_API
clef_status clef_user_auth_prepare_token_from_url(const clef_user_auth *auth,
                                                  const char *url,
                                                  clef_http_request **request,
                                                  clef_error **error);

/**
 * Wipes and frees a login and the strings that were borrowed from it. NULL does nothing.
 */
CLEF_API
void clef_user_auth_free(clef_user_auth *auth);

/**
 * A new random state, URL-safe: `n_bytes` bytes of it, from 16 to 96; 32 is usual.
 * **Secret**. Free it with `clef_string_free`. Reference: `gen_state`.
 */
CLEF_API
clef_status clef_gen_state(size_t n_bytes,
                           char **state,
                           clef_error **error);

/**
 * The `code` in the URL that a user was redirected to. **Secret**. Free it with
 * `clef_string_free`. Reference: `parse_code_from_url`.
 *
 * `url` is a whole URL, a request target (`/callback?code=…`) or a bare query.
 * `CLEF_STATUS_MISSING_PARAMETER` where there is none or an empty one,
 * `CLEF_STATUS_REPEATED_PARAMETER` where there are two. A URL with `error=` is
 * `CLEF_STATUS_ACCESS_DENIED` where the user said no, else `CLEF_STATUS_OAUTH`: verify its
 * state before you believe that.
 */
CLEF_API
clef_status clef_parse_code_from_url(const char *url,
                                     char **code,
                                     clef_error **error);

/**
 * The `state` in the URL that a user was redirected to, in any of the forms of
 * `clef_parse_code_from_url` and with the same errors, but for `error=`. **Secret**. Free it
 * with `clef_string_free`. Reference: `parse_state_from_url`.
 */
CLEF_API
clef_status clef_parse_state_from_url(const char *url,
                                      char **state,
                                      clef_error **error);

/**
 * Listens at `redirect_uri`, from now until it is freed: `http://127.0.0.1[:port][/path]` or
 * `http://[::1][:port][/path]`. Without a port, or with port 0, a free one is picked: register
 * the URI without a port then, which the service takes for any port, and log in with
 * `clef_redirect_listener_uri`. No network beyond this computer.
 *
 * `CLEF_STATUS_INVALID_REDIRECT_URI` for anything else; the message says what to write instead.
 * `CLEF_STATUS_ADDRESS_IN_USE` where another program listens on that port.
 */
CLEF_API
clef_status clef_redirect_listener_new(const char *redirect_uri,
                                       clef_redirect_listener **listener,
                                       clef_error **error);

/**
 * The redirect URI to log in with, for `clef_credentials_with_redirect_uri`: as it was given, but
 * with the port that is listened on. Borrowed: lives as long as the listener. NULL for NULL.
 */
CLEF_API
const char *clef_redirect_listener_uri(const clef_redirect_listener *listener);

/**
 * What the browser shows in the end: `success` after a login, `failure` after one that the user
 * or the service refused. Both nullable: the page of clef, which is in English.
 *
 * Text that begins with `<` is a whole page of HTML and shown as it is, but scripts do not run
 * and nothing is loaded: put styles and images (`data:`) into it. Anything else is plain text for
 * the page of clef: its first line is the heading.
 */
CLEF_API
clef_status clef_redirect_listener_set_page(const clef_redirect_listener *listener,
                                            const char *success,
                                            const char *failure,
                                            clef_error **error);

/**
 * Blocks until the redirect has come, and gives its whole URL, for
 * `clef_user_auth_request_token_from_url` and its kin. **Secret**: it has the code in it. Free it
 * with `clef_string_free`.
 *
 * `expected_state` is that of the login, `clef_user_auth_state`: a redirect with another one is
 * turned away, and the waiting goes on. It is nullable: then any redirect ends the waiting, also
 * one that another program or web page has sent here, and its state is yours to verify. A
 * redirect that says `error=` is given too: who reads it gets `CLEF_STATUS_ACCESS_DENIED` or
 * `CLEF_STATUS_OAUTH`.
 *
 * For at most `timeout_ms` milliseconds (-1 for ever, 0 to look): then it is
 * `CLEF_STATUS_TIMEOUT`, and you may wait again. A browser that has begun to be answered gets its
 * whole page first, which takes milliseconds, at most a second. `CLEF_STATUS_CANCELLED` after
 * `clef_redirect_listener_cancel`, `CLEF_STATUS_BUSY` while another thread waits.
 */
CLEF_API
clef_status clef_redirect_listener_wait(const clef_redirect_listener *listener,
                                        const char *expected_state,
                                        int64_t timeout_ms,
                                        char **url,
                                        clef_error **error);

/**
 * Ends the `clef_redirect_listener_wait` under way, within milliseconds, and all later ones, as
 * `CLEF_STATUS_CANCELLED`. Any thread; never blocks. NULL does nothing.
 */
CLEF_API
void clef_redirect_listener_cancel(const clef_redirect_listener *listener);

/**
 * Gives the port back and frees the listener. NULL does nothing.
 */
CLEF_API
void clef_redirect_listener_free(clef_redirect_listener *listener);

/**
 * Keeps tokens in the directory `path`, each in a file that only this user may read (mode 0600).
 * A file is replaced as a whole, so neither a crash nor a full disk loses the token that was
 * there; the lock of an account is one of the operating system, which ends with its process.
 *
 * `path` is nullable: then it is `$XDG_STATE_HOME/clef` or `$HOME/.local/state/clef`, on macOS
 * `$HOME/Library/Application Support/clef`, on Windows `%LOCALAPPDATA%\clef`. The environment is
 * read for that, during this call: no other thread may change it meanwhile. Nothing else is
 * opened or made here: the directory is made, with mode 0700, when there is something to lock.
 *
 * `CLEF_STATUS_INVALID_ARGUMENT` where `path` is empty or longer than 4096 bytes,
 * `CLEF_STATUS_STORE` where it is NULL and the environment has no such directory. The store's
 * calls give `CLEF_STATUS_STORE`, with the path and the way out in the message, for a directory
 * that others may write or that is another user's (but for root's, and for root), and for a file
 * that others may read, that is a symbolic link or that has more than 1 MiB.
 */
CLEF_API
clef_status clef_token_store_new_file(const char *path,
                                      clef_token_store **store,
                                      clef_error **error);

/**
 * Keeps tokens in the keyring of the desktop, which the user's login unlocks: by the Secret
 * Service API on Linux and its like (GNOME Keyring, KWallet, KeePassXC), in the login keychain on
 * macOS, in the Credential Manager on Windows, which takes at most 2560 bytes for a token with
 * all that is stored of it. `service` is the name of your program, by which the user finds them
 * there, 1 to 256 bytes; it is nullable: then it is `clef`. Processes keep out of each other's
 * way by lock files in the directory that `clef_token_store_new_file` has for NULL.
 *
 * The environment is read for that directory during this call, and by every call of the store
 * for the address of the session bus (`DBUS_SESSION_BUS_ADDRESS`, `XDG_RUNTIME_DIR`): no other
 * thread may change it meanwhile. No thread is started, and no dialog is opened but what macOS
 * itself shows: a Secret Service that is locked or absent is `CLEF_STATUS_STORE` in the store's
 * calls, and so is one that does not answer within 30 seconds.
 *
 * `CLEF_STATUS_UNSUPPORTED` where clef was built without the feature `keyring`,
 * `CLEF_STATUS_STORE` where the environment names no home directory.
 */
CLEF_API
clef_status clef_token_store_new_keyring(const char *service,
                                         clef_token_store **store,
                                         clef_error **error);

/**
 * A store that hands each thing to do to `run`, to keep tokens wherever you like: Redis or a
 * database behind a fleet of servers, a vault, the settings of your program. What to do for
 * each kind of task stands at `CLEF_STORE_TASK_LOAD` and its kin.
 *
 * Whoever uses the store waits until the task ends, up to 30 seconds after `run` was called: then
 * it is `CLEF_STATUS_TIMEOUT`, and a later answer is dropped. In the background no thread is held
 * while the answer is awaited. A task that fails is the error of the call; but where another process
 * has the lock, or was quicker, clef tries again first: see `clef_store_task_fail`.
 *
 * `user_data` is handed to `run` as it is. `free_user_data`, where not NULL, is called once with
 * it: when the store and everything that uses it are freed, or when this call fails.
 */
CLEF_API
clef_status clef_token_store_new_custom(clef_store_callback run,
                                        void *user_data,
                                        clef_free_callback free_user_data,
                                        clef_token_store **store,
                                        clef_error **error);

/**
 * The token of an account, as it was stored: expired or not, its grant dead or not. Yours: free it
 * with `clef_token_free`. Blocks for as long as the store takes. It is for a look: to use it, and to
 * have each new token stored, `clef_refreshing_token_open` the account.
 *
 * `account` is nullable: the one without a name, like `""`. `CLEF_STATUS_NOT_FOUND` where none
 * is stored, `CLEF_STATUS_STORE` where it cannot be read.
 */
CLEF_API
clef_status clef_token_store_load(const clef_token_store *store,
                                  const clef_credentials *credentials,
                                  const char *account,
                                  clef_token **token,
                                  clef_error **error);

/**
 * Stores the token of an account in place of the one that is there. When it returns, the token
 * is on the disk. Blocks for as long as the store takes, and up to 75 seconds for another process
 * that has the lock of the account: then it is `CLEF_STATUS_STORE`.
 *
 * It replaces whatever is there, a newer token too. A token that refreshes itself is better
 * attached, `clef_refreshing_token_attach`: of one that is only saved here, the next refresh may
 * spend the refresh token.
 *
 * `account` is nullable: the one without a name, like `""`. `CLEF_STATUS_INVALID_ARGUMENT` for
 * a token of another client, `CLEF_STATUS_STORE` where it cannot be stored, or what is there
 * cannot be read: that stays. `CLEF_STATUS_WOULD_BLOCK` where this thread would wait for itself:
 * inside a callback of who has the lock.
 */
CLEF_API
clef_status clef_token_store_save(const clef_token_store *store,
                                  const clef_credentials *credentials,
                                  const char *account,
                                  const clef_token *token,
                                  clef_error **error);

/**
 * Forgets the token of an account, also one that cannot be read; that none is stored is no error.
 * It does not end the grant: users do that on the pages of the service. Blocks like
 * `clef_token_store_save`.
 *
 * This logs the user out. Tokens that are open go on until their access token expires, and are
 * `CLEF_STATUS_LOGIN_REQUIRED` then; `clef_refreshing_token_refresh` says so at once.
 *
 * `account` is nullable: the one without a name, like `""`. `CLEF_STATUS_STORE` where it cannot
 * be removed.
 */
CLEF_API
clef_status clef_token_store_remove(const clef_token_store *store,
                                    const clef_credentials *credentials,
                                    const char *account,
                                    clef_error **error);

/**
 * The accounts that a token is stored for, with the accounts URL and the client id of the
 * credentials, also dead ones and those of a later version of clef. Files that are damaged or
 * refused are left out. Yours: free it with `clef_accounts_free`. Blocks for as long as the store
 * takes.
 *
 * `CLEF_STATUS_STORE` where the store cannot be read, `CLEF_STATUS_UNSUPPORTED` where a store of
 * your own cannot list.
 */
CLEF_API
clef_status clef_token_store_accounts(const clef_token_store *store,
                                      const clef_credentials *credentials,
                                      clef_accounts **accounts,
                                      clef_error **error);

/**
 * A new handle to the same store. Yours: free it with `clef_token_store_free`. NULL gives NULL.
 */
CLEF_API
clef_token_store *clef_token_store_clone(const clef_token_store *store);

/**
 * Frees a handle; what is stored stays. NULL does nothing.
 */
CLEF_API
void clef_token_store_free(clef_token_store *store);

/**
 * How many accounts there are. NULL gives 0.
 */
CLEF_API
size_t clef_accounts_len(const clef_accounts *accounts);

/**
 * The account at `index`, from 0, in sorted order; `""` is the one without a name, NULL past the
 * end. Borrowed: lives as long as the accounts.
 */
CLEF_API
const char *clef_accounts_get(const clef_accounts *accounts,
                              size_t index);

/**
 * Frees the accounts and the strings that were borrowed from them. NULL does nothing.
 */
CLEF_API
void clef_accounts_free(clef_accounts *accounts);

/**
 * What to do. NULL gives `CLEF_STORE_TASK_UNKNOWN`.
 */
CLEF_API
clef_task_kind clef_store_task_kind(const clef_store_task *task);

/**
 * What it is about: accounts URL, client id and account in one text of printable ASCII without
 * a space, which is unique. At `CLEF_STORE_TASK_LIST` it is how all keys of this client begin, and
 * ends in `/`. Borrowed: lives until the task ends. NULL gives NULL.
 */
CLEF_API
const char *clef_store_task_key(const clef_store_task *task);

/**
 * The accounts URL of the key. Borrowed: lives until the task ends. NULL gives NULL.
 */
CLEF_API
const char *clef_store_task_accounts_url(const clef_store_task *task);

/**
 * The client id of the key. Borrowed: lives until the task ends. NULL gives NULL.
 */
CLEF_API
const char *clef_store_task_client_id(const clef_store_task *task);

/**
 * The account of the key, as your program named it: any UTF-8; `""` without a name, and at
 * `CLEF_STORE_TASK_LIST`. Borrowed: lives until the task ends. NULL gives NULL.
 */
CLEF_API
const char *clef_store_task_account(const clef_store_task *task);

/**
 * The text to store at `CLEF_STORE_TASK_SAVE`, NULL at others: JSON in UTF-8, some 2,000 bytes.
 * **Secret**: it has the tokens in it. Borrowed: lives until the task ends.
 */
CLEF_API
const char *clef_store_task_value(const clef_store_task *task);

/**
 * The version that must still be stored for `CLEF_STORE_TASK_SAVE` to replace it: the one that
 * was set when it was loaded or saved last. NULL: nothing may be stored yet, or it had no
 * version. Borrowed: lives until the task ends.
 */
CLEF_API
const char *clef_store_task_version(const clef_store_task *task);

/**
 * The fence of the lease under which to do `CLEF_STORE_TASK_SAVE`, `CLEF_STORE_TASK_REMOVE` or
 * `CLEF_STORE_TASK_UNLOCK`, as it was set with `clef_store_task_set_fence`; 0 without, at
 * others, and for NULL.
 */
CLEF_API
int64_t clef_store_task_fence(const clef_store_task *task);

/**
 * How long the lock that is asked for at `CLEF_STORE_TASK_LOCK` holds, at least, if it is not
 * given back: 60,000 milliseconds, after which another may take it. 0 at others, and for NULL.
 */
CLEF_API
int64_t clef_store_task_time_to_live_ms(const clef_store_task *task);

/**
 * Whether nobody waits for the task any more: the time is up, or it was cancelled. Such a task
 * still has to be ended. Ask before you take a lock, and after: nobody would give that one back,
 * so it is in the way until its time to live is up. NULL gives false.
 */
CLEF_API
bool clef_store_task_is_cancelled(const clef_store_task *task);

/**
 * Answers `CLEF_STORE_TASK_LOAD` with what is stored: the `value` that was saved, as it was. Copied,
 * and wiped later.
 *
 * `version` (nullable) names this state of it: any text that changes with each save, such as a
 * number or a hash. A store that has versions sets one here and with
 * `clef_store_task_set_version` each time, or clef takes what is there for nothing.
 * `CLEF_STATUS_INVALID_ARGUMENT` for a task of another kind.
 */
CLEF_API
clef_status clef_store_task_set_value(clef_store_task *task,
                                      const char *value,
                                      const char *version,
                                      clef_error **error);

/**
 * Answers `CLEF_STORE_TASK_SAVE` with the version of what was saved now. Copied.
 *
 * `CLEF_STATUS_INVALID_ARGUMENT` for a task of another kind.
 */
CLEF_API
clef_status clef_store_task_set_version(clef_store_task *task,
                                        const char *version,
                                        clef_error **error);

/**
 * Answers `CLEF_STORE_TASK_LOCK` with the fence of the lease: a number above 0 that grows with each
 * lease of the key. A store that was changed under a fence turns away every `CLEF_STORE_TASK_SAVE` and
 * `CLEF_STORE_TASK_REMOVE` with a lower one: it comes from a process that was asleep for longer
 * than its lease. A store that sets none is told 0.
 *
 * `CLEF_STATUS_INVALID_ARGUMENT` for a `fence` of 0 or less, and for a task of another kind.
 */
CLEF_API
clef_status clef_store_task_set_fence(clef_store_task *task,
                                      int64_t fence,
                                      clef_error **error);

/**
 * Answers `CLEF_STORE_TASK_LIST` with one more `account` that something is stored for, as
 * `clef_store_task_account` gave it. In any order, and twice is no harm. Copied.
 *
 * `CLEF_STATUS_INVALID_ARGUMENT` for a task of another kind.
 */
CLEF_API
clef_status clef_store_task_add_account(clef_store_task *task,
                                        const char *account,
                                        clef_error **error);

/**
 * Ends a task that is done, with what was set: it is saved, removed, given back; the lock is
 * taken; nothing is stored where no value was set, for no account where none was added. Consumes
 * `task`. NULL does nothing.
 */
CLEF_API
void clef_store_task_done(clef_store_task *task);

/**
 * Ends a task that is not done. Consumes `task`. `message` (nullable) says why, in one line of at
 * most 500 characters; the value of the task and the tokens in it are taken out of it.
 *
 * `status` is `CLEF_STATUS_BUSY` where another has the lock (`CLEF_STORE_TASK_LOCK`), or where the
 * version or the fence is not the current one any more (`CLEF_STORE_TASK_SAVE`,
 * `CLEF_STORE_TASK_REMOVE`): clef then tries again, for up to 75 seconds, and up to 4 times with
 * another look. `CLEF_STATUS_UNSUPPORTED` where this store has no locks
 * (`CLEF_STORE_TASK_LOCK`) or cannot list (`CLEF_STORE_TASK_LIST`). Else the call that waits
 * returns it: `CLEF_STATUS_STORE`, `_IO`, `_TIMEOUT`, `_TRANSPORT`, `_TLS`, `_CANCELLED`,
 * `_WOULD_BLOCK` or `_INTERNAL`. Any other counts as `CLEF_STATUS_STORE`. An invalid `message` is a
 * failure with `CLEF_STATUS_INVALID_ARGUMENT`. A NULL `task` does nothing.
 */
CLEF_API
void clef_store_task_fail(clef_store_task *task,
                          clef_status status,
                          const char *message);

/**
 * Ends a task as a `CLEF_STATUS_STORE` failure. NULL does nothing.
 */
CLEF_API
void clef_store_task_free(clef_store_task *task);

/**
 * Opens the token that `store` keeps for an account. Refreshed first when it is about to expire,
 * and again whenever that is so later: each new token is stored before anybody sees it. Free it
 * with `clef_refreshing_token_free`.
 *
 * Blocks while it refreshes, and up to 75 seconds for another process that has the lock of the
 * account. `account` is nullable: the one without a name. Store and credentials are kept alive.
 *
 * Any number of processes may open the same account: they take turns to refresh it, under a lock
 * of the store, and what one has got the others use. A process that dies is in nobody's way. The
 * token is that of the account: once another user has logged in under the same name, it becomes
 * theirs with the next refresh. So give each of your users a name.
 *
 * `CLEF_STATUS_NOT_FOUND` where nothing is stored and `CLEF_STATUS_LOGIN_REQUIRED` where the
 * grant has ended and the access token has expired: both have the remedy `CLEF_REMEDY_LOG_IN`,
 * see `clef_login`. `CLEF_STATUS_STORE` where what is stored cannot be read; another error of a
 * store of your own as it is. An error with the remedy `CLEF_REMEDY_RETRY_LATER` that comes of the
 * refresh alone, such as no network, is none here: `clef_refreshing_token_last_error` says it, and
 * `clef_refreshing_token_access_token` tries again. `CLEF_STATUS_WOULD_BLOCK` as there.
 *
 * A grant that the service refused is kept in the store, aside: it is not asked for again by
 * itself, for services have refused live grants by mistake. To try once more, load it with
 * `clef_token_store_load`, and `clef_refreshing_token_new`, `_attach` and `_refresh` it.
 */
CLEF_API
clef_status clef_refreshing_token_open(const clef_token_store *store,
                                       const clef_credentials *credentials,
                                       const char *account,
                                       clef_refreshing_token **token,
                                       clef_error **error);

/**
 * `clef_refreshing_token_open` in the background of `runtime`. The operation gives a
 * `clef_refreshing_token`. Never blocks; any thread.
 *
 * A store or a sender of your own runs by the pump of `runtime`, or on a thread that waits for
 * this. `callback`, `user_data`, `free_user_data` and `operation` as with
 * `clef_http_request_start`; nullable are `account`, `callback`, `free_user_data` and
 * `operation`. `CLEF_STATUS_CANCELLED` where the runtime is closed,
 * `CLEF_STATUS_IO` where no thread can be started.
 */
CLEF_API
clef_status clef_refreshing_token_open_start(const clef_token_store *store,
                                             const clef_credentials *credentials,
                                             const char *account,
                                             const clef_runtime *runtime,
                                             clef_operation_callback callback,
                                             void *user_data,
                                             clef_free_callback free_user_data,
                                             clef_operation **operation,
                                             clef_error **error);

/**
 * Stores `token` for an account, in place of what is there, and from now on each new token
 * before anybody sees it: for a token that was not opened from `store`, such as one of
 * `clef_user_auth_request_refreshing_token`. Blocks for as long as the store takes, and while a
 * refresh is under way.
 *
 * A token that is kept there already is stored again only where that does not replace a newer one.
 *
 * `account` is nullable: the one without a name. `CLEF_STATUS_STORE` where it could not be
 * stored, or where what is there cannot be read: then nothing has changed here, nor in the store
 * unless that says so. `CLEF_STATUS_WOULD_BLOCK` from inside a listener, sender or store of this token.
 */
CLEF_API
clef_status clef_refreshing_token_attach(const clef_refreshing_token *token,
                                         const clef_token_store *store,
                                         const char *account,
                                         clef_error **error);

/**
 * New settings: the browser of the desktop, 5 minutes, the pages of clef. Yours: free them with
 * `clef_login_options_free`.
 */
CLEF_API
clef_login_options *clef_login_options_new(void);

/**
 * `flags`: `CLEF_AUTH_PKCE` (used in any case where the credentials have no client secret),
 * `CLEF_AUTH_SHOW_DIALOG` (always so without PKCE), `CLEF_LOGIN_NO_BROWSER`. They replace those
 * before; none unless set.
 *
 * `CLEF_STATUS_INVALID_ARGUMENT` for unknown bits.
 */
CLEF_API
clef_status clef_login_options_set_flags(clef_login_options *options,
                                         uint32_t flags,
                                         clef_error **error);

/**
 * How many milliseconds the user may take, from the call that begins the login; -1 for ever.
 * 300,000 unless set. The request for the token afterwards has the timeout of its sender.
 *
 * `CLEF_STATUS_INVALID_ARGUMENT` for 0 and below -1.
 */
CLEF_API
clef_status clef_login_options_set_timeout(clef_login_options *options,
                                           int64_t timeout_ms,
                                           clef_error **error);

/**
 * Has `callback` show the login, with `user_data`, in place of the desktop's browser: for
 * consoles, containers, SSH, and to cancel or paste from another thread. `callback` NULL for
 * none.
 *
 * `free_user_data` (nullable) is called once with `user_data`: when neither these settings nor a
 * login under way need it any more, when another callback takes its place, or when this call
 * fails; at once where `callback` is NULL.
 */
CLEF_API
clef_status clef_login_options_set_browser(clef_login_options *options,
                                           clef_login_callback callback,
                                           void *user_data,
                                           clef_free_callback free_user_data,
                                           clef_error **error);

/**
 * What the browser shows in the end: `success` after a login, `failure` after one that was
 * refused. Both nullable, text or HTML: as with `clef_redirect_listener_set_page`.
 */
CLEF_API
clef_status clef_login_options_set_page(clef_login_options *options,
                                        const char *success,
                                        const char *failure,
                                        clef_error **error);

/**
 * Has `store` keep the token of the login for an account, from before anybody sees it: as
 * `clef_refreshing_token_attach`. `store` is nullable: for none, then without an account.
 * `account` is nullable: the one without a name. `store` is kept alive.
 *
 * The store is looked at before anything is shown: where it fails, so does the login. The user is
 * asked for the scopes that are stored for the account beside those of the login, so that a login
 * for more takes nothing away; to ask for less, `clef_token_store_remove` the account first. A
 * token that could not be saved is not lost: the login works, and
 * `clef_refreshing_token_last_error` says why.
 *
 * `CLEF_STATUS_INVALID_ARGUMENT` for an account without a store, or of over 256 bytes.
 */
CLEF_API
clef_status clef_login_options_set_store(clef_login_options *options,
                                         const clef_token_store *store,
                                         const char *account,
                                         clef_error **error);

/**
 * Frees settings; logins under way keep their copy. NULL does nothing.
 */
CLEF_API
void clef_login_options_free(clef_login_options *options);

/**
 * Where to send the user. It is for the user and no log: the state is in it, so it is **secret**.
 * Borrowed: lives as long as this handle. NULL for NULL.
 */
CLEF_API
const char *clef_login_attempt_url(const clef_login_attempt *attempt);

/**
 * Where the user is sent back to: the redirect URI of the credentials, with the port that is
 * listened on. Borrowed: lives as long as this handle. NULL for NULL.
 */
CLEF_API
const char *clef_login_attempt_redirect_uri(const clef_login_attempt *attempt);

/**
 * Opens the URL in the browser of the desktop, as a login without a callback does. Blocks for a
 * second at most, to see whether that fails. Any thread.
 *
 * `CLEF_STATUS_NO_BROWSER` where there is none: the login goes on, and you may show the URL.
 * `CLEF_STATUS_ALREADY_USED` where the login does not wait for its user any more.
 *
 * Starts a process through `/bin/sh`: `xdg-open` and its like on Linux, `open` on macOS. It has
 * your environment and those descriptors that you have not marked close-on-exec, but not your
 * standard streams; it is no child of yours, and keys at your terminal do not reach it. Who may
 * list the processes of this computer sees the URL.
 */
CLEF_API
clef_status clef_login_attempt_open_browser(const clef_login_attempt *attempt,
                                            clef_error **error);

/**
 * Ends the waiting with the URL that the user was sent back to: pasted, or got from the system by
 * an app that has registered the scheme of the redirect URI. A whole URL, a request target or a
 * bare query. Never blocks; any thread. The redirect is waited for at the same time: whichever
 * comes first counts.
 *
 * Spaces, quotes and angle brackets around it do no harm. The state is verified here. These leave
 * the login waiting: `CLEF_STATUS_STATE_MISMATCH` for another login's URL,
 * `CLEF_STATUS_MISSING_PARAMETER` and `CLEF_STATUS_REPEATED_PARAMETER` for one that is no
 * redirect. A URL that says `error=` is `CLEF_STATUS_OK` here, and the login ends as
 * `CLEF_STATUS_ACCESS_DENIED` or `CLEF_STATUS_OAUTH`. `CLEF_STATUS_ALREADY_USED` where the login
 * does not wait any more.
 */
CLEF_API
clef_status clef_login_attempt_paste(const clef_login_attempt *attempt,
                                     const char *url,
                                     clef_error **error);

/**
 * Ends the login as `CLEF_STATUS_CANCELLED`, within milliseconds, unless it is done or a sender
 * of yours holds it up. Any thread; never blocks. NULL does nothing.
 */
CLEF_API
void clef_login_attempt_cancel(const clef_login_attempt *attempt);

/**
 * A new handle to the same attempt. Yours: free it with `clef_login_attempt_free`. NULL gives
 * NULL.
 */
CLEF_API
clef_login_attempt *clef_login_attempt_clone(const clef_login_attempt *attempt);

/**
 * Frees a handle that is yours, and what was borrowed from it; the login goes on. NULL does
 * nothing.
 */
CLEF_API
void clef_login_attempt_free(clef_login_attempt *attempt);

/**
 * Logs a user in: opens the browser, receives the redirect, verifies its state, and trades its
 * code for a token that refreshes itself (RFC 8252). Blocks for as long as the user takes. Free
 * the token with `clef_refreshing_token_free`.
 *
 * `scopes` is nullable: none. `options` is nullable: the usual ones. The redirect URI of the
 * credentials says how the user comes back. `http://127.0.0.1[:port][/path]` and
 * `http://[::1]…` are listened at, as by `clef_redirect_listener_new`: without a port, or with
 * port 0, a free one is picked. Any other is nobody's to listen at: the login ends when its URL
 * is handed to `clef_login_attempt_paste`, which ends any login. PKCE is used with
 * `CLEF_AUTH_PKCE`, and where the credentials have no client secret.
 *
 * To end it from another thread, keep a clone of the attempt that the callback of
 * `clef_login_options_set_browser` is given.
 *
 * `CLEF_STATUS_MISSING_REDIRECT_URI`, `CLEF_STATUS_INVALID_REDIRECT_URI` and
 * `CLEF_STATUS_ADDRESS_IN_USE` come before a browser opens, and so does `CLEF_STATUS_STORE` where
 * a store was set. `CLEF_STATUS_NO_BROWSER` where none could be started within a second, and with
 * `CLEF_LOGIN_NO_BROWSER`, where there is no callback either. `CLEF_STATUS_ACCESS_DENIED` or
 * `CLEF_STATUS_OAUTH` where the user or the service refuses, `CLEF_STATUS_TIMEOUT` where nobody
 * comes in time (or your sender or store does not answer), `CLEF_STATUS_CANCELLED` after
 * `clef_login_attempt_cancel`; else as `clef_user_auth_request_refreshing_token_from_url`.
 */
CLEF_API
clef_status clef_login(const clef_credentials *credentials,
                       const clef_scope_set *scopes,
                       const clef_login_options *options,
                       clef_refreshing_token **token,
                       clef_error **error);

/**
 * `clef_login` in the background of `runtime`. The operation gives a `clef_refreshing_token`.
 * Never blocks; any thread.
 *
 * `scopes` and `options` are nullable, as there. The port is taken here, so its errors come at
 * once, and `clef_operation_url` has the URL. `clef_operation_cancel` ends it within
 * milliseconds: once the operation is done, its port is free.
 *
 * `callback`, `user_data`, `free_user_data` and `operation` as with `clef_http_request_start`:
 * `callback`, `free_user_data` and `operation` are nullable. `CLEF_STATUS_CANCELLED` where the
 * runtime is closed, `CLEF_STATUS_IO` where no thread can be started.
 */
CLEF_API
clef_status clef_login_start(const clef_credentials *credentials,
                             const clef_scope_set *scopes,
                             const clef_login_options *options,
                             const clef_runtime *runtime,
                             clef_operation_callback callback,
                             void *user_data,
                             clef_free_callback free_user_data,
                             clef_operation **operation,
                             clef_error **error);

/**
 * Ends the waiting of a login in the background with the URL that the user was sent back to: as
 * `clef_login_attempt_paste`, and fails as that. Never blocks; any thread.
 *
 * `CLEF_STATUS_UNSUPPORTED` where the operation is no login, `CLEF_STATUS_BUSY` where its store is
 * not looked at yet.
 */
CLEF_API
clef_status clef_login_paste(const clef_operation *operation,
                             const char *url,
                             clef_error **error);

/**
 * Requests a self-refreshing client token. `sender` is nullable: the built-in one. Blocks until
 * the service has answered; any thread. Fails as `clef_credentials_request_client_token` does.
 * Reference: `request_client_token`.
 */
CLEF_API
clef_status clef_request_client_token(const char *client_id,
                                      const char *client_secret,
                                      const clef_sender *sender,
                                      clef_refreshing_token **token,
                                      clef_error **error);

/**
 * Requests a self-refreshing user token by the refresh token of a login with a client secret.
 * `sender` is nullable: the built-in one. Blocks until the service has answered; any thread.
 * Fails as `clef_credentials_refresh_user_token` does. Reference: `refresh_user_token`.
 */
CLEF_API
clef_status clef_refresh_user_token(const char *client_id,
                                    const char *client_secret,
                                    const char *refresh_token,
                                    const clef_sender *sender,
                                    clef_refreshing_token **token,
                                    clef_error **error);

/**
 * Requests a self-refreshing user token by the refresh token of a login with PKCE. `sender` is
 * nullable: the built-in one. Blocks until the service has answered; any thread. Fails as
 * `clef_credentials_refresh_pkce_token` does. Reference: `refresh_pkce_token`.
 */
CLEF_API
clef_status clef_refresh_pkce_token(const char *client_id,
                                    const char *refresh_token,
                                    const clef_sender *sender,
                                    clef_refreshing_token **token,
                                    clef_error **error);

/**
 * Prompts at the terminal for a login with a client secret. Reference: `prompt_for_user_token`.
 *
 * Writes to standard output and reads standard input, a line at a time and not a byte beyond:
 * shows the URL of the login, and has the user paste the one that they are redirected to, again
 * after a line that is no such URL, three times at most. Call `fflush(stdout)` before, so that
 * what you printed comes first. `scopes` and `sender` are nullable. `flags`: `CLEF_AUTH_…`,
 * `CLEF_PROMPT_OPEN_BROWSER`. Blocks for as long as the user takes. `CLEF_STATUS_IO` where the
 * input ends; else as `clef_user_auth_new` and
 * `clef_user_auth_request_refreshing_token_from_url`.
 */
CLEF_API
clef_status clef_prompt_for_user_token(const char *client_id,
                                       const char *client_secret,
                                       const char *redirect_uri,
                                       const clef_scope_set *scopes,
                                       uint32_t flags,
                                       const clef_sender *sender,
                                       clef_refreshing_token **token,
                                       clef_error **error);

/**
 * Prompts at the terminal for a login with PKCE, as `clef_prompt_for_user_token` does.
 * Reference: `prompt_for_pkce_token`.
 *
 * `scopes` and `sender` are nullable. `flags`: `CLEF_AUTH_…`, `CLEF_PROMPT_OPEN_BROWSER`.
 */
CLEF_API
clef_status clef_prompt_for_pkce_token(const char *client_id,
                                       const char *redirect_uri,
                                       const clef_scope_set *scopes,
                                       uint32_t flags,
                                       const clef_sender *sender,
                                       clef_refreshing_token **token,
                                       clef_error **error);

/**
 * Prompts at the terminal for a login with these credentials, which may be for another accounts
 * service; with PKCE where `flags` has `CLEF_AUTH_PKCE`. `scopes` is nullable. The other two
 * prompts rest on this one.
 */
CLEF_API
clef_status clef_prompt_for_token(const clef_credentials *credentials,
                                  const clef_scope_set *scopes,
                                  uint32_t flags,
                                  clef_refreshing_token **token,
                                  clef_error **error);

/**
 * A new runtime. It starts no thread yet. Yours: free it with `clef_runtime_free`.
 */
CLEF_API
clef_status clef_runtime_new(clef_runtime **runtime,
                             clef_error **error);

/**
 * Runs the callbacks that wait, on this thread, and says how many those were: completions,
 * senders, listeners and destructors. What comes while they run is left for the next time, so
 * this always returns. NULL gives 0.
 *
 * Never blocks; costs some 20 ns when nothing waits. Several threads may call it, at the same
 * time too. From inside a callback it runs the others that wait.
 */
CLEF_API
size_t clef_runtime_run_callbacks(const clef_runtime *runtime);

/**
 * Blocks until a callback waits or `clef_runtime_wake` is called, for at most `timeout_ms`
 * milliseconds (-1 for ever, 0 to look): then it is `CLEF_STATUS_TIMEOUT`. Any thread.
 *
 * `CLEF_STATUS_CANCELLED` once the runtime is closed. It runs nothing.
 */
CLEF_API
clef_status clef_runtime_wait(const clef_runtime *runtime,
                              int64_t timeout_ms,
                              clef_error **error);

/**
 * Ends one `clef_runtime_wait`, the one under way or the next, and makes `clef_runtime_fd`
 * readable until then or until the next `clef_runtime_run_callbacks`. Any thread; never blocks.
 * NULL does nothing.
 */
CLEF_API
void clef_runtime_wake(const clef_runtime *runtime);

/**
 * A file descriptor that is readable while a callback waits, and from `clef_runtime_wake` until
 * the next `clef_runtime_run_callbacks` or `clef_runtime_wait`, and for good once the runtime
 * is closed: for `poll`, `epoll` and event loops built on them. Borrowed: lives as long as the
 * runtime; stop watching it before that is freed. Do not read it or close it. -1 for NULL, on
 * platforms without such a thing (Windows), and where the process has no descriptor left.
 */
CLEF_API
int32_t clef_runtime_fd(const clef_runtime *runtime);

/**
 * `clef_sender_new_custom` for a `send` that only `clef_runtime_run_callbacks` of `runtime`
 * calls, whichever thread sends. That calls `free_user_data` (nullable) with `user_data` too,
 * unless the runtime is closed.
 *
 * `timeout_ms` counts from when the request is sent: milliseconds above 0, -1 for ever. A
 * blocking call that needs this sender waits for the pump; on the thread that pumps, which is
 * the one that pumped last, it is `CLEF_STATUS_WOULD_BLOCK`. Two pumps that wait for each
 * other's senders wait for their timeouts. Once the runtime is closed, requests are
 * `CLEF_STATUS_CANCELLED`.
 */
CLEF_API
clef_status clef_runtime_new_sender(const clef_runtime *runtime,
                                    clef_send_callback send,
                                    void *user_data,
                                    clef_free_callback free_user_data,
                                    int64_t timeout_ms,
                                    clef_sender **sender,
                                    clef_error **error);

/**
 * `clef_token_store_new_custom` for a `run` that only `clef_runtime_run_callbacks` of `runtime`
 * calls, whichever thread uses the store. That calls `free_user_data` (nullable) with
 * `user_data` too, unless the runtime is closed.
 *
 * The 30 seconds of a task count from when it waits for the pump. A blocking call that needs this
 * store waits for the pump; on the thread that pumps, which is the one that pumped last, it is
 * `CLEF_STATUS_WOULD_BLOCK`. While the runtime closes, the answer to a refresh that it has sent is
 * still saved: that runs `run` inside `clef_runtime_close` or `clef_runtime_free`. Anything else
 * is `CLEF_STATUS_CANCELLED` from then on, also the saving of a refresh that another thread does
 * by a blocking call: have those end first.
 */
CLEF_API
clef_status clef_runtime_new_store(const clef_runtime *runtime,
                                   clef_store_callback run,
                                   void *user_data,
                                   clef_free_callback free_user_data,
                                   clef_token_store **store,
                                   clef_error **error);

/**
 * Ends all work and all threads of the runtime, in at most `timeout_ms` milliseconds (-1: as
 * long as it takes). Nothing can be started any more; what is under way completes as
 * `CLEF_STATUS_CANCELLED`, and its callbacks run here, on this thread. Once this has returned
 * `CLEF_STATUS_OK`, no callback ever runs.
 *
 * That takes some milliseconds, but for one thing: a refresh token that may have reached the
 * service is spent, and its answer has the next one. Such a refresh is finished and handed to
 * the listener, within the timeout of its sender; a sender without a timeout is not waited for.
 * Where that, or a callback that another thread runs, takes longer than `timeout_ms` it is
 * `CLEF_STATUS_TIMEOUT`: call this again, or have `clef_runtime_free` give it up.
 *
 * Any thread, also while another one pumps. From inside a callback that this runtime runs, it
 * takes effect when that callback's pump returns, which blocks for it then, without a limit.
 */
CLEF_API
clef_status clef_runtime_close(const clef_runtime *runtime,
                               int64_t timeout_ms,
                               clef_error **error);

/**
 * Closes the runtime as `clef_runtime_close` does, as long as it takes, and frees it. After a
 * close that timed out it waits for callbacks that other threads still run, but for no service:
 * what is on the wire is cut off, and a refresh token may be lost with it. NULL does nothing.
 *
 * Its callbacks run here, so free it before what they use, and after every other thread has
 * stopped using it. A refresh that a custom sender of yours was handed is waited for: end its
 * exchange first if this thread is the one that would, or it waits for the sender's timeout. A
 * runtime does not outlive `fork`: make a new one in the child, and leave the parent's alone.
 *
 * To be called before the library is unloaded. From inside a callback that this runtime runs,
 * it takes effect when that callback's pump returns; the handle is not to be used any more.
 */
CLEF_API
void clef_runtime_free(clef_runtime *runtime);

/**
 * Whether it is done: its results can be had. Its callback may still wait for
 * `clef_runtime_run_callbacks`. Never blocks. NULL gives false.
 */
CLEF_API
bool clef_operation_is_done(const clef_operation *operation);

/**
 * Blocks until the operation is done, whether it worked or not, for at most `timeout_ms`
 * milliseconds (-1 for ever): then it is `CLEF_STATUS_TIMEOUT`. 0 is a look, which neither
 * blocks nor calls anything of yours. Any thread.
 *
 * What the operation needs your code for, an unbound sender or a listener, this thread may call
 * while it waits; the operation's own callback waits for the pump. `CLEF_STATUS_WOULD_BLOCK`
 * where only this very thread could make it go on: it pumps the runtime that the sender is
 * bound to, polls the sender, or is called back by the same work.
 */
CLEF_API
clef_status clef_operation_wait(const clef_operation *operation,
                                int64_t timeout_ms,
                                clef_error **error);

/**
 * Ends the operation now, as `CLEF_STATUS_CANCELLED`, unless it is done. Never blocks; any
 * thread. NULL does nothing. A login that waits for its user ends within milliseconds: once it
 * is done, its port is free.
 *
 * No refresh token is lost by it: a shared refresh goes on for others who wait, and one that
 * may have reached the service is carried through and kept by its token. A
 * `clef_http_request_start` with a refresh token that may have reached the service is not
 * ended, since its answer has the next one. The code of a login is spent once it has reached
 * the service: then the user has to log in again.
 */
CLEF_API
void clef_operation_cancel(const clef_operation *operation);

/**
 * How the operation ended: `CLEF_STATUS_OK`, or what went wrong, as the blocking call would
 * have said it; `CLEF_STATUS_BUSY` until it is done. Never blocks; any thread.
 */
CLEF_API
clef_status clef_operation_status(const clef_operation *operation,
                                  clef_error **error);

/**
 * The access token that the operation has got. **Secret**. Free it with `clef_string_free`.
 * Never blocks.
 *
 * `CLEF_STATUS_BUSY` until it is done; then what the blocking call would have given. A token
 * that refreshes itself is `clef_operation_refreshing_token`: then this is
 * `CLEF_STATUS_UNSUPPORTED`.
 */
CLEF_API
clef_status clef_operation_access_token(const clef_operation *operation,
                                        char **access_token,
                                        clef_error **error);

/**
 * The token that the operation has got. Free it with `clef_token_free`. Never blocks. Fails as
 * `clef_operation_access_token` does.
 */
CLEF_API
clef_status clef_operation_token(const clef_operation *operation,
                                 clef_token **token,
                                 clef_error **error);

/**
 * The self-refreshing token that the operation has got. Free it with
 * `clef_refreshing_token_free`. Never blocks.
 *
 * `CLEF_STATUS_BUSY` until it is done; then what the blocking call would have given;
 * `CLEF_STATUS_UNSUPPORTED` where the operation gives a plain token.
 */
CLEF_API
clef_status clef_operation_refreshing_token(const clef_operation *operation,
                                            clef_refreshing_token **refreshing_token,
                                            clef_error **error);

/**
 * Where to send the user of a login, for programs that take no callbacks. It is for the user and
 * no log: the state is in it, so it is **secret**. Free it with `clef_string_free`. Never blocks;
 * any thread.
 *
 * Known once `clef_login_start` has returned; with a store of `clef_login_options_set_store`
 * `CLEF_STATUS_BUSY` until that was looked at, and `CLEF_STATUS_ALREADY_USED` where the login
 * ended before. `CLEF_STATUS_UNSUPPORTED` where the operation is no login.
 */
CLEF_API
clef_status clef_operation_url(const clef_operation *operation,
                               char **url,
                               clef_error **error);

/**
 * A new handle to the same operation. Yours: free it with `clef_operation_free`. NULL gives
 * NULL.
 */
CLEF_API
clef_operation *clef_operation_clone(const clef_operation *operation);

/**
 * Frees a handle to an operation. The operation goes on without it, and its callback runs: call
 * `clef_operation_cancel` first to end it. NULL does nothing.
 */
CLEF_API
void clef_operation_free(clef_operation *operation);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* CLEF_H */

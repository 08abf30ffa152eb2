/*
 * clef for C++: gets and keeps Spotify access tokens. Everything of clef.h, for C++17 and newer.
 *
 * - What can fail comes twice. `f()` gives its value and throws `clef::error`; `try_f()` throws
 *   nothing of clef's and gives a `clef::result`, which has the value or the error. Compiled
 *   without exceptions (`-fno-exceptions`, or with CLEF_NO_EXCEPTIONS defined) there is only
 *   `try_f()`; constructors are `T::try_make()` then.
 * - Objects free themselves, in any order. Most can be copied, which is cheap: a copy is another
 *   handle to the same object. The others can be moved. An object that was moved from is
 *   `status::invalid_argument` wherever it is needed, and its getters say nothing, 0 or false.
 * - A `std::string_view` or `secret_view` that is returned is borrowed, and lives as long as the
 *   object it came from.
 * - Any thread may use any object at any time, but for `http_config`, `login_options`,
 *   `http_response` and `store_task`, which belong to one thread at a time. No object may be
 *   destroyed, assigned to or moved from while another thread is using it: give each thread its
 *   copy.
 * - Functions of yours (senders, stores, listeners, completions) run on threads of yours that have
 *   called clef, and are destroyed there, once clef needs them no more. What they throw never goes
 *   through C: it becomes an error, as the comments say.
 *
 * clef.h describes what each call does in full, under the same name: `clef::token::to_json()` is
 * `clef_token_to_json`.
 */
#ifndef CLEF_HPP
#define CLEF_HPP

#include "clef.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <functional>
#include <initializer_list>
#include <iosfwd>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

/// 1 where this file may throw and catch, else 0.
#if !defined(CLEF_NO_EXCEPTIONS) && (defined(__cpp_exceptions) || defined(_CPPUNWIND))
#define CLEF_EXCEPTIONS 1
#else
#define CLEF_EXCEPTIONS 0
#endif

/// An exception has to be the same type in every shared library of a program.
#if defined(__GNUC__)
#define CLEF_VISIBLE __attribute__((visibility("default")))
#else
#define CLEF_VISIBLE
#endif

// Macros of Unreal Engine, Apple and Qt, which have names of this file; they are back at its end.
#pragma push_macro("check")
#pragma push_macro("forever")
#undef check
#undef forever

namespace clef {

// Files that are compiled with exceptions and without may be linked into one program.
#if CLEF_EXCEPTIONS
inline namespace throwing {
#else
inline namespace nonthrowing {
#endif

// ------------------------------------------------------------------------------------------------
// Numbers. A later version of the library may give numbers that have no name here: have a
// `default:`.
// ------------------------------------------------------------------------------------------------

/// How a call ended.
enum class status : std::int32_t {
    ok = CLEF_STATUS_OK,
    invalid_argument = CLEF_STATUS_INVALID_ARGUMENT,
    missing_client_secret = CLEF_STATUS_MISSING_CLIENT_SECRET,
    missing_redirect_uri = CLEF_STATUS_MISSING_REDIRECT_URI,
    invalid_redirect_uri = CLEF_STATUS_INVALID_REDIRECT_URI,
    missing_parameter = CLEF_STATUS_MISSING_PARAMETER,
    repeated_parameter = CLEF_STATUS_REPEATED_PARAMETER,
    state_mismatch = CLEF_STATUS_STATE_MISMATCH,
    access_denied = CLEF_STATUS_ACCESS_DENIED,
    login_required = CLEF_STATUS_LOGIN_REQUIRED,
    invalid_client = CLEF_STATUS_INVALID_CLIENT,
    oauth = CLEF_STATUS_OAUTH,
    http = CLEF_STATUS_HTTP,
    rate_limited = CLEF_STATUS_RATE_LIMITED,
    transport = CLEF_STATUS_TRANSPORT,
    tls = CLEF_STATUS_TLS,
    timeout = CLEF_STATUS_TIMEOUT,
    cancelled = CLEF_STATUS_CANCELLED,
    invalid_response = CLEF_STATUS_INVALID_RESPONSE,
    already_used = CLEF_STATUS_ALREADY_USED,
    busy = CLEF_STATUS_BUSY,
    would_block = CLEF_STATUS_WOULD_BLOCK,
    not_found = CLEF_STATUS_NOT_FOUND,
    store = CLEF_STATUS_STORE,
    io = CLEF_STATUS_IO,
    address_in_use = CLEF_STATUS_ADDRESS_IN_USE,
    no_browser = CLEF_STATUS_NO_BROWSER,
    unsupported = CLEF_STATUS_UNSUPPORTED,
    internal = CLEF_STATUS_INTERNAL,
};

/// What a program can do about an error.
enum class remedy : std::int32_t {
    none = CLEF_REMEDY_NONE,
    retry_later = CLEF_REMEDY_RETRY_LATER,
    log_in = CLEF_REMEDY_LOG_IN,
    fix_settings = CLEF_REMEDY_FIX_SETTINGS,
    fix_call = CLEF_REMEDY_FIX_CALL,
};

/// A privilege that a user may allow. The service may add some: a `scope_set` takes any name.
enum class scope : std::int32_t {
    unknown = CLEF_SCOPE_UNKNOWN,
    app_remote_control = CLEF_SCOPE_APP_REMOTE_CONTROL,
    playlist_modify_private = CLEF_SCOPE_PLAYLIST_MODIFY_PRIVATE,
    playlist_modify_public = CLEF_SCOPE_PLAYLIST_MODIFY_PUBLIC,
    playlist_read_collaborative = CLEF_SCOPE_PLAYLIST_READ_COLLABORATIVE,
    playlist_read_private = CLEF_SCOPE_PLAYLIST_READ_PRIVATE,
    streaming = CLEF_SCOPE_STREAMING,
    ugc_image_upload = CLEF_SCOPE_UGC_IMAGE_UPLOAD,
    user_follow_modify = CLEF_SCOPE_USER_FOLLOW_MODIFY,
    user_follow_read = CLEF_SCOPE_USER_FOLLOW_READ,
    user_library_modify = CLEF_SCOPE_USER_LIBRARY_MODIFY,
    user_library_read = CLEF_SCOPE_USER_LIBRARY_READ,
    user_modify_playback_state = CLEF_SCOPE_USER_MODIFY_PLAYBACK_STATE,
    user_read_currently_playing = CLEF_SCOPE_USER_READ_CURRENTLY_PLAYING,
    user_read_email = CLEF_SCOPE_USER_READ_EMAIL,
    user_read_playback_position = CLEF_SCOPE_USER_READ_PLAYBACK_POSITION,
    user_read_playback_state = CLEF_SCOPE_USER_READ_PLAYBACK_STATE,
    user_read_private = CLEF_SCOPE_USER_READ_PRIVATE,
    user_read_recently_played = CLEF_SCOPE_USER_READ_RECENTLY_PLAYED,
    user_top_read = CLEF_SCOPE_USER_TOP_READ,
};

/// What happened to a self-refreshing token.
enum class event : std::int32_t {
    changed = CLEF_EVENT_CHANGED,
    save_failed = CLEF_EVENT_SAVE_FAILED,
    refresh_failed = CLEF_EVENT_REFRESH_FAILED,
    login_required = CLEF_EVENT_LOGIN_REQUIRED,
    grant_expiring = CLEF_EVENT_GRANT_EXPIRING,
};

/// What a `store_task` asks for.
enum class task_kind : std::int32_t {
    unknown = CLEF_STORE_TASK_UNKNOWN,
    load = CLEF_STORE_TASK_LOAD,
    save = CLEF_STORE_TASK_SAVE,
    remove = CLEF_STORE_TASK_REMOVE,
    list = CLEF_STORE_TASK_LIST,
    lock = CLEF_STORE_TASK_LOCK,
    unlock = CLEF_STORE_TASK_UNLOCK,
};

/// How to ask for authorisation; to be combined with `|`.
enum class auth : std::uint32_t {
    usual = 0,
    /// Ask the user again even if they agreed before.
    show_dialog = CLEF_AUTH_SHOW_DIALOG,
    /// Proof key for code exchange, which needs no client secret.
    pkce = CLEF_AUTH_PKCE,
    /// Of the prompts: open the login in the desktop's browser too.
    open_browser = CLEF_PROMPT_OPEN_BROWSER,
    /// Of logins: open no browser, since the program shows the URL.
    no_browser = CLEF_LOGIN_NO_BROWSER,
};

constexpr auth operator|(auth a, auth b) noexcept
{
    return static_cast<auth>(static_cast<std::uint32_t>(a) | static_cast<std::uint32_t>(b));
}

/// Where a token that does not say so itself comes from.
enum class token_origin : std::uint32_t {
    usual = 0,
    /// From a login with PKCE.
    pkce = CLEF_TOKEN_USES_PKCE,
};

/// How far a request came that has no answer.
enum class delivery : std::uint32_t {
    not_sent = 0,
    /// It may have reached the service, and so may have spent its code or refresh token.
    maybe_sent = CLEF_EXCHANGE_SENT,
};

/// `"CLEF_STATUS_TIMEOUT"`, for logs.
inline std::string_view name(status value) noexcept
{
    return clef_status_name(static_cast<clef_status>(value));
}

/// The name on the wire, `"user-read-email"`; empty for `scope::unknown` and for numbers without a
/// name.
inline std::string_view name(scope value) noexcept
{
    const char *text = clef_scope_name(static_cast<clef_scope>(value));
    return text ? std::string_view(text) : std::string_view();
}

/// What to do about a status where there is no `error` to ask.
inline remedy remedy_of(status value) noexcept
{
    return static_cast<remedy>(clef_status_remedy(static_cast<clef_status>(value)));
}

/// The version of the library that is loaded; compare it with `CLEF_VERSION_NUMBER`, that of the
/// header.
inline std::uint32_t version_number() noexcept
{
    return clef_version_number();
}

/// The version of the library that is loaded, `"0.1.0"`.
inline std::string_view version_string() noexcept
{
    return clef_version_string();
}

// ------------------------------------------------------------------------------------------------
// Secrets and texts.
// ------------------------------------------------------------------------------------------------

/// Takes over a handle of C: `clef::token(clef::adopt, handle)`. It is freed by the object from
/// then on.
struct adopt_t {
    explicit adopt_t() = default;
};
inline constexpr adopt_t adopt{};

/// A borrowed text that is not for logs, so that no stream takes it. It ends in NUL.
class secret_view {
public:
    constexpr secret_view() noexcept = default;

    constexpr const char *data() const noexcept { return data_; }
    constexpr const char *c_str() const noexcept { return data_; }
    constexpr std::size_t size() const noexcept { return size_; }
    constexpr bool empty() const noexcept { return size_ == 0; }
    constexpr std::string_view view() const noexcept { return {data_, size_}; }
    constexpr operator std::string_view() const noexcept { return view(); }

    friend bool operator==(const secret_view &a, const secret_view &b) noexcept
    {
        return a.view() == b.view();
    }
    friend bool operator!=(const secret_view &a, const secret_view &b) noexcept
    {
        return a.view() != b.view();
    }
    friend bool operator==(const secret_view &a, std::string_view b) noexcept
    {
        return a.view() == b;
    }
    friend bool operator!=(const secret_view &a, std::string_view b) noexcept
    {
        return a.view() != b;
    }
    friend bool operator==(std::string_view a, const secret_view &b) noexcept
    {
        return a == b.view();
    }
    friend bool operator!=(std::string_view a, const secret_view &b) noexcept
    {
        return a != b.view();
    }

    /// To show it to the user all the same, say so: `stream << secret.view()`.
    template <class Character, class Traits>
    friend std::basic_ostream<Character, Traits> &
    operator<<(std::basic_ostream<Character, Traits> &, const secret_view &) = delete;

    /// Borrows a text of C; NULL is empty.
    explicit secret_view(const char *text) noexcept
        : data_(text ? text : ""), size_(std::strlen(data_))
    {
    }
    /// Borrows a text of C with its length.
    secret_view(const char *text, std::size_t size) noexcept
        : data_(text ? text : ""), size_(text ? size : 0)
    {
    }

protected:
    const char *data_ = "";
    std::size_t size_ = 0;
};

/// A text that is not for logs, and is wiped when it is destroyed: tokens, codes, states, URLs with
/// them.
class secret_string : public secret_view {
public:
    using c_type = char;

    secret_string() noexcept = default;
    secret_string(adopt_t, char *text) noexcept : secret_view(text), owned_(text) {}
    secret_string(secret_string &&other) noexcept
        : secret_view(other), owned_(std::exchange(other.owned_, nullptr))
    {
        static_cast<secret_view &>(other) = secret_view();
    }
    secret_string &operator=(secret_string &&other) noexcept
    {
        secret_string taken(std::move(other));
        std::swap(static_cast<secret_view &>(*this), static_cast<secret_view &>(taken));
        std::swap(owned_, taken.owned_);
        return *this;
    }
    secret_string(const secret_string &) = delete;
    secret_string &operator=(const secret_string &) = delete;
    ~secret_string() { clef_string_free(owned_); }

private:
    char *owned_ = nullptr;
};

/// A text as an argument: a literal, `std::string`, `std::string_view` or secret. Absent where it
/// is `{}`, `nullptr`, `std::nullopt`, an empty `std::optional` or a C string that is NULL. For the
/// length of a call only.
class text {
public:
    constexpr text() noexcept = default;
    constexpr text(std::nullptr_t) noexcept {}
    constexpr text(std::nullopt_t) noexcept {}
    text(const char *value) noexcept
        : data_(value), size_(value ? std::strlen(value) : 0), ends_in_nul_(true)
    {
    }
    text(const std::string &value) noexcept
        : data_(value.c_str()), size_(value.size()), ends_in_nul_(true)
    {
    }
    text(const secret_view &value) noexcept
        : data_(value.c_str()), size_(value.size()), ends_in_nul_(true)
    {
    }
    constexpr text(std::string_view value) noexcept
        : data_(value.data() ? value.data() : ""), size_(value.size())
    {
    }
    template <class Value, std::enable_if_t<std::is_convertible_v<const Value &, text>, int> = 0>
    text(const std::optional<Value> &value) noexcept : text(value ? text(*value) : text())
    {
    }

    constexpr bool has_value() const noexcept { return data_ != nullptr; }
    constexpr std::string_view view() const noexcept { return {data_ ? data_ : "", size_}; }
    constexpr bool ends_in_nul() const noexcept { return ends_in_nul_; }

private:
    const char *data_ = nullptr;
    std::size_t size_ = 0;
    bool ends_in_nul_ = false;
};

/// A reference to an object, or none: `{}` or `std::nullopt`. For the length of a call only.
template <class T> class optional_ref {
public:
    constexpr optional_ref() noexcept = default;
    constexpr optional_ref(std::nullopt_t) noexcept {}
    constexpr optional_ref(const T &value) noexcept : value_(&value) {}
    constexpr optional_ref(const std::optional<T> &value) noexcept
        : value_(value ? &*value : nullptr)
    {
    }

    constexpr const T *get() const noexcept { return value_; }

private:
    const T *value_ = nullptr;
};

/// The scope with this name; `scope::unknown` for names that this version does not know.
inline scope scope_from_name(std::string_view name)
{
    if (name.find('\0') != std::string_view::npos)
        return scope::unknown;
    return static_cast<scope>(clef_scope_from_name(std::string(name).c_str()));
}

// ------------------------------------------------------------------------------------------------
// Times.
// ------------------------------------------------------------------------------------------------

/// `std::chrono::sys_seconds` of C++20.
using sys_seconds = std::chrono::time_point<std::chrono::system_clock, std::chrono::seconds>;

/// A point in time in whole seconds, or unknown, or one that never comes. It compares with time
/// points as it should: unknown is before all others, never is after them.
class instant {
public:
    /// Unknown.
    constexpr instant() noexcept = default;
    template <class Duration>
    constexpr instant(std::chrono::time_point<std::chrono::system_clock, Duration> time) noexcept
        : seconds_(std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count())
    {
    }

    static constexpr instant unknown() noexcept { return from_unix(CLEF_TIME_UNKNOWN); }
    static constexpr instant never() noexcept { return from_unix(CLEF_TIME_NEVER); }
    static constexpr instant from_unix(std::int64_t seconds) noexcept
    {
        instant made;
        made.seconds_ = seconds;
        return made;
    }

    constexpr bool is_unknown() const noexcept { return seconds_ == CLEF_TIME_UNKNOWN; }
    constexpr bool is_never() const noexcept { return seconds_ == CLEF_TIME_NEVER; }
    /// The number of clef.h.
    constexpr std::int64_t unix_seconds() const noexcept { return seconds_; }
    /// The time point; none where it is unknown or never.
    constexpr std::optional<sys_seconds> time() const noexcept
    {
        if (is_unknown() || is_never())
            return std::nullopt;
        return sys_seconds(std::chrono::seconds(seconds_));
    }

    friend constexpr bool operator==(instant a, instant b) noexcept
    {
        return a.seconds_ == b.seconds_;
    }
    friend constexpr bool operator!=(instant a, instant b) noexcept
    {
        return a.seconds_ != b.seconds_;
    }
    friend constexpr bool operator<(instant a, instant b) noexcept
    {
        return a.seconds_ < b.seconds_;
    }
    friend constexpr bool operator>(instant a, instant b) noexcept
    {
        return a.seconds_ > b.seconds_;
    }
    friend constexpr bool operator<=(instant a, instant b) noexcept
    {
        return a.seconds_ <= b.seconds_;
    }
    friend constexpr bool operator>=(instant a, instant b) noexcept
    {
        return a.seconds_ >= b.seconds_;
    }

private:
    std::int64_t seconds_ = CLEF_TIME_UNKNOWN;
};

/// How long something lasts that has no end: `expires_in()` of a token that refreshes itself.
inline constexpr std::chrono::seconds endless{CLEF_TIME_NEVER};

namespace detail {

/// Milliseconds, rounded up; -1, for ever, from a thousand years on.
template <class Duration> constexpr std::int64_t milliseconds_of(Duration limit) noexcept
{
    constexpr std::chrono::duration<double> thousand_years(1000.0 * 365 * 24 * 60 * 60);
    if (limit <= Duration::zero())
        return 0;
    if (std::chrono::duration<double>(limit) >= thousand_years)
        return -1;
    return static_cast<std::int64_t>(std::chrono::ceil<std::chrono::milliseconds>(limit).count());
}

} // namespace detail

/// How long to wait: any duration, rounded up to milliseconds, or `forever`. What is negative has
/// passed already: 0.
class timeout {
public:
    template <class Rep, class Period>
    constexpr timeout(std::chrono::duration<Rep, Period> limit) noexcept
        : milliseconds_(detail::milliseconds_of(limit))
    {
    }

    static constexpr timeout unlimited() noexcept { return timeout(); }

    /// The number of clef.h, -1 for ever.
    constexpr std::int64_t milliseconds() const noexcept { return milliseconds_; }

private:
    constexpr timeout() noexcept = default;

    std::int64_t milliseconds_ = -1;
};

/// `timeout::unlimited()` where a macro has that name, as with Qt.
inline constexpr timeout forever = timeout::unlimited();

// ------------------------------------------------------------------------------------------------
// Errors and results.
// ------------------------------------------------------------------------------------------------

/// Why a call failed. `what()` is one line without a secret, so it may be logged.
class CLEF_VISIBLE error : public std::runtime_error {
public:
    using c_type = clef_error;

    /// For functions of yours that clef calls, to say what went wrong there.
    error(clef::status status, const std::string &message)
        : std::runtime_error(message), facts_(std::make_shared<const facts>(status))
    {
    }
    error(adopt_t, clef_error *handle) : error(read_and_free(handle)) {}
    // A move is a copy: what is left behind may still be asked.
    error(const error &) noexcept = default;
    error &operator=(const error &) noexcept = default;
    ~error() override = default;

    /// A copy of an error that stays the caller's.
    static error copy(const clef_error *handle) { return error(*handle); }

    clef::status status() const noexcept { return facts_->status; }
    clef::remedy remedy() const noexcept { return facts_->remedy; }
    std::string_view message() const noexcept { return what(); }
    /// The service's `error`, `"invalid_scope"`.
    std::optional<std::string_view> oauth_error() const noexcept { return facts_->oauth_error; }
    /// The service's `error_description`: for logs, never to branch on.
    std::optional<std::string_view> oauth_description() const noexcept
    {
        return facts_->oauth_description;
    }
    /// None where there was no answer.
    std::optional<int> http_status() const noexcept { return facts_->http_status; }
    /// When the service wants to be asked again.
    std::optional<std::chrono::seconds> retry_after() const noexcept { return facts_->retry_after; }

private:
    struct facts {
        explicit facts(clef::status value) : status(value), remedy(remedy_of(value)) {}
        explicit facts(const clef_error &handle)
            : status(static_cast<clef::status>(clef_error_status(&handle))),
              remedy(static_cast<clef::remedy>(clef_error_remedy(&handle)))
        {
            if (const char *value = clef_error_oauth_error(&handle))
                oauth_error = value;
            if (const char *value = clef_error_oauth_description(&handle))
                oauth_description = value;
            if (const std::int32_t value = clef_error_http_status(&handle))
                http_status = static_cast<int>(value);
            if (const std::int64_t value = clef_error_retry_after(&handle); value >= 0)
                retry_after = std::chrono::seconds(value);
        }

        clef::status status;
        clef::remedy remedy;
        std::optional<std::string> oauth_error;
        std::optional<std::string> oauth_description;
        std::optional<int> http_status;
        std::optional<std::chrono::seconds> retry_after;
    };

    explicit error(const clef_error &handle)
        : std::runtime_error(clef_error_message(&handle)),
          facts_(std::make_shared<const facts>(handle))
    {
    }

    static error read_and_free(clef_error *handle)
    {
        const std::unique_ptr<clef_error, void (*)(clef_error *)> owned(handle, clef_error_free);
        return error(*handle);
    }

    // Shared, since a copy of an exception must not throw.
    std::shared_ptr<const facts> facts_;
};

/// A value, or why there is none: a small `std::expected<T, clef::error>`.
///
/// `value()` and `*` of a result that has none throw its error; without exceptions they abort.
template <class T> class [[nodiscard]] result {
public:
    using value_type = T;
    using error_type = clef::error;

    result(T value) : held_(std::in_place_index<0>, std::move(value)) {}
    result(clef::error problem) : held_(std::in_place_index<1>, std::move(problem)) {}

    bool has_value() const noexcept { return held_.index() == 0; }
    explicit operator bool() const noexcept { return has_value(); }

    T &value() &
    {
        check();
        return *std::get_if<0>(&held_);
    }
    const T &value() const &
    {
        check();
        return *std::get_if<0>(&held_);
    }
    T &&value() &&
    {
        check();
        return std::move(*std::get_if<0>(&held_));
    }
    T &operator*() & { return value(); }
    const T &operator*() const & { return value(); }
    T &&operator*() && { return std::move(*this).value(); }
    T *operator->() { return &value(); }
    const T *operator->() const { return &value(); }

    template <class U> T value_or(U &&otherwise) &&
    {
        return has_value() ? std::move(*this).value() : static_cast<T>(std::forward<U>(otherwise));
    }

    /// The error; to be asked only where there is no value.
    const clef::error &error() const { return std::get<1>(held_); }
    /// `status::ok`, or that of the error.
    clef::status status() const noexcept
    {
        const clef::error *problem = std::get_if<1>(&held_);
        return problem ? problem->status() : clef::status::ok;
    }

    /// What `next` makes of the value, itself a result; or the error.
    template <class F> auto and_then(F &&next) && -> std::invoke_result_t<F, T &&>
    {
        if (has_value())
            return std::forward<F>(next)(std::move(*this).value());
        return error();
    }
    /// The value, or the result that `next` makes of the error.
    template <class F> result or_else(F &&next) &&
    {
        return has_value() ? std::move(*this) : result(std::forward<F>(next)(error()));
    }
    /// What `change` makes of the value; or the error.
    template <class F> auto transform(F &&change) && -> result<std::invoke_result_t<F, T &&>>
    {
        if (!has_value())
            return error();
        if constexpr (std::is_void_v<std::invoke_result_t<F, T &&>>) {
            std::forward<F>(change)(std::move(*this).value());
            return {};
        } else {
            return std::forward<F>(change)(std::move(*this).value());
        }
    }

private:
    void check() const
    {
        if (has_value())
            return;
#if CLEF_EXCEPTIONS
        throw *std::get_if<1>(&held_);
#else
        std::abort();
#endif
    }

    std::variant<T, clef::error> held_;
};

/// That something worked, or why it did not.
template <> class [[nodiscard]] result<void> {
public:
    using value_type = void;
    using error_type = clef::error;

    result() noexcept = default;
    result(clef::error problem) : problem_(std::move(problem)) {}

    bool has_value() const noexcept { return !problem_; }
    explicit operator bool() const noexcept { return has_value(); }
    void value() const
    {
        if (has_value())
            return;
#if CLEF_EXCEPTIONS
        throw *problem_;
#else
        std::abort();
#endif
    }

    /// The error; to be asked only where it did not work.
    const clef::error &error() const
    {
        return problem_.value();
    }
    clef::status status() const noexcept
    {
        return problem_ ? problem_->status() : clef::status::ok;
    }

private:
    std::optional<clef::error> problem_;
};

// ------------------------------------------------------------------------------------------------
// How handles, arguments and callbacks go from here to C and back. Nothing to call yourself.
// ------------------------------------------------------------------------------------------------
namespace detail {

inline constexpr const char *moved_from = "an object is used that was moved from, or has ended";
inline constexpr const char *has_nul = "a text has a NUL character in it";

/// Owns a handle. `handle()` lends it to functions of C.
template <class C, void (*Free)(C *)> class unique_handle {
public:
    using c_type = C;

    unique_handle(adopt_t, C *handle) noexcept : handle_(handle) {}
    unique_handle(unique_handle &&other) noexcept : handle_(other.release()) {}
    unique_handle &operator=(unique_handle &&other) noexcept
    {
        reset(other.release());
        return *this;
    }
    unique_handle(const unique_handle &) = delete;
    unique_handle &operator=(const unique_handle &) = delete;
    ~unique_handle() { reset(nullptr); }

    /// False for an object that was moved from.
    explicit operator bool() const noexcept { return handle_ != nullptr; }
    C *handle() noexcept { return handle_; }
    const C *handle() const noexcept { return handle_; }
    /// Gives the handle away, to be freed by its function of C.
    [[nodiscard]] C *release() noexcept { return std::exchange(handle_, nullptr); }

private:
    void reset(C *handle) noexcept
    {
        if (C *old = std::exchange(handle_, handle))
            Free(old);
    }

    C *handle_;
};

/// A handle of which a copy is another handle to the same object.
template <class C, void (*Free)(C *), C *(*Clone)(const C *)>
class shared_handle : public unique_handle<C, Free> {
public:
    using unique_handle<C, Free>::unique_handle;

    shared_handle(const shared_handle &other) noexcept
        : unique_handle<C, Free>(adopt, Clone(other.handle()))
    {
    }
    shared_handle(shared_handle &&) noexcept = default;
    shared_handle &operator=(const shared_handle &other) noexcept
    {
        return *this = shared_handle(other);
    }
    shared_handle &operator=(shared_handle &&) noexcept = default;
    ~shared_handle() = default;
};

/// A text that ends in NUL, for the length of a call; a copy is wiped.
class text_argument {
public:
    explicit text_argument(const text &value) : value_(value)
    {
        if (value.has_value() && !value.ends_in_nul()) {
            copy_.reset(new char[value.view().size() + 1]());
            value.view().copy(copy_.get(), value.view().size());
        }
    }
    text_argument(const text_argument &) = delete;
    text_argument &operator=(const text_argument &) = delete;
    ~text_argument()
    {
        volatile char *bytes = copy_.get();
        for (std::size_t i = 0; bytes && i < value_.view().size(); i++)
            bytes[i] = 0;
    }

    const char *problem() const noexcept
    {
        return value_.view().find('\0') == std::string_view::npos ? nullptr : has_nul;
    }
    const char *get() const noexcept
    {
        if (copy_)
            return copy_.get();
        return value_.has_value() ? value_.view().data() : nullptr;
    }

private:
    text value_;
    std::unique_ptr<char[]> copy_;
};

template <class C> struct handle_argument {
    C *handle;

    const char *problem() const noexcept { return handle ? nullptr : moved_from; }
    C *get() const noexcept { return handle; }
};

template <class C> struct nullable_handle_argument {
    C *handle;
    bool has_value;

    const char *problem() const noexcept { return handle || !has_value ? nullptr : moved_from; }
    C *get() const noexcept { return handle; }
};

/// What C takes as it is.
template <class T> struct plain_argument {
    T value;

    const char *problem() const noexcept { return nullptr; }
    T get() const noexcept { return value; }
};

/// A `user_data` that is C's from the call on, which frees it also when the call fails.
template <class T> struct user_data_argument {
    std::unique_ptr<T> &box;

    const char *problem() const noexcept { return nullptr; }
    void *get() const noexcept { return box.release(); }
};

template <class T> void free_user_data(void *user_data) noexcept
{
    delete static_cast<T *>(user_data);
}

inline text_argument pass(const text &value)
{
    return text_argument(value);
}
template <class C, void (*Free)(C *)>
handle_argument<C> pass(unique_handle<C, Free> &value) noexcept
{
    return {value.handle()};
}
template <class C, void (*Free)(C *)>
handle_argument<const C> pass(const unique_handle<C, Free> &value) noexcept
{
    return {value.handle()};
}
template <class T>
nullable_handle_argument<T> pass(const nullable_handle_argument<T> &value) noexcept
{
    return value;
}
template <class T> plain_argument<T> pass(const plain_argument<T> &value) noexcept
{
    return value;
}
template <class T> user_data_argument<T> pass(const user_data_argument<T> &value) noexcept
{
    return value;
}
template <class T>
nullable_handle_argument<const typename T::c_type> pass(const optional_ref<T> &value) noexcept
{
    return {value.get() ? value.get()->handle() : nullptr, value.get() != nullptr};
}
inline plain_argument<std::int64_t> pass(const timeout &value) noexcept
{
    return {value.milliseconds()};
}
inline plain_argument<std::int64_t> pass(const instant &value) noexcept
{
    return {value.unix_seconds()};
}
template <class T, std::enable_if_t<std::is_integral_v<T>, int> = 0>
plain_argument<T> pass(const T &value) noexcept
{
    return {value};
}
template <class T, std::enable_if_t<std::is_enum_v<T>, int> = 0>
plain_argument<std::underlying_type_t<T>> pass(const T &value) noexcept
{
    return {static_cast<std::underlying_type_t<T>>(value)};
}

template <class... Arguments> const char *first_problem(const Arguments &...arguments) noexcept
{
    const char *problem = nullptr;
    ((problem = problem ? problem : arguments.problem()), ...);
    return problem;
}

template <class Function, class... Arguments>
result<void> perform_passed(Function function, const Arguments &...arguments)
{
    if (const char *problem = first_problem(arguments...))
        return error(status::invalid_argument, problem);
    clef_error *failure = nullptr;
    if (function(arguments.get()..., &failure) != CLEF_STATUS_OK)
        return error(adopt, failure);
    return {};
}

template <class T> struct output {
    using c_type = typename T::c_type;
    static T take(c_type *handle) { return T(adopt, handle); }
};

template <class T> struct output<std::optional<T>> {
    using c_type = typename T::c_type;
    static std::optional<T> take(c_type *handle)
    {
        return handle ? std::optional<T>(std::in_place, adopt, handle) : std::nullopt;
    }
};

template <class T, class Function, class... Arguments>
result<T> make_passed(Function function, const Arguments &...arguments)
{
    if (const char *problem = first_problem(arguments...))
        return error(status::invalid_argument, problem);
    typename output<T>::c_type *made = nullptr;
    clef_error *failure = nullptr;
    if (function(arguments.get()..., &made, &failure) != CLEF_STATUS_OK)
        return error(adopt, failure);
    return output<T>::take(made);
}

/// Calls a function of C that can fail and has no output.
template <class Function, class... Arguments>
result<void> perform(Function function, Arguments &&...arguments)
{
    return perform_passed(function, pass(std::forward<Arguments>(arguments))...);
}

/// Calls a function of C that can fail, and takes its output over as a `T`.
template <class T, class Function, class... Arguments>
result<T> make(Function function, Arguments &&...arguments)
{
    return make_passed<T>(function, pass(std::forward<Arguments>(arguments))...);
}

/// True where it worked, false where the time was up.
inline result<bool> unless_timed_out(const result<void> &outcome)
{
    if (outcome)
        return true;
    if (outcome.status() == status::timeout)
        return false;
    return outcome.error();
}

inline std::string_view borrowed(const char *value) noexcept
{
    return value ? std::string_view(value) : std::string_view();
}

inline std::optional<std::string_view> borrowed_or_none(const char *value) noexcept
{
    return value ? std::optional<std::string_view>(value) : std::nullopt;
}

inline std::optional<secret_view> secret_or_none(const char *value) noexcept
{
    return value ? std::optional<secret_view>(secret_view(value)) : std::nullopt;
}

inline bool is_utf8(std::string_view text) noexcept
{
    while (!text.empty()) {
        const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
        const unsigned first = byte(0);
        const std::size_t length = first < 0x80   ? 1
                                   : first < 0xc2 ? 0
                                   : first < 0xe0 ? 2
                                   : first < 0xf0 ? 3
                                   : first < 0xf5 ? 4
                                                  : 0;
        if (length == 0 || text.size() < length)
            return false;
        // Of the second byte: no longer forms than needed, no surrogates, none past U+10FFFF.
        unsigned lowest = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
        unsigned highest = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
        for (std::size_t i = 1; i < length; i++) {
            if (byte(i) < lowest || byte(i) > highest)
                return false;
            lowest = 0x80;
            highest = 0xbf;
        }
        text.remove_prefix(length);
    }
    return true;
}

/// What was thrown, in words that C takes: those of the system need not be UTF-8.
inline const char *words_of(const std::exception &thrown) noexcept
{
    const char *words = thrown.what();
    return is_utf8(words) ? words : "a function of the program threw an error that is not UTF-8";
}

/// Runs a function of the program for C; `fail(status, message)` hears what it threw, which is
/// `otherwise` where it has no status of clef's.
template <class Work, class Fail> void guard(clef::status otherwise, Work work, Fail fail) noexcept
{
#if CLEF_EXCEPTIONS
    try {
        work();
    } catch (const clef::error &thrown) {
        fail(thrown.status() == clef::status::ok ? otherwise : thrown.status(), words_of(thrown));
    } catch (const std::exception &thrown) {
        fail(otherwise, words_of(thrown));
    } catch (...) {
        fail(otherwise, "a function of the program threw what is no std::exception");
    }
#else
    static_cast<void>(otherwise);
    static_cast<void>(fail);
    work();
#endif
}

/// Where an errand comes back to that its function drops while it throws, so that it ends with what
/// was thrown.
template <class C> struct landing {
    const std::thread::id thread = std::this_thread::get_id();
    const int exceptions = std::uncaught_exceptions();
    bool is_open = true;
    C *came_back = nullptr;

    bool catches() const noexcept
    {
        return std::this_thread::get_id() == thread && is_open &&
               std::uncaught_exceptions() > exceptions;
    }
};

/// An exchange or a store task: moved, and ended exactly once, by the destructor at the latest.
template <class C, void (*Free)(C *)> class errand {
public:
    using c_type = C;

    errand(adopt_t, C *handle, std::shared_ptr<landing<C>> home = nullptr) noexcept
        : handle_(handle), home_(std::move(home))
    {
    }
    errand(errand &&other) noexcept : handle_(other.release()), home_(std::move(other.home_)) {}
    errand &operator=(errand &&other) noexcept
    {
        if (this != &other) {
            drop();
            handle_ = other.release();
            home_ = std::move(other.home_);
        }
        return *this;
    }
    errand(const errand &) = delete;
    errand &operator=(const errand &) = delete;
    ~errand() { drop(); }

    /// False once it has ended or was moved from.
    explicit operator bool() const noexcept { return handle_ != nullptr; }
    C *handle() noexcept { return handle_; }
    const C *handle() const noexcept { return handle_; }
    /// Gives the handle away, to be ended by a function of C.
    [[nodiscard]] C *release() noexcept { return std::exchange(handle_, nullptr); }

private:
    void drop() noexcept
    {
        C *handle = release();
        if (handle && home_ && home_->catches())
            home_->came_back = handle;
        else if (handle)
            Free(handle);
    }

    C *handle_;
    std::shared_ptr<landing<C>> home_;
};

template <class C, void (*Free)(C *)> handle_argument<C> pass(errand<C, Free> &value) noexcept
{
    return {value.handle()};
}

/// Hands an errand of C to a function of the program; `fail(handle, status, message)` ends one that
/// it threw over.
template <class Errand, class Function, class Fail>
void hand_over(clef::status otherwise, const Function &function, typename Errand::c_type *handle,
               Fail fail) noexcept
{
    using C = typename Errand::c_type;
    std::shared_ptr<landing<C>> home;
    guard(
        otherwise,
        [&] {
            home = std::make_shared<landing<C>>();
            function(Errand(adopt, handle, home));
            home->is_open = false;
            // Dropped while something was thrown that the function caught itself.
            if (home->came_back)
                static_cast<void>(Errand(adopt, home->came_back));
        },
        [&](clef::status status, const char *message) {
            C *back = home ? home->came_back : handle;
            if (home)
                home->is_open = false;
            if (back)
                fail(back, static_cast<clef_status>(status), message);
        });
}

} // namespace detail

// ------------------------------------------------------------------------------------------------
// Scopes.
// ------------------------------------------------------------------------------------------------

/// A scope by its number or its name, as an element of an initialiser list.
class any_scope {
public:
    constexpr any_scope(scope value) noexcept : number_(value) {}
    any_scope(const char *name) noexcept : name_(name) {}
    any_scope(const std::string &name) noexcept : name_(name) {}
    constexpr any_scope(std::string_view name) noexcept : name_(name) {}

    constexpr bool has_name() const noexcept { return name_.has_value(); }
    constexpr scope number() const noexcept { return number_; }
    constexpr std::string_view name() const noexcept { return name_.view(); }

private:
    scope number_ = scope::unknown;
    text name_;
};

/// A set of scope names: sorted, each once, known to clef or not. It does not change; copies are
/// cheap.
///
///     clef::scope_set wanted{clef::scope::user_read_email, "a-scope-of-tomorrow"};
///     for (std::string_view name : clef::scope_set::every() - wanted) …
class scope_set
    : public detail::shared_handle<clef_scope_set, clef_scope_set_free, clef_scope_set_clone> {
    template <class T>
    using if_text = std::enable_if_t<std::is_convertible_v<const T &, text> &&
                                         !std::is_same_v<T, std::nullptr_t> &&
                                         !std::is_same_v<T, std::nullopt_t>,
                                     int>;

public:
    /// The names of a set, in order.
    class const_iterator {
    public:
        using iterator_category = std::input_iterator_tag;
        using value_type = std::string_view;
        using difference_type = std::ptrdiff_t;
        class pointer {
        public:
            explicit pointer(std::string_view name) noexcept : name_(name) {}
            const std::string_view *operator->() const noexcept { return &name_; }

        private:
            std::string_view name_;
        };
        using reference = std::string_view;

        const_iterator() noexcept = default;
        const_iterator(const clef_scope_set *set, std::size_t index) noexcept
            : set_(set), index_(index)
        {
        }

        std::string_view operator*() const noexcept
        {
            return detail::borrowed(clef_scope_set_get(set_, index_));
        }
        pointer operator->() const noexcept { return pointer(**this); }
        const_iterator &operator++() noexcept
        {
            ++index_;
            return *this;
        }
        const_iterator operator++(int) noexcept { return {set_, index_++}; }
        friend bool operator==(const const_iterator &a, const const_iterator &b) noexcept
        {
            return a.index_ == b.index_;
        }
        friend bool operator!=(const const_iterator &a, const const_iterator &b) noexcept
        {
            return a.index_ != b.index_;
        }

    private:
        const clef_scope_set *set_ = nullptr;
        std::size_t index_ = 0;
    };
    using iterator = const_iterator;
    using value_type = std::string_view;

    using shared_handle::shared_handle;
    /// The empty set.
    scope_set() noexcept : shared_handle(adopt, clef_scope_set_new()) {}

#if CLEF_EXCEPTIONS
    scope_set(std::initializer_list<any_scope> scopes) : scope_set(try_of(scopes).value()) {}
    /// Scopes and names of a range.
    template <class Iterator, class = typename std::iterator_traits<Iterator>::iterator_category>
    scope_set(Iterator first, Iterator last) : scope_set(try_of(first, last).value())
    {
    }
    scope_set(scope one) : scope_set({any_scope(one)}) {}
    /// The names in a text, which spaces separate.
    template <class T, if_text<T> = 0> scope_set(const T &names) : scope_set(parse(names)) {}

    static scope_set parse(text names)
    {
        return try_parse(names).value();
    }
#endif
    static result<scope_set> try_parse(text names)
    {
        return detail::make<scope_set>(clef_scope_set_parse, names);
    }
    static result<scope_set> try_of(std::initializer_list<any_scope> scopes)
    {
        return try_of(scopes.begin(), scopes.end());
    }
    template <class Iterator> static result<scope_set> try_of(Iterator first, Iterator last)
    {
        std::vector<clef_scope> numbers;
        std::string names;
        for (; first != last; ++first) {
            const any_scope one = *first;
            if (one.has_name())
                names.append(one.name()).append(" ");
            else
                numbers.push_back(static_cast<clef_scope>(one.number()));
        }
        result<scope_set> known = detail::make<scope_set>(
            clef_scope_set_of, detail::plain_argument<const clef_scope *>{numbers.data()},
            numbers.size());
        if (!known || names.empty())
            return known;
        result<scope_set> named = try_parse(names);
        return named ? known->try_union(*named) : named;
    }

    /// The 11 that read.
    static scope_set read() noexcept
    {
        return scope_set(adopt, clef_scope_set_read());
    }
    /// The 6 that write.
    static scope_set write() noexcept
    {
        return scope_set(adopt, clef_scope_set_write());
    }
    /// The 17 of the Web API.
    static scope_set every() noexcept
    {
        return scope_set(adopt, clef_scope_set_every());
    }

    /// What is in either; fails for a set that was moved from alone.
    result<scope_set> try_union(const scope_set &other) const
    {
        return detail::make<scope_set>(clef_scope_set_union, *this, other);
    }
    /// What is in this and not in the other one; fails for a set that was moved from alone.
    result<scope_set> try_difference(const scope_set &other) const
    {
        return detail::make<scope_set>(clef_scope_set_difference, *this, other);
    }
    friend scope_set operator+(const scope_set &a, const scope_set &b)
    {
        return value_of(a.try_union(b));
    }
    friend scope_set operator-(const scope_set &a, const scope_set &b)
    {
        return value_of(a.try_difference(b));
    }
    scope_set &operator+=(const scope_set &other)
    {
        return *this = *this + other;
    }
    scope_set &operator-=(const scope_set &other)
    {
        return *this = *this - other;
    }

    bool contains(std::string_view name) const
    {
        return name.find('\0') == std::string_view::npos &&
               clef_scope_set_contains(handle(), std::string(name).c_str());
    }
    bool contains(scope value) const noexcept
    {
        return clef_scope_set_contains(handle(), clef_scope_name(number(value)));
    }

    friend bool operator==(const scope_set &a, const scope_set &b) noexcept
    {
        return clef_scope_set_equals(a.handle(), b.handle());
    }
    friend bool operator!=(const scope_set &a, const scope_set &b) noexcept
    {
        return !(a == b);
    }
    /// Whether all of `a` is in `b`.
    friend bool operator<=(const scope_set &a, const scope_set &b) noexcept
    {
        return clef_scope_set_is_subset(a.handle(), b.handle());
    }
    friend bool operator>=(const scope_set &a, const scope_set &b) noexcept
    {
        return b <= a;
    }
    friend bool operator<(const scope_set &a, const scope_set &b) noexcept
    {
        return a <= b && a != b;
    }
    friend bool operator>(const scope_set &a, const scope_set &b) noexcept
    {
        return b < a;
    }

    std::size_t size() const noexcept
    {
        return clef_scope_set_len(handle());
    }
    bool empty() const noexcept
    {
        return size() == 0;
    }
    /// The name at `index`, in order; empty past the end.
    std::string_view operator[](std::size_t index) const noexcept
    {
        return detail::borrowed(clef_scope_set_get(handle(), index));
    }
    const_iterator begin() const noexcept
    {
        return {handle(), 0};
    }
    const_iterator end() const noexcept
    {
        return {handle(), size()};
    }

    /// The names, sorted and joined by spaces.
    std::string_view str() const noexcept
    {
        return detail::borrowed(clef_scope_set_to_string(handle()));
    }
    template <class Traits>
    friend std::basic_ostream<char, Traits> &operator<<(std::basic_ostream<char, Traits> &stream,
                                                        const scope_set &set)
    {
        return stream << set.str();
    }

private:
    static clef_scope number(scope value) noexcept
    {
        return static_cast<clef_scope>(value);
    }

    /// Without exceptions, an operation on a set that was moved from gives another such set.
    static scope_set value_of(result<scope_set> outcome)
    {
#if CLEF_EXCEPTIONS
        return std::move(outcome).value();
#else
        return outcome ? std::move(outcome).value() : scope_set(adopt, nullptr);
#endif
    }
};

/// The scopes that a login asks for: anything that makes a `scope_set`; `{}`, `std::nullopt` or an
/// empty `std::optional` for public data alone.
class wanted_scopes {
public:
    wanted_scopes() noexcept = default;
    wanted_scopes(std::nullopt_t) noexcept {}
    wanted_scopes(scope_set scopes) noexcept : scopes_(std::move(scopes)) {}
    wanted_scopes(std::optional<scope_set> scopes) noexcept : scopes_(std::move(scopes)) {}
#if CLEF_EXCEPTIONS
    wanted_scopes(std::initializer_list<any_scope> scopes) : scopes_(scopes) {}
    template <class T, std::enable_if_t<std::is_constructible_v<scope_set, const T &>, int> = 0>
    wanted_scopes(const T &scopes) : scopes_(scope_set(scopes))
    {
    }
#endif

    detail::nullable_handle_argument<const clef_scope_set> argument() const noexcept
    {
        return detail::pass(optional_ref<scope_set>(scopes_));
    }

private:
    std::optional<scope_set> scopes_;
};

// ------------------------------------------------------------------------------------------------
// Tokens.
// ------------------------------------------------------------------------------------------------

/// An access token of the program or of a user, as it was at one time. It does not change; copies
/// are cheap.
class token : public detail::shared_handle<clef_token, clef_token_free, clef_token_clone> {
public:
    using shared_handle::shared_handle;

#if CLEF_EXCEPTIONS
    /// Reads a token response of the service, or what `to_json` gave. It reads spotipy's cache
    /// files too.
    static token from_json(text json, token_origin origin = token_origin::usual)
    {
        return try_from_json(json, origin).value();
    }
    /// Reads the refresh token from the text of a configuration file of tekore.
    static token from_tekore_config(text config, text section = {},
                                    token_origin origin = token_origin::usual)
    {
        return try_from_tekore_config(config, section, origin).value();
    }
    /// The JSON to save.
    secret_string to_json() const
    {
        return try_to_json().value();
    }
    /// Those of `wanted` that the user has not allowed.
    scope_set missing_scopes(const scope_set &wanted) const
    {
        return try_missing_scopes(wanted).value();
    }
    /// The same token but for the time of the login, for one that another library saved.
    token with_authorised_at(instant login) const
    {
        return try_with_authorised_at(login).value();
    }
#endif
    static result<token> try_from_json(text json, token_origin origin = token_origin::usual)
    {
        return detail::make<token>(clef_token_from_json, json, origin);
    }
    static result<token> try_from_tekore_config(text config, text section = {},
                                                token_origin origin = token_origin::usual)
    {
        return detail::make<token>(clef_token_from_tekore_config, config, section, origin);
    }
    result<secret_string> try_to_json() const
    {
        return detail::make<secret_string>(clef_token_to_json, *this);
    }
    result<scope_set> try_missing_scopes(const scope_set &wanted) const
    {
        return detail::make<scope_set>(clef_token_missing_scopes, *this, wanted);
    }
    result<token> try_with_authorised_at(instant login) const
    {
        return detail::make<token>(clef_token_with_authorised_at, *this, login);
    }

    /// For the header `Authorization: Bearer …`; empty where the refresh token alone is known.
    secret_view access_token() const noexcept
    {
        return secret_view(clef_token_access_token(handle()));
    }
    /// None for a client token.
    std::optional<secret_view> refresh_token() const noexcept
    {
        return detail::secret_or_none(clef_token_refresh_token(handle()));
    }
    /// `"Bearer"`, as the service said it.
    std::string_view token_type() const noexcept
    {
        return detail::borrowed(clef_token_token_type(handle()));
    }
    /// What the user allowed; empty for a client token.
    scope_set scopes() const noexcept
    {
        return scope_set(adopt, clef_scope_set_clone(clef_token_scopes(handle())));
    }
    instant expires_at() const noexcept
    {
        return instant::from_unix(clef_token_expires_at(handle()));
    }
    /// Negative once it has expired.
    std::chrono::seconds expires_in() const noexcept
    {
        return std::chrono::seconds(clef_token_expires_in(handle()));
    }
    /// Whether it has less than 60 seconds left.
    bool is_expiring() const noexcept
    {
        return clef_token_is_expiring(handle());
    }
    bool uses_pkce() const noexcept
    {
        return clef_token_uses_pkce(handle());
    }
    /// When the user logged in.
    instant authorised_at() const noexcept
    {
        return instant::from_unix(clef_token_authorised_at(handle()));
    }
    /// About when the user has to log in again; never for a client token.
    instant grant_expires_at() const noexcept
    {
        return instant::from_unix(clef_token_grant_expires_at(handle()));
    }
};

class refreshing_token;

// ------------------------------------------------------------------------------------------------
// Work in the background.
// ------------------------------------------------------------------------------------------------

/// Hears, by the pump of its runtime, how an operation ended. What it throws comes out of
/// `run_callbacks`.
template <class T> using completion = std::function<void(result<T>)>;

/// Does work in the background, and leaves every call of yours to the thread that calls
/// `run_callbacks`: once a frame, or when `fd` is readable. Its destructor closes it, so destroy it
/// before what its callbacks use.
class runtime : public detail::unique_handle<clef_runtime, clef_runtime_free> {
public:
    using unique_handle::unique_handle;

#if CLEF_EXCEPTIONS
    runtime() : runtime(try_make().value()) {}
    /// Blocks until a callback waits or `wake` is called: true. False where the time is up.
    bool wait(timeout limit = forever) const
    {
        return try_wait(limit).value();
    }
    /// Ends all work; no callback runs once it has returned.
    void close(timeout limit = forever) const
    {
        try_close(limit).value();
        thrown_.rethrow();
    }
#endif
    static result<runtime> try_make()
    {
        return detail::make<runtime>(clef_runtime_new);
    }
    result<bool> try_wait(timeout limit = forever) const
    {
        return detail::unless_timed_out(detail::perform(clef_runtime_wait, *this, limit));
    }
    result<void> try_close(timeout limit = forever) const
    {
        return detail::perform(clef_runtime_close, *this, limit);
    }

    /// Runs the callbacks that wait, on this thread, and says how many those were. Never blocks.
    /// Throws what a completion threw, once all have run.
    std::size_t run_callbacks() const
    {
        const std::size_t count = clef_runtime_run_callbacks(handle());
        thrown_.rethrow();
        return count;
    }
    /// Ends one `wait`. Any thread; never blocks.
    void wake() const noexcept
    {
        clef_runtime_wake(handle());
    }
    /// Readable while a callback waits, for `poll` and event loops; -1 where there is no such
    /// thing.
    int fd() const noexcept
    {
        return static_cast<int>(clef_runtime_fd(handle()));
    }

private:
    template <class T> friend class operation_start;

    /// What a completion threw, until the pump throws it.
    class thrown_by_completions {
    public:
        void rethrow() const
        {
#if CLEF_EXCEPTIONS
            if (!first_)
                return;
            std::unique_lock<std::mutex> lock(first_->mutex);
            const std::exception_ptr first = std::exchange(first_->exception, nullptr);
            lock.unlock();
            if (first)
                std::rethrow_exception(first);
#endif
        }

        struct shared {
            std::mutex mutex;
            std::exception_ptr exception;
        };
        std::shared_ptr<shared> first_ = std::make_shared<shared>();
    };

    thrown_by_completions thrown_;
};

/// One piece of work under way, of whatever kind. Copies are cheap. The work goes on without the
/// object: `cancel` it.
class any_operation
    : public detail::shared_handle<clef_operation, clef_operation_free, clef_operation_clone> {
public:
    using shared_handle::shared_handle;

#if CLEF_EXCEPTIONS
    /// Blocks until it is done, whether it worked or not: true. False where the time is up.
    bool wait(timeout limit = forever) const
    {
        return try_wait(limit).value();
    }
#endif
    result<bool> try_wait(timeout limit = forever) const
    {
        return detail::unless_timed_out(detail::perform(clef_operation_wait, *this, limit));
    }

    /// Never blocks.
    bool is_done() const noexcept
    {
        return clef_operation_is_done(handle());
    }
    /// Ends it now as `status::cancelled`, unless it is done.
    void cancel() const noexcept
    {
        clef_operation_cancel(handle());
    }
    /// How it ended, whatever it gives; `status::busy` until it is done.
    result<void> ended() const
    {
        return detail::perform(clef_operation_status, *this);
    }
};

namespace detail {

/// The function of C that gives what an operation has got.
template <class T> struct operation_output;
template <> struct operation_output<secret_string> {
    static constexpr auto get = clef_operation_access_token;
};
template <> struct operation_output<token> {
    static constexpr auto get = clef_operation_token;
};
template <> struct operation_output<refreshing_token> {
    static constexpr auto get = clef_operation_refreshing_token;
};

} // namespace detail

/// One piece of work under way that gives a `T`: a future to be polled, asked any number of times.
template <class T> class operation : public any_operation {
public:
    using any_operation::any_operation;

#if CLEF_EXCEPTIONS
    /// Waits until it is done, and gives what the blocking call would have given.
    T get() const
    {
        return try_get().value();
    }
#endif
    result<T> try_get() const
    {
        const result<bool> waited = try_wait(forever);
        return waited ? outcome() : waited.error();
    }
    /// The same without waiting: `status::busy` until it is done.
    result<T> outcome() const
    {
        return detail::make<T>(detail::operation_output<T>::get, *this);
    }
};

/// Begins an operation for the `…_start` functions. Nothing to call yourself.
template <class T> class operation_start {
public:
    template <class Operation = operation<T>, class Function, class... Arguments>
    static result<Operation> begin(Function function, const runtime &pump, completion<T> done,
                                   Arguments &&...arguments)
    {
        std::unique_ptr<told> box;
        if (done)
            box.reset(new told{std::move(done), pump.thrown_.first_});
        using callback = detail::plain_argument<clef_operation_callback>;
        using destructor = detail::plain_argument<clef_free_callback>;
        const callback hears = {box ? &hear : nullptr};
        const destructor frees = {box ? &detail::free_user_data<told> : nullptr};
        return detail::make<Operation>(function, std::forward<Arguments>(arguments)..., pump, hears,
                                       detail::user_data_argument<told>{box}, frees);
    }

private:
    struct told {
        completion<T> done;
        std::shared_ptr<runtime::thrown_by_completions::shared> thrown;
    };

    static void hear(void *user_data, const clef_operation *borrowed) noexcept
    {
        told &box = *static_cast<told *>(user_data);
#if CLEF_EXCEPTIONS
        try {
            call(box, borrowed);
        } catch (...) {
            const std::lock_guard<std::mutex> lock(box.thrown->mutex);
            if (!box.thrown->exception)
                box.thrown->exception = std::current_exception();
        }
#else
        call(box, borrowed);
#endif
    }

    static void call(told &box, const clef_operation *borrowed)
    {
        const operation<T> ended(adopt, clef_operation_clone(borrowed));
        box.done(ended.outcome());
    }
};

// ------------------------------------------------------------------------------------------------
// Requests, and who carries them.
// ------------------------------------------------------------------------------------------------

/// A header of an answer.
using header = std::pair<std::string_view, std::string_view>;

/// The answer to a request that the program carried. One thread at a time.
class http_response : public detail::unique_handle<clef_http_response, clef_http_response_free> {
public:
    using unique_handle::unique_handle;

#if CLEF_EXCEPTIONS
    /// clef reads the headers `Retry-After` and `Date`; any may be given.
    explicit http_response(int status, std::string_view body = {},
                           std::initializer_list<header> headers = {})
        : http_response(try_make(status, body, headers).value())
    {
    }
    http_response &add_header(text name, text value)
    {
        try_add_header(name, value).value();
        return *this;
    }
#endif
    static result<http_response> try_make(int status, std::string_view body = {},
                                          std::initializer_list<header> headers = {})
    {
        const auto *bytes = reinterpret_cast<const std::uint8_t *>(body.data());
        result<http_response> made = detail::make<http_response>(
            clef_http_response_new, std::int32_t{status},
            detail::plain_argument<const std::uint8_t *>{bytes}, body.size());
        for (const header &one : headers) {
            if (!made)
                break;
            if (const result<void> added = made->try_add_header(one.first, one.second); !added)
                made = added.error();
        }
        return made;
    }
    result<void> try_add_header(text name, text value)
    {
        return detail::perform(clef_http_response_add_header, *this, name, value);
    }
};

/// A header of a request. The value of `Authorization` is a secret.
struct request_header {
    std::string_view name;
    secret_view value;
};

/// What is in a request, to be carried by the program itself. Borrowed: from an `http_request` or
/// an `exchange`.
class http_request_view {
public:
    explicit http_request_view(const clef_http_request *request) noexcept : request_(request) {}

    /// `"POST"`.
    std::string_view method() const noexcept
    {
        return detail::borrowed(clef_http_request_method(request_));
    }
    /// https, or http to a loopback address; ends in NUL.
    std::string_view url() const noexcept
    {
        return detail::borrowed(clef_http_request_url(request_));
    }
    std::vector<request_header> headers() const
    {
        std::vector<request_header> found;
        const std::size_t count = clef_http_request_header_count(request_);
        for (std::size_t i = 0; i < count; i++)
            found.push_back({detail::borrowed(clef_http_request_header_name(request_, i)),
                             secret_view(clef_http_request_header_value(request_, i))});
        return found;
    }
    /// Form-encoded; ends in NUL.
    secret_view body() const noexcept
    {
        std::size_t size = 0;
        const char *bytes = clef_http_request_body(request_, &size);
        return {bytes, size};
    }
    /// Whether it may be sent again after it may have reached the service.
    bool may_repeat() const noexcept { return clef_http_request_may_repeat(request_); }

private:
    const clef_http_request *request_;
};

/// A token request that is not sent yet: have it sent, or carry it yourself and `finish` it with
/// the answer.
class http_request : public detail::unique_handle<clef_http_request, clef_http_request_free> {
public:
    using unique_handle::unique_handle;

#if CLEF_EXCEPTIONS
    /// By the sender of its credentials. Once. Blocks.
    token send() const
    {
        return try_send().value();
    }
    /// `send` in the background.
    operation<token> start(const runtime &pump, completion<token> done = {}) const
    {
        return try_start(pump, std::move(done)).value();
    }
    /// Reads the answer to a request that you carried, sent at that time (unknown: now).
    token finish(instant sent_at, const http_response &answer) const
    {
        return try_finish(sent_at, answer).value();
    }
#endif
    result<token> try_send() const
    {
        return detail::make<token>(clef_http_request_send, *this);
    }
    result<operation<token>> try_start(const runtime &pump, completion<token> done = {}) const
    {
        return operation_start<token>::begin(clef_http_request_start, pump, std::move(done), *this);
    }
    result<token> try_finish(instant sent_at, const http_response &answer) const
    {
        return detail::make<token>(clef_http_request_finish, *this, sent_at, answer);
    }

    /// What is in it. Lives as long as this.
    http_request_view view() const noexcept
    {
        return http_request_view(handle());
    }
    std::string_view method() const noexcept
    {
        return view().method();
    }
    std::string_view url() const noexcept
    {
        return view().url();
    }
    std::vector<request_header> headers() const
    {
        return view().headers();
    }
    secret_view body() const noexcept
    {
        return view().body();
    }
    bool may_repeat() const noexcept
    {
        return view().may_repeat();
    }
};

class sender;

/// One request that waits for its answer. It ends once: by `respond`, `forward` or `fail`, now or
/// later, on any thread; else, when it is destroyed, as a `status::transport` failure that may have
/// been sent.
class exchange : public detail::errand<clef_exchange, clef_exchange_free> {
public:
    using errand::errand;

#if CLEF_EXCEPTIONS
    void respond(const http_response &answer)
    {
        try_respond(answer).value();
    }
    /// The answer as it came, whatever its status.
    void respond(int status, std::string_view body, std::initializer_list<header> headers = {})
    {
        respond(http_response(status, body, headers));
    }
    /// Has that sender carry it after all.
    void forward(const sender &carrier)
    {
        try_forward(carrier).value();
    }
    void fail(clef::status status, delivery how_far, text message = {})
    {
        try_fail(status, how_far, message).value();
    }
#endif
    result<void> try_respond(const http_response &answer)
    {
        if (!*this || !answer)
            return error(status::invalid_argument, detail::moved_from);
        clef_exchange_respond(release(), answer.handle());
        return {};
    }
    result<void> try_respond(int status, std::string_view body,
                             std::initializer_list<header> headers = {})
    {
        const result<http_response> answer = http_response::try_make(status, body, headers);
        return answer ? try_respond(*answer) : answer.error();
    }
    result<void> try_forward(const sender &carrier);
    /// Ends it without an answer; `how_far` decides whether it may be sent again.
    result<void> try_fail(clef::status status, delivery how_far, text message = {})
    {
        const detail::text_argument words(message);
        if (!*this || words.problem())
            return error(status::invalid_argument, *this ? words.problem() : detail::moved_from);
        clef_exchange_fail(release(), static_cast<clef_status>(status),
                           static_cast<std::uint32_t>(how_far), words.get());
        return {};
    }

    /// The request to carry, until the exchange ends.
    http_request_view request() const noexcept
    {
        return http_request_view(clef_exchange_request(handle()));
    }
    /// Whether nobody waits for the answer any more. It still has to end.
    bool is_cancelled() const noexcept
    {
        return clef_exchange_is_cancelled(handle());
    }
};

/// Carries one request: ends the exchange, or keeps it and ends it later from any thread. It must
/// not follow redirects. What it throws ends the exchange: an `error` with its status, anything
/// else as `status::internal`.
using send_function = std::function<void(exchange)>;

/// Settings of the built-in sender. One thread at a time; copied when they are used.
class http_config : public detail::unique_handle<clef_http_config, clef_http_config_free> {
public:
    using unique_handle::unique_handle;
    /// 10 seconds to connect, 30 in all, no proxy, Mozilla's root certificates.
    http_config() noexcept : unique_handle(adopt, clef_http_config_new()) {}

#if CLEF_EXCEPTIONS
    http_config &set_connect_timeout(timeout limit)
    {
        return check(try_set_connect_timeout(limit));
    }
    http_config &set_timeout(timeout limit)
    {
        return check(try_set_timeout(limit));
    }
    /// `http://[user:password@]host:port`; none for none.
    http_config &set_proxy(text url)
    {
        return check(try_set_proxy(url));
    }
    /// Reads the environment during this call.
    http_config &set_proxy_from_environment()
    {
        return check(try_set_proxy_from_environment());
    }
    /// The text of a PEM file. May be called several times.
    http_config &add_ca_certificates(text pem)
    {
        return check(try_add_ca_certificates(pem));
    }
    /// What the system trusts. Reads the environment and files during this call.
    http_config &add_platform_certificates()
    {
        return check(try_add_platform_certificates());
    }
    http_config &set_user_agent(text user_agent)
    {
        return check(try_set_user_agent(user_agent));
    }
#endif
    result<void> try_set_connect_timeout(timeout limit)
    {
        return detail::perform(clef_http_config_set_connect_timeout, *this, limit);
    }
    result<void> try_set_timeout(timeout limit)
    {
        return detail::perform(clef_http_config_set_timeout, *this, limit);
    }
    result<void> try_set_proxy(text url)
    {
        return detail::perform(clef_http_config_set_proxy, *this, url);
    }
    result<void> try_set_proxy_from_environment()
    {
        return detail::perform(clef_http_config_set_proxy_from_environment, *this);
    }
    result<void> try_add_ca_certificates(text pem)
    {
        return detail::perform(clef_http_config_add_ca_certificates, *this, pem);
    }
    result<void> try_add_platform_certificates()
    {
        return detail::perform(clef_http_config_add_platform_certificates, *this);
    }
    result<void> try_set_user_agent(text user_agent)
    {
        return detail::perform(clef_http_config_set_user_agent, *this, user_agent);
    }

private:
#if CLEF_EXCEPTIONS
    http_config &check(const result<void> &outcome)
    {
        outcome.value();
        return *this;
    }
#endif
};

/// Carries requests to the service and brings the answers back. Copies are cheap.
class sender : public detail::shared_handle<clef_sender, clef_sender_free, clef_sender_clone> {
public:
    using shared_handle::shared_handle;

#if CLEF_EXCEPTIONS
    /// Speaks HTTP and TLS itself.
    static sender http(const http_config &config = {})
    {
        return try_http(config).value();
    }
    /// Sends through `inner`, and up to `retries` times more after a passing failure, waiting no
    /// longer in all.
    static sender retrying(const sender &inner, std::uint32_t retries, timeout max_wait)
    {
        return try_retrying(inner, retries, max_wait).value();
    }
    /// Hands each request to `send`, for programs that have HTTP of their own.
    static sender custom(send_function send, timeout limit)
    {
        return try_custom(std::move(send), limit).value();
    }
    /// The same for a `send` that only `run_callbacks` of this runtime calls, whichever thread
    /// sends.
    static sender custom(const runtime &pump, send_function send, timeout limit)
    {
        return try_custom(pump, std::move(send), limit).value();
    }
    /// Its requests wait until you ask for them with `next_exchange`, for programs that take no
    /// callbacks.
    static sender polled(timeout limit)
    {
        return try_polled(limit).value();
    }
#endif
    static result<sender> try_http(const http_config &config = {})
    {
        return detail::make<sender>(clef_sender_new_http, config);
    }
    static result<sender> try_retrying(const sender &inner, std::uint32_t retries, timeout max_wait)
    {
        return detail::make<sender>(clef_sender_new_retrying, inner, retries, max_wait);
    }
    static result<sender> try_custom(send_function send, timeout limit)
    {
        const auto callback = callback_of(send);
        auto box = std::make_unique<send_function>(std::move(send));
        return detail::make<sender>(clef_sender_new_custom, callback, user_data{box}, destructor,
                                    limit);
    }
    static result<sender> try_custom(const runtime &pump, send_function send, timeout limit)
    {
        const auto callback = callback_of(send);
        auto box = std::make_unique<send_function>(std::move(send));
        return detail::make<sender>(clef_runtime_new_sender, pump, callback, user_data{box},
                                    destructor, limit);
    }
    static result<sender> try_polled(timeout limit)
    {
        return detail::make<sender>(clef_sender_new_polled, limit);
    }

    /// The next request of a polled sender, if there is one at the moment. Never blocks.
    std::optional<exchange> next_exchange() const noexcept
    {
        clef_exchange *next = clef_sender_next_exchange(handle());
        return next ? std::optional<exchange>(std::in_place, adopt, next) : std::nullopt;
    }

private:
    using user_data = detail::user_data_argument<send_function>;
    static constexpr detail::plain_argument<clef_free_callback> destructor{
        &detail::free_user_data<send_function>};

    static detail::plain_argument<clef_send_callback>
    callback_of(const send_function &send) noexcept
    {
        return {send ? &carry : nullptr};
    }
    static void carry(void *user_data, clef_exchange *handle) noexcept
    {
        // That it was not sent is not known, so it is not sent again.
        detail::hand_over<exchange>(
            status::internal, *static_cast<send_function *>(user_data), handle,
            [](clef_exchange *back, clef_status status, const char *message) {
                clef_exchange_fail(back, status, CLEF_EXCHANGE_SENT, message);
            });
    }
};

inline result<void> exchange::try_forward(const sender &carrier)
{
    if (!*this || !carrier)
        return error(status::invalid_argument, detail::moved_from);
    clef_exchange_forward(release(), carrier.handle());
    return {};
}

// ------------------------------------------------------------------------------------------------
// Credentials.
// ------------------------------------------------------------------------------------------------

/// Where to send the user of a login with PKCE, and what to keep for its second step.
struct pkce_authorisation {
    secret_string url;
    secret_string verifier;
};

namespace detail {

/// `pkce_user_authorisation` of both kinds of credentials.
template <class Function, class Credentials>
result<pkce_authorisation> pkce_user_authorisation(Function function,
                                                   const Credentials &credentials,
                                                   const wanted_scopes &scopes, text state,
                                                   auth how, std::size_t verifier_bytes)
{
    char *verifier = nullptr;
    result<secret_string> url = make<secret_string>(
        [&](auto *handle, const clef_scope_set *wanted, const char *expected, std::size_t bytes,
            std::uint32_t flags, char **made, clef_error **failure) {
            return function(handle, wanted, expected, bytes, flags, made, &verifier, failure);
        },
        credentials, scopes.argument(), state, verifier_bytes, how);
    if (!url)
        return url.error();
    return pkce_authorisation{*std::move(url), secret_string(adopt, verifier)};
}

} // namespace detail

/// A program's credentials, with the service they are for and the sender of their requests. They do
/// not change; copies are cheap.
class credentials : public detail::shared_handle<clef_credentials, clef_credentials_free,
                                                 clef_credentials_clone> {
public:
    using shared_handle::shared_handle;

#if CLEF_EXCEPTIONS
    /// PKCE needs no client secret, and only logins need a redirect URI; without a sender it is the
    /// built-in one.
    explicit credentials(text client_id, text client_secret = {}, text redirect_uri = {},
                         optional_ref<sender> carrier = {})
        : credentials(try_make(client_id, client_secret, redirect_uri, carrier).value())
    {
    }
    /// The same but for another service: the sandbox, or a proxy of your own.
    credentials with_accounts_url(text url) const
    {
        return try_with_accounts_url(url).value();
    }
    credentials with_redirect_uri(text redirect_uri) const
    {
        return try_with_redirect_uri(redirect_uri).value();
    }

    /// Where to send the user: step 1 of 2 with a client secret.
    secret_string user_authorisation_url(const wanted_scopes &scopes = {}, text state = {},
                                         auth how = auth::usual) const
    {
        return try_user_authorisation_url(scopes, state, how).value();
    }
    /// Where to send the user, and the verifier to keep: step 1 of 2 with PKCE.
    pkce_authorisation pkce_user_authorisation(const wanted_scopes &scopes = {}, text state = {},
                                               auth how = auth::usual,
                                               std::size_t verifier_bytes = 32) const
    {
        return try_pkce_user_authorisation(scopes, state, how, verifier_bytes).value();
    }

    // These block until the service has answered.

    token request_client_token() const
    {
        return try_request_client_token().value();
    }
    token request_user_token(text code) const
    {
        return try_request_user_token(code).value();
    }
    token refresh_user_token(text refresh_token) const
    {
        return try_refresh_user_token(refresh_token).value();
    }
    token request_pkce_token(text code, text verifier) const
    {
        return try_request_pkce_token(code, verifier).value();
    }
    token refresh_pkce_token(text refresh_token) const
    {
        return try_refresh_pkce_token(refresh_token).value();
    }
    /// A token of any kind.
    token refresh(const token &old) const
    {
        return try_refresh(old).value();
    }

    // The same as requests that are not sent yet. No network.

    http_request prepare_client_token() const
    {
        return try_prepare_client_token().value();
    }
    http_request prepare_user_token(text code) const
    {
        return try_prepare_user_token(code).value();
    }
    http_request prepare_refresh_user_token(text refresh_token) const
    {
        return try_prepare_refresh_user_token(refresh_token).value();
    }
    http_request prepare_pkce_token(text code, text verifier) const
    {
        return try_prepare_pkce_token(code, verifier).value();
    }
    http_request prepare_refresh_pkce_token(text refresh_token) const
    {
        return try_prepare_refresh_pkce_token(refresh_token).value();
    }
    http_request prepare_refresh(const token &old) const
    {
        return try_prepare_refresh(old).value();
    }
#endif
    static result<credentials> try_make(text client_id, text client_secret = {},
                                        text redirect_uri = {}, optional_ref<sender> carrier = {})
    {
        return detail::make<credentials>(clef_credentials_new, client_id, client_secret,
                                         redirect_uri, carrier);
    }
    result<credentials> try_with_accounts_url(text url) const
    {
        return detail::make<credentials>(clef_credentials_with_accounts_url, *this, url);
    }
    result<credentials> try_with_redirect_uri(text redirect_uri) const
    {
        return detail::make<credentials>(clef_credentials_with_redirect_uri, *this, redirect_uri);
    }
    result<secret_string> try_user_authorisation_url(const wanted_scopes &scopes = {},
                                                     text state = {}, auth how = auth::usual) const
    {
        return detail::make<secret_string>(clef_credentials_user_authorisation_url, *this,
                                           scopes.argument(), state, how);
    }
    result<pkce_authorisation> try_pkce_user_authorisation(const wanted_scopes &scopes = {},
                                                           text state = {}, auth how = auth::usual,
                                                           std::size_t verifier_bytes = 32) const
    {
        return detail::pkce_user_authorisation(clef_credentials_pkce_user_authorisation, *this,
                                               scopes, state, how, verifier_bytes);
    }
    result<token> try_request_client_token() const
    {
        return detail::make<token>(clef_credentials_request_client_token, *this);
    }
    result<token> try_request_user_token(text code) const
    {
        return detail::make<token>(clef_credentials_request_user_token, *this, code);
    }
    result<token> try_refresh_user_token(text refresh_token) const
    {
        return detail::make<token>(clef_credentials_refresh_user_token, *this, refresh_token);
    }
    result<token> try_request_pkce_token(text code, text verifier) const
    {
        return detail::make<token>(clef_credentials_request_pkce_token, *this, code, verifier);
    }
    result<token> try_refresh_pkce_token(text refresh_token) const
    {
        return detail::make<token>(clef_credentials_refresh_pkce_token, *this, refresh_token);
    }
    result<token> try_refresh(const token &old) const
    {
        return detail::make<token>(clef_credentials_refresh, *this, old);
    }
    result<http_request> try_prepare_client_token() const
    {
        return detail::make<http_request>(clef_credentials_prepare_client_token, *this);
    }
    result<http_request> try_prepare_user_token(text code) const
    {
        return detail::make<http_request>(clef_credentials_prepare_user_token, *this, code);
    }
    result<http_request> try_prepare_refresh_user_token(text refresh_token) const
    {
        return detail::make<http_request>(clef_credentials_prepare_refresh_user_token, *this,
                                          refresh_token);
    }
    result<http_request> try_prepare_pkce_token(text code, text verifier) const
    {
        return detail::make<http_request>(clef_credentials_prepare_pkce_token, *this, code,
                                          verifier);
    }
    result<http_request> try_prepare_refresh_pkce_token(text refresh_token) const
    {
        return detail::make<http_request>(clef_credentials_prepare_refresh_pkce_token, *this,
                                          refresh_token);
    }
    result<http_request> try_prepare_refresh(const token &old) const
    {
        return detail::make<http_request>(clef_credentials_prepare_refresh, *this, old);
    }

    std::string_view client_id() const noexcept
    {
        return detail::borrowed(clef_credentials_client_id(handle()));
    }
    std::optional<std::string_view> redirect_uri() const noexcept
    {
        return detail::borrowed_or_none(clef_credentials_redirect_uri(handle()));
    }
};

// ------------------------------------------------------------------------------------------------
// Where tokens are kept.
// ------------------------------------------------------------------------------------------------

/// One thing that a store of the program's has to do. It ends once: by `done` or `fail`, now or
/// later, on any thread; else, when it is destroyed, as a `status::store` failure. One thread at a
/// time.
class store_task : public detail::errand<clef_store_task, clef_store_task_free> {
public:
    using errand::errand;

#if CLEF_EXCEPTIONS
    /// `load`: what is stored, as it was saved, and a version that changes with each save.
    void set_value(text value, text version = {})
    {
        try_set_value(value, version).value();
    }
    /// `save`: the version of what was saved now.
    void set_version(text version)
    {
        try_set_version(version).value();
    }
    /// `lock`: a number above 0 that grows with each lease of the key.
    void set_fence(std::int64_t fence)
    {
        try_set_fence(fence).value();
    }
    /// `list`: one more account that something is stored for.
    void add_account(text account)
    {
        try_add_account(account).value();
    }
    /// Ends a task that is done, with what was set.
    void done()
    {
        try_done().value();
    }
    /// Ends a task that is not: `status::busy` where another has the lock or was quicker.
    void fail(clef::status status, text message = {})
    {
        try_fail(status, message).value();
    }
#endif
    result<void> try_set_value(text value, text version = {})
    {
        return detail::perform(clef_store_task_set_value, *this, value, version);
    }
    result<void> try_set_version(text version)
    {
        return detail::perform(clef_store_task_set_version, *this, version);
    }
    result<void> try_set_fence(std::int64_t fence)
    {
        return detail::perform(clef_store_task_set_fence, *this, fence);
    }
    result<void> try_add_account(text account)
    {
        return detail::perform(clef_store_task_add_account, *this, account);
    }
    result<void> try_done()
    {
        if (!*this)
            return error(status::invalid_argument, detail::moved_from);
        clef_store_task_done(release());
        return {};
    }
    result<void> try_fail(clef::status status, text message = {})
    {
        const detail::text_argument words(message);
        if (!*this || words.problem())
            return error(status::invalid_argument, *this ? words.problem() : detail::moved_from);
        clef_store_task_fail(release(), static_cast<clef_status>(status), words.get());
        return {};
    }

    task_kind kind() const noexcept
    {
        return static_cast<task_kind>(clef_store_task_kind(handle()));
    }
    /// Accounts URL, client id and account in one text of printable ASCII; of `list`, how all keys
    /// begin.
    std::string_view key() const noexcept
    {
        return detail::borrowed(clef_store_task_key(handle()));
    }
    std::string_view accounts_url() const noexcept
    {
        return detail::borrowed(clef_store_task_accounts_url(handle()));
    }
    std::string_view client_id() const noexcept
    {
        return detail::borrowed(clef_store_task_client_id(handle()));
    }
    std::string_view account() const noexcept
    {
        return detail::borrowed(clef_store_task_account(handle()));
    }
    /// `save`: the text to store.
    std::optional<secret_view> value() const noexcept
    {
        return detail::secret_or_none(clef_store_task_value(handle()));
    }
    /// `save`: the version that must still be stored; none where nothing may be.
    std::optional<std::string_view> version() const noexcept
    {
        return detail::borrowed_or_none(clef_store_task_version(handle()));
    }
    /// `save`, `remove`, `unlock`: the fence of the lease, 0 without.
    std::int64_t fence() const noexcept
    {
        return clef_store_task_fence(handle());
    }
    /// `lock`: how long the lock holds at least.
    std::chrono::milliseconds time_to_live() const noexcept
    {
        return std::chrono::milliseconds(clef_store_task_time_to_live_ms(handle()));
    }
    /// Whether nobody waits for it any more. It still has to end.
    bool is_cancelled() const noexcept
    {
        return clef_store_task_is_cancelled(handle());
    }
};

/// Does one thing for a store of the program's, now or later. What it throws ends the task: an
/// `error` with its status, anything else as `status::store`.
using store_function = std::function<void(store_task)>;

/// Keeps tokens where the next run of the program, or another process, finds them. Copies are
/// cheap.
///
/// An account is a name of your own for one of your users; without one it is the account that has
/// no name.
class token_store : public detail::shared_handle<clef_token_store, clef_token_store_free,
                                                 clef_token_store_clone> {
public:
    using shared_handle::shared_handle;

#if CLEF_EXCEPTIONS
    /// In files of this directory, that only this user may read; without one, where the system
    /// keeps state.
    static token_store file(text directory = {})
    {
        return try_file(directory).value();
    }
    /// In the keyring of the desktop, under the name of your program. Needs the feature `keyring`.
    static token_store keyring(text service = {})
    {
        return try_keyring(service).value();
    }
    /// Wherever you like.
    static token_store custom(store_function run)
    {
        return try_custom(std::move(run)).value();
    }
    /// The same for a `run` that only `run_callbacks` of this runtime calls, whichever thread uses
    /// the store.
    static token_store custom(const runtime &pump, store_function run)
    {
        return try_custom(pump, std::move(run)).value();
    }

    // These block for as long as the store takes.

    /// The token as it was stored, for a look; to use it, `refreshing_token::open` the account.
    token load(const credentials &app, text account = {}) const
    {
        return try_load(app, account).value();
    }
    /// In place of the one that is there.
    void save(const credentials &app, const token &saved, text account = {}) const
    {
        try_save(app, saved, account).value();
    }
    /// Logs the user out. That none is stored is no error.
    void remove(const credentials &app, text account = {}) const
    {
        try_remove(app, account).value();
    }
    /// The accounts that a token is stored for, in order; `""` is the one without a name.
    std::vector<std::string> accounts(const credentials &app) const
    {
        return try_accounts(app).value();
    }
#endif
    static result<token_store> try_file(text directory = {})
    {
        return detail::make<token_store>(clef_token_store_new_file, directory);
    }
    static result<token_store> try_keyring(text service = {})
    {
        return detail::make<token_store>(clef_token_store_new_keyring, service);
    }
    static result<token_store> try_custom(store_function run)
    {
        const auto callback = callback_of(run);
        auto box = std::make_unique<store_function>(std::move(run));
        return detail::make<token_store>(clef_token_store_new_custom, callback, user_data{box},
                                         destructor);
    }
    static result<token_store> try_custom(const runtime &pump, store_function run)
    {
        const auto callback = callback_of(run);
        auto box = std::make_unique<store_function>(std::move(run));
        return detail::make<token_store>(clef_runtime_new_store, pump, callback, user_data{box},
                                         destructor);
    }
    result<token> try_load(const credentials &app, text account = {}) const
    {
        return detail::make<token>(clef_token_store_load, *this, app, account);
    }
    result<void> try_save(const credentials &app, const token &saved, text account = {}) const
    {
        return detail::perform(clef_token_store_save, *this, app, account, saved);
    }
    result<void> try_remove(const credentials &app, text account = {}) const
    {
        return detail::perform(clef_token_store_remove, *this, app, account);
    }
    result<std::vector<std::string>> try_accounts(const credentials &app) const
    {
        using owned = detail::unique_handle<clef_accounts, clef_accounts_free>;
        const result<owned> found = detail::make<owned>(clef_token_store_accounts, *this, app);
        if (!found)
            return found.error();
        std::vector<std::string> names;
        const std::size_t count = clef_accounts_len(found->handle());
        for (std::size_t i = 0; i < count; i++)
            names.emplace_back(clef_accounts_get(found->handle(), i));
        return names;
    }

private:
    using user_data = detail::user_data_argument<store_function>;
    static constexpr detail::plain_argument<clef_free_callback> destructor{
        &detail::free_user_data<store_function>};

    static detail::plain_argument<clef_store_callback>
    callback_of(const store_function &run) noexcept
    {
        return {run ? &do_task : nullptr};
    }
    static void do_task(void *user_data, clef_store_task *handle) noexcept
    {
        detail::hand_over<store_task>(
            status::store, *static_cast<store_function *>(user_data), handle,
            [](clef_store_task *back, clef_status status, const char *message) {
                clef_store_task_fail(back, status, message);
            });
    }
};

// ------------------------------------------------------------------------------------------------
// Tokens that refresh themselves.
// ------------------------------------------------------------------------------------------------

/// Hears of what happens to a self-refreshing token: the new token for `event::changed`, else the
/// one at hand; and the error, or null. Answers `status::ok`; anything else says of a change that
/// it could not be saved. What it throws is its answer: an `error` its status, anything else
/// `status::internal`.
using listener = std::function<status(event, const token &, const error *)>;

/// An access token that is refreshed when it is about to expire. Any number of threads may use it.
/// Copies are cheap.
class refreshing_token
    : public detail::shared_handle<clef_refreshing_token, clef_refreshing_token_free,
                                   clef_refreshing_token_clone> {
public:
    using shared_handle::shared_handle;

#if CLEF_EXCEPTIONS
    /// One that begins as this token. No network.
    refreshing_token(const clef::token &first, const clef::credentials &app)
        : refreshing_token(try_make(first, app).value())
    {
    }
    /// The token that a store keeps for an account, each new one stored before anybody sees it;
    /// `status::not_found` where there is none. Blocks while it refreshes.
    static refreshing_token open(const token_store &store, const clef::credentials &app,
                                 text account = {})
    {
        return try_open(store, app, account).value();
    }
    static operation<refreshing_token> open_start(const token_store &store,
                                                  const clef::credentials &app, text account,
                                                  const runtime &pump,
                                                  completion<refreshing_token> done = {})
    {
        return try_open_start(store, app, account, pump, std::move(done)).value();
    }
    /// Has a store keep it from now on, for one that was not opened from there.
    void attach(const token_store &store, text account = {}) const
    {
        try_attach(store, account).value();
    }

    /// The access token, refreshed first when it is about to expire: so ask before each request,
    /// and keep no copy.
    secret_string access_token() const
    {
        return try_access_token().value();
    }
    /// The same where that needs no refresh, else `status::would_block`: never blocks, and begins
    /// nothing. In a loop ask `try_access_token_at_hand` first, and `access_token_start` where it
    /// has none.
    secret_string access_token_at_hand() const { return try_access_token_at_hand().value(); }
    operation<secret_string> access_token_start(const runtime &pump,
                                                completion<secret_string> done = {}) const
    {
        return try_access_token_start(pump, std::move(done)).value();
    }
    /// Refreshes now. Blocks.
    void refresh() const
    {
        try_refresh().value();
    }
    operation<clef::token> refresh_start(const runtime &pump,
                                         completion<clef::token> done = {}) const
    {
        return try_refresh_start(pump, std::move(done)).value();
    }
    /// After the Web API answered 401 to this access token: refreshes if it is still the current
    /// one.
    void invalidate(text access_token) const
    {
        try_invalidate(access_token).value();
    }
    /// Has the runtime refresh it ahead of time; `std::nullopt` ends that.
    void keep_fresh(optional_ref<runtime> pump) const
    {
        try_keep_fresh(pump).value();
    }

    /// As it is now; none for a client token.
    std::optional<secret_string> refresh_token() const
    {
        return try_refresh_token().value();
    }
    scope_set scopes() const
    {
        return try_scopes().value();
    }
    /// `"Bearer"`.
    std::string token_type() const
    {
        return try_token_type().value();
    }
    /// The token as it is now, with its times. No network.
    clef::token token() const
    {
        return try_token().value();
    }
    /// Why the last refresh failed, or could not be stored.
    std::optional<error> last_error() const
    {
        return try_last_error().value();
    }
    /// How long before the end of the grant the listener hears of it; 0 for never.
    void set_grant_warning(std::chrono::seconds before) const
    {
        try_set_grant_warning(before).value();
    }
    /// Replaces the listener before; `nullptr` for none. When this returns the old one never runs
    /// again. A listener must not own a copy of this token. One that returns nothing answers
    /// `status::ok` unless it throws.
    template <class F> void set_listener(F &&hears) const
    {
        try_set_listener(std::forward<F>(hears)).value();
    }
#endif
    static result<refreshing_token> try_make(const clef::token &first, const clef::credentials &app)
    {
        return detail::make<refreshing_token>(clef_refreshing_token_new, first, app);
    }
    static result<refreshing_token> try_open(const token_store &store, const clef::credentials &app,
                                             text account = {})
    {
        return detail::make<refreshing_token>(clef_refreshing_token_open, store, app, account);
    }
    static result<operation<refreshing_token>>
    try_open_start(const token_store &store, const clef::credentials &app, text account,
                   const runtime &pump, completion<refreshing_token> done = {})
    {
        return operation_start<refreshing_token>::begin(clef_refreshing_token_open_start, pump,
                                                        std::move(done), store, app, account);
    }
    result<void> try_attach(const token_store &store, text account = {}) const
    {
        return detail::perform(clef_refreshing_token_attach, *this, store, account);
    }
    result<secret_string> try_access_token() const
    {
        return detail::make<secret_string>(clef_refreshing_token_access_token, *this);
    }
    result<secret_string> try_access_token_at_hand() const
    {
        return detail::make<secret_string>(clef_refreshing_token_try_access_token, *this);
    }
    result<operation<secret_string>>
    try_access_token_start(const runtime &pump, completion<secret_string> done = {}) const
    {
        return operation_start<secret_string>::begin(clef_refreshing_token_access_token_start, pump,
                                                     std::move(done), *this);
    }
    result<void> try_refresh() const
    {
        return detail::perform(clef_refreshing_token_refresh, *this);
    }
    result<operation<clef::token>> try_refresh_start(const runtime &pump,
                                                     completion<clef::token> done = {}) const
    {
        return operation_start<clef::token>::begin(clef_refreshing_token_refresh_start, pump,
                                                   std::move(done), *this);
    }
    result<void> try_invalidate(text access_token) const
    {
        return detail::perform(clef_refreshing_token_invalidate, *this, access_token);
    }
    result<void> try_keep_fresh(optional_ref<runtime> pump) const
    {
        return detail::perform(clef_refreshing_token_keep_fresh, *this, pump);
    }
    result<std::optional<secret_string>> try_refresh_token() const
    {
        return detail::make<std::optional<secret_string>>(clef_refreshing_token_refresh_token,
                                                          *this);
    }
    result<scope_set> try_scopes() const
    {
        return detail::make<scope_set>(clef_refreshing_token_scopes, *this);
    }
    result<std::string> try_token_type() const
    {
        return detail::make<secret_string>(clef_refreshing_token_token_type, *this)
            .transform([](const secret_string &type) { return std::string(type.view()); });
    }
    result<clef::token> try_token() const
    {
        return detail::make<clef::token>(clef_refreshing_token_token, *this);
    }
    result<std::optional<error>> try_last_error() const
    {
        return detail::make<std::optional<error>>(clef_refreshing_token_last_error, *this);
    }
    result<void> try_set_grant_warning(std::chrono::seconds before) const
    {
        return detail::perform(clef_refreshing_token_set_grant_warning, *this,
                               std::int64_t{before.count()});
    }
    template <class F> result<void> try_set_listener(F &&hears) const
    {
        return replace_listener(listener_of(std::forward<F>(hears)));
    }

    bool uses_pkce() const noexcept
    {
        return clef_refreshing_token_uses_pkce(handle());
    }
    /// Never: it refreshes itself.
    instant expires_at() const noexcept
    {
        return instant::from_unix(clef_refreshing_token_expires_at(handle()));
    }
    /// `endless`: it refreshes itself.
    std::chrono::seconds expires_in() const noexcept
    {
        return std::chrono::seconds(clef_refreshing_token_expires_in(handle()));
    }
    /// False: it refreshes itself.
    bool is_expiring() const noexcept
    {
        return clef_refreshing_token_is_expiring(handle());
    }
    /// The credentials that refresh it.
    clef::credentials credentials() const noexcept
    {
        return clef::credentials(adopt, clef_refreshing_token_credentials(handle()));
    }

private:
    static listener listener_of(std::nullptr_t) noexcept
    {
        return nullptr;
    }
    template <class F> static listener listener_of(F &&hears)
    {
        if constexpr (std::is_void_v<
                          std::invoke_result_t<F &, event, const clef::token &, const error *>>) {
            std::function<void(event, const clef::token &, const error *)> own(
                std::forward<F>(hears));
            if (!own)
                return nullptr;
            return [own = std::move(own)](event what, const clef::token &now,
                                          const error *problem) {
                own(what, now, problem);
                return status::ok;
            };
        } else {
            return listener(std::forward<F>(hears));
        }
    }

    result<void> replace_listener(listener hears) const
    {
        using destructor = detail::plain_argument<clef_free_callback>;
        const detail::plain_argument<clef_token_listener> callback{hears ? &hear : nullptr};
        std::unique_ptr<listener> box;
        if (hears)
            box = std::make_unique<listener>(std::move(hears));
        return detail::perform(clef_refreshing_token_set_listener, *this, callback,
                               detail::user_data_argument<listener>{box},
                               destructor{&detail::free_user_data<listener>});
    }

    static clef_status hear(void *user_data, clef_event what, const clef_token *now,
                            const clef_error *problem) noexcept
    {
        clef_status answer = CLEF_STATUS_INTERNAL;
        detail::guard(
            status::internal,
            [&] {
                const clef::token snapshot(adopt, clef_token_clone(now));
                std::optional<error> copy;
                if (problem)
                    copy = error::copy(problem);
                const listener &own = *static_cast<listener *>(user_data);
                answer = static_cast<clef_status>(
                    own(static_cast<event>(what), snapshot, copy ? &*copy : nullptr));
            },
            [&](status thrown, const char *) { answer = static_cast<clef_status>(thrown); });
        return answer;
    }
};

/// Credentials that give self-refreshing tokens. They do not change; copies are cheap.
class refreshing_credentials
    : public detail::shared_handle<clef_refreshing_credentials, clef_refreshing_credentials_free,
                                   clef_refreshing_credentials_clone> {
public:
    using shared_handle::shared_handle;

#if CLEF_EXCEPTIONS
    explicit refreshing_credentials(const clef::credentials &app)
        : refreshing_credentials(try_make(app).value())
    {
    }
    /// Where to send the user: step 1 of 2 with a client secret.
    secret_string user_authorisation_url(const wanted_scopes &scopes = {}, text state = {},
                                         auth how = auth::usual) const
    {
        return try_user_authorisation_url(scopes, state, how).value();
    }
    /// Where to send the user, and the verifier to keep: step 1 of 2 with PKCE.
    pkce_authorisation pkce_user_authorisation(const wanted_scopes &scopes = {}, text state = {},
                                               auth how = auth::usual,
                                               std::size_t verifier_bytes = 32) const
    {
        return try_pkce_user_authorisation(scopes, state, how, verifier_bytes).value();
    }

    // These block until the service has answered.

    refreshing_token request_client_token() const
    {
        return try_request_client_token().value();
    }
    refreshing_token request_user_token(text code) const
    {
        return try_request_user_token(code).value();
    }
    refreshing_token refresh_user_token(text refresh_token) const
    {
        return try_refresh_user_token(refresh_token).value();
    }
    refreshing_token request_pkce_token(text code, text verifier) const
    {
        return try_request_pkce_token(code, verifier).value();
    }
    refreshing_token refresh_pkce_token(text refresh_token) const
    {
        return try_refresh_pkce_token(refresh_token).value();
    }
#endif
    static result<refreshing_credentials> try_make(const clef::credentials &app)
    {
        return detail::make<refreshing_credentials>(clef_refreshing_credentials_new, app);
    }
    result<secret_string> try_user_authorisation_url(const wanted_scopes &scopes = {},
                                                     text state = {}, auth how = auth::usual) const
    {
        return detail::make<secret_string>(clef_refreshing_credentials_user_authorisation_url,
                                           *this, scopes.argument(), state, how);
    }
    result<pkce_authorisation> try_pkce_user_authorisation(const wanted_scopes &scopes = {},
                                                           text state = {}, auth how = auth::usual,
                                                           std::size_t verifier_bytes = 32) const
    {
        return detail::pkce_user_authorisation(clef_refreshing_credentials_pkce_user_authorisation,
                                               *this, scopes, state, how, verifier_bytes);
    }
    result<refreshing_token> try_request_client_token() const
    {
        return detail::make<refreshing_token>(clef_refreshing_credentials_request_client_token,
                                              *this);
    }
    result<refreshing_token> try_request_user_token(text code) const
    {
        return detail::make<refreshing_token>(clef_refreshing_credentials_request_user_token, *this,
                                              code);
    }
    result<refreshing_token> try_refresh_user_token(text refresh_token) const
    {
        return detail::make<refreshing_token>(clef_refreshing_credentials_refresh_user_token, *this,
                                              refresh_token);
    }
    result<refreshing_token> try_request_pkce_token(text code, text verifier) const
    {
        return detail::make<refreshing_token>(clef_refreshing_credentials_request_pkce_token, *this,
                                              code, verifier);
    }
    result<refreshing_token> try_refresh_pkce_token(text refresh_token) const
    {
        return detail::make<refreshing_token>(clef_refreshing_credentials_refresh_pkce_token, *this,
                                              refresh_token);
    }

    /// The credentials underneath.
    clef::credentials credentials() const noexcept
    {
        return clef::credentials(adopt, clef_refreshing_credentials_credentials(handle()));
    }
};

// ------------------------------------------------------------------------------------------------
// Logging a user in, step by step.
// ------------------------------------------------------------------------------------------------

/// One login of one user: its URL, the check of its state and the exchange of its code. It is spent
/// once, when its state matched.
class user_auth : public detail::unique_handle<clef_user_auth, clef_user_auth_free> {
public:
    using unique_handle::unique_handle;

#if CLEF_EXCEPTIONS
    user_auth(const credentials &app, const wanted_scopes &scopes, auth how = auth::usual)
        : user_auth(try_make(app, scopes, how).value())
    {
    }
    /// A login that was begun elsewhere, with the `state()` and `verifier()` of there.
    static user_auth resume(const credentials &app, text state, text verifier = {},
                            auth how = auth::usual)
    {
        return try_resume(app, state, verifier, how).value();
    }

    // These verify the state, and block until the service has answered.

    token request_token(text code, text state) const
    {
        return try_request_token(code, state).value();
    }
    /// The URL that the user was sent back to: whole, a request target (`/callback?code=…`) or a
    /// bare query.
    token request_token_from_url(text url) const
    {
        return try_request_token_from_url(url).value();
    }
    refreshing_token request_refreshing_token(text code, text state) const
    {
        return try_request_refreshing_token(code, state).value();
    }
    refreshing_token request_refreshing_token_from_url(text url) const
    {
        return try_request_refreshing_token_from_url(url).value();
    }

    // The same in the background. The state is verified at once.

    operation<token> request_token_start(text code, text state, const runtime &pump,
                                         completion<token> done = {}) const
    {
        return try_request_token_start(code, state, pump, std::move(done)).value();
    }
    operation<token> request_token_from_url_start(text url, const runtime &pump,
                                                  completion<token> done = {}) const
    {
        return try_request_token_from_url_start(url, pump, std::move(done)).value();
    }
    operation<refreshing_token>
    request_refreshing_token_start(text code, text state, const runtime &pump,
                                   completion<refreshing_token> done = {}) const
    {
        return try_request_refreshing_token_start(code, state, pump, std::move(done)).value();
    }
    operation<refreshing_token>
    request_refreshing_token_from_url_start(text url, const runtime &pump,
                                            completion<refreshing_token> done = {}) const
    {
        return try_request_refreshing_token_from_url_start(url, pump, std::move(done)).value();
    }

    // The same as requests that are not sent yet; they spend the login.

    http_request prepare_token(text code, text state) const
    {
        return try_prepare_token(code, state).value();
    }
    http_request prepare_token_from_url(text url) const
    {
        return try_prepare_token_from_url(url).value();
    }
#endif
    static result<user_auth> try_make(const credentials &app, const wanted_scopes &scopes,
                                      auth how = auth::usual)
    {
        return detail::make<user_auth>(clef_user_auth_new, app, scopes.argument(), how);
    }
    static result<user_auth> try_resume(const credentials &app, text state, text verifier = {},
                                        auth how = auth::usual)
    {
        return detail::make<user_auth>(clef_user_auth_resume, app, state, verifier, how);
    }
    result<token> try_request_token(text code, text state) const
    {
        return detail::make<token>(clef_user_auth_request_token, *this, code, state);
    }
    result<token> try_request_token_from_url(text url) const
    {
        return detail::make<token>(clef_user_auth_request_token_from_url, *this, url);
    }
    result<refreshing_token> try_request_refreshing_token(text code, text state) const
    {
        return detail::make<refreshing_token>(clef_user_auth_request_refreshing_token, *this, code,
                                              state);
    }
    result<refreshing_token> try_request_refreshing_token_from_url(text url) const
    {
        return detail::make<refreshing_token>(clef_user_auth_request_refreshing_token_from_url,
                                              *this, url);
    }
    result<operation<token>> try_request_token_start(text code, text state, const runtime &pump,
                                                     completion<token> done = {}) const
    {
        return operation_start<token>::begin(clef_user_auth_request_token_start, pump,
                                             std::move(done), *this, code, state);
    }
    result<operation<token>> try_request_token_from_url_start(text url, const runtime &pump,
                                                              completion<token> done = {}) const
    {
        return operation_start<token>::begin(clef_user_auth_request_token_from_url_start, pump,
                                             std::move(done), *this, url);
    }
    result<operation<refreshing_token>>
    try_request_refreshing_token_start(text code, text state, const runtime &pump,
                                       completion<refreshing_token> done = {}) const
    {
        return operation_start<refreshing_token>::begin(
            clef_user_auth_request_refreshing_token_start, pump, std::move(done), *this, code,
            state);
    }
    result<operation<refreshing_token>>
    try_request_refreshing_token_from_url_start(text url, const runtime &pump,
                                                completion<refreshing_token> done = {}) const
    {
        return operation_start<refreshing_token>::begin(
            clef_user_auth_request_refreshing_token_from_url_start, pump, std::move(done), *this,
            url);
    }
    result<http_request> try_prepare_token(text code, text state) const
    {
        return detail::make<http_request>(clef_user_auth_prepare_token, *this, code, state);
    }
    result<http_request> try_prepare_token_from_url(text url) const
    {
        return detail::make<http_request>(clef_user_auth_prepare_token_from_url, *this, url);
    }

    /// Where to send the user; none for a login that was resumed.
    std::optional<secret_view> url() const noexcept
    {
        return detail::secret_or_none(clef_user_auth_url(handle()));
    }
    /// To be kept for `resume`.
    secret_view state() const noexcept
    {
        return secret_view(clef_user_auth_state(handle()));
    }
    /// To be kept for `resume`; none without PKCE.
    std::optional<secret_view> verifier() const noexcept
    {
        return detail::secret_or_none(clef_user_auth_verifier(handle()));
    }
};

/// Listens on a port of this computer for the redirect that ends a login.
class redirect_listener
    : public detail::unique_handle<clef_redirect_listener, clef_redirect_listener_free> {
public:
    using unique_handle::unique_handle;

#if CLEF_EXCEPTIONS
    /// `http://127.0.0.1[:port][/path]` or `http://[::1]…`; without a port, or with port 0, a free
    /// one is picked.
    explicit redirect_listener(text redirect_uri)
        : redirect_listener(try_make(redirect_uri).value())
    {
    }
    /// What the browser shows in the end, text or HTML; none for the page of clef.
    void set_page(text success, text failure) const
    {
        try_set_page(success, failure).value();
    }
    /// Blocks until the redirect has come, and gives its whole URL. One with another state than
    /// that of the login is turned away; without one, any ends the waiting. `status::timeout` where
    /// none comes in time.
    secret_string wait(text expected_state, timeout limit) const
    {
        return try_wait(expected_state, limit).value();
    }
#endif
    static result<redirect_listener> try_make(text redirect_uri)
    {
        return detail::make<redirect_listener>(clef_redirect_listener_new, redirect_uri);
    }
    result<void> try_set_page(text success, text failure) const
    {
        return detail::perform(clef_redirect_listener_set_page, *this, success, failure);
    }
    result<secret_string> try_wait(text expected_state, timeout limit) const
    {
        return detail::make<secret_string>(clef_redirect_listener_wait, *this, expected_state,
                                           limit);
    }

    /// The redirect URI to log in with, with the port that is listened on.
    std::string_view uri() const noexcept
    {
        return detail::borrowed(clef_redirect_listener_uri(handle()));
    }
    /// Ends the `wait` under way and all later ones, as `status::cancelled`. Any thread; never
    /// blocks.
    void cancel() const noexcept
    {
        clef_redirect_listener_cancel(handle());
    }
};

// ------------------------------------------------------------------------------------------------
// Logging a user in, in one call.
// ------------------------------------------------------------------------------------------------

/// An attempt of a user to log in: what to show, and how to end the waiting from elsewhere. Copies
/// are cheap.
class login_attempt : public detail::shared_handle<clef_login_attempt, clef_login_attempt_free,
                                                   clef_login_attempt_clone> {
public:
    using shared_handle::shared_handle;

#if CLEF_EXCEPTIONS
    /// Opens the URL in the browser of the desktop.
    void open_browser() const
    {
        try_open_browser().value();
    }
    /// Ends the waiting with the URL that the user was sent back to. Any thread; never blocks.
    void paste(text url) const
    {
        try_paste(url).value();
    }
#endif
    result<void> try_open_browser() const
    {
        return detail::perform(clef_login_attempt_open_browser, *this);
    }
    result<void> try_paste(text url) const
    {
        return detail::perform(clef_login_attempt_paste, *this, url);
    }

    /// Where to send the user.
    secret_view url() const noexcept
    {
        return secret_view(clef_login_attempt_url(handle()));
    }
    /// Where the user is sent back to.
    std::string_view redirect_uri() const noexcept
    {
        return detail::borrowed(clef_login_attempt_redirect_uri(handle()));
    }
    /// Ends the login as `status::cancelled`. Any thread; never blocks.
    void cancel() const noexcept
    {
        clef_login_attempt_cancel(handle());
    }
};

/// Shows a login to the user; copy the attempt to keep it. Nothing is received before it returns.
/// If it throws, the login ends: `login` gives what it threw as its error, a login in the
/// background is `status::cancelled`.
using browser_function = std::function<void(const login_attempt &)>;

/// Settings of a login. One thread at a time; copied when they are used.
class login_options : public detail::unique_handle<clef_login_options, clef_login_options_free> {
public:
    using unique_handle::unique_handle;
    /// The browser of the desktop, 5 minutes, the pages of clef.
    login_options() noexcept : unique_handle(adopt, clef_login_options_new()) {}

#if CLEF_EXCEPTIONS
    /// PKCE is used in any case where the credentials have no client secret.
    login_options &set_flags(auth how)
    {
        return check(try_set_flags(how));
    }
    /// How long the user may take.
    login_options &set_timeout(timeout limit)
    {
        return check(try_set_timeout(limit));
    }
    /// Shows the login in place of the desktop's browser; `nullptr` for that again.
    login_options &set_browser(browser_function show)
    {
        return check(try_set_browser(std::move(show)));
    }
    /// What the browser shows in the end, text or HTML; none for the page of clef.
    login_options &set_page(text success, text failure)
    {
        return check(try_set_page(success, failure));
    }
    /// Keeps the token of the login for an account; `std::nullopt` for no store.
    login_options &set_store(optional_ref<token_store> store, text account = {})
    {
        return check(try_set_store(store, account));
    }
#endif
    result<void> try_set_flags(auth how)
    {
        return detail::perform(clef_login_options_set_flags, *this, how);
    }
    result<void> try_set_timeout(timeout limit)
    {
        return detail::perform(clef_login_options_set_timeout, *this, limit);
    }
    result<void> try_set_browser(browser_function show);
    result<void> try_set_page(text success, text failure)
    {
        return detail::perform(clef_login_options_set_page, *this, success, failure);
    }
    result<void> try_set_store(optional_ref<token_store> store, text account = {})
    {
        return detail::perform(clef_login_options_set_store, *this, store, account);
    }

private:
    friend result<refreshing_token> try_login(const credentials &app, const wanted_scopes &scopes,
                                              const login_options &options);

    /// A browser function, and what it threw.
    struct shown {
        browser_function show;
        std::mutex mutex;
        std::optional<error> thrown;
    };
    using shared_shown = std::shared_ptr<shown>;

    static void show(void *user_data, const clef_login_attempt *borrowed) noexcept;
    std::optional<error> take_thrown() const;
#if CLEF_EXCEPTIONS
    login_options &check(const result<void> &outcome)
    {
        outcome.value();
        return *this;
    }
#endif

    shared_shown shown_;
};

inline result<void> login_options::try_set_browser(browser_function show_it)
{
    const detail::plain_argument<clef_login_callback> callback{show_it ? &show : nullptr};
    const detail::plain_argument<clef_free_callback> destructor{
        &detail::free_user_data<shared_shown>};
    shared_shown next;
    std::unique_ptr<shared_shown> box;
    if (show_it) {
        next = std::make_shared<shown>();
        next->show = std::move(show_it);
        box = std::make_unique<shared_shown>(next);
    }
    result<void> outcome =
        detail::perform(clef_login_options_set_browser, *this, callback,
                        detail::user_data_argument<shared_shown>{box}, destructor);
    if (outcome)
        shown_ = std::move(next);
    return outcome;
}

inline void login_options::show(void *user_data, const clef_login_attempt *borrowed) noexcept
{
    shown &own = **static_cast<shared_shown *>(user_data);
    const login_attempt attempt(adopt, clef_login_attempt_clone(borrowed));
    detail::guard(
        status::internal, [&] { own.show(attempt); },
        [&](status thrown, const char *message) {
            detail::guard(
                status::internal,
                [&] {
                    const std::lock_guard<std::mutex> lock(own.mutex);
                    own.thrown = error(thrown, message);
                },
                [](status, const char *) {});
            attempt.cancel();
        });
}

inline std::optional<error> login_options::take_thrown() const
{
    if (!shown_)
        return std::nullopt;
    const std::lock_guard<std::mutex> lock(shown_->mutex);
    return std::exchange(shown_->thrown, std::nullopt);
}

/// A login under way.
class login_operation : public operation<refreshing_token> {
public:
    using operation::operation;

#if CLEF_EXCEPTIONS
    /// Where to send the user, for programs that take no callbacks.
    secret_string url() const
    {
        return try_url().value();
    }
    /// Ends the waiting with the URL that the user was sent back to. Never blocks.
    void paste(text url) const
    {
        try_paste(url).value();
    }
#endif
    result<secret_string> try_url() const
    {
        return detail::make<secret_string>(clef_operation_url, *this);
    }
    result<void> try_paste(text url) const
    {
        return detail::perform(clef_login_paste, *this, url);
    }
};

inline result<refreshing_token> try_login(const credentials &app, const wanted_scopes &scopes = {},
                                          const login_options &options = {})
{
    // What another login left there.
    static_cast<void>(options.take_thrown());
    result<refreshing_token> outcome =
        detail::make<refreshing_token>(clef_login, app, scopes.argument(), options);
    if (outcome.status() == status::cancelled) {
        if (std::optional<error> thrown = options.take_thrown())
            return *std::move(thrown);
    }
    return outcome;
}

inline result<login_operation> try_login_start(const credentials &app, const wanted_scopes &scopes,
                                               const login_options &options, const runtime &pump,
                                               completion<refreshing_token> done = {})
{
    return operation_start<refreshing_token>::begin<login_operation>(
        clef_login_start, pump, std::move(done), app, scopes.argument(), options);
}

// ------------------------------------------------------------------------------------------------
// Helpers and shortcuts.
// ------------------------------------------------------------------------------------------------

/// A new random state of so many bytes, 16 to 96, URL-safe.
inline result<secret_string> try_gen_state(std::size_t bytes = 32)
{
    return detail::make<secret_string>(clef_gen_state, bytes);
}
inline result<secret_string> try_parse_code_from_url(text url)
{
    return detail::make<secret_string>(clef_parse_code_from_url, url);
}
inline result<secret_string> try_parse_state_from_url(text url)
{
    return detail::make<secret_string>(clef_parse_state_from_url, url);
}
inline result<refreshing_token> try_request_client_token(text client_id, text client_secret,
                                                         optional_ref<sender> carrier = {})
{
    return detail::make<refreshing_token>(clef_request_client_token, client_id, client_secret,
                                          carrier);
}
inline result<refreshing_token> try_refresh_user_token(text client_id, text client_secret,
                                                       text refresh_token,
                                                       optional_ref<sender> carrier = {})
{
    return detail::make<refreshing_token>(clef_refresh_user_token, client_id, client_secret,
                                          refresh_token, carrier);
}
inline result<refreshing_token> try_refresh_pkce_token(text client_id, text refresh_token,
                                                       optional_ref<sender> carrier = {})
{
    return detail::make<refreshing_token>(clef_refresh_pkce_token, client_id, refresh_token,
                                          carrier);
}
inline result<refreshing_token> try_prompt_for_user_token(text client_id, text client_secret,
                                                          text redirect_uri,
                                                          const wanted_scopes &scopes = {},
                                                          auth how = auth::usual,
                                                          optional_ref<sender> carrier = {})
{
    return detail::make<refreshing_token>(clef_prompt_for_user_token, client_id, client_secret,
                                          redirect_uri, scopes.argument(), how, carrier);
}
inline result<refreshing_token> try_prompt_for_pkce_token(text client_id, text redirect_uri,
                                                          const wanted_scopes &scopes = {},
                                                          auth how = auth::usual,
                                                          optional_ref<sender> carrier = {})
{
    return detail::make<refreshing_token>(clef_prompt_for_pkce_token, client_id, redirect_uri,
                                          scopes.argument(), how, carrier);
}
inline result<refreshing_token> try_prompt_for_token(const credentials &app,
                                                     const wanted_scopes &scopes = {},
                                                     auth how = auth::usual)
{
    return detail::make<refreshing_token>(clef_prompt_for_token, app, scopes.argument(), how);
}

#if CLEF_EXCEPTIONS

/// Logs a user in: opens the browser, receives the redirect, verifies its state, and trades its
/// code for a token that refreshes itself. The redirect URI of the credentials says how the user
/// comes back. Blocks for as long as the user takes.
inline refreshing_token login(const credentials &app, const wanted_scopes &scopes = {},
                              const login_options &options = {})
{
    return try_login(app, scopes, options).value();
}
/// The same in the background.
inline login_operation login_start(const credentials &app, const wanted_scopes &scopes,
                                   const login_options &options, const runtime &pump,
                                   completion<refreshing_token> done = {})
{
    return try_login_start(app, scopes, options, pump, std::move(done)).value();
}
/// A new random state of so many bytes, 16 to 96, URL-safe.
inline secret_string gen_state(std::size_t bytes = 32)
{
    return try_gen_state(bytes).value();
}
/// The `code` in the URL that a user was sent back to.
inline secret_string parse_code_from_url(text url)
{
    return try_parse_code_from_url(url).value();
}
/// The `state` in the URL that a user was sent back to.
inline secret_string parse_state_from_url(text url)
{
    return try_parse_state_from_url(url).value();
}
/// A self-refreshing client token. Blocks, as the two that follow.
inline refreshing_token request_client_token(text client_id, text client_secret,
                                             optional_ref<sender> carrier = {})
{
    return try_request_client_token(client_id, client_secret, carrier).value();
}
/// By the refresh token of a login with a client secret.
inline refreshing_token refresh_user_token(text client_id, text client_secret, text refresh_token,
                                           optional_ref<sender> carrier = {})
{
    return try_refresh_user_token(client_id, client_secret, refresh_token, carrier).value();
}
/// By the refresh token of a login with PKCE.
inline refreshing_token refresh_pkce_token(text client_id, text refresh_token,
                                           optional_ref<sender> carrier = {})
{
    return try_refresh_pkce_token(client_id, refresh_token, carrier).value();
}
/// Prompts at the terminal for a login with a client secret: flush `std::cout` before.
inline refreshing_token prompt_for_user_token(text client_id, text client_secret, text redirect_uri,
                                              const wanted_scopes &scopes = {},
                                              auth how = auth::usual,
                                              optional_ref<sender> carrier = {})
{
    return try_prompt_for_user_token(client_id, client_secret, redirect_uri, scopes, how, carrier)
        .value();
}
/// Prompts at the terminal for a login with PKCE.
inline refreshing_token prompt_for_pkce_token(text client_id, text redirect_uri,
                                              const wanted_scopes &scopes = {},
                                              auth how = auth::usual,
                                              optional_ref<sender> carrier = {})
{
    return try_prompt_for_pkce_token(client_id, redirect_uri, scopes, how, carrier).value();
}
/// Prompts at the terminal with these credentials; with PKCE where `how` says so.
inline refreshing_token prompt_for_token(const credentials &app, const wanted_scopes &scopes = {},
                                         auth how = auth::usual)
{
    return try_prompt_for_token(app, scopes, how).value();
}

#endif // CLEF_EXCEPTIONS

} // inline namespace
} // namespace clef

#pragma pop_macro("forever")
#pragma pop_macro("check")

#undef CLEF_VISIBLE

#endif // CLEF_HPP

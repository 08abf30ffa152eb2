// The runner for C++: plays the scenarios of a file through clef.hpp. README.md beside this file
// says how.

#include "../cpp/sandbox.hpp"
#include "script.hpp"

#include <clef.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <future>
#include <iostream>
#include <memory>
#include <mutex>
#include <spawn.h>
#include <sstream>
#include <sys/wait.h>
#include <thread>
#include <variant>

namespace {

using namespace std::chrono_literals;

// What names stand for.

/// What a custom sender was given.
struct seen {
    std::mutex mutex;
    int count = 0;
    std::string last_method, last_url, last_body;
};

struct sender {
    clef::sender carrier;
    std::shared_ptr<seen> custom;
};

/// What a listener has heard.
struct listening {
    std::mutex mutex;
    std::string events, access_token, status;
};

/// What is under way: how it ends, and how to end it.
struct work {
    std::function<std::optional<struct value>()> wait;
    std::function<void()> cancel;
};

using accounts = std::vector<std::string>;
using authorisation = std::shared_ptr<clef::pkce_authorisation>;
using request = std::shared_ptr<clef::http_request>;
using auth = std::shared_ptr<clef::user_auth>;
using listener = std::shared_ptr<clef::redirect_listener>;

struct value {
    std::variant<std::string, sender, clef::credentials, authorisation, request, clef::token,
                 clef::refreshing_token, auth, listener, std::shared_ptr<listening>,
                 clef::token_store, accounts, work>
        held;

    template <class T,
              class = std::enable_if_t<!std::is_same_v<std::decay_t<T>, value> &&
                                       !std::is_same_v<std::decay_t<T>, clef::secret_string>>>
    value(T &&what) : held(std::forward<T>(what))
    {
    }
    value(const clef::secret_string &text) : held(std::string(text.view())) {}
};

using outcome = std::optional<value>;

// Texts.

std::string text_of(bool truth)
{
    return truth ? "true" : "false";
}
std::string text_of(std::string_view text)
{
    return std::string(text);
}
std::string text_of(const char *) = delete;
std::string text_of(const clef::secret_view &text)
{
    return std::string(text.view());
}
std::string text_of(clef::instant time)
{
    if (time.is_never())
        return "never";
    return time.is_unknown() ? "unknown" : std::to_string(time.unix_seconds());
}
std::string text_of(std::chrono::seconds duration)
{
    return duration == clef::endless ? "never" : std::to_string(duration.count());
}
std::string text_of(const clef::scope_set &scopes)
{
    return std::string(scopes.str());
}
std::string text_of(int number)
{
    return std::to_string(number);
}
template <class T> std::string text_of(const std::optional<T> &text)
{
    return text ? text_of(*text) : "none";
}

std::string or_none(const std::string &text)
{
    return text.empty() ? "none" : text;
}

/// A constant's name without what all of its kind begin with.
std::string short_name(clef::status status)
{
    return text_of(clef::name(status)).substr(sizeof "CLEF_STATUS_" - 1);
}

template <class Number>
std::string name_among(std::initializer_list<std::pair<Number, const char *>> names, Number number)
{
    for (const auto &[each, name] : names)
        if (each == number)
            return name;
    return "UNKNOWN";
}

std::string name_of(clef::remedy remedy)
{
    return name_among({{clef::remedy::none, "NONE"},
                       {clef::remedy::retry_later, "RETRY_LATER"},
                       {clef::remedy::log_in, "LOG_IN"},
                       {clef::remedy::fix_settings, "FIX_SETTINGS"},
                       {clef::remedy::fix_call, "FIX_CALL"}},
                      remedy);
}

std::string name_of(clef::event event)
{
    return name_among({{clef::event::changed, "CHANGED"},
                       {clef::event::save_failed, "SAVE_FAILED"},
                       {clef::event::refresh_failed, "REFRESH_FAILED"},
                       {clef::event::login_required, "LOGIN_REQUIRED"},
                       {clef::event::grant_expiring, "GRANT_EXPIRING"}},
                      event);
}

clef::status status_named(const std::string &name)
{
    for (int number = 0; number <= static_cast<int>(clef::status::internal); number++)
        if (short_name(static_cast<clef::status>(number)) == name)
            return static_cast<clef::status>(number);
    throw complaint(name + " is no status");
}

long long whole_number(const std::string &text)
{
    std::size_t used = 0;
    long long number = 0;
    try {
        number = std::stoll(text, &used);
    } catch (const std::logic_error &) {
    }
    if (used == 0 || used != text.size())
        throw complaint("'" + text + "' is no whole number");
    return number;
}

// Fields.

using field_text = std::optional<std::string>;

field_text field_of(const clef::credentials &credentials, const std::string &field)
{
    if (field == "client_id")
        return text_of(credentials.client_id());
    if (field == "redirect_uri")
        return text_of(credentials.redirect_uri());
    return {};
}

field_text field_of(const sender &sender, const std::string &field)
{
    if (!sender.custom)
        return {};
    const std::lock_guard<std::mutex> lock(sender.custom->mutex);
    if (field == "count")
        return text_of(sender.custom->count);
    if (field == "last_method")
        return or_none(sender.custom->last_method);
    if (field == "last_url")
        return or_none(sender.custom->last_url);
    if (field == "last_body")
        return or_none(sender.custom->last_body);
    return {};
}

field_text field_of(const authorisation &authorisation, const std::string &field)
{
    if (field == "url")
        return text_of(authorisation->url);
    if (field == "verifier")
        return text_of(authorisation->verifier);
    return {};
}

std::string header_of(const clef::http_request &request, const char *name)
{
    for (const clef::request_header &header : request.headers())
        if (strcasecmp(std::string(header.name).c_str(), name) == 0)
            return text_of(header.value);
    return "none";
}

field_text field_of(const request &request, const std::string &field)
{
    if (field == "method")
        return text_of(request->method());
    if (field == "url")
        return text_of(request->url());
    if (field == "body")
        return text_of(request->body());
    if (field == "may_repeat")
        return text_of(request->may_repeat());
    if (field == "authorization")
        return header_of(*request, "Authorization");
    if (field == "content_type")
        return header_of(*request, "Content-Type");
    return {};
}

field_text field_of(const clef::token &token, const std::string &field)
{
    if (field == "access_token")
        return text_of(token.access_token());
    if (field == "refresh_token")
        return text_of(token.refresh_token());
    if (field == "token_type")
        return text_of(token.token_type());
    if (field == "scopes")
        return text_of(token.scopes());
    if (field == "expires_at")
        return text_of(token.expires_at());
    if (field == "expires_in")
        return text_of(token.expires_in());
    if (field == "is_expiring")
        return text_of(token.is_expiring());
    if (field == "uses_pkce")
        return text_of(token.uses_pkce());
    if (field == "authorised_at")
        return text_of(token.authorised_at());
    if (field == "grant_expires_at")
        return text_of(token.grant_expires_at());
    if (field == "json")
        return text_of(token.to_json());
    return {};
}

field_text field_of(const clef::refreshing_token &token, const std::string &field)
{
    if (field == "refresh_token")
        return text_of(token.refresh_token());
    if (field == "token_type")
        return token.token_type();
    if (field == "scopes")
        return text_of(token.scopes());
    if (field == "uses_pkce")
        return text_of(token.uses_pkce());
    if (field == "expires_at")
        return text_of(token.expires_at());
    if (field == "expires_in")
        return text_of(token.expires_in());
    if (field == "is_expiring")
        return text_of(token.is_expiring());
    if (field == "client_id")
        return text_of(token.credentials().client_id());
    if (field == "last_error") {
        const std::optional<clef::error> last = token.last_error();
        return last ? short_name(last->status()) : "none";
    }
    return {};
}

field_text field_of(const auth &auth, const std::string &field)
{
    if (field == "url")
        return text_of(auth->url());
    if (field == "state")
        return text_of(auth->state());
    if (field == "verifier")
        return text_of(auth->verifier());
    return {};
}

field_text field_of(const listener &listener, const std::string &field)
{
    return field == "uri" ? field_text(text_of(listener->uri())) : std::nullopt;
}

field_text field_of(const std::shared_ptr<listening> &listening, const std::string &field)
{
    const std::lock_guard<std::mutex> lock(listening->mutex);
    if (field == "events")
        return or_none(listening->events);
    if (field == "access_token")
        return or_none(listening->access_token);
    if (field == "status")
        return or_none(listening->status);
    return {};
}

field_text field_of(const accounts &accounts, const std::string &field)
{
    if (field == "count")
        return std::to_string(accounts.size());
    if (field != "names")
        return {};
    std::string names;
    for (std::size_t i = 0; i < accounts.size(); i++)
        names += (i ? "|" : "") + accounts[i];
    return names;
}

template <class T> field_text field_of(const T &, const std::string &)
{
    return {};
}

// A scenario while it is played.

class play {
public:
    play(const class runner &owner, std::string directory)
        : runner_(owner), directory_(std::move(directory))
    {
    }
    play(const play &) = delete;
    play &operator=(const play &) = delete;
    /// First what is under way is ended, then the rest.
    ~play()
    {
        for (const auto &[name, bound] : names_)
            if (const work *under_way = std::get_if<work>(&bound.held))
                end(*under_way);
        runtime_.reset();
        for (std::thread &user : users_)
            user.join();
    }

    void bind(const std::string &name, value what)
    {
        names_.erase(name);
        names_.emplace(name, std::move(what));
    }
    void forget(const std::string &name) { names_.erase(name); }

    value &named(const std::string &name)
    {
        const auto found = names_.find(name);
        if (found == names_.end())
            throw complaint("nothing is called " + name);
        return found->second;
    }

    /// The word with what its names stand for.
    std::string replace(const std::string &word)
    {
        std::string done;
        std::size_t at = 0;
        for (std::size_t begin; (begin = word.find("${", at)) != std::string::npos;) {
            const std::size_t end = word.find('}', begin);
            if (end == std::string::npos)
                throw complaint(word + " has no end");
            done +=
                word.substr(at, begin - at) + text_of_name(word.substr(begin + 2, end - begin - 2));
            at = end + 1;
        }
        return done + word.substr(at);
    }

    const std::string &directory() const { return directory_; }
    const class runner &runner() const { return runner_; }
    const clef::runtime &runtime()
    {
        if (!runtime_)
            runtime_.emplace();
        return *runtime_;
    }
    /// A thread that is joined when the scenario is over.
    template <class F> void keep_busy(F &&user) { users_.emplace_back(std::forward<F>(user)); }

private:
    static void end(const work &under_way)
    {
        try {
            under_way.cancel();
            under_way.wait();
        } catch (const clef::error &) {
            // As it should, since it was cancelled.
        }
    }

    std::string text_of_name(const std::string &reference)
    {
        const std::size_t dot = reference.find('.');
        value &found = named(reference.substr(0, dot));
        if (dot == std::string::npos) {
            if (const std::string *text = std::get_if<std::string>(&found.held))
                return *text;
            throw complaint(reference + " is no text");
        }
        const std::string field = reference.substr(dot + 1);
        const field_text text =
            std::visit([&](const auto &held) { return field_of(held, field); }, found.held);
        if (!text)
            throw complaint("there is no " + reference);
        return *text;
    }

    const class runner &runner_;
    std::string directory_;
    std::map<std::string, value> names_;
    std::optional<clef::runtime> runtime_;
    std::vector<std::thread> users_;
};

/// The arguments of a verb.
class call {
public:
    call(play &scenario, const arguments &given) : scenario_(scenario), given_(given) {}

    play &scenario() const { return scenario_; }
    const arguments &all() const { return given_; }

    std::optional<std::string> text(const std::string &name) const
    {
        const auto found = given_.find(name);
        return found == given_.end() ? std::nullopt : std::optional(found->second);
    }
    std::string needed(const std::string &name) const
    {
        const std::optional<std::string> found = text(name);
        if (!found)
            throw complaint(name + " is missing");
        return *found;
    }
    bool is_set(const std::string &name) const { return text(name) == "yes"; }
    long long number(const std::string &name, long long otherwise) const
    {
        const std::optional<std::string> found = text(name);
        return found ? whole_number(*found) : otherwise;
    }
    std::chrono::milliseconds milliseconds(const std::string &name,
                                           std::chrono::milliseconds otherwise) const
    {
        return std::chrono::milliseconds(number(name, otherwise.count()));
    }
    /// The value of an argument that may be `none`.
    std::optional<std::string> nullable(const std::string &name, const std::string &otherwise) const
    {
        const std::string found = text(name).value_or(otherwise);
        return found == "none" ? std::nullopt : std::optional(found);
    }
    clef::scope_set scopes(const std::string &name) const { return clef::scope_set(needed(name)); }
    clef::wanted_scopes wanted_scopes() const
    {
        return text("scopes") ? clef::wanted_scopes(scopes("scopes")) : clef::wanted_scopes();
    }
    clef::auth how() const
    {
        return (is_set("pkce") ? clef::auth::pkce : clef::auth::usual) |
               (is_set("show_dialog") ? clef::auth::show_dialog : clef::auth::usual);
    }

    template <class T> T &object(const std::string &name) const
    {
        const std::string what = needed(name);
        if (T *found = std::get_if<T>(&scenario_.named(what).held))
            return *found;
        throw complaint(what + " is something else");
    }
    clef::credentials &credentials() const { return object<clef::credentials>("credentials"); }
    clef::token &token() const { return object<clef::token>("token"); }
    clef::refreshing_token &refreshing() const { return object<clef::refreshing_token>("token"); }
    clef::user_auth &login() const { return *object<auth>("auth"); }
    clef::token_store &store() const { return object<clef::token_store>("store"); }
    clef::http_request &http_request() const { return *object<request>("request"); }
    std::optional<clef::sender> carrier(const std::string &name) const
    {
        return text(name) ? std::optional(object<sender>(name).carrier) : std::nullopt;
    }

private:
    play &scenario_;
    const arguments &given_;
};

/// Plays the script of one command line.
class runner {
public:
    runner(std::string program, std::string scenarios, std::string url)
        : program_(std::move(program)), scenarios_(std::move(scenarios)), box_(std::move(url))
    {
    }

    const sandbox &box() const { return box_; }

    bool play_all(const std::string &directory) const
    {
        bool are_well = true;
        for (const section &scenario : read_script(scenarios_))
            are_well &= scenario.is_fragment || play_scenario(scenario, directory);
        return are_well;
    }

    bool play_one(const std::string &directory, const std::string &name,
                  const std::vector<std::string> &given) const
    {
        for (const section &found : read_script(scenarios_))
            if (found.name == name)
                return found.is_fragment ? play_section(found, directory, given)
                                         : play_scenario(found, directory);
        throw std::runtime_error("there is no scenario " + name);
    }

    std::string play_again(const call &step) const;

private:
    bool play_scenario(const section &scenario, const std::string &directory) const
    {
        const std::filesystem::path folder = std::filesystem::path(directory) / scenario.name;
        box_.reset();
        std::filesystem::remove_all(folder);
        std::filesystem::create_directory(folder);
        std::filesystem::permissions(folder, std::filesystem::perms::owner_all);
        return play_section(scenario, folder.string(), {});
    }

    bool play_section(const section &section, const std::string &folder,
                      const std::vector<std::string> &given) const;

    std::string program_, scenarios_;
    sandbox box_;
};

// What clef calls of the runner's.

/// Sends a request of clef's to the sandbox, whichever service it is for.
clef::http_response carry(const sandbox &box, const clef::http_request_view &request)
{
    const std::string_view url = request.url();
    const std::size_t path = url.find('/', url.find("://") + 3);
    http::headers headers;
    for (const clef::request_header &header : request.headers())
        headers.emplace_back(header.name, header.value.view());
    const http::answer answer =
        http::request(std::string(request.method()), box.url() + std::string(url.substr(path)),
                      headers, std::string(request.body().view()));
    clef::http_response response(answer.status, answer.body);
    for (const auto &[name, value] : answer.headers)
        response.add_header(name, value);
    return response;
}

/// The answer that is made up in a step.
clef::http_response made_up_response(const call &step)
{
    clef::http_response response(static_cast<int>(step.number("status", 0)),
                                 step.text("body").value_or(""));
    for (const char *argument : {"header", "header2"}) {
        const std::optional<std::string> header = step.text(argument);
        if (!header)
            continue;
        const std::size_t colon = header->find(": ");
        if (colon == std::string::npos)
            throw complaint(*header + " is no header");
        response.add_header(header->substr(0, colon), header->substr(colon + 2));
    }
    return response;
}

clef::send_function custom_send(const call &step)
{
    if (const std::optional<std::string> failure = step.text("failure")) {
        const clef::delivery how_far =
            step.is_set("sent") ? clef::delivery::maybe_sent : clef::delivery::not_sent;
        return [status = status_named(*failure), how_far, message = step.text("message")](
                   clef::exchange exchange) { exchange.fail(status, how_far, message); };
    }
    if (const std::optional<clef::sender> carrier = step.carrier("forward"))
        return [carrier = *carrier](clef::exchange exchange) { exchange.forward(carrier); };
    if (step.is_set("carry"))
        return [box = step.scenario().runner().box()](clef::exchange exchange) {
            exchange.respond(carry(box, exchange.request()));
        };
    return [answer = std::make_shared<clef::http_response>(made_up_response(step))](
               clef::exchange exchange) { exchange.respond(*answer); };
}

/// What the user of a login does, who is shown it.
clef::browser_function shown_to(const std::string &user, play &scenario)
{
    const sandbox box = scenario.runner().box();
    if (user == "nobody")
        return [](const clef::login_attempt &) {};
    if (user == "cancel")
        return [](const clef::login_attempt &attempt) { attempt.cancel(); };
    if (user == "paste")
        return [box](const clef::login_attempt &attempt) {
            attempt.paste(box.log_in(text_of(attempt.url())));
        };
    if (user != "approve" && user != "deny")
        throw complaint("there is no user " + user);
    return [box, user, &scenario](const clef::login_attempt &attempt) {
        scenario.keep_busy([box, user, attempt] {
            http::request("GET", box.log_in(text_of(attempt.url()), user));
        });
    };
}

clef::login_options login_options(const call &step)
{
    const bool is_alone = step.needed("user") == "none";
    clef::login_options options;
    options.set_flags(step.how() | (is_alone ? clef::auth::no_browser : clef::auth::usual));
    if (step.text("timeout_ms"))
        options.set_timeout(step.milliseconds("timeout_ms", 0ms));
    if (step.text("store"))
        options.set_store(step.store(), step.text("account"));
    if (!is_alone)
        options.set_browser(shown_to(step.needed("user"), step.scenario()));
    return options;
}

// Verbs.

struct verb {
    std::vector<std::string> arguments;
    std::function<outcome(const call &)> play;
};

request shared(clef::http_request made)
{
    return std::make_shared<clef::http_request>(std::move(made));
}

outcome redirect_wait(const call &step)
{
    return step.object<listener>("listener")
        ->wait(step.text("state"), step.milliseconds("timeout_ms", 20s));
}

outcome redirect_wait_twice(const call &step)
{
    const listener both = step.object<listener>("listener");
    std::mutex mutex;
    std::vector<clef::result<clef::secret_string>> ended;
    const auto wait = [&] {
        clef::result<clef::secret_string> mine = both->try_wait({}, 20s);
        const std::lock_guard<std::mutex> lock(mutex);
        ended.push_back(std::move(mine));
        both->cancel();
    };
    std::thread other(wait);
    wait();
    other.join();
    if (ended[1].status() != clef::status::cancelled)
        throw complaint("the second to wait ended as " + short_name(ended[1].status()));
    return *std::move(ended[0]);
}

outcome access_token(const call &step)
{
    const long long count = step.number("concurrently", 1);
    if (count < 1 || count > 64)
        throw complaint("too many threads");
    const clef::refreshing_token token = step.refreshing();
    std::promise<void> start;
    const std::shared_future<void> started = start.get_future().share();
    std::vector<std::future<clef::result<clef::secret_string>>> readers;
    for (long long i = 0; i < count; i++)
        readers.push_back(std::async(std::launch::async, [&token, started] {
            started.wait();
            return token.try_access_token();
        }));
    start.set_value();
    std::vector<clef::result<clef::secret_string>> read;
    for (auto &reader : readers)
        read.push_back(reader.get());
    for (const auto &other : read)
        if (other.status() != read[0].status() || (other && *other != read[0]->view()))
            throw complaint("not all that asked got the same");
    return *std::move(read[0]);
}

outcome listen(const call &step)
{
    const auto heard = std::make_shared<listening>();
    const clef::status answer = status_named(step.text("answers").value_or("OK"));
    step.refreshing().set_listener(
        [heard, answer](clef::event event, const clef::token &token, const clef::error *error) {
            const std::lock_guard<std::mutex> lock(heard->mutex);
            heard->events += (heard->events.empty() ? "" : " ") + name_of(event);
            if (event == clef::event::changed)
                heard->access_token = text_of(token.access_token());
            if (error)
                heard->status = short_name(error->status());
            return answer;
        });
    return heard;
}

outcome wait_for_itself(const call &step)
{
    const auto token = clef::refreshing_credentials(step.credentials()).request_client_token();
    clef::result<clef::secret_string> inner = clef::secret_string();
    token.set_listener([&](clef::event, const clef::token &, const clef::error *) {
        inner = token.try_access_token();
    });
    token.refresh();
    token.set_listener(nullptr);
    return *std::move(inner);
}

outcome sandbox_await(const call &step)
{
    const sandbox &box = step.scenario().runner().box();
    const auto give_up = std::chrono::steady_clock::now() + 20s;
    while (box.count(step.text("grant_type").value_or("")) < step.number("count", 0)) {
        if (std::chrono::steady_clock::now() > give_up)
            throw complaint("the sandbox did not get its requests");
        std::this_thread::sleep_for(20ms);
    }
    return {};
}

outcome between(const call &step)
{
    const std::string text = step.needed("text"), after = step.needed("after");
    const std::size_t found = text.find(after);
    if (found == std::string::npos)
        throw complaint("there is no " + after);
    const std::size_t begin = found + after.size(), end = text.find(step.needed("before"), begin);
    return text.substr(begin, end == std::string::npos ? end : end - begin);
}

outcome write_file(const call &step)
{
    const std::filesystem::path path = step.needed("path");
    if (!(std::ofstream(path) << step.needed("text")).flush())
        throw complaint("cannot write the file");
    std::filesystem::permissions(path, std::filesystem::perms::owner_read |
                                           std::filesystem::perms::owner_write);
    return {};
}

outcome scopes_known(const call &step)
{
    std::vector<clef::scope> known;
    std::istringstream names(step.needed("names"));
    for (std::string name; names >> name;)
        known.push_back(clef::scope_from_name(name));
    return text_of(clef::scope_set(known.begin(), known.end()));
}

outcome http_sender(const call &step)
{
    clef::http_config config;
    if (step.text("timeout_ms"))
        config.set_timeout(step.milliseconds("timeout_ms", 0ms));
    if (step.text("connect_timeout_ms"))
        config.set_connect_timeout(step.milliseconds("connect_timeout_ms", 0ms));
    if (step.text("user_agent"))
        config.set_user_agent(step.text("user_agent"));
    return sender{clef::sender::http(config), nullptr};
}

outcome custom_sender(const call &step)
{
    const auto custom = std::make_shared<seen>();
    auto send = [custom, inner = custom_send(step)](clef::exchange exchange) {
        {
            const std::lock_guard<std::mutex> lock(custom->mutex);
            custom->count++;
            custom->last_method = exchange.request().method();
            custom->last_url = exchange.request().url();
            custom->last_body = exchange.request().body();
        }
        inner(std::move(exchange));
    };
    return sender{clef::sender::custom(send, 30s), custom};
}

outcome credentials(const call &step)
{
    const clef::credentials made(
        step.nullable("client_id", sandbox::client_id), step.text("secret"),
        step.nullable("redirect_uri", sandbox::redirect_uri), step.carrier("sender"));
    const auto url = step.nullable("accounts_url", step.scenario().runner().box().url());
    return url ? made.with_accounts_url(url) : made;
}

clef::token_origin origin(const call &step)
{
    return step.is_set("pkce") ? clef::token_origin::pkce : clef::token_origin::usual;
}

outcome token_from_tekore_config(const call &step)
{
    std::string config = step.needed("config");
    for (std::size_t at; (at = config.find("\\n")) != std::string::npos;)
        config.replace(at, 2, "\n");
    return clef::token::from_tekore_config(config, step.text("section"), origin(step));
}

outcome resume(const call &step)
{
    return std::make_shared<clef::user_auth>(clef::user_auth::resume(
        step.credentials(), step.needed("state"), step.text("verifier"), step.how()));
}

/// What both kinds of credentials do, and the kind that the step asks for.
template <class F> outcome by_credentials(const call &step, F request)
{
    if (step.is_set("refreshing"))
        return request(clef::refreshing_credentials(step.credentials()));
    return request(step.credentials());
}

/// The verbs that do something and give nothing.
template <class F> std::function<outcome(const call &)> quietly(F what)
{
    return [what](const call &step) -> outcome {
        what(step);
        return std::nullopt;
    };
}

const sandbox &box_of(const call &step)
{
    return step.scenario().runner().box();
}

const std::map<std::string, verb> &verbs()
{
    static const std::map<std::string, verb> all = {
        {"sandbox_settings",
         {{"json"},
          quietly([](auto &s) { box_of(s).settings(s.needed("json")); })}},
        {"sandbox_fault", {{"json"}, quietly([](auto &s) { box_of(s).fault(s.needed("json")); })}},
        {"sandbox_clear_faults", {{}, quietly([](auto &s) { box_of(s).clear_faults(); })}},
        {"sandbox_clock",
         {{"advance"},
          quietly([](auto &s) { box_of(s).advance_clock(s.needed("advance")); })}},
        {"sandbox_revoke", {{}, quietly([](auto &s) { box_of(s).revoke_all(); })}},
        {"sandbox_count",
         {{"grant_type"},
          [](auto &s) -> outcome {
              return text_of(box_of(s).count(s.text("grant_type").value_or("")));
          }}},
        {"sandbox_await", {{"count", "grant_type"}, sandbox_await}},
        {"log_in",
         {{"url", "decision"},
          [](auto &s) -> outcome {
              return box_of(s).log_in(s.needed("url"), s.text("decision").value_or("approve"));
          }}},
        {"web_api",
         {{"access_token"},
          [](auto &s) -> outcome { return text_of(box_of(s).web_api(s.needed("access_token"))); }}},
        {"visit",
         {{"url"},
          [](auto &s) -> outcome {
              return text_of(http::request("GET", s.needed("url")).status);
          }}},

        {"text", {{"value"}, [](auto &s) -> outcome { return s.needed("value"); }}},
        {"between", {{"text", "after", "before"}, between}},
        {"now",
         {{},
          [](auto &) -> outcome {
              return text_of(clef::instant(std::chrono::system_clock::now()));
          }}},
        {"sum",
         {{"a", "b"},
          [](auto &s) -> outcome {
              return std::to_string(whole_number(s.needed("a")) + whole_number(s.needed("b")));
          }}},
        {"write_file", {{"path", "text"}, write_file}},

        {"gen_state",
         {{"bytes"},
          [](auto &s) -> outcome {
              return clef::gen_state(static_cast<std::size_t>(s.number("bytes", 32)));
          }}},
        {"parse_code_from_url",
         {{"url"}, [](auto &s) -> outcome { return clef::parse_code_from_url(s.needed("url")); }}},
        {"parse_state_from_url",
         {{"url"}, [](auto &s) -> outcome { return clef::parse_state_from_url(s.needed("url")); }}},
        {"version", {{}, [](auto &) -> outcome { return text_of(clef::version_string()); }}},

        {"scopes_parse",
         {{"names"},
          [](auto &s) -> outcome { return text_of(s.scopes("names")); }}},
        {"scopes_known", {{"names"}, scopes_known}},
        {"scopes_read", {{}, [](auto &) -> outcome { return text_of(clef::scope_set::read()); }}},
        {"scopes_write", {{}, [](auto &) -> outcome { return text_of(clef::scope_set::write()); }}},
        {"scopes_every", {{}, [](auto &) -> outcome { return text_of(clef::scope_set::every()); }}},
        {"scopes_union",
         {{"a", "b"},
          [](auto &s) -> outcome { return text_of(s.scopes("a") + s.scopes("b")); }}},
        {"scopes_difference",
         {{"a", "b"}, [](auto &s) -> outcome { return text_of(s.scopes("a") - s.scopes("b")); }}},
        {"scopes_count",
         {{"a"},
          [](auto &s) -> outcome { return std::to_string(s.scopes("a").size()); }}},
        {"scopes_contain",
         {{"a", "name"},
          [](auto &s) -> outcome { return text_of(s.scopes("a").contains(s.needed("name"))); }}},
        {"scopes_subset",
         {{"a", "b"}, [](auto &s) -> outcome { return text_of(s.scopes("a") <= s.scopes("b")); }}},
        {"scopes_equal",
         {{"a", "b"},
          [](auto &s) -> outcome { return text_of(s.scopes("a") == s.scopes("b")); }}},

        {"http_sender", {{"timeout_ms", "connect_timeout_ms", "user_agent"}, http_sender}},
        {"retrying_sender",
         {{"sender", "retries", "max_wait_ms"},
          [](auto &s) -> outcome {
              const auto retries = static_cast<std::uint32_t>(s.number("retries", 0));
              const auto max_wait = s.milliseconds("max_wait_ms", 0ms);
              return sender{clef::sender::retrying(*s.carrier("sender"), retries, max_wait),
                            nullptr};
          }}},
        {"custom_sender",
         {{"status", "body", "header", "header2", "failure", "sent", "message", "forward", "carry"},
          custom_sender}},

        {"credentials",
         {{"client_id", "secret", "redirect_uri", "sender", "accounts_url"},
          credentials}},
        {"with_redirect_uri",
         {{"credentials", "redirect_uri"},
          [](auto &s) -> outcome {
              return s.credentials().with_redirect_uri(s.needed("redirect_uri"));
          }}},
        {"with_accounts_url",
         {{"credentials", "accounts_url"},
          [](auto &s) -> outcome {
              return s.credentials().with_accounts_url(s.needed("accounts_url"));
          }}},
        {"user_authorisation_url",
         {{"credentials", "scopes", "state", "show_dialog"},
          [](auto &s) -> outcome {
              return s.credentials().user_authorisation_url(s.wanted_scopes(), s.text("state"),
                                                            s.how());
          }}},
        {"pkce_user_authorisation",
         {{"credentials", "scopes", "state", "verifier_bytes", "show_dialog"},
          [](auto &s) -> outcome {
              const auto bytes = static_cast<std::size_t>(s.number("verifier_bytes", 32));
              return std::make_shared<clef::pkce_authorisation>(
                  s.credentials().pkce_user_authorisation(s.wanted_scopes(), s.text("state"),
                                                          s.how(), bytes));
          }}},
        {"request_client_token",
         {{"credentials", "refreshing"},
          [](auto &s) {
              return by_credentials(
                  s, [](auto by) -> outcome { return by.request_client_token(); });
          }}},
        {"request_user_token",
         {{"credentials", "code", "refreshing"},
          [](auto &s) {
              return by_credentials(
                  s, [&](auto by) -> outcome { return by.request_user_token(s.needed("code")); });
          }}},
        {"request_pkce_token",
         {{"credentials", "code", "verifier", "refreshing"},
          [](auto &s) {
              return by_credentials(s, [&](auto by) -> outcome {
                  return by.request_pkce_token(s.needed("code"), s.needed("verifier"));
              });
          }}},
        {"refresh_user_token",
         {{"credentials", "refresh_token", "refreshing"},
          [](auto &s) {
              return by_credentials(
                  s, [&](auto by) -> outcome {
                      return by.refresh_user_token(s.needed("refresh_token"));
                  });
          }}},
        {"refresh_pkce_token",
         {{"credentials", "refresh_token", "refreshing"},
          [](auto &s) {
              return by_credentials(
                  s, [&](auto by) -> outcome {
                      return by.refresh_pkce_token(s.needed("refresh_token"));
                  });
          }}},
        {"refresh",
         {{"credentials", "token"},
          [](auto &s) -> outcome { return s.credentials().refresh(s.token()); }}},

        {"prepare_client_token",
         {{"credentials"},
          [](auto &s) -> outcome { return shared(s.credentials().prepare_client_token()); }}},
        {"prepare_user_token",
         {{"credentials", "code"},
          [](auto &s) -> outcome {
              return shared(s.credentials().prepare_user_token(s.needed("code")));
          }}},
        {"prepare_pkce_token",
         {{"credentials", "code", "verifier"},
          [](auto &s) -> outcome {
              return shared(
                  s.credentials().prepare_pkce_token(s.needed("code"), s.needed("verifier")));
          }}},
        {"prepare_refresh_user_token",
         {{"credentials", "refresh_token"},
          [](auto &s) -> outcome {
              return shared(s.credentials().prepare_refresh_user_token(s.needed("refresh_token")));
          }}},
        {"prepare_refresh_pkce_token",
         {{"credentials", "refresh_token"},
          [](auto &s) -> outcome {
              return shared(s.credentials().prepare_refresh_pkce_token(s.needed("refresh_token")));
          }}},
        {"prepare_refresh",
         {{"credentials", "token"},
          [](auto &s) -> outcome { return shared(s.credentials().prepare_refresh(s.token())); }}},
        {"prepare_token",
         {{"auth", "code", "state"},
          [](auto &s) -> outcome {
              return shared(s.login().prepare_token(s.needed("code"), s.needed("state")));
          }}},
        {"prepare_token_from_url",
         {{"auth", "url"},
          [](auto &s) -> outcome {
              return shared(s.login().prepare_token_from_url(s.needed("url")));
          }}},
        {"send", {{"request"}, [](auto &s) -> outcome { return s.http_request().send(); }}},
        {"carry",
         {{"request"},
          [](auto &s) -> outcome {
              const auto sent_at = std::chrono::system_clock::now();
              return s.http_request().finish(sent_at, carry(box_of(s), s.http_request().view()));
          }}},
        {"finish",
         {{"request", "status", "body", "header", "header2"},
          [](auto &s) -> outcome {
              return s.http_request().finish(clef::instant::unknown(), made_up_response(s));
          }}},
        {"shortcut_client_token",
         {{"client_id", "secret", "sender"},
          [](auto &s) -> outcome {
              return clef::request_client_token(s.needed("client_id"), s.needed("secret"),
                                                s.carrier("sender"));
          }}},
        {"shortcut_refresh_user_token",
         {{"client_id", "secret", "refresh_token", "sender"},
          [](auto &s) -> outcome {
              return clef::refresh_user_token(s.needed("client_id"), s.needed("secret"),
                                              s.needed("refresh_token"), s.carrier("sender"));
          }}},
        {"shortcut_refresh_pkce_token",
         {{"client_id", "refresh_token", "sender"},
          [](auto &s) -> outcome {
              return clef::refresh_pkce_token(s.needed("client_id"), s.needed("refresh_token"),
                                              s.carrier("sender"));
          }}},

        {"token_from_json",
         {{"json", "pkce"},
          [](auto &s) -> outcome {
              return clef::token::from_json(s.needed("json"), origin(s));
          }}},
        {"token_from_tekore_config", {{"config", "section", "pkce"}, token_from_tekore_config}},
        {"with_authorised_at",
         {{"token", "at"},
          [](auto &s) -> outcome {
              return s.token().with_authorised_at(clef::instant::from_unix(s.number("at", 0)));
          }}},
        {"missing_scopes",
         {{"token", "scopes"},
          [](auto &s) -> outcome {
              return text_of(s.token().missing_scopes(s.scopes("scopes")));
          }}},

        {"user_auth",
         {{"credentials", "scopes", "pkce", "show_dialog"},
          [](auto &s) -> outcome {
              return std::make_shared<clef::user_auth>(s.credentials(), s.wanted_scopes(), s.how());
          }}},
        {"resume", {{"credentials", "state", "verifier", "pkce"}, resume}},
        {"request_token",
         {{"auth", "code", "state", "refreshing"},
          [](auto &s) -> outcome {
              if (s.is_set("refreshing"))
                  return s.login().request_refreshing_token(s.needed("code"), s.needed("state"));
              return s.login().request_token(s.needed("code"), s.needed("state"));
          }}},
        {"request_token_from_url",
         {{"auth", "url", "refreshing"},
          [](auto &s) -> outcome {
              if (s.is_set("refreshing"))
                  return s.login().request_refreshing_token_from_url(s.needed("url"));
              return s.login().request_token_from_url(s.needed("url"));
          }}},
        {"redirect_listener",
         {{"uri"},
          [](auto &s) -> outcome {
              return std::make_shared<clef::redirect_listener>(s.needed("uri"));
          }}},
        {"redirect_wait", {{"listener", "state", "timeout_ms"}, redirect_wait}},
        {"redirect_cancel",
         {{"listener"},
          quietly([](auto &s) { s.template object<listener>("listener")->cancel(); })}},
        {"redirect_wait_twice", {{"listener"}, redirect_wait_twice}},
        {"redirect_free",
         {{"listener"}, quietly([](auto &s) {
              s.template object<listener>("listener");
              s.scenario().forget(s.needed("listener"));
          })}},
        {"login",
         {{"credentials", "user", "scopes", "pkce", "show_dialog", "timeout_ms", "store",
           "account"},
          [](auto &s) -> outcome {
              return clef::login(s.credentials(), s.wanted_scopes(), login_options(s));
          }}},
        {"prompt",
         {{"credentials"},
          [](auto &s) -> outcome {
              std::cout << std::flush;
              auto token = clef::try_prompt_for_token(s.credentials());
              std::cout << "\n";
              return *std::move(token);
          }}},

        {"refreshing_token",
         {{"token", "credentials"},
          [](auto &s) -> outcome { return clef::refreshing_token(s.token(), s.credentials()); }}},
        {"access_token", {{"token", "concurrently"}, access_token}},
        {"try_access_token",
         {{"token"}, [](auto &s) -> outcome { return s.refreshing().access_token_at_hand(); }}},
        {"snapshot", {{"token"}, [](auto &s) -> outcome { return s.refreshing().token(); }}},
        {"refresh_now", {{"token"}, quietly([](auto &s) { s.refreshing().refresh(); })}},
        {"invalidate",
         {{"token", "access_token"},
          quietly([](auto &s) { s.refreshing().invalidate(s.needed("access_token")); })}},
        {"keep_fresh",
         {{"token"},
          quietly([](auto &s) { s.refreshing().keep_fresh(s.scenario().runtime()); })}},
        {"listen", {{"token", "answers"}, listen}},
        {"listen_no_more",
         {{"token"},
          quietly([](auto &s) { s.refreshing().set_listener(nullptr); })}},
        {"wait_for_itself", {{"credentials"}, wait_for_itself}},

        {"file_store",
         {{"directory"},
          [](auto &s) -> outcome { return clef::token_store::file(s.needed("directory")); }}},
        {"save",
         {{"store", "credentials", "token", "account"},
          quietly([](auto &s) { s.store().save(s.credentials(), s.token(), s.text("account")); })}},
        {"load",
         {{"store", "credentials", "account"},
          [](auto &s) -> outcome { return s.store().load(s.credentials(), s.text("account")); }}},
        {"remove",
         {{"store", "credentials", "account"},
          quietly([](auto &s) { s.store().remove(s.credentials(), s.text("account")); })}},
        {"accounts",
         {{"store", "credentials"},
          [](auto &s) -> outcome { return s.store().accounts(s.credentials()); }}},
        {"open",
         {{"store", "credentials", "account"},
          [](auto &s) -> outcome {
              return clef::refreshing_token::open(s.store(), s.credentials(), s.text("account"));
          }}},
        {"attach",
         {{"token", "store", "account"},
          quietly([](auto &s) { s.refreshing().attach(s.store(), s.text("account")); })}},

        {"cancel", {{"work"}, quietly([](auto &s) { s.template object<work>("work").cancel(); })}},
        {"wait", {{"work"}, [](auto &s) { return s.template object<work>("work").wait(); }}},
        {"in_another_process",
         {{"*"},
          [](auto &s) -> outcome { return s.scenario().runner().play_again(s); }}},
        {"give",
         {{"text"},
          quietly([](auto &s) { std::cout << "given " << s.needed("text") << std::endl; })}},
    };
    return all;
}

// Verbs in the background.

template <class Operation> work under_way(Operation operation)
{
    return {[operation]() -> outcome { return operation.get(); },
            [operation] { operation.cancel(); }};
}

using starter = std::function<work(const call &)>;

const std::map<std::string, starter> &starts()
{
    static const std::map<std::string, starter> all = {
        {"access_token",
         [](auto &s) {
             return under_way(s.refreshing().access_token_start(s.scenario().runtime()));
         }},
        {"refresh_now",
         [](auto &s) {
             const auto refresh = s.refreshing().refresh_start(s.scenario().runtime());
             return work{[refresh]() -> outcome {
                             refresh.get();
                             return std::nullopt;
                         },
                         [refresh] { refresh.cancel(); }};
         }},
        {"send", [](auto &s) { return under_way(s.http_request().start(s.scenario().runtime())); }},
        {"request_token",
         [](auto &s) {
             const std::string code = s.needed("code"), state = s.needed("state");
             if (s.is_set("refreshing"))
                 return under_way(
                     s.login().request_refreshing_token_start(code, state, s.scenario().runtime()));
             return under_way(s.login().request_token_start(code, state, s.scenario().runtime()));
         }},
        {"request_token_from_url",
         [](auto &s) {
             if (s.is_set("refreshing"))
                 return under_way(s.login().request_refreshing_token_from_url_start(
                     s.needed("url"), s.scenario().runtime()));
             return under_way(
                 s.login().request_token_from_url_start(s.needed("url"), s.scenario().runtime()));
         }},
        {"open",
         [](auto &s) {
             return under_way(clef::refreshing_token::open_start(
                 s.store(), s.credentials(), s.text("account"), s.scenario().runtime()));
         }},
        {"login",
         [](auto &s) {
             return under_way(clef::login_start(s.credentials(), s.wanted_scopes(),
                                                login_options(s), s.scenario().runtime()));
         }},
        {"redirect_wait",
         [](auto &s) {
             // No copy of the pointer, since `redirect_free` has to free it.
             clef::redirect_listener *waiting = s.template object<listener>("listener").get();
             auto url = std::async(std::launch::async, [waiting, state = s.text("state"),
                                                        limit = s.milliseconds("timeout_ms", 20s)] {
                            return waiting->wait(state, limit);
                        }).share();
             return work{[url]() -> outcome { return url.get(); },
                         [waiting] { waiting->cancel(); }};
         }},
    };
    return all;
}

/// Errors that come at once are those of `wait`.
work begin(const starter &start, const call &step)
{
    try {
        return start(step);
    } catch (const clef::error &at_once) {
        return {[at_once]() -> outcome { throw at_once; }, [] {}};
    }
}

outcome play_verb(const std::string &name, const call &step)
{
    const std::string prefix = "start_";
    const bool is_start = name.compare(0, prefix.size(), prefix) == 0;
    const std::string plain = is_start ? name.substr(prefix.size()) : name;
    const auto found = verbs().find(plain);
    const auto start = starts().find(plain);
    if (found == verbs().end() || (is_start && start == starts().end()))
        throw complaint("there is no verb " + name);
    const std::vector<std::string> &known = found->second.arguments;
    for (const auto &[argument, value] : step.all())
        if (known != std::vector<std::string>{"*"} &&
            std::find(known.begin(), known.end(), argument) == known.end())
            throw complaint(name + " takes no " + argument);
    if (is_start)
        return begin(start->second, step);
    return found->second.play(step);
}

// What is expected.

void check_equal(const std::string &what, const std::string &found, const std::string &expected)
{
    if (found != expected)
        throw complaint(what + " is '" + found + "', not '" + expected + "'");
}

void check_expectation(const std::string &name, const std::string &expected,
                       const clef::error &error)
{
    const bool has = error.message().find(expected) != std::string_view::npos;
    if (name == "remedy")
        check_equal(name, name_of(error.remedy()), expected);
    else if (name == "oauth_error")
        check_equal(name, text_of(error.oauth_error()), expected);
    else if (name == "oauth_description")
        check_equal(name, text_of(error.oauth_description()), expected);
    else if (name == "http_status")
        check_equal(name, text_of(error.http_status()), expected);
    else if (name == "retry_after")
        check_equal(name, text_of(error.retry_after()), expected);
    else if (name != "message_has" && name != "message_lacks")
        throw complaint(name + " is nothing to expect");
    else if (has != (name == "message_has"))
        throw complaint("the message is '" + text_of(error.message()) + "'");
}

bool holds(const std::string &left, const std::string &operation, const std::string &right)
{
    if (operation == "is")
        return left == right;
    if (operation == "is_not")
        return left != right;
    if (operation == "begins")
        return left.compare(0, right.size(), right) == 0;
    if (operation == "ends")
        return left.size() >= right.size() &&
               left.compare(left.size() - right.size(), right.size(), right) == 0;
    if (operation == "has")
        return left.find(right) != std::string::npos;
    if (operation == "lacks")
        return left.find(right) == std::string::npos;
    if (operation == "has_length")
        return static_cast<long long>(left.size()) == whole_number(right);
    if (operation == "at_least")
        return whole_number(left) >= whole_number(right);
    if (operation == "at_most")
        return whole_number(left) <= whole_number(right);
    throw complaint(operation + " is no operator");
}

void expect(play &scenario, const line &line)
{
    if (line.words.size() != 4)
        throw complaint("expect takes a value, an operator and a value");
    const std::string left = scenario.replace(line.words[1]),
                      right = scenario.replace(line.words[3]);
    if (!holds(left, line.words[2], right))
        throw complaint("'" + left + "' " + line.words[2] + " '" + right + "' does not hold");
}

void play_step(play &scenario, const line &line)
{
    const step what =
        read_step(line, [&](const std::string &word) { return scenario.replace(word); });
    outcome result;
    try {
        result = play_verb(what.verb, call(scenario, what.given));
    } catch (const clef::error &error) {
        if (what.fails != short_name(error.status()))
            throw complaint(what.verb + " is " + short_name(error.status()) + ", not " +
                            what.fails.value_or("OK") + ": " + error.what());
        for (const auto &[name, expected] : what.expectations)
            check_expectation(name, expected, error);
        return;
    }
    if (what.fails)
        throw complaint(what.verb + " is OK, not " + *what.fails);
    if (what.result.empty())
        return;
    if (!result)
        throw complaint(what.verb + " gives nothing");
    scenario.bind(what.result, *std::move(result));
}

bool runner::play_section(const section &section, const std::string &folder,
                          const std::vector<std::string> &given) const
{
    int number = 0;
    try {
        play scenario(*this, folder);
        scenario.bind("sandbox", box_.url());
        scenario.bind("authority", box_.url().substr(box_.url().find("://") + 3));
        scenario.bind("directory", folder);
        for (const std::string &argument : given) {
            const std::size_t equals = argument.find('=');
            scenario.bind(argument.substr(0, equals), argument.substr(equals + 1));
        }
        for (const line &line : section.lines) {
            number = line.number;
            line.words[0] == "expect" ? expect(scenario, line) : play_step(scenario, line);
        }
    } catch (const std::exception &problem) {
        std::cout << "FAILED " << section.name << ": line " << number << ": " << problem.what()
                  << std::endl;
        return false;
    }
    if (!section.is_fragment)
        std::cout << "ok " << section.name << std::endl;
    return true;
}

// Other processes.

/// The runner again, for a fragment; what it writes comes through a pipe.
class process {
public:
    explicit process(std::vector<std::string> command)
    {
        std::vector<char *> words;
        for (std::string &word : command)
            words.push_back(word.data());
        words.push_back(nullptr);
        int ends[2];
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        const bool started =
            pipe2(ends, O_CLOEXEC) == 0 &&
            posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO) == 0 &&
            posix_spawn(&id_, words[0], &actions, nullptr, words.data(), environ) == 0;
        posix_spawn_file_actions_destroy(&actions);
        if (!started)
            throw complaint("the runner does not start again");
        close(ends[1]);
        output_ = ends[0];
    }
    process(const process &) = delete;
    process &operator=(const process &) = delete;
    process(process &&other) noexcept
        : id_(std::exchange(other.id_, -1)), output_(std::exchange(other.output_, -1))
    {
    }
    process &operator=(process &&) = delete;
    ~process()
    {
        if (id_ > 0)
            finish();
    }

    /// The text that it gives in the end.
    std::string given()
    {
        std::string all, said;
        char chunk[4096];
        for (ssize_t size; (size = read(output_, chunk, sizeof chunk)) > 0;)
            all.append(chunk, static_cast<std::size_t>(size));
        std::istringstream lines(all);
        std::string given;
        while (std::getline(lines, said)) {
            if (said.compare(0, 6, "given ") == 0)
                given = said.substr(6);
            else if (said.compare(0, 7, "FAILED ") == 0)
                throw complaint("in another process: " + said.substr(7));
        }
        if (finish() != 0)
            throw complaint("another process failed");
        return given;
    }

private:
    int finish()
    {
        int status = -1;
        close(output_);
        waitpid(std::exchange(id_, -1), &status, 0);
        return status;
    }

    pid_t id_ = -1;
    int output_ = -1;
};

std::string runner::play_again(const call &step) const
{
    std::vector<std::string> command = {program_, scenarios_, box_.url(),
                                        step.scenario().directory(), step.needed("fragment")};
    for (const auto &[name, value] : step.all())
        if (name != "fragment" && name != "processes")
            command.push_back(name + "=" + value);
    std::vector<process> processes;
    for (long long i = 0; i < step.number("processes", 1); i++)
        processes.emplace_back(command);
    std::optional<std::string> first;
    for (process &one : processes) {
        const std::string given = one.given();
        if (first.value_or(given) != given)
            throw complaint("not all processes gave the same");
        first = given;
    }
    return first.value();
}

// The benchmark.

double nanoseconds_per_call(const clef::refreshing_token &token, long long count)
{
    std::size_t read = 0;
    const auto begun = std::chrono::steady_clock::now();
    for (long long i = 0; i < count; i++)
        read += token.access_token().size();
    const std::chrono::duration<double, std::nano> taken = std::chrono::steady_clock::now() - begun;
    if (read == 0)
        throw std::runtime_error("nothing was read");
    return taken.count() / static_cast<double>(count);
}

void bench(const std::string &url, long long count)
{
    const auto credentials =
        clef::credentials(sandbox::client_id, sandbox::client_secret).with_accounts_url(url);
    const auto token = clef::refreshing_credentials(credentials).request_client_token();
    nanoseconds_per_call(token, count);
    double best = nanoseconds_per_call(token, count);
    for (int round = 1; round < 5; round++)
        best = std::min(best, nanoseconds_per_call(token, count));
    std::printf("nanoseconds %.1f\n", best);
}

int run(const std::vector<std::string> &words)
{
    if (words.size() == 4 && words[1] == "bench") {
        bench(words[2], whole_number(words[3]));
        return EXIT_SUCCESS;
    }
    if (words.size() < 4) {
        std::cerr << "usage: " << words[0]
                  << " SCENARIOS SANDBOX DIRECTORY [NAME [ARGUMENT=VALUE...]]\n"
                  << "       " << words[0] << " bench SANDBOX COUNT\n";
        return 2;
    }
    const runner script(words[0], words[1], words[2]);
    const bool are_well =
        words.size() == 4 ? script.play_all(words[3])
                          : script.play_one(words[3], words[4], {words.begin() + 5, words.end()});
    return are_well ? EXIT_SUCCESS : EXIT_FAILURE;
}

} // namespace

int main(int argc, char **argv)
{
    try {
        return run({argv, argv + argc});
    } catch (const std::exception &problem) {
        std::cerr << problem.what() << "\n";
        return 2;
    }
}

// Who owns what: moves, copies, objects that were moved from, and how long functions of the program
// live.
#include "answers.hpp"
#include "check.hpp"

#include <memory>
#include <type_traits>
#include <vector>

namespace {

using namespace std::chrono_literals;

constexpr const char *json =
    R"({"access_token": "a-secret", "refresh_token": "another", "scope": "user-read-email"})";

template <class T>
constexpr bool is_shared = std::is_copy_constructible_v<T> &&std::is_copy_assignable_v<T>
    &&std::is_nothrow_move_constructible_v<T> &&std::is_nothrow_move_assignable_v<T>;
template <class T>
constexpr bool is_unique =
    !std::is_copy_constructible_v<T> && !std::is_copy_assignable_v<T> &&
    std::is_nothrow_move_constructible_v<T> && std::is_nothrow_move_assignable_v<T>;

static_assert(is_shared<clef::scope_set> && is_shared<clef::token> && is_shared<clef::credentials>);
static_assert(is_shared<clef::sender> && is_shared<clef::token_store> &&
              is_shared<clef::refreshing_token>);
static_assert(is_shared<clef::refreshing_credentials> && is_shared<clef::login_attempt>);
static_assert(is_shared<clef::operation<clef::token>> && is_shared<clef::login_operation>);
static_assert(is_unique<clef::runtime> && is_unique<clef::http_request> &&
              is_unique<clef::http_response>);
static_assert(is_unique<clef::http_config> && is_unique<clef::login_options> &&
              is_unique<clef::user_auth>);
static_assert(is_unique<clef::redirect_listener> && is_unique<clef::exchange> &&
              is_unique<clef::store_task>);

void copies_are_the_same_object()
{
    const clef::token token = clef::token::from_json(json);
    std::vector<clef::token> copies(10, token);
    copies.erase(copies.begin(), copies.begin() + 9);
    CHECK(copies[0].access_token().data() == token.access_token().data());
    copies[0] = clef::token::from_json(R"({"access_token": "other"})");
    CHECK(token.access_token() == "a-secret");
    clef::token self = token;
    clef::token &same = self;
    self = same;
    CHECK(self.access_token() == "a-secret");
    self = std::move(same);
    CHECK(self && self.access_token() == "a-secret");
}

void handles_go_to_c_and_back()
{
    clef_token *raw = nullptr;
    CHECK(clef_token_from_json(json, 0, &raw, nullptr) == CLEF_STATUS_OK);
    clef::token token(clef::adopt, raw);
    CHECK(token.handle() == raw);
    raw = token.release();
    CHECK(!token);
    CHECK(token.access_token().empty());
    clef_token_free(raw);
}

/// Each way to use an object that was moved from is an error or says nothing.
void moved_from()
{
    clef::token token = clef::token::from_json(json);
    clef::token other = std::move(token);
    CHECK(!token && other);
    CHECK(token.access_token().empty() && !token.refresh_token() && token.token_type().empty());
    CHECK(token.expires_at().is_unknown() && token.expires_in() == 0s && !token.uses_pkce());
    CHECK(token.scopes().empty());
    CHECK_THROWS(token.to_json(), invalid_argument);
    CHECK_THROWS(token.missing_scopes({}), invalid_argument);
    const clef::token copy = token;
    CHECK(!copy);
    token = other;
    CHECK(token && token.access_token() == "a-secret");

    clef::scope_set scopes{clef::scope::streaming}, taken = std::move(scopes);
    CHECK(scopes.empty() && scopes.str().empty() && scopes.begin() == scopes.end() &&
          !scopes.contains("streaming"));
    CHECK_THROWS(scopes + taken, invalid_argument);
    CHECK_THROWS(taken - scopes, invalid_argument);

    const clef::credentials app("id", "secret", "http://127.0.0.1/callback");
    CHECK_THROWS(app.user_authorisation_url(scopes), invalid_argument);
    clef::sender sender = clef::sender::custom(answers(), 1s), carrier = std::move(sender);
    CHECK_THROWS(clef::credentials("id", "secret", {}, sender), invalid_argument);
    CHECK_THROWS(clef::sender::retrying(sender, 1, 1s), invalid_argument);
    CHECK(!sender.next_exchange());

    clef::http_config config;
    clef::http_config moved_config = std::move(config);
    CHECK_THROWS(config.set_timeout(1s), invalid_argument);
    CHECK_THROWS(clef::sender::http(config), invalid_argument);
    clef::login_options options;
    clef::login_options moved_options = std::move(options);
    CHECK_THROWS(clef::login(app, {}, options), invalid_argument);
    CHECK_THROWS(options.set_browser([](const clef::login_attempt &) {}), invalid_argument);
    clef::token_store store = clef::token_store::custom([](clef::store_task) {}),
                      kept = std::move(store);
    CHECK_THROWS(moved_options.set_store(store), invalid_argument);
    CHECK_THROWS(store.load(app), invalid_argument);

    clef::refreshing_token refreshing(token, clef::credentials("id")),
        moved_refreshing = std::move(refreshing);
    CHECK_THROWS(refreshing.access_token(), invalid_argument);
    CHECK_THROWS(refreshing.set_listener([](auto &&...) { return clef::status::ok; }),
                 invalid_argument);
    CHECK(!refreshing.credentials());
    clef::runtime runtime, pump = std::move(runtime);
    CHECK(runtime.run_callbacks() == 0 && runtime.fd() == -1);
    runtime.wake();
    CHECK_THROWS(runtime.wait(0s), invalid_argument);
    CHECK_THROWS(moved_refreshing.keep_fresh(runtime), invalid_argument);
    CHECK_THROWS(moved_refreshing.access_token_start(runtime), invalid_argument);
    clef::http_request request = app.prepare_client_token();
    const clef::http_request moved_request = std::move(request);
    CHECK(request.method().empty() && request.headers().empty() && request.body().empty());
    CHECK_THROWS(request.send(), invalid_argument);
    CHECK_THROWS(request.start(pump), invalid_argument);
    clef::user_auth auth(app, {}), moved_auth = std::move(auth);
    CHECK(!auth.url() && auth.state().empty());
    CHECK_THROWS(auth.request_token("code", "state"), invalid_argument);

    clef::error error(clef::status::io, "full");
    const clef::error moved_error = std::move(error);
    CHECK(error.status() == moved_error.status() && !error.oauth_error() && !error.http_status());
    clef::result<void> failure = moved_error;
    const clef::result<void> moved_failure = std::move(failure);
    CHECK_STATUS(failure.status(), io);
    CHECK_STATUS(moved_failure.status(), io);
}

/// What was closed is an error.
void closed()
{
    const clef::runtime runtime;
    runtime.close();
    const clef::refreshing_token token(clef::token::from_json(json), clef::credentials("id"));
    CHECK_THROWS(token.access_token_start(runtime), cancelled);
    CHECK_THROWS(token.keep_fresh(runtime), cancelled);
    CHECK_THROWS(runtime.wait(), cancelled);
    const clef::credentials app("id", "secret", {}, clef::sender::custom(runtime, answers(), 1s));
    CHECK_THROWS(app.request_client_token(), cancelled);

    auto listener = std::make_unique<clef::redirect_listener>("http://127.0.0.1:0/");
    const std::string uri(listener->uri());
    CHECK_THROWS(clef::redirect_listener(uri), address_in_use);
    listener->cancel();
    CHECK_THROWS(listener->wait({}, 1s), cancelled);
    listener.reset();
    CHECK_THROWS(clef::redirect_listener(uri).wait({}, 0s), timeout);
}

/// An exchange and a task end once; the second time is an error.
void errands_end_once()
{
    int ended = 0;
    const auto send = [&](clef::exchange exchange) {
        const clef::exchange kept = std::move(exchange);
        CHECK_STATUS(exchange.try_respond(200, "").status(), invalid_argument);
        clef::exchange mine = std::move(const_cast<clef::exchange &>(kept));
        mine.respond(200, token_response());
        CHECK(!mine && mine.request().method().empty() && !mine.is_cancelled());
        CHECK_THROWS(mine.respond(200, ""), invalid_argument);
        CHECK_THROWS(mine.forward(clef::sender::http()), invalid_argument);
        CHECK_THROWS(mine.fail(clef::status::io, clef::delivery::not_sent), invalid_argument);
        ended++;
    };
    const clef::credentials app("id", "secret", {}, clef::sender::custom(send, 0s));
    CHECK(app.request_client_token().access_token() == "a-secret");
    CHECK_EQUAL(ended, 1);

    const auto run = [&](clef::store_task task) {
        CHECK_THROWS(task.set_fence(1), invalid_argument);
        task.fail(clef::status::not_found);
        CHECK(!task && task.kind() == clef::task_kind::unknown && task.key().empty());
        CHECK_THROWS(task.done(), invalid_argument);
        CHECK_THROWS(task.fail(clef::status::io), invalid_argument);
        CHECK_THROWS(task.set_value("x"), invalid_argument);
        ended++;
    };
    CHECK_THROWS(clef::token_store::custom(run).load(app), not_found);
    CHECK_EQUAL(ended, 2);
}

/// What is dropped ends too.
void errands_that_are_dropped()
{
    const clef::sender drops = clef::sender::custom([](const clef::exchange &) {}, 10s);
    CHECK_THROWS(clef::credentials("id", "secret", {}, drops).request_client_token(), transport);
    CHECK_THROWS(
        clef::token_store::custom([](const clef::store_task &) {}).load(clef::credentials("id")),
        store);
    const clef::sender polled = clef::sender::polled(10s);
    const clef::runtime runtime;
    const auto operation =
        clef::credentials("id", "secret", {}, polled).prepare_client_token().start(runtime);
    std::optional<clef::exchange> next;
    while (!(next = polled.next_exchange()))
        std::this_thread::sleep_for(1ms);
    CHECK_EQUAL(next->request().method(), "POST");
    next.reset();
    CHECK_THROWS(operation.get(), transport);
}

/// Counts the copies of itself that are alive.
struct counted {
    explicit counted(int &alive) : alive_(&alive) { ++*alive_; }
    counted(const counted &other) : alive_(other.alive_) { ++*alive_; }
    counted &operator=(const counted &) = delete;
    ~counted() { --*alive_; }

private:
    int *alive_;
};

/// Functions live as long as clef may call them, and no longer; also where the call that takes them
/// fails.
void functions_live_until_they_are_not_needed()
{
    int alive = 0;
    const counted one(alive);
    {
        auto sender = std::make_unique<clef::sender>(clef::sender::custom(
            [one, send = answers()](clef::exchange e) { send(std::move(e)); }, 1s));
        const clef::credentials app("id", "secret", {}, *sender);
        sender.reset();
        CHECK_EQUAL(alive, 2);
        CHECK(app.request_client_token().access_token() == "a-secret");
    }
    CHECK_EQUAL(alive, 1);
    clef::runtime runtime, closed;
    closed.close();
    CHECK_THROWS(clef::sender::custom(
                     runtime, [one](const clef::exchange &) {}, 0s),
                 invalid_argument);
    CHECK_EQUAL(alive, 1);
    CHECK_THROWS(clef::sender::custom(clef::send_function(), 1s), invalid_argument);

    {
        const auto store = clef::token_store::custom([one](const clef::store_task &) {});
        CHECK_EQUAL(alive, 2);
    }
    CHECK_EQUAL(alive, 1);

    clef::refreshing_token token(clef::token::from_json(json), clef::credentials("id"));
    token.set_listener([one](clef::event, const clef::token &, const clef::error *) {});
    CHECK_EQUAL(alive, 2);
    token.set_listener(
        [one](clef::event, const clef::token &, const clef::error *) { return clef::status::ok; });
    CHECK_EQUAL(alive, 2);
    token.set_listener(nullptr);
    CHECK_EQUAL(alive, 1);
    token.set_listener([one](clef::event, const clef::token &, const clef::error *) {});
    token = clef::refreshing_token(clef::token::from_json(json), clef::credentials("id"));
    CHECK_EQUAL(alive, 1);

    const auto done = [one](const clef::result<clef::secret_string> &) {};
    CHECK_EQUAL(alive, 2);
    const auto operation = token.access_token_start(runtime, done);
    CHECK_EQUAL(alive, 3);
    CHECK(operation.wait());
    runtime.run_callbacks();
    CHECK_EQUAL(alive, 2);
    CHECK_THROWS(token.access_token_start(closed, done), cancelled);
    CHECK_EQUAL(alive, 2);

    clef::login_options options;
    options.set_browser([one](const clef::login_attempt &) {});
    CHECK_EQUAL(alive, 3);
    options.set_browser(nullptr);
    CHECK_EQUAL(alive, 2);
    options.set_browser([one](const clef::login_attempt &) {});
    options = clef::login_options();
    CHECK_EQUAL(alive, 2);
}

} // namespace

int main()
{
    RUN(copies_are_the_same_object);
    RUN(handles_go_to_c_and_back);
    RUN(moved_from);
    RUN(closed);
    RUN(errands_end_once);
    RUN(errands_that_are_dropped);
    RUN(functions_live_until_they_are_not_needed);
    return check_exit();
}

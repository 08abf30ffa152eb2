// Work in the background: operations, completions, what is bound to a pump, and logins, against the
// sandbox.
#include "answers.hpp"
#include "check.hpp"
#include "sandbox.hpp"

#include <map>
#include <optional>
#include <thread>

namespace {

using namespace std::chrono_literals;

std::optional<sandbox> box;

clef::credentials app(clef::optional_ref<clef::sender> carrier = {})
{
    return clef::credentials(sandbox::client_id, sandbox::client_secret, sandbox::redirect_uri,
                             carrier)
        .with_accounts_url(box->url());
}

clef::token login_with_pkce()
{
    const clef::user_auth auth(app(), clef::scope::user_read_email, clef::auth::pkce);
    return auth.request_token_from_url(box->log_in(std::string(auth.url()->view())));
}

void futures_are_polled()
{
    box->reset();
    const clef::runtime runtime;
    const clef::sender polled = clef::sender::polled(10s);
    const auto operation = app(polled).prepare_client_token().start(runtime);
    CHECK(!operation.is_done());
    CHECK(!operation.wait(0s));
    CHECK_THROWS(operation.outcome().value(), busy);
    CHECK_STATUS(operation.ended().status(), busy);
    std::optional<clef::exchange> exchange;
    while (!(exchange = polled.next_exchange()))
        std::this_thread::sleep_for(1ms);
    CHECK_EQUAL(exchange->request().url(), box->url() + "/api/token");
    CHECK(exchange->request().may_repeat());
    exchange->respond(200, token_response());
    CHECK(operation.get().access_token() == "a-secret");
    CHECK(operation.get().access_token() == "a-secret");
    CHECK(operation.is_done() && operation.ended());
    // Without a completion there is nothing to pump.
    CHECK_EQUAL(runtime.run_callbacks(), 0u);

    const auto cancelled = app(polled).prepare_client_token().start(runtime);
    cancelled.cancel();
    CHECK_THROWS(cancelled.get(), cancelled);
}

void completions_run_by_the_pump()
{
    box->reset();
    const clef::runtime runtime;
    const auto token = clef::refreshing_credentials(app()).request_client_token();
    const auto thread = std::this_thread::get_id();
    int ran = 0;
    const auto refresh = token.refresh_start(runtime, [&](clef::result<clef::token> outcome) {
        CHECK(std::this_thread::get_id() == thread);
        CHECK_EQUAL(box->web_api(std::string(outcome->access_token().view())), 200);
        ran++;
    });
    while (ran == 0) {
        CHECK(runtime.wait(10s));
        runtime.run_callbacks();
    }
    token.access_token_start(runtime, [&](const clef::result<clef::secret_string> &outcome) {
        CHECK(*outcome == refresh.get().access_token());
        ran++;
    });
    // The handle is gone, and the work goes on.
    while (ran == 1) {
        CHECK(runtime.wait(10s));
        runtime.run_callbacks();
    }
    runtime.wake();
    CHECK(runtime.wait(10s));
    CHECK(!runtime.wait(0s));
}

void senders_and_stores_bound_to_a_pump()
{
    box->reset();
    const clef::runtime runtime;
    const auto thread = std::this_thread::get_id();
    const auto forwards = clef::sender::custom(
        runtime,
        [&, http = clef::sender::http()](clef::exchange exchange) {
            CHECK(std::this_thread::get_id() == thread);
            exchange.forward(http);
        },
        10s);
    std::map<std::string, std::pair<std::string, int>> stored;
    std::int64_t fence = 0;
    const auto store = clef::token_store::custom(runtime, [&](clef::store_task task) {
        CHECK(std::this_thread::get_id() == thread);
        CHECK_EQUAL(task.client_id(), sandbox::client_id);
        CHECK_EQUAL(task.accounts_url(), box->url());
        const std::string key(task.key());
        const auto found = stored.find(key);
        switch (task.kind()) {
        case clef::task_kind::load:
            if (found != stored.end())
                task.set_value(found->second.first, std::to_string(found->second.second));
            return task.done();
        case clef::task_kind::save:
            if (task.fence() != fence ||
                (found != stored.end() && task.version() != std::to_string(found->second.second)))
                return task.fail(clef::status::busy);
            stored[key] = {std::string(task.value()->view()), stored[key].second + 1};
            task.set_version(std::to_string(stored[key].second));
            return task.done();
        case clef::task_kind::lock:
            CHECK(task.time_to_live() >= 60s && !task.is_cancelled());
            task.set_fence(++fence);
            return task.done();
        case clef::task_kind::list:
            task.add_account("anna");
            return task.done();
        case clef::task_kind::remove:
        case clef::task_kind::unlock:
            return task.done();
        case clef::task_kind::unknown:
            break;
        }
        task.fail(clef::status::unsupported);
    });
    const auto credentials = app(forwards);
    runtime.run_callbacks();
    // The thread that pumps would wait for itself.
    CHECK_THROWS(store.load(credentials, "anna"), would_block);
    const clef::token first = login_with_pkce();
    const auto on_another_thread = [&](auto work) {
        std::atomic<bool> is_done{false};
        std::thread other([&] {
            work();
            is_done = true;
            runtime.wake();
        });
        while (!is_done) {
            static_cast<void>(runtime.try_wait(10s));
            runtime.run_callbacks();
        }
        other.join();
    };
    on_another_thread([&] {
        store.save(credentials, first, "anna");
        CHECK(store.accounts(credentials) == std::vector<std::string>{"anna"});
        CHECK(store.load(credentials, "anna").access_token() == first.access_token());
    });
    std::optional<clef::refreshing_token> opened;
    clef::refreshing_token::open_start(store, credentials, "anna", runtime,
                                       [&](const auto &outcome) { opened = *outcome; });
    while (!opened) {
        CHECK(runtime.wait(10s));
        runtime.run_callbacks();
    }
    const clef::refreshing_token token = *opened;
    bool is_refreshed = false;
    token.refresh_start(runtime, [&](const auto &outcome) { is_refreshed = outcome.has_value(); });
    while (!is_refreshed) {
        CHECK(runtime.wait(10s));
        runtime.run_callbacks();
    }
    CHECK(token.access_token() != first.access_token());
    CHECK_EQUAL(stored.size(), 1u);
    CHECK(stored.begin()->second.first.find(token.access_token()) != std::string::npos);
    CHECK(token.uses_pkce());
}

void logins()
{
    box->reset();
    const auto own = clef::credentials(sandbox::client_id, {}, sandbox::redirect_uri)
                         .with_accounts_url(box->url());
    clef::login_options options;
    options.set_timeout(20s)
        .set_page("Thanks", "Pity")
        .set_browser([](const clef::login_attempt &attempt) {
            CHECK_THROWS(attempt.paste("/callback?code=x&state=y"), state_mismatch);
            CHECK_EQUAL(attempt.redirect_uri().find("http://127.0.0.1:"), 0u);
            attempt.paste(box->log_in(std::string(attempt.url().view())));
        });
    const auto token = clef::login(own, {clef::scope::user_read_email, "user-top-read"}, options);
    CHECK_EQUAL(token.scopes().str(), "user-read-email user-top-read");

    const clef::runtime runtime;
    options = clef::login_options();
    options.set_flags(clef::auth::no_browser | clef::auth::show_dialog);
    std::optional<clef::refreshing_token> logged_in;
    const auto login = clef::login_start(
        own, clef::scope::user_top_read, options, runtime,
        [&](clef::result<clef::refreshing_token> outcome) { logged_in = *outcome; });
    const std::string redirect = box->log_in(std::string(login.url().view()));
    CHECK_EQUAL(http::request("GET", redirect).status, 200);
    while (!logged_in) {
        CHECK(runtime.wait(10s));
        runtime.run_callbacks();
    }
    CHECK_EQUAL(logged_in->scopes().str(), "user-top-read");
    CHECK_THROWS(login.paste(redirect), already_used);
    CHECK_EQUAL(logged_in->access_token().view(), login.get().access_token().view());
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 2)
        return EXIT_FAILURE;
    box.emplace(argv[1]);
    RUN(futures_are_polled);
    RUN(completions_run_by_the_pump);
    RUN(senders_and_stores_bound_to_a_pump);
    RUN(logins);
    return check_exit();
}

// What functions of the program throw becomes an error, and never goes through C.
#include "answers.hpp"
#include "check.hpp"
#include "sandbox.hpp"

#include <fstream>
#include <future>
#include <stdexcept>
#include <thread>

namespace {

using namespace std::chrono_literals;

std::string sandbox_url;

clef::credentials with_sender(clef::send_function send)
{
    return clef::credentials("id", "secret", {}, clef::sender::custom(std::move(send), 10s));
}

clef::result<clef::token> carried_by(clef::send_function send)
{
    return with_sender(std::move(send)).try_request_client_token();
}

void senders()
{
    const auto tls =
        carried_by([](clef::exchange) { throw clef::error(clef::status::tls, "no trust"); });
    CHECK_STATUS(tls.status(), tls);
    CHECK(tls.error().message().find("no trust") != std::string_view::npos);
    const auto internal =
        carried_by([](const clef::exchange &) { throw std::runtime_error("what it says"); });
    CHECK_STATUS(internal.status(), internal);
    CHECK(internal.error().message().find("what it says") != std::string_view::npos);
    CHECK_STATUS(carried_by([](clef::exchange) { throw 1; }).status(), internal);
    // OK is no error, and what no sender may say counts as TRANSPORT.
    CHECK_STATUS(
        carried_by([](clef::exchange) { throw clef::error(clef::status::ok, "ok"); }).status(),
        internal);
    CHECK_STATUS(
        carried_by([](clef::exchange) { throw clef::error(clef::status::oauth, "no"); }).status(),
        transport);
    // What is said need not be UTF-8, as a system's own words on Windows.
    for (const char *said : {"caf\xe9", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82"}) {
        const auto latin =
            carried_by([=](clef::exchange) { throw clef::error(clef::status::tls, said); });
        CHECK_STATUS(latin.status(), tls);
    }
    const auto utf8 = carried_by([](clef::exchange) { throw std::runtime_error("é ‰ 𝄞"); });
    CHECK(utf8.error().message().find("é ‰ 𝄞") != std::string_view::npos);
    // A secret of the request is taken out of what is said about it.
    const auto leaky = with_sender([](clef::exchange e) {
        throw clef::error(clef::status::io, "sent " + std::string(e.request().body().view()));
    });
    const auto leaked = leaky.try_refresh_user_token("the-refresh-token");
    CHECK_STATUS(leaked.status(), io);
    CHECK(leaked.error().message().find("the-refresh-token") == std::string_view::npos);
    // One that has answered and throws then, has answered.
    CHECK_STATUS(carried_by([](clef::exchange e) {
                     e.respond(200, token_response());
                     throw std::runtime_error("too late");
                 }).status(),
                 ok);
    // Deeper down, through locals and moves.
    const auto deep = [](clef::exchange e) {
        const auto inner = [](clef::exchange mine) {
            const clef::exchange local = std::move(mine);
            throw clef::error(clef::status::unsupported, "deep");
        };
        inner(std::move(e));
    };
    CHECK_STATUS(carried_by(deep).status(), unsupported);
    // What it catches itself is no business of clef's: the exchange that was dropped ends as usual.
    CHECK_STATUS(carried_by([](clef::exchange e) {
                     try {
                         const clef::exchange local = std::move(e);
                         throw std::runtime_error("caught");
                     } catch (const std::runtime_error &) {
                     }
                 }).status(),
                 transport);
}

/// A failure that may have been sent spends a code: it is not tried again.
void senders_that_throw_are_not_asked_again()
{
    int asked = 0;
    const auto thrower = clef::sender::custom(
        [&](clef::exchange) {
            asked++;
            throw clef::error(clef::status::transport, "gone");
        },
        10s);
    const clef::credentials app("id", "secret", "https://example.com/",
                                clef::sender::retrying(thrower, 3, 10s));
    CHECK_THROWS(app.request_user_token("code"), transport);
    CHECK_EQUAL(asked, 1);
}

/// Kept for later and ended on another thread, while that one throws.
void exchanges_on_other_threads()
{
    std::thread other;
    const auto later = [&](clef::exchange e) {
        other = std::thread([kept = std::move(e)]() mutable {
            try {
                const clef::exchange mine = std::move(kept);
                throw std::runtime_error("of that thread");
            } catch (const std::runtime_error &) {
            }
        });
    };
    CHECK_STATUS(carried_by(later).status(), transport);
    other.join();
}

void stores()
{
    const clef::credentials app("id");
    const auto load = [&](clef::store_function run) {
        return clef::token_store::custom(std::move(run)).try_load(app);
    };
    CHECK_STATUS(
        load([](clef::store_task) { throw clef::error(clef::status::io, "disk"); }).status(), io);
    const auto other = load([](clef::store_task) { throw std::runtime_error("no database"); });
    CHECK_STATUS(other.status(), store);
    CHECK(other.error().message().find("no database") != std::string_view::npos);
    CHECK_STATUS(load([](const clef::store_task &) { throw 1; }).status(), store);
    CHECK_STATUS(load([](clef::store_task) { throw std::runtime_error("caf\xe9"); }).status(), store);
}

void listeners()
{
    int count = 0;
    const auto app = with_sender(
        [&](clef::exchange e) { e.respond(200, token_response(std::to_string(count++))); });
    const auto token = clef::refreshing_credentials(app).request_client_token();
    std::vector<std::string> heard;
    bool throws = true;
    token.set_listener([&](clef::event event, const clef::token &now, const clef::error *) {
        CHECK(event == clef::event::changed);
        heard.emplace_back(now.access_token());
        if (throws)
            throw clef::error(clef::status::io, "cannot save");
    });
    token.refresh();
    CHECK(token.access_token() == "1");
    // It could not be saved, so it is offered again before the next refresh.
    throws = false;
    token.refresh();
    CHECK(heard == (std::vector<std::string>{"1", "1", "2"}));
    token.refresh();
    CHECK(heard == (std::vector<std::string>{"1", "1", "2", "3"}));
    // So is one for which something else was thrown.
    bool is_offered_again = false;
    token.set_listener([&](clef::event, const clef::token &now, const clef::error *) {
        if (now.access_token() != "4")
            return;
        if (!std::exchange(is_offered_again, true))
            throw std::runtime_error("cannot save");
        heard.emplace_back("again");
    });
    token.refresh();
    token.refresh();
    CHECK_EQUAL(heard.back(), "again");
    // An empty function is none, which owes nobody a token.
    token.set_listener(std::function<void(clef::event, const clef::token &, const clef::error *)>());
    token.refresh();
    heard.clear();
    token.set_listener([&](clef::event, const clef::token &now, const clef::error *) {
        heard.emplace_back(now.access_token());
    });
    token.refresh();
    CHECK_EQUAL(heard.size(), 1u);
}

void browsers()
{
    const auto app = clef::credentials(sandbox::client_id, {}, sandbox::redirect_uri)
                         .with_accounts_url(sandbox_url);
    clef::login_options options;
    options.set_browser([](const clef::login_attempt &) { throw std::runtime_error("no window"); });
    const auto thrown = clef::try_login(app, {}, options);
    CHECK_STATUS(thrown.status(), internal);
    CHECK_EQUAL(thrown.error().message(), "no window");
    options.set_browser(
        [](const clef::login_attempt &) { throw clef::error(clef::status::no_browser, "none"); });
    CHECK_THROWS(clef::login(app, {}, options), no_browser);
    options.set_browser([](const clef::login_attempt &attempt) { attempt.cancel(); });
    CHECK_THROWS(clef::login(app, {}, options), cancelled);

    const clef::runtime runtime;
    options.set_browser([](const clef::login_attempt &) { throw std::runtime_error("no window"); });
    const auto login = clef::login_start(app, {}, options, runtime);
    CHECK_THROWS(login.get(), cancelled);
    // What was thrown at one login is no news of the next.
    options.set_browser([threw = false](const clef::login_attempt &attempt) mutable {
        if (!std::exchange(threw, true))
            throw std::runtime_error("no window");
        attempt.cancel();
    });
    CHECK_THROWS(clef::login_start(app, {}, options, runtime).get(), cancelled);
    CHECK_THROWS(clef::login(app, {}, options), cancelled);
}

void completions()
{
    const clef::runtime runtime;
    const auto app = with_sender(answers());
    int ran = 0;
    const auto thrower = [&](const clef::result<clef::token> &) {
        ran++;
        throw std::out_of_range("of a completion");
    };
    const auto first = app.prepare_client_token().start(runtime, thrower);
    const auto second = app.prepare_client_token().start(runtime, thrower);
    const auto third =
        app.prepare_client_token().start(runtime, [&](clef::result<clef::token> outcome) {
            ran++;
            CHECK(outcome->access_token() == "a-secret");
        });
    CHECK(first.wait() && second.wait() && third.wait());
    bool was_thrown = false;
    while (ran < 3) {
        try {
            runtime.wait();
            runtime.run_callbacks();
        } catch (const std::out_of_range &thrown) {
            was_thrown = true;
            CHECK_EQUAL(std::string(thrown.what()), "of a completion");
        }
    }
    CHECK(was_thrown);
    CHECK_EQUAL(runtime.run_callbacks(), 0u);
    // Also what is thrown while the runtime closes.
    const auto polled = clef::credentials("id", "secret", {}, clef::sender::polled(10s));
    const auto last = polled.prepare_client_token().start(runtime, thrower);
    bool closing_threw = false;
    try {
        runtime.close();
    } catch (const std::out_of_range &) {
        closing_threw = true;
    }
    CHECK(closing_threw && ran == 4);
    CHECK_THROWS(last.get(), cancelled);
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 2)
        return EXIT_FAILURE;
    sandbox_url = argv[1];
    RUN(senders);
    RUN(senders_that_throw_are_not_asked_again);
    RUN(exchanges_on_other_threads);
    RUN(stores);
    RUN(listeners);
    RUN(browsers);
    RUN(completions);
    return check_exit();
}

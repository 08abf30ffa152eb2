// A program without exceptions and without run-time type information: everything by results.
#include "answers.hpp"
#include "check.hpp"

#include <string>
#include <thread>

static_assert(CLEF_EXCEPTIONS == 0);

namespace {

using namespace std::chrono_literals;

void values()
{
    const auto scopes = clef::scope_set::try_of({clef::scope::user_read_email, "tomorrow"});
    CHECK_EQUAL((*scopes + clef::scope_set::read() - clef::scope_set::write()).size(), 12u);
    CHECK_STATUS(clef::scope_set::try_of({clef::scope::unknown}).status(), invalid_argument);
    CHECK_STATUS(clef::credentials::try_make("id", {}, "http://localhost/").status(),
                 invalid_redirect_uri);
    const auto bad = clef::token::try_from_json("{");
    CHECK(!bad && bad.error().remedy() == clef::remedy::fix_call);
    // A set that was moved from makes what is made of it one too, and an error where it is used.
    clef::scope_set from = *scopes;
    const clef::scope_set taken = std::move(from), broken = from + taken;
    CHECK(!broken);
    const auto app = clef::credentials::try_make("id", "secret", "https://example.com/");
    CHECK_STATUS(app->try_user_authorisation_url(broken).status(), invalid_argument);
    CHECK(app->try_user_authorisation_url(taken).has_value());
}

const char *url;

void a_token_of_the_service()
{
    const auto token = clef::credentials::try_make("sandbox-client", "sandbox-secret")
                           .and_then([&](const clef::credentials &plain) {
                               return plain.try_with_accounts_url(url);
                           })
                           .and_then(clef::refreshing_credentials::try_make)
                           .and_then([](const clef::refreshing_credentials &all) {
                               return all.try_request_client_token();
                           });
    CHECK(token.has_value());
    const auto first = token->try_access_token();
    CHECK(first && !first->empty());

    const auto runtime = clef::runtime::try_make();
    std::string second;
    const auto refresh =
        token->try_refresh_start(*runtime, [&](const clef::result<clef::token> &outcome) {
            second = outcome->access_token();
        });
    while (second.empty()) {
        CHECK(runtime->try_wait(10s).value());
        runtime->run_callbacks();
    }
    CHECK(*refresh->try_get()->try_to_json() != *first);
    CHECK(token->try_access_token()->view() == second && second != first->view());
    CHECK(runtime->try_close().has_value());
    CHECK_STATUS(token->try_refresh_start(*runtime).status(), cancelled);
}

void functions_of_the_program()
{
    const auto sender = clef::sender::try_custom(answers(), 1s);
    const auto app = clef::credentials::try_make("id", "secret", {}, *sender);
    CHECK(app->try_request_client_token()->access_token() == "a-secret");
    const auto fails = clef::sender::try_custom(
        [](clef::exchange exchange) {
            CHECK(exchange.try_fail(clef::status::tls, clef::delivery::not_sent, "no trust")
                      .has_value());
            CHECK_STATUS(exchange.try_respond(200, "").status(), invalid_argument);
        },
        1s);
    CHECK_STATUS(clef::credentials::try_make("id", "secret", {}, *fails)
                     ->try_request_client_token()
                     .status(),
                 tls);
    const auto store = clef::token_store::try_custom(
        [](clef::store_task task) { CHECK(task.try_fail(clef::status::io, "full").has_value()); });
    CHECK_STATUS(store->try_load(*app).status(), io);

    const auto token = clef::token::try_from_json(token_response());
    const auto refreshing = clef::refreshing_token::try_make(*token, *app);
    int heard = 0;
    CHECK(refreshing
              ->try_set_listener(
                  [&](clef::event, const clef::token &, const clef::error *) { heard++; })
              .has_value());
    CHECK(refreshing->try_refresh().has_value());
    CHECK(refreshing->try_set_listener(nullptr).has_value());
    CHECK(refreshing->try_refresh().has_value());
    CHECK_EQUAL(heard, 1);
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 2)
        return EXIT_FAILURE;
    url = argv[1];
    RUN(values);
    RUN(a_token_of_the_service);
    RUN(functions_of_the_program);
    return check_exit();
}

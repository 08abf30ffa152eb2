// What needs no service: errors and results, texts and secrets, times, scopes, tokens.
#include "check.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

constexpr const char *json =
    R"({"access_token": "a-secret", "refresh_token": "another", "scope": "user-read-email"})";

// Whether a stream takes a T.
template <class T, class = void> struct can_be_shown : std::false_type {
};
template <class T>
struct can_be_shown<
    T, std::void_t<decltype(std::declval<std::ostream &>() << std::declval<const T &>())>>
    : std::true_type {
};

static_assert(can_be_shown<clef::scope_set>::value);
static_assert(can_be_shown<std::string_view>::value);
static_assert(!can_be_shown<clef::secret_string>::value);
static_assert(!can_be_shown<clef::secret_view>::value);
static_assert(!can_be_shown<std::optional<clef::secret_view>>::value);
static_assert(!std::is_convertible_v<std::optional<int>, clef::text>);
static_assert(!std::is_copy_constructible_v<clef::secret_string>);
static_assert(std::is_nothrow_move_constructible_v<clef::secret_string>);
static_assert(std::is_nothrow_copy_constructible_v<clef::error>);
static_assert(std::is_base_of_v<std::runtime_error, clef::error>);
static_assert(std::is_same_v<std::underlying_type_t<clef::status>, clef_status>);
static_assert(std::is_same_v<std::underlying_type_t<clef::remedy>, clef_remedy>);
static_assert(std::is_same_v<std::underlying_type_t<clef::scope>, clef_scope>);
static_assert(std::is_same_v<std::underlying_type_t<clef::event>, clef_event>);
static_assert(std::is_same_v<std::underlying_type_t<clef::task_kind>, clef_task_kind>);

void numbers()
{
    CHECK_EQUAL(clef::name(clef::status::rate_limited), "CLEF_STATUS_RATE_LIMITED");
    CHECK_EQUAL(clef::name(static_cast<clef::status>(12345)), "CLEF_STATUS_UNKNOWN");
    CHECK(clef::remedy_of(clef::status::login_required) == clef::remedy::log_in);
    CHECK(clef::remedy_of(static_cast<clef::status>(12345)) == clef::remedy::none);
    CHECK_EQUAL(clef::name(clef::scope::user_top_read), "user-top-read");
    CHECK_EQUAL(clef::name(static_cast<clef::scope>(12345)), "");
    CHECK(clef::scope_from_name("streaming") == clef::scope::streaming);
    CHECK(clef::scope_from_name("tomorrow") == clef::scope::unknown);
    CHECK(clef::scope_from_name({"streaming\0", 10}) == clef::scope::unknown);
    CHECK(clef::version_number() == CLEF_VERSION_NUMBER);
    CHECK_THROWS(clef::login_options().set_flags(static_cast<clef::auth>(4)), invalid_argument);
}

void errors()
{
    try {
        clef::parse_code_from_url(
            "/callback?error=invalid_scope&error_description=no+such&state=s");
        CHECK(false);
    } catch (const std::runtime_error &thrown) {
        const auto *error = dynamic_cast<const clef::error *>(&thrown);
        CHECK(error != nullptr);
        CHECK_STATUS(error->status(), oauth);
        CHECK(error->remedy() == clef::remedy::fix_settings);
        CHECK_EQUAL(*error->oauth_error(), "invalid_scope");
        CHECK_EQUAL(*error->oauth_description(), "no such");
        CHECK(!error->http_status());
        CHECK(!error->retry_after());
        CHECK_EQUAL(error->message(), error->what());
        const clef::error copy = *error;
        CHECK_EQUAL(*copy.oauth_error(), "invalid_scope");
    }
    const auto request = clef::credentials("id", "secret").prepare_client_token();
    const auto answer =
        request.try_finish({}, clef::http_response(429, "slow down", {{"Retry-After", "7"}}));
    CHECK_STATUS(answer.status(), rate_limited);
    CHECK_EQUAL(*answer.error().http_status(), 429);
    CHECK(answer.error().retry_after() == 7s);
    CHECK(!answer.error().oauth_error());
    const clef::error own(clef::status::transport, "no route");
    CHECK(own.remedy() == clef::remedy::retry_later);
    CHECK_EQUAL(own.message(), "no route");
}

void results()
{
    clef::result<clef::token> good = clef::token::try_from_json(json);
    CHECK(good.has_value());
    CHECK_STATUS(good.status(), ok);
    CHECK(good->access_token() == "a-secret");
    CHECK(good.value().access_token() == "a-secret");
    clef::result<clef::token> bad = clef::token::try_from_json("{");
    CHECK(!bad);
    CHECK_STATUS(bad.error().status(), invalid_argument);
    CHECK_THROWS(bad.value(), invalid_argument);
    CHECK_THROWS(*bad, invalid_argument);
    CHECK_THROWS(bad->uses_pkce(), invalid_argument);

    CHECK_EQUAL(clef::token::try_from_json(json)
                    .transform([](clef::token t) { return t.scopes(); })
                    .value()
                    .str(),
                "user-read-email");
    const auto to_json = [](const clef::token &t) { return t.try_to_json(); };
    CHECK(clef::token::try_from_json(json).and_then(to_json).has_value());
    CHECK_STATUS(clef::token::try_from_json("{").and_then(to_json).status(), invalid_argument);
    CHECK_EQUAL(clef::scope_set::try_parse("a")
                    .transform([](const clef::scope_set &s) { return s.size(); })
                    .value_or(9u),
                1u);
    const auto otherwise = [](const clef::error &) { return clef::token::try_from_json(json); };
    CHECK(clef::token::try_from_json("{").or_else(otherwise).has_value());
    clef::http_config config;
    CHECK(config.try_set_timeout(1s).has_value());
    CHECK_STATUS(config.try_set_timeout(0s).status(), invalid_argument);
}

void texts()
{
    using namespace std::string_view_literals;
    const std::string own = "user-read-email streaming";
    const std::string_view part = std::string_view(own).substr(0, 15);
    CHECK_EQUAL(clef::scope_set(part).str(), "user-read-email");
    CHECK_EQUAL(clef::scope_set(own).size(), 2u);
    CHECK_THROWS(clef::scope_set("a\0b"sv), invalid_argument);
    CHECK_THROWS(clef::scope_set(std::string("a\0b", 3)), invalid_argument);
    CHECK_THROWS(clef::scope_set("\xff"), invalid_argument);
    CHECK_THROWS(clef::parse_code_from_url(""sv), missing_parameter);
    CHECK_THROWS(clef::parse_code_from_url(std::string_view()), missing_parameter);
    CHECK_THROWS(clef::parse_code_from_url({}), invalid_argument);
    const char *nothing = nullptr; // as getenv gives
    CHECK_THROWS(clef::credentials(nothing), invalid_argument);
    const clef::credentials without("id", nothing, std::optional<std::string>());
    CHECK(!without.redirect_uri());
    CHECK_THROWS(without.request_client_token(), missing_client_secret);
    CHECK_EQUAL(*without.with_redirect_uri(std::optional("https://example.com/"s)).redirect_uri(),
                "https://example.com/");
}

void secrets()
{
    clef::secret_string state = clef::gen_state(32);
    CHECK_EQUAL(state.size(), 43u);
    CHECK_EQUAL(std::string(state.c_str()).size(), 43u);
    const std::string copy(state.view());
    CHECK(state == copy && copy == state && !(state != copy));
    clef::secret_string moved = std::move(state);
    CHECK(moved == copy);
    CHECK(state.empty() && state.view().empty() && *state.c_str() == '\0');
    state = std::move(moved);
    CHECK(state == copy && moved.empty());
    std::string header = "Authorization: Bearer ";
    header += state;
    CHECK_EQUAL(header.size(), 22u + 43u);
    CHECK_EQUAL(clef::parse_code_from_url(clef::secret_view("/?code=c")).view(), "c");
}

void times()
{
    static_assert(clef::timeout(1500us).milliseconds() == 2);
    static_assert(clef::timeout(5s).milliseconds() == 5000);
    static_assert(clef::timeout(-1ms).milliseconds() == 0, "what has passed is not for ever");
    static_assert(clef::timeout(std::chrono::seconds::max()).milliseconds() == -1);
    static_assert(clef::forever.milliseconds() == -1);
    const auto now = std::chrono::system_clock::now();
    CHECK(clef::instant::never() > now && clef::instant::unknown() < now &&
          clef::instant(now) <= now);
    CHECK(clef::instant().is_unknown() && !clef::instant::never().time());
    CHECK(clef::instant(clef::sys_seconds(12s)).time()->time_since_epoch() == 12s);

    const clef::token token = clef::token::from_json(json);
    CHECK(token.expires_in() > 3590s && token.expires_in() <= 3600s);
    CHECK(token.expires_at() > now + 59min && token.expires_at() <= now + 61min);
    CHECK(token.authorised_at().is_unknown() && token.grant_expires_at().is_unknown());
    const clef::token stamped = token.with_authorised_at(now);
    CHECK(stamped.authorised_at() == clef::instant(now));
    CHECK(stamped.grant_expires_at() > now + std::chrono::hours(24 * 180));
    const clef::refreshing_token refreshing(token, clef::credentials("id"));
    CHECK(refreshing.expires_at().is_never() && refreshing.expires_in() == clef::endless);
}

void scopes()
{
    using clef::scope;
    using clef::scope_set;
    const std::string own = "b-scope";
    const scope_set mixed{scope::user_read_email, "a-scope", own, std::string_view("c-scope")};
    CHECK_EQUAL(mixed.str(), "a-scope b-scope c-scope user-read-email");
    std::vector<std::string> names(mixed.begin(), mixed.end());
    CHECK_EQUAL(names.size(), 4u);
    CHECK_EQUAL(names[3], "user-read-email");
    std::string joined;
    for (const std::string_view name : mixed)
        joined += name;
    CHECK_EQUAL(joined, "a-scopeb-scopec-scopeuser-read-email");
    CHECK_EQUAL(mixed.begin()->size(), 7u);
    CHECK_EQUAL(mixed[1], "b-scope");
    CHECK_EQUAL(mixed[4], "");
    CHECK(std::find(mixed.begin(), mixed.end(), "c-scope") != mixed.end());
    CHECK(scope_set(names.begin(), names.end()) == mixed);

    const scope_set email = scope::user_read_email;
    CHECK(email < mixed && email <= mixed && mixed > email && mixed >= email && email != mixed);
    CHECK(!(mixed <= email) && !(email < email) && email <= email);
    CHECK_EQUAL((mixed - email).str(), "a-scope b-scope c-scope");
    CHECK_EQUAL((email + "z z").str(), "user-read-email z");
    CHECK_EQUAL(("z" + email).str(), "user-read-email z");
    scope_set growing;
    CHECK(growing.empty() && growing == scope_set());
    growing += scope::streaming;
    growing += email;
    growing -= email;
    CHECK_EQUAL(growing.str(), "streaming");
    CHECK(growing.contains(scope::streaming) && growing.contains("streaming") &&
          !growing.contains("stream"));
    CHECK(!growing.contains(std::string_view("streaming\0", 10)));
    CHECK(!growing.contains(static_cast<scope>(12345)));
    CHECK_EQUAL((scope_set::read() + scope_set::write()).size(), 17u);
    CHECK(scope_set::read() + scope_set::write() == scope_set::every());
    CHECK_THROWS(scope_set{scope::unknown}, invalid_argument);
    CHECK_THROWS((scope_set{static_cast<scope>(12345), "a"}), invalid_argument);
    std::ostringstream stream;
    stream << email;
    CHECK_EQUAL(stream.str(), "user-read-email");
}

/// The scopes of a login may be left out, which is not the same as empty.
void wanted_scopes()
{
    const clef::credentials app("id", "secret", "https://example.com/");
    const auto has_scope = [&](const clef::wanted_scopes &scopes) {
        return app.user_authorisation_url(scopes).view().find("&scope=") != std::string_view::npos;
    };
    CHECK(!has_scope({}));
    CHECK(!has_scope(std::nullopt));
    CHECK(has_scope(clef::scope_set()));
    CHECK(has_scope("user-read-email"));
    CHECK(has_scope(clef::scope::user_read_email));
    CHECK(has_scope({clef::scope::user_read_email, "tomorrow"}));
    CHECK(has_scope(std::optional(clef::scope_set())));
    CHECK(!has_scope(std::optional<clef::scope_set>()));
    CHECK(has_scope(std::optional("user-read-email"s)));
}

void tokens()
{
    const clef::token token = clef::token::from_json(json, clef::token_origin::pkce);
    CHECK(token.access_token() == "a-secret");
    CHECK(*token.refresh_token() == "another");
    CHECK(token.uses_pkce() && !token.is_expiring());
    CHECK_EQUAL(token.token_type(), "Bearer");
    CHECK_EQUAL(token.scopes().str(), "user-read-email");
    CHECK_EQUAL(token.missing_scopes({clef::scope::user_read_email, "more"}).str(), "more");
    const clef::token saved = clef::token::from_json(token.to_json());
    CHECK(saved.uses_pkce() && saved.access_token() == token.access_token());
    CHECK(!clef::token::from_json(R"({"access_token": "a"})").refresh_token());
    const clef::token expired =
        clef::token::from_tekore_config("[DEFAULT]\nSPOTIFY_USER_REFRESH = r\n");
    CHECK(expired.is_expiring() && expired.access_token().empty() &&
          *expired.refresh_token() == "r");
    CHECK_THROWS(clef::token::from_tekore_config("[DEFAULT]\n", "other"), invalid_argument);
}

} // namespace

int main()
{
    RUN(numbers);
    RUN(errors);
    RUN(results);
    RUN(texts);
    RUN(secrets);
    RUN(times);
    RUN(scopes);
    RUN(wanted_scopes);
    RUN(tokens);
    return check_exit();
}

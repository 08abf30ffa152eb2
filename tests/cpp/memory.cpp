// Creates and drops 100,000 tokens and scope sets, and much else, with flat memory.
#include "answers.hpp"
#include "check.hpp"

#include <fstream>
#include <functional>

namespace {

using namespace std::chrono_literals;

constexpr int many = 100000;

/// For an allocator's own. Were the smallest thing of each object left behind, it would be 1600 kB.
constexpr long allowed_kb = 800;

long resident_kb()
{
    std::ifstream file("/proc/self/status");
    for (std::string word; file >> word;)
        if (word == "VmRSS:") {
            long size = 0;
            file >> size;
            return size;
        }
    return -1;
}

/// Does it many times to warm up, and many times more: that takes no memory that it does not give
/// back.
void is_flat(const char *name, const std::function<void()> &once)
{
    for (int i = 0; i < many; i++)
        once();
    const long before = resident_kb();
    for (int i = 0; i < many; i++)
        once();
    const long grown = resident_kb() - before;
    std::printf("%s: %ld kB at first, %ld kB more after %d\n", name, before, grown, many);
    CHECK(before > 0 && grown <= allowed_kb);
}

void tokens_and_scope_sets()
{
    const std::string json =
        R"({"access_token": "a", "refresh_token": "b", "scope": "user-read-email streaming"})";
    is_flat("tokens", [&] {
        const clef::token token = clef::token::from_json(json);
        const clef::token copy = token;
        CHECK(copy.access_token().size() == 1);
    });
    is_flat("scope sets", [] {
        const clef::scope_set set{clef::scope::streaming, "tomorrow"};
        CHECK((set + clef::scope::user_top_read - set).size() == 1);
    });
}

void secrets_errors_and_functions()
{
    const clef::credentials app("id", "secret", {}, clef::sender::custom(answers(), 0s));
    const clef::refreshing_token token(clef::token::from_json(token_response()), app);
    is_flat("access tokens", [&] { CHECK(token.access_token().size() == 8); });
    is_flat("errors", [] { CHECK_THROWS(clef::token::from_json("{"), invalid_argument); });
    is_flat("senders and listeners", [&] {
        const clef::sender sender = clef::sender::custom(answers(), 0s);
        token.set_listener([sender](auto &&...) { return clef::status::ok; });
    });
}

} // namespace

int main()
{
    RUN(tokens_and_scope_sets);
    RUN(secrets_errors_and_functions);
    return check_exit();
}

// A game that logs its player in without a frame that waits, built as many games are: without
// exceptions. Run
//     c++ -std=c++17 -fno-exceptions -fno-rtti game_loop.cpp -lclef -o game_loop && CLIENT_ID=...
//     ./game_loop
#include <chrono>
#include <clef.hpp>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <thread>

int main()
{
    const char *sandbox = std::getenv("ACCOUNTS_URL"); // to try it without an account
    const auto app =
        clef::credentials::try_make(std::getenv("CLIENT_ID"), {}, "http://127.0.0.1/callback")
            .and_then([&](const clef::credentials &plain) {
                return plain.try_with_accounts_url(sandbox ? sandbox
                                                           : "https://accounts.spotify.com");
            });
    auto runtime = clef::runtime::try_make();
    if (!app || !runtime) {
        std::fprintf(stderr, "%s\n", (app ? runtime.error() : app.error()).what());
        return EXIT_FAILURE;
    }

    std::optional<clef::result<clef::refreshing_token>> player;
    const auto login = clef::try_login_start(
        *app, {}, {}, *runtime,
        [&](clef::result<clef::refreshing_token> outcome) { player = std::move(outcome); });
    if (!login)
        player = login.error();

    int frames = 0;
    while (!player) {
        runtime->run_callbacks();
        frames++; // simulate, draw
        std::this_thread::sleep_for(std::chrono::milliseconds(16));
    }
    if (!*player) {
        std::fprintf(stderr, "%s\n", player->error().what());
        return EXIT_FAILURE;
    }
    // From now on it is fresh whenever a frame asks for it.
    const auto kept = (*player)->try_keep_fresh(*runtime);
    std::printf("Logged in after %d frames%s\n", frames, kept ? "" : ", and not kept fresh");
}

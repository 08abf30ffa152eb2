// Logs the user in with their browser, once: from then on the token is kept, and refreshed. Run
//     c++ -std=c++17 login.cpp -lclef -o login && CLIENT_ID=... ./login
#include <clef.hpp>
#include <cstdlib>
#include <iostream>

clef::refreshing_token stored_or_new(const clef::credentials &app)
{
    const auto store = clef::token_store::file();
    const auto stored = clef::refreshing_token::try_open(store, app);
    if (stored || stored.error().remedy() != clef::remedy::log_in)
        return stored.value();
    return clef::login(app, {}, clef::login_options().set_store(store)); // as in the first run
}

int main()
{
    const char *sandbox = std::getenv("ACCOUNTS_URL"); // to try it without an account
    try {
        const auto app =
            clef::credentials(std::getenv("CLIENT_ID"), {}, "http://127.0.0.1/callback")
                .with_accounts_url(sandbox ? sandbox : "https://accounts.spotify.com");
        // Ask anew before each request to the Web API, and show no more of it than here.
        const clef::secret_string access_token = stored_or_new(app).access_token();
        std::cout << "Authorization: Bearer " << access_token.view().substr(0, 4) << "...\n";
    } catch (const clef::error &error) {
        std::cerr << error.what() << "\n";
        return EXIT_FAILURE;
    }
}

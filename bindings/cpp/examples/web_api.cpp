#include <clef.hpp>
#include <cstdlib>
#include <curl/curl.h>

int main(int, char **argv) // to get, such as https://api.spotify.com/v1/me
{
    clef::credentials app(std::getenv("CLIENT_ID"), {}, "http://127.0.0.1/callback");
    if (const char *sandbox = std::getenv("ACCOUNTS_URL")) app = app.with_accounts_url(sandbox);
    auto user = clef::login(app, {clef::scope::user_read_email, clef::scope::user_top_read});
    CURL *curl = curl_easy_init();
    curl_easy_setopt(curl, CURLOPT_URL, argv[1]);
    curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
    curl_easy_setopt(curl, CURLOPT_XOAUTH2_BEARER, user.access_token().c_str());
    return curl_easy_perform(curl); // shows the answer
}

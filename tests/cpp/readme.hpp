// What the pieces of code of bindings/cpp/README.md speak of.
#include <clef.hpp>

#include <string_view>
#include <utility>

void ask_for_a_login();
void log(std::string_view line);
void call_the_web_api(const char *access_token);
std::pair<int, std::string_view> my_http_post(std::string_view url, std::string_view body);

extern clef::refreshing_token user;
extern clef::credentials app;


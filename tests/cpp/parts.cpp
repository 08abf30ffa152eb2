// One of several files of a program that all have the header, compiled in different ways.
#include <clef.hpp>
#include <clef.hpp> // NOLINT: twice is no harm

#include <cstdio>

#ifdef MAIN
int one();
int two();
int without_exceptions();

int main()
{
    // Each in its own way, with inline functions of the same names behind them.
    const int worked = one() + two() + without_exceptions();
    if (worked == 3)
        static_cast<void>(std::puts("ok parts"));
    return worked == 3 ? 0 : 1;
}
#else
int PART();

int PART()
{
    auto sender = clef::sender::try_custom(
        [](clef::exchange exchange) {
#if CLEF_EXCEPTIONS
            static_cast<void>(exchange);
            throw clef::error(clef::status::tls, "thrown");
#else
            static_cast<void>(exchange.try_fail(clef::status::tls, clef::delivery::not_sent));
#endif
        },
        std::chrono::seconds(1));
    const auto app = clef::credentials::try_make("id", "secret", {}, *sender);
    return app->try_request_client_token().status() == clef::status::tls;
}
#endif

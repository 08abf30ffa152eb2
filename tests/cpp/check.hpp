// Checks for the C++ tests: each failure names its place, and the program goes on to the end.
#ifndef CHECK_HPP
#define CHECK_HPP

#include <clef.hpp>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>

inline std::atomic<int> check_failures{0};

inline void check_failed(const char *file, int line, const std::string &what)
{
    ++check_failures;
    std::fprintf(stderr, "%s:%d: %s\n", file, line, what.c_str());
}

#define CHECK(condition) ((condition) ? void() : check_failed(__FILE__, __LINE__, #condition))

/// Compares what can be written to a stream.
#define CHECK_EQUAL(actual, expected) check_equal(__FILE__, __LINE__, #actual, actual, expected)

template <class A, class B>
void check_equal(const char *file, int line, const char *what, const A &actual, const B &expected)
{
    if (actual == expected)
        return;
    std::ostringstream text;
    text << what << " is '" << actual << "', not '" << expected << "'";
    check_failed(file, line, text.str());
}

#define CHECK_STATUS(actual, expected)                                                             \
    check_status(__FILE__, __LINE__, #actual, actual, clef::status::expected)

inline void check_status(const char *file, int line, const char *what, clef::status actual,
                         clef::status expected)
{
    if (actual != expected)
        check_failed(file, line,
                     what + (" is " + std::string(clef::name(actual))) + ", not " +
                         std::string(clef::name(expected)));
}

#if CLEF_EXCEPTIONS
/// Checks that an expression throws a clef::error of this status.
#define CHECK_THROWS(expression, expected)                                                         \
    check_status(__FILE__, __LINE__, #expression,                                                  \
                 status_thrown_by([&] { static_cast<void>(expression); }), clef::status::expected)

template <class F> clef::status status_thrown_by(F what)
{
    try {
        what();
    } catch (const clef::error &error) {
        return error.status();
    }
    return clef::status::ok;
}
#endif

/// Runs a test and names it, so that a driver can see that it ran.
#define RUN(test) run_test(#test, test)

template <class F> void run_test(const char *name, F test)
{
    const int before = check_failures;
    test();
    std::printf("%s %s\n", check_failures == before ? "ok" : "FAILED", name);
    std::fflush(stdout);
}

inline int check_exit()
{
    return check_failures ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif

// Senders that answer without a network.
#ifndef ANSWERS_HPP
#define ANSWERS_HPP

#include <clef.hpp>

/// A token response that says `access_token`.
inline std::string token_response(const std::string &access_token = "a-secret")
{
    return R"({"access_token": ")" + access_token +
           R"(", "token_type": "Bearer", "expires_in": 3600})";
}

/// Answers each request at once.
inline clef::send_function answers(const std::string &body = token_response())
{
    return [body](clef::exchange exchange) { static_cast<void>(exchange.try_respond(200, body)); };
}

#endif

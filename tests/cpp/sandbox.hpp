// The sandbox, as the tests use it.
#ifndef SANDBOX_HPP
#define SANDBOX_HPP

#include "http.hpp"

class sandbox {
public:
    static constexpr const char *client_id = "sandbox-client";
    static constexpr const char *client_secret = "sandbox-secret";
    static constexpr const char *redirect_uri = "http://127.0.0.1/callback";

    explicit sandbox(std::string url) : url_(std::move(url)) {}

    const std::string &url() const { return url_; }

    void reset() const { admin("POST", "/sandbox/reset", "{}"); }
    void settings(const std::string &json) const { admin("POST", "/sandbox/settings", json); }
    void fault(const std::string &json) const { admin("POST", "/sandbox/faults", json); }
    void clear_faults() const { admin("DELETE", "/sandbox/faults", ""); }
    void advance_clock(const std::string &seconds) const
    {
        admin("POST", "/sandbox/clock", "{\"advance\": " + seconds + "}");
    }
    void revoke_all() const { admin("POST", "/sandbox/revoke", "{}"); }

    /// How many token requests came, of one grant type or of all.
    int count(const std::string &grant_type = {}) const
    {
        const std::string query = grant_type.empty() ? "" : "&grant_type=" + grant_type;
        const std::string body = admin("GET", "/sandbox/count?path=/api/token" + query, "").body;
        const std::string name = "\"count\":";
        return std::stoi(body.substr(body.find(name) + name.size()));
    }

    /// The user decides at this authorisation URL; gives where they are redirected to.
    std::string log_in(const std::string &url, const std::string &decision = "approve") const
    {
        return http::request("GET", url + "&sandbox_auto=" + decision).header("Location");
    }

    /// The HTTP status with which the Web API answers to this access token.
    int web_api(const std::string &access_token) const
    {
        return http::request("GET", url_ + "/v1/me", {{"Authorization", "Bearer " + access_token}})
            .status;
    }

private:
    http::answer admin(const std::string &method, const std::string &path,
                       const std::string &json) const
    {
        http::answer answer =
            http::request(method, url_ + path, {{"Content-Type", "application/json"}}, json);
        if (answer.status / 100 != 2)
            throw std::runtime_error(method + " " + path + " " + json + ": " + answer.body);
        return answer;
    }

    std::string url_;
};

#endif

// Plain HTTP for the tests: one request a connection.
#ifndef HTTP_HPP
#define HTTP_HPP

#include <netdb.h>
#include <stdexcept>
#include <string>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace http {

using headers = std::vector<std::pair<std::string, std::string>>;

struct answer {
    int status = 0;
    http::headers headers;
    std::string body;

    std::string header(const std::string &name) const
    {
        for (const auto &[found, value] : headers)
            if (strcasecmp(found.c_str(), name.c_str()) == 0)
                return value;
        throw std::runtime_error("the answer has no " + name + ": " + body);
    }
};

class connection {
public:
    connection(const std::string &host, const std::string &port)
    {
        addrinfo hints{}, *found = nullptr;
        hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
        hints.ai_socktype = SOCK_STREAM;
        if (getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0)
            throw std::runtime_error(host + " is no address");
        socket_ = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const bool connected = connect(socket_, found->ai_addr, found->ai_addrlen) == 0;
        freeaddrinfo(found);
        if (!connected) {
            close(socket_);
            throw std::runtime_error("cannot connect to " + host + " " + port);
        }
    }
    connection(const connection &) = delete;
    connection &operator=(const connection &) = delete;
    ~connection() { close(socket_); }

    void write(const std::string &text)
    {
        for (std::size_t done = 0; done < text.size();) {
            const ssize_t step =
                send(socket_, text.data() + done, text.size() - done, MSG_NOSIGNAL);
            if (step <= 0)
                throw std::runtime_error("the connection was closed");
            done += static_cast<std::size_t>(step);
        }
    }
    std::string read()
    {
        std::string text;
        char chunk[4096];
        for (ssize_t step; (step = recv(socket_, chunk, sizeof chunk, 0)) > 0;)
            text.append(chunk, static_cast<std::size_t>(step));
        return text;
    }

private:
    int socket_ = -1;
};

inline answer parse(const std::string &text)
{
    const std::size_t end = text.find("\r\n\r\n");
    if (text.compare(0, 9, "HTTP/1.1 ") != 0 || end == std::string::npos)
        throw std::runtime_error("this is no HTTP: " + text);
    answer made;
    made.status = std::stoi(text.substr(9, 3));
    made.body = text.substr(end + 4);
    for (std::size_t line = text.find("\r\n"); line < end; line = text.find("\r\n", line + 2)) {
        const std::size_t colon = text.find(": ", line), next = text.find("\r\n", line + 2);
        if (colon < next)
            made.headers.emplace_back(text.substr(line + 2, colon - line - 2),
                                      text.substr(colon + 2, next - colon - 2));
    }
    return made;
}

/// Sends a request to `http://HOST:PORT/…`; follows no redirect.
inline answer request(const std::string &method, const std::string &url,
                      const headers &headers = {}, const std::string &body = {})
{
    const std::string scheme = "http://";
    if (url.compare(0, scheme.size(), scheme) != 0)
        throw std::runtime_error("not for plain HTTP: " + url);
    const std::size_t path = url.find_first_of("/?", scheme.size());
    const std::string authority = url.substr(scheme.size(), path - scheme.size());
    const std::string target = path == std::string::npos ? "/" : url.substr(path);
    const std::size_t colon = authority.rfind(':');
    std::string host = authority.substr(0, colon);
    if (host.front() == '[')
        host = host.substr(1, host.size() - 2);
    std::string text = method + " " + (target.front() == '?' ? "/" : "") + target +
                       " HTTP/1.1\r\nHost: " + authority + "\r\nConnection: close\r\n";
    for (const auto &[name, value] : headers)
        text += name + ": " + value + "\r\n";
    text += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    connection to(host, authority.substr(colon + 1));
    to.write(text);
    return parse(to.read());
}

} // namespace http

#endif

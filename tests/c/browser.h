/* A browser of one request, for redirects to this computer. */
#ifndef BROWSER_H
#define BROWSER_H

#include "check.h"
#include "sandbox.h"
#include <netdb.h>

static inline int connect_to(const char *host, const char *port)
{
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
                             .ai_socktype = SOCK_STREAM};
    struct addrinfo *address = NULL;
    if (getaddrinfo(host, port, &hints, &address) != 0)
        sandbox_die("not an address");
    int connection = socket(address->ai_family, SOCK_STREAM, 0);
    if (connection < 0 || connect(connection, address->ai_addr, address->ai_addrlen) != 0)
        sandbox_die("cannot connect");
    freeaddrinfo(address);
    return connection;
}

/* Opens this URL; gives the answer, to be freed. */
static inline char *visit(const char *url)
{
    char authority[64], host[64], request[4096];
    const char *begin = url + strlen("http://");
    size_t length = strcspn(begin, "/?");
    snprintf(authority, sizeof authority, "%.*s", (int)length, begin);
    const char *port = strrchr(authority, ':') + 1;
    const bool has_brackets = authority[0] == '[';
    snprintf(host, sizeof host, "%.*s", (int)(port - authority) - 1 - 2 * has_brackets,
             authority + has_brackets);
    int connection = connect_to(host, port);
    int size = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n",
                        begin + length, authority);
    CHECK(write(connection, request, (size_t)size) == size);
    size_t used = 0;
    char *answer = calloc(1, 8192);
    ssize_t step;
    while ((step = read(connection, answer + used, 8191 - used)) > 0)
        used += (size_t)step;
    CHECK_INT(step, 0);
    close(connection);
    return answer;
}

#endif

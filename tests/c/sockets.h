/* Services that do not do their part: ports of 127.0.0.1 that this process owns. */
#ifndef SOCKETS_H
#define SOCKETS_H

#include "sandbox.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>

/* A port of 127.0.0.1 that is ours; gives its socket, which does not listen unless told to. */
static inline int own_port(char *url, size_t size)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int own = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (own < 0 || bind(own, (struct sockaddr *)&address, length) != 0 ||
        getsockname(own, (struct sockaddr *)&address, &length) != 0)
        sandbox_die("no port");
    snprintf(url, size, "http://127.0.0.1:%d", ntohs(address.sin_port));
    return own;
}

static inline struct sockaddr_in address_of(int own)
{
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    if (getsockname(own, (struct sockaddr *)&address, &length) != 0)
        sandbox_die("no address");
    return address;
}

/* It accepts connections and says nothing unless told to. */
struct silent_port {
    int listener;
    char url[64];
};

static inline struct silent_port open_silent_port(void)
{
    struct silent_port port;
    port.listener = own_port(port.url, sizeof port.url);
    if (listen(port.listener, 128) != 0)
        sandbox_die("cannot listen");
    return port;
}

/* Waits for what comes in, in bounds. */
static inline void await_input(int file)
{
    struct pollfd input = {.fd = file, .events = POLLIN};
    if (poll(&input, 1, 20000) != 1)
        sandbox_die("nothing comes");
}

static inline int accept_at(const struct silent_port *port)
{
    await_input(port->listener);
    int connection = accept4(port->listener, NULL, NULL, SOCK_CLOEXEC);
    if (connection < 0)
        sandbox_die("cannot accept");
    return connection;
}

/* Reads until this text came, which is in the first 4 KB. */
static inline void read_until(int connection, const char *text)
{
    char received[4096];
    size_t used = 0;
    do {
        await_input(connection);
        ssize_t step = read(connection, received + used, sizeof received - used - 1);
        if (step <= 0)
            sandbox_die("the connection ended too soon");
        used += (size_t)step;
        received[used] = '\0';
    } while (!strstr(received, text));
}

/* How many bytes the other side's system has not taken yet. */
static inline int unread_by_peer(int connection)
{
    int bytes = 0;
    if (ioctl(connection, SIOCOUTQ, &bytes) != 0)
        sandbox_die("no SIOCOUTQ");
    return bytes;
}

/* Its backlog is full, so that further connections hang. */
struct full_port {
    int listener, port;
    int fillers[4]; /* 0 where there was no room */
    char url[64];
};

/* As in /proc/net/tcp. */
enum { ESTABLISHED = 1, CONNECTING = 2 };

/* How many connections to this port are in this state. */
static inline int connections_to(int port, int state)
{
    FILE *table = fopen("/proc/net/tcp", "r");
    if (!table)
        sandbox_die("no /proc/net/tcp");
    char line[300];
    int count = 0;
    while (fgets(line, sizeof line, table)) {
        unsigned remote_port, is;
        if (sscanf(line, " %*d: %*x:%*x %*x:%x %x", &remote_port, &is) == 2)
            count += remote_port == (unsigned)port && is == (unsigned)state;
    }
    fclose(table);
    return count;
}

static inline struct full_port open_full_port(void)
{
    struct full_port full;
    full.listener = own_port(full.url, sizeof full.url);
    if (listen(full.listener, 0) != 0)
        sandbox_die("cannot listen");
    struct sockaddr_in address = address_of(full.listener);
    full.port = ntohs(address.sin_port);
    for (int i = 0; i < 4; i++) {
        full.fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (connect(full.fillers[i], (struct sockaddr *)&address, sizeof address) != 0 &&
            errno != EINPROGRESS)
            sandbox_die("cannot fill the backlog");
        /* One that found no room would end by itself, some two minutes from now. */
        socklen_t size = sizeof address;
        if (getpeername(full.fillers[i], (struct sockaddr *)&address, &size) != 0) {
            close(full.fillers[i]);
            full.fillers[i] = 0;
        }
    }
    if (connections_to(full.port, ESTABLISHED) == 0 || full.fillers[3] > 0)
        sandbox_die("the backlog is not full");
    return full;
}

static inline void close_full_port(struct full_port *full)
{
    for (int i = 0; i < 4; i++)
        if (full->fillers[i] > 0)
            close(full->fillers[i]);
    close(full->listener);
}

#endif

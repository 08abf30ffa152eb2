/* What the C tests use of POSIX and Windows lacks: included before everything else where they are compiled for it. */
#ifndef WINDOWS_H
#define WINDOWS_H

#include <winsock2.h>
#include <ws2tcpip.h>

#include <direct.h>
#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Words of the tests' own. */
#undef far
#undef IN
#undef near
#undef OUT

/* Sockets and files are descriptors alike. */

#define SOCK_CLOEXEC 0
#define SOCK_NONBLOCK 0
#define poll WSAPoll
#define accept4(listener, address, length, flags) ((int)accept(listener, address, length))
#define socket(family, type, protocol) ((int)socket(family, type, protocol))
#define close posix_close
#define read posix_read
#define write posix_write

__attribute__((constructor)) static void start_winsock(void)
{
    WSADATA data;
    if (WSAStartup(MAKEWORD(2, 2), &data) != 0)
        abort();
}

static inline bool posix_is_socket(int descriptor)
{
    int type, length = sizeof type;
    return getsockopt((SOCKET)descriptor, SOL_SOCKET, SO_TYPE, (char *)&type, &length) == 0;
}

static inline int posix_close(int descriptor)
{
    return posix_is_socket(descriptor) ? closesocket((SOCKET)descriptor) : _close(descriptor);
}

static inline ssize_t posix_read(int descriptor, void *bytes, size_t size)
{
    if (posix_is_socket(descriptor))
        return recv((SOCKET)descriptor, bytes, (int)size, 0);
    return _read(descriptor, bytes, (unsigned)size);
}

static inline ssize_t posix_write(int descriptor, const void *bytes, size_t size)
{
    if (posix_is_socket(descriptor))
        return send((SOCKET)descriptor, bytes, (int)size, 0);
    return _write(descriptor, bytes, (unsigned)size);
}

/* How much the peer has not taken yet: Winsock does not tell. */
#define SIOCOUTQ 0
static inline int ioctl(int descriptor, long request, int *answer)
{
    (void)descriptor, (void)request, (void)answer;
    return -1;
}

#define pipe(ends) _pipe(ends, 65536, _O_BINARY)

static inline int dprintf(int descriptor, const char *format, ...)
{
    char text[8192];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return (int)posix_write(descriptor, text, (size_t)length);
}

/* An alarm that goes off: the test hangs, and its handler ends the process. */

#define SIGALRM SIGBREAK

static HANDLE posix_alarm;

static inline void CALLBACK posix_alarm_goes_off(void *data, BOOLEAN by_timer)
{
    (void)data, (void)by_timer;
    raise(SIGALRM);
}

static inline unsigned alarm(unsigned seconds)
{
    if (posix_alarm)
        DeleteTimerQueueTimer(NULL, posix_alarm, NULL);
    posix_alarm = NULL;
    if (seconds > 0)
        CreateTimerQueueTimer(&posix_alarm, NULL, posix_alarm_goes_off, NULL, seconds * 1000, 0,
                              WT_EXECUTEONLYONCE);
    return 0;
}

/* Files, folders and the environment. */

#define mkdir(path, mode) _mkdir(path)

static inline int setenv(const char *name, const char *value, int replaces)
{
    (void)replaces;
    return _putenv_s(name, value);
}

static inline int unsetenv(const char *name)
{
    return _putenv_s(name, "");
}

#endif

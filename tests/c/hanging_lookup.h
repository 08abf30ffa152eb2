/* A resolver that hangs: the program's own getaddrinfo comes before that of libc. */
#ifndef HANGING_LOOKUP_H
#define HANGING_LOOKUP_H

#include <dlfcn.h>
#include <netdb.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

/* Every name that ends so hangs. */
#define HANGING ".hangs.test"

static pthread_mutex_t lookup_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t lookup_changed = PTHREAD_COND_INITIALIZER;
static int lookups_begun, lookups_hanging;
static bool lookups_may_end;

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **found)
{
    size_t length = name ? strlen(name) : 0, end = strlen(HANGING);
    if (length < end || strcmp(name + length - end, HANGING) != 0) {
        __typeof__(getaddrinfo) *usual =
            (__typeof__(getaddrinfo) *)dlsym(RTLD_NEXT, "getaddrinfo");
        return usual(name, service, hints, found);
    }
    pthread_mutex_lock(&lookup_lock);
    lookups_begun++;
    lookups_hanging++;
    pthread_cond_broadcast(&lookup_changed);
    while (!lookups_may_end)
        pthread_cond_wait(&lookup_changed, &lookup_lock);
    lookups_hanging--;
    pthread_mutex_unlock(&lookup_lock);
    return EAI_AGAIN;
}

static inline void let_lookups_end(bool may_end)
{
    pthread_mutex_lock(&lookup_lock);
    lookups_may_end = may_end;
    pthread_cond_broadcast(&lookup_changed);
    pthread_mutex_unlock(&lookup_lock);
}

static inline int count_lookups(const int *counter)
{
    pthread_mutex_lock(&lookup_lock);
    int count = *counter;
    pthread_mutex_unlock(&lookup_lock);
    return count;
}

#endif

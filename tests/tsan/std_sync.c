/* Tells ThreadSanitizer what happens in the standard library, which is compiled without it: a lock that is
 * contended, and a wait on a condition variable, lock and unlock in there, out of its sight. Linked into the library
 * with `--wrap` for these functions, whose mangled names are given as macros; see .ci/run. */
#include <stdbool.h>
#include <stdint.h>

void __tsan_acquire(void *address);
void __tsan_release(void *address);

#define GLUED(prefix, name) prefix##name
#define NAME(prefix, name) GLUED(prefix, name)
#define REAL(name) NAME(__real_, name)
#define WRAPPED(name) NAME(__wrap_, name)

/* Mutex::lock_contended(&self) */
void REAL(LOCK_CONTENDED)(void *mutex);
void WRAPPED(LOCK_CONTENDED)(void *mutex);

void WRAPPED(LOCK_CONTENDED)(void *mutex)
{
    REAL(LOCK_CONTENDED)(mutex);
    __tsan_acquire(mutex);
}

/* Condvar::wait(&self, mutex: &Mutex) */
void REAL(WAIT)(void *condvar, void *mutex);
void WRAPPED(WAIT)(void *condvar, void *mutex);

void WRAPPED(WAIT)(void *condvar, void *mutex)
{
    __tsan_release(mutex);
    REAL(WAIT)(condvar, mutex);
    __tsan_acquire(mutex);
}

/* Condvar::wait_timeout(&self, mutex: &Mutex, timeout: Duration) -> bool */
bool REAL(WAIT_TIMEOUT)(void *condvar, void *mutex, uint64_t seconds, uint32_t nanoseconds);
bool WRAPPED(WAIT_TIMEOUT)(void *condvar, void *mutex, uint64_t seconds, uint32_t nanoseconds);

bool WRAPPED(WAIT_TIMEOUT)(void *condvar, void *mutex, uint64_t seconds, uint32_t nanoseconds)
{
    __tsan_release(mutex);
    bool in_time = REAL(WAIT_TIMEOUT)(condvar, mutex, seconds, nanoseconds);
    __tsan_acquire(mutex);
    return in_time;
}

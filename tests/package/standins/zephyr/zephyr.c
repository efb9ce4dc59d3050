/* What the headers here declare, on the host. Without sockets (for another machine) there is nothing. */
#ifdef CONFIG_NET_SOCKETS
#define _DEFAULT_SOURCE

#include <errno.h>
#include <zephyr/kernel.h>
#include <zephyr/net/socket.h>
#include <zephyr/net/sntp.h>
#include <zephyr/posix/fcntl.h>
#include <zephyr/random/random.h>
#include <zephyr/sys/clock.h>

#include <sys/random.h>

static time_t offset; /* of the wall clock to the uptime */

uint32_t k_uptime_get_32(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint32_t)((uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000);
}

int32_t k_sleep(k_timeout_t timeout)
{
    const struct timespec time = { (time_t)(timeout.ms / 1000), (long)(timeout.ms % 1000) * 1000000 };

    nanosleep(&time, NULL);
    return 0;
}

int zsock_poll(struct zsock_pollfd *fds, int count, int timeout)
{
    if (timeout == 0) {
        for (int i = 0; i < count; i++)
            fds[i].revents = 0;
        return 0;
    }
    return poll(fds, (nfds_t)count, timeout);
}

int zsock_fcntl(int fd, int command, int flags)
{
    return fcntl(fd, command, flags);
}

int sntp_simple(const char *server, uint32_t timeout, struct sntp_time *ts)
{
    static int queries;

    (void)server;
    (void)timeout;
    if (queries++ == 0)
        return -ETIMEDOUT;
    ts->seconds = (uint64_t)time(NULL);
    ts->fraction = 0;
    return 0;
}

#if defined(CONFIG_CSPRNG_ENABLED) || defined(CONFIG_TEST_CSPRNG_GENERATOR)
int sys_csrand_get(void *out, size_t length)
{
    return getrandom(out, length, 0) == (ssize_t)length ? 0 : -EIO;
}
#endif

int sys_clock_gettime(int id, struct timespec *ts)
{
    (void)id;
    clock_gettime(CLOCK_MONOTONIC, ts);
    ts->tv_sec += offset;
    return 0;
}

int sys_clock_settime(int id, const struct timespec *ts)
{
    struct timespec now;

    (void)id;
    clock_gettime(CLOCK_MONOTONIC, &now);
    offset = ts->tv_sec - now.tv_sec;
    return 0;
}
#endif

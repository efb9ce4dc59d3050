/* See tcx_posix_lookup.h. The thread sends its answer as one datagram. Caller and thread share nothing else. */
#define _DEFAULT_SOURCE

#include "tcx_posix_lookup.h"

#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct lookup_job {
    int fd;
    uint16_t port;
    char name[]; /* ends with a zero byte */
} lookup_job;

static void lookup_take_addresses(const struct addrinfo *list, tcx_posix_addresses *found)
{
    for (; list != NULL && found->count < TCX_POSIX_ADDRESSES_MAX; list = list->ai_next) {
        tcx_posix_address *address = &found->address[found->count];

        if (list->ai_family != AF_INET && list->ai_family != AF_INET6)
            continue;
        memcpy(&address->to, list->ai_addr, list->ai_addrlen);
        address->length = list->ai_addrlen;
        found->count++;
    }
}

static void lookup_resolve(const char *name, uint16_t port, int flags, tcx_posix_addresses *found)
{
    struct addrinfo hints;
    struct addrinfo *list = NULL;
    char service[sizeof "65535"];

    memset(&hints, 0, sizeof hints);
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV | flags;
    memset(found, 0, sizeof *found);
    snprintf(service, sizeof service, "%u", (unsigned)port);
    errno = 0;
    found->error = getaddrinfo(name, service, &hints, &list);
    if (found->error == EAI_SYSTEM)
        found->system = errno;
    if (found->error == EAI_MEMORY)
        found->system = ENOMEM;
    if (found->error != 0)
        return;
    lookup_take_addresses(list, found);
    freeaddrinfo(list);
    if (found->count == 0)
        found->error = EAI_NONAME;
}

int tcx_posix_lookup_numeric(const char *name, uint16_t port, tcx_posix_addresses *found)
{
    lookup_resolve(name, port, AI_NUMERICHOST, found);
    return found->error == 0;
}

static void *lookup_run(void *argument)
{
    lookup_job *work = argument;
    tcx_posix_addresses found;

    lookup_resolve(work->name, work->port, 0, &found);
    /* An error is ignored: it means that the caller has given up. */
    (void)!send(work->fd, &found, sizeof found, MSG_NOSIGNAL);
    close(work->fd);
    free(work);
    return NULL;
}

/* Blocks all signals in the thread, because they belong to the program. */
static int lookup_start_thread(lookup_job *work)
{
    pthread_attr_t attributes;
    pthread_t thread;
    sigset_t all;
    sigset_t before;
    int error = pthread_attr_init(&attributes);

    if (error != 0)
        return error;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(&thread, &attributes, lookup_run, work);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return error;
}

/* A name is the same in either case. But musl finds a name of /etc/hosts only as it is written there: in lower case. */
static void lookup_copy_lower(char *to, const char *name, size_t size)
{
    size_t i;

    for (i = 0; i < size; i++)
        to[i] = name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] - 'A' + 'a') : name[i];
}

int tcx_posix_lookup_start(const char *name, uint16_t port)
{
    size_t size = strlen(name) + 1;
    lookup_job *work = malloc(sizeof *work + size);
    int ends[2];
    int error;

    if (work == NULL)
        return -1;
    if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends) != 0) {
        free(work);
        return -1;
    }
    work->fd = ends[1];
    work->port = port;
    lookup_copy_lower(work->name, name, size);
    error = lookup_start_thread(work);
    if (error != 0) {
        close(ends[0]);
        close(ends[1]);
        free(work);
        errno = error;
        return -1;
    }
    return ends[0];
}

int tcx_posix_lookup_finish(int fd, tcx_posix_addresses *found)
{
    ssize_t length = recv(fd, found, sizeof *found, MSG_DONTWAIT);

    if (length == (ssize_t)sizeof *found)
        return 1;
    if (length < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
        return 0;
    if (length >= 0)
        errno = EIO;
    return -1;
}

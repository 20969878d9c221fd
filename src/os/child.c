/* SPDX-License-Identifier: Apache-2.0 */

/*
 * clone() without flags is fork() without what the C library does around it: no handlers of the host program
 * run (libsandbank lives in other people's processes), and without an exit signal no SIGCHLD reaches a host
 * that waits for children of its own. The price is that the C library in the copy knows nothing of being one,
 * which is why so little of it may be used there.
 */
#include "os/child.h"

#include "os/os_internal.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NICENESS 10 /* the copy is in no hurry */
#define REST_NS  (2 * 1000 * 1000)

/* Locks and connections of the process must not live on in the copy: a lock is held while any copy of its
 * file is open. */
static void close_all_but(int fd)
{
    if (fd > 0)
        (void)syscall(SYS_close_range, 0u, (unsigned)fd - 1, 0u);
    (void)syscall(SYS_close_range, (unsigned)fd + 1, ~0u, 0u);
}

enum sb_status sb_child_start(struct sb_child *child, struct sb_file *keep, void (*work)(void *context),
                              void *context, struct sb_err *err)
{
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before); /* fails only for an unknown first argument */
    long pid = syscall(SYS_clone, 0L, 0L, 0L, 0L, 0L);
    if (pid == 0) {
        close_all_but(sb_file_descriptor(keep));
        (void)setpriority(PRIO_PROCESS, 0, NICENESS); /* no harm when it is not allowed */
        work(context);
        syscall(SYS_exit_group, 0);
    }
    int number = errno;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (pid < 0) {
        (void)sb_os_fail(err, number);
        return sb_fail_in(err, "this process cannot be copied", "không sao chép được tiến trình này");
    }
    child->pid = (pid_t)pid;
    return SB_OK;
}

bool sb_child_has_ended(struct sb_child *child)
{
    if (child->pid != 0 && waitpid(child->pid, NULL, WNOHANG | __WALL) != 0)
        child->pid = 0;
    return child->pid == 0;
}

void sb_child_kill(struct sb_child *child)
{
    if (child->pid == 0)
        return;
    (void)kill(child->pid, SIGKILL); /* fails only when it has ended */
    while (waitpid(child->pid, NULL, __WALL) < 0 && errno == EINTR)
        ;
    child->pid = 0;
}

bool sb_child_is_alone(pid_t started_by)
{
    return getppid() != started_by;
}

void sb_child_rest(void)
{
    (void)nanosleep(&(struct timespec){.tv_nsec = REST_NS}, NULL); /* all signals are blocked */
}

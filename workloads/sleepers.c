// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/sleepers.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"

#define STACK_BYTES 65536
#define TIMEOUT_MS  60000

static void sleeper_sleep(int ready)
{
	const uint64_t one = 1;

	if (write(ready, &one, sizeof(one)) != sizeof(one))
		_exit(1);
	for (;;)
		pause();
}

static void *sleeper_thread(void *data)
{
	sleeper_sleep(*(const int *)data);
	return NULL;
}

static void sleeper_main(pid_t parent, int ready, size_t threads)
{
	pthread_attr_t attr;
	pthread_t thread;

	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (getppid() != parent)
		_exit(1);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	for (size_t i = 0; i < threads; i++)
		if (pthread_create(&thread, &attr, sleeper_thread, &ready) != 0)
			_exit(1);
	sleeper_sleep(ready);
}

/* A child that could not start its threads is missed here: it has ended. */
static int sleepers_await(int ready, uint64_t n, struct dcb_error *err)
{
	uint64_t seen = 0;

	while (seen < n) {
		struct pollfd poll_fd = {.fd = ready, .events = POLLIN};
		uint64_t more;

		if (poll(&poll_fd, 1, TIMEOUT_MS) <= 0)
			return dcb_error_set(err, ETIMEDOUT,
					     "only %llu of %llu threads of the child processes "
					     "started",
					     (unsigned long long)seen, (unsigned long long)n);
		if (read(ready, &more, sizeof(more)) == sizeof(more))
			seen += more;
	}
	return 0;
}

int dcb_sleepers_start(struct dcb_sleepers *sleepers, size_t n, size_t threads,
		       struct dcb_error *err)
{
	_cleanup_(dcb_sleepers_deinit) struct dcb_sleepers started = {0};
	_cleanup_close_ int ready = eventfd(0, EFD_CLOEXEC);
	pid_t parent = getpid();
	int r;

	if (ready < 0)
		return dcb_error_sys(err, errno, "eventfd");
	started.pids = calloc(n, sizeof(*started.pids));
	if (!started.pids)
		return dcb_error_oom(err);
	for (; started.n < n; started.n++) {
		pid_t pid = fork();

		if (pid < 0)
			return dcb_error_sys(err, errno, "cannot fork child %zu of %zu", started.n,
					     n);
		if (pid == 0)
			sleeper_main(parent, ready, threads);
		started.pids[started.n] = pid;
	}
	r = sleepers_await(ready, (uint64_t)n * (threads + 1), err);
	if (r < 0)
		return r;
	*sleepers = TAKE(started, (struct dcb_sleepers){0});
	return 0;
}

void dcb_sleepers_deinit(struct dcb_sleepers *sleepers)
{
	for (size_t i = 0; i < sleepers->n; i++)
		if (sleepers->pids[i] > 0)
			kill(sleepers->pids[i], SIGKILL);
	for (size_t i = 0; i < sleepers->n; i++)
		if (sleepers->pids[i] > 0)
			while (waitpid(sleepers->pids[i], NULL, 0) < 0 && errno == EINTR)
				;
	free(sleepers->pids);
	*sleepers = (struct dcb_sleepers){0};
}

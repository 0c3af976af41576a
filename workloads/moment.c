// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/moment.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "collectors/clock.h"

#define POLL_NS      50000
#define NSEC_PER_SEC UINT64_C(1000000000)

void dcb_moment_nap(long ns)
{
	nanosleep(&(struct timespec){.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000}, NULL);
}

int dcb_moment_await(atomic_bool *flag, const char *what, struct dcb_error *err)
{
	uint64_t begin_ns = dcb_clock_ns(CLOCK_MONOTONIC);

	while (!atomic_load(flag)) {
		if (dcb_clock_ns(CLOCK_MONOTONIC) - begin_ns > DCB_MOMENT_TIMEOUT_NS)
			return dcb_error_set(err, ETIMEDOUT, "%s did not come", what);
		dcb_moment_nap(POLL_NS);
	}
	return 0;
}

int dcb_moment_await_post(sem_t *posted, const char *what, struct dcb_error *err)
{
	uint64_t until_ns = dcb_clock_ns(CLOCK_MONOTONIC) + DCB_MOMENT_TIMEOUT_NS;
	const struct timespec until = {.tv_sec = (time_t)(until_ns / NSEC_PER_SEC),
				       .tv_nsec = (long)(until_ns % NSEC_PER_SEC)};

	while (sem_clockwait(posted, CLOCK_MONOTONIC, &until) < 0) {
		if (errno == ETIMEDOUT)
			return dcb_error_set(err, ETIMEDOUT, "%s did not come", what);
		if (errno != EINTR)
			return dcb_error_sys(err, errno, "cannot wait for %s", what);
	}
	return 0;
}

/*
 * A duplicate of `probe` takes the lowest free number from `fd` on. Asking for the descriptor
 * itself (fcntl, /proc) would take a reference of its file for a moment, and where that is the last
 * one, the waiter frees the file and not the closer.
 */
int dcb_moment_await_close(int fd, int probe, struct dcb_error *err)
{
	uint64_t begin_ns = dcb_clock_ns(CLOCK_MONOTONIC);

	for (;;) {
		int got = fcntl(probe, F_DUPFD_CLOEXEC, fd);

		if (got < 0)
			return dcb_error_sys(err, errno, "cannot duplicate a descriptor");
		close(got);
		if (got == fd)
			return 0;
		if (dcb_clock_ns(CLOCK_MONOTONIC) - begin_ns > DCB_MOMENT_TIMEOUT_NS)
			return dcb_error_set(err, ETIMEDOUT, "the closer did not close");
		dcb_moment_nap(POLL_NS);
	}
}

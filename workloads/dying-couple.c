// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/dying-couple.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "collectors/clock.h"
#include "collectors/collector.h"
#include "workloads/moment.h"

int dcb_dying_couple_init(struct dcb_dying_couple *couple, const struct dcb_fs *fs,
			  enum dcb_dying_op op, struct dcb_error *err)
{
	couple->probe = open("/", O_PATH | O_CLOEXEC);
	if (couple->probe < 0)
		return dcb_error_sys(err, errno, "/");
	dcb_dying_pair_init(&couple->pair, fs, 0, op, 1);
	return 0;
}

void dcb_dying_couple_deinit(struct dcb_dying_couple *couple)
{
	cleanup_close(&couple->probe);
	couple->probe = -1;
}

int dcb_dying_couple_set(struct dcb_dying_couple *couple, const struct dcb_dying_file *file,
			 bool alone, struct dcb_error *err)
{
	atomic_store(&couple->waiting, alone);
	atomic_store(&couple->closed, false);
	couple->closed_before = false;
	return dcb_dying_pair_set(&couple->pair, file, err);
}

int dcb_dying_couple_clear(struct dcb_dying_couple *couple, struct dcb_error *err)
{
	if (atomic_load(&couple->closed))
		couple->pair.fds[0] = -1;
	return dcb_dying_pair_clear(&couple->pair, err);
}

int dcb_dying_couple_await(struct dcb_dying_couple *couple, struct dcb_error *err)
{
	int r;

	atomic_store(&couple->waiting, true);
	r = dcb_moment_await_close(couple->pair.fds[0], couple->probe, err);
	if (r < 0)
		return r;
	dcb_moment_nap(DCB_MOMENT_DELAY_NS);
	return 0;
}

int dcb_dying_couple_remove(struct dcb_dying_couple *couple, struct dcb_sampler *sampler,
			    struct dcb_error *err)
{
	int r;

	couple->closed_before = atomic_load(&couple->closed);
	dcb_sampler_begin(sampler);
	r = dcb_dying_pair_remove(&couple->pair);
	dcb_sampler_end(sampler);
	couple->returned_ns = dcb_clock_ns(CLOCK_MONOTONIC);
	if (r < 0)
		return dcb_error_sys(err, -r, "cannot remove %s", couple->pair.victim);
	return 0;
}

int dcb_dying_couple_ready(struct dcb_dying_couple *couple, struct dcb_error *err)
{
	return dcb_moment_await(&couple->waiting, "the waiter", err);
}

void dcb_dying_couple_close(struct dcb_dying_couple *couple)
{
	close(couple->pair.fds[0]);
	couple->closed_ns = dcb_clock_ns(CLOCK_MONOTONIC);
	atomic_store(&couple->closed, true);
}

struct dcb_meeting_seen dcb_dying_couple_seen(const struct dcb_dying_couple *couple,
					      double closer_wall_ns)
{
	return (struct dcb_meeting_seen){
		.closer_wall_ns = closer_wall_ns,
		.closed_before = couple->closed_before,
		.closed_after = dcb_dying_over(couple->closed_ns, couple->returned_ns,
					       closer_wall_ns),
	};
}

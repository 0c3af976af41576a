/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * The threads of all roles of a workload. They exist, with a sampler each, before the first timed
 * part, and sleep between iterations.
 */

#include <stddef.h>

#include "base/cleanup.h"
#include "collectors/collector.h"

struct dcb_error;
struct dcb_crew;

/* Where and how the threads of a role are scheduled from their start. */
struct dcb_crew_place {
	int cpu; /* thread i on CPU cpu + i, modulo those online; -1: anywhere */
	int nice;
	int policy; /* SCHED_OTHER, SCHED_IDLE, SCHED_FIFO... */
	int priority;
};
#define DCB_CREW_ANYWHERE                                                                          \
	{                                                                                          \
		.cpu = -1                                                                          \
	}

struct dcb_crew_role {
	const char *name;
	size_t n_threads;
	/* One iteration of one thread (0-based within the role). The timed part stands between
	 * dcb_sampler_begin() and dcb_sampler_end(). Must not wait for another thread for good. */
	int (*iterate)(void *context, size_t thread, struct dcb_sampler *sampler,
		       struct dcb_error *err);
	const struct dcb_crew_place *place; /* NULL: anywhere, as its creator */
};

/* roles and context must outlive the crew. */
int dcb_crew_new(const struct dcb_crew_role *roles, size_t n_roles, void *context,
		 struct dcb_crew **ret_crew, struct dcb_error *err);
void dcb_crew_free(struct dcb_crew *crew); /* between iterations only: ends and joins all */
DEFINE_CLEANUP(struct dcb_crew *, dcb_crew_free)
/* Releases all threads together and waits for them; the first error in order of roles. */
int dcb_crew_iterate(struct dcb_crew *crew, struct dcb_error *err);
/* What the last iteration measured, borrowed until the next. */
size_t dcb_crew_read(struct dcb_crew *crew, size_t role, size_t thread,
		     const struct dcb_value **ret_values);

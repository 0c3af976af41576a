/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * One dying dentry with one closer and one waiter, for workloads about who runs meanwhile. The
 * closer waits for the waiter, so that no window opens unseen; the waiter goes when the close has
 * begun.
 */

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "workloads/dying-scene.h"
#include "workloads/meeting.h"

struct dcb_sampler;

struct dcb_dying_couple {
	struct dcb_dying_pair pair;
	int probe; /* see dcb_moment_await_close() */
	atomic_bool waiting, closed;
	bool closed_before;              /* the waiter's call */
	uint64_t closed_ns, returned_ns; /* when both calls ended */
};
#define DCB_DYING_COUPLE_NULL                                                                      \
	{                                                                                          \
		.probe = -1                                                                        \
	}

int dcb_dying_couple_init(struct dcb_dying_couple *couple, const struct dcb_fs *fs,
			  enum dcb_dying_op op, struct dcb_error *err);
void dcb_dying_couple_deinit(struct dcb_dying_couple *couple);
/* alone: there will be no waiter this time. */
int dcb_dying_couple_set(struct dcb_dying_couple *couple, const struct dcb_dying_file *file,
			 bool alone, struct dcb_error *err);
int dcb_dying_couple_clear(struct dcb_dying_couple *couple, struct dcb_error *err);

/* The waiter's part: up to the moment, then the call itself, which is timed by `sampler`. */
int dcb_dying_couple_await(struct dcb_dying_couple *couple, struct dcb_error *err);
int dcb_dying_couple_remove(struct dcb_dying_couple *couple, struct dcb_sampler *sampler,
			    struct dcb_error *err);
/* The closer's part: until the waiter stands ready, then the call itself, to be timed. */
int dcb_dying_couple_ready(struct dcb_dying_couple *couple, struct dcb_error *err);
void dcb_dying_couple_close(struct dcb_dying_couple *couple);

/* What the couple saw, for the waiter's report. */
struct dcb_meeting_seen dcb_dying_couple_seen(const struct dcb_dying_couple *couple,
					      double closer_wall_ns);

/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * Threads that use a file system while others change it: they stat names of a tree, or create and
 * unlink a file, and keep how long each call took. They nap between their calls, so that on one CPU
 * the others run; what they wait for a CPU before a call is not part of its duration.
 */

#include <stdatomic.h>

#include "base/random.h"
#include "collectors/collector.h"
#include "workloads/latency.h"
#include "workloads/tree.h"

struct dcb_error;

struct dcb_bystander {
	const struct dcb_tree_shape *shape; /* of the tree to look into; NULL: creates */
	char file[32];                      /* that it creates */
	struct dcb_random random;
	uint64_t *call_ns; /* of the first DCB_BYSTANDER_CALLS */
	size_t n_calls;
};
#define DCB_BYSTANDER_CALLS 50000

/* Rows for the metric table; `what` is a string literal, as for DCB_LATENCY_METRICS(). */
#define DCB_BYSTANDER_METRICS(role, what)                                                          \
	DCB_LATENCY_METRICS(role, what),                                                           \
	{                                                                                          \
		role,                                                                              \
		{                                                                                  \
			"operations", "count", DCB_BETTER_NEITHER, false, "calls made"             \
		}                                                                                  \
	}
#define DCB_BYSTANDER_N (DCB_LATENCY_N + 1)

/* shape (of a depth of 1 or more) must outlive it. Its names are drawn from a fixed seed and
 * `index`. */
int dcb_bystander_init(struct dcb_bystander *bystander, const struct dcb_tree_shape *shape,
		       size_t index, struct dcb_error *err);
void dcb_bystander_deinit(struct dcb_bystander *bystander);

struct dcb_bystander_scene {
	int folder;               /* that names are in: O_PATH */
	void (*begun)(void *run); /* called once, after the first call */
	void *run;
	atomic_bool *end; /* until this is set */
};

/* One iteration, that makes a call at least. */
int dcb_bystander_run(struct dcb_bystander *bystander, const struct dcb_bystander_scene *scene,
		      struct dcb_sampler *sampler, struct dcb_error *err);
void dcb_bystander_values(struct dcb_bystander *bystander, const struct dcb_workload_ops *ops,
			  const char *role, const char *what,
			  struct dcb_value ret_values[DCB_BYSTANDER_N]);

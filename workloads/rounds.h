/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * The iterations of a workload: set up, wait until the kernel is quiet, let the crew do its timed
 * part, wait for what the kernel does late, report, clear. Everything but the crew is untimed.
 */

#include "base/option.h"
#include "workloads/crew.h"
#include "workloads/late.h"

/* Rows for the option table of a workload, whose params hold `struct dcb_rounds_params rounds`. */
struct dcb_rounds_params {
	int64_t iterations, warmup;
};
#define DCB_ROUNDS_OPTIONS(params, default_iterations)                                             \
	{"iterations",                                                                             \
	 DCB_OPTION_INT,                                                                           \
	 offsetof(struct params, rounds.iterations),                                               \
	 1,                                                                                        \
	 1000,                                                                                     \
	 NULL,                                                                                     \
	 default_iterations,                                                                       \
	 "measured iterations"},                                                                   \
	{                                                                                          \
		"warmup", DCB_OPTION_INT, offsetof(struct params, rounds.warmup), 0, 100, NULL,    \
			"1", "iterations before them that are recorded and not judged"             \
	}

struct dcb_rounds {
	int (*set)(void *context, struct dcb_error *err);
	/* Iterations count up from -warmup; those below 0 are warm-ups. */
	int (*report)(void *context, int iteration, const struct dcb_late *late,
		      struct dcb_error *err);
	/* Follows every set(), also one that failed half-way, and an iteration that failed. */
	int (*clear)(void *context, struct dcb_error *err);
};

int dcb_rounds_run(const struct dcb_rounds *rounds, const struct dcb_rounds_params *params,
		   struct dcb_crew *crew, void *context, struct dcb_error *err);

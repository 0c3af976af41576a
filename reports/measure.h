/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* The figures of boots: what remains of a run's samples. One boot's samples are in memory at a
 * time. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dcb_error;
struct dcb_store;

struct dcb_boot_figure {
	int64_t block, seed;
	double median; /* over iterations and threads, warm-up left out */
};

struct dcb_figures {
	struct dcb_boot_figure *boots; /* in order of block */
	size_t n;
};

struct dcb_measure {
	size_t workload;
	int64_t metric;
	char *role, *name, *unit, *better;
	bool primary;
	struct dcb_figures *kernels; /* one a kernel of the run */
};

struct dcb_measures {
	struct dcb_measure *rows; /* ordered by workload, metric */
	size_t n, n_kernels;
};

#define DCB_MEASURES_NULL                                                                          \
	{                                                                                          \
		0                                                                                  \
	}

int dcb_measures_load(struct dcb_store *store, int64_t run_id, size_t n_kernels,
		      struct dcb_measures *measures, struct dcb_error *err);
void dcb_measures_deinit(struct dcb_measures *measures);

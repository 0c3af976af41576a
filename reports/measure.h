/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * The figures of boots, one metric after another as the store gives them. In memory are one boot's
 * samples, and of each boot of one metric its median and the middle of its sorted values, as far as
 * a bootstrap needs it (reports/stats/median-draw.h: 253 values of 1000, 8000 of a million): 20 MB
 * for ten million samples of one metric in 10,000 boots, and less where there are several metrics.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dcb_error;
struct dcb_store;

struct dcb_boot_figure {
	int64_t block, seed;
	double median;  /* over iterations and threads, warm-up left out */
	size_t m;       /* of so many values */
	double *window; /* of these sorted, those of dcb_median_window(m) */
};

struct dcb_figures {
	struct dcb_boot_figure *boots; /* one a block at most */
	size_t n;
};

/* One metric of one workload. */
struct dcb_measure {
	size_t workload;
	int64_t metric;
	char *role, *name, *unit, *better;
	bool primary;
	struct dcb_figures *kernels; /* one a kernel of the run; boots in order of block */
};

/* In order of workload and metric; what `each` gets lives until it returns. */
int dcb_measures_each(struct dcb_store *store, int64_t run_id, size_t n_kernels,
		      int (*each)(void *context, const struct dcb_measure *measure), void *context,
		      struct dcb_error *err);

/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* How the iterations of each kernel are spread, of primary metrics: read from all samples, one at
 * a time, in bounded memory. */

#include <stddef.h>
#include <stdint.h>

struct dcb_error;
struct dcb_store;
struct dcb_summary;

/* Levels at which a spread is known: hundredths, then finer towards the tail. */
#define DCB_ITERATIONS_LEVELS 120
extern const double dcb_iterations_levels[DCB_ITERATIONS_LEVELS];

struct dcb_iterations {
	uint64_t n; /* iterations over threads and boots; 0: nothing else is set */
	double at[DCB_ITERATIONS_LEVELS];
};

/* The value at a level, or at the next known one above it. */
double dcb_iterations_find(const struct dcb_iterations *spread, double level);

struct dcb_html_samples {
	struct dcb_iterations **measures; /* one a metric of the summary, of n_kernels; or NULL */
	size_t n_measures;
};

#define DCB_HTML_SAMPLES_NULL                                                                      \
	{                                                                                          \
		0                                                                                  \
	}

int dcb_html_samples_load(struct dcb_store *store, const struct dcb_summary *summary,
			  struct dcb_html_samples *samples, struct dcb_error *err);
void dcb_html_samples_deinit(struct dcb_html_samples *samples);

/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* The parts of dcb_summary_new(). Run, kernels and boots must be there before. */

#include "reports/summary.h"

/* Fills summary->symptoms. Those of workloads come from good boots and are as most of them say;
 * those of the console come from all boots, and once is enough. Every symptom that any kernel has
 * gets a row for every kernel. */
int dcb_symptoms_load(struct dcb_store *store, struct dcb_summary *summary, struct dcb_error *err);
/* Fills summary->comparisons and what belongs to their verdicts. */
int dcb_comparisons_load(struct dcb_store *store, struct dcb_summary *summary,
			 const struct dcb_summary_options *options, struct dcb_error *err);
/* Fills summary->failures. -ENOMEM. */
int dcb_failures_load(struct dcb_summary *summary);
/* Fills summary->calibrations; workloads must be there. The second frees them. */
int dcb_calibrations_load(struct dcb_store *store, struct dcb_summary *summary,
			  struct dcb_error *err);
void dcb_calibrations_free(struct dcb_summary *summary);
/* Fills summary->plants_ppm; needs run and kernels only. */
int dcb_planted_load(struct dcb_summary *summary, struct dcb_error *err);
/* The first good boot of a kernel; NULL where none is. */
const struct dcb_store_boot *dcb_summary_good_boot(const struct dcb_summary *summary,
						   size_t kernel);

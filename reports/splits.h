/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * How often a host gives a verdict on nothing, and how small a change it finds: a run of one kernel
 * under two names, split many times anew. A split takes some of the blocks and swaps the two names
 * in some of these, by chance; it is judged as a run of its own at its first look, by the very
 * rules of reports/compare.h and reports/judge.h. Every improved or regressed is a false alarm.
 * Splitting what has no difference, to learn what a test makes of it: Edgington, Onghena,
 * "Randomization Tests", 2007.
 *
 * All splits share the same boots. They say how these boots are judged, not how the next will be:
 * the rate over splits is no average over independent runs, and its own error is larger than that
 * of as many independent trials. Swapping names also hides what follows the name; whether the
 * boots as they were give a verdict has to be asked besides.
 *
 * The smallest change found: one side of one metric is multiplied, all others left alone, and the
 * least factor sought with which the split is judged improved or regressed, with the correction
 * for all metrics of the run. Of a ratio, interval and pairs move with the factor. The figure is
 * that factor, less 1, which is enough in four of five splits.
 */

#include "reports/summary.h"

#define DCB_SPLITS_ALARM 1000 /* splits that count false alarms, of the fewest to all blocks */
#define DCB_SPLITS_FIND  100  /* splits that seek a factor, of the fewest and of all blocks each */
#define DCB_SPLITS_FEW   6    /* the fewest blocks that can give every verdict */
#define DCB_SPLITS_MOST  1.0  /* the largest change that is tried */

/* One a comparison of the summary, in its order. */
struct dcb_split_metric {
	double alarm_rate;
	double finds_few, finds_all; /* < 0: none up to DCB_SPLITS_MOST, or no ratio */
};

struct dcb_splits {
	size_t n_blocks;   /* with good boots on both sides */
	size_t few;        /* the fewest of a split */
	double n_possible; /* different splits; a swap of all names is none */
	double alarm_rate; /* of DCB_SPLITS_ALARM drawn: any metric of the run */
	struct dcb_split_metric *metrics;
};

#define DCB_SPLITS_NULL                                                                            \
	{                                                                                          \
		0                                                                                  \
	}
void dcb_splits_deinit(struct dcb_splits *splits);
/* summary: of two kernels. -EINVAL and a message where fewer than DCB_SPLITS_FEW blocks are whole.
 */
int dcb_splits_load(struct dcb_store *store, const struct dcb_summary *summary,
		    struct dcb_splits *ret_splits, struct dcb_error *err);

/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * When a run stops. A fixed run boots its blocks and is judged once. One until settled is judged
 * after its first blocks, then each time that it has grown by a quarter (6, 10, 13, 17...),
 * until every primary metric has a verdict, or it has the most blocks that it may have, or the next
 * step would probably end after its budget.
 *
 * The numbers of blocks at which it is judged are fixed beforehand, whatever the figures say; what
 * a look costs is a matter of the statistics, which read run.looks (alpha spending: Lan, DeMets,
 * "Discrete sequential boundaries for clinical trials", Biometrika 70, 1983). Blocks that a person
 * adds after having seen the figures are one look more, but their number was not fixed beforehand.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dcb_error;

enum dcb_stop {
	DCB_STOP_NOT, /* goes on */
	DCB_STOP_FIXED,
	DCB_STOP_SETTLED,
	DCB_STOP_MAX_BLOCKS,
	DCB_STOP_BUDGET,
};
const char *dcb_stop_name(enum dcb_stop stop); /* "fixed", "max-blocks": run.stopped */

/* How fast a run goes: its boots so far, good or not. */
struct dcb_pace {
	double boots_s; /* their wall times, added up */
	size_t n_boots;
	size_t n_kernels, n_jobs; /* boots a block; boots at a time */
};

/* Seconds that so many more blocks will probably take; 0 where nothing was booted yet. */
double dcb_pace_predict(const struct dcb_pace *pace, int64_t blocks);
/* Seconds that the boots so far took, at least: what is known of a run that was killed. */
double dcb_pace_spent(const struct dcb_pace *pace);

struct dcb_until {
	bool settled; /* the rule; false: fixed */
	int64_t first_look, max_blocks;
	int64_t next_least; /* what the next look needs to be able to say anything; 0: nothing */
	double budget_s;    /* 0: none */
	double spent_s;     /* of it, so far */
	struct dcb_pace pace;
};

/* Blocks at the look after that at `blocks`: a quarter more, at least one and what the look needs,
 * at most max_blocks. */
int64_t dcb_until_next(const struct dcb_until *until, int64_t blocks);
/* Where the run stands after `blocks` complete ones. is_settled is not looked at before the first
 * look. DCB_STOP_NOT: go on to *ret_blocks. Else *ret_reason (malloc'd, or NULL where the word says
 * all) tells more. Both are left alone otherwise. -ENOMEM. */
int dcb_until_decide(const struct dcb_until *until, int64_t blocks, bool is_settled,
		     enum dcb_stop *ret_stop, int64_t *ret_blocks, char **ret_reason);

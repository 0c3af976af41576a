// SPDX-License-Identifier: GPL-2.0-only
#include "lab/until.h"

#include <errno.h>
#include <math.h>

#include "base/cleanup.h"
#include "base/file.h"

static const char *const stop_names[] = {
	[DCB_STOP_NOT] = "no",          [DCB_STOP_FIXED] = "fixed",
	[DCB_STOP_SETTLED] = "settled", [DCB_STOP_MAX_BLOCKS] = "max-blocks",
	[DCB_STOP_BUDGET] = "budget",
};

const char *dcb_stop_name(enum dcb_stop stop)
{
	return stop_names[stop];
}

double dcb_pace_predict(const struct dcb_pace *pace, int64_t blocks)
{
	double n_boots = (double)blocks * (double)pace->n_kernels;

	if (!pace->n_boots)
		return 0;
	return pace->boots_s / (double)pace->n_boots * ceil(n_boots / (double)pace->n_jobs);
}

double dcb_pace_spent(const struct dcb_pace *pace)
{
	return pace->boots_s / (double)pace->n_jobs;
}

int64_t dcb_until_next(const struct dcb_until *until, int64_t blocks)
{
	int64_t next = blocks + (blocks + 3) / 4;

	if (next < until->next_least)
		next = until->next_least;
	if (blocks < until->first_look)
		next = until->first_look;
	return next < until->max_blocks ? next : until->max_blocks;
}

/* "40 s", "12 min", "2.5 h" */
static void say_time(double seconds, char *buffer, size_t size)
{
	if (seconds < 120)
		snprintf(buffer, size, "%.0f s", seconds);
	else if (seconds < 7200)
		snprintf(buffer, size, "%.0f min", seconds / 60);
	else
		snprintf(buffer, size, "%.1f h", seconds / 3600);
}

/* "3 more blocks need about 12 min; 55 min of 60 min are used" */
static char *budget_reason(const struct dcb_until *until, int64_t more, double needs_s)
{
	char needs[32], used[32], budget[32];

	say_time(needs_s, needs, sizeof(needs));
	say_time(until->spent_s, used, sizeof(used));
	say_time(until->budget_s, budget, sizeof(budget));
	return dcb_format("%lld more block%s need about %s; %s of %s are used", (long long)more,
			  more == 1 ? "" : "s", needs, used, budget);
}

int dcb_until_decide(const struct dcb_until *until, int64_t blocks, bool is_settled,
		     enum dcb_stop *ret_stop, int64_t *ret_blocks, char **ret_reason)
{
	int64_t next = dcb_until_next(until, blocks);
	char *reason;
	double needs_s;

	if (!until->settled) {
		*ret_stop = DCB_STOP_FIXED;
		return 0;
	}
	if (is_settled && blocks >= until->first_look) {
		*ret_stop = DCB_STOP_SETTLED;
		return 0;
	}
	if (blocks >= until->max_blocks) {
		*ret_stop = DCB_STOP_MAX_BLOCKS;
		return 0;
	}
	needs_s = dcb_pace_predict(&until->pace, next - blocks);
	if (until->budget_s > 0 && until->spent_s + needs_s > until->budget_s) {
		reason = budget_reason(until, next - blocks, needs_s);
		if (!reason)
			return -ENOMEM;
		*ret_stop = DCB_STOP_BUDGET;
		*ret_reason = reason;
		return 0;
	}
	*ret_stop = DCB_STOP_NOT;
	*ret_blocks = next;
	return 0;
}

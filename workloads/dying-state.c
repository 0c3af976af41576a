// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/dying-state.h"

#include <math.h>
#include <stdlib.h>

#define BUSY_MIN_WALL_NS 1e6
#define SHORT_WAIT       0.2 /* of the closer's wall: the waiter did not wait */
#define LAST_MOMENT      0.2 /* of the same */
#define BUSY_SPIN        0.8
#define BUSY_SLEEP       0.2

const char *dcb_dying_state_name(enum dcb_dying_state state)
{
	static const char *const names[DCB_DYING_N] = {
		[DCB_DYING_SPIN] = "spin",       [DCB_DYING_SLEEP] = "sleep",
		[DCB_DYING_NO_WAIT] = "no-wait", [DCB_DYING_UNCLEAR] = "unclear",
		[DCB_DYING_MISS] = "miss",
	};

	return names[state];
}

bool dcb_dying_busy(double wall_ns, double cpu_ns, double run_delay_ns, double *ret_busy)
{
	if (wall_ns < BUSY_MIN_WALL_NS)
		return false;
	*ret_busy = (cpu_ns + run_delay_ns) / wall_ns;
	return true;
}

bool dcb_dying_over(uint64_t closed_ns, uint64_t returned_ns, double closer_wall_ns)
{
	return (double)closed_ns - (double)returned_ns < LAST_MOMENT * closer_wall_ns;
}

enum dcb_dying_state dcb_dying_judge(const struct dcb_dying_observation *seen)
{
	if (seen->closed_before)
		return DCB_DYING_MISS;
	/* Short and the closer is done as well: it began in the last moment. */
	if (seen->waiter_wall_ns < SHORT_WAIT * seen->closer_wall_ns)
		return seen->closed_after ? DCB_DYING_MISS : DCB_DYING_NO_WAIT;
	if (!seen->has_busy)
		return DCB_DYING_UNCLEAR;
	if (seen->busy > BUSY_SPIN && seen->voluntary_switches == 0)
		return DCB_DYING_SPIN;
	if (seen->busy < BUSY_SLEEP && seen->voluntary_switches >= 1)
		return DCB_DYING_SLEEP;
	return DCB_DYING_UNCLEAR;
}

static int compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double median(double *values, size_t n)
{
	if (n == 0)
		return 0;
	qsort(values, n, sizeof(*values), compare);
	return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

struct dcb_dying_verdict dcb_dying_sum(const enum dcb_dying_state *states, double *busy, size_t n)
{
	struct dcb_dying_verdict verdict = {.state = DCB_DYING_SPIN, .tries = (int)n};
	int counts[DCB_DYING_N] = {0};
	size_t n_busy = 0;

	for (size_t i = 0; i < n; i++) {
		counts[states[i]]++;
		if (states[i] == DCB_DYING_MISS)
			continue;
		verdict.hits++;
		if (!isnan(busy[i]))
			busy[n_busy++] = busy[i];
	}
	verdict.busy = median(busy, n_busy);
	for (int i = 0; i < DCB_DYING_MISS; i++)
		if (counts[i] > counts[verdict.state])
			verdict.state = (enum dcb_dying_state)i;
	if (verdict.hits * 2 < verdict.tries || verdict.hits == 0)
		verdict.state = DCB_DYING_MISS;
	return verdict;
}

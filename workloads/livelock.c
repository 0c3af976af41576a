// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/livelock.h"

bool dcb_livelock_judge(enum dcb_dying_state state, bool rescued)
{
	return rescued && state == DCB_DYING_SPIN;
}

void dcb_livelock_add(struct dcb_livelock *livelock, enum dcb_dying_state state, bool rescued)
{
	livelock->tries++;
	livelock->hits += state != DCB_DYING_MISS;
	livelock->stuck += dcb_livelock_judge(state, rescued);
}

struct dcb_workload_finding dcb_livelock_finding(const struct dcb_livelock *livelock)
{
	bool missed = livelock->hits == 0 || livelock->hits * 2 < livelock->tries;
	struct dcb_workload_finding finding = {
		.symptom = "livelock",
		.present = livelock->stuck > 0,
		.state = missed ? dcb_dying_state_name(DCB_DYING_MISS) : "progress",
		.hits = livelock->hits,
		.tries = livelock->tries,
	};

	if (finding.present) {
		finding.state = "livelock";
		finding.value = (double)livelock->stuck / livelock->hits;
	}
	return finding;
}

/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * When a busy-wait is a livelock: the waiter still spun when its time limit had passed, and ended
 * only because the closer was helped. A waiter that sleeps through a slow close is none, however
 * long it takes. Pure rules.
 */

#include <stdbool.h>

#include "workloads/dying-state.h"
#include "workloads/workload.h"

#define DCB_LIVELOCK_SYMPTOM                                                                       \
	{                                                                                          \
		"livelock", "a waiter spins beyond its limit and keeps the closer from its CPU"    \
	}

struct dcb_livelock {
	int tries, hits; /* hits: met a dying dentry */
	int stuck;
};

/* rescued: the waiter was still running at its limit. True where that was a livelock. */
bool dcb_livelock_judge(enum dcb_dying_state state, bool rescued);
void dcb_livelock_add(struct dcb_livelock *livelock, enum dcb_dying_state state, bool rescued);
/* Present with a single one; the value is their share of the hits; the state "livelock",
 * "progress", or "miss" where under half of the tries hit. */
struct dcb_workload_finding dcb_livelock_finding(const struct dcb_livelock *livelock);

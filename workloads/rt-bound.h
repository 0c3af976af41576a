/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * What keeps real-time threads from starving all others on a CPU:
 * - before 6.12 RT throttling: of each sched_rt_period_us they get sched_rt_runtime_us
 *   (Documentation/scheduler/sched-rt-group.rst);
 * - from 6.12 on the fair server, a deadline reservation of each CPU for fair threads that starve
 *   (kernel/sched/debug.c: fair_server/cpuN/runtime, in ns of 1 s). sched_rt_runtime_us is then
 *   only about what deadline threads may reserve.
 * Machine-wide: to be restored.
 */

#include <stdbool.h>

#include "base/cleanup.h"

struct dcb_error;
struct dcb_rt_bound;

/* Puts the bound in force at its default of 95 %, or takes it away; nothing is written where it is
 * as wanted. -EOPNOTSUPP with the reason where this kernel cannot be told so. root: "", or a tree
 * of fixtures with proc/ and sys/ in it. */
int dcb_rt_bound_new(const char *root, bool on, struct dcb_rt_bound **ret_bound,
		     struct dcb_error *err);
/* What was there before. */
int dcb_rt_bound_restore(struct dcb_rt_bound *bound, struct dcb_error *err);
void dcb_rt_bound_free(struct dcb_rt_bound *bound); /* restores, without a word */
DEFINE_CLEANUP(struct dcb_rt_bound *, dcb_rt_bound_free)

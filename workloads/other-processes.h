/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * CPU time of all processes but the caller's: in a guest, of the kernel's threads (kworkers, RCU),
 * which work for the measured calls beside and behind them. It is summed up over the tasks, because
 * the sum that /proc/schedstat has of a CPU counts twice what ran until a task was preempted on its
 * way to sleep. What softirqs do on an idle CPU is in no task.
 */

/* ns so far, as each was switched out last; NAN where the kernel does not count it. Only the main
 * threads of other programs. */
double dcb_other_processes_cpu_ns(void);

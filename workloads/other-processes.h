/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * CPU time of all processes but the caller's: in a guest, of the kernel's threads (kworkers, RCU),
 * which work for the measured calls beside and behind them. It is asked of each process, because
 * the sum that /proc/schedstat has of a CPU counts twice what ran until a task was preempted on its
 * way to sleep; and by the processes' clocks, because reading /proc/PID would make dentries. What
 * softirqs do on an idle CPU is in no process.
 */

/* ns so far, of all whose pid is not above the one that was given last; NAN where that is not
 * known. */
double dcb_other_processes_cpu_ns(void);

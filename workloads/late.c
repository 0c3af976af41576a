// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/late.h"

#include <linux/membarrier.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "collectors/clock.h"
#include "workloads/moment.h"
#include "workloads/other-processes.h"
#include "workloads/report.h"

#define STEP_NS         1000000
#define QUIET_STEPS     3
#define QUIET_SHARE     0.05
#define MAX_NS          2e9
#define MEMORY_STEP_KIB 256 /* the kernel counts pages no closer on many CPUs */

/*
 * The seventh figure of every CPU's line in /proc/schedstat, NAN where there is none. It counts
 * some time twice (other-processes.h), which is good enough to tell whether the kernel is quiet.
 */
static double machine_cpu_ns(void)
{
	_cleanup_fclose_ FILE *file = fopen("/proc/schedstat", "re");
	char line[512];
	double sum = 0;
	bool found = false;

	while (file && fgets(line, sizeof(line), file)) {
		double cpu_ns;

		if (strncmp(line, "cpu", 3) != 0 ||
		    sscanf(line, "%*s %*s %*s %*s %*s %*s %*s %lf", &cpu_ns) != 1)
			continue;
		sum += cpu_ns;
		found = true;
	}
	return found ? sum : NAN;
}

static double others_cpu_ns(void)
{
	return machine_cpu_ns() - (double)dcb_clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

/*
 * What file systems hold. Free memory would not tell: since 6.7 freed pages may stay for long in
 * lists of the CPUs, which are not counted as free.
 */
static long held_memory_kib(void)
{
	static const char *const rows[] = {"Buffers:", "Cached:", "Slab:"};
	_cleanup_fclose_ FILE *file = fopen("/proc/meminfo", "re");
	char line[128], name[32];
	long sum = 0, kib;

	while (file && fgets(line, sizeof(line), file))
		for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
			if (sscanf(line, "%31s %ld", name, &kib) == 2 && strcmp(name, rows[i]) == 0)
				sum += kib;
	return sum;
}

void dcb_late_wait(struct dcb_late *ret_late)
{
	uint64_t begin_ns = dcb_clock_ns(CLOCK_MONOTONIC);
	_cleanup_(dcb_other_processes_deinit) struct dcb_other_processes others =
		DCB_OTHER_PROCESSES_NULL;
	bool marked = dcb_other_processes_mark(&others, NULL) == 0;
	double before_ns = others_cpu_ns();
	long least_kib = held_memory_kib(), held_kib;
	double wall_ns = 0, memory_ns = 0;
	int quiet = 0;

	/* A kernel without it has none of the delays that RCU brings either. */
	syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
	while (quiet < QUIET_STEPS && wall_ns < MAX_NS) {
		uint64_t step_ns = dcb_clock_ns(CLOCK_MONOTONIC);
		double after_ns;

		dcb_moment_nap(STEP_NS);
		after_ns = others_cpu_ns();
		step_ns = dcb_clock_ns(CLOCK_MONOTONIC) - step_ns;
		/* Not counted here: nothing tells, so that it waits for three steps. */
		quiet = isnan(after_ns) || after_ns - before_ns < QUIET_SHARE * (double)step_ns
				? quiet + 1
				: 0;
		before_ns = after_ns;
		wall_ns = (double)(dcb_clock_ns(CLOCK_MONOTONIC) - begin_ns);
		held_kib = held_memory_kib();
		if (held_kib <= least_kib - MEMORY_STEP_KIB) {
			least_kib = held_kib;
			memory_ns = wall_ns;
		}
	}
	ret_late->cpu_ns = marked ? dcb_other_processes_since(&others) : NAN;
	ret_late->wall_ns = wall_ns;
	ret_late->memory_ns = memory_ns;
}

void dcb_late_values(const struct dcb_late *late, const struct dcb_workload_ops *ops,
		     struct dcb_value ret_values[DCB_LATE_N])
{
	ret_values[0] = dcb_report_value(dcb_workload_metric_find(ops, NULL, "late-cpu"),
					 late->cpu_ns);
	ret_values[1] = dcb_report_value(dcb_workload_metric_find(ops, NULL, "late-wall"),
					 late->wall_ns);
}

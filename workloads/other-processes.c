// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/other-processes.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "collectors/clock.h"

#define MOST_PIDS 65536

/* 0 where it is not known, or too many. */
static pid_t last_pid(void)
{
	_cleanup_fclose_ FILE *file = fopen("/proc/loadavg", "re");
	int pid;

	return file && fscanf(file, "%*s %*s %*s %*s %d", &pid) == 1 && pid <= MOST_PIDS ? pid : 0;
}

/* 0 for one that is not there, and for the caller. */
static uint64_t process_cpu_ns(pid_t pid)
{
	clockid_t clock;

	if (pid == getpid() || clock_getcpuclockid(pid, &clock) != 0)
		return 0;
	return dcb_clock_ns(clock);
}

int dcb_other_processes_mark(struct dcb_other_processes *mark, struct dcb_error *err)
{
	dcb_other_processes_deinit(mark);
	mark->last = last_pid();
	mark->cpu_ns = calloc((size_t)mark->last + 1, sizeof(*mark->cpu_ns));
	if (!mark->cpu_ns)
		return dcb_error_oom(err);
	for (pid_t pid = 1; pid <= mark->last; pid++)
		mark->cpu_ns[pid] = process_cpu_ns(pid);
	return 0;
}

double dcb_other_processes_since(const struct dcb_other_processes *mark)
{
	pid_t last = last_pid();
	double sum = 0;

	if (last == 0 || mark->last == 0)
		return NAN;
	for (pid_t pid = 1; pid <= last; pid++) {
		uint64_t after = process_cpu_ns(pid);
		uint64_t before = pid <= mark->last ? mark->cpu_ns[pid] : 0;

		/* Less: it has ended, or its number is another's by now. */
		sum += after >= before ? (double)(after - before) : 0;
	}
	return sum;
}

void dcb_other_processes_deinit(struct dcb_other_processes *mark)
{
	free(mark->cpu_ns);
	*mark = (struct dcb_other_processes)DCB_OTHER_PROCESSES_NULL;
}

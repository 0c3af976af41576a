// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/other-processes.h"

#include <math.h>
#include <stdio.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "collectors/clock.h"

/* 0 where it is not known. */
static pid_t last_pid(void)
{
	_cleanup_fclose_ FILE *file = fopen("/proc/loadavg", "re");
	int pid;

	return file && fscanf(file, "%*s %*s %*s %*s %d", &pid) == 1 ? pid : 0;
}

double dcb_other_processes_cpu_ns(void)
{
	pid_t last = last_pid();
	double sum = 0;

	if (last == 0)
		return NAN;
	for (pid_t pid = 1; pid <= last; pid++) {
		clockid_t clock;

		if (pid != getpid() && clock_getcpuclockid(pid, &clock) == 0)
			sum += (double)dcb_clock_ns(clock);
	}
	return sum;
}

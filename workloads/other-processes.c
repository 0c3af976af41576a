// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/other-processes.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"

/* The first figure of /proc/PID/schedstat; 0 for one that has just ended. */
static double task_cpu_ns(int proc_fd, const char *pid)
{
	_cleanup_close_ int fd = -1;
	char path[300], text[80];
	ssize_t size;

	snprintf(path, sizeof(path), "%s/schedstat", pid);
	fd = openat(proc_fd, path, O_RDONLY | O_CLOEXEC);
	size = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);
	if (size <= 0)
		return 0;
	text[size] = '\0';
	return strtod(text, NULL);
}

double dcb_other_processes_cpu_ns(void)
{
	_cleanup_(closedirp) DIR *proc = opendir("/proc");
	const struct dirent *entry;
	double sum = 0;

	if (!proc || access("/proc/self/schedstat", R_OK) < 0)
		return NAN;
	while ((entry = readdir(proc)))
		if (atoi(entry->d_name) > 0 && atoi(entry->d_name) != getpid())
			sum += task_cpu_ns(dirfd(proc), entry->d_name);
	return sum;
}

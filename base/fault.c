// SPDX-License-Identifier: GPL-2.0-only
#include "base/fault.h"

#ifdef DCB_FAULTS

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"

static void log_name(const char *name)
{
	const char *path = getenv("DCBENCH_FAULT_LOG");
	_cleanup_close_ int fd = -1;

	if (!path)
		return;
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
	if (fd >= 0)
		dprintf(fd, "%s %d\n", name, (int)getpid());
}

static int is_first(void)
{
	const char *path = getenv("DCBENCH_FAULT_ONCE");
	_cleanup_close_ int fd = -1;

	if (!path)
		return 1;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	return fd >= 0;
}

void dcb_fault_reach(const char *name)
{
	static long reached;
	const char *wanted = getenv("DCBENCH_FAULT");
	size_t n = strlen(name);
	long at = 1;

	log_name(name);
	if (!wanted || strncmp(wanted, name, n) != 0 || (wanted[n] && wanted[n] != ':'))
		return;
	if (wanted[n])
		at = strtol(wanted + n + 1, NULL, 10);
	if (++reached == at && is_first())
		kill(getpid(), SIGKILL);
}

#endif

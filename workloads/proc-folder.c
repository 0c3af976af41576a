// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/proc-folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"

static const char *const names[DCB_PROC_NAMES] = {"stat",    "status",  "fd",   "maps",
						  "cmdline", "limits",  "comm", "statm",
						  "root",    "environ", "auxv", "mem"};

size_t dcb_proc_lookup(int folder_fd, size_t n)
{
	struct stat status;
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		found += fstatat(folder_fd, names[i], &status, AT_SYMLINK_NOFOLLOW) == 0;
	return found;
}

static int fill_folder(int parent_fd, const char *name, size_t n, struct dcb_error *err)
{
	_cleanup_close_ int fd = openat(parent_fd, name, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return dcb_error_sys(err, errno, "cannot open %s of a process", name);
	if (dcb_proc_lookup(fd, n) < n)
		return dcb_error_set(err, ENOENT, "%s of a process lacks a file", name);
	return 0;
}

int dcb_proc_fill(pid_t pid, size_t n, struct dcb_error *err)
{
	char path[64];
	_cleanup_(closedirp) DIR *tasks = NULL;
	const struct dirent *entry;
	int r;

	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	r = fill_folder(AT_FDCWD, path, n, err);
	if (r < 0)
		return r;
	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	tasks = opendir(path);
	if (!tasks)
		return dcb_error_sys(err, errno, "%s", path);
	while (r == 0 && (entry = readdir(tasks)))
		if (entry->d_name[0] != '.')
			r = fill_folder(dirfd(tasks), entry->d_name, n, err);
	return r;
}

size_t dcb_proc_dentries(size_t threads, size_t n)
{
	/* The folder and task in it; for each thread its own folder. */
	return 2 + n + threads * (1 + n);
}

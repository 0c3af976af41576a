// SPDX-License-Identifier: GPL-2.0-only
/* What this host's cgroups can do, and groups that a killed lab left behind. */
#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "machines/cgroup-group.h"

#define SWEEP_TRIES 200

int dcb_cgroup_supported(struct dcb_error *err)
{
	const struct dcb_cgroup_limits limits = {.pids = 16};
	struct dcb_cgroup *cgroup;
	int r;

	r = dcb_cgroup_new("probe", &limits, &cgroup, err);
	if (r == 0) {
		dcb_cgroup_free(cgroup);
		return 0;
	}
	if (r == -EPERM || r == -EROFS)
		r = -EACCES;
	else if (r != -EACCES)
		r = -EOPNOTSUPP;
	if (err && !strstr(err->message, "--cgroup off")) {
		size_t length = strlen(err->message);

		snprintf(err->message + length, sizeof(err->message) - length,
			 "; run it as root, or give --cgroup off");
	}
	return r;
}

const char *dcb_cgroup_layout(void)
{
	_cleanup_(
		dcb_cgroup_layout_deinitp) struct dcb_cgroup_layout layout = DCB_CGROUP_LAYOUT_NULL;

	dcb_cgroup_layout_read("", &layout, NULL);
	return dcb_cgroup_kind_name(layout.kind);
}

/* The lab's pid in "dcbench-<pid>-<boot>"; 0 for any other name. */
static pid_t lab_of(const char *name)
{
	static const char prefix[] = "dcbench-";
	char *end;
	long pid;

	if (strncmp(name, prefix, strlen(prefix)) != 0)
		return 0;
	pid = strtol(name + strlen(prefix), &end, 10);
	return pid > 0 && *end == '-' ? (pid_t)pid : 0;
}

/* A zombie is dead, however long nobody reaps it. */
static bool is_alive(pid_t pid)
{
	_cleanup_free_ char *folder = dcb_format("/proc/%d", pid);
	_cleanup_free_ char *stat_text = NULL;
	const char *state;

	if (kill(pid, 0) < 0 && errno == ESRCH)
		return false;
	stat_text = folder ? dcb_cgroup_file_read(folder, "stat") : NULL;
	state = stat_text ? strrchr(stat_text, ')') : NULL;
	return !state || !strchr("ZX", state[1] ? state[2] : ' ');
}

/* False where a process in it is none of ours to see: another PID namespace's lab may live. */
static bool kill_visible(const char *folder)
{
	_cleanup_free_ char *text = dcb_cgroup_file_read(folder, "cgroup.procs");

	for (char *at = text; at && *at;) {
		char *end;
		long pid = strtol(at, &end, 10);

		if (end == at)
			break;
		if (pid <= 0)
			return false;
		kill((pid_t)pid, SIGKILL);
		at = end;
	}
	return true;
}

static void remove_group(const char *folder)
{
	for (int i = 0; i < SWEEP_TRIES; i++) {
		if (rmdir(folder) == 0 || errno != EBUSY || !kill_visible(folder))
			return;
		usleep(10000);
	}
}

static int sweep_folder(const char *folder, struct dcb_error *err)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	int r = 0;

	if (!dir)
		return 0;
	while (r == 0 && (entry = readdir(dir))) {
		pid_t pid = lab_of(entry->d_name);
		_cleanup_free_ char *path = NULL;

		if (pid == 0 || is_alive(pid))
			continue;
		path = dcb_format("%s/%s", folder, entry->d_name);
		if (!path)
			r = dcb_error_oom(err);
		else
			remove_group(path);
	}
	closedir(dir);
	return r;
}

/* A group was made below the lab's own group of that time, or on v2 somewhere above. */
static int sweep_mount(const struct dcb_cgroup_mount *mount, struct dcb_error *err)
{
	_cleanup_free_ char *group = strdup(mount->own);

	while (group) {
		_cleanup_free_ char *folder = dcb_format("%s%s", mount->mount, group);
		char *slash = strrchr(group, '/');
		int r;

		if (!folder)
			break;
		r = sweep_folder(folder, err);
		if (r < 0)
			return r;
		if (mount->controllers || !slash || strcmp(group, "/") == 0)
			return 0;
		slash[slash == group] = '\0';
	}
	return dcb_error_oom(err);
}

int dcb_cgroup_sweep(struct dcb_error *err)
{
	_cleanup_(
		dcb_cgroup_layout_deinitp) struct dcb_cgroup_layout layout = DCB_CGROUP_LAYOUT_NULL;
	int r;

	r = dcb_cgroup_layout_read("", &layout, err);
	for (size_t i = 0; r == 0 && i < layout.n_mounts; i++)
		r = sweep_mount(&layout.mounts[i], err);
	return r;
}

// SPDX-License-Identifier: GPL-2.0-only
#include "machines/cgroup.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/file.h"
#include "machines/cgroup-group.h"

#define NAME_MAX_BYTES 64
#define KILL_ROUNDS    500
#define KILL_WAIT_NS   10000000

static bool is_good_name(const char *name)
{
	size_t length = strlen(name);

	return length > 0 && length <= NAME_MAX_BYTES &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
		       length;
}

int dcb_cgroup_new(const char *name, const struct dcb_cgroup_limits *limits,
		   struct dcb_cgroup **ret_cgroup, struct dcb_error *err)
{
	struct dcb_cgroup *cgroup;
	int r;

	if (!is_good_name(name))
		return dcb_error_set(err, EINVAL, "\"%s\" cannot name a cgroup", name);
	cgroup = calloc(1, sizeof(*cgroup));
	if (!cgroup)
		return dcb_error_oom(err);
	cgroup->name = dcb_format("dcbench-%d-%s", getpid(), name);
	r = cgroup->name ? dcb_cgroup_create(cgroup, limits, err) : dcb_error_oom(err);
	DCB_FAULT("cgroup-made");
	if (r == 0)
		r = dcb_cgroup_apply(cgroup, limits, err);
	if (r < 0) {
		dcb_cgroup_free(cgroup);
		return dcb_error_wrap(err, "cgroup of the boot");
	}
	*ret_cgroup = cgroup;
	return 0;
}

const char *dcb_cgroup_missing(const struct dcb_cgroup *cgroup)
{
	return cgroup->missing;
}

/* Whether the group that /proc/PID/cgroup shows for a controller (NULL: unified) is ours. */
static bool stands_in(const struct dcb_cgroup *cgroup, const char *text, const char *controller)
{
	_cleanup_free_ char *path = NULL;
	const char *slash;

	if (dcb_cgroup_path_parse(text, controller, &path) < 0)
		return false;
	slash = strrchr(path, '/');
	return slash && strcmp(slash + 1, cgroup->name) == 0;
}

static int attach_side(const struct dcb_cgroup *cgroup, enum dcb_cgroup_slot slot, pid_t pid,
		       struct dcb_error *err)
{
	const struct dcb_cgroup_side *side = &cgroup->sides[slot];
	struct cgroup *group = cgroup_new_cgroup(side->path);
	int r;

	if (!group)
		return dcb_error_oom(err);
	r = cgroup_add_controller(group, dcb_cgroup_controllers[slot])
		    ? cgroup_attach_task_pid(group, pid)
		    : ECGFAIL;
	cgroup_free(&group);
	return r ? dcb_cgroup_library_error(r, err, side->folder) : 0;
}

/* libcgroup reports success for moves that did not happen: only /proc tells. */
static int verify(struct dcb_cgroup *cgroup, pid_t pid, struct dcb_error *err)
{
	_cleanup_free_ char *folder = dcb_format("/proc/%d", pid);
	_cleanup_free_ char *text = folder ? dcb_cgroup_file_read(folder, "cgroup") : NULL;
	bool v2 = cgroup->kind == DCB_CGROUP_V2;

	if (!text)
		return dcb_error_set(err, ESRCH, "process %d is gone", pid);
	cgroup->unified_attached = cgroup->unified_folder && stands_in(cgroup, text, NULL);
	for (int slot = 0; slot < DCB_CGROUP_SLOTS; slot++) {
		if (!cgroup->sides[slot].path ||
		    stands_in(cgroup, text, v2 ? NULL : dcb_cgroup_controllers[slot]))
			continue;
		return dcb_error_set(err, EACCES,
				     "%s: the process was not moved there; run it as root, or "
				     "under `systemd-run --user --scope -p Delegate=yes`, or give "
				     "--cgroup off",
				     cgroup->sides[slot].folder);
	}
	return 0;
}

int dcb_cgroup_attach(struct dcb_cgroup *cgroup, pid_t pid, struct dcb_error *err)
{
	char text[16];

	for (int slot = 0; slot < DCB_CGROUP_SLOTS; slot++) {
		int r;

		if (!cgroup->sides[slot].path)
			continue;
		r = attach_side(cgroup, slot, pid, err);
		if (r < 0)
			return r;
		if (cgroup->kind == DCB_CGROUP_V2)
			break;
	}
	if (cgroup->unified_folder && cgroup->kind != DCB_CGROUP_V2) {
		snprintf(text, sizeof(text), "%d", pid);
		dcb_cgroup_file_write(cgroup->unified_folder, "cgroup.procs", text);
	}
	return verify(cgroup, pid, err);
}

static bool read_number(const struct dcb_cgroup *cgroup, enum dcb_cgroup_slot slot,
			const char *file, unsigned long long *ret_value)
{
	_cleanup_free_ char *text = dcb_cgroup_get(cgroup, slot, file);
	char *end;

	if (!text)
		return false;
	errno = 0;
	*ret_value = strtoull(text, &end, 10);
	return !errno && end != text;
}

static bool read_key(const struct dcb_cgroup *cgroup, enum dcb_cgroup_slot slot, const char *file,
		     const char *key, unsigned long long *ret_value)
{
	_cleanup_free_ char *text = dcb_cgroup_get(cgroup, slot, file);

	return text && dcb_cgroup_value_parse(text, key, ret_value) == 0;
}

int dcb_cgroup_usage(struct dcb_cgroup *cgroup, struct dcb_cgroup_usage *ret_usage,
		     struct dcb_error *err)
{
	bool v2 = cgroup->kind == DCB_CGROUP_V2;
	struct dcb_cgroup_usage usage = {0};
	unsigned long long value;

	(void)err;
	if (v2 && read_key(cgroup, DCB_CGROUP_CPU, "cpu.stat", "usage_usec", &value)) {
		usage.has_cpu = true;
		usage.cpu_s = (double)value / 1e6;
	} else if (!v2 && read_number(cgroup, DCB_CGROUP_CPUACCT, "cpuacct.usage", &value)) {
		usage.has_cpu = true;
		usage.cpu_s = (double)value / 1e9;
	}
	if (read_number(cgroup, DCB_CGROUP_MEMORY, v2 ? "memory.peak" : "memory.max_usage_in_bytes",
			&value)) {
		usage.has_memory = true;
		usage.memory_peak_bytes = value;
	}
	if (read_key(cgroup, DCB_CGROUP_MEMORY, v2 ? "memory.events" : "memory.oom_control",
		     "oom_kill", &value))
		usage.oom = value > 0;
	*ret_usage = usage;
	return 0;
}

static void set_frozen(const struct dcb_cgroup *cgroup, bool frozen)
{
	if (cgroup->kind == DCB_CGROUP_V2)
		dcb_cgroup_file_write(cgroup->unified_folder, "cgroup.freeze", frozen ? "1" : "0");
	else if (cgroup->sides[DCB_CGROUP_FREEZER].path)
		dcb_cgroup_set(cgroup, DCB_CGROUP_FREEZER, "freezer.state",
			       frozen ? "FROZEN" : "THAWED", NULL);
}

/* SIGKILL to all that one side lists; how many that were, or 0 where it cannot be listed. */
static int kill_side(const struct dcb_cgroup *cgroup, enum dcb_cgroup_slot slot)
{
	const char *controller = dcb_cgroup_controllers[slot];
	_cleanup_free_ char *path = strdup(cgroup->sides[slot].path);
	_cleanup_free_ char *name = strdup(controller);
	_cleanup_free_ pid_t *pids = NULL;
	int n = 0;

	if (!path || !name || cgroup_get_procs(path, name, &pids, &n))
		return 0;
	for (int i = 0; i < n; i++)
		if (pids[i] > 0)
			kill(pids[i], SIGKILL);
	return n;
}

static int kill_listed(const struct dcb_cgroup *cgroup)
{
	int n = 0;

	for (int slot = 0; slot < DCB_CGROUP_SLOTS; slot++)
		if (cgroup->sides[slot].path) {
			int here = kill_side(cgroup, slot);

			n = here > n ? here : n;
		}
	return n;
}

int dcb_cgroup_kill(struct dcb_cgroup *cgroup, struct dcb_error *err)
{
	const struct timespec wait = {.tv_nsec = KILL_WAIT_NS};

	for (int i = 0; i < KILL_ROUNDS; i++) {
		int n;

		/* One write ends all of them, whatever they fork meanwhile. */
		if (cgroup->unified_folder &&
		    (cgroup->unified_attached || cgroup->kind == DCB_CGROUP_V2))
			dcb_cgroup_file_write(cgroup->unified_folder, "cgroup.kill", "1");
		/* Else they are held still first, so that none forks between list and signal. A
		 * frozen process dies when it thaws. */
		if (kill_listed(cgroup) == 0)
			return 0;
		set_frozen(cgroup, true);
		n = kill_listed(cgroup);
		set_frozen(cgroup, false);
		if (n == 0)
			return 0;
		nanosleep(&wait, NULL);
	}
	return dcb_error_set(err, EBUSY, "cgroup %s: processes survive SIGKILL", cgroup->name);
}

void dcb_cgroup_free(struct dcb_cgroup *cgroup)
{
	if (!cgroup)
		return;
	dcb_cgroup_kill(cgroup, NULL);
	DCB_FAULT("cgroup-empty");
	dcb_cgroup_delete(cgroup);
	DCB_FAULT("cgroup-gone");
	free(cgroup->missing);
	free(cgroup->name);
	free(cgroup);
}

// SPDX-License-Identifier: GPL-2.0-only
/* libcgroup 2.0.2 as the lab uses it: one value a call, reads that see every file. */
#include <pthread.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "machines/cgroup-group.h"

const char *const dcb_cgroup_controllers[DCB_CGROUP_SLOTS] = {
	[DCB_CGROUP_MEMORY] = "memory",   [DCB_CGROUP_CPU] = "cpu",
	[DCB_CGROUP_PIDS] = "pids",       [DCB_CGROUP_CPUACCT] = "cpuacct",
	[DCB_CGROUP_FREEZER] = "freezer", [DCB_CGROUP_CPUSET] = "cpuset",
};

/* Its own logger writes to stdout. */
static void stay_quiet(void *data, int level, const char *format, va_list args)
{
	(void)data;
	(void)level;
	(void)format;
	(void)args;
}

static pthread_once_t library_once = PTHREAD_ONCE_INIT;
static int library_result;

static void init_library(void)
{
	cgroup_set_logger(stay_quiet, CGROUP_LOG_ERROR, NULL);
	library_result = cgroup_init();
}

int dcb_cgroup_library_init(struct dcb_error *err)
{
	pthread_once(&library_once, init_library);
	if (library_result)
		return dcb_error_set(err, EOPNOTSUPP, "cgroups: %s; --cgroup off goes on without",
				     cgroup_strerror(library_result));
	return 0;
}

int dcb_cgroup_library_error(int result, struct dcb_error *err, const char *what)
{
	int errnum = cgroup_get_last_errno();

	if (result == ECGOTHER && errnum > 0)
		return dcb_error_sys(err, errnum, "%s", what);
	if (result == ECGROUPNOTOWNER || result == ECGROUPNOTALLOWED)
		errnum = EACCES;
	else
		errnum = EIO;
	return dcb_error_set(err, errnum, "%s: %s", what, cgroup_strerror(result));
}

int dcb_cgroup_set(const struct dcb_cgroup *cgroup, enum dcb_cgroup_slot slot, const char *file,
		   const char *value, struct dcb_error *err)
{
	const struct dcb_cgroup_side *side = &cgroup->sides[slot];
	struct cgroup *group;
	struct cgroup_controller *controller;
	int r;

	group = cgroup_new_cgroup(side->path);
	if (!group)
		return dcb_error_oom(err);
	controller = cgroup_add_controller(group, dcb_cgroup_controllers[slot]);
	r = controller ? cgroup_add_value_string(controller, file, value) : ECGFAIL;
	if (!r)
		r = cgroup_modify_cgroup(group);
	cgroup_free(&group);
	if (r) {
		_cleanup_free_ char *what = dcb_format("%s/%s = %s", side->folder, file, value);

		return what ? dcb_cgroup_library_error(r, err, what) : dcb_error_oom(err);
	}
	return 0;
}

char *dcb_cgroup_get(const struct dcb_cgroup *cgroup, enum dcb_cgroup_slot slot, const char *file)
{
	const struct dcb_cgroup_side *side = &cgroup->sides[slot];
	_cleanup_free_ char *name = strdup(file);
	_cleanup_free_ char *text = strdup("");
	char line[4096];
	void *handle = NULL;
	int r;

	if (!side->path || !name || !text)
		return NULL;
	r = cgroup_read_value_begin(dcb_cgroup_controllers[slot], side->path, name, &handle, line,
				    sizeof(line));
	if (r && r != ECGEOF)
		return NULL;
	while (!r && text) {
		char *longer = dcb_format("%s%s%s", text, line, strchr(line, '\n') ? "" : "\n");

		free(text);
		text = longer;
		r = cgroup_read_value_next(&handle, line, sizeof(line));
	}
	cgroup_read_value_end(&handle);
	return TAKE_PTR(text);
}

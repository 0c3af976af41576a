// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/rt-bound.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

#define RUNTIME   "%s/proc/sys/kernel/sched_rt_runtime_us"
#define PERIOD    "%s/proc/sys/kernel/sched_rt_period_us"
#define DEBUG     "%s/sys/kernel/debug/sched"
#define SERVERS   DEBUG "/fair_server"
#define SERVER_NS 50000000 /* of 1 s */

struct knob {
	char path[PATH_MAX];
	int64_t before;
};

struct dcb_rt_bound {
	const char *root;
	bool on;
	struct knob *changed;
	size_t n_changed;
};

static int knob_read(const char *path, int64_t *ret_value)
{
	_cleanup_fclose_ FILE *file = fopen(path, "re");

	if (!file)
		return -errno;
	return fscanf(file, "%" SCNd64, ret_value) == 1 ? 0 : -EPROTO;
}

static int knob_write(const char *path, int64_t value)
{
	_cleanup_close_ int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	char text[32];
	int size = snprintf(text, sizeof(text), "%" PRId64 "\n", value);

	return fd < 0 || write(fd, text, (size_t)size) < 0 ? -errno : 0;
}

static int knob_change(struct dcb_rt_bound *bound, const char *path, int64_t before, int64_t value,
		       struct dcb_error *err)
{
	struct knob *changed = reallocarray(bound->changed, bound->n_changed + 1, sizeof(*changed));
	int r;

	if (!changed)
		return dcb_error_oom(err);
	bound->changed = changed;
	r = knob_write(path, value);
	if (r < 0)
		return dcb_error_set(err, EOPNOTSUPP, "cannot write %" PRId64 " to %s: %s", value,
				     path, strerror(-r));
	snprintf(changed[bound->n_changed].path, sizeof(changed->path), "%s", path);
	changed[bound->n_changed++].before = before;
	return 0;
}

static int bound_throttling(struct dcb_rt_bound *bound, struct dcb_error *err)
{
	char path[PATH_MAX];
	int64_t runtime, period;
	bool on;
	int r;

	snprintf(path, sizeof(path), PERIOD, bound->root);
	r = knob_read(path, &period);
	if (r == 0) {
		snprintf(path, sizeof(path), RUNTIME, bound->root);
		r = knob_read(path, &runtime);
	}
	if (r < 0)
		return dcb_error_set(err, EOPNOTSUPP, "cannot read %s: %s", path, strerror(-r));
	on = runtime >= 0 && runtime < period;
	if (on == bound->on)
		return 0;
	return knob_change(bound, path, runtime, bound->on ? period / 100 * 95 : -1, err);
}

static int bound_server(struct dcb_rt_bound *bound, const char *name, struct dcb_error *err)
{
	char path[PATH_MAX];
	int64_t runtime;
	int r;

	snprintf(path, sizeof(path), SERVERS "/%s/runtime", bound->root, name);
	r = knob_read(path, &runtime);
	if (r < 0)
		return dcb_error_set(err, EOPNOTSUPP, "cannot read %s: %s", path, strerror(-r));
	if ((runtime > 0) == bound->on)
		return 0;
	return knob_change(bound, path, runtime, bound->on ? SERVER_NS : 0, err);
}

/* Not there: no fair server, or no debugfs to see it by. */
static int bound_no_servers(const struct dcb_rt_bound *bound, struct dcb_error *err)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), DEBUG, bound->root);
	if (bound->on || access(path, F_OK) == 0)
		return 0;
	return dcb_error_set(err, EOPNOTSUPP,
			     "cannot switch off what bounds real-time threads: without debugfs "
			     "(%s) nothing tells whether this kernel has a fair server",
			     path);
}

static int bound_servers(struct dcb_rt_bound *bound, struct dcb_error *err)
{
	_cleanup_(closedirp) DIR *folder = NULL;
	const struct dirent *entry;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), SERVERS, bound->root);
	folder = opendir(path);
	if (!folder && errno == ENOENT)
		return bound_no_servers(bound, err);
	if (!folder)
		return dcb_error_set(err, EOPNOTSUPP, "cannot read %s: %s", path, strerror(errno));
	while ((entry = readdir(folder))) {
		int r = strncmp(entry->d_name, "cpu", 3) == 0
				? bound_server(bound, entry->d_name, err)
				: 0;

		if (r < 0)
			return r;
	}
	return 0;
}

int dcb_rt_bound_new(const char *root, bool on, struct dcb_rt_bound **ret_bound,
		     struct dcb_error *err)
{
	_cleanup_(dcb_rt_bound_freep) struct dcb_rt_bound *bound = calloc(1, sizeof(*bound));
	int r;

	if (!bound)
		return dcb_error_oom(err);
	bound->root = root;
	bound->on = on;
	/* In this order, and restored backwards: 6.12 takes no change of a fair server while
	 * sched_rt_runtime_us limits what may be reserved. */
	r = bound_throttling(bound, err);
	if (r == 0)
		r = bound_servers(bound, err);
	if (r < 0)
		return r;
	*ret_bound = TAKE_PTR(bound);
	return 0;
}

int dcb_rt_bound_restore(struct dcb_rt_bound *bound, struct dcb_error *err)
{
	int result = 0;

	for (; bound->n_changed > 0; bound->n_changed--) {
		const struct knob *knob = &bound->changed[bound->n_changed - 1];
		int r = knob_write(knob->path, knob->before);

		if (r < 0 && result == 0)
			result = dcb_error_sys(err, -r, "cannot restore %s", knob->path);
	}
	return result;
}

void dcb_rt_bound_free(struct dcb_rt_bound *bound)
{
	if (!bound)
		return;
	dcb_rt_bound_restore(bound, NULL);
	free(bound->changed);
	free(bound);
}

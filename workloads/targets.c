// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/targets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"

static size_t n_fs(const struct dcb_targets *targets)
{
	return targets->mounts ? targets->n : 1;
}

struct dcb_cached_fs *dcb_targets_fs(struct dcb_targets *targets, size_t i)
{
	return &targets->fs[i % n_fs(targets)];
}

void dcb_targets_init(struct dcb_targets *targets, enum dcb_cached_type type, bool mounts, size_t n)
{
	targets->type = type;
	targets->mounts = mounts;
	targets->n = n;
	for (size_t i = 0; i < DCB_TARGETS_MAX; i++) {
		targets->fs[i] = (struct dcb_cached_fs)DCB_CACHED_FS_NULL;
		targets->held[i] = -1;
	}
}

static int targets_set_one(struct dcb_targets *targets, size_t i,
			   const struct dcb_workload_context *context, uint64_t dentries,
			   struct dcb_error *err)
{
	struct dcb_cached_fs *fs = dcb_targets_fs(targets, i);
	char name[32];
	int r = 0;

	snprintf(name, sizeof(name), "fs%zu", i);
	if (i < n_fs(targets))
		r = dcb_cached_fs_open(fs, targets->type, context, name, err);
	if (r < 0)
		return r;
	snprintf(name, sizeof(name), "folder%zu", i);
	r = dcb_cached_fs_fill(fs, name, dentries, err);
	if (r < 0)
		return r;
	snprintf(targets->paths[i], sizeof(targets->paths[i]), "%s/%s", dcb_cached_fs_root(fs),
		 targets->mounts ? "" : name);
	if (targets->mounts)
		return 0;
	targets->held[i] = open(targets->paths[i], O_PATH | O_CLOEXEC);
	return targets->held[i] < 0 ? dcb_error_sys(err, errno, "%s", targets->paths[i]) : 0;
}

int dcb_targets_set(struct dcb_targets *targets, const struct dcb_workload_context *context,
		    uint64_t dentries, struct dcb_error *err)
{
	for (size_t i = 0; i < targets->n; i++) {
		int r = targets_set_one(targets, i, context, dentries, err);

		if (r < 0)
			return r;
	}
	return 0;
}

int dcb_targets_remove(struct dcb_targets *targets, size_t i)
{
	if (!targets->mounts)
		return rmdir(targets->paths[i]) < 0 ? -errno : 0;
	if (umount2(targets->paths[i], 0) < 0)
		return -errno;
	dcb_cached_fs_unmounted(&targets->fs[i]);
	return 0;
}

int dcb_targets_clear(struct dcb_targets *targets, struct dcb_error *err)
{
	int result = 0;

	for (size_t i = 0; i < targets->n; i++) {
		cleanup_close(&targets->held[i]);
		targets->held[i] = -1;
	}
	for (size_t i = 0; i < n_fs(targets); i++) {
		int r = dcb_cached_fs_close(&targets->fs[i], result < 0 ? NULL : err);

		if (r < 0 && result == 0)
			result = r;
	}
	return result;
}

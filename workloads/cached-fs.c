// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/cached-fs.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/error.h"
#include "workloads/tree.h"

static enum dcb_fs_type fs_type(enum dcb_cached_type type)
{
	static const enum dcb_fs_type types[] = {
		[DCB_CACHED_OVERLAY] = DCB_FS_OVERLAY,
		[DCB_CACHED_EXT4] = DCB_FS_EXT4,
		[DCB_CACHED_BTRFS] = DCB_FS_BTRFS,
		[DCB_CACHED_XFS] = DCB_FS_XFS,
	};

	return types[type];
}

int dcb_cached_fs_open(struct dcb_cached_fs *cached, enum dcb_cached_type type,
		       const struct dcb_workload_context *context, const char *name,
		       struct dcb_error *err)
{
	int r;

	*cached = (struct dcb_cached_fs)DCB_CACHED_FS_NULL;
	cached->type = type;
	if (type != DCB_CACHED_FUSE)
		return dcb_fs_open(&cached->fs, fs_type(type), context, name, err);
	r = dcb_fuse_open(&cached->fuse, context, name, err);
	return r < 0 ? r : dcb_fuse_defer(&cached->fuse, err);
}

int dcb_cached_fs_close(struct dcb_cached_fs *cached, struct dcb_error *err)
{
	return cached->type == DCB_CACHED_FUSE ? dcb_fuse_close(&cached->fuse, err)
					       : dcb_fs_close(&cached->fs, err);
}

void dcb_cached_fs_unmounted(struct dcb_cached_fs *cached)
{
	cached->fuse.mounted = false;
	cached->fs.mounted = false;
}

const char *dcb_cached_fs_root(const struct dcb_cached_fs *cached)
{
	return cached->type == DCB_CACHED_FUSE ? cached->fuse.root : cached->fs.root;
}

int dcb_cached_fs_fill(struct dcb_cached_fs *cached, const char *name, uint64_t dentries,
		       struct dcb_error *err)
{
	const struct dcb_tree_shape shape = {.negative = (int64_t)dentries};
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", dcb_cached_fs_root(cached), name);
	if (mkdir(path, 0755) < 0)
		return dcb_error_sys(err, errno, "%s", path);
	if (cached->type == DCB_CACHED_FUSE)
		return dcb_fuse_list(&cached->fuse, path, dentries, err);
	return dcb_tree_make(path, &shape, err);
}

struct dcb_workload_needs dcb_cached_fs_needs(enum dcb_cached_type type)
{
	return type == DCB_CACHED_FUSE ? dcb_fuse_needs() : dcb_fs_needs(fs_type(type));
}

/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * A file system whose folders hold many dentries that nobody uses, so that they are on the LRU of
 * its superblock. On FUSE they are files that a listing has brought, which the server lets anybody
 * remove the folder of; elsewhere they are negative: names looked up in vain. tmpfs keeps neither.
 */

#include "workloads/filesystem.h"
#include "workloads/fuse.h"

enum dcb_cached_type {
	DCB_CACHED_FUSE,
	DCB_CACHED_OVERLAY,
	DCB_CACHED_EXT4,
	DCB_CACHED_BTRFS,
	DCB_CACHED_XFS,
};
#define DCB_CACHED_CHOICES "fuse,overlay,ext4,btrfs,xfs"

struct dcb_cached_fs {
	enum dcb_cached_type type;
	struct dcb_fuse fuse;
	struct dcb_fs fs; /* of any other type */
};
#define DCB_CACHED_FS_NULL                                                                         \
	{                                                                                          \
		.fuse = DCB_FUSE_NULL, .fs = DCB_FS_NULL                                           \
	}

/* As dcb_fs_open() and dcb_fuse_open(). */
int dcb_cached_fs_open(struct dcb_cached_fs *cached, enum dcb_cached_type type,
		       const struct dcb_workload_context *context, const char *name,
		       struct dcb_error *err);
/* Unmounts, unless the workload has: see dcb_cached_fs_unmounted(). Once; again it does nothing. */
int dcb_cached_fs_close(struct dcb_cached_fs *cached, struct dcb_error *err);
void dcb_cached_fs_unmounted(struct dcb_cached_fs *cached);
const char *dcb_cached_fs_root(const struct dcb_cached_fs *cached);
/* Makes the folder <root>/<name> with so many unused dentries in it. */
int dcb_cached_fs_fill(struct dcb_cached_fs *cached, const char *name, uint64_t dentries,
		       struct dcb_error *err);
struct dcb_workload_needs dcb_cached_fs_needs(enum dcb_cached_type type);

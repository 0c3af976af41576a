/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * An empty file system of a wanted type, mounted below the workload's scratch folder. ext4, btrfs
 * and xfs stand on a loop device over a sparse file on the scratch tmpfs: a virtual disk would
 * break the bit-exactness of icount. A kernel without loop devices has nothing but such a disk
 * (workloads/guest-disk.h): one file system at a time.
 */

#include <limits.h>

#include "workloads/workload.h"

struct dcb_error;

enum dcb_fs_type {
	DCB_FS_TMPFS, /* a tmpfs of its own */
	DCB_FS_EXT4,
	DCB_FS_BTRFS,
	DCB_FS_XFS,
	DCB_FS_OVERLAY, /* lower, upper and work folders on the scratch tmpfs */
	DCB_FS_N,
};
/* For a CHOICE option. */
#define DCB_FS_CHOICES "tmpfs,ext4,btrfs,xfs,overlay"

struct dcb_fs {
	char base[PATH_MAX / 4]; /* <scratch>/<name> */
	char root[PATH_MAX / 2]; /* the mount point: <scratch>/<name>/root */
	enum dcb_fs_type type;
	bool mounted;
	int image_fd, loop_fd; /* -1: none */
};
#define DCB_FS_NULL                                                                                \
	{                                                                                          \
		.image_fd = -1, .loop_fd = -1                                                      \
	}

/* Makes <scratch>/<name>/ and mounts; several may stand beside each other. -EOPNOTSUPP with the
 * reason where this kernel or guest cannot. Undone by itself if it fails. */
int dcb_fs_open(struct dcb_fs *fs, enum dcb_fs_type type,
		const struct dcb_workload_context *context, const char *name,
		struct dcb_error *err);
/* Unmounts (unless the workload has: set mounted to false) and removes all of it; once. */
int dcb_fs_close(struct dcb_fs *fs, struct dcb_error *err);
/* For _cleanup_(): as dcb_fs_close(), without a word. */
void dcb_fs_deinit(struct dcb_fs *fs);
struct dcb_workload_needs dcb_fs_needs(enum dcb_fs_type type);
const char *dcb_fs_name(enum dcb_fs_type type); /* "ext4" */

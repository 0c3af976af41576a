/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* What a teardown goes through: folders of one file system, or file systems with a folder each, in
 * which many dentries stand unused. */

#include "workloads/cached-fs.h"

#define DCB_TARGETS_MAX 64

struct dcb_targets {
	enum dcb_cached_type type;
	bool mounts; /* each is a file system to unmount; else a folder to remove */
	size_t n;
	struct dcb_cached_fs fs[DCB_TARGETS_MAX]; /* of folders: the first */
	char paths[DCB_TARGETS_MAX][PATH_MAX];
	int held[DCB_TARGETS_MAX]; /* keeps reclaim off the folders themselves; -1: none */
};

/* n: 1 to DCB_TARGETS_MAX. */
void dcb_targets_init(struct dcb_targets *targets, enum dcb_cached_type type, bool mounts,
		      size_t n);
/* Reclaim finds the dentries of the first target first. */
int dcb_targets_set(struct dcb_targets *targets, const struct dcb_workload_context *context,
		    uint64_t dentries, struct dcb_error *err);
/* rmdir() or umount(): 0 or -errno. */
int dcb_targets_remove(struct dcb_targets *targets, size_t i);
/* The file system of the target. */
struct dcb_cached_fs *dcb_targets_fs(struct dcb_targets *targets, size_t i);
/* Removes whatever is left of it. */
int dcb_targets_clear(struct dcb_targets *targets, struct dcb_error *err);

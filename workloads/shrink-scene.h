/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * A FUSE file system in which a shrinker's list is to hold, in this order:
 *   list/first            an empty file: once it is evicted, the list stands
 *   list/heavy            one with many cached pages: its eviction takes long
 *   list/room0/parent/busy, room1/... the dentry that a waiter takes into use and unlinks while it
 *                         stands on the list; then it removes the parent. Rooms keep waiters from
 *                         meeting each other at the lock of the parent's parent.
 */

#include "workloads/fuse.h"

#define DCB_SHRINK_MAX_WAITERS 8
#define DCB_SHRINK_FOLDER      "list"

struct dcb_shrink_side {
	char room[32], parent[48], busy[64]; /* below the folder */
	int fd;                              /* of the dentry that the waiter took; -1: none */
	atomic_bool ready;
	bool gone_before, gone_after; /* `heavy`, as the waiter's call began and returned */
};

struct dcb_shrink_scene {
	struct dcb_fuse fuse;
	int folder;
	struct dcb_fuse_watch first, heavy;
	struct dcb_shrink_side sides[DCB_SHRINK_MAX_WAITERS];
};

void dcb_shrink_scene_init(struct dcb_shrink_scene *scene);
/* Mounts it, and all of it is cached and unused. */
int dcb_shrink_scene_set(struct dcb_shrink_scene *scene, const struct dcb_workload_context *context,
			 const char *name, size_t n_sides, uint64_t heavy_bytes,
			 struct dcb_error *err);
/* Takes a dentry of the list into use, and its name away. Where it has been evicted meanwhile,
 * side->fd stays -1. */
int dcb_shrink_scene_take(const struct dcb_shrink_scene *scene, struct dcb_shrink_side *side,
			  struct dcb_error *err);
int dcb_shrink_scene_clear(struct dcb_shrink_scene *scene, struct dcb_error *err);

/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * Many mounts with dentries, below one mount that holds them all:
 *   mounts/top/          the holder, bind mounted on itself; shared where it has peers
 *   mounts/top/m0/root   the first mount, of a file system of its own (filesystem.h), or bind
 *                        mounted from mounts/top/source
 *   mounts/peer0/        a bind mount of top and of its peer group: what is mounted or unmounted in
 *                        top propagates to it
 * They may stand in a mount namespace in which no thread is, and which goes with its descriptor.
 */

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "workloads/dying-watch.h"
#include "workloads/filesystem.h"

struct dcb_error;

enum dcb_mount_type {
	DCB_MOUNT_TMPFS,
	DCB_MOUNT_OVERLAY,
	DCB_MOUNT_BIND,
	DCB_MOUNT_EXT4,
};
#define DCB_MOUNT_TYPES "tmpfs,overlay,bind,ext4"

struct dcb_mount_shape {
	int type; /* enum dcb_mount_type */
	int64_t mounts, peers;
	int64_t dentries, negative; /* in each mount: files, and names that are not there */
	/* overlay: bytes of a file in each that its upper layer has unlinked already; 0: none. The
	 * overlay's inode alone holds its upper dentry. */
	int64_t open_deleted;
};

struct dcb_mount_scene {
	const struct dcb_mount_shape *shape;
	const struct dcb_workload_context *context;
	char folder[PATH_MAX / 8], top[PATH_MAX / 8 + 16];
	struct dcb_fs *mounts;
	struct dcb_dying_watch *watches; /* of each cleaner: the open deleted files of its mounts */
	size_t n_cleaners;
	bool own_namespace;
	int namespace_fd; /* own_namespace: the only thing that holds the mounts; else -1 */
};
#define DCB_MOUNT_SCENE_NULL                                                                       \
	{                                                                                          \
		.namespace_fd = -1                                                                 \
	}

/* shape and context must outlive it. n_cleaners: threads that call dcb_mount_scene_await(). */
int dcb_mount_scene_init(struct dcb_mount_scene *scene, const struct dcb_mount_shape *shape,
			 bool own_namespace, size_t n_cleaners,
			 const struct dcb_workload_context *context, struct dcb_error *err);
void dcb_mount_scene_deinit(struct dcb_mount_scene *scene);
/* Makes and fills all of it. With own_namespace, the calling thread's working folder and root are
 * its own from then on. -EOPNOTSUPP with the reason where this kernel or guest cannot. */
int dcb_mount_scene_set(struct dcb_mount_scene *scene, struct dcb_error *err);
/* Unmounts what is still mounted and removes all; also after a set() that failed half-way. */
int dcb_mount_scene_clear(struct dcb_mount_scene *scene, struct dcb_error *err);
/* How many dentries go when all of it is unmounted and, where there are cleaners, its layers are
 * removed. */
int64_t dcb_mount_scene_dentries(const struct dcb_mount_scene *scene);

/* ---- what cleaners do with overlays ---- */

/* How many mounts are this cleaner's, whom each of its calls of the next function gives one. */
size_t dcb_mount_scene_share(const struct dcb_mount_scene *scene, size_t cleaner);
/* Sleeps until the open deleted file of one of its mounts is dying, empties the upper layer and
 * opens the folder that the layers are in. */
int dcb_mount_scene_await(struct dcb_mount_scene *scene, size_t cleaner, int *ret_base_fd,
			  struct dcb_error *err);
/* Removes the upper layer, the work folder and the mount point. -errno without a message: it stands
 * in timed parts. */
int dcb_mount_scene_remove_layers(int base_fd);

/* A usage error for what cannot be: as options of a workload. */
int dcb_mount_shape_check(const struct dcb_mount_shape *shape, uint64_t memory_bytes,
			  struct dcb_error *err);
struct dcb_workload_needs dcb_mount_shape_needs(const struct dcb_mount_shape *shape);

/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * A FUSE file system whose server is a thread of this process. Its dentries are ordinary ones: the
 * superblock's LRU keeps those that nobody uses, which tmpfs has none of, and it needs no block
 * device. What is made in it is never asked for again as long as its dentry is cached; the inode
 * goes with the dentry, and the server is told: FORGET.
 */

#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "workloads/workload.h"

struct dcb_error;

#define DCB_FUSE_ROOT    1 /* the root's node number; a file's or folder's is its st_ino */
#define DCB_FUSE_WATCHES 4

struct dcb_fuse {
	char root[PATH_MAX / 2]; /* the mount point: <scratch>/<name> */
	bool mounted;            /* a workload that has unmounted it sets this to false */
	int device;
	uint64_t entries; /* what every folder lists, see dcb_fuse_list() */
	pthread_t thread;
	bool has_thread;
	pthread_mutex_t mutex; /* of watches */
	struct dcb_fuse_watch *watches[DCB_FUSE_WATCHES];
	atomic_uint_fast64_t n_nodes;
	atomic_bool expires; /* the kernel knows dcb_fuse_expire() */
};
#define DCB_FUSE_NULL                                                                              \
	{                                                                                          \
		.device = -1                                                                       \
	}

/* -EOPNOTSUPP with the reason where this kernel or guest has no FUSE. Undone by itself if it
 * fails. It must not be moved until it is closed. */
int dcb_fuse_open(struct dcb_fuse *fuse, const struct dcb_workload_context *context,
		  const char *name, struct dcb_error *err);
/* From now on the server never preempts anybody (SCHED_BATCH): on one CPU it is not switched to for
 * each of many inodes that are let go of, and hears of them later. */
int dcb_fuse_defer(const struct dcb_fuse *fuse, struct dcb_error *err);
/* Unmounts and removes the mount point; calls under way in it fail, so that it ends in any case.
 * Once; again it does nothing. */
int dcb_fuse_close(struct dcb_fuse *fuse, struct dcb_error *err);
/* For _cleanup_(): as dcb_fuse_close(), without a word. */
void dcb_fuse_deinit(struct dcb_fuse *fuse);
struct dcb_workload_needs dcb_fuse_needs(void);

/* Wants to know when the kernel has let go of an inode. */
struct dcb_fuse_watch {
	uint64_t node; /* 0: of any */
	atomic_bool gone;
	atomic_uint_fast64_t gone_ns; /* CLOCK_MONOTONIC when the server heard of it */
};
/* Until dcb_fuse_close(). At most DCB_FUSE_WATCHES. */
void dcb_fuse_watch(struct dcb_fuse *fuse, struct dcb_fuse_watch *watch, uint64_t node);

/* Puts `size` bytes of a file into the page cache, and makes it so long. */
int dcb_fuse_store(const struct dcb_fuse *fuse, uint64_t node, uint64_t size,
		   struct dcb_error *err);
/* FUSE_NOTIFY_INVAL_ENTRY: d_invalidate() of that name. 0 or -errno, without a message: it stands
 * in timed parts. */
int dcb_fuse_invalidate(const struct dcb_fuse *fuse, uint64_t parent, const char *name);
/* From now on the server is asked for that name before it is used, and says that it is not there.
 * -EOPNOTSUPP before 6.2. */
int dcb_fuse_expire(const struct dcb_fuse *fuse, uint64_t parent, const char *name,
		    struct dcb_error *err);
/* FUSE_NOTIFY_DELETE: the same, and the file or folder `child` is known to be gone. */
int dcb_fuse_delete(const struct dcb_fuse *fuse, uint64_t parent, uint64_t child, const char *name);
/* Reads the folder so that so many of its files are in the dentry cache, unused. */
int dcb_fuse_list(struct dcb_fuse *fuse, const char *folder, uint64_t entries,
		  struct dcb_error *err);

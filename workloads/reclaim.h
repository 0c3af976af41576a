/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* Ways to make the kernel reclaim dentries at once. */

#include <limits.h>

struct dcb_error;

enum dcb_reclaim_how {
	DCB_RECLAIM_DROP,    /* vm.drop_caches=2: slab caches of the whole machine */
	DCB_RECLAIM_MEMCG,   /* memory.reclaim of a cgroup that this process is moved into: what it
			      * allocates from then on */
	DCB_RECLAIM_REMOUNT, /* shrink_dcache_sb(): the dentries of one superblock */
};
#define DCB_RECLAIM_CHOICES "drop,memcg,remount"

struct dcb_reclaim {
	enum dcb_reclaim_how how;
	int fd; /* what is written to; -1: none */
	char home[PATH_MAX / 2], cgroup[PATH_MAX / 2];
};
#define DCB_RECLAIM_NULL                                                                           \
	{                                                                                          \
		.fd = -1                                                                           \
	}

/* Before what is to be reclaimed is allocated. -EOPNOTSUPP with the reason where this kernel or
 * guest cannot. Undone by itself if it fails. */
int dcb_reclaim_open(struct dcb_reclaim *reclaim, enum dcb_reclaim_how how, struct dcb_error *err);
/* One round. `mount_point`: for REMOUNT. 0 or -errno, without a message: it stands in timed parts.
 * Any thread may. */
int dcb_reclaim_now(const struct dcb_reclaim *reclaim, const char *mount_point);
/* Moves the process back and removes the cgroup. Once; again it does nothing. */
int dcb_reclaim_close(struct dcb_reclaim *reclaim, struct dcb_error *err);
/* For _cleanup_(): the same, without a word. */
void dcb_reclaim_deinit(struct dcb_reclaim *reclaim);

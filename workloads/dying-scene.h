/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * What is on the file system while dentries die: for each waiter a folder of its own, so that none
 * meets another at the parent's lock:
 *   pair0/victim/      the folder that the waiter removes, or renames `fresh` over
 *   pair0/fresh/       (rename only)
 *   pair0/victim/file0 unlinked or never linked, its last descriptor open: closing it makes the
 *                      dying dentry; file1... die beside it
 */

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "workloads/filesystem.h"

struct dcb_error;

#define DCB_DYING_MAX 16

enum dcb_dying_op {
	DCB_DYING_RMDIR,
	DCB_DYING_RENAME,    /* of an empty folder over the victim */
	DCB_DYING_TMPFILE,   /* rmdir, and the files never had a name */
	DCB_DYING_SUBVOLUME, /* btrfs only: the victim is a subvolume, and is deleted */
};
/* The first three, for a CHOICE option. */
#define DCB_DYING_OPS "rmdir,rename,tmpfile"

struct dcb_dying_file {
	int64_t size;
	int64_t fragments; /* written in so many pieces that lie apart on the disk; 1: in one */
};

struct dcb_dying_pair {
	const struct dcb_fs *fs;
	enum dcb_dying_op op;
	char folder[PATH_MAX], victim[PATH_MAX], fresh[PATH_MAX];
	int folder_fd;
	int fds[DCB_DYING_MAX]; /* of the files; -1 once closed */
	size_t n_files;
};

/* fs must outlive it. n_files: 1 to DCB_DYING_MAX. */
void dcb_dying_pair_init(struct dcb_dying_pair *pair, const struct dcb_fs *fs, unsigned index,
			 enum dcb_dying_op op, size_t n_files);
/* Makes the folders and the files, whose pages are in the cache and clean. */
int dcb_dying_pair_set(struct dcb_dying_pair *pair, const struct dcb_dying_file *file,
		       struct dcb_error *err);
/* The waiter's call: 0 or -errno. */
int dcb_dying_pair_remove(const struct dcb_dying_pair *pair);
/* Removes whatever is left of it. */
int dcb_dying_pair_clear(struct dcb_dying_pair *pair, struct dcb_error *err);
/* A usage error for more fragments than the file has blocks. */
int dcb_dying_file_check(const struct dcb_dying_file *file, struct dcb_error *err);
/* MiB of guest memory that n_files of such files need on `type`, beside kernel and agent. */
uint64_t dcb_dying_memory_mib(enum dcb_fs_type type, const struct dcb_dying_file *file,
			      uint64_t n_files);

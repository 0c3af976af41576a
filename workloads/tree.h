/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * Trees of folders and empty files: dir0, dir1... in each folder down to `depth`, file0, file1...
 * in each. And negative dentries: names that were looked up and are not there.
 */

#include <stdint.h>

struct dcb_error;

struct dcb_tree_shape {
	int64_t depth;    /* levels of folders below the root; 0: files in the root only */
	int64_t fanout;   /* folders in a folder */
	int64_t files;    /* files in every folder, the root too */
	int64_t negative; /* names looked up in vain in every folder */
};

struct dcb_tree_counts {
	int64_t folders, files, negative; /* without the root */
};

struct dcb_tree_counts dcb_tree_count(const struct dcb_tree_shape *shape);
/* Below `path`, which must be there. */
int dcb_tree_make(const char *path, const struct dcb_tree_shape *shape, struct dcb_error *err);
/* As `rm -rf` goes: reads each folder, unlinks, descends, removes. `name` (of `parent_fd`) goes
 * too; a missing one is no error. *counts, if not NULL, is added to. -errno of the first failure,
 * without a message: it stands in timed parts. */
int dcb_tree_remove(int parent_fd, const char *name, struct dcb_tree_counts *counts);

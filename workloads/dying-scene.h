/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * What is on the file system while dentries die: for each waiter a folder of its own, so that none
 * meets another at the parent's lock:
 *   pair0/victim/     the folder that the waiter removes, or renames `fresh` over
 *   pair0/fresh/      (rename only)
 *   pair0/victim/file unlinked, its last descriptor open: closing it makes the dying dentry
 */

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

struct dcb_error;

struct dcb_dying_scene {
	char root[PATH_MAX]; /* where the pairs stand */
	char scratch[PATH_MAX / 2];
	bool overlay;
};

/* Mounts an overlay over the scratch folder where that is asked for. -EOPNOTSUPP where the kernel
 * has none. */
int dcb_dying_scene_open(struct dcb_dying_scene *scene, const char *scratch, bool overlay,
			 struct dcb_error *err);
/* Unmounts; leaves the scratch folder empty. */
int dcb_dying_scene_close(struct dcb_dying_scene *scene, struct dcb_error *err);

struct dcb_dying_pair {
	char folder[PATH_MAX], victim[PATH_MAX], fresh[PATH_MAX], file[PATH_MAX];
	int fd; /* of the unlinked file; -1 once closed */
};

void dcb_dying_pair_init(struct dcb_dying_pair *pair, const struct dcb_dying_scene *scene,
			 unsigned index);
/* Makes the folders and the unlinked file of `size` bytes. */
int dcb_dying_pair_set(struct dcb_dying_pair *pair, int64_t size, bool with_fresh,
		       struct dcb_error *err);
/* Removes whatever is left of it. */
int dcb_dying_pair_clear(struct dcb_dying_pair *pair, struct dcb_error *err);

/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * Which cgroup hierarchies a host has, and where in each our own process stands. Everything is read
 * below a root folder ("" on a real host), so that any layout can be laid out in a test.
 */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/cleanup.h"

struct dcb_error;

#define DCB_CGROUP_MOUNTS_MAX 24

enum dcb_cgroup_kind {
	DCB_CGROUP_NONE,
	DCB_CGROUP_V1,
	DCB_CGROUP_HYBRID, /* controllers on v1, and a unified hierarchy beside them */
	DCB_CGROUP_V2,
};

struct dcb_cgroup_mount {
	char *controllers; /* v1: ",cpu,cpuacct,"; unified: NULL */
	char *mount;       /* folder, below the root */
	char *own;         /* our own group relative to the mount: "/" or "/a/b" */
};

struct dcb_cgroup_layout {
	enum dcb_cgroup_kind kind;
	struct dcb_cgroup_mount mounts[DCB_CGROUP_MOUNTS_MAX];
	size_t n_mounts;
};

#define DCB_CGROUP_LAYOUT_NULL                                                                     \
	{                                                                                          \
		0                                                                                  \
	}

const char *dcb_cgroup_kind_name(enum dcb_cgroup_kind kind);
int dcb_cgroup_layout_read(const char *root, struct dcb_cgroup_layout *ret_layout,
			   struct dcb_error *err);
void dcb_cgroup_layout_deinit(struct dcb_cgroup_layout *layout);
/* The v1 hierarchy of a controller, or the unified one for NULL; NULL where there is none. */
const struct dcb_cgroup_mount *dcb_cgroup_layout_find(const struct dcb_cgroup_layout *layout,
						      const char *controller);
/* The group that stands for a v1 controller, or for NULL the unified hierarchy, in the text of a
 * /proc/PID/cgroup. -ENOENT where no line names it; *ret_path is malloc'd. */
int dcb_cgroup_path_parse(const char *text, const char *controller, char **ret_path);

/* Where on the unified hierarchy a group with controllers can be made: a group with processes may
 * not hand controllers down, save the root. Starts at our own group and goes up; -EACCES with what
 * is needed. *ret_move tells that `pid` stands alone there and must first move to a leaf. */
int dcb_cgroup_place_find(const struct dcb_cgroup_mount *unified, pid_t pid, char **ret_place,
			  bool *ret_move, struct dcb_error *err);

/* A word in a list that is separated by blanks or newlines. */
bool dcb_cgroup_has_word(const char *list, const char *word);
/* The number behind "key " at the start of a line ("usage_usec 123"). -ENOENT without one. */
int dcb_cgroup_value_parse(const char *text, const char *key, unsigned long long *ret_value);
/* One small file of a group, malloc'd; NULL where it cannot be read. */
char *dcb_cgroup_file_read(const char *folder, const char *name);
int dcb_cgroup_file_write(const char *folder, const char *name, const char *text);

static inline void dcb_cgroup_layout_deinitp(struct dcb_cgroup_layout *layout)
{
	dcb_cgroup_layout_deinit(layout);
}

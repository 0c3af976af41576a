/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* The state of one boot's group, and libcgroup's calls with readable errors. Only for cgroup*.c. */

#include <libcgroup.h>
#include <stdbool.h>
#include <stddef.h>

#include "machines/cgroup-layout.h"
#include "machines/cgroup.h"

enum dcb_cgroup_slot {
	DCB_CGROUP_MEMORY,
	DCB_CGROUP_CPU,
	DCB_CGROUP_PIDS,
	DCB_CGROUP_CPUACCT, /* v1 only, as is freezer */
	DCB_CGROUP_FREEZER,
	DCB_CGROUP_CPUSET, /* only where it is asked for */
	DCB_CGROUP_SLOTS,
};

/* One controller's side of the group. */
struct dcb_cgroup_side {
	char *path; /* as libcgroup names it: below the mount, no slash in front; NULL: not used */
	char *folder; /* the same, absolute */
};

struct dcb_cgroup {
	char *name;
	enum dcb_cgroup_kind kind;
	struct dcb_cgroup_side sides[DCB_CGROUP_SLOTS];
	/* Where cgroup.kill is (v2, or the unified hierarchy of a hybrid host); else NULL. */
	char *unified_folder;
	bool unified_attached;
	char *missing; /* controllers that were wanted and are not there: "cpuset,pids"; or NULL */
};

extern const char *const dcb_cgroup_controllers[DCB_CGROUP_SLOTS];

/* Once a process: quiet, and the mount table read. */
int dcb_cgroup_library_init(struct dcb_error *err);
/* -errno for what a libcgroup call returned; the last system error where it hides one. */
int dcb_cgroup_library_error(int result, struct dcb_error *err, const char *what);
int dcb_cgroup_set(const struct dcb_cgroup *cgroup, enum dcb_cgroup_slot slot, const char *file,
		   const char *value, struct dcb_error *err);
/* A whole file of the group, malloc'd; NULL where it cannot be read. */
char *dcb_cgroup_get(const struct dcb_cgroup *cgroup, enum dcb_cgroup_slot slot, const char *file);

/* Makes the folders of all hierarchies that have what `limits` ask for. */
int dcb_cgroup_create(struct dcb_cgroup *cgroup, const struct dcb_cgroup_limits *limits,
		      struct dcb_error *err);
int dcb_cgroup_apply(const struct dcb_cgroup *cgroup, const struct dcb_cgroup_limits *limits,
		     struct dcb_error *err);
/* Removes all that create made; the group must be empty. */
void dcb_cgroup_delete(struct dcb_cgroup *cgroup);

/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * A group of this process in the cgroup v2 hierarchy, one below it for each container. Where the
 * process is in the root group, as in a guest, the groups get the controllers of an ordinary
 * container (cpu, memory, pids); what is switched on in the root, also by a runtime, is switched
 * off again. Elsewhere the groups have what their parent hands on. Where there is no cgroup2, or it
 * may not be written, containers go without.
 */

#include <limits.h>
#include <stdbool.h>

struct dcb_error;

struct dcb_container_cgroup {
	char parent[PATH_MAX / 4]; /* the process's own group */
	char path[PATH_MAX / 2];   /* "": none */
	char name[32];             /* the last part of it */
	bool is_root;              /* the parent */
	char before[512];          /* what the parent's children had before us */
};

int dcb_container_cgroup_open(struct dcb_container_cgroup *cgroup, struct dcb_error *err);
int dcb_container_cgroup_close(struct dcb_container_cgroup *cgroup, struct dcb_error *err);
bool dcb_container_cgroup_has(const struct dcb_container_cgroup *cgroup);
/* *ret_fd: of the new group of container `index`, for CLONE_INTO_CGROUP. */
int dcb_container_cgroup_make(const struct dcb_container_cgroup *cgroup, unsigned index,
			      int *ret_fd, struct dcb_error *err);
/* Tries again for a while where it is still busy, as runtimes do. */
int dcb_container_cgroup_remove(const struct dcb_container_cgroup *cgroup, unsigned index,
				struct dcb_error *err);

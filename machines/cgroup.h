/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * A cgroup for one boot, through libcgroup: limits, accounting, and a kill that nothing escapes.
 * Works on v1, hybrid and v2 hosts; what the host's layout cannot do is left out and said.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct dcb_error;
struct dcb_cgroup;

struct dcb_cgroup_limits {
	uint64_t memory_bytes; /* 0: none */
	unsigned pids;
	double cpus;        /* CPU seconds a second; 0: none */
	const char *cpuset; /* "0-1" or NULL */
};

struct dcb_cgroup_usage {
	bool has_cpu, has_memory;
	double cpu_s;
	uint64_t memory_peak_bytes;
	bool oom; /* the limit killed something */
};

/* 0, or -EOPNOTSUPP/-EACCES with one line: what is missing and that `--cgroup off` goes on. */
int dcb_cgroup_supported(struct dcb_error *err);
/* "v1", "hybrid", "v2". */
const char *dcb_cgroup_layout(void);
/* For a service with Delegate=yes, at its start: where it stands alone in a v2 group it moves
 * itself to a leaf, so that its children's boots get their groups beside that, within what was
 * delegated (systemd 252 has no DelegateSubgroup=). 1 where it moved, 0 where nothing was to be
 * done. */
int dcb_cgroup_make_room(struct dcb_error *err);
/* The group is called "dcbench-<pid of the caller>-<name>"; name: at most 64 of [A-Za-z0-9._-]. */
int dcb_cgroup_new(const char *name, const struct dcb_cgroup_limits *limits,
		   struct dcb_cgroup **ret_cgroup, struct dcb_error *err);
/* Controllers that this host's layout lacks, "cpuset,pids"; NULL: none. */
const char *dcb_cgroup_missing(const struct dcb_cgroup *cgroup);
/* Puts a process in and makes sure that it is there. */
int dcb_cgroup_attach(struct dcb_cgroup *cgroup, pid_t pid, struct dcb_error *err);
int dcb_cgroup_usage(struct dcb_cgroup *cgroup, struct dcb_cgroup_usage *ret_usage,
		     struct dcb_error *err);
int dcb_cgroup_kill(struct dcb_cgroup *cgroup, struct dcb_error *err);
/* Kills what is left and removes the group. */
void dcb_cgroup_free(struct dcb_cgroup *cgroup);
/* Removes groups of dcbench boots whose lab is gone (kill -9); their names carry its pid. */
int dcb_cgroup_sweep(struct dcb_error *err);

/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* What the files of a container share. */

#include <limits.h>
#include <sys/resource.h>

#include "workloads/container-cgroup.h"
#include "workloads/container-init.h"
#include "workloads/container.h"
#include "workloads/filesystem.h"

/* Paths on the host's side: the tmpfs and what is named below it. */
#define CONTAINER_PATH PATH_MAX

struct dcb_container_host {
	const struct dcb_workload_context *context;
	const struct dcb_container_params *params;
	const struct dcb_container_runtime *runtime;
	struct dcb_fs fs; /* the tmpfs */
	struct dcb_container_cgroup cgroup;
	char *lowers; /* "lowerdir=..." of all layers */
};

/* How a runtime makes and ends a container whose folder is there and whose root is mounted. */
struct dcb_container_runtime {
	/* Before the host's tmpfs is mounted; when the layers are there, of which `bottom` is the
	 * lowest. NULL where nothing is to be done. */
	int (*open)(struct dcb_container_host *host, struct dcb_error *err);
	int (*prepare)(struct dcb_container_host *host, const char *bottom, struct dcb_error *err);
	/* Sets pid and pidfd; what the init writes goes to pipe_fd, closed by the caller. */
	int (*start)(struct dcb_container *container, int pipe_fd, struct dcb_error *err);
	int (*kill)(struct dcb_container *container, struct dcb_error *err);
	/* The init was reaped: removes the cgroup. */
	int (*delete)(struct dcb_container *container, struct dcb_error *err);
};

extern const struct dcb_container_runtime dcb_container_builtin;
extern const struct dcb_container_runtime dcb_container_crun;

/* <tmpfs>/c<index>/<name> */
void dcb_container_path(const struct dcb_container *container, const char *name,
			char ret_path[CONTAINER_PATH]);
struct dcb_container_dose dcb_container_dose(const struct dcb_container_params *params);
/* CPU time, user's and system's. */
double dcb_container_rusage_ns(const struct rusage *usage);

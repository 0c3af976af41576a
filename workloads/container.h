/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * Containers as runtimes make them: an init in pid, mount, net, ipc and uts namespaces and a cgroup
 * (v2) of its own, on an overlayfs over shared layers, with /proc, a tmpfs on /tmp and a volume,
 * which is a folder of the host, bind mounted. The init works in it as container-init.h has it.
 *
 * On the host's side all is below one tmpfs: layers/0..., and for each container c0/ with upper/,
 * work/, rootfs/ (the mount point) and volume/spool/ (in which the init's open deleted file was).
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cleanup.h"
#include "workloads/dying-watch.h"
#include "workloads/workload.h"

struct dcb_error;
struct dcb_container_runtime;

struct dcb_container_params {
	int64_t layers, dirs, files, negative, volume;
	bool net;
	int runtime;
};
#define DCB_CONTAINER_RUNTIMES "builtin,crun"
#define DCB_CONTAINER_MAX      256

/* Rows for the option table of a workload, whose params hold `... container`. */
#define DCB_CONTAINER_OPTIONS(params, default_volume)                                              \
	{"layers",                                                                                 \
	 DCB_OPTION_INT,                                                                           \
	 offsetof(struct params, container.layers),                                                \
	 1,                                                                                        \
	 64,                                                                                       \
	 NULL,                                                                                     \
	 "4",                                                                                      \
	 "lower layers of the root file system, which all containers share"},                      \
		{"dirs",                                                                           \
		 DCB_OPTION_INT,                                                                   \
		 offsetof(struct params, container.dirs),                                          \
		 0,                                                                                \
		 10000,                                                                            \
		 NULL,                                                                             \
		 "8",                                                                              \
		 "folders that an init reads below the layers, and as many that it makes"},        \
		{"files",                                                                          \
		 DCB_OPTION_INT,                                                                   \
		 offsetof(struct params, container.files),                                         \
		 0,                                                                                \
		 10000,                                                                            \
		 NULL,                                                                             \
		 "16",                                                                             \
		 "files that it looks up, or makes, in each of them, and makes in /tmp"},          \
		{"negative",                                                                       \
		 DCB_OPTION_INT,                                                                   \
		 offsetof(struct params, container.negative),                                      \
		 0,                                                                                \
		 100000,                                                                           \
		 NULL,                                                                             \
		 "16",                                                                             \
		 "names that it looks up in vain in each of them"},                                \
		{"volume",                                                                         \
		 DCB_OPTION_SIZE,                                                                  \
		 offsetof(struct params, container.volume),                                        \
		 0,                                                                                \
		 INT64_C(1) << 40,                                                                 \
		 NULL,                                                                             \
		 default_volume,                                                                   \
		 "bytes of the deleted file that it keeps open on its volume; 0: there is none"},  \
		{"net",                                                                            \
		 DCB_OPTION_BOOL,                                                                  \
		 offsetof(struct params, container.net),                                           \
		 0,                                                                                \
		 0,                                                                                \
		 NULL,                                                                             \
		 "yes",                                                                            \
		 "a network namespace each"},                                                      \
	{                                                                                          \
		"runtime", DCB_OPTION_CHOICE, offsetof(struct params, container.runtime), 0, 0,    \
			DCB_CONTAINER_RUNTIMES, "builtin",                                         \
			"who makes them: this program, or the real crun in the guest"              \
	}

/* ---- what they share ---- */

struct dcb_container_host;

/* Mounts the tmpfs below the scratch folder and makes the layers. -EOPNOTSUPP with the reason where
 * this kernel or guest cannot. params must outlive it. */
int dcb_container_host_open(const struct dcb_workload_context *context,
			    const struct dcb_container_params *params,
			    struct dcb_container_host **ret_host, struct dcb_error *err);
int dcb_container_host_close(struct dcb_container_host *host, struct dcb_error *err); /* once */
void dcb_container_host_free(struct dcb_container_host *host); /* closes, without a word */
DEFINE_CLEANUP(struct dcb_container_host *, dcb_container_host_free)
struct dcb_workload_needs dcb_container_needs(const struct dcb_container_params *params);
/* MiB of guest memory for n that are alive together. */
uint64_t dcb_container_memory_mib(const struct dcb_container_params *params, uint64_t n);

/* ---- one ---- */

/* What the init itself was charged with, its threads and no one else's (wait4(2)). */
struct dcb_container_usage {
	double cpu_ns, voluntary_switches, involuntary_switches;
	double exit_ns; /* from the kill until it was reaped */
};

struct dcb_container {
	struct dcb_container_host *host;
	unsigned index;
	pid_t pid; /* 0: none that was not reaped */
	int pidfd; /* open until its folder is removed */
	int ready_fd;
	bool watched;
	struct dcb_dying_watch watch;
	bool has_folder, mounted, has_cgroup;
	bool had_cgroup;                  /* once started */
	uint64_t reaped_ns;               /* CLOCK_MONOTONIC */
	struct dcb_container_usage ready; /* until it was ready */
	struct dcb_container_usage usage; /* from then on */
};

/* host must outlive it. watched: its open deleted file (volume > 0) is watched from the start. */
void dcb_container_init(struct dcb_container *container, struct dcb_container_host *host,
			unsigned index, bool watched);
/* Returns when its init runs in its namespaces, on its root. */
int dcb_container_start(struct dcb_container *container, struct dcb_error *err);
/* Waits until the init has done its work and sleeps. */
int dcb_container_await_ready(struct dcb_container *container, struct dcb_error *err);
/* From the outside: kills and reaps the init, unmounts its root, removes its cgroup. */
int dcb_container_stop(struct dcb_container *container, struct dcb_error *err);
/* Removes the volume (if that is still there), upper, work and all that is left. */
int dcb_container_remove(struct dcb_container *container, struct dcb_error *err);
/* Whatever is left of it, after a failure too. */
int dcb_container_clear(struct dcb_container *container, struct dcb_error *err);

/* ---- removing the volume while the init dies, by another thread than the one that stops it ----
 */

/* Sleeps until the dentry of the open deleted file is dying. That the init has been killed, or has
 * no descriptors any more, says less: exit_task_work() comes late in its exit. */
int dcb_container_await_dying(struct dcb_container *container, struct dcb_error *err);
/* 0 or -errno, without a message: it stands in the timed part. */
int dcb_container_remove_volume(struct dcb_container *container);
/* The init's exit is over. Not beside dcb_container_remove(). */
bool dcb_container_gone(const struct dcb_container *container);

// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/container.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "collectors/clock.h"
#include "workloads/container-init.h"
#include "workloads/container-private.h"
#include "workloads/moment.h"
#include "workloads/tree.h"

#define READY_TIMEOUT_MS 60000

struct dcb_container_dose dcb_container_dose(const struct dcb_container_params *params)
{
	return (struct dcb_container_dose){
		.dirs = params->dirs,
		.files = params->files,
		.negative = params->negative,
		.volume = params->volume,
	};
}

void dcb_container_path(const struct dcb_container *container, const char *name,
			char ret_path[CONTAINER_PATH])
{
	snprintf(ret_path, CONTAINER_PATH, "%s/c%u/%s", container->host->fs.root, container->index,
		 name);
}

void dcb_container_init(struct dcb_container *container, struct dcb_container_host *host,
			unsigned index, bool watched)
{
	*container = (struct dcb_container){.host = host,
					    .index = index,
					    .watched = watched,
					    .pidfd = -1,
					    .ready_fd = -1,
					    .watch = DCB_DYING_WATCH_NULL};
}

/* ---- start ---- */

static int make_folders(struct dcb_container *container, struct dcb_error *err)
{
	static const char *const names[] = {"",       "upper",  "work",
					    "rootfs", "volume", "volume/spool"};
	char path[CONTAINER_PATH];

	container->has_folder = true;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		dcb_container_path(container, names[i], path);
		if (mkdir(path, 0755) < 0)
			return dcb_error_sys(err, errno, "cannot make %s", path);
	}
	return 0;
}

/* The init opens and unlinks it. */
static int make_spool(struct dcb_container *container, struct dcb_error *err)
{
	char path[CONTAINER_PATH];
	int fd, r;

	if (container->host->params->volume == 0)
		return 0;
	dcb_container_path(container, "volume/spool/file", path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return dcb_error_sys(err, errno, "cannot make %s", path);
	close(fd);
	if (!container->watched)
		return 0;
	r = dcb_dying_watch_open(&container->watch, err);
	return r < 0 ? r : dcb_dying_watch_add(&container->watch, path, err);
}

static int mount_root(struct dcb_container *container, struct dcb_error *err)
{
	char root[CONTAINER_PATH], upper[CONTAINER_PATH], work[CONTAINER_PATH];
	char options[3 * CONTAINER_PATH];

	dcb_container_path(container, "rootfs", root);
	dcb_container_path(container, "upper", upper);
	dcb_container_path(container, "work", work);
	snprintf(options, sizeof(options), "%s,upperdir=%s,workdir=%s", container->host->lowers,
		 upper, work);
	if (mount("overlay", root, "overlay", 0, options) < 0) {
		if (errno == ENODEV)
			return dcb_error_set(err, EOPNOTSUPP,
					     "this kernel has no overlay file system");
		return dcb_error_sys(err, errno, "cannot mount an overlay on %s", root);
	}
	container->mounted = true;
	return 0;
}

/* What the init says next; what is not `expected` begins its error message. */
static int hear(struct dcb_container *container, char expected, struct dcb_error *err)
{
	struct pollfd pollfd = {.fd = container->ready_fd, .events = POLLIN};
	char text[512];
	ssize_t n;

	if (poll(&pollfd, 1, READY_TIMEOUT_MS) == 0)
		return dcb_error_set(err, ETIMEDOUT, "container %u does not get ready",
				     container->index);
	n = read(container->ready_fd, text, 1);
	if (n == 1 && *text == expected)
		return 0;
	if (n == 1)
		n += read(container->ready_fd, text + 1, sizeof(text) - 1);
	if (n <= 0)
		return dcb_error_set(err, ECHILD, "container %u died at its start",
				     container->index);
	return dcb_error_set(err, ECHILD, "container %u: %.*s", container->index, (int)n, text);
}

static int start_init(struct dcb_container *container, struct dcb_error *err)
{
	_cleanup_close_ int end = -1;
	int ends[2], r;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return dcb_error_sys(err, errno, "pipe");
	container->ready_fd = ends[0];
	end = ends[1];
	r = container->host->runtime->start(container, end, err);
	if (r < 0)
		return r;
	close(TAKE_FD(end));
	return hear(container, DCB_CONTAINER_STARTED, err);
}

int dcb_container_start(struct dcb_container *container, struct dcb_error *err)
{
	int r;

	dcb_container_init(container, container->host, container->index, container->watched);
	r = make_folders(container, err);

	if (r == 0)
		r = make_spool(container, err);
	if (r == 0)
		r = mount_root(container, err);
	return r < 0 ? r : start_init(container, err);
}

static int read_switches(pid_t pid, struct dcb_container_usage *usage)
{
	_cleanup_fclose_ FILE *file = NULL;
	char path[64], line[256];
	int found = 0;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		found += sscanf(line, "voluntary_ctxt_switches: %lf", &usage->voluntary_switches) +
			 sscanf(line, "nonvoluntary_ctxt_switches: %lf",
				&usage->involuntary_switches);
	return found == 2 ? 0 : -ENODATA;
}

int dcb_container_await_ready(struct dcb_container *container, struct dcb_error *err)
{
	clockid_t clock;
	int r = hear(container, DCB_CONTAINER_READY, err);

	if (r < 0)
		return r;
	r = clock_getcpuclockid(container->pid, &clock);
	if (r > 0)
		return dcb_error_sys(err, r, "no CPU clock of container %u", container->index);
	container->ready.cpu_ns = (double)dcb_clock_ns(clock);
	r = read_switches(container->pid, &container->ready);
	return r < 0 ? dcb_error_sys(err, -r, "/proc/%d/status", container->pid) : 0;
}

/* ---- stop ---- */

double dcb_container_rusage_ns(const struct rusage *usage)
{
	return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1e9 +
	       (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) * 1e3;
}

static int reap(struct dcb_container *container, struct dcb_error *err)
{
	const struct dcb_container_usage *ready = &container->ready;
	struct rusage all;
	pid_t pid;

	do {
		pid = wait4(container->pid, NULL, __WALL, &all);
	} while (pid < 0 && errno == EINTR);
	if (pid < 0)
		return dcb_error_sys(err, errno, "cannot wait for container %u", container->index);
	container->reaped_ns = dcb_clock_ns(CLOCK_MONOTONIC);
	container->pid = 0;
	container->usage = (struct dcb_container_usage){
		.cpu_ns = dcb_container_rusage_ns(&all) - ready->cpu_ns,
		.voluntary_switches = (double)all.ru_nvcsw - ready->voluntary_switches,
		.involuntary_switches = (double)all.ru_nivcsw - ready->involuntary_switches,
	};
	return 0;
}

static int unmount_root(struct dcb_container *container, struct dcb_error *err)
{
	char root[CONTAINER_PATH];

	dcb_container_path(container, "rootfs", root);
	if (umount2(root, 0) < 0)
		return dcb_error_sys(err, errno, "cannot unmount %s", root);
	container->mounted = false;
	return 0;
}

int dcb_container_stop(struct dcb_container *container, struct dcb_error *err)
{
	const struct dcb_container_runtime *runtime = container->host->runtime;
	uint64_t begin_ns = dcb_clock_ns(CLOCK_MONOTONIC);
	int r = runtime->kill(container, err);

	if (r == 0)
		r = reap(container, err);
	if (r < 0)
		return r;
	container->usage.exit_ns = (double)(container->reaped_ns - begin_ns);
	r = unmount_root(container, err);
	return r < 0 ? r : runtime->delete (container, err);
}

int dcb_container_remove(struct dcb_container *container, struct dcb_error *err)
{
	int *const fds[] = {&container->pidfd, &container->ready_fd};
	char folder[CONTAINER_PATH];
	int r;

	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		if (*fds[i] >= 0)
			close(TAKE_FD(*fds[i]));
	dcb_dying_watch_close(&container->watch);
	dcb_container_path(container, "", folder);
	/* Without the slash at its end. */
	folder[strlen(folder) - 1] = '\0';
	r = dcb_tree_remove(AT_FDCWD, folder, NULL);
	if (r < 0)
		return dcb_error_sys(err, -r, "cannot remove %s", folder);
	container->has_folder = false;
	return 0;
}

/* In the order of dcb_container_stop(), each if it is still to be done. */
int dcb_container_clear(struct dcb_container *container, struct dcb_error *err)
{
	const struct dcb_container_runtime *runtime = container->host->runtime;
	int result = 0, r = 0;

	if (container->pid > 0) {
		kill(container->pid, SIGKILL);
		result = reap(container, err);
	}
	if (container->mounted)
		r = unmount_root(container, result < 0 ? NULL : err);
	if (result == 0)
		result = r;
	if (container->has_cgroup)
		r = runtime->delete (container, result < 0 ? NULL : err);
	if (result == 0)
		result = r;
	if (container->has_folder && !container->mounted)
		r = dcb_container_remove(container, result < 0 ? NULL : err);
	return result < 0 ? result : r;
}

/* ---- the volume ---- */

int dcb_container_await_dying(struct dcb_container *container, struct dcb_error *err)
{
	size_t file;

	return dcb_dying_watch_next(&container->watch, &file, err);
}

int dcb_container_remove_volume(struct dcb_container *container)
{
	char path[CONTAINER_PATH];

	dcb_container_path(container, "volume", path);
	return dcb_tree_remove(AT_FDCWD, path, NULL);
}

bool dcb_container_gone(const struct dcb_container *container)
{
	struct pollfd pollfd = {.fd = container->pidfd, .events = POLLIN};

	return poll(&pollfd, 1, 0) > 0;
}

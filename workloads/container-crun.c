// SPDX-License-Identifier: GPL-2.0-only
/* Containers that the real crun makes, each in a process of its own as engines call it. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/process.h"
#include "workloads/container-bundle.h"
#include "workloads/container-private.h"

#define CRUN_TIMEOUT_MS 60000
#define LOG_MAX         65536

/*
 * crun calls pivot_root(2), which the initramfs cannot do: this process moves onto a mount of its
 * own over it, in a mount namespace of its own. Before any other thread exists.
 */
static int leave_initramfs(const char *scratch, struct dcb_error *err)
{
	char root[PATH_MAX / 2];

	snprintf(root, sizeof(root), "%s/host", scratch);
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return dcb_error_sys(err, errno, "cannot make a mount namespace");
	if (mkdir(root, 0755) < 0 || mount("/", root, NULL, MS_BIND | MS_REC, NULL) < 0 ||
	    chdir(root) < 0 || mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0)
		return dcb_error_sys(err, errno, "cannot move the root to a mount of its own");
	/* Its mount point is in the scratch folder, which is to be left empty. */
	if (rmdir(root) < 0)
		return dcb_error_sys(err, errno, "cannot remove %s", root);
	return 0;
}

static int crun_open(struct dcb_container_host *host, struct dcb_error *err)
{
	const struct dcb_workload_context *context = host->context;
	char path[PATH_MAX];

	if (!context->programs)
		return dcb_error_set(err, EOPNOTSUPP, "crun is brought into guests only");
	snprintf(path, sizeof(path), "%s/crun", context->programs);
	if (access(path, X_OK) < 0)
		return dcb_error_set(err, EOPNOTSUPP, "%s: %s", path, strerror(errno));
	/* The inits outlive the crun that started them, and are to be reaped here. */
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		return dcb_error_sys(err, errno, "cannot become a subreaper");
	return leave_initramfs(context->scratch, err);
}

static int crun_prepare(struct dcb_container_host *host, const char *bottom, struct dcb_error *err)
{
	char path[PATH_MAX];

	if (!dcb_container_cgroup_has(&host->cgroup))
		return dcb_error_set(err, EOPNOTSUPP, "crun needs a cgroup2");
	snprintf(path, sizeof(path), "%.*s%s", PATH_MAX / 2, bottom, DCB_CONTAINER_BUNDLE_INIT);
	return dcb_file_copy("/proc/self/exe", path, 0755, err);
}

/* What crun has logged for this container last. */
static int explain(const struct dcb_container *container, const char *verb, int code,
		   struct dcb_error *err)
{
	_cleanup_free_ char *text = NULL;
	char path[CONTAINER_PATH];
	size_t size, end;
	char *line;

	dcb_container_path(container, "log", path);
	if (dcb_file_read(path, LOG_MAX, &text, &size, NULL) < 0)
		return dcb_error_set(err, EIO, "crun %s: exit %d", verb, code);
	for (end = strlen(text); end > 0 && text[end - 1] == '\n'; end--)
		text[end - 1] = '\0';
	line = strrchr(text, '\n');
	return dcb_error_set(err, EIO, "crun %s: %s", verb, line ? line + 1 : text);
}

/* crun --root ... VERB more... cN; waits for its end. */
static int call(const struct dcb_container *container, const char *const *verb, const char *last,
		int stdout_fd, struct dcb_error *err)
{
	_cleanup_(dcb_process_deinit) struct dcb_process process = DCB_PROCESS_NULL;
	char program[PATH_MAX], state[PATH_MAX], log[CONTAINER_PATH], id[16];
	const char *argv[16] = {program,    "--root", state, "--cgroup-manager",
				"cgroupfs", "--log",  log};
	struct dcb_spawn spawn = DCB_SPAWN_NULL;
	struct dcb_exit ended;
	size_t n = 7;
	int r;

	snprintf(program, sizeof(program), "%s/crun", container->host->context->programs);
	snprintf(state, sizeof(state), "%s/state", container->host->fs.root);
	dcb_container_path(container, "log", log);
	snprintf(id, sizeof(id), "c%u", container->index);
	for (size_t i = 0; verb[i]; i++)
		argv[n++] = verb[i];
	argv[n++] = id;
	argv[n++] = last;
	spawn.argv = (char *const *)argv;
	spawn.stdout_fd = stdout_fd;
	r = dcb_process_spawn(&process, &spawn, err);
	if (r == 0)
		r = dcb_process_wait(&process, CRUN_TIMEOUT_MS, &ended);
	if (r < 0)
		return dcb_error_sys(err, -r, "crun %s", verb[0]);
	return ended.code == 0 ? 0 : explain(container, verb[0], ended.code, err);
}

static int read_pid(const char *path, pid_t *ret_pid, struct dcb_error *err)
{
	_cleanup_free_ char *text = NULL;
	int r = dcb_file_read(path, 64, &text, &(size_t){0}, err);

	if (r < 0)
		return r;
	*ret_pid = (pid_t)atoi(text);
	return *ret_pid > 0 ? 0 : dcb_error_set(err, EBADMSG, "%s: no pid", path);
}

static int crun_start(struct dcb_container *container, int pipe_fd, struct dcb_error *err)
{
	char bundle[CONTAINER_PATH], pid_path[CONTAINER_PATH];
	const char *const run[] = {"run",        "--detach", "--bundle", bundle,
				   "--pid-file", pid_path,   NULL};
	int r = dcb_container_bundle_write(container, err);

	dcb_container_path(container, "", bundle);
	dcb_container_path(container, "pid", pid_path);
	if (r == 0)
		r = call(container, run, NULL, pipe_fd, err);
	if (r < 0)
		return r;
	container->has_cgroup = container->had_cgroup = true;
	r = read_pid(pid_path, &container->pid, err);
	if (r < 0)
		return r;
	container->pidfd = (int)syscall(SYS_pidfd_open, container->pid, 0);
	return container->pidfd < 0 ? dcb_error_sys(err, errno, "pidfd_open") : 0;
}

static int crun_kill(struct dcb_container *container, struct dcb_error *err)
{
	const char *const verb[] = {"kill", NULL};

	return call(container, verb, "KILL", -1, err);
}

static int crun_delete(struct dcb_container *container, struct dcb_error *err)
{
	const char *const verb[] = {"delete", NULL};

	if (!container->has_cgroup)
		return 0;
	container->has_cgroup = false;
	return call(container, verb, NULL, -1, err);
}

const struct dcb_container_runtime dcb_container_crun = {
	.open = crun_open,
	.prepare = crun_prepare,
	.start = crun_start,
	.kill = crun_kill,
	.delete = crun_delete,
};

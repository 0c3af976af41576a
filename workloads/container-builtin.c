// SPDX-License-Identifier: GPL-2.0-only
/* Containers without a runtime: clone3(2) makes all namespaces at once, the init mounts the rest.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.h"
#include "workloads/container-init.h"
#include "workloads/container-private.h"

static int move_root(const struct dcb_container *container, const char *root, struct dcb_error *err)
{
	if (chdir(root) < 0)
		return dcb_error_sys(err, errno, "%s", root);
	/* pivot_root(2) is not for the initramfs; a move is for every root. */
	if (mount(".", "/", NULL, MS_MOVE, NULL) < 0)
		return dcb_error_sys(err, errno, "cannot move %s to /", root);
	/* All other containers' roots, of which this namespace would hold copies. */
	if (umount2(container->host->fs.root, MNT_DETACH) < 0)
		return dcb_error_sys(err, errno, "cannot detach %s", container->host->fs.root);
	if (chroot(".") < 0)
		return dcb_error_sys(err, errno, "cannot change the root");
	return 0;
}

static int enter(const struct dcb_container *container, struct dcb_error *err)
{
	char root[CONTAINER_PATH], from[CONTAINER_PATH], to[CONTAINER_PATH];

	dcb_container_path(container, "rootfs", root);
	dcb_container_path(container, "volume", from);
	dcb_container_path(container, "rootfs/volume", to);
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return dcb_error_sys(err, errno, "cannot make all mounts private");
	if (mount(from, to, NULL, MS_BIND, NULL) < 0)
		return dcb_error_sys(err, errno, "cannot bind the volume");
	dcb_container_path(container, "rootfs/proc", to);
	if (mount("proc", to, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		return dcb_error_sys(err, errno, "cannot mount /proc");
	dcb_container_path(container, "rootfs/tmp", to);
	if (mount("tmpfs", to, "tmpfs", MS_NOSUID | MS_NODEV, NULL) < 0)
		return dcb_error_sys(err, errno, "cannot mount a tmpfs on /tmp");
	return move_root(container, root, err);
}

/* In the init. It holds no descriptor of the host but the pipe, which becomes its standard input.
 */
static _Noreturn void child(const struct dcb_container *container, int pipe_fd)
{
	const struct dcb_container_dose dose = dcb_container_dose(container->host->params);
	struct dcb_error err = DCB_ERROR_NULL;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || dup2(pipe_fd, STDIN_FILENO) < 0 ||
	    close_range(STDIN_FILENO + 1, ~0U, 0) < 0)
		_exit(1);
	if (enter(container, &err) < 0) {
		if (write(STDIN_FILENO, err.message, strlen(err.message)) < 0)
			_exit(1);
		_exit(0);
	}
	dcb_container_init_run(&dose, STDIN_FILENO);
}

static int explain_clone(const struct dcb_container *container, int errnum, struct dcb_error *err)
{
	const char *net = container->host->params->net ? ", net" : "";

	if (errnum == EINVAL || errnum == ENOSYS)
		return dcb_error_set(err, EOPNOTSUPP,
				     "this kernel lacks clone3() or a namespace (pid, mount, ipc, "
				     "uts%s)",
				     net);
	if (errnum == EPERM)
		return dcb_error_set(err, EOPNOTSUPP, "containers need root");
	return dcb_error_sys(err, errnum, "cannot clone the init of a container");
}

static int builtin_start(struct dcb_container *container, int pipe_fd, struct dcb_error *err)
{
	const struct dcb_container_host *host = container->host;
	_cleanup_close_ int cgroup = -1;
	struct clone_args args = {
		.flags = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_PIDFD,
		.pidfd = (uint64_t)(uintptr_t)&container->pidfd,
		.exit_signal = SIGCHLD,
	};
	long pid;
	int r;

	if (host->params->net)
		args.flags |= CLONE_NEWNET;
	if (dcb_container_cgroup_has(&host->cgroup)) {
		r = dcb_container_cgroup_make(&host->cgroup, container->index, &cgroup, err);
		if (r < 0)
			return r;
		container->has_cgroup = container->had_cgroup = true;
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)cgroup;
	}
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (pid < 0)
		return explain_clone(container, errno, err);
	if (pid == 0)
		child(container, pipe_fd);
	container->pid = (pid_t)pid;
	return 0;
}

static int builtin_kill(struct dcb_container *container, struct dcb_error *err)
{
	if (syscall(SYS_pidfd_send_signal, container->pidfd, SIGKILL, NULL, 0) < 0)
		return dcb_error_sys(err, errno, "cannot kill container %u", container->index);
	return 0;
}

static int builtin_delete(struct dcb_container *container, struct dcb_error *err)
{
	if (!container->has_cgroup)
		return 0;
	container->has_cgroup = false;
	return dcb_container_cgroup_remove(&container->host->cgroup, container->index, err);
}

const struct dcb_container_runtime dcb_container_builtin = {
	.start = builtin_start,
	.kill = builtin_kill,
	.delete = builtin_delete,
};

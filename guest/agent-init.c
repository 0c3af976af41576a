// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "guest/agent.h"

#if defined(__aarch64__)
#define RECORDS_PORT "/dev/ttyAMA1"
#else
#define RECORDS_PORT "/dev/ttyS1"
#endif

/* Huge pages off, so that every kernel evicts the same pages. */
#define SCRATCH_OPTIONS "mode=0755,size=90%,huge=never"

#define SETTLE_TICKS      10 /* of 10 ms, of which all CPUs must be idle for nine in ten */
#define SETTLE_MAX_ROUNDS 50

static const struct {
	const char *type, *target, *options;
	bool needed;
} mounts[] = {
	{"devtmpfs", "/dev", NULL, true},
	{"proc", "/proc", NULL, true},
	{"sysfs", "/sys", NULL, true},
	{"debugfs", "/sys/kernel/debug", NULL, false},
	{"cgroup2", "/sys/fs/cgroup", NULL, false},
	{"tmpfs", "/scratch", SCRATCH_OPTIONS, true},
};

static int mount_one(size_t i, struct dcb_error *err)
{
	unsigned long flags = MS_NOSUID | MS_NOEXEC;

	mkdir(mounts[i].target, 0755);
	if (mount(mounts[i].type, mounts[i].target, mounts[i].type, flags, mounts[i].options) == 0)
		return 0;
	/* A kernel without huge pages knows no huge=. */
	if (errno == EINVAL && mounts[i].options &&
	    mount(mounts[i].type, mounts[i].target, mounts[i].type, flags, "mode=0755,size=90%") ==
		    0)
		return 0;
	if (!mounts[i].needed || errno == EBUSY)
		return 0;
	return dcb_error_sys(err, errno, "cannot mount %s on %s", mounts[i].type, mounts[i].target);
}

int agent_mount_guest(struct dcb_error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(mounts); i++) {
		int r = mount_one(i, err);

		if (r < 0)
			return r;
	}
	return 0;
}

static void put(const char *path, const char *text)
{
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CLOEXEC);

	/* What a kernel does not have is not there to be set: hello tells what holds. */
	if (fd >= 0 && write(fd, text, strlen(text)) < 0)
		return;
}

void agent_tune_guest(void)
{
	put("/sys/kernel/mm/transparent_hugepage/enabled", "never");
	put("/sys/kernel/mm/transparent_hugepage/shmem_enabled", "never");
	/* Debian's 7.2 and 7.3 switch RT throttling off. */
	put("/proc/sys/kernel/sched_rt_runtime_us", "950000");
	put("/proc/sys/kernel/perf_event_paranoid", "-1");
}

/* Time that the CPUs were idle, in ticks of 10 ms; -1 where it is not known. */
static long idle_ticks(void)
{
	_cleanup_fclose_ FILE *file = fopen("/proc/stat", "re");
	long idle;

	if (!file || fscanf(file, "cpu %*u %*u %*u %ld", &idle) != 1)
		return -1;
	return idle;
}

bool agent_settle(void)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	for (int i = 0; i < SETTLE_MAX_ROUNDS; i++) {
		long before = idle_ticks();

		nanosleep(&(struct timespec){.tv_nsec = SETTLE_TICKS * 10000000L}, NULL);
		if ((idle_ticks() - before) * 10 >= cpus * SETTLE_TICKS * 9)
			return true;
	}
	return false;
}

int agent_load_modules(const struct dcb_job *job, struct dcb_error *err)
{
	for (size_t i = 0; i < job->n_modules; i++) {
		_cleanup_close_ int fd = open(job->modules[i], O_RDONLY | O_CLOEXEC);

		if (fd < 0)
			return dcb_error_sys(err, errno, "module %s", job->modules[i]);
		if (syscall(SYS_finit_module, fd, "", 0) < 0 && errno != EEXIST)
			return dcb_error_sys(err, errno, "cannot load module %s", job->modules[i]);
	}
	return 0;
}

int agent_open_records(int *ret_fd, struct dcb_error *err)
{
	/* Without O_NONBLOCK it would wait for a carrier. */
	_cleanup_close_ int fd = open(RECORDS_PORT, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	struct termios line;

	if (fd < 0)
		return dcb_error_sys(err, errno, RECORDS_PORT);
	if (tcgetattr(fd, &line) < 0)
		return dcb_error_sys(err, errno, "tcgetattr " RECORDS_PORT);
	cfmakeraw(&line);
	line.c_cflag |= CLOCAL | CS8;
	line.c_cflag &= ~(tcflag_t)(PARENB | CSTOPB | CRTSCTS);
	cfsetspeed(&line, B115200);
	if (tcsetattr(fd, TCSANOW, &line) < 0 || fcntl(fd, F_SETFL, 0) < 0)
		return dcb_error_sys(err, errno, "cannot set up " RECORDS_PORT);
	*ret_fd = TAKE_FD(fd);
	return 0;
}

static int private_mount(void)
{
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -errno;
	/* Over /tmp: seen by nobody else, and gone with the namespace however this ends. */
	if (mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, SCRATCH_OPTIONS) < 0 &&
	    mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=90%") < 0)
		return -errno;
	return 0;
}

int agent_private_scratch(char *path, size_t size, bool *ret_remove, struct dcb_error *err)
{
	if (geteuid() == 0 && private_mount() == 0) {
		snprintf(path, size, "/tmp");
		*ret_remove = false;
		return 0;
	}
	snprintf(path, size, "/dev/shm/dcbench-XXXXXX");
	if (!mkdtemp(path))
		return dcb_error_sys(err, errno, "cannot make a folder in /dev/shm");
	*ret_remove = true;
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/reclaim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"

#define CGROUPS "/sys/fs/cgroup"
#define NAME    "dcbench-reclaim"

static int write_file(const char *folder, const char *name, const char *text)
{
	char path[PATH_MAX];
	_cleanup_close_ int fd = -1;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	return write(fd, text, strlen(text)) < 0 ? -errno : 0;
}

/* The cgroup2 folder of this process: the line "0::/path". */
static int find_home(char home[PATH_MAX / 2])
{
	_cleanup_fclose_ FILE *file = fopen("/proc/self/cgroup", "re");
	char line[PATH_MAX / 4];

	while (file && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "0::/", 4) == 0) {
			snprintf(home, PATH_MAX / 2, CGROUPS "/%s", line + 4);
			return 0;
		}
	}
	return -ENOENT;
}

static int memcg_open(struct dcb_reclaim *reclaim, struct dcb_error *err)
{
	char path[PATH_MAX], cgroup[PATH_MAX / 2];
	int r;

	if (find_home(reclaim->home) < 0 ||
	    write_file(reclaim->home, "cgroup.subtree_control", "+memory") < 0)
		return dcb_error_set(err, EOPNOTSUPP,
				     "the guest has no cgroup2 with a memory controller");
	if (snprintf(cgroup, sizeof(cgroup), "%s/" NAME, reclaim->home) >= (int)sizeof(cgroup))
		return dcb_error_set(err, ENAMETOOLONG, "the path of the cgroup is too long");
	if (mkdir(cgroup, 0755) < 0)
		return dcb_error_sys(err, errno, "%s", cgroup);
	strcpy(reclaim->cgroup, cgroup);
	snprintf(path, sizeof(path), "%s/memory.reclaim", cgroup);
	reclaim->fd = open(path, O_WRONLY | O_CLOEXEC);
	if (reclaim->fd < 0 && errno == ENOENT)
		return dcb_error_set(err, EOPNOTSUPP, "this kernel has no memory.reclaim");
	if (reclaim->fd < 0)
		return dcb_error_sys(err, errno, "%s", path);
	r = write_file(cgroup, "cgroup.procs", "0");
	return r < 0 ? dcb_error_sys(err, -r, "cannot move into %s", cgroup) : 0;
}

static int drop_open(struct dcb_reclaim *reclaim, struct dcb_error *err)
{
	reclaim->fd = open("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC);
	if (reclaim->fd < 0 && (errno == EACCES || errno == EROFS))
		return dcb_error_set(err, EOPNOTSUPP, "vm.drop_caches is not to be written here");
	return reclaim->fd < 0 ? dcb_error_sys(err, errno, "vm.drop_caches") : 0;
}

int dcb_reclaim_open(struct dcb_reclaim *reclaim, enum dcb_reclaim_how how, struct dcb_error *err)
{
	int r = 0;

	*reclaim = (struct dcb_reclaim)DCB_RECLAIM_NULL;
	reclaim->how = how;
	if (how == DCB_RECLAIM_DROP)
		r = drop_open(reclaim, err);
	else if (how == DCB_RECLAIM_MEMCG)
		r = memcg_open(reclaim, err);
	if (r < 0)
		dcb_reclaim_close(reclaim, NULL);
	return r;
}

int dcb_reclaim_now(const struct dcb_reclaim *reclaim, const char *mount_point)
{
	switch (reclaim->how) {
	case DCB_RECLAIM_DROP:
		return pwrite(reclaim->fd, "2", 1, 0) < 0 ? -errno : 0;
	case DCB_RECLAIM_MEMCG:
		/* More than there is: all of it. EAGAIN says that it was not as much. */
		return pwrite(reclaim->fd, "64G", 3, 0) < 0 && errno != EAGAIN ? -errno : 0;
	default:
		return mount(NULL, mount_point, NULL, MS_REMOUNT, NULL) < 0 ? -errno : 0;
	}
}

int dcb_reclaim_close(struct dcb_reclaim *reclaim, struct dcb_error *err)
{
	int r = 0;

	cleanup_close(&reclaim->fd);
	reclaim->fd = -1;
	if (reclaim->cgroup[0]) {
		r = write_file(reclaim->home, "cgroup.procs", "0");
		if (r == 0 && rmdir(reclaim->cgroup) < 0)
			r = -errno;
		if (r < 0)
			r = dcb_error_sys(err, -r, "cannot remove %s", reclaim->cgroup);
		reclaim->cgroup[0] = '\0';
	}
	return r;
}

void dcb_reclaim_deinit(struct dcb_reclaim *reclaim)
{
	dcb_reclaim_close(reclaim, NULL);
}

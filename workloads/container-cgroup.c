// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/container-cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "collectors/clock.h"
#include "workloads/moment.h"

#define BUSY_NAP_NS     100000
#define BUSY_TIMEOUT_NS UINT64_C(10000000000)

static const char *const controllers[] = {"cpu", "memory", "pids"};

DEFINE_CLEANUP(FILE *, endmntent)

static bool find_mount(char *path, size_t size)
{
	_cleanup_(endmntentp) FILE *mounts = setmntent("/proc/self/mounts", "re");
	const struct mntent *entry;

	while (mounts && (entry = getmntent(mounts)))
		if (strcmp(entry->mnt_type, "cgroup2") == 0 && strlen(entry->mnt_dir) < size) {
			snprintf(path, size, "%s", entry->mnt_dir);
			return true;
		}
	return false;
}

/* The line of v2 is "0::<path>". */
static bool find_own(char *path, size_t size)
{
	_cleanup_fclose_ FILE *file = fopen("/proc/self/cgroup", "re");
	char line[PATH_MAX];

	while (file && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "0::/", 4) != 0 || strlen(line + 3) >= size)
			continue;
		snprintf(path, size, "%s", line + 3);
		return true;
	}
	return false;
}

static void read_control(const char *group, char *text, size_t size)
{
	_cleanup_fclose_ FILE *file = NULL;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%.*s/cgroup.subtree_control", PATH_MAX / 2, group);
	file = fopen(path, "re");
	if (!file || !fgets(text, (int)size, file))
		text[0] = '\0';
	text[strcspn(text, "\n")] = '\0';
}

static bool has_word(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = strstr(text, word); at; at = strstr(at + 1, word))
		if ((at == text || at[-1] == ' ') && (at[n] == ' ' || at[n] == '\0'))
			return true;
	return false;
}

static bool switch_to(const char *group, char sign, const char *controller)
{
	_cleanup_close_ int fd = -1;
	char path[PATH_MAX], text[32];
	int n = snprintf(text, sizeof(text), "%c%s", sign, controller);

	snprintf(path, sizeof(path), "%.*s/cgroup.subtree_control", PATH_MAX / 2, group);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	return fd >= 0 && write(fd, text, (size_t)n) == n;
}

int dcb_container_cgroup_open(struct dcb_container_cgroup *cgroup, struct dcb_error *err)
{
	char mount[PATH_MAX / 8], own[PATH_MAX / 8];

	*cgroup = (struct dcb_container_cgroup){0};
	if (!find_mount(mount, sizeof(mount)) || !find_own(own, sizeof(own)))
		return 0;
	cgroup->is_root = strcmp(own, "/") == 0;
	snprintf(cgroup->parent, sizeof(cgroup->parent), "%s%s", mount, cgroup->is_root ? "" : own);
	snprintf(cgroup->name, sizeof(cgroup->name), "dcbench-%d", getpid());
	snprintf(cgroup->path, sizeof(cgroup->path), "%s/%s", cgroup->parent, cgroup->name);
	if (mkdir(cgroup->path, 0755) < 0) {
		int errnum = errno;

		cgroup->path[0] = '\0';
		if (errnum == EACCES || errnum == EPERM || errnum == EROFS || errnum == ENOENT)
			return 0;
		return dcb_error_sys(err, errnum, "cannot make a cgroup below %s", cgroup->parent);
	}
	read_control(cgroup->parent, cgroup->before, sizeof(cgroup->before));
	for (size_t i = 0; cgroup->is_root && i < ARRAY_SIZE(controllers); i++) {
		switch_to(cgroup->parent, '+', controllers[i]);
		switch_to(cgroup->path, '+', controllers[i]);
	}
	return 0;
}

bool dcb_container_cgroup_has(const struct dcb_container_cgroup *cgroup)
{
	return cgroup->path[0] != '\0';
}

static int remove_group(const char *path, struct dcb_error *err)
{
	uint64_t begin_ns = dcb_clock_ns(CLOCK_MONOTONIC);

	while (rmdir(path) < 0 && errno != ENOENT) {
		if (errno != EBUSY || dcb_clock_ns(CLOCK_MONOTONIC) - begin_ns > BUSY_TIMEOUT_NS)
			return dcb_error_sys(err, errno, "cannot remove %s", path);
		dcb_moment_nap(BUSY_NAP_NS);
	}
	return 0;
}

static int restore(const struct dcb_container_cgroup *cgroup, struct dcb_error *err)
{
	char now[sizeof(cgroup->before)], *rest = now, *word;

	read_control(cgroup->parent, now, sizeof(now));
	while ((word = strsep(&rest, " ")))
		if (*word && !has_word(cgroup->before, word) &&
		    !switch_to(cgroup->parent, '-', word))
			return dcb_error_set(err, EBUSY,
					     "cannot switch the controller %s off again", word);
	return 0;
}

int dcb_container_cgroup_close(struct dcb_container_cgroup *cgroup, struct dcb_error *err)
{
	int r, restored;

	if (!dcb_container_cgroup_has(cgroup))
		return 0;
	r = remove_group(cgroup->path, err);
	restored = cgroup->is_root ? restore(cgroup, r < 0 ? NULL : err) : 0;
	*cgroup = (struct dcb_container_cgroup){0};
	return r < 0 ? r : restored;
}

int dcb_container_cgroup_make(const struct dcb_container_cgroup *cgroup, unsigned index,
			      int *ret_fd, struct dcb_error *err)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/c%u", cgroup->path, index);
	if (mkdir(path, 0755) < 0)
		return dcb_error_sys(err, errno, "cannot make %s", path);
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return dcb_error_sys(err, errno, "%s", path);
	*ret_fd = fd;
	return 0;
}

int dcb_container_cgroup_remove(const struct dcb_container_cgroup *cgroup, unsigned index,
				struct dcb_error *err)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/c%u", cgroup->path, index);
	return remove_group(path, err);
}

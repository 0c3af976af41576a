// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"

struct dcb_tree_counts dcb_tree_count(const struct dcb_tree_shape *shape)
{
	struct dcb_tree_counts counts = {0};
	int64_t level = 1, all = 1;

	for (int64_t i = 0; i < shape->depth; i++) {
		level *= shape->fanout;
		all += level;
	}
	counts.folders = all - 1;
	counts.files = all * shape->files;
	counts.negative = all * shape->negative;
	return counts;
}

static int tree_fill(int fd, const struct dcb_tree_shape *shape, struct dcb_error *err)
{
	char name[32];

	for (int64_t i = 0; i < shape->files; i++) {
		int file;

		snprintf(name, sizeof(name), "file%lld", (long long)i);
		file = openat(fd, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
		if (file < 0)
			return dcb_error_sys(err, errno, "cannot make a file of the tree");
		close(file);
	}
	for (int64_t i = 0; i < shape->negative; i++) {
		struct stat status;

		snprintf(name, sizeof(name), "none%lld", (long long)i);
		if (fstatat(fd, name, &status, 0) == 0 || errno != ENOENT)
			return dcb_error_set(err, EEXIST, "%s is there in the tree", name);
	}
	return 0;
}

static int tree_make(int fd, const struct dcb_tree_shape *shape, int64_t depth,
		     struct dcb_error *err)
{
	int r = tree_fill(fd, shape, err);

	for (int64_t i = 0; r == 0 && depth > 0 && i < shape->fanout; i++) {
		_cleanup_close_ int folder = -1;
		char name[32];

		snprintf(name, sizeof(name), "dir%lld", (long long)i);
		if (mkdirat(fd, name, 0755) < 0)
			return dcb_error_sys(err, errno, "cannot make a folder of the tree");
		folder = openat(fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (folder < 0)
			return dcb_error_sys(err, errno, "cannot open a folder of the tree");
		r = tree_make(folder, shape, depth - 1, err);
	}
	return r;
}

int dcb_tree_make(const char *path, const struct dcb_tree_shape *shape, struct dcb_error *err)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return dcb_error_sys(err, errno, "%s", path);
	return tree_make(fd, shape, shape->depth, err);
}

static int remove_entry(int fd, const struct dirent *entry, struct dcb_tree_counts *counts)
{
	if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
		return 0;
	if (entry->d_type == DT_DIR)
		return dcb_tree_remove(fd, entry->d_name, counts);
	if (unlinkat(fd, entry->d_name, 0) < 0)
		return -errno;
	if (counts)
		counts->files++;
	return 0;
}

int dcb_tree_remove(int parent_fd, const char *name, struct dcb_tree_counts *counts)
{
	int fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	_cleanup_(closedirp) DIR *folder = NULL;
	const struct dirent *entry;
	int r = 0;

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	folder = fdopendir(fd);
	if (!folder) {
		close(fd);
		return -ENOMEM;
	}
	while (r == 0 && (entry = readdir(folder)))
		r = remove_entry(fd, entry, counts);
	if (r < 0)
		return r;
	if (unlinkat(parent_fd, name, AT_REMOVEDIR) < 0)
		return -errno;
	if (counts)
		counts->folders++;
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/dying-scene.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "workloads/subvolume.h"

#define PATH_ROOM (PATH_MAX / 2)
#define VICTIM    "victim"
#define BLOCK     4096

void dcb_dying_pair_init(struct dcb_dying_pair *pair, const struct dcb_fs *fs, unsigned index,
			 enum dcb_dying_op op, size_t n_files)
{
	pair->fs = fs;
	pair->op = op;
	pair->n_files = n_files;
	snprintf(pair->folder, sizeof(pair->folder), "%.*s/pair%u", PATH_ROOM, fs->root, index);
	snprintf(pair->victim, sizeof(pair->victim), "%.*s/" VICTIM, PATH_ROOM, pair->folder);
	snprintf(pair->fresh, sizeof(pair->fresh), "%.*s/fresh", PATH_ROOM, pair->folder);
	pair->folder_fd = -1;
	for (size_t i = 0; i < DCB_DYING_MAX; i++)
		pair->fds[i] = -1;
}

static int write_all(int fd, int64_t size)
{
	static const char zeros[1 << 16];

	while (size > 0) {
		size_t part = size < (int64_t)sizeof(zeros) ? (size_t)size : sizeof(zeros);
		ssize_t written = write(fd, zeros, part);

		if (written < 0)
			return -errno;
		size -= written;
	}
	return 0;
}

/* Between two pieces a block of another file, so that they do not lie side by side. */
static int fill_apart(int fd, int spacer, const struct dcb_dying_file *file)
{
	int64_t piece = file->size / file->fragments;

	for (int64_t i = 0; i < file->fragments; i++) {
		int r = write_all(fd, piece);

		if (r == 0 && fdatasync(fd) < 0)
			r = -errno;
		if (r == 0)
			r = write_all(spacer, BLOCK);
		if (r == 0 && fdatasync(spacer) < 0)
			r = -errno;
		if (r < 0)
			return r;
	}
	return 0;
}

static int pair_fill(const struct dcb_dying_pair *pair, int fd, const struct dcb_dying_file *file)
{
	bool in_memory = pair->fs->type == DCB_FS_TMPFS || pair->fs->type == DCB_FS_OVERLAY;
	_cleanup_close_ int spacer = -1;
	int r;

	/* On a disk it would give blocks without pages, which are gone at once. */
	if (in_memory && fallocate(fd, 0, 0, file->size) == 0)
		return 0;
	/* Writing would end there as well, with all memory full. */
	if (in_memory && errno == ENOSPC)
		return -errno;
	if (file->fragments > 1 && !in_memory) {
		spacer = open(pair->folder, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
		if (spacer < 0)
			return -errno;
		return fill_apart(fd, spacer, file);
	}
	r = write_all(fd, file->size);
	if (r == 0 && fdatasync(fd) < 0)
		r = -errno;
	return r;
}

static int pair_open_file(struct dcb_dying_pair *pair, size_t i, struct dcb_error *err)
{
	char path[PATH_MAX];

	if (pair->op == DCB_DYING_TMPFILE) {
		pair->fds[i] = open(pair->victim, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
		if (pair->fds[i] < 0 && errno == EOPNOTSUPP)
			return dcb_error_set(err, EOPNOTSUPP, "%s knows no O_TMPFILE here",
					     dcb_fs_name(pair->fs->type));
		return pair->fds[i] < 0 ? dcb_error_sys(err, errno, "O_TMPFILE in %s", pair->victim)
					: 0;
	}
	snprintf(path, sizeof(path), "%.*s/file%zu", PATH_ROOM, pair->victim, i);
	pair->fds[i] = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (pair->fds[i] < 0)
		return dcb_error_sys(err, errno, "%s", path);
	if (unlink(path) < 0)
		return dcb_error_sys(err, errno, "cannot unlink %s", path);
	return 0;
}

static int pair_folders(struct dcb_dying_pair *pair, struct dcb_error *err)
{
	int r = 0;

	if (mkdir(pair->folder, 0755) < 0)
		return dcb_error_sys(err, errno, "%s", pair->folder);
	pair->folder_fd = open(pair->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (pair->folder_fd < 0)
		return dcb_error_sys(err, errno, "%s", pair->folder);
	if (pair->op == DCB_DYING_SUBVOLUME)
		r = dcb_subvolume_create(pair->folder_fd, VICTIM);
	else if (mkdir(pair->victim, 0755) < 0 ||
		 (pair->op == DCB_DYING_RENAME && mkdir(pair->fresh, 0755) < 0))
		r = -errno;
	return r < 0 ? dcb_error_sys(err, -r, "cannot make the folders in %s", pair->folder) : 0;
}

int dcb_dying_pair_set(struct dcb_dying_pair *pair, const struct dcb_dying_file *file,
		       struct dcb_error *err)
{
	int r = pair_folders(pair, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < pair->n_files; i++) {
		r = pair_open_file(pair, i, err);
		if (r < 0)
			return r;
		r = pair_fill(pair, pair->fds[i], file);
		if (r < 0)
			return dcb_error_sys(err, -r, "cannot fill a file with %lld bytes on %s",
					     (long long)file->size, dcb_fs_name(pair->fs->type));
	}
	return 0;
}

int dcb_dying_pair_remove(const struct dcb_dying_pair *pair)
{
	int r;

	if (pair->op == DCB_DYING_SUBVOLUME)
		return dcb_subvolume_delete(pair->folder_fd, VICTIM);
	r = pair->op == DCB_DYING_RENAME ? rename(pair->fresh, pair->victim) : rmdir(pair->victim);
	return r < 0 ? -errno : 0;
}

int dcb_dying_pair_clear(struct dcb_dying_pair *pair, struct dcb_error *err)
{
	const char *const folders[] = {pair->victim, pair->fresh, pair->folder};

	for (size_t i = 0; i < pair->n_files; i++) {
		cleanup_close(&pair->fds[i]);
		pair->fds[i] = -1;
	}
	cleanup_close(&pair->folder_fd);
	pair->folder_fd = -1;
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
		if (rmdir(folders[i]) < 0 && errno != ENOENT)
			return dcb_error_sys(err, errno, "cannot remove %s", folders[i]);
	return 0;
}

int dcb_dying_file_check(const struct dcb_dying_file *file, struct dcb_error *err)
{
	if (file->size / BLOCK >= file->fragments)
		return 0;
	return dcb_error_usage(err,
			       "fragments=%lld needs size=%lldK or more: a piece has at least %d "
			       "bytes",
			       (long long)file->fragments,
			       (long long)file->fragments * BLOCK / 1024, BLOCK);
}

uint64_t dcb_dying_memory_mib(enum dcb_fs_type type, const struct dcb_dying_file *file,
			      uint64_t n_files)
{
	/* On a disk the pages stand in the cache and once more in the file behind the device. */
	unsigned copies = type == DCB_FS_TMPFS || type == DCB_FS_OVERLAY ? 1 : 2;
	uint64_t bytes = (uint64_t)file->size * n_files * copies;

	return (bytes + bytes / 8) >> 20;
}

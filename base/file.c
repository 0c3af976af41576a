// SPDX-License-Identifier: GPL-2.0-only
#include "base/file.h"

#include <fcntl.h>
#include <fts.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/error.h"

char *dcb_format(const char *format, ...)
{
	va_list args;
	char *text;
	int r;

	va_start(args, format);
	r = vasprintf(&text, format, args);
	va_end(args);
	return r < 0 ? NULL : text;
}

bool dcb_file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

int dcb_file_read(const char *path, size_t max_bytes, char **ret_data, size_t *ret_size,
		  struct dcb_error *err)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	_cleanup_free_ char *data = NULL;
	size_t size = 0, room = 0;
	ssize_t n;

	if (fd < 0)
		return dcb_error_sys(err, errno, "%s", path);
	do {
		if (size + 1 >= room) {
			char *larger = realloc(data, room ? room * 2 : 4096);

			if (!larger)
				return dcb_error_oom(err);
			data = larger;
			room = room ? room * 2 : 4096;
		}
		n = read(fd, data + size, room - size - 1);
		if (n < 0)
			return dcb_error_sys(err, errno, "%s", path);
		size += (size_t)n;
		if (size > max_bytes)
			return dcb_error_set(err, EFBIG, "%s: larger than %zu bytes", path,
					     max_bytes);
	} while (n > 0);
	data[size] = '\0';
	*ret_data = TAKE_PTR(data);
	if (ret_size)
		*ret_size = size;
	return 0;
}

void dcb_draft_deinit(struct dcb_draft *draft)
{
	if (draft->fd >= 0)
		close(draft->fd);
	if (draft->path)
		unlink(draft->path);
	free(draft->path);
}

int dcb_draft_open(struct dcb_draft *draft, const char *target, mode_t mode, struct dcb_error *err)
{
	_cleanup_free_ char *path = dcb_format("%s.XXXXXX", target);

	if (!path)
		return dcb_error_oom(err);
	draft->fd = mkostemp(path, O_CLOEXEC);
	if (draft->fd < 0)
		return dcb_error_sys(err, errno, "%s", target);
	draft->path = TAKE_PTR(path);
	if (fchmod(draft->fd, mode) < 0)
		return dcb_error_sys(err, errno, "%s", target);
	return 0;
}

int dcb_draft_commit(struct dcb_draft *draft, const char *target, bool sync, struct dcb_error *err)
{
	if ((sync && fsync(draft->fd) < 0) || rename(draft->path, target) < 0)
		return dcb_error_sys(err, errno, "%s", target);
	free(TAKE_PTR(draft->path));
	return 0;
}

static int write_all(int fd, const char *data, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, data, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		size -= (size_t)n;
	}
	return 0;
}

int dcb_file_write(const char *path, const void *data, size_t size, mode_t mode,
		   struct dcb_error *err)
{
	_cleanup_(dcb_draft_deinit) struct dcb_draft draft = DCB_DRAFT_NULL;
	int r;

	r = dcb_draft_open(&draft, path, mode, err);
	if (r < 0)
		return r;
	r = write_all(draft.fd, data, size);
	if (r < 0)
		return dcb_error_sys(err, r, "%s", path);
	return dcb_draft_commit(&draft, path, true, err);
}

static int copy_bytes(int from, int to)
{
	char block[65536];
	ssize_t n;
	int r;

	if (ioctl(to, FICLONE, from) == 0)
		return 0;
	while ((n = read(from, block, sizeof(block))) > 0) {
		r = write_all(to, block, (size_t)n);
		if (r < 0)
			return r;
	}
	return n < 0 ? -errno : 0;
}

int dcb_file_copy(const char *from, const char *to, mode_t mode, struct dcb_error *err)
{
	_cleanup_close_ int source = open(from, O_RDONLY | O_CLOEXEC);
	_cleanup_(dcb_draft_deinit) struct dcb_draft draft = DCB_DRAFT_NULL;
	int r;

	if (source < 0)
		return dcb_error_sys(err, errno, "%s", from);
	r = dcb_draft_open(&draft, to, mode, err);
	if (r < 0)
		return r;
	r = copy_bytes(source, draft.fd);
	if (r < 0)
		return dcb_error_sys(err, r, "%s to %s", from, to);
	return dcb_draft_commit(&draft, to, true, err);
}

int dcb_dir_create(const char *path, mode_t mode, struct dcb_error *err)
{
	_cleanup_free_ char *part = strdup(path);
	struct stat st;

	if (!part)
		return dcb_error_oom(err);
	for (char *slash = part + 1;; slash++) {
		char kept = *slash;

		if (kept != '/' && kept != '\0')
			continue;
		*slash = '\0';
		if (mkdir(part, mode) < 0 && errno != EEXIST &&
		    !(errno == EROFS && dcb_file_exists(part)))
			return dcb_error_sys(err, errno, "%s", part);
		*slash = kept;
		if (kept == '\0')
			break;
	}
	if (stat(path, &st) < 0)
		return dcb_error_sys(err, errno, "%s", path);
	if (!S_ISDIR(st.st_mode))
		return dcb_error_sys(err, ENOTDIR, "%s", path);
	return 0;
}

/* Of a folder twice: before its contents, and behind them. */
static int remove_entry(const FTSENT *entry)
{
	if (entry->fts_info == FTS_D)
		return 0;
	return remove(entry->fts_accpath) < 0 && errno != ENOENT ? -errno : 0;
}

/* Not into what is mounted there: by the devices of folders alone, as on overlayfs(5) a file can be
 * of another device than its folder. */
int dcb_dir_remove(const char *path, struct dcb_error *err)
{
	char *const paths[] = {(char *)path, NULL};
	FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_XDEV | FTS_NOCHDIR, NULL);
	FTSENT *entry;
	int r = 0;

	if (!walk)
		return dcb_error_sys(err, errno, "cannot remove %s", path);
	while (r == 0 && (entry = fts_read(walk)))
		r = remove_entry(entry);
	fts_close(walk);
	return r < 0 ? dcb_error_sys(err, -r, "cannot remove %s", path) : 0;
}

int dcb_dir_temporary(const char *parent, const char *prefix, char **ret_path,
		      struct dcb_error *err)
{
	_cleanup_free_ char *path = dcb_format("%s/%sXXXXXX", parent, prefix);

	if (!path)
		return dcb_error_oom(err);
	if (!mkdtemp(path))
		return dcb_error_sys(err, errno, "%s", parent);
	*ret_path = TAKE_PTR(path);
	return 0;
}

void dcb_dir_removep(char **path)
{
	if (*path)
		dcb_dir_remove(*path, NULL);
	free(*path);
}

int dcb_lock(const char *path, int *ret_fd, struct dcb_error *err)
{
	_cleanup_close_ int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0)
		return dcb_error_sys(err, errno, "%s", path);
	while (flock(fd, LOCK_EX) < 0) {
		if (errno != EINTR)
			return dcb_error_sys(err, errno, "%s", path);
	}
	*ret_fd = TAKE_FD(fd);
	return 0;
}

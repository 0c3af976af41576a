// SPDX-License-Identifier: GPL-2.0-only
#include "machines/initramfs.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"

/* Part of the cache's file names: goes up when the base's contents change. */
#define FORMAT_VERSION 1

#define COPY_BYTES 65536

DEFINE_CLEANUP(struct archive *, archive_write_free)
DEFINE_CLEANUP(struct archive_entry *, archive_entry_free)

/* Files get their numbers in order and no times: the same input gives the same bytes. */
struct writer {
	struct archive *archive;
	int64_t inode;
	const char *path;
};

static int archive_failed(const struct writer *writer, const char *name, struct dcb_error *err)
{
	int errnum = archive_errno(writer->archive);

	return dcb_error_set(err, errnum > 0 ? errnum : EIO, "%s: %s: %s", writer->path, name,
			     archive_error_string(writer->archive) ?: "cannot be archived");
}

static int put_header(struct writer *writer, const char *name, mode_t mode, size_t size,
		      dev_t device, struct dcb_error *err)
{
	_cleanup_(archive_entry_freep) struct archive_entry *entry = archive_entry_new();

	if (!entry)
		return dcb_error_oom(err);
	/* The kernel takes names from its root. */
	archive_entry_set_pathname(entry, name + (*name == '/'));
	archive_entry_set_mode(entry, mode);
	archive_entry_set_size(entry, (int64_t)size);
	archive_entry_set_uid(entry, 0);
	archive_entry_set_gid(entry, 0);
	archive_entry_set_mtime(entry, 0, 0);
	archive_entry_set_nlink(entry, S_ISDIR(mode) ? 2 : 1);
	archive_entry_set_ino64(entry, ++writer->inode);
	if (device)
		archive_entry_set_rdev(entry, device);
	if (archive_write_header(writer->archive, entry) != ARCHIVE_OK)
		return archive_failed(writer, name, err);
	return 0;
}

static int put_data(struct writer *writer, const char *name, const void *data, size_t size,
		    struct dcb_error *err)
{
	if (size && archive_write_data(writer->archive, data, size) != (la_ssize_t)size)
		return archive_failed(writer, name, err);
	return 0;
}

static int put_source(struct writer *writer, const char *name, const char *source, unsigned mode,
		      struct dcb_error *err)
{
	_cleanup_close_ int fd = open(source, O_RDONLY | O_CLOEXEC);
	char buffer[COPY_BYTES];
	struct stat st;
	size_t left;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0)
		return dcb_error_sys(err, errno, "%s", source);
	if (!S_ISREG(st.st_mode))
		return dcb_error_set(err, EINVAL, "%s: not a regular file", source);
	left = (size_t)st.st_size;
	r = put_header(writer, name, S_IFREG | mode, left, 0, err);
	while (r == 0 && left > 0) {
		ssize_t n = read(fd, buffer, left < sizeof(buffer) ? left : sizeof(buffer));

		if (n < 0)
			return dcb_error_sys(err, errno, "%s", source);
		if (n == 0)
			return dcb_error_set(err, EIO, "%s: became shorter while it was read",
					     source);
		r = put_data(writer, name, buffer, (size_t)n, err);
		left -= (size_t)n;
	}
	return r;
}

static int writer_open(struct writer *writer, const char *path, int fd, struct dcb_error *err)
{
	writer->path = path;
	writer->archive = archive_write_new();
	if (!writer->archive)
		return dcb_error_oom(err);
	if (archive_write_set_format_cpio_newc(writer->archive) != ARCHIVE_OK ||
	    archive_write_set_bytes_in_last_block(writer->archive, 4) != ARCHIVE_OK ||
	    archive_write_open_fd(writer->archive, fd) != ARCHIVE_OK)
		return archive_failed(writer, "begin", err);
	return 0;
}

static int writer_close(struct writer *writer, struct dcb_error *err)
{
	return archive_write_close(writer->archive) == ARCHIVE_OK
		       ? 0
		       : archive_failed(writer, "end", err);
}

static int write_base(const char *path, int fd, const char *agent, struct dcb_error *err)
{
	static const char *const folders[] = {"/dev", "/proc", "/sys", "/tmp", "/scratch"};
	struct writer writer = {0};
	_cleanup_(archive_write_freep) struct archive *archive = NULL;
	int r;

	r = writer_open(&writer, path, fd, err);
	archive = writer.archive;
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(folders); i++)
		r = put_header(&writer, folders[i], S_IFDIR | 0755, 0, 0, err);
	/* The kernel opens it as the standard output of init. */
	if (r == 0)
		r = put_header(&writer, "/dev/console", S_IFCHR | 0600, 0, makedev(5, 1), err);
	if (r == 0)
		r = put_source(&writer, "/init", agent, 0755, err);
	return r < 0 ? r : writer_close(&writer, err);
}

int dcb_initramfs_base(const char *cache, const char *agent, char **ret_path, struct dcb_error *err)
{
	_cleanup_free_ char *folder = dcb_format("%s/initramfs", cache);
	_cleanup_(dcb_draft_deinit) struct dcb_draft draft = DCB_DRAFT_NULL;
	_cleanup_free_ char *path = NULL;
	char digest[DCB_SHA256_HEX];
	int r;

	if (!folder)
		return dcb_error_oom(err);
	r = dcb_file_sha256(agent, digest, err);
	if (r < 0)
		return r;
	path = dcb_format("%s/%s-%d.cpio", folder, digest, FORMAT_VERSION);
	if (!path)
		return dcb_error_oom(err);
	if (!dcb_file_exists(path)) {
		r = dcb_dir_create(folder, 0755, err);
		if (r == 0)
			r = dcb_draft_open(&draft, path, 0644, err);
		if (r == 0)
			r = write_base(path, draft.fd, agent, err);
		if (r == 0)
			r = dcb_draft_commit(&draft, path, true, err);
		if (r < 0)
			return r;
	}
	*ret_path = TAKE_PTR(path);
	return 0;
}

static int copy_base(const char *base, int to, const char *path, struct dcb_error *err)
{
	static const char zeros[4];
	_cleanup_close_ int from = open(base, O_RDONLY | O_CLOEXEC);
	char buffer[COPY_BYTES];
	size_t total = 0;
	ssize_t n;

	if (from < 0)
		return dcb_error_sys(err, errno, "%s", base);
	while ((n = read(from, buffer, sizeof(buffer))) > 0) {
		if (write(to, buffer, (size_t)n) != n)
			return dcb_error_sys(err, errno ? errno : ENOSPC, "%s", path);
		total += (size_t)n;
	}
	if (n < 0)
		return dcb_error_sys(err, errno, "%s", base);
	/* The kernel wants each archive to begin at a multiple of 4. */
	n = (ssize_t)((4 - total % 4) % 4);
	if (write(to, zeros, (size_t)n) != n)
		return dcb_error_sys(err, errno ? errno : ENOSPC, "%s", path);
	return 0;
}

/* Is name[0..length) a folder that an earlier file already brought? */
static bool was_listed(const struct dcb_initramfs_file *files, size_t n, const char *name,
		       size_t length)
{
	for (size_t i = 0; i < n; i++)
		if (strncmp(files[i].name, name, length) == 0 && files[i].name[length] == '/')
			return true;
	return false;
}

/* The kernel drops a file whose folder it has not met. */
static int put_parents(struct writer *writer, const struct dcb_initramfs_file *files, size_t n,
		       const char *name, struct dcb_error *err)
{
	for (const char *slash = strchr(name + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		size_t length = (size_t)(slash - name);
		_cleanup_free_ char *folder = NULL;
		int r;

		if (was_listed(files, n, name, length))
			continue;
		folder = strndup(name, length);
		if (!folder)
			return dcb_error_oom(err);
		r = put_header(writer, folder, S_IFDIR | 0755, 0, 0, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int write_files(const char *path, int fd, const struct dcb_initramfs_file *files, size_t n,
		       struct dcb_error *err)
{
	struct writer writer = {0};
	_cleanup_(archive_write_freep) struct archive *archive = NULL;
	int r;

	r = writer_open(&writer, path, fd, err);
	archive = writer.archive;
	for (size_t i = 0; r == 0 && i < n; i++) {
		const struct dcb_initramfs_file *file = &files[i];
		unsigned mode = file->mode & 07777;

		r = put_parents(&writer, files, i, file->name, err);
		if (r < 0)
			break;
		if (file->source) {
			r = put_source(&writer, file->name, file->source, mode, err);
			continue;
		}
		r = put_header(&writer, file->name, S_IFREG | mode, file->size, 0, err);
		if (r == 0)
			r = put_data(&writer, file->name, file->data, file->size, err);
	}
	return r < 0 ? r : writer_close(&writer, err);
}

int dcb_initramfs_write(const char *path, const char *base, const struct dcb_initramfs_file *files,
			size_t n_files, struct dcb_error *err)
{
	_cleanup_(dcb_draft_deinit) struct dcb_draft draft = DCB_DRAFT_NULL;
	int r;

	/* QEMU may run as somebody else. */
	r = dcb_draft_open(&draft, path, 0644, err);
	if (r < 0)
		return r;
	r = copy_base(base, draft.fd, path, err);
	if (r == 0)
		r = write_files(path, draft.fd, files, n_files, err);
	/* Not synced: it is made anew for each run. */
	return r < 0 ? r : dcb_draft_commit(&draft, path, false, err);
}

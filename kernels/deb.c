// SPDX-License-Identifier: GPL-2.0-only

/*
 * Unpacking of Debian packages: an ar archive with a compressed tar in it. The tar is untrusted:
 * every path is walked from the target folder by openat(2) without following links, so nothing
 * lands outside of it, whatever the names and links in the package are.
 */

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "kernels/apt.h"

#define MAX_TOTAL_BYTES (INT64_C(8) << 30)
#define MAX_ENTRIES     1000000

DEFINE_CLEANUP(struct archive *, archive_read_free)

struct extraction {
	const char *deb;
	int root;
	int64_t bytes;
	long entries;
};

/* Opens the folder of a path below root and makes it where it is missing; *ret_name is the last
 * component, inside *path, which is cut up. "./" and "." give a name of NULL. */
static int walk(int root, char *path, bool create, int *ret_folder, char **ret_name)
{
	_cleanup_close_ int folder = fcntl(root, F_DUPFD_CLOEXEC, 3);
	char *rest = path, *part, *name = NULL;

	if (folder < 0)
		return -errno;
	if (*path == '/')
		return -EXDEV;
	while ((part = strsep(&rest, "/"))) {
		int next;

		if (*part == '\0' || strcmp(part, ".") == 0)
			continue;
		if (strcmp(part, "..") == 0)
			return -EXDEV;
		if (name) {
			if (create && mkdirat(folder, name, 0755) < 0 && errno != EEXIST)
				return -errno;
			next = openat(folder, name,
				      O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
			if (next < 0)
				return errno == ELOOP || errno == ENOTDIR ? -EXDEV : -errno;
			close(folder);
			folder = next;
		}
		name = part;
	}
	*ret_folder = TAKE_FD(folder);
	*ret_name = name;
	return 0;
}

/* How many folders of a path lie below the root: 2 of "./usr/share/x". */
static int depth_of(const char *path)
{
	int depth = 0;

	for (const char *part = path; *part;) {
		size_t n = strcspn(part, "/");

		if (n > 0 && !(n == 1 && part[0] == '.') && part[n] == '/')
			depth++;
		part += n + (part[n] == '/');
	}
	return depth;
}

/* Whether a link at `path` to `target` can only lead to somewhere below the root: it goes up no
 * further than there, and first of all, as what it passes on the way down may be links too. */
static bool link_stays_inside(const char *path, const char *target)
{
	int depth = depth_of(path);
	bool down = false;

	if (*target == '/' || *target == '\0')
		return false;
	for (const char *part = target; *part;) {
		size_t n = strcspn(part, "/");

		if (n == 2 && part[0] == '.' && part[1] == '.') {
			if (down || --depth < 0)
				return false;
		} else if (n > 0 && !(n == 1 && part[0] == '.')) {
			down = true;
		}
		part += n + (part[n] == '/');
	}
	return true;
}

static int write_block(int fd, const char *block, size_t size, int64_t offset)
{
	while (size > 0) {
		ssize_t n = pwrite(fd, block, size, offset);

		if (n < 0)
			return -errno;
		block += n;
		size -= (size_t)n;
		offset += n;
	}
	return 0;
}

static int extract_file(struct extraction *x, struct archive *tar, struct archive_entry *entry,
			int folder, const char *name, struct dcb_error *err)
{
	_cleanup_close_ int fd = -1;
	const void *block;
	int64_t offset;
	size_t size;
	int r;

	if (unlinkat(folder, name, 0) < 0 && errno != ENOENT)
		return dcb_error_sys(err, errno, "%s: %s", x->deb, name);
	fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return dcb_error_sys(err, errno, "%s: %s", x->deb, name);
	while ((r = archive_read_data_block(tar, &block, &size, &offset)) == ARCHIVE_OK) {
		x->bytes += (int64_t)size;
		if (x->bytes > MAX_TOTAL_BYTES || offset < 0 || offset > MAX_TOTAL_BYTES)
			return dcb_error_set(err, EFBIG, "%s: unpacks to more than 8 GiB", x->deb);
		r = write_block(fd, block, size, offset);
		if (r < 0)
			return dcb_error_sys(err, r, "%s: %s", x->deb, name);
	}
	if (r != ARCHIVE_EOF)
		return dcb_error_set(err, EBADMSG, "%s: %s: %s", x->deb, name,
				     archive_error_string(tar));
	if (fchmod(fd, (archive_entry_perm(entry) & 0755) | 0600) < 0)
		return dcb_error_sys(err, errno, "%s: %s", x->deb, name);
	return 0;
}

static int extract_hardlink(struct extraction *x, const char *target, int folder, const char *name)
{
	_cleanup_free_ char *path = strdup(target);
	_cleanup_close_ int from = -1;
	char *from_name;
	struct stat st;
	int r;

	if (!path)
		return -ENOMEM;
	r = walk(x->root, path, false, &from, &from_name);
	if (r < 0)
		return r;
	if (!from_name)
		return -EXDEV;
	if (fstatat(from, from_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EXDEV;
	if (unlinkat(folder, name, 0) < 0 && errno != ENOENT)
		return -errno;
	return linkat(from, from_name, folder, name, 0) < 0 ? -errno : 0;
}

static int extract_symlink(const char *path, const char *target, int folder, const char *name)
{
	if (!link_stays_inside(path, target))
		return 0;
	if (unlinkat(folder, name, 0) < 0 && errno != ENOENT)
		return -errno;
	return symlinkat(target, folder, name) < 0 ? -errno : 0;
}

static int extract_entry(struct extraction *x, struct archive *tar, struct archive_entry *entry,
			 struct dcb_error *err)
{
	const char *path = archive_entry_pathname(entry);
	const char *hardlink = archive_entry_hardlink(entry);
	_cleanup_free_ char *copy = path ? strdup(path) : NULL;
	_cleanup_close_ int folder = -1;
	char *name;
	int r;

	if (!path)
		return dcb_error_set(err, EBADMSG, "%s: a file without a name", x->deb);
	if (!copy)
		return dcb_error_oom(err);
	r = walk(x->root, copy, true, &folder, &name);
	if (r == 0 && name) {
		if (hardlink)
			r = extract_hardlink(x, hardlink, folder, name);
		else if (archive_entry_filetype(entry) == AE_IFREG)
			return extract_file(x, tar, entry, folder, name, err);
		else if (archive_entry_filetype(entry) == AE_IFDIR)
			r = mkdirat(folder, name, 0755) < 0 && errno != EEXIST ? -errno : 0;
		else if (archive_entry_filetype(entry) == AE_IFLNK)
			r = extract_symlink(path, archive_entry_symlink(entry) ?: "", folder, name);
		else
			return dcb_error_set(err, EBADMSG,
					     "%s: %s is neither file, folder nor link", x->deb,
					     path);
	}
	if (r == -EXDEV)
		return dcb_error_set(err, EBADMSG, "%s: %s leads out of the package", x->deb, path);
	if (r < 0)
		return dcb_error_sys(err, r, "%s: %s", x->deb, path);
	return 0;
}

static ssize_t read_member(struct archive *tar, void *context, const void **ret_block)
{
	struct archive *ar = context;
	int64_t offset;
	size_t size;
	int r = archive_read_data_block(ar, ret_block, &size, &offset);

	if (r == ARCHIVE_EOF)
		return 0;
	if (r != ARCHIVE_OK) {
		archive_set_error(tar, EBADMSG, "%s", archive_error_string(ar));
		return -1;
	}
	return (ssize_t)size;
}

static int extract_tar(struct extraction *x, struct archive *ar, struct dcb_error *err)
{
	_cleanup_(archive_read_freep) struct archive *tar = archive_read_new();
	struct archive_entry *entry;
	int r;

	if (!tar)
		return dcb_error_oom(err);
	archive_read_support_filter_all(tar);
	archive_read_support_format_tar(tar);
	r = archive_read_open(tar, ar, NULL, read_member, NULL);
	if (r != ARCHIVE_OK)
		return dcb_error_set(err, EBADMSG, "%s: %s", x->deb, archive_error_string(tar));
	while ((r = archive_read_next_header(tar, &entry)) == ARCHIVE_OK) {
		if (++x->entries > MAX_ENTRIES)
			return dcb_error_set(err, EFBIG, "%s: more than %d files", x->deb,
					     MAX_ENTRIES);
		r = extract_entry(x, tar, entry, err);
		if (r < 0)
			return r;
	}
	if (r != ARCHIVE_EOF)
		return dcb_error_set(err, EBADMSG, "%s: %s", x->deb, archive_error_string(tar));
	return 0;
}

int dcb_deb_extract(const char *deb, const char *into, struct dcb_error *err)
{
	_cleanup_(archive_read_freep) struct archive *ar = archive_read_new();
	_cleanup_close_ int root = open(into, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct archive_entry *entry;

	if (!ar)
		return dcb_error_oom(err);
	if (root < 0)
		return dcb_error_sys(err, errno, "%s", into);
	archive_read_support_format_ar(ar);
	if (archive_read_open_filename(ar, deb, 1u << 16) != ARCHIVE_OK)
		return dcb_error_set(err, EBADMSG, "%s: %s", deb, archive_error_string(ar));
	while (archive_read_next_header(ar, &entry) == ARCHIVE_OK) {
		struct extraction x = {.deb = deb, .root = root};

		if (strncmp(archive_entry_pathname(entry) ?: "", "data.tar", 8) == 0)
			return extract_tar(&x, ar, err);
	}
	return dcb_error_set(err, EBADMSG, "%s: not a Debian package", deb);
}

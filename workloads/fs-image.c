// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/fs-image.h"

#include <endian.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

struct image_head {
	uint64_t magic, size;
};

struct image_extent {
	uint64_t offset, length;
};

static int put(int fd, const void *data, size_t size, struct dcb_error *err)
{
	ssize_t n = write(fd, data, size);

	if (n < 0)
		return dcb_error_sys(err, errno, "cannot write an image");
	return (size_t)n == size ? 0 : dcb_error_set(err, EIO, "an image was cut short");
}

/* 1: it is all there, 0: the end of the file. */
static int get(int fd, void *data, size_t size, struct dcb_error *err)
{
	ssize_t n = read(fd, data, size);

	if (n < 0)
		return dcb_error_sys(err, errno, "cannot read an image");
	if (n == 0)
		return 0;
	return (size_t)n == size ? 1 : dcb_error_set(err, EPROTO, "the image ends in a block");
}

static bool is_zero(const char *block)
{
	return block[0] == 0 && memcmp(block, block + 1, DCB_FS_IMAGE_BLOCK - 1) == 0;
}

/* One block an extent: a handful of hundreds of them. */
static int pack_data(int from, int to, off_t begin, off_t end, struct dcb_error *err)
{
	for (off_t at = begin; at < end; at += DCB_FS_IMAGE_BLOCK) {
		const struct image_extent extent = {htole64((uint64_t)at),
						    htole64(DCB_FS_IMAGE_BLOCK)};
		char block[DCB_FS_IMAGE_BLOCK] = {0};
		int r;

		if (pread(from, block, sizeof(block), at) < 0)
			return dcb_error_sys(err, errno, "cannot read a file system");
		if (is_zero(block))
			continue;
		r = put(to, &extent, sizeof(extent), err);
		if (r == 0)
			r = put(to, block, sizeof(block), err);
		if (r < 0)
			return r;
	}
	return 0;
}

int dcb_fs_image_pack(int from, int to, struct dcb_error *err)
{
	struct image_head head = {.magic = htole64(DCB_FS_IMAGE_MAGIC)};
	struct stat status;
	off_t begin, end = 0;
	int r;

	if (fstat(from, &status) < 0)
		return dcb_error_sys(err, errno, "cannot read a file system");
	head.size = htole64((uint64_t)status.st_size);
	r = put(to, &head, sizeof(head), err);
	while (r == 0 && (begin = lseek(from, end, SEEK_DATA)) >= 0) {
		end = lseek(from, begin, SEEK_HOLE);
		if (end < 0)
			return dcb_error_sys(err, errno, "cannot read a file system");
		r = pack_data(from, to, begin - begin % DCB_FS_IMAGE_BLOCK, end, err);
	}
	return r;
}

static int unpack_extent(int from, int to, const struct image_extent *extent, uint64_t size,
			 struct dcb_error *err)
{
	uint64_t offset = le64toh(extent->offset), length = le64toh(extent->length);
	char block[DCB_FS_IMAGE_BLOCK];
	int r;

	if (offset % DCB_FS_IMAGE_BLOCK || length % DCB_FS_IMAGE_BLOCK || length > size ||
	    offset > size - length)
		return dcb_error_set(err, EPROTO, "the image has an extent beyond its end");
	for (uint64_t at = offset; at < offset + length; at += sizeof(block)) {
		r = get(from, block, sizeof(block), err);
		if (r <= 0)
			return r < 0 ? r : dcb_error_set(err, EPROTO, "the image is cut short");
		if (pwrite(to, block, sizeof(block), (off_t)at) != (ssize_t)sizeof(block))
			return dcb_error_sys(err, errno, "cannot write a file system");
	}
	return 0;
}

int dcb_fs_image_unpack(int from, int to, struct dcb_error *err)
{
	struct image_head head;
	struct image_extent extent;
	struct stat status;
	int r = get(from, &head, sizeof(head), err);

	if (r < 0)
		return r;
	if (r == 0 || le64toh(head.magic) != DCB_FS_IMAGE_MAGIC)
		return dcb_error_set(err, EPROTO, "that is no image of a file system");
	if (fstat(to, &status) < 0 ||
	    (S_ISREG(status.st_mode) && ftruncate(to, (off_t)le64toh(head.size)) < 0))
		return dcb_error_sys(err, errno, "cannot make a file system's file");
	while ((r = get(from, &extent, sizeof(extent), err)) > 0) {
		r = unpack_extent(from, to, &extent, le64toh(head.size), err);
		if (r < 0)
			return r;
	}
	return r;
}

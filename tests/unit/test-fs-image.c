// SPDX-License-Identifier: GPL-2.0-only
/* Images of file systems: what is packed is what is unpacked; what is no image is refused. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "machines/mkfs.h"
#include "workloads/fs-image.h"

#define MIB (1 << 20)

static int temporary_file(void)
{
	int fd = open("/tmp", O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	return fd;
}

static void expect_same(int a, int b)
{
	struct stat x, y;
	char left[4096], right[4096];

	assert_int_equal(fstat(a, &x), 0);
	assert_int_equal(fstat(b, &y), 0);
	assert_int_equal(x.st_size, y.st_size);
	for (off_t at = 0; at < x.st_size; at += (off_t)sizeof(left)) {
		assert_int_equal(pread(a, left, sizeof(left), at), sizeof(left));
		assert_int_equal(pread(b, right, sizeof(right), at), sizeof(right));
		assert_memory_equal(left, right, sizeof(left));
	}
}

static void fs_image__what_is_packed_is_unpacked(void **state)
{
	_cleanup_close_ int disk = temporary_file(), image = temporary_file(),
			    copy = temporary_file();
	struct stat status;

	(void)state;
	assert_int_equal(ftruncate(disk, 64 * MIB), 0);
	for (int i = 0; i < 7; i++)
		assert_int_equal(pwrite(disk, "block", 5, (off_t)i * 9 * MIB + i), 5);
	/* A block of zeros that is no hole. */
	assert_int_equal(pwrite(disk, "\0\0\0\0", 4, 40 * MIB), 4);
	assert_int_equal(dcb_fs_image_pack(disk, image, NULL), 0);
	assert_int_equal(fstat(image, &status), 0);
	assert_int_equal(status.st_size, 16 + 7 * (16 + 4096));
	assert_int_equal(lseek(image, 0, SEEK_SET), 0);
	assert_int_equal(dcb_fs_image_unpack(image, copy, NULL), 0);
	expect_same(disk, copy);
	assert_int_equal(fstat(copy, &status), 0);
	assert_true(status.st_blocks * 512 < MIB);
}

static void refuse(const void *data, size_t size)
{
	_cleanup_close_ int image = temporary_file(), copy = temporary_file();
	struct dcb_error err = DCB_ERROR_NULL;

	assert_int_equal(write(image, data, size), size);
	assert_int_equal(lseek(image, 0, SEEK_SET), 0);
	assert_int_equal(dcb_fs_image_unpack(image, copy, &err), -EPROTO);
	assert_true(err.message[0]);
}

static void fs_image_unpack__what_is_none_is_refused(void **state)
{
	const uint64_t beyond[] = {DCB_FS_IMAGE_MAGIC, MIB, MIB, 4096},
		       wraps[] = {DCB_FS_IMAGE_MAGIC, MIB, UINT64_MAX - 4095, 8192},
		       odd[] = {DCB_FS_IMAGE_MAGIC, MIB, 1, 4096},
		       cut[] = {DCB_FS_IMAGE_MAGIC, MIB, 0, 4096, 1},
		       head[] = {DCB_FS_IMAGE_MAGIC, MIB, 0};

	(void)state;
	refuse("", 0);
	refuse("no image at all.", 16);
	refuse(beyond, sizeof(beyond));
	refuse(wraps, sizeof(wraps));
	refuse(odd, sizeof(odd));
	refuse(cut, sizeof(cut));
	refuse(head, sizeof(head));
}

static void mkfs__each_is_made_once(void **state)
{
	_cleanup_(dcb_dir_removep) char *cache = NULL;

	(void)state;
	assert_int_equal(dcb_dir_temporary("/tmp", "dcb-test-", &cache, NULL), 0);
	for (const char *const *fs = dcb_mkfs_names; *fs; fs++) {
		_cleanup_free_ char *path = NULL, *again = NULL;
		struct dcb_error err = DCB_ERROR_NULL;
		struct stat first, second;

		if (dcb_mkfs(cache, *fs, &path, &err) < 0)
			fail_msg("%s: %s", *fs, err.message);
		assert_int_equal(stat(path, &first), 0);
		/* Small enough to travel with every guest. */
		assert_in_range(first.st_size, 4096, 4 * MIB);
		assert_int_equal(dcb_mkfs(cache, *fs, &again, &err), 0);
		assert_string_equal(path, again);
		assert_int_equal(stat(again, &second), 0);
		assert_int_equal(first.st_ino, second.st_ino);
	}
}

static void mkfs__ext4_gives_the_same_bytes_anywhere(void **state)
{
	char first[DCB_SHA256_HEX], second[DCB_SHA256_HEX];

	(void)state;
	for (int i = 0; i < 2; i++) {
		_cleanup_(dcb_dir_removep) char *cache = NULL;
		_cleanup_free_ char *path = NULL;

		assert_int_equal(dcb_dir_temporary("/tmp", "dcb-test-", &cache, NULL), 0);
		assert_int_equal(dcb_mkfs(cache, "ext4", &path, NULL), 0);
		assert_int_equal(dcb_file_sha256(path, i ? second : first, NULL), 0);
	}
	assert_string_equal(first, second);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fs_image__what_is_packed_is_unpacked),
		cmocka_unit_test(fs_image_unpack__what_is_none_is_refused),
		cmocka_unit_test(mkfs__each_is_made_once),
		cmocka_unit_test(mkfs__ext4_gives_the_same_bytes_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

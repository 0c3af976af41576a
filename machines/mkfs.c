// SPDX-License-Identifier: GPL-2.0-only
#include "machines/mkfs.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/process.h"
#include "workloads/fs-image.h"

#define TIMEOUT_MS 60000
#define UUID       "6cb2c5e1-0d3f-4b55-9a4e-0c6d7f1e2a01"
#define EPOCH      "1767225600" /* of the guest's fixed clock */
#define MAX_WORDS  16

/*
 * Nothing is left to be done by a thread of the guest's kernel: inode tables are few and zero
 * already. Journals are small. btrfs without copies of its metadata: the memory is one anyway.
 */
static const struct mkfs {
	const char *fs, *package, *version_flag;
	const char *argv[MAX_WORDS]; /* the target follows */
} mkfs_table[] = {
	{"ext4",
	 "e2fsprogs",
	 "-V",
	 {"mkfs.ext4", "-q", "-F", "-b", "4096", "-N", "65536", "-J", "size=16", "-m", "0", "-U",
	  UUID, "-E",
	  "hash_seed=" UUID ",lazy_itable_init=0,lazy_journal_init=1,nodiscard,root_owner=0:0"}},
	{"btrfs",
	 "btrfs-progs",
	 "-V",
	 {"mkfs.btrfs", "-q", "-f", "-K", "-s", "4096", "-U", UUID, "-m", "single", "-d",
	  "single"}},
	{"xfs",
	 "xfsprogs",
	 "-V",
	 {"mkfs.xfs", "-q", "-f", "-K", "-s", "size=4096", "-m", "uuid=" UUID, "-l", "size=64m"}},
};

const char *const dcb_mkfs_names[] = {"ext4", "btrfs", "xfs", NULL};

static const struct mkfs *mkfs_find(const char *fs)
{
	for (size_t i = 0; i < ARRAY_SIZE(mkfs_table); i++)
		if (strcmp(mkfs_table[i].fs, fs) == 0)
			return &mkfs_table[i];
	return NULL;
}

/* They stand where only root's PATH looks. */
static int mkfs_program(const struct mkfs *mkfs, char **ret_path)
{
	static const char *const folders[] = {"/usr/sbin", "/sbin"};

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		char *path = dcb_format("%s/%s", folders[i], mkfs->argv[0]);

		if (path && access(path, X_OK) == 0) {
			*ret_path = path;
			return 0;
		}
		free(path);
	}
	return dcb_program_find(mkfs->argv[0], ret_path);
}

const char *dcb_mkfs_missing(const char *fs)
{
	const struct mkfs *mkfs = mkfs_find(fs);
	_cleanup_free_ char *program = NULL;

	return mkfs && mkfs_program(mkfs, &program) < 0 ? mkfs->package : NULL;
}

/* "env" sets what the programs read instead of the clock. */
static int mkfs_command(const struct mkfs *mkfs, const char *program, const char *target,
			struct dcb_error *err)
{
	const char *argv[MAX_WORDS + 6] = {"env", "SOURCE_DATE_EPOCH=" EPOCH,
					   "E2FSPROGS_FAKE_TIME=" EPOCH, "MKE2FS_CONFIG=/dev/null",
					   program};
	_cleanup_(dcb_output_deinit) struct dcb_output output = DCB_OUTPUT_NULL;
	size_t n = 5;

	for (size_t i = 1; i < MAX_WORDS && mkfs->argv[i]; i++)
		argv[n++] = mkfs->argv[i];
	argv[n] = target;
	return dcb_command((char *const *)argv, TIMEOUT_MS, &output, err);
}

static int mkfs_pack(const char *from, const char *to, struct dcb_error *err)
{
	_cleanup_(dcb_draft_deinit) struct dcb_draft draft = DCB_DRAFT_NULL;
	_cleanup_close_ int fd = open(from, O_RDONLY | O_CLOEXEC);
	int r;

	if (fd < 0)
		return dcb_error_sys(err, errno, "%s", from);
	r = dcb_draft_open(&draft, to, 0644, err);
	if (r == 0)
		r = dcb_fs_image_pack(fd, draft.fd, err);
	return r < 0 ? r : dcb_draft_commit(&draft, to, false, err);
}

static int mkfs_make(const struct mkfs *mkfs, const char *program, const char *folder,
		     const char *path, struct dcb_error *err)
{
	_cleanup_(dcb_dir_removep) char *temporary = NULL;
	_cleanup_free_ char *disk = NULL;
	_cleanup_close_ int fd = -1;
	int r = dcb_dir_temporary(folder, "new-", &temporary, err);

	if (r < 0)
		return r;
	disk = dcb_format("%s/disk", temporary);
	if (!disk)
		return dcb_error_oom(err);
	fd = open(disk, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, DCB_FS_IMAGE_BYTES) < 0)
		return dcb_error_sys(err, errno, "%s", disk);
	r = mkfs_command(mkfs, program, disk, err);
	return r < 0 ? r : mkfs_pack(disk, path, err);
}

static int mkfs_key(const struct mkfs *mkfs, const char *program, char ret_key[DCB_SHA256_HEX],
		    struct dcb_error *err)
{
	const char *const argv[] = {program, mkfs->version_flag, NULL};
	_cleanup_(dcb_output_deinit) struct dcb_output output = DCB_OUTPUT_NULL;
	_cleanup_free_ char *text = NULL;
	int r = dcb_command((char *const *)argv, TIMEOUT_MS, &output, err);

	if (r < 0)
		return r;
	text = dcb_format("%lld %s%s", (long long)DCB_FS_IMAGE_BYTES, output.out, output.err);
	for (size_t i = 0; text && i < MAX_WORDS && mkfs->argv[i]; i++) {
		char *longer = dcb_format("%s %s", text, mkfs->argv[i]);

		free(text);
		text = longer;
	}
	if (!text)
		return dcb_error_oom(err);
	dcb_sha256(text, strlen(text), ret_key);
	return 0;
}

int dcb_mkfs(const char *cache, const char *fs, char **ret_path, struct dcb_error *err)
{
	const struct mkfs *mkfs = mkfs_find(fs);
	_cleanup_free_ char *program = NULL;
	_cleanup_free_ char *folder = dcb_format("%s/images", cache);
	_cleanup_free_ char *path = NULL;
	char key[DCB_SHA256_HEX];
	int r;

	if (!mkfs)
		return dcb_error_set(err, EINVAL, "no mkfs for %s", fs);
	if (mkfs_program(mkfs, &program) < 0)
		return dcb_error_usage(err, "%s needs %s on this host: apt-get install %s", fs,
				       mkfs->argv[0], mkfs->package);
	r = mkfs_key(mkfs, program, key, err);
	if (r < 0)
		return r;
	path = folder ? dcb_format("%s/%s-%.16s", folder, fs, key) : NULL;
	if (!path)
		return dcb_error_oom(err);
	if (!dcb_file_exists(path)) {
		r = dcb_dir_create(folder, 0755, err);
		if (r == 0)
			r = mkfs_make(mkfs, program, folder, path, err);
		if (r < 0)
			return dcb_error_wrap(err, "an empty %s", fs);
	}
	*ret_path = TAKE_PTR(path);
	return 0;
}

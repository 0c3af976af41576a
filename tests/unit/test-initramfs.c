// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <archive.h>
#include <archive_entry.h>
#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "machines/initramfs.h"

static const char agent_text[] = "an agent of seventeen"; /* no multiple of 4 */

static int make_folder(void **state)
{
	char *folder;

	if (dcb_dir_temporary("/tmp", "dcbench-initramfs-", &folder, NULL) < 0)
		return -1;
	*state = folder;
	return 0;
}

static int remove_folder(void **state)
{
	dcb_dir_removep((char **)state);
	return 0;
}

static char *put(const char *folder, const char *name, const char *text)
{
	char *path = dcb_format("%s/%s", folder, name);

	assert_int_equal(dcb_file_write(path, text, strlen(text), 0600, NULL), 0);
	return path;
}

/* "drwxr-xr-x name content" a line; of the first archive in the file. */
static char *list(const char *path)
{
	struct archive *archive = archive_read_new();
	struct archive_entry *entry;
	char *text = strdup("");

	archive_read_support_format_cpio(archive);
	assert_int_equal(archive_read_open_filename(archive, path, 512), ARCHIVE_OK);
	while (archive_read_next_header(archive, &entry) == ARCHIVE_OK) {
		char content[64] = "";
		char *longer;

		assert_int_equal(archive_entry_mtime(entry), 0);
		assert_int_equal(archive_entry_uid(entry), 0);
		assert_int_equal(archive_entry_gid(entry), 0);
		if (archive_entry_size(entry) > 0)
			assert_true(archive_read_data(archive, content, sizeof(content) - 1) > 0);
		longer = dcb_format("%s%s%s %s\n", text, archive_entry_strmode(entry),
				    archive_entry_pathname(entry), content);
		if (S_ISCHR(archive_entry_mode(entry)))
			assert_int_equal(archive_entry_rdev(entry), makedev(5, 1));
		free(text);
		text = longer;
	}
	archive_read_free(archive);
	return text;
}

static char *make_base(const char *folder)
{
	_cleanup_free_ char *agent = put(folder, "agent", agent_text);
	char *base = NULL;

	assert_int_equal(dcb_initramfs_base(folder, agent, &base, NULL), 0);
	return base;
}

/* The archives begin wherever "070701" and a first inode stand; libarchive would read only the
 * first of them. */
static char *second_archive(const char *folder, const char *base, const char *path)
{
	_cleanup_free_ char *bytes = NULL;
	size_t size;
	struct stat st;
	char *second = dcb_format("%s/second", folder);
	size_t begin;

	assert_int_equal(stat(base, &st), 0);
	assert_int_equal(dcb_file_read(path, 1 << 20, &bytes, &size, NULL), 0);
	begin = ((size_t)st.st_size + 3) / 4 * 4;
	assert_true(size > begin);
	assert_memory_equal(bytes + begin, "070701", 6);
	assert_int_equal(dcb_file_write(second, bytes + begin, size - begin, 0600, NULL), 0);
	return second;
}

static void base__holds_agent_folders_and_console(void **state)
{
	_cleanup_free_ char *base = make_base(*state);
	_cleanup_free_ char *listing = list(base);

	assert_string_equal(listing, "drwxr-xr-x dev \n"
				     "drwxr-xr-x proc \n"
				     "drwxr-xr-x sys \n"
				     "drwxr-xr-x tmp \n"
				     "drwxr-xr-x scratch \n"
				     "crw------- dev/console \n"
				     "-rwxr-xr-x init an agent of seventeen\n");
}

static void base__same_agent_same_file(void **state)
{
	_cleanup_free_ char *first = make_base(*state);
	_cleanup_free_ char *again = NULL;
	struct stat before, after;

	assert_int_equal(stat(first, &before), 0);
	assert_int_equal(before.st_mode & 0777, 0644);
	again = make_base(*state);
	assert_string_equal(first, again);
	assert_int_equal(stat(again, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
}

static void base__missing_agent_named(void **state)
{
	struct dcb_error err = DCB_ERROR_NULL;
	char *base = NULL;

	assert_int_equal(dcb_initramfs_base(*state, "/nonexistent/agent", &base, &err), -ENOENT);
	assert_non_null(strstr(err.message, "/nonexistent/agent"));
	assert_null(base);
}

static void write__parents_before_files_and_each_once(void **state)
{
	_cleanup_free_ char *base = make_base(*state);
	_cleanup_free_ char *module = put(*state, "a.ko", "module");
	_cleanup_free_ char *path = dcb_format("%s/whole", (char *)*state);
	_cleanup_free_ char *second = NULL;
	_cleanup_free_ char *listing = NULL;
	const struct dcb_initramfs_file files[] = {
		{.name = "/modules/x/00-a.ko", .source = module, .mode = 0644},
		{.name = "/modules/x/01-b.ko", .source = module, .mode = 0600},
		{.name = "/modules/02-c.ko", .data = "", .size = 0, .mode = 0644},
		{.name = "/job.json", .data = "{}", .size = 2, .mode = 0644},
	};

	assert_int_equal(dcb_initramfs_write(path, base, files, ARRAY_SIZE(files), NULL), 0);
	second = second_archive(*state, base, path);
	listing = list(second);
	assert_string_equal(listing, "drwxr-xr-x modules \n"
				     "drwxr-xr-x modules/x \n"
				     "-rw-r--r-- modules/x/00-a.ko module\n"
				     "-rw------- modules/x/01-b.ko module\n"
				     "-rw-r--r-- modules/02-c.ko \n"
				     "-rw-r--r-- job.json {}\n");
}

/* One of the two makings: files of their own, which differ in all but name and content. */
static void make_whole(const char *folder, mode_t mask, mode_t mode, time_t when,
		       char ret_sha256[DCB_SHA256_HEX])
{
	mode_t before = umask(mask);
	_cleanup_free_ char *agent = put(folder, "agent", agent_text);
	_cleanup_free_ char *module = put(folder, "a.ko", "module");
	_cleanup_free_ char *base = NULL;
	_cleanup_free_ char *whole = dcb_format("%s/whole", folder);
	const struct timespec times[2] = {{.tv_sec = when}, {.tv_sec = when}};
	const struct dcb_initramfs_file files[] = {
		{.name = "/modules/00-a.ko", .source = module, .mode = 0644},
		{.name = "/job.json", .data = "{}", .size = 2, .mode = 0644},
	};

	assert_int_equal(chmod(agent, mode), 0);
	assert_int_equal(chmod(module, mode), 0);
	assert_int_equal(utimensat(AT_FDCWD, agent, times, 0), 0);
	assert_int_equal(utimensat(AT_FDCWD, module, times, 0), 0);
	if (geteuid() == 0)
		assert_int_equal(chown(module, (uid_t)when, (gid_t)when), 0);
	assert_int_equal(dcb_initramfs_base(folder, agent, &base, NULL), 0);
	assert_int_equal(dcb_initramfs_write(whole, base, files, ARRAY_SIZE(files), NULL), 0);
	assert_int_equal(dcb_file_sha256(whole, ret_sha256, NULL), 0);
	umask(before);
}

static void write__same_content_same_bytes(void **state)
{
	_cleanup_free_ char *one = dcb_format("%s/one", (char *)*state);
	_cleanup_free_ char *two = dcb_format("%s/two-of-another-name", (char *)*state);
	char first[DCB_SHA256_HEX], second[DCB_SHA256_HEX];

	assert_int_equal(mkdir(one, 0755), 0);
	assert_int_equal(mkdir(two, 0700), 0);
	make_whole(one, 022, 0755, 1000, first);
	make_whole(two, 077, 0500, 2000000000, second);
	assert_string_equal(first, second);
}

static void write__failure_leaves_nothing(void **state)
{
	_cleanup_free_ char *base = make_base(*state);
	_cleanup_free_ char *folder = dcb_format("%s/out", (char *)*state);
	_cleanup_free_ char *path = dcb_format("%s/initramfs", folder);
	const struct dcb_initramfs_file file = {
		.name = "/x", .source = "/nonexistent/x.ko", .mode = 0644};
	struct dcb_error err = DCB_ERROR_NULL;
	struct dirent *entry;
	DIR *dir;

	assert_int_equal(dcb_dir_create(folder, 0755, NULL), 0);
	assert_int_equal(dcb_initramfs_write(path, base, &file, 1, &err), -ENOENT);
	assert_non_null(strstr(err.message, "/nonexistent/x.ko"));
	dir = opendir(folder);
	assert_non_null(dir);
	while ((entry = readdir(dir)))
		assert_true(entry->d_name[0] == '.');
	closedir(dir);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(base__holds_agent_folders_and_console),
		IN_FOLDER(base__same_agent_same_file),
		IN_FOLDER(base__missing_agent_named),
		IN_FOLDER(write__parents_before_files_and_each_once),
		IN_FOLDER(write__same_content_same_bytes),
		IN_FOLDER(write__failure_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-only

/* Packages made by hand, good and hostile ones. */

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <archive.h>
#include <archive_entry.h>
#include <cmocka.h>

#include "base/error.h"
#include "kernels/apt.h"

struct member {
	const char *path;
	int type;
	const char *text; /* contents, or the target of a link */
	bool hard;
	mode_t mode;
};

struct fixture {
	char *folder;
	char *deb;
	char *into;
	char *outside; /* a file beside `into` */
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f || dcb_dir_temporary("/tmp", "dcb-deb-", &f->folder, NULL) < 0)
		return -1;
	f->deb = dcb_format("%s/a.deb", f->folder);
	f->into = dcb_format("%s/into", f->folder);
	f->outside = dcb_format("%s/outside", f->folder);
	*state = f;
	return mkdir(f->into, 0755) < 0 || dcb_file_write(f->outside, "safe", 4, 0644, NULL) < 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	dcb_dir_removep(&f->folder);
	free(f->deb);
	free(f->into);
	free(f->outside);
	free(f);
	return 0;
}

static size_t make_tar(const struct member *members, size_t n, char *buffer, size_t size)
{
	struct archive *archive = archive_write_new();
	size_t used;

	archive_write_add_filter_xz(archive);
	archive_write_set_format_gnutar(archive);
	assert_int_equal(archive_write_open_memory(archive, buffer, size, &used), ARCHIVE_OK);
	for (size_t i = 0; i < n; i++) {
		struct archive_entry *entry = archive_entry_new();

		archive_entry_set_pathname(entry, members[i].path);
		archive_entry_set_perm(entry, members[i].mode ? members[i].mode : 0644);
		if (members[i].hard) {
			archive_entry_set_hardlink(entry, members[i].text);
		} else {
			archive_entry_set_filetype(entry, (unsigned)members[i].type);
			if (members[i].type == AE_IFLNK)
				archive_entry_set_symlink(entry, members[i].text);
			else if (members[i].type == AE_IFREG)
				archive_entry_set_size(entry, (int64_t)strlen(members[i].text));
		}
		assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
		if (!members[i].hard && members[i].type == AE_IFREG)
			archive_write_data(archive, members[i].text, strlen(members[i].text));
		archive_entry_free(entry);
	}
	assert_int_equal(archive_write_close(archive), ARCHIVE_OK);
	archive_write_free(archive);
	return used;
}

static void add_member(struct archive *ar, const char *name, const void *data, size_t size)
{
	struct archive_entry *entry = archive_entry_new();

	archive_entry_set_pathname(entry, name);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0644);
	archive_entry_set_size(entry, (int64_t)size);
	assert_int_equal(archive_write_header(ar, entry), ARCHIVE_OK);
	assert_int_equal(archive_write_data(ar, data, size), size);
	archive_entry_free(entry);
}

static void make_deb(const struct fixture *f, const struct member *members, size_t n)
{
	static char tar[1 << 20];
	size_t size = make_tar(members, n, tar, sizeof(tar));
	struct archive *ar = archive_write_new();

	archive_write_set_format_ar_svr4(ar);
	assert_int_equal(archive_write_open_filename(ar, f->deb), ARCHIVE_OK);
	add_member(ar, "debian-binary", "2.0\n", 4);
	add_member(ar, "control.tar.xz", "not read", 8);
	add_member(ar, "data.tar.xz", tar, size);
	assert_int_equal(archive_write_close(ar), ARCHIVE_OK);
	archive_write_free(ar);
}

static int extract(const struct fixture *f, const struct member *members, size_t n,
		   struct dcb_error *err)
{
	make_deb(f, members, n);
	return dcb_deb_extract(f->deb, f->into, err);
}

static void assert_holds(const char *folder, const char *name, const char *text)
{
	_cleanup_free_ char *path = dcb_format("%s/%s", folder, name);
	_cleanup_free_ char *data = NULL;

	assert_int_equal(dcb_file_read(path, 1000, &data, NULL, NULL), 0);
	assert_string_equal(data, text);
}

static void assert_absent(const char *folder, const char *name)
{
	_cleanup_free_ char *path = dcb_format("%s/%s", folder, name);
	struct stat st;

	assert_int_equal(lstat(path, &st), -1);
}

static void deb_extract__files_folders_and_links(void **state)
{
	static const struct member members[] = {
		{"./", AE_IFDIR},
		{"./usr/", AE_IFDIR},
		{"./usr/lib/a", AE_IFREG, "first"}, /* its folder is not listed */
		{"./usr/lib/b", AE_IFREG, "setuid", .mode = 06755},
		{"./usr/lib/c", AE_IFREG, "./usr/lib/a", .hard = true},
		{"./usr/share/d", AE_IFLNK, "../lib/a"},
		{"./usr/lib/a", AE_IFREG, "second"},
	};
	struct fixture *f = *state;
	struct dcb_error err = DCB_ERROR_NULL;
	_cleanup_free_ char *b = dcb_format("%s/usr/lib/b", f->into);
	struct stat st;

	if (extract(f, members, ARRAY_SIZE(members), &err) < 0)
		fail_msg("%s", err.message);
	assert_holds(f->into, "usr/lib/a", "second");
	assert_holds(f->into, "usr/lib/c", "first");
	assert_holds(f->into, "usr/share/d", "second");
	assert_int_equal(stat(b, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0755);
}

static void escapes_are_refused(const struct fixture *f, const struct member *members, size_t n)
{
	struct dcb_error err = DCB_ERROR_NULL;

	assert_int_equal(extract(f, members, n, &err), -EBADMSG);
	assert_non_null(strstr(err.message, "leads out of the package"));
	assert_holds(f->folder, "outside", "safe");
}

static void deb_extract__path_with_dots_refused(void **state)
{
	static const struct member up[] = {{"./../outside", AE_IFREG, "evil"}};
	static const struct member deep[] = {{"./a/b/../../../outside", AE_IFREG, "evil"}};

	escapes_are_refused(*state, up, 1);
	escapes_are_refused(*state, deep, 1);
}

static void deb_extract__absolute_path_refused(void **state)
{
	struct fixture *f = *state;
	const struct member members[] = {{f->outside, AE_IFREG, "evil"}};

	escapes_are_refused(f, members, 1);
}

static void deb_extract__links_that_lead_out_are_left_out(void **state)
{
	struct fixture *f = *state;
	const struct member members[] = {
		{"./absolute", AE_IFLNK, f->outside},
		{"./up", AE_IFLNK, "../outside"},
		{"./here", AE_IFLNK, "."},
		{"./roundabout", AE_IFLNK, "here/../../outside"},
		{"./a/up", AE_IFLNK, "../../outside"},
		{"./a/down", AE_IFLNK, "../a"},
	};

	assert_int_equal(extract(f, members, ARRAY_SIZE(members), NULL), 0);
	assert_absent(f->into, "absolute");
	assert_absent(f->into, "up");
	assert_absent(f->into, "roundabout");
	assert_absent(f->into, "a/up");
}

/* A link that was there before stands for one that slipped through. */
static void deb_extract__links_are_not_followed(void **state)
{
	static const struct member through[] = {{"./door/outside", AE_IFREG, "evil"}};
	static const struct member inner[] = {{"./l", AE_IFLNK, "d"}, {"./l/x", AE_IFREG, "evil"}};
	static const struct member over[] = {{"./window", AE_IFREG, "mine"}};
	struct fixture *f = *state;
	_cleanup_free_ char *door = dcb_format("%s/door", f->into);
	_cleanup_free_ char *window = dcb_format("%s/window", f->into);

	assert_int_equal(symlink("..", door), 0);
	assert_int_equal(symlink("../outside", window), 0);
	escapes_are_refused(f, through, 1);
	escapes_are_refused(f, inner, 2);
	assert_int_equal(extract(f, over, 1, NULL), 0);
	assert_holds(f->folder, "outside", "safe");
	assert_holds(f->into, "window", "mine");
}

static void deb_extract__hard_link_to_outside_refused(void **state)
{
	static const struct member up[] = {{"./x", AE_IFREG, "../outside", .hard = true}};
	static const struct member link[] = {{"./l", AE_IFLNK, "x"},
					     {"./y", AE_IFREG, "./l", .hard = true}};

	escapes_are_refused(*state, up, 1);
	escapes_are_refused(*state, link, 2);
}

static void deb_extract__device_refused(void **state)
{
	static const struct member members[] = {{"./null", AE_IFCHR}};
	struct dcb_error err = DCB_ERROR_NULL;

	assert_int_equal(extract(*state, members, 1, &err), -EBADMSG);
	assert_non_null(strstr(err.message, "neither file, folder nor link"));
}

static void deb_extract__broken_package_refused(void **state)
{
	static const struct member members[] = {{"./a", AE_IFREG, "text"}};
	struct fixture *f = *state;
	struct dcb_error err = DCB_ERROR_NULL;
	struct stat st;

	make_deb(f, members, 1);
	assert_int_equal(stat(f->deb, &st), 0);
	assert_int_equal(truncate(f->deb, st.st_size - 20), 0);
	assert_int_equal(dcb_deb_extract(f->deb, f->into, &err), -EBADMSG);
	assert_int_equal(dcb_file_write(f->deb, "rubbish", 7, 0644, NULL), 0);
	assert_int_equal(dcb_deb_extract(f->deb, f->into, &err), -EBADMSG);
	assert_int_equal(dcb_file_write(f->deb, "!<arch>\n", 8, 0644, NULL), 0);
	assert_int_equal(dcb_deb_extract(f->deb, f->into, &err), -EBADMSG);
	assert_non_null(strstr(err.message, "not a Debian package"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(deb_extract__files_folders_and_links, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(deb_extract__path_with_dots_refused, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(deb_extract__absolute_path_refused, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(deb_extract__links_that_lead_out_are_left_out,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(deb_extract__links_are_not_followed, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(deb_extract__hard_link_to_outside_refused, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(deb_extract__device_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(deb_extract__broken_package_refused, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

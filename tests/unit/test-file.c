// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/ini.h"

static int setup(void **state)
{
	return dcb_dir_temporary("/tmp", "dcb-test-", (char **)state, NULL);
}

static int teardown(void **state)
{
	dcb_dir_removep((char **)state);
	return 0;
}

static unsigned entries(const char *path)
{
	DIR *folder = opendir(path);
	unsigned n = 0;

	while (readdir(folder))
		n++;
	closedir(folder);
	return n - 2;
}

static void file_write__is_all_or_nothing(void **state)
{
	_cleanup_free_ char *path = dcb_format("%s/a", (char *)*state);
	_cleanup_free_ char *missing = dcb_format("%s/no/a", (char *)*state);
	_cleanup_free_ char *text = NULL;
	struct dcb_error err = DCB_ERROR_NULL;
	struct stat st;
	size_t size;

	assert_int_equal(dcb_file_write(path, "one", 3, 0600, &err), 0);
	assert_int_equal(dcb_file_write(path, "two!", 4, 0644, &err), 0);
	assert_int_equal(dcb_file_read(path, 4, &text, &size, &err), 0);
	assert_int_equal(size, 4);
	assert_string_equal(text, "two!");
	stat(path, &st);
	assert_int_equal(st.st_mode & 0777, 0644);
	assert_int_equal(dcb_file_write(missing, "x", 1, 0644, &err), -ENOENT);
	assert_int_equal(entries(*state), 1);
}

static void file_read__beyond_its_bound_is_refused(void **state)
{
	_cleanup_free_ char *path = dcb_format("%s/big", (char *)*state);
	struct dcb_error err = DCB_ERROR_NULL;
	char *text = NULL;

	assert_int_equal(dcb_file_write(path, "12345", 5, 0644, &err), 0);
	assert_int_equal(dcb_file_read(path, 4, &text, NULL, &err), -EFBIG);
	assert_null(text);
}

static void file_copy__of_a_missing_file_leaves_nothing(void **state)
{
	_cleanup_free_ char *from = dcb_format("%s/nothing", (char *)*state);
	_cleanup_free_ char *to = dcb_format("%s/copy", (char *)*state);
	unsigned before = entries(*state);

	assert_int_equal(dcb_file_copy(from, to, 0644, NULL), -ENOENT);
	assert_int_equal(entries(*state), before);
}

static void sha256__matches_the_standards_vector(void **state)
{
	char hex[DCB_SHA256_HEX];

	(void)state;
	/* FIPS 180-2, appendix B.1 */
	dcb_sha256("abc", 3, hex);
	assert_string_equal(hex,
			    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void dir_remove__takes_contents_but_does_not_follow_links(void **state)
{
	_cleanup_free_ char *folder = dcb_format("%s/d/e/f", (char *)*state);
	_cleanup_free_ char *top = dcb_format("%s/d", (char *)*state);
	_cleanup_free_ char *link = dcb_format("%s/d/link", (char *)*state);
	_cleanup_free_ char *kept = dcb_format("%s/kept", (char *)*state);

	assert_int_equal(dcb_dir_create(folder, 0755, NULL), 0);
	assert_int_equal(dcb_dir_create(folder, 0755, NULL), 0);
	assert_int_equal(dcb_file_write(kept, "x", 1, 0644, NULL), 0);
	assert_int_equal(symlink(*state, link), 0);
	assert_int_equal(dcb_dir_remove(top, NULL), 0);
	assert_false(dcb_file_exists(top));
	assert_true(dcb_file_exists(kept));
	assert_int_equal(dcb_dir_remove(top, NULL), 0);
}

static int collect(void *context, const char *where, const char *section, const char *key,
		   const char *value, struct dcb_error *err)
{
	char *log = context;
	const char *name = strrchr(where, ':');

	(void)err;
	sprintf(log + strlen(log), "%s %s/%s=%s;", name + 1, section, key ? key : "-",
		value ? value : "-");
	return 0;
}

static int read_ini(const char *folder, const char *text, char *log, struct dcb_error *err)
{
	_cleanup_free_ char *path = dcb_format("%s/plan", folder);

	*log = '\0';
	assert_int_equal(dcb_file_write(path, text, strlen(text), 0644, err), 0);
	return dcb_ini_read(path, collect, log, err);
}

static void ini_read__reports_sections_keys_and_lines(void **state)
{
	struct dcb_error err = DCB_ERROR_NULL;
	char log[512];

	assert_int_equal(read_ini(*state,
				  "# c\n[plan]\n\n blocks =  3 \n[workload null]\n; c\nk=a=b\n[x]",
				  log, &err),
			 0);
	assert_string_equal(log, "2 plan/-=-;4 plan/blocks=3;5 workload null/-=-;"
				 "7 workload null/k=a=b;8 x/-=-;");
}

static void ini_read__bad_line_names_file_and_line(void **state)
{
	struct dcb_error err = DCB_ERROR_NULL;
	char log[512];

	assert_int_equal(read_ini(*state, "[plan]\nblocks 3\n", log, &err), -EINVAL);
	assert_non_null(strstr(err.message, "/plan:2: neither \"[section]\" nor \"key = value\""));
	assert_int_equal(read_ini(*state, "a=b\n", log, &err), -EINVAL);
	assert_non_null(strstr(err.message, "/plan:1: a key before the first"));
	assert_int_equal(read_ini(*state, "[a\n", log, &err), -EINVAL);
	assert_non_null(strstr(err.message, "/plan:1: a section line"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(file_write__is_all_or_nothing),
		cmocka_unit_test(file_read__beyond_its_bound_is_refused),
		cmocka_unit_test(file_copy__of_a_missing_file_leaves_nothing),
		cmocka_unit_test(sha256__matches_the_standards_vector),
		cmocka_unit_test(dir_remove__takes_contents_but_does_not_follow_links),
		cmocka_unit_test(ini_read__reports_sections_keys_and_lines),
		cmocka_unit_test(ini_read__bad_line_names_file_and_line),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

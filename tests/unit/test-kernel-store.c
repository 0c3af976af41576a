// SPDX-License-Identifier: GPL-2.0-only

/* The store through its public calls, filled from files and a built tree. */

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/json.h"
#include "kernels/kernel.h"

struct fixture {
	char *folder;
	char *store_folder;
	struct dcb_kernel_store *store;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f || dcb_dir_temporary("/tmp", "dcb-store-", &f->folder, NULL) < 0)
		return -1;
	f->store_folder = dcb_format("%s/kernels", f->folder);
	*state = f;
	return dcb_kernel_store_open(f->store_folder, &f->store, NULL);
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	dcb_kernel_store_close(f->store);
	dcb_dir_removep(&f->folder);
	free(f->store_folder);
	free(f);
	return 0;
}

static char *write_file(const struct fixture *f, const char *name, const void *data, size_t size)
{
	_cleanup_free_ char *path = dcb_format("%s/%s", f->folder, name);
	_cleanup_free_ char *parent = strdup(path);

	*strrchr(parent, '/') = '\0';
	assert_int_equal(dcb_dir_create(parent, 0755, NULL), 0);
	assert_int_equal(dcb_file_write(path, data, size, 0644, NULL), 0);
	return TAKE_PTR(path);
}

/* An arm64 Image as far as can be seen. */
static char *write_image(const struct fixture *f, const char *name, const char *release)
{
	char data[2048] = "MZ";

	memcpy(data + 0x38, "ARM\x64", 4);
	snprintf(data + 1000, 200, "Linux version %s (me@here)", release);
	return write_file(f, name, data, sizeof(data));
}

static struct dcb_kernel *get(const struct fixture *f, const char *kind, const char *path,
			      enum dcb_arch arch)
{
	_cleanup_free_ char *spec = dcb_format("%s%s", kind, path);
	struct dcb_error err = DCB_ERROR_NULL;
	struct dcb_kernel *kernel = NULL;

	if (dcb_kernel_get(f->store, spec, arch, NULL, &kernel, &err) < 0)
		fail_msg("%s: %s", spec, err.message);
	return kernel;
}

static size_t count_entries(const struct fixture *f, const char *prefix)
{
	DIR *dir = opendir(f->store_folder);
	struct dirent *entry;
	size_t n = 0;

	while (dir && (entry = readdir(dir)))
		n += entry->d_name[0] != '.' && strncmp(entry->d_name, prefix, strlen(prefix)) == 0;
	if (dir)
		closedir(dir);
	return n;
}

static void kernel_get__file_is_copied_with_its_provenance(void **state)
{
	struct fixture *f = *state;
	_cleanup_free_ char *path = write_image(f, "boot/vmlinuz-6.12.5", "6.12.5");
	_cleanup_free_ char *config = write_file(f, "boot/config-6.12.5", "#\nCONFIG_EXT4_FS=y\n",
						 19);
	_cleanup_(dcb_kernel_freep) struct dcb_kernel *kernel = get(f, "", path, DCB_ARCH_ARM64);
	char sha256[DCB_SHA256_HEX];
	json_auto_t *all = dcb_kernel_to_json(kernel);
	struct stat st;

	assert_int_equal(dcb_file_sha256(path, sha256, NULL), 0);
	assert_string_equal(kernel->sha256, sha256);
	assert_string_equal(kernel->release, "6.12.5");
	assert_int_equal(stat(kernel->image, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0644);
	assert_int_equal(stat(kernel->folder, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0755);
	assert_non_null(kernel->config);
	assert_string_equal(json_string_value(json_object_get(kernel->origin, "kind")), "file");
	assert_string_equal(json_string_value(json_object_get(all, "arch")), "arm64");
	assert_int_equal(count_entries(f, "tmp-"), 0);
}

static void kernel_get__program_can_be_run(void **state)
{
	struct fixture *f = *state;
	_cleanup_free_ char *path = write_file(f, "fake", "#!/bin/sh\n", 10);
	_cleanup_(dcb_kernel_freep) struct dcb_kernel *kernel = get(f, "file:", path,
								    DCB_ARCH_NONE);

	assert_int_equal(access(kernel->image, X_OK), 0);
	assert_string_equal(kernel->release, "fake");
}

static void kernel_get__changed_file_is_another_kernel(void **state)
{
	struct fixture *f = *state;
	_cleanup_free_ char *path = write_image(f, "Image", "6.12.5");
	_cleanup_(dcb_kernel_freep) struct dcb_kernel *first = get(f, "", path, DCB_ARCH_ARM64);
	_cleanup_(dcb_kernel_freep) struct dcb_kernel *again = get(f, "", path, DCB_ARCH_ARM64);
	_cleanup_free_ char *changed = write_image(f, "Image", "6.12.6");
	_cleanup_(dcb_kernel_freep) struct dcb_kernel *second = get(f, "", changed, DCB_ARCH_ARM64);

	assert_string_equal(first->sha256, again->sha256);
	assert_string_not_equal(first->sha256, second->sha256);
	assert_string_equal(second->release, "6.12.6");
}

static void refused_with(const struct fixture *f, const char *spec, enum dcb_arch arch,
			 const char *part)
{
	struct dcb_error err = DCB_ERROR_NULL;
	struct dcb_kernel *kernel = NULL;

	assert_int_equal(dcb_kernel_get(f->store, spec, arch, NULL, &kernel, &err), -EINVAL);
	assert_int_equal(err.kind, DCB_ERROR_USAGE);
	if (!strstr(err.message, part))
		fail_msg("\"%s\" lacks \"%s\"", err.message, part);
	assert_null(kernel);
}

static void kernel_get__bad_files_leave_nothing(void **state)
{
	struct fixture *f = *state;
	_cleanup_free_ char *path = write_image(f, "Image", "6.12.5");
	_cleanup_free_ char *text = write_file(f, "text", "hello", 5);
	_cleanup_free_ char *tree = dcb_format("tree:%s", f->folder);
	_cleanup_free_ char *no_tree = dcb_format("tree:%s", path);

	refused_with(f, path, DCB_ARCH_X86_64, "for arm64, but one for x86_64");
	refused_with(f, text, DCB_ARCH_ARM64, "not a kernel");
	refused_with(f, f->folder, DCB_ARCH_ARM64, "say tree:");
	refused_with(f, "file:/no/such", DCB_ARCH_ARM64, "No such file");
	refused_with(f, "/dev/zero", DCB_ARCH_ARM64, "not a regular file");
	refused_with(f, tree, DCB_ARCH_ARM64, "build it first");
	refused_with(f, no_tree, DCB_ARCH_ARM64, "say file:");
	refused_with(f, "debian:6.12", DCB_ARCH_NONE, "null machine");
	assert_int_equal(count_entries(f, "tmp-"), 0);
	assert_int_equal(count_entries(f, ""), 1); /* the lock */
}

static void kernel_get__tree_of_other_arch_says_so(void **state)
{
	struct fixture *f = *state;
	_cleanup_free_ char *path = write_image(f, "linux/arch/arm64/boot/Image", "6.12.5");
	_cleanup_free_ char *tree = dcb_format("tree:%s/linux", f->folder);

	refused_with(f, tree, DCB_ARCH_X86_64, "is built for arm64");
	assert_non_null(path);
}

static void kernel_modules__built_in_by_config(void **state)
{
	static const char *const names[] = {"ext4", "dm-mod"};
	static const char *const lacking[] = {"ext4", "xfs"};
	static const char text[] = "#\nCONFIG_EXT4_FS=y\nCONFIG_BLK_DEV_DM=y\nCONFIG_XFS_FS=m\n";
	struct fixture *f = *state;
	_cleanup_free_ char *path = write_image(f, "linux/arch/arm64/boot/Image", "6.12.5");
	_cleanup_free_ char *config = write_file(f, "linux/.config", text, strlen(text));
	_cleanup_free_ char *tree = dcb_format("%s/linux", f->folder);
	_cleanup_(dcb_kernel_freep) struct dcb_kernel *kernel = get(f, "tree:", tree,
								    DCB_ARCH_ARM64);
	_cleanup_(dcb_kernel_modules_freep) char **paths = NULL;
	struct dcb_error err = DCB_ERROR_NULL;
	char **none = NULL;

	assert_int_equal(dcb_kernel_modules(kernel, names, 2, &paths, NULL), 0);
	assert_null(paths[0]);
	assert_int_equal(dcb_kernel_modules(kernel, lacking, 2, &none, &err), -ENOENT);
	assert_non_null(strstr(err.message, "has no module xfs: its tree has no modules"));
	assert_null(none);
}

/* What knows more takes the place of what knows less, and stays. */
static void kernel_get__tree_supersedes_file_of_the_same_image(void **state)
{
	struct fixture *f = *state;
	_cleanup_free_ char *path = write_image(f, "linux/arch/arm64/boot/Image", "6.12.5");
	_cleanup_free_ char *config = write_file(f, "linux/.config", "#\nCONFIG_X=y\n", 13);
	_cleanup_free_ char *tree = dcb_format("%s/linux", f->folder);
	_cleanup_(dcb_kernel_freep) struct dcb_kernel *first = get(f, "", path, DCB_ARCH_ARM64);
	_cleanup_(dcb_kernel_freep) struct dcb_kernel *second = get(f, "tree:", tree,
								    DCB_ARCH_ARM64);
	_cleanup_(dcb_kernel_freep) struct dcb_kernel *third = get(f, "", path, DCB_ARCH_ARM64);

	assert_null(first->config);
	assert_string_equal(first->sha256, second->sha256);
	assert_non_null(second->config);
	assert_string_equal(json_string_value(json_object_get(third->origin, "kind")), "tree");
	assert_int_equal(count_entries(f, "tmp-"), 0);
	assert_int_equal(count_entries(f, first->sha256), 1);
}

static void kernel_get__leftovers_of_a_killed_process_are_swept(void **state)
{
	struct fixture *f = *state;
	_cleanup_free_ char *rest = write_file(f, "kernels/tmp-abc/root/x", "x", 1);
	_cleanup_free_ char *path = write_image(f, "Image", "6.12.5");
	_cleanup_(dcb_kernel_freep) struct dcb_kernel *kernel = get(f, "", path, DCB_ARCH_ARM64);

	assert_non_null(kernel);
	assert_false(dcb_file_exists(rest));
	assert_int_equal(count_entries(f, "tmp-"), 0);
}

static void kernel_find__by_beginning(void **state)
{
	struct fixture *f = *state;
	_cleanup_free_ char *path = write_image(f, "Image", "6.12.5");
	_cleanup_(dcb_kernel_freep) struct dcb_kernel *kernel = get(f, "", path, DCB_ARCH_ARM64);
	_cleanup_(dcb_kernel_freep) struct dcb_kernel *found = NULL;
	struct dcb_kernel *none = NULL;
	char id[7];

	snprintf(id, sizeof(id), "%.6s", kernel->sha256);
	assert_int_equal(dcb_kernel_find(f->store, id, &found, NULL), 0);
	assert_string_equal(found->sha256, kernel->sha256);
	id[5] = '\0';
	assert_int_equal(dcb_kernel_find(f->store, id, &none, NULL), -EINVAL);
	assert_int_equal(dcb_kernel_find(f->store, "../../x", &none, NULL), -EINVAL);
	assert_int_equal(dcb_kernel_find(f->store, "ffffffffffff", &none, NULL), -ENOENT);
}

static void kernel_find__ambiguous_is_refused(void **state)
{
	struct fixture *f = *state;
	_cleanup_free_ char *a = dcb_format("%s/abcdef%058d", f->store_folder, 1);
	_cleanup_free_ char *b = dcb_format("%s/abcdef%058d", f->store_folder, 2);
	struct dcb_error err = DCB_ERROR_NULL;
	struct dcb_kernel *none = NULL;

	assert_int_equal(dcb_dir_create(a, 0755, NULL), 0);
	assert_int_equal(dcb_dir_create(b, 0755, NULL), 0);
	assert_int_equal(dcb_kernel_find(f->store, "abcdef", &none, &err), -EINVAL);
	assert_non_null(strstr(err.message, "more than one"));
}

static void kernel_find__damaged_entry_says_what_to_do_and_can_be_removed(void **state)
{
	struct fixture *f = *state;
	_cleanup_free_ char *path = write_image(f, "Image", "6.12.5");
	_cleanup_(dcb_kernel_freep) struct dcb_kernel *kernel = get(f, "", path, DCB_ARCH_ARM64);
	struct dcb_error err = DCB_ERROR_NULL;
	struct dcb_kernel *none = NULL;

	assert_int_equal(unlink(kernel->image), 0);
	assert_int_equal(dcb_kernel_find(f->store, kernel->sha256, &none, &err), -EBADMSG);
	assert_non_null(strstr(err.message, "remove it and fetch it again"));
	/* Getting it again mends it. */
	dcb_kernel_free(get(f, "", path, DCB_ARCH_ARM64));
	assert_true(dcb_file_exists(kernel->image));
	assert_int_equal(dcb_kernel_remove(f->store, kernel->sha256, NULL), 0);
	assert_int_equal(dcb_kernel_find(f->store, kernel->sha256, &none, NULL), -ENOENT);
	assert_int_equal(dcb_kernel_remove(f->store, kernel->sha256, NULL), -ENOENT);
	assert_int_equal(count_entries(f, "tmp-"), 0);
}

static int note_release(void *context, const struct dcb_kernel *kernel)
{
	char *list = context;

	strcat(list, kernel->release);
	strcat(list, " ");
	return 0;
}

static void kernel_each__newest_last(void **state)
{
	static const char *const releases[] = {"6.12.5", "7.3.1", "6.1.0-9-x", "6.1.0-47-x", "6.2"};
	struct fixture *f = *state;
	char list[200] = "";

	assert_int_equal(dcb_kernel_each(f->store, note_release, list, NULL), 0);
	assert_string_equal(list, "");
	for (size_t i = 0; i < ARRAY_SIZE(releases); i++) {
		_cleanup_free_ char *path = write_image(f, "Image", releases[i]);

		dcb_kernel_free(get(f, "", path, DCB_ARCH_ARM64));
	}
	assert_int_equal(dcb_kernel_each(f->store, note_release, list, NULL), 0);
	assert_string_equal(list, "6.1.0-9-x 6.1.0-47-x 6.2 6.12.5 7.3.1 ");
}

static void kernel_get__offline_says_so(void **state)
{
	const struct dcb_kernel_options options = {.offline = true};
	struct fixture *f = *state;
	struct dcb_error err = DCB_ERROR_NULL;
	struct dcb_kernel *kernel = NULL;

	assert_int_equal(
		dcb_kernel_get(f->store, "debian:6.12", DCB_ARCH_ARM64, &options, &kernel, &err),
		-ENETDOWN);
	assert_non_null(strstr(err.message, "offline"));
	assert_false(dcb_file_exists(f->store_folder));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(kernel_get__file_is_copied_with_its_provenance),
		TEST(kernel_get__program_can_be_run),
		TEST(kernel_get__changed_file_is_another_kernel),
		TEST(kernel_get__bad_files_leave_nothing),
		TEST(kernel_get__tree_of_other_arch_says_so),
		TEST(kernel_modules__built_in_by_config),
		TEST(kernel_get__tree_supersedes_file_of_the_same_image),
		TEST(kernel_get__leftovers_of_a_killed_process_are_swept),
		TEST(kernel_find__by_beginning),
		TEST(kernel_find__ambiguous_is_refused),
		TEST(kernel_find__damaged_entry_says_what_to_do_and_can_be_removed),
		TEST(kernel_each__newest_last),
		TEST(kernel_get__offline_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

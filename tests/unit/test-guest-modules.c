// SPDX-License-Identifier: GPL-2.0-only
/* Which modules a guest gets, and when a disk instead of loop devices. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/error.h"
#include "lab/guest-modules.h"
#include "workloads/filesystem.h"

#define NONE "{\"modules\": {}, \"reason\": \"not in the archive\"}"

static int ask(const char *release, const char *description, enum dcb_fs_type type, bool *ret_disk)
{
	_cleanup_(dcb_dir_removep) char *folder = NULL;
	_cleanup_(dcb_kernel_modules_freep) char **paths = NULL;
	const struct dcb_workload_needs needs = dcb_fs_needs(type);
	struct dcb_error err = DCB_ERROR_NULL;
	int r;

	assert_int_equal(dcb_dir_temporary("/tmp", "dcb-test-", &folder, NULL), 0);

	const struct dcb_kernel kernel = {.release = (char *)release, .folder = folder};
	_cleanup_free_ char *path = dcb_format("%s/modules.json", folder);

	assert_int_equal(dcb_file_write(path, description, strlen(description), 0644, NULL), 0);
	*ret_disk = false;
	r = dcb_guest_modules(&kernel, &needs, &paths, ret_disk, &err);
	assert_int_equal(r < 0, err.message[0] != '\0');
	return r;
}

static void guest_modules__loop_devices_need_no_disk(void **state)
{
	bool disk;

	(void)state;
	assert_int_equal(ask("6.12",
			     "{\"modules\": {\"loop\": {\"builtin\": true}, "
			     "\"ext4\": {\"builtin\": true}}, \"reason\": \"\"}",
			     DCB_FS_EXT4, &disk),
			 0);
	assert_false(disk);
	assert_int_equal(ask("6.12", NONE, DCB_FS_TMPFS, &disk), 0);
	assert_false(disk);
}

static void guest_modules__file_system_without_loop_devices_gets_a_disk(void **state)
{
	bool disk;

	(void)state;
	assert_int_equal(ask("7.9.0-own",
			     "{\"modules\": {\"xfs\": {\"builtin\": true}}, "
			     "\"reason\": \"built without\"}",
			     DCB_FS_XFS, &disk),
			 0);
	assert_true(disk);
	assert_int_equal(ask("7.0.13+deb13-cloud-arm64", NONE, DCB_FS_EXT4, &disk), 0);
	assert_true(disk);
}

static void guest_modules__no_disk_helps_what_is_not_there(void **state)
{
	bool disk;

	(void)state;
	assert_int_equal(ask("7.0.13+deb13-cloud-arm64", NONE, DCB_FS_BTRFS, &disk), -ENOENT);
	assert_false(disk);
	assert_int_equal(ask("7.0.13+deb13-cloud-arm64", NONE, DCB_FS_OVERLAY, &disk), -ENOENT);
	assert_false(disk);
	assert_int_equal(ask("7.9.0-own", NONE, DCB_FS_EXT4, &disk), -ENOENT);
	assert_false(disk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(guest_modules__loop_devices_need_no_disk),
		cmocka_unit_test(guest_modules__file_system_without_loop_devices_gets_a_disk),
		cmocka_unit_test(guest_modules__no_disk_helps_what_is_not_there),
	};

	return cmocka_run_group_tests_name("guest-modules", tests, NULL, NULL);
}

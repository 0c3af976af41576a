// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"
#include "machines/cgroup-layout.h"

#define V2_MOUNT   "31 23 0:28 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"
#define OTHER_LINE "22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw\n"

/* A folder that stands for "/". */
static int make_root(void **state)
{
	char *root;

	if (dcb_dir_temporary("/tmp", "dcbench-layout-", &root, NULL) < 0)
		return -1;
	*state = root;
	return 0;
}

static int remove_root(void **state)
{
	dcb_dir_removep((char **)state);
	return 0;
}

static void put(const char *root, const char *path, const char *text)
{
	_cleanup_free_ char *full = dcb_format("%s%s", root, path);
	_cleanup_free_ char *folder = strdup(full);

	*strrchr(folder, '/') = '\0';
	assert_int_equal(dcb_dir_create(folder, 0755, NULL), 0);
	assert_int_equal(dcb_file_write(full, text, strlen(text), 0644, NULL), 0);
}

static void put_folder(const char *root, const char *path)
{
	_cleanup_free_ char *full = dcb_format("%s%s", root, path);

	assert_int_equal(dcb_dir_create(full, 0755, NULL), 0);
}

/* A group of the unified hierarchy with these processes. */
static void put_group(const char *root, const char *group, const char *procs, const char *type)
{
	_cleanup_free_ char *folder = dcb_format("/sys/fs/cgroup%s", group);
	_cleanup_free_ char *procs_path = dcb_format("%s/cgroup.procs", folder);
	_cleanup_free_ char *control_path = dcb_format("%s/cgroup.subtree_control", folder);
	_cleanup_free_ char *type_path = dcb_format("%s/cgroup.type", folder);

	put(root, procs_path, procs);
	put(root, control_path, "");
	if (type)
		put(root, type_path, type);
}

static void read_layout(const char *root, struct dcb_cgroup_layout *layout)
{
	assert_int_equal(dcb_cgroup_layout_read(root, layout, NULL), 0);
}

static void assert_own(const struct dcb_cgroup_layout *layout, const char *controller,
		       const char *own)
{
	const struct dcb_cgroup_mount *mount = dcb_cgroup_layout_find(layout, controller);

	assert_non_null(mount);
	assert_string_equal(mount->own, own);
}

static void layout_read__v1_knows_each_controllers_own_group(void **state)
{
	_cleanup_(
		dcb_cgroup_layout_deinitp) struct dcb_cgroup_layout layout = DCB_CGROUP_LAYOUT_NULL;
	const char *root = *state;

	put(root, "/proc/self/mountinfo",
	    OTHER_LINE "32 31 0:29 / /cg/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
		       "35 31 0:32 / /cg/memory rw shared:4 - cgroup cgroup rw,memory\n"
		       "36 31 0:33 / /cg/systemd rw - cgroup cgroup rw,xattr,name=systemd\n");
	put(root, "/proc/self/cgroup",
	    "4:memory:/a/b\n2:cpu,cpuacct:/user.slice\n1:name=systemd:/x\n");
	put_folder(root, "/cg/memory/a/b");
	put_folder(root, "/cg/cpu,cpuacct/user.slice");
	read_layout(root, &layout);
	assert_int_equal(layout.kind, DCB_CGROUP_V1);
	assert_own(&layout, "memory", "/a/b");
	assert_own(&layout, "cpu", "/user.slice");
	assert_own(&layout, "cpuacct", "/user.slice");
	assert_null(dcb_cgroup_layout_find(&layout, "pids"));
	assert_null(dcb_cgroup_layout_find(&layout, "cpua"));
	assert_null(dcb_cgroup_layout_find(&layout, NULL));
}

static void layout_read__hybrid_has_both(void **state)
{
	_cleanup_(
		dcb_cgroup_layout_deinitp) struct dcb_cgroup_layout layout = DCB_CGROUP_LAYOUT_NULL;
	const char *root = *state;

	put(root, "/proc/self/mountinfo",
	    "35 31 0:32 / /cg/memory rw - cgroup cgroup rw,memory\n"
	    "41 31 0:38 / /cg/unified rw - cgroup2 cgroup2 rw\n");
	put(root, "/proc/self/cgroup", "4:memory:/\n0::/init.scope\n");
	put_folder(root, "/cg/unified/init.scope");
	put_folder(root, "/cg/memory");
	read_layout(root, &layout);
	assert_int_equal(layout.kind, DCB_CGROUP_HYBRID);
	assert_own(&layout, "memory", "/");
	assert_own(&layout, NULL, "/init.scope");
}

static void layout_read__v2(void **state)
{
	_cleanup_(
		dcb_cgroup_layout_deinitp) struct dcb_cgroup_layout layout = DCB_CGROUP_LAYOUT_NULL;
	const char *root = *state;

	put(root, "/proc/self/mountinfo", OTHER_LINE V2_MOUNT);
	put(root, "/proc/self/cgroup", "0::/user.slice/user-0.slice/session-2.scope\n");
	put_folder(root, "/sys/fs/cgroup/user.slice/user-0.slice/session-2.scope");
	read_layout(root, &layout);
	assert_int_equal(layout.kind, DCB_CGROUP_V2);
	assert_own(&layout, NULL, "/user.slice/user-0.slice/session-2.scope");
}

static void layout_read__no_cgroups(void **state)
{
	_cleanup_(
		dcb_cgroup_layout_deinitp) struct dcb_cgroup_layout layout = DCB_CGROUP_LAYOUT_NULL;
	const char *root = *state;

	put(root, "/proc/self/mountinfo", OTHER_LINE);
	put(root, "/proc/self/cgroup", "0::/\n");
	read_layout(root, &layout);
	assert_int_equal(layout.kind, DCB_CGROUP_NONE);
}

static void layout_read__mount_of_a_container_begins_at_its_own_group(void **state)
{
	_cleanup_(
		dcb_cgroup_layout_deinitp) struct dcb_cgroup_layout layout = DCB_CGROUP_LAYOUT_NULL;
	const char *root = *state;

	put(root, "/proc/self/mountinfo",
	    "35 31 0:32 /docker/1f /cg/memory rw - cgroup cgroup rw,memory\n"
	    "36 31 0:33 / /cg/a\\040b rw - cgroup cgroup rw,pids\n");
	put(root, "/proc/self/cgroup", "4:memory:/docker/1f/job\n5:pids:/not/visible\n");
	put_folder(root, "/cg/memory/job");
	put_folder(root, "/cg/a b");
	read_layout(root, &layout);
	assert_own(&layout, "memory", "/job");
	assert_own(&layout, "pids", "/");
	assert_non_null(strstr(dcb_cgroup_layout_find(&layout, "pids")->mount, "/cg/a b"));
}

static void layout_read__rubbish_lines_skipped(void **state)
{
	_cleanup_(
		dcb_cgroup_layout_deinitp) struct dcb_cgroup_layout layout = DCB_CGROUP_LAYOUT_NULL;
	const char *root = *state;

	put(root, "/proc/self/mountinfo",
	    "\n - \n - cgroup\n - cgroup cgroup rw,memory\n1 2 - cgroup2 x rw\n\\\n" V2_MOUNT);
	put(root, "/proc/self/cgroup", "\n:\n::\n0\n0::/\n4:memory\n");
	put_folder(root, "/sys/fs/cgroup");
	read_layout(root, &layout);
	assert_int_equal(layout.kind, DCB_CGROUP_V2);
	assert_int_equal(layout.n_mounts, 1);
}

/* place_find() with our process 42 in `own`. */
static int find_place(const char *root, const char *own, char **ret_place, bool *ret_move,
		      struct dcb_error *err)
{
	_cleanup_free_ char *mount_path = dcb_format("%s/sys/fs/cgroup", root);
	_cleanup_free_ char *own_copy = strdup(own);
	const struct dcb_cgroup_mount mount = {.mount = mount_path, .own = own_copy};

	return dcb_cgroup_place_find(&mount, 42, ret_place, ret_move, err);
}

static void place_find__real_root_takes_groups_beside_processes(void **state)
{
	_cleanup_free_ char *place = NULL;
	bool move;

	put_group(*state, "/", "1\n42\n77\n", NULL);
	assert_int_equal(find_place(*state, "/", &place, &move, NULL), 0);
	assert_string_equal(place, "/");
	assert_false(move);
}

static void place_find__goes_up_from_a_group_with_others(void **state)
{
	_cleanup_free_ char *place = NULL;
	bool move;

	put_group(*state, "/", "1\n", NULL);
	put_group(*state, "/user.slice", "", "domain\n");
	put_group(*state, "/user.slice/session-2.scope", "41\n42\n", "domain\n");
	assert_int_equal(find_place(*state, "/user.slice/session-2.scope", &place, &move, NULL), 0);
	assert_string_equal(place, "/user.slice");
	assert_false(move);
}

static void place_find__alone_in_a_delegated_unit_moves(void **state)
{
	_cleanup_free_ char *place = NULL;
	bool move;

	put_group(*state, "/", "1\n", NULL);
	put_group(*state, "/system.slice/dcbenchd.service", "42\n", "domain\n");
	assert_int_equal(find_place(*state, "/system.slice/dcbenchd.service", &place, &move, NULL),
			 0);
	assert_string_equal(place, "/system.slice/dcbenchd.service");
	assert_true(move);
}

static void place_find__in_its_leaf_goes_to_the_unit(void **state)
{
	_cleanup_free_ char *place = NULL;
	bool move;

	put_group(*state, "/unit", "", "domain\n");
	put_group(*state, "/unit/dcbench-42-lab", "42\n", "domain\n");
	assert_int_equal(find_place(*state, "/unit/dcbench-42-lab", &place, &move, NULL), 0);
	assert_string_equal(place, "/unit");
	assert_false(move);
}

static void place_find__namespace_root_with_others_refused(void **state)
{
	struct dcb_error err = DCB_ERROR_NULL;
	char *place = NULL;
	bool move;

	put_group(*state, "/", "1\n42\n", "domain\n");
	assert_int_equal(find_place(*state, "/", &place, &move, &err), -EACCES);
	assert_non_null(strstr(err.message, "--cgroup off"));
	assert_null(place);
}

static void value_parse__finds_whole_keys_only(void **state)
{
	static const char text[] = "oom 3\noom_kill_disable 0\noom_kill 12\nusage_usec x\n";
	unsigned long long value = 7;

	(void)state;
	assert_int_equal(dcb_cgroup_value_parse(text, "oom_kill", &value), 0);
	assert_int_equal(value, 12);
	assert_int_equal(dcb_cgroup_value_parse(text, "usage_usec", &value), -EINVAL);
	assert_int_equal(dcb_cgroup_value_parse(text, "kill", &value), -ENOENT);
	assert_int_equal(dcb_cgroup_value_parse("", "oom", &value), -ENOENT);
	assert_int_equal(value, 12);
}

static void has_word__whole_words_only(void **state)
{
	(void)state;
	assert_true(dcb_cgroup_has_word("cpuset cpu io\n", "cpu"));
	assert_true(dcb_cgroup_has_word("cpuset cpu io\n", "io"));
	assert_false(dcb_cgroup_has_word("cpuset io\n", "cpu"));
	assert_false(dcb_cgroup_has_word("", "cpu"));
}

#define ROOTED(test) cmocka_unit_test_setup_teardown(test, make_root, remove_root)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROOTED(layout_read__v1_knows_each_controllers_own_group),
		ROOTED(layout_read__hybrid_has_both),
		ROOTED(layout_read__v2),
		ROOTED(layout_read__no_cgroups),
		ROOTED(layout_read__mount_of_a_container_begins_at_its_own_group),
		ROOTED(layout_read__rubbish_lines_skipped),
		ROOTED(place_find__real_root_takes_groups_beside_processes),
		ROOTED(place_find__goes_up_from_a_group_with_others),
		ROOTED(place_find__alone_in_a_delegated_unit_moves),
		ROOTED(place_find__in_its_leaf_goes_to_the_unit),
		ROOTED(place_find__namespace_root_with_others_refused),
		cmocka_unit_test(value_parse__finds_whole_keys_only),
		cmocka_unit_test(has_word__whole_words_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

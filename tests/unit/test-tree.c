// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/tree.h"

#include <fcntl.h>

#include "workload-fixture.h"
#include "workloads/dentry-count.h"

static void tree_make__counts_are_what_is_removed(void **state)
{
	const struct dcb_tree_shape shape = {.depth = 3, .fanout = 4, .files = 5, .negative = 2};
	struct dcb_tree_counts expected = dcb_tree_count(&shape), removed = {0};
	struct dcb_error err = DCB_ERROR_NULL;

	(void)state;
	assert_int_equal(expected.folders, 4 + 16 + 64);
	assert_int_equal(expected.files, 85 * 5);
	assert_int_equal(expected.negative, 85 * 2);
	assert_int_equal(mkdir(WORKLOAD_SCRATCH "/tree", 0755), 0);
	if (dcb_tree_make(WORKLOAD_SCRATCH "/tree", &shape, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(dcb_tree_remove(AT_FDCWD, WORKLOAD_SCRATCH "/tree", &removed), 0);
	assert_int_equal(removed.folders, expected.folders + 1);
	assert_int_equal(removed.files, expected.files);
	assert_int_equal(dcb_tree_remove(AT_FDCWD, WORKLOAD_SCRATCH "/tree", NULL), 0);
}

/* Dentries that a tree of 21 000 entries brings; others on this host come and go meanwhile. */
static int64_t count_tree(const struct dcb_tree_shape *shape)
{
	struct dcb_dentry_count before, after;

	assert_int_equal(mkdir(WORKLOAD_SCRATCH "/tree", 0755), 0);
	assert_int_equal(dcb_dentry_count_read(&before, NULL), 0);
	assert_int_equal(dcb_tree_make(WORKLOAD_SCRATCH "/tree", shape, NULL), 0);
	assert_int_equal(dcb_dentry_count_read(&after, NULL), 0);
	assert_int_equal(dcb_tree_remove(AT_FDCWD, WORKLOAD_SCRATCH "/tree", NULL), 0);
	return after.all - before.all;
}

static void dentry_count_read__sees_a_tree(void **state)
{
	const struct dcb_tree_shape shape = {.depth = 2, .fanout = 20, .files = 50};
	struct dcb_tree_counts counts = dcb_tree_count(&shape);
	int64_t expected = counts.folders + counts.files, seen = 0;

	(void)state;
	for (int i = 0; i < 5 && llabs(seen - expected) > expected / 10; i++)
		seen = count_tree(&shape);
	assert_in_range(seen, expected * 9 / 10, expected * 11 / 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tree_make__counts_are_what_is_removed),
		cmocka_unit_test(dentry_count_read__sees_a_tree),
	};

	workload_enter_namespace();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

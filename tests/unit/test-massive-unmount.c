// SPDX-License-Identifier: GPL-2.0-only
/* The workload on this host's kernel, and the mounts that it stands on: that they are as many as it
 * says, with as many dentries, and that nothing stays. */
#include <fcntl.h>

#include "workload-fixture.h"
#include "workloads/mount-scene.h"
#include "workloads/unmount-figures.h"

static const struct dcb_workload_context scratch = {.scratch = WORKLOAD_SCRATCH};

static size_t count_mounts(void)
{
	_cleanup_fclose_ FILE *file = fopen("/proc/self/mountinfo", "re");
	char line[4096];
	size_t n = 0;

	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		n += strstr(line, " " WORKLOAD_SCRATCH "/") != NULL;
	return n;
}

static size_t count_entries(const char *path)
{
	_cleanup_(closedirp) DIR *dir = opendir(path);
	const struct dirent *entry;
	size_t n = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir)))
		n += entry->d_name[0] != '.';
	return n;
}

static void scene_set(struct dcb_mount_scene *scene, const struct dcb_mount_shape *shape,
		      bool own_namespace)
{
	struct dcb_error err = DCB_ERROR_NULL;

	if (dcb_mount_scene_init(scene, shape, own_namespace, 0, &scratch, &err) < 0 ||
	    dcb_mount_scene_set(scene, &err) < 0)
		fail_msg("%s", err.message);
}

static void scene_end(struct dcb_mount_scene *scene)
{
	struct dcb_error err = DCB_ERROR_NULL;

	if (dcb_mount_scene_clear(scene, &err) < 0)
		fail_msg("%s", err.message);
	dcb_mount_scene_deinit(scene);
	assert_int_equal(count_mounts(), 0);
	workload_expect_empty(WORKLOAD_SCRATCH);
}

static void scene__peers_have_each_mount_and_lose_it(void **state)
{
	const struct dcb_mount_shape shape = {
		.type = DCB_MOUNT_TMPFS, .mounts = 5, .peers = 2, .dentries = 7};
	struct dcb_mount_scene scene;

	(void)state;
	scene_set(&scene, &shape, false);
	/* The holder and its peers, and in each of them all five. */
	assert_int_equal(count_mounts(), 3 + 5 * 3);
	assert_int_equal(count_entries(WORKLOAD_SCRATCH "/mounts/top/m4/root"), 7);
	assert_int_equal(count_entries(WORKLOAD_SCRATCH "/mounts/peer1/m4/root"), 7);
	assert_int_equal(umount2(scene.mounts[4].root, 0), 0);
	assert_int_equal(count_mounts(), 3 + 4 * 3);
	assert_int_equal(count_entries(WORKLOAD_SCRATCH "/mounts/peer1/m4/root"), 0);
	scene_end(&scene);
}

static void scene__a_namespace_hides_its_mounts(void **state)
{
	const struct dcb_mount_shape shape = {
		.type = DCB_MOUNT_OVERLAY, .mounts = 3, .dentries = 4, .negative = 2};
	struct dcb_mount_scene scene;
	_cleanup_close_ int home = open("/proc/thread-self/ns/mnt", O_RDONLY | O_CLOEXEC);

	(void)state;
	scene_set(&scene, &shape, true);
	assert_int_equal(count_mounts(), 0);
	assert_int_equal(setns(scene.namespace_fd, CLONE_NEWNS), 0);
	assert_int_equal(count_mounts(), 1 + 3);
	assert_int_equal(count_entries(WORKLOAD_SCRATCH "/mounts/top/m0/root"), 4);
	assert_int_equal(setns(home, CLONE_NEWNS), 0);
	scene_end(&scene);
}

static void scene__an_open_deleted_file_goes_with_its_overlay(void **state)
{
	const struct dcb_mount_shape shape = {
		.type = DCB_MOUNT_OVERLAY, .mounts = 1, .open_deleted = 1 << 20};
	struct dcb_mount_scene scene;
	struct stat status;

	(void)state;
	scene_set(&scene, &shape, false);
	assert_int_equal(stat(WORKLOAD_SCRATCH "/mounts/top/m0/root/deleted", &status), 0);
	assert_int_equal(status.st_size, 1 << 20);
	assert_int_equal(status.st_nlink, 0);
	assert_int_equal(count_entries(WORKLOAD_SCRATCH "/mounts/top/m0/upper"), 0);
	scene_end(&scene);
}

static void scene__a_set_up_that_failed_is_cleared(void **state)
{
	/* More than the tmpfs of the fixture has. */
	const struct dcb_mount_shape shape = {
		.type = DCB_MOUNT_OVERLAY, .mounts = 2, .open_deleted = INT64_C(1) << 40};
	struct dcb_mount_scene scene;
	struct dcb_error err = DCB_ERROR_NULL;

	(void)state;
	assert_int_equal(dcb_mount_scene_init(&scene, &shape, true, 1, &scratch, &err), 0);
	assert_int_equal(dcb_mount_scene_set(&scene, &err), -ENOSPC);
	assert_non_null(strstr(err.message, "cannot fill"));
	scene_end(&scene);
}

/* ---- the workload ---- */

static double freed(const struct workload_seen *seen, int iteration, const void *data)
{
	const double *expected = data;

	assert_true(workload_value(seen, "", 0, iteration, "dentries-expected") == *expected);
	assert_true(workload_value(seen, "", 0, iteration, "unmount-rate") > 0);
	assert_true(workload_value(seen, "", 0, iteration, "umount-p50") <=
		    workload_value(seen, "", 0, iteration, "umount-max"));
	assert_true(workload_value(seen, "", 0, iteration, "cpu-per-mount") > 0);
	assert_true(workload_value(seen, "", 0, iteration, "total-cpu-per-mount") >=
		    workload_value(seen, "", 0, iteration, "cpu-per-mount"));
	return workload_value(seen, "", 0, iteration, "dentries-freed");
}

static void expect_dentries(const char *params, double expected)
{
	/* 0.05: less than one mount of ten. */
	static const struct workload_count counted = {freed, -1, 1, 0.05};

	workload_comes_near("massive-unmount", params, &counted, &expected, expected);
}

static void massive_unmount__every_mode_frees_what_was_made(void **state)
{
	(void)state;
	expect_dentries("mounts=10,dentries=3000,iterations=1", 30010);
	expect_dentries("mounts=10,dentries=3000,iterations=1,mode=parallel,threads=3", 30010);
	expect_dentries("mounts=10,dentries=3000,iterations=1,mode=lazy,peers=2", 30010);
	expect_dentries("mounts=10,dentries=3000,iterations=1,mode=namespace", 30011);
}

static void massive_unmount__overlays_keep_negative_dentries(void **state)
{
	(void)state;
	expect_dentries("mounts=10,dentries=1000,negative=2000,type=overlay,iterations=1", 30010);
}

static void massive_unmount__bind_mounts_free_none(void **state)
{
	struct workload_seen seen;

	(void)state;
	workload_run_well("massive-unmount", "type=bind,mounts=20,iterations=1", &seen);
	assert_true(workload_value(&seen, "", 0, 0, "dentries-expected") == 0);
	assert_true(workload_value(&seen, "", 0, 0, "cpu-per-mount") > 0);
	for (size_t i = 0; i < seen.n; i++)
		if (strcmp(seen.rows[i].metric, "cpu-per-dentry") == 0)
			assert_false(seen.rows[i].present);
	free(seen.rows);
}

static void massive_unmount__cleaners_meet_dying_dentries(void **state)
{
	static const char *const modes[] = {"sequential", "parallel", "lazy", "namespace"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		struct workload_seen seen;
		char params[160];

		snprintf(params, sizeof(params),
			 "mode=%s,type=overlay,mounts=5,dentries=3,cleaners=2,open_deleted=16M,"
			 "iterations=2",
			 modes[i]);
		workload_run_well("massive-unmount", params, &seen);
		assert_int_equal(seen.finding.tries, 4);
		assert_true(seen.finding.hits >= 2);
		for (int j = 0; j < 2; j++)
			assert_true(workload_value(&seen, "cleaner", j, 0, "wall") > 0);
		/* 1 + 3 and 2 of the deleted file; then 3, and four folders. */
		assert_true(workload_value(&seen, "", 0, 0, "dentries-expected") ==
			    5 * (6 + 7) + (strcmp(modes[i], "namespace") == 0));
		free(seen.rows);
	}
}

static void massive_unmount__without_cleaners_there_is_no_symptom(void **state)
{
	struct workload_seen seen;

	(void)state;
	workload_run_well("massive-unmount",
			  "type=overlay,mounts=3,open_deleted=1M,iterations=1,warmup=0", &seen);
	assert_null(seen.finding.symptom);
	free(seen.rows);
}

static void massive_unmount__what_a_kernel_lacks_is_said(void **state)
{
	struct workload_seen seen;

	(void)state;
	workload_run("massive-unmount", "type=ext4,mounts=2,iterations=1,warmup=0", &seen);
	if (seen.result < 0) {
		assert_int_equal(seen.result, -EOPNOTSUPP);
		assert_true(strlen(seen.err.message) > 0);
	}
	free(seen.rows);
}

static void massive_unmount__refuses_what_cannot_be(void **state)
{
	(void)state;
	workload_refuses("massive-unmount", "negative=1", "type=overlay");
	workload_refuses("massive-unmount", "type=bind,negative=1", "type=overlay");
	workload_refuses("massive-unmount", "open_deleted=1M", "type=overlay");
	workload_refuses("massive-unmount", "type=overlay,cleaners=1", "open_deleted=1M");
	workload_refuses("massive-unmount", "type=overlay,cleaners=1,open_deleted=64K",
			 "open_deleted=1M");
	workload_refuses("massive-unmount", "cleaners=1", "type=overlay");
	workload_refuses("massive-unmount", "type=overlay,cleaners=3,mounts=2,open_deleted=1M",
			 "mounts=");
	workload_refuses("massive-unmount", "mode=parallel,threads=3,mounts=2", "mounts=");
	workload_refuses("massive-unmount", "mounts=1000,peers=100", "101000 mounts");
	workload_refuses("massive-unmount", "dentries=100000", "--memory");
	workload_refuses("massive-unmount", "type=overlay,open_deleted=64M", "--memory");
}

/* ---- figures ---- */

static const struct dcb_value *value_of(const struct dcb_value *values, const char *name)
{
	for (size_t i = 0; i < DCB_UNMOUNT_N; i++)
		if (strcmp(values[i].metric->name, name) == 0)
			return &values[i];
	fail_msg("no %s", name);
	return NULL;
}

static void unmount_values__count_by_the_mount_and_by_the_dentry(void **state)
{
	const struct dcb_late late = {.cpu_ns = 100, .wall_ns = 700, .memory_ns = 300};
	uint64_t latencies[] = {4, 2, 3, 1};
	struct dcb_unmount_figures figures = {
		.mounts = 4,
		.freed = 200,
		.expected = 200,
		.wall_ns = 2000,
		.cpu_ns = 1000,
		.total_cpu_ns = 1600,
		.instructions = NAN,
		.latencies_ns = latencies,
		.n_latencies = 4,
		.late = &late,
	};
	struct dcb_value values[DCB_UNMOUNT_N];
	const struct dcb_workload_ops *ops = NULL;

	(void)state;
	assert_int_equal(dcb_workload_find("massive-unmount", &ops, NULL), 0);
	dcb_unmount_values(&figures, ops, values);
	assert_true(value_of(values, "unmount-rate")->value == 2e6);
	assert_true(value_of(values, "cpu-per-dentry")->value == 5);
	assert_true(value_of(values, "total-cpu-per-dentry")->value == 8);
	assert_false(value_of(values, "instructions-per-dentry")->present);
	assert_true(value_of(values, "cpu-per-mount")->value == 250);
	assert_true(value_of(values, "total-cpu-per-mount")->value == 400);
	assert_true(value_of(values, "memory-back")->value == 2300);
	assert_true(value_of(values, "umount-max")->value == 4);
	assert_true(value_of(values, "late-cpu")->value == 100);
	figures.expected = 0;
	dcb_unmount_values(&figures, ops, values);
	assert_false(value_of(values, "cpu-per-dentry")->present);
	assert_true(value_of(values, "cpu-per-mount")->present);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scene__peers_have_each_mount_and_lose_it),
		cmocka_unit_test(scene__a_namespace_hides_its_mounts),
		cmocka_unit_test(scene__an_open_deleted_file_goes_with_its_overlay),
		cmocka_unit_test(scene__a_set_up_that_failed_is_cleared),
		cmocka_unit_test(massive_unmount__every_mode_frees_what_was_made),
		cmocka_unit_test(massive_unmount__overlays_keep_negative_dentries),
		cmocka_unit_test(massive_unmount__bind_mounts_free_none),
		cmocka_unit_test(massive_unmount__cleaners_meet_dying_dentries),
		cmocka_unit_test(massive_unmount__without_cleaners_there_is_no_symptom),
		cmocka_unit_test(massive_unmount__what_a_kernel_lacks_is_said),
		cmocka_unit_test(massive_unmount__refuses_what_cannot_be),
		cmocka_unit_test(unmount_values__count_by_the_mount_and_by_the_dentry),
	};

	workload_enter_namespace();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-only
/* One container on this host's kernel, seen from outside. */
#include "workloads/container.h"

#include <signal.h>
#include <sys/vfs.h>

#include "workload-fixture.h"
#include "workloads/dentry-count.h"

static const struct dcb_workload_context context = {.scratch = WORKLOAD_SCRATCH, .cpus = 1};

static struct dcb_container_host *open_host(const struct dcb_container_params *params)
{
	struct dcb_container_host *host;
	struct dcb_error err = DCB_ERROR_NULL;

	if (dcb_container_host_open(&context, params, &host, &err) < 0)
		fail_msg("%s", err.message);
	return host;
}

static void start(struct dcb_container *container)
{
	struct dcb_error err = DCB_ERROR_NULL;

	if (dcb_container_start(container, &err) < 0 ||
	    dcb_container_await_ready(container, &err) < 0)
		fail_msg("%s", err.message);
}

static void stop(struct dcb_container *container)
{
	struct dcb_error err = DCB_ERROR_NULL;

	if (dcb_container_stop(container, &err) < 0 || dcb_container_remove(container, &err) < 0)
		fail_msg("%s", err.message);
}

/* What readlink() says of /proc/<pid>/<name>. */
static void link_of(pid_t pid, const char *name, char target[128])
{
	char path[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	n = readlink(path, target, 127);
	assert_true(n > 0);
	target[n] = '\0';
}

static void container_start__has_namespaces_and_only_its_own_mounts(void **state)
{
	static const char *const names[] = {"ns/pid", "ns/mnt", "ns/net", "ns/ipc", "ns/uts"};
	const struct dcb_container_params params = {
		.layers = 2, .dirs = 1, .files = 3, .volume = 1 << 20, .net = true};
	struct dcb_container_host *host = open_host(&params);
	struct dcb_container one, two;
	char mine[128], its[128], path[64], line[512];
	_cleanup_fclose_ FILE *mounts = NULL;

	(void)state;
	dcb_container_init(&one, host, 1, false);
	dcb_container_init(&two, host, 2, true);
	start(&one);
	start(&two);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		link_of(getpid(), names[i], mine);
		link_of(two.pid, names[i], its);
		assert_string_not_equal(mine, its);
	}
	snprintf(path, sizeof(path), "/proc/%d/mountinfo", two.pid);
	mounts = fopen(path, "re");
	assert_non_null(mounts);
	while (fgets(line, sizeof(line), mounts))
		if (strstr(line, "/c1/"))
			fail_msg("it sees another container's mount: %s", line);
	assert_false(dcb_container_gone(&two));
	stop(&one);
	stop(&two);
	assert_true(two.usage.cpu_ns > 0 && two.usage.exit_ns > 0);
	assert_int_equal(dcb_container_host_close(host, NULL), 0);
	workload_expect_empty(WORKLOAD_SCRATCH);
}

/* The inodes of the host's tmpfs, on which layers, upper and work folders and volumes are. */
static int64_t host_inodes(void)
{
	struct statfs status;

	assert_int_equal(statfs(WORKLOAD_SCRATCH "/containers/root", &status), 0);
	return (int64_t)status.f_files - (int64_t)status.f_ffree;
}

static void container_start__makes_what_it_is_told(void **state)
{
	const struct dcb_container_params params = {
		.layers = 2, .dirs = 5, .files = 30, .volume = 1 << 20};
	struct dcb_container_host *host = open_host(&params);
	int64_t before = host_inodes(), full, after;
	struct dcb_container container;

	(void)state;
	dcb_container_init(&container, host, 0, false);
	start(&container);
	full = host_inodes();
	stop(&container);
	after = host_inodes();
	assert_int_equal(dcb_container_host_close(host, NULL), 0);
	/* In /work, which is copied up: 5 folders, and 30 files in each and in itself. Beside them:
	 * the container's folder, upper, work, work/work, rootfs, volume, spool and its file; and
	 * what tmpfs counts as inodes for overlayfs's extended attributes. */
	assert_in_range(full - before, 1 + 5 + 6 * 30 + 8, 1 + 5 + 6 * 30 + 8 + 2);
	assert_int_equal(after, before);
}

/* Whether an overlay still holds the upper folder of the container: none may share it with index=on
 * (Documentation/filesystems/overlayfs.rst). */
static bool upper_is_in_use(const struct dcb_container *container)
{
	static const char *const base = WORKLOAD_SCRATCH "/containers/root";
	char options[512], target[128];

	snprintf(target, sizeof(target), "%s/c%u/rootfs", base, container->index);
	snprintf(options, sizeof(options),
		 "index=on,lowerdir=%s/layers/0,upperdir=%s/c%u/upper,workdir=%s/c%u/work", base,
		 base, container->index, base, container->index);
	if (mount("overlay", target, "overlay", 0, options) < 0)
		return errno == EBUSY;
	assert_int_equal(umount(target), 0);
	return false;
}

static void container_stop__ends_the_overlay_though_later_ones_live(void **state)
{
	const struct dcb_container_params params = {.layers = 1};
	struct dcb_container_host *host = open_host(&params);
	struct dcb_container container, other;
	bool before, after;

	(void)state;
	dcb_container_init(&container, host, 0, false);
	dcb_container_init(&other, host, 1, false);
	start(&container);
	/* It was cloned with the first one's mount, and must not keep it. */
	start(&other);
	before = upper_is_in_use(&container);
	assert_int_equal(dcb_container_stop(&container, NULL), 0);
	after = upper_is_in_use(&container);
	assert_int_equal(dcb_container_remove(&container, NULL), 0);
	stop(&other);
	assert_int_equal(dcb_container_host_close(host, NULL), 0);
	assert_true(before);
	assert_false(after);
}

static bool is_about(int64_t value, int64_t expected)
{
	return value >= expected * 9 / 10 && value <= expected * 11 / 10;
}

static void container_stop__frees_the_dentries_it_made(void **state)
{
	const struct dcb_container_params params = {
		.layers = 4, .dirs = 20, .files = 100, .negative = 200};
	/* Looked up, missed; made, missed. What is made is in the upper layer too. */
	const int64_t overlay = 20 * (100 + 200) + 21 * (100 + 200), upper = 21 * 100;
	struct dcb_container_host *host = open_host(&params);
	bool made = false, freed = false;

	(void)state;
	/* Others on this host come and go, in bursts: one quiet time will do. */
	for (int i = 0; i < 20 && !(made && freed); i++) {
		struct dcb_dentry_count before, full, stopped;
		struct dcb_container container;

		dcb_container_init(&container, host, 0, false);
		assert_int_equal(dcb_dentry_count_read(&before, NULL), 0);
		start(&container);
		assert_int_equal(dcb_dentry_count_read(&full, NULL), 0);
		assert_int_equal(dcb_container_stop(&container, NULL), 0);
		assert_int_equal(dcb_dentry_count_read(&stopped, NULL), 0);
		assert_int_equal(dcb_container_remove(&container, NULL), 0);
		made = made || is_about(full.all - before.all, overlay + upper);
		freed = freed || is_about(full.all - stopped.all, overlay);
	}
	assert_int_equal(dcb_container_host_close(host, NULL), 0);
	assert_true(made);
	assert_true(freed);
}

static void container_clear__ends_what_is_half_done(void **state)
{
	const struct dcb_container_params params = {.layers = 1, .volume = 1 << 20};
	struct dcb_container_host *host = open_host(&params);
	struct dcb_container container;

	(void)state;
	dcb_container_init(&container, host, 0, true);
	assert_int_equal(dcb_container_clear(&container, NULL), 0);
	start(&container);
	assert_int_equal(kill(container.pid, SIGKILL), 0);
	assert_int_equal(dcb_container_await_dying(&container, NULL), 0);
	assert_int_equal(dcb_container_remove_volume(&container), 0);
	assert_int_equal(dcb_container_clear(&container, NULL), 0);
	assert_int_equal(dcb_container_clear(&container, NULL), 0);
	assert_int_equal(dcb_container_host_close(host, NULL), 0);
	workload_expect_empty(WORKLOAD_SCRATCH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(container_start__has_namespaces_and_only_its_own_mounts),
		cmocka_unit_test(container_start__makes_what_it_is_told),
		cmocka_unit_test(container_stop__ends_the_overlay_though_later_ones_live),
		cmocka_unit_test(container_stop__frees_the_dentries_it_made),
		cmocka_unit_test(container_clear__ends_what_is_half_done),
	};

	workload_enter_namespace();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-only
/* One container on this host's kernel, seen from outside. */
#include "workloads/container.h"

#include <signal.h>

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

static void container_stop__frees_the_dentries_it_made(void **state)
{
	const struct dcb_container_params params = {
		.layers = 4, .dirs = 20, .files = 100, .negative = 200};
	/* Looked up, missed; made, missed. What is made is in the upper layer too. */
	const int64_t overlay = 20 * (100 + 200) + 21 * (100 + 200), upper = 21 * 100;
	struct dcb_container_host *host = open_host(&params);
	struct dcb_dentry_count before, full, both, stopped, removed;
	struct dcb_container container, other;

	(void)state;
	dcb_container_init(&container, host, 0, false);
	dcb_container_init(&other, host, 1, false);
	assert_int_equal(dcb_dentry_count_read(&before, NULL), 0);
	start(&container);
	assert_int_equal(dcb_dentry_count_read(&full, NULL), 0);
	/* It was cloned with the first one's mount, and must not keep it. */
	start(&other);
	assert_int_equal(dcb_dentry_count_read(&both, NULL), 0);
	assert_int_equal(dcb_container_stop(&container, NULL), 0);
	assert_int_equal(dcb_dentry_count_read(&stopped, NULL), 0);
	assert_int_equal(dcb_container_remove(&container, NULL), 0);
	assert_int_equal(dcb_dentry_count_read(&removed, NULL), 0);
	stop(&other);
	/* Others on this host come and go. */
	assert_in_range(full.all - before.all, (overlay + upper) * 9 / 10,
			(overlay + upper) * 11 / 10);
	assert_in_range(both.all - stopped.all, overlay * 9 / 10, overlay * 11 / 10);
	assert_in_range(stopped.all - removed.all, upper * 8 / 10, upper * 12 / 10);
	assert_int_equal(dcb_container_host_close(host, NULL), 0);
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
		cmocka_unit_test(container_stop__frees_the_dentries_it_made),
		cmocka_unit_test(container_clear__ends_what_is_half_done),
	};

	workload_enter_namespace();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

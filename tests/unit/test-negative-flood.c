// SPDX-License-Identifier: GPL-2.0-only
/* The workload on this host's kernel; op=drop, which is of the whole machine, is left out. */
#include "workload-fixture.h"

static double freed(const struct workload_seen *seen, int iteration, const void *data)
{
	double count = workload_value(seen, "remover", 0, iteration, "dentries-freed");
	double wall = workload_value(seen, "remover", 0, iteration, "wall");

	(void)data;
	if (count > 0)
		assert_true(
			fabs(workload_value(seen, "remover", 0, iteration, "dentry-wall") * count -
			     wall) < 1 + wall / 1e6);
	return count;
}

static const struct workload_count counted = {freed, -1, 1, 0.2};

static void negative_flood__frees_what_it_says(void **state)
{
	static const char *const doses[] = {
		"op=rmdir,iterations=1,count=40000",
		"op=rename,iterations=1,count=40000",
		"op=remount,iterations=1,count=40000",
		"op=rmdir,iterations=1,fs=overlay,count=40000",
		"op=rename,iterations=1,fs=overlay,count=40000",
		"op=remount,iterations=1,fs=overlay,count=40000",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(doses); i++)
		workload_comes_near("negative-flood", doses[i], &counted, NULL, 40000);
}

static void negative_flood__doses_over_memory_are_refused(void **state)
{
	(void)state;
	workload_refuses("negative-flood", "count=10000000", "a smaller count=");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(negative_flood__frees_what_it_says),
		cmocka_unit_test(negative_flood__doses_over_memory_are_refused),
	};

	workload_enter_namespace();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "lab/plan.h"
#include "workloads/suite.h"

static int setup(void **state)
{
	return dcb_dir_temporary("/tmp", "dcb-test-", (char **)state, NULL);
}

static int teardown(void **state)
{
	dcb_dir_removep((char **)state);
	return 0;
}

static int read_text(const char *folder, struct dcb_plan *plan, const char *text,
		     struct dcb_error *err)
{
	_cleanup_free_ char *path = dcb_format("%s/x.plan", folder);
	int r;

	assert_int_equal(dcb_file_write(path, text, strlen(text), 0644, err), 0);
	assert_int_equal(dcb_plan_init(plan, err), 0);
	r = dcb_plan_read(plan, path, err);
	return r < 0 ? r : dcb_plan_settle(plan, err);
}

static void plan_read__file_becomes_a_plan(void **state)
{
	_cleanup_(dcb_plan_deinit) struct dcb_plan plan;
	struct dcb_error err = DCB_ERROR_NULL;

	assert_int_equal(read_text(*state, &plan,
				   "[plan]\nmachine = null\nblocks = 4\nseed = 9\nbase = b\n"
				   "[kernel a]\nspec = ./x\n[kernel b]\nspec = debian:6.12\n"
				   "[workload null]\n[workload dying-dentry]\nop = rename\n",
				   &err),
			 0);
	assert_int_equal(plan.n_kernels, 2);
	assert_string_equal(plan.kernels[1].spec, "debian:6.12");
	assert_int_equal(plan.base_index, 1);
	assert_int_equal(plan.blocks, 4);
	assert_int_equal(plan.n_workloads, 2);
	assert_non_null(strstr(plan.workloads[1].text, "op=rename"));
}

static void plan_json__round_trips(void **state)
{
	_cleanup_(dcb_plan_deinit) struct dcb_plan plan;
	_cleanup_(dcb_plan_deinit) struct dcb_plan back;
	_cleanup_free_ char *first = NULL;
	_cleanup_free_ char *second = NULL;
	struct dcb_error err = DCB_ERROR_NULL;
	json_auto_t *json = NULL;
	json_auto_t *again = NULL;

	assert_int_equal(read_text(*state, &plan,
				   "[plan]\nmachine=null\nseed=123456789012\ncgroup=off\n"
				   "[kernel a]\nspec=x=y\n[workload dying-dentry]\nwaiters=2\n",
				   &err),
			 0);
	/* The fewest that can show a change where boots are not exact. */
	assert_int_equal(plan.blocks, 6);
	json = dcb_plan_to_json(&plan);
	first = dcb_json_line(json);
	assert_int_equal(dcb_plan_init(&back, &err), 0);
	assert_int_equal(dcb_plan_from_json(&back, json, &err), 0);
	assert_int_equal(dcb_plan_settle(&back, &err), 0);
	again = dcb_plan_to_json(&back);
	second = dcb_json_line(again);
	assert_string_equal(first, second);
}

static void plan_read__a_suite_brings_each_dose_once(void **state)
{
	_cleanup_(dcb_plan_deinit) struct dcb_plan plan;
	struct dcb_error err = DCB_ERROR_NULL;
	const struct dcb_suite *suite;
	size_t n = 0;

	assert_int_equal(dcb_suite_find("defect", &suite, &err), 0);
	while (suite->workloads[n])
		n++;
	if (read_text(*state, &plan,
		      "[plan]\nmachine=null\nmemory=16G\ncpus=8\n[kernel a]\nspec=x\n"
		      "[suite defect]\n[workload dying-dentry]\n[suite defect]\n[workload null]\n",
		      &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(plan.n_workloads, n + 1);
	assert_string_equal(plan.workloads[n].ops->name, "null");
	assert_int_equal(plan.deadline_s, 240 + 60 * (int64_t)(n + 1));
}

static void refuses(const char *folder, const char *text, const char *message)
{
	_cleanup_(dcb_plan_deinit) struct dcb_plan plan;
	struct dcb_error err = DCB_ERROR_NULL;

	assert_true(read_text(folder, &plan, text, &err) < 0);
	assert_int_equal(err.kind, DCB_ERROR_USAGE);
	if (!strstr(err.message, message))
		fail_msg("\"%s\" does not say \"%s\"", err.message, message);
}

static void plan_read__bad_input_says_what_where_and_what_to_do(void **state)
{
	refuses(*state, "[plan]\n", "no kernel: add --kernel");
	refuses(*state, "[plan]\nmachine=null\n[kernel a]\nspec=x\n", "no workload");
	refuses(*state, "[plan]\nblock=3\n", "x.plan:2: unknown key block: it takes base, machine");
	refuses(*state, "[plan]\nblocks=-1\n", "x.plan:2: blocks=-1: give a whole number from 0");
	refuses(*state, "[plans]\n", "x.plan:1: unknown section [plans]");
	refuses(*state, "[kernel a]\n[kernel a]\n", "x.plan:2: two kernels are named a");
	refuses(*state, "[kernel a b]\n", "x.plan:1: kernel name \"a b\"");
	refuses(*state, "[kernel a]\n", "[kernel a] has no spec");
	refuses(*state, "[kernel a]\npath=x\n", "x.plan:2: unknown key path: a kernel takes spec");
	refuses(*state, "[suite defekt]\n", "x.plan:1: unknown suite 'defekt'");
	refuses(*state, "[suite defect]\nsize=1M\n", "x.plan:2: unknown key size: a suite");
	refuses(*state, "[workload dying-dentri]\n", "x.plan:1: ");
	refuses(*state, "[workload dying-dentri]\n", "dying-dentry");
	refuses(*state, "[workload dying-dentry]\nop=mv\n",
		"x.plan:2: op=mv: give one of rmdir,rename");
	refuses(*state, "[plan]\nmachine=null\nbase=z\n[kernel a]\nspec=x\n[workload null]\n",
		"base z: no kernel has that name");
	refuses(*state, "[plan]\nmachine=vax\n[kernel a]\nspec=x\n[workload null]\n", "vax");
	refuses(*state,
		"[plan]\nmachine=null\n[kernel a]\nspec=x\n[workload null]\n[workload null]\n",
		"stands there twice");
	refuses(*state,
		"[plan]\nmachine=null\nmemory=256M\n[kernel a]\nspec=x\n"
		"[workload dying-dentry]\nsize=1G\n",
		"workload dying-dentry");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plan_read__file_becomes_a_plan),
		cmocka_unit_test(plan_json__round_trips),
		cmocka_unit_test(plan_read__a_suite_brings_each_dose_once),
		cmocka_unit_test(plan_read__bad_input_says_what_where_and_what_to_do),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

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
				   "until=settled\nmax-blocks=9\nbudget=2h\nstrict=yes\n"
				   "threshold=2%,waiter.wall=5%\n"
				   "[kernel b]\nspec=y\n[kernel a]\nspec=x=y\n[workload "
				   "dying-dentry]\nwaiters=2\n",
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

static void plan_settle__until_settled_knows_its_first_look_and_its_end(void **state)
{
	static const char head[] = "[kernel a]\nspec=x\n[kernel b]\nspec=y\n[workload null]\n"
				   "[plan]\nmachine=null\nuntil=settled\n";
	static const struct {
		const char *keys;
		int64_t blocks, max_blocks, budget_s;
	} rows[] = {
		{"", 6, 40, 0},
		{"blocks=4\nmax-blocks=4\nbudget=90m\n", 4, 4, 5400},
		{"blocks=50\n", 50, 50, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_(dcb_plan_deinit) struct dcb_plan plan;
		_cleanup_free_ char *text = dcb_format("%s%s", head, rows[i].keys);
		struct dcb_error err = DCB_ERROR_NULL;

		if (read_text(*state, &plan, text, &err) < 0)
			fail_msg("%s", err.message);
		assert_int_equal(plan.until, DCB_UNTIL_SETTLED);
		assert_int_equal(plan.blocks, rows[i].blocks);
		assert_int_equal(plan.max_blocks, rows[i].max_blocks);
		assert_int_equal(plan.budget_s, rows[i].budget_s);
	}
}

static void plan_json__keeps_what_is_planted(void **state)
{
	_cleanup_(dcb_plan_deinit) struct dcb_plan plan;
	_cleanup_(dcb_plan_deinit) struct dcb_plan back;
	struct dcb_error err = DCB_ERROR_NULL;
	json_auto_t *json = NULL;

	assert_int_equal(read_text(*state, &plan,
				   "[plan]\nmachine=null\nplant=b=0.1%\n[kernel a]\nspec=x\n"
				   "[kernel b]\nspec=x\n[kernel c]\nspec=x\nplant=2%\n"
				   "[workload lookup-control]\n",
				   &err),
			 0);
	json = dcb_plan_to_json(&plan);
	assert_int_equal(dcb_plan_init(&back, &err), 0);
	assert_int_equal(dcb_plan_from_json(&back, json, &err), 0);
	assert_int_equal(dcb_plan_settle(&back, &err), 0);
	assert_int_equal(back.kernels[0].plant_ppm, 0);
	assert_int_equal(back.kernels[1].plant_ppm, 1000);
	assert_int_equal(back.kernels[2].plant_ppm, 20000);
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
#define TWO "[kernel a]\nspec=x\n[kernel b]\nspec=y\n[workload null]\n[plan]\nmachine=null\n"
	refuses(*state, TWO "threshold=x\n", "threshold: \"x\": give a share from 0% to 100%");
	refuses(*state, TWO "budget=abc\n", "budget=abc: give a time such as 90m, 2h or 3600s");
	refuses(*state, TWO "until=never\n", "until=never: give one of fixed,settled");
	refuses(*state, TWO "max-blocks=9\n",
		"max-blocks: means something only with until=settled");
	refuses(*state, TWO "budget=1h\n", "budget: means something only with until=settled");
	refuses(*state, TWO "until=settled\nmax-blocks=5\n",
		"max-blocks=5: the first look is at 6 blocks already");
	refuses(*state,
		"[plan]\nmachine=null\nuntil=settled\n[kernel a]\nspec=x\n[workload null]\n",
		"until=settled: needs a second kernel");
	refuses(*state, "[plan]\nmachine=vax\n[kernel a]\nspec=x\n[workload null]\n", "vax");
	refuses(*state,
		"[plan]\nmachine=null\n[kernel a]\nspec=x\n[workload null]\n[workload null]\n",
		"stands there twice");
	refuses(*state, "[kernel a]\nspec=x\nplant=2\n",
		"x.plan:3: plant \"2\": give a share from 0.1% to 100%");
	refuses(*state, "[plan]\nmachine=null\nplant=z=2%\n[kernel a]\nspec=x\n[workload null]\n",
		"plant z=2%: no kernel has that name");
	refuses(*state, "[plan]\nmachine=null\nplant=a\n[kernel a]\nspec=x\n[workload null]\n",
		"plant a: give NAME=SHARE, for example fixed=2%");
	refuses(*state,
		"[plan]\nmachine=null\n[kernel a]\nspec=x\nplant=2%\n[workload dying-dentry]\n",
		"plant a: nothing can be planted in dying-dentry, only in ");
	refuses(*state,
		"[plan]\nmachine=null\n[kernel a]\nspec=x\nplant=0.1%\n"
		"[workload lookup-control]\ncount=100\n",
		"plant a: that share of the 100 operations of lookup-control is none");
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
		cmocka_unit_test(plan_settle__until_settled_knows_its_first_look_and_its_end),
		cmocka_unit_test(plan_json__keeps_what_is_planted),
		cmocka_unit_test(plan_read__a_suite_brings_each_dose_once),
		cmocka_unit_test(plan_read__bad_input_says_what_where_and_what_to_do),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

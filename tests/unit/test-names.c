// SPDX-License-Identifier: GPL-2.0-only
#include "foreign-fixture.h"

#include "collectors/collector.h"
#include "reports/formats/names.h"
#include "workloads/workload.h"

static void check_dose(const char *name, const char *params, const char *want)
{
	const struct dcb_store_run_workload workload = {name, params};
	_cleanup_free_ char *dose = dcb_name_dose(&workload);

	assert_string_equal(dose, want);
}

static void name_dose__defaults_are_left_out(void **state)
{
	const struct dcb_workload_ops *ops;
	void *params;
	struct dcb_error err = DCB_ERROR_NULL;
	_cleanup_free_ char *all = NULL;

	(void)state;
	assert_int_equal(dcb_workload_find("dying-dentry", &ops, &err), 0);
	assert_int_equal(dcb_workload_params_new(ops, "", "x", &params, &err), 0);
	all = dcb_options_format(ops->options, params);
	dcb_workload_params_free(ops, params);
	assert_non_null(all);
	check_dose("dying-dentry", all, "");
	check_dose("dying-dentry", "op=rename,waiters=2", "op=rename,waiters=2");
	/* Of another build: what is not known stays. */
	check_dose("dying-dentry", "op=rename,colour=red", "op=rename,colour=red");
	check_dose("frogs", "size=3", "size=3");
	check_dose("frogs", "", "");
	check_dose("frogs", "a=" HOSTILE, "a=" HOSTILE_CLEAN);
}

static void name_measure__whole_iteration_has_a_name(void **state)
{
	const struct dcb_comparison of_role = {.role = (char *)"waiter", .metric = (char *)"wall"};
	const struct dcb_comparison whole = {.role = (char *)"", .metric = (char *)"entries"};
	_cleanup_free_ char *one = dcb_name_measure(&of_role), *two = dcb_name_measure(&whole);

	(void)state;
	assert_string_equal(one, "waiter.wall");
	assert_string_equal(two, "iteration.entries");
}

/* Bencher's measures have names of at most 64 characters. */
static void check_metric(const char *role, const struct dcb_metric *metric)
{
	if (!dcb_name_unit_find(metric->unit))
		fail_msg("%s %s: no unit %s elsewhere", role, metric->name, metric->unit);
	if (strlen(role) + strlen(".") + strlen(metric->name) + strlen(".change") > 64)
		fail_msg("%s.%s.change is too long", role, metric->name);
}

static void units__every_metric_has_one_elsewhere(void **state)
{
	(void)state;
	for (size_t i = 0; i < dcb_n_workloads; i++) {
		const struct dcb_workload_ops *ops = dcb_workloads[i];
		const struct dcb_workload_metric *metric = ops->metrics;

		for (; metric && metric->metric.name; metric++)
			check_metric(metric->role ?: "iteration", &metric->metric);
		for (size_t role = 0; ops->roles && ops->roles[role].name; role++)
			for (size_t j = 0; j < dcb_n_collectors; j++)
				for (size_t k = 0; k < dcb_collectors[j]->n_metrics; k++)
					check_metric(ops->roles[role].name,
						     &dcb_collectors[j]->metrics[k]);
	}
}

static void units__are_converted(void **state)
{
	(void)state;
	/* Divided, not multiplied by 1e-9: the nearest double to the decimal digits. */
	assert_true(dcb_name_unit_convert(dcb_name_unit_find("ns"), 1409000001) == 1.409000001);
	assert_true(dcb_name_unit_convert(dcb_name_unit_find("cycles/ms"), 3) == 3000);
	assert_true(dcb_name_unit_convert(dcb_name_unit_find("ratio"), 0.1) == 0.1);
	assert_null(dcb_name_unit_find("frogs"));
	assert_true(dcb_name_unit_convert(NULL, 3) == 3);
}

static void told_sides__base_is_told_once(void **state)
{
	_cleanup_(made_deinit) struct made made = {0};
	struct dcb_told_side side;
	size_t at = 0, n = 0, n_base = 0;

	(void)state;
	made_init(&made, 3);
	while (dcb_told_side_next(&made.summary, &at, &side)) {
		assert_ptr_equal(side.comparison, &made.comparisons[side.index]);
		assert_int_equal(side.side->kernel == BASE, side.is_base);
		n_base += side.is_base;
		n++;
	}
	assert_int_equal(n, N_METRICS * N_KERNELS);
	assert_int_equal(n_base, N_METRICS);
	/* Base alone: its candidate is itself. */
	made.comparisons[0].candidate = (struct dcb_side){.kernel = BASE};
	made.summary.n_comparisons = 1;
	at = 0;
	assert_true(dcb_told_side_next(&made.summary, &at, &side));
	assert_true(side.is_base);
	assert_false(dcb_told_side_next(&made.summary, &at, &side));
}

static void symptom_is_told__not_where_its_window_was_missed(void **state)
{
	struct dcb_summary_symptom symptom = {.boots = 1};

	(void)state;
	assert_true(dcb_symptom_is_told(&symptom));
	symptom.state = (char *)"no-wait";
	assert_true(dcb_symptom_is_told(&symptom));
	symptom.state = (char *)"miss";
	assert_false(dcb_symptom_is_told(&symptom));
	symptom.state = (char *)"unclear";
	assert_false(dcb_symptom_is_told(&symptom));
	symptom = (struct dcb_summary_symptom){.present = true};
	assert_false(dcb_symptom_is_told(&symptom));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(name_dose__defaults_are_left_out),
		cmocka_unit_test(name_measure__whole_iteration_has_a_name),
		cmocka_unit_test(units__every_metric_has_one_elsewhere),
		cmocka_unit_test(units__are_converted),
		cmocka_unit_test(told_sides__base_is_told_once),
		cmocka_unit_test(symptom_is_told__not_where_its_window_was_missed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-only
#include "foreign-fixture.h"

static const json_t *metric(const json_t *document, const char *benchmark, const char *measure)
{
	const json_t *found = json_object_get(json_object_get(document, benchmark), measure);

	if (!found)
		fail_msg("no %s %s", benchmark, measure);
	return found;
}

static double number(const json_t *metric, const char *key)
{
	assert_true(json_is_number(json_object_get(metric, key)));
	return json_number_value(json_object_get(metric, key));
}

static void bmf__value_and_range_in_full(void **state)
{
	_cleanup_(made_deinit) struct made made = {0};

	(void)state;
	made_init(&made, 2);
	made.comparisons[WALL].base.median = 1e9 / 3;

	json_auto_t *document = made_json(&made, &dcb_report_bmf);
	const json_t *wall = metric(document, "base/dying-dentry:op=rename", "waiter.wall");

	assert_int_equal(json_object_size(document), 2);
	assert_true(number(wall, "value") == 1e9 / 3);
	assert_true(number(wall, "lower_value") == 4e9);
	assert_true(number(wall, "upper_value") == 6e9);
	metric(document, "fixed/dying-dentry:op=rename", "iteration.switches");
}

static void bmf__candidate_has_its_change(void **state)
{
	_cleanup_(made_deinit) struct made made = {0};

	(void)state;
	made_init(&made, 2);
	made.comparisons[CYCLES].has_ratio = false;

	json_auto_t *document = made_json(&made, &dcb_report_bmf);
	const json_t *fixed = json_object_get(document, "fixed/dying-dentry:op=rename");
	const json_t *change = json_object_get(fixed, "waiter.wall.change");

	assert_true(number(change, "value") == 0.25);
	assert_true(number(change, "upper_value") == 0.25 * 1.01);
	assert_null(json_object_get(fixed, "waiter.cycles.change"));
	assert_null(json_object_get(json_object_get(document, "base/dying-dentry:op=rename"),
				    "waiter.wall.change"));
}

static void bmf__one_boot_has_no_range_and_none_no_metric(void **state)
{
	_cleanup_(made_deinit) struct made made = {0};

	(void)state;
	made_init(&made, 2);
	made.comparisons[WALL].candidate.n = 1;
	made.comparisons[WALL].has_interval = false;
	made.comparisons[CYCLES].candidate.n = 0;

	json_auto_t *document = made_json(&made, &dcb_report_bmf);
	const json_t *fixed = json_object_get(document, "fixed/dying-dentry:op=rename");

	assert_int_equal(json_object_size(json_object_get(fixed, "waiter.wall")), 1);
	assert_int_equal(json_object_size(json_object_get(fixed, "waiter.wall.change")), 1);
	assert_null(json_object_get(fixed, "waiter.cycles"));
	assert_null(json_object_get(fixed, "waiter.cycles.change"));
}

static void bmf__no_figures_is_a_usage_error(void **state)
{
	_cleanup_(made_deinit) struct made made = {0};
	struct dcb_error err = DCB_ERROR_NULL;

	(void)state;
	made_init(&made, 2);
	made.summary.n_comparisons = 0;
	assert_int_equal(dcb_report_bmf.write(&made.report, stdout, &err), -EINVAL);
	assert_int_equal(err.kind, DCB_ERROR_USAGE);
	assert_string_equal(err.message, "run 7 has no figures: nothing for bmf");
}

static void bmf__hostile_names_are_one_line_of_text(void **state)
{
	_cleanup_(made_deinit) struct made made = {0};

	(void)state;
	made_init(&made, 2);
	made_hostile(&made);

	json_auto_t *document = made_json(&made, &dcb_report_bmf);

	metric(document, HOSTILE_CLEAN "/dying-dentry:" HOSTILE_CLEAN "=" HOSTILE_CLEAN,
	       "waiter.wall");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bmf__value_and_range_in_full),
		cmocka_unit_test(bmf__candidate_has_its_change),
		cmocka_unit_test(bmf__one_boot_has_no_range_and_none_no_metric),
		cmocka_unit_test(bmf__no_figures_is_a_usage_error),
		cmocka_unit_test(bmf__hostile_names_are_one_line_of_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

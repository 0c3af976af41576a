// SPDX-License-Identifier: GPL-2.0-only
#include "report-fixture.h"

#include <errno.h>

#include "base/json.h"

static const struct figure wall_only[] = {{"waiter", "wall", "ns", "lower", true, 100}, {0}};

static struct dcb_summary *load(struct fixture *f, int64_t run, bool exact)
{
	struct dcb_summary *summary = NULL;
	struct dcb_error err = DCB_ERROR_NULL;

	if (dcb_summary_new(f->store, run, &(struct dcb_summary_options){.exact = exact}, &summary,
			    &err) < 0)
		fail_msg("%s", err.message);
	return summary;
}

static const struct dcb_comparison *find(const struct dcb_summary *summary, const char *role,
					 const char *metric, size_t candidate)
{
	for (size_t i = 0; i < summary->n_comparisons; i++) {
		const struct dcb_comparison *c = &summary->comparisons[i];

		if (strcmp(c->role, role) == 0 && strcmp(c->metric, metric) == 0 &&
		    c->candidate.kernel == candidate)
			return c;
	}
	fail_msg("no comparison of %s %s", role, metric);
	return NULL;
}

static const struct dcb_summary_symptom *symptom(const struct dcb_summary *summary,
						 const char *name, size_t kernel)
{
	for (size_t i = 0; i < summary->n_symptoms; i++)
		if (strcmp(summary->symptoms[i].name, name) == 0 &&
		    summary->symptoms[i].kernel == kernel)
			return &summary->symptoms[i];
	fail_msg("no symptom %s of kernel %zu", name, kernel);
	return NULL;
}

static void summary__boot_figure_is_the_median_without_warm_up(void **state)
{
	struct fixture *f = *state;
	int64_t run = report_demo(f->store, 2, false);
	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = load(f, run, true);
	const struct dcb_comparison *c = find(summary, "waiter", "wall", 1);

	/* Each boot tells v, 3v, v: v. Over blocks v, 1.004 v, 1.008 v. */
	assert_int_equal(c->base.n, 3);
	assert_true(c->base.boots[0] == 1.409e9);
	assert_true(c->base.lo == 1.409e9);
	assert_true(fabs(c->base.median / 1.409e9 - 1.004) < 1e-9);
	assert_true(fabs(c->base.hi / 1.409e9 - 1.008) < 1e-9);
	assert_true(c->exact);
	assert_int_equal(c->verdict, DCB_VERDICT_IMPROVED);
	assert_true(c->primary);
	assert_string_equal(c->unit, "ns");
	assert_int_equal(find(summary, "closer", "wall", 1)->verdict, DCB_VERDICT_SAME);
	assert_int_equal(find(summary, "waiter", "voluntary-switches", 1)->verdict,
			 DCB_VERDICT_NONE);
	assert_false(find(summary, "closer", "page-faults", 1)->primary);
	assert_true(fabs(summary->overhead - 2.8 / 95.1) < 1e-9);
}

static void summary__guests_with_a_disk_are_not_exact(void **state)
{
	struct fixture *f = *state;
	struct dcb_store_run row = fixture_run();
	int64_t run = fixture_create(f->store, &row, 4);

	for (size_t kernel = 0; kernel < 4; kernel++)
		report_boot(f->store, run, kernel, 0, wall_only, NULL, 0);

	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = load(f, run, true);

	assert_true(find(summary, "waiter", "wall", 2)->exact);
	assert_int_equal(find(summary, "waiter", "wall", 2)->verdict, DCB_VERDICT_SAME);
	assert_false(find(summary, "waiter", "wall", 3)->exact);
	assert_int_equal(find(summary, "waiter", "wall", 3)->verdict, DCB_VERDICT_CANNOT_TELL);
	assert_string_equal(find(summary, "waiter", "wall", 3)->reason, "one block only");
	assert_false(dcb_summary_has_disk(summary, 0));
	assert_true(dcb_summary_has_disk(summary, 3));
}

static void summary__lacking_counter_says_why(void **state)
{
	struct fixture *f = *state;
	int64_t run = report_demo(f->store, 2, false);
	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = load(f, run, true);
	const struct dcb_comparison *c = find(summary, "waiter", "instructions", 1);

	assert_int_equal(c->base.n, 0);
	assert_string_equal(c->base.lacking, "ENOENT: No such file or directory");
	assert_string_equal(c->candidate.lacking, "ENOENT: No such file or directory");
	assert_string_equal(c->reason, "ENOENT: No such file or directory");
	assert_int_equal(c->verdict, DCB_VERDICT_NONE);
	assert_int_equal(summary->n_counters, 3);
	assert_string_equal(summary->counters[1].name, "instructions");
	assert_int_equal(summary->n_settings, 4);
	assert_int_equal(summary->settings[2].kernel, 1);
	assert_string_equal(summary->settings[2].name, "preempt");
	assert_string_equal(summary->settings[2].value, "full");
}

static void summary__failed_boots_are_listed_but_not_counted(void **state)
{
	struct fixture *f = *state;
	int64_t run = report_demo(f->store, 2, true);
	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = load(f, run, true);
	const struct dcb_summary_symptom *panic = symptom(summary, "panic", 1);

	assert_int_equal(summary->n_boots, 6);
	assert_int_equal(find(summary, "waiter", "wall", 1)->candidate.n, 2);
	/* Only complete pairs are judged. */
	assert_int_equal(find(summary, "waiter", "wall", 1)->verdict, DCB_VERDICT_IMPROVED);
	assert_true(panic->present);
	assert_int_equal(panic->boots, 1);
	assert_int_equal(panic->of_boots, 3);
	assert_false(symptom(summary, "panic", 0)->present);
	assert_int_equal(symptom(summary, "busy-wait", 1)->of_boots, 2);
}

/* Which kernels' boots fail: a bit each. */
static void expect_failures(struct fixture *f, unsigned failing, bool of_candidate, bool of_base)
{
	struct dcb_store_run row = fixture_run();
	int64_t run = fixture_create(f->store, &row, 2);

	for (int64_t block = 0; block < 3; block++)
		for (size_t k = 0; k < 2; k++)
			if (failing >> k & 1 && block)
				report_failed_boot(f->store, run, k, block, "Oops");
			else
				report_boot(f->store, run, k, block, wall_only, NULL, 0);

	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = load(f, run, false);

	for (size_t k = 0; k < 2; k++) {
		bool fails = failing >> k & 1;

		assert_int_equal(summary->failures[k].failed, fails ? 2 : 0);
		assert_int_equal(summary->failures[k].ok, fails ? 1 : 3);
		if (fails)
			assert_string_equal(summary->failures[k].state, "panic");
		else
			assert_null(summary->failures[k].state);
	}
	assert_false(summary->failures[0].only_candidate_fails);
	assert_false(summary->failures[1].only_base_fails);
	assert_int_equal(summary->failures[1].only_candidate_fails, of_candidate);
	assert_int_equal(summary->failures[0].only_base_fails, of_base);
}

static void summary__failures_of_one_side_are_a_finding(void **state)
{
	expect_failures(*state, 0, false, false);
	expect_failures(*state, 1, false, true);
	expect_failures(*state, 2, true, false);
	expect_failures(*state, 3, false, false);
}

/* wall 100 against 140, exact. */
static enum dcb_verdict judge_with(struct fixture *f, const char *plan, const char *option)
{
	const struct figure more[] = {{"waiter", "wall", "ns", "lower", true, 140}, {0}};
	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = NULL;
	struct dcb_store_run row = fixture_run();
	struct dcb_error err = DCB_ERROR_NULL;
	int64_t run;

	row.plan = plan;
	run = fixture_create(f->store, &row, 2);
	report_boot(f->store, run, 0, 0, wall_only, NULL, 0);
	report_boot(f->store, run, 1, 0, more, NULL, 0);
	if (dcb_summary_new(f->store, run,
			    &(struct dcb_summary_options){.exact = true, .threshold = option},
			    &summary, &err) < 0)
		fail_msg("%s", err.message);
	return find(summary, "waiter", "wall", 1)->verdict;
}

static void summary__threshold_comes_from_the_option_else_the_plan(void **state)
{
	static const char planned[] = "{\"options\":{\"threshold\":\"waiter.wall=50%\"}}";

	assert_int_equal(judge_with(*state, "{}", NULL), DCB_VERDICT_REGRESSED);
	assert_int_equal(judge_with(*state, planned, NULL), DCB_VERDICT_SAME);
	assert_int_equal(judge_with(*state, planned, "39%"), DCB_VERDICT_REGRESSED);
	assert_int_equal(judge_with(*state, "{}", "41%"), DCB_VERDICT_SAME);
	/* What cannot be read is as if it were not there. */
	assert_int_equal(judge_with(*state, "{\"options\":{\"threshold\":\"much\"}}", NULL),
			 DCB_VERDICT_REGRESSED);
}

/* Iterations that scatter widen the interval of boots, and of exact boots do not. */
static void summary__iterations_count_unless_boots_are_exact(void **state)
{
	struct fixture *f = *state;
	struct dcb_store_run row = fixture_run();
	int64_t run = fixture_create(f->store, &row, 2);

	for (int64_t block = 0; block < 6; block++)
		for (size_t k = 0; k < 2; k++)
			report_boot(f->store, run, k, block, wall_only, NULL, 0);

	_cleanup_(dcb_summary_freep) struct dcb_summary *exact = load(f, run, true);
	_cleanup_(dcb_summary_freep) struct dcb_summary *noisy = load(f, run, false);
	const struct dcb_comparison *c = find(exact, "waiter", "wall", 1);

	assert_int_equal(c->spread, DCB_SPREAD_LAYOUT);
	assert_true(c->change_lo == 1 && c->change_hi == 1);
	c = find(noisy, "waiter", "wall", 1);
	assert_int_equal(c->spread, DCB_SPREAD_BOOTS);
	assert_int_equal(c->n_pairs, 6);
	assert_true(c->change_lo < 0.9 && c->change_hi > 1.1);
	assert_int_equal(c->verdict, DCB_VERDICT_CANNOT_TELL);
	assert_int_equal(noisy->n_judged, 1);
	assert_int_equal(noisy->n_looks, 1);
	assert_true(fabs(noisy->level - 0.9625) < 1e-12);
}

static void summary__symptoms_are_added_up_over_boots(void **state)
{
	struct fixture *f = *state;
	struct dcb_store_run row = fixture_run();
	int64_t run = fixture_create(f->store, &row, 2);
	/* base: spin, spin, sleep; fixed: one of each state, the present one wins. */
	const struct dcb_store_symptom base[] = {
		{0, "busy-wait", "spin", NULL, true, true, 0.9, 9, 10},
		{0, "busy-wait", "sleep", NULL, false, true, 0.1, 8, 10},
		{0, "busy-wait", "spin", NULL, true, true, 1.0, 7, 10},
	};
	const struct dcb_store_symptom fixed[] = {
		{0, "busy-wait", "sleep", NULL, false, false, 0, 0, 10},
		{0, "busy-wait", "spin", NULL, true, false, 0, 0, 10},
	};

	for (int64_t block = 0; block < 3; block++)
		report_boot(f->store, run, 0, block, wall_only, &base[block], 1);
	for (int64_t block = 0; block < 2; block++)
		report_boot(f->store, run, 1, block, wall_only, &fixed[block], 1);

	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = load(f, run, true);
	const struct dcb_summary_symptom *s = symptom(summary, "busy-wait", 0);

	assert_true(s->present);
	assert_string_equal(s->state, "spin");
	assert_true(s->has_value && s->value == 0.9);
	assert_int_equal(s->hits, 24);
	assert_int_equal(s->tries, 30);
	assert_int_equal(s->boots, 2);
	assert_int_equal(s->of_boots, 3);
	s = symptom(summary, "busy-wait", 1);
	assert_true(s->present);
	assert_false(s->has_value);
	assert_int_equal(s->boots, 1);
	assert_int_equal(s->of_boots, 2);
}

static void claim__only_where_base_shows_it(void **state)
{
	struct fixture *f = *state;
	int64_t run = report_demo(f->store, 3, false);
	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = load(f, run, true);

	assert_int_equal(dcb_summary_claim(summary, symptom(summary, "busy-wait", 0)),
			 DCB_CLAIM_NONE);
	assert_int_equal(dcb_summary_claim(summary, symptom(summary, "busy-wait", 1)),
			 DCB_CLAIM_GONE);
	assert_int_equal(dcb_summary_claim(summary, symptom(summary, "busy-wait", 2)),
			 DCB_CLAIM_STAYS);
	/* A splat that only "other" shows. */
	assert_int_equal(dcb_summary_claim(summary, symptom(summary, "warning", 2)),
			 DCB_CLAIM_NOT_IN_BASE);
	assert_int_equal(symptom(summary, "warning", 2)->hits, 3);
	assert_string_equal(dcb_claim_name(DCB_CLAIM_NOT_IN_BASE), "not-in-base");
}

static void claim__none_where_the_window_was_missed(void **state)
{
	static const char *const states[] = {"miss", "unclear"};
	struct fixture *f = *state;
	struct dcb_store_run row = fixture_run();
	const struct dcb_store_symptom spin = {0, "busy-wait", "spin", NULL, true, true, 1, 1, 1};

	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		const struct dcb_store_symptom missed = {0,    "busy-wait", states[i], NULL, false,
							 true, 0.5,         0,         1};
		int64_t run = fixture_create(f->store, &row, 2);

		report_boot(f->store, run, 0, 0, wall_only, &spin, 1);
		report_boot(f->store, run, 1, 0, wall_only, &missed, 1);

		_cleanup_(dcb_summary_freep) struct dcb_summary *summary = load(f, run, true);

		assert_int_equal(dcb_summary_claim(summary, symptom(summary, "busy-wait", 1)),
				 DCB_CLAIM_NONE);
	}
}

static void claim__none_without_a_good_boot(void **state)
{
	struct fixture *f = *state;
	struct dcb_store_run row = fixture_run();
	int64_t run = fixture_create(f->store, &row, 2);
	const struct dcb_store_symptom spin = {0, "busy-wait", "spin", NULL, true, true, 1, 1, 1};

	report_boot(f->store, run, 0, 0, wall_only, &spin, 1);
	report_failed_boot(f->store, run, 1, 0, "Kernel panic");

	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = load(f, run, true);

	assert_int_equal(dcb_summary_claim(summary, symptom(summary, "busy-wait", 1)),
			 DCB_CLAIM_NONE);
	assert_string_equal(find(summary, "waiter", "wall", 1)->candidate.lacking, "no good boot");
	assert_int_equal(find(summary, "waiter", "wall", 1)->verdict, DCB_VERDICT_NONE);
}

static void summary__metric_of_one_side_only_is_told(void **state)
{
	struct fixture *f = *state;
	struct dcb_store_run row = fixture_run();
	int64_t run = fixture_create(f->store, &row, 2);
	const struct figure extra[] = {
		wall_only[0], {"waiter", "extra", "count", "lower", true, 5}, {0}};

	report_boot(f->store, run, 0, 0, wall_only, NULL, 0);
	report_boot(f->store, run, 1, 0, extra, NULL, 0);

	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = load(f, run, true);
	const struct dcb_comparison *c = find(summary, "waiter", "extra", 1);

	assert_int_equal(c->base.n, 0);
	assert_int_equal(c->candidate.n, 1);
	assert_null(c->base.lacking);
	assert_string_equal(c->reason, "only fixed has it");
	assert_int_equal(c->verdict, DCB_VERDICT_NONE);
}

static void summary__base_alone_has_no_change(void **state)
{
	struct fixture *f = *state;
	int64_t run = report_demo(f->store, 1, false);
	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = load(f, run, true);
	const struct dcb_comparison *c = find(summary, "waiter", "wall", 0);

	assert_int_equal(c->base.n, 3);
	assert_int_equal(c->candidate.n, 0);
	assert_int_equal(c->verdict, DCB_VERDICT_NONE);
}

static void summary__run_without_boots(void **state)
{
	struct fixture *f = *state;
	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = load(f, f->run, false);
	json_auto_t *json = dcb_summary_to_json(summary);

	assert_int_equal(summary->n_boots, 0);
	assert_int_equal(summary->n_comparisons, 0);
	assert_true(summary->overhead == -1);
	assert_non_null(json);
}

static void summary__unknown_run_is_a_usage_error(void **state)
{
	struct fixture *f = *state;
	struct dcb_summary *summary = NULL;
	struct dcb_error err = DCB_ERROR_NULL;

	assert_int_equal(dcb_summary_new(f->store, 99, &(struct dcb_summary_options){.exact = true},
					 &summary, &err),
			 -ENOENT);
	assert_null(summary);
	assert_int_equal(err.kind, DCB_ERROR_USAGE);
	/* The snapshot is over: writing works. */
	assert_int_equal(
		dcb_store_update_run(f->store, f->run, DCB_RUN_DONE, NULL, NULL, 1, 1, &err), 0);
}

static void summary_to_json__rubbish_from_the_console_stays_text(void **state)
{
	struct fixture *f = *state;
	struct dcb_store_run row = fixture_run();
	int64_t run = fixture_create(f->store, &row, 2);
	const struct dcb_store_symptom warning = {-1, "warning", NULL, "W\xff\033[31m", true, false,
						  0,  1,         0};

	report_boot(f->store, run, 0, 0, wall_only, &warning, 1);

	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = load(f, run, false);
	json_auto_t *json = dcb_summary_to_json(summary);
	_cleanup_free_ char *text = NULL;

	assert_non_null(json);
	text = dcb_json_line(json);
	assert_non_null(strstr(text, "W?\\u001B[31m"));
	assert_null(strchr(text, '\033'));
}

/* ---- identity ---- */

static int64_t wall_run(struct fixture *f, const struct dcb_store_run_kernel *kernels,
			const double figures[2])
{
	struct dcb_store_run row = fixture_run();
	struct dcb_error err = DCB_ERROR_NULL;
	int64_t run;

	row.base = kernels[0].name;
	if (dcb_store_create_run(f->store, &row, kernels, 2, fixture_workloads, 2, &run, &err) < 0)
		fail_msg("%s", err.message);
	for (size_t k = 0; k < 2; k++) {
		const struct figure figure[] = {{"waiter", "wall", "ns", "lower", true, figures[k]},
						{0}};

		report_boot(f->store, run, k, 0, figure, NULL, 0);
	}
	return run;
}

static void expect_identity(struct fixture *f, int64_t first, int64_t second, uint64_t compared,
			    uint64_t differing, uint64_t only_first, uint64_t only_second)
{
	_cleanup_(dcb_identity_deinit) struct dcb_identity identity = DCB_IDENTITY_NULL;
	struct dcb_error err = DCB_ERROR_NULL;

	if (dcb_identity_compare(f->store, first, second, &identity, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(identity.compared, compared);
	assert_int_equal(identity.differing, differing);
	assert_int_equal(identity.only_first, only_first);
	assert_int_equal(identity.only_second, only_second);
	assert_int_equal(identity.first_difference != NULL, differing || only_first || only_second);
}

static void identity__same_digits(void **state)
{
	struct fixture *f = *state;
	int64_t a = report_demo(f->store, 2, false), b = report_demo(f->store, 2, false);

	/* 6 boots, 7 metrics, 4 samples each. */
	expect_identity(f, a, b, 168, 0, 0, 0);
	expect_identity(f, a, a, 168, 0, 0, 0);
}

static void identity__order_and_names_of_kernels_do_not_matter(void **state)
{
	struct fixture *f = *state;
	const struct dcb_store_run_kernel turned[] = {{"new", "x", fixture_kernels[1].kernel},
						      {"old", "x", fixture_kernels[0].kernel}};
	int64_t a = wall_run(f, fixture_kernels, (const double[]){100, 200});
	int64_t b = wall_run(f, turned, (const double[]){200, 100});

	expect_identity(f, a, b, 8, 0, 0, 0);
}

static void identity__one_kernel_under_two_names_is_paired_by_name(void **state)
{
	struct fixture *f = *state;
	const struct dcb_store_run_kernel twins[] = {{"one", "x", fixture_kernels[0].kernel},
						     {"two", "x", fixture_kernels[0].kernel}};
	const struct dcb_store_run_kernel turned[] = {twins[1], twins[0]};
	int64_t a = wall_run(f, twins, (const double[]){100, 200});
	int64_t b = wall_run(f, turned, (const double[]){200, 100});

	expect_identity(f, a, b, 8, 0, 0, 0);
}

static void identity__a_differing_digit_is_named(void **state)
{
	struct fixture *f = *state;
	_cleanup_(dcb_identity_deinit) struct dcb_identity identity = DCB_IDENTITY_NULL;
	int64_t a = wall_run(f, fixture_kernels, (const double[]){100, 1409000000});
	int64_t b = wall_run(f, fixture_kernels, (const double[]){100, 1409000001});

	expect_identity(f, a, b, 8, 3, 0, 0);
	assert_int_equal(dcb_identity_compare(f->store, a, b, &identity, NULL), 0);
	assert_string_equal(identity.first_difference,
			    "fixed block 0, dying-dentry:op=rmdir,size=600M,waiters=1 waiter wall, "
			    "thread 0, iteration 0: 1409000000 and 1409000001");
}

static void identity__null_is_not_a_value(void **state)
{
	struct fixture *f = *state;
	int64_t a = wall_run(f, fixture_kernels, (const double[]){100, NAN});
	int64_t b = wall_run(f, fixture_kernels, (const double[]){100, 0});

	expect_identity(f, a, b, 8, 3, 0, 0);
	expect_identity(f, a, a, 8, 0, 0, 0);
}

static void identity__what_one_side_lacks_is_counted(void **state)
{
	struct fixture *f = *state;
	struct dcb_store_run row = fixture_run();
	int64_t a = wall_run(f, fixture_kernels, (const double[]){100, 200});
	int64_t b = fixture_create(f->store, &row, 2);
	const struct figure two[] = {{"waiter", "wall", "ns", "lower", true, 100},
				     {"", "extra", "count", "lower", true, 1},
				     {0}};

	report_boot(f->store, b, 0, 0, two, NULL, 0);
	report_failed_boot(f->store, b, 1, 0, "no");
	expect_identity(f, a, b, 4, 0, 4, 4);
	expect_identity(f, b, a, 4, 0, 4, 4);
}

static void identity__unknown_run_is_a_usage_error(void **state)
{
	struct fixture *f = *state;
	struct dcb_identity identity = DCB_IDENTITY_NULL;
	struct dcb_error err = DCB_ERROR_NULL;

	assert_int_equal(dcb_identity_compare(f->store, f->run, 99, &identity, &err), -ENOENT);
	assert_int_equal(err.kind, DCB_ERROR_USAGE);
}

#define T(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(summary__boot_figure_is_the_median_without_warm_up),
		T(summary__guests_with_a_disk_are_not_exact),
		T(summary__lacking_counter_says_why),
		T(summary__failed_boots_are_listed_but_not_counted),
		T(summary__failures_of_one_side_are_a_finding),
		T(summary__threshold_comes_from_the_option_else_the_plan),
		T(summary__iterations_count_unless_boots_are_exact),
		T(summary__symptoms_are_added_up_over_boots),
		T(claim__only_where_base_shows_it),
		T(claim__none_without_a_good_boot),
		T(claim__none_where_the_window_was_missed),
		T(summary__metric_of_one_side_only_is_told),
		T(summary__base_alone_has_no_change),
		T(summary__run_without_boots),
		T(summary__unknown_run_is_a_usage_error),
		T(summary_to_json__rubbish_from_the_console_stays_text),
		T(identity__same_digits),
		T(identity__order_and_names_of_kernels_do_not_matter),
		T(identity__one_kernel_under_two_names_is_paired_by_name),
		T(identity__a_differing_digit_is_named),
		T(identity__null_is_not_a_value),
		T(identity__what_one_side_lacks_is_counted),
		T(identity__unknown_run_is_a_usage_error),
	};

	return cmocka_run_group_tests_name("summary", tests, NULL, NULL);
}

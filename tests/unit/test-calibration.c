// SPDX-License-Identifier: GPL-2.0-only
#include "report-fixture.h"

#include "base/random.h"
#include "lab/host.h"
#include "lab/until.h"
#include "reports/calibration.h"
#include "reports/splits.h"
#include "reports/stats/further.h"
#include "reports/stats/looks.h"
#include "reports/stats/signed-rank.h"
#include "reports/twins.h"

#define HOST  "{\"host\":{\"cpu\":\"a\",\"cpus\":2},\"machine\":{\"qemu\":\"10.0\"}}"
#define OTHER "{\"host\":{\"cpu\":\"b\",\"cpus\":2},\"machine\":{\"qemu\":\"10.0\"}}"

/* One kernel under two names. */
static const struct dcb_store_run_kernel twin_kernels[] = {
	{"base", "debian:6.12", {0, SHA_A, "6.12", "arm64", "{}"}},
	{"base-again", "debian:6.12", {0, SHA_A, "6.12", "arm64", "{}"}},
};

static int64_t create(struct dcb_store *store, const struct dcb_store_run_kernel *kernels,
		      const char *fingerprint, int64_t blocks)
{
	struct dcb_store_run run = fixture_run();
	struct dcb_error err = DCB_ERROR_NULL;
	int64_t id;

	run.machine = "tcg";
	run.blocks = blocks;
	run.fingerprint = fingerprint;
	if (dcb_store_create_run(store, &run, kernels, 2, fixture_workloads,
				 ARRAY_SIZE(fixture_workloads), &id, &err) < 0)
		fail_msg("%s", err.message);
	return id;
}

/* About normal, of mean 0 and deviation 1. */
static double noise(struct dcb_random *random)
{
	double sum = 0;

	for (int i = 0; i < 12; i++)
		sum += (double)dcb_random_below(random, 1 << 20) / (1 << 20);
	return sum - 6;
}

/* Two metrics with their own noise; the second name is slower by `factor`. */
static int64_t noisy_run(struct dcb_store *store, const struct dcb_store_run_kernel *kernels,
			 const char *fingerprint, int64_t blocks, double deviation, double factor)
{
	int64_t id = create(store, kernels, fingerprint, blocks);
	struct dcb_random random = {.state = 17};

	for (int64_t block = 0; block < blocks; block++) {
		for (size_t kernel = 0; kernel < 2; kernel++) {
			const double by = kernel ? factor : 1;
			const struct figure figures[] = {
				{"waiter", "wall", "ns", "lower", true,
				 1e6 * (1 + deviation * noise(&random)) * by, true},
				{"closer", "wall", "ns", "lower", true,
				 1e6 * (1 + deviation * noise(&random)), true},
				{"closer", "page-faults", "count", "neither", false, 3},
				{0},
			};

			report_boot(store, id, kernel, block, figures, NULL, 0);
		}
	}
	return id;
}

struct found {
	int n;
	int64_t id;
	bool exact, holds;
	double alarm_rate;
	char reason[256];
	int n_metrics;
	double finds_few, finds_all; /* of waiter wall */
};

static int keep_row(void *context, const struct dcb_store_calibration *row)
{
	struct found *found = context;

	if (found->n++ > 0)
		return 0;
	found->id = row->id;
	found->exact = row->exact;
	found->holds = row->holds;
	found->alarm_rate = row->alarm_rate;
	snprintf(found->reason, sizeof(found->reason), "%s", row->reason ? row->reason : "");
	return 0;
}

static int keep_metric(void *context, const struct dcb_store_calibration_metric *metric)
{
	struct found *found = context;

	found->n_metrics++;
	if (strcmp(metric->role, "waiter") == 0) {
		found->finds_few = metric->finds_few;
		found->finds_all = metric->finds_all;
	}
	return 0;
}

static struct found calibrate(struct dcb_store *store, int64_t run, bool exact)
{
	struct dcb_error err = DCB_ERROR_NULL;
	struct found found = {0};
	int64_t id;

	if (dcb_calibrate(store, run, exact, &id, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(dcb_store_each_calibration(store, keep_row, &found, &err), 0);
	assert_int_equal(found.id, id);
	assert_int_equal(dcb_store_each_calibration_metric(store, id, keep_metric, &found, &err),
			 0);
	return found;
}

static void refuses(struct dcb_store *store, int64_t run, const char *message)
{
	struct dcb_error err = DCB_ERROR_NULL;
	int64_t id;

	assert_true(dcb_calibrate(store, run, false, &id, &err) < 0);
	assert_int_equal(err.kind, DCB_ERROR_USAGE);
	if (!strstr(err.message, message))
		fail_msg("\"%s\" does not say \"%s\"", err.message, message);
}

/* ---- noisy ---- */

static void calibrate__noise_alone_holds_and_tells_what_it_would_find(void **state)
{
	struct fixture *f = *state;
	struct found one, two;

	one = calibrate(f->store, noisy_run(f->store, twin_kernels, HOST, 12, 0.01, 1), false);
	assert_true(one.holds);
	assert_false(one.exact);
	assert_string_equal(one.reason, "");
	assert_true(one.alarm_rate <= 0.05);
	/* One that is not judged cannot be calibrated. */
	assert_int_equal(one.n_metrics, 2);
	/* The threshold, 1 %, is the least that can be found; 6 blocks are too few for two metrics
	 * of which one changes: 2 / 2^6 * 2. */
	assert_true(one.finds_all > 0.01 && one.finds_all < 0.04);
	assert_true(one.finds_few < 0);

	/* Three times the noise: what lies above the threshold is about three times as much. */
	two = calibrate(f->store, noisy_run(f->store, twin_kernels, HOST, 12, 0.03, 1), false);
	assert_true(two.holds);
	assert_true(two.finds_all - 0.01 > 2 * (one.finds_all - 0.01));
	assert_true(two.finds_all - 0.01 < 4 * (one.finds_all - 0.01));
}

static enum dcb_verdict verdict_of(struct dcb_store *store, int64_t run, bool strict,
				   const char **ret_reason)
{
	const struct dcb_summary_options options = {.strict = strict};
	static char reason[256];
	struct dcb_error err = DCB_ERROR_NULL;
	struct dcb_summary *summary = NULL;
	enum dcb_verdict verdict = DCB_VERDICT_NONE;

	if (dcb_summary_new(store, run, &options, &summary, &err) < 0)
		fail_msg("%s", err.message);
	for (size_t i = 0; i < summary->n_comparisons; i++) {
		if (strcmp(summary->comparisons[i].role, "waiter") != 0)
			continue;
		verdict = summary->comparisons[i].verdict;
		snprintf(reason, sizeof(reason), "%s",
			 summary->comparisons[i].reason ? summary->comparisons[i].reason : "");
	}
	dcb_summary_free(summary);
	if (ret_reason)
		*ret_reason = reason;
	return verdict;
}

static void calibrate__what_it_finds_is_found_by_a_run(void **state)
{
	struct fixture *f = *state;
	struct found found;
	double plus;

	found = calibrate(f->store, noisy_run(f->store, twin_kernels, HOST, 12, 0.01, 1), false);
	/* Four of five are found with just as much, nearly all with half as much again. */
	plus = 1.5 * found.finds_all;
	assert_int_equal(verdict_of(f->store,
				    noisy_run(f->store, fixture_kernels, HOST, 12, 0.01, 1 + plus),
				    false, NULL),
			 DCB_VERDICT_REGRESSED);
	assert_int_equal(verdict_of(f->store,
				    noisy_run(f->store, fixture_kernels, HOST, 12, 0.01, 1.005),
				    false, NULL),
			 DCB_VERDICT_CANNOT_TELL);
}

static void calibrate__what_follows_the_name_is_caught(void **state)
{
	struct fixture *f = *state;
	struct found found;

	found = calibrate(f->store, noisy_run(f->store, twin_kernels, HOST, 12, 0.01, 1.05), false);
	assert_false(found.holds);
	assert_non_null(strstr(found.reason, "waiter wall of the same kernel is regressed by +"));
}

static void calibrate__alarms_are_counted(void **state)
{
	struct fixture *f = *state;
	_cleanup_(dcb_splits_deinit) struct dcb_splits splits = DCB_SPLITS_NULL;
	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = NULL;
	const struct dcb_summary_options options = {.threshold = "0%"};
	struct dcb_error err = DCB_ERROR_NULL;
	struct dcb_store_run run = fixture_run();
	int64_t id;

	/* Without a threshold the exact test alone decides, and some splits of 12 blocks pass it:
	 * 3.75 % at most. */
	run.machine = "tcg";
	run.blocks = 12;
	run.plan = "{\"options\":{\"threshold\":\"0%\"}}";
	assert_int_equal(dcb_store_create_run(f->store, &run, twin_kernels, 2, fixture_workloads, 2,
					      &id, &err),
			 0);
	for (int64_t block = 0; block < 12; block++)
		for (size_t kernel = 0; kernel < 2; kernel++) {
			struct dcb_random random = {.state = (uint64_t)(2 * block) + kernel};
			const struct figure figures[] = {{"waiter", "wall", "ns", "lower", true,
							  1e6 + 1e4 * noise(&random), true},
							 {0}};

			report_boot(f->store, id, kernel, block, figures, NULL, 0);
		}
	assert_int_equal(dcb_summary_new(f->store, id, &options, &summary, &err), 0);
	if (dcb_splits_load(f->store, summary, &splits, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(splits.n_blocks, 12);
	/* C(12,6) 2^5 + ... + C(12,12) 2^11, by hand. */
	assert_true(splits.n_possible == 29568 + 50688 + 63360 + 56320 + 33792 + 12288 + 2048);
	assert_true(splits.alarm_rate > 0.005);
	assert_true(splits.alarm_rate <= 0.05);
	assert_true(splits.metrics[0].alarm_rate == splits.alarm_rate);
}

static void calibrate__bad_runs_say_why(void **state)
{
	struct fixture *f = *state;

	refuses(f->store, noisy_run(f->store, fixture_kernels, HOST, 6, 0.01, 1),
		"does not boot one kernel under two names");
	refuses(f->store, noisy_run(f->store, twin_kernels, HOST, 5, 0.01, 1),
		"has 5 blocks with both boots: a calibration needs at least 6");
	refuses(f->store, 99, "no run 99");
}

/* ---- exact ---- */

static int64_t exact_run(struct dcb_store *store, double odd)
{
	int64_t id = create(store, twin_kernels, HOST, 3);

	for (int64_t block = 0; block < 3; block++)
		for (size_t kernel = 0; kernel < 2; kernel++) {
			const struct figure figures[] = {
				{"waiter", "wall", "ns", "lower", true, 1e6 + (double)block},
				{"waiter", "cycles", "count", "lower", true,
				 kernel && block == 2 ? odd : 500},
				{0}};

			report_boot(store, id, kernel, block, figures, NULL, 0);
		}
	return id;
}

static void calibrate__exact_boots_must_be_identical(void **state)
{
	struct fixture *f = *state;
	struct found found;

	found = calibrate(f->store, exact_run(f->store, 500), true);
	assert_true(found.holds && found.exact);
	assert_true(found.alarm_rate == 0);
	assert_true(found.finds_few == 0 && found.finds_all == 0);

	found = calibrate(f->store, exact_run(f->store, 501), true);
	assert_false(found.holds);
	/* 3 blocks of 2 metrics of 4 samples each, the warm-up is one and is the same. */
	assert_string_equal(found.reason,
			    "3 of 24 samples differ, first: dying-dentry waiter cycles, block 2, "
			    "thread 0, iteration 0: base has 500, base-again has 501");
}

static void twins_compare__samples_of_one_side_differ_and_lone_boots_do_not_count(void **state)
{
	struct fixture *f = *state;
	_cleanup_(dcb_twins_deinit) struct dcb_twins twins = DCB_TWINS_NULL;
	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = NULL;
	const struct figure both[] = {{"waiter", "wall", "ns", "lower", true, 7}, {0}};
	const struct figure more[] = {{"waiter", "wall", "ns", "lower", true, 7},
				      {"closer", "wall", "ns", "lower", true, NAN},
				      {0}};
	const struct dcb_summary_options options = {.exact = true};
	int64_t id = create(f->store, twin_kernels, HOST, 3);
	struct dcb_error err = DCB_ERROR_NULL;

	report_boot(f->store, id, 0, 0, both, NULL, 0);
	report_boot(f->store, id, 1, 0, more, NULL, 0);
	report_boot(f->store, id, 0, 1, both, NULL, 0);
	report_failed_boot(f->store, id, 1, 1, "panic");
	assert_int_equal(dcb_summary_new(f->store, id, &options, &summary, &err), 0);
	assert_int_equal(dcb_twins_compare(f->store, summary, &twins, &err), 0);
	assert_int_equal(twins.compared, 8);
	assert_int_equal(twins.differing, 4);
	assert_non_null(strstr(twins.first_difference,
			       "closer wall, block 0, thread 0, iteration -1: base has nothing, "
			       "base-again has "));
}

/* ---- what counts for a run ---- */

static size_t count_notes(struct dcb_store *store, int64_t run, bool strict, const char *first)
{
	_cleanup_(dcb_calibration_notes_freep) char **lines = NULL;
	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = NULL;
	const struct dcb_summary_options options = {.strict = strict};
	struct dcb_error err = DCB_ERROR_NULL;
	size_t n = 0;

	assert_int_equal(dcb_summary_new(store, run, &options, &summary, &err), 0);
	assert_int_equal(dcb_calibration_notes(summary, &lines), 0);
	while (lines[n])
		n++;
	if (first && (!n || !strstr(lines[0], first)))
		fail_msg("\"%s\" does not say \"%s\"", n ? lines[0] : "", first);
	return n;
}

static void calibration__counts_for_its_host_and_its_newest_counts(void **state)
{
	struct fixture *f = *state;
	int64_t run = noisy_run(f->store, fixture_kernels, HOST, 12, 0.01, 1.2);
	int64_t elsewhere = noisy_run(f->store, fixture_kernels, OTHER, 12, 0.01, 1.2);
	const char *reason;

	assert_int_equal(count_notes(f->store, run, false, NULL), 0);
	assert_int_equal(count_notes(f->store, run, true,
				     "none for dying-dentry: run `dcbench calibrate --for "),
			 1);
	assert_int_equal(verdict_of(f->store, run, false, NULL), DCB_VERDICT_REGRESSED);
	assert_int_equal(verdict_of(f->store, run, true, &reason), DCB_VERDICT_CANNOT_TELL);
	assert_string_equal(reason, "not calibrated");

	calibrate(f->store, noisy_run(f->store, twin_kernels, HOST, 12, 0.01, 1), false);
	assert_int_equal(count_notes(f->store, run, false, "12 blocks find "), 1);
	assert_int_equal(verdict_of(f->store, run, true, NULL), DCB_VERDICT_REGRESSED);
	assert_int_equal(verdict_of(f->store, elsewhere, true, NULL), DCB_VERDICT_CANNOT_TELL);

	calibrate(f->store, noisy_run(f->store, twin_kernels, HOST, 12, 0.01, 1.05), false);
	assert_int_equal(count_notes(f->store, run, false,
				     "2 of this host does not hold 5 %: waiter wall of the same"),
			 1);
	assert_int_equal(verdict_of(f->store, run, true, NULL), DCB_VERDICT_CANNOT_TELL);
	assert_int_equal(verdict_of(f->store, run, false, NULL), DCB_VERDICT_REGRESSED);
}

static void host_describe__knows_what_matters_and_nothing_else(void **state)
{
	static const struct {
		const char *fingerprint;
		bool same;
	} rows[] = {
		{"{\"host\":{\"cpu\":\"a\",\"cpus\":2,\"load_at_start\":\"9\"},"
		 "\"machine\":{\"qemu\":\"10.0\",\"path\":\"/x\"},\"agent_sha256\":\"1\"}",
		 true},
		{"{\"host\":{\"cpu\":\"a\",\"cpus\":4},\"machine\":{\"qemu\":\"10.0\"}}", false},
		{"{\"host\":{\"cpu\":\"a\",\"cpus\":2},\"machine\":{\"qemu\":\"10.1\"}}", false},
		{"{\"host\":{\"cpu\":\"a\",\"cpus\":2,\"kernel\":\"6\"},"
		 "\"machine\":{\"qemu\":\"10.0\"}}",
		 false},
		{"{}", false},
	};
	char digest[DCB_SHA256_HEX], other[DCB_SHA256_HEX];
	json_auto_t *host = json_loads(HOST, 0, NULL);
	_cleanup_free_ char *text = NULL;

	(void)state;
	assert_int_equal(dcb_host_describe(host, &text, digest, NULL), 0);
	assert_string_equal(text, "{\"arch\":null,\"cpu\":\"a\",\"cpus\":2,\"governor\":null,"
				  "\"kernel\":null,\"qemu\":\"10.0\",\"smt\":null,"
				  "\"turbo_off\":null}");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		json_auto_t *json = json_loads(rows[i].fingerprint, 0, NULL);
		_cleanup_free_ char *more = NULL;

		assert_int_equal(dcb_host_describe(json, &more, other, NULL), 0);
		assert_int_equal(strcmp(digest, other) == 0, rows[i].same);
	}
}

/* ---- many looks ---- */

#define RUNS 2000

/* One run without a change, looked at until something turns up or 40 blocks are there; by the
 * exact test alone, which the interval and the threshold only make more careful. */
static bool alarms(struct dcb_random *random, bool spends)
{
	struct dcb_until until = {.settled = true, .first_look = 6, .max_blocks = 40};
	double changes[40];

	for (size_t i = 0; i < ARRAY_SIZE(changes); i++)
		changes[i] = noise(random);
	for (int64_t k = 1, blocks = 6;; k++, blocks = dcb_until_next(&until, blocks)) {
		double alpha = spends ? dcb_look_alpha((size_t)k) : DCB_ALPHA;
		struct dcb_signed_rank test;

		assert_int_equal(dcb_signed_rank_test(changes, (size_t)blocks, 0, 0, &test), 0);
		if (test.two_sided <= alpha)
			return true;
		if (blocks == until.max_blocks)
			return false;
		until.next_least = (int64_t)dcb_further_least(dcb_look_alpha((size_t)k + 1), true);
	}
}

static double alarm_rate(bool spends)
{
	struct dcb_random random = {.state = 99};
	int n = 0;

	for (int i = 0; i < RUNS; i++)
		n += alarms(&random, spends);
	return (double)n / RUNS;
}

static void until_settled__keeps_five_percent_over_all_looks(void **state)
{
	(void)state;
	assert_true(alarm_rate(true) <= 0.05);
	assert_true(alarm_rate(true) > 0.02);
	/* As it would be if each look had all of it. */
	assert_true(alarm_rate(false) > 0.1);
}

#define T(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(calibrate__noise_alone_holds_and_tells_what_it_would_find),
		T(calibrate__what_it_finds_is_found_by_a_run),
		T(calibrate__what_follows_the_name_is_caught),
		T(calibrate__alarms_are_counted),
		T(calibrate__bad_runs_say_why),
		T(calibrate__exact_boots_must_be_identical),
		T(twins_compare__samples_of_one_side_differ_and_lone_boots_do_not_count),
		T(calibration__counts_for_its_host_and_its_newest_counts),
		cmocka_unit_test(until_settled__keeps_five_percent_over_all_looks),
		cmocka_unit_test(host_describe__knows_what_matters_and_nothing_else),
	};

	return cmocka_run_group_tests_name("calibration", tests, NULL, NULL);
}

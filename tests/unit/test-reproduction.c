// SPDX-License-Identifier: GPL-2.0-only
#include "report-fixture.h"

#include <unistd.h>

#include "base/json.h"
#include "base/random.h"
#include "lab/plan.h"
#include "reports/reproduction-private.h"
#include "reports/reproduction.h"

#define FINGERPRINT                                                                                \
	"{\"dcbench\":\"0.1.0\",\"agent_sha256\":\"" SHA_A "\",\"machine\":{\"qemu\":\"10.0.2\","  \
	"\"sha256\":\"" SHA_B "\",\"firmware\":{\"pvh.bin\":\"" SHA_C "\"},\"flags\":[\"-a\"]},"   \
	"\"programs\":{\"crun\":\"1.8\"},\"images\":{\"ext4\":\"" SHA_D "\"},\"guests\":{"         \
	"\"base\":{\"initramfs\":\"" SHA_A "\",\"modules\":{\"loop.ko\":\"" SHA_B "\"}},"          \
	"\"fixed\":{\"initramfs\":\"" SHA_B "\",\"modules\":{}}}}"

#define WORKLOAD "dying-dentry:op=rmdir,size=600M,waiters=1"

static struct dcb_store_run exact_run(void)
{
	struct dcb_store_run run = fixture_run();

	run.state = DCB_RUN_DONE;
	run.owner = NULL;
	run.plan = REPORT_PLAN;
	run.fingerprint = FINGERPRINT;
	run.blocks = 1;
	return run;
}

/* Two boots with two metrics; `turned`: metrics get their ids in the other order. */
static int64_t make_run(struct fixture *f, double wall, bool turned)
{
	const struct dcb_store_run row = exact_run();
	int64_t run = fixture_create(f->store, &row, 2);

	for (size_t k = 0; k < 2; k++) {
		const struct figure figures[] = {
			{"waiter", "wall", "ns", "lower", true, wall + (double)k},
			{"", "cost", "ns", "lower", true, k ? NAN : 0.1},
			{0},
		};
		const struct figure other[] = {figures[1], figures[0], {0}};

		report_boot(f->store, run, k, 0, turned ? other : figures, NULL, 0);
	}
	return run;
}

static json_t *summary_of(struct fixture *f, int64_t run)
{
	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = NULL;
	struct dcb_error err = DCB_ERROR_NULL;
	json_t *json = NULL;

	if (dcb_summary_new(f->store, run, &(struct dcb_summary_options){.exact = true}, &summary,
			    &err) < 0 ||
	    dcb_reproduction_summary(f->store, summary, &json, &err) < 0)
		fail_msg("%s", err.message);
	return json;
}

static json_t *at(const json_t *json, const char *a, const char *b)
{
	json_t *inner = json_object_get(json_object_get(json, "reproduction"), a);

	return b ? json_object_get(inner, b) : inner;
}

static json_t *series_at(const json_t *json, size_t i)
{
	return json_array_get(at(json, "samples", "series"), i);
}

static int read_text(struct fixture *f, const char *text, size_t size,
		     struct dcb_reproduction **ret_reproduction, struct dcb_error *err)
{
	_cleanup_free_ char *path = dcb_format("%s/summary.json", f->folder);

	assert_int_equal(dcb_file_write(path, text, size, 0644, err), 0);
	return dcb_reproduction_read(path, ret_reproduction, err);
}

static int read_json(struct fixture *f, const json_t *json,
		     struct dcb_reproduction **ret_reproduction, struct dcb_error *err)
{
	_cleanup_free_ char *text = dcb_json_print(json);

	assert_non_null(text);
	return read_text(f, text, strlen(text), ret_reproduction, err);
}

static struct dcb_reproduction *read_well(struct fixture *f, const json_t *json)
{
	struct dcb_reproduction *reproduction = NULL;
	struct dcb_error err = DCB_ERROR_NULL;

	if (read_json(f, json, &reproduction, &err) < 0)
		fail_msg("%s", err.message);
	return reproduction;
}

static void compare_well(struct fixture *f, const json_t *json, int64_t run,
			 struct dcb_reproduced *ret_reproduced)
{
	_cleanup_(dcb_reproduction_freep) struct dcb_reproduction *reproduction = read_well(f,
											    json);
	struct dcb_error err = DCB_ERROR_NULL;

	if (dcb_reproduction_compare(reproduction, f->store, run, ret_reproduced, &err) < 0)
		fail_msg("%s", err.message);
}

/* ---- what is told ---- */

static void reproduction__digests_are_of_the_texts_that_the_schema_names(void **state)
{
	static const char *const values[] = {
		"0 -1 1000000000000000\n0 0 0.1\n0 1 0.30000000000000004\n"
		"0 2 0.1\n",
		"0 -1 1000000000000000\n0 0 100\n0 1 300\n0 2 100\n",
		"0 -1 1000000000000000\n0 0 null\n0 1 null\n0 2 null\n",
		"0 -1 1000000000000000\n0 0 101\n0 1 303\n0 2 101\n",
	};
	struct fixture *f = *state;
	json_auto_t *json = summary_of(f, make_run(f, 100, false));
	_cleanup_free_ char *lines = strdup("");
	char sha256[DCB_SHA256_HEX];

	assert_int_equal(json_integer_value(at(json, "samples", "n")), 16);
	assert_int_equal(json_array_size(at(json, "samples", "series")), 4);
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		const json_t *series = series_at(json, i);
		char *longer;

		assert_string_equal(json_string_value(json_object_get(series, "values")),
				    values[i]);
		dcb_sha256(values[i], strlen(values[i]), sha256);
		assert_string_equal(json_string_value(json_object_get(series, "sha256")), sha256);
		longer = dcb_format("%s%s 0 0 %s %s\n", lines, i < 2 ? "base" : "fixed",
				    i % 2 ? "waiter wall" : "- cost", sha256);
		free(lines);
		lines = longer;
	}
	dcb_sha256(lines, strlen(lines), sha256);
	assert_string_equal(json_string_value(at(json, "samples", "sha256")), sha256);
}

static void reproduction__holds_the_inputs_and_of_the_plan_what_fixes_digits(void **state)
{
	struct fixture *f = *state;
	json_auto_t *json = summary_of(f, make_run(f, 100, false));
	const json_t *options = at(json, "plan", "options");
	const json_t *kernel = json_array_get(at(json, "kernels", NULL), 0);

	assert_null(json_object_get(options, "mirror"));
	assert_null(json_object_get(options, "jobs"));
	/* As many as there are, not as were planned. */
	assert_string_equal(json_string_value(json_object_get(options, "blocks")), "1");
	assert_int_equal(json_integer_value(json_array_get(at(json, "seeds", NULL), 0)), 1000);
	assert_string_equal(json_string_value(at(json, "agent", NULL)), SHA_A);
	assert_string_equal(json_string_value(at(json, "machine", "sha256")), SHA_B);
	assert_string_equal(json_string_value(json_object_get(kernel, "initramfs")), SHA_A);
}

static void reproduction__is_null_where_nothing_is_exact(void **state)
{
	struct fixture *f = *state;
	struct dcb_store_run row = exact_run();
	json_auto_t *tcg = NULL, *old = NULL;

	row.machine = "tcg";
	tcg = summary_of(f, fixture_create(f->store, &row, 2));
	assert_true(json_is_null(json_object_get(tcg, "reproduction")));
	row = exact_run();
	row.plan = "{\"blocks\":3}";
	old = summary_of(f, fixture_create(f->store, &row, 2));
	assert_true(json_is_null(json_object_get(old, "reproduction")));
}

static void reproduction__a_kernel_with_a_disk_has_no_samples(void **state)
{
	struct fixture *f = *state;
	const struct dcb_store_run row = exact_run();
	int64_t run = fixture_create(f->store, &row, 4);
	const struct figure figures[] = {{"waiter", "wall", "ns", "lower", true, 5}, {0}};
	json_auto_t *json = NULL;

	/* The fixture gives the fourth kernel a disk. */
	report_boot(f->store, run, 3, 0, figures, NULL, 0);
	report_boot(f->store, run, 0, 0, figures, NULL, 0);
	json = summary_of(f, run);
	assert_int_equal(json_integer_value(at(json, "samples", "n")), 4);
	assert_true(json_is_false(
		json_object_get(json_array_get(at(json, "kernels", NULL), 3), "exact")));
}

static void reproduce_command__is_there_where_a_run_is_exact(void **state)
{
	_cleanup_free_ char *command = NULL;
	struct dcb_summary summary = {.run = {.machine = "icount"}};

	(void)state;
	command = dcb_reproduce_command(&summary);
	assert_string_equal(command, "dcbench reproduce SUMMARY.json");
	summary.run.machine = "tcg";
	assert_null(dcb_reproduce_command(&summary));
}

/* ---- comparing ---- */

static void reproduction_compare__same_digits_in_another_database(void **state)
{
	struct fixture *f = *state, *g = NULL;
	json_auto_t *json = summary_of(f, make_run(f, 100, false));
	_cleanup_(dcb_reproduced_deinit) struct dcb_reproduced result = DCB_REPRODUCED_NULL;
	void *other;

	assert_int_equal(fixture_setup(&other), 0);
	g = other;
	compare_well(g, json, make_run(g, 100, true), &result);
	assert_true(result.identical);
	assert_int_equal(result.n, 16);
	assert_int_equal(result.identity.compared, 16);
	assert_string_equal(result.theirs, result.ours);
	assert_null(result.identity.first_difference);
	fixture_teardown(&other);
}

static void reproduction_compare__the_first_sample_is_named(void **state)
{
	struct fixture *f = *state;
	json_auto_t *json = summary_of(f, make_run(f, 100, false));
	_cleanup_(dcb_reproduced_deinit) struct dcb_reproduced result = DCB_REPRODUCED_NULL;
	const struct dcb_identity_difference *first = &result.identity.first;

	compare_well(f, json, make_run(f, 107, false), &result);
	assert_false(result.identical);
	assert_int_equal(result.identity.differing, 6);
	assert_string_not_equal(result.theirs, result.ours);
	assert_string_equal(first->kernel, "base");
	assert_string_equal(first->workload, WORKLOAD);
	assert_string_equal(first->role, "waiter");
	assert_string_equal(first->metric, "wall");
	assert_int_equal(first->block, 0);
	assert_int_equal(first->iteration, 0);
	assert_string_equal(first->one, "100");
	assert_string_equal(first->two, "107");
}

/* The digest of a series, and that of all, as a forger would make them anew. */
static void seal(json_t *json, json_t *series)
{
	const char *values = json_string_value(json_object_get(series, "values"));
	char sha256[DCB_SHA256_HEX];

	dcb_sha256(values, strlen(values), sha256);
	json_object_set_new(series, "sha256", json_string(sha256));
	assert_int_equal(dcb_reproduction_digest(at(json, "samples", "series"), sha256), 0);
	json_object_set_new(at(json, "samples", NULL), "sha256", json_string(sha256));
}

static void reproduction_compare__a_changed_digit_is_found_sealed_or_not(void **state)
{
	struct fixture *f = *state;
	int64_t run = make_run(f, 100, false);

	for (int sealed = 0; sealed < 2; sealed++) {
		json_auto_t *json = summary_of(f, run);
		_cleanup_(dcb_reproduction_freep) struct dcb_reproduction *reproduction = NULL;
		_cleanup_(dcb_reproduced_deinit) struct dcb_reproduced result = DCB_REPRODUCED_NULL;

		json_object_set_new(
			series_at(json, 3), "values",
			json_string("0 -1 1000000000000000\n0 0 101\n0 1 313\n0 2 101\n"));
		if (sealed)
			seal(json, series_at(json, 3));
		reproduction = read_well(f, json);
		assert_int_equal(dcb_reproduction_contradiction(reproduction) == NULL, sealed);
		if (!sealed)
			assert_string_equal(dcb_reproduction_contradiction(reproduction),
					    "the values of fixed block 0, workload 0 waiter wall "
					    "do not have their digest");
		compare_well(f, json, run, &result);
		assert_false(result.identical);
		assert_int_equal(result.identity.differing, 1);
		assert_string_equal(result.identity.first_difference,
				    "fixed block 0, " WORKLOAD " waiter wall, thread 0, iteration "
				    "1: 313 and 303");
	}
}

/* Whatever contradicts, the result is not "identical". */
static void reproduction_compare__digests_and_seeds_count_too(void **state)
{
	struct fixture *f = *state;
	int64_t run = make_run(f, 100, false);

	for (int what = 0; what < 3; what++) {
		json_auto_t *json = summary_of(f, run);
		_cleanup_(dcb_reproduced_deinit) struct dcb_reproduced result = DCB_REPRODUCED_NULL;

		if (what == 0)
			json_array_set_new(at(json, "seeds", NULL), 0, json_integer(7));
		if (what == 1)
			json_object_set_new(at(json, "samples", NULL), "sha256",
					    json_string(SHA_A));
		if (what == 2)
			json_object_set_new(json_object_get(json, "reproduction"), "plan_sha256",
					    json_string(SHA_A));
		compare_well(f, json, run, &result);
		assert_false(result.identical);
		assert_int_equal(result.identity.differing, 0);
		if (what == 0)
			assert_string_equal(result.seed, "block 0 has seed 7 there, and its plan "
							 "gives 1000");
	}
}

static void reproduction_compare__a_boot_on_one_side_only_is_counted(void **state)
{
	struct fixture *f = *state;
	int64_t run = make_run(f, 100, false), less;
	const struct dcb_store_run row = exact_run();
	const struct figure figures[] = {{"waiter", "wall", "ns", "lower", true, 100},
					 {"", "cost", "ns", "lower", true, 0.1},
					 {0}};
	json_auto_t *json = summary_of(f, run);
	_cleanup_(dcb_reproduced_deinit) struct dcb_reproduced result = DCB_REPRODUCED_NULL;

	less = fixture_create(f->store, &row, 2);
	report_boot(f->store, less, 0, 0, figures, NULL, 0);
	report_failed_boot(f->store, less, 1, 0, "Kernel panic");
	compare_well(f, json, less, &result);
	assert_false(result.identical);
	assert_int_equal(result.identity.only_first, 8);
	assert_string_equal(result.identity.first.two, "nothing");
}

/* More samples than are told. */
static int64_t large_run(struct fixture *f, double last)
{
	const struct dcb_store_metric metric = {"dying-dentry", "waiter", "wall",
						"ns",           "lower",  true};
	size_t n = DCB_REPRODUCTION_MAX_VALUES + 1;
	_cleanup_free_ struct dcb_store_sample *samples = calloc(n, sizeof(*samples));
	const struct dcb_store_run row = exact_run();
	int64_t run = fixture_create(f->store, &row, 2), metric_id, id;
	const struct dcb_store_boot boot = fixture_boot(0, 0, "ok");
	const struct dcb_store_boot_data data = {.samples = samples, .n_samples = n};
	struct dcb_error err = DCB_ERROR_NULL;

	assert_non_null(samples);
	assert_int_equal(dcb_store_metric(f->store, &metric, &metric_id, &err), 0);
	for (size_t i = 0; i < n; i++)
		samples[i] = (struct dcb_store_sample){.metric = metric_id,
						       .iteration = (int)i,
						       .present = true,
						       .value = i + 1 == n ? last : 5};
	if (dcb_store_put_boot(f->store, run, &boot, &data, &id, &err) < 0)
		fail_msg("%s", err.message);
	return run;
}

static void reproduction_compare__many_samples_go_by_digest(void **state)
{
	struct fixture *f = *state;
	int64_t run = large_run(f, 5);
	json_auto_t *json = summary_of(f, run);
	_cleanup_(dcb_reproduced_deinit) struct dcb_reproduced same = DCB_REPRODUCED_NULL;
	_cleanup_(dcb_reproduced_deinit) struct dcb_reproduced other = DCB_REPRODUCED_NULL;

	assert_true(json_is_null(json_object_get(series_at(json, 0), "values")));
	compare_well(f, json, run, &same);
	assert_true(same.by_digest && same.identical);
	assert_int_equal(same.n, DCB_REPRODUCTION_MAX_VALUES + 1);
	compare_well(f, json, large_run(f, 6), &other);
	assert_false(other.identical);
	assert_string_equal(other.series, "base block 0, " WORKLOAD " waiter wall");
}

/* ---- inputs ---- */

static void expect_inputs(struct fixture *f, const json_t *json, const char *fingerprint,
			  const char *expected)
{
	_cleanup_(dcb_reproduction_freep) struct dcb_reproduction *reproduction = read_well(f,
											    json);
	json_auto_t *here = NULL, *differing = NULL;
	struct dcb_error err = DCB_ERROR_NULL;
	_cleanup_free_ char *text = NULL;

	assert_int_equal(dcb_json_parse(fingerprint, strlen(fingerprint), &here, &err), 0);
	assert_int_equal(dcb_reproduction_inputs(reproduction, here, &differing, &err), 0);
	text = dcb_json_line(differing);
	assert_string_equal(text, expected);
}

static char *replaced(const char *text, const char *what, const char *with)
{
	const char *found = strstr(text, what);

	assert_non_null(found);
	return dcb_format("%.*s%s%s", (int)(found - text), text, with, found + strlen(what));
}

static void reproduction_inputs__what_differs_is_named(void **state)
{
	static const struct {
		const char *what, *with, *expected;
	} cases[] = {
		{"\"dcbench\"", "\"dcbench\"", "[]"},
		{"\"agent_sha256\":\"" SHA_A, "\"agent_sha256\":\"" SHA_D,
		 "[{\"input\":\"agent\",\"ours\":\"" SHA_D "\",\"theirs\":\"" SHA_A "\"}]"},
		{"10.0.2", "11.1.0",
		 "[{\"input\":\"QEMU\",\"ours\":\"11.1.0\",\"theirs\":\"10.0.2\"}]"},
		{"[\"-a\"]", "[\"-b\"]",
		 "[{\"input\":\"QEMU's command line\",\"ours\":\"[\\\"-b\\\"]\",\"theirs\":\"[\\\"-"
		 "a\\\"]\"}]"},
		{"{\"crun\":\"1.8\"}", "null",
		 "[{\"input\":\"program crun\",\"ours\":null,\"theirs\":\"1.8\"}]"},
		{"{\"loop.ko\":\"" SHA_B "\"}", "{}",
		 "[{\"input\":\"module loop.ko of base\",\"ours\":null,\"theirs\":\"" SHA_B "\"}]"},
		{"\"modules\":{}", "\"modules\":{\"x.ko\":\"" SHA_C "\"}",
		 "[{\"input\":\"module x.ko of fixed\",\"ours\":\"" SHA_C
		 "\",\"theirs\":\"nothing\"}]"},
		{"\"base\":{\"initramfs\":\"" SHA_A, "\"base\":{\"initramfs\":\"" SHA_D,
		 "[{\"input\":\"initramfs of base\",\"ours\":\"" SHA_D "\",\"theirs\":\"" SHA_A
		 "\"}]"},
	};
	struct fixture *f = *state;
	json_auto_t *json = summary_of(f, make_run(f, 100, false));

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *here = replaced(FINGERPRINT, cases[i].what, cases[i].with);

		expect_inputs(f, json, here, cases[i].expected);
	}
}

/* ---- files ---- */

static void reproduction_plan__is_the_run_s(void **state)
{
	struct fixture *f = *state;
	json_auto_t *json = summary_of(f, make_run(f, 100, false));
	_cleanup_(dcb_plan_deinit) struct dcb_plan plan;
	_cleanup_(dcb_reproduction_freep) struct dcb_reproduction *reproduction = NULL;
	struct dcb_error err = DCB_ERROR_NULL;

	/* The fixture's keys are none of the real workload's. */
	json_object_set_new(json_array_get(at(json, "plan", "workloads"), 0), "params",
			    json_string("op=rmdir"));
	reproduction = read_well(f, json);
	assert_non_null(dcb_reproduction_contradiction(reproduction));
	assert_int_equal(dcb_plan_init(&plan, &err), 0);
	if (dcb_reproduction_plan(reproduction, &plan, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(plan.n_kernels, 2);
	assert_int_equal(plan.blocks, 1);
	assert_int_equal(plan.seed, 42);
	assert_string_equal(plan.machine, "icount");
	assert_null(plan.mirror);
}

static void reproduction_plan__nothing_of_the_host_s_is_taken(void **state)
{
	struct fixture *f = *state;
	json_auto_t *json = summary_of(f, make_run(f, 100, false));
	_cleanup_(dcb_plan_deinit) struct dcb_plan plan;
	_cleanup_(dcb_reproduction_freep) struct dcb_reproduction *reproduction = NULL;
	struct dcb_error err = DCB_ERROR_NULL;

	json_object_set_new(at(json, "plan", "options"), "mirror", json_string("http://evil"));
	reproduction = read_well(f, json);
	assert_int_equal(dcb_plan_init(&plan, &err), 0);
	assert_true(dcb_reproduction_plan(reproduction, &plan, &err) < 0);
	assert_int_equal(err.kind, DCB_ERROR_USAGE);
	assert_non_null(strstr(err.message, "an option that is not to be there"));
}

static void refuses(struct fixture *f, const json_t *json, const char *message)
{
	struct dcb_reproduction *reproduction = NULL;
	struct dcb_error err = DCB_ERROR_NULL;

	if (read_json(f, json, &reproduction, &err) >= 0)
		fail_msg("accepted: %s", message);
	assert_int_equal(err.kind, DCB_ERROR_USAGE);
	assert_null(strchr(err.message, '\n'));
	assert_null(strchr(err.message, '\033'));
	assert_non_null(strstr(err.message, "summary.json: "));
	if (!strstr(err.message, message))
		fail_msg("\"%s\" does not say \"%s\"", err.message, message);
}

static void reproduction_read__what_is_none_is_refused_in_a_line(void **state)
{
	static const struct {
		const char *path; /* dotted; numbers are indices */
		const char *value;
		const char *message;
	} cases[] = {
		{"version", "\"dcbench-summary/9\\n\\u001b[31m\"", "its version is dcbench-sum"},
		{"version", "1", "no summary"},
		{"run.state", "\"interrupted\"", "its run is interrupted: only one that is done"},
		{"run.machine", "null", "lacks its state or machine"},
		{"reproduction", "null", "its run was on machine icount"},
		{"reproduction.plan", "null", "has no plan"},
		{"reproduction.plan.kernels", "[]", "has no plan"},
		{"reproduction.plan.kernels.0.name", "\"other\"", "the plan's kernels are not"},
		{"reproduction.kernels.0.sha256", "\"abc\"", "kernel 0 of \"reproduction\""},
		{"reproduction.kernels.1.name", "\"a b\"", "kernel 1 of \"reproduction\""},
		{"kernels.1.name", "\"x\"", "kernel fixed is not among the run's"},
		{"reproduction.seeds", "{}", "has no seeds"},
		{"reproduction.seeds.0", "\"7\"", "the seed of block 0 is no number"},
		{"reproduction.samples", "7", "tells no samples"},
		{"reproduction.samples.n", "15", "its series have 16 samples, not 15"},
		{"reproduction.samples.series", "[]", "there are no samples to compare"},
		{"reproduction.samples.series.0.kernel", "\"nobody\"", "series 0 is damaged"},
		{"reproduction.samples.series.0.block", "1", "series 0 is damaged"},
		{"reproduction.samples.series.0.block", "-1", "series 0 is damaged"},
		{"reproduction.samples.series.0.workload", "2", "series 0 is damaged"},
		{"reproduction.samples.series.0.n", "1e30", "series 0 is damaged"},
		{"reproduction.samples.series.1.role", "\"a\\u001b\"", "series 1 is damaged"},
		{"reproduction.samples.series.2.kernel", "\"base\"", "series 2 is out of order"},
		{"reproduction.samples.series.1.metric", "\"\"", "series 1 is damaged"},
		{"reproduction.samples.series.1.values", "null", "values are told of all"},
		{"reproduction.samples.series.1.values", "\"0 0 100\\n\"",
		 "base block 0, workload 0 waiter wall: 1 values, not 4"},
		{"reproduction.samples.series.1.values", "\"0 0 nan\\n\"", "line 1 of its values"},
		{"reproduction.samples.series.1.values", "\"0 0 0x1\\n\"", "line 1 of its values"},
		{"reproduction.samples.series.1.values", "\"0 0 1\"", "line 1 of its values"},
		{"reproduction.samples.series.1.values", "\"0 0 1 2\\n\"", "line 1 of its values"},
		{"reproduction.samples.series.1.values", "\"-1 0 1\\n\"", "line 1 of its values"},
		{"reproduction.samples.series.1.values", "\"0 99999999999 1\\n\"",
		 "line 1 of its values"},
		{"reproduction.samples.series.1.values", "\"0 0 \\\"x\\\"\\n\"",
		 "line 1 of its values"},
	};
	struct fixture *f = *state;
	json_auto_t *good = summary_of(f, make_run(f, 100, false));

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		json_auto_t *json = json_deep_copy(good);
		_cleanup_free_ char *path = strdup(cases[i].path);
		json_t *place = json, *value = json_loads(cases[i].value, JSON_DECODE_ANY, NULL);
		char *rest = path, *key = strsep(&rest, ".");

		assert_non_null(value);
		for (; rest; key = strsep(&rest, "."))
			place = json_is_array(place)
					? json_array_get(place, (size_t)strtol(key, NULL, 10))
					: json_object_get(place, key);
		if (json_is_array(place))
			json_array_set_new(place, (size_t)strtol(key, NULL, 10), value);
		else
			json_object_set_new(place, key, value);
		refuses(f, json, cases[i].message);
	}
}

static void reproduction_read__other_files_are_refused(void **state)
{
	struct fixture *f = *state;
	_cleanup_free_ char *large = dcb_format("%s/large", f->folder);
	struct dcb_reproduction *reproduction = NULL;
	struct dcb_error err = DCB_ERROR_NULL;

	assert_true(read_text(f, "", 0, &reproduction, &err) < 0);
	assert_int_equal(err.kind, DCB_ERROR_USAGE);
	assert_true(dcb_reproduction_read("/nonexistent/x", &reproduction, &err) < 0);
	assert_int_equal(err.kind, DCB_ERROR_USAGE);
	assert_true(dcb_reproduction_read("/tmp", &reproduction, &err) < 0);
	assert_int_equal(err.kind, DCB_ERROR_USAGE);
	assert_int_equal(dcb_file_write(large, "{", 1, 0600, &err), 0);
	assert_int_equal(truncate(large, (65 << 20)), 0);
	assert_true(dcb_reproduction_read(large, &reproduction, &err) < 0);
	assert_int_equal(err.kind, DCB_ERROR_USAGE);
	assert_null(reproduction);
}

/* Bytes changed, cut out and doubled: refused, or compared like any other. */
static void reproduction_read__mutations_stay_within_bounds(void **state)
{
	struct fixture *f = *state;
	int64_t run = make_run(f, 100, false);
	json_auto_t *good = summary_of(f, run);
	_cleanup_free_ char *text = dcb_json_line(good);
	const char *begin = strstr(text, "\"reproduction\"");
	size_t size = strlen(text), first = (size_t)(begin - text);
	struct dcb_random random = {.state = 7};

	for (int i = 0; i < 1500; i++) {
		_cleanup_(dcb_reproduction_freep) struct dcb_reproduction *reproduction = NULL;
		_cleanup_(dcb_reproduced_deinit) struct dcb_reproduced result = DCB_REPRODUCED_NULL;
		_cleanup_free_ char *mutated = strdup(text);
		struct dcb_error err = DCB_ERROR_NULL;
		size_t where = first + dcb_random_below(&random, size - first);
		size_t n = size;

		if (i % 3 == 0)
			mutated[where] = (char)(' ' + dcb_random_below(&random, 95));
		else if (i % 3 == 1)
			memmove(mutated + where, mutated + where + 1, n-- - where);
		else
			mutated[where] = "0123456789\",:{}[]-\n"[dcb_random_below(&random, 19)];
		if (read_text(f, mutated, n, &reproduction, &err) < 0) {
			assert_int_equal(err.kind, DCB_ERROR_USAGE);
			continue;
		}
		assert_int_equal(
			dcb_reproduction_compare(reproduction, f->store, run, &result, &err), 0);
	}
}

#define T(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(reproduction__digests_are_of_the_texts_that_the_schema_names),
		T(reproduction__holds_the_inputs_and_of_the_plan_what_fixes_digits),
		T(reproduction__is_null_where_nothing_is_exact),
		T(reproduction__a_kernel_with_a_disk_has_no_samples),
		cmocka_unit_test(reproduce_command__is_there_where_a_run_is_exact),
		T(reproduction_compare__same_digits_in_another_database),
		T(reproduction_compare__the_first_sample_is_named),
		T(reproduction_compare__a_changed_digit_is_found_sealed_or_not),
		T(reproduction_compare__digests_and_seeds_count_too),
		T(reproduction_compare__a_boot_on_one_side_only_is_counted),
		T(reproduction_compare__many_samples_go_by_digest),
		T(reproduction_inputs__what_differs_is_named),
		T(reproduction_plan__is_the_run_s),
		T(reproduction_plan__nothing_of_the_host_s_is_taken),
		T(reproduction_read__what_is_none_is_refused_in_a_line),
		T(reproduction_read__other_files_are_refused),
		T(reproduction_read__mutations_stay_within_bounds),
	};

	return cmocka_run_group_tests_name("reproduction", tests, NULL, NULL);
}

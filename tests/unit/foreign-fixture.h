/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* A summary of which each test changes what it is about, and a format's text of it: base spins and
 * fixed sleeps in dying-dentry:op=rename; "other" as fixed. */

#include "store-fixture.h"

#include <inttypes.h>

#include "base/json.h"
#include "reports/formats/registry.h"
#include "reports/summary.h"

enum { BASE, FIXED, OTHER, N_KERNELS };
enum { WALL, CYCLES, SWITCHES, N_METRICS };

/* The summary of a run without boots, with these in the place of what it had. */
struct made {
	void *fixture;
	struct dcb_summary *loaded;
	struct dcb_store_run_kernel kernels[N_KERNELS];
	struct dcb_store_run_workload workload;
	struct dcb_summary_boot boots[2 * N_KERNELS];
	/* busy-wait, then the console's warning */
	struct dcb_summary_symptom symptoms[2 * N_KERNELS];
	struct dcb_summary_setting settings[1];
	struct dcb_comparison comparisons[N_METRICS * (N_KERNELS - 1)];
	double values[N_METRICS * (N_KERNELS - 1)][2][2];
	struct dcb_summary summary;
	struct dcb_report report;
};

static inline void made_deinit(struct made *made)
{
	dcb_summary_free(made->loaded);
	if (made->fixture)
		fixture_teardown(&made->fixture);
}

static inline void made_load(struct made *made, size_t n_kernels)
{
	const struct dcb_summary_options options = {.exact = false};
	struct dcb_store_run run = fixture_run();
	struct dcb_error err = DCB_ERROR_NULL;
	struct fixture *f;

	assert_int_equal(fixture_setup(&made->fixture), 0);
	f = made->fixture;
	if (dcb_summary_new(f->store, fixture_create(f->store, &run, n_kernels), &options,
			    &made->loaded, &err) < 0)
		fail_msg("%s", err.message);
	made->summary = *made->loaded;
}

static inline void made_comparison(struct made *made, size_t i, const char *role,
				   const char *metric, const char *unit, double base,
				   double candidate)
{
	struct dcb_comparison *c = &made->comparisons[i];

	for (size_t boot = 0; boot < 2; boot++) {
		made->values[i][0][boot] = base * (1 + 0.5 * (double)boot);
		made->values[i][1][boot] = candidate * (1 + 0.5 * (double)boot);
	}
	*c = (struct dcb_comparison){
		.role = (char *)role,
		.metric = (char *)metric,
		.unit = (char *)unit,
		.better = (char *)"lower",
		.primary = true,
		.base = {.kernel = BASE,
			 .n = 2,
			 .median = base * 1.25,
			 .lo = base,
			 .hi = base * 1.5,
			 .boots = made->values[i][0]},
		.candidate = {.kernel = 1 + i % 2,
			      .n = 2,
			      .median = candidate * 1.25,
			      .lo = candidate,
			      .hi = candidate * 1.5,
			      .boots = made->values[i][1]},
		.has_ratio = true,
		.change = candidate / base,
		.change_lo = candidate / base * 0.99,
		.change_hi = candidate / base * 1.01,
		.has_interval = true,
		.spread = DCB_SPREAD_BOOTS,
		.n_pairs = 2,
		.threshold = 0.01,
		.verdict = candidate < base ? DCB_VERDICT_IMPROVED : DCB_VERDICT_SAME,
	};
}

/* n_kernels: 2 or 3. Anew, whatever there was. */
static inline void made_init(struct made *made, size_t n_kernels)
{
	made_deinit(made);
	memset(made, 0, sizeof(*made));
	made_load(made, n_kernels);
	made->workload = (struct dcb_store_run_workload){"dying-dentry", "op=rename"};
	for (size_t k = 0; k < N_KERNELS; k++) {
		made->kernels[k] = fixture_kernels[k];
		for (size_t block = 0; block < 2; block++)
			made->boots[2 * k + block].row = (struct dcb_store_boot){
				.kernel = k,
				.block = (int64_t)block,
				.state = "ok",
				.started_us = 1700000001000000,
				.wall_s = 5.5};
		made->symptoms[k] = (struct dcb_summary_symptom){
			.kernel = k,
			.name = (char *)"busy-wait",
			.state = (char *)(k == BASE ? "spin" : "sleep"),
			.present = k == BASE,
			.hits = 20,
			.tries = 20,
			.boots = 2,
			.of_boots = 2};
		made->symptoms[N_KERNELS + k] = (struct dcb_summary_symptom){
			.workload = -1,
			.kernel = k,
			.name = (char *)"warning",
			.boots = 2,
			.of_boots = 2};
	}
	made->settings[0] = (struct dcb_summary_setting){0, (char *)"preempt", (char *)"full"};
	for (size_t i = 0; i < 2; i++) {
		made_comparison(made, 2 * WALL + i, "waiter", "wall", "ns", 4e9, 1e9);
		made_comparison(made, 2 * CYCLES + i, "waiter", "cycles", "count", 2e6, 2e6);
		made_comparison(made, 2 * SWITCHES + i, "", "switches", "count", 4, 4);
	}
	made->summary.run.id = 7;
	made->summary.run.state = DCB_RUN_DONE;
	made->summary.run.created_us = 1700000000000001;
	made->summary.kernels = made->kernels;
	made->summary.workloads = &made->workload;
	made->summary.n_workloads = 1;
	made->summary.boots = made->boots;
	made->summary.n_boots = 2 * n_kernels;
	made->summary.symptoms = made->symptoms;
	made->summary.n_symptoms = ARRAY_SIZE(made->symptoms);
	made->summary.settings = made->settings;
	made->summary.n_settings = ARRAY_SIZE(made->settings);
	made->summary.comparisons = made->comparisons;
	made->summary.n_comparisons = ARRAY_SIZE(made->comparisons);
	/* With two kernels every other row is not there. */
	if (n_kernels == 2) {
		for (size_t i = 0; i < N_METRICS; i++)
			made->comparisons[i] = made->comparisons[2 * i];
		made->summary.n_comparisons = N_METRICS;
		made->symptoms[2] = made->symptoms[3];
		made->symptoms[3] = made->symptoms[4];
		made->summary.n_symptoms = 4;
	}
	made->report = (struct dcb_report){
		.summary = &made->summary, .width = 80, .origin = "dcbench"};
}

/* Of two kernels: where the console's symptoms begin. */
#define MADE_WARNING 2

static inline char *made_text(const struct made *made, const struct dcb_report_format *format)
{
	struct dcb_error err = DCB_ERROR_NULL;
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	if (format->write(&made->report, file, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(strlen(text), size);
	return text;
}

static inline json_t *made_json(const struct made *made, const struct dcb_report_format *format)
{
	_cleanup_free_ char *text = made_text(made, format);
	json_error_t at;
	json_t *value = json_loads(text, JSON_REJECT_DUPLICATES, &at);

	if (!value)
		fail_msg("line %d: %s: %s", at.line, at.text, text);
	return value;
}

static inline const char *made_string(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	if (!text)
		fail_msg("no text %s", key);
	return text;
}

/* All that users and guests can name, at their worst. */
#define HOSTILE       "a\"b\\c\nd\033[31m\xff\xc3\xa9}\r"
#define HOSTILE_CLEAN "a\"b\\c?d?[31m?\xc3\xa9}?" /* on one line */

static inline void made_hostile(struct made *made)
{
	made->kernels[FIXED].name = HOSTILE;
	made->kernels[FIXED].kernel.release = HOSTILE;
	made->kernels[FIXED].kernel.arch = HOSTILE;
	made->kernels[FIXED].kernel.sha256 = HOSTILE;
	made->kernels[FIXED].kernel.origin = "not JSON";
	made->workload.params = HOSTILE "=" HOSTILE;
	made->boots[2].row.reason = HOSTILE;
	made->boots[2].row.state = "hang";
	made->symptoms[FIXED].detail = (char *)HOSTILE;
	made->symptoms[FIXED].state = (char *)HOSTILE;
	made->symptoms[FIXED].present = true;
	made->settings[0] = (struct dcb_summary_setting){FIXED, (char *)HOSTILE, (char *)HOSTILE};
	made->comparisons[WALL].reason = (char *)HOSTILE;
	made->report.url = HOSTILE;
}

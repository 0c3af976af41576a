// SPDX-License-Identifier: GPL-2.0-only
/* An A/A run becomes a calibration. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "lab/host.h"
#include "reports/calibration.h"
#include "reports/splits.h"
#include "reports/twins.h"

struct maker {
	struct dcb_store *store;
	struct dcb_summary *summary;
	struct dcb_store_calibration row;
	struct dcb_store_calibration_metric *metrics;
	size_t n;
	char *description, *reason;
	char host[DCB_SHA256_HEX];
	struct dcb_error *err;
};

static void maker_deinit(struct maker *maker)
{
	dcb_summary_free(maker->summary);
	free(maker->metrics);
	free(maker->description);
	free(maker->reason);
}

static bool is_judged(const struct dcb_comparison *comparison)
{
	return strcmp(comparison->better, "neither") != 0 && comparison->base.n &&
	       comparison->candidate.n;
}

/* The metrics that are judged, with the verdict of the boots as they were. */
static int add_metrics(struct maker *maker, const struct dcb_splits *splits)
{
	const struct dcb_summary *summary = maker->summary;

	maker->metrics = calloc(summary->n_comparisons + 1, sizeof(*maker->metrics));
	if (!maker->metrics)
		return dcb_error_oom(maker->err);
	for (size_t i = 0; i < summary->n_comparisons; i++) {
		const struct dcb_comparison *comparison = &summary->comparisons[i];
		const struct dcb_split_metric *split = splits ? &splits->metrics[i] : NULL;

		if (!is_judged(comparison))
			continue;
		maker->metrics[maker->n++] = (struct dcb_store_calibration_metric){
			.workload = summary->workloads[comparison->workload].name,
			.params = summary->workloads[comparison->workload].params,
			.role = comparison->role,
			.name = comparison->metric,
			.unit = comparison->unit,
			.primary = comparison->primary,
			.alarm_rate = split ? split->alarm_rate : 0,
			.verdict = dcb_verdict_name(comparison->verdict),
			/* Digits that repeat show any change. */
			.finds_few = split ? split->finds_few : 0,
			.finds_all = split ? split->finds_all : 0,
		};
	}
	return 0;
}

/* ---- exact ---- */

static int judge_exact(struct maker *maker)
{
	_cleanup_(dcb_twins_deinit) struct dcb_twins twins = DCB_TWINS_NULL;
	int r;

	r = dcb_twins_compare(maker->store, maker->summary, &twins, maker->err);
	if (r < 0)
		return r;
	if (!twins.compared)
		return dcb_error_usage(maker->err, "run %lld has no block with both boots",
				       (long long)maker->summary->run.id);
	maker->row.few = maker->row.blocks;
	maker->row.alarm_rate = (double)twins.differing / (double)twins.compared;
	maker->row.holds = twins.differing == 0;
	if (!maker->row.holds) {
		maker->reason = dcb_format("%llu of %llu samples differ, first: %s",
					   (unsigned long long)twins.differing,
					   (unsigned long long)twins.compared,
					   twins.first_difference);
		if (!maker->reason)
			return dcb_error_oom(maker->err);
	}
	return add_metrics(maker, NULL);
}

/* ---- noisy ---- */

/* "closer wall of the same kernel, named again, is regressed: +5.2 %"; NULL: nothing changed. */
static int find_change(struct maker *maker)
{
	const struct dcb_summary *summary = maker->summary;

	for (size_t i = 0; i < summary->n_comparisons; i++) {
		const struct dcb_comparison *comparison = &summary->comparisons[i];
		char change[64] = "";

		if (comparison->verdict != DCB_VERDICT_IMPROVED &&
		    comparison->verdict != DCB_VERDICT_REGRESSED)
			continue;
		if (comparison->has_ratio)
			snprintf(change, sizeof(change), " by %+.1f %%",
				 100 * (comparison->change - 1));
		maker->reason = dcb_format("%s%s%s of the same kernel is %s%s", comparison->role,
					   *comparison->role ? " " : "", comparison->metric,
					   dcb_verdict_name(comparison->verdict), change);
		return maker->reason ? 1 : dcb_error_oom(maker->err);
	}
	return 0;
}

static int judge_noisy(struct maker *maker)
{
	_cleanup_(dcb_splits_deinit) struct dcb_splits splits = DCB_SPLITS_NULL;
	int r;

	r = dcb_splits_load(maker->store, maker->summary, &splits, maker->err);
	if (r < 0)
		return r;
	maker->row.blocks = (int64_t)splits.n_blocks;
	maker->row.few = (int64_t)splits.few;
	maker->row.splits = DCB_SPLITS_ALARM;
	maker->row.alarm_rate = splits.alarm_rate;
	r = find_change(maker);
	if (r < 0)
		return r;
	maker->row.holds = r == 0 && splits.alarm_rate <= DCB_CALIBRATION_LIMIT;
	if (r == 0 && !maker->row.holds) {
		maker->reason = dcb_format("%.1f %% of the splits give a verdict on nothing",
					   100 * splits.alarm_rate);
		if (!maker->reason)
			return dcb_error_oom(maker->err);
	}
	return add_metrics(maker, &splits);
}

/* ---- the whole ---- */

static int check_pair(const struct maker *maker)
{
	const struct dcb_summary *summary = maker->summary;

	if (summary->n_kernels != 2 ||
	    strcmp(summary->kernels[0].kernel.sha256, summary->kernels[1].kernel.sha256) != 0)
		return dcb_error_usage(maker->err,
				       "run %lld does not boot one kernel under two names",
				       (long long)summary->run.id);
	for (size_t i = 0; i < 2; i++)
		if (summary->plants_ppm[i])
			return dcb_error_usage(maker->err, "run %lld: a slow-down was planted",
					       (long long)summary->run.id);
	return 0;
}

static int describe_host(struct maker *maker)
{
	const char *text = maker->summary->run.fingerprint;
	json_auto_t *fingerprint = NULL;
	int r;

	r = dcb_json_parse(text, strlen(text), &fingerprint, maker->err);
	if (r < 0)
		return r;
	return dcb_host_describe(fingerprint, &maker->description, maker->host, maker->err);
}

int dcb_calibrate(struct dcb_store *store, int64_t run_id, bool exact, int64_t *ret_id,
		  struct dcb_error *err)
{
	const struct dcb_summary_options options = {.exact = exact};
	_cleanup_(maker_deinit) struct maker maker = {.store = store, .err = err};
	const struct dcb_summary *summary;
	int r;

	r = dcb_summary_new(store, run_id, &options, &maker.summary, err);
	if (r < 0)
		return r;
	summary = maker.summary;
	r = check_pair(&maker);
	if (r == 0)
		r = describe_host(&maker);
	if (r < 0)
		return r;
	maker.row = (struct dcb_store_calibration){
		.run_id = run_id,
		.created_us = dcb_clock_unix_us(),
		.host = maker.host,
		.description = maker.description,
		.machine = summary->run.machine,
		.arch = summary->run.arch,
		.blocks = summary->run.blocks,
		/* A guest with a disk is not exact. */
		.exact = exact && !dcb_summary_has_disk(summary, 0) &&
			 !dcb_summary_has_disk(summary, 1),
	};
	r = maker.row.exact ? judge_exact(&maker) : judge_noisy(&maker);
	if (r < 0)
		return r;
	maker.row.reason = maker.reason;
	return dcb_store_put_calibration(store, &maker.row, maker.metrics, maker.n, ret_id, err);
}

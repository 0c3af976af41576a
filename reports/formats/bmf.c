// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bencher Metric Format (bencher.dev/docs/reference/bencher-metric-format): benchmarks by
 * "KERNEL/WORKLOAD[:KEYS]", measures by "ROLE.METRIC", values in our own units. lower_value and
 * upper_value are the range over boots. A candidate has "ROLE.METRIC.change" besides: candidate /
 * base with its interval, which does not drift as the host does.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "reports/formats/names.h"
#include "reports/formats/registry.h"
#include "reports/text.h"

static json_t *metric(double value, double lo, double hi, bool interval)
{
	if (!interval)
		return json_pack("{s:o}", "value", dcb_json_number(value));
	return json_pack("{s:o, s:o, s:o}", "value", dcb_json_number(value), "lower_value",
			 dcb_json_number(lo), "upper_value", dcb_json_number(hi));
}

static char *benchmark_name(const struct dcb_summary *summary, size_t kernel, size_t workload)
{
	_cleanup_free_ char *dose = dcb_name_dose(&summary->workloads[workload]);
	_cleanup_free_ char *text = NULL;

	if (!dose)
		return NULL;
	text = dcb_format("%s/%s%s%s", summary->kernels[kernel].name,
			  summary->workloads[workload].name, *dose ? ":" : "", dose);
	return text ? dcb_text_printable(text) : NULL;
}

/* The benchmark of that name, made where it is new; borrowed. */
static json_t *benchmark(json_t *all, const char *name)
{
	json_t *object = json_object_get(all, name);

	if (!object && json_object_set_new(all, name, json_object()) == 0)
		object = json_object_get(all, name);
	return object;
}

static int add_side(const struct dcb_summary *summary, const struct dcb_told_side *told,
		    json_t *all)
{
	const struct dcb_comparison *comparison = told->comparison;
	const struct dcb_side *side = told->side;
	_cleanup_free_ char *name = benchmark_name(summary, side->kernel, comparison->workload);
	_cleanup_free_ char *measure = dcb_name_measure(comparison);
	_cleanup_free_ char *change = measure ? dcb_format("%s.change", measure) : NULL;
	json_t *object = name && change ? benchmark(all, name) : NULL;

	if (json_object_set_new(object, measure,
				metric(side->median, side->lo, side->hi, side->n > 1)) < 0)
		return -ENOMEM;
	if (told->is_base || !comparison->base.n || !comparison->has_ratio)
		return 0;
	return json_object_set_new(object, change,
				   metric(comparison->change, comparison->change_lo,
					  comparison->change_hi, comparison->has_interval)) < 0
		       ? -ENOMEM
		       : 0;
}

static int write_bmf(const struct dcb_report *report, FILE *file, struct dcb_error *err)
{
	const struct dcb_summary *summary = report->summary;
	json_auto_t *all = json_object();
	struct dcb_told_side told;
	size_t at = 0;

	while (dcb_told_side_next(summary, &at, &told))
		if (told.side->n && add_side(summary, &told, all) < 0)
			return dcb_error_oom(err);
	if (all && json_object_size(all) == 0)
		return dcb_error_usage(err, "run %" PRId64 " has no figures: nothing for bmf",
				       summary->run.id);
	return dcb_report_write_json(all, file, err);
}

const struct dcb_report_format dcb_report_bmf = {
	.name = "bmf",
	.summary = "Bencher Metric Format, for bencher run --adapter json",
	.write = write_bmf,
};

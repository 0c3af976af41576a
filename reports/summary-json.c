// SPDX-License-Identifier: GPL-2.0-only
/* By schema/summary-v1.schema.json. Each *_to_json() gives NULL on lack of memory. */
#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "reports/summary.h"
#include "reports/table-rows.h"
#include "reports/text.h"

#define VERSION "dcbench-summary/1"

static json_t *text_to_json(const char *text)
{
	_cleanup_free_ char *clean = NULL;

	if (!text)
		return json_null();
	clean = dcb_text_utf8(text);
	return clean ? json_string(clean) : NULL;
}

/* The store's -1 for "was not measured". */
static json_t *measured_to_json(double value)
{
	return value < 0 ? json_null() : dcb_json_number(value);
}

/* JSON that the store keeps as text; null where it is none. */
static json_t *stored_to_json(const char *text)
{
	json_t *value = NULL;

	if (dcb_json_parse(text, strlen(text), &value, NULL) < 0)
		return json_null();
	return value;
}

/* Appends what make() gives for 0..n-1. */
static json_t *list_to_json(const struct dcb_summary *summary, size_t n,
			    json_t *(*make)(const struct dcb_summary *summary, size_t i))
{
	json_auto_t *list = json_array();

	for (size_t i = 0; list && i < n; i++)
		if (json_array_append_new(list, make(summary, i)) < 0)
			return NULL;
	return json_incref(list);
}

static json_t *run_to_json(const struct dcb_summary *summary)
{
	const struct dcb_store_run *run = &summary->run;

	return json_pack_ex(
		NULL, 0, "{sI so so so so sI sI so sI so so so so}", "id", (json_int_t)run->id,
		"state", text_to_json(dcb_run_state_name(run->state)), "reason",
		text_to_json(run->reason), "machine", text_to_json(run->machine), "arch",
		text_to_json(run->arch), "seed", (json_int_t)run->seed, "blocks",
		(json_int_t)run->blocks, "base", text_to_json(run->base), "created_us",
		(json_int_t)run->created_us, "wall_s", dcb_json_number(run->wall_s), "guest_wall_s",
		dcb_json_number(run->guest_wall_s), "looks", stored_to_json(run->looks), "stopped",
		text_to_json(run->stopped));
}

static json_t *kernel_to_json(const struct dcb_summary *summary, size_t i)
{
	const struct dcb_store_run_kernel *kernel = &summary->kernels[i];
	int64_t plant_ppm = summary->plants_ppm[i];

	return json_pack_ex(
		NULL, 0, "{so so so so so so so}", "name", text_to_json(kernel->name), "spec",
		text_to_json(kernel->spec), "release", text_to_json(kernel->kernel.release),
		"sha256", text_to_json(kernel->kernel.sha256), "arch",
		text_to_json(kernel->kernel.arch), "origin", stored_to_json(kernel->kernel.origin),
		"plant", plant_ppm ? dcb_json_number((double)plant_ppm / 1e6) : json_null());
}

static json_t *workload_to_json(const struct dcb_summary *summary, size_t i)
{
	return json_pack_ex(NULL, 0, "{so so}", "name", text_to_json(summary->workloads[i].name),
			    "params", text_to_json(summary->workloads[i].params));
}

static json_t *boot_to_json(const struct dcb_summary *summary, size_t i)
{
	const struct dcb_store_boot *boot = &summary->boots[i].row;

	return json_pack_ex(
		NULL, 0, "{so sI sI sI so so sI so so so so so s{so so}}", "kernel",
		text_to_json(summary->kernels[boot->kernel].name), "block", (json_int_t)boot->block,
		"position", (json_int_t)boot->position, "seed", (json_int_t)boot->seed, "state",
		text_to_json(boot->state), "reason", text_to_json(boot->reason), "started_us",
		(json_int_t)boot->started_us, "wall_s", dcb_json_number(boot->wall_s), "guest_s",
		measured_to_json(boot->guest_s), "hello_guest_s",
		measured_to_json(boot->hello_guest_s), "first_record_s",
		measured_to_json(boot->first_record_s), "agent_s", measured_to_json(boot->agent_s),
		"cgroup", "cpu_s", measured_to_json(boot->cpu_s), "memory_peak_bytes",
		measured_to_json(boot->memory_peak_bytes));
}

static json_t *figure_to_json(const struct dcb_side *side, double value)
{
	return side->n ? dcb_json_number(value) : json_null();
}

static json_t *side_to_json(const struct dcb_summary *summary, const struct dcb_side *side)
{
	json_auto_t *boots = json_array();

	for (size_t i = 0; boots && i < side->n; i++)
		if (json_array_append_new(boots, dcb_json_number(side->boots[i])) < 0)
			return NULL;
	return json_pack_ex(NULL, 0, "{so so so so sI sO sb so}", "kernel",
			    text_to_json(summary->kernels[side->kernel].name), "median",
			    figure_to_json(side, side->median), "lo",
			    figure_to_json(side, side->lo), "hi", figure_to_json(side, side->hi),
			    "n", (json_int_t)side->n, "boots", boots, "bimodal", side->bimodal,
			    "lacking", text_to_json(side->lacking));
}

static json_t *candidate_to_json(const struct dcb_summary *summary,
				 const struct dcb_comparison *comparison)
{
	if (comparison->candidate.kernel == summary->base)
		return json_null();
	return side_to_json(summary, &comparison->candidate);
}

static json_t *change_to_json(const struct dcb_comparison *comparison)
{
	bool interval = comparison->has_interval;

	if (!comparison->base.n || !comparison->candidate.n)
		return json_null();
	return json_pack_ex(NULL, 0, "{so so so}", comparison->has_ratio ? "ratio" : "difference",
			    dcb_json_number(comparison->change), "lo",
			    interval ? dcb_json_number(comparison->change_lo) : json_null(), "hi",
			    interval ? dcb_json_number(comparison->change_hi) : json_null());
}

static json_t *p_to_json(const struct dcb_comparison *comparison, double p)
{
	return comparison->has_p ? dcb_json_number(p) : json_null();
}

static json_t *comparison_to_json(const struct dcb_summary *summary, size_t i)
{
	const struct dcb_comparison *comparison = &summary->comparisons[i];
	const struct dcb_store_run_workload *workload = &summary->workloads[comparison->workload];

	return json_pack_ex(
		NULL, 0, "{so so so so so so sb sb so so so so sI so so so so sI so}", "workload",
		text_to_json(workload->name), "params", text_to_json(workload->params), "role",
		text_to_json(comparison->role), "metric", text_to_json(comparison->metric), "unit",
		text_to_json(comparison->unit), "better", text_to_json(comparison->better),
		"primary", comparison->primary, "exact", comparison->exact, "base",
		side_to_json(summary, &comparison->base), "candidate",
		candidate_to_json(summary, comparison), "change", change_to_json(comparison),
		"spread", text_to_json(dcb_spread_name(comparison->spread)), "pairs",
		(json_int_t)comparison->n_pairs, "threshold",
		dcb_json_number(comparison->threshold), "p", p_to_json(comparison, comparison->p),
		"p_adjusted", p_to_json(comparison, comparison->p_adjusted), "verdict",
		text_to_json(dcb_verdict_name(comparison->verdict)), "further_blocks",
		(json_int_t)comparison->further_blocks, "reason", text_to_json(comparison->reason));
}

static json_t *symptom_to_json(const struct dcb_summary *summary, size_t i)
{
	const struct dcb_summary_symptom *symptom = &summary->symptoms[i];
	const struct dcb_store_run_workload *workload =
		symptom->workload < 0 ? NULL : &summary->workloads[symptom->workload];

	return json_pack_ex(NULL, 0, "{so so so so sb so so so si si si si so}", "kernel",
			    text_to_json(summary->kernels[symptom->kernel].name), "workload",
			    text_to_json(workload ? workload->name : NULL), "params",
			    text_to_json(workload ? workload->params : NULL), "name",
			    text_to_json(symptom->name), "present", symptom->present, "state",
			    text_to_json(symptom->state), "value",
			    symptom->has_value ? dcb_json_number(symptom->value) : json_null(),
			    "detail", text_to_json(symptom->detail), "hits", symptom->hits, "tries",
			    symptom->tries, "boots", (int)symptom->boots, "of_boots",
			    (int)symptom->of_boots, "claim",
			    text_to_json(dcb_claim_name(dcb_summary_claim(summary, symptom))));
}

static json_t *counter_to_json(const struct dcb_summary *summary, size_t i)
{
	const struct dcb_store_pair *pair = &summary->counters[i];

	return json_pack_ex(NULL, 0, "{so sb so}", "name", text_to_json(pair->name), "counted",
			    !pair->value, "reason", text_to_json(pair->value));
}

static json_t *setting_to_json(const struct dcb_summary *summary, size_t i)
{
	const struct dcb_summary_setting *setting = &summary->settings[i];

	return json_pack_ex(NULL, 0, "{so so so}", "kernel",
			    text_to_json(summary->kernels[setting->kernel].name), "name",
			    text_to_json(setting->name), "value", text_to_json(setting->value));
}

static json_t *failures_to_json(const struct dcb_summary *summary, size_t i)
{
	const struct dcb_summary_failures *failures = &summary->failures[i];

	return json_pack_ex(NULL, 0, "{so si si so sb sb}", "kernel",
			    text_to_json(summary->kernels[i].name), "ok", (int)failures->ok,
			    "failed", (int)failures->failed, "state", text_to_json(failures->state),
			    "only_candidate_fails", failures->only_candidate_fails,
			    "only_base_fails", failures->only_base_fails);
}

static json_t *judgement_to_json(const struct dcb_summary *summary)
{
	return json_pack_ex(NULL, 0, "{sI so so sI}", "look", (json_int_t)summary->n_looks, "alpha",
			    dcb_json_number(summary->alpha), "level",
			    dcb_json_number(summary->level), "judged",
			    (json_int_t)summary->n_judged);
}

static json_t *overhead_to_json(const struct dcb_summary *summary)
{
	double first_record_s = -1;

	if (dcb_table_first_record(summary, &first_record_s) < 0)
		return NULL;
	return json_pack_ex(NULL, 0, "{so so}", "ratio",
			    summary->run.wall_s > 0 ? dcb_json_number(summary->overhead)
						    : json_null(),
			    "first_record_s", measured_to_json(first_record_s));
}

static json_t *share_to_json(double share)
{
	return share < 0 ? json_null() : dcb_json_number(share);
}

static json_t *finds_to_json(const struct dcb_summary_calibration *calibration)
{
	json_auto_t *list = json_array();

	for (size_t i = 0; list && i < calibration->n_finds; i++) {
		const struct dcb_summary_find *find = &calibration->finds[i];
		json_t *object = json_pack_ex(
			NULL, 0, "{so so so so}", "role", text_to_json(find->role), "metric",
			text_to_json(find->metric), "few", share_to_json(find->few), "all",
			share_to_json(find->all));

		if (json_array_append_new(list, object) < 0)
			return NULL;
	}
	return json_incref(list);
}

/* Null where the workload has none. */
static json_t *calibration_to_json(const struct dcb_summary *summary, size_t i)
{
	const struct dcb_summary_calibration *calibration = &summary->calibrations[i];

	if (!calibration->id)
		return json_null();
	return json_pack_ex(NULL, 0, "{sI sb sb so so sI sI so}", "id", (json_int_t)calibration->id,
			    "exact", calibration->exact, "holds", calibration->holds, "reason",
			    text_to_json(calibration->reason), "alarm_rate",
			    dcb_json_number(calibration->alarm_rate), "few",
			    (json_int_t)calibration->few, "blocks", (json_int_t)calibration->blocks,
			    "finds", finds_to_json(calibration));
}

json_t *dcb_summary_to_json(const struct dcb_summary *summary)
{
	return json_pack_ex(NULL, 0, "{ss so so so so so so so so so so so so so sn}", "version",
			    VERSION, "run", run_to_json(summary), "kernels",
			    list_to_json(summary, summary->n_kernels, kernel_to_json), "workloads",
			    list_to_json(summary, summary->n_workloads, workload_to_json), "boots",
			    list_to_json(summary, summary->n_boots, boot_to_json), "comparisons",
			    list_to_json(summary, summary->n_comparisons, comparison_to_json),
			    "symptoms", list_to_json(summary, summary->n_symptoms, symptom_to_json),
			    "fingerprint", stored_to_json(summary->run.fingerprint), "counters",
			    list_to_json(summary, summary->n_counters, counter_to_json), "settings",
			    list_to_json(summary, summary->n_settings, setting_to_json),
			    "calibrations",
			    list_to_json(summary, summary->n_workloads, calibration_to_json),
			    "overhead", overhead_to_json(summary), "failures",
			    list_to_json(summary, summary->n_kernels, failures_to_json),
			    "judgement", judgement_to_json(summary), "reproduction");
}

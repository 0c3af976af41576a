// SPDX-License-Identifier: GPL-2.0-only
#include "reports/reproduction.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "machines/machine.h"
#include "reports/format.h"
#include "reports/reproduction-private.h"

struct series {
	size_t workload, kernel;
	int64_t block, metric;
	char *role, *name;
	char *text; /* NULL beyond the bound */
	char sha256[DCB_SHA256_HEX];
	uint64_t n;
};

struct collector {
	const struct dcb_summary *summary;
	struct series *series;
	size_t n_series, allocated;
	uint64_t n; /* samples */
	FILE *file; /* of the last series' text */
	char *text;
	size_t size;
	struct dcb_error *err;
};

/* ---- samples ---- */

static int end_series(struct collector *collector)
{
	struct series *series;
	int failed;

	if (!collector->file)
		return 0;
	failed = ferror(collector->file) | fclose(collector->file);
	collector->file = NULL;
	if (failed) {
		free(collector->text);
		return dcb_error_oom(collector->err);
	}
	series = &collector->series[collector->n_series - 1];
	dcb_sha256(collector->text, collector->size, series->sha256);
	collector->n += series->n;
	if (collector->n <= DCB_REPRODUCTION_MAX_VALUES) {
		series->text = collector->text;
		return 0;
	}
	free(collector->text);
	for (size_t i = 0; i < collector->n_series; i++) {
		free(collector->series[i].text);
		collector->series[i].text = NULL;
	}
	return 0;
}

static int begin_series(struct collector *collector, const struct dcb_store_sample_row *row)
{
	struct series *series;
	int r = end_series(collector);

	if (r < 0)
		return r;
	if (collector->n_series == collector->allocated) {
		size_t more = collector->allocated ? 2 * collector->allocated : 256;

		series = reallocarray(collector->series, more, sizeof(*series));
		if (!series)
			return dcb_error_oom(collector->err);
		collector->series = series;
		collector->allocated = more;
	}
	series = &collector->series[collector->n_series++];
	*series = (struct series){.workload = row->sample->workload,
				  .kernel = row->kernel,
				  .block = row->block,
				  .metric = row->sample->metric,
				  .role = strdup(row->metric->role),
				  .name = strdup(row->metric->name)};
	collector->file = open_memstream(&collector->text, &collector->size);
	return series->role && series->name && collector->file ? 0 : dcb_error_oom(collector->err);
}

static int add_sample(void *context, const struct dcb_store_sample_row *row)
{
	struct collector *collector = context;
	const struct dcb_store_sample *sample = row->sample;
	const struct series *last = collector->file ? &collector->series[collector->n_series - 1]
						    : NULL;
	char value[64] = "null";

	if (dcb_summary_has_disk(collector->summary, row->kernel))
		return 0;
	if (!last || last->workload != sample->workload || last->metric != sample->metric ||
	    last->kernel != row->kernel || last->block != row->block) {
		int r = begin_series(collector, row);

		if (r < 0)
			return r;
	}
	if (sample->present)
		dcb_format_exact(sample->value, value, sizeof(value));
	fprintf(collector->file, "%d %d %s", sample->thread, sample->iteration, value);
	if (sample->has_times)
		fprintf(collector->file, " %" PRId64 " %" PRId64, sample->enabled_ns,
			sample->running_ns);
	fputc('\n', collector->file);
	collector->series[collector->n_series - 1].n++;
	return 0;
}

static int compare_series(const void *a, const void *b)
{
	const struct series *x = a, *y = b;
	int order;

	if (x->workload != y->workload)
		return x->workload < y->workload ? -1 : 1;
	if (x->kernel != y->kernel)
		return x->kernel < y->kernel ? -1 : 1;
	if (x->block != y->block)
		return x->block < y->block ? -1 : 1;
	order = strcmp(x->role, y->role);
	return order ? order : strcmp(x->name, y->name);
}

static json_t *series_to_json(const struct collector *collector, const struct series *series)
{
	return json_pack("{s:s, s:I, s:I, s:s, s:s, s:I, s:s, s:s?}", "kernel",
			 collector->summary->kernels[series->kernel].name, "block",
			 (json_int_t)series->block, "workload", (json_int_t)series->workload,
			 "role", series->role, "metric", series->name, "n", (json_int_t)series->n,
			 "sha256", series->sha256, "values", series->text);
}

static json_t *samples_to_json(const struct collector *collector)
{
	json_auto_t *list = json_array();
	char sha256[DCB_SHA256_HEX];

	for (size_t i = 0; list && i < collector->n_series; i++)
		if (json_array_append_new(list, series_to_json(collector, &collector->series[i])) <
		    0)
			return NULL;
	if (!list || dcb_reproduction_digest(list, sha256) < 0)
		return NULL;
	return json_pack("{s:I, s:s, s:O}", "n", (json_int_t)collector->n, "sha256", sha256,
			 "series", list);
}

static void collector_deinit(struct collector *collector)
{
	if (collector->file) {
		fclose(collector->file);
		free(collector->text);
	}
	for (size_t i = 0; i < collector->n_series; i++) {
		free(collector->series[i].role);
		free(collector->series[i].name);
		free(collector->series[i].text);
	}
	free(collector->series);
}

static int load_samples(struct dcb_store *store, const struct dcb_summary *summary,
			json_t **ret_samples, struct dcb_error *err)
{
	_cleanup_(collector_deinit) struct collector collector = {.summary = summary, .err = err};
	int r;

	r = dcb_store_each_sample(store, summary->run.id, add_sample, &collector, err);
	if (r == 0)
		r = end_series(&collector);
	if (r < 0)
		return r;
	if (collector.n_series)
		qsort(collector.series, collector.n_series, sizeof(*collector.series),
		      compare_series);
	*ret_samples = samples_to_json(&collector);
	return *ret_samples ? 0 : dcb_error_oom(err);
}

/* ---- inputs ---- */

/* A member of an object, or null. */
static json_t *member(const json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	return value ? json_incref(value) : json_null();
}

static json_t *kernels_to_json(const struct dcb_summary *summary, const json_t *fingerprint)
{
	const json_t *guests = json_object_get(fingerprint, "guests");
	json_auto_t *list = json_array();

	for (size_t i = 0; list && i < summary->n_kernels; i++) {
		const struct dcb_store_run_kernel *kernel = &summary->kernels[i];
		const json_t *guest = json_object_get(guests, kernel->name);

		if (json_array_append_new(list,
					  json_pack("{s:s, s:s, s:b, s:o, s:o}", "name",
						    kernel->name, "sha256", kernel->kernel.sha256,
						    "exact", !dcb_summary_has_disk(summary, i),
						    "initramfs", member(guest, "initramfs"),
						    "modules", member(guest, "modules"))) < 0)
			return NULL;
	}
	return TAKE_PTR(list);
}

/* By block; null for one without a boot. */
static json_t *seeds_to_json(const struct dcb_summary *summary)
{
	json_auto_t *list = json_array();

	for (int64_t i = 0; list && i < summary->run.blocks; i++)
		if (json_array_append_new(list, json_null()) < 0)
			return NULL;
	for (size_t i = 0; list && i < summary->n_boots; i++) {
		const struct dcb_store_boot *boot = &summary->boots[i].row;

		if (boot->block < summary->run.blocks &&
		    json_array_set_new(list, (size_t)boot->block,
				       json_integer((json_int_t)boot->seed)) < 0)
			return NULL;
	}
	return TAKE_PTR(list);
}

/* What fixes the digits; the rest of a plan is the host's business. NULL where the run has no such
 * plan: it is of an older version. */
static json_t *plan_to_json(const struct dcb_summary *summary)
{
	json_auto_t *plan = NULL, *kept = json_object();
	json_t *kernels, *workloads, *options;

	if (dcb_json_parse(summary->run.plan, strlen(summary->run.plan), &plan, NULL) < 0)
		return NULL;
	kernels = json_object_get(plan, "kernels");
	workloads = json_object_get(plan, "workloads");
	options = json_object_get(plan, "options");
	if (!kept || !kernels || !workloads || !options)
		return NULL;
	for (size_t i = 0; dcb_reproduction_options[i]; i++) {
		json_t *value = json_object_get(options, dcb_reproduction_options[i]);

		if (value && json_object_set(kept, dcb_reproduction_options[i], value) < 0)
			return NULL;
	}
	/* A run may have been given more blocks than it was planned with. */
	if (json_object_set_new(kept, "blocks", json_sprintf("%" PRId64, summary->run.blocks)) < 0)
		return NULL;
	return json_pack("{s:O, s:O, s:O}", "kernels", kernels, "workloads", workloads, "options",
			 kept);
}

static json_t *machine_to_json(const json_t *fingerprint)
{
	const json_t *machine = json_object_get(fingerprint, "machine");

	return json_pack("{s:o, s:o, s:o, s:o}", "qemu", member(machine, "qemu"), "sha256",
			 member(machine, "sha256"), "firmware", member(machine, "firmware"),
			 "flags", member(machine, "flags"));
}

int dcb_reproduction_to_json(struct dcb_store *store, const struct dcb_summary *summary,
			     json_t **ret_json, struct dcb_error *err)
{
	json_auto_t *fingerprint = NULL, *samples = NULL, *plan = NULL;
	char plan_sha256[DCB_SHA256_HEX];
	json_t *json;
	int r;

	if (!dcb_machine_is_exact(summary->run.machine) || !(plan = plan_to_json(summary))) {
		*ret_json = json_null();
		return 0;
	}
	if (dcb_reproduction_plan_digest(plan, plan_sha256) < 0)
		return dcb_error_oom(err);
	/* What cannot be read says nothing. */
	dcb_json_parse(summary->run.fingerprint, strlen(summary->run.fingerprint), &fingerprint,
		       NULL);
	r = load_samples(store, summary, &samples, err);
	if (r < 0)
		return r;
	json = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:O, s:s, s:o, s:O}", "dcbench",
			 member(fingerprint, "dcbench"), "agent",
			 member(fingerprint, "agent_sha256"), "machine",
			 machine_to_json(fingerprint), "programs", member(fingerprint, "programs"),
			 "images", member(fingerprint, "images"), "kernels",
			 kernels_to_json(summary, fingerprint), "plan", plan, "plan_sha256",
			 plan_sha256, "seeds", seeds_to_json(summary), "samples", samples);
	if (!json)
		return dcb_error_oom(err);
	*ret_json = json;
	return 0;
}

int dcb_reproduction_summary(struct dcb_store *store, const struct dcb_summary *summary,
			     json_t **ret_json, struct dcb_error *err)
{
	json_auto_t *json = dcb_summary_to_json(summary);
	json_t *reproduction = NULL;
	int r;

	if (!json)
		return dcb_error_oom(err);
	r = dcb_reproduction_to_json(store, summary, &reproduction, err);
	if (r < 0)
		return r;
	if (json_object_set_new(json, "reproduction", reproduction) < 0)
		return dcb_error_oom(err);
	*ret_json = TAKE_PTR(json);
	return 0;
}

char *dcb_reproduce_command(const struct dcb_summary *summary)
{
	return dcb_machine_is_exact(summary->run.machine) ? strdup("dcbench reproduce SUMMARY.json")
							  : NULL;
}

// SPDX-License-Identifier: GPL-2.0-only
#include "reports/summary.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "reports/load.h"

struct loader {
	struct dcb_store *store;
	struct dcb_summary *summary;
	struct dcb_error *err;
	size_t kernel; /* whose settings are being read */
};

/* A copy of what may be NULL; false where there was no memory. */
static bool copy(const char *from, const char **ret_to)
{
	*ret_to = from ? strdup(from) : NULL;
	return !from || *ret_to;
}

static void drop(const char *text)
{
	free((char *)text);
}

/* One more element at the end of an array of `size`-byte elements, zeroed. */
static void *grow(void **array, size_t *n, size_t size)
{
	char *more = realloc(*array, (*n + 1) * size);

	if (!more)
		return NULL;
	*array = more;
	memset(more + *n * size, 0, size);
	return more + (*n)++ * size;
}

/* ---- what the store holds ---- */

static int read_run(void *context, const struct dcb_store_run *row)
{
	struct loader *loader = context;
	struct dcb_store_run *run = &loader->summary->run;

	*run = *row;
	run->reason = run->owner = run->machine = run->arch = NULL;
	run->base = run->plan = run->fingerprint = run->looks = run->stopped = NULL;
	if (!copy(row->reason, &run->reason) || !copy(row->owner, &run->owner) ||
	    !copy(row->machine, &run->machine) || !copy(row->arch, &run->arch) ||
	    !copy(row->base, &run->base) || !copy(row->plan, &run->plan) ||
	    !copy(row->fingerprint, &run->fingerprint) || !copy(row->looks, &run->looks) ||
	    !copy(row->stopped, &run->stopped))
		return dcb_error_oom(loader->err);
	return 0;
}

static int read_kernel(void *context, size_t index, const struct dcb_store_run_kernel *row)
{
	struct loader *loader = context;
	struct dcb_summary *summary = loader->summary;
	struct dcb_store_run_kernel *kernel;

	kernel = grow((void **)&summary->kernels, &summary->n_kernels, sizeof(*kernel));
	if (!kernel)
		return dcb_error_oom(loader->err);
	kernel->kernel.id = row->kernel.id;
	if (!copy(row->name, &kernel->name) || !copy(row->spec, &kernel->spec) ||
	    !copy(row->kernel.sha256, &kernel->kernel.sha256) ||
	    !copy(row->kernel.release, &kernel->kernel.release) ||
	    !copy(row->kernel.arch, &kernel->kernel.arch) ||
	    !copy(row->kernel.origin, &kernel->kernel.origin))
		return dcb_error_oom(loader->err);
	if (strcmp(row->name, summary->run.base) == 0)
		summary->base = index;
	return 0;
}

static int read_workload(void *context, size_t index, const struct dcb_store_run_workload *row)
{
	struct loader *loader = context;
	struct dcb_summary *summary = loader->summary;
	struct dcb_store_run_workload *workload;

	(void)index;
	workload = grow((void **)&summary->workloads, &summary->n_workloads, sizeof(*workload));
	if (!workload || !copy(row->name, &workload->name) || !copy(row->params, &workload->params))
		return dcb_error_oom(loader->err);
	return 0;
}

static int read_boot(void *context, const struct dcb_store_boot *row)
{
	struct loader *loader = context;
	struct dcb_summary *summary = loader->summary;
	struct dcb_summary_boot *boot;

	boot = grow((void **)&summary->boots, &summary->n_boots, sizeof(*boot));
	if (!boot)
		return dcb_error_oom(loader->err);
	boot->row = *row;
	boot->row.state = boot->row.reason = NULL;
	if (!copy(row->state, &boot->row.state) || !copy(row->reason, &boot->row.reason))
		return dcb_error_oom(loader->err);
	return 0;
}

/* One pass over a boot's pairs takes the counters or the settings. */
static int read_counter(void *context, const struct dcb_store_pair *row)
{
	struct loader *loader = context;
	struct dcb_summary *summary = loader->summary;
	struct dcb_store_pair *pair;

	if (strcmp(row->kind, "counter") != 0)
		return 0;
	pair = grow((void **)&summary->counters, &summary->n_counters, sizeof(*pair));
	if (!pair || !copy(row->kind, &pair->kind) || !copy(row->name, &pair->name) ||
	    !copy(row->value, &pair->value))
		return dcb_error_oom(loader->err);
	return 0;
}

static int read_setting(void *context, const struct dcb_store_pair *row)
{
	struct loader *loader = context;
	struct dcb_summary *summary = loader->summary;
	struct dcb_summary_setting *setting;

	if (strcmp(row->kind, "setting") != 0)
		return 0;
	setting = grow((void **)&summary->settings, &summary->n_settings, sizeof(*setting));
	if (!setting)
		return dcb_error_oom(loader->err);
	setting->kernel = loader->kernel;
	setting->name = strdup(row->name);
	setting->value = strdup(row->value ? row->value : "");
	return setting->name && setting->value ? 0 : dcb_error_oom(loader->err);
}

static int load_pairs(struct loader *loader)
{
	const struct dcb_summary *summary = loader->summary;
	const struct dcb_store_boot *counters = dcb_summary_good_boot(summary, summary->base);
	int r;

	for (size_t kernel = 0; kernel < summary->n_kernels; kernel++) {
		const struct dcb_store_boot *boot = dcb_summary_good_boot(summary, kernel);

		if (!boot)
			continue;
		if (!counters)
			counters = boot;
		loader->kernel = kernel;
		r = dcb_store_each_pair(loader->store, boot->id, read_setting, loader, loader->err);
		if (r < 0)
			return r;
	}
	if (!counters)
		return 0;
	return dcb_store_each_pair(loader->store, counters->id, read_counter, loader, loader->err);
}

/* ---- the whole ---- */

static int load(struct loader *loader, int64_t run_id, const struct dcb_summary_options *options)
{
	struct dcb_summary *summary = loader->summary;
	struct dcb_store *store = loader->store;
	int r;

	r = dcb_store_get_run(store, run_id, read_run, loader, loader->err);
	if (r < 0)
		return r;
	r = dcb_store_each_run_kernel(store, run_id, read_kernel, loader, loader->err);
	if (r < 0)
		return r;
	r = dcb_planted_load(summary, loader->err);
	if (r < 0)
		return r;
	r = dcb_store_each_run_workload(store, run_id, read_workload, loader, loader->err);
	if (r < 0)
		return r;
	summary->strict = options->strict;
	r = dcb_calibrations_load(store, summary, loader->err);
	if (r < 0)
		return r;
	r = dcb_store_each_boot(store, run_id, read_boot, loader, loader->err);
	if (r < 0)
		return r;
	r = load_pairs(loader);
	if (r < 0)
		return r;
	r = dcb_symptoms_load(store, summary, loader->err);
	if (r < 0)
		return r;
	summary->overhead = summary->run.wall_s > 0
				    ? (summary->run.wall_s - summary->run.guest_wall_s) /
					      summary->run.wall_s
				    : -1;
	if (dcb_failures_load(summary) < 0)
		return dcb_error_oom(loader->err);
	return dcb_comparisons_load(store, summary, options, loader->err);
}

int dcb_summary_new(struct dcb_store *store, int64_t run_id,
		    const struct dcb_summary_options *options, struct dcb_summary **ret_summary,
		    struct dcb_error *err)
{
	_cleanup_(dcb_store_snapshot_endp) struct dcb_store *snapshot = NULL;
	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = NULL;
	struct loader loader;
	int r;

	summary = calloc(1, sizeof(*summary));
	if (!summary)
		return dcb_error_oom(err);
	loader = (struct loader){.store = store, .summary = summary, .err = err};
	r = dcb_store_snapshot_begin(store, err);
	if (r < 0)
		return r;
	snapshot = store;
	r = load(&loader, run_id, options);
	if (r < 0)
		return r;
	*ret_summary = TAKE_PTR(summary);
	return 0;
}

bool dcb_summary_is_settled(const struct dcb_summary *summary)
{
	for (size_t i = 0; i < summary->n_comparisons; i++) {
		const struct dcb_comparison *comparison = &summary->comparisons[i];

		if (comparison->primary && comparison->verdict == DCB_VERDICT_CANNOT_TELL)
			return false;
	}
	return true;
}

static void free_pairs(struct dcb_store_pair *pairs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		drop(pairs[i].kind);
		drop(pairs[i].name);
		drop(pairs[i].value);
	}
	free(pairs);
}

static void free_comparison(struct dcb_comparison *comparison)
{
	free(comparison->role);
	free(comparison->metric);
	free(comparison->unit);
	free(comparison->better);
	free(comparison->reason);
	free(comparison->base.boots);
	free(comparison->base.lacking);
	free(comparison->candidate.boots);
	free(comparison->candidate.lacking);
}

static void free_kernel(struct dcb_store_run_kernel *kernel)
{
	drop(kernel->name);
	drop(kernel->spec);
	drop(kernel->kernel.sha256);
	drop(kernel->kernel.release);
	drop(kernel->kernel.arch);
	drop(kernel->kernel.origin);
}

static void deinit_run(struct dcb_store_run *run)
{
	drop(run->reason);
	drop(run->owner);
	drop(run->machine);
	drop(run->arch);
	drop(run->base);
	drop(run->plan);
	drop(run->fingerprint);
	drop(run->looks);
	drop(run->stopped);
}

void dcb_summary_free(struct dcb_summary *summary)
{
	if (!summary)
		return;
	deinit_run(&summary->run);
	dcb_calibrations_free(summary);
	for (size_t i = 0; i < summary->n_kernels; i++)
		free_kernel(&summary->kernels[i]);
	for (size_t i = 0; i < summary->n_workloads; i++) {
		drop(summary->workloads[i].name);
		drop(summary->workloads[i].params);
	}
	for (size_t i = 0; i < summary->n_boots; i++) {
		drop(summary->boots[i].row.state);
		drop(summary->boots[i].row.reason);
	}
	for (size_t i = 0; i < summary->n_comparisons; i++)
		free_comparison(&summary->comparisons[i]);
	for (size_t i = 0; i < summary->n_symptoms; i++) {
		free(summary->symptoms[i].name);
		free(summary->symptoms[i].state);
		free(summary->symptoms[i].detail);
	}
	free_pairs(summary->counters, summary->n_counters);
	for (size_t i = 0; i < summary->n_settings; i++) {
		free(summary->settings[i].name);
		free(summary->settings[i].value);
	}
	free(summary->settings);
	free(summary->plants_ppm);
	free(summary->kernels);
	free(summary->workloads);
	free(summary->boots);
	free(summary->comparisons);
	free(summary->failures);
	free(summary->symptoms);
	free(summary);
}

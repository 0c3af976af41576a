// SPDX-License-Identifier: GPL-2.0-only
#include "reports/measure.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "reports/stats/median-draw.h"
#include "reports/stats/median.h"
#include "schema/store.h"

struct loader {
	size_t n_kernels;
	int (*each)(void *context, const struct dcb_measure *measure);
	void *context;
	struct dcb_error *err;
	struct dcb_measure measure;
	bool has_measure;
	/* The boot that is being read. */
	int64_t boot_id;
	size_t kernel;
	struct dcb_boot_figure figure;
	double *values;
	size_t n, allocated;
};

static int push_value(struct loader *loader, double value)
{
	if (loader->n == loader->allocated) {
		size_t more = loader->allocated ? 2 * loader->allocated : 256;
		double *values = realloc(loader->values, more * sizeof(*values));

		if (!values)
			return dcb_error_oom(loader->err);
		loader->values = values;
		loader->allocated = more;
	}
	loader->values[loader->n++] = value;
	return 0;
}

static int end_boot(struct loader *loader)
{
	struct dcb_figures *figures = &loader->measure.kernels[loader->kernel];
	struct dcb_boot_figure *boots, *figure;
	size_t first, n;

	if (!loader->n)
		return 0;
	boots = realloc(figures->boots, (figures->n + 1) * sizeof(*boots));
	if (!boots)
		return dcb_error_oom(loader->err);
	figures->boots = boots;
	figure = &boots[figures->n];
	*figure = loader->figure;
	figure->median = dcb_median_sort(loader->values, loader->n);
	figure->m = loader->n;
	dcb_median_window(loader->n, &first, &n);
	figure->window = malloc(n * sizeof(*figure->window));
	if (!figure->window)
		return dcb_error_oom(loader->err);
	memcpy(figure->window, loader->values + first, n * sizeof(*figure->window));
	figures->n++;
	loader->n = 0;
	return 0;
}

static void free_measure(struct loader *loader)
{
	struct dcb_measure *measure = &loader->measure;

	for (size_t k = 0; measure->kernels && k < loader->n_kernels; k++) {
		for (size_t i = 0; i < measure->kernels[k].n; i++)
			free(measure->kernels[k].boots[i].window);
		free(measure->kernels[k].boots);
	}
	free(measure->kernels);
	free(measure->role);
	free(measure->name);
	free(measure->unit);
	free(measure->better);
	*measure = (struct dcb_measure){0};
	loader->has_measure = false;
}

static int end_measure(struct loader *loader)
{
	int r;

	if (!loader->has_measure)
		return 0;
	r = end_boot(loader);
	if (r >= 0)
		r = loader->each(loader->context, &loader->measure);
	free_measure(loader);
	return r;
}

static int begin_measure(struct loader *loader, const struct dcb_store_sample_row *row)
{
	struct dcb_measure *measure = &loader->measure;

	loader->has_measure = true;
	*measure = (struct dcb_measure){
		.workload = row->sample->workload,
		.metric = row->sample->metric,
		.role = strdup(row->metric->role),
		.name = strdup(row->metric->name),
		.unit = strdup(row->metric->unit),
		.better = strdup(row->metric->better),
		.primary = row->metric->primary,
		.kernels = calloc(loader->n_kernels, sizeof(*measure->kernels)),
	};
	if (!measure->role || !measure->name || !measure->unit || !measure->better ||
	    !measure->kernels)
		return dcb_error_oom(loader->err);
	return 0;
}

static int read_sample(void *context, const struct dcb_store_sample_row *row)
{
	struct loader *loader = context;
	bool other_metric = !loader->has_measure ||
			    loader->measure.workload != row->sample->workload ||
			    loader->measure.metric != row->sample->metric;
	int r;

	if (other_metric || row->boot_id != loader->boot_id) {
		r = other_metric ? end_measure(loader) : end_boot(loader);
		if (r < 0)
			return r;
		loader->boot_id = row->boot_id;
		loader->kernel = row->kernel;
		loader->figure = (struct dcb_boot_figure){.block = row->block, .seed = row->seed};
	}
	if (other_metric) {
		r = begin_measure(loader, row);
		if (r < 0)
			return r;
	}
	if (row->sample->iteration < 0 || !row->sample->present)
		return 0;
	return push_value(loader, row->sample->value);
}

int dcb_measures_each(struct dcb_store *store, int64_t run_id, size_t n_kernels,
		      int (*each)(void *context, const struct dcb_measure *measure), void *context,
		      struct dcb_error *err)
{
	struct loader loader = {
		.n_kernels = n_kernels, .each = each, .context = context, .err = err};
	int r;

	r = dcb_store_each_sample(store, run_id, read_sample, &loader, err);
	if (r >= 0)
		r = end_measure(&loader);
	free_measure(&loader);
	free(loader.values);
	return r;
}

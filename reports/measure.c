// SPDX-License-Identifier: GPL-2.0-only
#include "reports/measure.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "reports/stats.h"
#include "schema/store.h"

struct loader {
	struct dcb_measures *measures;
	struct dcb_error *err;
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
	struct dcb_measures *measures = loader->measures;
	struct dcb_boot_figure *boots;
	struct dcb_figures *figures;

	if (!loader->n)
		return 0;
	figures = &measures->rows[measures->n - 1].kernels[loader->kernel];
	if (dcb_median(loader->values, loader->n, &loader->figure.median) < 0)
		return dcb_error_oom(loader->err);
	boots = realloc(figures->boots, (figures->n + 1) * sizeof(*boots));
	if (!boots)
		return dcb_error_oom(loader->err);
	figures->boots = boots;
	figures->boots[figures->n++] = loader->figure;
	loader->n = 0;
	return 0;
}

static int begin_measure(struct loader *loader, const struct dcb_store_sample_row *row)
{
	struct dcb_measures *measures = loader->measures;
	struct dcb_measure *rows, *measure;

	rows = realloc(measures->rows, (measures->n + 1) * sizeof(*rows));
	if (!rows)
		return dcb_error_oom(loader->err);
	measures->rows = rows;
	measure = &rows[measures->n++];
	*measure = (struct dcb_measure){
		.workload = row->sample->workload,
		.metric = row->sample->metric,
		.role = strdup(row->metric->role),
		.name = strdup(row->metric->name),
		.unit = strdup(row->metric->unit),
		.better = strdup(row->metric->better),
		.primary = row->metric->primary,
		.kernels = calloc(measures->n_kernels, sizeof(*measure->kernels)),
	};
	if (!measure->role || !measure->name || !measure->unit || !measure->better ||
	    !measure->kernels)
		return dcb_error_oom(loader->err);
	return 0;
}

static int read_sample(void *context, const struct dcb_store_sample_row *row)
{
	struct loader *loader = context;
	struct dcb_measures *measures = loader->measures;
	const struct dcb_measure *last = measures->n ? &measures->rows[measures->n - 1] : NULL;
	bool other_metric = !last || last->workload != row->sample->workload ||
			    last->metric != row->sample->metric;
	int r;

	if (other_metric || row->boot_id != loader->boot_id) {
		r = end_boot(loader);
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

int dcb_measures_load(struct dcb_store *store, int64_t run_id, size_t n_kernels,
		      struct dcb_measures *measures, struct dcb_error *err)
{
	struct loader loader = {.measures = measures, .err = err};
	int r;

	measures->n_kernels = n_kernels;
	r = dcb_store_each_sample(store, run_id, read_sample, &loader, err);
	if (r >= 0)
		r = end_boot(&loader);
	free(loader.values);
	return r;
}

void dcb_measures_deinit(struct dcb_measures *measures)
{
	for (size_t i = 0; i < measures->n; i++) {
		struct dcb_measure *measure = &measures->rows[i];

		for (size_t k = 0; measure->kernels && k < measures->n_kernels; k++)
			free(measure->kernels[k].boots);
		free(measure->kernels);
		free(measure->role);
		free(measure->name);
		free(measure->unit);
		free(measure->better);
	}
	free(measures->rows);
	*measures = (struct dcb_measures)DCB_MEASURES_NULL;
}

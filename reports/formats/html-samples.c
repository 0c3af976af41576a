// SPDX-License-Identifier: GPL-2.0-only
#include "reports/formats/html-samples.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "reports/formats/html.h"
#include "reports/quantiles.h"
#include "schema/store.h"

#define TEN(a)                                                                                     \
	a / 100., (a + 1) / 100., (a + 2) / 100., (a + 3) / 100., (a + 4) / 100., (a + 5) / 100.,  \
		(a + 6) / 100., (a + 7) / 100., (a + 8) / 100., (a + 9) / 100.

const double dcb_iterations_levels[DCB_ITERATIONS_LEVELS] = {
	TEN(0), TEN(10), TEN(20), TEN(30), TEN(40), TEN(50), TEN(60), TEN(70),  TEN(80),  TEN(90),
	0.991,  0.992,   0.993,   0.994,   0.995,   0.996,   0.997,   0.998,    0.999,    0.9992,
	0.9994, 0.9996,  0.9998,  0.9999,  0.99995, 0.99998, 0.99999, 0.999995, 0.999998, 1,
};

double dcb_iterations_find(const struct dcb_iterations *spread, double level)
{
	size_t i = 0;

	while (i + 1 < DCB_ITERATIONS_LEVELS && dcb_iterations_levels[i] < level - 1e-12)
		i++;
	return spread->at[i];
}

struct loader {
	const struct dcb_summary *summary;
	struct dcb_html_samples *samples;
	struct dcb_quantiles *quantiles;
	/* The series that is being read. */
	size_t measure, kernel;
	size_t workload;
	int64_t metric;
	bool wanted;
	struct dcb_error *err;
};

static void end_series(struct loader *loader)
{
	uint64_t n = dcb_quantiles_count(loader->quantiles);
	struct dcb_iterations *spread;

	if (!n)
		return;
	spread = &loader->samples->measures[loader->measure][loader->kernel];
	spread->n = n;
	dcb_quantiles_at(loader->quantiles, dcb_iterations_levels, DCB_ITERATIONS_LEVELS,
			 spread->at);
	dcb_quantiles_clear(loader->quantiles);
}

/* Samples and comparisons are in the same order, so the search goes on from where it was. */
static bool find_measure(struct loader *loader, const struct dcb_store_sample_row *row)
{
	const struct dcb_summary *summary = loader->summary;
	size_t n = loader->samples->n_measures, step = dcb_html_step(summary);

	for (size_t i = 0; i < n; i++) {
		size_t measure = (loader->measure + i) % n;
		const struct dcb_comparison *comparison = &summary->comparisons[measure * step];

		if (comparison->workload != row->sample->workload ||
		    strcmp(comparison->metric, row->metric->name) != 0 ||
		    strcmp(comparison->role, row->metric->role) != 0 ||
		    strcmp(comparison->unit, row->metric->unit) != 0 ||
		    strcmp(comparison->better, row->metric->better) != 0)
			continue;
		loader->measure = measure;
		return comparison->primary;
	}
	return false;
}

static int begin_series(struct loader *loader, const struct dcb_store_sample_row *row)
{
	struct dcb_iterations **spreads;

	end_series(loader);
	loader->workload = row->sample->workload;
	loader->metric = row->sample->metric;
	loader->kernel = row->kernel;
	loader->wanted = row->kernel < loader->summary->n_kernels && find_measure(loader, row);
	if (!loader->wanted)
		return 0;
	spreads = &loader->samples->measures[loader->measure];
	if (!*spreads)
		*spreads = calloc(loader->summary->n_kernels, sizeof(**spreads));
	return *spreads ? 0 : dcb_error_oom(loader->err);
}

static int read_sample(void *context, const struct dcb_store_sample_row *row)
{
	struct loader *loader = context;
	int r;

	if (row->sample->workload != loader->workload || row->sample->metric != loader->metric ||
	    row->kernel != loader->kernel) {
		r = begin_series(loader, row);
		if (r < 0)
			return r;
	}
	if (loader->wanted && row->sample->present && row->sample->iteration >= 0)
		dcb_quantiles_add(loader->quantiles, row->sample->value);
	return 0;
}

int dcb_html_samples_load(struct dcb_store *store, const struct dcb_summary *summary,
			  struct dcb_html_samples *samples, struct dcb_error *err)
{
	_cleanup_(dcb_quantiles_freep) struct dcb_quantiles *quantiles = NULL;
	struct loader loader = {
		.summary = summary,
		.samples = samples,
		.kernel = SIZE_MAX,
		.err = err,
	};
	int r;

	samples->n_measures = summary->n_comparisons / dcb_html_step(summary);
	samples->measures = calloc(samples->n_measures + 1, sizeof(*samples->measures));
	if (!samples->measures || dcb_quantiles_new(&quantiles) < 0)
		return dcb_error_oom(err);
	loader.quantiles = quantiles;
	r = dcb_store_each_sample(store, summary->run.id, read_sample, &loader, err);
	if (r < 0)
		return r;
	end_series(&loader);
	return 0;
}

void dcb_html_samples_deinit(struct dcb_html_samples *samples)
{
	for (size_t i = 0; samples->measures && i < samples->n_measures; i++)
		free(samples->measures[i]);
	free(samples->measures);
	*samples = (struct dcb_html_samples)DCB_HTML_SAMPLES_NULL;
}

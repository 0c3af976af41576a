// SPDX-License-Identifier: GPL-2.0-only
/* Both sides of every metric, from the figures of boots. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/random.h"
#include "reports/compare.h"
#include "reports/load.h"
#include "reports/measure.h"
#include "reports/stats.h"

struct loader {
	struct dcb_store *store;
	struct dcb_summary *summary;
	struct dcb_error *err;
};

const struct dcb_store_boot *dcb_summary_good_boot(const struct dcb_summary *summary, size_t kernel)
{
	for (size_t i = 0; i < summary->n_boots; i++) {
		const struct dcb_store_boot *boot = &summary->boots[i].row;

		if (boot->kernel == kernel && dcb_store_boot_is_good(boot))
			return boot;
	}
	return NULL;
}

struct lacking {
	const char *counter;
	char *reason;
	struct dcb_error *err;
};

static int find_lacking(void *context, const struct dcb_store_pair *pair)
{
	struct lacking *lacking = context;

	if (lacking->reason || !pair->value || strcmp(pair->kind, "counter") != 0 ||
	    strcmp(pair->name, lacking->counter) != 0)
		return 0;
	lacking->reason = strdup(pair->value);
	return lacking->reason ? 0 : dcb_error_oom(lacking->err);
}

static int explain_lack(struct loader *loader, const char *counter, struct dcb_side *side)
{
	const struct dcb_store_boot *boot = dcb_summary_good_boot(loader->summary, side->kernel);
	struct lacking lacking = {.counter = counter, .err = loader->err};
	int r;

	if (!boot) {
		side->lacking = strdup("no good boot");
		return side->lacking ? 0 : dcb_error_oom(loader->err);
	}
	r = dcb_store_each_pair(loader->store, boot->id, find_lacking, &lacking, loader->err);
	side->lacking = lacking.reason;
	return r;
}

static int fill_side(struct loader *loader, const struct dcb_measure *measure, size_t kernel,
		     struct dcb_side *side)
{
	const struct dcb_figures *figures = &measure->kernels[kernel];

	side->kernel = kernel;
	if (!figures->n)
		return explain_lack(loader, measure->name, side);
	side->boots = malloc(figures->n * sizeof(*side->boots));
	if (!side->boots)
		return dcb_error_oom(loader->err);
	side->n = figures->n;
	side->lo = side->hi = figures->boots[0].median;
	for (size_t i = 0; i < figures->n; i++) {
		double value = figures->boots[i].median;

		side->boots[i] = value;
		side->lo = value < side->lo ? value : side->lo;
		side->hi = value > side->hi ? value : side->hi;
	}
	return dcb_median(side->boots, side->n, &side->median) < 0 ? dcb_error_oom(loader->err) : 0;
}

bool dcb_summary_has_disk(const struct dcb_summary *summary, size_t kernel)
{
	for (size_t i = 0; i < summary->n_settings; i++) {
		const struct dcb_summary_setting *setting = &summary->settings[i];

		if (setting->kernel == kernel && strcmp(setting->name, "disk") == 0)
			return true;
	}
	return false;
}

static int add_comparison(struct loader *loader, const struct dcb_measure *measure,
			  size_t candidate, bool exact)
{
	struct dcb_summary *summary = loader->summary;
	struct dcb_comparison *comparisons, *comparison;
	uint64_t seed;
	int r;

	seed = dcb_random_derive((uint64_t)summary->run.seed, summary->n_comparisons);
	comparisons = realloc(summary->comparisons,
			      (summary->n_comparisons + 1) * sizeof(*comparisons));
	if (!comparisons)
		return dcb_error_oom(loader->err);
	summary->comparisons = comparisons;
	comparison = &comparisons[summary->n_comparisons++];
	*comparison = (struct dcb_comparison){0};
	comparison->workload = measure->workload;
	comparison->role = strdup(measure->role);
	comparison->metric = strdup(measure->name);
	comparison->unit = strdup(measure->unit);
	comparison->better = strdup(measure->better);
	comparison->primary = measure->primary;
	if (!comparison->role || !comparison->metric || !comparison->unit || !comparison->better)
		return dcb_error_oom(loader->err);
	r = fill_side(loader, measure, summary->base, &comparison->base);
	if (r < 0)
		return r;
	comparison->candidate.kernel = candidate;
	if (candidate == summary->base)
		return 0;
	r = fill_side(loader, measure, candidate, &comparison->candidate);
	if (r < 0)
		return r;
	exact = exact && !dcb_summary_has_disk(summary, summary->base) &&
		!dcb_summary_has_disk(summary, candidate);
	r = dcb_compare(&measure->kernels[summary->base], &measure->kernels[candidate], exact, seed,
			comparison);
	return r < 0 ? dcb_error_oom(loader->err) : 0;
}

int dcb_comparisons_load(struct dcb_store *store, struct dcb_summary *summary, bool exact,
			 struct dcb_error *err)
{
	_cleanup_(dcb_measures_deinit) struct dcb_measures measures = DCB_MEASURES_NULL;
	struct loader loader = {store, summary, err};
	int r;

	r = dcb_measures_load(store, summary->run.id, summary->n_kernels, &measures, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < measures.n; i++) {
		for (size_t kernel = 0; kernel < summary->n_kernels; kernel++) {
			if (kernel == summary->base && summary->n_kernels > 1)
				continue;
			r = add_comparison(&loader, &measures.rows[i], kernel, exact);
			if (r < 0)
				return r;
		}
	}
	return 0;
}

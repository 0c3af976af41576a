// SPDX-License-Identifier: GPL-2.0-only
/* Both sides of every metric, from the figures of boots. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/random.h"
#include "lab/threshold.h"
#include "reports/compare.h"
#include "reports/judge.h"
#include "reports/load.h"
#include "reports/measure.h"
#include "reports/stats/looks.h"
#include "reports/stats/median-draw.h"
#include "reports/stats/median.h"
#include "reports/stats/modes.h"

struct loader {
	struct dcb_store *store;
	struct dcb_summary *summary;
	const struct dcb_summary_options *options;
	const char *threshold;
	struct dcb_median_tables *tables;
	struct dcb_evidence *evidence; /* one a comparison */
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
	int r;

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
	r = dcb_modes_several(side->boots, side->n);
	if (r < 0 || dcb_median(side->boots, side->n, &side->median) < 0)
		return dcb_error_oom(loader->err);
	side->bimodal = r;
	return 0;
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

/* One more comparison, and evidence for it; NULL on lack of memory. */
static struct dcb_comparison *grow(struct loader *loader)
{
	struct dcb_summary *summary = loader->summary;
	size_t n = summary->n_comparisons;
	struct dcb_comparison *comparisons;
	struct dcb_evidence *evidence;

	evidence = realloc(loader->evidence, (n + 1) * sizeof(*evidence));
	if (!evidence)
		return NULL;
	loader->evidence = evidence;
	comparisons = realloc(summary->comparisons, (n + 1) * sizeof(*comparisons));
	if (!comparisons)
		return NULL;
	summary->comparisons = comparisons;
	summary->n_comparisons++;
	evidence[n] = (struct dcb_evidence){0};
	comparisons[n] = (struct dcb_comparison){0};
	return &comparisons[n];
}

static int compare(struct loader *loader, const struct dcb_measure *measure,
		   struct dcb_comparison *comparison)
{
	const struct dcb_summary *summary = loader->summary;
	size_t index = summary->n_comparisons - 1, base = summary->base,
	       candidate = comparison->candidate.kernel;
	const struct dcb_compare_options options = {
		.exact = loader->options->exact && !dcb_summary_has_disk(summary, base) &&
			 !dcb_summary_has_disk(summary, candidate),
		.threshold = dcb_threshold_find(loader->threshold,
						summary->workloads[measure->workload].name,
						measure->role, measure->name),
		.level = summary->level,
		.seed = dcb_random_derive((uint64_t)summary->run.seed, index),
	};
	int r;

	r = dcb_compare(loader->tables, &measure->kernels[base], &measure->kernels[candidate],
			&options, comparison, &loader->evidence[index]);
	return r < 0 ? dcb_error_oom(loader->err) : 0;
}

static int add_comparison(struct loader *loader, const struct dcb_measure *measure,
			  size_t candidate)
{
	struct dcb_summary *summary = loader->summary;
	struct dcb_comparison *comparison = grow(loader);
	int r;

	if (!comparison)
		return dcb_error_oom(loader->err);
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
	return r < 0 ? r : compare(loader, measure, comparison);
}

static int add_measure(void *context, const struct dcb_measure *measure)
{
	struct loader *loader = context;
	const struct dcb_summary *summary = loader->summary;
	int r = 0;

	for (size_t kernel = 0; r >= 0 && kernel < summary->n_kernels; kernel++)
		if (kernel != summary->base || summary->n_kernels == 1)
			r = add_comparison(loader, measure, kernel);
	return r;
}

/* At which look these verdicts come: the one at the blocks that the run has, or the next. */
static size_t count_looks(const struct dcb_store_run *run)
{
	json_auto_t *looks = json_loads(run->looks, 0, NULL);
	size_t n = json_array_size(looks);

	if (n && json_integer_value(json_array_get(looks, n - 1)) == run->blocks)
		return n;
	return n + 1;
}

int dcb_comparisons_load(struct dcb_store *store, struct dcb_summary *summary,
			 const struct dcb_summary_options *options, struct dcb_error *err)
{
	_cleanup_(dcb_median_tables_freep) struct dcb_median_tables *tables = NULL;
	json_auto_t *plan = json_loads(summary->run.plan, 0, NULL);
	struct loader loader = {.store = store, .summary = summary, .options = options, .err = err};
	int r;

	if (dcb_median_tables_new(&tables) < 0)
		return dcb_error_oom(err);
	loader.tables = tables;
	loader.threshold = options->threshold ? options->threshold : dcb_threshold_planned(plan);
	summary->n_looks = count_looks(&summary->run);
	summary->alpha = dcb_look_alpha(summary->n_looks);
	summary->level = 1 - summary->alpha;
	r = dcb_measures_each(store, summary->run.id, summary->n_kernels, add_measure, &loader,
			      err);
	if (r >= 0 && dcb_judge(summary, loader.evidence, options) < 0)
		r = dcb_error_oom(err);
	free(loader.evidence);
	return r;
}

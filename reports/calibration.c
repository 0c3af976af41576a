// SPDX-License-Identifier: GPL-2.0-only
#include "reports/calibration.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "lab/host.h"
#include "reports/load.h"

/* ---- what counts for a run ---- */

struct loader {
	struct dcb_store *store;
	struct dcb_summary *summary;
	char host[DCB_SHA256_HEX];
	const struct dcb_store_calibration *row;
	struct dcb_error *err;
};

static struct dcb_summary_calibration *find_workload(struct dcb_summary *summary, const char *name,
						     const char *params)
{
	for (size_t i = 0; i < summary->n_workloads; i++)
		if (strcmp(summary->workloads[i].name, name) == 0 &&
		    strcmp(summary->workloads[i].params, params) == 0)
			return &summary->calibrations[i];
	return NULL;
}

static int read_metric(void *context, const struct dcb_store_calibration_metric *metric)
{
	struct loader *loader = context;
	const struct dcb_store_calibration *row = loader->row;
	struct dcb_summary_calibration *calibration = find_workload(
		loader->summary, metric->workload, metric->params);
	struct dcb_summary_find *finds, *find;

	/* A newer one counts. */
	if (!calibration || (calibration->id && calibration->id != row->id))
		return 0;
	if (!calibration->id) {
		*calibration = (struct dcb_summary_calibration){
			.id = row->id,
			.exact = row->exact,
			.holds = row->holds,
			.alarm_rate = row->alarm_rate,
			.blocks = row->blocks,
			.few = row->few,
			.reason = row->reason ? strdup(row->reason) : NULL,
		};
		if (row->reason && !calibration->reason)
			return dcb_error_oom(loader->err);
	}
	finds = reallocarray(calibration->finds, calibration->n_finds + 1, sizeof(*finds));
	if (!finds)
		return dcb_error_oom(loader->err);
	calibration->finds = finds;
	find = &finds[calibration->n_finds++];
	*find = (struct dcb_summary_find){
		.role = strdup(metric->role),
		.metric = strdup(metric->name),
		.few = metric->finds_few,
		.all = metric->finds_all,
	};
	return find->role && find->metric ? 0 : dcb_error_oom(loader->err);
}

static int read_calibration(void *context, const struct dcb_store_calibration *row)
{
	struct loader *loader = context;
	const struct dcb_store_run *run = &loader->summary->run;

	if (strcmp(row->host, loader->host) != 0 || strcmp(row->machine, run->machine) != 0 ||
	    strcmp(row->arch, run->arch) != 0)
		return 0;
	loader->row = row;
	return dcb_store_each_calibration_metric(loader->store, row->id, read_metric, loader,
						 loader->err);
}

int dcb_calibrations_load(struct dcb_store *store, struct dcb_summary *summary,
			  struct dcb_error *err)
{
	json_auto_t *fingerprint = json_loads(summary->run.fingerprint, 0, NULL);
	struct loader loader = {.store = store, .summary = summary, .err = err};
	_cleanup_free_ char *description = NULL;
	int r;

	summary->calibrations = calloc(summary->n_workloads + 1, sizeof(*summary->calibrations));
	if (!summary->calibrations)
		return dcb_error_oom(err);
	r = dcb_host_describe(fingerprint, &description, loader.host, err);
	if (r < 0)
		return r;
	return dcb_store_each_calibration(store, read_calibration, &loader, err);
}

void dcb_calibrations_free(struct dcb_summary *summary)
{
	for (size_t i = 0; summary->calibrations && i < summary->n_workloads; i++) {
		struct dcb_summary_calibration *calibration = &summary->calibrations[i];

		for (size_t k = 0; k < calibration->n_finds; k++) {
			free(calibration->finds[k].role);
			free(calibration->finds[k].metric);
		}
		free(calibration->finds);
		free(calibration->reason);
	}
	free(summary->calibrations);
}

/* NULL where there is none. */
static const struct dcb_summary_calibration *calibration_of(const struct dcb_summary *summary,
							    size_t workload)
{
	if (!summary->calibrations || !summary->calibrations[workload].id)
		return NULL;
	return &summary->calibrations[workload];
}

bool dcb_summary_is_calibrated(const struct dcb_summary *summary,
			       const struct dcb_comparison *comparison)
{
	const struct dcb_summary_calibration *calibration = calibration_of(summary,
									   comparison->workload);

	/* That an exact guest repeats says nothing of one with a disk. */
	return calibration && calibration->holds && (!calibration->exact || comparison->exact);
}

const struct dcb_summary_find *dcb_summary_find(const struct dcb_summary *summary,
						const struct dcb_comparison *comparison)
{
	const struct dcb_summary_calibration *calibration = calibration_of(summary,
									   comparison->workload);

	for (size_t i = 0; calibration && i < calibration->n_finds; i++)
		if (strcmp(calibration->finds[i].role, comparison->role) == 0 &&
		    strcmp(calibration->finds[i].metric, comparison->metric) == 0)
			return &calibration->finds[i];
	return NULL;
}

/* ---- notes ---- */

/* Is a verdict withheld for want of a calibration? */
static bool is_missed(const struct dcb_summary *summary, size_t workload)
{
	for (size_t i = 0; i < summary->n_comparisons; i++)
		if (summary->comparisons[i].workload == workload &&
		    summary->comparisons[i].verdict == DCB_VERDICT_CANNOT_TELL &&
		    !summary->comparisons[i].exact)
			return summary->strict && !calibration_of(summary, workload);
	return false;
}

struct range {
	const struct dcb_comparison *least, *most;
	double least_share, most_share;
	size_t n;
};

/* Of the primary metrics, what is found with few blocks, or with all. */
static struct range find_range(const struct dcb_summary *summary, size_t workload, bool few)
{
	struct range range = {0};

	for (size_t i = 0; i < summary->n_comparisons; i++) {
		const struct dcb_comparison *comparison = &summary->comparisons[i];
		const struct dcb_summary_find *find = dcb_summary_find(summary, comparison);
		double share = find ? few ? find->few : find->all : -1;

		/* Once, however many candidates there are. */
		if (comparison->workload != workload || !comparison->primary || share < 0 ||
		    comparison->candidate.kernel != summary->comparisons[0].candidate.kernel)
			continue;
		if (!range.n || share < range.least_share) {
			range.least = comparison;
			range.least_share = share;
		}
		if (!range.n || share > range.most_share) {
			range.most = comparison;
			range.most_share = share;
		}
		range.n++;
	}
	return range;
}

/* "1.8 % (waiter wall)" */
static void say_find(const struct dcb_comparison *comparison, double share, char *buffer,
		     size_t size)
{
	snprintf(buffer, size, share < 0.0995 ? "%.1f %% (%s%s%s)" : "%.0f %% (%s%s%s)",
		 100 * share, comparison->role, *comparison->role ? " " : "", comparison->metric);
}

/* "12 blocks find 1.8 % (waiter wall) to 9.5 % (closer cpu)" */
static char *say_holds(const struct dcb_summary *summary, size_t workload)
{
	const struct dcb_summary_calibration *calibration = &summary->calibrations[workload];
	struct range range = find_range(summary, workload, true);
	int64_t blocks = range.n ? calibration->few : calibration->blocks;
	const char *name = summary->workloads[workload].name;
	char least[80], most[80] = "";

	if (calibration->exact)
		return dcb_format("%s: the same kernel gives the same digits", name);
	if (!range.n)
		range = find_range(summary, workload, false);
	if (!range.n)
		return dcb_format("%" PRId64 " blocks find no change of %s", blocks, name);
	say_find(range.least, range.least_share, least, sizeof(least));
	if (range.n > 1)
		say_find(range.most, range.most_share, most, sizeof(most));
	return dcb_format("%" PRId64 " blocks find %s%s%s", blocks, least, *most ? " to " : "",
			  most);
}

/* NULL: lack of memory. */
static char *say(const struct dcb_summary *summary, size_t workload)
{
	const struct dcb_summary_calibration *calibration = calibration_of(summary, workload);

	if (!calibration)
		return dcb_format("none for %s: run `dcbench calibrate --for %" PRId64 "`",
				  summary->workloads[workload].name, summary->run.id);
	if (!calibration->holds)
		return dcb_format("%" PRId64 " of this host does not hold 5 %%: %s",
				  calibration->id,
				  calibration->reason ? calibration->reason : "no reason known");
	return say_holds(summary, workload);
}

int dcb_calibration_notes(const struct dcb_summary *summary, char ***ret_lines)
{
	_cleanup_(dcb_calibration_notes_freep) char **lines = calloc(summary->n_workloads + 1,
								     sizeof(*lines));
	size_t n = 0;

	if (!lines)
		return -ENOMEM;
	for (size_t i = 0; i < summary->n_workloads; i++) {
		if (!calibration_of(summary, i) && !is_missed(summary, i))
			continue;
		lines[n] = say(summary, i);
		if (!lines[n++])
			return -ENOMEM;
	}
	*ret_lines = TAKE_PTR(lines);
	return 0;
}

void dcb_calibration_notes_free(char **lines)
{
	for (char **line = lines; line && *line; line++)
		free(*line);
	free(lines);
}

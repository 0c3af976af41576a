// SPDX-License-Identifier: GPL-2.0-only
#include "reports/identity.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "reports/format.h"

/* A metric, named alike on both sides. */
struct metric {
	char *role, *name;
};

struct sample {
	struct dcb_identity_row row; /* its names are the metric's */
	size_t metric;
	bool met;
};

struct comparer {
	const struct dcb_identity_side *first;
	struct dcb_identity_side *second;
	const struct dcb_identity_boot *boot; /* that is compared now: of either side */
	struct dcb_identity identity;
	struct dcb_error *err;
	struct metric *metrics;
	size_t n_metrics;
	struct sample *samples; /* of the second side's boot */
	size_t n, allocated;
};

/* ---- partners ---- */

/* The same workload may stand in a side twice: the nth is the partner of the nth. */
static size_t partner_workload(const struct comparer *comparer, size_t workload)
{
	const struct dcb_identity_side *first = comparer->first, *second = comparer->second;
	size_t nth = 0;

	for (size_t i = 0; i < workload; i++)
		nth += strcmp(first->workloads[i], first->workloads[workload]) == 0;
	for (size_t i = 0; i < second->n_workloads; i++)
		if (strcmp(second->workloads[i], first->workloads[workload]) == 0 && nth-- == 0)
			return i;
	return SIZE_MAX;
}

static bool same_kernel(const struct comparer *comparer, const struct dcb_identity_boot *boot,
			const struct dcb_identity_boot *other, enum dcb_identity_pairing pairing,
			bool any_name)
{
	const struct dcb_identity_side *first = comparer->first, *second = comparer->second;
	bool same_name = strcmp(first->names[boot->kernel], second->names[other->kernel]) == 0;

	if (pairing == DCB_IDENTITY_BY_NAME)
		return same_name;
	return boot->seed == other->seed &&
	       strcmp(first->shas[boot->kernel], second->shas[other->kernel]) == 0 &&
	       (any_name || same_name);
}

/* Under the same name first: one kernel may stand in a side under two names. */
static struct dcb_identity_boot *partner_boot(struct comparer *comparer,
					      const struct dcb_identity_boot *boot,
					      enum dcb_identity_pairing pairing)
{
	for (int any_name = 0; any_name < 2; any_name++) {
		for (size_t i = 0; i < comparer->second->n_boots; i++) {
			struct dcb_identity_boot *other = &comparer->second->boots[i];

			if (!other->paired && other->block == boot->block &&
			    same_kernel(comparer, boot, other, pairing, any_name))
				return other;
		}
	}
	return NULL;
}

/* ---- samples ---- */

/* The number of a metric, given when it is new; they come in stretches, mostly in one order. */
static int metric_of(struct comparer *comparer, const struct dcb_identity_row *row,
		     size_t *ret_metric)
{
	struct metric *metrics;

	for (size_t i = 0; i < comparer->n_metrics; i++) {
		const struct metric *metric = &comparer->metrics[i];

		if (strcmp(metric->name, row->metric) == 0 &&
		    strcmp(metric->role, row->role) == 0) {
			*ret_metric = i;
			return 0;
		}
	}
	metrics = reallocarray(comparer->metrics, comparer->n_metrics + 1, sizeof(*metrics));
	if (!metrics)
		return dcb_error_oom(comparer->err);
	comparer->metrics = metrics;
	metrics += comparer->n_metrics;
	metrics->role = strdup(row->role);
	metrics->name = strdup(row->metric);
	*ret_metric = comparer->n_metrics++;
	return metrics->role && metrics->name ? 0 : dcb_error_oom(comparer->err);
}

static int compare_rows(const void *a, const void *b)
{
	const struct sample *x = a, *y = b;

	if (x->row.workload != y->row.workload)
		return x->row.workload < y->row.workload ? -1 : 1;
	if (x->metric != y->metric)
		return x->metric < y->metric ? -1 : 1;
	if (x->row.thread != y->row.thread)
		return x->row.thread < y->row.thread ? -1 : 1;
	return (x->row.iteration > y->row.iteration) - (x->row.iteration < y->row.iteration);
}

static bool same_digits(const struct dcb_identity_row *x, const struct dcb_identity_row *y)
{
	return x->present == y->present && (!x->present || x->value == y->value) &&
	       x->has_times == y->has_times &&
	       (!x->has_times ||
		(x->enabled_ns == y->enabled_ns && x->running_ns == y->running_ns));
}

/* malloc'd; NULL on lack of memory. With its times where they are what differs. */
static char *value_text(const struct dcb_identity_row *row, bool times)
{
	char value[64];

	if (!row)
		return strdup("nothing");
	if (row->present)
		dcb_format_exact(row->value, value, sizeof(value));
	else
		snprintf(value, sizeof(value), "null");
	if (!times)
		return strdup(value);
	if (!row->has_times)
		return dcb_format("%s counted all the time", value);
	return dcb_format("%s counted for %" PRId64 " of %" PRId64 " ns", value, row->running_ns,
			  row->enabled_ns);
}

/* The first difference of all. */
static int note_difference(struct comparer *comparer, const struct dcb_identity_row *x,
			   const struct dcb_identity_row *y)
{
	const struct dcb_identity_side *side = x ? comparer->first : comparer->second;
	const struct dcb_identity_row *row = x ? x : y;
	struct dcb_identity_difference *first = &comparer->identity.first;
	bool times = x && y && x->present == y->present && (!x->present || x->value == y->value);

	if (comparer->identity.first_difference)
		return 0;
	first->kernel = strdup(side->names[comparer->boot->kernel]);
	first->workload = strdup(side->workloads[row->workload]);
	first->role = strdup(row->role);
	first->metric = strdup(row->metric);
	first->one = value_text(x, times);
	first->two = value_text(y, times);
	first->block = comparer->boot->block;
	first->thread = row->thread;
	first->iteration = row->iteration;
	if (!first->kernel || !first->workload || !first->role || !first->metric || !first->one ||
	    !first->two)
		return dcb_error_oom(comparer->err);
	comparer->identity.first_difference = dcb_format(
		"%s block %" PRId64 ", %s %s%s%s, thread %d, iteration %d: %s and %s",
		first->kernel, first->block, first->workload, first->role, *first->role ? " " : "",
		first->metric, first->thread, first->iteration, first->one, first->two);
	return comparer->identity.first_difference ? 0 : dcb_error_oom(comparer->err);
}

static int hold_sample(void *context, const struct dcb_identity_row *row)
{
	struct comparer *comparer = context;
	struct sample *sample;
	int r;

	if (comparer->n == comparer->allocated) {
		size_t more = comparer->allocated ? 2 * comparer->allocated : 1024;
		struct sample *samples = realloc(comparer->samples, more * sizeof(*samples));

		if (!samples)
			return dcb_error_oom(comparer->err);
		comparer->samples = samples;
		comparer->allocated = more;
	}
	sample = &comparer->samples[comparer->n++];
	*sample = (struct sample){.row = *row};
	r = metric_of(comparer, row, &sample->metric);
	if (r < 0)
		return r;
	sample->row.role = comparer->metrics[sample->metric].role;
	sample->row.metric = comparer->metrics[sample->metric].name;
	return 0;
}

/* A sample of the first side beside what is held of the second. */
static int meet_sample(void *context, const struct dcb_identity_row *row)
{
	struct comparer *comparer = context;
	struct sample key = {.row = *row}, *other;
	int r = metric_of(comparer, row, &key.metric);

	if (r < 0)
		return r;
	key.row.workload = partner_workload(comparer, row->workload);
	other = comparer->n
			? bsearch(&key, comparer->samples, comparer->n, sizeof(key), compare_rows)
			: NULL;
	if (!other) {
		comparer->identity.only_first++;
		return note_difference(comparer, row, NULL);
	}
	other->met = true;
	comparer->identity.compared++;
	if (same_digits(row, &other->row))
		return 0;
	comparer->identity.differing++;
	return note_difference(comparer, row, &other->row);
}

static int leave_samples(struct comparer *comparer)
{
	for (size_t i = 0; i < comparer->n; i++) {
		int r;

		if (comparer->samples[i].met)
			continue;
		comparer->identity.only_second++;
		r = note_difference(comparer, NULL, &comparer->samples[i].row);
		if (r < 0)
			return r;
	}
	return 0;
}

/* boot or other may be NULL, not both. */
static int compare_boots(struct comparer *comparer, const struct dcb_identity_boot *boot,
			 const struct dcb_identity_boot *other)
{
	int r = 0;

	comparer->n = 0;
	if (other)
		r = comparer->second->samples(comparer->second, other, hold_sample, comparer,
					      comparer->err);
	if (r < 0)
		return r;
	if (comparer->n)
		qsort(comparer->samples, comparer->n, sizeof(*comparer->samples), compare_rows);
	comparer->boot = boot;
	if (boot)
		r = comparer->first->samples(comparer->first, boot, meet_sample, comparer,
					     comparer->err);
	if (r < 0)
		return r;
	comparer->boot = other;
	return leave_samples(comparer);
}

static int compare_sides(struct comparer *comparer, enum dcb_identity_pairing pairing)
{
	for (size_t i = 0; i < comparer->first->n_boots; i++) {
		const struct dcb_identity_boot *boot = &comparer->first->boots[i];
		struct dcb_identity_boot *other = partner_boot(comparer, boot, pairing);
		int r;

		if (other)
			other->paired = true;
		r = compare_boots(comparer, boot, other);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < comparer->second->n_boots; i++) {
		int r;

		if (comparer->second->boots[i].paired)
			continue;
		r = compare_boots(comparer, NULL, &comparer->second->boots[i]);
		if (r < 0)
			return r;
	}
	return 0;
}

void dcb_identity_deinit(struct dcb_identity *identity)
{
	free(identity->first_difference);
	free(identity->first.kernel);
	free(identity->first.workload);
	free(identity->first.role);
	free(identity->first.metric);
	free(identity->first.one);
	free(identity->first.two);
	*identity = (struct dcb_identity)DCB_IDENTITY_NULL;
}

int dcb_identity_of(const struct dcb_identity_side *first, struct dcb_identity_side *second,
		    enum dcb_identity_pairing pairing, struct dcb_identity *ret_identity,
		    struct dcb_error *err)
{
	struct comparer comparer = {.first = first, .second = second, .err = err};
	int r = compare_sides(&comparer, pairing);

	for (size_t i = 0; i < comparer.n_metrics; i++) {
		free(comparer.metrics[i].role);
		free(comparer.metrics[i].name);
	}
	free(comparer.metrics);
	free(comparer.samples);
	if (r < 0) {
		dcb_identity_deinit(&comparer.identity);
		return r;
	}
	*ret_identity = comparer.identity;
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
#include "reports/twins.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"

struct row {
	int64_t block;
	int thread, iteration;
	bool present;
	double value;
};

struct comparer {
	const struct dcb_summary *summary;
	struct dcb_twins twins;
	struct dcb_error *err;
	/* Of the first kernel, in order of block, thread, iteration; one metric. */
	size_t workload;
	int64_t metric;
	char *name; /* "waiter wall" */
	struct row *rows;
	size_t n, allocated, next; /* next: not met yet */
};

static bool is_whole(const struct dcb_summary *summary, int64_t block)
{
	unsigned good = 0;

	for (size_t i = 0; i < summary->n_boots; i++) {
		const struct dcb_store_boot *boot = &summary->boots[i].row;

		if (boot->block == block && dcb_store_boot_is_good(boot))
			good |= 1u << boot->kernel;
	}
	return good == 3;
}

static int compare_rows(const struct row *a, const struct row *b)
{
	if (a->block != b->block)
		return a->block < b->block ? -1 : 1;
	if (a->thread != b->thread)
		return a->thread < b->thread ? -1 : 1;
	return (a->iteration > b->iteration) - (a->iteration < b->iteration);
}

static void say_value(const struct row *row, char *buffer, size_t size)
{
	if (!row)
		snprintf(buffer, size, "nothing");
	else if (!row->present)
		snprintf(buffer, size, "NULL");
	else
		snprintf(buffer, size, "%.17g", row->value);
}

/* One of both may be NULL. */
static int differ(struct comparer *comparer, const struct row *first, const struct row *second)
{
	const struct row *at = first ? first : second;
	const struct dcb_summary *summary = comparer->summary;
	char a[32], b[32];

	if (!is_whole(summary, at->block))
		return 0;
	comparer->twins.compared++;
	comparer->twins.differing++;
	if (comparer->twins.first_difference)
		return 0;
	say_value(first, a, sizeof(a));
	say_value(second, b, sizeof(b));
	comparer->twins.first_difference = dcb_format(
		"%s %s, block %" PRId64 ", thread %d, iteration %d: %s has %s, %s has %s",
		summary->workloads[comparer->workload].name, comparer->name, at->block, at->thread,
		at->iteration, summary->kernels[0].name, a, summary->kernels[1].name, b);
	return comparer->twins.first_difference ? 0 : dcb_error_oom(comparer->err);
}

/* What the first has and the second did not, up to `until` (NULL: to the end). */
static int skip_rows(struct comparer *comparer, const struct row *until)
{
	while (comparer->next < comparer->n) {
		const struct row *row = &comparer->rows[comparer->next];
		int r;

		if (until && compare_rows(row, until) >= 0)
			return 0;
		r = differ(comparer, row, NULL);
		if (r < 0)
			return r;
		comparer->next++;
	}
	return 0;
}

static int meet(struct comparer *comparer, const struct row *second)
{
	const struct row *first;
	int r;

	r = skip_rows(comparer, second);
	if (r < 0)
		return r;
	first = comparer->next < comparer->n ? &comparer->rows[comparer->next] : NULL;
	if (!first || compare_rows(first, second) != 0)
		return differ(comparer, NULL, second);
	comparer->next++;
	if (first->present != second->present || (first->present && first->value != second->value))
		return differ(comparer, first, second);
	comparer->twins.compared++;
	return 0;
}

static int keep(struct comparer *comparer, const struct row *row)
{
	if (comparer->n == comparer->allocated) {
		size_t more = comparer->allocated ? 2 * comparer->allocated : 256;
		struct row *rows = reallocarray(comparer->rows, more, sizeof(*rows));

		if (!rows)
			return dcb_error_oom(comparer->err);
		comparer->rows = rows;
		comparer->allocated = more;
	}
	comparer->rows[comparer->n++] = *row;
	return 0;
}

static int read_sample(void *context, const struct dcb_store_sample_row *sample)
{
	struct comparer *comparer = context;
	const struct row row = {
		.block = sample->block,
		.thread = sample->sample->thread,
		.iteration = sample->sample->iteration,
		.present = sample->sample->present,
		.value = sample->sample->value,
	};
	int r;

	if (!comparer->name || comparer->workload != sample->sample->workload ||
	    comparer->metric != sample->sample->metric) {
		r = skip_rows(comparer, NULL);
		if (r < 0)
			return r;
		free(comparer->name);
		comparer->name = dcb_format("%s%s%s", sample->metric->role,
					    *sample->metric->role ? " " : "", sample->metric->name);
		if (!comparer->name)
			return dcb_error_oom(comparer->err);
		comparer->workload = sample->sample->workload;
		comparer->metric = sample->sample->metric;
		comparer->n = comparer->next = 0;
	}
	return sample->kernel == 0 ? keep(comparer, &row) : meet(comparer, &row);
}

int dcb_twins_compare(struct dcb_store *store, const struct dcb_summary *summary,
		      struct dcb_twins *ret_twins, struct dcb_error *err)
{
	struct comparer comparer = {.summary = summary, .err = err};
	int r;

	r = dcb_store_each_sample(store, summary->run.id, read_sample, &comparer, err);
	if (r >= 0)
		r = skip_rows(&comparer, NULL);
	free(comparer.rows);
	free(comparer.name);
	if (r < 0) {
		dcb_twins_deinit(&comparer.twins);
		return r;
	}
	*ret_twins = comparer.twins;
	return 0;
}

void dcb_twins_deinit(struct dcb_twins *twins)
{
	free(twins->first_difference);
	*twins = (struct dcb_twins)DCB_TWINS_NULL;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two runs to the digit. Boots are paired by kernel, block and seed; of each pair one boot's
 * samples are held in memory and the other's stream past them.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "reports/format.h"
#include "reports/summary.h"

struct run {
	int64_t id;
	char **shas, **names; /* of kernels */
	size_t n_kernels;
	char **workloads; /* "name:params" */
	size_t n_workloads;
	struct boot {
		int64_t id, block, seed;
		size_t kernel;
		bool paired;
	} * boots; /* good ones */
	size_t n_boots;
	struct dcb_error *err;
};

struct sample {
	struct dcb_store_sample row;
	bool met;
};

struct comparer {
	struct dcb_store *store;
	struct run first, second;
	struct dcb_identity identity;
	struct dcb_error *err;
	struct sample *samples; /* of the second run's boot, ordered by its key */
	size_t n, allocated;
};

/* ---- what a run consists of ---- */

static int add_text(char ***texts, size_t n, char *text)
{
	char **more;

	if (!text)
		return -ENOMEM;
	more = realloc(*texts, (n + 1) * sizeof(*more));
	if (!more) {
		free(text);
		return -ENOMEM;
	}
	more[n] = text;
	*texts = more;
	return 0;
}

static int read_kernel(void *context, size_t index, const struct dcb_store_run_kernel *kernel)
{
	struct run *run = context;

	if (add_text(&run->shas, index, strdup(kernel->kernel.sha256)) < 0)
		return dcb_error_oom(run->err);
	if (add_text(&run->names, index, strdup(kernel->name)) < 0) {
		free(run->shas[index]);
		return dcb_error_oom(run->err);
	}
	run->n_kernels = index + 1;
	return 0;
}

static int read_workload(void *context, size_t index, const struct dcb_store_run_workload *workload)
{
	struct run *run = context;

	if (add_text(&run->workloads, index,
		     dcb_format("%s:%s", workload->name, workload->params)) < 0)
		return dcb_error_oom(run->err);
	run->n_workloads = index + 1;
	return 0;
}

static int read_boot(void *context, const struct dcb_store_boot *row)
{
	struct run *run = context;
	struct boot *boots;

	if (!dcb_store_boot_is_good(row))
		return 0;
	boots = realloc(run->boots, (run->n_boots + 1) * sizeof(*boots));
	if (!boots)
		return dcb_error_oom(run->err);
	run->boots = boots;
	boots[run->n_boots++] = (struct boot){
		.id = row->id, .block = row->block, .seed = row->seed, .kernel = row->kernel};
	return 0;
}

static int exists(void *context, const struct dcb_store_run *row)
{
	(void)context;
	(void)row;
	return 0;
}

static int load_run(struct dcb_store *store, int64_t id, struct run *run, struct dcb_error *err)
{
	int r;

	run->id = id;
	run->err = err;
	r = dcb_store_get_run(store, id, exists, NULL, err);
	if (r < 0)
		return r;
	r = dcb_store_each_run_kernel(store, id, read_kernel, run, err);
	if (r < 0)
		return r;
	r = dcb_store_each_run_workload(store, id, read_workload, run, err);
	if (r < 0)
		return r;
	return dcb_store_each_boot(store, id, read_boot, run, err);
}

static void deinit_run(struct run *run)
{
	for (size_t i = 0; i < run->n_kernels; i++) {
		free(run->shas[i]);
		free(run->names[i]);
	}
	for (size_t i = 0; i < run->n_workloads; i++)
		free(run->workloads[i]);
	free(run->shas);
	free(run->names);
	free(run->workloads);
	free(run->boots);
}

/* The same workload may stand in a run twice: the nth is the partner of the nth. */
static size_t partner_workload(const struct comparer *comparer, size_t workload)
{
	const struct run *first = &comparer->first, *second = &comparer->second;
	size_t nth = 0;

	for (size_t i = 0; i < workload; i++)
		nth += strcmp(first->workloads[i], first->workloads[workload]) == 0;
	for (size_t i = 0; i < second->n_workloads; i++)
		if (strcmp(second->workloads[i], first->workloads[workload]) == 0 && nth-- == 0)
			return i;
	return SIZE_MAX;
}

/* Under the same name first: one kernel may stand in a run under two names. */
static struct boot *partner_boot(struct comparer *comparer, const struct boot *boot)
{
	struct run *first = &comparer->first, *second = &comparer->second;

	for (int any_name = 0; any_name < 2; any_name++) {
		for (size_t i = 0; i < second->n_boots; i++) {
			struct boot *other = &second->boots[i];

			if (!other->paired && other->block == boot->block &&
			    other->seed == boot->seed &&
			    strcmp(first->shas[boot->kernel], second->shas[other->kernel]) == 0 &&
			    (any_name ||
			     strcmp(first->names[boot->kernel], second->names[other->kernel]) == 0))
				return other;
		}
	}
	return NULL;
}

/* ---- samples ---- */

static int compare_rows(const void *a, const void *b)
{
	const struct dcb_store_sample *x = &((const struct sample *)a)->row;
	const struct dcb_store_sample *y = &((const struct sample *)b)->row;

	if (x->workload != y->workload)
		return x->workload < y->workload ? -1 : 1;
	if (x->metric != y->metric)
		return x->metric < y->metric ? -1 : 1;
	if (x->thread != y->thread)
		return x->thread < y->thread ? -1 : 1;
	return (x->iteration > y->iteration) - (x->iteration < y->iteration);
}

static bool same_digits(const struct dcb_store_sample *x, const struct dcb_store_sample *y)
{
	return x->present == y->present && (!x->present || x->value == y->value) &&
	       x->has_times == y->has_times &&
	       (!x->has_times ||
		(x->enabled_ns == y->enabled_ns && x->running_ns == y->running_ns));
}

static void print_value(const struct dcb_store_sample *sample, char buffer[64])
{
	if (!sample)
		snprintf(buffer, 64, "nothing");
	else if (!sample->present)
		snprintf(buffer, 64, "null");
	else
		dcb_format_exact(sample->value, buffer, 64);
}

/* The first difference of all, in words. */
static int note_difference(struct comparer *comparer, const struct dcb_store_sample_row *row,
			   const struct dcb_store_sample *x, const struct dcb_store_sample *y)
{
	const struct run *run = x ? &comparer->first : &comparer->second;
	const char *times = "";
	char *text, one[64], two[64];

	if (comparer->identity.first_difference)
		return 0;
	print_value(x, one);
	print_value(y, two);
	if (x && y && strcmp(one, two) == 0)
		times = ", but counted for other times";
	text = dcb_format("%s block %" PRId64 ", %s %s%s%s, thread %d, iteration %d: %s and %s%s",
			  run->names[row->kernel], row->block,
			  run->workloads[row->sample->workload], row->metric->role,
			  *row->metric->role ? " " : "", row->metric->name, row->sample->thread,
			  row->sample->iteration, one, two, times);
	if (!text)
		return dcb_error_oom(comparer->err);
	comparer->identity.first_difference = text;
	return 0;
}

static int hold_sample(void *context, const struct dcb_store_sample_row *row)
{
	struct comparer *comparer = context;

	if (comparer->n == comparer->allocated) {
		size_t more = comparer->allocated ? 2 * comparer->allocated : 1024;
		struct sample *samples = realloc(comparer->samples, more * sizeof(*samples));

		if (!samples)
			return dcb_error_oom(comparer->err);
		comparer->samples = samples;
		comparer->allocated = more;
	}
	comparer->samples[comparer->n++] = (struct sample){.row = *row->sample};
	return 0;
}

/* A sample of the first run beside what is held of the second. */
static int meet_sample(void *context, const struct dcb_store_sample_row *row)
{
	struct comparer *comparer = context;
	struct sample key = {.row = *row->sample}, *other;

	key.row.workload = partner_workload(comparer, row->sample->workload);
	other = comparer->n
			? bsearch(&key, comparer->samples, comparer->n, sizeof(key), compare_rows)
			: NULL;
	if (!other) {
		comparer->identity.only_first++;
		return note_difference(comparer, row, row->sample, NULL);
	}
	other->met = true;
	comparer->identity.compared++;
	if (same_digits(row->sample, &other->row))
		return 0;
	comparer->identity.differing++;
	return note_difference(comparer, row, row->sample, &other->row);
}

static int leave_sample(void *context, const struct dcb_store_sample_row *row)
{
	struct comparer *comparer = context;
	const struct sample key = {.row = *row->sample}, *other;

	other = comparer->n
			? bsearch(&key, comparer->samples, comparer->n, sizeof(key), compare_rows)
			: NULL;
	if (other && other->met)
		return 0;
	comparer->identity.only_second++;
	return note_difference(comparer, row, NULL, row->sample);
}

/* boot or other may be NULL, not both. */
static int compare_boots(struct comparer *comparer, const struct boot *boot,
			 const struct boot *other)
{
	int r = 0;

	comparer->n = 0;
	if (other)
		r = dcb_store_each_boot_sample(comparer->store, other->id, hold_sample, comparer,
					       comparer->err);
	if (r >= 0 && boot)
		r = dcb_store_each_boot_sample(comparer->store, boot->id, meet_sample, comparer,
					       comparer->err);
	if (r >= 0 && other)
		r = dcb_store_each_boot_sample(comparer->store, other->id, leave_sample, comparer,
					       comparer->err);
	return r;
}

static int compare_runs(struct comparer *comparer, int64_t first, int64_t second)
{
	int r;

	r = load_run(comparer->store, first, &comparer->first, comparer->err);
	if (r < 0)
		return r;
	r = load_run(comparer->store, second, &comparer->second, comparer->err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < comparer->first.n_boots; i++) {
		const struct boot *boot = &comparer->first.boots[i];
		struct boot *other = partner_boot(comparer, boot);

		if (other)
			other->paired = true;
		r = compare_boots(comparer, boot, other);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < comparer->second.n_boots; i++) {
		if (comparer->second.boots[i].paired)
			continue;
		r = compare_boots(comparer, NULL, &comparer->second.boots[i]);
		if (r < 0)
			return r;
	}
	return 0;
}

void dcb_identity_deinit(struct dcb_identity *identity)
{
	free(identity->first_difference);
	*identity = (struct dcb_identity)DCB_IDENTITY_NULL;
}

int dcb_identity_compare(struct dcb_store *store, int64_t first, int64_t second,
			 struct dcb_identity *ret_identity, struct dcb_error *err)
{
	struct comparer comparer = {.store = store, .err = err};
	int r;

	r = dcb_store_snapshot_begin(store, err);
	if (r < 0)
		return r;
	r = compare_runs(&comparer, first, second);
	dcb_store_snapshot_end(store);
	deinit_run(&comparer.first);
	deinit_run(&comparer.second);
	free(comparer.samples);
	if (r < 0) {
		dcb_identity_deinit(&comparer.identity);
		return r;
	}
	*ret_identity = comparer.identity;
	return 0;
}

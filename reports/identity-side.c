// SPDX-License-Identifier: GPL-2.0-only
/* What a side of a comparison consists of, and the side that is a run of the database. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "reports/identity.h"

void dcb_identity_side_deinit(struct dcb_identity_side *side)
{
	for (size_t i = 0; i < side->n_kernels; i++) {
		free(side->shas[i]);
		free(side->names[i]);
	}
	for (size_t i = 0; i < side->n_workloads; i++)
		free(side->workloads[i]);
	free(side->shas);
	free(side->names);
	free(side->workloads);
	free(side->boots);
	*side = (struct dcb_identity_side)DCB_IDENTITY_SIDE_NULL;
}

static int add_text(char ***texts, size_t n, char *text)
{
	char **more = text ? realloc(*texts, (n + 1) * sizeof(*more)) : NULL;

	if (!more) {
		free(text);
		return -ENOMEM;
	}
	more[n] = text;
	*texts = more;
	return 0;
}

int dcb_identity_add_kernel(struct dcb_identity_side *side, char *sha256, char *name,
			    struct dcb_error *err)
{
	if (add_text(&side->shas, side->n_kernels, sha256) < 0) {
		free(name);
		return dcb_error_oom(err);
	}
	if (add_text(&side->names, side->n_kernels, name) < 0) {
		free(side->shas[side->n_kernels]);
		return dcb_error_oom(err);
	}
	side->n_kernels++;
	return 0;
}

int dcb_identity_add_workload(struct dcb_identity_side *side, char *workload, struct dcb_error *err)
{
	if (add_text(&side->workloads, side->n_workloads, workload) < 0)
		return dcb_error_oom(err);
	side->n_workloads++;
	return 0;
}

int dcb_identity_add_boot(struct dcb_identity_side *side, const struct dcb_identity_boot *boot,
			  struct dcb_error *err)
{
	struct dcb_identity_boot *boots = realloc(side->boots,
						  (side->n_boots + 1) * sizeof(*boots));

	if (!boots)
		return dcb_error_oom(err);
	side->boots = boots;
	boots[side->n_boots++] = *boot;
	return 0;
}

/* ---- a run of the database ---- */

struct loader {
	struct dcb_identity_side *side;
	struct dcb_error *err;
};

static int read_kernel(void *context, size_t index, const struct dcb_store_run_kernel *kernel)
{
	struct loader *loader = context;

	(void)index;
	return dcb_identity_add_kernel(loader->side, strdup(kernel->kernel.sha256),
				       strdup(kernel->name), loader->err);
}

static int read_workload(void *context, size_t index, const struct dcb_store_run_workload *workload)
{
	struct loader *loader = context;

	(void)index;
	return dcb_identity_add_workload(
		loader->side, dcb_format("%s:%s", workload->name, workload->params), loader->err);
}

static int read_boot(void *context, const struct dcb_store_boot *row)
{
	struct loader *loader = context;
	const struct dcb_identity_boot boot = {
		.id = row->id, .block = row->block, .seed = row->seed, .kernel = row->kernel};

	return dcb_store_boot_is_good(row) ? dcb_identity_add_boot(loader->side, &boot, loader->err)
					   : 0;
}

struct passing {
	dcb_identity_each each;
	void *context;
};

static int pass_sample(void *context, const struct dcb_store_sample_row *row)
{
	const struct passing *passing = context;
	const struct dcb_store_sample *sample = row->sample;

	return passing->each(passing->context, &(struct dcb_identity_row){
						       .workload = sample->workload,
						       .role = row->metric->role,
						       .metric = row->metric->name,
						       .thread = sample->thread,
						       .iteration = sample->iteration,
						       .present = sample->present,
						       .value = sample->value,
						       .has_times = sample->has_times,
						       .enabled_ns = sample->enabled_ns,
						       .running_ns = sample->running_ns,
					       });
}

static int stored_samples(const struct dcb_identity_side *side,
			  const struct dcb_identity_boot *boot, dcb_identity_each each,
			  void *context, struct dcb_error *err)
{
	struct passing passing = {each, context};

	return dcb_store_each_boot_sample(side->context, boot->id, pass_sample, &passing, err);
}

static int exists(void *context, const struct dcb_store_run *row)
{
	(void)context;
	(void)row;
	return 0;
}

int dcb_identity_side_of_run(struct dcb_store *store, int64_t run_id,
			     struct dcb_identity_side *side, struct dcb_error *err)
{
	struct loader loader = {side, err};
	int r;

	side->samples = stored_samples;
	side->context = store;
	r = dcb_store_get_run(store, run_id, exists, NULL, err);
	if (r < 0)
		return r;
	r = dcb_store_each_run_kernel(store, run_id, read_kernel, &loader, err);
	if (r < 0)
		return r;
	r = dcb_store_each_run_workload(store, run_id, read_workload, &loader, err);
	if (r < 0)
		return r;
	return dcb_store_each_boot(store, run_id, read_boot, &loader, err);
}

int dcb_identity_compare(struct dcb_store *store, int64_t first, int64_t second,
			 struct dcb_identity *ret_identity, struct dcb_error *err)
{
	_cleanup_(dcb_identity_side_deinit) struct dcb_identity_side one = DCB_IDENTITY_SIDE_NULL;
	_cleanup_(dcb_identity_side_deinit) struct dcb_identity_side two = DCB_IDENTITY_SIDE_NULL;
	_cleanup_(dcb_store_snapshot_endp) struct dcb_store *snapshot = NULL;
	int r;

	r = dcb_store_snapshot_begin(store, err);
	if (r < 0)
		return r;
	snapshot = store;
	r = dcb_identity_side_of_run(store, first, &one, err);
	if (r == 0)
		r = dcb_identity_side_of_run(store, second, &two, err);
	return r < 0 ? r : dcb_identity_of(&one, &two, DCB_IDENTITY_BY_SEED, ret_identity, err);
}

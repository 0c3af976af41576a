// SPDX-License-Identifier: GPL-2.0-only
#include "lab/cell.h"

#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/random.h"

/* A growing array; elements are moved as bytes. */
struct list {
	void *data;
	size_t n, room;
};

static void *list_add(struct list *list, size_t size)
{
	if (list->n == list->room) {
		size_t room = list->room ? list->room * 2 : 64;
		void *larger = reallocarray(list->data, room, size);

		if (!larger)
			return NULL;
		list->data = larger;
		list->room = room;
	}
	return memset((char *)list->data + list->n++ * size, 0, size);
}

/* A sample's metric as the registry has it; becomes a row's id when the boot is stored. */
struct used_metric {
	const struct dcb_workload_ops *ops;
	const char *role; /* of the registry; "" for the iteration as a whole */
	const struct dcb_metric *metric;
};

struct dcb_cell {
	const struct dcb_plan *plan;
	size_t kernel;
	int64_t block, position;

	struct list metrics;  /* struct used_metric */
	struct list samples;  /* struct dcb_store_sample; .metric is an index into metrics */
	struct list states;   /* struct dcb_store_state; strings are of the registry or in kept */
	struct list symptoms; /* struct dcb_store_symptom */
	struct list pairs;    /* struct dcb_store_pair */
	struct list kept;     /* char *: copies of strings of records */
	double hello_s, bye_s;
	struct timespec first, last; /* host time of the first and the last record */
};

int dcb_cell_new(const struct dcb_plan *plan, size_t kernel, int64_t block, int64_t position,
		 struct dcb_cell **ret_cell, struct dcb_error *err)
{
	struct dcb_cell *cell = calloc(1, sizeof(*cell));

	if (!cell)
		return dcb_error_oom(err);
	cell->plan = plan;
	cell->kernel = kernel;
	cell->block = block;
	cell->position = position;
	cell->hello_s = cell->bye_s = -1;
	*ret_cell = cell;
	return 0;
}

void dcb_cell_free(struct dcb_cell *cell)
{
	if (!cell)
		return;
	for (size_t i = 0; i < cell->kept.n; i++)
		free(((char **)cell->kept.data)[i]);
	free(cell->kept.data);
	free(cell->metrics.data);
	free(cell->samples.data);
	free(cell->states.data);
	free(cell->symptoms.data);
	free(cell->pairs.data);
	free(cell);
}

size_t dcb_cell_kernel(const struct dcb_cell *cell)
{
	return cell->kernel;
}

int64_t dcb_cell_block(const struct dcb_cell *cell)
{
	return cell->block;
}

uint64_t dcb_cell_seed(const struct dcb_cell *cell)
{
	/* 31 bits: QEMU's -seed takes no more. */
	return dcb_random_derive((uint64_t)cell->plan->seed, (uint64_t)cell->block) & 0x7fffffff;
}

/* The same text as one string per boot: states and reasons repeat. */
static const char *keep(struct dcb_cell *cell, const char *text)
{
	char **slot;

	if (!text)
		return NULL;
	for (size_t i = 0; i < cell->kept.n; i++) {
		if (strcmp(((char **)cell->kept.data)[i], text) == 0)
			return ((char **)cell->kept.data)[i];
	}
	slot = list_add(&cell->kept, sizeof(*slot));
	if (!slot)
		return NULL;
	*slot = strdup(text);
	if (!*slot)
		cell->kept.n--;
	return *slot;
}

static int workload_of(const struct dcb_cell *cell, int index,
		       const struct dcb_workload_ops **ret_ops, struct dcb_error *err)
{
	if (index < 0 || (size_t)index >= cell->plan->n_workloads)
		return dcb_error_set(err, EBADMSG, "record of workload %d: the job has %zu", index,
				     cell->plan->n_workloads);
	*ret_ops = cell->plan->workloads[index].ops;
	return 0;
}

static const char *role_of(const struct dcb_workload_ops *ops, const char *name)
{
	if (!name)
		return "";
	for (const struct dcb_workload_role *role = ops->roles; role->name; role++) {
		if (strcmp(role->name, name) == 0)
			return role->name;
	}
	return NULL;
}

static int metric_index(struct dcb_cell *cell, const struct dcb_workload_ops *ops, const char *role,
			const char *name, int64_t *ret_index, struct dcb_error *err)
{
	const struct dcb_metric *metric = dcb_workload_metric_find(ops, *role ? role : NULL, name);
	struct used_metric *used = cell->metrics.data;

	if (!metric)
		return dcb_error_set(err, EBADMSG, "%s has no metric %s %s", ops->name, role, name);
	for (size_t i = 0; i < cell->metrics.n; i++) {
		if (used[i].ops == ops && used[i].metric == metric && used[i].role == role) {
			*ret_index = (int64_t)i;
			return 0;
		}
	}
	used = list_add(&cell->metrics, sizeof(*used));
	if (!used)
		return dcb_error_oom(err);
	*used = (struct used_metric){.ops = ops, .role = role, .metric = metric};
	*ret_index = (int64_t)cell->metrics.n - 1;
	return 0;
}

/* Why the figure of this metric says nothing on the plan's machine, or NULL where it counts. */
static const char *no_figure(const struct dcb_cell *cell, const char *metric)
{
	if (strcmp(metric, "cycles") == 0 || strcmp(metric, "instructions") == 0)
		return cell->plan->ops->no_cycles;
	return NULL;
}

static int add_sample(struct dcb_cell *cell, const struct dcb_record *record, struct dcb_error *err)
{
	const struct dcb_workload_ops *ops = NULL;
	struct dcb_store_state *state;
	const char *role;
	int r;

	r = workload_of(cell, record->sample.workload, &ops, err);
	if (r < 0)
		return r;
	role = role_of(ops, record->sample.role);
	if (!role)
		return dcb_error_set(err, EBADMSG, "%s has no role %s", ops->name,
				     record->sample.role);
	if (record->sample.state) {
		state = list_add(&cell->states, sizeof(*state));
		if (!state)
			return dcb_error_oom(err);
		*state = (struct dcb_store_state){.workload = (size_t)record->sample.workload,
						  .role = role,
						  .iteration = record->sample.iteration,
						  .thread = record->sample.thread,
						  .state = keep(cell, record->sample.state)};
		if (!state->state)
			return dcb_error_oom(err);
	}
	for (size_t i = 0; i < record->sample.n_values; i++) {
		const struct dcb_record_value *value = &record->sample.values[i];
		struct dcb_store_sample *sample;
		int64_t metric = 0;

		r = metric_index(cell, ops, role, value->name, &metric, err);
		if (r < 0)
			return r;
		sample = list_add(&cell->samples, sizeof(*sample));
		if (!sample)
			return dcb_error_oom(err);
		*sample = (struct dcb_store_sample){
			.workload = (size_t)record->sample.workload,
			.metric = metric,
			.iteration = record->sample.iteration,
			.thread = record->sample.thread,
			.present = value->present && !no_figure(cell, value->name),
			.value = value->value,
			.has_times = value->has_times,
			.enabled_ns = (int64_t)value->enabled_ns,
			.running_ns = (int64_t)value->running_ns,
		};
	}
	return 0;
}

static int add_pairs(struct dcb_cell *cell, const char *kind, const struct dcb_record_pair *pairs,
		     size_t n, struct dcb_error *err)
{
	for (size_t i = 0; i < n; i++) {
		struct dcb_store_pair *pair = list_add(&cell->pairs, sizeof(*pair));
		const char *value = no_figure(cell, pairs[i].name);

		if (!value)
			value = pairs[i].value;
		if (!pair)
			return dcb_error_oom(err);
		pair->kind = kind;
		pair->name = keep(cell, pairs[i].name);
		pair->value = keep(cell, value);
		if (!pair->name || (value && !pair->value))
			return dcb_error_oom(err);
	}
	return 0;
}

int dcb_cell_setting(struct dcb_cell *cell, const char *name, const char *value,
		     struct dcb_error *err)
{
	const struct dcb_record_pair pair = {name, value};

	return add_pairs(cell, "setting", &pair, 1, err);
}

static int add_symptom(struct dcb_cell *cell, const struct dcb_store_symptom *row,
		       struct dcb_error *err)
{
	struct dcb_store_symptom *symptom = list_add(&cell->symptoms, sizeof(*symptom));

	if (!symptom)
		return dcb_error_oom(err);
	*symptom = *row;
	symptom->name = keep(cell, row->name);
	symptom->state = keep(cell, row->state);
	symptom->detail = keep(cell, row->detail);
	if (!symptom->name || (row->state && !symptom->state) || (row->detail && !symptom->detail))
		return dcb_error_oom(err);
	return 0;
}

static int add_hello(struct dcb_cell *cell, const struct dcb_record *record, struct dcb_error *err)
{
	int r;

	cell->hello_s = record->hello.uptime_s;
	r = add_pairs(cell, "setting", record->hello.settings, record->hello.n_settings, err);
	if (r < 0)
		return r;
	return add_pairs(cell, "counter", record->hello.counters, record->hello.n_counters, err);
}

static int add_finding(struct dcb_cell *cell, const struct dcb_record *record,
		       struct dcb_error *err)
{
	const struct dcb_workload_symptom *known;
	const struct dcb_workload_ops *ops = NULL;
	int r;

	r = workload_of(cell, record->symptom.workload, &ops, err);
	if (r < 0)
		return r;
	for (known = ops->symptoms; known && known->name; known++) {
		if (strcmp(known->name, record->symptom.name) == 0)
			break;
	}
	if (!known || !known->name)
		return dcb_error_set(err, EBADMSG, "%s has no symptom %s", ops->name,
				     record->symptom.name);
	return add_symptom(cell,
			   &(struct dcb_store_symptom){.workload = record->symptom.workload,
						       .name = known->name,
						       .state = record->symptom.state,
						       .present = record->symptom.present,
						       .has_value = true,
						       .value = record->symptom.value,
						       .hits = record->symptom.hits,
						       .tries = record->symptom.tries},
			   err);
}

/* What a workload could not do is data: it stands beside its symptoms. */
static int add_error(struct dcb_cell *cell, const struct dcb_record *record, struct dcb_error *err)
{
	const struct dcb_workload_ops *ops = NULL;
	int r;

	if (record->error.workload >= 0) {
		r = workload_of(cell, record->error.workload, &ops, err);
		if (r < 0)
			return r;
	}
	return add_symptom(cell,
			   &(struct dcb_store_symptom){
				   .workload = record->error.workload,
				   .name = record->error.unsupported ? "unsupported" : "failed",
				   .detail = record->error.message,
				   .present = true},
			   err);
}

int dcb_cell_record(void *context, const struct dcb_record *record, struct dcb_error *err)
{
	struct dcb_cell *cell = context;

	clock_gettime(CLOCK_MONOTONIC, &cell->last);
	switch (record->type) {
	case DCB_RECORD_HELLO:
		cell->first = cell->last;
		return add_hello(cell, record, err);
	case DCB_RECORD_SAMPLE:
		return add_sample(cell, record, err);
	case DCB_RECORD_SYMPTOM:
		return add_finding(cell, record, err);
	case DCB_RECORD_ERROR:
		return add_error(cell, record, err);
	case DCB_RECORD_BYE:
		cell->bye_s = record->bye.uptime_s;
		return 0;
	case DCB_RECORD_PROGRESS:
		break;
	}
	return 0;
}

/* A copy of the samples with the ids of their metrics in this database; malloc'd. */
static int resolve_metrics(const struct dcb_cell *cell, struct dcb_store *store,
			   struct dcb_store_sample **ret_samples, struct dcb_error *err)
{
	const struct used_metric *used = cell->metrics.data;
	_cleanup_free_ struct dcb_store_sample *samples = NULL;
	_cleanup_free_ int64_t *ids = NULL;
	int r;

	ids = calloc(cell->metrics.n + 1, sizeof(*ids));
	samples = calloc(cell->samples.n + 1, sizeof(*samples));
	if (!ids || !samples)
		return dcb_error_oom(err);
	for (size_t i = 0; i < cell->metrics.n; i++) {
		const struct dcb_metric metric = dcb_workload_metric_judged(
			used[i].ops, used[i].role, used[i].metric);
		struct dcb_store_metric row = {.workload = used[i].ops->name,
					       .role = used[i].role,
					       .name = metric.name,
					       .unit = metric.unit,
					       .better = dcb_better_name(metric.better),
					       .primary = metric.primary};

		r = dcb_store_metric(store, &row, &ids[i], err);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < cell->samples.n; i++) {
		samples[i] = ((const struct dcb_store_sample *)cell->samples.data)[i];
		samples[i].metric = ids[samples[i].metric];
	}
	*ret_samples = TAKE_PTR(samples);
	return 0;
}

static int merge_console(const struct dcb_cell *cell, const struct dcb_boot_result *result,
			 struct dcb_store_symptom **ret_symptoms, size_t *ret_n,
			 struct dcb_error *err)
{
	struct dcb_store_symptom *symptoms = calloc(cell->symptoms.n + result->n_findings + 1,
						    sizeof(*symptoms));
	size_t n = cell->symptoms.n;

	if (!symptoms)
		return dcb_error_oom(err);
	if (n > 0)
		memcpy(symptoms, cell->symptoms.data, n * sizeof(*symptoms));
	for (size_t i = 0; i < result->n_findings; i++)
		symptoms[n++] = (struct dcb_store_symptom){.workload = -1,
							   .name = result->findings[i].name,
							   .detail = result->findings[i].line,
							   .present = true,
							   .hits = (int)result->findings[i].count};
	*ret_symptoms = symptoms;
	*ret_n = n;
	return 0;
}

int dcb_cell_store(const struct dcb_cell *cell, struct dcb_store *store, int64_t run_id,
		   int64_t started_us, const struct dcb_boot_result *result, struct dcb_error *err)
{
	_cleanup_free_ struct dcb_store_sample *samples = NULL;
	_cleanup_free_ struct dcb_store_symptom *symptoms = NULL;
	_cleanup_free_ char *reason = NULL;
	bool good = result->outcome == DCB_BOOT_OK;
	struct dcb_store_artifact artifacts[2];
	size_t n_artifacts = 0;
	struct dcb_store_boot boot = {
		.kernel = cell->kernel,
		.block = cell->block,
		.position = cell->position,
		.seed = (int64_t)dcb_cell_seed(cell),
		.state = dcb_boot_outcome_name(result->outcome),
		.reason = result->reason,
		.started_us = started_us,
		.wall_s = result->wall_s,
		.guest_s = cell->bye_s,
		.hello_guest_s = cell->hello_s,
		.first_record_s = result->first_record_s,
		.cpu_s = result->usage.has_cpu ? result->usage.cpu_s : -1,
		.memory_peak_bytes = result->usage.has_memory
					     ? (double)result->usage.memory_peak_bytes
					     : -1,
		.agent_s = -1,
	};
	struct dcb_store_boot_data data = {
		.states = cell->states.data,
		.n_states = good ? cell->states.n : 0,
		.n_samples = good ? cell->samples.n : 0,
		.pairs = cell->pairs.data,
		.n_pairs = cell->pairs.n,
		.artifacts = artifacts,
	};
	int64_t boot_id;
	int r;

	if (result->console)
		artifacts[n_artifacts++] = (struct dcb_store_artifact){
			.name = "console", .data = result->console, .size = result->console_size};
	if (result->rejected)
		artifacts[n_artifacts++] = (struct dcb_store_artifact){
			.name = "records", .data = result->rejected, .size = result->rejected_size};
	data.n_artifacts = n_artifacts;
	if (cell->hello_s >= 0)
		boot.agent_s = (double)(cell->last.tv_sec - cell->first.tv_sec) +
			       (double)(cell->last.tv_nsec - cell->first.tv_nsec) / 1e9;
	r = resolve_metrics(cell, store, &samples, err);
	if (r < 0)
		return r;
	r = merge_console(cell, result, &symptoms, &data.n_symptoms, err);
	if (r < 0)
		return r;
	data.samples = samples;
	data.symptoms = symptoms;
	r = dcb_store_put_boot(store, run_id, &boot, &data, &boot_id, err);
	if (r != -EBADMSG || !good)
		return r;
	/* The guest's records contradict each other (one sample twice): that is its doing. */
	reason = strdup(err ? err->message : "records contradict each other");
	if (!reason)
		return dcb_error_oom(err);
	boot.state = dcb_boot_outcome_name(DCB_BOOT_PROTOCOL);
	boot.reason = reason;
	data.n_samples = data.n_states = data.n_symptoms = data.n_pairs = 0;
	return dcb_store_put_boot(store, run_id, &boot, &data, &boot_id, err);
}

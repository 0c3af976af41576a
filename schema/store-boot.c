// SPDX-License-Identifier: GPL-2.0-only
/* A boot and all that belongs to it, in one transaction. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/fault.h"
#include "schema/private.h"

/* Every row of a boot that came from the guest is checked here or by the schema. */
static int check_workload(size_t workload, int64_t n_workloads, const char *what,
			  struct dcb_error *err)
{
	if (workload < (size_t)n_workloads)
		return 0;
	return dcb_error_set(err, EBADMSG, "a %s of workload %zu, but the run has %" PRId64, what,
			     workload, n_workloads);
}

static int put_sample(struct dcb_query *query, int64_t boot_id,
		      const struct dcb_store_sample *sample, struct dcb_error *err)
{
	int r;

	r = dcb_query_rebind(query,
			     DCB_BINDS(DCB_INT(boot_id), DCB_INT((int64_t)sample->workload),
				       DCB_INT(sample->metric), DCB_INT(sample->thread),
				       DCB_INT(sample->iteration),
				       DCB_REAL_IF(sample->present, sample->value),
				       DCB_INT_IF(sample->has_times, sample->enabled_ns),
				       DCB_INT_IF(sample->has_times, sample->running_ns)),
			     err);
	if (r < 0)
		return r;
	return dcb_query_step(query, err);
}

static int put_samples(struct dcb_store *store, int64_t boot_id,
		       const struct dcb_store_boot_data *data, int64_t n_workloads,
		       struct dcb_error *err)
{
	_cleanup_(dcb_query_releasep) struct dcb_query query = DCB_QUERY_NULL;
	int r;

	r = dcb_query_open(&query, store, DCB_SQL_PUT_SAMPLE,
			   DCB_BINDS(DCB_INT(0), DCB_INT(0), DCB_INT(0), DCB_INT(0), DCB_INT(0),
				     DCB_REAL(0), DCB_INT(0), DCB_INT(0)),
			   err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < data->n_samples; i++) {
		const struct dcb_store_sample *sample = &data->samples[i];

		r = check_workload(sample->workload, n_workloads, "sample", err);
		if (r < 0)
			return r;
		/* SQLite would store NaN as NULL, which means something else. */
		if (sample->present && !isfinite(sample->value))
			return dcb_error_set(err, EBADMSG,
					     "a sample of iteration %d is not a finite number",
					     sample->iteration);
		r = put_sample(&query, boot_id, sample, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int put_states(struct dcb_store *store, int64_t boot_id,
		      const struct dcb_store_boot_data *data, int64_t n_workloads,
		      struct dcb_error *err)
{
	int r;

	for (size_t i = 0; i < data->n_states; i++) {
		const struct dcb_store_state *state = &data->states[i];

		r = check_workload(state->workload, n_workloads, "state", err);
		if (r < 0)
			return r;
		r = dcb_query_run(store, DCB_SQL_PUT_STATE,
				  DCB_BINDS(DCB_INT(boot_id), DCB_INT((int64_t)state->workload),
					    DCB_TEXT(state->role), DCB_INT(state->thread),
					    DCB_INT(state->iteration), DCB_TEXT(state->state)),
				  err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int put_symptoms(struct dcb_store *store, int64_t boot_id,
			const struct dcb_store_boot_data *data, int64_t n_workloads,
			struct dcb_error *err)
{
	int r;

	for (size_t i = 0; i < data->n_symptoms; i++) {
		const struct dcb_store_symptom *symptom = &data->symptoms[i];

		if (symptom->workload != -1) {
			r = check_workload((size_t)symptom->workload, n_workloads, "symptom", err);
			if (r < 0)
				return r;
		}
		if (symptom->has_value && !isfinite(symptom->value))
			return dcb_error_set(err, EBADMSG,
					     "the value of symptom %s is not a finite number",
					     symptom->name);
		r = dcb_query_run(store, DCB_SQL_PUT_SYMPTOM,
				  DCB_BINDS(DCB_INT(boot_id), DCB_INT(symptom->workload),
					    DCB_TEXT(symptom->name), DCB_TEXT(symptom->state),
					    DCB_TEXT(symptom->detail), DCB_INT(symptom->present),
					    DCB_REAL_IF(symptom->has_value, symptom->value),
					    DCB_INT(symptom->hits), DCB_INT(symptom->tries)),
				  err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int put_pairs(struct dcb_store *store, int64_t boot_id,
		     const struct dcb_store_boot_data *data, struct dcb_error *err)
{
	int r;

	for (size_t i = 0; i < data->n_pairs; i++) {
		r = dcb_query_run(store, DCB_SQL_PUT_PAIR,
				  DCB_BINDS(DCB_INT(boot_id), DCB_TEXT(data->pairs[i].kind),
					    DCB_TEXT(data->pairs[i].name),
					    DCB_TEXT(data->pairs[i].value)),
				  err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int put_artifacts(struct dcb_store *store, int64_t boot_id,
			 const struct dcb_store_boot_data *data, struct dcb_error *err)
{
	int r;

	for (size_t i = 0; i < data->n_artifacts; i++) {
		r = dcb_query_run(
			store, DCB_SQL_PUT_ARTIFACT,
			DCB_BINDS(DCB_INT(boot_id), DCB_TEXT(data->artifacts[i].name),
				  DCB_BLOB(data->artifacts[i].data, data->artifacts[i].size)),
			err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int put_boot_row(struct dcb_store *store, int64_t run_id, const struct dcb_store_boot *boot,
			struct dcb_error *err)
{
	return dcb_query_run(
		store, DCB_SQL_PUT_BOOT,
		DCB_BINDS(DCB_INT(run_id), DCB_INT((int64_t)boot->kernel), DCB_INT(boot->block),
			  DCB_INT(boot->position), DCB_INT(boot->seed), DCB_TEXT(boot->state),
			  DCB_TEXT(boot->reason), DCB_INT(boot->started_us), DCB_REAL(boot->wall_s),
			  DCB_REAL_IF(boot->guest_s >= 0, boot->guest_s),
			  DCB_REAL_IF(boot->hello_guest_s >= 0, boot->hello_guest_s),
			  DCB_REAL_IF(boot->first_record_s >= 0, boot->first_record_s),
			  DCB_REAL_IF(boot->cpu_s >= 0, boot->cpu_s),
			  DCB_REAL_IF(boot->memory_peak_bytes >= 0, boot->memory_peak_bytes),
			  DCB_REAL_IF(boot->agent_s >= 0, boot->agent_s)),
		err);
}

/* Makes room in the cell: what failed there goes, what is good stays. */
static int clear_cell(struct dcb_store *store, int64_t run_id, const struct dcb_store_boot *boot,
		      struct dcb_error *err)
{
	_cleanup_(dcb_query_releasep) struct dcb_query query = DCB_QUERY_NULL;
	int64_t id;
	int r;

	r = dcb_query_open(
		&query, store, DCB_SQL_FIND_BOOT,
		DCB_BINDS(DCB_INT(run_id), DCB_INT((int64_t)boot->kernel), DCB_INT(boot->block)),
		err);
	if (r < 0)
		return r;
	r = dcb_query_step(&query, err);
	if (r <= 0)
		return r;
	if (strcmp(dcb_column_text(&query, 1), "ok") == 0)
		return dcb_error_set(err, EEXIST,
				     "run %" PRId64 " has a good boot of kernel %zu in block "
				     "%" PRId64 " already",
				     run_id, boot->kernel, boot->block);
	id = sqlite3_column_int64(query.stmt, 0);
	dcb_query_releasep(&query);
	return dcb_query_run(store, DCB_SQL_DELETE_BOOT, DCB_BINDS(DCB_INT(id)), err);
}

static int count_workloads(struct dcb_store *store, int64_t run_id, int64_t *ret_n,
			   struct dcb_error *err)
{
	int r;

	*ret_n = 0;
	r = dcb_query_number(store, DCB_SQL_COUNT_WORKLOADS, DCB_BINDS(DCB_INT(run_id)), ret_n,
			     err);
	return r < 0 ? r : 0;
}

static int put_boot_data(struct dcb_store *store, int64_t run_id, int64_t boot_id,
			 const struct dcb_store_boot *boot, const struct dcb_store_boot_data *data,
			 struct dcb_error *err)
{
	int64_t n_workloads = 0;
	int r;

	r = count_workloads(store, run_id, &n_workloads, err);
	if (r < 0)
		return r;
	r = put_samples(store, boot_id, data, n_workloads, err);
	if (r < 0)
		return r;
	r = dcb_store_put_figures(store, run_id, boot_id, boot, data, err);
	if (r < 0)
		return r;
	r = put_states(store, boot_id, data, n_workloads, err);
	if (r < 0)
		return r;
	r = put_symptoms(store, boot_id, data, n_workloads, err);
	if (r < 0)
		return r;
	r = put_pairs(store, boot_id, data, err);
	if (r < 0)
		return r;
	return put_artifacts(store, boot_id, data, err);
}

int dcb_store_put_boot(struct dcb_store *store, int64_t run_id, const struct dcb_store_boot *boot,
		       const struct dcb_store_boot_data *data, int64_t *ret_id,
		       struct dcb_error *err)
{
	_cleanup_(dcb_transaction_endp) struct dcb_transaction transaction = DCB_TRANSACTION_NULL;
	int64_t id;
	int r;

	r = dcb_transaction_begin(&transaction, store, err);
	if (r < 0)
		return r;
	r = clear_cell(store, run_id, boot, err);
	if (r < 0)
		return r;
	r = put_boot_row(store, run_id, boot, err);
	if (r < 0)
		return r;
	id = sqlite3_last_insert_rowid(store->db);
	r = put_boot_data(store, run_id, id, boot, data, err);
	if (r < 0)
		return r;
	DCB_FAULT("boot-uncommitted");
	r = dcb_transaction_commit(&transaction, err);
	if (r < 0)
		return r;
	DCB_FAULT("boot-committed");
	*ret_id = id;
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
#include "store-fixture.h"

#include <errno.h>
#include <math.h>

#include "schema/private.h"

/* ---- helpers ---- */

static int64_t metric_id(struct dcb_store *store, const char *role, const char *name)
{
	struct dcb_store_metric metric = {"dying-dentry", role, name, "ns", "lower", true};
	struct dcb_error err = DCB_ERROR_NULL;
	int64_t id = 0;

	if (dcb_store_metric(store, &metric, &id, &err) < 0)
		fail_msg("%s", err.message);
	return id;
}

static int put(struct fixture *f, const struct dcb_store_boot *boot,
	       const struct dcb_store_boot_data *data, int64_t *ret_id, struct dcb_error *err)
{
	return dcb_store_put_boot(f->store, f->run, boot, data, ret_id, err);
}

static int count_boot(void *context, const struct dcb_store_boot *boot)
{
	(void)boot;
	++*(int *)context;
	return 0;
}

static int count_boots(struct fixture *f)
{
	int n = 0;

	assert_int_equal(dcb_store_each_boot(f->store, f->run, count_boot, &n, NULL), 0);
	return n;
}

static int table_rows(struct fixture *f, const char *sql)
{
	sqlite3_stmt *stmt = NULL;
	int n;

	assert_int_equal(sqlite3_prepare_v2(f->store->db, sql, -1, &stmt, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	n = sqlite3_column_int(stmt, 0);
	sqlite3_finalize(stmt);
	return n;
}

/* ---- statements ---- */

static void statements_check__all_match_their_parameters(void **state)
{
	struct fixture *f = *state;
	struct dcb_error err = DCB_ERROR_NULL;

	if (dcb_statements_check(f->store, &err) < 0)
		fail_msg("%s", err.message);
}

static void query_open__wrong_type_or_count_is_refused(void **state)
{
	struct fixture *f = *state;
	_cleanup_(dcb_query_releasep) struct dcb_query a = DCB_QUERY_NULL;
	_cleanup_(dcb_query_releasep) struct dcb_query b = DCB_QUERY_NULL;

	assert_int_equal(
		dcb_query_open(&a, f->store, DCB_SQL_GET_RUN, DCB_BINDS(DCB_TEXT("1")), NULL),
		-EINVAL);
	assert_int_equal(dcb_query_open(&b, f->store, DCB_SQL_EACH_BOOT, DCB_NO_BINDS, NULL),
			 -EINVAL);
}

/* ---- runs ---- */

static int same_run(void *context, const struct dcb_store_run *run)
{
	struct dcb_store_run want = fixture_run();

	++*(int *)context;
	assert_string_equal(run->machine, want.machine);
	assert_string_equal(run->arch, want.arch);
	assert_string_equal(run->base, want.base);
	assert_string_equal(run->plan, want.plan);
	assert_string_equal(run->fingerprint, want.fingerprint);
	assert_string_equal(run->owner, want.owner);
	assert_null(run->reason);
	assert_int_equal(run->state, want.state);
	assert_int_equal(run->created_us, want.created_us);
	assert_int_equal(run->seed, want.seed);
	assert_int_equal(run->blocks, want.blocks);
	return 0;
}

static int same_kernel(void *context, size_t index, const struct dcb_store_run_kernel *kernel)
{
	++*(int *)context;
	assert_string_equal(kernel->name, fixture_kernels[index].name);
	assert_string_equal(kernel->spec, fixture_kernels[index].spec);
	assert_string_equal(kernel->kernel.sha256, fixture_kernels[index].kernel.sha256);
	assert_string_equal(kernel->kernel.release, fixture_kernels[index].kernel.release);
	assert_string_equal(kernel->kernel.arch, fixture_kernels[index].kernel.arch);
	assert_string_equal(kernel->kernel.origin, fixture_kernels[index].kernel.origin);
	return 0;
}

static int same_workload(void *context, size_t index, const struct dcb_store_run_workload *workload)
{
	++*(int *)context;
	assert_string_equal(workload->name, fixture_workloads[index].name);
	assert_string_equal(workload->params, fixture_workloads[index].params);
	return 0;
}

static void create_run__reads_back(void **state)
{
	struct fixture *f = *state;
	int n = 0;

	assert_int_equal(dcb_store_get_run(f->store, f->run, same_run, &n, NULL), 0);
	assert_int_equal(n, 1);
	n = 0;
	assert_int_equal(dcb_store_each_run_kernel(f->store, f->run, same_kernel, &n, NULL), 0);
	assert_int_equal(n, 2);
	n = 0;
	assert_int_equal(dcb_store_each_run_workload(f->store, f->run, same_workload, &n, NULL), 0);
	assert_int_equal(n, 2);
}

static void create_run__base_that_is_no_kernel_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	struct dcb_store_run run = fixture_run();
	struct dcb_error err = DCB_ERROR_NULL;
	int64_t id = -7;
	int r;

	run.base = "nobody";
	r = dcb_store_create_run(f->store, &run, fixture_kernels, 2, fixture_workloads, 2, &id,
				 &err);
	assert_int_equal(r, -EBADMSG);
	assert_int_equal(id, -7);
	assert_non_null(strstr(err.message, f->path));
	assert_int_equal(table_rows(f, "SELECT count(*) FROM run"), 1);
	assert_int_equal(table_rows(f, "SELECT count(*) FROM run_kernel"), 2);
}

static void create_run__two_kernels_of_one_name_leave_nothing(void **state)
{
	struct fixture *f = *state;
	const struct dcb_store_run_kernel twice[] = {fixture_kernels[0], fixture_kernels[0]};
	struct dcb_store_run run = fixture_run();
	int64_t id = -7;

	assert_int_equal(
		dcb_store_create_run(f->store, &run, twice, 2, fixture_workloads, 2, &id, NULL),
		-EBADMSG);
	assert_int_equal(table_rows(f, "SELECT count(*) FROM run"), 1);
}

static int collect_id(void *context, const struct dcb_store_run *run)
{
	int64_t **next = context;

	*(*next)++ = run->id;
	return 0;
}

static void each_run__newest_first(void **state)
{
	struct fixture *f = *state;
	struct dcb_store_run run = fixture_run();
	int64_t ids[4] = {0}, *next = ids, second;

	second = fixture_create(f->store, &run, 2);
	assert_int_equal(dcb_store_each_run(f->store, collect_id, &next, NULL), 0);
	assert_ptr_equal(next, ids + 2);
	assert_int_equal(ids[0], second);
	assert_int_equal(ids[1], f->run);
}

static void each_run_before__a_page_at_a_time(void **state)
{
	struct fixture *f = *state;
	struct dcb_store_run run = fixture_run();
	int64_t ids[8] = {0}, *next = ids, third;

	fixture_create(f->store, &run, 2);
	third = fixture_create(f->store, &run, 2);
	assert_int_equal(dcb_store_each_run_before(f->store, 0, 2, collect_id, &next, NULL), 0);
	assert_ptr_equal(next, ids + 2);
	assert_int_equal(ids[0], third);
	assert_int_equal(dcb_store_each_run_before(f->store, ids[1], 2, collect_id, &next, NULL),
			 0);
	assert_ptr_equal(next, ids + 3);
	assert_int_equal(ids[2], f->run);
	assert_int_equal(dcb_store_each_run_before(f->store, f->run, 2, collect_id, &next, NULL),
			 0);
	assert_ptr_equal(next, ids + 3);
}

struct used {
	size_t n;
	int64_t ids[8], runs, newest;
	char name[32];
};

static int collect_kernel(void *context, const struct dcb_store_used_kernel *kernel)
{
	struct used *used = context;

	used->ids[used->n++] = kernel->kernel.id;
	used->runs = kernel->n_runs;
	used->newest = kernel->newest_run;
	snprintf(used->name, sizeof(used->name), "%s", kernel->name);
	return 0;
}

static void each_used_kernel__once_with_its_newest_run(void **state)
{
	struct fixture *f = *state;
	struct dcb_store_run_kernel renamed[] = {fixture_kernels[0]};
	struct dcb_store_run run = fixture_run();
	struct used used = {0};
	int64_t second;

	renamed[0].name = run.base = "newer";
	assert_int_equal(dcb_store_create_run(f->store, &run, renamed, 1, fixture_workloads, 2,
					      &second, NULL),
			 0);
	assert_int_equal(dcb_store_each_used_kernel(f->store, 0, 10, collect_kernel, &used, NULL),
			 0);
	assert_int_equal(used.n, 2);
	assert_true(used.ids[0] > used.ids[1]);
	/* The older kernel, told last. */
	assert_int_equal(used.runs, 2);
	assert_int_equal(used.newest, second);
	assert_string_equal(used.name, "newer");
	assert_int_equal(
		dcb_store_each_used_kernel(f->store, used.ids[1], 10, collect_kernel, &used, NULL),
		0);
	assert_int_equal(used.n, 2);
}

static void get_run__unknown_names_the_newest(void **state)
{
	struct fixture *f = *state;
	struct dcb_error err = DCB_ERROR_NULL;
	int n = 0;

	assert_int_equal(dcb_store_get_run(f->store, 99, same_run, &n, &err), -ENOENT);
	assert_int_equal(err.kind, DCB_ERROR_USAGE);
	assert_int_equal(err.errnum, ENOENT);
	assert_non_null(strstr(err.message, "no run 99"));
	assert_non_null(strstr(err.message, "the newest is 1"));
	assert_int_equal(n, 0);
}

static int copy_run(void *context, const struct dcb_store_run *run)
{
	static char looks[64];
	struct dcb_store_run *copy = context;

	*copy = *run;
	/* Only whether they are there; the strings die with the call. */
	copy->reason = run->reason ? "there" : NULL;
	copy->owner = run->owner ? "there" : NULL;
	copy->stopped = run->stopped ? "there" : NULL;
	snprintf(looks, sizeof(looks), "%s", run->looks);
	copy->looks = looks;
	return 0;
}

static void update_run__adds_times_and_clears_the_owner(void **state)
{
	struct fixture *f = *state;
	struct dcb_store_run run;

	assert_int_equal(dcb_store_update_run(f->store, f->run, DCB_RUN_INTERRUPTED, NULL, "o", 2.0,
					      1.5, NULL),
			 0);
	assert_int_equal(
		dcb_store_update_run(f->store, f->run, DCB_RUN_FAILED, "why", NULL, 3.0, 1.0, NULL),
		0);
	assert_int_equal(dcb_store_get_run(f->store, f->run, copy_run, &run, NULL), 0);
	assert_int_equal(run.state, DCB_RUN_FAILED);
	assert_non_null(run.reason);
	assert_null(run.owner);
	assert_true(run.wall_s == 5.0);
	assert_true(run.guest_wall_s == 2.5);
	assert_int_equal(dcb_store_update_run(f->store, 99, DCB_RUN_DONE, NULL, NULL, 0, 0, NULL),
			 -ENOENT);
}

static void claim_run__only_from_the_owner_that_was_seen(void **state)
{
	struct fixture *f = *state;
	struct dcb_error err = DCB_ERROR_NULL;
	struct dcb_store_run run;

	assert_int_equal(dcb_store_claim_run(f->store, f->run, NULL, "me", &err), -EBUSY);
	assert_int_equal(dcb_store_claim_run(f->store, f->run, "boot/1/1", "me", &err), -EBUSY);
	assert_int_equal(dcb_store_claim_run(f->store, f->run, "boot/1/2", "me", &err), 0);
	assert_int_equal(dcb_store_claim_run(f->store, f->run, "boot/1/2", "late", &err), -EBUSY);
	assert_int_equal(
		dcb_store_update_run(f->store, f->run, DCB_RUN_INTERRUPTED, NULL, NULL, 0, 0, NULL),
		0);
	assert_int_equal(dcb_store_claim_run(f->store, f->run, NULL, "again", &err), 0);
	assert_int_equal(dcb_store_get_run(f->store, f->run, copy_run, &run, NULL), 0);
	assert_int_equal(run.state, DCB_RUN_RUNNING);
	assert_int_equal(dcb_store_claim_run(f->store, 99, NULL, "me", &err), -ENOENT);
}

static void expect_looks(struct fixture *f, const char *looks, int64_t blocks)
{
	struct dcb_store_run run;

	assert_int_equal(dcb_store_get_run(f->store, f->run, copy_run, &run, NULL), 0);
	assert_string_equal(run.looks, looks);
	assert_int_equal(run.blocks, blocks);
}

static void add_look__once_a_number_of_blocks_and_blocks_never_shrink(void **state)
{
	struct fixture *f = *state;

	expect_looks(f, "[]", 3);
	assert_int_equal(dcb_store_add_look(f->store, f->run, 3, NULL), 0);
	expect_looks(f, "[3]", 3);
	assert_int_equal(dcb_store_add_look(f->store, f->run, 3, NULL), 0);
	expect_looks(f, "[3]", 3);
	assert_int_equal(dcb_store_add_look(f->store, f->run, 12, NULL), 0);
	assert_int_equal(dcb_store_add_look(f->store, f->run, 8, NULL), 0);
	expect_looks(f, "[3,12]", 12);
	assert_int_equal(dcb_store_add_look(f->store, 99, 8, NULL), -ENOENT);
}

static void raise_blocks__never_shrinks(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(dcb_store_raise_blocks(f->store, f->run, 8, NULL), 0);
	expect_looks(f, "[]", 8);
	assert_int_equal(dcb_store_raise_blocks(f->store, f->run, 5, NULL), 0);
	expect_looks(f, "[]", 8);
	assert_int_equal(dcb_store_raise_blocks(f->store, 99, 5, NULL), -ENOENT);
}

static void finish_run__says_why_until_somebody_goes_on(void **state)
{
	struct fixture *f = *state;
	struct dcb_store_run run;

	assert_int_equal(dcb_store_finish_run(f->store, f->run, "budget", "2 h used", 2, 1, NULL),
			 0);
	assert_int_equal(dcb_store_get_run(f->store, f->run, copy_run, &run, NULL), 0);
	assert_int_equal(run.state, DCB_RUN_DONE);
	assert_non_null(run.stopped);
	assert_non_null(run.reason);
	assert_null(run.owner);
	assert_true(run.wall_s == 2 && run.guest_wall_s == 1);
	assert_int_equal(dcb_store_claim_run(f->store, f->run, NULL, "me", NULL), 0);
	assert_int_equal(dcb_store_get_run(f->store, f->run, copy_run, &run, NULL), 0);
	assert_null(run.stopped);
	assert_null(run.reason);
	assert_true(dcb_store_finish_run(f->store, f->run, "tired", NULL, 0, 0, NULL) < 0);
	assert_int_equal(dcb_store_finish_run(f->store, 99, "fixed", NULL, 0, 0, NULL), -ENOENT);
}

/* ---- metrics ---- */

static void metric__same_row_same_id(void **state)
{
	struct fixture *f = *state;
	struct dcb_store_metric metric = {"dying-dentry", "waiter", "wall", "ns", "lower", true};
	int64_t first, again, other;

	first = metric_id(f->store, "waiter", "wall");
	assert_int_equal(dcb_store_metric(f->store, &metric, &again, NULL), 0);
	assert_int_equal(first, again);
	metric.primary = false;
	assert_int_equal(dcb_store_metric(f->store, &metric, &again, NULL), 0);
	assert_int_equal(first, again);
	assert_int_equal(table_rows(f, "SELECT is_primary FROM metric"), 0);
	metric.unit = "ms";
	assert_int_equal(dcb_store_metric(f->store, &metric, &other, NULL), 0);
	assert_int_not_equal(first, other);
	metric.better = "sideways";
	assert_int_equal(dcb_store_metric(f->store, &metric, &other, NULL), -EBADMSG);
}

/* ---- boots ---- */

static int same_boot(void *context, const struct dcb_store_boot *boot)
{
	struct dcb_store_boot want = fixture_boot(1, 2, "ok");

	++*(int *)context;
	assert_int_equal(boot->kernel, want.kernel);
	assert_int_equal(boot->block, want.block);
	assert_int_equal(boot->position, want.position);
	assert_int_equal(boot->seed, want.seed);
	assert_string_equal(boot->state, want.state);
	assert_null(boot->reason);
	assert_int_equal(boot->started_us, want.started_us);
	assert_true(boot->wall_s == want.wall_s);
	assert_true(boot->guest_s == want.guest_s);
	assert_true(boot->hello_guest_s == want.hello_guest_s);
	assert_true(boot->first_record_s == want.first_record_s);
	assert_true(boot->cpu_s == -1);
	assert_true(boot->memory_peak_bytes == want.memory_peak_bytes);
	assert_true(boot->agent_s == want.agent_s);
	return 0;
}

struct seen {
	const struct dcb_store_sample *samples;
	const struct dcb_store_state *states;
	const struct dcb_store_symptom *symptoms;
	const struct dcb_store_pair *pairs;
	size_t n;
};

static int same_sample(void *context, const struct dcb_store_sample_row *row)
{
	struct seen *seen = context;
	const struct dcb_store_sample *want = &seen->samples[seen->n++];

	assert_int_equal(row->kernel, 1);
	assert_int_equal(row->block, 2);
	assert_int_equal(row->seed, 1002);
	assert_string_equal(row->metric->workload, "dying-dentry");
	assert_string_equal(row->metric->role, "waiter");
	assert_int_equal(row->sample->workload, want->workload);
	assert_int_equal(row->sample->metric, want->metric);
	assert_int_equal(row->sample->iteration, want->iteration);
	assert_int_equal(row->sample->thread, want->thread);
	assert_int_equal(row->sample->present, want->present);
	if (want->present)
		assert_true(row->sample->value == want->value);
	assert_int_equal(row->sample->has_times, want->has_times);
	if (want->has_times) {
		assert_int_equal(row->sample->enabled_ns, want->enabled_ns);
		assert_int_equal(row->sample->running_ns, want->running_ns);
	}
	return 0;
}

static int same_state(void *context, const struct dcb_store_state *got)
{
	struct seen *seen = context;
	const struct dcb_store_state *want = &seen->states[seen->n++];

	assert_int_equal(got->workload, want->workload);
	assert_string_equal(got->role, want->role);
	assert_int_equal(got->iteration, want->iteration);
	assert_int_equal(got->thread, want->thread);
	assert_string_equal(got->state, want->state);
	return 0;
}

static int same_symptom(void *context, const struct dcb_store_symptom *got)
{
	struct seen *seen = context;
	const struct dcb_store_symptom *want = &seen->symptoms[seen->n++];

	assert_int_equal(got->workload, want->workload);
	assert_string_equal(got->name, want->name);
	if (want->state)
		assert_string_equal(got->state, want->state);
	else
		assert_null(got->state);
	if (want->detail)
		assert_string_equal(got->detail, want->detail);
	else
		assert_null(got->detail);
	assert_int_equal(got->present, want->present);
	assert_int_equal(got->has_value, want->has_value);
	if (want->has_value)
		assert_true(got->value == want->value);
	assert_int_equal(got->hits, want->hits);
	assert_int_equal(got->tries, want->tries);
	return 0;
}

static int same_pair(void *context, const struct dcb_store_pair *got)
{
	struct seen *seen = context;
	const struct dcb_store_pair *want = &seen->pairs[seen->n++];

	assert_string_equal(got->kind, want->kind);
	assert_string_equal(got->name, want->name);
	if (want->value)
		assert_string_equal(got->value, want->value);
	else
		assert_null(got->value);
	return 0;
}

static void check_boot_data(struct fixture *f, int64_t boot, const struct dcb_store_boot_data *data)
{
	struct seen seen = {data->samples, data->states, data->symptoms, data->pairs, 0};

	assert_int_equal(dcb_store_each_sample(f->store, f->run, same_sample, &seen, NULL), 0);
	assert_int_equal(seen.n, data->n_samples);
	seen.n = 0;
	assert_int_equal(dcb_store_each_boot_sample(f->store, boot, same_sample, &seen, NULL), 0);
	assert_int_equal(seen.n, data->n_samples);
	seen.n = 0;
	assert_int_equal(dcb_store_each_state(f->store, boot, same_state, &seen, NULL), 0);
	assert_int_equal(seen.n, data->n_states);
	seen.n = 0;
	assert_int_equal(dcb_store_each_symptom(f->store, boot, same_symptom, &seen, NULL), 0);
	assert_int_equal(seen.n, data->n_symptoms);
	seen.n = 0;
	assert_int_equal(dcb_store_each_pair(f->store, boot, same_pair, &seen, NULL), 0);
	assert_int_equal(seen.n, data->n_pairs);
}

static void put_boot__every_row_reads_back(void **state)
{
	struct fixture *f = *state;
	struct dcb_store_boot boot = fixture_boot(1, 2, "ok");
	_cleanup_free_ char *console = NULL, *empty = NULL;
	struct dcb_error err = DCB_ERROR_NULL;
	int64_t a, b, id = 0;
	size_t size;
	int n = 0;

	boot.cpu_s = -1;
	a = metric_id(f->store, "waiter", "wall");
	b = metric_id(f->store, "waiter", "cycles");
	/* In the order in which they are told. */
	const struct dcb_store_sample samples[] = {
		{.metric = a, .iteration = -1, .present = true, .value = 1.5e9},
		{.metric = a, .iteration = 0, .present = true, .value = 0},
		{.metric = a, .iteration = 1, .present = true, .value = -0.1},
		{.metric = a, .thread = 1, .present = true, .value = 9007199254740991.0},
		{.metric = b, .present = false, .has_times = true, .enabled_ns = INT64_MAX},
		{.metric = b,
		 .iteration = 7,
		 .present = true,
		 .value = 5e-324,
		 .has_times = true,
		 .enabled_ns = 12,
		 .running_ns = 11},
	};
	const struct dcb_store_state states[] = {{0, "closer", 0, 0, "miss"},
						 {0, "waiter", -1, 0, "spin"},
						 {0, "waiter", 0, 1, "sleep"}};
	const struct dcb_store_symptom symptoms[] = {
		{-1, "warning", NULL, "WARNING: at fs/dcache.c:1", true, false, 0, 2, 0},
		{0, "busy-wait", "spin", NULL, true, true, 0.99, 9, 10},
	};
	const struct dcb_store_pair pairs[] = {{"counter", "cycles", NULL},
					       {"counter", "faults", "ENOENT: no"},
					       {"setting", "preempt", "full"}};
	const struct dcb_store_artifact artifacts[] = {{"console", "a\0b\xff", 4},
						       {"empty", NULL, 0}};
	const struct dcb_store_boot_data data = {samples, 6,     states, 3,         symptoms,
						 2,       pairs, 3,      artifacts, 2};

	if (put(f, &boot, &data, &id, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(dcb_store_each_boot(f->store, f->run, same_boot, &n, NULL), 0);
	assert_int_equal(n, 1);
	check_boot_data(f, id, &data);
	assert_int_equal(dcb_store_get_artifact(f->store, id, "console", &console, &size, NULL), 0);
	assert_int_equal(size, 4);
	assert_memory_equal(console, "a\0b\xff", 5);
	assert_int_equal(dcb_store_get_artifact(f->store, id, "empty", &empty, &size, NULL), 0);
	assert_int_equal(size, 0);
	assert_int_equal(dcb_store_get_artifact(f->store, id, "none", &empty, &size, NULL),
			 -ENOENT);
}

static int check_order(void *context, const struct dcb_store_sample_row *row)
{
	struct {
		int64_t key[6];
		int n;
	} *last = context;
	int64_t key[6] = {(int64_t)row->sample->workload,
			  row->sample->metric,
			  (int64_t)row->kernel,
			  row->block,
			  row->sample->thread,
			  row->sample->iteration};
	size_t i = 0;

	while (i < 6 && last->n && key[i] == last->key[i])
		i++;
	assert_true(i < 6);
	assert_true(!last->n || key[i] > last->key[i]);
	memcpy(last->key, key, sizeof(key));
	last->n++;
	return 0;
}

static void each_sample__orders_by_workload_metric_kernel_block_thread_iteration(void **state)
{
	struct fixture *f = *state;
	const size_t cells[][2] = {{1, 1}, {0, 1}, {1, 0}, {0, 0}};
	struct dcb_store_sample samples[24];
	struct {
		int64_t key[6];
		int n;
	} last = {0};
	int64_t ids[3], id;
	size_t n = 0;

	for (size_t i = 0; i < 3; i++)
		ids[i] = metric_id(f->store, "waiter", (const char *[]){"c", "a", "b"}[i]);
	for (int iteration = 1; iteration >= -2; iteration--)
		for (int thread = 1; thread >= 0; thread--)
			for (size_t m = 0; m < 3; m++)
				samples[n++] = (struct dcb_store_sample){.metric = ids[m],
									 .iteration = iteration,
									 .thread = thread,
									 .present = true,
									 .value = (double)n};
	for (size_t i = 0; i < 4; i++) {
		struct dcb_store_boot boot = fixture_boot(cells[i][0], (int64_t)cells[i][1], "ok");
		const struct dcb_store_boot_data data = {.samples = samples, .n_samples = n};

		assert_int_equal(put(f, &boot, &data, &id, NULL), 0);
	}
	/* A failed one is not told. */
	struct dcb_store_boot failed = fixture_boot(0, 2, "panic");
	const struct dcb_store_boot_data data = {.samples = samples, .n_samples = n};
	assert_int_equal(put(f, &failed, &data, &id, NULL), 0);
	assert_int_equal(dcb_store_each_sample(f->store, f->run, check_order, &last, NULL), 0);
	assert_int_equal(last.n, 4 * 24);
}

static int stop(void *context, const struct dcb_store_sample_row *row)
{
	(void)row;
	return ++*(int *)context == 2 ? -ECANCELED : 0;
}

/* Asks the same question from within the answer. */
static int nest(void *context, const struct dcb_store_boot *boot)
{
	struct fixture *f = context;

	(void)boot;
	assert_int_equal(count_boots(f), 2);
	return 0;
}

static void each__callbacks_may_stop_and_nest(void **state)
{
	struct fixture *f = *state;
	const struct dcb_store_sample samples[] = {
		{.metric = metric_id(f->store, "w", "m"), .present = true},
		{.metric = metric_id(f->store, "w", "m"), .iteration = 1, .present = true},
		{.metric = metric_id(f->store, "w", "m"), .iteration = 2, .present = true}};
	const struct dcb_store_boot_data data = {.samples = samples, .n_samples = 3};
	int64_t id;
	int n = 0;

	for (int64_t block = 0; block < 2; block++) {
		struct dcb_store_boot boot = fixture_boot(0, block, "ok");

		assert_int_equal(put(f, &boot, &data, &id, NULL), 0);
	}
	assert_int_equal(dcb_store_each_sample(f->store, f->run, stop, &n, NULL), -ECANCELED);
	assert_int_equal(n, 2);
	assert_int_equal(dcb_store_each_boot(f->store, f->run, nest, f, NULL), 0);
	/* Nothing was left open: a writer gets through. */
	struct dcb_store_boot boot = fixture_boot(1, 0, "ok");
	assert_int_equal(put(f, &boot, &data, &id, NULL), 0);
}

static void put_boot__second_good_one_is_refused(void **state)
{
	struct fixture *f = *state;
	struct dcb_store_boot boot = fixture_boot(0, 0, "ok");
	const struct dcb_store_boot_data none = {0};
	struct dcb_error err = DCB_ERROR_NULL;
	int64_t first, second = -7;

	assert_int_equal(put(f, &boot, &none, &first, &err), 0);
	assert_int_equal(put(f, &boot, &none, &second, &err), -EEXIST);
	boot.state = "panic";
	assert_int_equal(put(f, &boot, &none, &second, &err), -EEXIST);
	assert_int_equal(second, -7);
	assert_int_equal(count_boots(f), 1);
}

static void put_boot__failed_one_is_replaced_with_all_its_rows(void **state)
{
	struct fixture *f = *state;
	struct dcb_store_boot boot = fixture_boot(0, 0, "panic");
	const struct dcb_store_sample sample = {.metric = metric_id(f->store, "w", "m")};
	const struct dcb_store_symptom symptom = {-1, "panic", NULL, "line", true, false, 0, 1, 0};
	const struct dcb_store_artifact artifact = {"console", "x", 1};
	const struct dcb_store_pair pair = {"setting", "a", "b"};
	const struct dcb_store_state spin = {0, "waiter", 0, 0, "spin"};
	const struct dcb_store_boot_data data = {&sample, 1,     &spin, 1,         &symptom,
						 1,       &pair, 1,     &artifact, 1};
	const struct dcb_store_boot_data none = {0};
	int64_t first, second;

	boot.reason = "Kernel panic";
	assert_int_equal(put(f, &boot, &data, &first, NULL), 0);
	boot.state = "ok";
	boot.reason = NULL;
	assert_int_equal(put(f, &boot, &none, &second, NULL), 0);
	assert_true(second > first);
	assert_int_equal(count_boots(f), 1);
	assert_int_equal(
		table_rows(f, "SELECT (SELECT count(*) FROM sample) + (SELECT count(*) FROM state) "
			      "+ (SELECT count(*) FROM symptom) + (SELECT count(*) FROM pair) "
			      "+ (SELECT count(*) FROM artifact)"),
		0);
}

/* Each is a way for a guest to contradict itself; none may leave a trace. */
static void put_boot__bad_rows_leave_nothing(void **state)
{
	struct fixture *f = *state;
	const int64_t m = metric_id(f->store, "w", "m");
	const struct dcb_store_sample good[] = {{.metric = m, .present = true, .value = 1}};
	const struct dcb_store_sample no_metric[] = {good[0], {.metric = 999, .iteration = 1}};
	const struct dcb_store_sample no_workload[] = {good[0], {.metric = m, .workload = 2}};
	const struct dcb_store_sample twice[] = {good[0], {.metric = m, .iteration = 1}, good[0]};
	const struct dcb_store_sample nan[] = {{.metric = m, .present = true, .value = NAN}};
	const struct dcb_store_sample inf[] = {{.metric = m, .present = true, .value = INFINITY}};
	const struct dcb_store_sample thread[] = {{.metric = m, .thread = -1}};
	const struct dcb_store_symptom symptoms[] = {{0, "s", NULL, NULL, true, true, NAN, 0, 0},
						     {7, "s", NULL, NULL, true, false, 0, 0, 0}};
	const struct dcb_store_state states[] = {{9, "w", 0, 0, "spin"}, {0, "w", 0, 0, ""}};
	const struct dcb_store_pair pairs[] = {{"setting", "a", "1"}, {"setting", "a", "2"}};
	const struct dcb_store_boot_data bad[] = {
		{.samples = no_metric, .n_samples = 2},
		{.samples = no_workload, .n_samples = 2},
		{.samples = twice, .n_samples = 3},
		{.samples = nan, .n_samples = 1},
		{.samples = inf, .n_samples = 1},
		{.samples = thread, .n_samples = 1},
		{.symptoms = &symptoms[0], .n_symptoms = 1},
		{.symptoms = &symptoms[1], .n_symptoms = 1},
		{.states = &states[0], .n_states = 1},
		{.states = &states[1], .n_states = 1},
		{.samples = good, .n_samples = 1, .pairs = pairs, .n_pairs = 2},
	};
	struct dcb_store_boot boot = fixture_boot(0, 0, "ok");
	int64_t id = -7;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct dcb_error err = DCB_ERROR_NULL;

		if (put(f, &boot, &bad[i], &id, &err) != -EBADMSG)
			fail_msg("case %zu: %s", i, err.message);
		assert_true(err.message[0] != '\0');
		assert_int_equal(count_boots(f), 0);
		assert_int_equal(table_rows(f, "SELECT count(*) FROM sample"), 0);
	}
	boot.kernel = 2;
	assert_int_equal(put(f, &boot, &(struct dcb_store_boot_data){0}, &id, NULL), -EBADMSG);
	assert_int_equal(id, -7);
	boot.kernel = 0;
	assert_int_equal(put(f, &boot, &(struct dcb_store_boot_data){0}, &id, NULL), 0);
}

static void put_boot__failed_replacement_keeps_the_old_one(void **state)
{
	struct fixture *f = *state;
	struct dcb_store_boot boot = fixture_boot(0, 0, "hang");
	const struct dcb_store_sample bad = {.metric = 999};
	int64_t id;

	assert_int_equal(put(f, &boot, &(struct dcb_store_boot_data){0}, &id, NULL), 0);
	boot.state = "ok";
	assert_int_equal(put(f, &boot,
			     &(struct dcb_store_boot_data){.samples = &bad, .n_samples = 1}, &id,
			     NULL),
			 -EBADMSG);
	assert_int_equal(table_rows(f, "SELECT count(*) FROM boot WHERE state = 'hang'"), 1);
}

static void put_boot__full_database_says_so_and_goes_on(void **state)
{
	struct fixture *f = *state;
	struct dcb_store_boot boot = fixture_boot(0, 0, "ok");
	static char big[1 << 20];
	const struct dcb_store_artifact artifact = {"console", big, sizeof(big)};
	const struct dcb_store_boot_data data = {.artifacts = &artifact, .n_artifacts = 1};
	struct dcb_error err = DCB_ERROR_NULL;
	int64_t id;

	assert_int_equal(sqlite3_exec(f->store->db, "PRAGMA max_page_count = 60", NULL, NULL, NULL),
			 SQLITE_OK);
	assert_int_equal(put(f, &boot, &data, &id, &err), -ENOSPC);
	assert_non_null(strstr(err.message, f->path));
	assert_non_null(strstr(err.message, "no space left"));
	assert_null(strchr(err.message, '\n'));
	assert_int_equal(count_boots(f), 0);
	assert_int_equal(
		sqlite3_exec(f->store->db, "PRAGMA max_page_count = 1000000", NULL, NULL, NULL),
		SQLITE_OK);
	assert_int_equal(put(f, &boot, &data, &id, &err), 0);
}

/* ---- calibrations ---- */

static const struct dcb_store_calibration calibration_rows[] = {
	{0, 1, 1700000000000000, SHA_A, "{\"cpu\":\"x\"}", "tcg", "arm64", 12, 6, 1000, false, true,
	 NULL, 0.021},
	{0, 1, 1700000000000001, SHA_B, "{}", "icount", "arm64", 3, 3, 0, true, false, "differs",
	 1},
};
static const struct dcb_store_calibration_metric calibration_metrics[] = {
	{"tree-rm", "a=1", "remover", "cpu", "ns", true, 0.01, "cannot-tell", -1, 0.018},
	{"tree-rm", "a=1", "remover", "wall", "ns", false, 0, "same", 0.03, 0},
};

static int check_calibration(void *context, const struct dcb_store_calibration *row)
{
	int *n = context;
	const struct dcb_store_calibration *put = &calibration_rows[1 - *n];

	assert_int_equal(row->id, 2 - *n);
	assert_int_equal(row->run_id, put->run_id);
	assert_int_equal(row->created_us, put->created_us);
	assert_string_equal(row->host, put->host);
	assert_string_equal(row->description, put->description);
	assert_string_equal(row->machine, put->machine);
	assert_string_equal(row->arch, put->arch);
	assert_int_equal(row->blocks, put->blocks);
	assert_int_equal(row->few, put->few);
	assert_int_equal(row->splits, put->splits);
	assert_int_equal(row->exact, put->exact);
	assert_int_equal(row->holds, put->holds);
	assert_true(row->alarm_rate == put->alarm_rate);
	if (put->reason)
		assert_string_equal(row->reason, put->reason);
	else
		assert_null(row->reason);
	++*n;
	return 0;
}

static int check_calibration_metric(void *context, const struct dcb_store_calibration_metric *row)
{
	int *n = context;
	const struct dcb_store_calibration_metric *put = &calibration_metrics[*n];

	assert_string_equal(row->workload, put->workload);
	assert_string_equal(row->params, put->params);
	assert_string_equal(row->role, put->role);
	assert_string_equal(row->name, put->name);
	assert_string_equal(row->unit, put->unit);
	assert_int_equal(row->primary, put->primary);
	assert_true(row->alarm_rate == put->alarm_rate);
	assert_string_equal(row->verdict, put->verdict);
	assert_true(row->finds_few == put->finds_few);
	assert_true(row->finds_all == put->finds_all);
	++*n;
	return 0;
}

static void put_calibration__reads_back_newest_first(void **state)
{
	struct fixture *f = *state;
	struct dcb_error err = DCB_ERROR_NULL;
	struct dcb_store_calibration stranger = calibration_rows[0];
	int64_t id;
	int n = 0;

	assert_int_equal(dcb_store_put_calibration(f->store, &calibration_rows[0],
						   calibration_metrics, 2, &id, &err),
			 0);
	assert_int_equal(id, 1);
	assert_int_equal(
		dcb_store_put_calibration(f->store, &calibration_rows[1], NULL, 0, &id, &err), 0);
	assert_int_equal(dcb_store_each_calibration(f->store, check_calibration, &n, &err), 0);
	assert_int_equal(n, 2);
	n = 0;
	assert_int_equal(
		dcb_store_each_calibration_metric(f->store, 1, check_calibration_metric, &n, &err),
		0);
	assert_int_equal(n, 2);

	stranger.run_id = 99;
	assert_true(dcb_store_put_calibration(f->store, &stranger, NULL, 0, &id, &err) < 0);
	n = 0;
	assert_int_equal(dcb_store_each_calibration(f->store, check_calibration, &n, &err), 0);
	assert_int_equal(n, 2);
}

/* ---- snapshots ---- */

static void snapshot__does_not_see_later_boots(void **state)
{
	struct fixture *f = *state;
	_cleanup_(dcb_store_closep) struct dcb_store *other = NULL;
	struct dcb_store_boot boot = fixture_boot(0, 0, "ok");
	int64_t id;
	int n = 0;

	assert_int_equal(dcb_store_open(f->path, DCB_STORE_READ, &other, NULL), 0);
	assert_int_equal(dcb_store_snapshot_begin(other, NULL), 0);
	assert_int_equal(dcb_store_each_boot(other, f->run, count_boot, &n, NULL), 0);
	assert_int_equal(put(f, &boot, &(struct dcb_store_boot_data){0}, &id, NULL), 0);
	assert_int_equal(dcb_store_each_boot(other, f->run, count_boot, &n, NULL), 0);
	assert_int_equal(n, 0);
	dcb_store_snapshot_end(other);
	assert_int_equal(dcb_store_each_boot(other, f->run, count_boot, &n, NULL), 0);
	assert_int_equal(n, 1);
}

#define T(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(statements_check__all_match_their_parameters),
		T(query_open__wrong_type_or_count_is_refused),
		T(create_run__reads_back),
		T(create_run__base_that_is_no_kernel_leaves_nothing),
		T(create_run__two_kernels_of_one_name_leave_nothing),
		T(each_run__newest_first),
		T(each_run_before__a_page_at_a_time),
		T(each_used_kernel__once_with_its_newest_run),
		T(get_run__unknown_names_the_newest),
		T(update_run__adds_times_and_clears_the_owner),
		T(claim_run__only_from_the_owner_that_was_seen),
		T(add_look__once_a_number_of_blocks_and_blocks_never_shrink),
		T(raise_blocks__never_shrinks),
		T(finish_run__says_why_until_somebody_goes_on),
		T(metric__same_row_same_id),
		T(put_boot__every_row_reads_back),
		T(each_sample__orders_by_workload_metric_kernel_block_thread_iteration),
		T(each__callbacks_may_stop_and_nest),
		T(put_boot__second_good_one_is_refused),
		T(put_boot__failed_one_is_replaced_with_all_its_rows),
		T(put_boot__bad_rows_leave_nothing),
		T(put_boot__failed_replacement_keeps_the_old_one),
		T(put_boot__full_database_says_so_and_goes_on),
		T(put_calibration__reads_back_newest_first),
		T(snapshot__does_not_see_later_boots),
	};

	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}

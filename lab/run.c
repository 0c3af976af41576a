// SPDX-License-Identifier: GPL-2.0-only
#include "lab/run.h"

#include <poll.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/random.h"
#include "base/sink.h"
#include "lab/cell.h"
#include "lab/fingerprint.h"
#include "lab/owner.h"
#include "lab/prepare.h"
#include "lab/scratch.h"
#include "lab/stored.h"
#include "machines/boot.h"
#include "workloads/fs-image.h"

/* What QEMU itself takes beside the guest's memory. */
#define MACHINE_MEMORY_BYTES (UINT64_C(512) << 20)
#define MACHINE_PIDS         256

/* One boot under way. */
struct slot {
	struct dcb_cell *cell;
	struct dcb_boot *boot;
	struct dcb_boot_request request;
	char *folder, *cgroup_name;
	int64_t started_us;
};

struct engine {
	struct dcb_store *store;
	const struct dcb_plan *plan;
	const struct dcb_run_options *options;
	struct dcb_prepared prepared;
	struct dcb_scratch scratch;
	int64_t run_id;
	bool *done; /* cells that have their boot; [block * n_kernels + kernel] */
	size_t *order;
	size_t n_cells, next; /* next: in order */
	size_t n_finished, n_todo;
	struct slot *slots;
	size_t n_slots, n_running;
	double started_s, guests_since_s, guest_wall_s;
};

static double now_s(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int64_t unix_us(void)
{
	struct timespec time;

	clock_gettime(CLOCK_REALTIME, &time);
	return time.tv_sec * INT64_C(1000000) + time.tv_nsec / 1000;
}

static void slot_deinit(struct slot *slot)
{
	dcb_boot_free(slot->boot);
	dcb_cell_free(slot->cell);
	dcb_dir_removep(&slot->folder);
	free(slot->cgroup_name);
	memset(slot, 0, sizeof(*slot));
}

static void engine_deinit(struct engine *engine)
{
	for (size_t i = 0; engine->slots && i < engine->n_slots; i++)
		slot_deinit(&engine->slots[i]);
	free(engine->slots);
	free(engine->done);
	free(engine->order);
	dcb_prepared_deinit(&engine->prepared);
	dcb_scratch_deinit(&engine->scratch);
}

/* ---- the order of boots ---- */

/* Blocks in sequence; in each, every kernel once in an order of its own. */
static int make_order(struct engine *engine, struct dcb_error *err)
{
	size_t n_kernels = engine->plan->n_kernels;
	size_t n_blocks = (size_t)engine->plan->blocks;

	engine->n_cells = n_blocks * n_kernels;
	engine->order = calloc(engine->n_cells, sizeof(*engine->order));
	engine->done = calloc(engine->n_cells, sizeof(*engine->done));
	if (!engine->order || !engine->done)
		return dcb_error_oom(err);
	for (size_t block = 0; block < n_blocks; block++) {
		/* Bit 62 keeps the orders' streams apart from the guests' seeds. */
		struct dcb_random random = {.state = dcb_random_derive((uint64_t)engine->plan->seed,
								       block | UINT64_C(1) << 62)};
		size_t *part = engine->order + block * n_kernels;

		for (size_t kernel = 0; kernel < n_kernels; kernel++)
			part[kernel] = block * n_kernels + kernel;
		dcb_random_shuffle(&random, part, n_kernels);
	}
	return 0;
}

static int mark_done(void *context, const struct dcb_store_boot *boot)
{
	struct engine *engine = context;
	size_t cell = (size_t)boot->block * engine->plan->n_kernels + boot->kernel;

	if (cell < engine->n_cells)
		engine->done[cell] = true;
	return 0;
}

/* ---- boots ---- */

static void slot_request(struct engine *engine, struct slot *slot)
{
	const struct dcb_plan *plan = engine->plan;
	size_t kernel = dcb_cell_kernel(slot->cell);
	uint64_t memory = (uint64_t)plan->memory;

	slot->request = (struct dcb_boot_request){
		.machine = plan->ops,
		.spec = {.arch = plan->guest_arch,
			 .image = engine->prepared.kernels[kernel]->image,
			 .initramfs = engine->prepared.initramfs[kernel],
			 .job = engine->prepared.jobs[kernel],
			 .cpus = (unsigned)plan->cpus,
			 .memory_bytes = memory,
			 .seed = dcb_cell_seed(slot->cell),
			 .deadline_s = (unsigned)plan->deadline_s,
			 .folder = slot->folder,
			 .disk_bytes = engine->prepared.disks[kernel] ? DCB_FS_IMAGE_BYTES : 0},
		.cgroup_name = plan->cgroup ? slot->cgroup_name : NULL,
		.limits = {.memory_bytes = memory + MACHINE_MEMORY_BYTES,
			   .pids = MACHINE_PIDS,
			   .cpus = (double)plan->cpus + 1},
		.handler = dcb_cell_record,
		.context = slot->cell,
	};
}

static int slot_start(struct engine *engine, struct slot *slot, size_t position,
		      struct dcb_error *err)
{
	size_t cell = engine->order[position];
	size_t kernel = cell % engine->plan->n_kernels;
	size_t block = cell / engine->plan->n_kernels;
	int r;

	r = dcb_cell_new(engine->plan, kernel, (int64_t)block, (int64_t)position, &slot->cell, err);
	if (r < 0)
		return r;
	slot->folder = dcb_format("%s/boot-%zu", engine->scratch.path, position);
	slot->cgroup_name = dcb_format("run%lld-boot%zu", (long long)engine->run_id, position);
	if (!slot->folder || !slot->cgroup_name)
		return dcb_error_oom(err);
	r = dcb_dir_create(slot->folder, 0755, err);
	if (r < 0)
		return r;
	slot_request(engine, slot);
	if (slot->request.spec.disk_bytes)
		r = dcb_cell_setting(slot->cell, "disk", "nvme", err);
	if (r < 0)
		return r;
	slot->started_us = unix_us();
	r = dcb_boot_start(&slot->request, &slot->boot, err);
	if (r < 0)
		return r;
	if (engine->n_running++ == 0)
		engine->guests_since_s = now_s();
	return 0;
}

static void say_boot(struct engine *engine, const struct slot *slot,
		     const struct dcb_boot_result *result)
{
	size_t kernel = dcb_cell_kernel(slot->cell);

	dcb_sink_say(engine->options->sink, "boot %zu/%zu: %s, block %lld: %s%s%s (%.1f s)",
		     engine->n_finished, engine->n_todo, engine->plan->kernels[kernel].name,
		     (long long)dcb_cell_block(slot->cell) + 1,
		     dcb_boot_outcome_name(result->outcome), result->reason ? ": " : "",
		     result->reason ? result->reason : "", result->wall_s);
}

static int slot_finish(struct engine *engine, struct slot *slot, struct dcb_error *err)
{
	_cleanup_(dcb_boot_result_deinit) struct dcb_boot_result result = {0};
	int r;

	r = dcb_boot_finish(slot->boot, &result, err);
	if (r < 0)
		return r;
	if (--engine->n_running == 0)
		engine->guest_wall_s += now_s() - engine->guests_since_s;
	if (result.outcome == DCB_BOOT_MACHINE)
		return dcb_error_set(err, EIO, "machine %s failed: %s", engine->plan->ops->name,
				     result.reason ? result.reason : "no reason given");
	r = dcb_cell_store(slot->cell, engine->store, engine->run_id, slot->started_us, &result,
			   err);
	if (r < 0)
		return r;
	engine->n_finished++;
	say_boot(engine, slot, &result);
	slot_deinit(slot);
	return 0;
}

static int fill_slots(struct engine *engine, struct dcb_error *err)
{
	int r;

	for (size_t i = 0; i < engine->n_slots; i++) {
		struct slot *slot = &engine->slots[i];

		if (slot->boot)
			continue;
		while (engine->next < engine->n_cells && engine->done[engine->order[engine->next]])
			engine->next++;
		if (engine->next == engine->n_cells)
			return 0;
		r = slot_start(engine, slot, engine->next++, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int step_slots(struct engine *engine, struct dcb_error *err)
{
	int r;

	for (size_t i = 0; i < engine->n_slots; i++) {
		if (!engine->slots[i].boot)
			continue;
		r = dcb_boot_step(engine->slots[i].boot, err);
		if (r < 0)
			return r;
		if (r == 0) {
			r = slot_finish(engine, &engine->slots[i], err);
			if (r < 0)
				return r;
		}
	}
	return 0;
}

static int wait_slots(struct engine *engine, struct dcb_error *err)
{
	struct pollfd fds[256];
	nfds_t n = 0;

	for (size_t i = 0; i < engine->n_slots; i++) {
		if (engine->slots[i].boot)
			fds[n++] = (struct pollfd){.fd = dcb_boot_fd(engine->slots[i].boot),
						   .events = POLLIN};
	}
	if (poll(fds, n, 50) < 0 && errno != EINTR)
		return dcb_error_sys(err, errno, "poll");
	return 0;
}

static int boot_all(struct engine *engine, struct dcb_error *err)
{
	int r;

	for (;;) {
		if (engine->options->stop && *engine->options->stop)
			return dcb_error_set(err, EINTR, "interrupted");
		r = fill_slots(engine, err);
		if (r < 0)
			return r;
		if (engine->n_running == 0)
			return 0;
		r = wait_slots(engine, err);
		if (r < 0)
			return r;
		r = step_slots(engine, err);
		if (r < 0)
			return r;
	}
}

/* ---- the run ---- */

/* Runs what is not done yet and writes down how it ended. */
static int engine_run(struct engine *engine, struct dcb_error *err)
{
	enum dcb_run_state state;
	double guests;
	int r;

	for (size_t i = 0; i < engine->n_cells; i++)
		engine->n_todo += !engine->done[i];
	engine->n_slots = (size_t)engine->plan->jobs;
	if (engine->n_slots > engine->n_todo)
		engine->n_slots = engine->n_todo;
	engine->slots = calloc(engine->n_slots + 1, sizeof(*engine->slots));
	if (!engine->slots)
		return dcb_error_oom(err);

	r = boot_all(engine, err);
	for (size_t i = 0; i < engine->n_slots; i++)
		slot_deinit(&engine->slots[i]);
	guests = engine->guest_wall_s;
	if (engine->n_running > 0)
		guests += now_s() - engine->guests_since_s;
	state = r == 0 ? DCB_RUN_DONE : r == -EINTR ? DCB_RUN_INTERRUPTED : DCB_RUN_FAILED;
	if (r == 0)
		return dcb_store_update_run(engine->store, engine->run_id, state, NULL, NULL,
					    now_s() - engine->started_s, guests, err);
	/* The first error is the one to tell. */
	dcb_store_update_run(engine->store, engine->run_id, state,
			     state == DCB_RUN_FAILED && err ? err->message : NULL, NULL,
			     now_s() - engine->started_s, guests, NULL);
	return r;
}

static int engine_init(struct engine *engine, const char *const *sha256s, struct dcb_error *err)
{
	const struct dcb_plan *plan = engine->plan;
	int r;

	engine->started_s = now_s();
	if (plan->cgroup) {
		r = dcb_cgroup_supported(err);
		if (r < 0)
			return r;
		r = dcb_cgroup_sweep(err);
		if (r < 0)
			return r;
	}
	r = make_order(engine, err);
	if (r < 0)
		return r;
	r = dcb_scratch_init(&engine->scratch, engine->options->state, err);
	if (r < 0)
		return r;
	return dcb_prepare(plan, engine->options, sha256s, engine->scratch.path, &engine->prepared,
			   err);
}

static int store_run(struct engine *engine, struct dcb_error *err)
{
	const struct dcb_plan *plan = engine->plan;
	_cleanup_free_ struct dcb_store_run_workload *workloads = NULL;
	_cleanup_free_ struct dcb_store_run_kernel *kernels = NULL;
	_cleanup_free_ char *fingerprint_text = NULL;
	_cleanup_free_ char *plan_text = NULL;
	_cleanup_free_ char *owner = NULL;
	json_auto_t *fingerprint = NULL;
	json_auto_t *plan_json = dcb_plan_to_json(plan);
	json_auto_t *origins = json_array();
	int r;

	r = dcb_fingerprint(plan, &engine->prepared, &fingerprint, err);
	if (r == 0 && engine->options->ready)
		r = engine->options->ready(engine->options->context, fingerprint, err);
	if (r < 0)
		return r;
	r = dcb_owner_self(&owner, err);
	if (r < 0)
		return r;
	plan_text = plan_json ? dcb_json_line(plan_json) : NULL;
	fingerprint_text = dcb_json_line(fingerprint);
	kernels = calloc(plan->n_kernels, sizeof(*kernels));
	workloads = calloc(plan->n_workloads, sizeof(*workloads));
	if (!plan_text || !fingerprint_text || !kernels || !workloads || !origins)
		return dcb_error_oom(err);
	for (size_t i = 0; i < plan->n_kernels; i++) {
		const struct dcb_kernel *kernel = engine->prepared.kernels[i];
		_cleanup_free_ char *origin = kernel->origin ? dcb_json_line(kernel->origin) : NULL;

		/* The array keeps the text alive for the call below. */
		if (json_array_append_new(origins, json_string(origin ? origin : "{}")) < 0)
			return dcb_error_oom(err);
		kernels[i] = (struct dcb_store_run_kernel){
			.name = plan->kernels[i].name,
			.spec = plan->kernels[i].spec,
			.kernel = {.sha256 = kernel->sha256,
				   .release = kernel->release,
				   .arch = dcb_arch_name(kernel->arch),
				   .origin = json_string_value(json_array_get(origins, i))}};
	}
	for (size_t i = 0; i < plan->n_workloads; i++)
		workloads[i] = (struct dcb_store_run_workload){.name = plan->workloads[i].ops->name,
							       .params = plan->workloads[i].text};
	return dcb_store_create_run(engine->store,
				    &(struct dcb_store_run){.state = DCB_RUN_RUNNING,
							    .owner = owner,
							    .created_us = unix_us(),
							    .machine = plan->machine,
							    .arch = plan->arch,
							    .seed = plan->seed,
							    .blocks = plan->blocks,
							    .base = plan->base,
							    .plan = plan_text,
							    .fingerprint = fingerprint_text},
				    kernels, plan->n_kernels, workloads, plan->n_workloads,
				    &engine->run_id, err);
}

int dcb_run_start(struct dcb_store *store, const struct dcb_plan *plan,
		  const struct dcb_run_options *options, int64_t *ret_run_id, struct dcb_error *err)
{
	_cleanup_(engine_deinit) struct engine engine = {
		.store = store, .plan = plan, .options = options, .scratch = DCB_SCRATCH_NULL};
	int r;

	r = engine_init(&engine, options->sha256s, err);
	if (r < 0)
		return r;
	r = store_run(&engine, err);
	if (r < 0)
		return r;
	*ret_run_id = engine.run_id;
	dcb_sink_say(options->sink, "run %lld: %lld blocks of %zu kernels on %s %s, %lld at a time",
		     (long long)engine.run_id, (long long)plan->blocks, plan->n_kernels,
		     plan->machine, plan->arch, (long long)plan->jobs);
	return engine_run(&engine, err);
}

int dcb_run_resume(struct dcb_store *store, int64_t run_id, const struct dcb_run_options *options,
		   struct dcb_error *err)
{
	_cleanup_(dcb_stored_run_deinit) struct dcb_stored_run stored = DCB_STORED_RUN_NULL;
	_cleanup_(engine_deinit) struct engine engine = {.store = store,
							 .plan = &stored.plan,
							 .options = options,
							 .run_id = run_id,
							 .scratch = DCB_SCRATCH_NULL};
	_cleanup_free_ char *owner = NULL;
	int r;

	r = dcb_stored_run_load(store, run_id, &stored, err);
	if (r < 0)
		return r;
	r = dcb_owner_self(&owner, err);
	if (r < 0)
		return r;
	r = engine_init(&engine, (const char *const *)stored.sha256s, err);
	if (r < 0)
		return r;
	r = dcb_store_claim_run(store, run_id, stored.owner, owner, err);
	if (r < 0)
		return r;
	r = dcb_store_each_boot(store, run_id, mark_done, &engine, err);
	if (r < 0)
		return r;
	return engine_run(&engine, err);
}

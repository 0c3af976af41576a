// SPDX-License-Identifier: GPL-2.0-only
/* Boots of a run, some at a time, each stored when it ends. */
#include <poll.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/file.h"
#include "base/sink.h"
#include "lab/cell.h"
#include "lab/engine.h"
#include "machines/boot.h"
#include "workloads/fs-image.h"

/* What QEMU itself takes beside the guest's memory. */
#define MACHINE_MEMORY_BYTES (UINT64_C(512) << 20)
#define MACHINE_PIDS         256

/* One boot under way. */
struct dcb_slot {
	struct dcb_cell *cell;
	struct dcb_boot *boot;
	struct dcb_boot_request request;
	char *folder, *cgroup_name;
	int64_t started_us;
};

double dcb_engine_now_s(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

void dcb_engine_count_boot(struct dcb_engine *engine, int64_t block, size_t kernel, double wall_s)
{
	size_t cell = (size_t)block * engine->plan->n_kernels + kernel;

	if (cell >= engine->order.n)
		return;
	engine->order.done[cell] = true;
	engine->pace.boots_s += wall_s;
	engine->pace.n_boots++;
}

static void slot_deinit(struct dcb_slot *slot)
{
	dcb_boot_free(slot->boot);
	dcb_cell_free(slot->cell);
	dcb_dir_removep(&slot->folder);
	free(slot->cgroup_name);
	memset(slot, 0, sizeof(*slot));
}

int dcb_engine_slots_init(struct dcb_engine *engine)
{
	engine->n_slots = (size_t)engine->plan->jobs;
	engine->slots = calloc(engine->n_slots + 1, sizeof(*engine->slots));
	return engine->slots ? 0 : -ENOMEM;
}

void dcb_engine_slots_deinit(struct dcb_engine *engine)
{
	for (size_t i = 0; engine->slots && i < engine->n_slots; i++)
		slot_deinit(&engine->slots[i]);
	free(engine->slots);
	engine->slots = NULL;
}

static void slot_request(struct dcb_engine *engine, struct dcb_slot *slot)
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

static int slot_start(struct dcb_engine *engine, struct dcb_slot *slot, size_t position,
		      struct dcb_error *err)
{
	size_t cell = engine->order.cells[position];
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
	DCB_FAULT("boot-folder-made");
	slot_request(engine, slot);
	if (slot->request.spec.disk_bytes)
		r = dcb_cell_setting(slot->cell, "disk", "nvme", err);
	if (r < 0)
		return r;
	slot->started_us = dcb_clock_unix_us();
	r = dcb_boot_start(&slot->request, &slot->boot, err);
	if (r < 0)
		return r;
	DCB_FAULT("boot-started");
	if (engine->n_running++ == 0)
		engine->guests_since_s = dcb_engine_now_s();
	return 0;
}

/* "a,b"; NULL on lack of memory. */
static char *name_workloads(const struct dcb_plan *plan)
{
	char *list = strdup("");

	for (size_t i = 0; list && i < plan->n_workloads; i++) {
		char *longer = dcb_format("%s%s%s", list, i ? "," : "",
					  plan->workloads[i].ops->name);

		free(list);
		list = longer;
	}
	return list;
}

static void say_boot(struct dcb_engine *engine, const struct dcb_slot *slot,
		     const struct dcb_boot_result *result)
{
	_cleanup_free_ char *workloads = name_workloads(engine->plan);
	size_t kernel = dcb_cell_kernel(slot->cell);
	const struct dcb_about about = {.run = engine->run_id,
					.kernel = engine->plan->kernels[kernel].name,
					.workloads = workloads};

	dcb_sink_say_about(
		engine->options->sink, &about, "boot %zu/%zu: %s, block %lld: %s%s%s (%.1f s)",
		engine->n_finished, engine->n_todo, engine->plan->kernels[kernel].name,
		(long long)dcb_cell_block(slot->cell) + 1, dcb_boot_outcome_name(result->outcome),
		result->reason ? ": " : "", result->reason ? result->reason : "", result->wall_s);
}

static int slot_finish(struct dcb_engine *engine, struct dcb_slot *slot, struct dcb_error *err)
{
	_cleanup_(dcb_boot_result_deinit) struct dcb_boot_result result = {0};
	int r;

	DCB_FAULT("boot-ending");
	r = dcb_boot_finish(slot->boot, &result, err);
	if (r < 0)
		return r;
	DCB_FAULT("boot-ended");
	if (--engine->n_running == 0)
		engine->guest_wall_s += dcb_engine_now_s() - engine->guests_since_s;
	if (result.outcome == DCB_BOOT_MACHINE)
		return dcb_error_set(err, EIO, "machine %s failed: %s", engine->plan->ops->name,
				     result.reason ? result.reason : "no reason given");
	r = dcb_cell_store(slot->cell, engine->store, engine->run_id, slot->started_us, &result,
			   err);
	if (r < 0)
		return r;
	engine->n_finished++;
	dcb_engine_count_boot(engine, dcb_cell_block(slot->cell), dcb_cell_kernel(slot->cell),
			      result.wall_s);
	say_boot(engine, slot, &result);
	slot_deinit(slot);
	DCB_FAULT("boot-folder-gone");
	return 0;
}

static int fill_slots(struct dcb_engine *engine, struct dcb_error *err)
{
	int r;

	for (size_t i = 0; i < engine->n_slots; i++) {
		struct dcb_slot *slot = &engine->slots[i];

		if (slot->boot)
			continue;
		while (engine->next < engine->n_cells &&
		       engine->order.done[engine->order.cells[engine->next]])
			engine->next++;
		if (engine->next == engine->n_cells)
			return 0;
		r = slot_start(engine, slot, engine->next++, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int step_slots(struct dcb_engine *engine, struct dcb_error *err)
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

static int wait_slots(struct dcb_engine *engine, struct dcb_error *err)
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

int dcb_engine_boot_all(struct dcb_engine *engine, struct dcb_error *err)
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

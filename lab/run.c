// SPDX-License-Identifier: GPL-2.0-only
#include "lab/run.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/json.h"
#include "base/sink.h"
#include "lab/engine.h"
#include "lab/fingerprint.h"
#include "lab/owner.h"
#include "lab/stored.h"
#include "machines/cgroup.h"

static void engine_deinit(struct dcb_engine *engine)
{
	dcb_engine_slots_deinit(engine);
	dcb_order_deinit(&engine->order);
	dcb_prepared_deinit(&engine->prepared);
	dcb_scratch_deinit(&engine->scratch);
}

/* A boot of an earlier start. */
static int mark_done(void *context, const struct dcb_store_boot *boot)
{
	dcb_engine_count_boot(context, boot->block, boot->kernel, boot->wall_s);
	return 0;
}

/* Boots what the first engine->blocks blocks still lack. */
static int boot_blocks(struct dcb_engine *engine, struct dcb_error *err)
{
	size_t n_blocks = (size_t)engine->blocks;

	if (dcb_order_grow(&engine->order, n_blocks) < 0)
		return dcb_error_oom(err);
	engine->n_cells = n_blocks * engine->plan->n_kernels;
	engine->n_todo = engine->n_finished + dcb_order_count_missing(&engine->order, n_blocks);
	return dcb_engine_boot_all(engine, err);
}

/* Writes the look down and, where the plan asks for it, has the run judged. */
static int look(struct dcb_engine *engine, bool *ret_settled, int64_t *ret_next_least,
		struct dcb_error *err)
{
	const struct dcb_run_options *options = engine->options;
	struct dcb_run_look look = {0};
	int r;

	DCB_FAULT("look-before");
	r = dcb_store_add_look(engine->store, engine->run_id, engine->blocks, err);
	if (r < 0)
		return r;
	DCB_FAULT("look-stored");
	/* After a resume the last one may be told again: it is the same look. */
	if (engine->blocks != engine->last_look)
		engine->n_looks++;
	engine->last_look = engine->blocks;
	if (engine->plan->until != DCB_UNTIL_SETTLED)
		return 0;
	r = options->judge(options->judge_context, engine->store, engine->run_id, &look, err);
	if (r < 0)
		return r;
	dcb_sink_say_about(options->sink, &(struct dcb_about){.run = engine->run_id},
			   "look %zu at %lld block%s: %s", engine->n_looks,
			   (long long)engine->blocks, engine->blocks == 1 ? "" : "s", look.text);
	*ret_settled = look.settled;
	*ret_next_least = look.next_least;
	free(look.text);
	return 0;
}

static struct dcb_until rule(const struct dcb_engine *engine)
{
	double spent_s = engine->spent_s + dcb_engine_now_s() - engine->started_s;
	double known_s = dcb_pace_spent(&engine->pace);

	return (struct dcb_until){
		.settled = engine->plan->until == DCB_UNTIL_SETTLED,
		.first_look = engine->plan->blocks,
		.max_blocks = engine->plan->max_blocks,
		.budget_s = (double)engine->plan->budget_s,
		/* A start that was killed did not say how long it took. */
		.spent_s = spent_s > known_s ? spent_s : known_s,
		.pace = engine->pace,
	};
}

/* Blocks by the plan's rule. */
static int run_blocks(struct dcb_engine *engine, enum dcb_stop *ret_stop, char **ret_reason,
		      struct dcb_error *err)
{
	enum dcb_stop stop = DCB_STOP_NOT;
	int r;

	for (;;) {
		bool settled = false;
		int64_t next_least = 0;
		struct dcb_until until;

		r = boot_blocks(engine, err);
		if (r < 0)
			return r;
		/* Before the first look only the pace is of interest. */
		if (engine->plan->until == DCB_UNTIL_FIXED ||
		    engine->blocks >= engine->plan->blocks)
			r = look(engine, &settled, &next_least, err);
		if (r < 0)
			return r;
		until = rule(engine);
		until.next_least = next_least;
		if (dcb_until_decide(&until, engine->blocks, settled, &stop, &engine->blocks,
				     ret_reason) < 0)
			return dcb_error_oom(err);
		if (stop != DCB_STOP_NOT)
			break;
		r = dcb_store_raise_blocks(engine->store, engine->run_id, engine->blocks, err);
		if (r < 0)
			return r;
	}
	*ret_stop = stop;
	/* What a budget allowed before the first look is shown too, and so it is one. */
	return engine->last_look == engine->blocks
		       ? 0
		       : dcb_store_add_look(engine->store, engine->run_id, engine->blocks, err);
}

/* Runs what is not done yet and writes down how it ended. */
static int engine_run(struct dcb_engine *engine, struct dcb_error *err)
{
	_cleanup_free_ char *reason = NULL;
	enum dcb_run_state state;
	enum dcb_stop stop = DCB_STOP_NOT;
	double guests;
	int r;

	if (dcb_engine_slots_init(engine) < 0)
		return dcb_error_oom(err);
	r = run_blocks(engine, &stop, &reason, err);
	dcb_engine_slots_deinit(engine);
	guests = engine->guest_wall_s;
	if (engine->n_running > 0)
		guests += dcb_engine_now_s() - engine->guests_since_s;
	if (r == 0) {
		DCB_FAULT("run-end-before");
		r = dcb_store_finish_run(engine->store, engine->run_id, dcb_stop_name(stop), reason,
					 dcb_engine_now_s() - engine->started_s, guests, err);
		DCB_FAULT("run-end-stored");
		return r;
	}
	state = r == -EINTR ? DCB_RUN_INTERRUPTED : DCB_RUN_FAILED;
	/* The first error is the one to tell. */
	dcb_store_update_run(engine->store, engine->run_id, state,
			     state == DCB_RUN_FAILED && err ? err->message : NULL, NULL,
			     dcb_engine_now_s() - engine->started_s, guests, NULL);
	return r;
}

static int engine_init(struct dcb_engine *engine, const char *const *sha256s, struct dcb_error *err)
{
	const struct dcb_plan *plan = engine->plan;
	int r;

	engine->started_s = dcb_engine_now_s();
	if (plan->until == DCB_UNTIL_SETTLED && !engine->options->judge)
		return dcb_error_set(err, EINVAL, "until=settled: nobody judges");
	if (plan->cgroup) {
		r = dcb_cgroup_supported(err);
		if (r < 0)
			return r;
		r = dcb_cgroup_sweep(err);
		if (r < 0)
			return r;
	}
	engine->order.seed = (uint64_t)plan->seed;
	engine->order.n_kernels = plan->n_kernels;
	engine->pace.n_kernels = plan->n_kernels;
	engine->pace.n_jobs = (size_t)plan->jobs;
	r = dcb_scratch_init(&engine->scratch, engine->options->state, err);
	if (r < 0)
		return r;
	return dcb_prepare(plan, engine->options, sha256s, engine->scratch.path, &engine->prepared,
			   err);
}

static int ask_ready(const struct dcb_engine *engine, const json_t *fingerprint,
		     struct dcb_error *err)
{
	const struct dcb_run_options *options = engine->options;
	const char *sha256s[DCB_PLAN_MAX_KERNELS];

	if (!options->ready)
		return 0;
	for (size_t i = 0; i < engine->plan->n_kernels; i++)
		sha256s[i] = engine->prepared.kernels[i]->sha256;
	return options->ready(options->context, fingerprint, sha256s, err);
}

static int store_run(struct dcb_engine *engine, struct dcb_error *err)
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
	if (r == 0)
		r = ask_ready(engine, fingerprint, err);
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
							    .job = engine->options->job,
							    .owner = owner,
							    .created_us = dcb_clock_unix_us(),
							    .machine = plan->machine,
							    .arch = plan->arch,
							    .seed = plan->seed,
							    .blocks = engine->blocks,
							    .base = plan->base,
							    .plan = plan_text,
							    .fingerprint = fingerprint_text},
				    kernels, plan->n_kernels, workloads, plan->n_workloads,
				    &engine->run_id, err);
}

static void say_plan(const struct dcb_engine *engine)
{
	const struct dcb_plan *plan = engine->plan;
	char most[32] = "";

	if (plan->until == DCB_UNTIL_SETTLED)
		snprintf(most, sizeof(most), " to %lld", (long long)plan->max_blocks);
	dcb_sink_say_about(engine->options->sink, &(struct dcb_about){.run = engine->run_id},
			   "run %lld: %lld%s blocks of %zu kernels on %s %s, %lld at a time",
			   (long long)engine->run_id, (long long)plan->blocks, most,
			   plan->n_kernels, plan->machine, plan->arch, (long long)plan->jobs);
}

int dcb_run_start(struct dcb_store *store, const struct dcb_plan *plan,
		  const struct dcb_run_options *options, int64_t *ret_run_id, struct dcb_error *err)
{
	_cleanup_(engine_deinit) struct dcb_engine engine = {
		.store = store, .plan = plan, .options = options, .scratch = DCB_SCRATCH_NULL};
	int r;

	/* One block tells how long the others will take. */
	engine.blocks = plan->budget_s ? 1 : plan->blocks;
	r = engine_init(&engine, options->sha256s, err);
	if (r < 0)
		return r;
	DCB_FAULT("run-prepared");
	r = store_run(&engine, err);
	if (r < 0)
		return r;
	*ret_run_id = engine.run_id;
	say_plan(&engine);
	return engine_run(&engine, err);
}

/* The rule of a resumed run: its plan's, with what the caller adds. */
static int add_more(struct dcb_stored_run *stored, const struct dcb_run_more *more,
		    struct dcb_error *err)
{
	struct dcb_plan *plan = &stored->plan;

	if (more->blocks && more->blocks < stored->blocks)
		return dcb_error_usage(err, "blocks=%lld: the run has %lld already",
				       (long long)more->blocks, (long long)stored->blocks);
	stored->blocks = more->blocks ? more->blocks : stored->blocks + more->more_blocks;
	if (more->until == DCB_UNTIL_SETTLED)
		plan->until = DCB_UNTIL_SETTLED;
	if (more->max_blocks)
		plan->max_blocks = more->max_blocks;
	if (more->budget_s)
		plan->budget_s = more->budget_s;
	return dcb_plan_settle(plan, err);
}

int dcb_run_resume(struct dcb_store *store, int64_t run_id, const struct dcb_run_more *more,
		   const struct dcb_run_options *options, struct dcb_error *err)
{
	_cleanup_(dcb_stored_run_deinit) struct dcb_stored_run stored = DCB_STORED_RUN_NULL;
	_cleanup_(engine_deinit) struct dcb_engine engine = {.store = store,
							     .plan = &stored.plan,
							     .options = options,
							     .run_id = run_id,
							     .scratch = DCB_SCRATCH_NULL};
	_cleanup_free_ char *owner = NULL;
	int r;

	r = dcb_stored_run_load(store, run_id, &stored, err);
	if (r < 0)
		return r;
	r = add_more(&stored, more, err);
	if (r < 0)
		return r;
	engine.blocks = stored.blocks;
	engine.spent_s = stored.wall_s;
	engine.n_looks = stored.n_looks;
	engine.last_look = stored.last_look;
	r = dcb_owner_self(&owner, err);
	if (r < 0)
		return r;
	r = engine_init(&engine, (const char *const *)stored.sha256s, err);
	if (r < 0)
		return r;
	r = dcb_store_claim_run(store, run_id, stored.owner, owner, err);
	if (r < 0)
		return r;
	DCB_FAULT("run-claimed");
	if (dcb_order_grow(&engine.order, (size_t)engine.blocks) < 0)
		return dcb_error_oom(err);
	r = dcb_store_raise_blocks(store, run_id, engine.blocks, err);
	if (r >= 0)
		r = dcb_store_each_boot(store, run_id, mark_done, &engine, err);
	if (r < 0)
		return r;
	return engine_run(&engine, err);
}

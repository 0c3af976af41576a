// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who pays for a busy-wait: a thread that computes on the waiter's CPU. Each iteration closes the
 * same file twice, first without a waiter: on one CPU the closer takes its share there too, and
 * only what the waiter takes is told.
 */
#include <math.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "workloads/dying-couple.h"
#include "workloads/memory.h"
#include "workloads/moment.h"
#include "workloads/ops.h"
#include "workloads/rounds.h"

#define STEPS     2000     /* of one loop */
#define STEADY_NS 10000000 /* that the bystander computes before the close */

enum { ROLE_WAITER, ROLE_CLOSER, ROLE_BYSTANDER, ROLE_N };

struct collateral_params {
	struct dcb_dying_file file;
	struct dcb_rounds_params rounds;
};

static const struct dcb_option collateral_options[] = {
	{"size", DCB_OPTION_SIZE, offsetof(struct collateral_params, file.size), 1 << 16,
	 INT64_C(1) << 40, NULL, "128M", "bytes of the file: how long its dentry is dying"},
	DCB_ROUNDS_OPTIONS(collateral_params, "5"),
	{0},
};

static const struct dcb_workload_role collateral_roles[] = {
	{"waiter", "removes the parent of the dying dentry, on CPU 0"},
	{"closer", "closes the last descriptor of the unlinked file, on CPU 1 if there is one"},
	{"bystander", "computes on CPU 0", true},
	{0},
};

static const struct dcb_workload_metric collateral_metrics[] = {
	DCB_MEETING_METRICS("waiter"),
	{"bystander",
	 {"kept", "ratio", DCB_BETTER_HIGHER, true,
	  "its throughput while the dentry was dying, of that beside the same close without a "
	  "waiter; absent where the waiter met nothing"}},
	{"bystander",
	 {"throughput", "loops/s", DCB_BETTER_HIGHER, false,
	  "loops a second while the dentry was dying"}},
	{"bystander",
	 {"throughput-alone", "loops/s", DCB_BETTER_NEITHER, false,
	  "the same without a waiter, in the same iteration"}},
	DCB_LATE_METRICS,
	{0},
};

static const struct dcb_workload_symptom collateral_symptoms[] = {
	DCB_MEETING_SYMPTOM,
	{0},
};

struct collateral_run {
	const struct collateral_params *params;
	struct dcb_dying_couple couple;
	struct dcb_report report;
	struct dcb_meeting *meeting;
	bool alone;
	double alone_rate;
	atomic_bool computing;
	atomic_ullong loops;
	unsigned long long loops_begin, loops_end; /* at the closer's call */
	uint64_t sink;
};

static int collateral_wait(void *context, size_t thread, struct dcb_sampler *sampler,
			   struct dcb_error *err)
{
	struct collateral_run *run = context;
	int r;

	(void)thread;
	if (run->alone)
		return 0;
	r = dcb_dying_couple_await(&run->couple, err);
	return r < 0 ? r : dcb_dying_couple_remove(&run->couple, sampler, err);
}

static int collateral_close(void *context, size_t thread, struct dcb_sampler *sampler,
			    struct dcb_error *err)
{
	struct collateral_run *run = context;
	int r = dcb_dying_couple_ready(&run->couple, err);

	(void)thread;
	if (r == 0)
		r = dcb_moment_await(&run->computing, "the bystander", err);
	/* Also where it failed: the bystander ends with the close. */
	dcb_moment_nap(STEADY_NS);
	dcb_sampler_begin(sampler);
	run->loops_begin = atomic_load_explicit(&run->loops, memory_order_relaxed);
	dcb_dying_couple_close(&run->couple);
	run->loops_end = atomic_load_explicit(&run->loops, memory_order_relaxed);
	dcb_sampler_end(sampler);
	return r;
}

static uint64_t collateral_loop(uint64_t x)
{
	for (int i = 0; i < STEPS; i++)
		x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return x;
}

static int collateral_compute(void *context, size_t thread, struct dcb_sampler *sampler,
			      struct dcb_error *err)
{
	struct collateral_run *run = context;
	unsigned long long loops = 0;
	uint64_t x = 1;

	(void)thread;
	(void)err;
	dcb_sampler_begin(sampler);
	while (!atomic_load_explicit(&run->couple.closed, memory_order_relaxed)) {
		x = collateral_loop(x);
		atomic_store_explicit(&run->loops, ++loops, memory_order_relaxed);
		if (loops == 1)
			atomic_store(&run->computing, true);
	}
	dcb_sampler_end(sampler);
	run->sink = x;
	return 0;
}

static int collateral_prepare(struct collateral_run *run, bool alone, struct dcb_error *err)
{
	run->alone = alone;
	atomic_store(&run->computing, false);
	atomic_store(&run->loops, 0);
	return dcb_dying_couple_set(&run->couple, &run->params->file, alone, err);
}

static double collateral_rate(const struct collateral_run *run)
{
	double wall_ns = dcb_report_measured(run->report.crew, ROLE_CLOSER, 0, "wall");

	return (double)(run->loops_end - run->loops_begin) / wall_ns * 1e9;
}

static int collateral_set(void *context, struct dcb_error *err)
{
	struct collateral_run *run = context;
	struct dcb_late late;
	int r = collateral_prepare(run, true, err);

	if (r < 0)
		return r;
	dcb_late_wait(&late);
	r = dcb_crew_iterate(run->report.crew, err);
	if (r < 0)
		return r;
	run->alone_rate = collateral_rate(run);
	r = dcb_dying_couple_clear(&run->couple, err);
	return r < 0 ? r : collateral_prepare(run, false, err);
}

static struct dcb_value collateral_value(const char *role, const char *name, double value)
{
	return dcb_report_value(dcb_workload_metric_find(&dcb_workload_collateral, role, name),
				value);
}

static int collateral_report(void *context, int iteration, const struct dcb_late *late,
			     struct dcb_error *err)
{
	struct collateral_run *run = context;
	const struct dcb_meeting_seen seen = dcb_dying_couple_seen(
		&run->couple, dcb_report_measured(run->report.crew, ROLE_CLOSER, 0, "wall"));
	double rate = collateral_rate(run);
	struct dcb_value values[3], whole[DCB_LATE_N];
	bool missed;
	int r = dcb_meeting_report(run->meeting, 0, iteration, &seen, NULL, 0, err);

	if (r < 0)
		return r;
	missed = dcb_meeting_last(run->meeting) == DCB_DYING_MISS || run->alone_rate == 0;
	values[0] = collateral_value("bystander", "kept", missed ? NAN : rate / run->alone_rate);
	values[1] = collateral_value("bystander", "throughput", rate);
	values[2] = collateral_value("bystander", "throughput-alone", run->alone_rate);
	r = dcb_report_role(&run->report, ROLE_BYSTANDER, 0, iteration, NULL, values, 3, err);
	if (r < 0)
		return r;
	dcb_late_values(late, &dcb_workload_collateral, whole);
	return dcb_report_last(&run->report, ROLE_CLOSER, iteration, whole, DCB_LATE_N, err);
}

static int collateral_clear(void *context, struct dcb_error *err)
{
	struct collateral_run *run = context;

	return dcb_dying_couple_clear(&run->couple, err);
}

static int collateral_rounds(struct collateral_run *run, const struct dcb_workload_context *context,
			     struct dcb_error *err)
{
	static const struct dcb_rounds rounds = {collateral_set, collateral_report,
						 collateral_clear};
	const struct dcb_crew_place first = {.cpu = 0}, second = {.cpu = context->cpus > 1};
	const struct dcb_crew_role roles[ROLE_N] = {
		[ROLE_WAITER] = {"waiter", 1, collateral_wait, &first},
		[ROLE_CLOSER] = {"closer", 1, collateral_close, &second},
		[ROLE_BYSTANDER] = {"bystander", 1, collateral_compute, &first},
	};
	_cleanup_(dcb_crew_freep) struct dcb_crew *crew = NULL;
	_cleanup_(dcb_meeting_freep) struct dcb_meeting *meeting = NULL;
	int r = dcb_crew_new(roles, ROLE_N, run, &crew, err);

	if (r < 0)
		return r;
	run->report = (struct dcb_report){context->output, crew, roles};
	r = dcb_meeting_new(&run->report, &dcb_workload_collateral, ROLE_WAITER,
			    (size_t)run->params->rounds.iterations, &meeting, err);
	if (r < 0)
		return r;
	run->meeting = meeting;
	r = dcb_rounds_run(&rounds, &run->params->rounds, crew, run, err);
	if (r < 0)
		return r;
	return dcb_meeting_conclude(meeting, true, "a larger size= keeps it open for longer", err);
}

static int collateral_run(const struct dcb_workload_context *context, const void *data,
			  struct dcb_error *err)
{
	struct collateral_run run = {.params = data, .couple = DCB_DYING_COUPLE_NULL};
	struct dcb_fs fs;
	int closed;
	int r = dcb_fs_open(&fs, DCB_FS_TMPFS, context, "fs", err);

	if (r < 0)
		return r;
	r = dcb_dying_couple_init(&run.couple, &fs, DCB_DYING_RMDIR, err);
	if (r == 0)
		r = collateral_rounds(&run, context, err);
	dcb_dying_couple_deinit(&run.couple);
	closed = dcb_fs_close(&fs, r < 0 ? NULL : err);
	return r < 0 ? r : closed;
}

static int collateral_check(const void *data, unsigned cpus, uint64_t memory_bytes,
			    struct dcb_error *err)
{
	const struct collateral_params *params = data;

	(void)cpus;
	return dcb_memory_check(dcb_dying_memory_mib(DCB_FS_TMPFS, &params->file, 1), memory_bytes,
				"a smaller size=", err);
}

const struct dcb_workload_ops dcb_workload_collateral = {
	.name = "collateral",
	.summary = "a compute thread on the CPU of a waiter of a dying dentry",
	.description =
		"rmdir() of the parent of a dying tmpfs file, as dying-dentry has it, beside a "
		"thread of the same rank that only computes. A waiter that spins in "
		"shrink_dcache_parent() (6.8 to 7.0) is one more runnable thread on its CPU: with "
		"two CPUs, where the closer has the other, the bystander keeps a half; with one, "
		"where the closer takes its share in any case, two thirds. Beside one that sleeps "
		"(7.1 on) or does not wait (before 6.8) it keeps all. What the caches, or a "
		"sibling hyperthread, lose to a spinning waiter is not measured.",
	.options = collateral_options,
	.params_size = sizeof(struct collateral_params),
	.roles = collateral_roles,
	.metrics = collateral_metrics,
	.symptoms = collateral_symptoms,
	.check = collateral_check,
	.run = collateral_run,
};

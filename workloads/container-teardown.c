// SPDX-License-Identifier: GPL-2.0-only
/*
 * Containers that are killed and torn down. With eager=yes their volumes are removed by other
 * threads while the inits still die: that is where a remover meets the dying dentry of an init's
 * open deleted file.
 */
#include <errno.h>
#include <math.h>
#include <semaphore.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "collectors/clock.h"
#include "workloads/container-figures.h"
#include "workloads/container.h"
#include "workloads/latency.h"
#include "workloads/meeting.h"
#include "workloads/memory.h"
#include "workloads/moment.h"
#include "workloads/ops.h"
#include "workloads/rounds.h"

enum { ROLE_TEARDOWN, ROLE_VOLUME, ROLE_N };

#define MAX_VOLUMES 64 /* threads that each have their counters open */

struct teardown_params {
	int64_t containers, threads;
	bool eager;
	struct dcb_container_params container;
	struct dcb_rounds_params rounds;
};

static const struct dcb_option teardown_options[] = {
	{"containers", DCB_OPTION_INT, offsetof(struct teardown_params, containers), 1,
	 DCB_CONTAINER_MAX, NULL, "4", "containers in an iteration; all live when it begins"},
	{"threads", DCB_OPTION_INT, offsetof(struct teardown_params, threads), 1, 64, NULL, "2",
	 "threads that tear them down, one container after the other"},
	{"eager", DCB_OPTION_BOOL, offsetof(struct teardown_params, eager), 0, 0, NULL, "yes",
	 "remove each volume while its init dies; no: after it was reaped"},
	DCB_CONTAINER_OPTIONS(teardown_params, "32M"),
	DCB_ROUNDS_OPTIONS(teardown_params, "3"),
	{0},
};

static const struct dcb_workload_role teardown_roles[] = {
	{"teardown", "kills and reaps inits, unmounts their roots, removes cgroups and folders"},
	{"volume", "eager: removes a volume while its init dies; a thread a container"},
	{"init", "a container's init, from the kill until it was reaped"},
	{0},
};

static const struct dcb_workload_metric teardown_metrics[] = {
	DCB_LATENCY_METRICS(NULL, "teardown"),
	{NULL,
	 {"teardown-rate", "1/s", DCB_BETTER_HIGHER, true,
	  "containers torn down in a second, by all threads"}},
	DCB_CONTAINER_COSTS_METRICS,
	DCB_MEETING_METRICS("volume"),
	DCB_LATE_METRICS,
	{0},
};

static const struct dcb_workload_symptom teardown_symptoms[] = {
	DCB_MEETING_SYMPTOM,
	{0},
};

struct teardown_side {
	struct dcb_container container;
	sem_t removed; /* the volume, by its own thread */
	uint64_t latency_ns;
	uint64_t dying_ns; /* when the volume's thread went */
	bool gone_before, gone_after;
};

struct teardown_run {
	const struct teardown_params *params;
	const struct dcb_workload_context *context;
	struct dcb_report report;
	struct dcb_meeting *meeting; /* NULL unless eager */
	struct teardown_side *sides; /* one a container */
	uint64_t *latencies_ns;
	struct dcb_container_mark begin;
};

static int teardown_one(const struct teardown_run *run, struct teardown_side *side,
			struct dcb_error *err)
{
	uint64_t begin_ns = dcb_clock_ns(CLOCK_MONOTONIC);
	int r = dcb_container_stop(&side->container, err);

	if (r == 0 && run->params->eager)
		r = dcb_moment_await_post(&side->removed, "the remover of a volume", err);
	if (r == 0)
		r = dcb_container_remove(&side->container, err);
	side->latency_ns = dcb_clock_ns(CLOCK_MONOTONIC) - begin_ns;
	return r;
}

static int teardown_all(void *context, size_t thread, struct dcb_sampler *sampler,
			struct dcb_error *err)
{
	struct teardown_run *run = context;
	size_t n = (size_t)run->params->containers, step = (size_t)run->params->threads;
	int r = 0;

	if (thread == 0)
		r = dcb_container_mark(&run->begin, err);
	if (r < 0)
		return r;
	dcb_sampler_begin(sampler);
	for (size_t i = thread; r == 0 && i < n; i += step)
		r = teardown_one(run, &run->sides[i], err);
	dcb_sampler_end(sampler);
	return r;
}

static int remove_early(struct teardown_side *side, struct dcb_sampler *sampler,
			struct dcb_error *err)
{
	struct dcb_container *container = &side->container;
	int r = dcb_container_await_dying(container, err);

	if (r < 0)
		return r;
	side->dying_ns = dcb_clock_ns(CLOCK_MONOTONIC);
	side->gone_before = dcb_container_gone(container);
	dcb_sampler_begin(sampler);
	r = dcb_container_remove_volume(container);
	dcb_sampler_end(sampler);
	side->gone_after = dcb_container_gone(container);
	return r < 0 ? dcb_error_sys(err, -r, "cannot remove a volume") : 0;
}

static int teardown_volume(void *context, size_t thread, struct dcb_sampler *sampler,
			   struct dcb_error *err)
{
	struct teardown_run *run = context;
	int r = remove_early(&run->sides[thread], sampler, err);

	sem_post(&run->sides[thread].removed);
	return r;
}

static int teardown_set(void *data, struct dcb_error *err)
{
	struct teardown_run *run = data;

	for (size_t i = 0; i < (size_t)run->params->containers; i++) {
		struct dcb_container *container = &run->sides[i].container;
		int r = dcb_container_start(container, err);

		if (r == 0)
			r = dcb_container_await_ready(container, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int teardown_clear(void *data, struct dcb_error *err)
{
	struct teardown_run *run = data;
	int result = 0;

	for (size_t i = 0; i < (size_t)run->params->containers; i++) {
		int r = dcb_container_clear(&run->sides[i].container, result < 0 ? NULL : err);

		if (result == 0)
			result = r;
	}
	return result;
}

/* The dentry was dying from about dying_ns until the init could be reaped. */
static int report_meetings(struct teardown_run *run, int iteration, struct dcb_error *err)
{
	for (size_t i = 0; i < (size_t)run->params->containers; i++) {
		const struct teardown_side *side = &run->sides[i];
		double window_ns = (double)side->container.reaped_ns - (double)side->dying_ns;
		const struct dcb_meeting_seen seen = {
			.closer_wall_ns = fmax(window_ns, 0),
			.closed_before = side->gone_before,
			.closed_after = side->gone_after,
		};
		int r = dcb_meeting_report(run->meeting, i, iteration, &seen, NULL, 0, err);

		if (r < 0)
			return r;
	}
	return 0;
}

static double longest_wall_ns(const struct teardown_run *run)
{
	double longest = 0;

	for (size_t i = 0; i < (size_t)run->params->threads; i++)
		longest = fmax(longest,
			       dcb_report_measured(run->report.crew, ROLE_TEARDOWN, i, "wall"));
	return longest;
}

static double roles_cpu_ns(const struct teardown_run *run)
{
	size_t n = (size_t)run->params->containers;
	double sum = dcb_report_sum(run->report.crew, ROLE_TEARDOWN, (size_t)run->params->threads,
				    "cpu");

	if (run->params->eager)
		sum += dcb_report_sum(run->report.crew, ROLE_VOLUME, n, "cpu");
	for (size_t i = 0; i < n; i++)
		sum += run->sides[i].container.usage.cpu_ns;
	return sum;
}

static int report_whole(struct teardown_run *run, int iteration, const struct dcb_late *late,
			struct dcb_error *err)
{
	const struct dcb_workload_ops *ops = &dcb_workload_container_teardown;
	size_t n = (size_t)run->params->containers;
	struct dcb_container_costs costs = {
		.roles_ns = roles_cpu_ns(run),
		.n = n,
	};
	struct dcb_container_usage inits = {0};
	struct dcb_value values[1 + DCB_LATENCY_N + DCB_CONTAINER_COSTS_N + DCB_LATE_N];
	struct dcb_value *next = values;

	for (size_t i = 0; i < n; i++) {
		run->latencies_ns[i] = run->sides[i].latency_ns;
		costs.n_cgroups += run->sides[i].container.had_cgroup;
		dcb_container_usage_add(&inits, &run->sides[i].container);
	}
	*next++ = dcb_report_value(dcb_workload_metric_find(ops, NULL, "teardown-rate"),
				   (double)n * 1e9 / longest_wall_ns(run));
	dcb_latency_values(ops, NULL, "teardown", run->latencies_ns, n, next);
	next += DCB_LATENCY_N;
	costs.inits_ns = inits.cpu_ns;
	dcb_container_costs_values(&run->begin, &costs, ops, next);
	next += DCB_CONTAINER_COSTS_N;
	dcb_late_values(late, ops, next);
	return dcb_report_last(&run->report, ROLE_TEARDOWN, iteration, values, ARRAY_SIZE(values),
			       err);
}

static int teardown_report(void *data, int iteration, const struct dcb_late *late,
			   struct dcb_error *err)
{
	struct teardown_run *run = data;
	int r = run->meeting ? report_meetings(run, iteration, err) : 0;

	for (unsigned i = 0; r == 0 && i < (unsigned)run->params->containers; i++)
		r = dcb_container_report(run->context->output, &dcb_workload_container_teardown, i,
					 iteration, &run->sides[i].container.usage, err);
	return r < 0 ? r : report_whole(run, iteration, late, err);
}

static int teardown_rounds(struct teardown_run *run, struct dcb_error *err)
{
	static const struct dcb_rounds rounds = {teardown_set, teardown_report, teardown_clear};
	const struct teardown_params *params = run->params;
	size_t n = (size_t)params->containers;
	const struct dcb_crew_role roles[ROLE_N] = {
		[ROLE_TEARDOWN] = {"teardown", (size_t)params->threads, teardown_all},
		[ROLE_VOLUME] = {"volume", params->eager ? n : 0, teardown_volume},
	};
	_cleanup_(dcb_crew_freep) struct dcb_crew *crew = NULL;
	_cleanup_(dcb_meeting_freep) struct dcb_meeting *meeting = NULL;
	int r = dcb_crew_new(roles, ROLE_N, run, &crew, err);

	if (r < 0)
		return r;
	run->report = (struct dcb_report){run->context->output, crew, roles};
	if (params->eager) {
		r = dcb_meeting_new(&run->report, &dcb_workload_container_teardown, ROLE_VOLUME,
				    n * (size_t)params->rounds.iterations, &meeting, err);
		if (r < 0)
			return r;
		run->meeting = meeting;
	}
	r = dcb_rounds_run(&rounds, &params->rounds, crew, run, err);
	if (r < 0 || !meeting)
		return r;
	return dcb_meeting_conclude(meeting, true, "a larger volume= keeps it open for longer",
				    err);
}

static void teardown_deinit(struct teardown_run *run)
{
	dcb_container_mark_deinit(&run->begin);
}

static int teardown_run(const struct dcb_workload_context *context, const void *data,
			struct dcb_error *err)
{
	const struct teardown_params *params = data;
	size_t n = (size_t)params->containers;
	_cleanup_free_ struct teardown_side *sides = calloc(n, sizeof(*sides));
	_cleanup_free_ uint64_t *latencies_ns = calloc(n, sizeof(*latencies_ns));
	_cleanup_(dcb_container_host_freep) struct dcb_container_host *host = NULL;
	_cleanup_(teardown_deinit) struct teardown_run run = {
		.params = params, .context = context, .sides = sides, .latencies_ns = latencies_ns};
	int r;

	if (!sides || !latencies_ns)
		return dcb_error_oom(err);
	r = dcb_container_host_open(context, &params->container, &host, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++) {
		sem_init(&sides[i].removed, 0, 0);
		dcb_container_init(&sides[i].container, host, (unsigned)i, params->eager);
	}
	r = teardown_rounds(&run, err);
	return r < 0 ? r : dcb_container_host_close(TAKE_PTR(host), err);
}

static int teardown_check(const void *data, unsigned cpus, uint64_t memory_bytes,
			  struct dcb_error *err)
{
	const struct teardown_params *params = data;

	(void)cpus;
	if (params->eager && params->container.volume == 0)
		return dcb_error_usage(err, "eager=yes meets nothing with volume=0: give eager=no, "
					    "or bytes for the deleted file");
	if (params->eager && params->containers > MAX_VOLUMES)
		return dcb_error_usage(err,
				       "eager=yes has a thread a container: give containers=%d or "
				       "fewer, or eager=no",
				       MAX_VOLUMES);
	return dcb_memory_check(
		dcb_container_memory_mib(&params->container, (uint64_t)params->containers),
		memory_bytes, "fewer containers=, a smaller volume=", err);
}

static struct dcb_workload_needs teardown_needs(const void *data)
{
	const struct teardown_params *params = data;

	return dcb_container_needs(&params->container);
}

const struct dcb_workload_ops dcb_workload_container_teardown = {
	.name = "container-teardown",
	.summary = "containers killed and torn down, volumes removed beside their dying inits",
	.description =
		"Each container is killed. do_exit() of its init closes its files and drops its "
		"namespaces, and in exit_task_work() releases the deleted file on its volume: "
		"__fput(), dput(), __dentry_kill(), and in its iput() the truncation. eager=yes "
		"removes the volume at that moment, as an agent of the host does that does not "
		"wait for the process: rmdir() of the file's folder enters shrink_dcache_parent() "
		"with a child that is dying, which from 6.8 to 7.0 is looked for again and again "
		"until it is gone, and from 7.1 on is waited for asleep; before 6.8 it was not "
		"seen. eager=no removes after the init was reaped, when nothing is dying: the cost "
		"of an ordinary teardown, with the umount of the overlay "
		"(shrink_dcache_for_umount()), rmdir of the cgroup, and unlink of all in upper and "
		"work, which must not change. Its net and ipc namespaces are freed by workqueues: "
		"other-cpu, of which late-cpu is what was left at the end. runtime=crun calls the "
		"real crun for kill and delete: then its processes (runtime-cpu) and what it adds "
		"(a device program of the cgroup, /dev) are in the figures as well. User "
		"namespaces, seccomp and configured network devices are not measured.",
	.options = teardown_options,
	.params_size = sizeof(struct teardown_params),
	.roles = teardown_roles,
	.metrics = teardown_metrics,
	.symptoms = teardown_symptoms,
	.check = teardown_check,
	.needs = teardown_needs,
	.run = teardown_run,
};

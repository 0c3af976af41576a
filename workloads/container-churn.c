// SPDX-License-Identifier: GPL-2.0-only
/* Containers in steady state: each worker starts one, lets it work, tears it down, and again. */
#include <math.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "collectors/clock.h"
#include "workloads/container-figures.h"
#include "workloads/container.h"
#include "workloads/latency.h"
#include "workloads/memory.h"
#include "workloads/ops.h"
#include "workloads/report.h"
#include "workloads/rounds.h"

struct churn_params {
	int64_t workers, count;
	struct dcb_container_params container;
	struct dcb_rounds_params rounds;
};

static const struct dcb_option churn_options[] = {
	{"workers", DCB_OPTION_INT, offsetof(struct churn_params, workers), 1, 64, NULL, "2",
	 "threads, and so containers that are alive together"},
	{"count", DCB_OPTION_INT, offsetof(struct churn_params, count), 1, 10000, NULL, "4",
	 "containers of a worker in an iteration, one after the other"},
	DCB_CONTAINER_OPTIONS(churn_params, "1M"),
	DCB_ROUNDS_OPTIONS(churn_params, "3"),
	{0},
};

static const struct dcb_workload_role churn_roles[] = {
	{"worker", "starts containers and tears them down"},
	{"init", "the inits of a worker's containers together, their whole lives"},
	{0},
};

static const struct dcb_workload_metric churn_metrics[] = {
	{NULL,
	 {"container-rate", "1/s", DCB_BETTER_HIGHER, true,
	  "containers that lived in a second, by all workers"}},
	DCB_LATENCY_METRICS(NULL, "start"),
	DCB_LATENCY_METRICS(NULL, "teardown"),
	DCB_CONTAINER_COSTS_METRICS,
	DCB_LATE_METRICS,
	{0},
};

static const struct dcb_workload_symptom churn_symptoms[] = {{0}};

struct churn_worker {
	struct dcb_container container;
	struct dcb_container_usage usage; /* of all its inits */
};

struct churn_run {
	const struct churn_params *params;
	const struct dcb_workload_context *context;
	struct dcb_report report;
	struct churn_worker *workers;
	uint64_t *start_ns, *teardown_ns; /* worker 0's, worker 1's... */
	struct dcb_container_mark begin;
};

static int churn_one(struct churn_worker *worker, uint64_t *ret_start_ns, uint64_t *ret_teardown_ns,
		     struct dcb_error *err)
{
	struct dcb_container *container = &worker->container;
	uint64_t begin_ns = dcb_clock_ns(CLOCK_MONOTONIC);
	int r = dcb_container_start(container, err);

	*ret_start_ns = dcb_clock_ns(CLOCK_MONOTONIC) - begin_ns;
	if (r == 0)
		r = dcb_container_await_ready(container, err);
	begin_ns = dcb_clock_ns(CLOCK_MONOTONIC);
	if (r == 0)
		r = dcb_container_stop(container, err);
	if (r == 0)
		r = dcb_container_remove(container, err);
	*ret_teardown_ns = dcb_clock_ns(CLOCK_MONOTONIC) - begin_ns;
	if (r == 0)
		dcb_container_usage_add(&worker->usage, container);
	return r;
}

static int churn_work(void *context, size_t thread, struct dcb_sampler *sampler,
		      struct dcb_error *err)
{
	struct churn_run *run = context;
	size_t count = (size_t)run->params->count;
	int r = 0;

	run->workers[thread].usage = (struct dcb_container_usage){0};
	if (thread == 0)
		r = dcb_container_mark(&run->begin, err);
	if (r < 0)
		return r;
	dcb_sampler_begin(sampler);
	for (size_t i = thread * count; r == 0 && i < (thread + 1) * count; i++)
		r = churn_one(&run->workers[thread], &run->start_ns[i], &run->teardown_ns[i], err);
	dcb_sampler_end(sampler);
	return r;
}

static int churn_set(void *data, struct dcb_error *err)
{
	(void)data;
	(void)err;
	return 0;
}

static int churn_clear(void *data, struct dcb_error *err)
{
	struct churn_run *run = data;
	int result = 0;

	for (size_t i = 0; i < (size_t)run->params->workers; i++) {
		int r = dcb_container_clear(&run->workers[i].container, result < 0 ? NULL : err);

		if (result == 0)
			result = r;
	}
	return result;
}

static int report_whole(struct churn_run *run, int iteration, const struct dcb_late *late,
			struct dcb_error *err)
{
	const struct dcb_workload_ops *ops = &dcb_workload_container_churn;
	size_t workers = (size_t)run->params->workers, n = workers * (size_t)run->params->count;
	struct dcb_container_costs costs = {
		.roles_ns = dcb_report_sum(run->report.crew, 0, workers, "cpu"),
		.n = n,
	};
	struct dcb_value values[1 + 2 * DCB_LATENCY_N + DCB_CONTAINER_COSTS_N + DCB_LATE_N];
	struct dcb_value *next = values;
	double wall_ns = 0;

	for (size_t i = 0; i < workers; i++) {
		wall_ns = fmax(wall_ns, dcb_report_measured(run->report.crew, 0, i, "wall"));
		costs.inits_ns += run->workers[i].usage.cpu_ns;
		costs.n_cgroups += run->workers[i].container.had_cgroup *
				   (size_t)run->params->count;
	}
	*next++ = dcb_report_value(dcb_workload_metric_find(ops, NULL, "container-rate"),
				   (double)n * 1e9 / wall_ns);
	dcb_latency_values(ops, NULL, "start", run->start_ns, n, next);
	next += DCB_LATENCY_N;
	dcb_latency_values(ops, NULL, "teardown", run->teardown_ns, n, next);
	next += DCB_LATENCY_N;
	costs.roles_ns += costs.inits_ns;
	dcb_container_costs_values(&run->begin, &costs, ops, next);
	next += DCB_CONTAINER_COSTS_N;
	dcb_late_values(late, ops, next);
	return dcb_report_last(&run->report, 0, iteration, values, ARRAY_SIZE(values), err);
}

static int churn_report(void *data, int iteration, const struct dcb_late *late,
			struct dcb_error *err)
{
	struct churn_run *run = data;
	int r = 0;

	for (unsigned i = 0; r == 0 && i < (unsigned)run->params->workers; i++)
		r = dcb_container_report(run->context->output, &dcb_workload_container_churn, i,
					 iteration, &run->workers[i].usage, err);
	return r < 0 ? r : report_whole(run, iteration, late, err);
}

static int churn_rounds(struct churn_run *run, struct dcb_error *err)
{
	static const struct dcb_rounds rounds = {churn_set, churn_report, churn_clear};
	const struct dcb_crew_role role = {"worker", (size_t)run->params->workers, churn_work};
	_cleanup_(dcb_crew_freep) struct dcb_crew *crew = NULL;
	int r = dcb_crew_new(&role, 1, run, &crew, err);

	if (r < 0)
		return r;
	run->report = (struct dcb_report){run->context->output, crew, &role};
	return dcb_rounds_run(&rounds, &run->params->rounds, crew, run, err);
}

static void churn_deinit(struct churn_run *run)
{
	dcb_container_mark_deinit(&run->begin);
}

static int churn_run(const struct dcb_workload_context *context, const void *data,
		     struct dcb_error *err)
{
	const struct churn_params *params = data;
	size_t workers = (size_t)params->workers, n = workers * (size_t)params->count;
	_cleanup_free_ struct churn_worker *all = calloc(workers, sizeof(*all));
	_cleanup_free_ uint64_t *start_ns = calloc(n, sizeof(*start_ns));
	_cleanup_free_ uint64_t *teardown_ns = calloc(n, sizeof(*teardown_ns));
	_cleanup_(dcb_container_host_freep) struct dcb_container_host *host = NULL;
	_cleanup_(churn_deinit) struct churn_run run = {.params = params,
							.context = context,
							.workers = all,
							.start_ns = start_ns,
							.teardown_ns = teardown_ns};
	int r;

	if (!all || !start_ns || !teardown_ns)
		return dcb_error_oom(err);
	r = dcb_container_host_open(context, &params->container, &host, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < workers; i++)
		dcb_container_init(&all[i].container, host, (unsigned)i, false);
	r = churn_rounds(&run, err);
	return r < 0 ? r : dcb_container_host_close(TAKE_PTR(host), err);
}

static int churn_check(const void *data, unsigned cpus, uint64_t memory_bytes,
		       struct dcb_error *err)
{
	const struct churn_params *params = data;

	(void)cpus;
	return dcb_memory_check(
		dcb_container_memory_mib(&params->container, (uint64_t)params->workers),
		memory_bytes, "fewer workers=, a smaller volume=", err);
}

static struct dcb_workload_needs churn_needs(const void *data)
{
	const struct churn_params *params = data;

	return dcb_container_needs(&params->container);
}

const struct dcb_workload_ops dcb_workload_container_churn = {
	.name = "container-churn",
	.summary = "containers started and torn down in steady state, some at a time",
	.description =
		"Workers start containers, let them work, kill them and remove all that is left, "
		"one after the other. A start is the mount of an overlay, clone3() into new pid, "
		"mount, net, ipc and uts namespaces and a new cgroup, and the init's mounts of "
		"/proc, a tmpfs and the volume; it ends when the init runs on its root. The init "
		"then fills the dentry cache of overlay and tmpfs. A teardown is that of "
		"container-teardown:eager=no. No thread removes what another one still closes: a "
		"change of how dying dentries are waited for must not move these figures. "
		"Namespaces that workqueues free behind the containers compete with the next ones: "
		"other-cpu; only what is left at the end is late-cpu.",
	.options = churn_options,
	.params_size = sizeof(struct churn_params),
	.roles = churn_roles,
	.metrics = churn_metrics,
	.symptoms = churn_symptoms,
	.check = churn_check,
	.needs = churn_needs,
	.run = churn_run,
};

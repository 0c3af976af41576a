// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters of the kernel and the CPU, of the calling thread, through libperf. Each event stands on
 * its own, so that one which the machine lacks takes no other with it. They count from open to
 * close, and are read before and after the measured calls: on arm64 under icount an empty region
 * then costs 4 k cycles, where switching the events on and off costs 25 k.
 */
#include <inttypes.h>
#include <linux/perf_event.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <perf/core.h>
#include <perf/cpumap.h>
#include <perf/evsel.h>
#include <perf/threadmap.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "collectors/ops.h"

/* perf_evsel__new() reads its own size of the attr, so both must mean the same struct. */
_Static_assert(sizeof(struct perf_event_attr) == PERF_ATTR_SIZE_VER8,
	       "linux/perf_event.h is not the one that libperf was built with");

static const struct dcb_metric perf_metrics[] = {
	{"cycles", "count", DCB_BETTER_LOWER, true, "CPU cycles, user and kernel"},
	{"instructions", "count", DCB_BETTER_LOWER, true, "instructions, user and kernel"},
	{"task-clock", "ns", DCB_BETTER_LOWER, false, "CPU time by perf's clock"},
	{"context-switches", "count", DCB_BETTER_NEITHER, false, "switches of either kind"},
	{"cpu-migrations", "count", DCB_BETTER_NEITHER, false, "moves to another CPU"},
	{"page-faults", "count", DCB_BETTER_LOWER, false, "minor and major page faults"},
};

#define PERF_N ARRAY_SIZE(perf_metrics)

static const struct {
	uint32_t type;
	uint64_t config;
} perf_configs[PERF_N] = {
	{PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES},
	{PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS},
	{PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK},
	{PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CONTEXT_SWITCHES},
	{PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_MIGRATIONS},
	{PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS},
};

struct perf_event_counter {
	struct perf_evsel *evsel;              /* NULL: lacking */
	struct perf_counts_values first, last; /* of the last begin and end */
	bool failed;                           /* one of them could not be read */
	char lacks[160];
};

struct perf_event_state {
	struct perf_event_counter counters[PERF_N];
};

static int perf_silent(enum libperf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

static const char *perf_hint(uint32_t type, int errnum)
{
	if (errnum == EACCES || errnum == EPERM)
		return " (sysctl kernel.perf_event_paranoid forbids it)";
	if (errnum == ENOSYS)
		return " (the kernel was built without perf events)";
	if (type == PERF_TYPE_HARDWARE && (errnum == ENOENT || errnum == EOPNOTSUPP))
		return " (the machine has no PMU that counts it)";
	return "";
}

static void perf_lacks(struct perf_event_counter *counter, uint32_t type, int errnum)
{
	const char *name = strerrorname_np(errnum);

	snprintf(counter->lacks, sizeof(counter->lacks), "%s: %s%s", name ? name : "error",
		 strerror(errnum), perf_hint(type, errnum));
}

static int perf_open_counter(struct perf_event_counter *counter, size_t i,
			     struct perf_cpu_map *cpus, struct perf_thread_map *threads,
			     struct dcb_error *err)
{
	struct perf_event_attr attr = {
		.type = perf_configs[i].type,
		.size = sizeof(attr),
		.config = perf_configs[i].config,
		.exclude_hv = 1,
		.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING,
	};
	int r;

	counter->evsel = perf_evsel__new(&attr);
	if (!counter->evsel)
		return dcb_error_oom(err);
	r = perf_evsel__open(counter->evsel, cpus, threads);
	if (r < 0) {
		perf_lacks(counter, attr.type, -r);
		perf_evsel__delete(TAKE_PTR(counter->evsel));
	}
	return 0;
}

static void perf_event_close(void *data)
{
	struct perf_event_state *state = data;

	for (size_t i = 0; i < PERF_N; i++) {
		if (!state->counters[i].evsel)
			continue;
		perf_evsel__close(state->counters[i].evsel);
		perf_evsel__delete(state->counters[i].evsel);
	}
	free(state);
}

DEFINE_CLEANUP(void *, perf_event_close)
DEFINE_CLEANUP(struct perf_cpu_map *, perf_cpu_map__put)
DEFINE_CLEANUP(struct perf_thread_map *, perf_thread_map__put)

static int perf_event_open(void **ret_state, struct dcb_error *err)
{
	_cleanup_(perf_event_closep) void *data = calloc(1, sizeof(struct perf_event_state));
	_cleanup_(perf_thread_map__putp) struct perf_thread_map *threads = NULL;
	_cleanup_(perf_cpu_map__putp) struct perf_cpu_map *cpus = NULL;
	struct perf_event_state *state = data;
	pid_t self = 0;

	libperf_init(perf_silent);
	/* The one that libperf makes by itself is a static that threads race for. */
	cpus = perf_cpu_map__new_any_cpu();
	threads = perf_thread_map__new_array(1, &self);
	if (!state || !threads || !cpus)
		return dcb_error_oom(err);
	for (size_t i = 0; i < PERF_N; i++) {
		int r = perf_open_counter(&state->counters[i], i, cpus, threads, err);

		if (r < 0)
			return r;
	}
	*ret_state = TAKE_PTR(data);
	return 0;
}

static void perf_read_counter(struct perf_event_counter *counter, struct perf_counts_values *values)
{
	if (counter->evsel)
		counter->failed |= perf_evsel__read(counter->evsel, 0, 0, values) < 0;
}

/* Cycles are the last to be read before the measured calls and the first after them, so that they
 * see the least of the reading. */
static void perf_event_begin(void *data)
{
	struct perf_event_state *state = data;

	for (size_t i = PERF_N; i-- > 0;) {
		state->counters[i].failed = false;
		perf_read_counter(&state->counters[i], &state->counters[i].first);
	}
}

static void perf_event_end(void *data)
{
	struct perf_event_state *state = data;

	for (size_t i = 0; i < PERF_N; i++)
		perf_read_counter(&state->counters[i], &state->counters[i].last);
}

static void perf_event_read(void *data, struct dcb_value *values)
{
	struct perf_event_state *state = data;

	for (size_t i = 0; i < PERF_N; i++) {
		const struct perf_event_counter *counter = &state->counters[i];
		const struct perf_counts_values *first = &counter->first, *last = &counter->last;

		if (!counter->evsel || counter->failed)
			continue;
		values[i].has_times = true;
		values[i].enabled_ns = last->ena - first->ena;
		values[i].running_ns = last->run - first->run;
		/* It was not scheduled: nothing was counted, which is not the same as 0. */
		values[i].present = last->run != first->run;
		values[i].value = (double)(last->val - first->val);
	}
}

static const char *perf_event_lacks(void *data, size_t i)
{
	const struct perf_event_state *state = data;

	return state->counters[i].lacks[0] ? state->counters[i].lacks : NULL;
}

const struct dcb_collector_ops dcb_collector_perf_event = {
	.name = "perf_event",
	.summary = "counters of the kernel and the CPU, through libperf",
	.metrics = perf_metrics,
	.n_metrics = PERF_N,
	.open = perf_event_open,
	.begin = perf_event_begin,
	.end = perf_event_end,
	.read = perf_event_read,
	.close = perf_event_close,
	.lacks = perf_event_lacks,
};

// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long the thread was runnable without running (Documentation/scheduler/sched-stats.rst). With
 * it, (cpu + run delay) / wall tells spinning from sleeping on a loaded machine too.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "collectors/ops.h"

struct schedstat_state {
	int fd; /* kept open: the timed part only reads it */
	char lacks[128];
	uint64_t begin_ns, end_ns;
};

static const struct dcb_metric schedstat_metrics[] = {
	{"run-delay", "ns", DCB_BETTER_LOWER, false,
	 "time that the thread was runnable and had no CPU (schedstat)"},
};

/* *ret_turns: how often it got a CPU. A kernel that does not count says 0 even to a running thread.
 */
static int schedstat_get(int fd, uint64_t *ret_delay_ns, uint64_t *ret_turns)
{
	char text[96];
	ssize_t size = pread(fd, text, sizeof(text) - 1, 0);

	if (size < 0)
		return -errno;
	text[size] = '\0';
	if (sscanf(text, "%*u %" SCNu64 " %" SCNu64, ret_delay_ns, ret_turns) != 2)
		return -EBADMSG;
	return 0;
}

static void schedstat_probe(struct schedstat_state *state)
{
	uint64_t delay_ns, turns;
	int r;

	state->fd = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
	r = state->fd < 0 ? -errno : schedstat_get(state->fd, &delay_ns, &turns);
	if (r < 0)
		snprintf(state->lacks, sizeof(state->lacks), "/proc/thread-self/schedstat: %s",
			 strerror(-r));
	else if (turns == 0)
		snprintf(state->lacks, sizeof(state->lacks),
			 "the kernel counts no run delay (CONFIG_SCHED_INFO)");
}

static int schedstat_open(void **ret_state, struct dcb_error *err)
{
	struct schedstat_state *state = calloc(1, sizeof(*state));

	if (!state)
		return dcb_error_oom(err);
	schedstat_probe(state);
	*ret_state = state;
	return 0;
}

static void schedstat_begin(void *data)
{
	struct schedstat_state *state = data;
	uint64_t turns;

	if (!state->lacks[0])
		schedstat_get(state->fd, &state->begin_ns, &turns);
}

static void schedstat_end(void *data)
{
	struct schedstat_state *state = data;
	uint64_t turns;

	if (!state->lacks[0])
		schedstat_get(state->fd, &state->end_ns, &turns);
}

static void schedstat_read(void *data, struct dcb_value *values)
{
	const struct schedstat_state *state = data;

	values[0].present = !state->lacks[0];
	values[0].value = (double)(state->end_ns - state->begin_ns);
}

static void schedstat_close(void *data)
{
	struct schedstat_state *state = data;

	cleanup_close(&state->fd);
	free(state);
}

static const char *schedstat_lacks(void *data, size_t i)
{
	const struct schedstat_state *state = data;

	return i == 0 && state->lacks[0] ? state->lacks : NULL;
}

const struct dcb_collector_ops dcb_collector_schedstat = {
	.name = "schedstat",
	.summary = "run delay of the thread",
	.metrics = schedstat_metrics,
	.n_metrics = ARRAY_SIZE(schedstat_metrics),
	.open = schedstat_open,
	.begin = schedstat_begin,
	.end = schedstat_end,
	.read = schedstat_read,
	.close = schedstat_close,
	.lacks = schedstat_lacks,
};

/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * A metric over time: one series a (machine, arch, workload with its parameters, role, metric,
 * kernel name), one point a run, in order of time; and the points where it changed
 * (reports/stats/change-points.h). Read from the figures of boots, not from their samples.
 */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct dcb_error;
struct dcb_store;

/* NULL: any, but of the metric, which must be named. */
struct dcb_history_query {
	const char *workload, *role, *metric;
	const char *params; /* "op=rmdir,fs=tmpfs": what must be among the series' parameters */
	const char *kernel; /* name in its run: "base" */
	const char *machine, *arch;
	bool primary;    /* only metrics that are; `metric` may be NULL then */
	int64_t last;    /* only so many points a series, the newest; 0: all */
	double min_step; /* only changes of at least this share: 0.01 is 1 %; 0: all */
};

struct dcb_history_point {
	int64_t run_id, created_us;
	char *release, *sha256; /* of the kernel */
	size_t n_boots;
	double median, lo, hi; /* over boots: of their medians */
};

struct dcb_history_change {
	size_t index;          /* the first point of the new level */
	bool has_ratio;        /* else a difference in the metric's unit */
	double change, lo, hi; /* new level against the old, 95 % */
	double p;
};

struct dcb_history {
	char *machine, *arch, *workload, *params, *role, *metric, *unit, *better, *kernel;
	struct dcb_history_point *points;
	size_t n_points;
	struct dcb_history_change *changes; /* in order of time */
	size_t n_changes;
};

struct dcb_histories {
	struct dcb_history
		*rows; /* ordered by workload, params, role, metric, machine, arch, kernel */
	size_t n;
};

#define DCB_HISTORIES_NULL                                                                         \
	{                                                                                          \
		0                                                                                  \
	}

/* Runs that are under way are left out, as are kernels without a good boot; a run that failed or
 * was interrupted counts with the good boots that it has. No series is no error. */
int dcb_histories_load(struct dcb_store *store, const struct dcb_history_query *query,
		       struct dcb_histories *ret_histories, struct dcb_error *err);
void dcb_histories_deinit(struct dcb_histories *histories);

/* A usage error that says why nothing was found: the nearest metrics where there is none of that
 * name, else that nothing fits the rest of the query. */
int dcb_histories_explain(struct dcb_store *store, const struct dcb_history_query *query,
			  struct dcb_error *err);

struct dcb_history_text_options {
	bool points; /* a line a point too */
	bool colour;
};
/* For people, at 80 columns: a block a series with bars and a line a change. -ENOMEM, or the errno
 * of writing. */
int dcb_histories_print(const struct dcb_histories *histories,
			const struct dcb_history_text_options *options, FILE *file);
/* By schema/history-v1.schema.json; NULL on lack of memory. */
json_t *dcb_histories_to_json(const struct dcb_histories *histories);

/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * Runs a workload on this host's kernel, in a mount namespace of its own with its scratch folder on
 * a tmpfs: whatever it leaves mounted goes with the namespace. Needs root.
 *
 *	int main(void) { return workload_main(tests, ARRAY_SIZE(tests)); }  with WORKLOAD_TEST(f)
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "workloads/workload.h"

#define WORKLOAD_SCRATCH "/tmp"

struct workload_row {
	char role[32]; /* "" for the iteration as a whole */
	char metric[48];
	int thread, iteration;
	bool present;
	double value;
};

struct workload_seen {
	struct workload_row *rows;
	size_t n;
	struct dcb_workload_finding finding; /* the last */
	char state[32];
	struct dcb_workload_finding findings[8]; /* all; their texts are static ones */
	size_t n_findings;
	struct dcb_error err;
	int result; /* of run() */
};

static inline int workload_sample(void *context, const struct dcb_workload_sample *sample,
				  struct dcb_error *err)
{
	struct workload_seen *seen = context;

	(void)err;
	seen->rows = reallocarray(seen->rows, seen->n + sample->n_values + 1, sizeof(*seen->rows));
	assert_non_null(seen->rows);
	for (size_t i = 0; i < sample->n_values; i++) {
		const struct dcb_value *value = &sample->values[i];
		struct workload_row *row = &seen->rows[seen->n++];

		*row = (struct workload_row){.thread = sample->thread,
					     .iteration = sample->iteration,
					     .present = value->present,
					     .value = value->value};
		if (value->present)
			assert_true(isfinite(value->value));
		snprintf(row->role, sizeof(row->role), "%s", sample->role ? sample->role : "");
		snprintf(row->metric, sizeof(row->metric), "%s", value->metric->name);
	}
	return 0;
}

static inline int workload_finding(void *context, const struct dcb_workload_finding *finding,
				   struct dcb_error *err)
{
	struct workload_seen *seen = context;

	(void)err;
	seen->finding = *finding;
	assert_true(seen->n_findings < ARRAY_SIZE(seen->findings));
	seen->findings[seen->n_findings++] = *finding;
	snprintf(seen->state, sizeof(seen->state), "%s", finding->state);
	return 0;
}

/* Every metric that came out stands in the tables, as the host demands it. */
static inline void workload_expect_known(const struct dcb_workload_ops *ops,
					 const struct workload_seen *seen)
{
	for (size_t i = 0; i < seen->n; i++) {
		const struct workload_row *row = &seen->rows[i];

		if (!dcb_workload_metric_find(ops, row->role[0] ? row->role : NULL, row->metric))
			fail_msg("%s has no metric %s of role '%s'", ops->name, row->metric,
				 row->role);
	}
}

static inline void workload_expect_empty(const char *folder)
{
	_cleanup_(closedirp) DIR *dir = opendir(folder);
	const struct dirent *entry;

	assert_non_null(dir);
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			fail_msg("%s/%s stayed behind", folder, entry->d_name);
}

static inline void workload_run_planted(const char *name, const char *params_text,
					int64_t plant_ppm, struct workload_seen *seen)
{
	const struct dcb_workload_ops *ops = NULL;
	const struct dcb_workload_output output = {workload_sample, workload_finding, seen};
	const struct dcb_workload_context context = {
		.scratch = WORKLOAD_SCRATCH,
		.cpus = (unsigned)sysconf(_SC_NPROCESSORS_ONLN),
		.plant_ppm = plant_ppm,
		.output = &output,
	};
	void *params = NULL;
	struct dcb_error err = DCB_ERROR_NULL;

	memset(seen, 0, sizeof(*seen));
	if (dcb_workload_find(name, &ops, &err) < 0 ||
	    dcb_workload_params_new(ops, params_text, name, &params, &err) < 0)
		fail_msg("%s", err.message);
	seen->result = ops->run(&context, params, &seen->err);
	dcb_workload_params_free(ops, params);
	workload_expect_known(ops, seen);
	workload_expect_empty(WORKLOAD_SCRATCH);
}

/* The caller frees seen->rows. Its result stands in seen->result: the test decides. */
static inline void workload_run(const char *name, const char *params_text,
				struct workload_seen *seen)
{
	workload_run_planted(name, params_text, 0, seen);
}

/* The same, and it must work. */
static inline void workload_run_well(const char *name, const char *params_text,
				     struct workload_seen *seen)
{
	workload_run(name, params_text, seen);
	if (seen->result < 0)
		fail_msg("%s:%s: %s", name, params_text, seen->err.message);
}

/* One value; fails where it is not there. role "" is the iteration as a whole. */
static inline double workload_value(const struct workload_seen *seen, const char *role, int thread,
				    int iteration, const char *metric)
{
	for (size_t i = 0; i < seen->n; i++) {
		const struct workload_row *row = &seen->rows[i];

		if (row->present && row->thread == thread && row->iteration == iteration &&
		    strcmp(row->role, role) == 0 && strcmp(row->metric, metric) == 0)
			return row->value;
	}
	fail_msg("no value of %s %d %s in iteration %d", role, thread, metric, iteration);
	return NAN;
}

/*
 * The kernel counts for the whole machine, and others make and free dentries meanwhile: of five
 * runs at most, that iteration counts which comes nearest to what is wanted.
 */
struct workload_count {
	/* What was counted; the place for whatever else an iteration must show. */
	double (*value)(const struct workload_seen *seen, int iteration, const void *data);
	int first, end;   /* iterations */
	double tolerance; /* a share of what is wanted */
};

static inline void workload_comes_near(const char *name, const char *params_text,
				       const struct workload_count *count, const void *data,
				       double wanted)
{
	double nearest = INFINITY;

	for (int i = 0; i < 5 && fabs(nearest - wanted) > count->tolerance * wanted; i++) {
		struct workload_seen seen;

		workload_run_well(name, params_text, &seen);
		for (int j = count->first; j < count->end; j++) {
			double value = count->value(&seen, j, data);

			if (fabs(value - wanted) < fabs(nearest - wanted))
				nearest = value;
		}
		free(seen.rows);
	}
	if (fabs(nearest - wanted) > count->tolerance * wanted)
		fail_msg("%s:%s: %g, not about %g", name, params_text, nearest, wanted);
}

/* What its check() says of a guest with 1 GiB. */
static inline int workload_check(const char *name, const char *params_text, unsigned cpus,
				 struct dcb_error *err)
{
	const struct dcb_workload_ops *ops = NULL;
	void *params = NULL;
	int r;

	if (dcb_workload_find(name, &ops, err) < 0 ||
	    dcb_workload_params_new(ops, params_text, name, &params, err) < 0)
		fail_msg("%s:%s: %s", name, params_text, err->message);
	r = ops->check ? ops->check(params, cpus, UINT64_C(1) << 30, err) : 0;
	dcb_workload_params_free(ops, params);
	return r;
}

static inline void workload_accepts(const char *name, const char *params_text)
{
	struct dcb_error err = DCB_ERROR_NULL;

	if (workload_check(name, params_text, 1, &err) != 0)
		fail_msg("%s:%s: %s", name, params_text, err.message);
}

static inline void workload_refuses_on(unsigned cpus, const char *name, const char *params_text,
				       const char *says)
{
	struct dcb_error err = DCB_ERROR_NULL;
	int r = workload_check(name, params_text, cpus, &err);

	if (r != -EINVAL || err.kind != DCB_ERROR_USAGE || !strstr(err.message, says))
		fail_msg("%s:%s: check() gives %d and '%s', not a usage error with '%s'", name,
			 params_text, r, err.message, says);
}

static inline void workload_refuses(const char *name, const char *params_text, const char *says)
{
	workload_refuses_on(1, name, params_text, says);
}

static inline void workload_enter_namespace(void)
{
	if (geteuid() != 0) {
		fprintf(stderr, "SKIP: workloads need root\n");
		exit(77);
	}
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("tmpfs", WORKLOAD_SCRATCH, "tmpfs", 0, "mode=0755,size=2G") < 0) {
		perror("cannot make a mount namespace");
		exit(1);
	}
}

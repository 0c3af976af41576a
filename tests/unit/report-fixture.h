/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* Synthetic runs for the reports: boots with given figures. */

#include "store-fixture.h"

#include <math.h>

#include "reports/summary.h"

struct figure {
	const char *role, *name, *unit, *better;
	bool primary;
	double value; /* NaN: told as NULL */
	bool steady;  /* else the second of three iterations is three times that */
};

static inline void report_sample(struct dcb_store *store, const struct figure *figure,
				 struct dcb_store_sample *samples, size_t *n)
{
	const struct dcb_store_metric metric = {"dying-dentry", figure->role,   figure->name,
						figure->unit,   figure->better, figure->primary};
	struct dcb_error err = DCB_ERROR_NULL;
	int64_t id;

	if (dcb_store_metric(store, &metric, &id, &err) < 0)
		fail_msg("%s", err.message);
	/* A warm-up that must not count, and three iterations whose median is the figure. */
	samples[(*n)++] = (struct dcb_store_sample){
		.metric = id, .iteration = -1, .present = true, .value = 1e15};
	for (int i = 0; i < 3; i++)
		samples[(*n)++] = (struct dcb_store_sample){
			.metric = id,
			.iteration = i,
			.present = !isnan(figure->value),
			.value = isnan(figure->value)
					 ? 0
					 : figure->value * (i == 1 && !figure->steady ? 3 : 1),
		};
}

/* A boot of a run; figures end with a NULL name. The symptom's name may be NULL. */
static inline void report_boot(struct dcb_store *store, int64_t run, size_t kernel, int64_t block,
			       const struct figure *figures,
			       const struct dcb_store_symptom *symptoms, size_t n_symptoms)
{
	const struct dcb_store_pair pairs[] = {
		{"counter", "cycles", NULL},
		{"counter", "instructions", "ENOENT: No such file or directory"},
		{"counter", "llc-misses", "ENOENT: No such file or directory"},
		/* The third kernel could not be set as the others. */
		{"setting", "preempt", kernel == 2 ? "voluntary" : "full"},
		{"setting", "thp", "never"},
		/* The fourth has no loop devices. */
		{"setting", "disk", "nvme"},
	};
	struct dcb_store_boot boot = fixture_boot(kernel, block, "ok");
	struct dcb_error err = DCB_ERROR_NULL;
	struct dcb_store_sample samples[64];
	struct dcb_store_boot_data data = {.samples = samples,
					   .symptoms = symptoms,
					   .n_symptoms = n_symptoms,
					   .pairs = pairs,
					   .n_pairs = ARRAY_SIZE(pairs) - (kernel != 3)};
	int64_t id;

	for (; figures->name; figures++)
		report_sample(store, figures, samples, &data.n_samples);
	if (dcb_store_put_boot(store, run, &boot, &data, &id, &err) < 0)
		fail_msg("%s", err.message);
}

static inline void report_failed_boot(struct dcb_store *store, int64_t run, size_t kernel,
				      int64_t block, const char *reason)
{
	const struct dcb_store_symptom panic = {-1, "panic", NULL, reason, true, false, 0, 1, 0};
	struct dcb_store_boot boot = fixture_boot(kernel, block, "panic");
	struct dcb_store_boot_data data = {.symptoms = &panic, .n_symptoms = 1};
	struct dcb_error err = DCB_ERROR_NULL;
	int64_t id;

	boot.reason = reason;
	boot.guest_s = -1;
	if (dcb_store_put_boot(store, run, &boot, &data, &id, &err) < 0)
		fail_msg("%s", err.message);
}

/* A plan as the lab writes it, of the first two kernels. */
#define REPORT_PLAN                                                                                \
	"{\"kernels\":[{\"name\":\"base\",\"spec\":\"debian:6.12\"},"                              \
	"{\"name\":\"fixed\",\"spec\":\"debian:7.3\"}],"                                           \
	"\"workloads\":[{\"name\":\"dying-dentry\",\"params\":\"op=rmdir,size=600M,waiters=1\"},"  \
	"{\"name\":\"null\",\"params\":\"\"}],"                                                    \
	"\"options\":{\"base\":\"base\",\"machine\":\"icount\",\"arch\":\"arm64\",\"blocks\":"     \
	"\"3\","                                                                                   \
	"\"seed\":\"42\",\"cpus\":\"1\",\"memory\":\"1G\",\"deadline\":\"300\",\"jobs\":\"2\","    \
	"\"mirror\":\"http://mirror.example\"}}"

/* The run of the golden tables: n_kernels of 6.12 that spins, 7.3 that sleeps, 7.0 that spins;
 * three blocks; with_failure: the last boot of "fixed" panics. */
static inline int64_t report_demo(struct dcb_store *store, size_t n_kernels, bool with_failure)
{
	static const double wall[] = {1.409e9, 815e6, 1.411e9}, cycles[] = {2.82e9, 41000, 2.83e9};
	static const double busy[] = {0.9994, 0.0012, 0.998};
	struct dcb_store_run run = fixture_run();
	int64_t id;

	run.state = DCB_RUN_DONE;
	run.owner = NULL;
	run.wall_s = 95.1;
	run.guest_wall_s = 92.3;
	id = fixture_create(store, &run, n_kernels);
	for (int64_t block = 0; block < 3; block++) {
		for (size_t k = 0; k < n_kernels; k++) {
			double by = 1 + 0.004 * (double)block * (double)(k + 1);
			const struct figure figures[] = {
				{"waiter", "cycles", "count", "lower", true, cycles[k] * by},
				{"waiter", "instructions", "count", "lower", true, NAN},
				{"waiter", "wall", "ns", "lower", true, wall[k] * by},
				{"waiter", "busy", "ratio", "lower", true, busy[k]},
				{"waiter", "voluntary-switches", "count", "neither", true, k == 1},
				{"closer", "wall", "ns", "lower", true, 816e6},
				{"closer", "page-faults", "count", "lower", false, 3},
				{0},
			};
			const struct dcb_store_symptom symptoms[] = {
				{0, "busy-wait", k == 1 ? "sleep" : "spin", NULL, k != 1, true,
				 busy[k], 10, 10},
				{-1, "warning", NULL, "WARNING: CPU: 0 at fs/dcache.c:\033[31m1",
				 true, false, 0, 1, 0},
			};

			if (with_failure && k == 1 && block == 2)
				report_failed_boot(
					store, id, k, block,
					"Kernel panic - not syncing: Attempted to kill init!");
			else
				report_boot(store, id, k, block, figures, symptoms, k == 2 ? 2 : 1);
		}
	}
	return id;
}

#ifdef DCB_TEST_DATA
/* Golden files: tests/data/<name> holds `got`; with DCB_UPDATE set it is written instead. */
static inline void report_check_golden(const char *got, const char *name)
{
	_cleanup_free_ char *path = dcb_format("%s/%s", DCB_TEST_DATA, name);
	_cleanup_free_ char *want = NULL;
	struct dcb_error err = DCB_ERROR_NULL;
	size_t size;

	if (getenv("DCB_UPDATE")) {
		assert_int_equal(dcb_file_write(path, got, strlen(got), 0644, &err), 0);
		return;
	}
	if (dcb_file_read(path, 1 << 20, &want, &size, &err) < 0)
		fail_msg("%s", err.message);
	assert_string_equal(got, want);
}
#endif

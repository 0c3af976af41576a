// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes a database as a lab has it after years of nightly runs, through the store's own way:
 *
 *   bench-database FILE [BOOTS]                              default: 10000
 *
 * Runs of 2 kernels in 5 blocks, one a night; a boot has 1000 samples (25 metrics, 40 iterations),
 * a console of 8 KiB, 30 settings and counters, 2 symptoms. The cost steps up by 3 % every 100
 * nights. For tests/bench/database, which times dcbench on it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/random.h"
#include "schema/store.h"

#define METRICS    25
#define ITERATIONS 40
#define BLOCKS     5
#define KERNELS    2
#define PAIRS      30
#define NIGHT_US   86400000000

struct maker {
	struct dcb_store *store;
	struct dcb_random random;
	int64_t metrics[METRICS];
	char pair_names[PAIRS][32];
	struct dcb_store_sample samples[METRICS * ITERATIONS];
	char console[8192];
};

static void die(const char *what)
{
	fprintf(stderr, "bench-database: %s\n", what);
	exit(1);
}

static void make_metrics(struct maker *maker)
{
	static const char *const names[] = {"wall",     "cpu",       "busy",       "cycles",
					    "switches", "run-delay", "page-faults"};
	struct dcb_error err = DCB_ERROR_NULL;

	for (size_t m = 0; m < METRICS; m++) {
		_cleanup_free_ char *name = m / 2 < ARRAY_SIZE(names)
						    ? strdup(names[m / 2])
						    : dcb_format("metric-%zu", m / 2);
		const struct dcb_store_metric metric = {
			"dying-dentry", m % 2 ? "closer" : "waiter", name, "ns", "lower", m < 8};

		if (!name || dcb_store_metric(maker->store, &metric, &maker->metrics[m], &err) < 0)
			die(err.message);
	}
	for (size_t i = 0; i < PAIRS; i++)
		snprintf(maker->pair_names[i], sizeof(maker->pair_names[i]), "setting-%zu", i);
	memset(maker->console, '.', sizeof(maker->console));
}

static int64_t make_run(struct maker *maker, int64_t night)
{
	char shas[KERNELS][65], plan[1500], fingerprint[1500];
	struct dcb_store_run_kernel kernels[KERNELS] = {{"base", "debian:latest"},
							{"fixed", "tree:/src/linux"}};
	const struct dcb_store_run_workload workload = {"dying-dentry", "op=rmdir,size=600M"};
	const struct dcb_store_run run = {.state = DCB_RUN_DONE,
					  .created_us = 1577836800000000 + night * NIGHT_US,
					  .machine = "tcg",
					  .arch = "arm64",
					  .seed = night,
					  .blocks = BLOCKS,
					  .base = "base",
					  .plan = plan,
					  .fingerprint = fingerprint,
					  .wall_s = 100,
					  .guest_wall_s = 99};
	struct dcb_error err = DCB_ERROR_NULL;
	int64_t id;

	/* JSON texts as long as the real ones. */
	snprintf(plan, sizeof(plan), "{\"plan\":\"%01400d\"}", 0);
	snprintf(fingerprint, sizeof(fingerprint), "{\"host\":\"%01400d\"}", 0);
	for (int k = 0; k < KERNELS; k++) {
		snprintf(shas[k], sizeof(shas[k]), "%01d%063" PRId64, k, night / 7);
		kernels[k].kernel.sha256 = shas[k];
		kernels[k].kernel.release = k ? "7.3.0-rc1" : "6.12.117+deb13-cloud-arm64";
		kernels[k].kernel.arch = "arm64";
		kernels[k].kernel.origin = "{}";
	}
	if (dcb_store_create_run(maker->store, &run, kernels, KERNELS, &workload, 1, &id, &err) < 0)
		die(err.message);
	return id;
}

/* Noise of a few percent, and the steps. */
static void fill(struct maker *maker, int64_t night)
{
	double level = 1e6;

	for (int64_t i = 0; i < night / 100; i++)
		level *= 1.03;
	for (size_t i = 0; i < ITERATIONS; i++) {
		for (size_t m = 0; m < METRICS; m++) {
			uint64_t x = dcb_random_next(&maker->random);

			maker->samples[i * METRICS + m] = (struct dcb_store_sample){
				.metric = maker->metrics[m],
				.iteration = (int)i - 1,
				.present = true,
				.value = level * (1 + (double)(x >> 44) / 1e7),
				.has_times = m % 3 == 0,
				.enabled_ns = (int64_t)(x >> 34),
				.running_ns = (int64_t)(x >> 34),
			};
		}
	}
}

static void make_boot(struct maker *maker, int64_t run, int64_t night, size_t kernel, int64_t block)
{
	const struct dcb_store_symptom symptoms[] = {
		{0, "busy-wait", "spin", NULL, true, true, 0.99, 10, 10},
		{0, "livelock", NULL, NULL, false, false, 0, 0, 10},
	};
	const struct dcb_store_artifact console = {"console", maker->console,
						   sizeof(maker->console)};
	struct dcb_store_pair pairs[PAIRS];
	struct dcb_store_boot_data data = {
		.samples = maker->samples,
		.n_samples = ARRAY_SIZE(maker->samples),
		.symptoms = symptoms,
		.n_symptoms = ARRAY_SIZE(symptoms),
		.pairs = pairs,
		.n_pairs = PAIRS,
		.artifacts = &console,
		.n_artifacts = 1,
	};
	struct dcb_store_boot boot = {
		.kernel = kernel,
		.block = block,
		.position = block * KERNELS + (int64_t)kernel,
		.state = "ok",
		.started_us = 1577836800000000 + night * NIGHT_US,
		.wall_s = 10,
	};
	struct dcb_error err = DCB_ERROR_NULL;
	int64_t id;

	for (size_t i = 0; i < PAIRS; i++)
		pairs[i] = (struct dcb_store_pair){"setting", maker->pair_names[i], "value"};
	fill(maker, night);
	/* One in a hundred fails. */
	if (dcb_random_below(&maker->random, 100) == 0) {
		boot.state = "panic";
		data.n_samples /= 2;
	}
	if (dcb_store_put_boot(maker->store, run, &boot, &data, &id, &err) < 0)
		die(err.message);
}

int main(int argc, char **argv)
{
	_cleanup_(dcb_store_closep) struct dcb_store *store = NULL;
	static struct maker maker;
	struct dcb_error err = DCB_ERROR_NULL;
	int64_t boots = argc > 2 ? strtoll(argv[2], NULL, 10) : 10000;
	struct timespec start, end;
	double seconds;

	if (argc < 2 || boots < 1)
		die("usage: bench-database FILE [BOOTS]");
	if (dcb_store_open(argv[1], DCB_STORE_WRITE, &store, &err) < 0)
		die(err.message);
	maker.store = store;
	maker.random.state = 1;
	make_metrics(&maker);
	clock_gettime(CLOCK_MONOTONIC, &start);
	for (int64_t night = 0; night < boots / (BLOCKS * KERNELS); night++) {
		int64_t run = make_run(&maker, night);

		for (int64_t i = 0; i < BLOCKS * KERNELS; i++)
			make_boot(&maker, run, night, (size_t)(i % KERNELS), i / KERNELS);
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	seconds = (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
	printf("%.1f\n", seconds);
	return 0;
}

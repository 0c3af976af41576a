/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* A run that fills every part of the HTML report: waiters with states, latencies with a tail, a
 * boot that failed on one side; and, where wanted, everything that comes from outside is hostile.
 */

#include "report-fixture.h"

#define HOSTILE "<script>alert(\"'1'\")</script>]]><!--&amp;\033[31m\xff\u202e"

enum { HTML_WAITING, HTML_TAILS, HTML_N_WORKLOADS };

struct html_samples {
	struct dcb_store_sample *rows;
	struct dcb_store_state *states;
	size_t n, n_states;
};

static inline int64_t html_metric(struct dcb_store *store, const char *workload, const char *role,
				  const char *name, const char *unit)
{
	const struct dcb_store_metric metric = {workload, role, name, unit, "lower", true};
	struct dcb_error err = DCB_ERROR_NULL;
	int64_t id;

	if (dcb_store_metric(store, &metric, &id, &err) < 0)
		fail_msg("%s", err.message);
	return id;
}

static inline void html_waiting(struct dcb_store *store, size_t kernel, int64_t block, double scale,
				struct html_samples *samples)
{
	static const double walls[] = {140e6, 80e6, 2e5}, busy[] = {1, 0.002, 0};
	static const char *const states[] = {"spin", "sleep", "no-wait"}, *const names[] = {"wall",
											    "cpu",
											    "busy"};

	for (int i = -1; i < 12; i++) {
		double wall = scale * walls[kernel % 3] * (1 + 0.01 * (double)((i + block) % 5));
		const double values[] = {wall, wall * busy[kernel % 3] / 2, busy[kernel % 3]};

		for (size_t j = 0; j < ARRAY_SIZE(names); j++)
			samples->rows[samples->n++] = (struct dcb_store_sample){
				.workload = HTML_WAITING,
				.metric = html_metric(store, "dying-dentry", "waiter", names[j],
						      j == 2 ? "ratio" : "ns"),
				.iteration = i,
				.present = true,
				.value = values[j],
			};
		samples->states[samples->n_states++] = (struct dcb_store_state){
			HTML_WAITING, "waiter", i, 0, i == 5 ? "miss" : states[kernel % 3]};
	}
}

static inline void html_tails(struct dcb_store *store, size_t kernel, int64_t block, int iterations,
			      struct html_samples *samples)
{
	int64_t metric = html_metric(store, "lookup-control", "lookup", "op-wall", "ns");

	for (int i = 0; i < iterations; i++) {
		double part = (double)((i * 7919 + block * 31) % iterations) / (double)iterations;

		samples->rows[samples->n++] = (struct dcb_store_sample){
			.workload = HTML_TAILS,
			.metric = metric,
			.iteration = i,
			.present = true,
			.value = 9000 / pow(1.0001 - part, 0.2) * (1 - 0.02 * (double)kernel),
		};
	}
}

static inline void html_boot(struct dcb_store *store, int64_t run, size_t kernel, int64_t block,
			     int iterations, double scale, const char *text)
{
	struct html_samples samples = {
		.rows = calloc((size_t)iterations + 64, sizeof(*samples.rows)),
		.states = calloc(16, sizeof(*samples.states)),
	};
	const struct dcb_store_pair pairs[] = {
		{"counter", "cycles", text ? text : "ENOENT: No such file or directory"},
		{"counter", "wall", NULL},
		{"setting", "preempt", kernel ? "full" : "voluntary"},
		{"setting", text ? text : "thp", text ? text : "never"},
	};
	const struct dcb_store_symptom symptoms[] = {
		{HTML_WAITING, "busy-wait", kernel ? "sleep" : "spin", NULL, kernel == 0, true,
		 kernel ? 0.002 : 1, 11, 12},
		{-1, "warning", NULL, text ? text : "WARNING: CPU: 0 at fs/dcache.c:1", true, false,
		 0, 1, 0},
	};
	struct dcb_store_boot boot = fixture_boot(kernel, block, "ok");
	struct dcb_error err = DCB_ERROR_NULL;
	int64_t id;

	html_waiting(store, kernel, block, scale, &samples);
	html_tails(store, kernel, block, iterations, &samples);
	const struct dcb_store_boot_data data = {
		.samples = samples.rows,
		.n_samples = samples.n,
		.states = samples.states,
		.n_states = samples.n_states,
		.symptoms = symptoms,
		.n_symptoms = kernel == 2 ? 2 : 1,
		.pairs = pairs,
		.n_pairs = ARRAY_SIZE(pairs),
	};
	if (dcb_store_put_boot(store, run, &boot, &data, &id, &err) < 0)
		fail_msg("%s", err.message);
	free(samples.rows);
	free(samples.states);
}

/* Three kernels, seven blocks; scale: how much longer the waiters wait; `text`: what stands
 * wherever text comes from outside; or NULL. */
static inline int64_t html_scaled_run(struct dcb_store *store, int iterations, double scale,
				      const char *text)
{
	const struct dcb_store_run_kernel kernels[] = {
		{text ? text : "base", "debian:6.12", {0, SHA_A, "6.12.117", "arm64", "{}"}},
		{"fixed", text ? text : "debian:7.3", {0, SHA_B, "7.3.4", "arm64", "{}"}},
		{"other", "debian:6.1", {0, SHA_C, text ? text : "6.1.0", "arm64", "{}"}},
	};
	const struct dcb_store_run_workload workloads[HTML_N_WORKLOADS] = {
		{"dying-dentry", text ? text : "size=600M"}, {"lookup-control", "iterations=300"}};
	struct dcb_store_run run = fixture_run();
	struct dcb_error err = DCB_ERROR_NULL;
	int64_t id = 0;

	run.state = DCB_RUN_DONE;
	run.owner = NULL;
	run.blocks = 7;
	run.base = kernels[0].name;
	run.machine = "tcg";
	if (dcb_store_create_run(store, &run, kernels, ARRAY_SIZE(kernels), workloads,
				 ARRAY_SIZE(workloads), &id, &err) < 0)
		fail_msg("%s", err.message);
	for (int64_t block = 0; block < run.blocks; block++)
		for (size_t kernel = 0; kernel < ARRAY_SIZE(kernels); kernel++) {
			if (kernel == 1 && block == 3)
				report_failed_boot(store, id, kernel, block,
						   text ? text : "Kernel panic - not syncing");
			else
				html_boot(store, id, kernel, block, iterations, scale, text);
		}
	return id;
}

static inline int64_t html_run(struct dcb_store *store, int iterations, const char *text)
{
	return html_scaled_run(store, iterations, 1, text);
}

/* The last of runs whose waiters took a tenth longer from the ninth on. */
static inline int64_t html_history(struct dcb_store *store)
{
	int64_t run = 0;

	for (int i = 0; i < 14; i++)
		run = html_scaled_run(store, 300,
				      (i < 8 ? 1 : 1.1) * (1 + 0.002 * (double)(i * 7 % 5)), NULL);
	return run;
}

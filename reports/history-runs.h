/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* What a history needs of runs, each read once. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dcb_error;
struct dcb_store;

struct dcb_history_run_kernel {
	char *name, *release, *sha256;
};

struct dcb_history_run {
	int64_t id, created_us;
	bool ended;
	char *machine, *arch;
	struct dcb_history_run_kernel *kernels;
	size_t n_kernels;
	char **params; /* one a workload */
	size_t n_workloads;
};

struct dcb_history_runs {
	struct dcb_history_run *rows; /* ordered by id */
	size_t n;
};

/* Borrowed until the next call. */
int dcb_history_runs_get(struct dcb_history_runs *runs, struct dcb_store *store, int64_t id,
			 const struct dcb_history_run **ret_run, struct dcb_error *err);
void dcb_history_runs_deinit(struct dcb_history_runs *runs);

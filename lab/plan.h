/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * A plan: kernels x workloads x blocks, and how they are booted. Made from a command line, an INI
 * file ([plan], [kernel NAME], [workload NAME]), or the JSON that a run was stored with.
 */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/option.h"
#include "machines/machine.h"
#include "workloads/workload.h"

struct dcb_error;

#define DCB_PLAN_MAX_KERNELS 16

enum dcb_plan_until {
	DCB_UNTIL_FIXED,   /* so many blocks */
	DCB_UNTIL_SETTLED, /* until every primary metric has a verdict: lab/until.h */
};

struct dcb_plan_kernel {
	char *name, *spec;
	int64_t plant_ppm; /* workloads/plant.h; 0: none */
};

struct dcb_plan_workload {
	const struct dcb_workload_ops *ops;
	void *params;
	char *text;    /* canonical "key=value,..."; set by settle */
	bool of_suite; /* may be there already */
};

struct dcb_plan {
	struct dcb_plan_kernel *kernels;
	size_t n_kernels;
	struct dcb_plan_workload *workloads;
	size_t n_workloads;

	/* dcb_plan_options[] fills these; 0 or "auto" is replaced by settle. */
	char *base, *machine, *arch, *mirror;
	char **plants;                /* NAME=SHARE; settle gives them to the kernels */
	char *threshold;              /* by lab/threshold.h, or NULL: the default */
	int64_t blocks;               /* until settled: at the first look */
	int64_t max_blocks, budget_s; /* until settled; budget_s 0: none */
	int64_t seed, cpus, memory, deadline_s, jobs;
	int cgroup;  /* 0: off, 1: on */
	int until;   /* enum dcb_plan_until */
	bool strict; /* no verdict where this host is not calibrated */
	bool offline, refresh;

	/* Set by settle. */
	const struct dcb_machine_ops *ops;
	enum dcb_arch guest_arch;
	size_t base_index;
};

extern const struct dcb_option dcb_plan_options[];

int dcb_plan_init(struct dcb_plan *plan, struct dcb_error *err);
void dcb_plan_deinit(struct dcb_plan *plan);
/* "NAME=SPEC"; `where` for messages ("--kernel"). */
int dcb_plan_add_kernel(struct dcb_plan *plan, const char *text, const char *where,
			struct dcb_error *err);
/* "NAME[:key=value[,key=value]...]", or "suite:NAME" for all of a suite. */
int dcb_plan_add_workload(struct dcb_plan *plan, const char *text, struct dcb_error *err);
int dcb_plan_read(struct dcb_plan *plan, const char *path, struct dcb_error *err);
/* Fills in what was left open and refuses what cannot work. Needs no network. */
int dcb_plan_settle(struct dcb_plan *plan, struct dcb_error *err);
/* What settle takes where nothing is given. */
int64_t dcb_plan_default_blocks(const struct dcb_machine_ops *ops);
int64_t dcb_plan_default_deadline_s(size_t n_workloads);
json_t *dcb_plan_to_json(const struct dcb_plan *plan);
int dcb_plan_from_json(struct dcb_plan *plan, const json_t *json, struct dcb_error *err);
/* The same of its text, and settled. *plan is initialised here, and the caller's in any case. */
int dcb_plan_parse(struct dcb_plan *plan, const char *text, struct dcb_error *err);

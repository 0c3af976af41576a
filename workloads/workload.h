/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * Workloads: named programs of the guest agent. A workload runs iterations; its roles are threads
 * that exist before the timed part and are measured by a sampler each. Host and guest share the
 * registry: the host for keys, bounds and metrics, the guest to run.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/option.h"
#include "collectors/metric.h"

struct dcb_error;

struct dcb_workload_role {
	const char *name;
	const char *help;
	/* It works until the others are done: that it got more CPU time is no cost. What the
	 * collectors count of it is told and not judged; its own metrics are. */
	bool bystander;
};

/* A metric that the workload computes itself; `role` NULL: of the iteration as a whole. */
struct dcb_workload_metric {
	const char *role;
	struct dcb_metric metric;
};

struct dcb_workload_symptom {
	const char *name; /* "busy-wait" */
	const char *help;
};

struct dcb_workload_sample {
	const char *role;  /* NULL: the iteration as a whole */
	int thread;        /* 0-based within the role */
	int iteration;     /* 0-based; warm-ups count up to -1 */
	const char *state; /* "spin", "sleep", "no-wait", "miss", or NULL */
	const struct dcb_value *values;
	size_t n_values;
};

struct dcb_workload_finding {
	const char *symptom;
	bool present;
	const char *state; /* what the kernel shows: "spin" */
	double value;      /* the figure behind it (median busy) */
	int hits, tries;   /* iterations that met the situation, of those run */
};

/* Where results go. Called outside timed parts only. */
struct dcb_workload_output {
	int (*sample)(void *context, const struct dcb_workload_sample *sample,
		      struct dcb_error *err);
	int (*finding)(void *context, const struct dcb_workload_finding *finding,
		       struct dcb_error *err);
	void *context;
};

/* What must be in the guest; lists end with NULL and are static, NULL is an empty one. */
struct dcb_workload_needs {
	const char *const *modules;  /* kernel modules by name, where they are not built in */
	const char *const *images;   /* empty file systems by name: "ext4" */
	const char *const *programs; /* Debian packages whose program runs in the guest: "crun" */
};

struct dcb_workload_context {
	const char *scratch; /* an empty folder on tmpfs, the workload's own */
	const char *images;  /* folder with what needs.images names; NULL: there is none */
	const char *programs;
	unsigned cpus;
	/* The share of its operations that the workload does twice (plant.h); 0: none. Only where
	 * it has operations(). */
	int64_t plant_ppm;
	const struct dcb_workload_output *output;
};

struct dcb_workload_ops {
	const char *name;
	const char *summary;     /* one line */
	const char *description; /* which kernel path it drives, for a VFS developer */
	const struct dcb_option *options;
	size_t params_size;
	const struct dcb_workload_role *roles;     /* all lists end with a NULL name */
	const struct dcb_workload_metric *metrics; /* ends with a NULL metric.name */
	const struct dcb_workload_symptom *symptoms;

	/* Refuses on the host, before the boot, what cannot work: doses beyond memory, impossible
	 * combinations; a usage error. Optional. */
	int (*check)(const void *params, unsigned cpus, uint64_t memory_bytes,
		     struct dcb_error *err);
	/* What these parameters need in the guest. Optional. */
	struct dcb_workload_needs (*needs)(const void *params);
	/* A slow-down can be planted (plant.h) in the workload: among how many operations it is
	 * spread. Optional; where it is missing nothing can be planted. */
	int64_t (*operations)(const void *params);
	/* -EOPNOTSUPP with its reason where this kernel cannot: that is data, not a failure. */
	int (*run)(const struct dcb_workload_context *context, const void *params,
		   struct dcb_error *err);
};

extern const struct dcb_workload_ops *const dcb_workloads[];
extern const size_t dcb_n_workloads;
int dcb_workloads_check(struct dcb_error *err);
/* Usage error with the nearest name for an unknown one. */
int dcb_workload_find(const char *name, const struct dcb_workload_ops **ret_ops,
		      struct dcb_error *err);
/* The metric that role `role` of this workload reports under `name`, from the workload's own table
 * or the collectors'; NULL if there is none. Collector metrics exist for every named role. */
const struct dcb_metric *dcb_workload_metric_find(const struct dcb_workload_ops *ops,
						  const char *role, const char *name);
/* The same, as it is to be judged in that role: a bystander's is neither better nor worse, and not
 * primary, unless it is the workload's own. */
struct dcb_metric dcb_workload_metric_judged(const struct dcb_workload_ops *ops, const char *role,
					     const struct dcb_metric *metric);
/* Defaults plus "key=value,..."; *ret_params is malloc'd, freed by dcb_workload_params_free(). */
int dcb_workload_params_new(const struct dcb_workload_ops *ops, const char *list, const char *where,
			    void **ret_params, struct dcb_error *err);
/* Of any workload: nothing where it has no needs(). */
struct dcb_workload_needs dcb_workload_needs(const struct dcb_workload_ops *ops,
					     const void *params);
void dcb_workload_params_free(const struct dcb_workload_ops *ops, void *params);

/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * Two sets of samples to the digit, wherever each comes from: a run of the database, or a summary
 * that somebody sent. Boots are paired; of each pair one boot's samples are held in memory and the
 * other's stream past them.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "reports/summary.h"

struct dcb_identity_row {
	size_t workload; /* index in its side */
	const char *role, *metric;
	int thread, iteration;
	bool present;
	double value;
	bool has_times;
	int64_t enabled_ns, running_ns;
};

typedef int (*dcb_identity_each)(void *context, const struct dcb_identity_row *row);

struct dcb_identity_boot {
	int64_t id; /* the side's own */
	size_t kernel;
	int64_t block, seed;
	bool paired;
};

struct dcb_identity_side {
	char **shas, **names; /* of kernels */
	size_t n_kernels;
	char **workloads; /* "name:params" */
	size_t n_workloads;
	struct dcb_identity_boot *boots; /* good ones */
	size_t n_boots;
	/* The samples of one boot, each once. */
	int (*samples)(const struct dcb_identity_side *side, const struct dcb_identity_boot *boot,
		       dcb_identity_each each, void *context, struct dcb_error *err);
	void *context;
};

#define DCB_IDENTITY_SIDE_NULL                                                                     \
	{                                                                                          \
		0                                                                                  \
	}
void dcb_identity_side_deinit(struct dcb_identity_side *side);
/* They take strings over, also where they fail. */
int dcb_identity_add_kernel(struct dcb_identity_side *side, char *sha256, char *name,
			    struct dcb_error *err);
int dcb_identity_add_workload(struct dcb_identity_side *side, char *workload,
			      struct dcb_error *err);
int dcb_identity_add_boot(struct dcb_identity_side *side, const struct dcb_identity_boot *boot,
			  struct dcb_error *err);
/* A run of the database; the store must outlive the side. */
int dcb_identity_side_of_run(struct dcb_store *store, int64_t run_id,
			     struct dcb_identity_side *side, struct dcb_error *err);

enum dcb_identity_pairing {
	DCB_IDENTITY_BY_SEED, /* kernel's digest, block and seed; under the same name first */
	DCB_IDENTITY_BY_NAME, /* kernel's name and block: seeds are compared elsewhere */
};

/* Marks boots of the second side. */
int dcb_identity_of(const struct dcb_identity_side *first, struct dcb_identity_side *second,
		    enum dcb_identity_pairing pairing, struct dcb_identity *ret_identity,
		    struct dcb_error *err);

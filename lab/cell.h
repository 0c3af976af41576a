/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * One cell of a plan: one kernel in one block, that is, one boot. Gathers the records of the guest
 * in memory, holds them against the registries, and stores all of them in one transaction.
 */

#include <stdint.h>

#include "base/cleanup.h"
#include "guest/protocol.h"
#include "lab/plan.h"
#include "machines/boot.h"
#include "schema/store.h"

struct dcb_error;
struct dcb_cell;

/* plan must outlive the cell. */
int dcb_cell_new(const struct dcb_plan *plan, size_t kernel, int64_t block, int64_t position,
		 struct dcb_cell **ret_cell, struct dcb_error *err);
void dcb_cell_free(struct dcb_cell *cell);
DEFINE_CLEANUP(struct dcb_cell *, dcb_cell_free)

size_t dcb_cell_kernel(const struct dcb_cell *cell);
int64_t dcb_cell_block(const struct dcb_cell *cell);
/* The guest's seed: every kernel of a block gets the same. */
uint64_t dcb_cell_seed(const struct dcb_cell *cell);

/* A setting of this boot that the lab knows, and not the guest. */
int dcb_cell_setting(struct dcb_cell *cell, const char *name, const char *value,
		     struct dcb_error *err);

/* A dcb_record_handler with the cell as its context. -EBADMSG for a record that is well-formed but
 * names a workload, role or metric that the job does not have. */
int dcb_cell_record(void *cell, const struct dcb_record *record, struct dcb_error *err);

/* Stores the boot and what was gathered (samples only of a good boot). */
int dcb_cell_store(const struct dcb_cell *cell, struct dcb_store *store, int64_t run_id,
		   int64_t started_us, const struct dcb_boot_result *result, struct dcb_error *err);

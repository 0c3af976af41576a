/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* A run as it was stored, read back to go on with. */

#include "lab/plan.h"
#include "schema/store.h"

struct dcb_error;

struct dcb_stored_run {
	struct dcb_plan plan; /* settled */
	char *owner;          /* of its last start, or NULL */
	enum dcb_run_state state;
	int64_t blocks;    /* so far, of the run: the plan's are those of its first look */
	double wall_s;     /* so far */
	size_t n_looks;    /* at it so far */
	int64_t last_look; /* at so many blocks; 0: none */
	char *sha256s[DCB_PLAN_MAX_KERNELS]; /* of its kernels, in the plan's order */
};

#define DCB_STORED_RUN_NULL                                                                        \
	{                                                                                          \
		0                                                                                  \
	}

/* Refuses, as a usage error, a run that does not exist or that is still running. */
int dcb_stored_run_load(struct dcb_store *store, int64_t run_id, struct dcb_stored_run *ret_stored,
			struct dcb_error *err);
void dcb_stored_run_deinit(struct dcb_stored_run *stored);

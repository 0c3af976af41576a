/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * The engine: drives the boots of a plan and stores them. `dcbench run` and a job of dcbenchd are
 * the same call. Every boot commits when it ends; a run that stops in any way resumes at the first
 * missing boot.
 */

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "lab/plan.h"
#include "schema/store.h"

struct dcb_error;
struct dcb_sink;

/* What somebody who can judge a run says of it. */
struct dcb_run_look {
	bool settled; /* every primary metric has a verdict */
	char *text;   /* "3 of 4 primary metrics settled; ..."; malloc'd, one line */
	/* The next look could say nothing with fewer blocks; 0: it could with any. It may depend on
	 * how many looks and metrics there are, not on what is seen in them. */
	int64_t next_least;
};

struct dcb_run_options {
	const char *state; /* folder for boots' files */
	const char *cache; /* folder of kernels, initramfs, QEMU */
	const struct dcb_sink *sink;
	const volatile sig_atomic_t
		*stop; /* set by a signal handler: ends the run as interrupted */
	/* Judges a run as it is stored, for plans until settled; the look is written down already.
	 * Called by rooms above, which know statistics. */
	int (*judge)(void *context, struct dcb_store *store, int64_t run_id,
		     struct dcb_run_look *ret_look, struct dcb_error *err);
	void *judge_context;
	/* Of a new run: the kernels by the digests of their images, one each, which must be in the
	 * store; NULL: as the plan's specs say. */
	const char *const *sha256s;
	/* Called before a new run's first boot, with its fingerprint and the digests of its kernels
	 * in the plan's order; a negative result ends it, and nothing is stored. Optional. */
	int (*ready)(void *context, const json_t *fingerprint, const char *const *kernel_sha256s,
		     struct dcb_error *err);
	void *context;
	int64_t job; /* of the queue, which gets the new run; 0: none */
};

/* Boots a settled plan. *ret_run_id is set as soon as the run is stored, also when the call then
 * fails. -EINTR where `stop` ended it. A kernel that panics, hangs or floods is a boot with a
 * reason and no error here. */
int dcb_run_start(struct dcb_store *store, const struct dcb_plan *plan,
		  const struct dcb_run_options *options, int64_t *ret_run_id,
		  struct dcb_error *err);

/* What a resumed run gets beyond its plan; 0: nothing. The rule holds for this call only; the
 * blocks stay. */
struct dcb_run_more {
	int64_t blocks;               /* so many in all; a usage error where it has more */
	int64_t more_blocks;          /* or so many more */
	int until;                    /* enum dcb_plan_until: settled turns a fixed run into one */
	int64_t max_blocks, budget_s; /* in all, over resumes, as in the plan */
};
/* Boots only what the run still lacks, with the kernels that it was started with. */
int dcb_run_resume(struct dcb_store *store, int64_t run_id, const struct dcb_run_more *more,
		   const struct dcb_run_options *options, struct dcb_error *err);

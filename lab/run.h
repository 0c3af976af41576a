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

struct dcb_run_options {
	const char *state; /* folder for boots' files */
	const char *cache; /* folder of kernels, initramfs, QEMU */
	const struct dcb_sink *sink;
	const volatile sig_atomic_t
		*stop; /* set by a signal handler: ends the run as interrupted */
	/* Of a new run: the kernels by the digests of their images, one each, which must be in the
	 * store; NULL: as the plan's specs say. */
	const char *const *sha256s;
	/* Called before a new run's first boot, with its fingerprint; a negative result ends it,
	 * and nothing is stored. Optional. */
	int (*ready)(void *context, const json_t *fingerprint, struct dcb_error *err);
	void *context;
};

/* Boots a settled plan. *ret_run_id is set as soon as the run is stored, also when the call then
 * fails. -EINTR where `stop` ended it. A kernel that panics, hangs or floods is a boot with a
 * reason and no error here. */
int dcb_run_start(struct dcb_store *store, const struct dcb_plan *plan,
		  const struct dcb_run_options *options, int64_t *ret_run_id,
		  struct dcb_error *err);
/* Boots only what the run still lacks, with the kernels that it was started with. */
int dcb_run_resume(struct dcb_store *store, int64_t run_id, const struct dcb_run_options *options,
		   struct dcb_error *err);

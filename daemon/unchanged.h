/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * Whether a job could only tell again what an earlier one told (submit --skip-unchanged): the last
 * good run of the same label and plan had the same kernels, by the digests that their specs lead to
 * now, and the same fingerprint (agent, programs, images, modules, QEMU, dcbench itself), the
 * host's state set aside.
 */

#include <jansson.h>
#include <stdint.h>

struct dcb_error;
struct dcb_store;

/* sha256s: of the kernels, in the order of the plan. 1 and the run that said it all; 0: there is
 * none, or something has changed. */
int dcb_unchanged_find(struct dcb_store *store, int64_t job_id, const char *const *sha256s,
		       size_t n_kernels, const json_t *fingerprint, int64_t *ret_run,
		       struct dcb_error *err);

/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * The same digits elsewhere. The summary of a run on a machine whose boots are exact carries what
 * fixes them (digests of kernels, agent, emulator and all that goes into a guest; plan and seeds)
 * and what came out: a digest over all samples, one a series, and of small runs the samples.
 *
 * A series is what one boot gave of one metric: one (kernel, block, workload, role, metric). Its
 * text has a line a sample, ordered by thread and iteration:
 *     THREAD ITERATION VALUE[ ENABLED_NS RUNNING_NS]
 * where VALUE has every digit, or is "null"; its digest is the SHA-256 of that text. The digest of
 * all is that of a line a series, ordered by workload, kernel, block, role and metric:
 *     KERNEL BLOCK WORKLOAD ROLE METRIC DIGEST
 * with WORKLOAD as its number in the run from 0, and "-" for no role.
 */

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "reports/identity.h"
#include "reports/summary.h"

struct dcb_error;
struct dcb_plan;

/* Runs of more samples carry digests only. */
#define DCB_REPRODUCTION_MAX_VALUES 20000

/* "reproduction" by the summary's schema, which reads every sample of the run; null where there is
 * nothing exact in it. */
int dcb_reproduction_to_json(struct dcb_store *store, const struct dcb_summary *summary,
			     json_t **ret_json, struct dcb_error *err);
/* The summary with it: what dcbench prints as JSON. */
int dcb_reproduction_summary(struct dcb_store *store, const struct dcb_summary *summary,
			     json_t **ret_json, struct dcb_error *err);
/* "dcbench reproduce SUMMARY.json", for reports: what makes these digits again elsewhere from the
 * run's JSON. malloc'd; NULL where the run is not exact, or on lack of memory. */
char *dcb_reproduce_command(const struct dcb_summary *summary);

/* ---- a summary that somebody sent ---- */

struct dcb_reproduction;
/* Everything about the file is checked but whether its digits are true: within bounds, of this
 * version, finished, exact, its parts fitting each other. A usage error in one line that names
 * the file. */
int dcb_reproduction_read(const char *path, struct dcb_reproduction **ret_reproduction,
			  struct dcb_error *err);
void dcb_reproduction_free(struct dcb_reproduction *reproduction);
DEFINE_CLEANUP(struct dcb_reproduction *, dcb_reproduction_free)

/* Into an initialised plan, which is then to be settled: only what fixes the digits. */
int dcb_reproduction_plan(const struct dcb_reproduction *reproduction, struct dcb_plan *plan,
			  struct dcb_error *err);

struct dcb_reproduction_kernel {
	const char *name, *sha256, *release;
	const char *package, *version; /* of Debian; NULL: it is not from there */
	bool exact;                    /* its samples are among those to be compared */
};
/* Borrowed strings. */
struct dcb_reproduction_kernel dcb_reproduction_kernel(const struct dcb_reproduction *reproduction,
						       size_t i);
/* Where the file contradicts itself, as one that was changed by hand does: a line, or NULL. */
const char *dcb_reproduction_contradiction(const struct dcb_reproduction *reproduction);

/* What differs of the inputs: [{"input": "agent", "theirs": ..., "ours": ...}], values as text or
 * null. `fingerprint` is by lab/fingerprint.h. What the file does not tell is not compared. */
int dcb_reproduction_inputs(const struct dcb_reproduction *reproduction, const json_t *fingerprint,
			    json_t **ret_differing, struct dcb_error *err);

struct dcb_reproduced {
	bool identical;
	bool by_digest; /* the file has no values: the identity is empty */
	uint64_t n;     /* samples of the file */
	struct dcb_identity identity;
	char *theirs, *ours; /* digests of all samples */
	char *series;        /* by digest: the first that differs, in words; or NULL */
	char *seed;          /* the first block whose seed differs, in words; or NULL */
};

#define DCB_REPRODUCED_NULL                                                                        \
	{                                                                                          \
		0                                                                                  \
	}
void dcb_reproduced_deinit(struct dcb_reproduced *reproduced);
/* A run of the database beside the file: the file is the first side. */
int dcb_reproduction_compare(const struct dcb_reproduction *reproduction, struct dcb_store *store,
			     int64_t run_id, struct dcb_reproduced *ret_reproduced,
			     struct dcb_error *err);

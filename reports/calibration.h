/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * Whether a host may be believed. A calibration boots one kernel under two names (an A/A), in
 * blocks like any run, and holds where
 *  - exact machines: every sample of the two is the same, to the digit;
 *  - elsewhere: of the splits of these boots (reports/splits.h) at most 5 % give a verdict, and the
 *    boots as they were booted give none.
 * It counts for runs on the same host (lab/host.h), machine and architecture, a workload with the
 * same parameters; the newest counts.
 */

#include <stdbool.h>
#include <stdint.h>

#include "reports/summary.h"

struct dcb_error;

/* What most splits may give a verdict on nothing: DCB_ALPHA. */
#define DCB_CALIBRATION_LIMIT 0.05

/* Judges the A/A run of this number and stores what comes out. exact: of its machine. A usage error
 * where the run is no A/A, or has too few blocks. */
int dcb_calibrate(struct dcb_store *store, int64_t run_id, bool exact, int64_t *ret_id,
		  struct dcb_error *err);

/* Lines for the notes of a report: what the newest calibration says of each workload of the run,
 * and, where the summary is strict, that there is none. *ret_lines ends with NULL. -ENOMEM. */
int dcb_calibration_notes(const struct dcb_summary *summary, char ***ret_lines);
void dcb_calibration_notes_free(char **lines);
DEFINE_CLEANUP(char **, dcb_calibration_notes_free)

/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * What is to be told of a job that ends: one letter a [deliver NAME] that wants one of its events.
 * Of several events the gravest names the letter (X-Dcbench-Event). The body is the run's report in
 * the section's format; where there is no run to report on, {"version": "dcbench-event/1"} with the
 * job; for chat a line of text for people.
 */

#include <stdint.h>

#include "daemon/config.h"
#include "schema/jobs.h"

struct dcb_error;
struct dcb_store;

/* The end: with the job, in one transaction. owner: as in dcb_store_finish_job(). A report that
 * cannot be made becomes an event with the reason: an end is never lost for its letters. */
int dcb_letters_finish(struct dcb_store *store, const struct dcb_config *config, int64_t job_id,
		       const char *owner, enum dcb_job_state state, const char *reason,
		       struct dcb_error *err);

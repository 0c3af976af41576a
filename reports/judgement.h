/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* A stored run's summary, judged as it was planned or as somebody asks for now. */

#include <stdbool.h>
#include <stdint.h>

#include "base/option.h"

struct dcb_error;
struct dcb_store;
struct dcb_summary;

/* How figures are judged, for commands that print verdicts of a stored run. */
struct dcb_judgement_options {
	char *threshold;
	bool strict;
	bool lenient; /* never strict, whatever the run's plan says; no option */
};
extern const struct dcb_option dcb_judgement_options[];

/* judgement: NULL for the run's own. */
int dcb_summary_load(struct dcb_store *store, int64_t run_id,
		     const struct dcb_judgement_options *judgement,
		     struct dcb_summary **ret_summary, struct dcb_error *err);

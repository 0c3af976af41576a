/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* What a reader must know of the verdicts besides: lines for every format in words. */

#include <stdbool.h>
#include <stddef.h>

#include "reports/grid.h"

struct dcb_summary;

struct dcb_note {
	/* "planted", "finding", "intervals", "judged", "two modes", "calibration", "stopped" */
	const char *label;
	char *text;
	enum dcb_colour colour;
};

struct dcb_notes {
	struct dcb_note *rows;
	size_t n;
};

#define DCB_NOTES_NULL                                                                             \
	{                                                                                          \
		0                                                                                  \
	}
void dcb_notes_deinit(struct dcb_notes *notes);
/*
 * What was planted; boots that failed on one side only; what the intervals are over; how many metrics were judged
 * together, at which look; metrics whose boots fall into two clusters (all: of those that are not
 * primary too); what this host was calibrated to find; why the run stopped. Text is printable. -ENOMEM.
 */
int dcb_judgement_notes(const struct dcb_summary *summary, bool all, struct dcb_notes *notes);

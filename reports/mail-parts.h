/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* The parts of a mail (mail.h). All return -ENOMEM or 0. */

#include "reports/page.h"
#include "reports/summary.h"

/* What a candidate shows against base; candidate == base: what base itself shows. */
int dcb_mail_symptoms(const struct dcb_summary *summary, size_t candidate, struct dcb_page *page);
/* A section a verdict, then the rest. */
int dcb_mail_verdicts(const struct dcb_summary *summary, size_t candidate, struct dcb_page *page);
/* Counts: what stayed the same, of what lesser metric nothing can be told. */
int dcb_mail_rest(const struct dcb_summary *summary, size_t candidate, struct dcb_page *page);
/* The figures of base, where there is nothing else. */
int dcb_mail_figures(const struct dcb_summary *summary, struct dcb_page *page);
/* Failed boots, splats of candidates, settings that differ: what is no verdict and yet matters. */
int dcb_mail_findings(const struct dcb_summary *summary, struct dcb_page *page);
/* What was not counted, and what the intervals are over. */
int dcb_mail_limits(const struct dcb_summary *summary, struct dcb_page *page);
/* Kernels, host, emulator, agent. */
int dcb_mail_fingerprint(const struct dcb_summary *summary, struct dcb_page *page);

/* "dying-dentry:op=rename", as a command line takes it, quoted; malloc'd. */
char *dcb_mail_dose(const struct dcb_summary *summary, size_t workload);
/* `more` behind `list`, with ", " between where the list is not empty; takes both over. */
char *dcb_mail_append(char *list, char *more);

/* ---- items under a heading that comes with the first of them ---- */

struct dcb_mail_section {
	struct dcb_page *page;
	const char *title;
	bool begun;
};

/* Takes `text` over; NULL is -ENOMEM. */
int dcb_mail_add(struct dcb_mail_section *section, char *text, enum dcb_colour colour);

/* ---- cells: malloc'd ---- */

/* Both sides have it. */
bool dcb_mail_is_compared(const struct dcb_comparison *comparison);
/* To the digit. */
bool dcb_mail_is_unchanged(const struct dcb_comparison *comparison);
char *dcb_mail_metric_text(const struct dcb_comparison *comparison);
char *dcb_mail_side_text(const struct dcb_side *side, const char *unit, bool interval);

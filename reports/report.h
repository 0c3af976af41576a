/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* The formats in which one result leaves the program: one file and one line in the table each. */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct dcb_error;
struct dcb_store;
struct dcb_summary;

struct dcb_report {
	const struct dcb_summary *summary;
	/* For what a format needs beyond the summary: samples, history. Within a snapshot. */
	struct dcb_store *store;
	int width; /* columns, for text */
	bool colour;
	const char *origin; /* who says it, in formats that name it (kcidb): "dcbench" */
	const char *url;    /* where the whole report can be read; or NULL */
};

struct dcb_report_format {
	const char *name;         /* "html" */
	const char *summary;      /* one line for the help */
	const char *content_type; /* for HTTP; NULL: "application/json" */
	/* -errno of writing is found by the caller; -EINVAL as a usage error where this run has
	 * nothing for this format. */
	int (*write)(const struct dcb_report *report, FILE *file, struct dcb_error *err);
	/* It says what was planted (dcb_summary_planted()) where its reader cannot miss it. What
	 * does not is never given a run with a slow-down of the lab's own. */
	bool tells_planted;
};

extern const struct dcb_report_format *const dcb_report_formats[];
extern const size_t dcb_n_report_formats;

/* A usage error that names the formats, and the nearest. */
int dcb_report_format_find(const char *name, const struct dcb_report_format **ret_format,
			   struct dcb_error *err);
/* A usage error where this run must not leave in that format. */
int dcb_report_format_check(const struct dcb_report_format *format,
			    const struct dcb_summary *summary, struct dcb_error *err);
/* Checks, and writes into memory: *ret_text is malloc'd and NUL-terminated behind *ret_size. */
int dcb_report_print(const struct dcb_report_format *format, const struct dcb_report *report,
		     char **ret_text, size_t *ret_size, struct dcb_error *err);

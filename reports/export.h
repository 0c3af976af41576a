/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * Samples for other programs, one a row, with all that says what they are: of good boots, in the
 * order of the store, in small memory however many there are. A value that could not be counted is
 * empty, or null.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct dcb_error;
struct dcb_store;

enum dcb_export_columns {
	DCB_EXPORT_LONG,  /* run, created, machine, arch, kernel, release, ... running_ns */
	DCB_EXPORT_BRIEF, /* within one run: kernel, block, workload with its parameters, ... */
};

enum dcb_export_form {
	DCB_EXPORT_CSV,    /* RFC 4180, with a header */
	DCB_EXPORT_TSV,    /* tabs between, with a header */
	DCB_EXPORT_NDJSON, /* an object a line */
	DCB_EXPORT_JSON,   /* one array */
};

/* n_runs 0: all runs. A run that does not exist is a usage error, told before anything is
 * written. */
int dcb_export_write(struct dcb_store *store, const int64_t *runs, size_t n_runs,
		     enum dcb_export_columns columns, enum dcb_export_form form, FILE *file,
		     struct dcb_error *err);

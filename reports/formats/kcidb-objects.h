/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* KCIDB's objects, with what all of a kind have; kcidb.c says which there are. */

#include <jansson.h>

#include "reports/report.h"
#include "reports/summary.h"

#define DCB_KCIDB_ORIGIN_LETTERS "abcdefghijklmnopqrstuvwxyz0123456789_"

struct dcb_kcidb {
	const struct dcb_report *report;
	const struct dcb_summary *summary;
	json_t *told; /* the summary's own JSON, without nulls */
	json_t *checkouts, *builds, *tests;
};

/* The nth of "comparisons", "symptoms"... of the summary; borrowed. */
json_t *dcb_kcidb_told(const struct dcb_kcidb *document, const char *list, size_t n);
/* Its checkout and build. 0 or -ENOMEM. */
int dcb_kcidb_add_kernel(struct dcb_kcidb *document, size_t kernel);

/* Where a test stands: this makes its path and its id. */
struct dcb_kcidb_place {
	size_t kernel;
	int64_t workload;           /* -1: none */
	const char *first, *second; /* second: or NULL */
};

/* Owned by the document; NULL on lack of memory. `misc` is taken over. */
json_t *dcb_kcidb_add_test(struct dcb_kcidb *document, const struct dcb_kcidb_place *place,
			   const char *status, const char *comment, json_t *misc);
/* Of a test: what the console or the guest said, cut to what is allowed. NULL: nothing. 0 or
 * -ENOMEM. */
int dcb_kcidb_set_excerpt(json_t *test, const char *text);

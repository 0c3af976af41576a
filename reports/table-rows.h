/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* What stands in the cells of the table: one row a symptom or a metric, one group of columns a
 * candidate. */

#include "reports/grid.h"
#include "reports/summary.h"

struct dcb_table_shape {
	const size_t *candidates; /* kernels */
	size_t n_candidates;
	bool value_intervals, change_intervals;
	bool brief; /* verdicts as short as they can be */
	bool all;
};

#define DCB_TABLE_COLUMNS(shape) (2 + 3 * (shape)->n_candidates)

/* "base 6.12.117": the name and the version of its release; malloc'd. */
char *dcb_table_kernel(const struct dcb_summary *summary, size_t kernel);
/* workload -1: the console's. NULL where that kernel has no such row. */
const struct dcb_summary_symptom *dcb_table_find_symptom(const struct dcb_summary *summary,
							 int64_t workload, const char *name,
							 size_t kernel);
/* "spins", "no wait", "yes": what a kernel showed; "-" for NULL or where no boot tells. malloc'd.
 */
char *dcb_table_state(const struct dcb_summary_symptom *symptom);
/* "improved"; "cannot-tell, +12 blocks", or why it cannot; brief: "+12 blocks", or "cannot-tell"
 * where there is no such number. malloc'd. */
char *dcb_table_verdict(const struct dcb_comparison *comparison, bool brief);
/* Names of the kernels. All return -ENOMEM, or the number of rows. */
int dcb_table_add_head(const struct dcb_summary *summary, const struct dcb_table_shape *shape,
		       struct dcb_grid *grid);
/* workload -1: the console's. */
int dcb_table_add_symptoms(const struct dcb_summary *summary, int64_t workload,
			   const struct dcb_table_shape *shape, struct dcb_grid *grid);
int dcb_table_add_metrics(const struct dcb_summary *summary, size_t workload,
			  const struct dcb_table_shape *shape, struct dcb_grid *grid);
/* 1 and the median over boots of the time from exec to the first record; 0 where none came. */
int dcb_table_first_record(const struct dcb_summary *summary, double *ret_seconds);
/* Boots, what was not counted, overhead: the lines under the table. */
int dcb_table_print_notes(const struct dcb_summary *summary,
			  const struct dcb_table_options *options, FILE *file);

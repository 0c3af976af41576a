/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

#include <stdio.h>

#include "reports/summary.h"

/*
 * Workloads x kernels: in each cell what the kernel showed, and how many of the tries met the
 * situation; "-" with a note below where it could not be run. One look at many kernels, where the
 * table of comparisons has a block for each.
 */

/* Workloads without symptoms are left out. -ENOMEM, or the errno of writing. */
int dcb_matrix_print(const struct dcb_summary *summary, bool markdown,
		     const struct dcb_table_options *options, FILE *file);

/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

#include <stdbool.h>

#include "schema/store.h"

/* "dying-dentry", what stands between name and keys, and the keys with `between` them: those alone
 * that are not at their defaults, or all. A workload or key that this build does not know stays as
 * it is. malloc'd; NULL on lack of memory. */
char *dcb_dose_format(const struct dcb_store_run_workload *workload, bool all, const char *before,
		      const char *between);

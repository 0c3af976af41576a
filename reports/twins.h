/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * A run of one kernel under two names, sample by sample: on an exact machine every digit of a
 * block's two boots is the same. Blocks that lack a good boot are left out.
 */

#include <stdint.h>

#include "reports/summary.h"

struct dcb_twins {
	uint64_t compared, differing; /* samples; one that only one side has differs */
	char *first_difference;       /* for the message; NULL where none differs */
};

#define DCB_TWINS_NULL                                                                             \
	{                                                                                          \
		0                                                                                  \
	}
void dcb_twins_deinit(struct dcb_twins *twins);
/* summary: of two kernels. */
int dcb_twins_compare(struct dcb_store *store, const struct dcb_summary *summary,
		      struct dcb_twins *ret_twins, struct dcb_error *err);

/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* The inside of a summary that was read; every member is checked. */

#include "reports/reproduction.h"

struct dcb_reproduction {
	char *path;
	json_t *root;
	const json_t *json, *plan, *kernels, *seeds, *series; /* in root */
	const char *sha256;                                   /* of all samples, as told */
	uint64_t n;                                           /* samples */
	bool has_values;
	char *contradiction;           /* or NULL */
	struct dcb_identity_side side; /* boots have no seeds */
};

/* Takes one line of a series' values; false where it is none. Names stay as they are. */
bool dcb_reproduction_next(const char **text, struct dcb_identity_row *row);
/* The first object of a list with this "name", or NULL. */
const json_t *dcb_reproduction_named(const json_t *list, const char *name);

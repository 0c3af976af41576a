/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* Reference values made by scripts/statistics-reference-energy.R. */

#include "statistics-fixture.h"

static inline json_t *energy_load(void)
{
	json_error_t error;
	json_t *root = json_load_file(DCB_TEST_DATA "/statistics/energy.json", 0, &error);

	if (!root)
		fail_msg("%s", error.text);
	return root;
}

static inline void assert_within(double value, double want, double tolerance)
{
	if (!(fabs(value - want) <= tolerance))
		fail_msg("%.17g instead of %.17g", value, want);
}

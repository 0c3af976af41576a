/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* Reference values from tests/data/statistics/energy.json. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "base/json.h"

static inline json_t *reference_load(void)
{
	json_error_t error;
	json_t *root = json_load_file(DCB_TEST_DATA "/statistics/energy.json", 0, &error);

	if (!root)
		fail_msg("%s", error.text);
	return root;
}

/* Of a member that is a list of numbers; malloc'd. */
static inline double *reference_numbers(const json_t *object, const char *member, size_t *ret_n)
{
	const json_t *list = json_object_get(object, member);
	size_t n = json_array_size(list);
	double *values = malloc((n + 1) * sizeof(*values));

	assert_true(n > 0);
	assert_non_null(values);
	for (size_t i = 0; i < n; i++)
		values[i] = json_number_value(json_array_get(list, i));
	if (ret_n)
		*ret_n = n;
	return values;
}

static inline void assert_near(double value, double want, double tolerance)
{
	if (!(fabs(value - want) <= tolerance))
		fail_msg("%.17g instead of %.17g", value, want);
}

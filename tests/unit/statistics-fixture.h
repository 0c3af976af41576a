/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* Reference values made by scripts/statistics-reference.R, and random numbers of known shape. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/random.h"
#include "reports/stats/normal.h"

static inline void reference_each(const char *path, void (*each)(const json_t *row))
{
	json_error_t error;
	json_auto_t *cases = json_load_file(path, 0, &error);
	json_t *row;
	size_t i;

	if (!cases)
		fail_msg("%s: %s", path, error.text);
	assert_true(json_array_size(cases) > 0);
	json_array_foreach(cases, i, row)
	{
		each(row);
	}
}
#define REFERENCE_EACH(name, each) reference_each(DCB_TEST_DATA "/statistics/" name ".json", each)

static inline double reference_number(const json_t *row, const char *key)
{
	const json_t *value = json_object_get(row, key);

	assert_true(json_is_number(value));
	return json_number_value(value);
}

/* malloc'd. */
static inline double *reference_numbers(const json_t *row, const char *key, size_t *ret_n)
{
	const json_t *list = json_object_get(row, key);
	size_t n = json_array_size(list);
	double *values = malloc((n + 1) * sizeof(*values));

	assert_non_null(values);
	for (size_t i = 0; i < n; i++)
		values[i] = json_number_value(json_array_get(list, i));
	*ret_n = n;
	return values;
}

/* Within 1e-9 of each other, small ones relatively. */
static inline void assert_near(double got, double want)
{
	if (!(fabs(got - want) <= 1e-9 * fmax(fabs(want), 1e-3)))
		fail_msg("%.15g, not %.15g", got, want);
}

static inline double random_uniform(struct dcb_random *random)
{
	return ((double)(dcb_random_next(random) >> 11) + 0.5) * 0x1p-53;
}

static inline double random_normal(struct dcb_random *random)
{
	return dcb_normal_quantile(random_uniform(random));
}

// SPDX-License-Identifier: GPL-2.0-only
#include "statistics-fixture.h"

static void check_quantile(const json_t *row)
{
	double p = reference_number(row, "p"), z = reference_number(row, "z");

	assert_near(dcb_normal_quantile(p), z);
	assert_true(fabs(dcb_normal_cdf(z) / p - 1) < 1e-9);
}

static void quantile__as_r(void **state)
{
	(void)state;
	REFERENCE_EACH("normal", check_quantile);
}

static void quantile__ends_are_infinite(void **state)
{
	(void)state;
	assert_true(dcb_normal_quantile(0) == -INFINITY);
	assert_true(dcb_normal_quantile(1) == INFINITY);
	assert_true(dcb_normal_cdf(-INFINITY) == 0 && dcb_normal_cdf(INFINITY) == 1);
	assert_true(fabs(dcb_normal_quantile(0.5)) < 1e-15);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quantile__as_r),
		cmocka_unit_test(quantile__ends_are_infinite),
	};

	return cmocka_run_group_tests_name("normal", tests, NULL, NULL);
}

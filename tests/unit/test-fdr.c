// SPDX-License-Identifier: GPL-2.0-only
#include "statistics-fixture.h"

#include "reports/stats/fdr.h"
#include "reports/stats/looks.h"

static void check_adjust(const json_t *row)
{
	size_t n, n_wanted;
	_cleanup_free_ double *p = reference_numbers(row, "p", &n);
	_cleanup_free_ double *wanted = reference_numbers(row, "adjusted", &n_wanted);

	assert_int_equal(n, n_wanted);
	assert_int_equal(dcb_fdr_adjust(p, n, p), 0);
	for (size_t j = 0; j < n; j++)
		assert_near(p[j], wanted[j]);
}

static void adjust__as_r(void **state)
{
	(void)state;
	REFERENCE_EACH("fdr", check_adjust);
}

static void adjust__nothing_is_nothing(void **state)
{
	double p = 0.5;

	(void)state;
	assert_int_equal(dcb_fdr_adjust(&p, 0, &p), 0);
	assert_true(p == 0.5);
}

static void look_share__sums_to_one(void **state)
{
	double sum = 0;

	(void)state;
	assert_true(dcb_look_share(1) == 0.75);
	assert_true(dcb_look_share(2) == 0.125);
	assert_near(dcb_look_alpha(1), 0.0375);
	for (size_t k = 1; k <= 100000; k++)
		sum += dcb_look_share(k);
	/* What is left after n looks is 1 / (4 n). */
	assert_near(sum + 0.25e-5, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(adjust__as_r),
		cmocka_unit_test(adjust__nothing_is_nothing),
		cmocka_unit_test(look_share__sums_to_one),
	};

	return cmocka_run_group_tests_name("fdr", tests, NULL, NULL);
}

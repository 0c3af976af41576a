// SPDX-License-Identifier: GPL-2.0-only
#include "statistics-fixture.h"

#include "reports/stats/further.h"
#include "reports/stats/looks.h"
#include "reports/stats/signed-rank.h"

static const struct dcb_further quiet = {
	.n = 3,
	.has_interval = true,
	.change = 0.1,
	.lo = 0.1,
	.hi = 0.1,
	.low = -0.01,
	.high = 0.01,
	.alpha = 0.0375,
	.next_alpha = 0.00625,
	.n_judged = 1,
	.rank = 1,
};

static void least__is_what_the_exact_test_can_give(void **state)
{
	(void)state;
	assert_int_equal(dcb_further_least(0.0375, true), 6);
	assert_int_equal(dcb_further_least(0.0375, false), 5);
	assert_int_equal(dcb_further_least(0.03125, true), 6);
	for (size_t k = 1; k < 20; k++) {
		size_t n = dcb_further_least(dcb_look_alpha(k), true);

		assert_true(dcb_signed_rank_least_p(n) <= dcb_look_alpha(k));
		assert_true(dcb_signed_rank_least_p(n - 1) > dcb_look_alpha(k));
	}
}

static void total__without_noise_is_what_the_test_needs(void **state)
{
	struct dcb_further further = quiet;

	(void)state;
	/* 2 / 2^9 = 0.0039 <= 0.00625 */
	assert_true(dcb_further_total(&further) == 9);
	further.n_judged = 10;
	/* The least of ten: 2 / 2^12 * 10 = 0.0049 */
	assert_true(dcb_further_total(&further) == 12);
	/* All ten as small: nothing is lost. */
	further.rank = 10;
	assert_true(dcb_further_total(&further) == 9);
	/* The same: 1 / 2^8, and it is not adjusted. */
	further.rank = 1;
	further.change = further.lo = further.hi = 0;
	assert_true(dcb_further_total(&further) == 8);
	further.has_interval = false;
	assert_true(dcb_further_total(&further) == 8);
}

static void total__grows_with_noise_and_with_nearness(void **state)
{
	struct dcb_further further = quiet;
	double before = 0;

	(void)state;
	for (double width = 0.01; width < 1; width *= 1.5) {
		double total;

		further.lo = 0.1 - width;
		further.hi = 0.1 + width;
		total = dcb_further_total(&further);
		assert_true(total >= before);
		before = total;
	}
	/* Twice the distance from the threshold, a quarter of the blocks. */
	further = quiet;
	further.n = 100;
	further.lo = further.change - 0.09;
	further.hi = further.change + 0.09;
	before = dcb_further_total(&further);
	further.change += 0.09;
	further.lo += 0.09;
	further.hi += 0.09;
	assert_true(fabs(dcb_further_total(&further) / before - 0.25) < 0.01);
	/* On the threshold: never. */
	further.change = further.high;
	assert_true(isinf(dcb_further_total(&further)));
}

/* A change of 5 % with boots that vary by 3 %: the forecast of many experiments against how many
 * blocks the interval's z test needs. */
static void total__is_the_z_test(void **state)
{
	struct dcb_further further = quiet;
	double error = 0.03 / sqrt(10), z = 2.0813 /* of 1 - 0.0375 / 2 */;

	(void)state;
	further.n = 10;
	further.change = 0.05;
	further.lo = 0.05 - z * error;
	further.hi = 0.05 + z * error;
	/* (z(1 - 0.00625 / 2) + z(0.8))^2 0.03^2 / 0.04^2 = (2.734 + 0.842)^2 * 0.5625 = 7.2, but
	 * the test of no change needs 9. */
	assert_true(dcb_further_total(&further) == 9);
	further.low = -0.04;
	further.high = 0.04;
	/* 0.03^2 / 0.01^2 = 9: 115.1 */
	assert_true(dcb_further_total(&further) == 116);
}

static void total__infinite_ends_leave_the_test(void **state)
{
	struct dcb_further further = quiet;

	(void)state;
	further.change = further.lo = -INFINITY;
	assert_true(dcb_further_total(&further) == 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(least__is_what_the_exact_test_can_give),
		cmocka_unit_test(total__without_noise_is_what_the_test_needs),
		cmocka_unit_test(total__grows_with_noise_and_with_nearness),
		cmocka_unit_test(total__is_the_z_test),
		cmocka_unit_test(total__infinite_ends_leave_the_test),
	};

	return cmocka_run_group_tests_name("further", tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/dying-state.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define MS 1e6

/* A waiter that waited 90 ms of the closer's 100 and wanted the CPU all the time. */
static const struct dcb_dying_observation spinner = {
	.waiter_wall_ns = 90 * MS,
	.closer_wall_ns = 100 * MS,
	.has_busy = true,
	.busy = 1,
};

static void dying_judge__busy_without_switch_spins(void **state)
{
	(void)state;
	assert_int_equal(dcb_dying_judge(&spinner), DCB_DYING_SPIN);
}

static void dying_judge__idle_with_switch_sleeps(void **state)
{
	struct dcb_dying_observation seen = spinner;

	(void)state;
	seen.busy = 0.01;
	seen.voluntary_switches = 1;
	assert_int_equal(dcb_dying_judge(&seen), DCB_DYING_SLEEP);
	/* The closer is often done by the time a sleeper runs again. */
	seen.closed_after = true;
	assert_int_equal(dcb_dying_judge(&seen), DCB_DYING_SLEEP);
}

static void dying_judge__short_while_closing_is_no_wait(void **state)
{
	struct dcb_dying_observation seen = spinner;

	(void)state;
	seen.waiter_wall_ns = 0.2 * MS;
	seen.has_busy = false;
	assert_int_equal(dcb_dying_judge(&seen), DCB_DYING_NO_WAIT);
}

static void dying_judge__late_is_a_miss(void **state)
{
	struct dcb_dying_observation seen = spinner;

	(void)state;
	/* Began when all was over, however long it took. */
	seen.closed_before = seen.closed_after = true;
	assert_int_equal(dcb_dying_judge(&seen), DCB_DYING_MISS);
	seen.waiter_wall_ns = 0.2 * MS;
	assert_int_equal(dcb_dying_judge(&seen), DCB_DYING_MISS);
	/* Began in the last moment: short, and the closer done at its end. */
	seen.closed_before = false;
	assert_int_equal(dcb_dying_judge(&seen), DCB_DYING_MISS);
}

static void dying_judge__between_is_unclear(void **state)
{
	struct dcb_dying_observation seen = spinner;

	(void)state;
	seen.busy = 0.5;
	assert_int_equal(dcb_dying_judge(&seen), DCB_DYING_UNCLEAR);
	seen.busy = 1;
	seen.voluntary_switches = 1;
	assert_int_equal(dcb_dying_judge(&seen), DCB_DYING_UNCLEAR);
	seen.busy = 0.01;
	seen.voluntary_switches = 0;
	assert_int_equal(dcb_dying_judge(&seen), DCB_DYING_UNCLEAR);
	seen.has_busy = false;
	assert_int_equal(dcb_dying_judge(&seen), DCB_DYING_UNCLEAR);
}

static void dying_busy__run_delay_counts(void **state)
{
	double busy = -1;

	(void)state;
	assert_true(dcb_dying_busy(100 * MS, 40 * MS, 60 * MS, &busy));
	assert_true(busy == 1);
	assert_true(dcb_dying_busy(100 * MS, 1 * MS, 1 * MS, &busy));
	assert_true(fabs(busy - 0.02) < 1e-12);
}

static void dying_busy__short_wall_means_nothing(void **state)
{
	double busy = -1;

	(void)state;
	assert_false(dcb_dying_busy(0.99 * MS, 0.99 * MS, 0, &busy));
	assert_true(busy == -1);
	assert_true(dcb_dying_busy(1 * MS, 1 * MS, 0, &busy));
}

static void dying_sum__majority_and_median_over_hits(void **state)
{
	const enum dcb_dying_state states[] = {DCB_DYING_MISS, DCB_DYING_SPIN, DCB_DYING_SPIN,
					       DCB_DYING_SLEEP, DCB_DYING_SPIN};
	double busy[] = {0.0, 1.0, 0.9, 0.1, NAN};
	struct dcb_dying_verdict verdict = dcb_dying_sum(states, busy, 5);

	(void)state;
	assert_int_equal(verdict.state, DCB_DYING_SPIN);
	assert_int_equal(verdict.hits, 4);
	assert_int_equal(verdict.tries, 5);
	assert_true(verdict.busy == 0.9);
}

static void dying_sum__even_median_is_the_mean(void **state)
{
	const enum dcb_dying_state states[] = {DCB_DYING_SLEEP, DCB_DYING_SLEEP};
	double busy[] = {0.5, 0.25};
	struct dcb_dying_verdict verdict = dcb_dying_sum(states, busy, 2);

	(void)state;
	assert_int_equal(verdict.state, DCB_DYING_SLEEP);
	assert_true(verdict.busy == 0.375);
}

static void dying_sum__no_wait_has_no_busy(void **state)
{
	const enum dcb_dying_state states[] = {DCB_DYING_NO_WAIT, DCB_DYING_NO_WAIT,
					       DCB_DYING_MISS};
	double busy[] = {NAN, NAN, NAN};
	struct dcb_dying_verdict verdict = dcb_dying_sum(states, busy, 3);

	(void)state;
	assert_int_equal(verdict.state, DCB_DYING_NO_WAIT);
	assert_true(verdict.busy == 0);
}

static void dying_sum__mostly_missed_is_a_miss(void **state)
{
	const enum dcb_dying_state states[] = {DCB_DYING_MISS, DCB_DYING_MISS, DCB_DYING_SPIN};
	double busy[] = {NAN, NAN, 1};
	struct dcb_dying_verdict verdict = dcb_dying_sum(states, busy, 3);

	(void)state;
	assert_int_equal(verdict.state, DCB_DYING_MISS);
	assert_int_equal(verdict.hits, 1);
}

static void dying_over__a_close_that_ended_shortly_behind_counts(void **state)
{
	(void)state;
	assert_true(dcb_dying_over(1000, 2000, 10000));
	assert_true(dcb_dying_over(3000, 2000, 10000));
	assert_false(dcb_dying_over(5000, 2000, 10000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dying_over__a_close_that_ended_shortly_behind_counts),
		cmocka_unit_test(dying_judge__busy_without_switch_spins),
		cmocka_unit_test(dying_judge__idle_with_switch_sleeps),
		cmocka_unit_test(dying_judge__short_while_closing_is_no_wait),
		cmocka_unit_test(dying_judge__late_is_a_miss),
		cmocka_unit_test(dying_judge__between_is_unclear),
		cmocka_unit_test(dying_busy__run_delay_counts),
		cmocka_unit_test(dying_busy__short_wall_means_nothing),
		cmocka_unit_test(dying_sum__majority_and_median_over_hits),
		cmocka_unit_test(dying_sum__even_median_is_the_mean),
		cmocka_unit_test(dying_sum__no_wait_has_no_busy),
		cmocka_unit_test(dying_sum__mostly_missed_is_a_miss),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

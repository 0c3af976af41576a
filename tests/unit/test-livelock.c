// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/livelock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void livelock_judge__only_a_rescued_spinner(void **state)
{
	(void)state;
	assert_true(dcb_livelock_judge(DCB_DYING_SPIN, true));
	assert_false(dcb_livelock_judge(DCB_DYING_SPIN, false));
	/* A slow close that a sleeper waits for, however long. */
	assert_false(dcb_livelock_judge(DCB_DYING_SLEEP, true));
	assert_false(dcb_livelock_judge(DCB_DYING_NO_WAIT, true));
	assert_false(dcb_livelock_judge(DCB_DYING_UNCLEAR, true));
	assert_false(dcb_livelock_judge(DCB_DYING_MISS, true));
}

static void livelock_finding__share_of_the_hits(void **state)
{
	struct dcb_livelock livelock = {0};
	struct dcb_workload_finding finding;

	(void)state;
	dcb_livelock_add(&livelock, DCB_DYING_SPIN, true);
	dcb_livelock_add(&livelock, DCB_DYING_SPIN, false);
	dcb_livelock_add(&livelock, DCB_DYING_MISS, false);
	dcb_livelock_add(&livelock, DCB_DYING_SPIN, false);
	dcb_livelock_add(&livelock, DCB_DYING_SPIN, false);
	finding = dcb_livelock_finding(&livelock);
	assert_string_equal(finding.symptom, "livelock");
	assert_string_equal(finding.state, "livelock");
	assert_true(finding.present);
	assert_true(finding.value == 0.25);
	assert_int_equal(finding.hits, 4);
	assert_int_equal(finding.tries, 5);
}

static void livelock_finding__without_one_there_is_progress(void **state)
{
	struct dcb_livelock livelock = {0};
	struct dcb_workload_finding finding;

	(void)state;
	dcb_livelock_add(&livelock, DCB_DYING_SPIN, false);
	dcb_livelock_add(&livelock, DCB_DYING_SLEEP, true);
	finding = dcb_livelock_finding(&livelock);
	assert_false(finding.present);
	assert_string_equal(finding.state, "progress");
	assert_true(finding.value == 0);
}

static void livelock_finding__too_few_hits_are_a_miss(void **state)
{
	struct dcb_livelock livelock = {0};
	struct dcb_workload_finding finding = dcb_livelock_finding(&livelock);

	(void)state;
	assert_string_equal(finding.state, "miss");
	assert_false(finding.present);
	dcb_livelock_add(&livelock, DCB_DYING_SPIN, false);
	dcb_livelock_add(&livelock, DCB_DYING_MISS, false);
	dcb_livelock_add(&livelock, DCB_DYING_MISS, true);
	finding = dcb_livelock_finding(&livelock);
	assert_string_equal(finding.state, "miss");
	assert_false(finding.present);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(livelock_judge__only_a_rescued_spinner),
		cmocka_unit_test(livelock_finding__share_of_the_hits),
		cmocka_unit_test(livelock_finding__without_one_there_is_progress),
		cmocka_unit_test(livelock_finding__too_few_hits_are_a_miss),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

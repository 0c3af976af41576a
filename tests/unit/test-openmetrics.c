// SPDX-License-Identifier: GPL-2.0-only
/* The grammar is held by tests/integration/report-foreign. */
#include "foreign-fixture.h"

#include "locale-fixture.h"

#define RUN    "machine=\"icount\",arch=\"arm64\",origin=\"dcbench\""
#define FIXED_ RUN ",kernel=\"fixed\""
#define DOSE   ",workload=\"dying-dentry\",params=\"op=rename\""

static void has_line(const char *text, const char *line)
{
	size_t n = strlen(line);

	for (const char *at = strstr(text, line); at; at = strstr(at + 1, line))
		if ((at == text || at[-1] == '\n') && at[n] == '\n')
			return;
	fail_msg("no line %s in\n%s", line, text);
}

static void openmetrics__families_and_samples(void **state)
{
	_cleanup_(made_deinit) struct made made = {0};

	(void)state;
	made_init(&made, 2);
	made.comparisons[SWITCHES].unit = (char *)"frogs/day";

	_cleanup_free_ char *text = made_text(&made, &dcb_report_openmetrics);

	has_line(text,
		 "# TYPE dcbench_median_wall_seconds gauge\n"
		 "# UNIT dcbench_median_wall_seconds seconds\n"
		 "# HELP dcbench_median_wall_seconds Median of the boots' medians of "
		 "wall_seconds.\n"
		 "dcbench_median_wall_seconds{" RUN ",kernel=\"base\"" DOSE ",role=\"waiter\"} 5\n"
		 "dcbench_median_wall_seconds{" FIXED_ DOSE ",role=\"waiter\"} 1.25");
	has_line(text, "dcbench_lowest_wall_seconds{" FIXED_ DOSE ",role=\"waiter\"} 1");
	has_line(text, "dcbench_median_cycles{" FIXED_ DOSE ",role=\"waiter\"} 2500000");
	/* Without a role; a unit that nobody knows makes a name, no UNIT. */
	has_line(text, "# TYPE dcbench_median_switches_frogs_per_day gauge\n"
		       "# HELP dcbench_median_switches_frogs_per_day Median of the boots' medians "
		       "of switches_frogs_per_day.\n"
		       "dcbench_median_switches_frogs_per_day{" RUN ",kernel=\"base\"" DOSE "} 5");
	has_line(text, "dcbench_change_ratio{" FIXED_ DOSE ",role=\"waiter\",metric=\"cycles\"} 1");
	has_line(text, "dcbench_verdict{" FIXED_ DOSE ",role=\"waiter\",metric=\"wall\","
		       "primary=\"yes\",verdict=\"improved\"} 1");
	has_line(text, "dcbench_verdict{" FIXED_ DOSE ",role=\"waiter\",metric=\"wall\","
		       "primary=\"yes\",verdict=\"cannot-tell\"} 0");
	has_line(text, "dcbench_symptom{" RUN ",kernel=\"base\"" DOSE ",symptom=\"busy-wait\"} 1");
	has_line(text, "dcbench_symptom{" FIXED_ DOSE ",symptom=\"busy-wait\"} 0");
	has_line(text, "dcbench_symptom{" FIXED_ ",symptom=\"warning\"} 0");
	has_line(text, "dcbench_kernel{" FIXED_
		       ",base=\"no\",release=\"7.3.4+deb13-cloud-arm64\",sha256=\"" SHA_B "\"} 1");
	has_line(text, "dcbench_boots{" FIXED_ ",state=\"ok\"} 2");
	has_line(text, "dcbench_run_start_timestamp_seconds{" RUN "} 1700000000.000001");
	assert_string_equal(text + strlen(text) - strlen("\n# EOF\n"), "\n# EOF\n");
}

static void openmetrics__nothing_is_made_up(void **state)
{
	_cleanup_(made_deinit) struct made made = {0};

	(void)state;
	made_init(&made, 2);
	made.comparisons[WALL].candidate.n = 1;
	made.comparisons[WALL].has_interval = false;
	made.comparisons[CYCLES].candidate.n = 0;
	made.comparisons[CYCLES].verdict = DCB_VERDICT_NONE;
	made.comparisons[SWITCHES].has_ratio = false;
	made.symptoms[FIXED].state = (char *)"miss";

	_cleanup_free_ char *text = made_text(&made, &dcb_report_openmetrics);

	assert_null(strstr(text, "lowest_wall_seconds{" FIXED_));
	assert_null(
		strstr(text, "change_lowest_ratio{" FIXED_ DOSE ",role=\"waiter\",metric=\"wall"));
	assert_null(strstr(text, "median_cycles{" FIXED_));
	assert_null(strstr(text, "metric=\"cycles\""));
	assert_null(strstr(text, "change_ratio{" FIXED_ DOSE ",metric=\"switches\""));
	assert_null(strstr(text, "symptom{" FIXED_ DOSE));
}

static void openmetrics__hostile_text_is_escaped(void **state)
{
	_cleanup_(made_deinit) struct made made = {0};

	(void)state;
	made_init(&made, 2);
	made_hostile(&made);
	made.report.origin = HOSTILE;

	_cleanup_free_ char *text = made_text(&made, &dcb_report_openmetrics);

	has_line(text, "dcbench_boots{machine=\"icount\",arch=\"arm64\","
		       "origin=\"a\\\"b\\\\c?d?[31m?\xc3\xa9}?\","
		       "kernel=\"a\\\"b\\\\c?d?[31m?\xc3\xa9}?\",state=\"failed\"} 1");
	assert_null(strpbrk(text, "\r\033\xff"));
}

/* The metrics' own names come from our tables; still, none makes a bad name. */
static void openmetrics__names_have_no_other_letters(void **state)
{
	_cleanup_(made_deinit) struct made made = {0};

	(void)state;
	made_init(&made, 2);
	made.comparisons[WALL].metric = (char *)HOSTILE;
	made.comparisons[CYCLES].unit = (char *)HOSTILE;

	_cleanup_free_ char *text = made_text(&made, &dcb_report_openmetrics);

	has_line(text, "# TYPE dcbench_median_a_b_c_d__31m______seconds gauge");
	has_line(text, "# TYPE dcbench_median_cycles_a_b_c_d__31m_____ gauge");
}

static void check_bytes(void *context)
{
	_cleanup_(made_deinit) struct made made = {0};
	_cleanup_free_ char *text = NULL;

	made_init(&made, 2);
	text = made_text(&made, &dcb_report_openmetrics);
	assert_string_equal(text, context);
}

static void openmetrics__decimal_comma_changes_nothing(void **state)
{
	_cleanup_free_ char *text = NULL;
	_cleanup_(made_deinit) struct made made = {0};

	(void)state;
	made_init(&made, 2);
	text = made_text(&made, &dcb_report_openmetrics);
	with_decimal_comma(check_bytes, text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(openmetrics__families_and_samples),
		cmocka_unit_test(openmetrics__nothing_is_made_up),
		cmocka_unit_test(openmetrics__hostile_text_is_escaped),
		cmocka_unit_test(openmetrics__names_have_no_other_letters),
		cmocka_unit_test(openmetrics__decimal_comma_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

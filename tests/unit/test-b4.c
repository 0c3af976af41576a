// SPDX-License-Identifier: GPL-2.0-only
#include "foreign-fixture.h"

enum { SYMPTOMS, FIGURES };

/* The nth check; owned by *document. */
static const json_t *check(const struct made *made, size_t n, json_t **document)
{
	json_decref(*document);
	*document = made_json(made, &dcb_report_b4);
	assert_true(json_is_array(*document));
	assert_true(n < json_array_size(*document));
	return json_array_get(*document, n);
}

static void expect(const struct made *made, size_t n, const char *status, const char *summary)
{
	json_auto_t *document = NULL;
	const json_t *found = check(made, n, &document);

	assert_string_equal(made_string(found, "status"), status);
	if (!strstr(made_string(found, "summary"), summary))
		fail_msg("no \"%s\" in \"%s\"", summary, made_string(found, "summary"));
}

static void b4__fixed_symptom_passes(void **state)
{
	json_auto_t *document = NULL;
	_cleanup_(made_deinit) struct made made = {0};
	const json_t *found;

	(void)state;
	made_init(&made, 2);
	made.report.url = "https://lab.example/7";
	found = check(&made, SYMPTOMS, &document);
	assert_int_equal(json_array_size(document), 2);
	assert_string_equal(made_string(found, "tool"), "dcbench-symptoms");
	assert_string_equal(made_string(found, "status"), "pass");
	assert_string_equal(made_string(found, "summary"),
			    "fixed 7.3.4 against base 6.12.117: busy-wait gone");
	assert_string_equal(made_string(found, "details"),
			    "busy-wait gone: dying-dentry:op=rename: base spins, fixed sleeps\n");
	assert_string_equal(made_string(found, "url"), "https://lab.example/7");
}

static void b4__symptoms_that_fail(void **state)
{
	_cleanup_(made_deinit) struct made made = {0};

	(void)state;
	made_init(&made, 2);
	made.symptoms[BASE].present = false;
	made.symptoms[FIXED].present = true;
	expect(&made, SYMPTOMS, "fail", "busy-wait new");

	made_init(&made, 2);
	made.symptoms[MADE_WARNING + FIXED].present = true;
	expect(&made, SYMPTOMS, "fail", "warning new; busy-wait gone");

	/* Not one boot of the candidate was good, and base had one. */
	made_init(&made, 2);
	made.boots[2].row.state = made.boots[3].row.state = "hang";
	expect(&made, SYMPTOMS, "fail", "fixed: 2 of 2 boots failed");
	/* Base had none either: then nothing is known. */
	made.boots[0].row.state = made.boots[1].row.state = "died";
	expect(&made, SYMPTOMS, "warn", "base: 2 of 2 boots failed; fixed: 2 of 2 boots failed");
}

static void b4__symptoms_that_warn(void **state)
{
	_cleanup_(made_deinit) struct made made = {0};

	(void)state;
	made_init(&made, 2);
	made.boots[3].row.state = "hang";
	expect(&made, SYMPTOMS, "warn", "fixed: 1 of 2 boots failed");

	/* Base splats too. */
	made_init(&made, 2);
	made.symptoms[MADE_WARNING + BASE].present = true;
	made.symptoms[MADE_WARNING + FIXED].present = true;
	expect(&made, SYMPTOMS, "warn", "warning stays");

	made_init(&made, 2);
	made.symptoms[FIXED].state = (char *)"miss";
	expect(&made, SYMPTOMS, "warn", "busy-wait cannot tell");

	/* Base tells nothing, so that nobody knows whether it is new. */
	made_init(&made, 2);
	made.symptoms[BASE].boots = 0;
	made.symptoms[FIXED].present = true;
	expect(&made, SYMPTOMS, "warn", "busy-wait cannot tell");

	made_init(&made, 2);
	for (size_t k = 0; k < 2; k++)
		made.symptoms[k].name = (char *)"unsupported";
	made.symptoms[BASE].present = false;
	made.symptoms[FIXED].present = true;
	expect(&made, SYMPTOMS, "warn", "unsupported here only");

	made_init(&made, 2);
	made.summary.run.state = DCB_RUN_INTERRUPTED;
	expect(&made, SYMPTOMS, "warn", "run 7 is interrupted");
	expect(&made, FIGURES, "warn", "run 7 is interrupted");
}

static void b4__symptoms_that_pass(void **state)
{
	_cleanup_(made_deinit) struct made made = {0};

	(void)state;
	/* What base has and the candidate keeps is not the candidate's doing. */
	made_init(&made, 2);
	made.symptoms[FIXED].present = true;
	expect(&made, SYMPTOMS, "pass", "busy-wait stays");

	made_init(&made, 2);
	made.symptoms[BASE].present = false;
	expect(&made, SYMPTOMS, "pass", ": nothing found");
}

static void b4__name_stands_once_for_several_workloads(void **state)
{
	struct dcb_store_run_workload workloads[] = {{"dying-dentry", ""}, {"proc-exit", ""}};
	_cleanup_(made_deinit) struct made made = {0};

	(void)state;
	made_init(&made, 2);
	made.summary.workloads = workloads;
	made.summary.n_workloads = 2;
	for (size_t k = 0; k < 2; k++) {
		made.symptoms[MADE_WARNING + k] = made.symptoms[k];
		made.symptoms[MADE_WARNING + k].workload = 1;
	}
	expect(&made, SYMPTOMS, "pass", ": busy-wait gone in 2 workloads");
}

static void b4__figures(void **state)
{
	json_auto_t *document = NULL;
	_cleanup_(made_deinit) struct made made = {0};
	const json_t *found;

	(void)state;
	made_init(&made, 2);
	expect(&made, FIGURES, "pass", ": 1 improved; 2 same");

	made.comparisons[CYCLES].verdict = DCB_VERDICT_CANNOT_TELL;
	made.comparisons[CYCLES].further_blocks = 12;
	made.comparisons[CYCLES].reason = (char *)"the interval is too wide";
	expect(&made, FIGURES, "warn", ": 1 cannot-tell; 1 improved; 1 same");

	made.comparisons[SWITCHES].verdict = DCB_VERDICT_REGRESSED;
	made.comparisons[SWITCHES].has_ratio = false;
	made.comparisons[SWITCHES].has_interval = false;
	made.comparisons[SWITCHES].change = 2;
	found = check(&made, FIGURES, &document);
	assert_string_equal(made_string(found, "tool"), "dcbench-figures");
	assert_string_equal(made_string(found, "status"), "fail");
	assert_string_equal(
		made_string(found, "details"),
		"regressed: dying-dentry:op=rename switches: 5 to 5, +2\n"
		"cannot-tell: dying-dentry:op=rename waiter cycles: 2.50 M to 2.50 M, 0 % "
		"(-1.0 %..+1.0 %): the interval is too wide; 12 more blocks would probably tell\n"
		"improved: dying-dentry:op=rename waiter wall: 5.00 s to 1.25 s, -75.0 % "
		"(-75.3 %..-74.8 %)\n");

	/* What is not primary is told and does not fail. */
	made.comparisons[SWITCHES].primary = false;
	made.comparisons[CYCLES].primary = false;
	expect(&made, FIGURES, "pass",
	       ": 1 improved; 1 secondary regressed; 1 secondary cannot-tell");
}

static void b4__nothing_to_judge_warns(void **state)
{
	_cleanup_(made_deinit) struct made made = {0};

	(void)state;
	made_init(&made, 2);
	for (size_t i = 0; i < N_METRICS; i++)
		made.comparisons[i].verdict = DCB_VERDICT_NONE;
	expect(&made, FIGURES, "warn", "no figure of both kernels to judge");
}

static void b4__several_candidates_have_tools_of_their_own(void **state)
{
	static const char *const tools[] = {"lab-symptoms-fixed", "lab-figures-fixed",
					    "lab-symptoms-other", "lab-figures-other"};
	_cleanup_(made_deinit) struct made made = {0};

	(void)state;
	made_init(&made, 3);
	made.report.origin = "lab";

	json_auto_t *document = made_json(&made, &dcb_report_b4);

	assert_int_equal(json_array_size(document), ARRAY_SIZE(tools));
	for (size_t i = 0; i < ARRAY_SIZE(tools); i++)
		assert_string_equal(made_string(json_array_get(document, i), "tool"), tools[i]);
}

static void b4__base_alone_has_nothing_to_report(void **state)
{
	_cleanup_(made_deinit) struct made made = {0};

	(void)state;
	made_init(&made, 2);
	made.summary.n_kernels = 1;

	_cleanup_free_ char *text = made_text(&made, &dcb_report_b4);

	assert_string_equal(text, "[]\n");
}

static void b4__hostile_text_stays_on_its_line(void **state)
{
	json_auto_t *document = NULL;
	_cleanup_(made_deinit) struct made made = {0};
	const json_t *found;

	(void)state;
	made_init(&made, 2);
	made_hostile(&made);
	found = check(&made, SYMPTOMS, &document);
	assert_string_equal(made_string(found, "details"),
			    HOSTILE_CLEAN " block 0: hang: " HOSTILE_CLEAN "\n"
					  "busy-wait stays: dying-dentry:" HOSTILE_CLEAN
					  "=" HOSTILE_CLEAN ": base spins, " HOSTILE_CLEAN
					  " " HOSTILE_CLEAN ": " HOSTILE_CLEAN "\n");
	assert_null(strpbrk(made_string(found, "summary"), "\n\r\033"));
	found = check(&made, FIGURES, &document);
	assert_non_null(strstr(made_string(found, "details"), ": " HOSTILE_CLEAN "\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(b4__fixed_symptom_passes),
		cmocka_unit_test(b4__symptoms_that_fail),
		cmocka_unit_test(b4__symptoms_that_warn),
		cmocka_unit_test(b4__symptoms_that_pass),
		cmocka_unit_test(b4__name_stands_once_for_several_workloads),
		cmocka_unit_test(b4__figures),
		cmocka_unit_test(b4__nothing_to_judge_warns),
		cmocka_unit_test(b4__several_candidates_have_tools_of_their_own),
		cmocka_unit_test(b4__base_alone_has_nothing_to_report),
		cmocka_unit_test(b4__hostile_text_stays_on_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

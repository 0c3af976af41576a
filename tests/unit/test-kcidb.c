// SPDX-License-Identifier: GPL-2.0-only
/* The schema itself is held by tests/integration/report-foreign. */
#include "foreign-fixture.h"

/* The test of a kernel by its path; NULL where there is none. */
static const json_t *find(const json_t *document, const char *kernel, const char *path)
{
	const json_t *found = NULL, *test;
	size_t i;

	json_array_foreach(json_object_get(document, "tests"), i, test)
	{
		const char *name = made_string(json_object_get(test, "misc"), "kernel");

		if (strcmp(made_string(test, "path"), path) != 0 || strcmp(name, kernel) != 0)
			continue;
		assert_null(found);
		found = test;
	}
	return found;
}

static void expect(const struct made *made, const char *kernel, const char *path,
		   const char *status)
{
	json_auto_t *document = made_json(made, &dcb_report_kcidb);
	const json_t *test = find(document, kernel, path);

	if (!status && test)
		fail_msg("there is a test %s of %s", path, kernel);
	if (!status)
		return;
	if (!test)
		fail_msg("no test %s of %s", path, kernel);
	assert_string_equal(made_string(test, "status"), status);
}

static void kcidb__figure_is_a_number_with_its_unit(void **state)
{
	_cleanup_(made_deinit) struct made made = {0};

	(void)state;
	made_init(&made, 3);
	made.report.url = "https://lab.example/7";

	json_auto_t *document = made_json(&made, &dcb_report_kcidb);
	const json_t *test = find(document, "fixed", "dcbench.dying-dentry.op-rename.waiter.wall");
	const json_t *number = json_object_get(test, "number");
	const json_t *misc = json_object_get(test, "misc");

	assert_true(json_real_value(json_object_get(number, "value")) == 1.25);
	assert_string_equal(made_string(number, "unit"), "s");
	assert_string_equal(made_string(number, "prefix"), "metric");
	assert_string_equal(made_string(test, "id"),
			    "dcbench:1700000000000001-42.k1.w0.waiter.wall");
	assert_string_equal(made_string(test, "start_time"), "2023-11-14T22:13:21.000000+00:00");
	assert_true(json_integer_value(json_object_get(test, "duration")) == 11);
	/* Ours, in our units and words. */
	assert_int_equal(json_integer_value(json_object_get(misc, "median")), 1250000000);
	assert_int_equal(json_integer_value(json_object_get(misc, "n")), 2);
	assert_int_equal(json_integer_value(json_object_get(misc, "run")), 7);
	assert_string_equal(made_string(misc, "verdict"), "improved");
	assert_string_equal(made_string(misc, "report_url"), "https://lab.example/7");
	assert_int_equal(json_integer_value(json_object_get(json_object_get(misc, "base"), "lo")),
			 4000000000);

	/* A count has no unit; base is told once, without a verdict. */
	test = find(document, "base", "dcbench.dying-dentry.op-rename.waiter.cycles");
	number = json_object_get(test, "number");
	assert_null(json_object_get(number, "unit"));
	assert_string_equal(made_string(number, "prefix"), "metric");
	misc = json_object_get(test, "misc");
	assert_null(json_object_get(misc, "verdict"));
	assert_null(json_object_get(misc, "change"));
	assert_string_equal(made_string(misc, "unit"), "count");
	assert_non_null(
		find(document, "other", "dcbench.dying-dentry.op-rename.iteration.switches"));
}

static void kcidb__kernel_is_a_checkout_and_a_build(void **state)
{
	_cleanup_(made_deinit) struct made made = {0};

	(void)state;
	made_init(&made, 2);

	json_auto_t *document = made_json(&made, &dcb_report_kcidb);
	const json_t *checkout = json_array_get(json_object_get(document, "checkouts"), 1);
	const json_t *build = json_array_get(json_object_get(document, "builds"), 1);
	const json_t *test = find(document, "fixed", "boot");
	const json_t *environment = json_object_get(test, "environment");

	assert_string_equal(made_string(checkout, "id"), "dcbench:" SHA_B);
	assert_string_equal(made_string(build, "checkout_id"), "dcbench:" SHA_B);
	assert_string_equal(made_string(build, "architecture"), "arm64");
	assert_string_equal(made_string(test, "build_id"), "dcbench:" SHA_B);
	assert_string_equal(
		json_string_value(json_array_get(json_object_get(environment, "compatible"), 0)),
		"linux,dummy-virt");
	assert_string_equal(made_string(json_object_get(environment, "misc"), "platform"),
			    "icount-arm64");
	/* Only QEMU's own arm64 machine has a device tree that is known. */
	made.summary.run.arch = "x86_64";

	json_auto_t *other = made_json(&made, &dcb_report_kcidb);

	assert_null(json_object_get(json_object_get(find(other, "fixed", "boot"), "environment"),
				    "compatible"));
}

static void kcidb__local_path_stays_at_home(void **state)
{
	_cleanup_(made_deinit) struct made made = {0};

	(void)state;
	made_init(&made, 2);
	made.kernels[FIXED].kernel.origin = "{\"kind\":\"file\",\"path\":\"/home/me/vmlinuz\"}";

	_cleanup_free_ char *text = made_text(&made, &dcb_report_kcidb);

	assert_non_null(strstr(text, "\"kind\": \"file\""));
	assert_null(strstr(text, "/home/me"));
}

static void kcidb__boots(void **state)
{
	static const struct {
		const char *first, *second, *status;
	} rows[] = {{"ok", "ok", "PASS"},       {"ok", "panic", "FAIL"},
		    {"hang", "ok", "FAIL"},     {"protocol", "ok", "ERROR"},
		    {"died", "flood", "ERROR"}, {"died", "panic", "FAIL"},
		    {"error", "ok", "ERROR"}};
	_cleanup_(made_deinit) struct made made = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		made_init(&made, 2);
		made.boots[2].row.state = rows[i].first;
		made.boots[3].row.state = rows[i].second;
		expect(&made, "fixed", "boot", rows[i].status);
	}
	/* The lab never came to boot it. */
	made.summary.n_boots = 2;
	expect(&made, "fixed", "boot", "MISS");
}

static void kcidb__symptoms(void **state)
{
	static const char path[] = "dcbench.dying-dentry.op-rename.busy-wait";
	_cleanup_(made_deinit) struct made made = {0};

	(void)state;
	made_init(&made, 2);
	expect(&made, "base", path, "FAIL");
	expect(&made, "fixed", path, "PASS");
	expect(&made, "fixed", "dcbench.console.warning", "PASS");
	made.symptoms[FIXED].state = (char *)"miss";
	expect(&made, "fixed", path, "ERROR");
	made.symptoms[FIXED].boots = 0;
	expect(&made, "fixed", path, NULL);
	made.symptoms[MADE_WARNING + FIXED].present = true;
	expect(&made, "fixed", "dcbench.console.warning", "FAIL");

	made_init(&made, 2);
	made.symptoms[FIXED].name = (char *)"unsupported";
	expect(&made, "fixed", "dcbench.dying-dentry.op-rename.unsupported", NULL);
	made.symptoms[FIXED].present = true;
	expect(&made, "fixed", "dcbench.dying-dentry.op-rename.unsupported", "SKIP");
	made.symptoms[FIXED].name = (char *)"failed";
	expect(&made, "fixed", "dcbench.dying-dentry.op-rename.failed", "ERROR");
}

static void kcidb__figure_that_is_not_there(void **state)
{
	static const char path[] = "dcbench.dying-dentry.op-rename.waiter.cycles";
	_cleanup_(made_deinit) struct made made = {0};

	(void)state;
	made_init(&made, 2);
	made.comparisons[CYCLES].candidate.n = 0;
	/* Never meant to be there. */
	expect(&made, "fixed", path, NULL);
	made.comparisons[CYCLES].candidate.lacking = (char *)"ENOENT: No such file or directory";
	expect(&made, "fixed", path, "SKIP");
	expect(&made, "base", path, "DONE");
	/* The boot says it. */
	made.boots[2].row.state = made.boots[3].row.state = "hang";
	expect(&made, "fixed", path, NULL);
}

static void kcidb__excerpt_has_a_bound(void **state)
{
	_cleanup_(made_deinit) struct made made = {0};
	char *line = malloc(100001);

	(void)state;
	assert_non_null(line);
	for (size_t i = 0; i < 100000; i += 2)
		memcpy(line + i, "\xc3\xa9", 3);
	made_init(&made, 2);
	made.symptoms[MADE_WARNING + FIXED].detail = line;
	made.symptoms[MADE_WARNING + FIXED].present = true;

	json_auto_t *document = made_json(&made, &dcb_report_kcidb);
	const json_t *test = find(document, "fixed", "dcbench.console.warning");

	/* Characters, of two bytes but for the dots. */
	assert_int_equal(strlen(made_string(test, "log_excerpt")), 2 * (16384 - 2) + 2);
	free(line);
}

static void kcidb__origin_is_checked(void **state)
{
	static const char *const bad[] = {"", "My", "a b", "a-b", "a:b", HOSTILE};
	_cleanup_(made_deinit) struct made made = {0};

	(void)state;
	made_init(&made, 2);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct dcb_error err = DCB_ERROR_NULL;

		made.report.origin = bad[i];
		assert_int_equal(dcb_report_kcidb.write(&made.report, stdout, &err), -EINVAL);
		assert_int_equal(err.kind, DCB_ERROR_USAGE);
	}
	made.report.origin = "my_lab1";
	json_decref(made_json(&made, &dcb_report_kcidb));
}

static void check_safe(const char *text, const char *letters)
{
	if (text[strspn(text, letters)] != '\0')
		fail_msg("%s", text);
}

static void kcidb__hostile_text_makes_safe_ids_and_paths(void **state)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_-.:";
	_cleanup_(made_deinit) struct made made = {0};
	const json_t *test, *build;
	size_t i;

	(void)state;
	made_init(&made, 2);
	made_hostile(&made);

	json_auto_t *document = made_json(&made, &dcb_report_kcidb);

	json_array_foreach(json_object_get(document, "tests"), i, test)
	{
		check_safe(made_string(test, "id"), letters);
		check_safe(made_string(test, "build_id"), letters);
		check_safe(made_string(test, "path"), letters);
	}
	build = json_array_get(json_object_get(document, "builds"), 1);
	assert_null(json_object_get(build, "architecture"));
	/* JSON keeps the characters, but for bytes that are none. */
	assert_string_equal(made_string(build, "comment"), "a\"b\\c\nd\033[31m?\xc3\xa9}\r");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kcidb__figure_is_a_number_with_its_unit),
		cmocka_unit_test(kcidb__kernel_is_a_checkout_and_a_build),
		cmocka_unit_test(kcidb__local_path_stays_at_home),
		cmocka_unit_test(kcidb__boots),
		cmocka_unit_test(kcidb__symptoms),
		cmocka_unit_test(kcidb__figure_that_is_not_there),
		cmocka_unit_test(kcidb__excerpt_has_a_bound),
		cmocka_unit_test(kcidb__origin_is_checked),
		cmocka_unit_test(kcidb__hostile_text_makes_safe_ids_and_paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-only
#include "store-fixture.h"

#include <stdio.h>

#include "base/json.h"
#include "base/process.h"
#include "lab/plan.h"
#include "reports/command-line.h"
#include "reports/summary.h"

/* The words as one line, with blanks between. */
static char *line_of(char *const *words)
{
	char *line = strdup("");

	for (; *words; words++) {
		char *longer = dcb_format("%s%s%s", line, *line ? " " : "", *words);

		free(line);
		line = longer;
	}
	return line;
}

/* A summary whose plan is what `dcbench run` stores for these options. */
static char *line_for(struct fixture *f, const char *machine, const char *options)
{
	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = NULL;
	_cleanup_(dcb_words_freep) char **words = NULL;
	struct dcb_store_run run = fixture_run();
	struct dcb_error err = DCB_ERROR_NULL;
	_cleanup_free_ char *plan = NULL;
	json_auto_t *json = NULL;
	struct dcb_plan made;
	int64_t id;

	assert_int_equal(dcb_plan_init(&made, &err), 0);
	for (size_t i = 0; i < 2; i++) {
		_cleanup_free_ char *kernel = dcb_format("%s=%s", fixture_kernels[i].name,
							 fixture_kernels[i].spec);

		assert_int_equal(dcb_plan_add_kernel(&made, kernel, "test", &err), 0);
	}
	assert_int_equal(dcb_plan_add_workload(&made, "dying-dentry:size=600M", &err), 0);
	assert_int_equal(dcb_plan_add_workload(&made, "null", &err), 0);
	assert_int_equal(dcb_options_parse(dcb_plan_options, &made, options, "test", &err), 0);
	/* As settle leaves it, without asking what this host can boot. */
	for (size_t i = 0; i < made.n_workloads; i++)
		made.workloads[i].text = dcb_options_format(made.workloads[i].ops->options,
							    made.workloads[i].params);
	json = dcb_plan_to_json(&made);
	dcb_plan_deinit(&made);
	assert_non_null(json);
	plan = dcb_json_line(json);
	run.machine = machine;
	run.plan = plan;
	id = fixture_create(f->store, &run, 2);
	assert_int_equal(
		dcb_summary_new(f->store, id, &(struct dcb_summary_options){0}, &summary, &err), 0);
	if (dcb_command_line_run(summary, &words, &err) < 0)
		fail_msg("%s", err.message);
	return line_of(words);
}

static void command_line__only_what_is_not_the_default(void **state)
{
	static const struct {
		const char *machine, *options, *line;
	} lines[] = {
		{"icount",
		 "machine=icount,arch=arm64,blocks=3,cpus=1,deadline=360,jobs=2,base=base,memory="
		 "1G",
		 "dcbench run --kernel base=debian:6.12 --kernel fixed=debian:7.3 --machine icount "
		 "dying-dentry:size=600M null"},
		{"icount",
		 "machine=icount,arch=x86_64,blocks=7,cpus=2,deadline=500,base=fixed,memory=2G,"
		 "cgroup=off,seed=9",
		 "dcbench run --kernel base=debian:6.12 --kernel fixed=debian:7.3 --arch x86_64 "
		 "--base fixed --blocks 7 --cgroup off --cpus 2 --deadline 500 --machine icount "
		 "--memory 2G --seed 9 dying-dentry:size=600M null"},
		/* What belongs to the host that ran it. */
		{"tcg",
		 "machine=tcg,arch=arm64,cpus=2,deadline=360,base=base,offline=yes,"
		 "refresh=yes,mirror=http://mirror.example/debian",
		 "dcbench run --kernel base=debian:6.12 --kernel fixed=debian:7.3 --machine tcg "
		 "dying-dentry:size=600M null"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		_cleanup_free_ char *line = line_for(*state, lines[i].machine, lines[i].options);

		assert_string_equal(line, lines[i].line);
	}
}

/* Of options that this build does not know too. */
static void command_line__what_a_kernel_has_of_its_own(void **state)
{
	struct fixture *f = *state;
	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = NULL;
	_cleanup_(dcb_words_freep) char **words = NULL;
	struct dcb_error err = DCB_ERROR_NULL;
	_cleanup_free_ char *line = NULL;

	assert_int_equal(
		dcb_summary_new(f->store, f->run, &(struct dcb_summary_options){0}, &summary, &err),
		0);
	free((char *)summary->run.plan);
	summary->run.plan = strdup("{\"kernels\":[{\"name\":\"base\",\"spec\":\"debian:6.12\"},"
				   "{\"name\":\"fixed\",\"spec\":\"debian:7.3\",\"later\":\"2%\"}],"
				   "\"options\":{\"machine\":\"icount\",\"much-later\":\"a b\"}}");
	if (dcb_command_line_run(summary, &words, &err) < 0)
		fail_msg("%s", err.message);
	line = line_of(words);
	assert_string_equal(line, "dcbench run --kernel base=debian:6.12 --kernel fixed=debian:7.3 "
				  "--later fixed=2% --machine icount --much-later 'a b' "
				  "dying-dentry:size=600M null");
}

static void command_line__damaged_plan_is_told(void **state)
{
	struct fixture *f = *state;
	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = NULL;
	_cleanup_(dcb_words_freep) char **words = NULL;
	struct dcb_error err = DCB_ERROR_NULL;

	assert_int_equal(
		dcb_summary_new(f->store, f->run, &(struct dcb_summary_options){0}, &summary, &err),
		0);
	free((char *)summary->run.plan);
	summary->run.plan = strdup("{");
	assert_true(dcb_command_line_run(summary, &words, &err) < 0);
	assert_null(words);
}

/* A real shell gives back the very bytes. */
static void shell_quote__survives_the_shell(void **state)
{
	static const char *const words[] = {
		"plain",
		"base=debian:6.12",
		"",
		"it's",
		"a b",
		"$HOME `x` \"y\" \\",
		"*?[x]~",
		"tab\tnew\nline",
		"\033[31m",
		"Gr\xc3\xbc\xc3\x9f",
		"'\n\\'",
		"#no",
		"!x;y&z|w<v>u(t)",
		"-o",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		_cleanup_(dcb_output_deinit) struct dcb_output output = DCB_OUTPUT_NULL;
		_cleanup_free_ char *quoted = dcb_shell_quote(words[i]);
		_cleanup_free_ char *command = dcb_format("printf '%%s.' %s", quoted);
		_cleanup_free_ char *want = dcb_format("%s.", words[i]);
		const char *argv[] = {"bash", "-c", command, NULL};
		struct dcb_error err = DCB_ERROR_NULL;

		for (const char *c = quoted; *c; c++)
			assert_true((unsigned char)*c >= 0x20 && (unsigned char)*c < 0x7f);
		if (dcb_command((char *const *)argv, 10000, &output, &err) < 0)
			fail_msg("%s", err.message);
		assert_string_equal(output.out, want);
	}
}

#define T(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(command_line__only_what_is_not_the_default),
		T(command_line__what_a_kernel_has_of_its_own),
		T(command_line__damaged_plan_is_told),
		cmocka_unit_test(shell_quote__survives_the_shell),
	};

	return cmocka_run_group_tests_name("command-line", tests, NULL, NULL);
}

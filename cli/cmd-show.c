// SPDX-License-Identifier: GPL-2.0-only
/* dcbench show and compare: what a run says, and whether two say the same. */
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "cli/command.h"
#include "lab/owner.h"
#include "reports/summary.h"
#include "schema/store.h"

enum { MATRIX_NO, MATRIX_TEXT, MATRIX_MARKDOWN };

struct arguments {
	struct dcb_database_options database;
	struct dcb_output_options output;
	struct dcb_judgement_options judgement;
	bool all;
	int matrix;
	int64_t console, records;
};

static const struct dcb_option show_options[] = {
	{"all", DCB_OPTION_BOOL, offsetof(struct arguments, all), .fallback = "no",
	 .help = "every metric, not only the main ones"},
	{"matrix", DCB_OPTION_CHOICE, offsetof(struct arguments, matrix),
	 .choices = "no,text,markdown", .fallback = "no",
	 .help = "only symptoms: workloads x kernels"},
	{"console", DCB_OPTION_INT, offsetof(struct arguments, console), 0, INT64_MAX,
	 .fallback = "0", .help = "print what the kernel said in the boot of this number instead"},
	{"records", DCB_OPTION_INT, offsetof(struct arguments, records), 0, INT64_MAX,
	 .fallback = "0",
	 .help = "print the bytes that ended the boot of this number as no record"},
	{NULL},
};

static void arguments_deinit(struct arguments *arguments)
{
	dcb_options_deinit(dcb_database_options, &arguments->database);
	dcb_options_deinit(dcb_judgement_options, &arguments->judgement);
}

/* The common beginning: options, the first run's number, the database. */
static int begin(const struct dcb_command *command, int max_words, int argc, char **argv,
		 struct arguments *arguments, int *ret_n_words, int64_t *ret_run_id,
		 struct dcb_store **ret_store, struct dcb_error *err)
{
	const struct dcb_arguments_set sets[] = {{dcb_database_options, &arguments->database},
						 {dcb_output_options, &arguments->output},
						 {dcb_judgement_options, &arguments->judgement},
						 {show_options, arguments}};
	int r;

	r = dcb_arguments_read(command, argc, argv, sets, ARRAY_SIZE(sets), 1, max_words,
			       ret_n_words, err);
	if (r < 0)
		return r;
	r = dcb_arguments_run_id(argv[1], ret_run_id, err);
	if (r < 0)
		return r;
	return dcb_database_open(arguments->database.db, false, ret_store, err);
}

/* What a boot left behind: "console", "records". */
static int print_artifact(struct dcb_store *store, const struct dcb_summary *summary,
			  int64_t number, const char *name, struct dcb_error *err)
{
	for (size_t i = 0; i < summary->n_boots; i++) {
		const struct dcb_store_boot *boot = &summary->boots[i].row;
		_cleanup_free_ char *text = NULL;
		size_t size;
		int r;

		if (boot->position + 1 != number)
			continue;
		r = dcb_store_get_artifact(store, boot->id, name, &text, &size, err);
		if (r == -ENOENT)
			return dcb_error_set(err, ENOENT, "boot %lld kept no %s", (long long)number,
					     name);
		if (r < 0)
			return r;
		fwrite(text, 1, size, stdout);
		return dcb_output_flush(err);
	}
	return dcb_error_usage(err, "run %lld has no boot %lld: it has %zu",
			       (long long)summary->run.id, (long long)number, summary->n_boots);
}

static int show(int argc, char **argv, struct dcb_error *err)
{
	_cleanup_(arguments_deinit) struct arguments arguments = {0};
	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = NULL;
	_cleanup_(dcb_store_closep) struct dcb_store *store = NULL;
	int64_t run_id;
	int n_words, r;

	r = begin(&dcb_command_show, 1, argc, argv, &arguments, &n_words, &run_id, &store, err);
	if (r < 0)
		return r;
	r = dcb_summary_load(store, run_id, &arguments.judgement, &summary, err);
	if (r < 0)
		return r;
	summary->run.state = dcb_run_effective_state(&summary->run);
	if (arguments.console > 0)
		return print_artifact(store, summary, arguments.console, "console", err);
	if (arguments.records > 0)
		return print_artifact(store, summary, arguments.records, "records", err);
	if (arguments.matrix != MATRIX_NO)
		return dcb_print_matrix(summary, arguments.matrix == MATRIX_MARKDOWN, arguments.all,
					err);
	return dcb_print_summary(store, summary, arguments.output.json, arguments.all, err);
}

static const struct dcb_option *const show_tables[] = {dcb_database_options, dcb_output_options,
						       dcb_judgement_options, show_options, NULL};

const struct dcb_command dcb_command_show = {
	.name = "show",
	.arguments = "RUN",
	.summary = "what a run says: symptoms, comparisons, boots",
	.options = show_tables,
	.run = show,
};

/* 0 for identical, 1 for different, as diff(1). */
static int compare_two(struct dcb_store *store, char **words, bool json, struct dcb_error *err)
{
	_cleanup_(dcb_identity_deinit) struct dcb_identity identity = {0};
	int64_t first, second;
	bool identical;
	int r;

	r = dcb_arguments_run_id(words[0], &first, err);
	if (r < 0)
		return r;
	r = dcb_arguments_run_id(words[1], &second, err);
	if (r < 0)
		return r;
	r = dcb_identity_compare(store, first, second, &identity, err);
	if (r < 0)
		return r;
	identical = identity.compared > 0 && identity.differing == 0 && identity.only_first == 0 &&
		    identity.only_second == 0;
	if (json) {
		json_auto_t *object = json_pack(
			"{s:[I,I], s:b, s:I, s:I, s:I, s:I, s:o}", "runs", (json_int_t)first,
			(json_int_t)second, "identical", identical, "compared",
			(json_int_t)identity.compared, "differing", (json_int_t)identity.differing,
			"only_first", (json_int_t)identity.only_first, "only_second",
			(json_int_t)identity.only_second, "first_difference",
			dcb_json_string(identity.first_difference));

		r = dcb_print_json(object, err);
	} else {
		if (identical)
			printf("identical: %llu samples compared, every digit the same\n",
			       (unsigned long long)identity.compared);
		else
			printf("different: %llu of %llu samples differ, %llu only in run %lld, "
			       "%llu only in run %lld\n%s%s",
			       (unsigned long long)identity.differing,
			       (unsigned long long)identity.compared,
			       (unsigned long long)identity.only_first, (long long)first,
			       (unsigned long long)identity.only_second, (long long)second,
			       identity.first_difference ? identity.first_difference : "",
			       identity.first_difference ? "\n" : "");
		r = dcb_output_flush(err);
	}
	if (r < 0)
		return r;
	return identical ? 0 : DCB_EXIT_FAILURE;
}

static int compare(int argc, char **argv, struct dcb_error *err)
{
	_cleanup_(arguments_deinit) struct arguments arguments = {0};
	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = NULL;
	_cleanup_(dcb_store_closep) struct dcb_store *store = NULL;
	int64_t run_id;
	int n_words, r;

	r = begin(&dcb_command_compare, 2, argc, argv, &arguments, &n_words, &run_id, &store, err);
	if (r < 0)
		return r;
	if (n_words == 2)
		return compare_two(store, argv + 1, arguments.output.json, err);
	r = dcb_summary_load(store, run_id, &arguments.judgement, &summary, err);
	if (r < 0)
		return r;
	if (summary->n_kernels < 2)
		return dcb_error_usage(err,
				       "run %lld has one kernel and nothing to compare: give a "
				       "second run, or see `dcbench show %lld`",
				       (long long)run_id, (long long)run_id);
	summary->run.state = dcb_run_effective_state(&summary->run);
	return dcb_print_summary(store, summary, arguments.output.json, true, err);
}

const struct dcb_command dcb_command_compare = {
	.name = "compare",
	.arguments = "RUN [RUN2]",
	.summary = "every metric of a run against its base; two runs sample by sample",
	.details =
		"With two runs the exit code is 0 where every sample has the same digits, else 1.",
	.options = show_tables,
	.run = compare,
};

// SPDX-License-Identifier: GPL-2.0-only
/* dcbench run and resume. */
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "cli/command.h"
#include "cli/engine.h"
#include "lab/plan.h"
#include "lab/run.h"
#include "reports/summary.h"
#include "schema/store.h"

struct run_options {
	char **kernels;
};

static const struct dcb_option run_options[] = {
	{"kernel", DCB_OPTION_LIST, offsetof(struct run_options, kernels),
	 .help = "NAME=SPEC, once a kernel; SPEC is debian:6.12, a path, or tree:PATH"},
	{NULL},
};

struct arguments {
	struct dcb_plan plan;
	struct run_options run;
	struct dcb_database_options database;
	struct dcb_output_options output;
};

static void arguments_deinit(struct arguments *arguments)
{
	dcb_plan_deinit(&arguments->plan);
	dcb_options_deinit(run_options, &arguments->run);
	dcb_options_deinit(dcb_database_options, &arguments->database);
}

static int arguments_read(struct arguments *arguments, int argc, char **argv, int *ret_n_words,
			  struct dcb_error *err)
{
	const struct dcb_arguments_set sets[] = {
		{run_options, &arguments->run},
		{dcb_plan_options, &arguments->plan},
		{dcb_database_options, &arguments->database},
		{dcb_output_options, &arguments->output},
	};

	return dcb_arguments_parse(argc, argv, sets, ARRAY_SIZE(sets), ret_n_words, err);
}

static int arguments_init(struct arguments *arguments, struct dcb_error *err)
{
	int r;

	memset(arguments, 0, sizeof(*arguments));
	r = dcb_plan_init(&arguments->plan, err);
	if (r < 0)
		return r;
	r = dcb_options_init(run_options, &arguments->run, err);
	if (r < 0)
		return r;
	r = dcb_options_init(dcb_database_options, &arguments->database, err);
	if (r < 0)
		return r;
	return dcb_options_init(dcb_output_options, &arguments->output, err);
}

static bool is_plan_file(const char *word)
{
	const struct dcb_workload_ops *ops;
	struct stat st;

	return stat(word, &st) == 0 && S_ISREG(st.st_mode) &&
	       dcb_workload_find(word, &ops, NULL) < 0;
}

/* A plan file first, so that the command line overrides it. */
static int read_plan_file(int argc, char **argv, struct dcb_plan *plan, struct dcb_error *err)
{
	_cleanup_(arguments_deinit) struct arguments first;
	_cleanup_free_ char **words = calloc((size_t)argc + 1, sizeof(*words));
	int n_words, r;

	r = arguments_init(&first, err);
	if (r < 0)
		return r;
	if (!words)
		return dcb_error_oom(err);
	memcpy(words, argv, (size_t)argc * sizeof(*words));
	r = arguments_read(&first, argc, words, &n_words, err);
	if (r < 0)
		return r;
	if (n_words != 1 || !is_plan_file(words[1]))
		return 0;
	r = dcb_plan_read(plan, words[1], err);
	return r < 0 ? r : 1;
}

static int arguments_load(struct arguments *arguments, int argc, char **argv, struct dcb_error *err)
{
	int n_words, r, from_file;

	from_file = read_plan_file(argc, argv, &arguments->plan, err);
	if (from_file < 0)
		return from_file;
	r = arguments_read(arguments, argc, argv, &n_words, err);
	if (r < 0)
		return r;
	for (char **kernel = arguments->run.kernels; kernel && *kernel; kernel++) {
		r = dcb_plan_add_kernel(&arguments->plan, *kernel, "--kernel", err);
		if (r < 0)
			return r;
	}
	for (int i = 1; !from_file && i <= n_words; i++) {
		r = dcb_plan_add_workload(&arguments->plan, argv[i], err);
		if (r < 0)
			return r;
	}
	return dcb_plan_settle(&arguments->plan, err);
}

static int print_result(struct dcb_store *store, int64_t run_id, bool json, struct dcb_error *err)
{
	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = NULL;
	int r;

	r = dcb_summary_load(store, run_id, NULL, &summary, err);
	if (r < 0)
		return r;
	return dcb_print_summary(store, summary, json, false, err);
}

static int run(int argc, char **argv, struct dcb_error *err)
{
	_cleanup_(dcb_store_closep) struct dcb_store *store = NULL;
	_cleanup_(dcb_engine_folders_deinit) struct dcb_engine_folders folders = {0};
	_cleanup_(arguments_deinit) struct arguments arguments;
	struct dcb_run_options options;
	int64_t run_id = 0;
	int r;

	r = arguments_init(&arguments, err);
	if (r < 0)
		return r;
	r = arguments_load(&arguments, argc, argv, err);
	if (r < 0)
		return r;
	r = dcb_engine_options(&folders, &options, err);
	if (r < 0)
		return r;
	r = dcb_database_open(arguments.database.db, true, &store, err);
	if (r < 0)
		return r;
	r = dcb_run_start(store, &arguments.plan, &options, &run_id, err);
	if (r < 0)
		return dcb_engine_tell_resume(r, run_id, err);
	return print_result(store, run_id, arguments.output.json, err);
}

static const struct dcb_option *const run_tables[] = {
	run_options, dcb_plan_options, dcb_database_options, dcb_output_options, NULL};

const struct dcb_command dcb_command_run = {
	.name = "run",
	.arguments = "PLAN | WORKLOAD[:KEY=VALUE,...]... | suite:NAME...",
	.summary = "boot kernels, run workloads, compare",
	.details =
		"PLAN is an INI file: [plan] with the options below as keys, [kernel NAME] with "
		"spec,\n[workload NAME] with the workload's keys. Options given here override it.\n"
		"Progress goes to standard error where that is a terminal, or DCBENCH_PROGRESS is "
		"set.",
	.options = run_tables,
	.run = run,
};

static const struct dcb_option more_options[] = {
	{"blocks", DCB_OPTION_INT, offsetof(struct dcb_run_more, blocks), 0, 10000, .fallback = "0",
	 .help = "go on to so many blocks in all: one more look at the run"},
	{"more", DCB_OPTION_INT, offsetof(struct dcb_run_more, more_blocks), 0, 10000,
	 .fallback = "0", .help = "or to so many more than it has"},
	{"until", DCB_OPTION_CHOICE, offsetof(struct dcb_run_more, until),
	 .choices = "fixed,settled", .fallback = "fixed",
	 .help = "settled: go on as if the run had been planned so"},
	{"max-blocks", DCB_OPTION_INT, offsetof(struct dcb_run_more, max_blocks), 0, 10000,
	 .fallback = "0", .help = "until settled: another limit than the plan's, in all"},
	{"budget", DCB_OPTION_DURATION, offsetof(struct dcb_run_more, budget_s), 0, 366 * 86400,
	 .fallback = "0",
	 .help = "until settled: another budget than the plan's, with what is used already"},
	{NULL},
};

static int resume(int argc, char **argv, struct dcb_error *err)
{
	struct dcb_database_options database = {0};
	struct dcb_output_options output = {0};
	struct dcb_run_more more = {0};
	const struct dcb_arguments_set sets[] = {{more_options, &more},
						 {dcb_database_options, &database},
						 {dcb_output_options, &output}};
	_cleanup_(dcb_store_closep) struct dcb_store *store = NULL;
	_cleanup_(dcb_engine_folders_deinit) struct dcb_engine_folders folders = {0};
	struct dcb_run_options options;
	int64_t run_id;
	int n_words, r;

	r = dcb_arguments_read(&dcb_command_resume, argc, argv, sets, ARRAY_SIZE(sets), 1, 1,
			       &n_words, err);
	if (r < 0)
		return r;
	r = dcb_arguments_run_id(argv[1], &run_id, err);
	if (r < 0)
		return r;
	if (more.blocks && more.more_blocks)
		return dcb_error_usage(err, "resume: give --blocks or --more, not both");
	r = dcb_engine_options(&folders, &options, err);
	if (r < 0)
		return r;
	r = dcb_database_open(database.db, true, &store, err);
	dcb_options_deinit(dcb_database_options, &database);
	if (r < 0)
		return r;
	r = dcb_run_resume(store, run_id, &more, &options, err);
	if (r < 0)
		return dcb_engine_tell_resume(r, run_id, err);
	return print_result(store, run_id, output.json, err);
}

static const struct dcb_option *const resume_tables[] = {more_options, dcb_database_options,
							 dcb_output_options, NULL};

const struct dcb_command dcb_command_resume = {
	.name = "resume",
	.arguments = "RUN",
	.summary = "boot what a stopped run still lacks, or more blocks",
	.options = resume_tables,
	.run = resume,
};

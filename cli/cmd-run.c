// SPDX-License-Identifier: GPL-2.0-only
/* dcbench run and resume. */
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "cli/command.h"
#include "cli/engine.h"
#include "cli/plan-arguments.h"
#include "lab/run.h"
#include "reports/summary.h"
#include "schema/store.h"

struct arguments {
	struct dcb_plan_arguments plan;
	struct dcb_database_options database;
	struct dcb_output_options output;
};

static void arguments_deinit(struct arguments *arguments)
{
	dcb_plan_arguments_deinit(&arguments->plan);
	dcb_options_deinit(dcb_database_options, &arguments->database);
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
	_cleanup_(arguments_deinit) struct arguments arguments = {0};
	const struct dcb_arguments_set sets[] = {{dcb_database_options, &arguments.database},
						 {dcb_output_options, &arguments.output}};
	struct dcb_run_options options;
	int64_t run_id = 0;
	int r;

	r = dcb_plan_arguments_init(&arguments.plan, err);
	if (r >= 0)
		r = dcb_plan_arguments_load(&arguments.plan, argc, argv, sets, ARRAY_SIZE(sets),
					    err);
	if (r < 0)
		return r;
	r = dcb_engine_options(&folders, &options, err);
	if (r < 0)
		return r;
	r = dcb_database_open(arguments.database.db, true, &store, err);
	if (r < 0)
		return r;
	r = dcb_run_start(store, &arguments.plan.plan, &options, &run_id, err);
	if (r < 0)
		return dcb_engine_tell_resume(r, run_id, err);
	return print_result(store, run_id, arguments.output.json, err);
}

static const struct dcb_option *const run_tables[] = {
	dcb_plan_kernel_options, dcb_plan_options, dcb_database_options, dcb_output_options, NULL};

const struct dcb_command dcb_command_run = {
	.name = "run",
	.arguments = DCB_PLAN_ARGUMENTS,
	.summary = "boot kernels, run workloads, compare",
	.details = DCB_PLAN_DETAILS
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

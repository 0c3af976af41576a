// SPDX-License-Identifier: GPL-2.0-only
/* dcbench report: one result in a format of somebody else's. */
#include "base/cleanup.h"
#include "base/error.h"
#include "cli/command.h"
#include "cli/output.h"
#include "lab/owner.h"
#include "reports/report.h"
#include "reports/summary.h"
#include "schema/store.h"

struct report_options {
	char *format, *origin, *url;
};

static const struct dcb_option report_options[] = {
	{"format", DCB_OPTION_STRING, offsetof(struct report_options, format), .fallback = "text",
	 .help = "one of those below"},
	{"origin", DCB_OPTION_STRING, offsetof(struct report_options, origin),
	 .fallback = "dcbench", .help = "who says it, in formats that name it"},
	{"url", DCB_OPTION_STRING, offsetof(struct report_options, url),
	 .help = "where the whole report can be read, in formats that link to it"},
	{NULL},
};

struct arguments {
	struct report_options report;
	struct dcb_target_options target;
	struct dcb_judgement_options judgement;
	struct dcb_database_options database;
};

static void arguments_deinit(struct arguments *arguments)
{
	dcb_options_deinit(report_options, &arguments->report);
	dcb_options_deinit(dcb_target_options, &arguments->target);
	dcb_options_deinit(dcb_judgement_options, &arguments->judgement);
	dcb_options_deinit(dcb_database_options, &arguments->database);
}

struct writing {
	const struct dcb_report_format *format;
	const struct dcb_report *report;
};

static int write_report(void *context, FILE *file, struct dcb_error *err)
{
	const struct writing *writing = context;

	return writing->format->write(writing->report, file, err);
}

static int report(int argc, char **argv, struct dcb_error *err)
{
	_cleanup_(arguments_deinit) struct arguments arguments = {0};
	const struct dcb_arguments_set sets[] = {
		{report_options, &arguments.report},
		{dcb_target_options, &arguments.target},
		{dcb_judgement_options, &arguments.judgement},
		{dcb_database_options, &arguments.database},
	};
	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = NULL;
	/* What is declared last goes first: the snapshot ends before its store is closed. */
	_cleanup_(dcb_store_closep) struct dcb_store *store = NULL;
	_cleanup_(dcb_store_snapshot_endp) struct dcb_store *snapshot = NULL;
	struct dcb_report report = {.width = 80};
	struct writing writing = {.report = &report};
	int64_t run_id;
	int n_words, r;

	for (size_t i = 0; i < ARRAY_SIZE(sets); i++) {
		r = dcb_options_init(sets[i].options, sets[i].values, err);
		if (r < 0)
			return r;
	}
	r = dcb_arguments_read(&dcb_command_report, argc, argv, sets, ARRAY_SIZE(sets), 1, 1,
			       &n_words, err);
	if (r < 0)
		return r;
	r = dcb_arguments_run_id(argv[1], &run_id, err);
	if (r < 0)
		return r;
	/* Before anything is read: a wrong name should not cost a minute. */
	r = dcb_report_format_find(arguments.report.format, &writing.format, err);
	if (r < 0)
		return r;
	r = dcb_database_open(arguments.database.db, false, &store, err);
	if (r < 0)
		return r;
	r = dcb_store_snapshot_begin(store, err);
	if (r < 0)
		return r;
	snapshot = store;
	r = dcb_summary_load(store, run_id, &arguments.judgement, &summary, err);
	if (r < 0)
		return r;
	r = dcb_report_format_check(writing.format, summary, err);
	if (r < 0)
		return r;
	summary->run.state = dcb_run_effective_state(&summary->run);
	if (dcb_target_is_stdout(&arguments.target))
		dcb_terminal(&report.width, &report.colour);
	report.summary = summary;
	report.store = store;
	report.origin = arguments.report.origin;
	report.url = arguments.report.url;
	return dcb_target_write(&arguments.target, write_report, &writing, err);
}

static void print_formats(void)
{
	for (size_t i = 0; i < dcb_n_report_formats; i++)
		printf("  %-20s %s\n", dcb_report_formats[i]->name, dcb_report_formats[i]->summary);
}

static const struct dcb_option *const report_tables[] = {
	report_options, dcb_target_options, dcb_judgement_options, dcb_database_options, NULL};

const struct dcb_command dcb_command_report = {
	.name = "report",
	.arguments = "RUN",
	.summary = "a run's result for people and for other programs",
	.options = report_tables,
	.more = "formats",
	.print_more = print_formats,
	.run = report,
};

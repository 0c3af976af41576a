// SPDX-License-Identifier: GPL-2.0-only
/* dcbench report: one result in a format of somebody else's. */
#include <fcntl.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "cli/command.h"
#include "lab/owner.h"
#include "reports/report.h"
#include "reports/summary.h"
#include "schema/store.h"

struct report_options {
	char *format, *output, *origin, *url;
};

static const struct dcb_option report_options[] = {
	{"format", DCB_OPTION_STRING, offsetof(struct report_options, format), .fallback = "text",
	 .help = "see below"},
	{"output", DCB_OPTION_STRING, offsetof(struct report_options, output),
	 .help = "file to write, all or nothing (also -o; default: standard output)"},
	{"origin", DCB_OPTION_STRING, offsetof(struct report_options, origin),
	 .fallback = "dcbench", .help = "who says it, in formats that name it"},
	{"url", DCB_OPTION_STRING, offsetof(struct report_options, url),
	 .help = "where the whole report can be read, in formats that link to it"},
	{NULL},
};

struct arguments {
	struct report_options report;
	struct dcb_judgement_options judgement;
	struct dcb_database_options database;
};

static void arguments_deinit(struct arguments *arguments)
{
	dcb_options_deinit(report_options, &arguments->report);
	dcb_options_deinit(dcb_judgement_options, &arguments->judgement);
	dcb_options_deinit(dcb_database_options, &arguments->database);
}

static int write_to_file(const struct dcb_report_format *format, const struct dcb_report *report,
			 const char *path, struct dcb_error *err)
{
	_cleanup_(dcb_draft_deinit) struct dcb_draft draft = DCB_DRAFT_NULL;
	_cleanup_fclose_ FILE *file = NULL;
	int r;

	r = dcb_draft_open(&draft, path, 0644, err);
	if (r < 0) {
		err->kind = DCB_ERROR_USAGE;
		return r;
	}
	/* A descriptor of its own: closing the stream leaves the draft's open. */
	file = fdopen(fcntl(draft.fd, F_DUPFD_CLOEXEC, 3), "w");
	if (!file)
		return dcb_error_sys(err, errno, "%s", path);
	r = format->write(report, file, err);
	if (r < 0)
		return r;
	if (fflush(file) != 0 || ferror(file))
		return dcb_error_sys(err, errno ? errno : EIO, "%s", path);
	return dcb_draft_commit(&draft, path, true, err);
}

static int write_report(const struct dcb_report_format *format, const struct dcb_report *report,
			const char *path, struct dcb_error *err)
{
	int r;

	if (path)
		return write_to_file(format, report, path, err);
	r = format->write(report, stdout, err);
	return r < 0 ? r : dcb_output_flush(err);
}

static int report(int argc, char **argv, struct dcb_error *err)
{
	_cleanup_(arguments_deinit) struct arguments arguments = {0};
	const struct dcb_arguments_set sets[] = {
		{report_options, &arguments.report},
		{dcb_judgement_options, &arguments.judgement},
		{dcb_database_options, &arguments.database},
	};
	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = NULL;
	_cleanup_(dcb_store_closep) struct dcb_store *store = NULL;
	_cleanup_(dcb_store_snapshot_endp) struct dcb_store *snapshot = NULL;
	struct dcb_report report = {.width = 80};
	const struct dcb_report_format *format;
	int64_t run_id;
	int n_words, r;

	/* The short form that every tool has. */
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "-o") == 0)
			argv[i] = (char *)"--output";
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
	r = dcb_report_format_find(arguments.report.format, &format, err);
	if (r < 0)
		return r;
	r = dcb_database_open(arguments.database.db, false, &store, err);
	if (r < 0)
		return r;
	r = dcb_summary_load(store, run_id, &arguments.judgement, &summary, err);
	if (r < 0)
		return r;
	summary->run.state = dcb_run_effective_state(&summary->run);
	r = dcb_store_snapshot_begin(store, err);
	if (r < 0)
		return r;
	snapshot = store;
	report.summary = summary;
	report.store = store;
	report.origin = arguments.report.origin;
	report.url = arguments.report.url;
	return write_report(format, &report, arguments.report.output, err);
}

static const struct dcb_option *const report_tables[] = {report_options, dcb_judgement_options,
							 dcb_database_options, NULL};

const struct dcb_command dcb_command_report = {
	.name = "report",
	.arguments = "RUN",
	.summary = "a run's result for people and for other programs",
	.options = report_tables,
	.run = report,
};

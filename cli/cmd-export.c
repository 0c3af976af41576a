// SPDX-License-Identifier: GPL-2.0-only
/* dcbench export and samples: every sample, for other programs. */
#include "base/cleanup.h"
#include "base/error.h"
#include "cli/command.h"
#include "cli/output.h"
#include "reports/export.h"
#include "schema/store.h"

#define MOST_RUNS 4096 /* that can be named */

enum { FORMAT_CSV, FORMAT_NDJSON, FORMAT_SQLITE };

struct arguments {
	int format;
	struct dcb_target_options target;
	struct dcb_database_options database;
	struct dcb_output_options output;
};

static const struct dcb_option export_options[] = {
	{"format", DCB_OPTION_CHOICE, offsetof(struct arguments, format),
	 .choices = "csv,ndjson,sqlite", .fallback = "csv",
	 .help = "rows, or a copy of the database with views"},
	{NULL},
};

static void arguments_deinit(struct arguments *arguments)
{
	dcb_options_deinit(dcb_target_options, &arguments->target);
	dcb_options_deinit(dcb_database_options, &arguments->database);
}

struct writing {
	struct dcb_store *store;
	int64_t *runs;
	size_t n_runs;
	enum dcb_export_columns columns;
	enum dcb_export_form form;
};

static void writing_deinit(struct writing *writing)
{
	free(writing->runs);
	dcb_store_close(writing->store);
}

static int write_samples(void *context, FILE *file, struct dcb_error *err)
{
	const struct writing *writing = context;

	return dcb_export_write(writing->store, writing->runs, writing->n_runs, writing->columns,
				writing->form, file, err);
}

static int write_copy(void *context, const char *path, struct dcb_error *err)
{
	const struct writing *writing = context;

	return dcb_store_copy(writing->store, path, err);
}

static int read_runs(char **words, int n_words, struct writing *writing, struct dcb_error *err)
{
	writing->runs = calloc((size_t)n_words + 1, sizeof(*writing->runs));
	if (!writing->runs)
		return dcb_error_oom(err);
	for (int i = 0; i < n_words; i++) {
		int r = dcb_arguments_run_id(words[i], &writing->runs[i], err);

		if (r < 0)
			return r;
		for (int j = 0; j < i; j++)
			if (writing->runs[j] == writing->runs[i])
				return dcb_error_usage(err, "run %s stands there twice", words[i]);
	}
	writing->n_runs = (size_t)n_words;
	return 0;
}

/* Words, options, the database. */
static int begin(const struct dcb_command *command, int argc, char **argv,
		 const struct dcb_arguments_set *sets, size_t n_sets, int min, int max,
		 const struct arguments *arguments, struct writing *writing, struct dcb_error *err)
{
	int n_words, r;

	r = dcb_arguments_read(command, argc, argv, sets, n_sets, min, max, &n_words, err);
	if (r == 0)
		r = read_runs(argv + 1, n_words, writing, err);
	return r < 0 ? r : dcb_database_open(arguments->database.db, false, &writing->store, err);
}

static int export_copy(const struct arguments *arguments, struct writing *writing,
		       struct dcb_error *err)
{
	if (writing->n_runs)
		return dcb_error_usage(err, "export --format sqlite copies all runs: name none, or "
					    "take csv or ndjson");
	if (dcb_target_is_stdout(&arguments->target))
		return dcb_error_usage(err, "export --format sqlite needs a file: add -o FILE");
	return dcb_target_make(&arguments->target, write_copy, writing, err);
}

static int export(int argc, char **argv, struct dcb_error *err)
{
	_cleanup_(arguments_deinit) struct arguments arguments = {0};
	_cleanup_(writing_deinit) struct writing writing = {.columns = DCB_EXPORT_LONG};
	const struct dcb_arguments_set sets[] = {{export_options, &arguments},
						 {dcb_target_options, &arguments.target},
						 {dcb_database_options, &arguments.database}};
	int r = begin(&dcb_command_export, argc, argv, sets, ARRAY_SIZE(sets), 0, MOST_RUNS,
		      &arguments, &writing, err);

	if (r < 0)
		return r;
	if (arguments.format == FORMAT_SQLITE)
		return export_copy(&arguments, &writing, err);
	writing.form = arguments.format == FORMAT_CSV ? DCB_EXPORT_CSV : DCB_EXPORT_NDJSON;
	return dcb_target_write(&arguments.target, write_samples, &writing, err);
}

static const struct dcb_option *const export_tables[] = {export_options, dcb_target_options,
							 dcb_database_options, NULL};

const struct dcb_command dcb_command_export = {
	.name = "export",
	.arguments = "[RUN]...",
	.summary = "all samples of all runs, or of some: CSV, JSON lines, SQLite",
	.details = "Rows are of good boots. Iterations below 0 are warm-ups. An empty value (null) "
		   "is a counter\nthat the machine lacks. sqlite is a copy of the whole database, "
		   "as of one moment, with\nthe views sample_long, boot_long and symptom_long.",
	.options = export_tables,
	.run = export,
};

static int samples(int argc, char **argv, struct dcb_error *err)
{
	_cleanup_(arguments_deinit) struct arguments arguments = {0};
	_cleanup_(writing_deinit) struct writing writing = {.columns = DCB_EXPORT_BRIEF};
	const struct dcb_arguments_set sets[] = {{dcb_database_options, &arguments.database},
						 {dcb_output_options, &arguments.output}};
	int r = begin(&dcb_command_samples, argc, argv, sets, ARRAY_SIZE(sets), 1, 1, &arguments,
		      &writing, err);

	if (r < 0)
		return r;
	writing.form = arguments.output.json ? DCB_EXPORT_JSON : DCB_EXPORT_TSV;
	return dcb_target_write(&arguments.target, write_samples, &writing, err);
}

static const struct dcb_option *const samples_tables[] = {dcb_database_options, dcb_output_options,
							  NULL};

const struct dcb_command dcb_command_samples = {
	.name = "samples",
	.arguments = "RUN",
	.summary = "every sample of a run: tab-separated, or a JSON array",
	.details = "Iterations below 0 are warm-ups. An empty value (null) is a counter that the "
		   "machine lacks.\n`dcbench export` says more of each, and of many runs.",
	.options = samples_tables,
	.run = samples,
};

// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>
#include <sys/ioctl.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/paths.h"
#include "base/sink.h"
#include "cli/command.h"
#include "machines/machine.h"
#include "reports/matrix.h"
#include "reports/reproduction.h"
#include "reports/summary.h"
#include "schema/store.h"

const struct dcb_option dcb_output_options[] = {
	{"json", DCB_OPTION_BOOL, offsetof(struct dcb_output_options, json), .fallback = "no",
	 .help = "print JSON instead of a table"},
	{NULL},
};

const struct dcb_option dcb_database_options[] = {
	{"db", DCB_OPTION_STRING, offsetof(struct dcb_database_options, db),
	 .help = "database file (default: dcbench.db in the state folder)"},
	{NULL},
};

int dcb_database_open(const char *db, bool writing, struct dcb_store **ret_store,
		      struct dcb_error *err)
{
	_cleanup_free_ char *folder = NULL, *path = NULL;
	int r;

	if (db)
		return dcb_store_open(db, writing ? DCB_STORE_WRITE : DCB_STORE_READ, ret_store,
				      err);
	r = dcb_path_state(&folder, err);
	if (r < 0)
		return r;
	if (writing) {
		r = dcb_dir_create(folder, 0755, err);
		if (r < 0)
			return dcb_error_wrap(err, "state folder (set DCBENCH_STATE to another)");
	}
	r = dcb_path_database(&path, err);
	if (r < 0)
		return r;
	return dcb_store_open(path, writing ? DCB_STORE_WRITE : DCB_STORE_READ, ret_store, err);
}

int dcb_kernels_folder(char **ret_path, struct dcb_error *err)
{
	_cleanup_free_ char *cache = NULL;
	char *path;
	int r;

	r = dcb_path_cache(&cache, err);
	if (r < 0)
		return r;
	path = dcb_format("%s/kernels", cache);
	if (!path)
		return dcb_error_oom(err);
	*ret_path = path;
	return 0;
}

int dcb_output_flush(struct dcb_error *err)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	return dcb_error_sys(err, errno ? errno : EIO, "standard output");
}

int dcb_print_json(const json_t *json, struct dcb_error *err)
{
	_cleanup_free_ char *text = json ? dcb_json_print(json) : NULL;

	if (!text)
		return dcb_error_oom(err);
	fputs(text, stdout);
	return dcb_output_flush(err);
}

static int terminal_width(void)
{
	struct winsize size;

	if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 &&
	    size.ws_col >= 40)
		return size.ws_col;
	return 80;
}

void dcb_terminal(int *ret_width, bool *ret_colour)
{
	*ret_width = terminal_width();
	*ret_colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
}

static struct dcb_table_options table_options(bool all)
{
	struct dcb_table_options options = {.all = all};

	dcb_terminal(&options.width, &options.colour);
	return options;
}

int dcb_print_matrix(const struct dcb_summary *summary, bool markdown, bool all,
		     struct dcb_error *err)
{
	const struct dcb_table_options options = table_options(all);
	int r = dcb_matrix_print(summary, markdown, &options, stdout);

	if (r < 0)
		return dcb_error_sys(err, r, "matrix");
	return dcb_output_flush(err);
}

int dcb_print_summary(struct dcb_store *store, const struct dcb_summary *summary, bool json,
		      bool all, struct dcb_error *err)
{
	const struct dcb_table_options options = table_options(all);
	int r;

	if (json) {
		json_auto_t *object = NULL;

		r = dcb_reproduction_summary(store, summary, &object, err);
		return r < 0 ? r : dcb_print_json(object, err);
	}
	r = dcb_table_print(summary, &options, stdout);
	if (r < 0)
		return dcb_error_sys(err, r, "table");
	return dcb_output_flush(err);
}

static void say(void *context, const char *text)
{
	(void)context;
	fprintf(stderr, "%s\n", text);
}

const struct dcb_sink *dcb_progress_sink(void)
{
	static const struct dcb_sink loud = {.line = say};
	static const struct dcb_sink silent = {0};

	return isatty(STDERR_FILENO) || getenv("DCBENCH_PROGRESS") ? &loud : &silent;
}

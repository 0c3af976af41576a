// SPDX-License-Identifier: GPL-2.0-only
/* dcbench history: a metric over runs, and where it changed. */
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "cli/command.h"
#include "reports/history.h"
#include "schema/store.h"

struct history_options {
	char *workload, *params, *role, *kernel, *machine, *arch, *min_step;
	int64_t last;
	bool all;
};

static const struct dcb_option history_options[] = {
	{"workload", DCB_OPTION_STRING, offsetof(struct history_options, workload),
	 .help = "only this workload"},
	{"params", DCB_OPTION_STRING, offsetof(struct history_options, params),
	 .help = "only with these among its parameters: op=rename,..."},
	{"role", DCB_OPTION_STRING, offsetof(struct history_options, role),
	 .help = "only this role; as in waiter.wall"},
	{"kernel", DCB_OPTION_STRING, offsetof(struct history_options, kernel),
	 .help = "only the kernel of this name: base"},
	{"machine", DCB_OPTION_STRING, offsetof(struct history_options, machine),
	 .help = "only from this machine: icount, tcg, kvm"},
	{"arch", DCB_OPTION_STRING, offsetof(struct history_options, arch),
	 .help = "only from this arch: x86_64, arm64"},
	{"last", DCB_OPTION_INT, offsetof(struct history_options, last), 0, INT64_MAX,
	 .fallback = "0", .help = "only so many runs a series, the newest"},
	{"min-step", DCB_OPTION_STRING, offsetof(struct history_options, min_step),
	 .fallback = "0%", .help = "only changes of at least so much"},
	{"all", DCB_OPTION_BOOL, offsetof(struct history_options, all), .fallback = "no",
	 .help = "every run too"},
	{NULL},
};

struct arguments {
	struct history_options history;
	struct dcb_database_options database;
	struct dcb_output_options output;
};

static void arguments_deinit(struct arguments *arguments)
{
	dcb_options_deinit(history_options, &arguments->history);
	dcb_options_deinit(dcb_database_options, &arguments->database);
}

/* "1%" into 0.01. */
static int read_step(const char *text, double *ret_step, struct dcb_error *err)
{
	char *end = NULL;
	double percent = *text >= '0' && *text <= '9' ? strtod(text, &end) : -1;

	if (!end || strcmp(end, "%") != 0 || !(percent >= 0 && percent <= 100))
		return dcb_error_usage(err, "--min-step %.40s: give a share from 0%% to 100%%",
				       text);
	*ret_step = percent / 100;
	return 0;
}

/* "waiter.wall" or "wall"; cuts the word. */
static int read_metric(char *word, struct dcb_history_query *query, struct dcb_error *err)
{
	char *dot = strchr(word, '.');

	query->metric = word;
	if (dot) {
		*dot = '\0';
		query->metric = dot + 1;
		if (query->role && strcmp(query->role, word) != 0)
			return dcb_error_usage(err, "two roles: %.40s.%.40s and --role %.40s", word,
					       dot + 1, query->role);
		query->role = word;
	}
	if (!*query->metric)
		return dcb_error_usage(err, "no metric: give NAME or ROLE.NAME, as waiter.wall");
	return 0;
}

static int print_histories(const struct dcb_histories *histories, const struct arguments *arguments,
			   struct dcb_error *err)
{
	const struct dcb_history_text_options options = {
		.points = arguments->history.all,
		.colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR"),
	};
	int r;

	if (arguments->output.json) {
		json_auto_t *json = dcb_histories_to_json(histories);

		return dcb_print_json(json, err);
	}
	r = dcb_histories_print(histories, &options, stdout);
	if (r < 0)
		return dcb_error_sys(err, r, "history");
	return dcb_output_flush(err);
}

static int load_and_print(struct dcb_store *store, const struct dcb_history_query *query,
			  const struct arguments *arguments, struct dcb_error *err)
{
	_cleanup_(dcb_histories_deinit) struct dcb_histories histories = DCB_HISTORIES_NULL;
	_cleanup_(dcb_store_snapshot_endp) struct dcb_store *snapshot = NULL;
	int r;

	r = dcb_store_snapshot_begin(store, err);
	if (r < 0)
		return r;
	snapshot = store;
	r = dcb_histories_load(store, query, &histories, err);
	if (r < 0)
		return r;
	if (!histories.n)
		return dcb_histories_explain(store, query, err);
	return print_histories(&histories, arguments, err);
}

static int history(int argc, char **argv, struct dcb_error *err)
{
	_cleanup_(arguments_deinit) struct arguments arguments = {0};
	const struct history_options *options = &arguments.history;
	const struct dcb_arguments_set sets[] = {{history_options, &arguments.history},
						 {dcb_database_options, &arguments.database},
						 {dcb_output_options, &arguments.output}};
	_cleanup_(dcb_store_closep) struct dcb_store *store = NULL;
	struct dcb_history_query query;
	int n_words, r;

	for (size_t i = 0; i < ARRAY_SIZE(sets); i++) {
		r = dcb_options_init(sets[i].options, sets[i].values, err);
		if (r < 0)
			return r;
	}
	r = dcb_arguments_read(&dcb_command_history, argc, argv, sets, ARRAY_SIZE(sets), 1, 1,
			       &n_words, err);
	if (r < 0)
		return r;
	query = (struct dcb_history_query){
		.workload = options->workload,
		.params = options->params,
		.role = options->role,
		.kernel = options->kernel,
		.machine = options->machine,
		.arch = options->arch,
		.last = options->last,
	};
	r = read_metric(argv[1], &query, err);
	if (r < 0)
		return r;
	r = read_step(options->min_step, &query.min_step, err);
	if (r < 0)
		return r;
	r = dcb_database_open(arguments.database.db, false, &store, err);
	if (r < 0)
		return r;
	return load_and_print(store, &query, &arguments, err);
}

static const struct dcb_option *const history_tables[] = {history_options, dcb_database_options,
							  dcb_output_options, NULL};

const struct dcb_command dcb_command_history = {
	.name = "history",
	.arguments = "METRIC",
	.summary = "a metric over runs, and where it changed",
	.details =
		"METRIC is a name or ROLE.NAME: wall, waiter.wall. One series a workload with its "
		"parameters,\nrole, machine, arch and kernel name; a point is the median over the "
		"good boots of a run.",
	.options = history_tables,
	.run = history,
};

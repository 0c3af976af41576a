// SPDX-License-Identifier: GPL-2.0-only
/* dcbench list: the runs of a database. */
#include <time.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "cli/command.h"
#include "lab/owner.h"
#include "schema/store.h"

struct listing {
	struct dcb_store *store;
	json_t *rows;
	struct dcb_error *err;
};

static int add_name(void *context, size_t index, const struct dcb_store_run_kernel *kernel)
{
	(void)index;
	return json_array_append_new(context,
				     json_pack("{s:s, s:s, s:s}", "name", kernel->name, "spec",
					       kernel->spec, "release", kernel->kernel.release));
}

static int add_workload(void *context, size_t index, const struct dcb_store_run_workload *workload)
{
	(void)index;
	return json_array_append_new(context, json_pack("{s:s, s:s}", "name", workload->name,
							"params", workload->params));
}

static void format_time(int64_t us, char buffer[32])
{
	time_t seconds = us / 1000000;
	struct tm utc;

	gmtime_r(&seconds, &utc);
	strftime(buffer, 32, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

static int add_run(void *context, const struct dcb_store_run *run)
{
	struct listing *listing = context;
	json_auto_t *kernels = json_array();
	json_auto_t *workloads = json_array();
	int64_t boots, failed;
	char created[32];
	int r;

	r = dcb_store_each_run_kernel(listing->store, run->id, add_name, kernels, listing->err);
	if (r < 0)
		return r;
	r = dcb_store_each_run_workload(listing->store, run->id, add_workload, workloads,
					listing->err);
	if (r < 0)
		return r;
	r = dcb_store_count_boots(listing->store, run->id, &boots, &failed, listing->err);
	if (r < 0)
		return r;
	format_time(run->created_us, created);
	r = json_array_append_new(
		listing->rows,
		json_pack("{s:I, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:s?, s:O, s:O}", "id",
			  (json_int_t)run->id, "state",
			  dcb_run_state_name(dcb_run_effective_state(run)), "created", created,
			  "machine", run->machine, "arch", run->arch, "seed", (json_int_t)run->seed,
			  "blocks", (json_int_t)run->blocks, "boots", (json_int_t)boots,
			  "failed_boots", (json_int_t)failed, "reason", run->reason, "kernels",
			  kernels, "workloads", workloads));
	return r < 0 ? dcb_error_oom(listing->err) : 0;
}

static void print_names(const json_t *list, const char *member)
{
	size_t i;
	json_t *item;

	json_array_foreach(list, i, item)
		printf("%s%s", i ? "," : "", json_string_value(json_object_get(item, member)));
}

static void print_table(const json_t *rows)
{
	json_t *row;
	size_t i;

	if (json_array_size(rows) == 0) {
		printf("no runs yet: start one with `dcbench run`\n");
		return;
	}
	printf("%5s  %-11s  %-20s  %-13s  %5s  %s\n", "run", "state", "created (UTC)", "machine",
	       "boots", "kernels: workloads");
	json_array_foreach(rows, i, row)
	{
		const char *machine = json_string_value(json_object_get(row, "machine"));
		const char *arch = json_string_value(json_object_get(row, "arch"));
		char where[64];

		snprintf(where, sizeof(where), "%s %s", machine, arch);
		printf("%5lld  %-11s  %-20s  %-13s  %5lld  ",
		       (long long)json_integer_value(json_object_get(row, "id")),
		       json_string_value(json_object_get(row, "state")),
		       json_string_value(json_object_get(row, "created")), where,
		       (long long)json_integer_value(json_object_get(row, "boots")));
		print_names(json_object_get(row, "kernels"), "name");
		printf(": ");
		print_names(json_object_get(row, "workloads"), "name");
		putchar('\n');
	}
}

static int list(int argc, char **argv, struct dcb_error *err)
{
	struct dcb_database_options database = {0};
	struct dcb_output_options output = {0};
	const struct dcb_arguments_set sets[] = {{dcb_database_options, &database},
						 {dcb_output_options, &output}};
	_cleanup_(dcb_store_closep) struct dcb_store *store = NULL;
	json_auto_t *rows = json_array();
	struct listing listing = {.rows = rows, .err = err};
	int n_words, r;

	r = dcb_arguments_read(&dcb_command_list, argc, argv, sets, ARRAY_SIZE(sets), 0, 0,
			       &n_words, err);
	if (r < 0)
		return r;
	r = dcb_database_open(database.db, false, &store, err);
	dcb_options_deinit(dcb_database_options, &database);
	if (r < 0)
		return r;
	listing.store = store;
	r = dcb_store_each_run(store, add_run, &listing, err);
	if (r < 0)
		return r;
	if (output.json)
		return dcb_print_json(rows, err);
	print_table(rows);
	return dcb_output_flush(err);
}

static const struct dcb_option *const tables[] = {dcb_database_options, dcb_output_options, NULL};

const struct dcb_command dcb_command_list = {
	.name = "list",
	.arguments = "",
	.summary = "the runs of a database, newest first",
	.options = tables,
	.run = list,
};

// SPDX-License-Identifier: GPL-2.0-only
/* dcbench samples: every sample of a run, for other tools. */
#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "cli/command.h"
#include "schema/store.h"

struct writer {
	json_t *kernels, *workloads;
	bool json, first;
	struct dcb_error *err;
};

static int add_kernel(void *context, size_t index, const struct dcb_store_run_kernel *kernel)
{
	(void)index;
	return json_array_append_new(context, json_string(kernel->name));
}

static int add_workload(void *context, size_t index, const struct dcb_store_run_workload *workload)
{
	(void)index;
	return json_array_append_new(context,
				     json_sprintf("%s:%s", workload->name, workload->params));
}

static json_t *row_to_json(const struct writer *writer, const struct dcb_store_sample_row *row)
{
	const struct dcb_store_sample *sample = row->sample;

	return json_pack(
		"{s:O, s:I, s:O, s:s, s:s, s:s, s:i, s:i, s:o, s:o, s:o}", "kernel",
		json_array_get(writer->kernels, row->kernel), "block", (json_int_t)row->block,
		"workload", json_array_get(writer->workloads, sample->workload), "role",
		row->metric->role, "metric", row->metric->name, "unit", row->metric->unit, "thread",
		sample->thread, "iteration", sample->iteration, "value",
		sample->present ? dcb_json_number(sample->value) : json_null(), "enabled_ns",
		sample->has_times ? json_integer(sample->enabled_ns) : json_null(), "running_ns",
		sample->has_times ? json_integer(sample->running_ns) : json_null());
}

static int write_row(void *context, const struct dcb_store_sample_row *row)
{
	struct writer *writer = context;
	const struct dcb_store_sample *sample = row->sample;
	char value[32] = "";

	if (writer->json) {
		json_auto_t *object = row_to_json(writer, row);
		_cleanup_free_ char *line = object ? dcb_json_line(object) : NULL;

		if (!line)
			return dcb_error_oom(writer->err);
		printf("%s%s", writer->first ? "" : ",\n", line);
		writer->first = false;
		return 0;
	}
	if (sample->present)
		snprintf(value, sizeof(value), "%.17g", sample->value);
	printf("%s\t%lld\t%s\t%s\t%s\t%s\t%d\t%d\t%s\n",
	       json_string_value(json_array_get(writer->kernels, row->kernel)),
	       (long long)row->block,
	       json_string_value(json_array_get(writer->workloads, sample->workload)),
	       row->metric->role, row->metric->name, row->metric->unit, sample->thread,
	       sample->iteration, value);
	return 0;
}

static int print_samples(struct dcb_store *store, int64_t run_id, bool json, struct dcb_error *err)
{
	json_auto_t *kernels = json_array();
	json_auto_t *workloads = json_array();
	struct writer writer = {.kernels = kernels,
				.workloads = workloads,
				.json = json,
				.first = true,
				.err = err};
	int r;

	r = dcb_store_each_run_kernel(store, run_id, add_kernel, kernels, err);
	if (r < 0)
		return r;
	r = dcb_store_each_run_workload(store, run_id, add_workload, workloads, err);
	if (r < 0)
		return r;
	printf(json ? "["
		    : "kernel\tblock\tworkload\trole\tmetric\tunit\tthread\titeration\tvalue\n");
	r = dcb_store_each_sample(store, run_id, write_row, &writer, err);
	if (r < 0)
		return r;
	if (json)
		printf("]\n");
	return dcb_output_flush(err);
}

static int exists(void *context, const struct dcb_store_run *run)
{
	(void)context;
	(void)run;
	return 0;
}

static int samples(int argc, char **argv, struct dcb_error *err)
{
	struct dcb_database_options database = {0};
	struct dcb_output_options output = {0};
	const struct dcb_arguments_set sets[] = {{dcb_database_options, &database},
						 {dcb_output_options, &output}};
	_cleanup_(dcb_store_closep) struct dcb_store *store = NULL;
	int64_t run_id;
	int n_words, r;

	r = dcb_arguments_read(&dcb_command_samples, argc, argv, sets, ARRAY_SIZE(sets), 1, 1,
			       &n_words, err);
	if (r < 0)
		return r;
	r = dcb_arguments_run_id(argv[1], &run_id, err);
	if (r < 0)
		return r;
	r = dcb_database_open(database.db, false, &store, err);
	dcb_options_deinit(dcb_database_options, &database);
	if (r < 0)
		return r;
	r = dcb_store_get_run(store, run_id, exists, NULL, err);
	if (r < 0)
		return r;
	return print_samples(store, run_id, output.json, err);
}

static const struct dcb_option *const tables[] = {dcb_database_options, dcb_output_options, NULL};

const struct dcb_command dcb_command_samples = {
	.name = "samples",
	.arguments = "RUN",
	.summary = "every sample of a run: tab-separated, or a JSON array",
	.details = "Iterations below 0 are warm-ups. An empty value (null) is a counter that the "
		   "machine lacks.",
	.options = tables,
	.run = samples,
};

// SPDX-License-Identifier: GPL-2.0-only
/* dcbench queue: what the daemon runs, and what waits. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "cli/client.h"
#include "cli/command.h"
#include "cli/job-lines.h"
#include "reports/text.h"

struct queue_options {
	bool all;
};

static const struct dcb_option queue_options[] = {
	{"all", DCB_OPTION_BOOL, offsetof(struct queue_options, all), .fallback = "no",
	 .help = "those that have ended too, newest first"},
	{NULL},
};

static int queue(int argc, char **argv, struct dcb_error *err)
{
	struct queue_options options = {0};
	struct dcb_client_options client = {0};
	struct dcb_output_options output = {0};
	const struct dcb_arguments_set sets[] = {{queue_options, &options},
						 {dcb_client_options, &client},
						 {dcb_output_options, &output}};
	json_auto_t *answer = NULL;
	const json_t *rows;
	size_t i;
	json_t *row;
	int n_words, r;

	r = dcb_arguments_read(&dcb_command_queue, argc, argv, sets, ARRAY_SIZE(sets), 0, 0,
			       &n_words, err);
	if (r >= 0)
		r = dcb_client_request(&client, "GET",
				       options.all ? "/api/v1/jobs?limit=500" : "/api/v1/queue",
				       NULL, &answer, err);
	dcb_options_deinit(dcb_client_options, &client);
	if (r < 0)
		return r;
	rows = json_object_get(answer, "jobs");
	if (output.json)
		return dcb_print_json(rows, err);
	if (!json_array_size(rows))
		puts(options.all ? "no jobs: see `dcbench help submit`" : "nothing runs or waits");
	else
		printf("%5s  %-9s  %-12s  %4s  %-16s  %5s\n", "job", "state", "label", "prio",
		       "submitted", "run");
	json_array_foreach(rows, i, row)
	{
		r = dcb_job_print(row, err);
		if (r < 0)
			return r;
	}
	return dcb_output_flush(err);
}

static const struct dcb_option *const queue_tables[] = {queue_options, dcb_client_options,
							dcb_output_options, NULL};

const struct dcb_command dcb_command_queue = {
	.name = "queue",
	.arguments = "",
	.summary = "the daemon's jobs: what runs, what waits",
	.options = queue_tables,
	.run = queue,
};

// SPDX-License-Identifier: GPL-2.0-only
/* dcbench deliveries: the outbox. */
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

static int print_delivery(const json_t *row, struct dcb_error *err)
{
	_cleanup_free_ char *error = dcb_text_printable(dcb_row_text(row, "error"));
	char next[32];

	if (!error)
		return dcb_error_oom(err);
	dcb_row_time(dcb_row_number(row, "next_us"), next, sizeof(next));
	printf("%5" PRId64 "  %-9s  %-16.16s  %-9s  %3" PRId64 "  %-16s  %s\n",
	       dcb_row_number(row, "id"), dcb_row_text(row, "state"), dcb_row_text(row, "target"),
	       dcb_row_text(row, "event"), dcb_row_number(row, "attempts"), next, error);
	return 0;
}

static int list_deliveries(const struct dcb_client_options *client, bool json,
			   struct dcb_error *err)
{
	json_auto_t *answer = NULL;
	const json_t *rows;
	size_t i;
	json_t *row;
	int r;

	r = dcb_client_request(client, "GET", "/api/v1/deliveries?limit=500", NULL, &answer, err);
	if (r < 0)
		return r;
	rows = json_object_get(answer, "deliveries");
	if (json)
		return dcb_print_json(rows, err);
	if (!json_array_size(rows))
		puts("no deliveries");
	else
		printf("%5s  %-9s  %-16s  %-9s  %3s  %-16s\n", "", "state", "to", "event", "try",
		       "next");
	json_array_foreach(rows, i, row)
	{
		r = print_delivery(row, err);
		if (r < 0)
			return r;
	}
	return dcb_output_flush(err);
}

static int deliveries(int argc, char **argv, struct dcb_error *err)
{
	struct dcb_client_options client = {0};
	struct dcb_output_options output = {0};
	const struct dcb_arguments_set sets[] = {{dcb_client_options, &client},
						 {dcb_output_options, &output}};
	json_auto_t *answer = NULL;
	char path[64];
	int64_t id;
	int n_words, r;

	r = dcb_arguments_read(&dcb_command_deliveries, argc, argv, sets, ARRAY_SIZE(sets), 0, 2,
			       &n_words, err);
	if (r >= 0 && n_words == 0) {
		r = list_deliveries(&client, output.json, err);
	} else if (r >= 0) {
		r = n_words == 2 && strcmp(argv[1], "retry") == 0
			    ? dcb_number_read(argv[2], "delivery", &id, err)
			    : dcb_error_usage(err, "usage: dcbench deliveries [retry ID]");
		if (r >= 0) {
			snprintf(path, sizeof(path), "/api/v1/deliveries/%" PRId64 "/retry", id);
			r = dcb_client_request(&client, "POST", path, NULL, &answer, err);
		}
	}
	dcb_options_deinit(dcb_client_options, &client);
	return r;
}

static const struct dcb_option *const deliveries_tables[] = {dcb_client_options, dcb_output_options,
							     NULL};

const struct dcb_command dcb_command_deliveries = {
	.name = "deliveries",
	.arguments = "[retry ID]",
	.summary = "what the daemon tells others, and what became of it",
	.options = deliveries_tables,
	.run = deliveries,
};

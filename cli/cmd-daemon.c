// SPDX-License-Identifier: GPL-2.0-only
/* dcbench daemon: how it is. */
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

static int daemon_command(int argc, char **argv, struct dcb_error *err)
{
	struct dcb_client_options client = {0};
	struct dcb_output_options output = {0};
	const struct dcb_arguments_set sets[] = {{dcb_client_options, &client},
						 {dcb_output_options, &output}};
	json_auto_t *answer = NULL;
	bool reload;
	int n_words, r;

	r = dcb_arguments_read(&dcb_command_daemon, argc, argv, sets, ARRAY_SIZE(sets), 1, 1,
			       &n_words, err);
	reload = r >= 0 && strcmp(argv[1], "reload") == 0;
	if (r >= 0 && !reload && strcmp(argv[1], "status") != 0)
		r = dcb_error_usage(err, "daemon %.40s: give status or reload", argv[1]);
	if (r >= 0)
		r = dcb_client_request(&client, reload ? "POST" : "GET",
				       reload ? "/api/v1/reload" : "/api/v1/status", NULL, &answer,
				       err);
	dcb_options_deinit(dcb_client_options, &client);
	if (r < 0)
		return r;
	if (output.json)
		return dcb_print_json(answer, err);
	printf("dcbenchd %s: %" PRId64 " running, %" PRId64 " queued%s\n",
	       dcb_row_text(answer, "version"), dcb_row_number(answer, "running"),
	       dcb_row_number(answer, "queued"),
	       json_is_true(json_object_get(answer, "dashboard_only")) ? "; dashboard only" : "");
	return dcb_output_flush(err);
}

static const struct dcb_option *const daemon_tables[] = {dcb_client_options, dcb_output_options,
							 NULL};

const struct dcb_command dcb_command_daemon = {
	.name = "daemon",
	.arguments = "status|reload",
	.summary = "how the daemon is; have it read its configuration again",
	.options = daemon_tables,
	.run = daemon_command,
};

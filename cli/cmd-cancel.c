// SPDX-License-Identifier: GPL-2.0-only
/* dcbench cancel: ends a job. */
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

static int cancel(int argc, char **argv, struct dcb_error *err)
{
	struct dcb_client_options client = {0};
	const struct dcb_arguments_set sets[] = {{dcb_client_options, &client}};
	json_auto_t *answer = NULL;
	char path[64];
	int64_t id;
	int n_words, r;

	r = dcb_arguments_read(&dcb_command_cancel, argc, argv, sets, 1, 1, 1, &n_words, err);
	if (r >= 0)
		r = dcb_number_read(argv[1], "job", &id, err);
	if (r >= 0) {
		snprintf(path, sizeof(path), "/api/v1/jobs/%" PRId64 "/cancel", id);
		r = dcb_client_request(&client, "POST", path, NULL, &answer, err);
	}
	dcb_options_deinit(dcb_client_options, &client);
	if (r < 0)
		return r;
	printf("job %" PRId64 ": %s\n", id,
	       strcmp(dcb_row_text(answer, "state"), "running") == 0
		       ? "is being stopped"
		       : dcb_row_text(answer, "state"));
	return dcb_output_flush(err);
}

static const struct dcb_option *const cancel_tables[] = {dcb_client_options, NULL};

const struct dcb_command dcb_command_cancel = {
	.name = "cancel",
	.arguments = "JOB",
	.summary = "end a job of the daemon",
	.options = cancel_tables,
	.run = cancel,
};

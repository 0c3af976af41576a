// SPDX-License-Identifier: GPL-2.0-only
/* dcbench follow: a job as it goes. */
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

/* How it ended. */
struct ending {
	char state[16];
};

static int on_event(void *context, const char *event, const char *data)
{
	struct ending *ending = context;
	_cleanup_free_ char *clean = NULL;
	json_auto_t *row = NULL;

	if (strcmp(event, "progress") == 0) {
		clean = dcb_text_printable(data);
		printf("%s\n", clean ? clean : "");
		fflush(stdout);
		return 0;
	}
	row = json_loads(data, 0, NULL);
	clean = dcb_text_printable(dcb_row_text(row, "reason"));
	snprintf(ending->state, sizeof(ending->state), "%s", dcb_row_text(row, "state"));
	printf("job %" PRId64 ": %s%s%s\n", dcb_row_number(row, "id"), ending->state,
	       clean && *clean ? ": " : "", clean ? clean : "");
	fflush(stdout);
	return 0;
}

int dcb_follow_job(const struct dcb_client_options *client, int64_t job, struct dcb_error *err)
{
	struct ending ending = {0};
	json_auto_t *row = NULL;
	char path[64];
	int r;

	snprintf(path, sizeof(path), "/api/v1/jobs/%" PRId64 "/events", job);
	r = dcb_client_follow(client, path, on_event, &ending, err);
	if (r < 0)
		return r;
	/* The events say only what came while it was followed. */
	snprintf(path, sizeof(path), "/api/v1/jobs/%" PRId64, job);
	r = dcb_client_request(client, "GET", path, NULL, &row, err);
	if (r < 0)
		return r;
	if (strcmp(ending.state, dcb_row_text(row, "state")) != 0)
		dcb_job_print(row, err);
	return strcmp(dcb_row_text(row, "state"), "done") == 0 ? 0 : DCB_EXIT_FAILURE;
}

static int follow(int argc, char **argv, struct dcb_error *err)
{
	struct dcb_client_options client = {0};
	const struct dcb_arguments_set sets[] = {{dcb_client_options, &client}};
	int64_t id;
	int n_words, r;

	r = dcb_arguments_read(&dcb_command_follow, argc, argv, sets, 1, 1, 1, &n_words, err);
	if (r >= 0)
		r = dcb_number_read(argv[1], "job", &id, err);
	if (r >= 0)
		r = dcb_follow_job(&client, id, err);
	dcb_options_deinit(dcb_client_options, &client);
	return r;
}

static const struct dcb_option *const follow_tables[] = {dcb_client_options, NULL};

const struct dcb_command dcb_command_follow = {
	.name = "follow",
	.arguments = "JOB",
	.summary = "a job of the daemon as it goes; exit 0 where it ends well",
	.options = follow_tables,
	.run = follow,
};

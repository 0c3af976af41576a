// SPDX-License-Identifier: GPL-2.0-only
/* dcbench submit: a plan for the daemon's queue. */
#include <inttypes.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "cli/client.h"
#include "cli/job-lines.h"
#include "cli/plan-arguments.h"

struct submit_options {
	char *label, *key;
	int64_t priority;
	bool follow, skip_unchanged;
};

static const struct dcb_option submit_options[] = {
	{"label", DCB_OPTION_STRING, offsetof(struct submit_options, label), .fallback = "",
	 .help = "whose job it is: labels of one priority take turns"},
	{"priority", DCB_OPTION_INT, offsetof(struct submit_options, priority), -1000, 1000,
	 .fallback = "0", .help = "higher ones go first"},
	{"key", DCB_OPTION_STRING, offsetof(struct submit_options, key),
	 .help = "a submission with a key that the daemon knows is the job that it made then"},
	{"skip-unchanged", DCB_OPTION_BOOL, offsetof(struct submit_options, skip_unchanged),
	 .fallback = "no",
	 .help = "no run where kernels, agent and programs are those of the label's last good run "
		 "of this plan"},
	{"follow", DCB_OPTION_BOOL, offsetof(struct submit_options, follow), .fallback = "no",
	 .help = "stay and show how it goes; exit 0 where it ends well"},
	{NULL},
};

struct arguments {
	struct dcb_plan_arguments plan;
	struct submit_options submit;
	struct dcb_client_options client;
	struct dcb_output_options output;
};

static void arguments_deinit(struct arguments *arguments)
{
	dcb_plan_arguments_deinit(&arguments->plan);
	dcb_options_deinit(submit_options, &arguments->submit);
	dcb_options_deinit(dcb_client_options, &arguments->client);
}

static int post(const struct arguments *arguments, json_t **ret_job, struct dcb_error *err)
{
	const struct submit_options *submit = &arguments->submit;
	json_auto_t *body = json_pack("{s:o, s:s, s:I, s:b}", "plan",
				      dcb_plan_to_json(&arguments->plan.plan), "label",
				      submit->label, "priority", (json_int_t)submit->priority,
				      "skip_unchanged", submit->skip_unchanged);

	if (!body ||
	    (submit->key && json_object_set_new(body, "key", json_string(submit->key)) < 0))
		return dcb_error_oom(err);
	return dcb_client_request(&arguments->client, "POST", "/api/v1/jobs", body, ret_job, err);
}

static int submit(int argc, char **argv, struct dcb_error *err)
{
	_cleanup_(arguments_deinit) struct arguments arguments = {0};
	const struct dcb_arguments_set sets[] = {{submit_options, &arguments.submit},
						 {dcb_client_options, &arguments.client},
						 {dcb_output_options, &arguments.output}};
	json_auto_t *job = NULL;
	int r;

	r = dcb_options_init(submit_options, &arguments.submit, err);
	if (r >= 0)
		r = dcb_plan_arguments_init(&arguments.plan, err);
	if (r >= 0)
		r = dcb_plan_arguments_load(&arguments.plan, argc, argv, sets, ARRAY_SIZE(sets),
					    err);
	if (r >= 0)
		r = post(&arguments, &job, err);
	if (r < 0)
		return r;
	if (arguments.output.json)
		return dcb_print_json(job, err);
	printf("job %" PRId64 ": %s\n", dcb_row_number(job, "id"), dcb_row_text(job, "state"));
	r = dcb_output_flush(err);
	if (r < 0 || !arguments.submit.follow)
		return r;
	return dcb_follow_job(&arguments.client, dcb_row_number(job, "id"), err);
}

static const struct dcb_option *const submit_tables[] = {
	submit_options,     dcb_plan_kernel_options, dcb_plan_options,
	dcb_client_options, dcb_output_options,      NULL};

const struct dcb_command dcb_command_submit = {
	.name = "submit",
	.arguments = DCB_PLAN_ARGUMENTS,
	.summary = "give a plan to the daemon, to be run when its turn comes",
	.details = DCB_PLAN_DETAILS
	"What a moving spec (debian:6.12) means is found when the job starts.",
	.options = submit_tables,
	.run = submit,
};

// SPDX-License-Identifier: GPL-2.0-only
/* dcbench calibrate: may this host be believed, and how small a change does it find? */
#include <inttypes.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "cli/calibrations.h"
#include "cli/command.h"
#include "cli/engine.h"
#include "lab/owner.h"
#include "lab/plan.h"
#include "lab/stored.h"
#include "machines/machine.h"
#include "reports/calibration.h"
#include "reports/splits.h"
#include "schema/store.h"

#define DEFAULT_KERNEL "base=debian:6.12"
#define AGAIN          "-again"
#define BLOCKS_NOISY   12
#define BLOCKS_EXACT   3

struct calibrate_options {
	char *kernel;
	int64_t run, like;
	bool list;
};

static const struct dcb_option calibrate_options[] = {
	{"kernel", DCB_OPTION_STRING, offsetof(struct calibrate_options, kernel),
	 .fallback = DEFAULT_KERNEL, .help = "NAME=SPEC, the kernel that is booted twice a block"},
	{"list", DCB_OPTION_BOOL, offsetof(struct calibrate_options, list), .fallback = "no",
	 .help = "print what is stored, and boot nothing"},
	{"for", DCB_OPTION_INT, offsetof(struct calibrate_options, like), 0, INT64_MAX,
	 .fallback = "0",
	 .help = "take base, workloads and machine from this run instead of naming them"},
	{"run", DCB_OPTION_INT, offsetof(struct calibrate_options, run), 0, INT64_MAX,
	 .fallback = "0",
	 .help = "judge the boots of this run, which a calibration began; it is ended first"},
	{NULL},
};

struct arguments {
	struct calibrate_options calibrate;
	struct dcb_plan plan;
	struct dcb_database_options database;
	struct dcb_output_options output;
	char **words;
	int n_words;
};

static void arguments_deinit(struct arguments *arguments)
{
	dcb_options_deinit(calibrate_options, &arguments->calibrate);
	dcb_plan_deinit(&arguments->plan);
	dcb_options_deinit(dcb_database_options, &arguments->database);
}

static int arguments_read(struct arguments *arguments, int argc, char **argv, struct dcb_error *err)
{
	const struct dcb_arguments_set sets[] = {
		{calibrate_options, &arguments->calibrate},
		{dcb_plan_options, &arguments->plan},
		{dcb_database_options, &arguments->database},
		{dcb_output_options, &arguments->output},
	};
	int r;

	for (size_t i = 0; i < ARRAY_SIZE(sets); i++) {
		r = dcb_options_init(sets[i].options, sets[i].values, err);
		if (r < 0)
			return r;
	}
	r = dcb_arguments_parse(argc, argv, sets, ARRAY_SIZE(sets), &arguments->n_words, err);
	arguments->words = argv + 1;
	return r;
}

/* ---- the run ---- */

/* The same kernel twice. */
static int add_kernels(struct arguments *arguments, struct dcb_error *err)
{
	const char *text = arguments->calibrate.kernel, *equals = strchr(text, '=');
	_cleanup_free_ char *again = NULL;
	int r;

	r = dcb_plan_add_kernel(&arguments->plan, text, "--kernel", err);
	if (r < 0)
		return r;
	again = dcb_format("%.*s" AGAIN "%s", (int)(equals - text), text, equals);
	if (!again)
		return dcb_error_oom(err);
	return dcb_plan_add_kernel(&arguments->plan, again, "--kernel", err);
}

/* What figures depend on, from a stored run; how it is got (jobs, offline) stays as it was given.
 */
static int copy_run(struct arguments *arguments, struct dcb_store *store, struct dcb_error *err)
{
	_cleanup_(dcb_stored_run_deinit) struct dcb_stored_run stored = DCB_STORED_RUN_NULL;
	const struct dcb_plan *from = &stored.plan;
	const char *where = "stored plan";
	struct dcb_plan *plan = &arguments->plan;
	_cleanup_free_ char *kernel = NULL;
	int r;

	r = dcb_stored_run_load(store, arguments->calibrate.like, &stored, err);
	if (r < 0)
		return r;
	kernel = dcb_format("%s=%s", from->kernels[from->base_index].name,
			    from->kernels[from->base_index].spec);
	if (!kernel)
		return dcb_error_oom(err);
	r = dcb_options_set(calibrate_options, &arguments->calibrate, "kernel", kernel, where, err);
	if (r == 0)
		r = dcb_options_set(dcb_plan_options, plan, "machine", from->machine, where, err);
	if (r == 0 && from->guest_arch != DCB_ARCH_NONE)
		r = dcb_options_set(dcb_plan_options, plan, "arch", from->arch, where, err);
	if (r == 0 && from->threshold)
		r = dcb_options_set(dcb_plan_options, plan, "threshold", from->threshold, where,
				    err);
	plan->cpus = from->cpus;
	plan->memory = from->memory;
	for (size_t i = 0; r == 0 && i < from->n_workloads; i++) {
		_cleanup_free_ char *text = dcb_format("%s:%s", from->workloads[i].ops->name,
						       from->workloads[i].text);

		r = text ? dcb_plan_add_workload(plan, text, err) : dcb_error_oom(err);
	}
	return r;
}

static int make_plan(struct arguments *arguments, struct dcb_store *store, struct dcb_error *err)
{
	struct dcb_plan *plan = &arguments->plan;
	int64_t blocks = plan->blocks;
	int r = 0;

	if (plan->until != DCB_UNTIL_FIXED)
		return dcb_error_usage(err,
				       "calibrate: its number of blocks is fixed: give --blocks");
	if (plan->plants)
		return dcb_error_usage(err, "calibrate: nothing is planted in one");
	if (arguments->calibrate.like)
		r = copy_run(arguments, store, err);
	if (r == 0)
		r = add_kernels(arguments, err);
	for (int i = 0; r == 0 && i < arguments->n_words; i++)
		r = dcb_plan_add_workload(plan, arguments->words[i], err);
	if (r == 0)
		r = dcb_plan_settle(plan, err);
	if (r < 0)
		return r;
	if (!blocks)
		plan->blocks = plan->ops->exact ? BLOCKS_EXACT : BLOCKS_NOISY;
	else if (!plan->ops->exact && blocks < DCB_SPLITS_FEW)
		return dcb_error_usage(err, "blocks=%lld: a calibration needs at least %d",
				       (long long)blocks, DCB_SPLITS_FEW);
	return 0;
}

struct run_facts {
	enum dcb_run_state state;
	bool exact;
};

static int read_facts(void *context, const struct dcb_store_run *run)
{
	struct run_facts *facts = context;

	facts->state = dcb_run_effective_state(run);
	facts->exact = dcb_machine_is_exact(run->machine);
	return 0;
}

/* A new run, or what a stored one lacks. */
static int boot(struct arguments *arguments, struct dcb_store *store, int64_t *ret_run_id,
		bool *ret_exact, struct dcb_error *err)
{
	_cleanup_(dcb_engine_folders_deinit) struct dcb_engine_folders folders = {0};
	struct run_facts facts = {0};
	struct dcb_run_options options;
	int r;

	r = dcb_engine_options(&folders, &options, err);
	if (r < 0)
		return r;
	if (!arguments->calibrate.run) {
		*ret_exact = arguments->plan.ops->exact;
		return dcb_run_start(store, &arguments->plan, &options, ret_run_id, err);
	}
	*ret_run_id = arguments->calibrate.run;
	r = dcb_store_get_run(store, *ret_run_id, read_facts, &facts, err);
	if (r < 0)
		return r;
	*ret_exact = facts.exact;
	if (facts.state == DCB_RUN_DONE)
		return 0;
	return dcb_run_resume(store, *ret_run_id, &(struct dcb_run_more){0}, &options, err);
}

static int tell_run(int r, int64_t run_id, struct dcb_error *err)
{
	if (r < 0 && run_id > 0 && err->kind != DCB_ERROR_USAGE)
		return dcb_error_set(err, -r,
				     "%s; finished boots are kept: `dcbench calibrate --run %lld`",
				     err->message, (long long)run_id);
	return r;
}

/* ---- the command ---- */

static int calibrate(int argc, char **argv, struct dcb_error *err)
{
	_cleanup_(dcb_store_closep) struct dcb_store *store = NULL;
	_cleanup_(arguments_deinit) struct arguments arguments = {0};
	bool exact = false, holds = false;
	int64_t run_id = 0, id;
	int r;

	r = arguments_read(&arguments, argc, argv, err);
	if (r < 0)
		return r;
	if ((arguments.calibrate.list || arguments.calibrate.run || arguments.calibrate.like) &&
	    arguments.n_words)
		return dcb_error_usage(err, "calibrate: --list, --run and --for take no workloads");
	if (arguments.calibrate.list) {
		r = dcb_database_open(arguments.database.db, false, &store, err);
		return r < 0 ? r : dcb_calibrations_list(store, arguments.output.json, err);
	}
	r = dcb_database_open(arguments.database.db, true, &store, err);
	if (r == 0 && !arguments.calibrate.run)
		r = make_plan(&arguments, store, err);
	if (r < 0)
		return r;
	r = boot(&arguments, store, &run_id, &exact, err);
	if (r < 0)
		return tell_run(r, run_id, err);
	r = dcb_calibrate(store, run_id, exact, &id, err);
	if (r < 0)
		return r;
	r = dcb_calibration_print(store, id, arguments.output.json, &holds, err);
	if (r < 0)
		return r;
	return holds ? 0 : DCB_EXIT_FAILURE;
}

static const struct dcb_option *const calibrate_tables[] = {
	calibrate_options, dcb_plan_options, dcb_database_options, dcb_output_options, NULL};

const struct dcb_command dcb_command_calibrate = {
	.name = "calibrate",
	.arguments = "WORKLOAD[:KEY=VALUE,...]... | --for RUN | --run RUN | --list",
	.summary = "what this host makes of two boots of the same kernel",
	.details = "Boots one kernel under two names (12 blocks; 3 where boots are exact), and "
		   "judges these boots\nagain and again: how often do they give a verdict, and how "
		   "small a change would they show?\nThe exit code is 1 where the host does not "
		   "hold 5 % of false alarms.",
	.options = calibrate_tables,
	.run = calibrate,
};

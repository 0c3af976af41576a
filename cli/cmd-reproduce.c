// SPDX-License-Identifier: GPL-2.0-only
/* dcbench reproduce: the digits of a summary from elsewhere, made again here. */
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "cli/command.h"
#include "cli/engine.h"
#include "kernels/kernel.h"
#include "lab/plan.h"
#include "reports/reproduction.h"
#include "reports/text.h"
#include "schema/store.h"

struct reproduce_options {
	char **kernels;
	char *mirror;
	int64_t jobs;
	bool offline;
	int cgroup;
};

static const struct dcb_option reproduce_options[] = {
	{"kernel", DCB_OPTION_LIST, offsetof(struct reproduce_options, kernels),
	 .help = "NAME=SPEC, the very image of that kernel where the archive has it no longer"},
	{"mirror", DCB_OPTION_STRING, offsetof(struct reproduce_options, mirror),
	 .help = "Debian mirror (default: the one that apt uses)"},
	{"offline", DCB_OPTION_BOOL, offsetof(struct reproduce_options, offline), .fallback = "no",
	 .help = "use only what is in the kernel store"},
	{"jobs", DCB_OPTION_INT, offsetof(struct reproduce_options, jobs), 0, 256, .fallback = "0",
	 .help = "boots at a time (0: as many as CPUs)"},
	{"cgroup", DCB_OPTION_CHOICE, offsetof(struct reproduce_options, cgroup),
	 .choices = "off,on", .fallback = "on", .help = "put every guest into a cgroup of its own"},
	{NULL},
};

struct arguments {
	struct reproduce_options reproduce;
	struct dcb_database_options database;
	struct dcb_output_options output;
};

static void arguments_deinit(struct arguments *arguments)
{
	dcb_options_deinit(reproduce_options, &arguments->reproduce);
	dcb_options_deinit(dcb_database_options, &arguments->database);
}

/* One call of the command. */
struct reproducing {
	const struct arguments *arguments;
	struct dcb_reproduction *reproduction;
	struct dcb_plan plan;
	json_t *differing; /* inputs */
	int64_t run_id;
	struct dcb_reproduced result;
};

static void reproducing_deinit(struct reproducing *reproducing)
{
	dcb_reproduction_free(reproducing->reproduction);
	dcb_plan_deinit(&reproducing->plan);
	json_decref(reproducing->differing);
	dcb_reproduced_deinit(&reproducing->result);
}

/* ---- the plan ---- */

static int make_plan(struct reproducing *reproducing, struct dcb_error *err)
{
	const struct reproduce_options *options = &reproducing->arguments->reproduce;
	struct dcb_plan *plan = &reproducing->plan;
	int r;

	r = dcb_plan_init(plan, err);
	if (r < 0)
		return r;
	r = dcb_reproduction_plan(reproducing->reproduction, plan, err);
	if (r < 0)
		return r;
	plan->jobs = options->jobs;
	plan->offline = options->offline;
	plan->cgroup = options->cgroup;
	if (options->mirror && !(plan->mirror = strdup(options->mirror)))
		return dcb_error_oom(err);
	r = dcb_plan_settle(plan, err);
	if (r < 0)
		return r;
	if (!plan->ops->exact)
		return dcb_error_usage(err,
				       "its plan is for machine %s, which does not repeat to "
				       "the digit",
				       plan->ops->name);
	return 0;
}

/* ---- kernels ---- */

/* The SPEC of --kernel NAME=SPEC; NULL where there is none for this name. */
static const char *given_spec(const struct reproduce_options *options, const char *name)
{
	for (char **kernel = options->kernels; kernel && *kernel; kernel++)
		if (strncmp(*kernel, name, strlen(name)) == 0 && (*kernel)[strlen(name)] == '=')
			return *kernel + strlen(name) + 1;
	return NULL;
}

static int check_given(const struct reproducing *reproducing, struct dcb_error *err)
{
	char **kernel = reproducing->arguments->reproduce.kernels;

	for (; kernel && *kernel; kernel++) {
		size_t size = strcspn(*kernel, "="), i;

		for (i = 0; i < reproducing->plan.n_kernels; i++)
			if (strlen(reproducing->plan.kernels[i].name) == size &&
			    strncmp(reproducing->plan.kernels[i].name, *kernel, size) == 0)
				break;
		if (!(*kernel)[size] || i == reproducing->plan.n_kernels)
			return dcb_error_usage(err,
					       "--kernel %.80s: give NAME=SPEC with the name of a "
					       "kernel of the summary",
					       *kernel);
	}
	return 0;
}

/* What to hand over where the archive has moved on. */
static int tell_missing(const struct dcb_reproduction_kernel *kernel, const char *why,
			struct dcb_error *err)
{
	_cleanup_free_ char *package = dcb_text_printable(kernel->package);
	_cleanup_free_ char *version = dcb_text_printable(kernel->version);

	if (!package || !version)
		return dcb_error_oom(err);
	return dcb_error_usage(
		err,
		"kernel %s: it takes %s%.80s%s%.80s%sthe image of sha256 %s; %.300s; "
		"hand it over with --kernel %s=file:PATH",
		kernel->name, *package ? "Debian's " : "", package, *package ? " " : "", version,
		*package ? ", " : "", kernel->sha256, why, kernel->name);
}

static struct dcb_kernel_options kernel_options(const struct reproducing *reproducing)
{
	return (struct dcb_kernel_options){.mirror = reproducing->plan.mirror,
					   .offline = reproducing->plan.offline,
					   .sink = dcb_progress_sink()};
}

static int fetch_kernel(const struct reproducing *reproducing, struct dcb_kernel_store *store,
			const struct dcb_reproduction_kernel *kernel, struct dcb_kernel **ret_found,
			struct dcb_error *err)
{
	const struct dcb_kernel_options options = kernel_options(reproducing);
	_cleanup_(dcb_kernel_freep) struct dcb_kernel *found = NULL;
	_cleanup_free_ char *spec = NULL, *why = NULL;
	struct dcb_error error = DCB_ERROR_NULL;
	int r;

	/* A path of the file's would be one of its own host. */
	if (!kernel->package || !kernel->release)
		return tell_missing(kernel, "it is not in this host's store", err);
	spec = dcb_format("debian:%s", kernel->release);
	if (!spec)
		return dcb_error_oom(err);
	r = dcb_kernel_get(store, spec, reproducing->plan.guest_arch, &options, &found, &error);
	if (r < 0) {
		why = dcb_text_printable(error.message);
		return why ? tell_missing(kernel, why, err) : dcb_error_oom(err);
	}
	if (strcmp(found->sha256, kernel->sha256) != 0)
		return tell_missing(kernel, "the archive has another image of that name", err);
	*ret_found = TAKE_PTR(found);
	return 0;
}

static int take_kernel(const struct reproducing *reproducing, struct dcb_kernel_store *store,
		       const struct dcb_reproduction_kernel *kernel, const char *spec,
		       struct dcb_error *err)
{
	const struct dcb_kernel_options options = kernel_options(reproducing);
	_cleanup_(dcb_kernel_freep) struct dcb_kernel *found = NULL;
	int r;

	r = dcb_kernel_get(store, spec, reproducing->plan.guest_arch, &options, &found, err);
	if (r < 0)
		return dcb_error_wrap(err, "kernel %s", kernel->name);
	if (strcmp(found->sha256, kernel->sha256) != 0)
		return dcb_error_usage(err,
				       "kernel %s: %.200s has the sha256 %s, and the summary's is "
				       "%s",
				       kernel->name, spec, found->sha256, kernel->sha256);
	return 0;
}

/* Afterwards every kernel is in the store. */
static int get_kernels(const struct reproducing *reproducing, struct dcb_error *err)
{
	_cleanup_(dcb_kernel_store_closep) struct dcb_kernel_store *store = NULL;
	_cleanup_free_ char *folder = NULL;
	int r;

	r = check_given(reproducing, err);
	if (r == 0)
		r = dcb_kernels_folder(&folder, err);
	if (r == 0)
		r = dcb_kernel_store_open(folder, &store, err);
	for (size_t i = 0; r == 0 && i < reproducing->plan.n_kernels; i++) {
		const struct dcb_reproduction_kernel kernel = dcb_reproduction_kernel(
			reproducing->reproduction, i);
		_cleanup_(dcb_kernel_freep) struct dcb_kernel *found = NULL;
		const char *spec = given_spec(&reproducing->arguments->reproduce, kernel.name);

		if (spec)
			r = take_kernel(reproducing, store, &kernel, spec, err);
		else if (dcb_kernel_find(store, kernel.sha256, &found, NULL) < 0)
			r = fetch_kernel(reproducing, store, &kernel, &found, err);
	}
	return r;
}

/* ---- what is told ---- */

/* Digests are told by their beginnings; what is long has its place in the JSON. */
static void print_value(const json_t *value)
{
	_cleanup_free_ char *clean = dcb_text_printable(json_string_value(value));
	size_t n = clean ? strlen(clean) : 0;

	if (json_is_null(value))
		printf("nothing");
	else if (n == DCB_SHA256_HEX - 1)
		printf("%.12s", clean);
	else
		printf("%.60s%s", clean ?: "", n > 60 ? ".." : "");
}

static void print_inputs(const struct reproducing *reproducing)
{
	const char *contradiction = dcb_reproduction_contradiction(reproducing->reproduction);
	const json_t *input;
	size_t i;

	if (contradiction)
		printf("the file was changed: %s\n", contradiction);
	if (json_array_size(reproducing->differing) == 0)
		printf("inputs: all the same\n");
	json_array_foreach(reproducing->differing, i, input)
	{
		printf("input differs: %s: ", json_string_value(json_object_get(input, "input")));
		print_value(json_object_get(input, "theirs"));
		printf(" there, ");
		print_value(json_object_get(input, "ours"));
		printf(" here\n");
	}
}

/* Before the boots. */
static int on_ready(void *context, const json_t *fingerprint, const char *const *kernel_sha256s,
		    struct dcb_error *err)
{
	struct reproducing *reproducing = context;
	int r;

	(void)kernel_sha256s; /* the run names them itself */
	r = dcb_reproduction_inputs(reproducing->reproduction, fingerprint, &reproducing->differing,
				    err);
	if (r < 0 || reproducing->arguments->output.json)
		return r;
	print_inputs(reproducing);
	return dcb_output_flush(err);
}

static void print_difference(const struct dcb_reproduced *result)
{
	const struct dcb_identity *identity = &result->identity;
	const struct dcb_identity_difference *first = &identity->first;

	if (result->seed)
		printf("%s\n", result->seed);
	if (result->by_digest) {
		printf("the file has digests only; the first series that differs: %s\n",
		       result->series ?: "none");
		return;
	}
	if (!identity->first_difference) {
		/* All values are the same, yet not the texts of them. */
		if (strcmp(result->theirs, result->ours) != 0)
			printf("the digest of all samples is %.12s there, %.12s here\n",
			       result->theirs, result->ours);
		return;
	}
	printf("first: %s block %lld, %s %s%s%s, thread %d, iteration %d: %s there, %s here\n",
	       first->kernel, (long long)first->block, first->workload, first->role,
	       *first->role ? " " : "", first->metric, first->thread, first->iteration, first->one,
	       first->two);
}

static void print_result(const struct reproducing *reproducing)
{
	const struct dcb_reproduced *result = &reproducing->result;
	const struct dcb_identity *identity = &result->identity;

	printf("run %lld: ", (long long)reproducing->run_id);
	if (result->identical) {
		printf("identical: %llu samples, every digit the same\n",
		       (unsigned long long)result->n);
		return;
	}
	if (result->by_digest)
		printf("different: the digest of %llu samples is %.12s there, %.12s here\n",
		       (unsigned long long)result->n, result->theirs, result->ours);
	else
		printf("different: %llu of %llu samples differ, %llu only there, %llu only here\n",
		       (unsigned long long)identity->differing,
		       (unsigned long long)identity->compared,
		       (unsigned long long)identity->only_first,
		       (unsigned long long)identity->only_second);
	print_difference(result);
}

static json_t *first_to_json(const struct dcb_identity *identity)
{
	const struct dcb_identity_difference *first = &identity->first;

	if (!identity->first_difference)
		return json_null();
	return json_pack("{s:s, s:I, s:s, s:s, s:s, s:i, s:i, s:s, s:s}", "kernel", first->kernel,
			 "block", (json_int_t)first->block, "workload", first->workload, "role",
			 first->role, "metric", first->metric, "thread", first->thread, "iteration",
			 first->iteration, "theirs", first->one, "ours", first->two);
}

static json_t *result_to_json(const struct reproducing *reproducing)
{
	const struct dcb_reproduced *result = &reproducing->result;
	const struct dcb_identity *identity = &result->identity;

	return json_pack(
		"{s:I, s:b, s:I, s:{s:s, s:s}, s:b, s:I, s:I, s:I, s:I, s:o, s:s?, s:s?, s:s?, "
		"s:O}",
		"run", (json_int_t)reproducing->run_id, "identical", result->identical, "samples",
		(json_int_t)result->n, "sha256", "theirs", result->theirs, "ours", result->ours,
		"by_digest", result->by_digest, "compared", (json_int_t)identity->compared,
		"differing", (json_int_t)identity->differing, "only_theirs",
		(json_int_t)identity->only_first, "only_ours", (json_int_t)identity->only_second,
		"first", first_to_json(identity), "series", result->series, "seed", result->seed,
		"contradiction", dcb_reproduction_contradiction(reproducing->reproduction),
		"inputs", reproducing->differing);
}

/* ---- the whole ---- */

static int run_plan(struct reproducing *reproducing, struct dcb_store *store, struct dcb_error *err)
{
	_cleanup_(dcb_engine_folders_deinit) struct dcb_engine_folders folders = {0};
	const char *sha256s[DCB_PLAN_MAX_KERNELS];
	struct dcb_run_options options;
	int r;

	r = dcb_engine_options(&folders, &options, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < reproducing->plan.n_kernels; i++)
		sha256s[i] = dcb_reproduction_kernel(reproducing->reproduction, i).sha256;
	options.sha256s = sha256s;
	options.ready = on_ready;
	options.context = reproducing;
	r = dcb_run_start(store, &reproducing->plan, &options, &reproducing->run_id, err);
	if (r < 0)
		return dcb_engine_tell_resume(r, reproducing->run_id, err);
	return dcb_reproduction_compare(reproducing->reproduction, store, reproducing->run_id,
					&reproducing->result, err);
}

static int tell(const struct reproducing *reproducing, struct dcb_error *err)
{
	json_auto_t *json = NULL;

	if (!reproducing->arguments->output.json) {
		print_result(reproducing);
		return dcb_output_flush(err);
	}
	json = result_to_json(reproducing);
	return dcb_print_json(json, err);
}

static int reproduce(int argc, char **argv, struct dcb_error *err)
{
	_cleanup_(arguments_deinit) struct arguments arguments = {0};
	const struct dcb_arguments_set sets[] = {
		{reproduce_options, &arguments.reproduce},
		{dcb_database_options, &arguments.database},
		{dcb_output_options, &arguments.output},
	};
	_cleanup_(dcb_store_closep) struct dcb_store *store = NULL;
	_cleanup_(reproducing_deinit) struct reproducing reproducing = {.arguments = &arguments};
	int n_words, r;

	for (size_t i = 0; i < ARRAY_SIZE(sets); i++) {
		r = dcb_options_init(sets[i].options, sets[i].values, err);
		if (r < 0)
			return r;
	}
	r = dcb_arguments_read(&dcb_command_reproduce, argc, argv, sets, ARRAY_SIZE(sets), 1, 1,
			       &n_words, err);
	if (r == 0)
		r = dcb_reproduction_read(argv[1], &reproducing.reproduction, err);
	if (r == 0)
		r = make_plan(&reproducing, err);
	if (r == 0)
		r = get_kernels(&reproducing, err);
	if (r == 0)
		r = dcb_database_open(arguments.database.db, true, &store, err);
	if (r == 0)
		r = run_plan(&reproducing, store, err);
	if (r == 0)
		r = tell(&reproducing, err);
	if (r < 0)
		return r;
	return reproducing.result.identical ? 0 : DCB_EXIT_FAILURE;
}

static const struct dcb_option *const reproduce_tables[] = {reproduce_options, dcb_database_options,
							    dcb_output_options, NULL};

const struct dcb_command dcb_command_reproduce = {
	.name = "reproduce",
	.arguments = "SUMMARY.json",
	.summary = "make the digits of somebody's summary again, and compare",
	.details =
		"SUMMARY.json is what `dcbench show RUN --json` printed elsewhere of a run on "
		"icount. The\nsame kernels are booted with the same plan and seeds; the run is "
		"stored as any other.\nThe exit code is 0 where every sample has the same digits, "
		"else 1; 2 where the file is\nno such summary, or a kernel is not to be had.",
	.options = reproduce_tables,
	.run = reproduce,
};

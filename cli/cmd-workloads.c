// SPDX-License-Identifier: GPL-2.0-only
/* dcbench workloads: what can be run, with its keys, roles, metrics and symptoms. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "cli/command.h"
#include "collectors/collector.h"
#include "kernels/kernel.h"
#include "lab/guest-modules.h"
#include "workloads/suite.h"
#include "workloads/workload.h"

struct arguments {
	struct dcb_output_options output;
	char *kernel, *arch;
};

static const struct dcb_option options[] = {
	{"kernel", DCB_OPTION_STRING, offsetof(struct arguments, kernel),
	 .help = "say what this kernel (a spec: debian:7.1, a path) cannot run, and why"},
	{"arch", DCB_OPTION_STRING, offsetof(struct arguments, arch), .fallback = "arm64",
	 .help = "of that kernel: x86_64 or arm64"},
	{NULL},
};

/* A workload with its parameters. */
struct dose {
	const struct dcb_workload_ops *ops;
	void *params;
	char *text;
	struct dcb_workload_needs needs;
	bool disk;    /* that kernel has no loop devices: its guests get a disk */
	char *cannot; /* why the kernel that was asked about cannot run it; NULL: it can */
};

struct doses {
	struct dose *rows;
	size_t n;
};

static void doses_deinit(struct doses *doses)
{
	for (size_t i = 0; i < doses->n; i++) {
		dcb_workload_params_free(doses->rows[i].ops, doses->rows[i].params);
		free(doses->rows[i].text);
		free(doses->rows[i].cannot);
	}
	free(doses->rows);
}

/* text: "NAME[:key=value,...]" */
static int add_dose(struct doses *doses, const char *text, struct dcb_error *err)
{
	_cleanup_free_ char *name = strndup(text, strcspn(text, ":"));
	struct dose *rows = reallocarray(doses->rows, doses->n + 1, sizeof(*rows));
	struct dose *dose;
	int r;

	if (rows)
		doses->rows = rows;
	if (!name || !rows)
		return dcb_error_oom(err);
	dose = &rows[doses->n];
	memset(dose, 0, sizeof(*dose));
	r = dcb_workload_find(name, &dose->ops, err);
	if (r < 0)
		return r;
	r = dcb_workload_params_new(dose->ops, text[strlen(name)] ? text + strlen(name) + 1 : "",
				    name, &dose->params, err);
	if (r < 0)
		return r;
	doses->n++;
	dose->needs = dcb_workload_needs(dose->ops, dose->params);
	dose->text = dcb_options_format(dose->ops->options, dose->params);
	return dose->text ? 0 : dcb_error_oom(err);
}

/* A word: "suite:NAME" or a dose; NULL: the default dose of each workload. */
static int add_doses(struct doses *doses, const char *word, struct dcb_error *err)
{
	const char prefix[] = "suite:";
	const struct dcb_suite *suite;
	int r = 0;

	if (word && strncmp(word, prefix, strlen(prefix)) != 0)
		return add_dose(doses, word, err);
	if (!word) {
		for (size_t i = 0; r == 0 && i < dcb_n_workloads; i++)
			r = add_dose(doses, dcb_workloads[i]->name, err);
		return r;
	}
	r = dcb_suite_find(word + strlen(prefix), &suite, err);
	for (size_t i = 0; r == 0 && suite->workloads[i]; i++)
		r = add_dose(doses, suite->workloads[i], err);
	return r;
}

static size_t count_names(const char *const *names)
{
	size_t n = 0;

	while (names && names[n])
		n++;
	return n;
}

static int ask_kernel(struct doses *doses, const struct arguments *arguments, struct dcb_error *err)
{
	_cleanup_(dcb_kernel_store_closep) struct dcb_kernel_store *store = NULL;
	_cleanup_(dcb_kernel_freep) struct dcb_kernel *kernel = NULL;
	const struct dcb_kernel_options kernel_options = {.sink = dcb_progress_sink()};
	_cleanup_free_ char *folder = NULL;
	enum dcb_arch arch;
	int r;

	if (dcb_arch_from_name(arguments->arch, &arch) < 0)
		return dcb_error_usage(err, "arch=%.60s: give x86_64 or arm64", arguments->arch);
	r = dcb_kernels_folder(&folder, err);
	if (r == 0)
		r = dcb_kernel_store_open(folder, &store, err);
	if (r == 0)
		r = dcb_kernel_get(store, arguments->kernel, arch, &kernel_options, &kernel, err);
	for (size_t i = 0; r == 0 && i < doses->n; i++) {
		_cleanup_(dcb_kernel_modules_freep) char **files = NULL;
		struct dcb_error lacking = DCB_ERROR_NULL;

		if (dcb_guest_modules(kernel, &doses->rows[i].needs, &files, &doses->rows[i].disk,
				      &lacking) == 0)
			continue;
		doses->rows[i].cannot = strdup(lacking.message);
		if (!doses->rows[i].cannot)
			return dcb_error_oom(err);
	}
	return r;
}

static json_t *metric_to_json(const char *role, const struct dcb_metric *metric)
{
	return json_pack("{s:s?, s:s, s:s, s:s, s:b, s:s}", "role", role, "name", metric->name,
			 "unit", metric->unit, "better", dcb_better_name(metric->better), "primary",
			 metric->primary, "help", metric->help);
}

/* The workload's own metrics; those of the collectors exist for every role. */
static json_t *metrics_to_json(const struct dcb_workload_ops *ops)
{
	json_auto_t *list = json_array();

	for (const struct dcb_workload_metric *m = ops->metrics; list && m && m->metric.name; m++) {
		if (json_array_append_new(list, metric_to_json(m->role, &m->metric)) < 0)
			return NULL;
	}
	for (size_t i = 0; list && i < dcb_n_collectors; i++) {
		for (size_t j = 0; j < dcb_collectors[i]->n_metrics; j++) {
			if (json_array_append_new(
				    list, metric_to_json("*", &dcb_collectors[i]->metrics[j])) < 0)
				return NULL;
		}
	}
	return TAKE_PTR(list);
}

static json_t *names_to_json(const char *const *names)
{
	json_auto_t *list = json_array();

	for (; list && names && *names; names++)
		if (json_array_append_new(list, json_string(*names)) < 0)
			return NULL;
	return TAKE_PTR(list);
}

static json_t *needs_to_json(const struct dcb_workload_needs *needs)
{
	return json_pack("{s:o, s:o, s:o}", "modules", names_to_json(needs->modules), "images",
			 names_to_json(needs->images), "programs", names_to_json(needs->programs));
}

static json_t *dose_to_json(const struct dose *dose)
{
	const struct dcb_workload_ops *ops = dose->ops;
	json_auto_t *roles = json_array();
	json_auto_t *symptoms = json_array();

	for (const struct dcb_workload_role *role = ops->roles; role->name; role++) {
		if (json_array_append_new(roles,
					  json_pack("{s:s, s:s, s:b}", "name", role->name, "help",
						    role->help, "bystander", role->bystander)) < 0)
			return NULL;
	}
	for (const struct dcb_workload_symptom *s = ops->symptoms; s->name; s++) {
		if (json_array_append_new(symptoms, json_pack("{s:s, s:s}", "name", s->name, "help",
							      s->help)) < 0)
			return NULL;
	}
	return json_pack("{s:s, s:s, s:s, s:s, s:o, s:O, s:o, s:O, s:o, s:b, s:s?}", "name",
			 ops->name, "params", dose->text, "summary", ops->summary, "description",
			 ops->description, "keys", dcb_options_to_json(ops->options), "roles",
			 roles, "metrics", metrics_to_json(ops), "symptoms", symptoms, "needs",
			 needs_to_json(&dose->needs), "plantable", ops->operations != NULL,
			 "cannot", dose->cannot);
}

static void print_key(const struct dcb_option *key)
{
	_cleanup_free_ char *min = dcb_size_format(key->min);
	_cleanup_free_ char *max = dcb_size_format(key->max);

	printf("    %-12s %s", key->name, key->help);
	if (key->choices)
		printf("; one of %s", key->choices);
	else if (key->type == DCB_OPTION_INT)
		printf("; %lld to %lld", (long long)key->min, (long long)key->max);
	else if (key->type == DCB_OPTION_SIZE && min && max)
		printf("; %s to %s", min, max);
	printf(" (default: %s)\n", key->fallback ? key->fallback : "none");
}

static void print_metric(const char *role, const struct dcb_metric *metric)
{
	printf("    %-12s %-22s %-6s %-8s %s\n", role, metric->name, metric->unit,
	       dcb_better_name(metric->better), metric->help);
}

static void print_names(const char *what, const char *const *names)
{
	if (!names || !*names)
		return;
	printf("    %-12s", what);
	for (; *names; names++)
		printf(" %s", *names);
	printf("\n");
}

static void print_needs(const struct dose *dose)
{
	if (!count_names(dose->needs.modules) && !count_names(dose->needs.images) &&
	    !count_names(dose->needs.programs))
		return;
	printf("\n  needs, with these keys\n");
	print_names("modules", dose->needs.modules);
	print_names("images", dose->needs.images);
	print_names("programs", dose->needs.programs);
}

static void print_one(const struct dose *dose)
{
	const struct dcb_workload_ops *ops = dose->ops;

	printf("%s: %s\n\n%s\n\n  keys\n", ops->name, ops->summary, ops->description);
	for (const struct dcb_option *key = ops->options; key->name; key++)
		print_key(key);
	printf("\n  roles\n");
	for (const struct dcb_workload_role *role = ops->roles; role && role->name; role++)
		printf("    %-12s %s%s\n", role->name, role->help,
		       role->bystander ? " (a bystander: what collectors count of it is not judged)"
				       : "");
	printf("\n  metrics: role, name, unit, which way is better\n");
	for (const struct dcb_workload_metric *m = ops->metrics; m && m->metric.name; m++)
		print_metric(m->role ? m->role : "-", &m->metric);
	for (size_t i = 0; i < dcb_n_collectors; i++) {
		for (size_t j = 0; j < dcb_collectors[i]->n_metrics; j++)
			print_metric("every role", &dcb_collectors[i]->metrics[j]);
	}
	if (ops->symptoms && ops->symptoms->name)
		printf("\n  symptoms\n");
	for (const struct dcb_workload_symptom *s = ops->symptoms; s && s->name; s++)
		printf("    %-12s %s\n", s->name, s->help);
	print_needs(dose);
	if (ops->operations)
		printf("\n  a slow-down can be planted: `dcbench run --plant NAME=2%% ...`\n");
	if (dose->cannot)
		printf("\n  this kernel cannot: %s\n", dose->cannot);
	else if (dose->disk)
		printf("\n  this kernel has no loop devices: its guests get a disk, for one file "
		       "system at a time, and their figures are not exact\n");
}

static void print_list(const struct doses *doses)
{
	for (size_t i = 0; i < doses->n; i++) {
		const struct dose *dose = &doses->rows[i];

		printf("%-20s %s\n", dose->ops->name, dose->ops->summary);
		if (dose->cannot)
			printf("%-20s cannot run: %s\n", "", dose->cannot);
	}
	printf("\n");
	for (size_t i = 0; i < dcb_n_suites; i++)
		printf("suite:%-14s %s\n", dcb_suites[i].name, dcb_suites[i].summary);
}

static void print_suite(const struct doses *doses)
{
	for (size_t i = 0; i < doses->n; i++) {
		const struct dose *dose = &doses->rows[i];

		printf("%s:%s\n", dose->ops->name, dose->text);
		if (dose->cannot)
			printf("    cannot run: %s\n", dose->cannot);
	}
}

static void arguments_deinit(struct arguments *arguments)
{
	dcb_options_deinit(options, arguments);
}

static int workloads(int argc, char **argv, struct dcb_error *err)
{
	_cleanup_(arguments_deinit) struct arguments arguments = {0};
	_cleanup_(doses_deinit) struct doses doses = {0};
	const struct dcb_arguments_set sets[] = {{dcb_output_options, &arguments.output},
						 {options, &arguments}};
	int n_words, r;

	r = dcb_options_init(options, &arguments, err);
	if (r < 0)
		return r;
	r = dcb_arguments_read(&dcb_command_workloads, argc, argv, sets, ARRAY_SIZE(sets), 0, 1,
			       &n_words, err);
	if (r == 0)
		r = add_doses(&doses, n_words == 1 ? argv[1] : NULL, err);
	if (r == 0 && arguments.kernel)
		r = ask_kernel(&doses, &arguments, err);
	if (r < 0)
		return r;
	if (arguments.output.json) {
		json_auto_t *rows = json_array();

		for (size_t i = 0; i < doses.n; i++)
			if (json_array_append_new(rows, dose_to_json(&doses.rows[i])) < 0)
				return dcb_error_oom(err);
		return dcb_print_json(rows, err);
	}
	if (n_words == 0)
		print_list(&doses);
	else if (strncmp(argv[1], "suite:", strlen("suite:")) == 0)
		print_suite(&doses);
	else
		print_one(&doses.rows[0]);
	return dcb_output_flush(err);
}

static const struct dcb_option *const tables[] = {options, dcb_output_options, NULL};

const struct dcb_command dcb_command_workloads = {
	.name = "workloads",
	.arguments = "[NAME[:KEY=VALUE,...] | suite:NAME]",
	.summary = "what can be run; with a name: its keys, roles, metrics, symptoms, needs",
	.options = tables,
	.run = workloads,
};

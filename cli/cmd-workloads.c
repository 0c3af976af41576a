// SPDX-License-Identifier: GPL-2.0-only
/* dcbench workloads: what can be run, with its keys, roles, metrics and symptoms. */
#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "cli/command.h"
#include "collectors/collector.h"
#include "workloads/workload.h"

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

static json_t *workload_to_json(const struct dcb_workload_ops *ops)
{
	json_auto_t *roles = json_array();
	json_auto_t *symptoms = json_array();

	for (const struct dcb_workload_role *role = ops->roles; role && role->name; role++) {
		if (json_array_append_new(roles, json_pack("{s:s, s:s}", "name", role->name, "help",
							   role->help)) < 0)
			return NULL;
	}
	for (const struct dcb_workload_symptom *s = ops->symptoms; s && s->name; s++) {
		if (json_array_append_new(symptoms, json_pack("{s:s, s:s}", "name", s->name, "help",
							      s->help)) < 0)
			return NULL;
	}
	return json_pack("{s:s, s:s, s:s, s:o, s:O, s:o, s:O}", "name", ops->name, "summary",
			 ops->summary, "description", ops->description, "keys",
			 dcb_options_to_json(ops->options), "roles", roles, "metrics",
			 metrics_to_json(ops), "symptoms", symptoms);
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

static void print_one(const struct dcb_workload_ops *ops)
{
	printf("%s: %s\n\n%s\n\n  keys\n", ops->name, ops->summary, ops->description);
	for (const struct dcb_option *key = ops->options; key->name; key++)
		print_key(key);
	printf("\n  roles\n");
	for (const struct dcb_workload_role *role = ops->roles; role && role->name; role++)
		printf("    %-12s %s\n", role->name, role->help);
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
}

static int workloads(int argc, char **argv, struct dcb_error *err)
{
	struct dcb_output_options output = {0};
	const struct dcb_arguments_set sets[] = {{dcb_output_options, &output}};
	const struct dcb_workload_ops *ops = NULL;
	int n_words, r;

	r = dcb_arguments_read(&dcb_command_workloads, argc, argv, sets, ARRAY_SIZE(sets), 0, 1,
			       &n_words, err);
	if (r < 0)
		return r;
	if (n_words == 1) {
		r = dcb_workload_find(argv[1], &ops, err);
		if (r < 0)
			return r;
	}
	if (output.json) {
		json_auto_t *rows = json_array();

		for (size_t i = 0; i < dcb_n_workloads; i++) {
			if (ops && ops != dcb_workloads[i])
				continue;
			if (json_array_append_new(rows, workload_to_json(dcb_workloads[i])) < 0)
				return dcb_error_oom(err);
		}
		return dcb_print_json(rows, err);
	}
	if (ops)
		print_one(ops);
	for (size_t i = 0; !ops && i < dcb_n_workloads; i++)
		printf("%-14s %s\n", dcb_workloads[i]->name, dcb_workloads[i]->summary);
	return dcb_output_flush(err);
}

static const struct dcb_option *const tables[] = {dcb_output_options, NULL};

const struct dcb_command dcb_command_workloads = {
	.name = "workloads",
	.arguments = "[NAME]",
	.summary = "what can be run; with a name: its keys, roles, metrics, symptoms",
	.options = tables,
	.run = workloads,
};

// SPDX-License-Identifier: GPL-2.0-only
#include "lab/plan.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/ini.h"
#include "base/json.h"
#include "guest/protocol.h"
#include "lab/plan-plant.h"
#include "lab/threshold.h"
#include "workloads/plant.h"
#include "workloads/suite.h"

#define DEADLINE_BASE_S     240
#define DEADLINE_WORKLOAD_S 60
#define MAX_BLOCKS          40

const struct dcb_option dcb_plan_options[] = {
	{"base", DCB_OPTION_STRING, offsetof(struct dcb_plan, base),
	 .help = "kernel that the others are compared with (default: the first)"},
	{"machine", DCB_OPTION_STRING, offsetof(struct dcb_plan, machine), .fallback = "auto",
	 .help = "how to boot: see `dcbench machines`; auto is kvm where it works, else icount"},
	{"arch", DCB_OPTION_STRING, offsetof(struct dcb_plan, arch), .fallback = "auto",
	 .help = "x86_64 or arm64 (default: the host's for kvm, else arm64)"},
	{"blocks", DCB_OPTION_INT, offsetof(struct dcb_plan, blocks), 0, 10000, .fallback = "0",
	 .help = "how often every kernel is booted (0: 3 where boots are exact, else 6)"},
	{"until", DCB_OPTION_CHOICE, offsetof(struct dcb_plan, until), .choices = "fixed,settled",
	 .fallback = "fixed",
	 .help = "settled: add blocks until every primary metric has a verdict; the first look is "
		 "at --blocks"},
	{"max-blocks", DCB_OPTION_INT, offsetof(struct dcb_plan, max_blocks), 0, 10000,
	 .fallback = "0", .help = "until settled: at most so many blocks (0: 40)"},
	{"budget", DCB_OPTION_DURATION, offsetof(struct dcb_plan, budget_s), 0, 366 * 86400,
	 .fallback = "0", .help = "until settled: begin nothing that would end later than this"},
	{"threshold", DCB_OPTION_STRING, offsetof(struct dcb_plan, threshold),
	 .help = "what counts as the same: 1%, or NAME=2%,... a metric (default: 1%)"},
	{"strict", DCB_OPTION_BOOL, offsetof(struct dcb_plan, strict), .fallback = "no",
	 .help = "no verdict where this host was not calibrated for it"},
	{"seed", DCB_OPTION_INT, offsetof(struct dcb_plan, seed), 0, INT64_MAX, .fallback = "1",
	 .help = "orders the boots and seeds the guests"},
	{"cpus", DCB_OPTION_INT, offsetof(struct dcb_plan, cpus), 0, 64, .fallback = "0",
	 .help = "CPUs of a guest (0: the machine's default)"},
	{"memory", DCB_OPTION_SIZE, offsetof(struct dcb_plan, memory), 256 << 20, INT64_C(1) << 40,
	 .fallback = "1G", .help = "memory of a guest"},
	{"deadline", DCB_OPTION_INT, offsetof(struct dcb_plan, deadline_s), 0, 86400,
	 .fallback = "0",
	 .help = "seconds after which a boot is given up as hung (0: 240, and 60 a workload)"},
	{"jobs", DCB_OPTION_INT, offsetof(struct dcb_plan, jobs), 0, 256, .fallback = "0",
	 .help = "boots at a time (0: as many as CPUs where that cannot disturb, else 1)"},
	{"cgroup", DCB_OPTION_CHOICE, offsetof(struct dcb_plan, cgroup), .choices = "off,on",
	 .fallback = "on", .help = "put every guest into a cgroup of its own"},
	{"plant", DCB_OPTION_LIST, offsetof(struct dcb_plan, plants),
	 .help = "NAME=SHARE, a known slow-down to be found: with kernel NAME workloads do SHARE "
		 "(0.1% to 100%) of their operations twice"},
	{"mirror", DCB_OPTION_STRING, offsetof(struct dcb_plan, mirror),
	 .help = "Debian mirror (default: the one that apt uses)"},
	{"offline", DCB_OPTION_BOOL, offsetof(struct dcb_plan, offline), .fallback = "no",
	 .help = "use only what is in the kernel store"},
	{"refresh", DCB_OPTION_BOOL, offsetof(struct dcb_plan, refresh), .fallback = "no",
	 .help = "look again for what a moving spec (debian:6.12) means"},
	{NULL},
};

int dcb_plan_init(struct dcb_plan *plan, struct dcb_error *err)
{
	memset(plan, 0, sizeof(*plan));
	return dcb_options_init(dcb_plan_options, plan, err);
}

static void workload_deinit(struct dcb_plan_workload *workload)
{
	dcb_workload_params_free(workload->ops, workload->params);
	free(workload->text);
}

void dcb_plan_deinit(struct dcb_plan *plan)
{
	for (size_t i = 0; i < plan->n_kernels; i++) {
		free(plan->kernels[i].name);
		free(plan->kernels[i].spec);
	}
	for (size_t i = 0; i < plan->n_workloads; i++) {
		workload_deinit(&plan->workloads[i]);
	}
	free(plan->kernels);
	free(plan->workloads);
	dcb_options_deinit(dcb_plan_options, plan);
	memset(plan, 0, sizeof(*plan));
}

static bool good_name(const char *name, size_t n)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._+-";

	return n > 0 && n <= 32 && strspn(name, letters) >= n;
}

static int append_kernel(struct dcb_plan *plan, const char *name, size_t name_size,
			 const char *spec, const char *where, struct dcb_error *err)
{
	struct dcb_plan_kernel kernel = {0};
	struct dcb_plan_kernel *longer;

	if (!good_name(name, name_size))
		return dcb_error_usage(err,
				       "%s: kernel name \"%.*s\": use 1 to 32 letters, digits "
				       "and . _ + -",
				       where, (int)name_size, name);
	for (size_t i = 0; i < plan->n_kernels; i++) {
		if (strlen(plan->kernels[i].name) == name_size &&
		    strncmp(plan->kernels[i].name, name, name_size) == 0)
			return dcb_error_usage(err, "%s: two kernels are named %.*s: rename one",
					       where, (int)name_size, name);
	}
	if (plan->n_kernels == DCB_PLAN_MAX_KERNELS)
		return dcb_error_usage(err, "%s: more than %d kernels in one run", where,
				       DCB_PLAN_MAX_KERNELS);
	longer = reallocarray(plan->kernels, plan->n_kernels + 1, sizeof(*longer));
	if (!longer)
		return dcb_error_oom(err);
	plan->kernels = longer;
	kernel.name = strndup(name, name_size);
	kernel.spec = strdup(spec);
	longer[plan->n_kernels++] = kernel;
	return kernel.name && kernel.spec ? 0 : dcb_error_oom(err);
}

int dcb_plan_add_kernel(struct dcb_plan *plan, const char *text, const char *where,
			struct dcb_error *err)
{
	const char *equals = strchr(text, '=');

	if (!equals || equals[1] == '\0')
		return dcb_error_usage(
			err, "%s %.80s: give NAME=SPEC, for example base=debian:6.12", where, text);
	return append_kernel(plan, text, (size_t)(equals - text), equals + 1, where, err);
}

static int append_workload(struct dcb_plan *plan, const char *name, const char *list,
			   const char *where, struct dcb_error *err)
{
	struct dcb_plan_workload workload = {0};
	struct dcb_plan_workload *longer;
	int r;

	if (plan->n_workloads == DCB_JOB_MAX_WORKLOADS)
		return dcb_error_usage(err, "%s: more than %d workloads in one run", where,
				       DCB_JOB_MAX_WORKLOADS);
	r = dcb_workload_find(name, &workload.ops, err);
	if (r < 0)
		return dcb_error_wrap(err, "%s", where);
	longer = reallocarray(plan->workloads, plan->n_workloads + 1, sizeof(*longer));
	if (!longer)
		return dcb_error_oom(err);
	plan->workloads = longer;
	r = dcb_workload_params_new(workload.ops, list, where, &workload.params, err);
	if (r < 0)
		return r;
	longer[plan->n_workloads++] = workload;
	return 0;
}

static int append_text(struct dcb_plan *plan, const char *text, struct dcb_error *err)
{
	_cleanup_free_ char *name = strndup(text, strcspn(text, ":"));
	_cleanup_free_ char *where = dcb_format("workload %.60s", name ? name : "");

	if (!name || !where)
		return dcb_error_oom(err);
	return append_workload(plan, name, text[strlen(name)] ? text + strlen(name) + 1 : "", where,
			       err);
}

static int append_suite(struct dcb_plan *plan, const char *name, struct dcb_error *err)
{
	const struct dcb_suite *suite;
	int r;

	r = dcb_suite_find(name, &suite, err);
	for (size_t i = 0; r == 0 && suite->workloads[i]; i++) {
		r = append_text(plan, suite->workloads[i], err);
		if (r == 0)
			plan->workloads[plan->n_workloads - 1].of_suite = true;
	}
	return r;
}

int dcb_plan_add_workload(struct dcb_plan *plan, const char *text, struct dcb_error *err)
{
	const char prefix[] = "suite:";

	if (strncmp(text, prefix, strlen(prefix)) == 0)
		return append_suite(plan, text + strlen(prefix), err);
	return append_text(plan, text, err);
}

/* ---- INI ---- */

static const char *after_word(const char *section, const char *word)
{
	size_t n = strlen(word);

	if (strncmp(section, word, n) != 0 || section[n] != ' ')
		return NULL;
	return section + n + strspn(section + n, " ");
}

static int read_section(struct dcb_plan *plan, const char *where, const char *section,
			struct dcb_error *err)
{
	const char *name;

	if (strcmp(section, "plan") == 0)
		return 0;
	if ((name = after_word(section, "kernel")))
		return append_kernel(plan, name, strlen(name), "", where, err);
	if ((name = after_word(section, "workload")))
		return append_workload(plan, name, "", where, err);
	if ((name = after_word(section, "suite"))) {
		int r = append_suite(plan, name, err);

		return r < 0 ? dcb_error_wrap(err, "%s", where) : r;
	}
	return dcb_error_usage(err,
			       "%s: unknown section [%.60s]: a plan has [plan], [kernel NAME], "
			       "[workload NAME] and [suite NAME]",
			       where, section);
}

static int read_kernel_key(struct dcb_plan_kernel *kernel, const char *where, const char *key,
			   const char *value, struct dcb_error *err)
{
	char *spec;

	if (strcmp(key, "plant") == 0)
		return dcb_plan_plant_set(kernel, value, where, err);
	if (strcmp(key, "spec") != 0)
		return dcb_error_usage(err, "%s: unknown key %.60s: a kernel takes spec and plant",
				       where, key);
	spec = strdup(value);
	if (!spec)
		return dcb_error_oom(err);
	free(kernel->spec);
	kernel->spec = spec;
	return 0;
}

static int read_line(void *context, const char *where, const char *section, const char *key,
		     const char *value, struct dcb_error *err)
{
	struct dcb_plan *plan = context;
	struct dcb_plan_workload *workload;

	if (!key)
		return read_section(plan, where, section, err);
	if (strcmp(section, "plan") == 0)
		return dcb_options_set(dcb_plan_options, plan, key, value, where, err);
	if (after_word(section, "kernel"))
		return read_kernel_key(&plan->kernels[plan->n_kernels - 1], where, key, value, err);
	if (after_word(section, "suite"))
		return dcb_error_usage(err, "%s: unknown key %.60s: a suite takes none", where,
				       key);
	workload = &plan->workloads[plan->n_workloads - 1];
	return dcb_options_set(workload->ops->options, workload->params, key, value, where, err);
}

int dcb_plan_read(struct dcb_plan *plan, const char *path, struct dcb_error *err)
{
	int r = dcb_ini_read(path, read_line, plan, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < plan->n_kernels; i++) {
		if (!*plan->kernels[i].spec)
			return dcb_error_usage(err,
					       "%s: [kernel %s] has no spec: add spec = "
					       "debian:6.12 or a path",
					       path, plan->kernels[i].name);
	}
	return 0;
}

/* ---- settling ---- */

static int settle_base(struct dcb_plan *plan, struct dcb_error *err)
{
	if (!plan->base) {
		plan->base = strdup(plan->kernels[0].name);
		plan->base_index = 0;
		return plan->base ? 0 : dcb_error_oom(err);
	}
	for (size_t i = 0; i < plan->n_kernels; i++) {
		if (strcmp(plan->kernels[i].name, plan->base) == 0) {
			plan->base_index = i;
			return 0;
		}
	}
	return dcb_error_usage(err, "base %.60s: no kernel has that name", plan->base);
}

static int settle_machine(struct dcb_plan *plan, struct dcb_error *err)
{
	enum dcb_arch arch = dcb_arch_host();
	bool given = strcmp(plan->arch, "auto") != 0;
	_cleanup_free_ char *why = NULL;
	int r;

	if (given && dcb_arch_from_name(plan->arch, &arch) < 0)
		return dcb_error_usage(err, "arch=%.60s: give x86_64 or arm64", plan->arch);
	r = dcb_machine_find(plan->machine, arch, &plan->ops, err);
	if (r < 0)
		return r;
	plan->guest_arch = given ? arch : dcb_machine_default_arch(plan->ops);
	if (plan->ops->supported && plan->ops->supported(plan->guest_arch, &why) < 0)
		return dcb_error_usage(err, "machine %s cannot boot %s here: %s", plan->ops->name,
				       dcb_arch_name(plan->guest_arch),
				       why ? why : "not supported");
	return 0;
}

static const struct dcb_plan_workload *twin_before(const struct dcb_plan *plan, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (plan->workloads[j].ops == plan->workloads[i].ops &&
		    strcmp(plan->workloads[j].text, plan->workloads[i].text) == 0)
			return &plan->workloads[j];
	return NULL;
}

/* What stands in two suites runs once; what a user wrote twice is a mistake. */
static int drop_twins(struct dcb_plan *plan, struct dcb_error *err)
{
	for (size_t i = 0; i < plan->n_workloads;) {
		struct dcb_plan_workload *workload = &plan->workloads[i];
		const struct dcb_plan_workload *twin = twin_before(plan, i);

		if (!twin) {
			i++;
			continue;
		}
		if (!workload->of_suite && !twin->of_suite)
			return dcb_error_usage(err, "workload %s:%s stands there twice",
					       workload->ops->name, workload->text);
		workload_deinit(workload);
		plan->n_workloads--;
		memmove(workload, workload + 1, (plan->n_workloads - i) * sizeof(*workload));
	}
	return 0;
}

static int settle_workloads(struct dcb_plan *plan, struct dcb_error *err)
{
	int r;

	for (size_t i = 0; i < plan->n_workloads; i++) {
		struct dcb_plan_workload *workload = &plan->workloads[i];

		if (workload->ops->check) {
			r = workload->ops->check(workload->params, (unsigned)plan->cpus,
						 (uint64_t)plan->memory, err);
			if (r < 0)
				return dcb_error_wrap(err, "workload %s", workload->ops->name);
		}
		r = dcb_plan_plant_check(plan, workload, err);
		if (r < 0)
			return r;
		free(workload->text);
		workload->text = dcb_options_format(workload->ops->options, workload->params);
		if (!workload->text)
			return dcb_error_oom(err);
	}
	return drop_twins(plan, err);
}

static int replace(char **text, const char *with, struct dcb_error *err)
{
	char *copy = strdup(with);

	if (!copy)
		return dcb_error_oom(err);
	free(*text);
	*text = copy;
	return 0;
}

int64_t dcb_plan_default_blocks(const struct dcb_machine_ops *ops)
{
	return ops->exact ? 3 : 6;
}

int64_t dcb_plan_default_deadline_s(size_t n_workloads)
{
	return DEADLINE_BASE_S + DEADLINE_WORKLOAD_S * (int64_t)n_workloads;
}

static int settle_until(struct dcb_plan *plan, struct dcb_error *err)
{
	int r;

	r = plan->threshold ? dcb_threshold_check(plan->threshold, "threshold", err) : 0;
	if (r < 0)
		return r;
	if (plan->until == DCB_UNTIL_FIXED) {
		if (plan->max_blocks || plan->budget_s)
			return dcb_error_usage(err, "%s: means something only with until=settled",
					       plan->max_blocks ? "max-blocks" : "budget");
		return 0;
	}
	if (plan->n_kernels < 2)
		return dcb_error_usage(err, "until=settled: needs a second kernel to compare with");
	if (plan->max_blocks == 0)
		plan->max_blocks = plan->blocks > MAX_BLOCKS ? plan->blocks : MAX_BLOCKS;
	if (plan->max_blocks < plan->blocks)
		return dcb_error_usage(err,
				       "max-blocks=%lld: the first look is at %lld blocks "
				       "already",
				       (long long)plan->max_blocks, (long long)plan->blocks);
	return 0;
}

int dcb_plan_settle(struct dcb_plan *plan, struct dcb_error *err)
{
	int r;

	if (plan->n_kernels == 0)
		return dcb_error_usage(err, "no kernel: add --kernel NAME=SPEC, for example "
					    "--kernel base=debian:6.12");
	if (plan->n_workloads == 0)
		return dcb_error_usage(err, "no workload: add one, for example dying-dentry (see "
					    "`dcbench workloads`)");
	r = settle_base(plan, err);
	if (r < 0)
		return r;
	r = dcb_plan_plant_settle(plan, err);
	if (r < 0)
		return r;
	r = settle_machine(plan, err);
	if (r < 0)
		return r;
	r = replace(&plan->machine, plan->ops->name, err);
	if (r < 0)
		return r;
	r = replace(&plan->arch, dcb_arch_name(plan->guest_arch), err);
	if (r < 0)
		return r;
	if (plan->blocks == 0)
		plan->blocks = dcb_plan_default_blocks(plan->ops);
	r = settle_until(plan, err);
	if (r < 0)
		return r;
	if (plan->cpus == 0)
		plan->cpus = plan->ops->default_cpus;
	if (plan->jobs == 0)
		plan->jobs = plan->ops->parallel ? sysconf(_SC_NPROCESSORS_ONLN) : 1;
	if (plan->jobs > 1 && !plan->ops->parallel)
		return dcb_error_usage(err,
				       "jobs=%lld: boots of machine %s disturb each other: use 1",
				       (long long)plan->jobs, plan->ops->name);
	r = settle_workloads(plan, err);
	if (r == 0 && plan->deadline_s == 0)
		plan->deadline_s = dcb_plan_default_deadline_s(plan->n_workloads);
	return r;
}

/* ---- JSON ---- */

static json_t *options_object(const struct dcb_plan *plan)
{
	json_auto_t *object = json_object();

	for (const struct dcb_option *o = dcb_plan_options; object && o->name; o++) {
		_cleanup_free_ char *value = NULL;

		/* Lists stand with the kernels. */
		if (o->type == DCB_OPTION_LIST ||
		    (o->type == DCB_OPTION_STRING &&
		     !*(char *const *)((const char *)plan + o->offset)))
			continue;
		value = dcb_option_format(o, plan);
		if (!value || json_object_set_new(object, o->name, json_string(value)) < 0)
			return NULL;
	}
	return TAKE_PTR(object);
}

static json_t *kernel_to_json(const struct dcb_plan_kernel *kernel)
{
	json_auto_t *object = json_pack("{s:s, s:s}", "name", kernel->name, "spec", kernel->spec);
	_cleanup_free_ char *plant = NULL;

	if (!object || !kernel->plant_ppm)
		return TAKE_PTR(object);
	plant = dcb_plant_format(kernel->plant_ppm);
	if (!plant || json_object_set_new(object, "plant", json_string(plant)) < 0)
		return NULL;
	return TAKE_PTR(object);
}

json_t *dcb_plan_to_json(const struct dcb_plan *plan)
{
	json_auto_t *kernels = json_array();
	json_auto_t *workloads = json_array();

	for (size_t i = 0; kernels && i < plan->n_kernels; i++) {
		if (json_array_append_new(kernels, kernel_to_json(&plan->kernels[i])) < 0)
			return NULL;
	}
	for (size_t i = 0; workloads && i < plan->n_workloads; i++) {
		const struct dcb_plan_workload *workload = &plan->workloads[i];

		if (json_array_append_new(workloads,
					  json_pack("{s:s, s:s}", "name", workload->ops->name,
						    "params", workload->text)) < 0)
			return NULL;
	}
	return json_pack("{s:O, s:O, s:o}", "kernels", kernels, "workloads", workloads, "options",
			 options_object(plan));
}

int dcb_plan_from_json(struct dcb_plan *plan, const json_t *json, struct dcb_error *err)
{
	json_t *kernels, *workloads, *options, *item, *value;
	const char *name, *text, *plant, *key;
	size_t i;
	int r;

	if (json_unpack((json_t *)json, "{s:o, s:o, s:o}", "kernels", &kernels, "workloads",
			&workloads, "options", &options) < 0)
		return dcb_error_set(err, EBADMSG, "the stored plan is damaged");
	json_object_foreach(options, key, value)
	{
		if (!json_is_string(value))
			return dcb_error_set(err, EBADMSG, "the stored plan is damaged");
		r = dcb_options_set(dcb_plan_options, plan, key, json_string_value(value),
				    "stored plan", err);
		if (r < 0)
			return r;
	}
	json_array_foreach(kernels, i, item)
	{
		plant = NULL;
		if (json_unpack(item, "{s:s, s:s, s?s}", "name", &name, "spec", &text, "plant",
				&plant) < 0)
			return dcb_error_set(err, EBADMSG, "the stored plan is damaged");
		r = append_kernel(plan, name, strlen(name), text, "stored plan", err);
		if (r == 0 && plant)
			r = dcb_plan_plant_set(&plan->kernels[plan->n_kernels - 1], plant,
					       "stored plan", err);
		if (r < 0)
			return r;
	}
	json_array_foreach(workloads, i, item)
	{
		if (json_unpack(item, "{s:s, s:s}", "name", &name, "params", &text) < 0)
			return dcb_error_set(err, EBADMSG, "the stored plan is damaged");
		r = append_workload(plan, name, text, "stored plan", err);
		if (r < 0)
			return r;
	}
	return 0;
}

int dcb_plan_parse(struct dcb_plan *plan, const char *text, struct dcb_error *err)
{
	json_auto_t *json = NULL;
	int r;

	r = dcb_plan_init(plan, err);
	if (r >= 0)
		r = dcb_json_parse(text, strlen(text), &json, err);
	if (r >= 0)
		r = dcb_plan_from_json(plan, json, err);
	return r < 0 ? r : dcb_plan_settle(plan, err);
}

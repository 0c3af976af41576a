// SPDX-License-Identifier: GPL-2.0-only
#include "reports/command-line.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "lab/plan.h"
#include "machines/machine.h"
#include "reports/dose.h"
#include "reports/summary.h"

/* ---- the shell ---- */

static bool is_plain(const char *word)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_@%+=:,./-";

	return *word && strspn(word, letters) == strlen(word);
}

static bool needs_codes(const char *word)
{
	for (; *word; word++)
		if ((unsigned char)*word < 0x20 || (unsigned char)*word >= 0x7f)
			return true;
	return false;
}

/* $'...': what no terminal should see stands as its number. */
static void quote_by_codes(const char *word, char *to)
{
	to = stpcpy(to, "$'");
	for (; *word; word++) {
		unsigned char c = (unsigned char)*word;

		if (c < 0x20 || c >= 0x7f)
			to += sprintf(to, "\\%03o", c);
		else if (c == '\'' || c == '\\')
			to += sprintf(to, "\\%c", c);
		else
			*to++ = *word;
	}
	strcpy(to, "'");
}

char *dcb_shell_quote(const char *word)
{
	char *quoted, *to;

	if (is_plain(word))
		return strdup(word);
	quoted = malloc(4 * strlen(word) + 4);
	if (!quoted)
		return NULL;
	if (needs_codes(word)) {
		quote_by_codes(word, quoted);
		return quoted;
	}
	to = stpcpy(quoted, "'");
	for (; *word; word++) {
		if (*word == '\'')
			to = stpcpy(to, "'\\''");
		else
			*to++ = *word;
	}
	strcpy(to, "'");
	return quoted;
}

/* ---- words ---- */

struct words {
	char **words;
	size_t n;
};

void dcb_words_freep(char ***words)
{
	for (char **word = *words; word && *word; word++)
		free(*word);
	free(*words);
}

static void words_deinit(struct words *words)
{
	dcb_words_freep(&words->words);
}

/* Takes `word` over. */
static int add_word(struct words *words, char *word, struct dcb_error *err)
{
	char **longer = word ? reallocarray(words->words, words->n + 2, sizeof(*longer)) : NULL;
	char *quoted = longer ? dcb_shell_quote(word) : NULL;

	free(word);
	if (longer) {
		words->words = longer;
		longer[words->n] = quoted;
		longer[words->n + 1] = NULL;
	}
	if (!quoted)
		return dcb_error_oom(err);
	words->n++;
	return 0;
}

static int add_option(struct words *words, const char *name, char *value, struct dcb_error *err)
{
	int r = add_word(words, dcb_format("--%s", name), err);

	if (r < 0)
		free(value);
	return r < 0 ? r : add_word(words, value, err);
}

/* ---- what `dcbench run` would take by itself ---- */

static bool is_of_host(const char *name)
{
	static const char *const names[] = {"jobs", "mirror", "offline", "refresh"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static const struct dcb_machine_ops *find_machine(const char *name)
{
	for (size_t i = 0; i < dcb_n_machines; i++)
		if (strcmp(dcb_machines[i]->name, name) == 0)
			return dcb_machines[i];
	return NULL;
}

/* A plan is stored settled: what was left open has been filled in from these. */
static bool is_settled_default(const struct dcb_summary *summary, const char *name,
			       const char *value)
{
	const struct dcb_machine_ops *ops = find_machine(summary->run.machine);
	long long number = strtoll(value, NULL, 10);

	if (strcmp(name, "base") == 0)
		return summary->n_kernels && strcmp(value, summary->kernels[0].name) == 0;
	if (strcmp(name, "deadline") == 0)
		return number == dcb_plan_default_deadline_s(summary->n_workloads);
	if (!ops)
		return false;
	if (strcmp(name, "blocks") == 0)
		return number == dcb_plan_default_blocks(ops);
	if (strcmp(name, "cpus") == 0)
		return number == ops->default_cpus;
	/* kvm takes the architecture of its host. */
	if (strcmp(name, "arch") == 0)
		return strcmp(ops->name, "kvm") != 0 &&
		       strcmp(value, dcb_arch_name(dcb_machine_default_arch(ops))) == 0;
	return false;
}

/* What the option is where it is not given. */
static bool is_default(const struct dcb_plan *defaults, const char *name, const char *value)
{
	const struct dcb_option *option = dcb_option_find(dcb_plan_options, name);
	_cleanup_free_ char *text = NULL;

	if (!option || !option->fallback)
		return false;
	text = dcb_option_format(option, defaults);
	return text && strcmp(text, value) == 0;
}

static int add_options(struct words *words, const struct dcb_summary *summary, json_t *options,
		       struct dcb_error *err)
{
	_cleanup_(dcb_plan_deinit) struct dcb_plan defaults;
	const char *name;
	json_t *value;
	int r;

	r = dcb_plan_init(&defaults, err);
	if (r < 0)
		return r;
	/* The machine is always named: "auto" means something else on another host. */
	json_object_foreach(options, name, value)
	{
		const char *text = json_string_value(value);

		if (!text || is_of_host(name) || is_settled_default(summary, name, text) ||
		    is_default(&defaults, name, text))
			continue;
		r = add_option(words, name, strdup(text), err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* What a plan says of a kernel besides its spec: "plant": "2%" came from --plant NAME=2%. */
static int add_kernel_options(struct words *words, json_t *kernels, struct dcb_error *err)
{
	json_t *kernel, *value;
	const char *key;
	size_t i;

	json_array_foreach(kernels, i, kernel)
	{
		const char *name = json_string_value(json_object_get(kernel, "name"));

		json_object_foreach(kernel, key, value)
		{
			int r;

			if (strcmp(key, "name") == 0 || strcmp(key, "spec") == 0 || !name ||
			    !json_is_string(value))
				continue;
			r = add_option(words, key,
				       dcb_format("%s=%s", name, json_string_value(value)), err);
			if (r < 0)
				return r;
		}
	}
	return 0;
}

int dcb_command_line_run(const struct dcb_summary *summary, char ***ret_words,
			 struct dcb_error *err)
{
	_cleanup_(words_deinit) struct words words = {0};
	json_auto_t *plan = NULL;
	int r;

	r = dcb_json_parse(summary->run.plan, strlen(summary->run.plan), &plan, err);
	if (r == 0)
		r = add_word(&words, strdup("dcbench"), err);
	if (r == 0)
		r = add_word(&words, strdup("run"), err);
	for (size_t i = 0; r == 0 && i < summary->n_kernels; i++)
		r = add_option(
			&words, "kernel",
			dcb_format("%s=%s", summary->kernels[i].name, summary->kernels[i].spec),
			err);
	if (r == 0)
		r = add_kernel_options(&words, json_object_get(plan, "kernels"), err);
	if (r == 0)
		r = add_options(&words, summary, json_object_get(plan, "options"), err);
	for (size_t i = 0; r == 0 && i < summary->n_workloads; i++)
		r = add_word(&words, dcb_dose_format(&summary->workloads[i], false, ":", ","), err);
	if (r < 0)
		return r;
	*ret_words = TAKE_PTR(words.words);
	return 0;
}

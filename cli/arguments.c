// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "cli/command.h"

static const struct dcb_option *find(const struct dcb_arguments_set *sets, size_t n_sets,
				     const char *name, void **ret_values)
{
	for (size_t i = 0; i < n_sets; i++) {
		const struct dcb_option *option = dcb_option_find(sets[i].options, name);

		if (option) {
			*ret_values = sets[i].values;
			return option;
		}
	}
	return NULL;
}

static int unknown(const char *name, const char *command, const struct dcb_arguments_set *sets,
		   size_t n_sets, struct dcb_error *err)
{
	const char *names[64], *nearest;
	size_t n = 0;

	for (size_t i = 0; i < n_sets; i++) {
		for (const struct dcb_option *o = sets[i].options; o->name; o++) {
			if (n < ARRAY_SIZE(names))
				names[n++] = o->name;
		}
	}
	nearest = dcb_nearest(name, names, n);
	if (nearest)
		return dcb_error_usage(err, "%s has no option --%.60s: did you mean --%s?", command,
				       name, nearest);
	return dcb_error_usage(err, "%s has no option --%.60s: see `dcbench help %s`", command,
			       name, command);
}

/* The one short form, which every tool has: -o for --output, where there is one. */
static bool is_short_output(const char *word, const struct dcb_arguments_set *sets, size_t n_sets)
{
	void *values;

	return strcmp(word, "-o") == 0 && find(sets, n_sets, "output", &values);
}

int dcb_arguments_parse(int argc, char **argv, const struct dcb_arguments_set *sets, size_t n_sets,
			int *ret_n_words, struct dcb_error *err)
{
	bool options_over = false;
	int n_words = 0, r;

	for (int i = 1; i < argc; i++) {
		_cleanup_free_ char *name = NULL;
		const struct dcb_option *option;
		const char *value = NULL;
		char *equals;
		const char *word = argv[i];
		void *values;

		if (!options_over && is_short_output(word, sets, n_sets))
			word = "--output";
		if (options_over || strncmp(word, "--", 2) != 0) {
			if (!options_over && argv[i][0] == '-' && argv[i][1] != '\0')
				return dcb_error_usage(err,
						       "%s: there are no short options (%.20s): "
						       "see `dcbench help %s`",
						       argv[0], argv[i], argv[0]);
			argv[1 + n_words++] = argv[i];
			continue;
		}
		if (word[2] == '\0') {
			options_over = true;
			continue;
		}
		name = strdup(word + 2);
		if (!name)
			return dcb_error_oom(err);
		equals = strchr(name, '=');
		if (equals) {
			*equals = '\0';
			value = equals + 1;
		}
		option = find(sets, n_sets, name, &values);
		if (!option)
			return unknown(name, argv[0], sets, n_sets, err);
		if (!value && option->type == DCB_OPTION_BOOL)
			value = "yes";
		if (!value && i + 1 < argc)
			value = argv[++i];
		if (!value)
			return dcb_error_usage(err, "%s: --%s needs a value", argv[0], name);
		r = dcb_options_set(option, values, name, value, argv[0], err);
		if (r < 0)
			return r;
	}
	*ret_n_words = n_words;
	return 0;
}

int dcb_arguments_count(const struct dcb_command *command, int n_words, int min, int max,
			struct dcb_error *err)
{
	if (n_words >= min && n_words <= max)
		return 0;
	return dcb_error_usage(err, "usage: dcbench %s [OPTION]...%s%s", command->name,
			       *command->arguments ? " " : "", command->arguments);
}

int dcb_arguments_read(const struct dcb_command *command, int argc, char **argv,
		       const struct dcb_arguments_set *sets, size_t n_sets, int min, int max,
		       int *ret_n_words, struct dcb_error *err)
{
	int n_words, r;

	r = dcb_arguments_parse(argc, argv, sets, n_sets, &n_words, err);
	if (r < 0)
		return r;
	r = dcb_arguments_count(command, n_words, min, max, err);
	if (r < 0)
		return r;
	*ret_n_words = n_words;
	return 0;
}

int dcb_arguments_run_id(const char *word, int64_t *ret_run_id, struct dcb_error *err)
{
	char *end;
	long long id;

	errno = 0;
	id = strtoll(word, &end, 10);
	if (errno || end == word || *end || id < 1)
		return dcb_error_usage(err,
				       "run \"%.40s\": give the number of a run (see "
				       "`dcbench list`)",
				       word);
	*ret_run_id = id;
	return 0;
}

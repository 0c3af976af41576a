// SPDX-License-Identifier: GPL-2.0-only
#include "cli/plan-arguments.h"

#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/error.h"

#define MAX_SETS 8

const struct dcb_option dcb_plan_kernel_options[] = {
	{"kernel", DCB_OPTION_LIST, offsetof(struct dcb_plan_arguments, kernels),
	 .help = "NAME=SPEC, once a kernel; SPEC is debian:6.12, a path, or tree:PATH"},
	{NULL},
};

int dcb_plan_arguments_init(struct dcb_plan_arguments *arguments, struct dcb_error *err)
{
	int r;

	memset(arguments, 0, sizeof(*arguments));
	r = dcb_plan_init(&arguments->plan, err);
	return r < 0 ? r : dcb_options_init(dcb_plan_kernel_options, arguments, err);
}

void dcb_plan_arguments_deinit(struct dcb_plan_arguments *arguments)
{
	dcb_plan_deinit(&arguments->plan);
	dcb_options_deinit(dcb_plan_kernel_options, arguments);
}

static int parse(struct dcb_plan_arguments *arguments, int argc, char **argv,
		 const struct dcb_arguments_set *sets, size_t n_sets, int *ret_n_words,
		 struct dcb_error *err)
{
	struct dcb_arguments_set all[MAX_SETS] = {{dcb_plan_kernel_options, arguments},
						  {dcb_plan_options, &arguments->plan}};

	memcpy(all + 2, sets, n_sets * sizeof(*sets));
	return dcb_arguments_parse(argc, argv, all, 2 + n_sets, ret_n_words, err);
}

static bool is_plan_file(const char *word)
{
	const struct dcb_workload_ops *ops;
	struct stat st;

	return stat(word, &st) == 0 && S_ISREG(st.st_mode) &&
	       dcb_workload_find(word, &ops, NULL) < 0;
}

/* A plan file first, so that the command line overrides it: a first reading only finds it. Lists of
 * the command's own sets are read twice then, which no command has. */
static int read_plan_file(struct dcb_plan *plan, int argc, char **argv,
			  const struct dcb_arguments_set *sets, size_t n_sets,
			  struct dcb_error *err)
{
	_cleanup_(dcb_plan_arguments_deinit) struct dcb_plan_arguments first;
	_cleanup_free_ char **words = calloc((size_t)argc + 1, sizeof(*words));
	int n_words, r;

	r = dcb_plan_arguments_init(&first, err);
	if (r < 0)
		return r;
	if (!words)
		return dcb_error_oom(err);
	memcpy(words, argv, (size_t)argc * sizeof(*words));
	r = parse(&first, argc, words, sets, n_sets, &n_words, err);
	if (r < 0)
		return r;
	if (n_words != 1 || !is_plan_file(words[1]))
		return 0;
	r = dcb_plan_read(plan, words[1], err);
	return r < 0 ? r : 1;
}

int dcb_plan_arguments_load(struct dcb_plan_arguments *arguments, int argc, char **argv,
			    const struct dcb_arguments_set *sets, size_t n_sets,
			    struct dcb_error *err)
{
	int n_words, r, from_file;

	from_file = read_plan_file(&arguments->plan, argc, argv, sets, n_sets, err);
	if (from_file < 0)
		return from_file;
	r = parse(arguments, argc, argv, sets, n_sets, &n_words, err);
	if (r < 0)
		return r;
	for (char **kernel = arguments->kernels; kernel && *kernel; kernel++) {
		r = dcb_plan_add_kernel(&arguments->plan, *kernel, "--kernel", err);
		if (r < 0)
			return r;
	}
	for (int i = 1; !from_file && i <= n_words; i++) {
		r = dcb_plan_add_workload(&arguments->plan, argv[i], err);
		if (r < 0)
			return r;
	}
	return dcb_plan_settle(&arguments->plan, err);
}

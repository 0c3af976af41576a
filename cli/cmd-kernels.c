// SPDX-License-Identifier: GPL-2.0-only
/* dcbench kernels: the store of kernels. */
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "cli/command.h"
#include "kernels/kernel.h"

struct arguments {
	struct dcb_output_options output;
	char *arch, *mirror;
	bool refresh, offline;
};

static const struct dcb_option options[] = {
	{"arch", DCB_OPTION_STRING, offsetof(struct arguments, arch), .fallback = "arm64",
	 .help = "fetch: x86_64 or arm64"},
	{"mirror", DCB_OPTION_STRING, offsetof(struct arguments, mirror),
	 .help = "fetch: Debian mirror (default: the one that apt uses)"},
	{"refresh", DCB_OPTION_BOOL, offsetof(struct arguments, refresh), .fallback = "no",
	 .help = "fetch: look again for what a moving spec means"},
	{"offline", DCB_OPTION_BOOL, offsetof(struct arguments, offline), .fallback = "no",
	 .help = "fetch: only tell what is stored"},
	{NULL},
};

static void arguments_deinit(struct arguments *arguments)
{
	dcb_options_deinit(options, arguments);
}

static int open_store(struct dcb_kernel_store **ret_store, struct dcb_error *err)
{
	_cleanup_free_ char *folder = NULL;
	int r;

	r = dcb_kernels_folder(&folder, err);
	if (r < 0)
		return r;
	return dcb_kernel_store_open(folder, ret_store, err);
}

static void print_kernel(const struct dcb_kernel *kernel)
{
	const char *package = json_string_value(json_object_get(kernel->origin, "package"));
	const char *version = json_string_value(json_object_get(kernel->origin, "version"));
	const char *path = json_string_value(json_object_get(kernel->origin, "path"));

	printf("%.12s  %-6s  %-32s  %s%s%s\n", kernel->sha256, dcb_arch_name(kernel->arch),
	       kernel->release,
	       package ? package
	       : path  ? path
		       : "",
	       version ? " " : "", version ? version : "");
}

static int list_one(void *context, const struct dcb_kernel *kernel)
{
	json_t *rows = context;

	if (rows)
		return json_array_append_new(rows, dcb_kernel_to_json(kernel));
	print_kernel(kernel);
	return 0;
}

static int list(struct dcb_kernel_store *store, const struct arguments *arguments,
		struct dcb_error *err)
{
	json_auto_t *rows = arguments->output.json ? json_array() : NULL;
	int r;

	r = dcb_kernel_each(store, list_one, rows, err);
	if (r < 0)
		return r;
	return rows ? dcb_print_json(rows, err) : dcb_output_flush(err);
}

static int fetch(struct dcb_kernel_store *store, const struct arguments *arguments,
		 const char *spec, struct dcb_error *err)
{
	_cleanup_(dcb_kernel_freep) struct dcb_kernel *kernel = NULL;
	struct dcb_kernel_options kernel_options = {.mirror = arguments->mirror,
						    .refresh = arguments->refresh,
						    .offline = arguments->offline,
						    .sink = dcb_progress_sink()};
	enum dcb_arch arch;
	int r;

	if (dcb_arch_from_name(arguments->arch, &arch) < 0)
		return dcb_error_usage(err, "arch=%.60s: give x86_64 or arm64", arguments->arch);
	r = dcb_kernel_get(store, spec, arch, &kernel_options, &kernel, err);
	if (r < 0)
		return r;
	if (arguments->output.json) {
		json_auto_t *object = dcb_kernel_to_json(kernel);

		return dcb_print_json(object, err);
	}
	print_kernel(kernel);
	return dcb_output_flush(err);
}

static int kernels(int argc, char **argv, struct dcb_error *err)
{
	_cleanup_(dcb_kernel_store_closep) struct dcb_kernel_store *store = NULL;
	_cleanup_(arguments_deinit) struct arguments arguments;
	const struct dcb_arguments_set sets[] = {{dcb_output_options, &arguments.output},
						 {options, &arguments}};
	const char *verb;
	int n_words, r;

	memset(&arguments, 0, sizeof(arguments));
	r = dcb_options_init(options, &arguments, err);
	if (r < 0)
		return r;
	r = dcb_arguments_parse(argc, argv, sets, ARRAY_SIZE(sets), &n_words, err);
	if (r < 0)
		return r;
	verb = n_words > 0 ? argv[1] : "list";
	if (strcmp(verb, "list") != 0 && strcmp(verb, "fetch") != 0 && strcmp(verb, "remove") != 0)
		return dcb_error_usage(err, "kernels %.40s: give list, fetch SPEC or remove ID",
				       verb);
	r = dcb_arguments_count(&dcb_command_kernels, n_words, strcmp(verb, "list") ? 2 : 0,
				strcmp(verb, "list") ? 2 : 1, err);
	if (r < 0)
		return r;
	r = open_store(&store, err);
	if (r < 0)
		return r;
	if (strcmp(verb, "list") == 0)
		return list(store, &arguments, err);
	if (strcmp(verb, "fetch") == 0)
		return fetch(store, &arguments, argv[2], err);
	return dcb_kernel_remove(store, argv[2], err);
}

static const struct dcb_option *const tables[] = {options, dcb_output_options, NULL};

const struct dcb_command dcb_command_kernels = {
	.name = "kernels",
	.arguments = "list | fetch SPEC | remove ID",
	.summary = "the store of kernels",
	.details = "SPEC: debian:6.12 (newest of the series), debian:6.18.15, debian:latest, a "
		   "path, tree:PATH.\nID: the sha256 of a kernel, or its beginning.",
	.options = tables,
	.run = kernels,
};

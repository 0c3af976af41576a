// SPDX-License-Identifier: GPL-2.0-only

/* kernel-get STORE ARCH SPEC [MODULE...]: prints what the spec means as one line of JSON, then the
 * files of the modules; what goes wrong goes to stderr with the exit code of dcbench. Environment:
 * MIRROR, OFFLINE, REFRESH. */

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "base/sink.h"
#include "kernels/kernel.h"

static void print_line(void *context, const char *text)
{
	fprintf(context, "%s\n", text);
}

static int print_modules(const struct dcb_kernel *kernel, const char *const *names, size_t n,
			 struct dcb_error *err)
{
	_cleanup_(dcb_kernel_modules_freep) char **paths = NULL;
	int r;

	r = dcb_kernel_modules(kernel, names, n, &paths, err);
	if (r < 0)
		return r;
	for (char **path = paths; *path; path++)
		printf("%s\n", *path);
	return 0;
}

static int get(const char *folder, const char *arch_name, const char *spec,
	       const char *const *modules, size_t n_modules, struct dcb_error *err)
{
	_cleanup_(dcb_kernel_store_closep) struct dcb_kernel_store *store = NULL;
	_cleanup_(dcb_kernel_freep) struct dcb_kernel *kernel = NULL;
	const struct dcb_sink sink = {.line = print_line, .context = stderr};
	const struct dcb_kernel_options options = {.mirror = getenv("MIRROR"),
						   .offline = getenv("OFFLINE") != NULL,
						   .refresh = getenv("REFRESH") != NULL,
						   .sink = &sink};
	_cleanup_free_ char *line = NULL;
	json_auto_t *all = NULL;
	enum dcb_arch arch;
	int r;

	r = dcb_arch_from_name(arch_name, &arch);
	if (r < 0)
		return dcb_error_usage(err, "unknown arch %s", arch_name);
	r = dcb_kernel_store_open(folder, &store, err);
	if (r < 0)
		return r;
	r = dcb_kernel_get(store, spec, arch, &options, &kernel, err);
	if (r < 0)
		return r;
	all = dcb_kernel_to_json(kernel);
	line = dcb_json_line(all);
	if (!line)
		return dcb_error_oom(err);
	printf("%s\n", line);
	return print_modules(kernel, modules, n_modules, err);
}

int main(int argc, char **argv)
{
	struct dcb_error err = DCB_ERROR_NULL;

	if (argc < 4)
		return 2;
	if (get(argv[1], argv[2], argv[3], (const char *const *)argv + 4, (size_t)argc - 4, &err) ==
	    0)
		return 0;
	fprintf(stderr, "error: %s\n", err.message);
	return err.kind == DCB_ERROR_USAGE ? 2 : 1;
}

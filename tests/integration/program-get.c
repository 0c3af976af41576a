// SPDX-License-Identifier: GPL-2.0-only

/* program-get CACHE ARCH PACKAGE: prints the version, then "<guest path> <file>" for each file;
 * what goes wrong goes to stderr. Environment: MIRROR, OFFLINE. */

#include "kernels/program.h"

#include <stdio.h>

#include "base/error.h"
#include "base/sink.h"

static void print_line(void *context, const char *text)
{
	fprintf(context, "%s\n", text);
}

int main(int argc, char **argv)
{
	_cleanup_(dcb_program_freep) struct dcb_program *program = NULL;
	const struct dcb_sink sink = {.line = print_line, .context = stderr};
	struct dcb_error err = DCB_ERROR_NULL;
	enum dcb_arch arch;

	if (argc != 4 || dcb_arch_from_name(argv[2], &arch) < 0)
		return 2;
	if (dcb_program_get(argv[3], arch,
			    &(struct dcb_program_options){.cache = argv[1],
							  .mirror = getenv("MIRROR"),
							  .offline = getenv("OFFLINE") != NULL,
							  .sink = &sink},
			    &program, &err) < 0) {
		fprintf(stderr, "error: %s\n", err.message);
		return 1;
	}
	printf("%s\n", program->version);
	for (size_t i = 0; i < program->n; i++)
		printf("%s %s\n", program->names[i], program->sources[i]);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * No machine at all: the image is a program of the host, which reads job.json from its standard
 * input and writes records to its standard output. For tests of everything around a boot.
 */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "machines/machines-list.h"

static int null_supported(enum dcb_arch arch, char **ret_why)
{
	if (arch == DCB_ARCH_NONE)
		return 0;
	*ret_why = dcb_format("the null machine runs programs of the host, no %s kernels",
			      dcb_arch_name(arch));
	return -EOPNOTSUPP;
}

static int null_describe(enum dcb_arch arch, json_t **ret_description, struct dcb_error *err)
{
	json_t *description = json_object();

	(void)arch;
	if (!description)
		return dcb_error_oom(err);
	*ret_description = description;
	return 0;
}

static int null_command(const struct dcb_boot_spec *spec, int records_fd, int console_fd,
			struct dcb_machine_command *ret_command, struct dcb_error *err)
{
	struct dcb_machine_command command = {.stdio = true};

	(void)records_fd;
	(void)console_fd;
	command.argv = calloc(2, sizeof(*command.argv));
	if (!command.argv)
		return dcb_error_oom(err);
	command.argv[0] = strdup(spec->image);
	if (!command.argv[0]) {
		dcb_machine_command_deinit(&command);
		return dcb_error_oom(err);
	}
	*ret_command = command;
	return 0;
}

const struct dcb_machine_ops dcb_machine_null = {
	.name = "null",
	.summary = "a program instead of a kernel, for tests",
	.exact = false,
	.parallel = true,
	.default_cpus = 1,
	.supported = null_supported,
	.describe = null_describe,
	.command = null_command,
};

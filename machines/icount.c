// SPDX-License-Identifier: GPL-2.0-only
/* Emulation whose clock counts instructions: neither the host nor its load shows in the figures. */
#include "machines/machines-list.h"
#include "machines/qemu.h"

static int icount_supported(enum dcb_arch arch, char **ret_why)
{
	return dcb_qemu_supported(DCB_QEMU_ICOUNT, arch, ret_why);
}

static int icount_prepare(enum dcb_arch arch, const struct dcb_machine_options *options,
			  struct dcb_error *err)
{
	return dcb_qemu_prepare(DCB_QEMU_ICOUNT, arch, options, err);
}

static int icount_describe(enum dcb_arch arch, json_t **ret_description, struct dcb_error *err)
{
	return dcb_qemu_describe(DCB_QEMU_ICOUNT, arch, ret_description, err);
}

static int icount_command(const struct dcb_boot_spec *spec, int records_fd, int console_fd,
			  struct dcb_machine_command *ret_command, struct dcb_error *err)
{
	return dcb_qemu_command(DCB_QEMU_ICOUNT, spec, records_fd, console_fd, ret_command, err);
}

const struct dcb_machine_ops dcb_machine_icount = {
	.name = "icount",
	.summary = "emulation in instruction-counted time: repeats to the digit",
	.exact = true,
	.parallel = true,
	.default_cpus = 1,
	.supported = icount_supported,
	.prepare = icount_prepare,
	.describe = icount_describe,
	.command = icount_command,
};

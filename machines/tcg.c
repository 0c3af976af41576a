// SPDX-License-Identifier: GPL-2.0-only
/* Emulation with a host thread for each CPU, in the host's time. */
#include "machines/machines-list.h"
#include "machines/qemu.h"

static int tcg_supported(enum dcb_arch arch, char **ret_why)
{
	return dcb_qemu_supported(DCB_QEMU_TCG, arch, ret_why);
}

static int tcg_prepare(enum dcb_arch arch, const struct dcb_machine_options *options,
		       struct dcb_error *err)
{
	return dcb_qemu_prepare(DCB_QEMU_TCG, arch, options, err);
}

static int tcg_describe(enum dcb_arch arch, json_t **ret_description, struct dcb_error *err)
{
	return dcb_qemu_describe(DCB_QEMU_TCG, arch, ret_description, err);
}

static int tcg_command(const struct dcb_boot_spec *spec, int records_fd, int console_fd,
		       struct dcb_machine_command *ret_command, struct dcb_error *err)
{
	return dcb_qemu_command(DCB_QEMU_TCG, spec, records_fd, console_fd, ret_command, err);
}

const struct dcb_machine_ops dcb_machine_tcg = {
	.name = "tcg",
	.summary = "emulated CPUs in real time: no claim about cycles",
	.exact = false,
	.parallel = false,
	.default_cpus = 2,
	.no_cycles = "tcg counts an emulated CPU's cycles by the host's clock: use icount or kvm",
	.supported = tcg_supported,
	.prepare = tcg_prepare,
	.describe = tcg_describe,
	.command = tcg_command,
};

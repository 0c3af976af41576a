// SPDX-License-Identifier: GPL-2.0-only
/* Real time on the real CPU: boots beside each other would disturb one another. */
#include "machines/machines-list.h"
#include "machines/qemu.h"

static int kvm_supported(enum dcb_arch arch, char **ret_why)
{
	return dcb_qemu_supported(DCB_QEMU_KVM, arch, ret_why);
}

static int kvm_prepare(enum dcb_arch arch, const struct dcb_machine_options *options,
		       struct dcb_error *err)
{
	return dcb_qemu_prepare(DCB_QEMU_KVM, arch, options, err);
}

static int kvm_describe(enum dcb_arch arch, json_t **ret_description, struct dcb_error *err)
{
	return dcb_qemu_describe(DCB_QEMU_KVM, arch, ret_description, err);
}

static int kvm_command(const struct dcb_boot_spec *spec, int records_fd, int console_fd,
		       struct dcb_machine_command *ret_command, struct dcb_error *err)
{
	return dcb_qemu_command(DCB_QEMU_KVM, spec, records_fd, console_fd, ret_command, err);
}

const struct dcb_machine_ops dcb_machine_kvm = {
	.name = "kvm",
	.summary = "hardware virtualization: real time, real cycles",
	.exact = false,
	.parallel = false,
	.default_cpus = 2,
	.supported = kvm_supported,
	.prepare = kvm_prepare,
	.describe = kvm_describe,
	.command = kvm_command,
};

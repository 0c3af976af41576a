// SPDX-License-Identifier: GPL-2.0-only
#include "base/arch.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"

static const struct {
	enum dcb_arch arch;
	const char *name;
	const char *debian;
} arches[] = {
	{DCB_ARCH_NONE, "none", "none"},
	{DCB_ARCH_X86_64, "x86_64", "amd64"},
	{DCB_ARCH_ARM64, "arm64", "arm64"},
};

const char *dcb_arch_name(enum dcb_arch arch)
{
	return arches[arch].name;
}

const char *dcb_arch_debian(enum dcb_arch arch)
{
	return arches[arch].debian;
}

int dcb_arch_from_name(const char *name, enum dcb_arch *ret_arch)
{
	if (strcmp(name, "aarch64") == 0)
		name = "arm64";
	for (size_t i = 0; i < ARRAY_SIZE(arches); i++) {
		if (strcmp(name, arches[i].name) == 0 || strcmp(name, arches[i].debian) == 0) {
			*ret_arch = arches[i].arch;
			return 0;
		}
	}
	return -EINVAL;
}

enum dcb_arch dcb_arch_host(void)
{
#if defined(__x86_64__)
	return DCB_ARCH_X86_64;
#elif defined(__aarch64__)
	return DCB_ARCH_ARM64;
#else
#error "dcbench runs on x86_64 and arm64"
#endif
}

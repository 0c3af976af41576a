/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* What must be known of an ELF file, read within its bounds. */

#include <stdbool.h>
#include <stddef.h>

#include "base/arch.h"

struct dcb_elf {
	enum dcb_arch arch; /* DCB_ARCH_NONE: another one */
	bool executable;    /* ET_EXEC or ET_DYN */
	bool pvh;           /* has the Xen PVH entry, by which QEMU boots a vmlinux */
};

/* -EINVAL for what is no 64-bit little-endian ELF file. */
int dcb_elf_read(const void *data, size_t size, struct dcb_elf *ret_elf);

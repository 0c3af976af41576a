/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* What a dynamically linked ELF file asks its loader for (System V ABI, "Dynamic Linking"). */

#include <stddef.h>

#define DCB_LINKAGE_MAX 64

struct dcb_linkage {
	const char *interpreter; /* PT_INTERP: "/lib64/ld-linux-x86-64.so.2"; NULL: none */
	const char *needed[DCB_LINKAGE_MAX]; /* DT_NEEDED: "libc.so.6" */
	size_t n_needed;
};

/* The strings lie in `data`. -EINVAL for what is no 64-bit little-endian ELF file, or leads out of
 * itself; a statically linked one needs nothing. */
int dcb_linkage_read(const void *data, size_t size, struct dcb_linkage *ret_linkage);

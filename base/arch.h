/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* The two architectures of guests, and what each world calls them. */

enum dcb_arch {
	DCB_ARCH_NONE, /* not a kernel at all: a program for the null machine */
	DCB_ARCH_X86_64,
	DCB_ARCH_ARM64,
};

/* "x86_64", "arm64", "none". */
const char *dcb_arch_name(enum dcb_arch arch);
/* Debian's name: "amd64", "arm64"; "none". */
const char *dcb_arch_debian(enum dcb_arch arch);
/* -EINVAL for an unknown name; takes x86_64, amd64, arm64, aarch64, none. */
int dcb_arch_from_name(const char *name, enum dcb_arch *ret_arch);
/* The architecture of this machine. */
enum dcb_arch dcb_arch_host(void);

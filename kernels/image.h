/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * Kernel images: what a file is, for which architecture, and the form of it that boots fastest.
 * Sources of the formats: Linux Documentation/arch/x86/boot.rst and
 * Documentation/arch/arm64/booting.rst, drivers/firmware/efi/libstub/zboot-header.S.
 */

#include <stddef.h>

#include "base/arch.h"

struct dcb_error;

struct dcb_image {
	enum dcb_arch arch;
	const char *format; /* "bzImage", "Image", "zboot", "vmlinux", "program" */
	char *release;
	char *boot; /* what to boot instead of the file; NULL: the file itself */
	size_t boot_size;
	char *config; /* the configuration built into it (IKCONFIG), or NULL */
	size_t config_size;
};

#define DCB_IMAGE_NULL                                                                             \
	{                                                                                          \
		0                                                                                  \
	}

/* A file that is not a kernel for `arch` (for DCB_ARCH_NONE: not a program that runs here) is a
 * usage error that says what it is; `name` is its path. */
int dcb_image_read(const void *data, size_t size, const char *name, enum dcb_arch arch,
		   struct dcb_image *ret_image, struct dcb_error *err);
void dcb_image_deinit(struct dcb_image *image);

/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* What the files of image share. */

#include <stdbool.h>
#include <stdint.h>

#include "kernels/image.h"

#define DCB_IMAGE_MAX_BYTES ((size_t)1 << 30)

/* A file in memory, with its name for messages. */
struct dcb_blob {
	const char *data;
	size_t size;
	const char *name;
};

/* Little-endian; 0 outside of the file. */
uint16_t dcb_blob_u16(const struct dcb_blob *blob, size_t offset);
uint32_t dcb_blob_u32(const struct dcb_blob *blob, size_t offset);
bool dcb_blob_has(const struct dcb_blob *blob, size_t offset, const void *bytes, size_t size);
/* malloc'd copy of a kernel release that ends in a space, a NUL or the end; NULL if it is none. */
char *dcb_release_copy(const char *text, size_t size);
/* From the banner of an uncompressed kernel: "Linux version 6.12.1 (..."; NULL if it has none. */
char *dcb_release_find(const char *data, size_t size);

bool dcb_bzimage_is(const struct dcb_blob *blob);
/* Fills format, arch, release, boot. */
int dcb_bzimage_read(const struct dcb_blob *blob, struct dcb_image *image, struct dcb_error *err);

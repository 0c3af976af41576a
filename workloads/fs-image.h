/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * Empty file systems as the host makes them (machines/mkfs.h) and the guest unpacks them: the
 * blocks that are not all zeros. Little-endian: the magic, the size of the file system in bytes,
 * and for each extent its offset, its length and its bytes. All lengths are multiples of the block.
 */

#include <stdint.h>

struct dcb_error;

#define DCB_FS_IMAGE_MAGIC UINT64_C(0x31676d6973666364) /* "dcfsimg1" */
#define DCB_FS_IMAGE_BLOCK 4096
#define DCB_FS_IMAGE_BYTES (INT64_C(4) << 30) /* what mkfs is given; sparse on both sides */

/* Reads the file system in `from` and writes its image to `to`. */
int dcb_fs_image_pack(int from, int to, struct dcb_error *err);
/* Writes the image in `from` to `to`: an empty file, which becomes a sparse one, or a device of
 * zeros. -EPROTO where it is none. */
int dcb_fs_image_unpack(int from, int to, struct dcb_error *err);

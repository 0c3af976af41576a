/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* Decompression by libarchive, whatever the format: gzip, xz, lzma, bzip2, lz4, lzop, zstd. */

#include <stddef.h>

struct dcb_error;

/* *ret_data is malloc'd. -EFBIG beyond max_bytes; -EBADMSG for what cannot be read.
 * `what` names the input in messages. */
int dcb_unpack(const void *data, size_t size, size_t max_bytes, const char *what, char **ret_data,
	       size_t *ret_size, struct dcb_error *err);
/* The same from file to file; a file that is not compressed is copied. */
int dcb_unpack_file(const char *from, const char *to, struct dcb_error *err);

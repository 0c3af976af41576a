/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* Tokens and keys: read from their files each time, so that they stand in no row, log or list. */

#include <stdbool.h>
#include <stddef.h>

struct dcb_error;

/* The file's bytes without the newline that editors leave; malloc'd, NUL-terminated behind
 * ret_size. */
int dcb_secret_read(const char *path, char **ret_secret, size_t *ret_size, struct dcb_error *err);
/* "Authorization: Bearer TOKEN" against the token of a file. In constant time for a given length: a
 * guess must not get warmer. header NULL, or an empty file: it does not fit. */
int dcb_secret_is_bearer(const char *path, const char *header, bool *ret_fits,
			 struct dcb_error *err);
/* "X-Hub-Signature-256: sha256=HEX" against the HMAC of the body under the key of a file. header
 * NULL, or an empty file: it does not fit. */
int dcb_secret_is_signature(const char *path, const char *header, const void *body, size_t size,
			    bool *ret_fits, struct dcb_error *err);

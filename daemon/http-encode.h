/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* How an answer's body travels: its digest as an entity tag, and gzip. */

#include <stdbool.h>
#include <stddef.h>

/* Smaller bodies gain nothing. */
#define DCB_HTTP_GZIP_MIN 1024

#define DCB_HTTP_ETAG_SIZE 40

/* Weak (RFC 9110, 8.8.1), since a body is the same thing whether it is compressed or not:
 * W/"<32 digits of its SHA-256>". */
void dcb_http_etag(const void *body, size_t size, char ret_etag[DCB_HTTP_ETAG_SIZE]);
/* If-None-Match (RFC 9110, 13.1.2) by weak comparison; list: NULL matches nothing. */
bool dcb_http_etag_matches(const char *list, const char *etag);
/* Accept-Encoding (RFC 9110, 12.5.3) names gzip, with a weight above 0; NULL does not. */
bool dcb_http_takes_gzip(const char *accept);
/* -ENOMEM; *ret_data is malloc'd. */
int dcb_http_gzip(const void *body, size_t size, char **ret_data, size_t *ret_size);

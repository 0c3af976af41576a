// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/http-encode.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

#include "base/cleanup.h"
#include "base/file.h"

/* Pages are made anew for every request: half the time of zlib's default for a few percent. */
#define LEVEL 4
/* deflateInit2(): the largest window, and a gzip header. */
#define WINDOW (15 + 16)
#define MEMORY 8

void dcb_http_etag(const void *body, size_t size, char ret_etag[DCB_HTTP_ETAG_SIZE])
{
	char hex[DCB_SHA256_HEX];

	dcb_sha256(body, size, hex);
	snprintf(ret_etag, DCB_HTTP_ETAG_SIZE, "W/\"%.32s\"", hex);
}

bool dcb_http_etag_matches(const char *list, const char *etag)
{
	const char *opaque = etag && strncmp(etag, "W/", 2) == 0 ? etag + 2 : etag;

	if (!list || !opaque)
		return false;
	/* Quotes belong to it, so that no tag is found within another. */
	return strcmp(list, "*") == 0 || strstr(list, opaque);
}

/* "gzip;q=0" says no; anything else behind the name does not. */
static bool is_refused(const char *parameters, size_t n)
{
	size_t i = 0;

	while (i < n && strchr("; \t", parameters[i]))
		i++;
	if (n - i < 3 || strncasecmp(parameters + i, "q=0", 3) != 0)
		return false;
	for (i += 3; i < n; i++)
		if (strchr("123456789", parameters[i]))
			return false;
	return true;
}

bool dcb_http_takes_gzip(const char *accept)
{
	while (accept && *accept) {
		size_t n = strcspn(accept, ","), start = strspn(accept, " \t");
		size_t name = strcspn(accept + start, ",; \t");

		if (name == 4 && strncasecmp(accept + start, "gzip", 4) == 0)
			return !is_refused(accept + start + 4, n - start - 4);
		accept += n + (accept[n] == ',');
	}
	return false;
}

int dcb_http_gzip(const void *body, size_t size, char **ret_data, size_t *ret_size)
{
	_cleanup_free_ char *data = NULL;
	z_stream stream = {.next_in = (Bytef *)body, .avail_in = (uInt)size};
	uLong bound;
	int rc;

	if (size > (uInt)-1 ||
	    deflateInit2(&stream, LEVEL, Z_DEFLATED, WINDOW, MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
		return -ENOMEM;
	bound = deflateBound(&stream, (uLong)size);
	data = malloc(bound);
	if (!data) {
		deflateEnd(&stream);
		return -ENOMEM;
	}
	stream.next_out = (Bytef *)data;
	stream.avail_out = (uInt)bound;
	rc = deflate(&stream, Z_FINISH);
	*ret_size = stream.total_out;
	deflateEnd(&stream);
	if (rc != Z_STREAM_END)
		return -ENOMEM;
	*ret_data = TAKE_PTR(data);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/secret.h"

#include <errno.h>
#include <nettle/memops.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "daemon/deliver.h"

#define MAX_SECRET 4096

int dcb_secret_read(const char *path, char **ret_secret, size_t *ret_size, struct dcb_error *err)
{
	int r = dcb_file_read(path, MAX_SECRET, ret_secret, ret_size, err);

	if (r < 0)
		return r;
	while (*ret_size > 0 && strchr("\r\n", (*ret_secret)[*ret_size - 1]))
		(*ret_secret)[--*ret_size] = '\0';
	return 0;
}

int dcb_secret_is_bearer(const char *path, const char *header, bool *ret_fits,
			 struct dcb_error *err)
{
	static const char bearer[] = "Bearer ";
	_cleanup_free_ char *token = NULL;
	size_t size;
	int r;

	r = dcb_secret_read(path, &token, &size, err);
	if (r < 0)
		return r;
	*ret_fits = size > 0 && header && strncmp(header, bearer, strlen(bearer)) == 0 &&
		    strlen(header + strlen(bearer)) == size &&
		    memeql_sec(header + strlen(bearer), token, size);
	return 0;
}

int dcb_secret_is_signature(const char *path, const char *header, const void *body, size_t size,
			    bool *ret_fits, struct dcb_error *err)
{
	_cleanup_free_ char *key = NULL;
	char wanted[72];
	size_t key_size;
	int r;

	r = dcb_secret_read(path, &key, &key_size, err);
	if (r < 0)
		return r;
	dcb_deliver_sign(key, key_size, body, size, wanted);
	*ret_fits = key_size > 0 && header && strlen(header) == strlen(wanted) &&
		    memeql_sec(header, wanted, strlen(wanted));
	return 0;
}

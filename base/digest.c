// SPDX-License-Identifier: GPL-2.0-only
#include "base/file.h"

#include <fcntl.h>
#include <nettle/sha2.h>

#include "base/cleanup.h"
#include "base/error.h"

static void finish(struct sha256_ctx *context, char ret_hex[DCB_SHA256_HEX])
{
	uint8_t digest[SHA256_DIGEST_SIZE];

	sha256_digest(context, sizeof(digest), digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(ret_hex + 2 * i, 3, "%02x", digest[i]);
}

void dcb_sha256(const void *data, size_t size, char ret_hex[DCB_SHA256_HEX])
{
	struct sha256_ctx context;

	sha256_init(&context);
	sha256_update(&context, size, data);
	finish(&context, ret_hex);
}

int dcb_file_sha256(const char *path, char ret_hex[DCB_SHA256_HEX], struct dcb_error *err)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct sha256_ctx context;
	uint8_t block[65536];
	ssize_t n;

	if (fd < 0)
		return dcb_error_sys(err, errno, "%s", path);
	sha256_init(&context);
	while ((n = read(fd, block, sizeof(block))) > 0)
		sha256_update(&context, (size_t)n, block);
	if (n < 0)
		return dcb_error_sys(err, errno, "%s", path);
	finish(&context, ret_hex);
	return 0;
}

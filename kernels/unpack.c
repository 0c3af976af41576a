// SPDX-License-Identifier: GPL-2.0-only
#include "kernels/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"

#define MAX_FILE_BYTES (512u << 20)

DEFINE_CLEANUP(struct archive *, archive_read_free)

static int grow(char **data, size_t *capacity, size_t needed)
{
	size_t size = *capacity;
	char *bigger;

	while (size < needed)
		size *= 2;
	if (size == *capacity)
		return 0;
	bigger = realloc(*data, size);
	if (!bigger)
		return -ENOMEM;
	*data = bigger;
	*capacity = size;
	return 0;
}

int dcb_unpack(const void *data, size_t size, size_t max_bytes, const char *what, char **ret_data,
	       size_t *ret_size, struct dcb_error *err)
{
	_cleanup_(archive_read_freep) struct archive *archive = archive_read_new();
	_cleanup_free_ char *out = NULL;
	size_t capacity = 1u << 16, n = 0;
	struct archive_entry *entry;

	out = malloc(capacity);
	if (!archive || !out)
		return dcb_error_oom(err);
	archive_read_support_filter_all(archive);
	archive_read_support_format_raw(archive);
	if (archive_read_open_memory(archive, data, size) != ARCHIVE_OK ||
	    archive_read_next_header(archive, &entry) != ARCHIVE_OK)
		return dcb_error_set(err, EBADMSG, "%s: cannot be decompressed: %s", what,
				     archive_error_string(archive));
	for (;;) {
		ssize_t got;

		if (grow(&out, &capacity, n + (1u << 16)) < 0)
			return dcb_error_oom(err);
		got = archive_read_data(archive, out + n, capacity - n);
		if (got < 0)
			return dcb_error_set(err, EBADMSG, "%s: cannot be decompressed: %s", what,
					     archive_error_string(archive));
		if (got == 0)
			break;
		n += (size_t)got;
		if (n > max_bytes)
			return dcb_error_set(err, EFBIG, "%s: more than %zu bytes unpacked", what,
					     max_bytes);
	}
	*ret_data = TAKE_PTR(out);
	*ret_size = n;
	return 0;
}

int dcb_unpack_file(const char *from, const char *to, struct dcb_error *err)
{
	_cleanup_free_ char *data = NULL, *unpacked = NULL;
	size_t size, unpacked_size;
	int r;

	r = dcb_file_read(from, MAX_FILE_BYTES, &data, &size, err);
	if (r < 0)
		return r;
	if (size == 0) /* which libarchive takes for no archive at all */
		return dcb_file_write(to, data, 0, 0644, err);
	r = dcb_unpack(data, size, MAX_FILE_BYTES, from, &unpacked, &unpacked_size, err);
	if (r < 0)
		return r;
	return dcb_file_write(to, unpacked, unpacked_size, 0644, err);
}

// SPDX-License-Identifier: GPL-2.0-only
/* A byte stream from the guest, held to lines, order and bounds. One line at most is buffered. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "guest/protocol.h"

struct dcb_record_reader {
	dcb_record_handler handler;
	void *context;
	char line[DCB_RECORD_MAX_BYTES];
	size_t size;      /* of the unfinished line */
	uint64_t total;   /* bytes fed */
	uint64_t records; /* taken */
	bool began, ended;
	int failed; /* negative once anything went wrong */
};

int dcb_record_reader_new(dcb_record_handler handler, void *context,
			  struct dcb_record_reader **ret_reader, struct dcb_error *err)
{
	struct dcb_record_reader *reader = calloc(1, sizeof(*reader));

	if (!reader)
		return dcb_error_oom(err);
	reader->handler = handler;
	reader->context = context;
	*ret_reader = reader;
	return 0;
}

void dcb_record_reader_free(struct dcb_record_reader *reader)
{
	free(reader);
}

static int reader_order(struct dcb_record_reader *reader, enum dcb_record_type type,
			struct dcb_error *err)
{
	if (reader->ended)
		return dcb_error_set(err, EBADMSG, "a record after bye");
	if (type == DCB_RECORD_HELLO && reader->began)
		return dcb_error_set(err, EBADMSG, "a second hello");
	if (type != DCB_RECORD_HELLO && !reader->began)
		return dcb_error_set(err, EBADMSG, "the first record is no hello");
	reader->began = true;
	reader->ended = type == DCB_RECORD_BYE;
	return 0;
}

static int reader_take(struct dcb_record_reader *reader, const char *line, size_t size,
		       struct dcb_error *err)
{
	_cleanup_(dcb_record_deinit) struct dcb_record record = DCB_RECORD_NULL;
	int r;

	reader->records++;
	r = dcb_record_parse(line, size, &record, err);
	if (r >= 0)
		r = reader_order(reader, record.type, err);
	if (r < 0) {
		dcb_error_wrap(err, "record %llu", (unsigned long long)reader->records);
		return r;
	}
	return reader->handler(reader->context, &record, err);
}

static int reader_feed(struct dcb_record_reader *reader, const char *data, size_t size,
		       struct dcb_error *err)
{
	if (size > DCB_RECORDS_MAX_BYTES - reader->total)
		return dcb_error_set(err, EBADMSG, "more than %d MiB of records",
				     DCB_RECORDS_MAX_BYTES >> 20);
	reader->total += size;
	while (size > 0) {
		const char *newline = memchr(data, '\n', size);
		size_t part = newline ? (size_t)(newline - data) : size;
		int r;

		if (reader->ended)
			return dcb_error_set(err, EBADMSG, "bytes after bye");
		if (part > sizeof(reader->line) - reader->size)
			return dcb_error_set(err, EBADMSG, "record %llu: longer than %d bytes",
					     (unsigned long long)reader->records + 1,
					     DCB_RECORD_MAX_BYTES);
		memcpy(reader->line + reader->size, data, part);
		reader->size += part;
		if (!newline)
			return 0;
		r = reader_take(reader, reader->line, reader->size, err);
		if (r < 0)
			return r;
		reader->size = 0;
		data += part + 1;
		size -= part + 1;
	}
	return 0;
}

int dcb_record_reader_feed(struct dcb_record_reader *reader, const void *data, size_t size,
			   struct dcb_error *err)
{
	int r;

	if (reader->failed)
		return dcb_error_set(err, -reader->failed, "the record stream has failed before");
	r = reader_feed(reader, data, size, err);
	if (r < 0)
		reader->failed = r;
	return r < 0 ? r : 0;
}

bool dcb_record_reader_began(const struct dcb_record_reader *reader)
{
	return reader->began;
}

bool dcb_record_reader_ended(const struct dcb_record_reader *reader)
{
	return reader->ended;
}

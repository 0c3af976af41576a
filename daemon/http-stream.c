// SPDX-License-Identifier: GPL-2.0-only
/*
 * Server-sent events. While there is nothing to send the connection is suspended, so that a
 * thousand followers of an idle job cost no wake-up.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "daemon/http-private.h"

#define MAX_UNREAD (UINT64_C(1) << 20)
#define BLOCK_SIZE 4096
#define LAST_S     30 /* for a client that does not read, to take what it still gets */

struct dcb_http_stream {
	struct dcb_http *http;
	struct dcb_http_listener *listener; /* NULL until attached */
	struct MHD_Connection *connection;
	bool suspended, ended;
	char *unread;
	size_t size;
	void (*closed)(void *context);
	void *context;
	struct dcb_http_stream *next;
};

int dcb_http_stream_new(struct dcb_http *http, void (*closed)(void *context), void *context,
			struct dcb_http_stream **ret_stream, struct dcb_error *err)
{
	struct dcb_http_stream *stream = calloc(1, sizeof(*stream));

	if (!stream)
		return dcb_error_oom(err);
	stream->http = http;
	stream->closed = closed;
	stream->context = context;
	stream->next = http->streams;
	http->streams = stream;
	*ret_stream = stream;
	return 0;
}

/* libmicrohttpd is done with it: the end of every stream. */
static void stream_free(void *context)
{
	struct dcb_http_stream *stream = context;
	struct dcb_http_stream **link = &stream->http->streams;

	while (*link && *link != stream)
		link = &(*link)->next;
	if (*link)
		*link = stream->next;
	if (stream->closed)
		stream->closed(stream->context);
	free(stream->unread);
	free(stream);
}

/* The loop goes on with it, not we, who may stand in one of libmicrohttpd's callbacks. */
static void wake(struct dcb_http_stream *stream)
{
	if (!stream->suspended)
		return;
	stream->suspended = false;
	MHD_resume_connection(stream->connection);
	dcb_http_soon(stream->listener);
}

static ssize_t read_stream(void *context, uint64_t position, char *buffer, size_t max)
{
	struct dcb_http_stream *stream = context;
	size_t n = stream->size < max ? stream->size : max;

	(void)position;
	if (n == 0) {
		if (stream->ended)
			return MHD_CONTENT_READER_END_OF_STREAM;
		stream->suspended = true;
		MHD_suspend_connection(stream->connection);
		return 0;
	}
	memcpy(buffer, stream->unread, n);
	memmove(stream->unread, stream->unread + n, stream->size - n);
	stream->size -= n;
	return (ssize_t)n;
}

struct MHD_Response *dcb_http_stream_attach(struct dcb_http_stream *stream,
					    struct dcb_http_listener *listener,
					    struct MHD_Connection *connection)
{
	struct MHD_Response *reply;

	stream->listener = listener;
	stream->connection = connection;
	/* A follower may have nothing to say for hours. */
	MHD_set_connection_option(connection, MHD_CONNECTION_OPTION_TIMEOUT, 0U);
	reply = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_SIZE, read_stream, stream,
						  stream_free);
	if (!reply)
		stream_free(stream);
	return reply;
}

static int append(struct dcb_http_stream *stream, const char *text)
{
	size_t n = strlen(text);
	char *unread;

	if (stream->size + n > MAX_UNREAD)
		return -E2BIG;
	unread = realloc(stream->unread, stream->size + n + 1);
	if (!unread)
		return -ENOMEM;
	memcpy(unread + stream->size, text, n);
	stream->unread = unread;
	stream->size += n;
	return 0;
}

/* Every line of the data gets its own field; an empty line ends the event. */
static int append_event(struct dcb_http_stream *stream, const char *event, uint64_t id,
			const char *data)
{
	char line[64];
	int r = 0;

	if (id) {
		snprintf(line, sizeof(line), "id: %" PRIu64 "\n", id);
		r = append(stream, line);
	}
	if (r >= 0 && event) {
		snprintf(line, sizeof(line), "event: %.40s\n", event);
		r = append(stream, line);
	}
	while (r >= 0) {
		size_t n = strcspn(data, "\r\n");
		_cleanup_free_ char *field = dcb_format("data: %.*s\n", (int)n, data);

		r = field ? append(stream, field) : -ENOMEM;
		if (!data[n])
			break;
		data += n + 1;
	}
	return r < 0 ? r : append(stream, "\n");
}

void dcb_http_stream_send(struct dcb_http_stream *stream, const char *event, uint64_t id,
			  const char *data)
{
	size_t before = stream->size;

	if (stream->ended)
		return;
	if (append_event(stream, event, id, data) < 0) {
		/* It does not read: cut off at a whole event. It may come again with the last id
		 * that it has. */
		stream->size = before;
		stream->ended = true;
		if (stream->connection)
			MHD_set_connection_option(stream->connection, MHD_CONNECTION_OPTION_TIMEOUT,
						  LAST_S);
	}
	wake(stream);
}

void dcb_http_stream_end(struct dcb_http_stream *stream)
{
	stream->ended = true;
	wake(stream);
}

void dcb_http_streams_drop(struct dcb_http *http)
{
	for (struct dcb_http_stream *stream = http->streams; stream; stream = stream->next) {
		stream->size = 0;
		stream->ended = true;
		wake(stream);
	}
	for (size_t i = 0; i < http->n_listeners; i++)
		dcb_http_run(&http->listeners[i]);
}

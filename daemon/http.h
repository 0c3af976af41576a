/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * HTTP/1.1 on the daemon's event loop: libmicrohttpd without threads of its own, its epoll
 * descriptor watched by sd-event, no timer while nothing is connected.
 *
 * Requests are read whole, within bounds, before a handler sees them. Nothing from a client is
 * passed on unchecked: the path is decoded and valid UTF-8 without control characters, or the
 * answer is 400.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <systemd/sd-event.h>

#include "base/cleanup.h"

struct dcb_error;
struct dcb_http;
struct dcb_http_stream;

/* Bounds of one request. */
#define DCB_HTTP_MAX_BODY    (UINT64_C(16) << 20)
#define DCB_HTTP_MAX_HEADERS (UINT64_C(32) << 10) /* with the request line */

struct dcb_http_request {
	const char *method, *path; /* without the query */
	const char *body;          /* NUL-terminated behind `size` */
	size_t size;
	/* Of a UNIX socket's peer (SO_PEERCRED); over TCP `local` is false. */
	bool local;
	uid_t uid;
	gid_t gid;
	void *connection;
};

/* NULL where the request has none. Valid while the handler runs. */
const char *dcb_http_query(const struct dcb_http_request *request, const char *name);
const char *dcb_http_header(const struct dcb_http_request *request, const char *name);

/* What a handler fills in; zeroed before it. */
struct dcb_http_response {
	unsigned status;          /* 0: 200 */
	const char *content_type; /* static text; NULL: application/json */
	char *body;               /* malloc'd, taken over */
	size_t size;
	/* Copied. What a GET finds without one gets a digest of its body. A match with
	 * If-None-Match becomes 304. */
	const char *etag;
	const char *location; /* copied */
	/* Instead of a body: stays open, and what is sent there goes out at once. */
	struct dcb_http_stream *stream;
	const char *encoding; /* the server's: it compresses what the client takes compressed */
};

/* Of a failed call, and of its error's kind: 404 for -ENOENT, and so on as below. */
unsigned dcb_http_status(int r, const struct dcb_error *err);

/* -ENOENT becomes 404, -EACCES 403, -EBUSY 409, a usage error 400, -E2BIG 413, others 500: each
 * with {"error": message}. */
typedef int (*dcb_http_handler)(void *context, const struct dcb_http_request *request,
				struct dcb_http_response *response, struct dcb_error *err);

struct dcb_http_options {
	dcb_http_handler handler;
	void *context;
	unsigned max_connections; /* 0: 256 */
	unsigned timeout_s;       /* an idle connection, or a request that trickles in; 0: 30 */
};

/* The loop is borrowed. */
int dcb_http_new(sd_event *event, const struct dcb_http_options *options,
		 struct dcb_http **ret_http, struct dcb_error *err);
/* A listening socket, AF_UNIX or AF_INET[6]; taken over, also on failure. */
int dcb_http_listen(struct dcb_http *http, int fd, struct dcb_error *err);
void dcb_http_free(struct dcb_http *http);
DEFINE_CLEANUP(struct dcb_http *, dcb_http_free)

/* Server-sent events (HTML, "9.2 Server-sent events"). closed() is called once, when the client is
 * gone or too slow (1 MiB unread) or the server ends; the stream is not to be used after it.
 * Owned by the server once it stands in a response. */
int dcb_http_stream_new(struct dcb_http *http, void (*closed)(void *context), void *context,
			struct dcb_http_stream **ret_stream, struct dcb_error *err);
/* event: "progress" or NULL; data: one or several lines; id: 0 for none. */
void dcb_http_stream_send(struct dcb_http_stream *stream, const char *event, uint64_t id,
			  const char *data);
/* Ends it when all is sent. */
void dcb_http_stream_end(struct dcb_http_stream *stream);

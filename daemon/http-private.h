/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

#include <microhttpd.h>

#include "daemon/http.h"

struct dcb_http_listener {
	struct dcb_http *http;
	struct MHD_Daemon *daemon;
	sd_event_source *io, *timer;
};

struct dcb_http {
	sd_event *event;
	struct dcb_http_options options;
	struct dcb_http_listener *listeners;
	size_t n_listeners;
	struct dcb_http_stream *streams; /* open ones, a list */
};

struct request {
	struct dcb_http_request row;
	char *path, *body;
	size_t size, allocated;
	unsigned refused; /* a status; 0: none */
};

/* Lets libmicrohttpd do what is due. Not from within its callbacks. */
void dcb_http_run(struct dcb_http_listener *listener);
/* The same from the loop, as soon as it gets there: a resumed connection does not wake it up. */
void dcb_http_soon(struct dcb_http_listener *listener);

/* The response that sends what comes into the stream; NULL on lack of memory, the stream is closed
 * then. */
struct MHD_Response *dcb_http_stream_attach(struct dcb_http_stream *stream,
					    struct dcb_http_listener *listener,
					    struct MHD_Connection *connection);
/* Before the daemon is stopped, which must not have suspended connections. */
void dcb_http_streams_drop(struct dcb_http *http);

// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/http.h"

#include <errno.h>
#include <malloc.h>
#include <microhttpd.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "base/error.h"
#include "base/json.h"
#include "daemon/http-encode.h"
#include "daemon/http-private.h"
#include "reports/text.h"

#define MAX_LISTENERS     4
#define DEFAULT_TIMEOUT_S 30
#define DEFAULT_MAX       256
#define TRIM_ABOVE        ((size_t)1 << 20)

/* ---- the loop ---- */

/* Nothing to wait for needs no timer: an idle daemon does not wake up. */
static int arm(struct dcb_http_listener *listener)
{
	MHD_UNSIGNED_LONG_LONG ms;
	uint64_t now_us;
	int r;

	if (MHD_get_timeout(listener->daemon, &ms) != MHD_YES)
		return sd_event_source_set_enabled(listener->timer, SD_EVENT_OFF);
	r = sd_event_now(sd_event_source_get_event(listener->timer), CLOCK_MONOTONIC, &now_us);
	if (r < 0)
		return r;
	r = sd_event_source_set_time(listener->timer, now_us + ms * 1000);
	if (r < 0)
		return r;
	return sd_event_source_set_enabled(listener->timer, SD_EVENT_ONESHOT);
}

void dcb_http_run(struct dcb_http_listener *listener)
{
	MHD_run(listener->daemon);
	arm(listener);
}

void dcb_http_soon(struct dcb_http_listener *listener)
{
	sd_event_source_set_time(listener->timer, 0);
	sd_event_source_set_enabled(listener->timer, SD_EVENT_ONESHOT);
}

static int on_ready(sd_event_source *source, int fd, uint32_t events, void *context)
{
	(void)source;
	(void)fd;
	(void)events;
	dcb_http_run(context);
	return 0;
}

static int on_time(sd_event_source *source, uint64_t now_us, void *context)
{
	(void)source;
	(void)now_us;
	dcb_http_run(context);
	return 0;
}

/* ---- one request ---- */

static void request_free(struct request *request)
{
	bool large;

	if (!request)
		return;
	large = request->allocated > TRIM_ABOVE;
	free(request->path);
	free(request->body);
	free(request);
	/* What was made of a large body is gone too: back to the system with it. */
	if (large)
		malloc_trim(0);
}

/* Takes libmicrohttpd's decoded path as it is or not at all. */
static bool is_clean(const char *text)
{
	_cleanup_free_ char *printable = dcb_text_printable(text);

	return printable && strcmp(printable, text) == 0;
}

static int set_peer(struct MHD_Connection *connection, struct dcb_http_request *request)
{
	const union MHD_ConnectionInfo *info;
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);
	struct ucred peer;
	socklen_t peer_size = sizeof(peer);

	info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	if (!info || getsockname(info->connect_fd, (struct sockaddr *)&address, &size) < 0)
		return -EIO;
	if (address.ss_family != AF_UNIX)
		return 0;
	if (getsockopt(info->connect_fd, SOL_SOCKET, SO_PEERCRED, &peer, &peer_size) < 0)
		return -errno;
	request->local = true;
	request->uid = peer.uid;
	request->gid = peer.gid;
	return 0;
}

const char *dcb_http_query(const struct dcb_http_request *request, const char *name)
{
	return MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name);
}

const char *dcb_http_header(const struct dcb_http_request *request, const char *name)
{
	return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

/* ---- answers ---- */

unsigned dcb_http_status(int r, const struct dcb_error *err)
{
	switch (r) {
	case -ENOENT:
		return MHD_HTTP_NOT_FOUND;
	case -EACCES:
	case -EPERM:
		return MHD_HTTP_FORBIDDEN;
	case -EBUSY:
	case -EEXIST:
		return MHD_HTTP_CONFLICT;
	case -ENOSPC:
	case -EDQUOT:
		return MHD_HTTP_INSUFFICIENT_STORAGE;
	case -E2BIG:
		return MHD_HTTP_CONTENT_TOO_LARGE;
	default:
		return err->kind == DCB_ERROR_USAGE ? MHD_HTTP_BAD_REQUEST
						    : MHD_HTTP_INTERNAL_SERVER_ERROR;
	}
}

static void fill_error(struct dcb_http_response *response, unsigned status, const char *message)
{
	_cleanup_free_ char *clean = dcb_text_utf8(message);
	json_auto_t *object = json_pack("{s:s}", "error", clean ? clean : "out of memory");
	char *line = object ? dcb_json_line(object) : NULL;

	*response = (struct dcb_http_response){
		.status = status, .body = line, .size = line ? strlen(line) : 0};
}

/* What every answer says to a browser: nothing from elsewhere, no frames, no guessing of types. */
static const struct {
	const char *name, *value;
} headers[] = {
	{"Content-Security-Policy",
	 "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src "
	 "'self'; script-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"},
	{"X-Content-Type-Options", "nosniff"},
	{"Referrer-Policy", "no-referrer"},
	{"Cross-Origin-Resource-Policy", "same-origin"},
};

static enum MHD_Result queue(const struct dcb_http_request *request, struct MHD_Response *reply,
			     const struct dcb_http_response *response)
{
	const char *type = response->content_type ? response->content_type : "application/json";
	unsigned status = response->status ? response->status : MHD_HTTP_OK;
	enum MHD_Result result;

	MHD_add_response_header(reply, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	for (size_t i = 0; i < ARRAY_SIZE(headers); i++)
		MHD_add_response_header(reply, headers[i].name, headers[i].value);
	if (response->etag)
		MHD_add_response_header(reply, MHD_HTTP_HEADER_ETAG, response->etag);
	MHD_add_response_header(reply, MHD_HTTP_HEADER_CACHE_CONTROL,
				response->etag ? "no-cache" : "no-store");
	if (response->encoding)
		MHD_add_response_header(reply, MHD_HTTP_HEADER_CONTENT_ENCODING,
					response->encoding);
	if (!response->stream)
		MHD_add_response_header(reply, MHD_HTTP_HEADER_VARY,
					MHD_HTTP_HEADER_ACCEPT_ENCODING);
	if (response->location)
		MHD_add_response_header(reply, MHD_HTTP_HEADER_LOCATION, response->location);
	result = MHD_queue_response(request->connection, status, reply);
	MHD_destroy_response(reply);
	return result;
}

/* Uncompressed where there is no memory for it. */
static void compress_body(const struct dcb_http_request *request,
			  struct dcb_http_response *response)
{
	const char *accept = dcb_http_header(request, MHD_HTTP_HEADER_ACCEPT_ENCODING);
	size_t size;
	char *data;

	if (response->size < DCB_HTTP_GZIP_MIN || !dcb_http_takes_gzip(accept) ||
	    dcb_http_gzip(response->body, response->size, &data, &size) < 0)
		return;
	free(response->body);
	response->body = data;
	response->size = size;
	response->encoding = "gzip";
}

static bool is_fresh(const struct dcb_http_request *request, const char *etag)
{
	return dcb_http_etag_matches(dcb_http_header(request, MHD_HTTP_HEADER_IF_NONE_MATCH), etag);
}

static enum MHD_Result answer(struct dcb_http_listener *listener,
			      const struct dcb_http_request *request,
			      struct dcb_http_response *response)
{
	char etag[DCB_HTTP_ETAG_SIZE];
	struct MHD_Response *reply;

	if (!response->stream && !response->etag && !response->status && response->body &&
	    strcmp(request->method, MHD_HTTP_METHOD_GET) == 0) {
		dcb_http_etag(response->body, response->size, etag);
		response->etag = etag;
	}
	if (response->stream) {
		reply = dcb_http_stream_attach(response->stream, listener, request->connection);
		response->content_type = "text/event-stream";
	} else if (is_fresh(request, response->etag)) {
		free(response->body);
		response->status = MHD_HTTP_NOT_MODIFIED;
		reply = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
	} else {
		compress_body(request, response);
		reply = MHD_create_response_from_buffer(response->size, response->body,
							MHD_RESPMEM_MUST_FREE);
		if (!reply)
			free(response->body);
	}
	return reply ? queue(request, reply, response) : MHD_NO;
}

static enum MHD_Result handle(struct dcb_http_listener *listener, struct request *request)
{
	const struct dcb_http_options *options = &listener->http->options;
	struct dcb_http_response response = {0};
	struct dcb_error err = DCB_ERROR_NULL;
	int r;

	request->row.body = request->body ? request->body : "";
	request->row.size = request->size;
	r = options->handler(options->context, &request->row, &response, &err);
	if (r < 0) {
		free(response.body);
		fill_error(&response, dcb_http_status(r, &err),
			   err.errnum ? err.message : strerror(-r));
	}
	return answer(listener, &request->row, &response);
}

/* ---- reading ---- */

/* Room for the whole body at once where its size is told, else it grows. */
static int append(struct request *request, const char *data, size_t size)
{
	if (request->size + size > DCB_HTTP_MAX_BODY)
		return -E2BIG;
	if (request->size + size + 1 > request->allocated) {
		size_t more = 2 * (request->size + size) + 1;
		char *body = realloc(request->body, more);

		if (!body)
			return -ENOMEM;
		request->body = body;
		request->allocated = more;
	}
	memcpy(request->body + request->size, data, size);
	request->size += size;
	request->body[request->size] = '\0';
	return 0;
}

static struct request *request_new(struct MHD_Connection *connection, const char *url,
				   const char *method)
{
	struct request *request = calloc(1, sizeof(*request));

	if (!request)
		return NULL;
	request->path = strdup(url);
	if (!request->path || set_peer(connection, &request->row) < 0) {
		request_free(request);
		return NULL;
	}
	request->row.connection = connection;
	request->row.path = request->path;
	/* One of MHD's static texts, or the client's, which lives as long as the request. */
	request->row.method = method;
	if (!is_clean(url) || !is_clean(method))
		request->refused = MHD_HTTP_BAD_REQUEST;
	return request;
}

static unsigned declared_too_large(const struct dcb_http_request *row)
{
	const char *length = dcb_http_header(row, MHD_HTTP_HEADER_CONTENT_LENGTH);

	return length && strtoull(length, NULL, 10) > DCB_HTTP_MAX_BODY ? MHD_HTTP_CONTENT_TOO_LARGE
									: 0;
}

static enum MHD_Result refuse(struct dcb_http_listener *listener, struct request *request)
{
	struct dcb_http_response response;

	fill_error(&response, request->refused,
		   request->refused == MHD_HTTP_BAD_REQUEST ? "the path is not clean UTF-8"
							    : "the body is too large");
	return answer(listener, &request->row, &response);
}

/* Called with headers only, then with parts of the body, then with none. */
static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
				  const char *method, const char *version, const char *data,
				  size_t *size, void **state)
{
	struct dcb_http_listener *listener = context;
	struct request *request = *state;
	int r;

	(void)version;
	if (!request) {
		request = request_new(connection, url, method);
		if (!request)
			return MHD_NO;
		*state = request;
		if (!request->refused)
			request->refused = declared_too_large(&request->row);
		/* Before the body: a client that waits for "100 Continue" need not send it. */
		return request->refused ? refuse(listener, request) : MHD_YES;
	}
	if (*size) {
		r = request->refused ? 0 : append(request, data, *size);
		if (r == -E2BIG)
			request->refused = MHD_HTTP_CONTENT_TOO_LARGE;
		else if (r < 0)
			return MHD_NO;
		*size = 0;
		return MHD_YES;
	}
	return request->refused ? refuse(listener, request) : handle(listener, request);
}

static void on_completed(void *context, struct MHD_Connection *connection, void **state,
			 enum MHD_RequestTerminationCode why)
{
	(void)context;
	(void)connection;
	(void)why;
	request_free(*state);
	*state = NULL;
}

/* ---- the server ---- */

int dcb_http_new(sd_event *event, const struct dcb_http_options *options,
		 struct dcb_http **ret_http, struct dcb_error *err)
{
	struct dcb_http *http = calloc(1, sizeof(*http));

	if (!http)
		return dcb_error_oom(err);
	http->event = sd_event_ref(event);
	http->options = *options;
	*ret_http = http;
	return 0;
}

static void listener_deinit(struct dcb_http_listener *listener)
{
	sd_event_source_unref(listener->io);
	sd_event_source_unref(listener->timer);
	if (listener->daemon)
		MHD_stop_daemon(listener->daemon);
	*listener = (struct dcb_http_listener){0};
}

static struct MHD_Daemon *start(struct dcb_http_listener *listener, int fd)
{
	const struct dcb_http_options *options = &listener->http->options;

	return MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_request,
				listener, MHD_OPTION_LISTEN_SOCKET, fd,
				MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)DCB_HTTP_MAX_HEADERS,
				MHD_OPTION_CONNECTION_LIMIT,
				options->max_connections ? options->max_connections : DEFAULT_MAX,
				MHD_OPTION_CONNECTION_TIMEOUT,
				options->timeout_s ? options->timeout_s : DEFAULT_TIMEOUT_S,
				MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_COMPLETED,
				on_completed, NULL, MHD_OPTION_END);
}

static int watch(struct dcb_http_listener *listener)
{
	const union MHD_DaemonInfo *info;
	sd_event *event = listener->http->event;
	int r;

	info = MHD_get_daemon_info(listener->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	if (!info)
		return -EIO;
	r = sd_event_add_io(event, &listener->io, info->listen_fd, EPOLLIN, on_ready, listener);
	if (r < 0)
		return r;
	r = sd_event_add_time(event, &listener->timer, CLOCK_MONOTONIC, 0, 1, on_time, listener);
	if (r < 0)
		return r;
	return arm(listener);
}

int dcb_http_listen(struct dcb_http *http, int fd, struct dcb_error *err)
{
	struct dcb_http_listener *listener;
	int r;

	if (http->n_listeners == MAX_LISTENERS) {
		close(fd);
		return dcb_error_set(err, E2BIG, "more than %d sockets to listen on",
				     MAX_LISTENERS);
	}
	if (!http->listeners) {
		/* Never moved: each is the context of its daemon. */
		http->listeners = calloc(MAX_LISTENERS, sizeof(*http->listeners));
		if (!http->listeners) {
			close(fd);
			return dcb_error_oom(err);
		}
	}
	listener = &http->listeners[http->n_listeners];
	listener->http = http;
	listener->daemon = start(listener, fd);
	if (!listener->daemon) {
		close(fd);
		return dcb_error_set(err, EIO, "libmicrohttpd does not take the socket");
	}
	http->n_listeners++;
	r = watch(listener);
	return r < 0 ? dcb_error_sys(err, -r, "watching the socket") : 0;
}

void dcb_http_free(struct dcb_http *http)
{
	if (!http)
		return;
	dcb_http_streams_drop(http);
	for (size_t i = 0; i < http->n_listeners; i++)
		listener_deinit(&http->listeners[i]);
	free(http->listeners);
	sd_event_unref(http->event);
	free(http);
}

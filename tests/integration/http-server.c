// SPDX-License-Identifier: GPL-2.0-only
/*
 * A server for the script `http`: http-server SOCKET TCPPORT; tells what it was asked. "/stream"
 * sends what is POSTed to "/say" to all that follow; "/quit" ends the program.
 */
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/error.h"
#include "base/json.h"
#include "daemon/http.h"

#define MAX_STREAMS 128

static struct {
	sd_event *event;
	struct dcb_http *http;
	struct dcb_http_stream *streams[MAX_STREAMS];
	uint64_t id;
} server;

static void on_closed(void *context)
{
	*(struct dcb_http_stream **)context = NULL;
}

static int follow(struct dcb_http_response *response, struct dcb_error *err)
{
	for (size_t i = 0; i < MAX_STREAMS; i++)
		if (!server.streams[i]) {
			int r = dcb_http_stream_new(server.http, on_closed, &server.streams[i],
						    &server.streams[i], err);

			response->stream = server.streams[i];
			return r;
		}
	return dcb_error_set(err, EBUSY, "too many follow");
}

static void say(const char *text)
{
	server.id++;
	for (size_t i = 0; i < MAX_STREAMS; i++)
		if (server.streams[i])
			dcb_http_stream_send(server.streams[i], "said", server.id, text);
}

static int on_later(sd_event_source *source, uint64_t now_us, void *context)
{
	(void)source;
	(void)now_us;
	(void)context;
	say("later");
	return 0;
}

static int count_streams(void)
{
	int n = 0;

	for (size_t i = 0; i < MAX_STREAMS; i++)
		n += server.streams[i] != NULL;
	return n;
}

static int echo(const struct dcb_http_request *request, struct dcb_http_response *response,
		struct dcb_error *err)
{
	const char *q = dcb_http_query(request, "q"), *x = dcb_http_header(request, "X-Test");
	json_auto_t *object = json_pack("{s:s, s:s, s:s?, s:s?, s:I, s:b, s:i, s:i}", "method",
					request->method, "path", request->path, "q", q, "x", x,
					"size", (json_int_t)request->size, "local", request->local,
					"uid", (int)request->uid, "streams", count_streams());

	response->body = object ? dcb_json_line(object) : NULL;
	if (!response->body)
		return dcb_error_oom(err);
	response->size = strlen(response->body);
	return 0;
}

static int handle(void *context, const struct dcb_http_request *request,
		  struct dcb_http_response *response, struct dcb_error *err)
{
	(void)context;
	if (strcmp(request->path, "/stream") == 0)
		return follow(response, err);
	if (strcmp(request->path, "/say") == 0)
		say(request->body);
	/* When no request is under way. */
	if (strcmp(request->path, "/later") == 0)
		sd_event_add_time_relative(server.event, NULL, CLOCK_MONOTONIC, 300000, 0, on_later,
					   NULL);
	if (strcmp(request->path, "/quit") == 0)
		sd_event_exit(server.event, 0);
	if (strcmp(request->path, "/missing") == 0)
		return dcb_error_set(err, ENOENT, "no \"such\" thing");
	if (strcmp(request->path, "/usage") == 0)
		return dcb_error_usage(err, "say it better");
	if (strcmp(request->path, "/busy") == 0)
		return dcb_error_set(err, EBUSY, "not now");
	if (strcmp(request->path, "/failure") == 0)
		return dcb_error_set(err, EIO, "broken");
	if (strcmp(request->path, "/etag") == 0)
		response->etag = "\"v1\"";
	return echo(request, response, err);
}

static int listen_at(const struct sockaddr *address, socklen_t size)
{
	int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
	    bind(fd, address, size) < 0 || listen(fd, 64) < 0)
		return -1;
	return fd;
}

int main(int argc, char **argv)
{
	const struct dcb_http_options options = {.handler = handle, .timeout_s = 2};
	struct sockaddr_un local = {.sun_family = AF_UNIX};
	struct sockaddr_in loopback = {.sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct dcb_error err = DCB_ERROR_NULL;
	int r;

	if (argc != 3)
		return 2;
	signal(SIGPIPE, SIG_IGN);
	snprintf(local.sun_path, sizeof(local.sun_path), "%s", argv[1]);
	loopback.sin_port = htons((uint16_t)atoi(argv[2]));
	r = sd_event_new(&server.event);
	if (r >= 0)
		r = dcb_http_new(server.event, &options, &server.http, &err);
	if (r >= 0)
		r = dcb_http_listen(server.http,
				    listen_at((struct sockaddr *)&local, sizeof(local)), &err);
	if (r >= 0)
		r = dcb_http_listen(server.http,
				    listen_at((struct sockaddr *)&loopback, sizeof(loopback)),
				    &err);
	if (r >= 0) {
		puts("ready");
		fflush(stdout);
		r = sd_event_loop(server.event);
	}
	dcb_http_free(server.http);
	sd_event_unref(server.event);
	if (r < 0)
		fprintf(stderr, "http-server: %s\n", err.errnum ? err.message : strerror(-r));
	return r < 0;
}

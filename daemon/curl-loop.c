// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/curl-loop.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "base/error.h"

struct dcb_curl_loop {
	sd_event *event;
	CURLM *multi;
	sd_event_source *timer;
	void (*done)(void *context, CURL *curl, CURLcode code);
	void *context;
};

static void tell_done(struct dcb_curl_loop *loop)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(loop->multi, &left))) {
		CURL *curl = message->easy_handle;
		CURLcode code = message->data.result;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_multi_remove_handle(loop->multi, curl);
		loop->done(loop->context, curl, code);
	}
}

static void act(struct dcb_curl_loop *loop, curl_socket_t fd, int what)
{
	int running;

	curl_multi_socket_action(loop->multi, fd, what, &running);
	tell_done(loop);
}

static int on_ready(sd_event_source *source, int fd, uint32_t events, void *context)
{
	int what = 0;

	(void)source;
	what |= events & EPOLLIN ? CURL_CSELECT_IN : 0;
	what |= events & EPOLLOUT ? CURL_CSELECT_OUT : 0;
	what |= events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0;
	act(context, fd, what);
	return 0;
}

static int on_time(sd_event_source *source, uint64_t now_us, void *context)
{
	(void)source;
	(void)now_us;
	act(context, CURL_SOCKET_TIMEOUT, 0);
	return 0;
}

/* libcurl wants this descriptor watched otherwise, or no more. */
static int on_socket(CURL *curl, curl_socket_t fd, int what, void *context, void *socket)
{
	struct dcb_curl_loop *loop = context;
	sd_event_source *source = socket;
	uint32_t events = 0;

	(void)curl;
	if (what == CURL_POLL_REMOVE) {
		sd_event_source_disable_unref(source);
		curl_multi_assign(loop->multi, fd, NULL);
		return 0;
	}
	events |= what & CURL_POLL_IN ? EPOLLIN : 0u;
	events |= what & CURL_POLL_OUT ? EPOLLOUT : 0u;
	if (source)
		return sd_event_source_set_io_events(source, events) < 0 ? -1 : 0;
	if (sd_event_add_io(loop->event, &source, fd, events, on_ready, loop) < 0)
		return -1;
	curl_multi_assign(loop->multi, fd, source);
	return 0;
}

static int on_timer(CURLM *multi, long timeout_ms, void *context)
{
	struct dcb_curl_loop *loop = context;
	uint64_t now_us;

	(void)multi;
	if (timeout_ms < 0)
		return sd_event_source_set_enabled(loop->timer, SD_EVENT_OFF) < 0 ? -1 : 0;
	sd_event_now(loop->event, CLOCK_MONOTONIC, &now_us);
	if (sd_event_source_set_time(loop->timer, now_us + (uint64_t)timeout_ms * 1000) < 0)
		return -1;
	return sd_event_source_set_enabled(loop->timer, SD_EVENT_ONESHOT) < 0 ? -1 : 0;
}

int dcb_curl_loop_new(sd_event *event, void (*done)(void *context, CURL *curl, CURLcode code),
		      void *context, struct dcb_curl_loop **ret_loop, struct dcb_error *err)
{
	_cleanup_(dcb_curl_loop_freep) struct dcb_curl_loop *loop = calloc(1, sizeof(*loop));
	int r;

	if (!loop)
		return dcb_error_oom(err);
	loop->event = sd_event_ref(event);
	loop->done = done;
	loop->context = context;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return dcb_error_set(err, EIO, "libcurl cannot start");
	loop->multi = curl_multi_init();
	if (!loop->multi)
		return dcb_error_oom(err);
	r = sd_event_add_time(event, &loop->timer, CLOCK_MONOTONIC, 0, 1000, on_time, loop);
	if (r < 0)
		return dcb_error_sys(err, -r, "timer of libcurl");
	sd_event_source_set_enabled(loop->timer, SD_EVENT_OFF);
	curl_multi_setopt(loop->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(loop->multi, CURLMOPT_SOCKETDATA, loop);
	curl_multi_setopt(loop->multi, CURLMOPT_TIMERFUNCTION, on_timer);
	curl_multi_setopt(loop->multi, CURLMOPT_TIMERDATA, loop);
	*ret_loop = TAKE_PTR(loop);
	return 0;
}

void dcb_curl_loop_add(struct dcb_curl_loop *loop, CURL *curl)
{
	/* Its timer fires at once and starts the transfer. */
	curl_multi_add_handle(loop->multi, curl);
}

void dcb_curl_loop_remove(struct dcb_curl_loop *loop, CURL *curl)
{
	curl_multi_remove_handle(loop->multi, curl);
}

void dcb_curl_loop_free(struct dcb_curl_loop *loop)
{
	if (!loop)
		return;
	if (loop->multi)
		curl_multi_cleanup(loop->multi);
	sd_event_source_unref(loop->timer);
	sd_event_unref(loop->event);
	free(loop);
}

// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/follow.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "reports/text.h"

#define KEPT 1024 /* events, of all jobs */

struct event {
	uint64_t id; /* 0: none */
	int64_t job;
	char *name, *data;
};

struct follower {
	struct dcb_follow *follow;
	int64_t job;
	struct dcb_http_stream *stream;
	struct follower *next;
};

struct dcb_follow {
	struct event events[KEPT]; /* a ring by id */
	uint64_t last;
	struct follower *followers;
};

int dcb_follow_new(struct dcb_follow **ret_follow, struct dcb_error *err)
{
	struct dcb_follow *follow = calloc(1, sizeof(*follow));

	if (!follow)
		return dcb_error_oom(err);
	*ret_follow = follow;
	return 0;
}

void dcb_follow_free(struct dcb_follow *follow)
{
	if (!follow)
		return;
	for (size_t i = 0; i < KEPT; i++) {
		free(follow->events[i].name);
		free(follow->events[i].data);
	}
	free(follow);
}

static void on_closed(void *context)
{
	struct follower *follower = context, **link = &follower->follow->followers;

	while (*link && *link != follower)
		link = &(*link)->next;
	if (*link)
		*link = follower->next;
	free(follower);
}

static bool concerns(int64_t wanted, const struct event *event)
{
	return event->id && (wanted == 0 || wanted == event->job);
}

static void send_event(struct follower *follower, const struct event *event)
{
	_cleanup_free_ char *text = NULL, *line = NULL;
	json_auto_t *object = NULL;

	if (follower->job || strcmp(event->name, "progress") != 0) {
		dcb_http_stream_send(follower->stream, event->name, event->id, event->data);
		return;
	}
	line = dcb_text_utf8(event->data);
	object = line ? json_pack("{s:I, s:s}", "job", (json_int_t)event->job, "line", line) : NULL;
	text = object ? dcb_json_line(object) : NULL;
	if (text)
		dcb_http_stream_send(follower->stream, event->name, event->id, text);
}

int dcb_follow_add(struct dcb_follow *follow, struct dcb_http *http, int64_t job, uint64_t last_id,
		   struct dcb_http_stream **ret_stream, struct dcb_error *err)
{
	struct follower *follower = calloc(1, sizeof(*follower));
	uint64_t first = follow->last >= KEPT ? follow->last - KEPT + 1 : 1;
	int r;

	if (!follower)
		return dcb_error_oom(err);
	follower->follow = follow;
	follower->job = job;
	r = dcb_http_stream_new(http, on_closed, follower, &follower->stream, err);
	if (r < 0) {
		free(follower);
		return r;
	}
	follower->next = follow->followers;
	follow->followers = follower;
	for (uint64_t id = last_id >= first ? last_id + 1 : first; id <= follow->last; id++) {
		const struct event *event = &follow->events[id % KEPT];

		if (concerns(job, event))
			send_event(follower, event);
	}
	*ret_stream = follower->stream;
	return 0;
}

static const struct event *keep(struct dcb_follow *follow, int64_t job, const char *name,
				const char *data)
{
	struct event *event = &follow->events[++follow->last % KEPT];

	free(event->name);
	free(event->data);
	*event = (struct event){
		.id = follow->last, .job = job, .name = strdup(name), .data = strdup(data)};
	if (!event->name || !event->data)
		event->id = 0;
	return event;
}

void dcb_follow_say(struct dcb_follow *follow, int64_t job, const char *name, const char *data,
		    bool ended)
{
	const struct event *event = keep(follow, job, name, data);

	for (struct follower *follower = follow->followers; follower; follower = follower->next) {
		if (!concerns(follower->job, event))
			continue;
		send_event(follower, event);
		if (ended && follower->job)
			dcb_http_stream_end(follower->stream);
	}
}

uint64_t dcb_follow_newest(const struct dcb_follow *follow)
{
	return follow->last;
}

int dcb_follow_each_line(const struct dcb_follow *follow, int64_t job,
			 int (*each)(void *context, const char *line), void *context)
{
	uint64_t first = follow->last >= KEPT ? follow->last - KEPT + 1 : 1;

	for (uint64_t id = first; id <= follow->last; id++) {
		const struct event *event = &follow->events[id % KEPT];
		int r;

		if (!concerns(job, event) || strcmp(event->name, "progress") != 0)
			continue;
		r = each(context, event->data);
		if (r < 0)
			return r;
	}
	return 0;
}

const char *dcb_follow_last(const struct dcb_follow *follow, int64_t job)
{
	for (uint64_t i = 0; i < KEPT && i < follow->last; i++) {
		const struct event *event = &follow->events[(follow->last - i) % KEPT];

		if (concerns(job, event) && strcmp(event->name, "progress") == 0)
			return event->data;
	}
	return NULL;
}

/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * Who follows which job: server-sent events, "progress" with a line of the job, "state" with its
 * row as JSON. Who follows all jobs is told whose line it is: {"job": 7, "line": "..."}. A follower
 * that comes late gets the last lines first; one that lost its connection says the last id that it
 * has (Last-Event-ID) and misses nothing that is still kept.
 */

#include <stdint.h>

#include "base/cleanup.h"
#include "daemon/http.h"

struct dcb_error;
struct dcb_follow;

int dcb_follow_new(struct dcb_follow **ret_follow, struct dcb_error *err);
/* After the server is gone. */
void dcb_follow_free(struct dcb_follow *follow);
DEFINE_CLEANUP(struct dcb_follow *, dcb_follow_free)

/* job 0: all jobs. The stream belongs to the server. */
int dcb_follow_add(struct dcb_follow *follow, struct dcb_http *http, int64_t job, uint64_t last_id,
		   struct dcb_http_stream **ret_stream, struct dcb_error *err);
/* ended: no more will come of this job; those that follow only it are let go. */
void dcb_follow_say(struct dcb_follow *follow, int64_t job, const char *event, const char *data,
		    bool ended);
/* The id of the newest event: who has seen all that there is says it as the last. */
uint64_t dcb_follow_newest(const struct dcb_follow *follow);
/* The job's lines that are kept, oldest first. */
int dcb_follow_each_line(const struct dcb_follow *follow, int64_t job,
			 int (*each)(void *context, const char *line), void *context);
/* The job's last line, or NULL; valid until the next call. */
const char *dcb_follow_last(const struct dcb_follow *follow, int64_t job);

/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* libcurl's multi interface on sd-event (CURLMOPT_SOCKETFUNCTION(3), CURLMOPT_TIMERFUNCTION(3)). */

#include <curl/curl.h>
#include <systemd/sd-event.h>

#include "base/cleanup.h"

struct dcb_curl_loop;
struct dcb_error;

/* done() is called once for each handle that was added, from the loop; the handle is the caller's
 * again then, and may be cleaned up in it. */
int dcb_curl_loop_new(sd_event *event, void (*done)(void *context, CURL *curl, CURLcode code),
		      void *context, struct dcb_curl_loop **ret_loop, struct dcb_error *err);
void dcb_curl_loop_free(struct dcb_curl_loop *loop);
DEFINE_CLEANUP(struct dcb_curl_loop *, dcb_curl_loop_free)

void dcb_curl_loop_add(struct dcb_curl_loop *loop, CURL *curl);
/* Breaks it off; nothing where it was not added or is done. */
void dcb_curl_loop_remove(struct dcb_curl_loop *loop, CURL *curl);

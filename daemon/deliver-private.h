/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* Deliveries under way: their state (deliver.c) and their addresses (letter-address.c). */

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/random.h"
#include "daemon/curl-loop.h"
#include "daemon/deliver.h"

struct dcb_deliver_config;
struct dcb_store_delivery;

#define DCB_LETTER_MAX_SAID 4096

/* One letter under way. */
struct letter {
	struct dcb_deliver *deliver;
	int64_t id, attempts, created_us;
	char *target;
	bool later; /* its receiver answers with an id, and works on it later */
	bool asks;  /* goes to ask what came of it */
	CURL *curl;
	struct curl_slist *headers;
	char *body;
	char said[DCB_LETTER_MAX_SAID]; /* the beginning of the answer */
	size_t n_said;
	char curl_error[CURL_ERROR_SIZE];
	struct letter *next;
};

struct dcb_deliver {
	struct dcb_deliver_options options;
	struct dcb_curl_loop *loop;
	sd_event_source *timer;
	struct letter *letters;
	size_t n_letters;
	struct dcb_random random;
	int64_t held_until_us; /* nothing is sent before */
	int trouble;           /* errno of what was told; 0: all is well */
};

/* To its receiver; or, where that took it to work on it later, as a question what came of it. */
int dcb_letter_address(struct letter *letter, const struct dcb_store_delivery *row,
		       const struct dcb_deliver_config *config, struct dcb_error *err);

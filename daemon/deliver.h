/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * Empties the outbox (schema/jobs.h): POSTs each letter to its [deliver NAME], on the event loop,
 * by libcurl.
 *
 *   2xx                       delivered
 *   408, 425, 429, 5xx, no answer   tried again: after 10 s, then twice as long each time up to
 *                             6 hours, each wait drawn from its upper half (so that many labs do
 *                             not come at once); a Retry-After that asks for more is honoured, up
 *                             to a day; given up 7 days after it was written
 *   else                      dead: the receiver will not have it. Redirections are not followed:
 *                             the letter, and its token, go to the configured host or nowhere.
 *
 * KCIDB works on what it took later (daemon/kcidb-status.h): after a 2xx with an id the letter goes
 * on waiting, and each further attempt asks for that id, until it is processed (delivered) or
 * failed (dead, with what KCIDB says of it). A dead one that is retried is sent again.
 *
 * A letter may arrive twice (the answer can be lost), so it carries the key of its row as
 * Idempotency-Key. With secret-file it is signed as GitHub's webhooks are:
 * X-Hub-Signature-256: sha256=HMAC(body). With token-file: Authorization: Bearer.
 * Secrets are read from their files for each letter and stand in no log, row or argument list.
 */

#include <stdint.h>
#include <systemd/sd-event.h>

#include "base/cleanup.h"

struct dcb_config;
struct dcb_deliver;
struct dcb_error;
struct dcb_sink;
struct dcb_store;

struct dcb_deliver_options {
	sd_event *event;
	struct dcb_store *store;
	const struct dcb_config *config; /* borrowed until the next configure */
	const struct dcb_sink *sink;
	int64_t (*now_us)(void); /* Unix time; NULL: the clock's */
	uint64_t seed;           /* of the waits */
};

int dcb_deliver_new(const struct dcb_deliver_options *options, struct dcb_deliver **ret_deliver,
		    struct dcb_error *err);
/* What is under way is broken off; it is still in the outbox. */
void dcb_deliver_free(struct dcb_deliver *deliver);
DEFINE_CLEANUP(struct dcb_deliver *, dcb_deliver_free)

/* Looks for what is due: at start, after a job ended, after a retry was asked for. */
int dcb_deliver_kick(struct dcb_deliver *deliver, struct dcb_error *err);
void dcb_deliver_configure(struct dcb_deliver *deliver, const struct dcb_config *config);

/* Microseconds until the next attempt, after `attempts` of them; `draw`: 64 random bits;
 * retry_after_s < 0: not said. */
int64_t dcb_deliver_wait(int64_t attempts, uint64_t draw, int64_t retry_after_s);
/* "sha256=<hex>": HMAC-SHA256 (RFC 2104) of body under key. */
void dcb_deliver_sign(const void *key, size_t key_size, const void *body, size_t size,
		      char ret_text[72]);

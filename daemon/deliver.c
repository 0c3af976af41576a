// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/deliver.h"

#include <errno.h>
#include <inttypes.h>
#include <nettle/hmac.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/sink.h"
#include "daemon/config.h"
#include "daemon/deliver-private.h"
#include "daemon/kcidb-status.h"
#include "reports/text.h"
#include "schema/jobs.h"

#define AT_A_TIME     4
#define SECOND_US     INT64_C(1000000)
#define FIRST_US      (10 * SECOND_US)
#define LONGEST_US    (6 * 3600 * SECOND_US)
#define ASKED_US      (24 * 3600 * SECOND_US)
#define GIVE_UP_US    (7 * 24 * 3600 * SECOND_US)
#define UNKNOWN_AFTER (60 * SECOND_US)
#define HOLD_US       (10 * SECOND_US)

int64_t dcb_deliver_wait(int64_t attempts, uint64_t draw, int64_t retry_after_s)
{
	int64_t wait = LONGEST_US, asked;

	if (attempts < 12)
		wait = FIRST_US << (attempts > 0 ? attempts - 1 : 0);
	if (wait > LONGEST_US)
		wait = LONGEST_US;
	wait = wait / 2 + (int64_t)(draw % (uint64_t)(wait / 2 + 1));
	asked = retry_after_s > ASKED_US / SECOND_US ? ASKED_US : retry_after_s * SECOND_US;
	return asked > wait ? asked : wait;
}

void dcb_deliver_sign(const void *key, size_t key_size, const void *body, size_t size,
		      char ret_text[72])
{
	struct hmac_sha256_ctx hmac;
	uint8_t digest[SHA256_DIGEST_SIZE];

	hmac_sha256_set_key(&hmac, key_size, key);
	hmac_sha256_update(&hmac, size, body);
	hmac_sha256_digest(&hmac, sizeof(digest), digest);
	memcpy(ret_text, "sha256=", 8);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(ret_text + 7 + 2 * i, 3, "%02x", digest[i]);
}

/* ---- letters ---- */

static void letter_free(struct letter *letter)
{
	struct letter **link = &letter->deliver->letters;

	while (*link && *link != letter)
		link = &(*link)->next;
	if (*link) {
		*link = letter->next;
		letter->deliver->n_letters--;
	}
	if (letter->curl) {
		dcb_curl_loop_remove(letter->deliver->loop, letter->curl);
		curl_easy_cleanup(letter->curl);
	}
	curl_slist_free_all(letter->headers);
	free(letter->body);
	free(letter->target);
	free(letter);
}

DEFINE_CLEANUP(struct letter *, letter_free)

/* ---- what came of it ---- */

/* What came of a letter cannot be written: it would be sent again at once, and again. Told once for
 * each cause. */
static void hold(struct dcb_deliver *deliver, const struct dcb_error *err)
{
	if (deliver->trouble != err->errnum)
		dcb_sink_say(deliver->options.sink, "deliveries hold: %s", err->message);
	deliver->trouble = err->errnum;
	deliver->held_until_us = deliver->options.now_us() + HOLD_US;
}

static void note(struct dcb_deliver *deliver, int64_t id, const char *target,
		 enum dcb_delivery_state state, int64_t status, const char *error, int64_t when_us)
{
	struct dcb_error err = DCB_ERROR_NULL;
	int r;

	r = dcb_store_update_delivery(deliver->options.store, id, state, status, error, when_us,
				      &err);
	if (r >= 0 && deliver->trouble) {
		dcb_sink_say(deliver->options.sink, "deliveries go on");
		deliver->trouble = 0;
	}
	/* EBUSY: somebody else has changed it. */
	if (r == -EBUSY)
		dcb_sink_say(deliver->options.sink, "delivery %" PRId64 ": %s", id, err.message);
	else if (r < 0)
		hold(deliver, &err);
	else if (state == DCB_DELIVERY_DELIVERED)
		dcb_sink_say(deliver->options.sink, "delivery %" PRId64 " to %s: done", id, target);
	else
		dcb_sink_say(deliver->options.sink, "delivery %" PRId64 " to %s: %s%s", id, target,
			     error ? error : "failed",
			     state == DCB_DELIVERY_DEAD ? "; given up" : "");
}

static void again(struct dcb_deliver *deliver, const struct letter *letter, int64_t status,
		  const char *error, int64_t retry_after_s, int64_t now)
{
	int64_t wait = dcb_deliver_wait(letter->attempts + 1, dcb_random_next(&deliver->random),
					retry_after_s);

	if (now + wait - letter->created_us > GIVE_UP_US)
		note(deliver, letter->id, letter->target, DCB_DELIVERY_DEAD, status, error, now);
	else
		note(deliver, letter->id, letter->target, DCB_DELIVERY_WAITING, status, error,
		     now + wait);
}

static bool is_passing(long status)
{
	return status == 408 || status == 425 || status == 429 || status >= 500;
}

/* "503 Service busy": the first line of what the receiver said. */
static void describe(const struct letter *letter, long status, char *text, size_t size)
{
	_cleanup_free_ char *said = strndup(letter->said, strcspn(letter->said, "\r\n"));
	_cleanup_free_ char *clean = said ? dcb_text_printable(said) : NULL;

	snprintf(text, size, "HTTP %ld%s%.200s%s", status, clean && *clean ? ": " : "",
		 clean ? clean : "",
		 status >= 300 && status < 400 ? " (redirections are not followed: change url)"
					       : "");
}

/* It is with its receiver: from now on its id is asked for. */
static void accept_letter(struct dcb_deliver *deliver, const struct letter *letter,
			  const char *remote_id, int64_t status, int64_t now)
{
	struct dcb_error err = DCB_ERROR_NULL;
	int64_t wait = dcb_deliver_wait(1, dcb_random_next(&deliver->random), -1);

	if (dcb_store_accept_delivery(deliver->options.store, letter->id, remote_id, status,
				      now + wait, &err) < 0)
		dcb_sink_say(deliver->options.sink, "delivery %" PRId64 ": %s", letter->id,
			     err.message);
	else
		dcb_sink_say(deliver->options.sink, "delivery %" PRId64 " to %s: taken as %s",
			     letter->id, letter->target, remote_id);
}

static void on_taken(struct dcb_deliver *deliver, const struct letter *letter, long status,
		     int64_t now)
{
	_cleanup_free_ char *id = letter->later ? dcb_kcidb_read_id(letter->said) : NULL;

	if (id)
		accept_letter(deliver, letter, id, status, now);
	else
		note(deliver, letter->id, letter->target, DCB_DELIVERY_DELIVERED, status, NULL,
		     now);
}

static void on_answer(struct dcb_deliver *deliver, const struct letter *letter, long status,
		      int64_t retry_after_s, int64_t now)
{
	char text[320];

	describe(letter, status, text, sizeof(text));
	if (is_passing(status))
		again(deliver, letter, status, text, retry_after_s, now);
	else
		note(deliver, letter->id, letter->target, DCB_DELIVERY_DEAD, status, text, now);
}

/* An id that is not found is asked for again: it may be on its way from one place to another. */
static void on_told(struct dcb_deliver *deliver, const struct letter *letter, long status,
		    int64_t retry_after_s, int64_t now)
{
	_cleanup_free_ char *text = NULL;
	bool answered = (status >= 200 && status < 300) || status == 404;
	enum dcb_kcidb_state state = dcb_kcidb_read_status(letter->said, &text);

	if (!answered || (status == 404 && !text))
		on_answer(deliver, letter, status, retry_after_s, now);
	else if (state == DCB_KCIDB_PROCESSED)
		note(deliver, letter->id, letter->target, DCB_DELIVERY_DELIVERED, status, NULL,
		     now);
	else if (state == DCB_KCIDB_FAILED)
		note(deliver, letter->id, letter->target, DCB_DELIVERY_DEAD, status, text, now);
	else
		again(deliver, letter, status, text ? text : "no status in the answer",
		      retry_after_s, now);
}

static void on_done(void *context, CURL *curl, CURLcode code)
{
	struct dcb_deliver *deliver = context;
	struct letter *letter = NULL;
	curl_off_t retry_after = 0;
	int64_t now = deliver->options.now_us();
	char text[320];
	long status = 0;

	curl_easy_getinfo(curl, CURLINFO_PRIVATE, (char **)&letter);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &retry_after);
	DCB_FAULT("letter-answered");
	if (retry_after <= 0)
		retry_after = -1;
	if (code != CURLE_OK) {
		snprintf(text, sizeof(text), "%.300s",
			 *letter->curl_error ? letter->curl_error : curl_easy_strerror(code));
		again(deliver, letter, 0, text, -1, now);
	} else if (letter->asks) {
		on_told(deliver, letter, status, retry_after, now);
	} else if (status >= 200 && status < 300) {
		on_taken(deliver, letter, status, now);
	} else {
		on_answer(deliver, letter, status, retry_after, now);
	}
	DCB_FAULT("letter-noted");
	letter_free(letter);
	dcb_deliver_kick(deliver, NULL);
}

/* ---- what is due ---- */

static const struct dcb_deliver_config *find_target(const struct dcb_config *config,
						    const char *name)
{
	for (size_t i = 0; i < config->n_deliveries; i++)
		if (strcmp(config->deliveries[i].name, name) == 0)
			return &config->deliveries[i];
	return NULL;
}

static bool is_under_way(const struct dcb_deliver *deliver, int64_t id)
{
	for (const struct letter *letter = deliver->letters; letter; letter = letter->next)
		if (letter->id == id)
			return true;
	return false;
}

static struct letter *letter_new(struct dcb_deliver *deliver, const struct dcb_store_delivery *row)
{
	struct letter *letter = calloc(1, sizeof(*letter));

	if (!letter)
		return NULL;
	letter->deliver = deliver;
	letter->id = row->id;
	letter->attempts = row->attempts;
	letter->created_us = row->created_us;
	letter->target = strdup(row->target);
	letter->body = malloc(row->size + 1);
	letter->curl = curl_easy_init();
	letter->next = deliver->letters;
	deliver->letters = letter;
	deliver->n_letters++;
	if (!letter->target || !letter->body || !letter->curl) {
		letter_free(letter);
		return NULL;
	}
	memcpy(letter->body, row->body ? row->body : "", row->size);
	return letter;
}

/* Rows to send are gathered first: their results change the table that is being read. */
struct batch {
	struct dcb_deliver *deliver;
	struct letter *letters[AT_A_TIME];
	struct {
		int64_t id;
		char target[65];
	} unknown[AT_A_TIME];
	struct {
		struct letter *letter;
		char text[200];
	} failed[AT_A_TIME];
	size_t n_letters, n_unknown, n_failed;
};

static int take(void *context, const struct dcb_store_delivery *row)
{
	struct batch *batch = context;
	struct dcb_deliver *deliver = batch->deliver;
	const struct dcb_deliver_config *config;
	struct dcb_error err = DCB_ERROR_NULL;
	struct letter *letter;

	if (is_under_way(deliver, row->id) || deliver->n_letters >= AT_A_TIME ||
	    batch->n_unknown == AT_A_TIME || batch->n_failed == AT_A_TIME)
		return 0;
	config = find_target(deliver->options.config, row->target);
	if (!config) {
		batch->unknown[batch->n_unknown].id = row->id;
		snprintf(batch->unknown[batch->n_unknown++].target, 65, "%s", row->target);
		return 0;
	}
	letter = letter_new(deliver, row);
	if (!letter)
		return -ENOMEM;
	if (dcb_letter_address(letter, row, config, &err) < 0) {
		batch->failed[batch->n_failed].letter = letter;
		snprintf(batch->failed[batch->n_failed++].text, 200, "%.199s", err.message);
	} else {
		batch->letters[batch->n_letters++] = letter;
	}
	return 0;
}

static int arm(struct dcb_deliver *deliver, struct dcb_error *err)
{
	int64_t next_us, now = deliver->options.now_us();
	uint64_t loop_us;
	int r;

	r = dcb_store_next_delivery(deliver->options.store, &next_us, err);
	if (r < 0)
		return r;
	if (next_us && next_us < deliver->held_until_us)
		next_us = deliver->held_until_us;
	/* While all hands are busy, the next end looks again. */
	if (!next_us || deliver->n_letters >= AT_A_TIME ||
	    (next_us <= now && deliver->n_letters > 0))
		return sd_event_source_set_enabled(deliver->timer, SD_EVENT_OFF);
	sd_event_now(deliver->options.event, CLOCK_BOOTTIME, &loop_us);
	sd_event_source_set_time(deliver->timer,
				 loop_us + (next_us > now ? (uint64_t)(next_us - now) : 0));
	return sd_event_source_set_enabled(deliver->timer, SD_EVENT_ONESHOT);
}

int dcb_deliver_kick(struct dcb_deliver *deliver, struct dcb_error *err)
{
	int64_t now = deliver->options.now_us();
	struct batch batch = {.deliver = deliver};
	int r;

	if (now < deliver->held_until_us)
		return arm(deliver, err);
	r = dcb_store_each_due_delivery(deliver->options.store, now, 4 * AT_A_TIME, take, &batch,
					err);
	if (batch.n_letters)
		DCB_FAULT("letter-unsent");
	for (size_t i = 0; i < batch.n_letters; i++)
		dcb_curl_loop_add(deliver->loop, batch.letters[i]->curl);
	for (size_t i = 0; i < batch.n_failed; i++) {
		again(deliver, batch.failed[i].letter, 0, batch.failed[i].text, -1, now);
		letter_free(batch.failed[i].letter);
	}
	/* The section may come back with the next reload. */
	for (size_t i = 0; i < batch.n_unknown; i++)
		note(deliver, batch.unknown[i].id, batch.unknown[i].target, DCB_DELIVERY_WAITING, 0,
		     "the configuration has no such [deliver] section", now + UNKNOWN_AFTER);
	return r < 0 ? r : arm(deliver, err);
}

static int on_time(sd_event_source *source, uint64_t now_us, void *context)
{
	(void)source;
	(void)now_us;
	dcb_deliver_kick(context, NULL);
	return 0;
}

void dcb_deliver_configure(struct dcb_deliver *deliver, const struct dcb_config *config)
{
	deliver->options.config = config;
	dcb_deliver_kick(deliver, NULL);
}

int dcb_deliver_new(const struct dcb_deliver_options *options, struct dcb_deliver **ret_deliver,
		    struct dcb_error *err)
{
	_cleanup_(dcb_deliver_freep) struct dcb_deliver *deliver = calloc(1, sizeof(*deliver));
	int r;

	if (!deliver)
		return dcb_error_oom(err);
	deliver->options = *options;
	if (!deliver->options.now_us)
		deliver->options.now_us = dcb_clock_unix_us;
	deliver->random.state = options->seed;
	r = dcb_curl_loop_new(options->event, on_done, deliver, &deliver->loop, err);
	if (r < 0)
		return r;
	r = sd_event_add_time(options->event, &deliver->timer, CLOCK_BOOTTIME, 0, 0, on_time,
			      deliver);
	if (r < 0)
		return dcb_error_sys(err, -r, "timer of deliveries");
	sd_event_source_set_enabled(deliver->timer, SD_EVENT_OFF);
	*ret_deliver = TAKE_PTR(deliver);
	return 0;
}

void dcb_deliver_free(struct dcb_deliver *deliver)
{
	if (!deliver)
		return;
	while (deliver->letters)
		letter_free(deliver->letters);
	dcb_curl_loop_free(deliver->loop);
	sd_event_source_unref(deliver->timer);
	free(deliver);
}

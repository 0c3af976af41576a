// SPDX-License-Identifier: GPL-2.0-only
/*
 * Deliveries by the word of the script `deliver`: deliver-run DB CONFIG. Lines on standard input:
 *   put KEY TARGET BODY | retry KEY | advance SECONDS (the clock) | list | quit
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/error.h"
#include "base/json.h"
#include "base/sink.h"
#include "daemon/config.h"
#include "daemon/deliver.h"
#include "schema/jobs.h"
#include "schema/store.h"

static int64_t ahead_us;

static int64_t now_us(void)
{
	struct timespec time;

	clock_gettime(CLOCK_REALTIME, &time);
	return time.tv_sec * INT64_C(1000000) + time.tv_nsec / 1000 + ahead_us;
}

struct program {
	sd_event *event;
	struct dcb_store *store;
	struct dcb_deliver *deliver;
};

static void say(void *context, const char *text)
{
	(void)context;
	printf("log %s\n", text);
	fflush(stdout);
}

static int list_one(void *context, const struct dcb_store_delivery *row)
{
	return json_array_append_new(
		context,
		json_pack("{s:s, s:s, s:I, s:I, s:s?, s:s?, s:I}", "key", row->key, "state",
			  dcb_delivery_state_name(row->state), "attempts",
			  (json_int_t)row->attempts, "status", (json_int_t)row->status, "error",
			  row->error, "remote_id", row->remote_id, "wait_s",
			  (json_int_t)(row->next_us ? (row->next_us - now_us()) / 1000000 : -1)));
}

static void list(struct program *program)
{
	json_auto_t *rows = json_array();
	_cleanup_free_ char *text = NULL;

	dcb_store_each_delivery(program->store, 0, 1000, list_one, rows, NULL);
	text = dcb_json_line(rows);
	printf("list %s\n", text ? text : "");
	fflush(stdout);
}

static void put(struct program *program, char *words)
{
	char *key = strtok(words, " "), *target = strtok(NULL, " "), *body = strtok(NULL, "");
	const struct dcb_store_delivery row = {.target = target,
					       .event = "finished",
					       .key = key,
					       .content_type = "application/json",
					       .body = body ? body : "",
					       .size = body ? strlen(body) : 0,
					       .created_us = now_us()};
	struct dcb_error err = DCB_ERROR_NULL;

	if (dcb_store_put_delivery(program->store, &row, &err) < 0)
		fprintf(stderr, "deliver-run: %s\n", err.message);
	dcb_deliver_kick(program->deliver, NULL);
}

struct wanted {
	const char *key;
	int64_t id;
};

static int find_one(void *context, const struct dcb_store_delivery *row)
{
	struct wanted *wanted = context;

	if (strcmp(row->key, wanted->key) == 0)
		wanted->id = row->id;
	return 0;
}

static void retry(struct program *program, const char *key)
{
	struct wanted wanted = {key, 0};
	struct dcb_error err = DCB_ERROR_NULL;

	dcb_store_each_delivery(program->store, 0, 1000, find_one, &wanted, NULL);
	if (dcb_store_retry_delivery(program->store, wanted.id, now_us(), &err) < 0)
		fprintf(stderr, "deliver-run: %s\n", err.message);
	dcb_deliver_kick(program->deliver, NULL);
}

static int on_line(sd_event_source *source, int fd, uint32_t events, void *context)
{
	struct program *program = context;
	char line[4096];

	(void)source;
	(void)fd;
	(void)events;
	if (!fgets(line, sizeof(line), stdin))
		return sd_event_exit(program->event, 0);
	line[strcspn(line, "\n")] = '\0';
	if (strncmp(line, "put ", 4) == 0)
		put(program, line + 4);
	else if (strncmp(line, "retry ", 6) == 0)
		retry(program, line + 6);
	else if (strncmp(line, "advance ", 8) == 0) {
		ahead_us += strtoll(line + 8, NULL, 10) * 1000000;
		dcb_deliver_kick(program->deliver, NULL);
	} else if (strcmp(line, "list") == 0)
		list(program);
	else
		return sd_event_exit(program->event, 0);
	return 0;
}

int main(int argc, char **argv)
{
	const struct dcb_sink sink = {.line = say};
	_cleanup_(dcb_config_freep) struct dcb_config *config = NULL;
	_cleanup_(dcb_store_closep) struct dcb_store *store = NULL;
	struct program program = {0};
	struct dcb_deliver_options options = {.sink = &sink, .now_us = now_us, .seed = 1};
	struct dcb_error err = DCB_ERROR_NULL;
	int r;

	if (argc != 3)
		return 2;
	signal(SIGPIPE, SIG_IGN);
	setvbuf(stdin, NULL, _IONBF, 0);
	r = sd_event_new(&program.event);
	if (r >= 0)
		r = dcb_config_load(argv[2], &config, &err);
	if (r >= 0)
		r = dcb_store_open(argv[1], DCB_STORE_WRITE, &store, &err);
	program.store = store;
	options.event = program.event;
	options.store = store;
	options.config = config;
	if (r >= 0)
		r = dcb_deliver_new(&options, &program.deliver, &err);
	if (r >= 0)
		r = dcb_deliver_kick(program.deliver, &err);
	if (r >= 0)
		r = sd_event_add_io(program.event, NULL, 0, EPOLLIN, on_line, &program);
	if (r >= 0)
		r = sd_event_loop(program.event);
	dcb_deliver_free(program.deliver);
	sd_event_unref(program.event);
	if (r < 0)
		fprintf(stderr, "deliver-run: %s\n", err.errnum ? err.message : strerror(-r));
	return r < 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * A queue by the word of the script `queue`: queue-run DB CONFIG PROGRAM. Lines on standard input:
 *   submit LABEL PRIORITY PLAN | cancel ID | list | stop | quit
 * A job is run by `PROGRAM DB ID`.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/error.h"
#include "base/json.h"
#include "base/sink.h"
#include "daemon/config.h"
#include "daemon/queue.h"
#include "schema/store.h"

struct program {
	sd_event *event;
	struct dcb_store *store;
	struct dcb_queue *queue;
};

static void say(void *context, const char *text)
{
	(void)context;
	printf("log %s\n", text);
	fflush(stdout);
}

static void on_changed(void *context, int64_t job)
{
	(void)context;
	printf("changed %" PRId64 "\n", job);
	fflush(stdout);
}

static void on_progress(void *context, int64_t job, const char *line)
{
	(void)context;
	printf("progress %" PRId64 " %s\n", job, line);
	fflush(stdout);
}

static void on_died(void *context)
{
	(void)context;
}

static void on_idle(void *context)
{
	struct program *program = context;

	say(NULL, "idle");
	sd_event_exit(program->event, 0);
}

static int finish(void *context, int64_t job, const char *owner, enum dcb_job_state state,
		  const char *reason, struct dcb_error *err)
{
	struct program *program = context;

	return dcb_store_finish_job(program->store, job, owner, state, reason, 1, NULL, 0, err);
}

static int list_one(void *context, const struct dcb_store_job *job)
{
	return json_array_append_new(
		context, json_pack("{s:I, s:s, s:s?, s:I, s:s}", "id", (json_int_t)job->id, "state",
				   dcb_job_state_name(job->state), "reason", job->reason,
				   "attempts", (json_int_t)job->attempts, "label", job->label));
}

static void command(struct program *program, char *line)
{
	char *word = strtok(line, " "), *label, *priority;
	struct dcb_error err = DCB_ERROR_NULL;
	int64_t id;
	int r = 0;

	if (!word || strcmp(word, "quit") == 0) {
		sd_event_exit(program->event, 0);
	} else if (strcmp(word, "submit") == 0) {
		label = strtok(NULL, " ");
		priority = strtok(NULL, " ");
		r = dcb_store_submit_job(program->store,
					 &(struct dcb_store_job){.label = label,
								 .priority = atoi(priority),
								 .submitter = "test",
								 .plan = strtok(NULL, ""),
								 .created_us = 1},
					 &id, &err);
		if (r >= 0) {
			printf("submitted %" PRId64 "\n", id);
			dcb_queue_kick(program->queue);
		}
	} else if (strcmp(word, "cancel") == 0) {
		r = dcb_queue_cancel(program->queue, atoi(strtok(NULL, " ")), "by test", &err);
	} else if (strcmp(word, "stop") == 0) {
		dcb_queue_stop(program->queue);
	} else {
		json_auto_t *rows = json_array();
		_cleanup_free_ char *text = NULL;

		r = dcb_store_each_job(program->store, 0, 1000, list_one, rows, &err);
		text = dcb_json_line(rows);
		printf("list %s\n", text ? text : "");
	}
	if (r < 0)
		printf("error %s\n", err.message);
	fflush(stdout);
}

static int on_line(sd_event_source *source, int fd, uint32_t events, void *context)
{
	struct program *program = context;
	char line[8192];

	(void)source;
	(void)fd;
	(void)events;
	if (!fgets(line, sizeof(line), stdin))
		return sd_event_exit(program->event, 0);
	line[strcspn(line, "\n")] = '\0';
	command(program, line);
	return 0;
}

int main(int argc, char **argv)
{
	const struct dcb_sink sink = {.line = say};
	_cleanup_(dcb_config_freep) struct dcb_config *config = NULL;
	_cleanup_(dcb_store_closep) struct dcb_store *store = NULL;
	struct program program = {0};
	char *words[] = {argc == 4 ? argv[3] : NULL, argv[1], NULL};
	struct dcb_queue_options options = {.sink = &sink,
					    .job_argv = words,
					    .finish = finish,
					    .changed = on_changed,
					    .progress = on_progress,
					    .died = on_died,
					    .idle = on_idle,
					    .context = &program};
	struct dcb_error err = DCB_ERROR_NULL;
	int r;

	if (argc != 4)
		return 2;
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
		r = dcb_queue_new(&options, &program.queue, &err);
	if (r >= 0) {
		dcb_queue_recover(program.queue);
		dcb_queue_kick(program.queue);
	}
	if (r >= 0)
		r = sd_event_add_io(program.event, NULL, 0, EPOLLIN, on_line, &program);
	if (r >= 0)
		r = sd_event_loop(program.event);
	dcb_queue_free(program.queue);
	sd_event_unref(program.event);
	if (r < 0)
		fprintf(stderr, "queue-run: %s\n", err.errnum ? err.message : strerror(-r));
	return r < 0;
}

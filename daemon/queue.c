// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/queue.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/sysinfo.h>

#include "base/error.h"
#include "base/fault.h"
#include "base/file.h"
#include "base/process.h"
#include "base/sink.h"
#include "daemon/config.h"
#include "lab/owner.h"
#include "lab/plan.h"
#include "machines/machine.h"

#define GRACE_US      (20 * UINT64_C(1000000)) /* from SIGTERM to SIGKILL */
#define STRANGER_US   UINT64_C(500000)
#define FIRST_HOLD_US UINT64_C(2000000)
#define MOST_HOLD_US  (60 * UINT64_C(1000000))

/* What a job takes of the host. */
struct cost {
	bool alone;
	int64_t cpus, memory;
};

struct child {
	struct dcb_queue *queue;
	int64_t job;
	struct cost cost;
	struct dcb_process process;
	int out_fd;
	sd_event_source *out, *end, *grace;
	char line[512], last[512]; /* last: the last whole one */
	size_t n_line;
	bool cancelled, stopped;
	char *reason; /* of the cancel */
	struct child *next;
};

struct dcb_queue {
	struct dcb_queue_options options;
	struct child *children;
	size_t n_children;
	bool stopping;
	sd_event_source *strangers; /* a timer */
	sd_event_source *held;      /* a timer while nothing is tried */
	uint64_t hold_us;           /* of the last hold */
	int trouble;                /* errno of what was told; 0: all is well */
};

/* ---- rows ---- */

struct row {
	int64_t id, run, attempts;
	enum dcb_job_state state;
	char *plan, *owner, *reason;
	bool there;
};

static void row_deinit(struct row *row)
{
	free(row->plan);
	free(row->owner);
	free(row->reason);
}

static int keep_row(struct row *row, const struct dcb_store_job *job)
{
	row->id = job->id;
	row->run = job->run;
	row->attempts = job->attempts;
	row->state = job->state;
	row->there = true;
	row->plan = strdup(job->plan);
	row->owner = job->owner ? strdup(job->owner) : NULL;
	row->reason = job->reason ? strdup(job->reason) : NULL;
	return row->plan && (row->owner || !job->owner) && (row->reason || !job->reason) ? 0
											 : -ENOMEM;
}

static int keep(void *context, const struct dcb_store_job *job)
{
	return keep_row(context, job);
}

static struct child *find_child(const struct dcb_queue *queue, int64_t job)
{
	struct child *child = queue->children;

	while (child && child->job != job)
		child = child->next;
	return child;
}

struct search {
	const struct dcb_queue *queue;
	struct row *row;
};

/* The first that has no process yet: one that has may not have claimed its job yet. */
static int keep_first(void *context, const struct dcb_store_job *job)
{
	struct search *search = context;

	if (search->row->there || find_child(search->queue, job->id))
		return 0;
	return keep_row(search->row, job);
}

static void say(const struct dcb_queue *queue, int64_t job, int64_t run, const char *what,
		const char *more)
{
	dcb_sink_say_about(queue->options.sink, &(struct dcb_about){.job = job, .run = run},
			   "job %" PRId64 ": %s%s%s", job, what, more ? ": " : "",
			   more ? more : "");
}

/* owner: NULL for one that is queued. */
static int finish(struct dcb_queue *queue, const struct row *row, const char *owner,
		  enum dcb_job_state state, const char *reason, struct dcb_error *err)
{
	const struct dcb_queue_options *options = &queue->options;
	int r;

	r = options->finish(options->context, row->id, owner, state, reason, err);
	if (r < 0)
		return dcb_error_wrap(err, "storing the end of job %" PRId64, row->id);
	say(queue, row->id, row->run, dcb_job_state_name(state), reason);
	options->changed(options->context, row->id);
	return 0;
}

/* ---- trouble ---- */

static int on_held(sd_event_source *source, uint64_t now_us, void *context)
{
	struct dcb_queue *queue = context;

	(void)source;
	(void)now_us;
	queue->held = sd_event_source_disable_unref(queue->held);
	dcb_queue_recover(queue);
	dcb_queue_kick(queue);
	return 0;
}

/* Told once for each cause, however often it is met. */
static void hold(struct dcb_queue *queue, int errnum, const char *why)
{
	if (queue->trouble != errnum)
		dcb_sink_say(queue->options.sink, "the queue holds: %s", why);
	queue->trouble = errnum;
	if (queue->held || queue->stopping)
		return;
	queue->hold_us = queue->hold_us ? queue->hold_us * 2 : FIRST_HOLD_US;
	if (queue->hold_us > MOST_HOLD_US)
		queue->hold_us = MOST_HOLD_US;
	sd_event_add_time_relative(queue->options.event, &queue->held, CLOCK_MONOTONIC,
				   queue->hold_us, 0, on_held, queue);
}

/* A job ended as jobs do. */
static void go_on(struct dcb_queue *queue)
{
	if (!queue->trouble)
		return;
	dcb_sink_say(queue->options.sink, "the queue goes on");
	queue->trouble = 0;
	queue->hold_us = 0;
	queue->held = sd_event_source_disable_unref(queue->held);
}

/* ---- what fits ---- */

static int read_cost(const struct row *row, struct cost *ret_cost, struct dcb_error *err)
{
	_cleanup_(dcb_plan_deinit) struct dcb_plan plan;
	int r;

	r = dcb_plan_parse(&plan, row->plan, err);
	if (r < 0)
		return r;
	*ret_cost = (struct cost){
		.alone = !plan.ops->parallel,
		/* icount has one thread for all of a guest's CPUs. */
		.cpus = plan.jobs * (plan.ops->exact ? 1 : plan.cpus),
		.memory = plan.jobs * plan.memory,
	};
	return 0;
}

static bool fits(const struct dcb_queue *queue, const struct cost *cost)
{
	const struct dcb_config *config = queue->options.config;
	int64_t cpus = config->cpus, memory = config->memory;
	struct sysinfo info;

	if (!queue->children)
		return true;
	if (cost->alone)
		return false;
	if (!cpus)
		cpus = get_nprocs();
	if (!memory && sysinfo(&info) == 0)
		memory = (int64_t)(info.totalram / 4 * 3) * info.mem_unit;
	for (const struct child *child = queue->children; child; child = child->next) {
		if (child->cost.alone)
			return false;
		cpus -= child->cost.cpus;
		memory -= child->cost.memory;
	}
	return cost->cpus <= cpus && cost->memory <= memory;
}

/* ---- processes ---- */

static void child_free(struct child *child)
{
	struct child **link = &child->queue->children;

	while (*link && *link != child)
		link = &(*link)->next;
	if (*link) {
		*link = child->next;
		child->queue->n_children--;
	}
	sd_event_source_disable_unref(child->out);
	sd_event_source_disable_unref(child->end);
	sd_event_source_disable_unref(child->grace);
	if (child->out_fd >= 0)
		close(child->out_fd);
	dcb_process_deinit(&child->process);
	free(child->reason);
	free(child);
}

static void take_line(struct child *child)
{
	const struct dcb_queue_options *options = &child->queue->options;

	child->line[child->n_line] = '\0';
	if (child->n_line) {
		memcpy(child->last, child->line, child->n_line + 1);
		options->progress(options->context, child->job, child->line);
	}
	child->n_line = 0;
}

enum more {
	MORE,
	LATER,
	END,
};

/* What is too long for a line is cut. */
static enum more read_out(struct child *child)
{
	char data[4096];
	ssize_t n = read(child->out_fd, data, sizeof(data));

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? LATER : END;
	for (ssize_t i = 0; i < n; i++) {
		if (data[i] == '\n')
			take_line(child);
		else if (child->n_line < sizeof(child->line) - 1)
			child->line[child->n_line++] = data[i];
	}
	return n > 0 ? MORE : END;
}

static int on_out(sd_event_source *source, int fd, uint32_t events, void *context)
{
	struct child *child = context;

	(void)fd;
	(void)events;
	if (read_out(child) == END)
		sd_event_source_set_enabled(source, SD_EVENT_OFF);
	return 0;
}

static void describe(const struct dcb_exit *end, char *text, size_t size)
{
	if (end->signal)
		snprintf(text, size, "its process was killed by signal %d", end->signal);
	else
		snprintf(text, size, "its process ended with code %d", end->code);
}

static int requeue(struct child *child, const struct row *row, const char *why, bool counts,
		   struct dcb_error *err)
{
	const struct dcb_queue_options *options = &child->queue->options;
	const char *reason = child->stopped ? "dcbenchd stopped" : why;
	int r;

	DCB_FAULT("requeue-before");
	r = dcb_store_requeue_job(options->store, row->id, row->owner, reason,
				  counts && !child->stopped, err);
	if (r < 0)
		return r;
	DCB_FAULT("requeue-stored");
	if (!child->queue->trouble)
		say(child->queue, row->id, row->run, "queued again", reason);
	options->changed(options->context, row->id);
	return 0;
}

/* Killed before it could claim its job. */
static int count_attempt(struct dcb_queue *queue, const struct row *row, const char *why,
			 struct dcb_error *err)
{
	const struct dcb_queue_options *options = &queue->options;
	int r;

	if (row->attempts + 1 >= options->config->attempts)
		return finish(queue, row, NULL, DCB_JOB_FAILED, why, err);
	r = dcb_store_count_attempt(options->store, row->id, err);
	if (r < 0)
		return r;
	say(queue, row->id, row->run, "queued again", why);
	options->changed(options->context, row->id);
	return 0;
}

/* The errno of a process that found no room, or 0. */
static int exit_trouble(const struct dcb_exit *end)
{
	if (end->signal)
		return 0;
	return end->code == DCB_JOB_EXIT_NO_SPACE    ? ENOSPC
	       : end->code == DCB_JOB_EXIT_READ_ONLY ? EROFS
						     : 0;
}

/* The process is gone and the row is as it left it. */
static int settle(struct child *child, const struct row *row, const struct dcb_exit *end,
		  struct dcb_error *err)
{
	struct dcb_queue *queue = child->queue;
	const struct dcb_queue_options *options = &queue->options;
	bool queued = row->state == DCB_JOB_QUEUED, running = row->state == DCB_JOB_RUNNING;
	int trouble = exit_trouble(end);
	char why[96];

	if (!queued && !running) {
		go_on(queue);
		say(queue, row->id, row->run, dcb_job_state_name(row->state), row->reason);
		options->changed(options->context, row->id);
		return 0;
	}
	options->died(options->context);
	describe(end, why, sizeof(why));
	if (child->cancelled)
		return finish(queue, row, row->owner, DCB_JOB_CANCELLED, child->reason, err);
	if (trouble)
		hold(queue, trouble, child->last);
	if (queued && (child->stopped || trouble))
		return 0;
	if (queued && end->signal)
		return count_attempt(queue, row, why, err);
	if (queued)
		/* It could not even claim its job: trying again would not end. */
		return finish(queue, row, NULL, DCB_JOB_FAILED, why, err);
	if (trouble)
		return requeue(child, row, child->last, false, err);
	if (!child->stopped && row->attempts >= options->config->attempts)
		return finish(queue, row, row->owner, DCB_JOB_FAILED, why, err);
	return requeue(child, row, why, true, err);
}

static int on_end(sd_event_source *source, int fd, uint32_t events, void *context)
{
	struct child *child = context;
	struct dcb_queue *queue = child->queue;
	_cleanup_(row_deinit) struct row row = {0};
	struct dcb_error err = DCB_ERROR_NULL;
	struct dcb_exit end = {0};

	(void)source;
	(void)fd;
	(void)events;
	if (dcb_process_wait(&child->process, 0, &end) == -ETIMEDOUT)
		return 0;
	DCB_FAULT("job-ended");
	/* What it said last. Its children may hold the pipe open: no waiting for its end. */
	while (read_out(child) == MORE)
		;
	take_line(child);
	if (dcb_store_get_job(queue->options.store, child->job, keep, &row, &err) < 0 ||
	    settle(child, &row, &end, &err) < 0)
		hold(queue, err.errnum, err.message);
	child_free(child);
	if (!queue->stopping)
		dcb_queue_kick(queue);
	else if (!queue->children)
		queue->options.idle(queue->options.context);
	return 0;
}

static int on_grace(sd_event_source *source, uint64_t now_us, void *context)
{
	struct child *child = context;

	(void)source;
	(void)now_us;
	say(child->queue, child->job, 0, "does not stop: killed", NULL);
	dcb_process_signal(&child->process, SIGKILL);
	return 0;
}

static void ask_to_stop(struct child *child)
{
	dcb_process_signal(&child->process, SIGTERM);
	if (!child->grace)
		sd_event_add_time_relative(child->queue->options.event, &child->grace,
					   CLOCK_MONOTONIC, GRACE_US, 0, on_grace, child);
}

static int watch(struct child *child)
{
	sd_event *event = child->queue->options.event;
	int r;

	r = sd_event_add_io(event, &child->out, child->out_fd, EPOLLIN, on_out, child);
	if (r < 0)
		return r;
	return sd_event_add_io(event, &child->end, child->process.pidfd, EPOLLIN, on_end, child);
}

static int spawn(struct child *child, struct dcb_error *err)
{
	char *const *words = child->queue->options.job_argv;
	_cleanup_free_ char *number = dcb_format("%" PRId64, child->job);
	_cleanup_close_ int write_fd = -1;
	char *argv[16];
	size_t n = 0;
	int fds[2], r;

	while (words[n] && n < ARRAY_SIZE(argv) - 2) {
		argv[n] = words[n];
		n++;
	}
	argv[n++] = number;
	argv[n] = NULL;
	if (!number)
		return dcb_error_oom(err);
	if (pipe2(fds, O_CLOEXEC) < 0)
		return dcb_error_sys(err, errno, "pipe");
	child->out_fd = fds[0];
	write_fd = fds[1];
	if (fcntl(child->out_fd, F_SETFL, O_NONBLOCK) < 0)
		return dcb_error_sys(err, errno, "pipe");
	r = dcb_process_spawn(&child->process,
			      &(struct dcb_spawn){.argv = argv,
						  .stdin_fd = -1,
						  .stdout_fd = write_fd,
						  .stderr_fd = STDERR_FILENO,
						  .keep_fds = child->queue->options.job_fds,
						  .n_keep_fds = child->queue->options.n_job_fds,
						  .new_group = true,
						  .uid = (uid_t)-1,
						  .gid = (gid_t)-1,
						  .extra_group = (gid_t)-1},
			      err);
	if (r < 0)
		return r;
	r = watch(child);
	return r < 0 ? dcb_error_sys(err, -r, "watching a job") : 0;
}

static int start(struct dcb_queue *queue, int64_t job, const struct cost *cost,
		 struct dcb_error *err)
{
	struct child *child = calloc(1, sizeof(*child));
	int r;

	if (!child)
		return dcb_error_oom(err);
	*child = (struct child){.queue = queue,
				.job = job,
				.cost = *cost,
				.process = DCB_PROCESS_NULL,
				.out_fd = -1,
				.next = queue->children};
	queue->children = child;
	queue->n_children++;
	DCB_FAULT("spawn-before");
	r = spawn(child, err);
	DCB_FAULT("spawned");
	if (r < 0) {
		child_free(child);
		return r;
	}
	if (!queue->trouble)
		say(queue, job, 0, "started", NULL);
	return 0;
}

/* ---- the queue ---- */

int dcb_queue_new(const struct dcb_queue_options *options, struct dcb_queue **ret_queue,
		  struct dcb_error *err)
{
	struct dcb_queue *queue = calloc(1, sizeof(*queue));

	if (!queue)
		return dcb_error_oom(err);
	queue->options = *options;
	*ret_queue = queue;
	return 0;
}

void dcb_queue_free(struct dcb_queue *queue)
{
	if (!queue)
		return;
	while (queue->children)
		child_free(queue->children);
	sd_event_source_disable_unref(queue->strangers);
	sd_event_source_disable_unref(queue->held);
	free(queue);
}

struct gone {
	const struct dcb_queue *queue;
	struct row *rows;
	size_t n, n_strangers;
};

static int keep_gone(void *context, const struct dcb_store_job *job)
{
	struct gone *gone = context;
	struct row *rows;

	if (find_child(gone->queue, job->id))
		return 0;
	if (dcb_owner_lives(job->owner)) {
		gone->n_strangers++;
		return 0;
	}
	rows = reallocarray(gone->rows, gone->n + 1, sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	gone->rows = rows;
	rows[gone->n] = (struct row){0};
	return keep_row(&rows[gone->n++], job);
}

static int on_strangers(sd_event_source *source, uint64_t now_us, void *context)
{
	struct dcb_queue *queue = context;

	(void)source;
	(void)now_us;
	if (queue->stopping)
		return 0;
	dcb_queue_recover(queue);
	dcb_queue_kick(queue);
	return 0;
}

/* The process of a daemon that was killed dies with it, but not in the same moment. */
static int look_again(struct dcb_queue *queue, struct dcb_error *err)
{
	int r;

	queue->strangers = sd_event_source_disable_unref(queue->strangers);
	r = sd_event_add_time_relative(queue->options.event, &queue->strangers, CLOCK_MONOTONIC,
				       STRANGER_US, 0, on_strangers, queue);
	return r < 0 ? dcb_error_sys(err, -r, "timer of the queue") : 0;
}

/* A running job has a reason where somebody asked for its end. */
static int recover_row(struct dcb_queue *queue, const struct row *row, struct dcb_error *err)
{
	const struct dcb_queue_options *options = &queue->options;

	if (row->reason)
		return finish(queue, row, row->owner, DCB_JOB_CANCELLED, row->reason, err);
	if (row->attempts >= options->config->attempts)
		return finish(queue, row, row->owner, DCB_JOB_FAILED,
			      "its process died, as did those before it", err);
	return dcb_store_requeue_job(options->store, row->id, row->owner, "its process died", true,
				     err);
}

static int recover(struct dcb_queue *queue, struct dcb_error *err)
{
	const struct dcb_queue_options *options = &queue->options;
	struct gone gone = {.queue = queue};
	int r;

	r = dcb_store_each_running_job(options->store, keep_gone, &gone, err);
	if (gone.n) {
		DCB_FAULT("recover-found");
		options->died(options->context);
	}
	for (size_t i = 0; i < gone.n; i++) {
		if (r >= 0)
			r = recover_row(queue, &gone.rows[i], err);
		DCB_FAULT("recover-stored");
		row_deinit(&gone.rows[i]);
	}
	free(gone.rows);
	if (r >= 0 && gone.n_strangers)
		r = look_again(queue, err);
	return r;
}

void dcb_queue_recover(struct dcb_queue *queue)
{
	struct dcb_error err = DCB_ERROR_NULL;

	if (recover(queue, &err) < 0)
		hold(queue, err.errnum, err.message);
}

static int kick(struct dcb_queue *queue, struct dcb_error *err)
{
	int r;

	while (!queue->stopping && !queue->held && !queue->options.config->dashboard_only) {
		_cleanup_(row_deinit) struct row row = {0};
		struct search search = {queue, &row};
		struct dcb_error own = DCB_ERROR_NULL;
		struct cost cost = {0};

		/* Of so many at least one has no process. */
		r = dcb_store_each_queued_job(queue->options.store, (int64_t)queue->n_children + 1,
					      keep_first, &search, err);
		if (r < 0)
			return r;
		if (!row.there)
			return 0;
		if (read_cost(&row, &cost, &own) < 0) {
			r = finish(queue, &row, NULL, DCB_JOB_FAILED, own.message, err);
			if (r < 0)
				return r;
			continue;
		}
		if (!fits(queue, &cost))
			return 0;
		r = start(queue, row.id, &cost, err);
		if (r < 0)
			return r;
	}
	return 0;
}

void dcb_queue_kick(struct dcb_queue *queue)
{
	struct dcb_error err = DCB_ERROR_NULL;

	if (kick(queue, &err) < 0)
		hold(queue, err.errnum, err.message);
}

int dcb_queue_cancel(struct dcb_queue *queue, int64_t job_id, const char *reason,
		     struct dcb_error *err)
{
	const struct dcb_queue_options *options = &queue->options;
	struct child *child = find_child(queue, job_id);
	_cleanup_(row_deinit) struct row row = {0};
	int r;

	r = dcb_store_get_job(options->store, job_id, keep, &row, err);
	if (r < 0)
		return r;
	if (row.state != DCB_JOB_QUEUED && row.state != DCB_JOB_RUNNING)
		return dcb_error_set(err, EBUSY, "job %" PRId64 " is %s", job_id,
				     dcb_job_state_name(row.state));
	/* Its process may claim it meanwhile, and then it runs. */
	if (row.state == DCB_JOB_QUEUED)
		r = finish(queue, &row, NULL, DCB_JOB_CANCELLED, reason, err);
	if (row.state == DCB_JOB_RUNNING || r == -EBUSY)
		r = dcb_store_ask_job(options->store, job_id, reason, err);
	if (r < 0)
		return r;
	DCB_FAULT("cancel-stored");
	if (child) {
		free(child->reason);
		child->reason = strdup(reason);
		child->cancelled = true;
		ask_to_stop(child);
		return 0;
	}
	/* What waited behind it may fit. */
	dcb_queue_kick(queue);
	return 0;
}

void dcb_queue_stop(struct dcb_queue *queue)
{
	queue->stopping = true;
	for (struct child *child = queue->children; child; child = child->next) {
		child->stopped = true;
		ask_to_stop(child);
	}
	if (!queue->children)
		queue->options.idle(queue->options.context);
}

void dcb_queue_configure(struct dcb_queue *queue, const struct dcb_config *config)
{
	queue->options.config = config;
	dcb_queue_kick(queue);
}

size_t dcb_queue_running(const struct dcb_queue *queue)
{
	return queue->n_children;
}

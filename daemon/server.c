// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/server.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/file.h"
#include "base/json.h"
#include "base/paths.h"
#include "base/sink.h"
#include "daemon/api.h"
#include "daemon/config.h"
#include "daemon/deliver.h"
#include "daemon/follow.h"
#include "daemon/http.h"
#include "daemon/job-json.h"
#include "daemon/letters.h"
#include "daemon/listen.h"
#include "daemon/page.h"
#include "daemon/queue.h"
#include "lab/scratch.h"
#include "machines/cgroup.h"
#include "schema/store.h"

struct dcb_server {
	struct dcb_server_options options;
	sd_event *event;
	struct dcb_config *config;
	struct dcb_store *store;
	struct dcb_http *http;
	struct dcb_queue *queue;
	struct dcb_deliver *deliver;
	struct dcb_follow *follow;
	struct dcb_verdict_cache *verdicts;
	struct dcb_api api;
	char *db;     /* path */
	char *socket; /* ours to remove, or NULL */
	/* The configuration as it is in force, for jobs: always under this number. */
	int config_fd;
	char config_path[32];
	char *job_argv[8];
};

static void say(const struct dcb_server *server, const char *what, const struct dcb_error *err)
{
	dcb_sink_say(server->options.sink, "%s: %s", what, err->message);
}

/* ---- jobs ---- */

static int on_finish(void *context, int64_t job, const char *owner, enum dcb_job_state state,
		     const char *reason, struct dcb_error *err)
{
	struct dcb_server *server = context;

	return dcb_letters_finish(server->store, server->config, job, owner, state, reason, err);
}

struct told {
	char *text;
	bool ended;
};

static int tell_row(void *context, const struct dcb_store_job *job)
{
	struct told *told = context;
	json_auto_t *object = dcb_job_to_json(job, NULL);

	told->text = object ? dcb_json_line(object) : NULL;
	told->ended = job->state != DCB_JOB_QUEUED && job->state != DCB_JOB_RUNNING;
	return told->text ? 0 : -ENOMEM;
}

static void on_changed(void *context, int64_t job)
{
	struct dcb_server *server = context;
	struct dcb_error err = DCB_ERROR_NULL;
	struct told told = {0};

	if (dcb_store_get_job(server->store, job, tell_row, &told, &err) >= 0)
		dcb_follow_say(server->follow, job, "state", told.text, told.ended);
	free(told.text);
	/* An end may have written letters. */
	if (dcb_deliver_kick(server->deliver, &err) < 0)
		say(server, "deliveries", &err);
}

static void on_progress(void *context, int64_t job, const char *line)
{
	struct dcb_server *server = context;

	dcb_follow_say(server->follow, job, "progress", line, false);
}

/* Folders and cgroups of labs that were killed: nobody may run another for long. */
static void on_died(void *context)
{
	_cleanup_free_ char *state = NULL;

	(void)context;
	if (dcb_path_state(&state, NULL) >= 0)
		dcb_scratch_sweep(state);
	dcb_cgroup_sweep(NULL);
}

static void on_idle(void *context)
{
	struct dcb_server *server = context;

	sd_event_exit(server->event, 0);
}

/* ---- the configuration ---- */

static int publish(struct dcb_server *server, const struct dcb_config *config,
		   struct dcb_error *err)
{
	_cleanup_free_ char *text = dcb_config_print(config);
	_cleanup_close_ int fd = memfd_create("dcbenchd.conf", MFD_CLOEXEC);

	if (!text)
		return dcb_error_oom(err);
	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		return dcb_error_sys(err, errno ? errno : EIO, "the configuration for jobs");
	if (server->config_fd < 0)
		server->config_fd = TAKE_FD(fd);
	else if (dup3(fd, server->config_fd, O_CLOEXEC) < 0)
		return dcb_error_sys(err, errno, "the configuration for jobs");
	return 0;
}

static int load_config(const struct dcb_server *server, struct dcb_config **ret_config,
		       struct dcb_error *err)
{
	int r = dcb_config_load(server->options.config, ret_config, err);

	if (r >= 0 && server->options.dashboard_only)
		(*ret_config)->dashboard_only = true;
	return r;
}

static int reload(void *context, struct dcb_error *err)
{
	struct dcb_server *server = context;
	struct dcb_config *config;
	int r;

	r = load_config(server, &config, err);
	if (r < 0)
		return r;
	DCB_FAULT("reload-read");
	r = publish(server, config, err);
	if (r < 0) {
		dcb_config_free(config);
		return r;
	}
	DCB_FAULT("reload-published");
	dcb_queue_configure(server->queue, config);
	dcb_deliver_configure(server->deliver, config);
	server->api.config = config;
	dcb_config_free(server->config);
	server->config = config;
	dcb_sink_say(server->options.sink, "configuration read again");
	return 0;
}

/* ---- signals ---- */

static int on_hangup(sd_event_source *source, const struct signalfd_siginfo *info, void *context)
{
	struct dcb_server *server = context;
	struct dcb_error err = DCB_ERROR_NULL;

	(void)source;
	(void)info;
	sd_notify(0, "RELOADING=1");
	if (reload(server, &err) < 0)
		say(server, "configuration stays as it was", &err);
	sd_notify(0, "READY=1");
	return 0;
}

static int on_stop(sd_event_source *source, const struct signalfd_siginfo *info, void *context)
{
	struct dcb_server *server = context;

	(void)source;
	(void)info;
	sd_notify(0, "STOPPING=1");
	DCB_FAULT("server-stopping");
	dcb_sink_say(server->options.sink, "stopping");
	dcb_queue_stop(server->queue);
	return 0;
}

static int catch_signals(struct dcb_server *server, struct dcb_error *err)
{
	static const struct {
		int number;
		sd_event_signal_handler_t handler;
	} signals[] = {{SIGTERM, on_stop}, {SIGINT, on_stop}, {SIGHUP, on_hangup}};
	sigset_t set;
	int r;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaddset(&set, signals[i].number);
	sigprocmask(SIG_BLOCK, &set, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		r = sd_event_add_signal(server->event, NULL, signals[i].number, signals[i].handler,
					server);
		if (r < 0)
			return dcb_error_sys(err, -r, "signals");
	}
	return 0;
}

/* ---- parts ---- */

static int find_database(struct dcb_server *server, struct dcb_error *err)
{
	_cleanup_free_ char *folder = NULL;
	int r;

	if (server->options.db) {
		server->db = strdup(server->options.db);
		return server->db ? 0 : dcb_error_oom(err);
	}
	r = dcb_path_state(&folder, err);
	if (r >= 0)
		r = dcb_dir_create(folder, 0755, err);
	return r < 0 ? r : dcb_path_database(&server->db, err);
}

static void make_job_argv(struct dcb_server *server)
{
	const char *words[] = {server->options.program,
			       "--config",
			       server->config_path,
			       "--db",
			       server->db,
			       "--job"};

	_Static_assert(ARRAY_SIZE(words) < ARRAY_SIZE(server->job_argv), "NULL at the end");
	snprintf(server->config_path, sizeof(server->config_path), "/proc/self/fd/%d",
		 server->config_fd);
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		server->job_argv[i] = (char *)words[i];
}

static int make_parts(struct dcb_server *server, struct dcb_error *err)
{
	const struct dcb_http_options http = {.handler = dcb_api_handle, .context = &server->api};
	const struct dcb_queue_options queue = {.event = server->event,
						.store = server->store,
						.config = server->config,
						.sink = server->options.sink,
						.job_argv = server->job_argv,
						.job_fds = &server->config_fd,
						.n_job_fds = 1,
						.finish = on_finish,
						.changed = on_changed,
						.progress = on_progress,
						.died = on_died,
						.idle = on_idle,
						.context = server};
	const struct dcb_deliver_options deliver = {.event = server->event,
						    .store = server->store,
						    .config = server->config,
						    .sink = server->options.sink,
						    .seed = (uint64_t)dcb_clock_unix_us()};
	int r;

	r = dcb_verdict_cache_new(&server->verdicts, err);
	if (r >= 0)
		r = dcb_follow_new(&server->follow, err);
	if (r >= 0)
		r = dcb_http_new(server->event, &http, &server->http, err);
	if (r >= 0)
		r = dcb_queue_new(&queue, &server->queue, err);
	if (r >= 0)
		r = dcb_deliver_new(&deliver, &server->deliver, err);
	if (r < 0)
		return r;
	server->api = (struct dcb_api){.store = server->store,
				       .config = server->config,
				       .http = server->http,
				       .queue = server->queue,
				       .deliver = server->deliver,
				       .follow = server->follow,
				       .verdicts = server->verdicts,
				       .reload = reload,
				       .context = server};
	return dcb_listen(server->http, server->config, &server->socket, err);
}

static int begin(struct dcb_server *server, struct dcb_error *err)
{
	int r;

	r = sd_event_default(&server->event);
	if (r < 0)
		return dcb_error_sys(err, -r, "event loop");
	r = load_config(server, &server->config, err);
	if (r >= 0)
		r = publish(server, server->config, err);
	if (r < 0)
		return r;
	DCB_FAULT("server-configured");
	r = find_database(server, err);
	if (r >= 0)
		r = dcb_store_open(server->db, DCB_STORE_WRITE, &server->store, err);
	if (r >= 0)
		r = catch_signals(server, err);
	if (r < 0)
		return r;
	make_job_argv(server);
	return make_parts(server, err);
}

int dcb_server_new(const struct dcb_server_options *options, struct dcb_server **ret_server,
		   struct dcb_error *err)
{
	_cleanup_(dcb_server_freep) struct dcb_server *server = calloc(1, sizeof(*server));
	int r;

	if (!server)
		return dcb_error_oom(err);
	server->options = *options;
	server->config_fd = -1;
	r = begin(server, err);
	if (r < 0)
		return r;
	*ret_server = TAKE_PTR(server);
	return 0;
}

int dcb_server_run(struct dcb_server *server, struct dcb_error *err)
{
	int r;

	DCB_FAULT("server-listening");
	on_died(server);
	dcb_queue_recover(server->queue);
	dcb_queue_kick(server->queue);
	r = dcb_deliver_kick(server->deliver, err);
	if (r < 0)
		return r;
	/* Only where systemd asks for it (WatchdogSec=). */
	r = sd_event_set_watchdog(server->event, true);
	if (r < 0)
		return dcb_error_sys(err, -r, "watchdog");
	sd_notify(0, "READY=1");
	DCB_FAULT("server-ready");
	dcb_sink_say(server->options.sink, "ready");
	r = sd_event_loop(server->event);
	return r < 0 ? dcb_error_sys(err, -r, "event loop") : 0;
}

void dcb_server_free(struct dcb_server *server)
{
	if (!server)
		return;
	dcb_deliver_free(server->deliver);
	dcb_queue_free(server->queue);
	dcb_http_free(server->http);
	dcb_follow_free(server->follow);
	DCB_FAULT("server-closing");
	dcb_verdict_cache_free(server->verdicts);
	dcb_store_close(server->store);
	dcb_config_free(server->config);
	sd_event_unref(server->event);
	if (server->config_fd >= 0)
		close(server->config_fd);
	DCB_FAULT("server-closed");
	if (server->socket)
		unlink(server->socket);
	free(server->socket);
	free(server->db);
	free(server);
}

// SPDX-License-Identifier: GPL-2.0-only
/* dcbenchd: the lab that runs by itself. With --job it is one job of its own queue. */
#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>

#include "base/error.h"
#include "base/file.h"
#include "base/paths.h"
#include "base/sink.h"
#include "daemon/config.h"
#include "daemon/job.h"
#include "daemon/log.h"
#include "daemon/server.h"
#include "machines/cgroup.h"
#include "schema/store.h"

static volatile sig_atomic_t arg_stop;

struct arguments {
	const char *config, *db;
	int64_t job;
	bool dashboard_only;
};

static void on_signal(int number)
{
	(void)number;
	arg_stop = 1;
}

static void log_line(void *context, const struct dcb_about *about, const char *text)
{
	(void)context;
	dcb_log_line(LOG_INFO, about, text);
}

/* A job's progress: to the daemon, for those who follow it, and to a journal. */
static void tell_line(void *context, const struct dcb_about *about, const char *text)
{
	struct dcb_about all = about ? *about : (struct dcb_about){0};

	puts(text);
	fflush(stdout);
	all.job = *(const int64_t *)context;
	if (dcb_log_is_journal())
		dcb_log_line(LOG_INFO, &all, text);
}

static int open_store(const char *db, struct dcb_store **ret_store, struct dcb_error *err)
{
	_cleanup_free_ char *path = NULL;
	int r;

	if (db)
		return dcb_store_open(db, DCB_STORE_WRITE, ret_store, err);
	r = dcb_path_database(&path, err);
	return r < 0 ? r : dcb_store_open(path, DCB_STORE_WRITE, ret_store, err);
}

static int run_job(const struct arguments *arguments, struct dcb_error *err)
{
	const struct sigaction action = {.sa_handler = on_signal};
	int64_t job = arguments->job;
	const struct dcb_sink sink = {.line_about = tell_line, .context = &job};
	_cleanup_(dcb_config_freep) struct dcb_config *config = NULL;
	_cleanup_(dcb_store_closep) struct dcb_store *store = NULL;
	int r;

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	/* A daemon that is gone must not end a job by its pipe before its end is stored. */
	signal(SIGPIPE, SIG_IGN);
	r = dcb_config_load(arguments->config, &config, err);
	if (r >= 0)
		r = open_store(arguments->db, &store, err);
	if (r >= 0)
		r = dcb_job_execute(store, config, arguments->job, &sink, &arg_stop, err);
	/* The daemon tells why, once for all its jobs: to nobody else. */
	if (dcb_job_exit_code(r)) {
		puts(err->message);
		fflush(stdout);
	}
	return r;
}

static int run_server(const struct arguments *arguments, struct dcb_error *err)
{
	const struct dcb_sink sink = {.line_about = log_line};
	_cleanup_(dcb_server_freep) struct dcb_server *server = NULL;
	struct dcb_error group = DCB_ERROR_NULL;
	int r;

	/* Boots that find no place for their groups will say so themselves. */
	if (dcb_cgroup_make_room(&group) < 0)
		dcb_log_line(LOG_WARNING, NULL, group.message);
	r = dcb_server_new(&(struct dcb_server_options){.program = "/proc/self/exe",
							.config = arguments->config,
							.db = arguments->db,
							.dashboard_only = arguments->dashboard_only,
							.sink = &sink},
			   &server, err);
	return r < 0 ? r : dcb_server_run(server, err);
}

static int usage(FILE *file, int code)
{
	fprintf(file,
		"usage: dcbenchd [--config FILE] [--db FILE] [--dashboard-only]\n\n"
		"Runs the queue of `dcbench submit`, tells others what came of it, and serves "
		"the API.\n\n"
		"  --config FILE     default: " DCB_CONFIG_PATH ", with FILE.d/*.conf\n"
		"  --db FILE         default: dcbench.db in the state folder\n"
		"  --dashboard-only  run no jobs: only collect and show\n");
	return code;
}

/* -1: go on. */
static int read_arguments(int argc, char **argv, struct arguments *arguments)
{
	static const struct option options[] = {{"config", required_argument, NULL, 'c'},
						{"db", required_argument, NULL, 'd'},
						{"job", required_argument, NULL, 'j'},
						{"dashboard-only", no_argument, NULL, 'o'},
						{"help", no_argument, NULL, 'h'},
						{"version", no_argument, NULL, 'v'},
						{NULL}};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		switch (option) {
		case 'c':
			arguments->config = optarg;
			break;
		case 'd':
			arguments->db = optarg;
			break;
		case 'j':
			arguments->job = strtoll(optarg, NULL, 10);
			break;
		case 'o':
			arguments->dashboard_only = true;
			break;
		case 'h':
			return usage(stdout, 0);
		case 'v':
			puts("dcbenchd " DCB_VERSION);
			return 0;
		default:
			return usage(stderr, 2);
		}
	}
	return optind < argc ? usage(stderr, 2) : -1;
}

int main(int argc, char **argv)
{
	struct arguments arguments = {.config = DCB_CONFIG_PATH};
	struct dcb_error err = DCB_ERROR_NULL;
	int r;

	/* Numbers read the same everywhere; files sort by bytes. */
	setlocale(LC_ALL, "C");
	umask(022);
	r = read_arguments(argc, argv, &arguments);
	if (r >= 0)
		return r;
	r = arguments.job ? run_job(&arguments, &err) : run_server(&arguments, &err);
	if (r >= 0)
		return 0;
	if (arguments.job && dcb_job_exit_code(r))
		return dcb_job_exit_code(r);
	dcb_log_line(LOG_ERR, &(struct dcb_about){.job = arguments.job},
		     err.errnum ? err.message : strerror(-r));
	if (r == -EINTR)
		return 130;
	return err.kind == DCB_ERROR_USAGE ? 2 : 1;
}

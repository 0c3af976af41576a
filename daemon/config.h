/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * The daemon's configuration: dcbenchd.conf, then dcbenchd.conf.d/ *.conf in order of name, later
 * keys over earlier ones. All or nothing: a mistake leaves the caller with what it had, and one
 * line that names file, line and key.
 *
 *   [daemon]          one
 *   [deliver NAME]    any number: who is told what, see daemon/deliver.h
 *   [lab NAME]        any number: another lab whose summaries are taken in
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/option.h"

struct dcb_error;

#define DCB_CONFIG_PATH "/etc/dcbench/dcbenchd.conf"

/* What a delivery can be about; a bit each in dcb_deliver_config.events. */
enum dcb_event {
	DCB_EVENT_FINISHED,  /* a run ended well */
	DCB_EVENT_REGRESSED, /* with a regression of a primary metric */
	DCB_EVENT_SYMPTOM,   /* a candidate shows a symptom */
	DCB_EVENT_FAILED,    /* a job failed */
	DCB_EVENT_RECOVERED, /* the first good one after a failed one of the same label */
	DCB_N_EVENTS,
};
const char *dcb_event_name(enum dcb_event event); /* "finished" */

struct dcb_deliver_config {
	char *name;
	char *url, *format;
	char *origin;     /* who says it, in format kcidb */
	char *event_list; /* "finished,failed" */
	unsigned events;  /* the same as bits */
	char *secret_file, *token_file, *ca_file;
	int64_t timeout_s;
};

struct dcb_lab_config {
	char *name;
	char *secret_file, *token_file;
};

struct dcb_config {
	char *socket;     /* path of the UNIX socket where none was passed by systemd */
	char *listen;     /* "127.0.0.1:8250", "[::1]:8250", or NULL: no TCP */
	char *host_names; /* "bench.example.org,...": beside loopback's, for requests over TCP */
	char *token_file; /* what may write over TCP; NULL: nobody */
	char *group;      /* whose members may submit over the UNIX socket, beside root and us */
	int64_t cpus;     /* for boots that may run beside each other; 0: all */
	int64_t memory;   /* likewise, bytes; 0: three quarters */
	int64_t attempts; /* how often a job that dies is begun again */
	bool dashboard_only;

	struct dcb_deliver_config *deliveries;
	size_t n_deliveries;
	struct dcb_lab_config *labs;
	size_t n_labs;
};

/* `path` must exist unless it is DCB_CONFIG_PATH; its folder of drop-ins need not. Secrets are not
 * read here, but their files must be there. */
int dcb_config_load(const char *path, struct dcb_config **ret_config, struct dcb_error *err);
/* What was loaded, as one file's text: for a job, which must not meet a mistake that its daemon has
 * refused. malloc'd; NULL on lack of memory. */
char *dcb_config_print(const struct dcb_config *config);
void dcb_config_free(struct dcb_config *config);
DEFINE_CLEANUP(struct dcb_config *, dcb_config_free)

/* For documents and tests. */
extern const struct dcb_option dcb_daemon_options[], dcb_deliver_options[], dcb_lab_options[];

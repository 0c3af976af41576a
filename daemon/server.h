/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* dcbenchd's parts on one event loop, from start to stop. */

#include <stdbool.h>

#include "base/cleanup.h"

struct dcb_error;
struct dcb_server;
struct dcb_sink;

struct dcb_server_options {
	const char *program; /* ours, to start jobs with */
	const char *config;  /* path */
	const char *db;      /* path, or NULL: dcbench.db in the state folder */
	bool dashboard_only; /* whatever the configuration says */
	const struct dcb_sink *sink;
};

/* Reads the configuration, opens the database, takes over sockets from systemd or makes its own,
 * queues again what was broken off. */
int dcb_server_new(const struct dcb_server_options *options, struct dcb_server **ret_server,
		   struct dcb_error *err);
/* Until SIGTERM or SIGINT; tells systemd when it is ready, and that it is alive. SIGHUP reads the
 * configuration again. */
int dcb_server_run(struct dcb_server *server, struct dcb_error *err);
void dcb_server_free(struct dcb_server *server);
DEFINE_CLEANUP(struct dcb_server *, dcb_server_free)

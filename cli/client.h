/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* dcbenchd's API over its UNIX socket, by libcurl. */

#include <jansson.h>

#include "base/option.h"

struct dcb_error;

struct dcb_client_options {
	char *socket;
};
/* --socket, else DCBENCH_SOCKET, else /run/dcbench/api.sock. */
extern const struct dcb_option dcb_client_options[];

/* body: borrowed, or NULL. Where the daemon refuses, its own words, as a usage error for 4xx;
 * -ECONNREFUSED with what to do where no daemon answers. */
int dcb_client_request(const struct dcb_client_options *options, const char *method,
		       const char *path, const json_t *body, json_t **ret_answer,
		       struct dcb_error *err);
/* Server-sent events until the daemon ends them or `each` returns non-zero, which is passed on. A
 * connection that breaks is made again with the last id. */
int dcb_client_follow(const struct dcb_client_options *options, const char *path,
		      int (*each)(void *context, const char *event, const char *data),
		      void *context, struct dcb_error *err);
/* A job's events on standard output until it ends: DCB_EXIT_FAILURE where it did not end well. */
int dcb_follow_job(const struct dcb_client_options *options, int64_t job, struct dcb_error *err);

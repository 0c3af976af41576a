/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* The HTTP API (schema/openapi.yaml) and the pages: tables of routes, one function each. */

#include "daemon/http.h"

struct dcb_config;
struct dcb_deliver;
struct dcb_error;
struct dcb_follow;
struct dcb_queue;
struct dcb_store;
struct dcb_verdict_cache;

/* Everything a request can be about; borrowed. */
struct dcb_api {
	struct dcb_store *store;
	const struct dcb_config *config;
	struct dcb_http *http;
	struct dcb_queue *queue;
	struct dcb_deliver *deliver;
	struct dcb_follow *follow;
	struct dcb_verdict_cache *verdicts; /* of the pages */
	/* Reads the configuration again, all or nothing. */
	int (*reload)(void *context, struct dcb_error *err);
	void *context;
};

/* A dcb_http_handler with the struct as its context. */
int dcb_api_handle(void *api, const struct dcb_http_request *request,
		   struct dcb_http_response *response, struct dcb_error *err);

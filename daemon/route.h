/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* What the files of the API share. */

#include <jansson.h>

#include "daemon/api.h"

/* A request on its way through a route. */
struct dcb_call {
	struct dcb_api *api;
	const struct dcb_http_request *request;
	struct dcb_http_response *response;
	int64_t id;      /* the number in the path; 0 where the route has none */
	const char *who; /* of a change: "uid 1000 (ann)"; else NULL */
};

struct dcb_route {
	const char *method;
	const char *path; /* "/api/v1/jobs/#/cancel": # is a number above 0 */
	bool changes;     /* needs dcb_access_change() */
	int (*handle)(struct dcb_call *call, struct dcb_error *err);
};

/* Ends with a NULL method. */
extern const struct dcb_route dcb_job_routes[], dcb_daemon_routes[], dcb_delivery_routes[],
	dcb_page_routes[], dcb_summary_routes[];

/* The answer: takes `json` over; NULL is -ENOMEM. */
int dcb_call_answer(struct dcb_call *call, json_t *json, struct dcb_error *err);
/* The body as a JSON object; a usage error where it is none. */
int dcb_call_body(const struct dcb_call *call, json_t **ret_object, struct dcb_error *err);
/* A number of the query within its bounds, or the default. */
int dcb_call_number(const struct dcb_call *call, const char *name, int64_t min, int64_t max,
		    int64_t fallback, int64_t *ret_number, struct dcb_error *err);
/* "before" (0: from the newest) and "limit" of a list. */
int dcb_call_page(const struct dcb_call *call, int64_t *ret_before, int64_t *ret_limit,
		  struct dcb_error *err);

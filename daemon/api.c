// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/api.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "daemon/access.h"
#include "daemon/page.h"
#include "daemon/route.h"

#define MAX_VALUES 100000 /* of a body */
#define MAX_PAGE   500

static int get_routes(struct dcb_call *call, struct dcb_error *err);

static const struct dcb_route own_routes[] = {{"GET", "/api/v1", false, get_routes}, {NULL}};

static const struct dcb_route *const tables[] = {
	own_routes,          dcb_job_routes,     dcb_daemon_routes,
	dcb_delivery_routes, dcb_summary_routes, dcb_page_routes,
};

int dcb_call_answer(struct dcb_call *call, json_t *json, struct dcb_error *err)
{
	json_auto_t *object = json;
	char *text = object ? dcb_json_line(object) : NULL;

	if (!text)
		return dcb_error_oom(err);
	call->response->body = text;
	call->response->size = strlen(text);
	return 0;
}

int dcb_call_body(const struct dcb_call *call, json_t **ret_object, struct dcb_error *err)
{
	const char *type = dcb_http_header(call->request, "Content-Type");
	json_t *object;
	int r;

	/* A form of another site cannot send this type. */
	if (!type || strncmp(type, "application/json", 16) != 0)
		return dcb_error_usage(err, "the body has to be application/json");
	r = dcb_json_parse_foreign(call->request->body, call->request->size, MAX_VALUES, &object,
				   err);
	if (r < 0)
		return r;
	if (!json_is_object(object)) {
		json_decref(object);
		return dcb_error_usage(err, "the body has to be a JSON object");
	}
	*ret_object = object;
	return 0;
}

int dcb_call_number(const struct dcb_call *call, const char *name, int64_t min, int64_t max,
		    int64_t fallback, int64_t *ret_number, struct dcb_error *err)
{
	const char *text = dcb_http_query(call->request, name);
	long long number;
	char *end;

	if (!text) {
		*ret_number = fallback;
		return 0;
	}
	errno = 0;
	number = strtoll(text, &end, 10);
	if (errno || end == text || *end || number < min || number > max)
		return dcb_error_usage(err, "%s=%.40s: give %" PRId64 " to %" PRId64, name, text,
				       min, max);
	*ret_number = number;
	return 0;
}

int dcb_call_page(const struct dcb_call *call, int64_t *ret_before, int64_t *ret_limit,
		  struct dcb_error *err)
{
	int r;

	r = dcb_call_number(call, "before", 1, INT64_MAX, 0, ret_before, err);
	return r < 0 ? r : dcb_call_number(call, "limit", 1, MAX_PAGE, 50, ret_limit, err);
}

/* What of the server is API: pages are for people. */
static int get_routes(struct dcb_call *call, struct dcb_error *err)
{
	json_auto_t *rows = json_array();

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		for (const struct dcb_route *route = tables[i]; route->method; route++) {
			if (strncmp(route->path, "/api/", 5) == 0 &&
			    json_array_append_new(rows,
						  json_pack("{s:s, s:s}", "method", route->method,
							    "path", route->path)) < 0)
				return dcb_error_oom(err);
		}
	}
	return dcb_call_answer(call, json_pack("{s:O}", "routes", rows), err);
}

/* 1 where the path fits; *ret_id is its number. */
static int fits(const char *pattern, const char *path, int64_t *ret_id)
{
	int64_t id = 0;

	while (*pattern && *pattern != '#') {
		if (*pattern++ != *path++)
			return 0;
	}
	if (*pattern == '#') {
		size_t n = strspn(path, "0123456789");

		if (n == 0 || n > 18 || *path == '0')
			return 0;
		id = strtoll(path, NULL, 10);
		path += n;
		pattern++;
		if (strcmp(pattern, path) != 0)
			return 0;
	} else if (*path) {
		return 0;
	}
	*ret_id = id;
	return 1;
}

static int find_route(const struct dcb_http_request *request, const struct dcb_route **ret_route,
		      int64_t *ret_id, struct dcb_error *err)
{
	bool known = false;

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		for (const struct dcb_route *route = tables[i]; route->method; route++) {
			if (!fits(route->path, request->path, ret_id))
				continue;
			known = true;
			if (strcmp(route->method, request->method) == 0) {
				*ret_route = route;
				return 0;
			}
		}
	}
	if (known)
		return dcb_error_usage(err, "%.20s does not go with %.100s", request->method,
				       request->path);
	return dcb_error_set(err, ENOENT, "there is no %.100s", request->path);
}

static int handle(struct dcb_call *call, struct dcb_error *err)
{
	_cleanup_free_ char *who = NULL;
	const struct dcb_route *route = NULL;
	int r;

	r = dcb_access_read(call->api->config, call->request, err);
	if (r < 0)
		return r;
	r = find_route(call->request, &route, &call->id, err);
	if (r < 0)
		return r;
	if (route->changes) {
		r = dcb_access_change(call->api->config, call->request, &who, err);
		if (r < 0)
			return r;
		call->who = who;
	}
	return route->handle(call, err);
}

int dcb_api_handle(void *context, const struct dcb_http_request *request,
		   struct dcb_http_response *response, struct dcb_error *err)
{
	struct dcb_call call = {.api = context, .request = request, .response = response};
	int r = handle(&call, err);

	/* Who reads pages gets a page. */
	if (r < 0 && strncmp(request->path, "/api/", 5) != 0)
		return dcb_web_fail(&call, r, err);
	return r;
}

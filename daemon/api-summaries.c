// SPDX-License-Identifier: GPL-2.0-only
/* What other labs tell: /api/v1/summaries. */
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "daemon/access.h"
#include "daemon/config.h"
#include "daemon/document.h"
#include "daemon/route.h"
#include "schema/received.h"

#define MAX_KEY 256

/* ---- telling ---- */

static json_t *verdicts_to_json(const struct dcb_store_received *row)
{
	if (row->event)
		return json_null();
	return json_pack("{s:I, s:I, s:I, s:I}", "improved", (json_int_t)row->improved, "regressed",
			 (json_int_t)row->regressed, "same", (json_int_t)row->same, "cannot-tell",
			 (json_int_t)row->cannot_tell);
}

static json_t *row_to_json(const struct dcb_store_received *row)
{
	return json_pack("{s:I, s:s, s:s, s:s, s:I, s:s, s:o, s:o, s:o, s:I, s:o, s:o, s:o, s:I, "
			 "s:I}",
			 "id", (json_int_t)row->id, "lab", row->lab, "key", row->key, "sha256",
			 row->sha256, "received_us", (json_int_t)row->received_us, "version",
			 row->version, "event", dcb_json_string(row->event), "reason",
			 dcb_json_string(row->reason), "run",
			 row->run ? json_integer(row->run) : json_null(), "created_us",
			 (json_int_t)row->created_us, "machine", dcb_json_string(row->machine),
			 "arch", dcb_json_string(row->arch), "verdicts", verdicts_to_json(row),
			 "symptoms", (json_int_t)row->symptoms, "size", (json_int_t)row->size);
}

static int add_row(void *context, const struct dcb_store_received *row)
{
	return json_array_append_new(context, row_to_json(row)) < 0 ? -ENOMEM : 0;
}

static int get_summaries(struct dcb_call *call, struct dcb_error *err)
{
	json_auto_t *rows = json_array();
	int64_t before, limit;
	int r;

	r = dcb_call_page(call, &before, &limit, err);
	if (r >= 0)
		r = dcb_store_each_received(call->api->store, dcb_http_query(call->request, "lab"),
					    before, limit, add_row, rows, err);
	if (r < 0)
		return r;
	return dcb_call_answer(call, json_pack("{s:O}", "summaries", rows), err);
}

static int copy_document(void *context, const struct dcb_store_received *row)
{
	struct dcb_http_response *response = context;

	response->body = strdup(row->document);
	response->size = (size_t)row->size;
	return response->body ? 0 : -ENOMEM;
}

static int get_summary(struct dcb_call *call, struct dcb_error *err)
{
	return dcb_store_get_received(call->api->store, call->id, copy_document, call->response,
				      err);
}

/* ---- taking in ---- */

static int check_key(const struct dcb_call *call, const char **ret_key, struct dcb_error *err)
{
	const char *key = dcb_http_header(call->request, "Idempotency-Key");

	if (!key || !*key || strlen(key) > MAX_KEY)
		return dcb_error_usage(err, "Idempotency-Key: give one, of at most %d bytes",
				       MAX_KEY);
	for (const char *c = key; *c; c++)
		if (*c < '!' || *c > '~')
			return dcb_error_usage(err, "Idempotency-Key: give printable ASCII "
						    "without blanks");
	*ret_key = key;
	return 0;
}

static int check_type(const struct dcb_call *call, struct dcb_error *err)
{
	const char *type = dcb_http_header(call->request, "Content-Type");

	return type && strncmp(type, "application/json", 16) == 0
		       ? 0
		       : dcb_error_usage(err, "the body has to be application/json");
}

static int post_summary(struct dcb_call *call, struct dcb_error *err)
{
	_cleanup_(dcb_document_deinit) struct dcb_document document = DCB_DOCUMENT_NULL;
	const struct dcb_lab_config *lab = NULL;
	json_auto_t *rows = json_array();
	int64_t id;
	int r;

	/* Who it is comes first: nothing of a stranger's is read. */
	r = dcb_access_lab(call->api->config, call->request, &lab, err);
	if (r >= 0)
		r = check_key(call, &document.row.key, err);
	if (r >= 0)
		r = check_type(call, err);
	if (r >= 0)
		r = dcb_document_read(&document, call->request->body, call->request->size, err);
	if (r < 0)
		return r;
	document.row.lab = lab->name;
	document.row.received_us = dcb_clock_unix_us();
	r = dcb_store_put_received(call->api->store, &document.row, &id, err);
	if (r < 0)
		return r;
	call->response->status = r > 0 ? 200 : 201;
	r = dcb_store_get_received(call->api->store, id, add_row, rows, err);
	return r < 0 ? r : dcb_call_answer(call, json_incref(json_array_get(rows, 0)), err);
}

const struct dcb_route dcb_summary_routes[] = {
	{"GET", "/api/v1/summaries", false, get_summaries},
	/* By dcb_access_lab(): who may change this daemon is no lab by that. */
	{"POST", "/api/v1/summaries", false, post_summary},
	{"GET", "/api/v1/summaries/#", false, get_summary},
	{NULL},
};

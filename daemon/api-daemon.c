// SPDX-License-Identifier: GPL-2.0-only
/* The daemon itself and its outbox: /api/v1/status, /api/v1/reload, /api/v1/deliveries. */
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "daemon/config.h"
#include "daemon/deliver.h"
#include "daemon/job-json.h"
#include "daemon/queue.h"
#include "daemon/route.h"

static int get_status(struct dcb_call *call, struct dcb_error *err)
{
	const struct dcb_api *api = call->api;
	int64_t n_queued, next_us;
	int r;

	r = dcb_store_count_queued_jobs(api->store, &n_queued, err);
	if (r >= 0)
		r = dcb_store_next_delivery(api->store, &next_us, err);
	if (r < 0)
		return r;
	return dcb_call_answer(call,
			       json_pack("{s:s, s:I, s:I, s:o, s:b}", "version", DCB_VERSION,
					 "running", (json_int_t)dcb_queue_running(api->queue),
					 "queued", (json_int_t)n_queued, "next_delivery_us",
					 next_us ? json_integer(next_us) : json_null(),
					 "dashboard_only", api->config->dashboard_only),
			       err);
}

static int reload(struct dcb_call *call, struct dcb_error *err)
{
	int r = call->api->reload(call->api->context, err);

	return r < 0 ? r : get_status(call, err);
}

const struct dcb_route dcb_daemon_routes[] = {
	{"GET", "/api/v1/status", false, get_status},
	{"POST", "/api/v1/reload", true, reload},
	{NULL},
};

/* ---- deliveries ---- */

static int add_row(void *context, const struct dcb_store_delivery *delivery)
{
	return json_array_append_new(context, dcb_delivery_to_json(delivery)) < 0 ? -ENOMEM : 0;
}

static int get_deliveries(struct dcb_call *call, struct dcb_error *err)
{
	json_auto_t *rows = json_array();
	int64_t before, limit;
	int r;

	r = dcb_call_page(call, &before, &limit, err);
	if (r >= 0)
		r = dcb_store_each_delivery(call->api->store, before, limit, add_row, rows, err);
	if (r < 0)
		return r;
	return dcb_call_answer(call, json_pack("{s:O}", "deliveries", rows), err);
}

static int retry_delivery(struct dcb_call *call, struct dcb_error *err)
{
	int r;

	r = dcb_store_retry_delivery(call->api->store, call->id, dcb_clock_unix_us(), err);
	if (r >= 0)
		r = dcb_deliver_kick(call->api->deliver, err);
	return r < 0 ? r : dcb_call_answer(call, json_pack("{s:I}", "id", call->id), err);
}

const struct dcb_route dcb_delivery_routes[] = {
	{"GET", "/api/v1/deliveries", false, get_deliveries},
	{"POST", "/api/v1/deliveries/#/retry", true, retry_delivery},
	{NULL},
};

// SPDX-License-Identifier: GPL-2.0-only
/* /deliveries: the outbox. */
#include "daemon/page.h"

#include "base/error.h"

#define PAGE 100

static const struct dcb_web_column columns[] = {
	{"Delivery", ""},       {"State", ""},         {"To", ""},
	{"Event", ""},          {"Job", ""},           {"Run", ""},
	{"Attempts", "figure"}, {"Written (UTC)", ""}, {"Next or ended (UTC)", ""},
};

static void put_link(struct dcb_web *web, const char *path, int64_t id)
{
	dcb_markup_put(&web->out, "<td>");
	if (id)
		dcb_markup_put(&web->out, "<a href=\"%s%ld\">%ld</a>", path, (long)id, (long)id);
	dcb_markup_put(&web->out, "</td>");
}

static void put_delivery_state(struct dcb_web *web, const struct dcb_store_delivery *row)
{
	enum dcb_web_tone tone = row->state == DCB_DELIVERY_DELIVERED ? DCB_WEB_GOOD
				 : row->state == DCB_DELIVERY_DEAD    ? DCB_WEB_BAD
				 : row->attempts                      ? DCB_WEB_BUSY
								      : DCB_WEB_PLAIN;

	dcb_web_put_state(web, tone, dcb_delivery_state_name(row->state));
	if (row->state == DCB_DELIVERY_DELIVERED || (!row->status && !row->error))
		return;
	dcb_markup_put(&web->out, "<br><span class=\"soft\">");
	if (row->status)
		dcb_markup_put(&web->out, "HTTP %ld ", (long)row->status);
	dcb_markup_put(&web->out, "%s</span>", row->error);
}

static int put_delivery(void *context, const struct dcb_store_delivery *row)
{
	struct dcb_web_rows *rows = context;
	struct dcb_web *web = rows->web;

	dcb_web_next_row(rows, row->id);
	dcb_markup_put(&web->out, "<tr><th scope=\"row\">%ld</th><td>", (long)row->id);
	put_delivery_state(web, row);
	dcb_markup_put(&web->out, "</td><td>%s</td><td>%s</td>", row->target, row->event);
	put_link(web, "/jobs/", row->job);
	put_link(web, "/runs/", row->run);
	dcb_markup_put(&web->out, "<td class=\"figure\">%ld</td><td>", (long)row->attempts);
	dcb_web_put_time(web, row->created_us);
	dcb_markup_put(&web->out, "</td><td>");
	dcb_web_put_time(web, row->ended_us ? row->ended_us : row->next_us);
	dcb_markup_put(&web->out, "</td></tr>\n");
	return 0;
}

int dcb_web_deliveries(struct dcb_call *call, struct dcb_error *err)
{
	_cleanup_(dcb_web_deinit) struct dcb_web web = DCB_WEB_NULL;
	const struct dcb_web_head head = {.title = "Deliveries", .current = "/deliveries"};
	struct dcb_web_rows rows = {
		.web = &web,
		.caption = "Letters of the outbox, newest first",
		.columns = columns,
		.n_columns = ARRAY_SIZE(columns),
	};
	int64_t before;
	int r;

	r = dcb_call_number(call, "before", 1, INT64_MAX, 0, &before, err);
	if (r >= 0)
		r = dcb_web_begin(&web, call, &head, err);
	if (r >= 0)
		r = dcb_store_each_delivery(call->api->store, before, PAGE, put_delivery, &rows,
					    err);
	if (r < 0)
		return r;
	if (!dcb_web_end_rows(&rows, "/deliveries", PAGE))
		dcb_markup_put(&web.out, "<p class=\"soft\">Nothing was to be told%s.</p>\n",
			       before ? " before that" : "");
	dcb_markup_put(&web.out, "<p class=\"soft\"><code>dcbench deliveries retry ID</code> sends "
				 "one once more.</p>\n");
	return dcb_web_end(&web);
}

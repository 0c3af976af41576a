// SPDX-License-Identifier: GPL-2.0-only
/* What pages are made of. */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/error.h"
#include "base/json.h"
#include "daemon/page.h"
#include "lab/owner.h"
#include "reports/formats/html.h"
#include "reports/summary.h"

void dcb_web_begin_section(struct dcb_web *web, const char *id, const char *title, bool live)
{
	dcb_markup_put(&web->out, "<section id=\"%s\" aria-labelledby=\"%s-title\"", id, id);
	if (live)
		dcb_markup_put(&web->out, " data-live");
	dcb_markup_put(&web->out, ">\n<h2 id=\"%s-title\">%s</h2>\n", id, title);
}

void dcb_web_end_section(struct dcb_web *web)
{
	dcb_markup_put(&web->out, "</section>\n");
}

void dcb_web_begin_table(struct dcb_web *web, const char *caption,
			 const struct dcb_web_column *columns, size_t n)
{
	struct dcb_markup *out = &web->out;

	dcb_html_begin_scroll(out, caption);
	dcb_markup_put(out, "<table class=\"rows\"><caption>%s</caption>\n<thead><tr>", caption);
	for (size_t i = 0; i < n; i++)
		dcb_markup_put(out, "<th scope=\"col\" class=\"%s\">%s</th>", columns[i].class,
			       columns[i].name);
	dcb_markup_put(out, "</tr></thead>\n<tbody>\n");
}

void dcb_web_end_table(struct dcb_web *web)
{
	dcb_markup_put(&web->out, "</tbody></table></div>\n");
}

void dcb_web_next_row(struct dcb_web_rows *rows, int64_t id)
{
	rows->last = id;
	if (rows->n++ == 0)
		dcb_web_begin_table(rows->web, rows->caption, rows->columns, rows->n_columns);
}

bool dcb_web_end_rows(struct dcb_web_rows *rows, const char *path, size_t page)
{
	if (!rows->n)
		return false;
	dcb_web_end_table(rows->web);
	if (rows->n == page && rows->last > 1)
		dcb_markup_put(&rows->web->out,
			       "<p class=\"paging\"><a rel=\"next\" href=\"%s?before=%ld\">"
			       "Older</a></p>\n",
			       path, (long)rows->last);
	return true;
}

void dcb_web_put_time(struct dcb_web *web, int64_t us)
{
	time_t seconds = (time_t)(us / 1000000);
	char text[32], machine[32];
	struct tm tm;

	if (!us || !gmtime_r(&seconds, &tm) ||
	    !strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &tm) ||
	    !strftime(machine, sizeof(machine), "%Y-%m-%dT%H:%M:%SZ", &tm))
		return;
	dcb_markup_put(&web->out, "<time datetime=\"%s\">%s</time>", machine, text);
}

void dcb_web_put_state(struct dcb_web *web, enum dcb_web_tone tone, const char *words)
{
	static const struct {
		const char *class, *sign;
	} tones[] = {
		[DCB_WEB_PLAIN] = {"plain", "\u25a1"},
		[DCB_WEB_BUSY] = {"busy", "\u25b6"},
		[DCB_WEB_GOOD] = {"good", "\u25cf"},
		[DCB_WEB_BAD] = {"bad", "\u25b2"},
	};

	dcb_markup_put(&web->out,
		       "<span class=\"state %s\"><span class=\"sign\" aria-hidden=\"true\">%s"
		       "</span>%s</span>",
		       tones[tone].class, tones[tone].sign, words);
}

void dcb_web_put_job_state(struct dcb_web *web, enum dcb_job_state state)
{
	static const enum dcb_web_tone tones[] = {
		[DCB_JOB_QUEUED] = DCB_WEB_PLAIN,    [DCB_JOB_RUNNING] = DCB_WEB_BUSY,
		[DCB_JOB_DONE] = DCB_WEB_GOOD,       [DCB_JOB_FAILED] = DCB_WEB_BAD,
		[DCB_JOB_CANCELLED] = DCB_WEB_PLAIN,
	};

	dcb_web_put_state(web, tones[state], dcb_job_state_name(state));
}

void dcb_web_put_run_state(struct dcb_web *web, const struct dcb_store_run *run)
{
	static const enum dcb_web_tone tones[] = {
		[DCB_RUN_RUNNING] = DCB_WEB_BUSY,
		[DCB_RUN_DONE] = DCB_WEB_GOOD,
		[DCB_RUN_FAILED] = DCB_WEB_BAD,
		[DCB_RUN_INTERRUPTED] = DCB_WEB_PLAIN,
	};
	enum dcb_run_state state = dcb_run_effective_state(run);

	dcb_web_put_state(web, tones[state], dcb_run_state_name(state));
	if (run->reason)
		dcb_markup_put(&web->out, "<br><span class=\"soft\">%s</span>", run->reason);
}

void dcb_web_put_bytes(struct dcb_web *web, double bytes)
{
	char text[64];

	dcb_format_value(bytes, "bytes", text, sizeof(text));
	dcb_markup_put(&web->out, "%s", text);
}

static void put_names(struct dcb_web *web, const json_t *list)
{
	const char *between = "";
	json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		dcb_markup_put(&web->out, "%s%s", between,
			       json_string_value(json_object_get(item, "name")));
		between = ", ";
	}
}

void dcb_web_put_plan(struct dcb_web *web, const char *plan)
{
	json_auto_t *object = NULL;

	if (dcb_json_parse(plan, strlen(plan), &object, NULL) < 0)
		return;
	put_names(web, json_object_get(object, "workloads"));
	dcb_markup_put(&web->out, " on ");
	put_names(web, json_object_get(object, "kernels"));
}

static int put_kernel(void *context, size_t index, const struct dcb_store_run_kernel *kernel)
{
	struct dcb_web *web = context;

	if (index)
		dcb_markup_put(&web->out, "<br>");
	dcb_markup_put(&web->out, "%s <span class=\"soft\">%s</span>", kernel->name,
		       kernel->kernel.release);
	return 0;
}

static int put_workload(void *context, size_t index, const struct dcb_store_run_workload *workload)
{
	struct dcb_web *web = context;

	dcb_markup_put(&web->out, "%s%s", index ? ", " : "", workload->name);
	return 0;
}

int dcb_web_put_run_parts(struct dcb_web *web, int64_t run)
{
	struct dcb_store *store = web->call->api->store;
	int r;

	dcb_markup_put(&web->out, "<td>");
	r = dcb_store_each_run_kernel(store, run, put_kernel, web, web->err);
	if (r < 0)
		return r;
	dcb_markup_put(&web->out, "</td><td>");
	r = dcb_store_each_run_workload(store, run, put_workload, web, web->err);
	dcb_markup_put(&web->out, "</td>");
	return r;
}

char *dcb_web_escape(const char *text)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789-._~";
	char *escaped = malloc(3 * strlen(text) + 1), *end = escaped;

	if (!escaped)
		return NULL;
	for (; *text; text++) {
		if (strchr(plain, *text))
			*end++ = *text;
		else
			end += sprintf(end, "%%%02X", (unsigned char)*text);
	}
	*end = '\0';
	return escaped;
}

// SPDX-License-Identifier: GPL-2.0-only
/* What all pages share: their frame, the style sheet, the script, and the table of routes. */
#include "daemon/page.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "daemon/follow.h"
#include "reports/formats/html.h"

#define REFRESH_S 10

extern const char dcb_page_css[], dcb_live_js[]; /* page.css, live.js */

static const struct {
	const char *path, *name;
} entries[] = {
	{"/queue", "Queue"},           {"/runs", "Runs"},
	{"/history", "History"},       {"/kernels", "Kernels"},
	{"/deliveries", "Deliveries"},
};

/* ---- the frame ---- */

static void put_head(struct dcb_web *web, const struct dcb_web_head *head)
{
	struct dcb_markup *out = &web->out;

	dcb_markup_put(out,
		       "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		       "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		       "<meta name=\"color-scheme\" content=\"light dark\">\n"
		       "<title>%s: dcbench</title>\n"
		       "<link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\">\n"
		       "<link rel=\"stylesheet\" href=\"/style.css\">\n",
		       head->title);
	if (head->live)
		dcb_markup_put(out,
			       "<script src=\"/live.js\" defer></script>\n<noscript>"
			       "<meta http-equiv=\"refresh\" content=\"%d\"></noscript>\n",
			       REFRESH_S);
	dcb_markup_put(out, "</head>\n");
}

/* Where the script listens, from what the page knows on. */
static void put_body(struct dcb_web *web, const struct dcb_web_head *head)
{
	const struct dcb_follow *follow = web->call->api->follow;
	unsigned long newest = head->live ? (unsigned long)dcb_follow_newest(follow) : 0;

	if (!head->live)
		dcb_markup_put(&web->out, "<body>\n");
	else if (head->job)
		dcb_markup_put(&web->out,
			       "<body data-events=\"/api/v1/jobs/%ld/events?after=%ld\">\n",
			       (long)head->job, (long)newest);
	else
		dcb_markup_put(&web->out, "<body data-events=\"/api/v1/events?after=%ld\">\n",
			       (long)newest);
}

static void put_navigation(struct dcb_web *web, const char *current)
{
	struct dcb_markup *out = &web->out;
	bool home = current && strcmp(current, "/") == 0;

	dcb_markup_put(out,
		       "<a class=\"skip\" href=\"#main\">To the content</a>\n<header class=\"bar\">"
		       "<nav aria-label=\"Pages\">\n<a class=\"home\" href=\"/\"");
	dcb_markup_put(out, home ? " aria-current=\"page\">" : ">");
	dcb_markup_put(out, "dcbench</a>\n<ul>");
	for (size_t i = 0; i < ARRAY_SIZE(entries); i++) {
		bool here = current && strcmp(current, entries[i].path) == 0;

		dcb_markup_put(out, "<li><a href=\"%s\"", entries[i].path);
		dcb_markup_put(out, here ? " aria-current=\"page\">" : ">");
		dcb_markup_put(out, "%s</a></li>", entries[i].name);
	}
	dcb_markup_put(out, "</ul>\n</nav></header>\n<main id=\"main\">\n");
}

int dcb_web_begin(struct dcb_web *web, struct dcb_call *call, const struct dcb_web_head *head,
		  struct dcb_error *err)
{
	*web = (struct dcb_web){.call = call, .err = err};
	web->out.file = open_memstream(&web->text, &web->size);
	if (!web->out.file)
		return dcb_error_oom(err);
	put_head(web, head);
	put_body(web, head);
	put_navigation(web, head->current);
	dcb_markup_put(&web->out, "<h1>%s</h1>\n", head->title);
	return 0;
}

int dcb_web_end(struct dcb_web *web)
{
	bool failed;

	dcb_markup_put(&web->out, "</main>\n</body>\n</html>\n");
	failed = web->out.error < 0 || ferror(web->out.file);
	failed = fclose(web->out.file) != 0 || failed;
	web->out.file = NULL;
	if (failed)
		return dcb_error_oom(web->err);
	web->call->response->content_type = "text/html; charset=utf-8";
	web->call->response->body = TAKE_PTR(web->text);
	web->call->response->size = web->size;
	return 0;
}

void dcb_web_deinit(struct dcb_web *web)
{
	if (web->out.file)
		fclose(web->out.file);
	free(web->text);
}

int dcb_web_fail(struct dcb_call *call, int r, struct dcb_error *err)
{
	_cleanup_(dcb_web_deinit) struct dcb_web web = DCB_WEB_NULL;
	unsigned status = dcb_http_status(r, err);
	const struct dcb_web_head head = {.title = status == 404  ? "Not found"
						   : status < 500 ? "Not possible"
								  : "Failed"};
	struct dcb_error again = DCB_ERROR_NULL;

	if (dcb_web_begin(&web, call, &head, &again) < 0)
		return r;
	dcb_markup_put(&web.out,
		       "<p class=\"lead\">%s</p>\n<p>See the <a href=\"/\">overview</a> or the "
		       "<a href=\"/runs\">runs</a>.</p>\n",
		       err->errnum ? err->message : strerror(-r));
	free(call->response->body);
	call->response->body = NULL;
	if (dcb_web_end(&web) < 0)
		return r;
	call->response->status = status;
	return 0;
}

/* ---- what is fetched with them ---- */

static int answer_text(struct dcb_call *call, const char *type, char *text, struct dcb_error *err)
{
	if (!text)
		return dcb_error_oom(err);
	call->response->content_type = type;
	call->response->body = text;
	call->response->size = strlen(text);
	return 0;
}

static int get_style(struct dcb_call *call, struct dcb_error *err)
{
	return answer_text(call, "text/css; charset=utf-8",
			   dcb_format("%s\n%s", dcb_html_style, dcb_page_css), err);
}

static int get_script(struct dcb_call *call, struct dcb_error *err)
{
	return answer_text(call, "text/javascript; charset=utf-8", strdup(dcb_live_js), err);
}

/* Two bars of a forest plot. */
static int get_icon(struct dcb_call *call, struct dcb_error *err)
{
	return answer_text(call, "image/svg+xml",
			   strdup("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 16 16\">"
				  "<rect width=\"16\" height=\"16\" rx=\"3\" fill=\"#00508c\"/>"
				  "<path d=\"M3 5.5h7M6 10.5h7\" stroke=\"#fff\" "
				  "stroke-width=\"1.6\"/><circle cx=\"6\" cy=\"5.5\" r=\"2\" "
				  "fill=\"#fff\"/><circle cx=\"10\" cy=\"10.5\" r=\"2\" "
				  "fill=\"#fff\"/></svg>\n"),
			   err);
}

const struct dcb_route dcb_page_routes[] = {
	{"GET", "/", false, dcb_web_overview},
	{"GET", "/queue", false, dcb_web_queue},
	{"GET", "/jobs/#", false, dcb_web_job},
	{"GET", "/runs", false, dcb_web_runs},
	{"GET", "/runs/#", false, dcb_web_run},
	{"GET", "/history", false, dcb_web_history},
	{"GET", "/kernels", false, dcb_web_kernels},
	{"GET", "/deliveries", false, dcb_web_deliveries},
	{"GET", "/style.css", false, get_style},
	{"GET", "/live.js", false, get_script},
	{"GET", "/favicon.svg", false, get_icon},
	{"GET", "/favicon.ico", false, get_icon}, /* of pages that name none: the report */
	{NULL},
};

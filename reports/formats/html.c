// SPDX-License-Identifier: GPL-2.0-only
/*
 * One file that can be mailed: no script, nothing that is fetched, charts as inline SVG. Its size
 * grows with the number of metrics, not with that of samples.
 */
#include "reports/formats/html.h"

#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "reports/formats/registry.h"
#include "reports/table-rows.h"

/* "fixed 7.3.4 against base 6.12.117"; malloc'd. */
static char *title_text(const struct dcb_summary *summary)
{
	_cleanup_free_ char *base = dcb_table_kernel(summary, summary->base);
	_cleanup_free_ char *list = NULL;

	if (!base)
		return NULL;
	for (size_t kernel = 0; kernel < summary->n_kernels; kernel++) {
		_cleanup_free_ char *name = NULL;
		char *longer;

		if (kernel == summary->base)
			continue;
		name = dcb_table_kernel(summary, kernel);
		longer = name ? dcb_format("%s%s%s", list ? list : "", list ? ", " : "", name)
			      : NULL;
		free(list);
		list = longer;
		if (!list)
			return NULL;
	}
	return list ? dcb_format("%s against %s", list, base) : dcb_format("%s alone", base);
}

static const char *explain_machine(const struct dcb_summary *summary)
{
	if (strcmp(summary->run.machine, "icount") == 0)
		return "Time is virtual: it passes with instructions, so one seed gives one set of "
		       "digits on any host. Cycles follow from instructions and tell nothing of "
		       "caches. Spread over boots is that of code and data layout.";
	if (strcmp(summary->run.machine, "tcg") == 0)
		return "Time is real, the CPU is emulated: ratios are meant, not absolute times, "
		       "and nothing is said of cycles. Spread over boots is noise.";
	if (strcmp(summary->run.machine, "kvm") == 0)
		return "Time and cycles are real. Spread over boots is noise.";
	return NULL;
}

static void put_meta(struct dcb_html *html)
{
	const struct dcb_store_run *run = &html->summary->run;
	const char *machine = explain_machine(html->summary);
	char date[64];

	dcb_html_format_date(run->created_us, date, sizeof(date));
	dcb_markup_put(&html->out,
		       "<dl class=\"meta\"><div><dt>Machine</dt><dd>%s %s</dd></div>"
		       "<div><dt>Run</dt><dd>%ld, %s%s%s</dd></div>"
		       "<div><dt>Blocks</dt><dd>%ld</dd></div><div><dt>Seed</dt><dd>%ld</dd></div>"
		       "<div><dt>Date</dt><dd>%s</dd></div></dl>\n",
		       run->machine, run->arch, (long)run->id, dcb_run_state_name(run->state),
		       run->reason ? ": " : "", run->reason ? run->reason : "", (long)run->blocks,
		       (long)run->seed, date);
	if (machine)
		dcb_markup_put(&html->out, "<p class=\"lead\">%s</p>\n", machine);
}

static void put_kernels(struct dcb_html *html)
{
	const struct dcb_summary *summary = html->summary;

	dcb_markup_put(&html->out, "<ul class=\"kernels\">\n");
	for (size_t kernel = 0; kernel < summary->n_kernels; kernel++) {
		const struct dcb_store_run_kernel *row = &summary->kernels[kernel];
		char class[16];

		dcb_html_kernel_class(summary, kernel, class, sizeof(class));
		dcb_markup_put(&html->out,
			       "<li><span class=\"key %s\"></span><b>%s</b>%s: %s "
			       "<span class=\"soft\">from %s</span></li>\n",
			       class, row->name, kernel == summary->base ? " (base)" : "",
			       row->kernel.release, row->spec);
	}
	dcb_markup_put(&html->out, "</ul>\n");
}

int dcb_html_head(struct dcb_html *html)
{
	_cleanup_free_ char *title = title_text(html->summary);
	struct dcb_markup *out = &html->out;

	if (!title)
		return -ENOMEM;
	dcb_markup_put(out,
		       "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		       "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		       "<meta name=\"color-scheme\" content=\"light dark\">\n"
		       "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		       "style-src 'unsafe-inline'\">\n<title>%s</title>\n<style>\n",
		       title);
	dcb_markup_raw(out, dcb_html_style);
	dcb_markup_put(out,
		       "</style>\n</head>\n<body>\n<main>\n<header>\n<p class=\"kicker\">dcbench "
		       "report</p>\n<h1>%s</h1>\n",
		       title);
	put_meta(html);
	put_kernels(html);
	dcb_markup_put(out, "</header>\n");
	return 0;
}

static int write_parts(struct dcb_html *html)
{
	static int (*const parts[])(struct dcb_html * html) = {
		dcb_html_head,          dcb_html_verdicts, dcb_html_findings, dcb_html_forest,
		dcb_html_distributions, dcb_html_tails,    dcb_html_timeline, dcb_html_history,
		dcb_html_table,         dcb_html_settings, dcb_html_boots,    dcb_html_reproduce,
		dcb_html_fingerprint,
	};

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		int r = parts[i](html);

		if (r < 0)
			return r;
		if (html->out.error < 0)
			return html->out.error;
	}
	dcb_markup_put(&html->out, "</main>\n</body>\n</html>\n");
	return html->out.error;
}

static int write_html(const struct dcb_report *report, FILE *file, struct dcb_error *err)
{
	_cleanup_(dcb_html_samples_deinit) struct dcb_html_samples samples = DCB_HTML_SAMPLES_NULL;
	struct dcb_html html = {
		.out = {.file = file},
		.summary = report->summary,
		.store = report->store,
		.samples = &samples,
		.err = err,
	};
	int r;

	r = dcb_html_samples_load(report->store, report->summary, &samples, err);
	if (r < 0)
		return r;
	r = write_parts(&html);
	return r == -ENOMEM ? dcb_error_oom(err) : r;
}

const struct dcb_report_format dcb_report_html = {
	.name = "html",
	.summary = "one page with charts, for a browser: nothing to fetch, no script",
	.content_type = "text/html; charset=utf-8",
	.tells_planted = true,
	.write = write_html,
};

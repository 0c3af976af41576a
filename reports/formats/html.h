/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* The parts of the HTML report: one file each, written in the order in which they are read. A part
 * that has nothing to say writes nothing. Each returns 0 or -errno; what goes wrong in writing
 * stands in html->out, whose error is looked at behind each part. */

#include <stdbool.h>

#include "reports/formats/html-samples.h"
#include "reports/formats/markup.h"
#include "reports/formats/svg.h"
#include "reports/report.h"
#include "reports/summary.h"

struct dcb_html {
	struct dcb_markup out;
	const struct dcb_summary *summary;
	struct dcb_store *store;
	const struct dcb_html_samples *samples;
	struct dcb_error *err;
};

int dcb_html_head(struct dcb_html *html); /* the title too */
int dcb_html_verdicts(struct dcb_html *html);
int dcb_html_findings(struct dcb_html *html);
int dcb_html_forest(struct dcb_html *html);
int dcb_html_distributions(struct dcb_html *html);
int dcb_html_tails(struct dcb_html *html);
int dcb_html_timeline(struct dcb_html *html);
int dcb_html_history(struct dcb_html *html);
int dcb_html_table(struct dcb_html *html);
int dcb_html_settings(struct dcb_html *html);
int dcb_html_boots(struct dcb_html *html);
int dcb_html_reproduce(struct dcb_html *html);
int dcb_html_fingerprint(struct dcb_html *html);

extern const char dcb_html_style[]; /* html.css */

/* ---- words that several parts use ---- */

/* Comparisons come in groups of so many: one metric with each candidate. */
size_t dcb_html_step(const struct dcb_summary *summary);
/* A metric whose comparison was judged, with values on both sides. */
bool dcb_html_is_judged(const struct dcb_comparison *comparison);
/* "s0" of the base, "s1".. of the candidates: the class of a kernel's colour and dash. */
void dcb_html_kernel_class(const struct dcb_summary *summary, size_t kernel, char *buffer,
			   size_t size);
/* "cannot tell" */
const char *dcb_html_verdict(enum dcb_verdict verdict);
/* "improved" as a class, and the shape that says the same without colour. */
const char *dcb_html_verdict_class(enum dcb_verdict verdict);
enum dcb_svg_shape dcb_html_verdict_shape(enum dcb_verdict verdict);
/* The shape and the word. */
void dcb_html_put_verdict(struct dcb_markup *out, enum dcb_verdict verdict);
/* A place in which a wide table scrolls, for the keyboard too; ends with </div>. */
void dcb_html_begin_scroll(struct dcb_markup *out, const char *label);
/* After the panels of a section, if n > 0: closes both, and says how many were left out. */
void dcb_html_end_panels(struct dcb_markup *out, size_t n, size_t n_max);
/* Of Unix microseconds: "2026-11-24 14:08 UTC". */
void dcb_html_format_date(int64_t unix_us, char *buffer, size_t size);
/* "0.031", "< 0.0001" */
void dcb_html_format_p(double p, char *buffer, size_t size);

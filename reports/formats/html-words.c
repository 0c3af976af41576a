// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "reports/formats/html.h"
#include "reports/mail-parts.h"

/* Colours that the style sheet has for candidates; more kernels begin again. */
#define COLOURS 5

size_t dcb_html_step(const struct dcb_summary *summary)
{
	return summary->n_kernels > 1 ? summary->n_kernels - 1 : 1;
}

bool dcb_html_is_judged(const struct dcb_comparison *comparison)
{
	return comparison->verdict != DCB_VERDICT_NONE && dcb_mail_is_compared(comparison);
}

void dcb_html_kernel_class(const struct dcb_summary *summary, size_t kernel, char *buffer,
			   size_t size)
{
	size_t candidate = kernel < summary->base ? kernel : kernel - 1;

	if (kernel == summary->base)
		snprintf(buffer, size, "s0");
	else
		snprintf(buffer, size, "s%zu", candidate % COLOURS + 1);
}

static const struct {
	const char *words, *class, *sign;
	enum dcb_svg_shape shape;
} verdicts[] = {
	[DCB_VERDICT_NONE] = {"not judged", "none", "", DCB_SVG_DASH},
	[DCB_VERDICT_IMPROVED] = {"improved", "improved", "\u25cf", DCB_SVG_CIRCLE},
	[DCB_VERDICT_REGRESSED] = {"regressed", "regressed", "\u25b2", DCB_SVG_TRIANGLE},
	[DCB_VERDICT_SAME] = {"same", "same", "\u25a0", DCB_SVG_SQUARE},
	[DCB_VERDICT_CANNOT_TELL] = {"cannot tell", "unsure", "\u25c7", DCB_SVG_DIAMOND},
};

const char *dcb_html_verdict(enum dcb_verdict verdict)
{
	return verdicts[verdict].words;
}

const char *dcb_html_verdict_class(enum dcb_verdict verdict)
{
	return verdicts[verdict].class;
}

enum dcb_svg_shape dcb_html_verdict_shape(enum dcb_verdict verdict)
{
	return verdicts[verdict].shape;
}

void dcb_html_put_verdict(struct dcb_markup *out, enum dcb_verdict verdict)
{
	dcb_markup_put(out,
		       "<span class=\"verdict %s\"><span class=\"sign\" aria-hidden=\"true\">%s"
		       "</span>%s</span>",
		       verdicts[verdict].class, verdicts[verdict].sign, verdicts[verdict].words);
}

void dcb_html_begin_scroll(struct dcb_markup *out, const char *label)
{
	dcb_markup_put(out,
		       "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"%s\">",
		       label);
}

void dcb_html_end_panels(struct dcb_markup *out, size_t n, size_t n_max)
{
	if (!n)
		return;
	dcb_markup_put(out, "</div>\n");
	if (n > n_max)
		dcb_markup_put(out, "<p class=\"soft\">%zu more are not drawn.</p>\n", n - n_max);
	dcb_markup_put(out, "</section>\n");
}

void dcb_html_format_date(int64_t unix_us, char *buffer, size_t size)
{
	time_t seconds = (time_t)(unix_us / 1000000);
	struct tm tm;

	/* Digits only: names of months are the locale's. */
	if (!gmtime_r(&seconds, &tm) || !strftime(buffer, size, "%Y-%m-%d %H:%M UTC", &tm))
		snprintf(buffer, size, "date not known");
}

void dcb_html_format_p(double p, char *buffer, size_t size)
{
	if (p < 0.0001)
		snprintf(buffer, size, "< 0.0001");
	else
		dcb_format_value(p, "", buffer, size);
}

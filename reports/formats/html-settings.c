// SPDX-License-Identifier: GPL-2.0-only
/* What the guests were: how their kernels were set, what could not be counted and why, and how each
 * boot ended. */
#include <string.h>

#include "base/cleanup.h"
#include "reports/formats/html.h"

#define BOOTS_MAX 200 /* rows; those that failed come first */

static const char *setting_of(const struct dcb_summary *summary, size_t kernel, const char *name)
{
	for (size_t i = 0; i < summary->n_settings; i++)
		if (summary->settings[i].kernel == kernel &&
		    strcmp(summary->settings[i].name, name) == 0)
			return summary->settings[i].value;
	return NULL;
}

/* No row before it has that name. */
static bool is_first(const struct dcb_summary *summary, size_t setting)
{
	for (size_t i = 0; i < setting; i++)
		if (strcmp(summary->settings[i].name, summary->settings[setting].name) == 0)
			return false;
	return true;
}

static void put_setting(struct dcb_html *html, const char *name)
{
	const struct dcb_summary *summary = html->summary;
	const char *base = setting_of(summary, summary->base, name);
	struct dcb_markup *out = &html->out;

	dcb_markup_put(out, "<tr><th scope=\"row\">%s</th>", name);
	for (size_t kernel = 0; kernel < summary->n_kernels; kernel++) {
		const char *value = setting_of(summary, kernel, name);
		bool differs = base && value && strcmp(base, value) != 0;

		dcb_markup_put(out, "<td>%s%s%s</td>", value ? value : "-", differs ? " " : "",
			       differs ? "(differs)" : "");
	}
	dcb_markup_put(out, "</tr>\n");
}

static void put_settings(struct dcb_html *html)
{
	const struct dcb_summary *summary = html->summary;
	struct dcb_markup *out = &html->out;

	dcb_html_begin_scroll(out, "Settings");
	dcb_markup_put(out, "<table>\n<caption>How the guests were set, in "
			    "the words of their kernels</caption>\n<thead><tr><th scope=\"col\">"
			    "Setting</th>");
	for (size_t kernel = 0; kernel < summary->n_kernels; kernel++)
		dcb_markup_put(out, "<th scope=\"col\">%s</th>", summary->kernels[kernel].name);
	dcb_markup_put(out, "</tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < summary->n_settings; i++)
		if (is_first(summary, i))
			put_setting(html, summary->settings[i].name);
	dcb_markup_put(out, "</tbody>\n</table></div>\n");
}

/* Returns how many counters the guests had. */
static size_t put_counted(struct dcb_html *html)
{
	const struct dcb_summary *summary = html->summary;
	size_t n = 0;

	for (size_t i = 0; i < summary->n_counters; i++) {
		if (summary->counters[i].value)
			continue;
		if (n++ == 0)
			dcb_markup_put(&html->out, "<p>Counted in the guests: ");
		dcb_markup_put(&html->out, "%s%s", n > 1 ? ", " : "", summary->counters[i].name);
	}
	if (n)
		dcb_markup_put(&html->out, ".</p>\n");
	return n;
}

static void put_counters(struct dcb_html *html)
{
	const struct dcb_summary *summary = html->summary;
	struct dcb_markup *out = &html->out;

	if (put_counted(html) == summary->n_counters)
		return;
	dcb_html_begin_scroll(out, "Counters");
	dcb_markup_put(out, "<table>\n<caption>What the machine could not "
			    "count, and why; never told as 0</caption>\n<thead><tr><th "
			    "scope=\"col\">Counter</th><th scope=\"col\">Reason</th></tr></thead>"
			    "\n<tbody>\n");
	for (size_t i = 0; i < summary->n_counters; i++)
		if (summary->counters[i].value)
			dcb_markup_put(out, "<tr><th scope=\"row\">%s</th><td>%s</td></tr>\n",
				       summary->counters[i].name, summary->counters[i].value);
	dcb_markup_put(out, "</tbody>\n</table></div>\n");
}

int dcb_html_settings(struct dcb_html *html)
{
	if (!html->summary->n_settings && !html->summary->n_counters)
		return 0;
	dcb_markup_put(&html->out, "<section id=\"settings\">\n<h2>Settings and counters</h2>\n");
	if (html->summary->n_settings)
		put_settings(html);
	if (html->summary->n_counters)
		put_counters(html);
	dcb_markup_put(&html->out, "</section>\n");
	return 0;
}

/* ---- boots ---- */

/* The store's -1 for "was not measured". */
static void put_measured(struct dcb_markup *out, double value, const char *unit)
{
	char text[64] = "-";

	if (value >= 0)
		dcb_format_value(value, unit, text, sizeof(text));
	dcb_markup_put(out, "<td class=\"figure\">%s</td>", text);
}

static void put_boot(struct dcb_html *html, const struct dcb_store_boot *boot)
{
	struct dcb_markup *out = &html->out;
	bool good = dcb_store_boot_is_good(boot);

	dcb_markup_put(out,
		       "<tr><td class=\"figure\">%ld</td><th scope=\"row\">%s</th>"
		       "<td class=\"figure\">%ld</td><td class=\"outcome\"><span "
		       "class=\"%s\">%s</span>%s%s</td>",
		       (long)boot->block, html->summary->kernels[boot->kernel].name,
		       (long)boot->seed, good ? "" : "verdict regressed", boot->state,
		       boot->reason ? ": " : "", boot->reason);
	put_measured(out, boot->guest_s, "s");
	put_measured(out, boot->wall_s, "s");
	put_measured(out, boot->memory_peak_bytes, "bytes");
	dcb_markup_put(out, "</tr>\n");
}

int dcb_html_boots(struct dcb_html *html)
{
	static const char *const plain[] = {"Kernel",     "Seed",      "Outcome",
					    "Guest time", "Wall time", "Peak memory"};
	const struct dcb_summary *summary = html->summary;
	struct dcb_markup *out = &html->out;
	size_t n = 0, n_good = 0;

	for (size_t i = 0; i < summary->n_boots; i++)
		n_good += dcb_store_boot_is_good(&summary->boots[i].row);
	dcb_markup_put(out, "<section id=\"boots\">\n<h2>Boots</h2>\n");
	if (!summary->n_boots) {
		dcb_markup_put(out, "<p>No boot has ended yet.</p>\n</section>\n");
		return 0;
	}
	dcb_markup_put(out, "<details%s>\n<summary>%zu boots, of which %zu failed</summary>\n",
		       n_good < summary->n_boots ? " open" : "", summary->n_boots,
		       summary->n_boots - n_good);
	dcb_html_begin_scroll(out, "Boots");
	dcb_markup_put(out,
		       "<table>\n<caption>Boots, those that failed first%s</caption>\n<thead><tr>"
		       "<th scope=\"col\" class=\"figure\">Block</th>",
		       summary->n_boots > BOOTS_MAX ? "; not all are listed" : "");
	for (size_t i = 0; i < ARRAY_SIZE(plain); i++)
		dcb_markup_put(out, "<th scope=\"col\" class=\"%s\">%s</th>",
			       i == 0 || i == 2 ? "" : "figure", plain[i]);
	dcb_markup_put(out, "</tr></thead>\n<tbody>\n");
	for (int good = 0; good < 2; good++) {
		for (size_t i = 0; i < summary->n_boots; i++) {
			const struct dcb_store_boot *boot = &summary->boots[i].row;

			if (dcb_store_boot_is_good(boot) == (good == 1) && n++ < BOOTS_MAX)
				put_boot(html, boot);
		}
	}
	dcb_markup_put(out, "</tbody>\n</table></div>\n</details>\n</section>\n");
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/* What a reader must know before believing a figure: boots that failed, above all on one side only;
 * workloads that could not run; settings that differ; guests that are not exact; how it was judged.
 * Closes the section that the verdicts opened. */
#include <string.h>

#include "base/cleanup.h"
#include "reports/formats/html.h"
#include "reports/judgement-notes.h"

struct list {
	struct dcb_html *html;
	size_t n;
};

static void begin_item(struct list *list)
{
	if (list->n++ == 0)
		dcb_markup_put(&list->html->out, "<h3>Also found</h3>\n<ul class=\"findings\">\n");
	dcb_markup_put(&list->html->out, "<li>");
}

static void end_item(struct list *list)
{
	dcb_markup_put(&list->html->out, "</li>\n");
}

/* Of boots that ended so; or NULL. */
static const char *find_reason(const struct dcb_summary *summary, size_t kernel, const char *state)
{
	for (size_t i = 0; i < summary->n_boots; i++) {
		const struct dcb_store_boot *boot = &summary->boots[i].row;

		if (boot->kernel == kernel && strcmp(boot->state, state) == 0 && boot->reason)
			return boot->reason;
	}
	return NULL;
}

static void put_failed_boots(struct list *list)
{
	const struct dcb_summary *summary = list->html->summary;

	for (size_t kernel = 0; kernel < summary->n_kernels; kernel++) {
		const struct dcb_summary_failures *failures = &summary->failures[kernel];
		const char *reason;

		if (!failures->failed)
			continue;
		reason = find_reason(summary, kernel, failures->state);
		begin_item(list);
		dcb_markup_put(&list->html->out,
			       "<strong>%s failed in %u of %u boots</strong>%s: %s%s%s.",
			       summary->kernels[kernel].name, failures->failed,
			       failures->ok + failures->failed,
			       failures->only_candidate_fails ? ", base in none"
			       : failures->only_base_fails    ? ", the other kernels in none"
							      : "",
			       failures->state, reason ? ", " : "", reason);
		end_item(list);
	}
}

static void put_cannot(struct list *list)
{
	const struct dcb_summary *summary = list->html->summary;

	for (size_t i = 0; i < summary->n_symptoms; i++) {
		const struct dcb_summary_symptom *symptom = &summary->symptoms[i];

		if (!dcb_summary_cannot(symptom) || !symptom->present || symptom->workload < 0)
			continue;
		begin_item(list);
		dcb_markup_put(&list->html->out, "<strong>%s %s on %s</strong>%s%s.",
			       summary->workloads[symptom->workload].name,
			       strcmp(symptom->name, "failed") == 0 ? "failed" : "could not run",
			       summary->kernels[symptom->kernel].name, symptom->detail ? ": " : "",
			       symptom->detail);
		end_item(list);
	}
}

static void put_differing(struct list *list)
{
	const struct dcb_summary *summary = list->html->summary;

	for (size_t i = 0; i < summary->n_settings; i++) {
		const struct dcb_summary_setting *first = &summary->settings[i];
		bool differs = false;

		if (first->kernel != summary->settings[0].kernel)
			break;
		for (size_t j = i + 1; j < summary->n_settings; j++)
			differs |= strcmp(summary->settings[j].name, first->name) == 0 &&
				   strcmp(summary->settings[j].value, first->value) != 0;
		if (!differs)
			continue;
		begin_item(list);
		dcb_markup_put(&list->html->out, "<strong>The setting %s differs</strong>",
			       first->name);
		for (size_t j = i; j < summary->n_settings; j++)
			if (strcmp(summary->settings[j].name, first->name) == 0)
				dcb_markup_put(&list->html->out, "%s%s %s", j == i ? ": " : ", ",
					       summary->kernels[summary->settings[j].kernel].name,
					       summary->settings[j].value);
		dcb_markup_put(&list->html->out, ". The lab could not make it alike: part of a "
						 "change may be its doing.");
		end_item(list);
	}
}

static void put_disks(struct list *list)
{
	const struct dcb_summary *summary = list->html->summary;

	for (size_t kernel = 0; kernel < summary->n_kernels; kernel++) {
		if (!dcb_summary_has_disk(summary, kernel))
			continue;
		begin_item(list);
		dcb_markup_put(&list->html->out,
			       "<strong>Guests of %s had a disk</strong>, as the kernel has no "
			       "loop devices: its figures do not repeat to the digit.",
			       summary->kernels[kernel].name);
		end_item(list);
	}
}

/* What the intervals are over, how many metrics were judged together, which have two modes. */
static int put_notes(struct dcb_html *html)
{
	_cleanup_(dcb_notes_deinit) struct dcb_notes notes = DCB_NOTES_NULL;
	size_t n = 0;
	int r;

	r = dcb_judgement_notes(html->summary, false, &notes);
	if (r < 0)
		return r;
	for (size_t i = 0; i < notes.n; i++) {
		/* Told above, with its reason; and what no list here is marked with. */
		if (strcmp(notes.rows[i].label, "finding") == 0 || notes.rows[i].label[0] == '+')
			continue;
		if (n++ == 0)
			dcb_markup_put(&html->out,
				       "<h3>How it was judged</h3>\n<dl class=\"counts\">\n");
		dcb_markup_put(&html->out, "<dt>%s</dt><dd>%s</dd>\n", notes.rows[i].label,
			       notes.rows[i].text);
	}
	if (n)
		dcb_markup_put(&html->out, "</dl>\n");
	return 0;
}

int dcb_html_findings(struct dcb_html *html)
{
	struct list list = {.html = html};
	int r;

	put_failed_boots(&list);
	put_cannot(&list);
	put_differing(&list);
	put_disks(&list);
	if (list.n)
		dcb_markup_put(&html->out, "</ul>\n");
	r = put_notes(html);
	dcb_markup_put(&html->out, "</section>\n");
	return r;
}

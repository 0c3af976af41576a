// SPDX-License-Identifier: GPL-2.0-only
/* What a reader must know before believing a figure: boots that failed, above all on one side
 * only; workloads that could not run; settings that differ; guests that are not exact. Closes the
 * section that the verdicts opened. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "reports/formats/html.h"
#include "reports/table-rows.h"

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

static void count_boots(const struct dcb_summary *summary, size_t kernel, size_t *ret_failed,
			size_t *ret_all, const struct dcb_store_boot **ret_first)
{
	*ret_failed = *ret_all = 0;
	*ret_first = NULL;
	for (size_t i = 0; i < summary->n_boots; i++) {
		const struct dcb_store_boot *boot = &summary->boots[i].row;

		if (boot->kernel != kernel)
			continue;
		++*ret_all;
		if (dcb_store_boot_is_good(boot))
			continue;
		++*ret_failed;
		if (!*ret_first)
			*ret_first = boot;
	}
}

static size_t count_kernels_that_failed(const struct dcb_summary *summary)
{
	size_t n = 0;

	for (size_t kernel = 0; kernel < summary->n_kernels; kernel++) {
		const struct dcb_store_boot *first;
		size_t failed, all;

		count_boots(summary, kernel, &failed, &all, &first);
		n += failed > 0;
	}
	return n;
}

static void put_failed_boots(struct list *list)
{
	const struct dcb_summary *summary = list->html->summary;
	bool one_sided = count_kernels_that_failed(summary) == 1 && summary->n_kernels > 1;

	for (size_t kernel = 0; kernel < summary->n_kernels; kernel++) {
		const struct dcb_store_boot *first;
		size_t failed, all;

		count_boots(summary, kernel, &failed, &all, &first);
		if (!failed)
			continue;
		begin_item(list);
		dcb_markup_put(&list->html->out,
			       "<strong>%s%s failed in %zu of %zu boots</strong>%s: %s%s%s.",
			       one_sided ? "Only " : "", summary->kernels[kernel].name, failed, all,
			       one_sided ? ", the other kernels in none" : "", first->state,
			       first->reason ? ", " : "", first->reason);
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

static int put_bimodal(struct list *list)
{
	const struct dcb_summary *summary = list->html->summary;
	size_t n = 0;

	for (size_t i = 0; i < summary->n_comparisons; i++) {
		const struct dcb_comparison *comparison = &summary->comparisons[i];
		_cleanup_free_ char *metric = NULL;

		if (!comparison->primary ||
		    !(comparison->base.bimodal || comparison->candidate.bimodal))
			continue;
		metric = dcb_html_metric(comparison);
		if (!metric)
			return -ENOMEM;
		if (n++ == 0) {
			begin_item(list);
			dcb_markup_put(&list->html->out,
				       "<strong>Boots fall into two clusters</strong>, where a "
				       "median tells neither: ");
		}
		dcb_markup_put(&list->html->out, "%s%s %s", n > 1 ? "; " : "",
			       summary->workloads[comparison->workload].name, metric);
	}
	if (n) {
		dcb_markup_put(&list->html->out, ".");
		end_item(list);
	}
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
	r = put_bimodal(&list);
	if (list.n)
		dcb_markup_put(&html->out, "</ul>\n");
	dcb_markup_put(&html->out, "</section>\n");
	return r;
}

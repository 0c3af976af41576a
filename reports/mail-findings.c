// SPDX-License-Identifier: GPL-2.0-only
/* What is no verdict and yet matters. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "reports/mail-parts.h"
#include "reports/table-rows.h"

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
		if (!*ret_first)
			*ret_first = boot;
		++*ret_failed;
	}
}

/* "fixed: 1 of 3 boots failed, none of base's: panic in block 2: ..." */
static int add_failed(struct dcb_mail_section *section, const struct dcb_summary *summary,
		      size_t kernel)
{
	const struct dcb_store_boot *first, *of_base;
	size_t failed, all, base_failed, base_all;
	_cleanup_free_ char *reason = NULL, *beside = NULL;

	count_boots(summary, kernel, &failed, &all, &first);
	count_boots(summary, summary->base, &base_failed, &base_all, &of_base);
	if (!failed)
		return 0;
	reason = dcb_page_quote(first->reason ? first->reason : "no reason given");
	if (kernel != summary->base)
		beside = base_failed
				 ? dcb_format(", %zu of %zu of %s", base_failed, base_all,
					      summary->kernels[summary->base].name)
				 : dcb_format(", none of %s", summary->kernels[summary->base].name);
	else
		beside = strdup("");
	if (!reason || !beside)
		return -ENOMEM;
	return dcb_mail_add(section,
			    dcb_format("%s: %zu of %zu boots failed%s; the first, in block %" PRId64
				       ", by %s: %s",
				       summary->kernels[kernel].name, failed, all, beside,
				       first->block, first->state, reason),
			    DCB_COLOUR_BAD);
}

/* Splats on the console. */
static int add_console(struct dcb_mail_section *section, const struct dcb_summary *summary,
		       const struct dcb_summary_symptom *symptom)
{
	const struct dcb_summary_symptom *base = dcb_table_find_symptom(summary, -1, symptom->name,
									summary->base);
	_cleanup_free_ char *name = dcb_page_quote(symptom->name);
	_cleanup_free_ char *detail = dcb_page_quote(symptom->detail);
	const char *beside = "";

	if (!name || !detail)
		return -ENOMEM;
	if (symptom->kernel != summary->base && base && base->boots)
		beside = base->present ? ", as on base's" : ", not on base's";
	return dcb_mail_add(section,
			    dcb_format("%s: %s on the console in %u of %u boots%s: %s",
				       summary->kernels[symptom->kernel].name, name, symptom->boots,
				       symptom->of_boots, beside, detail),
			    DCB_COLOUR_BAD);
}

static const struct dcb_summary_setting *find_setting(const struct dcb_summary *summary,
						      const char *name, size_t kernel)
{
	for (size_t i = 0; i < summary->n_settings; i++)
		if (summary->settings[i].kernel == kernel &&
		    strcmp(summary->settings[i].name, name) == 0)
			return &summary->settings[i];
	return NULL;
}

/* A setting that could not be made alike: "setting preempt differs: base full, other voluntary". */
static int add_setting(struct dcb_mail_section *section, const struct dcb_summary *summary,
		       const struct dcb_summary_setting *first)
{
	_cleanup_free_ char *name = dcb_page_quote(first->name);
	char *list = strdup("");
	bool differs = false;

	if (strcmp(first->name, "disk") == 0) { /* is told as what it means */
		free(list);
		return 0;
	}
	for (size_t kernel = 0; list && kernel < summary->n_kernels; kernel++) {
		const struct dcb_summary_setting *setting = find_setting(summary, first->name,
									 kernel);
		_cleanup_free_ char *value = dcb_page_quote(setting ? setting->value : "");

		if (!setting)
			continue;
		differs = differs || strcmp(setting->value, first->value) != 0;
		list = dcb_mail_append(
			list,
			value ? dcb_format("%s %s", summary->kernels[kernel].name, value) : NULL);
	}
	if (name && list && differs) {
		int r = dcb_mail_add(section, dcb_format("setting %s differs: %s", name, list),
				     DCB_COLOUR_UNSURE);

		free(list);
		return r;
	}
	free(list);
	return name && list ? 0 : -ENOMEM;
}

static int add_settings(struct dcb_mail_section *section, const struct dcb_summary *summary)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < summary->n_settings; i++) {
		const struct dcb_summary_setting *setting = &summary->settings[i];
		bool first = true;

		for (size_t j = 0; j < i; j++)
			first = first && strcmp(summary->settings[j].name, setting->name) != 0;
		if (first)
			r = add_setting(section, summary, setting);
	}
	return r;
}

/* "waiter llc-misses" of what one side alone has, and why. */
static int add_one_sided(struct dcb_mail_section *section, const struct dcb_summary *summary,
			 const struct dcb_comparison *comparison)
{
	const struct dcb_side *has = &comparison->base, *lacks = &comparison->candidate;
	_cleanup_free_ char *metric = NULL, *reason = NULL, *dose = NULL;

	if (!has->n) {
		has = &comparison->candidate;
		lacks = &comparison->base;
	}
	metric = dcb_mail_metric_text(comparison);
	dose = dcb_mail_dose(summary, comparison->workload);
	reason = dcb_page_quote(lacks->lacking       ? lacks->lacking
				: comparison->reason ? comparison->reason
						     : "no sample of it");
	if (!metric || !reason || !dose)
		return -ENOMEM;
	return dcb_mail_add(section,
			    dcb_format("%s: only %s has %s; %s: %s", dose,
				       summary->kernels[has->kernel].name, metric,
				       summary->kernels[lacks->kernel].name, reason),
			    DCB_COLOUR_UNSURE);
}

static int add_bimodal(struct dcb_mail_section *section, const struct dcb_summary *summary,
		       const struct dcb_comparison *comparison, const struct dcb_side *side)
{
	_cleanup_free_ char *metric = dcb_mail_metric_text(comparison);
	_cleanup_free_ char *dose = dcb_mail_dose(summary, comparison->workload);

	if (!side->bimodal)
		return 0;
	if (!metric || !dose)
		return -ENOMEM;
	return dcb_mail_add(
		section,
		dcb_format("%s: %s of %s falls into two clusters of boots: a median tells "
			   "neither",
			   dose, metric, summary->kernels[side->kernel].name),
		DCB_COLOUR_UNSURE);
}

static int add_sides(struct dcb_mail_section *section, const struct dcb_summary *summary)
{
	size_t step = summary->n_kernels > 1 ? summary->n_kernels - 1 : 1;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < summary->n_comparisons; i++) {
		const struct dcb_comparison *comparison = &summary->comparisons[i];

		if (!comparison->primary || comparison->candidate.kernel == summary->base)
			continue;
		if (!comparison->base.n != !comparison->candidate.n)
			r = add_one_sided(section, summary, comparison);
		/* Base stands in every candidate's row. */
		if (r >= 0 && i % step == 0)
			r = add_bimodal(section, summary, comparison, &comparison->base);
		if (r >= 0)
			r = add_bimodal(section, summary, comparison, &comparison->candidate);
	}
	return r;
}

/* What ended a boot was told with it. */
static bool ended_a_boot(const struct dcb_summary *summary,
			 const struct dcb_summary_symptom *symptom)
{
	const struct dcb_store_boot *first;
	size_t failed, all;

	count_boots(summary, symptom->kernel, &failed, &all, &first);
	return first && first->reason && symptom->detail && symptom->boots == failed &&
	       strcmp(first->reason, symptom->detail) == 0;
}

int dcb_mail_findings(const struct dcb_summary *summary, struct dcb_page *page)
{
	struct dcb_mail_section section = {.page = page, .title = "Findings"};
	int r = 0;

	for (size_t i = 0; r >= 0 && i < summary->n_kernels; i++)
		r = add_failed(&section, summary, i);
	for (size_t i = 0; r >= 0 && i < summary->n_symptoms; i++) {
		const struct dcb_summary_symptom *symptom = &summary->symptoms[i];

		if (symptom->workload < 0 && symptom->present && !ended_a_boot(summary, symptom))
			r = add_console(&section, summary, symptom);
	}
	if (r >= 0)
		r = add_settings(&section, summary);
	return r < 0 ? r : add_sides(&section, summary);
}

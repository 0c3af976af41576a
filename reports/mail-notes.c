// SPDX-License-Identifier: GPL-2.0-only
/* What is no verdict: findings, limits of what was measured, the fingerprint. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "reports/mail-parts.h"
#include "reports/table-rows.h"

/* A heading before the first item. */
struct section {
	struct dcb_page *page;
	const char *title;
	bool begun;
};

/* Takes `text` over. */
static int add(struct section *section, char *text, enum dcb_colour colour)
{
	int r = 0;

	if (!text)
		return -ENOMEM;
	if (!section->begun)
		r = dcb_page_heading(section->page, 3, strdup(section->title), DCB_COLOUR_NONE);
	section->begun = true;
	if (r == 0)
		return dcb_page_item(section->page, text, colour);
	free(text);
	return r;
}

char *dcb_mail_append(char *list, char *more)
{
	char *longer = list && more ? dcb_format("%s%s%s", list, *list ? ", " : "", more) : NULL;

	free(list);
	free(more);
	return longer;
}

/* ---- findings ---- */

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
static int add_failed(struct section *section, const struct dcb_summary *summary, size_t kernel)
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
	return add(section,
		   dcb_format("%s: %zu of %zu boots failed%s; the first, in block %" PRId64
			      ", by %s: %s",
			      summary->kernels[kernel].name, failed, all, beside, first->block,
			      first->state, reason),
		   DCB_COLOUR_BAD);
}

/* Splats on the console. */
static int add_console(struct section *section, const struct dcb_summary *summary,
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
	return add(section,
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

/* A setting that could not be made alike: "preempt differs: base full, other voluntary". */
static int add_setting(struct section *section, const struct dcb_summary *summary,
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
		int r = add(section, dcb_format("%s differs: %s", name, list), DCB_COLOUR_UNSURE);

		free(list);
		return r;
	}
	free(list);
	return name && list ? 0 : -ENOMEM;
}

static int add_settings(struct section *section, const struct dcb_summary *summary)
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
static int add_one_sided(struct section *section, const struct dcb_summary *summary,
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
	return add(section,
		   dcb_format("%s: only %s has %s; %s: %s", dose,
			      summary->kernels[has->kernel].name, metric,
			      summary->kernels[lacks->kernel].name, reason),
		   DCB_COLOUR_UNSURE);
}

static int add_bimodal(struct section *section, const struct dcb_summary *summary,
		       const struct dcb_comparison *comparison, const struct dcb_side *side)
{
	_cleanup_free_ char *metric = dcb_mail_metric_text(comparison);
	_cleanup_free_ char *dose = dcb_mail_dose(summary, comparison->workload);

	if (!side->bimodal)
		return 0;
	if (!metric || !dose)
		return -ENOMEM;
	return add(section,
		   dcb_format("%s: %s of %s falls into two clusters of boots: a median tells "
			      "neither",
			      dose, metric, summary->kernels[side->kernel].name),
		   DCB_COLOUR_UNSURE);
}

static int add_sides(struct section *section, const struct dcb_summary *summary)
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
	struct section section = {.page = page, .title = "Findings"};
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

/* ---- limits ---- */

/* "instructions, llc-misses: ENOENT: ..." */
static int add_lacking(struct section *section, const struct dcb_summary *summary, size_t first)
{
	const char *reason = summary->counters[first].value;
	_cleanup_free_ char *quoted = dcb_page_quote(reason), *list = strdup("");

	for (size_t i = 0; list && i < summary->n_counters; i++) {
		const struct dcb_store_pair *pair = &summary->counters[i];

		if (!pair->value || strcmp(pair->value, reason) != 0)
			continue;
		if (i < first)
			return 0;
		list = dcb_mail_append(list, dcb_page_quote(pair->name));
	}
	if (!quoted || !list)
		return -ENOMEM;
	return add(section, dcb_format("not counted: %s: %s", list, quoted), DCB_COLOUR_NONE);
}

static int add_disk(struct section *section, const struct dcb_summary *summary)
{
	_cleanup_free_ char *list = strdup("");

	for (size_t kernel = 0; list && kernel < summary->n_kernels; kernel++)
		if (dcb_summary_has_disk(summary, kernel))
			list = dcb_mail_append(list, strdup(summary->kernels[kernel].name));
	if (!list)
		return -ENOMEM;
	if (!*list)
		return 0;
	return add(section,
		   dcb_format("not exact: %s had a disk, as the kernel has no loop devices", list),
		   DCB_COLOUR_UNSURE);
}

static int add_spread(struct section *section, const struct dcb_summary *summary)
{
	bool boots = false, layout = false, digits = false;
	int r = 0;

	for (size_t i = 0; i < summary->n_comparisons; i++) {
		const struct dcb_comparison *comparison = &summary->comparisons[i];

		if (!dcb_mail_is_compared(comparison))
			continue;
		boots |= comparison->spread == DCB_SPREAD_BOOTS;
		layout |= comparison->spread == DCB_SPREAD_LAYOUT;
		digits |= comparison->exact && !comparison->has_interval;
	}
	if (boots)
		r = add(section,
			strdup("intervals are over boots, compared within blocks: the noise of "
			       "booting again"),
			DCB_COLOUR_NONE);
	if (r >= 0 && layout)
		r = add(section,
			strdup("intervals of exact boots are over seeds: where code and data came "
			       "to lie, not noise; the same seed gives the same digits"),
			DCB_COLOUR_NONE);
	if (r >= 0 && digits)
		r = add(section,
			strdup("exact boots of one seed are compared digit by digit: there is no "
			       "interval"),
			DCB_COLOUR_NONE);
	return r;
}

int dcb_mail_limits(const struct dcb_summary *summary, struct dcb_page *page)
{
	struct section section = {.page = page, .title = "How it was measured"};
	int r = add_spread(&section, summary);

	for (size_t i = 0; r >= 0 && i < summary->n_counters; i++)
		if (summary->counters[i].value)
			r = add_lacking(&section, summary, i);
	return r < 0 ? r : add_disk(&section, summary);
}

/* ---- the fingerprint ---- */

static int add_kernel(struct section *section, const struct dcb_summary *summary, size_t i)
{
	const struct dcb_store_run_kernel *kernel = &summary->kernels[i];
	_cleanup_free_ char *spec = dcb_page_quote(kernel->spec);
	_cleanup_free_ char *release = dcb_page_quote(kernel->kernel.release);

	if (!spec || !release)
		return -ENOMEM;
	return add(section,
		   dcb_format("%s: %s, %s, sha256 %.16s", kernel->name, spec, release,
			      kernel->kernel.sha256),
		   DCB_COLOUR_NONE);
}

/* `label` and what stands at outer.inner (or at outer, where inner is NULL), if it is a text. */
static int add_value(struct section *section, const json_t *fingerprint, const char *label,
		     const char *outer, const char *inner, int most)
{
	const json_t *value = json_object_get(fingerprint, outer);
	_cleanup_free_ char *quoted = NULL, *text = NULL;

	if (inner)
		value = json_object_get(value, inner);
	if (!json_is_string(value) || !*json_string_value(value))
		return 0;
	text = dcb_format("%.*s", most, json_string_value(value));
	quoted = text ? dcb_page_quote(text) : NULL;
	return add(section, quoted ? dcb_format("%s %s", label, quoted) : NULL, DCB_COLOUR_NONE);
}

int dcb_mail_fingerprint(const struct dcb_summary *summary, struct dcb_page *page)
{
	struct section section = {.page = page, .title = "Fingerprint"};
	const struct dcb_store_run *run = &summary->run;
	json_auto_t *fingerprint = NULL;
	int r = 0;

	if (dcb_json_parse(run->fingerprint, strlen(run->fingerprint), &fingerprint, NULL) < 0)
		fingerprint = NULL;
	for (size_t i = 0; r >= 0 && i < summary->n_kernels; i++)
		r = add_kernel(&section, summary, i);
	r = r < 0 ? r : add_value(&section, fingerprint, "CPU", "host", "cpu", 200);
	r = r < 0 ? r : add_value(&section, fingerprint, "host kernel", "host", "kernel", 200);
	r = r < 0 ? r : add_value(&section, fingerprint, "QEMU", "machine", "qemu", 200);
	r = r < 0 ? r : add_value(&section, fingerprint, "agent sha256", "agent_sha256", NULL, 16);
	return r < 0 ? r : add_value(&section, fingerprint, "dcbench", "dcbench", NULL, 64);
}

// SPDX-License-Identifier: GPL-2.0-only
/* Claims in words. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "reports/format.h"
#include "reports/mail-parts.h"
#include "reports/table-rows.h"

/* "spins (100 %)", "spins in 2 of 3 boots" */
static char *shown_text(const struct dcb_summary_symptom *symptom)
{
	_cleanup_free_ char *state = dcb_table_state(symptom);
	char value[64] = "", boots[64] = "";

	if (!state)
		return NULL;
	if (symptom->has_value) {
		snprintf(value, sizeof(value), " (");
		dcb_format_value(symptom->value, "ratio", value + 2, sizeof(value) - 3);
		strcat(value, ")");
	}
	if (symptom->boots < symptom->of_boots)
		snprintf(boots, sizeof(boots), " in %u of %u boots", symptom->boots,
			 symptom->of_boots);
	return dcb_format("%s%s%s", state, value, boots);
}

/* "; met in 30 of 30 and 28 of 30 tries" */
static char *tries_text(const struct dcb_summary_symptom *base,
			const struct dcb_summary_symptom *candidate)
{
	if (!base->tries && !candidate->tries)
		return strdup("");
	if (base == candidate)
		return dcb_format("; met in %d of %d tries", base->hits, base->tries);
	return dcb_format("; met in %d of %d and %d of %d tries", base->hits, base->tries,
			  candidate->hits, candidate->tries);
}

static char *claim_text(const struct dcb_summary *summary, const char *name,
			const struct dcb_summary_symptom *base,
			const struct dcb_summary_symptom *symptom)
{
	_cleanup_free_ char *was = shown_text(base), *is = shown_text(symptom);
	const char *base_name = summary->kernels[summary->base].name;
	const char *candidate = summary->kernels[symptom->kernel].name;
	_cleanup_free_ char *tries = tries_text(base, symptom);

	if (!was || !is || !tries)
		return NULL;
	switch (dcb_summary_claim(summary, symptom)) {
	case DCB_CLAIM_GONE:
		return dcb_format("%s gone: %s %s, %s %s%s", name, base_name, was, candidate, is,
				  tries);
	case DCB_CLAIM_STAYS:
		return dcb_format("%s stays: %s %s, %s %s%s", name, base_name, was, candidate, is,
				  tries);
	case DCB_CLAIM_NOT_IN_BASE:
		return dcb_format("%s: base does not show it: no claim (%s %s, %s %s)%s", name,
				  base_name, was, candidate, is, tries);
	case DCB_CLAIM_NONE:
		break;
	}
	if (base == symptom)
		return dcb_format("%s: %s %s%s", name, base_name, was, tries);
	return dcb_format("%s: no claim, as %s has no good boot", name,
			  base->boots ? candidate : base_name);
}

static enum dcb_colour claim_colour(enum dcb_claim claim)
{
	switch (claim) {
	case DCB_CLAIM_GONE:
		return DCB_COLOUR_GOOD;
	case DCB_CLAIM_STAYS:
		return DCB_COLOUR_BAD;
	case DCB_CLAIM_NOT_IN_BASE:
		return DCB_COLOUR_UNSURE;
	default:
		return DCB_COLOUR_NONE;
	}
}

static int add_symptom(const struct dcb_summary *summary, const struct dcb_summary_symptom *symptom,
		       struct dcb_page *page)
{
	const struct dcb_summary_symptom *base = dcb_table_find_symptom(
		summary, symptom->workload, symptom->name, summary->base);
	_cleanup_free_ char *dose = dcb_mail_dose(summary, (size_t)symptom->workload);
	_cleanup_free_ char *name = dcb_page_quote(symptom->name);
	_cleanup_free_ char *claim = NULL;

	if (!dose || !name)
		return -ENOMEM;
	claim = claim_text(summary, name, base, symptom);
	return dcb_page_item(page, claim ? dcb_format("%s: %s", dose, claim) : NULL,
			     claim_colour(dcb_summary_claim(summary, symptom)));
}

/* "tree-rm:fs=xfs cannot run on fixed: this kernel has no xfs" */
static int add_cannot(const struct dcb_summary *summary, const struct dcb_summary_symptom *symptom,
		      struct dcb_page *page)
{
	_cleanup_free_ char *dose = dcb_mail_dose(summary, (size_t)symptom->workload);
	_cleanup_free_ char *detail = dcb_page_quote(symptom->detail ? symptom->detail
								     : "no reason given");

	if (!dose || !detail)
		return -ENOMEM;
	return dcb_page_item(
		page,
		dcb_format("%s %s on %s: %s", dose,
			   strcmp(symptom->name, "failed") == 0 ? "went wrong" : "cannot run",
			   summary->kernels[symptom->kernel].name, detail),
		DCB_COLOUR_UNSURE);
}

static bool is_told(const struct dcb_summary *summary, const struct dcb_summary_symptom *symptom,
		    size_t candidate)
{
	if (symptom->workload < 0)
		return false; /* the console: a finding */
	if (dcb_summary_cannot(symptom))
		return symptom->present &&
		       (symptom->kernel == candidate || symptom->kernel == summary->base);
	return symptom->kernel == candidate;
}

int dcb_mail_symptoms(const struct dcb_summary *summary, size_t candidate, struct dcb_page *page)
{
	bool begun = false;

	for (size_t i = 0; i < summary->n_symptoms; i++) {
		const struct dcb_summary_symptom *symptom = &summary->symptoms[i];
		int r = 0;

		if (!is_told(summary, symptom, candidate))
			continue;
		if (!begun)
			r = dcb_page_heading(page, 3, strdup("Symptoms"), DCB_COLOUR_BOLD);
		begun = true;
		if (r == 0)
			r = dcb_summary_cannot(symptom) ? add_cannot(summary, symptom, page)
							: add_symptom(summary, symptom, page);
		if (r < 0)
			return r;
	}
	return 0;
}

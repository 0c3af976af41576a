// SPDX-License-Identifier: GPL-2.0-only
/* Limits of what was measured, and where it was. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "reports/judgement-notes.h"
#include "reports/mail-parts.h"

int dcb_mail_add(struct dcb_mail_section *section, char *text, enum dcb_colour colour)
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

/* ---- limits ---- */

/* "instructions, llc-misses: ENOENT: ..." */
static int add_lacking(struct dcb_mail_section *section, const struct dcb_summary *summary,
		       size_t first)
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
	return dcb_mail_add(section, dcb_format("not counted: %s: %s", list, quoted),
			    DCB_COLOUR_NONE);
}

static int add_disk(struct dcb_mail_section *section, const struct dcb_summary *summary)
{
	_cleanup_free_ char *list = strdup("");

	for (size_t kernel = 0; list && kernel < summary->n_kernels; kernel++)
		if (dcb_summary_has_disk(summary, kernel))
			list = dcb_mail_append(list, strdup(summary->kernels[kernel].name));
	if (!list)
		return -ENOMEM;
	if (!*list)
		return 0;
	return dcb_mail_add(
		section,
		dcb_format("not exact: %s had a disk, as the kernel has no loop devices", list),
		DCB_COLOUR_UNSURE);
}

/* What verdicts rest upon; what failed, and clusters of boots, are findings. */
static int add_judgement(struct dcb_mail_section *section, const struct dcb_summary *summary)
{
	_cleanup_(dcb_notes_deinit) struct dcb_notes notes = DCB_NOTES_NULL;
	int r = dcb_judgement_notes(summary, false, &notes);

	for (size_t i = 0; r >= 0 && i < notes.n; i++) {
		const struct dcb_note *note = &notes.rows[i];

		if (strcmp(note->label, "finding") != 0 && strcmp(note->label, "two modes") != 0)
			r = dcb_mail_add(section, dcb_format("%s: %s", note->label, note->text),
					 note->colour);
	}
	return r;
}

int dcb_mail_limits(const struct dcb_summary *summary, struct dcb_page *page)
{
	struct dcb_mail_section section = {.page = page, .title = "How it was measured"};
	int r = add_judgement(&section, summary);

	for (size_t i = 0; r >= 0 && i < summary->n_counters; i++)
		if (summary->counters[i].value)
			r = add_lacking(&section, summary, i);
	return r < 0 ? r : add_disk(&section, summary);
}

/* ---- the fingerprint ---- */

static int add_kernel(struct dcb_mail_section *section, const struct dcb_summary *summary, size_t i)
{
	const struct dcb_store_run_kernel *kernel = &summary->kernels[i];
	_cleanup_free_ char *spec = dcb_page_quote(kernel->spec);
	_cleanup_free_ char *release = dcb_page_quote(kernel->kernel.release);

	if (!spec || !release)
		return -ENOMEM;
	return dcb_mail_add(section,
			    dcb_format("%s: %s, %s, sha256 %.16s", kernel->name, spec, release,
				       kernel->kernel.sha256),
			    DCB_COLOUR_NONE);
}

/* `label` and what stands at outer.inner (or at outer, where inner is NULL), if it is a text. */
static int add_value(struct dcb_mail_section *section, const json_t *fingerprint, const char *label,
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
	return dcb_mail_add(section, quoted ? dcb_format("%s %s", label, quoted) : NULL,
			    DCB_COLOUR_NONE);
}

int dcb_mail_fingerprint(const struct dcb_summary *summary, struct dcb_page *page)
{
	struct dcb_mail_section section = {.page = page, .title = "Fingerprint"};
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

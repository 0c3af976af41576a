// SPDX-License-Identifier: GPL-2.0-only
/*
 * What b4 reads from a check command (b4's documentation, "Writing an external check script"; 0.15
 * and later): [{"tool", "status": "pass"|"warn"|"fail", "summary", "url", "details"}]. b4 keeps one
 * result a (message, tool), so that tools must differ, and takes details that are no JSON as lines.
 * An empty array says that there is nothing to report: a run of base alone.
 *
 * Two checks a candidate. The worst of these holds:
 *
 *   ORIGIN-symptoms  fail: a symptom or a splat that base does not show, or no boot was good where
 *                          base had one
 *                    warn: a boot failed, a splat that base shows too, a workload could not run, a
 *                          symptom that could not be told on both sides, the run is not complete
 *   ORIGIN-figures   fail: a primary metric regressed
 *                    warn: a primary metric cannot be told, no figure on both sides, the run is not
 *                          complete
 *
 * With several candidates "-NAME" follows.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "reports/format.h"
#include "reports/formats/names.h"
#include "reports/formats/registry.h"
#include "reports/table-rows.h"
#include "reports/text.h"

enum status { PASS, WARN, FAIL };

static const char *const status_names[] = {[PASS] = "pass", [WARN] = "warn", [FAIL] = "fail"};

struct check {
	const struct dcb_report *report;
	const struct dcb_summary *summary;
	size_t kernel; /* the candidate */
	enum status status;
	FILE *parts, *lines; /* of the summary, joined by "; "; of the details */
	bool any, oom;
};

static void worsen(struct check *check, enum status status)
{
	if (status > check->status)
		check->status = status;
}

/* Both take the text over. */
static void add_part(struct check *check, char *text)
{
	_cleanup_free_ char *clean = text ? dcb_text_printable(text) : NULL;

	free(text);
	if (clean)
		fprintf(check->parts, "%s%s", check->any ? "; " : "", clean);
	check->any = true;
	check->oom |= !clean;
}

static void add_line(struct check *check, char *text)
{
	_cleanup_free_ char *clean = text ? dcb_text_printable(text) : NULL;

	free(text);
	if (clean)
		fprintf(check->lines, "%s\n", clean);
	check->oom |= !clean;
}

/* ---- symptoms ---- */

enum finding { NEW, CANNOT, UNTOLD, STAYS, GONE, NOTHING };

static const struct {
	enum status status;
	const char *words;
} findings[] = {
	[NEW] = {FAIL, "new"},     [CANNOT] = {WARN, "here only"}, [UNTOLD] = {WARN, "cannot tell"},
	[STAYS] = {PASS, "stays"}, [GONE] = {PASS, "gone"},        [NOTHING] = {PASS, ""},
};

static const struct dcb_summary_symptom *base_of(const struct check *check,
						 const struct dcb_summary_symptom *symptom)
{
	return dcb_table_find_symptom(check->summary, symptom->workload, symptom->name,
				      check->summary->base);
}

static enum finding find(const struct check *check, const struct dcb_summary_symptom *symptom)
{
	const struct dcb_summary_symptom *base = base_of(check, symptom);
	bool in_base = base && base->boots && base->present;

	if (dcb_summary_cannot(symptom))
		return symptom->present && !in_base ? CANNOT : NOTHING;
	if (!base || !dcb_symptom_is_told(base))
		return symptom->present ? UNTOLD : NOTHING;
	if (!dcb_symptom_is_told(symptom))
		return in_base ? UNTOLD : NOTHING;
	if (symptom->present)
		return in_base ? STAYS : NEW;
	return in_base ? GONE : NOTHING;
}

/* "fixed spins (99.9 %)" */
static char *state_text(const struct check *check, const struct dcb_summary_symptom *symptom,
			size_t kernel)
{
	_cleanup_free_ char *state = dcb_table_state(symptom);
	char value[64] = "";

	if (!state)
		return NULL;
	if (symptom && symptom->boots && symptom->has_value)
		dcb_format_value(symptom->value, "ratio", value, sizeof(value));
	return dcb_format("%s %s%s%s%s", check->summary->kernels[kernel].name, state,
			  *value ? " (" : "", value, *value ? ")" : "");
}

static char *dose_text(const struct check *check, int64_t workload)
{
	_cleanup_free_ char *dose = NULL;

	if (workload < 0)
		return strdup("console");
	dose = dcb_name_dose(&check->summary->workloads[workload]);
	return dose ? dcb_format("%s%s%s", check->summary->workloads[workload].name,
				 *dose ? ":" : "", dose)
		    : NULL;
}

static void add_symptom_line(struct check *check, const struct dcb_summary_symptom *symptom,
			     enum finding finding)
{
	_cleanup_free_ char *dose = dose_text(check, symptom->workload);
	_cleanup_free_ char *base = state_text(check, base_of(check, symptom),
					       check->summary->base);
	_cleanup_free_ char *candidate = state_text(check, symptom, check->kernel);

	if (!dose || !base || !candidate) {
		check->oom = true;
		return;
	}
	add_line(check, dcb_format("%s %s: %s: %s, %s%s%s", symptom->name, findings[finding].words,
				   dose, base, candidate, symptom->detail ? ": " : "",
				   symptom->detail ? symptom->detail : ""));
}

/* "busy-wait gone", "busy-wait gone in 5 workloads": each name once a finding. */
static void add_symptom_part(struct check *check, size_t first, enum finding finding)
{
	const struct dcb_summary *summary = check->summary;
	const struct dcb_summary_symptom *symptoms = summary->symptoms;
	unsigned n = 0;

	for (size_t i = 0; i < summary->n_symptoms; i++) {
		if (symptoms[i].kernel != check->kernel ||
		    strcmp(symptoms[i].name, symptoms[first].name) != 0 ||
		    find(check, &symptoms[i]) != finding)
			continue;
		if (i < first)
			return;
		n++;
	}
	add_part(check, n > 1 ? dcb_format("%s %s in %u workloads", symptoms[first].name,
					   findings[finding].words, n)
			      : dcb_format("%s %s", symptoms[first].name, findings[finding].words));
}

static void check_symptoms(struct check *check)
{
	const struct dcb_summary *summary = check->summary;

	for (enum finding finding = NEW; finding < NOTHING; finding++) {
		for (size_t i = 0; i < summary->n_symptoms; i++) {
			const struct dcb_summary_symptom *symptom = &summary->symptoms[i];

			if (symptom->kernel != check->kernel || find(check, symptom) != finding)
				continue;
			worsen(check, findings[finding].status);
			/* A splat is never well, but this one is not the patch's. */
			if (finding == STAYS && symptom->workload < 0)
				worsen(check, WARN);
			add_symptom_part(check, i, finding);
			add_symptom_line(check, symptom, finding);
		}
	}
}

static void check_boots(struct check *check)
{
	const struct dcb_summary *summary = check->summary;

	for (size_t kernel = 0; kernel < summary->n_kernels; kernel++) {
		struct dcb_boot_count count = dcb_boot_count(summary, kernel);

		if ((kernel != check->kernel && kernel != summary->base) || !count.failed)
			continue;
		worsen(check, kernel == check->kernel && !count.good &&
					      dcb_boot_count(summary, summary->base).good
				      ? FAIL
				      : WARN);
		add_part(check,
			 dcb_format("%s: %u of %u boots failed", summary->kernels[kernel].name,
				    count.failed, count.good + count.failed));
	}
	for (size_t i = 0; i < summary->n_boots; i++) {
		const struct dcb_store_boot *boot = &summary->boots[i].row;

		if (dcb_store_boot_is_good(boot) ||
		    (boot->kernel != check->kernel && boot->kernel != summary->base))
			continue;
		add_line(check,
			 dcb_format("%s block %" PRId64 ": %s%s%s",
				    summary->kernels[boot->kernel].name, boot->block, boot->state,
				    boot->reason ? ": " : "", boot->reason ? boot->reason : ""));
	}
}

/* ---- figures ---- */

/* "-42.1 % (-43.0 %..-41.2 %)"; the interval only where it is one as printed. */
static char *change_text(const struct dcb_comparison *comparison)
{
	const double changes[] = {comparison->change, comparison->change_lo, comparison->change_hi};
	char texts[3][64];

	for (size_t i = 0; i < 3; i++) {
		if (comparison->has_ratio)
			dcb_format_change(changes[i], texts[i], sizeof(texts[i]));
		else
			dcb_format_difference(changes[i], comparison->unit, texts[i],
					      sizeof(texts[i]));
	}
	return comparison->has_interval && strcmp(texts[1], texts[2]) != 0
		       ? dcb_format("%s (%s..%s)", texts[0], texts[1], texts[2])
		       : strdup(texts[0]);
}

/* "; 12 more blocks would probably tell" */
static char *further_text(const struct dcb_comparison *comparison)
{
	if (comparison->verdict != DCB_VERDICT_CANNOT_TELL || !comparison->further_blocks)
		return strdup("");
	if (comparison->further_blocks > DCB_FURTHER_MAX)
		return strdup("; no number of blocks would tell");
	return dcb_format("; %" PRId64 " more blocks would probably tell",
			  comparison->further_blocks);
}

static void add_figure_line(struct check *check, const struct dcb_comparison *comparison)
{
	const struct dcb_side *base = &comparison->base, *candidate = &comparison->candidate;
	_cleanup_free_ char *dose = dose_text(check, (int64_t)comparison->workload);
	_cleanup_free_ char *change = change_text(comparison);
	_cleanup_free_ char *further = further_text(comparison);
	char from[64], to[64];

	if (!dose || !change || !further) {
		check->oom = true;
		return;
	}
	dcb_format_value(base->median, comparison->unit, from, sizeof(from));
	dcb_format_value(candidate->median, comparison->unit, to, sizeof(to));
	add_line(check,
		 dcb_format("%s%s: %s %s%s%s: %s to %s, %s%s%s%s",
			    dcb_verdict_name(comparison->verdict),
			    comparison->primary ? "" : " (secondary)", dose, comparison->role,
			    *comparison->role ? " " : "", comparison->metric, from, to, change,
			    comparison->reason ? ": " : "",
			    comparison->reason ? comparison->reason : "", further));
}

static unsigned add_figure_lines(struct check *check, bool primary, enum dcb_verdict verdict)
{
	const struct dcb_summary *summary = check->summary;
	unsigned n = 0;

	for (size_t i = 0; i < summary->n_comparisons; i++) {
		const struct dcb_comparison *comparison = &summary->comparisons[i];

		if (comparison->candidate.kernel != check->kernel ||
		    comparison->primary != primary || comparison->verdict != verdict)
			continue;
		n++;
		/* Those of no change only make the list long. */
		if (verdict != DCB_VERDICT_SAME)
			add_figure_line(check, comparison);
	}
	return n;
}

static void check_figures(struct check *check)
{
	static const struct {
		enum dcb_verdict verdict;
		enum status status;
	} order[] = {{DCB_VERDICT_REGRESSED, FAIL},
		     {DCB_VERDICT_CANNOT_TELL, WARN},
		     {DCB_VERDICT_IMPROVED, PASS},
		     {DCB_VERDICT_SAME, PASS}};
	unsigned judged = 0;

	for (int primary = 1; primary >= 0; primary--) {
		for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
			unsigned n = add_figure_lines(check, primary, order[i].verdict);

			judged += n;
			if (!n)
				continue;
			if (primary)
				worsen(check, order[i].status);
			/* What is well and not asked for is not worth a word. */
			if (primary || order[i].status != PASS)
				add_part(check,
					 dcb_format("%u %s%s", n, primary ? "" : "secondary ",
						    dcb_verdict_name(order[i].verdict)));
		}
	}
	if (judged)
		return;
	worsen(check, WARN);
	add_part(check, strdup("no figure of both kernels to judge"));
}

/* ---- the array ---- */

static void check_run(struct check *check)
{
	const struct dcb_store_run *run = &check->summary->run;

	if (run->state == DCB_RUN_DONE)
		return;
	worsen(check, WARN);
	add_part(check,
		 dcb_format("run %" PRId64 " is %s", run->id, dcb_run_state_name(run->state)));
}

static json_t *check_to_json(const struct check *check, const char *kind, const char *parts,
			     const char *lines)
{
	const struct dcb_summary *summary = check->summary;
	_cleanup_free_ char *base = dcb_table_kernel(summary, summary->base);
	_cleanup_free_ char *kernel = dcb_table_kernel(summary, check->kernel);
	bool several = summary->n_kernels > 2;
	_cleanup_free_ char *tool = dcb_format("%s-%s%s%s", check->report->origin, kind,
					       several ? "-" : "",
					       several ? summary->kernels[check->kernel].name : "");
	_cleanup_free_ char *clean = tool ? dcb_text_printable(tool) : NULL;
	_cleanup_free_ char *url = dcb_text_utf8(check->report->url);
	_cleanup_free_ char *head = NULL;

	if (!base || !kernel || !clean || (check->report->url && !url))
		return NULL;
	head = dcb_format("%s against %s: %s", kernel, base, *parts ? parts : "nothing found");
	/* A key without a value is left out. */
	return json_pack("{s:s, s:s, s:s*, s:s*, s:s*}", "tool", clean, "status",
			 status_names[check->status], "summary", head, "details",
			 *lines ? lines : NULL, "url", url);
}

/* NULL on lack of memory. */
static json_t *make_check(const struct dcb_report *report, size_t kernel, bool symptoms)
{
	_cleanup_free_ char *parts = NULL, *lines = NULL;
	size_t parts_size, lines_size;
	struct check check = {.report = report, .summary = report->summary, .kernel = kernel};

	check.parts = open_memstream(&parts, &parts_size);
	check.lines = open_memstream(&lines, &lines_size);
	check.oom = !check.parts || !check.lines;
	if (!check.oom) {
		check_run(&check);
		if (symptoms) {
			check_boots(&check);
			check_symptoms(&check);
		} else {
			check_figures(&check);
		}
	}
	/* Closing gives the texts. */
	if (check.parts && fclose(check.parts) != 0)
		check.oom = true;
	if (check.lines && fclose(check.lines) != 0)
		check.oom = true;
	return check.oom ? NULL
			 : check_to_json(&check, symptoms ? "symptoms" : "figures", parts, lines);
}

static int write_b4(const struct dcb_report *report, FILE *file, struct dcb_error *err)
{
	const struct dcb_summary *summary = report->summary;
	json_auto_t *list = json_array();

	for (size_t kernel = 0; kernel < summary->n_kernels; kernel++) {
		if (kernel == summary->base)
			continue;
		for (int symptoms = 1; symptoms >= 0; symptoms--)
			if (json_array_append_new(list, make_check(report, kernel, symptoms)) < 0)
				return dcb_error_oom(err);
	}
	return dcb_report_write_json(list, file, err);
}

const struct dcb_report_format dcb_report_b4 = {
	.name = "b4",
	.summary = "checks of a series, for b4 review",
	.write = write_b4,
};

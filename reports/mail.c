// SPDX-License-Identifier: GPL-2.0-only
#include "reports/mail.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "machines/machine.h"
#include "reports/command-line.h"
#include "reports/dose.h"
#include "reports/mail-parts.h"
#include "reports/report.h"
#include "reports/table-rows.h"

char *dcb_mail_dose(const struct dcb_summary *summary, size_t workload)
{
	_cleanup_free_ char *dose = dcb_dose_format(&summary->workloads[workload], false, ":", ",");

	return dose ? dcb_page_quote(dose) : NULL;
}

static size_t count_candidates(const struct dcb_summary *summary)
{
	return summary->n_kernels - 1;
}

static size_t count_good(const struct dcb_summary *summary)
{
	size_t n = 0;

	for (size_t i = 0; i < summary->n_boots; i++)
		n += dcb_store_boot_is_good(&summary->boots[i].row);
	return n;
}

/* Its digits can be had again elsewhere. */
static bool is_exact(const struct dcb_summary *summary)
{
	if (!count_good(summary))
		return false;
	for (size_t i = 0; i < summary->n_kernels; i++)
		if (dcb_summary_has_disk(summary, i))
			return false;
	for (size_t i = 0; i < dcb_n_machines; i++)
		if (strcmp(dcb_machines[i]->name, summary->run.machine) == 0)
			return dcb_machines[i]->exact;
	return false;
}

/* ---- the head ---- */

/* "fixed 7.3.4 against base 6.12.117" */
static char *pair_text(const struct dcb_summary *summary, size_t candidate)
{
	_cleanup_free_ char *base = dcb_table_kernel(summary, summary->base);
	_cleanup_free_ char *other = dcb_table_kernel(summary, candidate);
	_cleanup_free_ char *base_quoted = base ? dcb_page_quote(base) : NULL;
	_cleanup_free_ char *other_quoted = other ? dcb_page_quote(other) : NULL;

	if (!base_quoted || !other_quoted)
		return NULL;
	return candidate == summary->base ? dcb_format("%s", base_quoted)
					  : dcb_format("%s against %s", other_quoted, base_quoted);
}

static char *title_text(const struct dcb_summary *summary)
{
	size_t only = count_candidates(summary) ? !summary->base : summary->base;
	_cleanup_free_ char *pair = pair_text(summary, only);

	if (count_candidates(summary) > 1)
		return dcb_format("dcbench run %" PRId64 ": %zu kernels against %s",
				  summary->run.id, count_candidates(summary),
				  summary->kernels[summary->base].name);
	return pair ? dcb_format("dcbench run %" PRId64 ": %s", summary->run.id, pair) : NULL;
}

/* "icount arm64, 3 blocks, seed 1" and, where it is not done, how far it is. */
static int write_state(const struct dcb_report *report, struct dcb_page *page)
{
	const struct dcb_summary *summary = report->summary;
	const struct dcb_store_run *run = &summary->run;
	_cleanup_free_ char *reason = dcb_page_quote(run->reason);
	int r;

	if (!reason)
		return -ENOMEM;
	r = dcb_page_line(page, dcb_format("%s %s, %" PRId64 " block%s, seed %" PRId64,
					   run->machine, run->arch, run->blocks,
					   run->blocks == 1 ? "" : "s", run->seed));
	if (r == 0 && run->state != DCB_RUN_DONE)
		r = dcb_page_line(page,
				  dcb_format("The run is %s%s%s, with %zu of %zu boots: what "
					     "follows is of these.",
					     run->state == DCB_RUN_RUNNING
						     ? "still running"
						     : dcb_run_state_name(run->state),
					     run->reason ? ": " : "", reason, count_good(summary),
					     (size_t)run->blocks * summary->n_kernels));
	if (r == 0 && report->url) {
		_cleanup_free_ char *url = dcb_page_quote(report->url);

		r = dcb_page_line(page, url ? dcb_format("The whole report: %s", url) : NULL);
	}
	return r;
}

/* ---- what it says ---- */

static bool has_figures(const struct dcb_summary *summary, size_t candidate)
{
	for (size_t i = 0; i < summary->n_comparisons; i++) {
		const struct dcb_comparison *comparison = &summary->comparisons[i];

		if (comparison->candidate.kernel == candidate &&
		    (candidate == summary->base ? comparison->base.n > 0
						: dcb_mail_is_compared(comparison)))
			return true;
	}
	return false;
}

static int write_base(const struct dcb_summary *summary, struct dcb_page *page)
{
	int r = dcb_page_line(page, strdup("One kernel: there is nothing to compare it with."));

	r = r < 0 ? r : dcb_mail_symptoms(summary, summary->base, page);
	if (r < 0)
		return r;
	if (!has_figures(summary, summary->base))
		return dcb_page_line(page, strdup("No figures: no good boot."));
	return dcb_mail_figures(summary, page);
}

static int write_candidate(const struct dcb_summary *summary, size_t candidate,
			   struct dcb_page *page)
{
	int r = 0;

	if (count_candidates(summary) > 1)
		r = dcb_page_heading(page, 2, pair_text(summary, candidate), DCB_COLOUR_BOLD);
	r = r < 0 ? r : dcb_mail_symptoms(summary, candidate, page);
	if (r < 0)
		return r;
	if (!has_figures(summary, candidate))
		return dcb_page_line(page, strdup("No figures to compare: not both sides have a "
						  "good boot."));
	return dcb_mail_verdicts(summary, candidate, page);
}

static int write_reproduce(const struct dcb_summary *summary, struct dcb_page *page,
			   struct dcb_error *err)
{
	_cleanup_(dcb_words_freep) char **words = NULL;
	int r = dcb_page_heading(page, 3, strdup("How to reproduce"), DCB_COLOUR_NONE);

	if (r == 0 && is_exact(summary)) {
		const char *const reproduce[] = {"dcbench", "reproduce", "SUMMARY.json", NULL};

		r = dcb_page_line(page,
				  strdup("To the digit, from the summary (format json of this "
					 "report):"));
		r = r < 0 ? r : dcb_page_command(page, reproduce);
		r = r < 0 ? r : dcb_page_line(page, strdup("Afresh:"));
	}
	if (r < 0)
		return r;
	r = dcb_command_line_run(summary, &words, err);
	return r < 0 ? r : dcb_page_command(page, (const char *const *)words);
}

static int write_all(const struct dcb_report *report, struct dcb_page *page, struct dcb_error *err)
{
	const struct dcb_summary *summary = report->summary;
	int r = dcb_page_heading(page, 1, title_text(summary), DCB_COLOUR_BOLD);

	r = r < 0 ? r : write_state(report, page);
	if (r >= 0 && !count_candidates(summary))
		r = write_base(summary, page);
	for (size_t i = 0; r >= 0 && i < summary->n_kernels; i++)
		if (i != summary->base)
			r = write_candidate(summary, i, page);
	if (r >= 0 && count_candidates(summary) > 1)
		r = dcb_page_heading(page, 2, strdup("Of the whole run"), DCB_COLOUR_BOLD);
	r = r < 0 ? r : dcb_mail_findings(summary, page);
	r = r < 0 ? r : dcb_mail_limits(summary, page);
	r = r < 0 ? r : write_reproduce(summary, page, err);
	return r < 0 ? r : dcb_mail_fingerprint(summary, page);
}

int dcb_mail_write(const struct dcb_report *report, struct dcb_page *page, struct dcb_error *err)
{
	int r = write_all(report, page, err);

	return r == -ENOMEM ? dcb_error_oom(err) : r;
}

// SPDX-License-Identifier: GPL-2.0-only
/* One record a comparison by RFC 4180, every digit; what is not known is an empty field. */
#include "reports/csv.h"

#include <inttypes.h>
#include <math.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "reports/format.h"
#include "reports/formats/registry.h"
#include "reports/summary.h"

static const char header[] =
	"run,machine,arch,workload,params,role,metric,unit,better,primary,"
	"base,base_release,base_sha256,base_boots,base_median,base_lo,base_hi,"
	"candidate,candidate_release,candidate_sha256,candidate_boots,candidate_median,"
	"candidate_lo,candidate_hi,change_kind,change,change_lo,change_hi,exact,spread,pairs,"
	"threshold,p,p_adjusted,verdict,further_blocks,reason" DCB_CSV_END;

struct writer {
	FILE *file;
	bool first; /* of a record */
	int r;      /* -ENOMEM, once it happened */
};

static void put_text(struct writer *writer, const char *text)
{
	if (!writer->first)
		fputc(',', writer->file);
	writer->first = false;
	if (writer->r == 0)
		writer->r = dcb_csv_print(text, writer->file);
}

static void put_integer(struct writer *writer, int64_t value)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRId64, value);
	put_text(writer, text);
}

/* known false, or a value that is none: the empty field. */
static void put_number(struct writer *writer, bool known, double value)
{
	char text[64] = "";

	if (known && isfinite(value))
		dcb_format_exact(value, text, sizeof(text));
	put_text(writer, text);
}

static void put_bool(struct writer *writer, bool value)
{
	put_text(writer, value ? "true" : "false");
}

static void put_side(struct writer *writer, const struct dcb_summary *summary,
		     const struct dcb_side *side, bool exists)
{
	const struct dcb_store_run_kernel *kernel = &summary->kernels[side->kernel];

	put_text(writer, exists ? kernel->name : NULL);
	put_text(writer, exists ? kernel->kernel.release : NULL);
	put_text(writer, exists ? kernel->kernel.sha256 : NULL);
	put_number(writer, exists, (double)side->n);
	put_number(writer, side->n > 0, side->median);
	put_number(writer, side->n > 0, side->lo);
	put_number(writer, side->n > 0, side->hi);
}

static void put_comparison(struct writer *writer, const struct dcb_summary *summary,
			   const struct dcb_comparison *comparison)
{
	const struct dcb_store_run_workload *workload = &summary->workloads[comparison->workload];
	bool candidate = comparison->candidate.kernel != summary->base;
	bool compared = candidate && comparison->base.n && comparison->candidate.n;
	bool interval = compared && comparison->has_interval;

	writer->first = true;
	put_integer(writer, summary->run.id);
	put_text(writer, summary->run.machine);
	put_text(writer, summary->run.arch);
	put_text(writer, workload->name);
	put_text(writer, workload->params);
	put_text(writer, comparison->role);
	put_text(writer, comparison->metric);
	put_text(writer, comparison->unit);
	put_text(writer, comparison->better);
	put_bool(writer, comparison->primary);
	put_side(writer, summary, &comparison->base, true);
	put_side(writer, summary, &comparison->candidate, candidate);
	put_text(writer, !compared ? NULL : comparison->has_ratio ? "ratio" : "difference");
	put_number(writer, compared, comparison->change);
	put_number(writer, interval, comparison->change_lo);
	put_number(writer, interval, comparison->change_hi);
	put_bool(writer, comparison->exact);
	put_text(writer, compared ? dcb_spread_name(comparison->spread) : NULL);
	put_number(writer, compared, (double)comparison->n_pairs);
	put_number(writer, compared, comparison->threshold);
	put_number(writer, comparison->has_p, comparison->p);
	put_number(writer, comparison->has_p, comparison->p_adjusted);
	put_text(writer, dcb_verdict_name(comparison->verdict));
	put_number(writer, comparison->further_blocks > 0, (double)comparison->further_blocks);
	put_text(writer, comparison->reason);
	fputs(DCB_CSV_END, writer->file);
}

static int write_csv(const struct dcb_report *report, FILE *file, struct dcb_error *err)
{
	const struct dcb_summary *summary = report->summary;
	struct writer writer = {.file = file};

	fputs(header, file);
	for (size_t i = 0; writer.r == 0 && i < summary->n_comparisons; i++)
		put_comparison(&writer, summary, &summary->comparisons[i]);
	return writer.r < 0 ? dcb_error_oom(err) : 0;
}

const struct dcb_report_format dcb_report_csv = {
	.name = "csv",
	.summary = "one record a comparison, every digit (RFC 4180)",
	.content_type = "text/csv; charset=utf-8",
	.write = write_csv,
};

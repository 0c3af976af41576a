// SPDX-License-Identifier: GPL-2.0-only
/*
 * OpenMetrics 1.0 text (prometheus.io/docs/specs/om/open_metrics_spec), held to what Prometheus'
 * older text format reads too, since node_exporter's textfile collector reads only that: gauges
 * alone (it knows no stateset and no info), no timestamps; UNIT and EOF are comments to it.
 *
 * A family a metric: dcbench_median_NAME[_UNIT], and lowest, highest for the range over boots.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "reports/format.h"
#include "reports/formats/names.h"
#include "reports/formats/registry.h"
#include "reports/text.h"

struct writer {
	const struct dcb_report *report;
	FILE *file;
	bool first; /* no label of this sample is written yet */
	bool oom;   /* sticky */
};

/* ---- lines ---- */

static void write_family(const struct writer *writer, const char *name, const char *unit,
			 const char *help)
{
	fprintf(writer->file, "# TYPE %s gauge\n", name);
	if (unit)
		fprintf(writer->file, "# UNIT %s %s\n", name, unit);
	fprintf(writer->file, "# HELP %s %s\n", name, help);
}

/* A label that is empty is one that is not there. */
static void write_label(struct writer *writer, const char *name, const char *value)
{
	_cleanup_free_ char *text = dcb_text_printable(value);

	if (!text) {
		writer->oom = true;
		return;
	}
	if (!*text)
		return;
	fprintf(writer->file, "%s%s=\"", writer->first ? "" : ",", name);
	writer->first = false;
	for (const char *c = text; *c; c++) {
		if (*c == '"' || *c == '\\')
			fputc('\\', writer->file);
		fputc(*c, writer->file);
	}
	fputc('"', writer->file);
}

/* What tells one run from another on the same host stands on every line: a textfile has no target
 * of its own to say it. */
static void begin_sample(struct writer *writer, const char *name)
{
	const struct dcb_store_run *run = &writer->report->summary->run;

	fprintf(writer->file, "%s{", name);
	writer->first = true;
	write_label(writer, "machine", run->machine);
	write_label(writer, "arch", run->arch);
	write_label(writer, "origin", writer->report->origin);
}

static void end_sample(const struct writer *writer, double value)
{
	char digits[64];

	dcb_format_exact(value, digits, sizeof(digits));
	fprintf(writer->file, "} %s\n", digits);
}

static void write_kernel_label(struct writer *writer, size_t kernel)
{
	write_label(writer, "kernel", writer->report->summary->kernels[kernel].name);
}

static void write_workload_labels(struct writer *writer, size_t workload)
{
	const struct dcb_summary *summary = writer->report->summary;
	_cleanup_free_ char *dose = dcb_name_dose(&summary->workloads[workload]);

	if (!dose) {
		writer->oom = true;
		return;
	}
	write_label(writer, "workload", summary->workloads[workload].name);
	write_label(writer, "params", dose);
}

/* ---- figures: a family a metric ---- */

enum stat { MEDIAN, LOWEST, HIGHEST, N_STATS };

static const struct {
	const char *name, *help;
} stats[] = {[MEDIAN] = {"median", "Median"},
	     [LOWEST] = {"lowest", "Lowest"},
	     [HIGHEST] = {"highest", "Highest"}};

struct row {
	char *family; /* without its stat: "wall_seconds" */
	const struct dcb_name_unit *unit;
	struct dcb_told_side told;
};

struct rows {
	struct row *rows;
	size_t n;
};

static void rows_deinit(struct rows *rows)
{
	for (size_t i = 0; i < rows->n; i++)
		free(rows->rows[i].family);
	free(rows->rows);
}

/* "op-wall" of "ns" is "op_wall_seconds"; an unknown "frogs/day" is "frogs_per_day". */
static char *family_of(const struct dcb_comparison *comparison, const struct dcb_name_unit *unit)
{
	const char *base = unit ? unit->base : comparison->unit, *slash = strchr(base ?: "", '/');
	char *text = dcb_format("%s%s%.*s%s%s", comparison->metric, base && *base ? "_" : "",
				slash ? (int)(slash - base) : (int)strlen(base ?: ""), base ?: "",
				slash ? "_per_" : "", slash ? slash + 1 : "");

	for (char *c = text; c && *c; c++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_", *c))
			*c = '_';
	return text;
}

static int compare_rows(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int r = strcmp(x->family, y->family);

	if (r != 0)
		return r;
	if (x->told.index != y->told.index)
		return x->told.index < y->told.index ? -1 : 1;
	return y->told.is_base - x->told.is_base;
}

/* Those with a figure, families together. */
static int collect_rows(const struct dcb_summary *summary, struct rows *rows)
{
	struct dcb_told_side told;
	size_t at = 0;

	rows->rows = calloc(2 * summary->n_comparisons + 1, sizeof(*rows->rows));
	if (!rows->rows)
		return -ENOMEM;
	while (dcb_told_side_next(summary, &at, &told)) {
		struct row *row = &rows->rows[rows->n];

		if (!told.side->n)
			continue;
		row->told = told;
		row->unit = dcb_name_unit_find(told.comparison->unit);
		row->family = family_of(told.comparison, row->unit);
		if (!row->family)
			return -ENOMEM;
		rows->n++;
	}
	qsort(rows->rows, rows->n, sizeof(*rows->rows), compare_rows);
	return 0;
}

static void write_figure(struct writer *writer, const struct row *row, enum stat stat,
			 const char *name)
{
	const struct dcb_comparison *comparison = row->told.comparison;
	const struct dcb_side *side = row->told.side;
	double value = stat == MEDIAN ? side->median : stat == LOWEST ? side->lo : side->hi;

	begin_sample(writer, name);
	write_kernel_label(writer, side->kernel);
	write_workload_labels(writer, comparison->workload);
	write_label(writer, "role", comparison->role);
	end_sample(writer, dcb_name_unit_convert(row->unit, value));
}

static void write_figures(struct writer *writer, const struct rows *rows, enum stat stat)
{
	const char *family = "";

	for (size_t i = 0; i < rows->n; i++) {
		const struct row *row = &rows->rows[i];
		_cleanup_free_ char *name = NULL, *help = NULL;

		/* Of one boot there is no range. */
		if (stat != MEDIAN && row->told.side->n < 2)
			continue;
		name = dcb_format("dcbench_%s_%s", stats[stat].name, row->family);
		help = dcb_format("%s of the boots' medians of %s.", stats[stat].help, row->family);
		if (!name || !help) {
			writer->oom = true;
			return;
		}
		if (strcmp(row->family, family) != 0)
			write_family(writer, name, row->unit ? row->unit->base : NULL, help);
		family = row->family;
		write_figure(writer, row, stat, name);
	}
}

/* ---- comparisons ---- */

static void begin_comparison(struct writer *writer, const char *name,
			     const struct dcb_comparison *comparison)
{
	begin_sample(writer, name);
	write_kernel_label(writer, comparison->candidate.kernel);
	write_workload_labels(writer, comparison->workload);
	write_label(writer, "role", comparison->role);
	write_label(writer, "metric", comparison->metric);
}

static void write_changes(struct writer *writer, enum stat stat)
{
	static const struct {
		const char *name, *help;
	} families[] = {
		[MEDIAN] = {"dcbench_change_ratio", "Candidate / base."},
		[LOWEST] = {"dcbench_change_lowest_ratio", "Lower end of its interval."},
		[HIGHEST] = {"dcbench_change_highest_ratio", "Upper end of its interval."},
	};
	const struct dcb_summary *summary = writer->report->summary;

	write_family(writer, families[stat].name, "ratio", families[stat].help);
	for (size_t i = 0; i < summary->n_comparisons; i++) {
		const struct dcb_comparison *c = &summary->comparisons[i];

		if (!c->base.n || !c->candidate.n || !c->has_ratio ||
		    (stat != MEDIAN && !c->has_interval))
			continue;
		begin_comparison(writer, families[stat].name, c);
		end_sample(writer, stat == MEDIAN   ? c->change
				   : stat == LOWEST ? c->change_lo
						    : c->change_hi);
	}
}

static void write_verdicts(struct writer *writer)
{
	static const char name[] = "dcbench_verdict";
	const struct dcb_summary *summary = writer->report->summary;

	write_family(writer, name, NULL, "1 for the verdict on the change, 0 for the others.");
	for (size_t i = 0; i < summary->n_comparisons; i++) {
		const struct dcb_comparison *comparison = &summary->comparisons[i];

		if (comparison->verdict == DCB_VERDICT_NONE)
			continue;
		for (enum dcb_verdict verdict = DCB_VERDICT_IMPROVED;
		     verdict <= DCB_VERDICT_CANNOT_TELL; verdict++) {
			begin_comparison(writer, name, comparison);
			write_label(writer, "primary", comparison->primary ? "yes" : "no");
			write_label(writer, "verdict", dcb_verdict_name(verdict));
			end_sample(writer, comparison->verdict == verdict);
		}
	}
}

/* ---- what else a run says ---- */

static void write_symptom(struct writer *writer, const char *name, const char *label,
			  const struct dcb_summary_symptom *symptom)
{
	begin_sample(writer, name);
	write_kernel_label(writer, symptom->kernel);
	if (symptom->workload >= 0)
		write_workload_labels(writer, (size_t)symptom->workload);
	write_label(writer, label, symptom->name);
	end_sample(writer, symptom->present);
}

static void write_symptoms(struct writer *writer, bool cannot)
{
	const struct dcb_summary *summary = writer->report->summary;
	const char *name = cannot ? "dcbench_workload_cannot_run" : "dcbench_symptom";

	write_family(writer, name, NULL,
		     cannot ? "1 where the workload went wrong, or the kernel lacks what it needs."
			    : "1 where the kernel shows it; without a workload: its console.");
	for (size_t i = 0; i < summary->n_symptoms; i++) {
		const struct dcb_summary_symptom *symptom = &summary->symptoms[i];

		if (dcb_summary_cannot(symptom) == cannot && dcb_symptom_is_told(symptom))
			write_symptom(writer, name, cannot ? "reason" : "symptom", symptom);
	}
}

static void write_kernels(struct writer *writer)
{
	const struct dcb_summary *summary = writer->report->summary;

	write_family(writer, "dcbench_kernel", NULL, "What the kernels of the run are.");
	for (size_t i = 0; i < summary->n_kernels; i++) {
		begin_sample(writer, "dcbench_kernel");
		write_kernel_label(writer, i);
		write_label(writer, "base", i == summary->base ? "yes" : "no");
		write_label(writer, "release", summary->kernels[i].kernel.release);
		write_label(writer, "sha256", summary->kernels[i].kernel.sha256);
		end_sample(writer, 1);
	}
	write_family(writer, "dcbench_boots", NULL, "Boots by how they ended.");
	for (size_t i = 0; i < summary->n_kernels; i++) {
		struct dcb_boot_count count = dcb_boot_count(summary, i);

		for (int good = 1; good >= 0; good--) {
			begin_sample(writer, "dcbench_boots");
			write_kernel_label(writer, i);
			write_label(writer, "state", good ? "ok" : "failed");
			end_sample(writer, good ? count.good : count.failed);
		}
	}
}

static void write_run(struct writer *writer)
{
	const struct dcb_store_run *run = &writer->report->summary->run;
	const struct {
		const char *name, *unit, *help;
		double value;
	} gauges[] = {
		{"dcbench_run_number", NULL, "Number of the run, as dcbench show takes it.",
		 (double)run->id},
		{"dcbench_run_done", NULL, "1 where the run is complete.",
		 run->state == DCB_RUN_DONE},
		{"dcbench_run_start_timestamp_seconds", "seconds", "When the run began, Unix time.",
		 (double)run->created_us / 1e6},
	};

	for (size_t i = 0; i < ARRAY_SIZE(gauges); i++) {
		write_family(writer, gauges[i].name, gauges[i].unit, gauges[i].help);
		begin_sample(writer, gauges[i].name);
		end_sample(writer, gauges[i].value);
	}
}

static int write_openmetrics(const struct dcb_report *report, FILE *file, struct dcb_error *err)
{
	_cleanup_(rows_deinit) struct rows rows = {0};
	struct writer writer = {.report = report, .file = file};

	if (collect_rows(report->summary, &rows) < 0)
		return dcb_error_oom(err);
	write_run(&writer);
	write_kernels(&writer);
	write_symptoms(&writer, false);
	write_symptoms(&writer, true);
	write_verdicts(&writer);
	for (enum stat stat = MEDIAN; stat < N_STATS; stat++)
		write_changes(&writer, stat);
	for (enum stat stat = MEDIAN; stat < N_STATS; stat++)
		write_figures(&writer, &rows, stat);
	fputs("# EOF\n", file);
	return writer.oom ? dcb_error_oom(err) : 0;
}

const struct dcb_report_format dcb_report_openmetrics = {
	.name = "openmetrics",
	.summary = "gauges for Prometheus, by node_exporter's textfile collector too",
	.content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8",
	.write = write_openmetrics,
};

// SPDX-License-Identifier: GPL-2.0-only
/*
 * KCIDB's I/O schema v5.3 (github.com/kernelci/kcidb-io). It knows no null and no key of others:
 * what is not known is left out, and what only we know stands under "misc", by the names of
 * schema/summary-v1.schema.json.
 *
 * A kernel is a checkout and a build, both by the sha256 of its image, so that runs of one kernel
 * meet. Tests of it:
 *
 *   boot                                PASS, FAIL (panic, hang), ERROR (any other end), MISS
 *   dcbench.WORKLOAD[.KEYS].ROLE.METRIC DONE with the number; SKIP where it could not be counted
 *   dcbench.WORKLOAD[.KEYS].SYMPTOM     PASS, FAIL; ERROR where its window was missed
 *   dcbench.WORKLOAD[.KEYS].unsupported SKIP: the kernel lacks what it needs; else not told
 *   dcbench.WORKLOAD[.KEYS].failed      ERROR: it went wrong; else not told
 *   dcbench.console.SPLAT               PASS, FAIL
 *
 * Ids are made of the run's start and seed and of places in the plan: the same result told again,
 * or with more blocks, is the same test.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "reports/formats/kcidb-objects.h"
#include "reports/formats/names.h"
#include "reports/formats/registry.h"

/* ---- boots ---- */

/* The worst end of a kernel's boots. */
static const char *boot_status(const struct dcb_summary *summary, size_t kernel)
{
	const char *status = "MISS";

	for (size_t i = 0; i < summary->n_boots; i++) {
		const struct dcb_store_boot *boot = &summary->boots[i].row;

		if (boot->kernel != kernel)
			continue;
		if (strcmp(boot->state, "panic") == 0 || strcmp(boot->state, "hang") == 0)
			return "FAIL";
		if (!dcb_store_boot_is_good(boot))
			status = "ERROR";
		else if (strcmp(status, "MISS") == 0)
			status = "PASS";
	}
	return status;
}

static int add_boot_test(struct dcb_kcidb *document, size_t kernel)
{
	const struct dcb_summary *summary = document->summary;
	struct dcb_boot_count count = dcb_boot_count(summary, kernel);
	_cleanup_free_ char *comment = dcb_format("%s: %u boots ok, %u failed",
						  summary->kernels[kernel].name, count.good,
						  count.failed);
	const struct dcb_kcidb_place place = {kernel, -1, "boot", NULL};
	json_t *test;

	if (!comment)
		return -ENOMEM;
	test = dcb_kcidb_add_test(
		document, &place, boot_status(summary, kernel), comment,
		json_pack("{s:i, s:i, s:O}", "ok", (int)count.good, "failed", (int)count.failed,
			  "kernel",
			  json_object_get(dcb_kcidb_told(document, "kernels", kernel), "name")));
	if (!test)
		return -ENOMEM;
	for (size_t i = 0; i < summary->n_boots; i++) {
		const struct dcb_store_boot *boot = &summary->boots[i].row;

		if (boot->kernel == kernel && !dcb_store_boot_is_good(boot) && boot->reason)
			return dcb_kcidb_set_excerpt(test, boot->reason);
	}
	return 0;
}

/* ---- figures ---- */

/* What the summary says of one side; a candidate's with the comparison. */
static json_t *side_misc(const struct dcb_kcidb *document, const struct dcb_told_side *side)
{
	static const char *const of_metric[] = {"workload", "params", "role",   "metric",
						"unit",     "better", "primary"};
	json_t *comparison = dcb_kcidb_told(document, "comparisons", side->index);
	json_t *figures = json_object_get(comparison, side->is_base ? "base" : "candidate");
	json_auto_t *misc = json_object();

	if (!side->is_base) {
		if (json_object_update(misc, comparison) < 0)
			return NULL;
		json_object_del(misc, "candidate");
	}
	for (size_t i = 0; side->is_base && i < ARRAY_SIZE(of_metric); i++)
		if (json_object_set(misc, of_metric[i], json_object_get(comparison, of_metric[i])) <
		    0)
			return NULL;
	return json_object_update(misc, figures) < 0 ? NULL : TAKE_PTR(misc);
}

static json_t *number(const struct dcb_told_side *side)
{
	const char *ours = side->comparison->unit;
	const struct dcb_name_unit *unit = dcb_name_unit_find(ours);

	/* A key without a value is left out. */
	return json_pack("{s:o, s:s*, s:s*}", "value",
			 dcb_json_number(dcb_name_unit_convert(unit, side->side->median)), "unit",
			 unit ? unit->symbol : ours, "prefix", unit ? unit->prefix : NULL);
}

/* Its own test says that this kernel could not run the workload. */
static bool could_run(const struct dcb_summary *summary, int64_t workload, size_t kernel)
{
	for (size_t i = 0; i < summary->n_symptoms; i++) {
		const struct dcb_summary_symptom *symptom = &summary->symptoms[i];

		if (symptom->workload == workload && symptom->kernel == kernel &&
		    symptom->present && dcb_summary_cannot(symptom))
			return false;
	}
	return true;
}

static int add_figure_test(struct dcb_kcidb *document, const struct dcb_told_side *side)
{
	const struct dcb_comparison *comparison = side->comparison;
	const struct dcb_kcidb_place place = {side->side->kernel, (int64_t)comparison->workload,
					      *comparison->role ? comparison->role : "iteration",
					      comparison->metric};
	const char *lacking = side->side->lacking;
	_cleanup_free_ char *comment = NULL;
	json_t *test;

	if (!side->side->n) {
		/* The test boot says why nothing ran; a metric of the other side only was never
		 * meant to be here. */
		if (!lacking || !dcb_boot_count(document->summary, place.kernel).good ||
		    !could_run(document->summary, place.workload, place.kernel))
			return 0;
		comment = dcb_format("not counted: %s", lacking);
	} else {
		comment = dcb_format("median of %zu boots", side->side->n);
	}
	if (!comment)
		return -ENOMEM;
	test = dcb_kcidb_add_test(document, &place, side->side->n ? "DONE" : "SKIP", comment,
				  side_misc(document, side));
	if (!test)
		return -ENOMEM;
	return side->side->n && json_object_set_new(test, "number", number(side)) < 0 ? -ENOMEM : 0;
}

/* ---- symptoms ---- */

static int add_symptom_test(struct dcb_kcidb *document, size_t i)
{
	const struct dcb_summary_symptom *symptom = &document->summary->symptoms[i];
	struct dcb_kcidb_place place = {symptom->kernel, symptom->workload, symptom->name, NULL};
	const char *status = symptom->present ? "FAIL" : "PASS";
	_cleanup_free_ char *comment = NULL;
	json_t *test;

	if (!symptom->boots)
		return 0;
	if (dcb_summary_cannot(symptom)) {
		if (!symptom->present)
			return 0;
		status = strcmp(symptom->name, "unsupported") == 0 ? "SKIP" : "ERROR";
	} else if (symptom->workload < 0) {
		place.first = "console";
		place.second = symptom->name;
	} else if (!dcb_symptom_is_told(symptom)) {
		status = "ERROR";
	}
	comment = dcb_format("%s%s%s in %u of %u boots", symptom->name, symptom->state ? ": " : "",
			     symptom->state ?: "", symptom->boots, symptom->of_boots);
	if (!comment)
		return -ENOMEM;
	test = dcb_kcidb_add_test(document, &place, status, comment,
				  json_copy(dcb_kcidb_told(document, "symptoms", i)));
	if (!test)
		return -ENOMEM;
	return dcb_kcidb_set_excerpt(test, symptom->detail);
}

/* ---- the document ---- */

/* Whether it is one itself: then it has to go. */
static bool drop_nulls_below(json_t *value)
{
	void *next;
	const char *key;
	json_t *member;

	if (json_is_array(value)) {
		for (size_t i = json_array_size(value); i-- > 0;)
			if (drop_nulls_below(json_array_get(value, i)))
				json_array_remove(value, i);
	}
	json_object_foreach_safe(value, next, key, member)
	{
		if (drop_nulls_below(member))
			json_object_del(value, key);
	}
	return json_is_null(value);
}

static int fill(struct dcb_kcidb *document)
{
	const struct dcb_summary *summary = document->summary;
	struct dcb_told_side side;
	size_t at = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < summary->n_kernels; i++) {
		r = dcb_kcidb_add_kernel(document, i);
		if (r == 0)
			r = add_boot_test(document, i);
	}
	while (r == 0 && dcb_told_side_next(summary, &at, &side))
		r = add_figure_test(document, &side);
	for (size_t i = 0; r == 0 && i < summary->n_symptoms; i++)
		r = add_symptom_test(document, i);
	return r;
}

static int write_kcidb(const struct dcb_report *report, FILE *file, struct dcb_error *err)
{
	json_auto_t *summary = NULL, *checkouts = json_array(), *builds = json_array();
	json_auto_t *tests = json_array(), *all = NULL;
	struct dcb_kcidb document;

	if (!*report->origin ||
	    report->origin[strspn(report->origin, DCB_KCIDB_ORIGIN_LETTERS)] != '\0')
		return dcb_error_usage(err, "origin \"%.40s\": kcidb takes a-z, 0-9 and _ only",
				       report->origin);
	summary = dcb_summary_to_json(report->summary);
	if (!summary)
		return dcb_error_oom(err);
	drop_nulls_below(summary);
	document = (struct dcb_kcidb){report, report->summary, summary, checkouts, builds, tests};
	if (fill(&document) < 0)
		return dcb_error_oom(err);
	all = json_pack("{s:{s:i, s:i}, s:O, s:O, s:O}", "version", "major", 5, "minor", 3,
			"checkouts", checkouts, "builds", builds, "tests", tests);
	return dcb_report_write_json(all, file, err);
}

const struct dcb_report_format dcb_report_kcidb = {
	.name = "kcidb",
	.summary = "KCIDB's schema v5.3, for KernelCI's database",
	.write = write_kcidb,
};

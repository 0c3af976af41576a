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
 *   dcbench.WORKLOAD[.KEYS]             SKIP where the kernel lacks what it needs, ERROR where it
 *                                       went wrong; else not told
 *   dcbench.console.SPLAT               PASS, FAIL
 *
 * Ids are made of the run's start and seed and of places in the plan: the same result told again,
 * or with more blocks, is the same test.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "reports/formats/names.h"
#include "reports/formats/registry.h"
#include "reports/text.h"

#define ORIGIN_LETTERS "abcdefghijklmnopqrstuvwxyz0123456789_"
#define PATH_LETTERS   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
#define LOG_MAX        16384 /* characters of an excerpt */

struct document {
	const struct dcb_report *report;
	const struct dcb_summary *summary;
	json_t *told; /* the summary's own JSON, without nulls */
	json_t *checkouts, *builds, *tests;
};

/* ---- pieces ---- */

/* One component of a path or an id: what is no letter of it becomes '-'. NULL gives NULL. */
static char *component(const char *text)
{
	char *copy = text ? strdup(text) : NULL;

	for (char *c = copy; c && *c; c++)
		if (!strchr(PATH_LETTERS, *c))
			*c = '-';
	return copy;
}

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
	json_object_foreach_safe(value, next, key, member) if (drop_nulls_below(member))
		json_object_del(value, key);
	return json_is_null(value);
}

/* The nth of "comparisons", "symptoms"... of the summary; borrowed. */
static json_t *told(const struct document *document, const char *list, size_t n)
{
	return json_array_get(json_object_get(document->told, list), n);
}

/* "2023-11-14T22:13:21.000000+00:00" */
static json_t *time_to_json(int64_t us)
{
	time_t seconds = (time_t)(us / 1000000);
	char date[64], text[96];
	struct tm parts;

	if (!gmtime_r(&seconds, &parts) ||
	    strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &parts) == 0)
		return NULL;
	snprintf(text, sizeof(text), "%s.%06d+00:00", date, (int)(us % 1000000));
	return json_string(text);
}

/* Adds what is not NULL. 0 or -ENOMEM. */
static int set_text(json_t *object, const char *key, const char *text)
{
	_cleanup_free_ char *clean = dcb_text_utf8(text);

	if (!text)
		return 0;
	return json_object_set_new(object, key, clean ? json_string(clean) : NULL) < 0 ? -ENOMEM
										       : 0;
}

static int set_excerpt(json_t *object, const char *text)
{
	_cleanup_free_ char *clean = dcb_text_utf8(text);

	if (text && !clean)
		return -ENOMEM;
	if (clean)
		dcb_text_cut(clean, LOG_MAX);
	return set_text(object, "log_excerpt", clean);
}

/* ---- kernels ---- */

/* "ORIGIN:SHA256" */
static json_t *kernel_id(const struct document *document, size_t kernel)
{
	_cleanup_free_ char *sha256 = component(document->summary->kernels[kernel].kernel.sha256);

	return sha256 ? json_sprintf("%s:%s", document->report->origin, sha256) : NULL;
}

/* One kernel may stand in a run under two names. */
static bool is_added(const struct document *document, size_t kernel)
{
	const struct dcb_store_run_kernel *rows = document->summary->kernels;

	for (size_t i = 0; i < kernel; i++)
		if (strcmp(rows[i].kernel.sha256, rows[kernel].kernel.sha256) == 0)
			return true;
	return false;
}

static int add_kernel(struct document *document, size_t kernel)
{
	const char *arch = document->summary->kernels[kernel].kernel.arch;
	json_t *row = told(document, "kernels", kernel);
	json_t *release = json_object_get(row, "release"), *sha256 = json_object_get(row, "sha256");
	json_t *checkout, *build;

	if (is_added(document, kernel))
		return 0;
	/* Where a file lay says something about the host and nothing about the kernel. */
	json_object_del(json_object_get(row, "origin"), "path");
	checkout = json_pack("{s:o, s:s, s:O, s:b, s:{s:O, s:O, s:O*}}", "id",
			     kernel_id(document, kernel), "origin", document->report->origin,
			     "comment", release, "valid", 1, "misc", "release", release, "sha256",
			     sha256, "origin", json_object_get(row, "origin"));
	if (json_array_append_new(document->checkouts, checkout) < 0)
		return -ENOMEM;
	/* There is an image of it, so it was built. */
	build = json_pack("{s:o, s:o, s:s, s:O, s:s, s:{s:O, s:O}}", "id",
			  kernel_id(document, kernel), "checkout_id", kernel_id(document, kernel),
			  "origin", document->report->origin, "comment", release, "status", "PASS",
			  "misc", "release", release, "sha256", sha256);
	if (json_array_append_new(document->builds, build) < 0)
		return -ENOMEM;
	if (arch[strspn(arch, ORIGIN_LETTERS)] != '\0')
		return 0;
	return set_text(build, "architecture", arch);
}

/* ---- tests ---- */

static bool is_qemu(const struct dcb_store_run *run)
{
	return strcmp(run->machine, "kvm") == 0 || strcmp(run->machine, "tcg") == 0 ||
	       strcmp(run->machine, "icount") == 0;
}

static json_t *environment(const struct document *document, size_t kernel)
{
	const struct dcb_summary *summary = document->summary;
	const struct dcb_store_run *run = &summary->run;
	json_auto_t *object = json_object(), *misc = json_object(), *settings = json_object();
	_cleanup_free_ char *platform = dcb_format("%s-%s", run->machine, run->arch);
	int r = 0;

	for (size_t i = 0; i < summary->n_settings; i++) {
		_cleanup_free_ char *name = dcb_text_utf8(summary->settings[i].name);

		if (summary->settings[i].kernel == kernel)
			r |= set_text(settings, name, summary->settings[i].value);
	}
	r |= set_text(misc, "platform", platform);
	r |= json_object_set(misc, "settings", settings);
	r |= json_object_set(object, "misc", misc);
	/* QEMU's own device tree of the machine virt. */
	if (is_qemu(run) && strcmp(run->arch, "arm64") == 0)
		r |= json_object_set_new(object, "compatible",
					 json_pack("[s]", "linux,dummy-virt"));
	return r < 0 || !platform ? NULL : TAKE_PTR(object);
}

/* When the kernel's boots began and how long they took: its tests all come from them. */
static int set_times(const struct dcb_summary *summary, size_t kernel, json_t *test)
{
	int64_t start_us = INT64_MAX;
	double seconds = 0;

	for (size_t i = 0; i < summary->n_boots; i++) {
		const struct dcb_store_boot *boot = &summary->boots[i].row;

		if (boot->kernel != kernel)
			continue;
		start_us = boot->started_us < start_us ? boot->started_us : start_us;
		seconds += boot->wall_s > 0 ? boot->wall_s : 0;
	}
	if (start_us == INT64_MAX)
		return 0;
	if (json_object_set_new(test, "start_time", time_to_json(start_us)) < 0)
		return -ENOMEM;
	return json_object_set_new(test, "duration", dcb_json_number(seconds)) < 0 ? -ENOMEM : 0;
}

/* Where a test stands: this makes its path and its id. */
struct place {
	size_t kernel;
	int64_t workload;           /* -1: none */
	const char *first, *second; /* or NULL */
};

static json_t *test_id(const struct document *document, const struct place *place)
{
	const struct dcb_store_run *run = &document->summary->run;
	_cleanup_free_ char *first = component(place->first), *second = component(place->second);
	char workload[32] = "";

	if ((place->first && !first) || (place->second && !second))
		return NULL;
	if (place->workload >= 0)
		snprintf(workload, sizeof(workload), ".w%" PRId64, place->workload);
	return json_sprintf("%s:%" PRId64 "-%" PRId64 ".k%zu%s%s%s%s%s", document->report->origin,
			    run->created_us, run->seed, place->kernel, workload, first ? "." : "",
			    first ?: "", second ? "." : "", second ?: "");
}

static json_t *test_path(const struct document *document, const struct place *place)
{
	const struct dcb_summary *summary = document->summary;
	_cleanup_free_ char *first = component(place->first), *second = component(place->second);
	_cleanup_free_ char *name = NULL, *plain = NULL, *dose = NULL;

	if ((place->first && !first) || (place->second && !second))
		return NULL;
	if (place->workload < 0)
		return second ? json_sprintf("dcbench.%s.%s", first, second) : json_string(first);
	name = component(summary->workloads[place->workload].name);
	plain = dcb_name_dose(&summary->workloads[place->workload]);
	dose = component(plain);
	if (!name || !dose)
		return NULL;
	return json_sprintf("dcbench.%s%s%s%s%s%s%s", name, *dose ? "." : "", dose,
			    first ? "." : "", first ?: "", second ? "." : "", second ?: "");
}

/* Owned by the document; NULL on lack of memory. `misc` is taken over. */
static json_t *add_test(struct document *document, const struct place *place, const char *status,
			const char *comment, json_t *misc)
{
	const struct dcb_report *report = document->report;
	json_t *test = json_pack("{s:o, s:s, s:o, s:o, s:s, s:o, s:o}", "id",
				 test_id(document, place), "origin", report->origin, "build_id",
				 kernel_id(document, place->kernel), "path",
				 test_path(document, place), "status", status, "environment",
				 environment(document, place->kernel), "misc", misc);
	int r = json_array_append_new(document->tests, test);

	if (r < 0)
		return NULL;
	r |= set_text(test, "comment", comment);
	r |= set_times(document->summary, place->kernel, test);
	r |= json_object_set_new(misc, "run", json_integer(document->summary->run.id));
	if (report->url)
		r |= set_text(misc, "report_url", report->url);
	return r < 0 ? NULL : test;
}

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

static int add_boot_test(struct document *document, size_t kernel)
{
	const struct dcb_summary *summary = document->summary;
	struct dcb_boot_count count = dcb_boot_count(summary, kernel);
	_cleanup_free_ char *comment = dcb_format("%s: %u boots ok, %u failed",
						  summary->kernels[kernel].name, count.good,
						  count.failed);
	const struct place place = {kernel, -1, "boot", NULL};
	json_t *test;

	if (!comment)
		return -ENOMEM;
	test = add_test(document, &place, boot_status(summary, kernel), comment,
			json_pack("{s:i, s:i, s:O}", "ok", (int)count.good, "failed",
				  (int)count.failed, "kernel",
				  json_object_get(told(document, "kernels", kernel), "name")));
	if (!test)
		return -ENOMEM;
	for (size_t i = 0; i < summary->n_boots; i++) {
		const struct dcb_store_boot *boot = &summary->boots[i].row;

		if (boot->kernel == kernel && !dcb_store_boot_is_good(boot) && boot->reason)
			return set_excerpt(test, boot->reason);
	}
	return 0;
}

/* What the summary says of one side; a candidate's with the comparison. */
static json_t *side_misc(const struct document *document, const struct dcb_told_side *side)
{
	static const char *const of_metric[] = {"workload", "params", "role",   "metric",
						"unit",     "better", "primary"};
	json_t *comparison = told(document, "comparisons", side->index);
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

static int add_figure_test(struct document *document, const struct dcb_told_side *side)
{
	const struct dcb_comparison *comparison = side->comparison;
	const struct place place = {side->side->kernel, (int64_t)comparison->workload,
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
	test = add_test(document, &place, side->side->n ? "DONE" : "SKIP", comment,
			side_misc(document, side));
	if (!test)
		return -ENOMEM;
	return side->side->n && json_object_set_new(test, "number", number(side)) < 0 ? -ENOMEM : 0;
}

static int add_symptom_test(struct document *document, size_t i)
{
	const struct dcb_summary_symptom *symptom = &document->summary->symptoms[i];
	struct place place = {symptom->kernel, symptom->workload, symptom->name, NULL};
	const char *status = symptom->present ? "FAIL" : "PASS";
	_cleanup_free_ char *comment = NULL;
	json_t *test;

	if (!symptom->boots)
		return 0;
	if (dcb_summary_cannot(symptom)) {
		if (!symptom->present)
			return 0;
		/* Of the workload itself, whatever went wrong with it. */
		place.first = NULL;
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
	test = add_test(document, &place, status, comment,
			json_copy(told(document, "symptoms", i)));
	if (!test)
		return -ENOMEM;
	return set_excerpt(test, symptom->detail);
}

/* ---- the document ---- */

static int fill(struct document *document)
{
	const struct dcb_summary *summary = document->summary;
	struct dcb_told_side side;
	size_t at = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < summary->n_kernels; i++) {
		r = add_kernel(document, i);
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
	_cleanup_free_ char *text = NULL;
	struct document document;

	if (!*report->origin || report->origin[strspn(report->origin, ORIGIN_LETTERS)] != '\0')
		return dcb_error_usage(err, "origin \"%.40s\": kcidb takes a-z, 0-9 and _ only",
				       report->origin);
	summary = dcb_summary_to_json(report->summary);
	if (!summary)
		return dcb_error_oom(err);
	drop_nulls_below(summary);
	document = (struct document){report, report->summary, summary, checkouts, builds, tests};
	if (fill(&document) < 0)
		return dcb_error_oom(err);
	all = json_pack("{s:{s:i, s:i}, s:O, s:O, s:O}", "version", "major", 5, "minor", 3,
			"checkouts", checkouts, "builds", builds, "tests", tests);
	text = all ? dcb_json_print(all) : NULL;
	if (!text)
		return dcb_error_oom(err);
	fputs(text, file);
	return 0;
}

const struct dcb_report_format dcb_report_kcidb = {
	.name = "kcidb",
	.summary = "KCIDB's schema v5.3, for KernelCI's database",
	.write = write_kcidb,
};

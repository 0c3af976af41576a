// SPDX-License-Identifier: GPL-2.0-only
#include "reports/formats/kcidb-objects.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/json.h"
#include "reports/formats/names.h"
#include "reports/text.h"

#define PATH_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
#define LOG_MAX      16384 /* characters of an excerpt */

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

json_t *dcb_kcidb_told(const struct dcb_kcidb *document, const char *list, size_t n)
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

int dcb_kcidb_set_excerpt(json_t *object, const char *text)
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
static json_t *kernel_id(const struct dcb_kcidb *document, size_t kernel)
{
	_cleanup_free_ char *sha256 = component(document->summary->kernels[kernel].kernel.sha256);

	return sha256 ? json_sprintf("%s:%s", document->report->origin, sha256) : NULL;
}

/* One kernel may stand in a run under two names. */
static bool is_added(const struct dcb_kcidb *document, size_t kernel)
{
	const struct dcb_store_run_kernel *rows = document->summary->kernels;

	for (size_t i = 0; i < kernel; i++)
		if (strcmp(rows[i].kernel.sha256, rows[kernel].kernel.sha256) == 0)
			return true;
	return false;
}

int dcb_kcidb_add_kernel(struct dcb_kcidb *document, size_t kernel)
{
	const char *arch = document->summary->kernels[kernel].kernel.arch;
	json_t *row = dcb_kcidb_told(document, "kernels", kernel);
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
	if (arch[strspn(arch, DCB_KCIDB_ORIGIN_LETTERS)] != '\0')
		return 0;
	return set_text(build, "architecture", arch);
}

/* ---- tests ---- */

static bool is_qemu(const struct dcb_store_run *run)
{
	return strcmp(run->machine, "kvm") == 0 || strcmp(run->machine, "tcg") == 0 ||
	       strcmp(run->machine, "icount") == 0;
}

static json_t *environment(const struct dcb_kcidb *document, size_t kernel)
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

/* "waiter.wall", "boot": what ids and paths end in. */
static char *place_tail(const struct dcb_kcidb_place *place)
{
	_cleanup_free_ char *first = component(place->first), *second = component(place->second);

	if (!first || (place->second && !second))
		return NULL;
	return second ? dcb_format("%s.%s", first, second) : TAKE_PTR(first);
}

static json_t *test_id(const struct dcb_kcidb *document, const struct dcb_kcidb_place *place,
		       const char *tail)
{
	const struct dcb_store_run *run = &document->summary->run;
	char workload[32] = "";

	if (place->workload >= 0)
		snprintf(workload, sizeof(workload), ".w%" PRId64, place->workload);
	return json_sprintf("%s:%" PRId64 "-%" PRId64 ".k%zu%s.%s", document->report->origin,
			    run->created_us, run->seed, place->kernel, workload, tail);
}

static json_t *test_path(const struct dcb_kcidb *document, const struct dcb_kcidb_place *place,
			 const char *tail)
{
	const struct dcb_store_run_workload *workload = NULL;
	_cleanup_free_ char *name = NULL, *plain = NULL, *dose = NULL;

	/* "boot" is everybody's; the rest is ours. */
	if (place->workload < 0)
		return json_sprintf("%s%s", place->second ? "dcbench." : "", tail);
	workload = &document->summary->workloads[place->workload];
	name = component(workload->name);
	plain = dcb_name_dose(workload);
	dose = component(plain);
	if (!name || !dose)
		return NULL;
	return json_sprintf("dcbench.%s%s%s.%s", name, *dose ? "." : "", dose, tail);
}

json_t *dcb_kcidb_add_test(struct dcb_kcidb *document, const struct dcb_kcidb_place *place,
			   const char *status, const char *comment, json_t *misc)
{
	const struct dcb_report *report = document->report;
	_cleanup_free_ char *tail = place_tail(place);
	json_t *test = json_pack("{s:o, s:s, s:o, s:o, s:s, s:o, s:o}", "id",
				 tail ? test_id(document, place, tail) : NULL, "origin",
				 report->origin, "build_id", kernel_id(document, place->kernel),
				 "path", tail ? test_path(document, place, tail) : NULL, "status",
				 status, "environment", environment(document, place->kernel),
				 "misc", misc);
	int r = json_array_append_new(document->tests, test);

	if (r < 0)
		return NULL;
	r |= set_text(test, "comment", comment);
	r |= set_times(document->summary, place->kernel, test);
	r |= json_object_set_new(misc, "run", json_integer(document->summary->run.id));
	r |= set_text(misc, "report_url", report->url);
	return r < 0 ? NULL : test;
}

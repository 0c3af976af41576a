// SPDX-License-Identifier: GPL-2.0-only
#include "cli/calibrations.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "cli/command.h"
#include "reports/dose.h"
#include "reports/text.h"
#include "schema/store.h"

struct printer {
	struct dcb_store *store;
	int64_t id; /* 0: all */
	json_t *list;
	bool found, holds;
	const struct dcb_store_calibration *row;
	const char *workload, *params; /* of the metric before */
	struct dcb_error *err;
};

/* ---- JSON ---- */

static json_t *share_to_json(double share)
{
	return share < 0 ? json_null() : dcb_json_number(share);
}

static int add_metric(void *context, const struct dcb_store_calibration_metric *metric)
{
	struct printer *printer = context;
	json_t *object = json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:b, s:o, s:s, s:o, s:o}", "workload", metric->workload,
		"params", metric->params, "role", metric->role, "metric", metric->name, "unit",
		metric->unit, "primary", metric->primary, "alarm_rate",
		dcb_json_number(metric->alarm_rate), "verdict", metric->verdict, "finds_few",
		share_to_json(metric->finds_few), "finds_all", share_to_json(metric->finds_all));

	return json_array_append_new(printer->list, object) < 0 ? dcb_error_oom(printer->err) : 0;
}

static int row_to_json(struct printer *printer, const struct dcb_store_calibration *row,
		       json_t **ret_object)
{
	struct printer metrics = {.list = json_array(), .err = printer->err};
	json_auto_t *list = metrics.list, *host = NULL;
	json_t *object;
	int r;

	if (!list)
		return dcb_error_oom(printer->err);
	r = dcb_store_each_calibration_metric(printer->store, row->id, add_metric, &metrics,
					      printer->err);
	if (r < 0)
		return r;
	r = dcb_json_parse(row->description, strlen(row->description), &host, printer->err);
	if (r < 0)
		return r;
	object = json_pack("{s:I, s:I, s:I, s:s, s:O, s:s, s:s, s:I, s:I, s:I, s:b, s:b, s:o, s:o, "
			   "s:O}",
			   "id", (json_int_t)row->id, "run", (json_int_t)row->run_id, "created_us",
			   (json_int_t)row->created_us, "host", row->host, "description", host,
			   "machine", row->machine, "arch", row->arch, "blocks",
			   (json_int_t)row->blocks, "few", (json_int_t)row->few, "splits",
			   (json_int_t)row->splits, "exact", row->exact, "holds", row->holds,
			   "reason", dcb_json_string(row->reason), "alarm_rate",
			   dcb_json_number(row->alarm_rate), "metrics", list);
	if (!object)
		return dcb_error_oom(printer->err);
	*ret_object = object;
	return 0;
}

static int add_row(void *context, const struct dcb_store_calibration *row)
{
	struct printer *printer = context;
	json_t *object = NULL;
	int r;

	if (printer->id && printer->id != row->id)
		return 0;
	printer->holds = row->holds;
	printer->found = true;
	r = row_to_json(printer, row, &object);
	if (r < 0)
		return r;
	return json_array_append_new(printer->list, object) < 0 ? dcb_error_oom(printer->err) : 0;
}

/* ---- text ---- */

static void say_date(int64_t created_us, char *buffer, size_t size)
{
	time_t seconds = created_us / 1000000;
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(buffer, size, "%Y-%m-%d", &tm);
}

static int print_row(void *context, const struct dcb_store_calibration *row)
{
	struct printer *printer = context;
	_cleanup_free_ char *reason = dcb_text_printable(row->reason);
	char date[32];

	if (!reason)
		return dcb_error_oom(printer->err);
	say_date(row->created_us, date, sizeof(date));
	printf("%4" PRId64 "  %s  run %-4" PRId64 "  %-6s %-6s  %3" PRId64
	       " blocks  host %.12s  %s%s%s\n",
	       row->id, date, row->run_id, row->machine, row->arch, row->blocks, row->host,
	       row->holds ? "holds" : "does not hold", *reason ? ": " : "", reason);
	printer->found = true;
	return 0;
}

static void say_share(double share, char *buffer, size_t size)
{
	if (share < 0)
		snprintf(buffer, size, "-");
	else
		snprintf(buffer, size, share < 0.0995 ? "%.1f %%" : "%.0f %%", 100 * share);
}

static void print_head(const struct dcb_store_calibration *row)
{
	char few[32], all[32];

	snprintf(few, sizeof(few), "finds with %" PRId64, row->few);
	snprintf(all, sizeof(all), "with %" PRId64 " blocks", row->blocks);
	printf("  %-34s %-12s  %-14s  %s\n", "", "false alarms", few, all);
}

static int print_metric(void *context, const struct dcb_store_calibration_metric *metric)
{
	struct printer *printer = context;
	const struct dcb_store_calibration *row = printer->row;
	const struct dcb_store_run_workload workload = {metric->workload, metric->params};
	_cleanup_free_ char *dose = NULL;
	char few[32], all[32], name[64], alarms[32];

	if (!printer->workload || strcmp(printer->workload, metric->workload) != 0 ||
	    strcmp(printer->params, metric->params) != 0) {
		free((char *)printer->workload);
		free((char *)printer->params);
		printer->workload = strdup(metric->workload);
		printer->params = strdup(metric->params);
		if (!printer->workload || !printer->params)
			return dcb_error_oom(printer->err);
		dose = dcb_dose_format(&workload, false, "  ", ", ");
		if (!dose)
			return dcb_error_oom(printer->err);
		printf("\n%s\n", dose);
		print_head(row);
	}
	snprintf(name, sizeof(name), "%s%s%s", metric->role, *metric->role ? " " : "",
		 metric->name);
	snprintf(alarms, sizeof(alarms), "%.1f %%", 100 * metric->alarm_rate);
	say_share(metric->finds_few, few, sizeof(few));
	say_share(metric->finds_all, all, sizeof(all));
	printf("  %-34s %-12s  %-14s  %s\n", name, alarms, few, all);
	return 0;
}

/* "AMD EPYC, 2 CPUs, Linux 6.18.5, QEMU 10.0.2", as far as it is known. */
static void print_host(const json_t *host)
{
	static const char *const words[][2] = {
		{"cpu", ""}, {"kernel", ", Linux "}, {"qemu", ", QEMU "}};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		const char *text = json_string_value(json_object_get(host, words[i][0]));
		_cleanup_free_ char *clean = text ? dcb_text_printable(text) : NULL;

		if (clean)
			printf("%s%s", words[i][1], clean);
		if (i == 0)
			printf("%s%lld CPUs", clean ? ", " : "",
			       (long long)json_integer_value(json_object_get(host, "cpus")));
	}
}

static int print_summary(const struct dcb_store_calibration *row, struct dcb_error *err)
{
	_cleanup_free_ char *reason = dcb_text_printable(row->reason);
	json_auto_t *host = json_loads(row->description, 0, NULL);

	if (!reason)
		return dcb_error_oom(err);
	printf("calibration %" PRId64 " on %s %s: %s%s%s\n\n", row->id, row->machine, row->arch,
	       row->holds ? "holds" : "does not hold", *reason ? ": " : "", reason);
	printf("  boots        run %" PRId64 ", %" PRId64 " blocks of the same kernel twice\n",
	       row->run_id, row->blocks);
	printf("  host         ");
	print_host(host);
	printf("\n  host digest  %.12s\n", row->host);
	if (row->exact)
		printf("  differing    %.3g %% of the samples: %s\n", 100 * row->alarm_rate,
		       row->holds ? "any change of a digit is one" : "not to be believed");
	else
		printf("  false alarms %.1f %% of %" PRId64 " splits of these boots, of %" PRId64
		       " to %" PRId64 " blocks; limit 5 %%\n",
		       100 * row->alarm_rate, row->splits, row->few, row->blocks);
	return 0;
}

static int print_one(void *context, const struct dcb_store_calibration *row)
{
	struct printer *printer = context;
	int r;

	if (row->id != printer->id)
		return 0;
	printer->found = true;
	printer->holds = row->holds;
	printer->row = row;
	r = print_summary(row, printer->err);
	if (r < 0 || row->exact)
		return r;
	r = dcb_store_each_calibration_metric(printer->store, row->id, print_metric, printer,
					      printer->err);
	free((char *)printer->workload);
	free((char *)printer->params);
	return r;
}

/* ---- the two calls ---- */

int dcb_calibrations_list(struct dcb_store *store, bool json, struct dcb_error *err)
{
	json_auto_t *list = json_array();
	struct printer printer = {.store = store, .list = list, .err = err};
	int r;

	if (!list)
		return dcb_error_oom(err);
	r = dcb_store_each_calibration(store, json ? add_row : print_row, &printer, err);
	if (r < 0)
		return r;
	if (json)
		return dcb_print_json(list, err);
	if (!printer.found)
		printf("no calibration: see `dcbench help calibrate`\n");
	return dcb_output_flush(err);
}

int dcb_calibration_print(struct dcb_store *store, int64_t id, bool json, bool *ret_holds,
			  struct dcb_error *err)
{
	json_auto_t *list = json_array();
	struct printer printer = {.store = store, .id = id, .list = list, .err = err};
	int r;

	if (!list)
		return dcb_error_oom(err);
	r = dcb_store_each_calibration(store, json ? add_row : print_one, &printer, err);
	if (r < 0)
		return r;
	if (!printer.found)
		return dcb_error_set(err, ENOENT, "calibration %lld is gone", (long long)id);
	*ret_holds = printer.holds;
	return json ? dcb_print_json(json_array_get(list, 0), err) : dcb_output_flush(err);
}

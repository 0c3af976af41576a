// SPDX-License-Identifier: GPL-2.0-only
/* Of a row only its end differs from the row before: the beginning is made once a series (boot,
 * workload, metric). */
#include "reports/export.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "reports/csv.h"
#include "reports/format.h"
#include "reports/text.h"
#include "schema/store.h"

enum field {
	/* constant in a series */
	RUN,
	CREATED,
	MACHINE,
	ARCH,
	KERNEL,
	RELEASE,
	SHA256,
	WORKLOAD,
	PARAMS,
	DOSE,
	ROLE,
	METRIC,
	UNIT,
	BETTER,
	BLOCK,
	SEED,
	N_CONSTANT,
	/* of each sample */
	THREAD = N_CONSTANT,
	ITERATION,
	VALUE,
	ENABLED_NS,
	RUNNING_NS,
};

struct column {
	const char *name;
	enum field field;
};

/* Constant ones first; end with a NULL name. */
static const struct column long_columns[] = {
	{"run", RUN},
	{"created", CREATED},
	{"machine", MACHINE},
	{"arch", ARCH},
	{"kernel", KERNEL},
	{"release", RELEASE},
	{"sha256", SHA256},
	{"workload", WORKLOAD},
	{"params", PARAMS},
	{"role", ROLE},
	{"metric", METRIC},
	{"unit", UNIT},
	{"better", BETTER},
	{"block", BLOCK},
	{"seed", SEED},
	{"thread", THREAD},
	{"iteration", ITERATION},
	{"value", VALUE},
	{"enabled_ns", ENABLED_NS},
	{"running_ns", RUNNING_NS},
	{0},
};

static const struct column brief_columns[] = {
	{"kernel", KERNEL},         {"block", BLOCK},
	{"workload", DOSE},         {"role", ROLE},
	{"metric", METRIC},         {"unit", UNIT},
	{"thread", THREAD},         {"iteration", ITERATION},
	{"value", VALUE},           {"enabled_ns", ENABLED_NS},
	{"running_ns", RUNNING_NS}, {0},
};

struct kernel {
	char *name, *release, *sha256;
};

struct workload {
	char *name, *params;
};

struct writer {
	FILE *file;
	enum dcb_export_form form;
	const struct column *columns;
	bool first; /* nothing was written yet */

	int64_t run, created_us;
	char *machine, *arch;
	struct kernel *kernels;
	size_t n_kernels;
	struct workload *workloads;
	size_t n_workloads;

	/* The series of the row before, and how its rows begin. */
	int64_t boot_id, metric;
	size_t workload;
	char *beginning;

	struct dcb_error *err;
};

/* ---- what a run is made of ---- */

static void forget_run(struct writer *writer)
{
	for (size_t i = 0; i < writer->n_kernels; i++) {
		free(writer->kernels[i].name);
		free(writer->kernels[i].release);
		free(writer->kernels[i].sha256);
	}
	for (size_t i = 0; i < writer->n_workloads; i++) {
		free(writer->workloads[i].name);
		free(writer->workloads[i].params);
	}
	free(TAKE_PTR(writer->kernels));
	free(TAKE_PTR(writer->workloads));
	free(TAKE_PTR(writer->machine));
	free(TAKE_PTR(writer->arch));
	free(TAKE_PTR(writer->beginning));
	writer->n_kernels = writer->n_workloads = 0;
}

static int read_run(void *context, const struct dcb_store_run *run)
{
	struct writer *writer = context;

	writer->run = run->id;
	writer->created_us = run->created_us;
	writer->machine = strdup(run->machine);
	writer->arch = strdup(run->arch);
	return writer->machine && writer->arch ? 0 : dcb_error_oom(writer->err);
}

static int read_kernel(void *context, size_t index, const struct dcb_store_run_kernel *row)
{
	struct writer *writer = context;
	struct kernel *kernels = reallocarray(writer->kernels, index + 1, sizeof(*kernels));

	if (!kernels)
		return dcb_error_oom(writer->err);
	writer->kernels = kernels;
	kernels[index] = (struct kernel){strdup(row->name), strdup(row->kernel.release),
					 strdup(row->kernel.sha256)};
	writer->n_kernels = index + 1;
	return kernels[index].name && kernels[index].release && kernels[index].sha256
		       ? 0
		       : dcb_error_oom(writer->err);
}

static int read_workload(void *context, size_t index, const struct dcb_store_run_workload *row)
{
	struct writer *writer = context;
	struct workload *workloads = reallocarray(writer->workloads, index + 1, sizeof(*workloads));

	if (!workloads)
		return dcb_error_oom(writer->err);
	writer->workloads = workloads;
	workloads[index] = (struct workload){strdup(row->name), strdup(row->params)};
	writer->n_workloads = index + 1;
	return workloads[index].name && workloads[index].params ? 0 : dcb_error_oom(writer->err);
}

/* ---- fields ---- */

static bool is_json(const struct writer *writer)
{
	return writer->form == DCB_EXPORT_NDJSON || writer->form == DCB_EXPORT_JSON;
}

/* The text of a constant field; malloc'd. *ret_number: it stands in JSON without quotes. */
static char *constant_text(const struct writer *writer, const struct dcb_store_sample_row *row,
			   enum field field, bool *ret_number)
{
	const struct kernel *kernel = &writer->kernels[row->kernel];
	const struct workload *workload = &writer->workloads[row->sample->workload];
	char created[32];
	time_t seconds;
	struct tm tm;

	*ret_number = field == RUN || field == BLOCK || field == SEED;
	switch (field) {
	case RUN:
		return dcb_format("%" PRId64, writer->run);
	case CREATED:
		seconds = (time_t)(writer->created_us / 1000000);
		strftime(created, sizeof(created), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&seconds, &tm));
		return strdup(created);
	case MACHINE:
		return strdup(writer->machine);
	case ARCH:
		return strdup(writer->arch);
	case KERNEL:
		return strdup(kernel->name);
	case RELEASE:
		return strdup(kernel->release);
	case SHA256:
		return strdup(kernel->sha256);
	case WORKLOAD:
		return strdup(workload->name);
	case PARAMS:
		return strdup(workload->params);
	case DOSE:
		return dcb_format("%s:%s", workload->name, workload->params);
	case ROLE:
		return strdup(row->metric->role);
	case METRIC:
		return strdup(row->metric->name);
	case UNIT:
		return strdup(row->metric->unit);
	case BETTER:
		return strdup(row->metric->better);
	case BLOCK:
		return dcb_format("%" PRId64, row->block);
	default:
		return dcb_format("%" PRId64, row->seed);
	}
}

static int print_json_text(const char *text, FILE *file)
{
	_cleanup_free_ char *clean = dcb_text_utf8(text);
	json_auto_t *string = clean ? json_string(clean) : NULL;
	_cleanup_free_ char *quoted = string ? json_dumps(string, JSON_ENCODE_ANY) : NULL;

	if (!quoted)
		return -ENOMEM;
	fputs(quoted, file);
	return 0;
}

static int print_constant(const struct writer *writer, const struct dcb_store_sample_row *row,
			  enum field field, FILE *file)
{
	bool number;
	_cleanup_free_ char *text = constant_text(writer, row, field, &number);
	_cleanup_free_ char *clean = NULL;

	if (!text)
		return -ENOMEM;
	if (is_json(writer) && !number)
		return print_json_text(text, file);
	if (writer->form == DCB_EXPORT_CSV)
		return dcb_csv_print(text, file);
	clean = dcb_text_printable(text);
	if (!clean)
		return -ENOMEM;
	fputs(clean, file);
	return 0;
}

static void format_sample(const struct dcb_store_sample *sample, enum field field, const char *none,
			  char *buffer, size_t size)
{
	switch (field) {
	case THREAD:
		snprintf(buffer, size, "%d", sample->thread);
		return;
	case ITERATION:
		snprintf(buffer, size, "%d", sample->iteration);
		return;
	case VALUE:
		if (sample->present)
			dcb_format_exact(sample->value, buffer, size);
		else
			snprintf(buffer, size, "%s", none);
		return;
	default:
		if (sample->has_times)
			snprintf(buffer, size, "%" PRId64,
				 field == ENABLED_NS ? sample->enabled_ns : sample->running_ns);
		else
			snprintf(buffer, size, "%s", none);
	}
}

/* What stands before a field: a separator, in JSON also its name. */
static void print_separator(const struct writer *writer, const struct column *column, FILE *file)
{
	bool first = column == writer->columns;

	if (is_json(writer))
		fprintf(file, "%s\"%s\":", first ? "{" : ",", column->name);
	else if (!first)
		fputc(writer->form == DCB_EXPORT_CSV ? ',' : '\t', file);
}

/* ---- rows ---- */

static int make_beginning(struct writer *writer, const struct dcb_store_sample_row *row)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);
	int r = 0;

	if (!file)
		return -ENOMEM;
	for (const struct column *c = writer->columns; r == 0 && c->name && c->field < N_CONSTANT;
	     c++) {
		print_separator(writer, c, file);
		r = print_constant(writer, row, c->field, file);
	}
	if (fclose(file) != 0)
		r = -ENOMEM;
	free(writer->beginning);
	writer->beginning = text;
	return r;
}

static int begin_series(struct writer *writer, const struct dcb_store_sample_row *row)
{
	if (row->kernel >= writer->n_kernels || row->sample->workload >= writer->n_workloads)
		return dcb_error_set(writer->err, EUCLEAN,
				     "run %" PRId64 " has samples of a kernel or workload that it "
				     "has not",
				     writer->run);
	/* A full disk is not written to a million times. */
	if (ferror(writer->file))
		return dcb_error_sys(writer->err, errno ? errno : EIO, "writing samples");
	writer->boot_id = row->boot_id;
	writer->metric = row->sample->metric;
	writer->workload = row->sample->workload;
	return make_beginning(writer, row) < 0 ? dcb_error_oom(writer->err) : 0;
}

static int write_row(void *context, const struct dcb_store_sample_row *row)
{
	static const char *const ends[] = {DCB_CSV_END, "\n", "}\n", "}"};
	struct writer *writer = context;
	const char *none = is_json(writer) ? "null" : "";
	int r;

	if (!writer->beginning || row->boot_id != writer->boot_id ||
	    row->sample->metric != writer->metric || row->sample->workload != writer->workload) {
		r = begin_series(writer, row);
		if (r < 0)
			return r;
	}
	if (writer->form == DCB_EXPORT_JSON && !writer->first)
		fputs(",\n", writer->file);
	writer->first = false;
	fputs(writer->beginning, writer->file);
	for (const struct column *c = writer->columns; c->name; c++) {
		char text[40];

		if (c->field < N_CONSTANT)
			continue;
		format_sample(row->sample, c->field, none, text, sizeof(text));
		print_separator(writer, c, writer->file);
		fputs(text, writer->file);
	}
	fputs(ends[writer->form], writer->file);
	return 0;
}

static void write_header(const struct writer *writer)
{
	if (writer->form == DCB_EXPORT_JSON)
		fputc('[', writer->file);
	if (is_json(writer))
		return;
	for (const struct column *c = writer->columns; c->name; c++) {
		print_separator(writer, c, writer->file);
		fputs(c->name, writer->file);
	}
	fputs(writer->form == DCB_EXPORT_CSV ? DCB_CSV_END : "\n", writer->file);
}

static int write_run(struct writer *writer, struct dcb_store *store, int64_t run_id)
{
	int r;

	forget_run(writer);
	r = dcb_store_get_run(store, run_id, read_run, writer, writer->err);
	if (r == 0)
		r = dcb_store_each_run_kernel(store, run_id, read_kernel, writer, writer->err);
	if (r == 0)
		r = dcb_store_each_run_workload(store, run_id, read_workload, writer, writer->err);
	return r < 0 ? r : dcb_store_each_sample(store, run_id, write_row, writer, writer->err);
}

/* ---- runs ---- */

struct list {
	int64_t *ids;
	size_t n;
	struct dcb_error *err;
};

static void list_deinit(struct list *list)
{
	free(list->ids);
}

static int add_run(void *context, const struct dcb_store_run *run)
{
	struct list *list = context;
	int64_t *ids = reallocarray(list->ids, list->n + 1, sizeof(*ids));

	if (!ids)
		return dcb_error_oom(list->err);
	list->ids = ids;
	ids[list->n++] = run->id;
	return 0;
}

static int compare_ids(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* All runs in the order in which they were begun, or those given as they were given. */
static int list_runs(struct dcb_store *store, const int64_t *runs, size_t n, struct list *list)
{
	int r = 0;

	if (!n) {
		r = dcb_store_each_run(store, add_run, list, list->err);
		if (r == 0 && list->n)
			qsort(list->ids, list->n, sizeof(*list->ids), compare_ids);
		return r;
	}
	for (size_t i = 0; r == 0 && i < n; i++)
		r = dcb_store_get_run(store, runs[i], add_run, list, list->err);
	return r;
}

int dcb_export_write(struct dcb_store *store, const int64_t *runs, size_t n_runs,
		     enum dcb_export_columns columns, enum dcb_export_form form, FILE *file,
		     struct dcb_error *err)
{
	_cleanup_(dcb_store_snapshot_endp) struct dcb_store *snapshot = NULL;
	_cleanup_(list_deinit) struct list list = {.err = err};
	struct writer writer = {
		.file = file,
		.form = form,
		.columns = columns == DCB_EXPORT_LONG ? long_columns : brief_columns,
		.first = true,
		.err = err,
	};
	int r;

	r = dcb_store_snapshot_begin(store, err);
	if (r < 0)
		return r;
	snapshot = store;
	r = list_runs(store, runs, n_runs, &list);
	if (r < 0)
		return r;
	write_header(&writer);
	for (size_t i = 0; r == 0 && i < list.n; i++)
		r = write_run(&writer, store, list.ids[i]);
	forget_run(&writer);
	if (r == 0 && form == DCB_EXPORT_JSON)
		fputs("]\n", file);
	return r;
}

// SPDX-License-Identifier: GPL-2.0-only
#include "report-fixture.h"

#include <errno.h>
#include <stdio.h>

#include "base/json.h"
#include "reports/export.h"

static char *print(struct dcb_store *store, const int64_t *runs, size_t n_runs,
		   enum dcb_export_columns columns, enum dcb_export_form form)
{
	struct dcb_error err = DCB_ERROR_NULL;
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	if (dcb_export_write(store, runs, n_runs, columns, form, file, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(fclose(file), 0);
	return text;
}

static size_t count(const char *text, const char *what)
{
	size_t n = 0;

	for (; (text = strstr(text, what)); text += strlen(what))
		n++;
	return n;
}

#define HEADER                                                                                     \
	"run,created,machine,arch,kernel,release,sha256,workload,params,role,metric,unit,better,"  \
	"block,seed,thread,iteration,value,enabled_ns,running_ns\r\n"

static void export__csv_says_everything(void **state)
{
	struct fixture *f = *state;
	int64_t run = report_demo(f->store, 2, true);
	_cleanup_free_ char *text = print(f->store, &run, 1, DCB_EXPORT_LONG, DCB_EXPORT_CSV);

	assert_true(strncmp(text, HEADER, strlen(HEADER)) == 0);
	/* 7 metrics of 4 samples in 5 good boots. */
	assert_int_equal(count(text, "\r\n"), 1 + 7 * 4 * 5);
	assert_int_equal(count(text, "\n"), count(text, "\r\n"));
	assert_non_null(strstr(
		text, "2,2023-11-14T22:13:20Z,icount,arm64,fixed,7.3.4+deb13-cloud-arm64," SHA_B
		      ",dying-dentry,\"op=rmdir,size=600M,waiters=1\",waiter,wall,ns,lower,1,1001,"
		      "0,0,821520000,,\r\n"));
	/* A counter that is lacking. */
	assert_non_null(strstr(text, "instructions,count,lower,0,1000,0,0,,,\r\n"));
}

static void export__ndjson_is_json_in_each_line(void **state)
{
	struct fixture *f = *state;
	int64_t run = report_demo(f->store, 2, false);
	_cleanup_free_ char *text = print(f->store, &run, 1, DCB_EXPORT_LONG, DCB_EXPORT_NDJSON);
	size_t n = 0, n_null = 0;
	char *rest = text, *line;

	while ((line = strsep(&rest, "\n")) && *line) {
		json_auto_t *object = NULL;
		struct dcb_error err = DCB_ERROR_NULL;

		if (dcb_json_parse(line, strlen(line), &object, &err) < 0)
			fail_msg("%s: %s", err.message, line);
		assert_int_equal(json_object_size(object), 20);
		assert_true(json_is_integer(json_object_get(object, "run")));
		assert_true(json_is_string(json_object_get(object, "sha256")));
		n_null += json_is_null(json_object_get(object, "value"));
		n++;
	}
	assert_int_equal(n, 7 * 4 * 6);
	/* Its warm-up was counted, in this fixture. */
	assert_int_equal(n_null, 3 * 6);
}

static void export__brief_forms_have_the_same_rows(void **state)
{
	struct fixture *f = *state;
	int64_t run = report_demo(f->store, 2, false);
	_cleanup_free_ char *tsv = print(f->store, &run, 1, DCB_EXPORT_BRIEF, DCB_EXPORT_TSV);
	_cleanup_free_ char *text = print(f->store, &run, 1, DCB_EXPORT_BRIEF, DCB_EXPORT_JSON);
	struct dcb_error err = DCB_ERROR_NULL;
	json_auto_t *array = NULL;
	json_t *first;

	assert_int_equal(count(tsv, "\n"), 1 + 7 * 4 * 6);
	assert_non_null(strstr(tsv, "\nbase\t0\tdying-dentry:op=rmdir,size=600M,waiters=1\t"));
	assert_int_equal(dcb_json_parse(text, strlen(text), &array, &err), 0);
	assert_int_equal(json_array_size(array), 7 * 4 * 6);
	first = json_array_get(array, 0);
	assert_int_equal(json_object_size(first), 11);
	assert_string_equal(json_string_value(json_object_get(first, "workload")),
			    "dying-dentry:op=rmdir,size=600M,waiters=1");
}

static void export__all_runs_in_order_or_those_that_are_named(void **state)
{
	struct fixture *f = *state;
	int64_t second = report_demo(f->store, 1, false), third = report_demo(f->store, 1, false);
	const int64_t some[] = {third, second};
	_cleanup_free_ char *all = print(f->store, NULL, 0, DCB_EXPORT_LONG, DCB_EXPORT_CSV);
	_cleanup_free_ char *named = print(f->store, some, 2, DCB_EXPORT_LONG, DCB_EXPORT_CSV);
	_cleanup_free_ char *none = print(f->store, &f->run, 1, DCB_EXPORT_LONG, DCB_EXPORT_CSV);
	_cleanup_free_ char *empty = print(f->store, &f->run, 1, DCB_EXPORT_LONG, DCB_EXPORT_JSON);

	assert_true(strstr(all, "\r\n2,") < strstr(all, "\r\n3,"));
	assert_true(strstr(named, "\r\n3,") < strstr(named, "\r\n2,"));
	assert_int_equal(strlen(all), strlen(named));
	assert_string_equal(none, HEADER);
	assert_string_equal(empty, "[]\n");
}

static void export__unknown_run_writes_nothing(void **state)
{
	struct fixture *f = *state;
	const int64_t runs[] = {f->run, 77};
	struct dcb_error err = DCB_ERROR_NULL;
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	assert_int_equal(
		dcb_export_write(f->store, runs, 2, DCB_EXPORT_LONG, DCB_EXPORT_CSV, file, &err),
		-ENOENT);
	assert_int_equal(fclose(file), 0);
	assert_string_equal(text, "");
	assert_int_equal(err.kind, DCB_ERROR_USAGE);
}

static void export__full_disk_ends_it(void **state)
{
	struct fixture *f = *state;
	int64_t run = report_demo(f->store, 2, false);
	_cleanup_fclose_ FILE *full = fopen("/dev/full", "we");
	struct dcb_error err = DCB_ERROR_NULL;

	assert_non_null(full);
	setvbuf(full, NULL, _IONBF, 0);
	assert_true(dcb_export_write(f->store, &run, 1, DCB_EXPORT_LONG, DCB_EXPORT_CSV, full,
				     &err) < 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(export__csv_says_everything),
		T(export__ndjson_is_json_in_each_line),
		T(export__brief_forms_have_the_same_rows),
		T(export__all_runs_in_order_or_those_that_are_named),
		T(export__unknown_run_writes_nothing),
		T(export__full_disk_ends_it),
	};

	return cmocka_run_group_tests_name("export", tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-only
/* Writes HTML reports of synthetic runs into a folder, for the script report-html. */
#include "../unit/html-fixture.h"

#include <stdio.h>

#include "reports/report.h"

static int write_report(struct dcb_store *store, int64_t run, const char *folder, const char *name)
{
	_cleanup_free_ char *path = dcb_format("%s/%s.html", folder, name);
	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = NULL;
	_cleanup_fclose_ FILE *file = path ? fopen(path, "we") : NULL;
	const struct dcb_report_format *format;
	struct dcb_error err = DCB_ERROR_NULL;
	struct dcb_report report = {.store = store};

	if (!file || dcb_report_format_find("html", &format, &err) < 0 ||
	    dcb_summary_new(store, run, &(struct dcb_summary_options){0}, &summary, &err) < 0)
		goto failed;
	report.summary = summary;
	if (format->write(&report, file, &err) < 0)
		goto failed;
	return 0;
failed:
	fprintf(stderr, "html-sample: %s: %s\n", name, err.message);
	return 1;
}

int main(int argc, char **argv)
{
	struct fixture *f;
	void *state;
	int r = 0;

	if (argc != 2 || fixture_setup(&state) != 0)
		return 1;
	f = state;
	r |= write_report(f->store, html_run(f->store, 300, NULL), argv[1], "rich");
	r |= write_report(f->store, html_run(f->store, 300, HOSTILE), argv[1], "hostile");
	r |= write_report(f->store, html_history(f->store), argv[1], "history");
	r |= write_report(f->store, report_demo(f->store, 1, false), argv[1], "alone");
	r |= write_report(f->store, report_demo(f->store, 2, true), argv[1], "two");
	r |= write_report(f->store, f->run, argv[1], "empty");
	fixture_teardown(&state);
	return r;
}

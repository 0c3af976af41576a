// SPDX-License-Identifier: GPL-2.0-only
/* Prints summaries of synthetic runs as JSON, one a line, for the script summary-schema. */
#include "../unit/report-fixture.h"

#include <stdio.h>

#include "base/json.h"
#include "reports/reproduction.h"

static int print(struct dcb_store *store, int64_t run, bool exact)
{
	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = NULL;
	struct dcb_error err = DCB_ERROR_NULL;
	_cleanup_free_ char *text = NULL;
	json_auto_t *json = NULL;

	if (dcb_summary_new(store, run, &(struct dcb_summary_options){.exact = exact}, &summary,
			    &err) < 0 ||
	    dcb_reproduction_summary(store, summary, &json, &err) < 0) {
		fprintf(stderr, "summary-sample: %s\n", err.message);
		return 1;
	}
	text = dcb_json_line(json);
	if (!text)
		return 1;
	puts(text);
	return 0;
}

/* Differences, one-sided metrics, nothing measured. */
static int64_t edges(struct dcb_store *store)
{
	struct dcb_store_run row = fixture_run();
	int64_t run;

	row.plan = REPORT_PLAN;
	run = fixture_create(store, &row, 2);

	for (int64_t block = 0; block < 3; block++) {
		for (size_t k = 0; k < 2; k++) {
			const struct figure figures[] = {
				{"waiter", "switches", "count", "lower", true, (double)k},
				{"", k ? "only-fixed" : "only-base", "count", "higher", true, 0.25},
				{0},
			};

			report_boot(store, run, k, block, figures, NULL, 0);
		}
	}
	return run;
}

int main(void)
{
	struct fixture *f;
	void *state;
	int r = 0;

	if (fixture_setup(&state) != 0)
		return 1;
	f = state;
	r |= print(f->store, f->run, true);
	for (size_t n = 1; n <= 3; n++)
		r |= print(f->store, report_demo(f->store, n, n > 1), n != 2);
	r |= print(f->store, edges(f->store), true);
	r |= print(f->store, edges(f->store), false);
	if (fixture_teardown(&state) != 0)
		return 1;
	return r;
}

/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * The dashboard: pages that are whole without script, written by the report's escaping writer.
 * Nothing on them changes anything. /live.js brings lines of progress, and the parts marked
 * data-live anew where a state changes; it makes no markup of its own.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "daemon/route.h"
#include "reports/formats/markup.h"
#include "schema/jobs.h"
#include "schema/store.h"

struct dcb_web {
	struct dcb_markup out;
	struct dcb_call *call;
	struct dcb_error *err;
	char *text; /* of the open memory stream */
	size_t size;
	int64_t judged_us; /* spent on verdicts: page-verdicts.c */
};

#define DCB_WEB_NULL                                                                               \
	{                                                                                          \
		0                                                                                  \
	}

struct dcb_web_head {
	const char *title;   /* the heading too */
	const char *current; /* path of its entry in the navigation, or NULL */
	bool live;           /* fetches what is new; without script every 10 seconds */
	int64_t job;         /* live: only of this one; 0: of all */
};

int dcb_web_begin(struct dcb_web *web, struct dcb_call *call, const struct dcb_web_head *head,
		  struct dcb_error *err);
/* The page becomes the answer. */
int dcb_web_end(struct dcb_web *web);
void dcb_web_deinit(struct dcb_web *web);
/* The failure as a page with its status; 0, or -ENOMEM. */
int dcb_web_fail(struct dcb_call *call, int r, struct dcb_error *err);

/* ---- what pages are made of: page-words.c ---- */

/* A section with its heading; live: brought anew. Ends with </section>. */
void dcb_web_begin_section(struct dcb_web *web, const char *id, const char *title, bool live);
void dcb_web_end_section(struct dcb_web *web);

struct dcb_web_column {
	const char *name, *class; /* class: "figure" or "" */
};
/* Up to and with <tbody>; the caption says what the rows are. */
void dcb_web_begin_table(struct dcb_web *web, const char *caption,
			 const struct dcb_web_column *columns, size_t n);
void dcb_web_end_table(struct dcb_web *web);
/* A table of one page of rows, newest first. */
struct dcb_web_rows {
	struct dcb_web *web;
	const char *caption;
	const struct dcb_web_column *columns;
	size_t n_columns;
	size_t n;     /* so far */
	int64_t last; /* id of the last one */
};
/* Before each row; the first begins the table. */
void dcb_web_next_row(struct dcb_web_rows *rows, int64_t id);
/* Ends the table; behind a full page of `page` rows with a link to older ones at `path`. False, and
 * nothing is written, where no row came. */
bool dcb_web_end_rows(struct dcb_web_rows *rows, const char *path, size_t page);

/* Unix microseconds as <time> in UTC; nothing for 0. */
void dcb_web_put_time(struct dcb_web *web, int64_t us);
/* A state with its sign; `bad` and `busy` decide its colour. */
enum dcb_web_tone { DCB_WEB_PLAIN, DCB_WEB_BUSY, DCB_WEB_GOOD, DCB_WEB_BAD };
void dcb_web_put_state(struct dcb_web *web, enum dcb_web_tone tone, const char *words);
void dcb_web_put_job_state(struct dcb_web *web, enum dcb_job_state state);
void dcb_web_put_run_state(struct dcb_web *web, const struct dcb_store_run *run);
/* "1.5 GiB" */
void dcb_web_put_bytes(struct dcb_web *web, double bytes);
/* "dying-dentry on base, fixed" of a plan's JSON text. */
void dcb_web_put_plan(struct dcb_web *web, const char *plan);
/* Names of a run's kernels with their releases, and of its workloads: two cells. */
int dcb_web_put_run_parts(struct dcb_web *web, int64_t run);
/* For a query: all but letters, digits and "-._~" as %XX (RFC 3986, 2.1). malloc'd. */
char *dcb_web_escape(const char *text);

/* ---- parts that have their own files ---- */

/* Items for jobs that run, with a bar and the last line: page-job.c. */
int dcb_web_put_running(struct dcb_web *web);
/* The host's health: page-host.c. */
int dcb_web_put_host(struct dcb_web *web);

/* Verdicts of runs that have ended, kept from page to page: judging one takes some 10 ms. */
struct dcb_verdict_cache;
int dcb_verdict_cache_new(struct dcb_verdict_cache **ret_cache, struct dcb_error *err);
void dcb_verdict_cache_free(struct dcb_verdict_cache *cache);
/* Two cells: counts of the primary metrics' verdicts, and symptoms with what may be claimed. One
 * page judges for at most 40 ms; of the runs that are left it says so, and the next one goes on. */
int dcb_web_put_verdicts(struct dcb_web *web, const struct dcb_store_run *run, int64_t n_boots);

/* ---- handlers of routes, by their files ---- */

int dcb_web_overview(struct dcb_call *call, struct dcb_error *err);
int dcb_web_queue(struct dcb_call *call, struct dcb_error *err);
int dcb_web_job(struct dcb_call *call, struct dcb_error *err);
int dcb_web_runs(struct dcb_call *call, struct dcb_error *err);
int dcb_web_run(struct dcb_call *call, struct dcb_error *err);
int dcb_web_history(struct dcb_call *call, struct dcb_error *err);
int dcb_web_kernels(struct dcb_call *call, struct dcb_error *err);
int dcb_web_deliveries(struct dcb_call *call, struct dcb_error *err);

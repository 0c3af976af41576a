// SPDX-License-Identifier: GPL-2.0-only
/*
 * What runs came to, for the overview. Verdicts of a run change only with its boots, with how often
 * it was judged, and with calibrations of its host; so they are kept as the cells that say them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/error.h"
#include "base/file.h"
#include "daemon/page.h"
#include "lab/owner.h"
#include "reports/formats/html.h"
#include "reports/judgement.h"
#include "reports/summary.h"

#define KEPT         32
#define BUDGET_US    40000
#define SYMPTOMS_MAX 4

struct kept {
	int64_t run;
	char *key, *cells;
};

struct dcb_verdict_cache {
	struct kept rows[KEPT];
	size_t next; /* to be replaced */
};

int dcb_verdict_cache_new(struct dcb_verdict_cache **ret_cache, struct dcb_error *err)
{
	struct dcb_verdict_cache *cache = calloc(1, sizeof(*cache));

	if (!cache)
		return dcb_error_oom(err);
	*ret_cache = cache;
	return 0;
}

void dcb_verdict_cache_free(struct dcb_verdict_cache *cache)
{
	if (!cache)
		return;
	for (size_t i = 0; i < KEPT; i++) {
		free(cache->rows[i].key);
		free(cache->rows[i].cells);
	}
	free(cache);
}

static const char *find(const struct dcb_verdict_cache *cache, int64_t run, const char *key)
{
	for (size_t i = 0; i < KEPT; i++)
		if (cache->rows[i].run == run && strcmp(cache->rows[i].key, key) == 0)
			return cache->rows[i].cells;
	return NULL;
}

/* Takes both over. A run's older cells go first. */
static void keep(struct dcb_verdict_cache *cache, int64_t run, char *key, char *cells)
{
	size_t place = cache->next;

	for (size_t i = 0; i < KEPT; i++)
		if (cache->rows[i].run == run)
			place = i;
	if (place == cache->next)
		cache->next = (cache->next + 1) % KEPT;
	free(cache->rows[place].key);
	free(cache->rows[place].cells);
	cache->rows[place] = (struct kept){run, key, cells};
}

/* ---- the cells ---- */

static void put_counts(struct dcb_markup *out, const struct dcb_summary *summary)
{
	static const enum dcb_verdict order[] = {DCB_VERDICT_REGRESSED, DCB_VERDICT_IMPROVED,
						 DCB_VERDICT_CANNOT_TELL, DCB_VERDICT_SAME};
	const char *between = "";

	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		size_t n = 0;

		for (size_t j = 0; j < summary->n_comparisons; j++)
			n += summary->comparisons[j].primary &&
			     summary->comparisons[j].verdict == order[i] &&
			     dcb_html_is_judged(&summary->comparisons[j]);
		if (!n)
			continue;
		dcb_markup_raw(out, between);
		dcb_markup_put(out, "<span class=\"figure\">%zu</span> ", n);
		dcb_html_put_verdict(out, order[i]);
		between = "<br>";
	}
	if (!*between)
		dcb_markup_put(out, "<span class=\"soft\">%s</span>",
			       summary->n_kernels == 1 ? "one kernel alone" : "nothing to judge");
}

static const char *claim_words(const struct dcb_summary *summary,
			       const struct dcb_summary_symptom *symptom)
{
	if (dcb_summary_cannot(symptom) || !symptom->boots)
		return NULL;
	if (summary->n_kernels == 1)
		return symptom->present ? "shown" : NULL;
	switch (dcb_summary_claim(summary, symptom)) {
	case DCB_CLAIM_GONE:
		return "gone";
	case DCB_CLAIM_STAYS:
		return "stays";
	case DCB_CLAIM_NOT_IN_BASE:
		return symptom->present ? "not in base" : NULL;
	default:
		return NULL;
	}
}

static void put_symptoms(struct dcb_markup *out, const struct dcb_summary *summary)
{
	const char *between = "";
	size_t n = 0;

	for (size_t i = 0; i < summary->n_symptoms; i++) {
		const struct dcb_summary_symptom *symptom = &summary->symptoms[i];
		const char *words = claim_words(summary, symptom);

		if (!words || ++n > SYMPTOMS_MAX)
			continue;
		dcb_markup_raw(out, between);
		dcb_markup_put(out, "<b>%s</b> %s <span class=\"soft\">on %s</span>", symptom->name,
			       words, summary->kernels[symptom->kernel].name);
		between = "<br>";
	}
	if (n > SYMPTOMS_MAX)
		dcb_markup_put(out, "<br><span class=\"soft\">and %zu more</span>",
			       n - SYMPTOMS_MAX);
	if (!n)
		dcb_markup_put(out, "<span class=\"soft\">no symptom</span>");
}

static int write_cells(const struct dcb_summary *summary, char **ret_cells, struct dcb_error *err)
{
	_cleanup_free_ char *cells = NULL;
	struct dcb_markup out = {0};
	size_t size;

	out.file = open_memstream(&cells, &size);
	if (!out.file)
		return dcb_error_oom(err);
	dcb_markup_put(&out, "<td>");
	put_counts(&out, summary);
	dcb_markup_put(&out, "</td><td>");
	put_symptoms(&out, summary);
	dcb_markup_put(&out, "</td>");
	if (fclose(out.file) != 0 || out.error < 0)
		return dcb_error_oom(err);
	*ret_cells = TAKE_PTR(cells);
	return 0;
}

/* ---- when ---- */

static int64_t clock_us(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * INT64_C(1000000) + time.tv_nsec / 1000;
}

static int newest(void *context, const struct dcb_store_calibration *calibration)
{
	*(int64_t *)context = calibration->id;
	return -ECANCELED;
}

/* What the cells hang on. */
static int make_key(struct dcb_web *web, const struct dcb_store_run *run, int64_t n_boots,
		    char **ret_key)
{
	int64_t calibration = 0;
	int r;

	r = dcb_store_each_calibration(web->call->api->store, newest, &calibration, web->err);
	if (r < 0 && r != -ECANCELED)
		return r;
	*ret_key = dcb_format("%ld %ld %s", (long)n_boots, (long)calibration, run->looks);
	return *ret_key ? 0 : dcb_error_oom(web->err);
}

static int judge(struct dcb_web *web, int64_t run, char **ret_cells)
{
	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = NULL;
	int64_t begun = clock_us();
	int r;

	r = dcb_summary_load(web->call->api->store, run, NULL, &summary, web->err);
	if (r >= 0)
		r = write_cells(summary, ret_cells, web->err);
	web->judged_us += clock_us() - begun;
	return r;
}

int dcb_web_put_verdicts(struct dcb_web *web, const struct dcb_store_run *run, int64_t n_boots)
{
	struct dcb_verdict_cache *cache = web->call->api->verdicts;
	_cleanup_free_ char *key = NULL, *cells = NULL;
	const char *known;
	int r;

	if (dcb_run_effective_state(run) == DCB_RUN_RUNNING || !n_boots) {
		dcb_markup_put(&web->out, "<td class=\"soft\" colspan=\"2\">%s</td>",
			       n_boots ? "not before it has ended" : "no boots");
		return 0;
	}
	r = make_key(web, run, n_boots, &key);
	if (r < 0)
		return r;
	known = find(cache, run->id, key);
	if (!known && web->judged_us > BUDGET_US) {
		dcb_markup_put(&web->out, "<td class=\"soft\" colspan=\"2\" data-soon>"
					  "in its report</td>");
		return 0;
	}
	if (!known) {
		r = judge(web, run->id, &cells);
		if (r < 0)
			return r;
		known = cells;
		keep(cache, run->id, TAKE_PTR(key), TAKE_PTR(cells));
	}
	dcb_markup_raw(&web->out, known);
	return 0;
}

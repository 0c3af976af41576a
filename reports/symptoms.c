// SPDX-License-Identifier: GPL-2.0-only
/* Symptoms of boots, told together a kernel. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "reports/load.h"
#include "reports/stats/median.h"

/* What one boot says of one symptom. */
struct finding {
	size_t kernel;
	int64_t workload;
	char *name, *state, *detail;
	bool present, has_value;
	double value;
	int hits, tries;
};

struct findings {
	struct finding *rows;
	size_t n;
	const struct dcb_store_boot *boot;
	struct dcb_error *err;
};

static void findings_deinit(struct findings *findings)
{
	for (size_t i = 0; i < findings->n; i++) {
		free(findings->rows[i].name);
		free(findings->rows[i].state);
		free(findings->rows[i].detail);
	}
	free(findings->rows);
}

static int add_finding(void *context, const struct dcb_store_symptom *symptom)
{
	struct findings *findings = context;
	struct finding *rows, *row;

	if (symptom->workload >= 0 && !dcb_store_boot_is_good(findings->boot))
		return 0;
	rows = realloc(findings->rows, (findings->n + 1) * sizeof(*rows));
	if (!rows)
		return dcb_error_oom(findings->err);
	findings->rows = rows;
	row = &rows[findings->n++];
	*row = (struct finding){
		.kernel = findings->boot->kernel,
		.workload = symptom->workload,
		.name = strdup(symptom->name),
		.state = symptom->state ? strdup(symptom->state) : NULL,
		.detail = symptom->detail ? strdup(symptom->detail) : NULL,
		.present = symptom->present,
		.has_value = symptom->has_value,
		.value = symptom->value,
		.hits = symptom->hits,
		.tries = symptom->tries,
	};
	if (!row->name || (symptom->state && !row->state) || (symptom->detail && !row->detail))
		return dcb_error_oom(findings->err);
	return 0;
}

static bool is_about(const struct finding *finding, const struct dcb_summary_symptom *symptom)
{
	return finding->kernel == symptom->kernel && finding->workload == symptom->workload &&
	       strcmp(finding->name, symptom->name) == 0;
}

static bool same_state(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static unsigned count_agreeing(const struct findings *findings,
			       const struct dcb_summary_symptom *symptom, bool present,
			       const char *state)
{
	unsigned n = 0;

	for (size_t i = 0; i < findings->n; i++) {
		const struct finding *row = &findings->rows[i];

		n += is_about(row, symptom) && row->present == present &&
		     same_state(row->state, state);
	}
	return n;
}

/* The (present, state) that most boots show; on a tie the one that is present. */
static int choose_state(const struct findings *findings, struct dcb_summary_symptom *symptom)
{
	const struct finding *best = NULL;

	for (size_t i = 0; i < findings->n; i++) {
		const struct finding *row = &findings->rows[i];
		unsigned n;

		if (!is_about(row, symptom))
			continue;
		n = count_agreeing(findings, symptom, row->present, row->state);
		if (!best || n > symptom->boots ||
		    (n == symptom->boots && row->present && !best->present)) {
			best = row;
			symptom->boots = n;
		}
	}
	if (!best)
		return 0;
	symptom->present = best->present;
	if (best->state) {
		symptom->state = strdup(best->state);
		if (!symptom->state)
			return -ENOMEM;
	}
	return 0;
}

static int sum_up(const struct findings *findings, struct dcb_summary_symptom *symptom)
{
	_cleanup_free_ double *values = malloc((findings->n + 1) * sizeof(*values));
	size_t n_values = 0;
	unsigned n_present = 0;
	int r;

	if (!values)
		return -ENOMEM;
	for (size_t i = 0; i < findings->n; i++) {
		const struct finding *row = &findings->rows[i];

		if (!is_about(row, symptom))
			continue;
		n_present += row->present;
		symptom->hits += row->hits;
		symptom->tries += row->tries;
		if (row->has_value)
			values[n_values++] = row->value;
		if (row->detail && !symptom->detail) {
			symptom->detail = strdup(row->detail);
			if (!symptom->detail)
				return -ENOMEM;
		}
	}
	r = choose_state(findings, symptom);
	if (r < 0)
		return r;
	/* One boot with a splat is a kernel with a splat; silence agrees with silence. */
	if (symptom->workload < 0) {
		symptom->present = n_present > 0;
		symptom->boots = n_present ? n_present : symptom->of_boots;
	}
	symptom->has_value = n_values > 0;
	return n_values ? dcb_median(values, n_values, &symptom->value) : 0;
}

static unsigned count_boots(const struct dcb_summary *summary, size_t kernel, bool all)
{
	unsigned n = 0;

	for (size_t i = 0; i < summary->n_boots; i++) {
		const struct dcb_store_boot *boot = &summary->boots[i].row;

		n += boot->kernel == kernel && (all || dcb_store_boot_is_good(boot));
	}
	return n;
}

static int add_symptom(struct dcb_summary *summary, const struct findings *findings,
		       const struct finding *first, size_t kernel)
{
	struct dcb_summary_symptom *symptoms, *symptom;

	symptoms = realloc(summary->symptoms, (summary->n_symptoms + 1) * sizeof(*symptoms));
	if (!symptoms)
		return -ENOMEM;
	summary->symptoms = symptoms;
	symptom = &symptoms[summary->n_symptoms++];
	*symptom = (struct dcb_summary_symptom){
		.workload = first->workload,
		.kernel = kernel,
		.name = strdup(first->name),
		.of_boots = count_boots(summary, kernel, first->workload < 0),
	};
	if (!symptom->name)
		return -ENOMEM;
	return sum_up(findings, symptom);
}

static int compare_findings(const void *a, const void *b)
{
	const struct finding *x = a, *y = b;

	if (x->workload != y->workload)
		return x->workload < y->workload ? -1 : 1;
	return strcmp(x->name, y->name);
}

int dcb_symptoms_load(struct dcb_store *store, struct dcb_summary *summary, struct dcb_error *err)
{
	_cleanup_(findings_deinit) struct findings findings = {.err = err};
	int r;

	for (size_t i = 0; i < summary->n_boots; i++) {
		findings.boot = &summary->boots[i].row;
		r = dcb_store_each_symptom(store, findings.boot->id, add_finding, &findings, err);
		if (r < 0)
			return r;
	}
	if (!findings.n)
		return 0;
	qsort(findings.rows, findings.n, sizeof(*findings.rows), compare_findings);
	for (size_t i = 0; i < findings.n; i++) {
		if (i > 0 && compare_findings(&findings.rows[i - 1], &findings.rows[i]) == 0)
			continue;
		for (size_t kernel = 0; kernel < summary->n_kernels; kernel++) {
			r = add_symptom(summary, &findings, &findings.rows[i], kernel);
			if (r < 0)
				return dcb_error_oom(err);
		}
	}
	return 0;
}

static const char *const claim_names[] = {
	[DCB_CLAIM_NONE] = "none",
	[DCB_CLAIM_GONE] = "gone",
	[DCB_CLAIM_STAYS] = "stays",
	[DCB_CLAIM_NOT_IN_BASE] = "not-in-base",
};

const char *dcb_claim_name(enum dcb_claim claim)
{
	return (size_t)claim < ARRAY_SIZE(claim_names) ? claim_names[claim] : "none";
}

bool dcb_summary_cannot(const struct dcb_summary_symptom *symptom)
{
	return strcmp(symptom->name, "unsupported") == 0 || strcmp(symptom->name, "failed") == 0;
}

bool dcb_symptom_is_told(const struct dcb_summary_symptom *symptom)
{
	/* Of workloads/dying-state.h: came too late; neither busy nor asleep. */
	static const char *const unclear[] = {"miss", "unclear"};

	for (size_t i = 0; symptom->state && i < ARRAY_SIZE(unclear); i++)
		if (strcmp(symptom->state, unclear[i]) == 0)
			return false;
	return symptom->boots > 0;
}

enum dcb_claim dcb_summary_claim(const struct dcb_summary *summary,
				 const struct dcb_summary_symptom *symptom)
{
	const struct dcb_summary_symptom *base = NULL;

	if (dcb_summary_cannot(symptom))
		return DCB_CLAIM_NONE;
	for (size_t i = 0; i < summary->n_symptoms; i++) {
		const struct dcb_summary_symptom *other = &summary->symptoms[i];

		if (other->kernel == summary->base && other->workload == symptom->workload &&
		    strcmp(other->name, symptom->name) == 0)
			base = other;
	}
	if (!base || base == symptom || !dcb_symptom_is_told(symptom) || !dcb_symptom_is_told(base))
		return DCB_CLAIM_NONE;
	if (!base->present)
		return DCB_CLAIM_NOT_IN_BASE;
	return symptom->present ? DCB_CLAIM_STAYS : DCB_CLAIM_GONE;
}

// SPDX-License-Identifier: GPL-2.0-only
/* Why a query found no series: one line that names what there is instead. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/option.h"
#include "reports/history.h"
#include "schema/store.h"

/* Different names. */
struct names {
	char **rows;
	size_t n;
};

static void names_deinit(struct names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->rows[i]);
	free(names->rows);
}

static int add_name(struct names *names, const char *name)
{
	char **rows;

	for (size_t i = 0; i < names->n; i++)
		if (strcmp(names->rows[i], name) == 0)
			return 0;
	rows = reallocarray(names->rows, names->n + 1, sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	names->rows = rows;
	rows[names->n] = strdup(name);
	return rows[names->n++] ? 0 : -ENOMEM;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Ordered: "a, b, c", and "..." where there are too many for a line; malloc'd. */
static char *join(struct names *names)
{
	const size_t most = 12;
	size_t size = sizeof(", ...");
	char *text, *to;

	for (size_t i = 0; i < names->n; i++)
		size += strlen(names->rows[i]) + 2;
	text = malloc(size);
	if (!text)
		return NULL;
	to = text;
	*to = '\0';
	if (names->n)
		qsort(names->rows, names->n, sizeof(*names->rows), compare_names);
	for (size_t i = 0; i < names->n && i < most; i++)
		to = stpcpy(stpcpy(to, i ? ", " : ""), names->rows[i]);
	if (names->n > most)
		strcpy(to, ", ...");
	return text;
}

struct metrics {
	const struct dcb_history_query *query;
	struct names names, roles; /* roles: of the metric of that name */
	struct dcb_error *err;
};

static int read_metric(void *context, const struct dcb_store_metric *metric)
{
	struct metrics *metrics = context;

	if (add_name(&metrics->names, metric->name) < 0)
		return dcb_error_oom(metrics->err);
	if (strcmp(metric->name, metrics->query->metric) == 0 &&
	    add_name(&metrics->roles, *metric->role ? metric->role : "\"\"") < 0)
		return dcb_error_oom(metrics->err);
	return 0;
}

static int explain_metric(struct metrics *metrics, struct dcb_error *err)
{
	struct names *names = &metrics->names;
	_cleanup_free_ char *list = join(names);
	const char *wanted = metrics->query->metric, *nearest;

	if (!list)
		return dcb_error_oom(err);
	if (!names->n)
		return dcb_error_usage(err, "no metric %.60s: no boot told any yet", wanted);
	nearest = dcb_nearest(wanted, (const char *const *)names->rows, names->n);
	if (nearest)
		return dcb_error_usage(err, "no metric %.60s: did you mean %s?", wanted, nearest);
	return dcb_error_usage(err, "no metric %.60s: there are %s", wanted, list);
}

static int explain_names(struct metrics *metrics, struct dcb_error *err)
{
	const struct dcb_history_query *query = metrics->query;
	struct names *roles = &metrics->roles;
	_cleanup_free_ char *list = join(roles);

	if (!roles->n)
		return explain_metric(metrics, err);
	if (!list)
		return dcb_error_oom(err);
	for (size_t i = 0; query->role && i < roles->n; i++)
		if (strcmp(roles->rows[i], *query->role ? query->role : "\"\"") == 0)
			return 0;
	if (!query->role)
		return 0;
	return dcb_error_usage(err, "no metric %.60s.%.60s: the roles of %s are %s", query->role,
			       query->metric, query->metric, list);
}

/* ---- conditions ---- */

struct condition {
	const char *what, *wanted;
	size_t offset; /* of the series' member */
};

/* Whether no series fits it, whatever the others say; then *err tells what there is. */
static int explain_condition(const struct dcb_histories *all, const struct condition *condition,
			     struct dcb_error *err)
{
	_cleanup_(names_deinit) struct names there = {0};
	_cleanup_free_ char *list = NULL;

	if (!condition->wanted)
		return 0;
	for (size_t i = 0; i < all->n; i++) {
		const char *value = *(char *const *)((const char *)&all->rows[i] +
						     condition->offset);

		if (strcmp(value, condition->wanted) == 0)
			return 0;
		if (add_name(&there, value) < 0)
			return dcb_error_oom(err);
	}
	list = join(&there);
	if (!list)
		return dcb_error_oom(err);
	return dcb_error_usage(err, "%s has no history with %s %.60s: there are %s",
			       all->rows[0].metric, condition->what, condition->wanted, list);
}

static int explain_conditions(struct dcb_store *store, const struct dcb_history_query *query,
			      struct dcb_error *err)
{
	const struct condition conditions[] = {
		{"workload", query->workload, offsetof(struct dcb_history, workload)},
		{"kernel", query->kernel, offsetof(struct dcb_history, kernel)},
		{"machine", query->machine, offsetof(struct dcb_history, machine)},
		{"arch", query->arch, offsetof(struct dcb_history, arch)},
	};
	_cleanup_(dcb_histories_deinit) struct dcb_histories all = DCB_HISTORIES_NULL;
	const struct dcb_history_query any = {.metric = query->metric, .role = query->role};
	int r;

	r = dcb_histories_load(store, &any, &all, err);
	if (r < 0)
		return r;
	if (!all.n)
		return dcb_error_usage(
			err,
			"%s has no history: no run that ended has a good boot with a "
			"value of it",
			query->metric);
	for (size_t i = 0; i < ARRAY_SIZE(conditions); i++) {
		r = explain_condition(&all, &conditions[i], err);
		if (r < 0)
			return r;
	}
	return dcb_error_usage(err,
			       "%s has no history that fits all of the options: see `dcbench "
			       "history %s` for those there are",
			       query->metric, query->metric);
}

int dcb_histories_explain(struct dcb_store *store, const struct dcb_history_query *query,
			  struct dcb_error *err)
{
	struct metrics metrics = {.query = query, .err = err};
	int r;

	r = dcb_store_each_metric(store, read_metric, &metrics, err);
	if (r >= 0)
		r = explain_names(&metrics, err);
	names_deinit(&metrics.names);
	names_deinit(&metrics.roles);
	return r < 0 ? r : explain_conditions(store, query, err);
}

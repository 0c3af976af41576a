// SPDX-License-Identifier: GPL-2.0-only
#include "reports/dose.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "workloads/workload.h"

/* pair: "key=value" */
static bool is_default(const struct dcb_workload_ops *ops, const void *defaults, const char *pair)
{
	_cleanup_free_ char *key = strndup(pair, strcspn(pair, "="));
	_cleanup_free_ char *value = NULL;
	const struct dcb_option *option = key ? dcb_option_find(ops->options, key) : NULL;

	if (!option || !pair[strlen(key)])
		return false;
	value = dcb_option_format(option, defaults);
	return value && strcmp(value, pair + strlen(key) + 1) == 0;
}

char *dcb_dose_format(const struct dcb_store_run_workload *workload, bool all, const char *before,
		      const char *between)
{
	_cleanup_free_ char *params = strdup(workload->params);
	const struct dcb_workload_ops *ops = NULL;
	void *defaults = NULL;
	size_t n_pairs = 1;
	char *text, *to, *rest = params;
	const char *pair;
	bool first = true;

	for (const char *c = workload->params; *c; c++)
		n_pairs += *c == ',';
	text = malloc(strlen(workload->name) + strlen(before) + strlen(workload->params) +
		      n_pairs * strlen(between) + 1);
	if (!params || !text) {
		free(text);
		return NULL;
	}
	if (!all && dcb_workload_find(workload->name, &ops, NULL) == 0 &&
	    dcb_workload_params_new(ops, "", workload->name, &defaults, NULL) < 0)
		ops = NULL;
	to = stpcpy(text, workload->name);
	while ((pair = strsep(&rest, ","))) {
		if (!*pair || (ops && defaults && is_default(ops, defaults, pair)))
			continue;
		to = stpcpy(stpcpy(to, first ? before : between), pair);
		first = false;
	}
	if (ops)
		dcb_workload_params_free(ops, defaults);
	return text;
}

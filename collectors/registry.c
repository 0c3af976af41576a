// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "collectors/ops.h"

/* From the outermost to the innermost: the wall clock stands directly around the measured calls. */
const struct dcb_collector_ops *const dcb_collectors[] = {
	&dcb_collector_rusage,
	&dcb_collector_schedstat,
	&dcb_collector_perf_event,
	&dcb_collector_clock,
};

const size_t dcb_n_collectors = ARRAY_SIZE(dcb_collectors);

static bool metric_is_named_before(size_t collector, size_t metric)
{
	const char *name = dcb_collectors[collector]->metrics[metric].name;

	for (size_t i = 0; i <= collector; i++) {
		size_t n = i < collector ? dcb_collectors[i]->n_metrics : metric;

		for (size_t j = 0; j < n; j++)
			if (strcmp(dcb_collectors[i]->metrics[j].name, name) == 0)
				return true;
	}
	return false;
}

int dcb_collectors_check(struct dcb_error *err)
{
	for (size_t i = 0; i < dcb_n_collectors; i++) {
		const struct dcb_collector_ops *ops = dcb_collectors[i];

		if (!ops->name || !ops->summary || !ops->metrics || ops->n_metrics == 0 ||
		    !ops->open || !ops->begin || !ops->end || !ops->read || !ops->close)
			return dcb_error_set(err, EINVAL, "collector %zu lacks a member", i);
		for (size_t j = 0; j < ops->n_metrics; j++) {
			const struct dcb_metric *metric = &ops->metrics[j];

			if (!metric->name || !metric->unit || !metric->help)
				return dcb_error_set(err, EINVAL,
						     "collector %s: metric %zu lacks a member",
						     ops->name, j);
			if (metric_is_named_before(i, j))
				return dcb_error_set(err, EINVAL, "metric %s stands twice",
						     metric->name);
		}
	}
	return 0;
}

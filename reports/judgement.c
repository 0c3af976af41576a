// SPDX-License-Identifier: GPL-2.0-only
#include "reports/judgement.h"

#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "lab/threshold.h"
#include "machines/machine.h"
#include "reports/summary.h"
#include "schema/store.h"

const struct dcb_option dcb_judgement_options[] = {
	{"threshold", DCB_OPTION_STRING, offsetof(struct dcb_judgement_options, threshold),
	 .help = "what counts as the same: 1%, or NAME=2%,... a metric (default: as planned)"},
	{"strict", DCB_OPTION_BOOL, offsetof(struct dcb_judgement_options, strict),
	 .fallback = "no", .help = "no verdict where this host was not calibrated for it"},
	{NULL},
};

/* What the run itself says of how it is judged. */
static int read_run(void *context, const struct dcb_store_run *run)
{
	struct dcb_summary_options *options = context;
	json_auto_t *plan = json_loads(run->plan, 0, NULL);
	const char *strict = json_string_value(
		json_object_get(json_object_get(plan, "options"), "strict"));

	options->strict = strict && strcmp(strict, "yes") == 0;
	options->exact = dcb_machine_is_exact(run->machine);
	return 0;
}

int dcb_summary_load(struct dcb_store *store, int64_t run_id,
		     const struct dcb_judgement_options *judgement,
		     struct dcb_summary **ret_summary, struct dcb_error *err)
{
	struct dcb_summary_options options = {0};
	int r;

	r = dcb_store_get_run(store, run_id, read_run, &options, err);
	if (r < 0)
		return r;
	if (judgement && judgement->threshold) {
		r = dcb_threshold_check(judgement->threshold, "threshold", err);
		if (r < 0)
			return r;
	}
	if (judgement) {
		options.threshold = judgement->threshold;
		options.strict = (options.strict || judgement->strict) && !judgement->lenient;
	}
	return dcb_summary_new(store, run_id, &options, ret_summary, err);
}

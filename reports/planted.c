// SPDX-License-Identifier: GPL-2.0-only
/* What was planted in a run (workloads/plant.h): no report of it may read as one of a kernel. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "reports/load.h"
#include "workloads/plant.h"

int dcb_planted_load(struct dcb_summary *summary, struct dcb_error *err)
{
	json_auto_t *plan = NULL;
	json_t *kernels;

	summary->plants_ppm = calloc(summary->n_kernels + 1, sizeof(*summary->plants_ppm));
	if (!summary->plants_ppm)
		return dcb_error_oom(err);
	/* A plan of an older version, or none that can be read, has nothing planted. */
	if (dcb_json_parse(summary->run.plan, strlen(summary->run.plan), &plan, NULL) < 0)
		return 0;
	kernels = json_object_get(plan, "kernels");
	for (size_t i = 0; i < summary->n_kernels; i++) {
		const json_t *kernel = json_array_get(kernels, i);
		const char *share = json_string_value(json_object_get(kernel, "plant"));

		if (share && dcb_plant_parse(share, &summary->plants_ppm[i]) < 0)
			return dcb_error_set(err, EBADMSG, "the stored plan is damaged");
	}
	return 0;
}

char *dcb_summary_planted(const struct dcb_summary *summary, size_t kernel)
{
	_cleanup_free_ char *share = dcb_plant_format(summary->plants_ppm[kernel]);

	if (!share)
		return NULL;
	/* "2 %", as all shares in reports. */
	return dcb_format("%s repeats %.*s %% of its operations", summary->kernels[kernel].name,
			  (int)strlen(share) - 1, share);
}

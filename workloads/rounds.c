// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/rounds.h"

#include "base/error.h"

static int rounds_iterate(const struct dcb_rounds *rounds, struct dcb_crew *crew, void *context,
			  int iteration, struct dcb_error *err)
{
	struct dcb_late late;
	int r = rounds->set(context, err);

	if (r < 0)
		return r;
	dcb_late_wait(&late);
	r = dcb_crew_iterate(crew, err);
	if (r < 0)
		return r;
	dcb_late_wait(&late);
	return rounds->report(context, iteration, &late, err);
}

int dcb_rounds_run(const struct dcb_rounds *rounds, const struct dcb_rounds_params *params,
		   struct dcb_crew *crew, void *context, struct dcb_error *err)
{
	for (int i = -(int)params->warmup; i < (int)params->iterations; i++) {
		int r = rounds_iterate(rounds, crew, context, i, err);
		int cleared = rounds->clear(context, r < 0 ? NULL : err);

		if (r < 0)
			return r;
		if (cleared < 0)
			return cleared;
	}
	return 0;
}

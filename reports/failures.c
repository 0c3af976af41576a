// SPDX-License-Identifier: GPL-2.0-only
/* How many boots of each kernel failed: where only one side's do, that is a finding. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "reports/load.h"

/* The state that most failed boots of a kernel ended in; of as many, the first. */
static const char *usual_state(const struct dcb_summary *summary, size_t kernel)
{
	const char *best = NULL;
	unsigned most = 0;

	for (size_t i = 0; i < summary->n_boots; i++) {
		const struct dcb_store_boot *boot = &summary->boots[i].row;
		unsigned n = 0;

		if (boot->kernel != kernel || dcb_store_boot_is_good(boot))
			continue;
		for (size_t j = 0; j < summary->n_boots; j++)
			n += summary->boots[j].row.kernel == kernel &&
			     strcmp(summary->boots[j].row.state, boot->state) == 0;
		if (n > most) {
			best = boot->state;
			most = n;
		}
	}
	return best;
}

int dcb_failures_load(struct dcb_summary *summary)
{
	struct dcb_summary_failures *failures, *base;
	unsigned n_candidates = 0;

	failures = calloc(summary->n_kernels + 1, sizeof(*failures));
	if (!failures)
		return -ENOMEM;
	summary->failures = failures;
	for (size_t i = 0; i < summary->n_boots; i++) {
		const struct dcb_store_boot *boot = &summary->boots[i].row;

		*(dcb_store_boot_is_good(boot) ? &failures[boot->kernel].ok
					       : &failures[boot->kernel].failed) += 1;
	}
	base = &failures[summary->base];
	for (size_t i = 0; i < summary->n_kernels; i++) {
		failures[i].state = usual_state(summary, i);
		if (i == summary->base)
			continue;
		n_candidates += failures[i].failed;
		/* Base must have had its chance. */
		failures[i].only_candidate_fails = failures[i].failed && base->ok && !base->failed;
	}
	base->only_base_fails = base->failed && summary->n_kernels > 1 && !n_candidates;
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/* Nothing between begin and end: what measuring itself costs. */
#include "base/cleanup.h"
#include "base/error.h"
#include "workloads/crew.h"
#include "workloads/ops.h"

struct null_params {
	int64_t iterations;
};

static const struct dcb_option null_options[] = {
	{"iterations", DCB_OPTION_INT, offsetof(struct null_params, iterations), 1, 10000, NULL,
	 "10", "how often nothing is measured"},
	{0},
};

static const struct dcb_workload_role null_roles[] = {
	{"empty", "does nothing"},
	{0},
};

static const struct dcb_workload_metric null_metrics[] = {{0}};
static const struct dcb_workload_symptom null_symptoms[] = {{0}};

static int null_iterate(void *context, size_t thread, struct dcb_sampler *sampler,
			struct dcb_error *err)
{
	(void)context;
	(void)thread;
	(void)err;
	dcb_sampler_begin(sampler);
	dcb_sampler_end(sampler);
	return 0;
}

static int null_run(const struct dcb_workload_context *context, const void *data,
		    struct dcb_error *err)
{
	static const struct dcb_crew_role role = {"empty", 1, null_iterate};
	const struct null_params *params = data;
	_cleanup_(dcb_crew_freep) struct dcb_crew *crew = NULL;
	int r = dcb_crew_new(&role, 1, NULL, &crew, err);

	if (r < 0)
		return r;
	for (int i = -1; i < params->iterations; i++) {
		struct dcb_workload_sample sample = {.role = role.name, .iteration = i};

		r = dcb_crew_iterate(crew, err);
		if (r < 0)
			return r;
		sample.n_values = dcb_crew_read(crew, 0, 0, &sample.values);
		r = context->output->sample(context->output->context, &sample, err);
		if (r < 0)
			return r;
	}
	return 0;
}

const struct dcb_workload_ops dcb_workload_null = {
	.name = "null",
	.summary = "an empty measured part: the cost of measuring",
	.description = "No kernel path at all: one thread begins and ends all collectors with "
		       "nothing between. Its figures are the floor below which no other workload "
		       "can see.",
	.options = null_options,
	.params_size = sizeof(struct null_params),
	.roles = null_roles,
	.metrics = null_metrics,
	.symptoms = null_symptoms,
	.run = null_run,
};

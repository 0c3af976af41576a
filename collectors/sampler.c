// SPDX-License-Identifier: GPL-2.0-only
/* All collectors on one thread, opened in registry order and closed backwards. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "collectors/collector.h"

struct dcb_sampler {
	void **states;
	size_t n_open; /* collectors that were opened */
	struct dcb_value *values;
	size_t n_values;
	struct dcb_value *sums; /* of the parts before the last */
	bool has_sums;
};

int dcb_sampler_new(struct dcb_sampler **ret_sampler, struct dcb_error *err)
{
	_cleanup_(dcb_sampler_freep) struct dcb_sampler *sampler = calloc(1, sizeof(*sampler));

	if (!sampler)
		return dcb_error_oom(err);
	for (size_t i = 0; i < dcb_n_collectors; i++)
		sampler->n_values += dcb_collectors[i]->n_metrics;
	sampler->values = calloc(sampler->n_values, sizeof(*sampler->values));
	sampler->sums = calloc(sampler->n_values, sizeof(*sampler->sums));
	sampler->states = calloc(dcb_n_collectors, sizeof(*sampler->states));
	if (!sampler->values || !sampler->sums || !sampler->states)
		return dcb_error_oom(err);
	for (size_t i = 0; i < dcb_n_collectors; i++) {
		int r = dcb_collectors[i]->open(&sampler->states[i], err);

		if (r < 0) {
			dcb_error_wrap(err, "collector %s", dcb_collectors[i]->name);
			return r;
		}
		sampler->n_open++;
	}
	*ret_sampler = TAKE_PTR(sampler);
	return 0;
}

void dcb_sampler_free(struct dcb_sampler *sampler)
{
	if (!sampler)
		return;
	while (sampler->n_open > 0) {
		sampler->n_open--;
		dcb_collectors[sampler->n_open]->close(sampler->states[sampler->n_open]);
	}
	free(sampler->states);
	free(sampler->values);
	free(sampler->sums);
	free(sampler);
}

static void sampler_begin(struct dcb_sampler *sampler)
{
	for (size_t i = 0; i < dcb_n_collectors; i++)
		dcb_collectors[i]->begin(sampler->states[i]);
}

void dcb_sampler_begin(struct dcb_sampler *sampler)
{
	sampler->has_sums = false;
	sampler_begin(sampler);
}

void dcb_sampler_resume(struct dcb_sampler *sampler)
{
	const struct dcb_value *values;
	size_t n = dcb_sampler_read(sampler, &values);

	memcpy(sampler->sums, values, n * sizeof(*values));
	sampler->has_sums = true;
	sampler_begin(sampler);
}

void dcb_sampler_end(struct dcb_sampler *sampler)
{
	for (size_t i = dcb_n_collectors; i > 0; i--)
		dcb_collectors[i - 1]->end(sampler->states[i - 1]);
}

static void value_add(struct dcb_value *value, const struct dcb_value *sum)
{
	value->present &= sum->present;
	value->value += sum->value;
	value->enabled_ns += sum->enabled_ns;
	value->running_ns += sum->running_ns;
}

size_t dcb_sampler_read(struct dcb_sampler *sampler, const struct dcb_value **ret_values)
{
	struct dcb_value *values = sampler->values;

	for (size_t i = 0; i < dcb_n_collectors; i++) {
		const struct dcb_collector_ops *ops = dcb_collectors[i];

		for (size_t j = 0; j < ops->n_metrics; j++)
			values[j] = (struct dcb_value){.metric = &ops->metrics[j]};
		ops->read(sampler->states[i], values);
		values += ops->n_metrics;
	}
	for (size_t i = 0; sampler->has_sums && i < sampler->n_values; i++)
		value_add(&sampler->values[i], &sampler->sums[i]);
	*ret_values = sampler->values;
	return sampler->n_values;
}

const struct dcb_value *dcb_value_find(const struct dcb_value *values, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(values[i].metric->name, name) == 0)
			return &values[i];
	return NULL;
}

void dcb_sampler_survey(struct dcb_sampler *sampler,
			void (*each)(void *context, const struct dcb_metric *metric,
				     const char *lacks),
			void *context)
{
	for (size_t i = 0; i < dcb_n_collectors; i++) {
		const struct dcb_collector_ops *ops = dcb_collectors[i];

		for (size_t j = 0; j < ops->n_metrics; j++)
			each(context, &ops->metrics[j],
			     ops->lacks ? ops->lacks(sampler->states[i], j) : NULL);
	}
}

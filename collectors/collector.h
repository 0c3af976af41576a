/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * What measures a role: one thread, around the measured calls. A collector is opened by the thread
 * that it measures, before the timed part; begin and end stand directly around it.
 */

#include <stddef.h>

#include "base/cleanup.h"
#include "collectors/metric.h"

struct dcb_error;

struct dcb_collector_ops {
	const char *name;
	const char *summary;
	const struct dcb_metric *metrics;
	size_t n_metrics;

	/* All but lacks() are mandatory. `values` has n_metrics rows,
	 * in the order of `metrics`; read() fills present, value and times of the last begin..end.
	 */
	int (*open)(void **ret_state, struct dcb_error *err);
	void (*begin)(void *state);
	void (*end)(void *state);
	void (*read)(void *state, struct dcb_value *values);
	void (*close)(void *state);
	/* Why metric i cannot be counted here: the kernel's words ("ENOENT: No such file or
	 * directory"), or NULL where it can. NULL function: all can. Valid until close(). */
	const char *(*lacks)(void *state, size_t i);
};

/* The order is that of begin(); end() runs backwards, so that the last is the innermost. */
extern const struct dcb_collector_ops *const dcb_collectors[];
extern const size_t dcb_n_collectors;
int dcb_collectors_check(struct dcb_error *err); /* every mandatory member is there, names unique */

/* All collectors on the calling thread. */
struct dcb_sampler;
int dcb_sampler_new(struct dcb_sampler **ret_sampler, struct dcb_error *err);
void dcb_sampler_free(struct dcb_sampler *sampler);
DEFINE_CLEANUP(struct dcb_sampler *, dcb_sampler_free)
void dcb_sampler_begin(struct dcb_sampler *sampler);
void dcb_sampler_end(struct dcb_sampler *sampler);
/* Begins one more part, which adds to those since the last begin: for measured calls that wait for
 * their moment in between. */
void dcb_sampler_resume(struct dcb_sampler *sampler);
/* The values between the last begin and end, with the parts that were resumed, borrowed until the
 * next begin; all metrics of all collectors, in registry order. */
size_t dcb_sampler_read(struct dcb_sampler *sampler, const struct dcb_value **ret_values);
/* The value of one metric by name in such an array; NULL if it is not there. */
const struct dcb_value *dcb_value_find(const struct dcb_value *values, size_t n, const char *name);
/* For the guest's hello: calls back once a metric, with the reason where it is lacking. */
void dcb_sampler_survey(struct dcb_sampler *sampler,
			void (*each)(void *context, const struct dcb_metric *metric,
				     const char *lacks),
			void *context);

// SPDX-License-Identifier: GPL-2.0-only
#include "collectors/collector.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/error.h"

#define _cleanup_sampler_ _cleanup_(dcb_sampler_freep)

static struct dcb_sampler *sampler_new(void)
{
	struct dcb_error err = DCB_ERROR_NULL;
	struct dcb_sampler *sampler;

	if (dcb_sampler_new(&sampler, &err) < 0)
		fail_msg("%s", err.message);
	return sampler;
}

static double value_of(struct dcb_sampler *sampler, const char *name)
{
	const struct dcb_value *values;
	size_t n = dcb_sampler_read(sampler, &values);
	const struct dcb_value *value = dcb_value_find(values, n, name);

	assert_non_null(value);
	assert_true(value->present);
	return value->value;
}

static void collectors_check__registry_is_sound(void **state)
{
	struct dcb_error err = DCB_ERROR_NULL;

	(void)state;
	if (dcb_collectors_check(&err) < 0)
		fail_msg("%s", err.message);
	/* The wall clock is the innermost. */
	assert_string_equal(dcb_collectors[dcb_n_collectors - 1]->name, "clock");
}

static void sampler_read__has_every_metric_in_order(void **state)
{
	_cleanup_sampler_ struct dcb_sampler *sampler = sampler_new();
	const struct dcb_value *values;
	size_t n, k = 0;

	(void)state;
	dcb_sampler_begin(sampler);
	dcb_sampler_end(sampler);
	n = dcb_sampler_read(sampler, &values);
	for (size_t i = 0; i < dcb_n_collectors; i++)
		for (size_t j = 0; j < dcb_collectors[i]->n_metrics; j++, k++)
			assert_ptr_equal(values[k].metric, &dcb_collectors[i]->metrics[j]);
	assert_int_equal(n, k);
	assert_null(dcb_value_find(values, n, "no-such-metric"));
}

static void sampler_read__sleeping_thread_takes_time_and_no_cpu(void **state)
{
	_cleanup_sampler_ struct dcb_sampler *sampler = sampler_new();

	(void)state;
	for (int i = 0; i < 2; i++) {
		dcb_sampler_begin(sampler);
		nanosleep(&(struct timespec){.tv_nsec = 30000000}, NULL);
		dcb_sampler_end(sampler);
		assert_true(value_of(sampler, "wall") >= 30e6);
		assert_true(value_of(sampler, "cpu") < 15e6);
		assert_true(value_of(sampler, "voluntary-switches") == 1);
	}
}

static void sampler_read__busy_thread_takes_cpu(void **state)
{
	_cleanup_sampler_ struct dcb_sampler *sampler = sampler_new();

	(void)state;
	dcb_sampler_begin(sampler);
	for (volatile unsigned i = 0; i < 20000000; i++)
		;
	dcb_sampler_end(sampler);
	assert_true(value_of(sampler, "cpu") > 1e6);
	assert_true(value_of(sampler, "cpu") < value_of(sampler, "wall") + 1e6);
	assert_true(value_of(sampler, "voluntary-switches") == 0);
}

/* Three naps are measured, the longer ones between them are not. */
static void sampler_resume__parts_add_up(void **state)
{
	_cleanup_sampler_ struct dcb_sampler *sampler = sampler_new();
	const struct timespec nap = {.tv_nsec = 10000000}, between = {.tv_nsec = 40000000};

	(void)state;
	for (int i = 0; i < 2; i++) {
		dcb_sampler_begin(sampler);
		for (int part = 0; part < 3; part++) {
			if (part > 0)
				dcb_sampler_resume(sampler);
			nanosleep(&nap, NULL);
			dcb_sampler_end(sampler);
			nanosleep(&between, NULL);
		}
		assert_true(value_of(sampler, "wall") >= 30e6);
		assert_true(value_of(sampler, "wall") < 80e6);
		/* Reading changes nothing. */
		assert_true(value_of(sampler, "voluntary-switches") == 3);
		assert_true(value_of(sampler, "voluntary-switches") == 3);
	}
}

struct survey {
	size_t n;
	const char *lacks[64];
	const struct dcb_metric *metrics[64];
};

static void add(void *context, const struct dcb_metric *metric, const char *lacks)
{
	struct survey *survey = context;

	assert_true(survey->n < ARRAY_SIZE(survey->lacks));
	survey->lacks[survey->n] = lacks;
	survey->metrics[survey->n++] = metric;
}

/* A counter is absent where the survey says why, and only there; never a silent 0. */
static void sampler_survey__absent_values_have_a_reason(void **state)
{
	_cleanup_sampler_ struct dcb_sampler *sampler = sampler_new();
	struct survey survey = {0};
	const struct dcb_value *values;
	size_t n;

	(void)state;
	dcb_sampler_survey(sampler, add, &survey);
	dcb_sampler_begin(sampler);
	for (volatile unsigned i = 0; i < 1000000; i++)
		;
	dcb_sampler_end(sampler);
	n = dcb_sampler_read(sampler, &values);
	assert_int_equal(n, survey.n);
	for (size_t i = 0; i < n; i++) {
		assert_ptr_equal(values[i].metric, survey.metrics[i]);
		if (survey.lacks[i]) {
			assert_false(values[i].present);
			assert_true(strlen(survey.lacks[i]) > 0);
		} else if (strcmp(values[i].metric->name, "cycles") != 0 &&
			   strcmp(values[i].metric->name, "instructions") != 0) {
			/* Those two may lose the CPU's counters to somebody else. */
			assert_true(values[i].present);
		}
	}
}

/* perf's clock and the kernel's own accounting are two roads to one number. */
static void sampler_read__task_clock_agrees_with_cpu(void **state)
{
	_cleanup_sampler_ struct dcb_sampler *sampler = sampler_new();
	const struct dcb_value *values, *clock;
	size_t n;

	(void)state;
	dcb_sampler_begin(sampler);
	for (volatile unsigned i = 0; i < 20000000; i++)
		;
	dcb_sampler_end(sampler);
	n = dcb_sampler_read(sampler, &values);
	clock = dcb_value_find(values, n, "task-clock");
	if (!clock->present)
		skip(); /* perf events are forbidden here; the survey says so */
	assert_true(clock->has_times);
	assert_true(clock->running_ns > 0);
	assert_true(clock->value > 0.8 * value_of(sampler, "cpu"));
	assert_true(clock->value < 1.2 * value_of(sampler, "cpu"));
}

static void better_name__knows_all(void **state)
{
	(void)state;
	assert_string_equal(dcb_better_name(DCB_BETTER_LOWER), "lower");
	assert_string_equal(dcb_better_name(DCB_BETTER_HIGHER), "higher");
	assert_string_equal(dcb_better_name(DCB_BETTER_NEITHER), "neither");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(collectors_check__registry_is_sound),
		cmocka_unit_test(sampler_read__has_every_metric_in_order),
		cmocka_unit_test(sampler_read__sleeping_thread_takes_time_and_no_cpu),
		cmocka_unit_test(sampler_read__busy_thread_takes_cpu),
		cmocka_unit_test(sampler_resume__parts_add_up),
		cmocka_unit_test(sampler_survey__absent_values_have_a_reason),
		cmocka_unit_test(sampler_read__task_clock_agrees_with_cpu),
		cmocka_unit_test(better_name__knows_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

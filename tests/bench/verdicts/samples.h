/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* Samples with known properties: one run of two kernels. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/random.h"

#define ITERATIONS 10
#define MAX_BLOCKS 64
#define LEVEL      1e6

static void die(const char *what)
{
	fprintf(stderr, "bench-verdicts: %s\n", what);
	exit(1);
}

struct series {
	double *values; /* of one boot and one metric */
	size_t n;
};

struct data {
	size_t n_blocks, n_metrics;
	/* [metric][kernel][block] */
	struct series (*series)[2][MAX_BLOCKS];
};

static void data_init(struct data *data, size_t n_blocks, size_t n_metrics)
{
	data->n_blocks = n_blocks;
	data->n_metrics = n_metrics;
	data->series = calloc(n_metrics, sizeof(*data->series));
	if (!data->series)
		die("out of memory");
}

/* Values are owned where `owned`. */
static void data_deinit(struct data *data, bool owned)
{
	for (size_t m = 0; owned && m < data->n_metrics; m++)
		for (size_t k = 0; k < 2; k++)
			for (size_t b = 0; b < data->n_blocks; b++)
				free(data->series[m][k][b].values);
	free(data->series);
}

/* ---- noise ---- */

static double uniform(struct dcb_random *random)
{
	return ((double)(dcb_random_next(random) >> 11) + 0.5) / 9007199254740992.0;
}

static double gauss(struct dcb_random *random)
{
	return sqrt(-2 * log(uniform(random))) * cos(2 * M_PI * uniform(random));
}

/* Student's t with two degrees of freedom: its variance is infinite. */
static double heavy(struct dcb_random *random)
{
	double u = uniform(random);

	return (2 * u - 1) / sqrt(2 * u * (1 - u));
}

struct noise {
	const char *name;
	double (*boot)(struct dcb_random *random);
	void (*iterations)(struct dcb_random *random, double boot, double *values);
};

static double boot_normal(struct dcb_random *random)
{
	return 1 + 0.01 * gauss(random);
}

static void iterate_normal(struct dcb_random *random, double boot, double *values)
{
	for (size_t i = 0; i < ITERATIONS; i++)
		values[i] = boot * (1 + 0.01 * gauss(random));
}

static double boot_log_normal(struct dcb_random *random)
{
	return exp(0.05 * gauss(random));
}

static void iterate_log_normal(struct dcb_random *random, double boot, double *values)
{
	for (size_t i = 0; i < ITERATIONS; i++)
		values[i] = boot * exp(0.1 * gauss(random));
}

static double boot_heavy(struct dcb_random *random)
{
	return 1 + 0.005 * fabs(heavy(random));
}

static void iterate_heavy(struct dcb_random *random, double boot, double *values)
{
	for (size_t i = 0; i < ITERATIONS; i++)
		values[i] = boot * (1 + 0.01 * fabs(heavy(random)));
}

static double boot_bimodal(struct dcb_random *random)
{
	return (uniform(random) < 0.5 ? 1 : 1.05) * (1 + 0.002 * gauss(random));
}

static void iterate_correlated(struct dcb_random *random, double boot, double *values)
{
	const double rho = 0.95;
	double state = gauss(random);

	for (size_t i = 0; i < ITERATIONS; i++) {
		values[i] = boot * (1 + 0.01 * state);
		state = rho * state + sqrt(1 - rho * rho) * gauss(random);
	}
}

static double boot_quiet(struct dcb_random *random)
{
	return 1 + 0.005 * gauss(random);
}

static double boot_silent(struct dcb_random *random)
{
	return 1 + 0.003 * gauss(random);
}

static void iterate_silent(struct dcb_random *random, double boot, double *values)
{
	for (size_t i = 0; i < ITERATIONS; i++)
		values[i] = boot * (1 + 0.003 * gauss(random));
}

static const struct noise noises[] = {
	{"normal, 0.3 %", boot_silent, iterate_silent},
	{"normal, 1 %", boot_normal, iterate_normal},
	{"log-normal, 5 %", boot_log_normal, iterate_log_normal},
	{"heavy-tailed (t, 2 df)", boot_heavy, iterate_heavy},
	{"bimodal boots, 5 % apart", boot_bimodal, iterate_normal},
	{"autocorrelated in the boot", boot_quiet, iterate_correlated},
};

/* effect: of the first metric, on the second kernel. */
static void data_draw(struct data *data, const struct noise *noise, double effect,
		      struct dcb_random *random)
{
	for (size_t m = 0; m < data->n_metrics; m++)
		for (size_t k = 0; k < 2; k++)
			for (size_t b = 0; b < data->n_blocks; b++) {
				double factor = k == 1 && m == 0 ? 1 + effect : 1;
				struct series *series = &data->series[m][k][b];

				series->n = ITERATIONS;
				series->values = calloc(ITERATIONS, sizeof(double));
				if (!series->values)
					die("out of memory");
				noise->iterations(random, LEVEL * factor * noise->boot(random),
						  series->values);
			}
}

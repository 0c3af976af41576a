/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* The boot is the experimental unit: its figure is the median over its iterations and threads. */

#include <stddef.h>

/* Median (mean of the middle two for even n) of n >= 1 finite values; sorts a copy. -ENOMEM. */
int dcb_median(const double *values, size_t n, double *ret_median);
/* The same; the values are left sorted. */
double dcb_median_sort(double *values, size_t n);
/* Of values that are sorted already. */
double dcb_median_sorted(const double *values, size_t n);
/* The same in a time that grows with n only; the values are left in some order. Quickselect: Hoare,
 * "Algorithm 65: find", CACM 4, 1961. */
double dcb_median_select(double *values, size_t n);
/* For qsort(). */
int dcb_compare_doubles(const void *a, const void *b);

/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * The median of a bootstrap resample without resampling. Of m values drawn with replacement from m
 * sorted ones, the k-th least has an index whose distribution is known: it is at most i where a
 * binomial (m, (i + 1) / m) is at least k, the order statistic of uniforms (David, Nagaraja, "Order
 * Statistics", 2003, ch. 2). So one draw from a table, made once a distinct m, replaces m draws and
 * a selection. The table is an alias table: Walker, "New fast method for generating discrete random
 * numbers with arbitrary frequency distributions", Electronics Letters 10, 1974.
 *
 * For an even m the median is the mean of the two in the middle, drawn jointly: i from the table,
 * and j given i by inversion. With k = m / 2, the joint chance of i < j is
 * C(m, k) ((i+1)^k - i^k) ((m-j)^k - (m-j-1)^k) / m^m, in which i and j stand in factors of their
 * own.
 *
 * The index lies in the middle: DCB_MEDIAN_REACH standard deviations (sqrt(m) / 2) to both sides
 * hold all but 1e-15 of the chance. Only these values of a boot must be kept: 253 of 1000, 8000 of
 * a million. What falls beyond is taken as the last that is kept.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/random.h"

#define DCB_MEDIAN_REACH 8

/* Which of m sorted values the median of a resample can be: `n` from index `first` on. */
void dcb_median_window(size_t m, size_t *ret_first, size_t *ret_n);

/* Tables for every m that was asked for; 20 bytes a value in the window. Not for several threads
 * at once. */
struct dcb_median_tables;
struct dcb_median_table;
int dcb_median_tables_new(struct dcb_median_tables **ret_tables);
void dcb_median_tables_free(struct dcb_median_tables *tables);
DEFINE_CLEANUP(struct dcb_median_tables *, dcb_median_tables_free)
/* Lives as long as the tables. m >= 1. -ENOMEM. */
int dcb_median_tables_get(struct dcb_median_tables *tables, size_t m,
			  const struct dcb_median_table **ret_table);
/* The median of one resample. `window`: the values of dcb_median_window(), sorted. */
double dcb_median_draw(const struct dcb_median_table *table, const double *window,
		       struct dcb_random *random);
/* P(index of the k-th least of m <= i), k from 1, i from 0: the table's ground. */
double dcb_median_order_cdf(size_t m, size_t k, size_t i);

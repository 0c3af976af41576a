/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * Do boots fall into two clusters? Hartigan's dip (reports/stats/dip.h) beyond its 99 % point for a
 * uniform distribution, the worst that has one mode: one of another shape is called two less often
 * (normal, log-normal: 3 of 1000 samples of eight, 1 of 1000 of twenty; Cauchy: fewer;
 * tests/unit/test-modes.c). Critical values from a million uniform samples a size. Of ten boots,
 * two clusters 12 standard deviations apart are seen in half the cases; of thirty, 8 apart nearly
 * always.
 *
 * Whole numbers (and their halves) are counts: equal ones are spread over their step, so that steps
 * are no clusters.
 */

#include <stddef.h>

/* Fewer boots than this never have two. */
#define DCB_MODES_LEAST 8

/* 1: two or more; 0: nothing says so; -ENOMEM. Values are finite, in any order. */
int dcb_modes_several(const double *values, size_t n);

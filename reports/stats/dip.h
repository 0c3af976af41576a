/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * The dip: how far, at most, the empirical distribution lies from the nearest one with a single
 * mode. Hartigan, Hartigan, "The dip test of unimodality", Annals of Statistics 13, 1985; P.
 * Hartigan, "Algorithm AS 217", Applied Statistics 34, 1985. Skew and heavy tails have no dip.
 */

#include <stddef.h>

/* Of n >= 1 sorted finite values; at least 1 / (2 n), 0 where all are equal. -ENOMEM. */
int dcb_dip(const double *sorted, size_t n, double *ret_dip);

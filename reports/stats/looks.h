/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * A run can be looked at, and then go on with more blocks, as often as one likes: each look is one
 * more chance of a false alarm. The k-th look may therefore spend only alpha * w_k, with
 * w_1 = 3/4 and w_k = 1 / (4 k (k - 1)) for k >= 2. The shares sum to 1 over all k, so that by
 * the union bound the chance of a false alarm at any look is at most alpha, however many there are
 * and whenever one stops. Spending alpha over looks that were not planned: Lan, DeMets, "Discrete
 * sequential boundaries for clinical trials", Biometrika 70, 1983; the union bound gives away
 * something against their boundaries, and needs no assumption about how looks depend on each other.
 */

#include <stddef.h>

/* The rate of false alarms of a run: all of its metrics, all looks. */
#define DCB_ALPHA 0.05

/* w_k of the k-th look, k >= 1. */
double dcb_look_share(size_t k);
/* DCB_ALPHA * w_k. */
double dcb_look_alpha(size_t k);

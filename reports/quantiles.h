/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * Quantiles of a stream in bounded memory. Few values are kept as they are. More are counted in
 * buckets a 256th of a power of two wide, so that a quantile is off by less than 0.2 %: relative
 * buckets as in DDSketch (Masson, Rim, Lee, "DDSketch: a fast and fully-mergeable quantile sketch
 * with relative-error guarantees", PVLDB 12, 2019), cut by the bits of the double itself.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

struct dcb_quantiles;

int dcb_quantiles_new(struct dcb_quantiles **ret_quantiles); /* -ENOMEM */
void dcb_quantiles_free(struct dcb_quantiles *quantiles);
DEFINE_CLEANUP(struct dcb_quantiles *, dcb_quantiles_free)
void dcb_quantiles_clear(struct dcb_quantiles *quantiles);
/* A value that is not finite is left out. */
void dcb_quantiles_add(struct dcb_quantiles *quantiles, double value);
uint64_t dcb_quantiles_count(const struct dcb_quantiles *quantiles);
/*
 * At each of the n rising levels (0..1) the smallest value that at least this part of the values
 * does not exceed (Hyndman, Fan, "Sample quantiles in statistical packages", 1996, type 1); the
 * least and the greatest are exact. Needs at least one value.
 */
void dcb_quantiles_at(struct dcb_quantiles *quantiles, const double *levels, size_t n,
		      double *ret_values);

/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* The standard normal distribution. */

/* P(Z <= z); -inf and inf give 0 and 1. */
double dcb_normal_cdf(double z);
/* The z with P(Z <= z) = p, for p in [0, 1]; 0 and 1 give -inf and inf. Starts from Abramowitz and
 * Stegun, "Handbook of Mathematical Functions", 1964, 26.2.23, and ends by Halley's iteration. */
double dcb_normal_quantile(double p);

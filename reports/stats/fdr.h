/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * Many metrics judged at once: Benjamini, Hochberg, "Controlling the false discovery rate: a
 * practical and powerful approach to multiple testing", JRSS B 57, 1995. Adjusted p's as in R's
 * p.adjust(method = "BH"): min over j >= i of p_(j) n / j, at most 1. Metrics of the same boots
 * depend on each other, mostly positively, under which the rate holds too: Benjamini, Yekutieli,
 * "The control of the false discovery rate in multiple testing under dependency", Annals of
 * Statistics 29, 2001.
 */

#include <stddef.h>

/* adjusted may be p itself. -ENOMEM. */
int dcb_fdr_adjust(const double *p, size_t n, double *adjusted);

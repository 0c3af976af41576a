/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * Exact tests over pairs. Under the null hypothesis each pair's difference might as well have had
 * the other sign, so that of the 2^n ways to put signs all are equally likely: a permutation test
 * over blocks, with the signed-rank statistic of Wilcoxon, "Individual comparisons by ranking
 * methods", Biometrics Bulletin 1, 1945.
 *
 * Ties get midranks. Zeros by Pratt, "Remarks on zeros and ties in the Wilcoxon signed rank
 * procedures", JASA 54, 1959: they are ranked, and their ranks then dropped. The null distribution
 * is that of the ranks at hand, exact with ties and zeros too, by the shift algorithm of Streitberg
 * and Roehmel, "Exact distributions for permutation and rank tests", Statistical Software
 * Newsletter 12, 1986, on doubled ranks. Beyond DCB_SIGNED_RANK_EXACT pairs: normal, with the
 * variance of these very ranks and a continuity correction.
 *
 * Equivalence: two one-sided tests, Schuirmann, "A comparison of the two one-sided tests procedure
 * and the power approach...", J. Pharmacokinetics and Biopharmaceutics 15, 1987.
 *
 * Differences may be infinite, not NaN. Those closer than `tie` to 0 are zeros, and absolute
 * values closer than `tie` to each other are ties: what rounding makes of equal ones must not
 * decide.
 */

#include <stddef.h>

#define DCB_SIGNED_RANK_EXACT 200

struct dcb_signed_rank {
	double two_sided; /* of no change */
	double greater;   /* evidence for differences above 0: small where they are */
	double less;
	size_t n_zeros;
};

/* Tests `differences[i] - shift`. n = 0, or nothing but zeros: every p is 1. -ENOMEM. */
int dcb_signed_rank_test(const double *differences, size_t n, double shift, double tie,
			 struct dcb_signed_rank *ret_result);
/*
 * p of the two one-sided tests that the differences lie above `low` and below `high`: small where
 * they lie between. An infinite bound needs no evidence. Differences that are all zero lie within
 * [0, 0]: p is then 2^-n, of n pairs that agree though a half of them should not.
 */
int dcb_signed_rank_equivalence(const double *differences, size_t n, double low, double high,
				double tie, double *ret_p);
/* The least two-sided p that n pairs can give: 2 / 2^n, at most 1. Of one side: half of that. */
double dcb_signed_rank_least_p(size_t n);

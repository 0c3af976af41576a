/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* Seeded pseudo-random numbers that repeat everywhere: SplitMix64 (Steele, Lea, Flood, "Fast
 * splittable pseudorandom number generators", OOPSLA 2014). */

#include <stddef.h>
#include <stdint.h>

struct dcb_random {
	uint64_t state;
};

uint64_t dcb_random_next(struct dcb_random *random);
/* Uniform in [0, bound), without bias; bound > 0. */
uint64_t dcb_random_below(struct dcb_random *random, uint64_t bound);
/* Fisher-Yates over n indices. */
void dcb_random_shuffle(struct dcb_random *random, size_t *indices, size_t n);
/* A seed of its own for a named part: the same (seed, stream) always gives the same. */
uint64_t dcb_random_derive(uint64_t seed, uint64_t stream);

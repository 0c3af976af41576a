// SPDX-License-Identifier: GPL-2.0-only
#include "base/random.h"

uint64_t dcb_random_next(struct dcb_random *random)
{
	uint64_t z = (random->state += 0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

uint64_t dcb_random_below(struct dcb_random *random, uint64_t bound)
{
	uint64_t excess = -bound % bound; /* 2^64 mod bound */
	uint64_t value;

	do
		value = dcb_random_next(random);
	while (value < excess);
	return value % bound;
}

void dcb_random_shuffle(struct dcb_random *random, size_t *indices, size_t n)
{
	for (size_t i = n; i > 1; i--) {
		size_t j = (size_t)dcb_random_below(random, i);
		size_t swap = indices[i - 1];

		indices[i - 1] = indices[j];
		indices[j] = swap;
	}
}

uint64_t dcb_random_derive(uint64_t seed, uint64_t stream)
{
	struct dcb_random random = {.state = seed};

	random.state = dcb_random_next(&random) ^ stream;
	return dcb_random_next(&random);
}

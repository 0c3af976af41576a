// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/long-calls.h"

#include <stdlib.h>

#define LONG_NS    1000000
#define LONG_TIMES 8 /* the median */

static int compare_ns(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

size_t dcb_long_calls_add(struct dcb_long_calls *calls, uint64_t *cpu_ns, size_t n)
{
	size_t n_long = 0;

	qsort(cpu_ns, n, sizeof(*cpu_ns), compare_ns);
	for (size_t i = 0; i < n; i++) {
		calls->cpu_ns += (double)cpu_ns[i];
		if (cpu_ns[i] <= LONG_NS || cpu_ns[i] <= LONG_TIMES * cpu_ns[n / 2])
			continue;
		calls->long_ns += (double)cpu_ns[i];
		n_long++;
	}
	calls->n += n;
	calls->n_long += n_long;
	return n_long;
}

double dcb_long_calls_share(const struct dcb_long_calls *calls)
{
	return calls->cpu_ns > 0 ? calls->long_ns / calls->cpu_ns : 0;
}

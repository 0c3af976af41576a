/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* Doses against the guest's memory, before the boot. */

#include <stdint.h>

struct dcb_error;

/* needed_mib: what the workload fills; the kernel and the agent get 192 MiB more. A usage error
 * that says what to give instead; `advice`: "a smaller size=". */
int dcb_memory_check(uint64_t needed_mib, uint64_t memory_bytes, const char *advice,
		     struct dcb_error *err);
/* MiB that so many dentries with their inodes take, at most. */
uint64_t dcb_memory_dentries_mib(uint64_t n_dentries);

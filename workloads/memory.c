// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/memory.h"

#include "base/error.h"

#define REST_MIB     192
#define DENTRY_BYTES 2048 /* 192 of the dentry, up to 1100 of the inode, slab overhead */

int dcb_memory_check(uint64_t needed_mib, uint64_t memory_bytes, const char *advice,
		     struct dcb_error *err)
{
	uint64_t memory_mib = memory_bytes >> 20;

	needed_mib += REST_MIB;
	if (needed_mib <= memory_mib)
		return 0;
	return dcb_error_usage(err,
			       "this dose needs a guest with %lluM of memory, this one has %lluM: "
			       "give --memory %lluM or %s",
			       (unsigned long long)needed_mib, (unsigned long long)memory_mib,
			       (unsigned long long)needed_mib, advice);
}

uint64_t dcb_memory_dentries_mib(uint64_t n_dentries)
{
	return n_dentries * DENTRY_BYTES >> 20;
}

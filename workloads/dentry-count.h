/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* The whole machine's dentries, from /proc/sys/fs/dentry-state (Documentation/admin-guide/sysctl/
 * fs.rst). Exact only while nobody else makes or frees any. */

#include <stdint.h>

struct dcb_error;

struct dcb_dentry_count {
	int64_t all, unused, negative;
};

int dcb_dentry_count_read(struct dcb_dentry_count *ret_count, struct dcb_error *err);

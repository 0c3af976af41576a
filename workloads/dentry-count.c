// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/dentry-count.h"

#include <errno.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/error.h"

#define PATH "/proc/sys/fs/dentry-state"

int dcb_dentry_count_read(struct dcb_dentry_count *ret_count, struct dcb_error *err)
{
	_cleanup_fclose_ FILE *file = fopen(PATH, "re");
	long long all, unused, negative;

	if (!file)
		return dcb_error_sys(err, errno, PATH);
	if (fscanf(file, "%lld %lld %*d %*d %lld", &all, &unused, &negative) != 3)
		return dcb_error_set(err, EPROTO, PATH " cannot be read");
	*ret_count = (struct dcb_dentry_count){all, unused, negative};
	return 0;
}

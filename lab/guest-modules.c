// SPDX-License-Identifier: GPL-2.0-only
#include "lab/guest-modules.h"

#include <errno.h>
#include <string.h>

#include "base/error.h"

#define NEEDS_MAX 16

int dcb_guest_modules(const struct dcb_kernel *kernel, const struct dcb_workload_needs *needs,
		      char ***ret_paths, bool *ret_disk, struct dcb_error *err)
{
	const char *without_loop[NEEDS_MAX];
	size_t n = 0, n_without = 0;
	int r;

	for (; needs->modules && needs->modules[n]; n++)
		if (n_without < NEEDS_MAX && strcmp(needs->modules[n], "loop") != 0)
			without_loop[n_without++] = needs->modules[n];
	r = dcb_kernel_modules(kernel, needs->modules, n, ret_paths, err);
	if (r != -ENOENT || !needs->images || n_without + 1 != n)
		return r;
	if (dcb_kernel_modules(kernel, without_loop, n_without, ret_paths, NULL) < 0)
		return r;
	if (err)
		*err = (struct dcb_error)DCB_ERROR_NULL;
	*ret_disk = true;
	return 0;
}

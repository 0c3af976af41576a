/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

#include <stdbool.h>

#include "kernels/kernel.h"
#include "workloads/workload.h"

struct dcb_error;

/* The module files that a workload needs of this kernel, as dcb_kernel_modules(). *ret_disk becomes
 * true, and is else left alone, where the kernel has the file system but no loop devices to stand
 * it on: then the guest gets a disk (workloads/guest-disk.h). -ENOENT with the reason where the
 * kernel cannot. */
int dcb_guest_modules(const struct dcb_kernel *kernel, const struct dcb_workload_needs *needs,
		      char ***ret_paths, bool *ret_disk, struct dcb_error *err);

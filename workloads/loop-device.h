/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

#include <stddef.h>

struct dcb_error;

/* Attaches a file to a free loop device (loop(4)), which the kernel frees by itself once nobody has
 * it open or mounted. *ret_fd keeps it until then; `path` becomes "/dev/loop3". -EOPNOTSUPP where
 * the kernel has no loop devices, or does not let us. */
int dcb_loop_device(int file, char *path, size_t size, int *ret_fd, struct dcb_error *err);

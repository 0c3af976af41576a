/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * The disk that a guest gets where its kernel has no loop devices: NVMe, of zeros, known by its
 * serial number, without which no device is ever written to. There is one, and one user at a time.
 */

#include <stddef.h>

struct dcb_error;

#define DCB_GUEST_DISK_SERIAL "dcbench-disk"

/* Makes the disk a fresh copy of the file system's image (workloads/fs-image.h): all else on it is
 * zeros again. `path` becomes "/dev/nvme0n1". -EOPNOTSUPP where there is no such disk, or where it
 * is mounted. */
int dcb_guest_disk(int image, char *path, size_t size, struct dcb_error *err);

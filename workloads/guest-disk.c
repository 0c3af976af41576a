// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/guest-disk.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "workloads/fs-image.h"

#define DISK       "nvme0n1"
#define SERIAL     "/sys/block/" DISK "/device/serial"
#define WAIT_TRIES 200 /* of 10 ms: the kernel probes it beside everything else */

static bool disk_is_ours(void)
{
	_cleanup_fclose_ FILE *file = fopen(SERIAL, "re");
	char serial[64];

	if (!file || !fgets(serial, sizeof(serial), file))
		return false;
	serial[strcspn(serial, " \n")] = '\0';
	return strcmp(serial, DCB_GUEST_DISK_SERIAL) == 0;
}

static bool disk_await(void)
{
	for (int i = 0; i < WAIT_TRIES; i++) {
		if (disk_is_ours() && access("/dev/" DISK, F_OK) == 0)
			return true;
		nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
	}
	return false;
}

/* What an earlier user left must not be found by a later one. */
static int disk_zero(int disk, struct dcb_error *err)
{
	uint64_t range[2] = {0};

	if (ioctl(disk, BLKGETSIZE64, &range[1]) < 0 || ioctl(disk, BLKZEROOUT, range) < 0)
		return dcb_error_sys(err, errno, "cannot clear /dev/" DISK);
	return 0;
}

int dcb_guest_disk(int image, char *path, size_t size, struct dcb_error *err)
{
	_cleanup_close_ int disk = -1;
	int r;

	if (!disk_await())
		return dcb_error_set(err, EOPNOTSUPP,
				     "this kernel has neither loop devices nor the lab's disk");
	snprintf(path, size, "/dev/" DISK);
	/* Exclusive: refused while it is mounted. */
	disk = open(path, O_RDWR | O_EXCL | O_CLOEXEC);
	if (disk < 0 && errno == EBUSY)
		return dcb_error_set(err, EOPNOTSUPP,
				     "without loop devices there is one disk, and it is in use");
	if (disk < 0)
		return dcb_error_sys(err, errno, "%s", path);
	r = disk_zero(disk, err);
	if (r == 0)
		r = dcb_fs_image_unpack(image, disk, err);
	if (r == 0 && fsync(disk) < 0)
		return dcb_error_sys(err, errno, "%s", path);
	return r;
}

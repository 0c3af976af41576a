// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/subvolume.h"

#include <errno.h>
#include <linux/btrfs.h>
#include <stdio.h>
#include <sys/ioctl.h>

static int subvolume_call(int folder_fd, unsigned long request, const char *name)
{
	struct btrfs_ioctl_vol_args args = {0};

	snprintf(args.name, sizeof(args.name), "%s", name);
	return ioctl(folder_fd, request, &args) < 0 ? -errno : 0;
}

int dcb_subvolume_create(int folder_fd, const char *name)
{
	return subvolume_call(folder_fd, BTRFS_IOC_SUBVOL_CREATE, name);
}

int dcb_subvolume_delete(int folder_fd, const char *name)
{
	return subvolume_call(folder_fd, BTRFS_IOC_SNAP_DESTROY, name);
}

// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/loop-device.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"

#define TRIES 16 /* others may take the free device between the two calls */

static int loop_attach(int control, int file, char *path, size_t size)
{
	const struct loop_config config = {
		.fd = (__u32)file,
		.block_size = 4096,
		.info = {.lo_flags = LO_FLAGS_AUTOCLEAR},
	};
	_cleanup_close_ int fd = -1;
	int number = ioctl(control, LOOP_CTL_GET_FREE);

	if (number < 0)
		return -errno;
	snprintf(path, size, "/dev/loop%d", number);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (ioctl(fd, LOOP_CONFIGURE, &config) < 0)
		return -errno;
	return TAKE_FD(fd);
}

int dcb_loop_device(int file, char *path, size_t size, int *ret_fd, struct dcb_error *err)
{
	_cleanup_close_ int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
	int fd = -EBUSY;

	if (control < 0)
		return errno == ENOENT || errno == ENODEV || errno == EACCES || errno == EPERM
			       ? dcb_error_set(
					 err, EOPNOTSUPP,
					 "this kernel has no loop devices (/dev/loop-control)")
			       : dcb_error_sys(err, errno, "/dev/loop-control");
	for (int i = 0; fd == -EBUSY && i < TRIES; i++)
		fd = loop_attach(control, file, path, size);
	if (fd < 0)
		return dcb_error_sys(err, -fd, "cannot attach a loop device");
	*ret_fd = fd;
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/filesystem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "workloads/fs-image.h"
#include "workloads/guest-disk.h"
#include "workloads/loop-device.h"
#include "workloads/tree.h"

static const char *const fs_names[DCB_FS_N] = {"tmpfs", "ext4", "btrfs", "xfs", "overlay"};

const char *dcb_fs_name(enum dcb_fs_type type)
{
	return fs_names[type];
}

struct dcb_workload_needs dcb_fs_needs(enum dcb_fs_type type)
{
	static const char *const overlay[] = {"overlay", NULL};
	static const char *const disks[DCB_FS_N][3] = {[DCB_FS_EXT4] = {"loop", "ext4"},
						       [DCB_FS_BTRFS] = {"loop", "btrfs"},
						       [DCB_FS_XFS] = {"loop", "xfs"}};
	static const char *const images[DCB_FS_N][2] = {
		[DCB_FS_EXT4] = {"ext4"}, [DCB_FS_BTRFS] = {"btrfs"}, [DCB_FS_XFS] = {"xfs"}};
	struct dcb_workload_needs needs = {.modules = disks[type], .images = images[type]};

	if (type == DCB_FS_OVERLAY)
		needs.modules = overlay;
	return needs;
}

static int fs_folder(const struct dcb_fs *fs, const char *name, struct dcb_error *err)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", fs->base, name);
	if (mkdir(path, 0755) < 0)
		return dcb_error_sys(err, errno, "%s", path);
	return 0;
}

static int fs_mount_overlay(const struct dcb_fs *fs, struct dcb_error *err)
{
	static const char *const folders[] = {"lower", "upper", "work"};
	char options[PATH_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		int r = fs_folder(fs, folders[i], err);

		if (r < 0)
			return r;
	}
	snprintf(options, sizeof(options), "lowerdir=%s/lower,upperdir=%s/upper,workdir=%s/work",
		 fs->base, fs->base, fs->base);
	if (mount("overlay", fs->root, "overlay", 0, options) == 0)
		return 0;
	if (errno == ENODEV)
		return dcb_error_set(err, EOPNOTSUPP, "this kernel has no overlay file system");
	return dcb_error_sys(err, errno, "cannot mount an overlay on %s", fs->root);
}

/* Huge pages off, so that every kernel evicts the same pages; one without them knows no huge=. */
static int fs_mount_tmpfs(const struct dcb_fs *fs, struct dcb_error *err)
{
	if (mount("tmpfs", fs->root, "tmpfs", 0, "mode=0755,size=90%,huge=never") < 0 &&
	    mount("tmpfs", fs->root, "tmpfs", 0, "mode=0755,size=90%") < 0)
		return dcb_error_sys(err, errno, "cannot mount a tmpfs on %s", fs->root);
	return 0;
}

static int fs_open_image(const struct dcb_fs *fs, const struct dcb_workload_context *context,
			 int *ret_fd, struct dcb_error *err)
{
	char path[PATH_MAX];

	if (!context->images)
		return dcb_error_set(err, EOPNOTSUPP, "there is no image of %s here",
				     fs_names[fs->type]);
	snprintf(path, sizeof(path), "%s/%s", context->images, fs_names[fs->type]);
	*ret_fd = open(path, O_RDONLY | O_CLOEXEC);
	return *ret_fd < 0 ? dcb_error_sys(err, errno, "%s", path) : 0;
}

/* The image, unpacked to a file on the scratch tmpfs. */
static int fs_loop(struct dcb_fs *fs, int image, char *device, size_t size, struct dcb_error *err)
{
	char path[PATH_MAX];
	int r;

	snprintf(path, sizeof(path), "%s/disk", fs->base);
	fs->image_fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fs->image_fd < 0)
		return dcb_error_sys(err, errno, "%s", path);
	r = dcb_fs_image_unpack(image, fs->image_fd, err);
	return r < 0 ? r : dcb_loop_device(fs->image_fd, device, size, &fs->loop_fd, err);
}

static int fs_device(struct dcb_fs *fs, const struct dcb_workload_context *context, char *device,
		     size_t size, struct dcb_error *err)
{
	_cleanup_close_ int image = -1;
	int r = fs_open_image(fs, context, &image, err);

	if (r < 0)
		return r;
	if (access("/dev/loop-control", F_OK) < 0 && errno == ENOENT)
		return dcb_guest_disk(image, device, size, err);
	return fs_loop(fs, image, device, size, err);
}

/* No thread of the kernel is to do later what mkfs has left undone, or to commit in the middle of
 * what is measured. */
static int fs_mount_disk(struct dcb_fs *fs, const struct dcb_workload_context *context,
			 struct dcb_error *err)
{
	static const char *const options[DCB_FS_N] = {
		[DCB_FS_EXT4] = "noinit_itable,commit=3600",
		[DCB_FS_BTRFS] = "commit=3600,nodiscard",
		[DCB_FS_XFS] = "",
	};
	const char *type = fs_names[fs->type];
	char device[32];
	int r = fs_device(fs, context, device, sizeof(device), err);

	if (r < 0)
		return r;
	if (mount(device, fs->root, type, MS_NOATIME, options[fs->type]) == 0)
		return 0;
	if (errno == ENODEV)
		return dcb_error_set(err, EOPNOTSUPP, "this kernel has no %s", type);
	return dcb_error_sys(err, errno, "cannot mount %s from %s", type, device);
}

static int fs_mount(struct dcb_fs *fs, const struct dcb_workload_context *context,
		    struct dcb_error *err)
{
	switch (fs->type) {
	case DCB_FS_TMPFS:
		return fs_mount_tmpfs(fs, err);
	case DCB_FS_OVERLAY:
		return fs_mount_overlay(fs, err);
	default:
		return fs_mount_disk(fs, context, err);
	}
}

int dcb_fs_open(struct dcb_fs *fs, enum dcb_fs_type type,
		const struct dcb_workload_context *context, const char *name, struct dcb_error *err)
{
	int r;

	if (strlen(context->scratch) + strlen(name) + 2 > sizeof(fs->base))
		return dcb_error_set(err, ENAMETOOLONG,
				     "the path of the scratch folder is too long");
	*fs = (struct dcb_fs)DCB_FS_NULL;
	fs->type = type;
	snprintf(fs->base, sizeof(fs->base), "%s/%s", context->scratch, name);
	snprintf(fs->root, sizeof(fs->root), "%s/root", fs->base);
	if (mkdir(fs->base, 0755) < 0) {
		r = dcb_error_sys(err, errno, "%s", fs->base);
		/* Somebody else's: not to be removed by dcb_fs_close(). */
		*fs = (struct dcb_fs)DCB_FS_NULL;
		return r;
	}
	r = fs_folder(fs, "root", err);
	if (r == 0)
		r = fs_mount(fs, context, err);
	if (r < 0) {
		dcb_fs_close(fs, NULL);
		return r;
	}
	fs->mounted = true;
	return 0;
}

int dcb_fs_close(struct dcb_fs *fs, struct dcb_error *err)
{
	int r;

	if (!fs->base[0])
		return 0;
	if (fs->mounted && umount2(fs->root, 0) < 0)
		return dcb_error_sys(err, errno, "cannot unmount %s", fs->root);
	fs->mounted = false;
	cleanup_close(&fs->loop_fd);
	cleanup_close(&fs->image_fd);
	r = dcb_tree_remove(AT_FDCWD, fs->base, NULL);
	if (r < 0)
		return dcb_error_sys(err, -r, "cannot remove %s", fs->base);
	*fs = (struct dcb_fs)DCB_FS_NULL;
	return 0;
}

void dcb_fs_deinit(struct dcb_fs *fs)
{
	dcb_fs_close(fs, NULL);
}

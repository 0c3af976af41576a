// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/mount-scene.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "workloads/memory.h"
#include "workloads/tree.h"

#define MAX_MOUNTS       90000 /* fs.mount-max is 100000 */
#define SUPERBLOCK_BYTES (64 << 10)
#define MOUNT_BYTES      (2 << 10)
#define EXT4_BYTES       (16 << 20) /* a loop device and what of its image has pages */
#define DELETED          "deleted"

static const enum dcb_fs_type fs_types[] = {
	[DCB_MOUNT_TMPFS] = DCB_FS_TMPFS,
	[DCB_MOUNT_OVERLAY] = DCB_FS_OVERLAY,
	[DCB_MOUNT_BIND] = DCB_FS_TMPFS, /* the scratch folder's */
	[DCB_MOUNT_EXT4] = DCB_FS_EXT4,
};

int dcb_mount_scene_init(struct dcb_mount_scene *scene, const struct dcb_mount_shape *shape,
			 bool own_namespace, size_t n_cleaners,
			 const struct dcb_workload_context *context, struct dcb_error *err)
{
	*scene = (struct dcb_mount_scene)DCB_MOUNT_SCENE_NULL;
	scene->shape = shape;
	scene->context = context;
	scene->n_cleaners = n_cleaners;
	scene->own_namespace = own_namespace;
	if (strlen(context->scratch) > sizeof(scene->folder) - sizeof("/mounts"))
		return dcb_error_set(err, ENAMETOOLONG,
				     "the path of the scratch folder is too long");
	snprintf(scene->folder, sizeof(scene->folder), "%s/mounts", context->scratch);
	snprintf(scene->top, sizeof(scene->top), "%s/top", scene->folder);
	scene->mounts = calloc((size_t)shape->mounts, sizeof(*scene->mounts));
	scene->watches = calloc(n_cleaners + 1, sizeof(*scene->watches));
	if (!scene->mounts || !scene->watches) {
		dcb_mount_scene_deinit(scene);
		return dcb_error_oom(err);
	}
	for (size_t i = 0; i < (size_t)shape->mounts; i++)
		scene->mounts[i] = (struct dcb_fs)DCB_FS_NULL;
	for (size_t i = 0; i < n_cleaners; i++)
		scene->watches[i] = (struct dcb_dying_watch)DCB_DYING_WATCH_NULL;
	return 0;
}

void dcb_mount_scene_deinit(struct dcb_mount_scene *scene)
{
	free(scene->mounts);
	free(scene->watches);
	scene->mounts = NULL;
	scene->watches = NULL;
}

/* Through the overlay, so that its inode holds the upper dentry; then it loses its name below. */
static int scene_delete_open(struct dcb_mount_scene *scene, size_t i, struct dcb_error *err)
{
	const struct dcb_fs *fs = &scene->mounts[i];
	_cleanup_close_ int fd = -1;
	char path[PATH_MAX], upper[PATH_MAX];
	int r = 0;

	snprintf(path, sizeof(path), "%s/" DELETED, fs->root);
	snprintf(upper, sizeof(upper), "%s/upper/" DELETED, fs->base);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return dcb_error_sys(err, errno, "%s", path);
	if (fallocate(fd, 0, 0, scene->shape->open_deleted) < 0)
		return dcb_error_sys(err, errno, "cannot fill a file with %lld bytes",
				     (long long)scene->shape->open_deleted);
	if (scene->n_cleaners > 0)
		r = dcb_dying_watch_add(&scene->watches[i % scene->n_cleaners], upper, err);
	if (r < 0)
		return r;
	return unlink(upper) < 0 ? dcb_error_sys(err, errno, "cannot unlink %s", upper) : 0;
}

static int scene_bind(struct dcb_mount_scene *scene, struct dcb_fs *fs, const char *name,
		      struct dcb_error *err)
{
	char source[PATH_MAX];

	snprintf(source, sizeof(source), "%s/source", scene->top);
	snprintf(fs->base, sizeof(fs->base), "%s/%s", scene->top, name);
	snprintf(fs->root, sizeof(fs->root), "%s/root", fs->base);
	if (mkdir(fs->base, 0755) < 0 || mkdir(fs->root, 0755) < 0)
		return dcb_error_sys(err, errno, "cannot make %s", fs->root);
	if (mount(source, fs->root, NULL, MS_BIND, NULL) < 0)
		return dcb_error_sys(err, errno, "cannot bind mount %s", fs->root);
	fs->mounted = true;
	return 0;
}

static int scene_mount(struct dcb_mount_scene *scene, size_t i, struct dcb_error *err)
{
	const struct dcb_mount_shape *shape = scene->shape;
	const struct dcb_tree_shape tree = {.files = shape->dentries, .negative = shape->negative};
	struct dcb_workload_context below = *scene->context;
	struct dcb_fs *fs = &scene->mounts[i];
	char name[32];
	int r;

	below.scratch = scene->top;
	snprintf(name, sizeof(name), "m%zu", i);
	if (shape->type == DCB_MOUNT_BIND)
		return scene_bind(scene, fs, name, err);
	r = dcb_fs_open(fs, fs_types[shape->type], &below, name, err);
	if (r == 0)
		r = dcb_tree_make(fs->root, &tree, err);
	if (r == 0 && shape->open_deleted > 0)
		r = scene_delete_open(scene, i, err);
	return r;
}

static int scene_peer(const struct dcb_mount_scene *scene, int64_t i, struct dcb_error *err)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/peer%lld", scene->folder, (long long)i);
	if (mkdir(path, 0755) < 0)
		return dcb_error_sys(err, errno, "%s", path);
	if (mount(scene->top, path, NULL, MS_BIND, NULL) < 0)
		return dcb_error_sys(err, errno, "cannot bind mount %s", path);
	return 0;
}

static int scene_hold(const struct dcb_mount_scene *scene, struct dcb_error *err)
{
	unsigned long propagation = scene->shape->peers > 0 ? MS_SHARED : MS_PRIVATE;
	int r = 0;

	if (mount(scene->top, scene->top, NULL, MS_BIND, NULL) < 0 ||
	    mount(NULL, scene->top, NULL, propagation, NULL) < 0)
		return dcb_error_sys(err, errno, "cannot bind mount %s", scene->top);
	for (int64_t i = 0; r == 0 && i < scene->shape->peers; i++)
		r = scene_peer(scene, i, err);
	return r;
}

static int scene_source(const struct dcb_mount_scene *scene, struct dcb_error *err)
{
	const struct dcb_tree_shape tree = {.files = scene->shape->dentries};
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/source", scene->top);
	if (mkdir(path, 0755) < 0)
		return dcb_error_sys(err, errno, "%s", path);
	return dcb_tree_make(path, &tree, err);
}

static int scene_mount_all(struct dcb_mount_scene *scene, struct dcb_error *err)
{
	int r = scene_hold(scene, err);

	if (r == 0 && scene->shape->type == DCB_MOUNT_BIND)
		r = scene_source(scene, err);
	for (size_t i = 0; r == 0 && i < (size_t)scene->shape->mounts; i++)
		r = scene_mount(scene, i, err);
	return r;
}

static int open_namespace(struct dcb_error *err)
{
	int fd = open("/proc/thread-self/ns/mnt", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? dcb_error_sys(err, errno, "/proc/thread-self/ns/mnt") : fd;
}

static int scene_unshare(struct dcb_error *err)
{
	if (unshare(CLONE_NEWNS) < 0) {
		if (errno == EPERM)
			return dcb_error_set(err, EOPNOTSUPP, "no right to make mount namespaces");
		return dcb_error_sys(err, errno, "cannot make a mount namespace");
	}
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return dcb_error_sys(err, errno, "cannot make a mount namespace private");
	return 0;
}

/* The thread goes in, mounts, and comes back; the namespace stays with its descriptor. */
static int scene_mount_apart(struct dcb_mount_scene *scene, struct dcb_error *err)
{
	_cleanup_close_ int home = open_namespace(err);
	int r;

	if (home < 0)
		return home;
	r = scene_unshare(err);
	if (r == 0)
		r = scene_mount_all(scene, err);
	if (r == 0) {
		scene->namespace_fd = open_namespace(err);
		r = scene->namespace_fd < 0 ? scene->namespace_fd : 0;
	}
	if (setns(home, CLONE_NEWNS) < 0)
		return dcb_error_sys(err, errno, "cannot return to the mount namespace");
	return r;
}

int dcb_mount_scene_set(struct dcb_mount_scene *scene, struct dcb_error *err)
{
	int r = 0;

	if (mkdir(scene->folder, 0755) < 0 || mkdir(scene->top, 0755) < 0)
		return dcb_error_sys(err, errno, "cannot make %s", scene->top);
	for (size_t i = 0; r == 0 && i < scene->n_cleaners; i++)
		r = dcb_dying_watch_open(&scene->watches[i], err);
	if (r < 0)
		return r;
	return scene->own_namespace ? scene_mount_apart(scene, err) : scene_mount_all(scene, err);
}

static int detach(const char *path, struct dcb_error *err)
{
	/* Not there, or not mounted any more. */
	if (umount2(path, MNT_DETACH) == 0 || errno == ENOENT || errno == EINVAL)
		return 0;
	return dcb_error_sys(err, errno, "cannot unmount %s", path);
}

static int scene_detach(struct dcb_mount_scene *scene, struct dcb_error *err)
{
	int r = 0;

	if (scene->namespace_fd >= 0)
		close(TAKE_FD(scene->namespace_fd));
	for (int64_t i = 0; r == 0 && i < scene->shape->peers; i++) {
		char path[PATH_MAX];

		snprintf(path, sizeof(path), "%s/peer%lld", scene->folder, (long long)i);
		r = detach(path, err);
	}
	return r == 0 ? detach(scene->top, err) : r;
}

int dcb_mount_scene_clear(struct dcb_mount_scene *scene, struct dcb_error *err)
{
	int r = scene_detach(scene, err);

	for (size_t i = 0; i < scene->n_cleaners; i++)
		dcb_dying_watch_close(&scene->watches[i]);
	for (size_t i = 0; r == 0 && i < (size_t)scene->shape->mounts; i++) {
		/* With top, or before it. */
		scene->mounts[i].mounted = false;
		r = dcb_fs_close(&scene->mounts[i], err);
	}
	if (r < 0)
		return r;
	r = dcb_tree_remove(AT_FDCWD, scene->folder, NULL);
	return r < 0 ? dcb_error_sys(err, -r, "cannot remove %s", scene->folder) : 0;
}

/* From 6.9 on a mounted block device is a file, which has a dentry on bdev. */
static int64_t device_dentries(void)
{
	struct utsname name;
	unsigned version = 0, patchlevel = 0;

	if (uname(&name) < 0 || sscanf(name.release, "%u.%u", &version, &patchlevel) != 2)
		return 0;
	return version > 6 || (version == 6 && patchlevel >= 9) ? 1 : 0;
}

int64_t dcb_mount_scene_dentries(const struct dcb_mount_scene *scene)
{
	const struct dcb_mount_shape *shape = scene->shape;
	/* The descriptor of a namespace has one on nsfs. */
	int64_t apart = scene->own_namespace ? 1 : 0;
	int64_t each = 1 + shape->dentries + shape->negative; /* 1: the root */

	/* They are of the source, which stays. */
	if (shape->type == DCB_MOUNT_BIND)
		return apart;
	if (shape->type == DCB_MOUNT_EXT4)
		each += device_dentries();
	/* On the overlay and in its upper layer. */
	if (shape->open_deleted > 0)
		each += 2;
	/* The upper layer with its files, work, work/work, root. */
	if (scene->n_cleaners > 0)
		each += shape->dentries + 4;
	return apart + shape->mounts * each;
}

size_t dcb_mount_scene_share(const struct dcb_mount_scene *scene, size_t cleaner)
{
	return (size_t)scene->watches[cleaner].n_files;
}

static int scene_empty_upper(const struct dcb_mount_scene *scene, int base_fd)
{
	_cleanup_close_ int upper = openat(base_fd, "upper", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (upper < 0)
		return -errno;
	for (int64_t i = 0; i < scene->shape->dentries; i++) {
		char name[32];

		snprintf(name, sizeof(name), "file%lld", (long long)i);
		if (unlinkat(upper, name, 0) < 0)
			return -errno;
	}
	return 0;
}

int dcb_mount_scene_await(struct dcb_mount_scene *scene, size_t cleaner, int *ret_base_fd,
			  struct dcb_error *err)
{
	_cleanup_close_ int base_fd = -1;
	const char *base;
	size_t file;
	int r = dcb_dying_watch_next(&scene->watches[cleaner], &file, err);

	if (r < 0)
		return r;
	base = scene->mounts[file * scene->n_cleaners + cleaner].base;
	base_fd = open(base, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (base_fd < 0)
		return dcb_error_sys(err, errno, "%s", base);
	r = scene_empty_upper(scene, base_fd);
	if (r < 0)
		return dcb_error_sys(err, -r, "cannot empty %s/upper", base);
	*ret_base_fd = TAKE_FD(base_fd);
	return 0;
}

int dcb_mount_scene_remove_layers(int base_fd)
{
	int r = unlinkat(base_fd, "upper", AT_REMOVEDIR) < 0 ? -errno : 0;

	if (r == 0)
		r = dcb_tree_remove(base_fd, "work", NULL);
	if (r == 0 && unlinkat(base_fd, "root", AT_REMOVEDIR) < 0)
		r = -errno;
	return r;
}

int dcb_mount_shape_check(const struct dcb_mount_shape *shape, uint64_t memory_bytes,
			  struct dcb_error *err)
{
	uint64_t mounts = (uint64_t)shape->mounts, all = mounts * (uint64_t)(1 + shape->peers);
	/* On the overlay and in its upper layer. */
	uint64_t copies = shape->type == DCB_MOUNT_OVERLAY ? 2 : 1;
	uint64_t each = shape->type == DCB_MOUNT_EXT4 ? EXT4_BYTES : SUPERBLOCK_BYTES;
	uint64_t dentries = (uint64_t)shape->dentries * copies + (uint64_t)shape->negative;
	uint64_t bytes = mounts * (each + (uint64_t)shape->open_deleted / 8 * 9) +
			 all * MOUNT_BYTES;

	if (all > MAX_MOUNTS)
		return dcb_error_usage(err,
				       "mounts=%lld with peers=%lld make %llu mounts, and a "
				       "kernel takes 100000 a namespace: give fewer mounts= or "
				       "peers=",
				       (long long)shape->mounts, (long long)shape->peers,
				       (unsigned long long)all);
	if (shape->negative > 0 && shape->type != DCB_MOUNT_OVERLAY &&
	    shape->type != DCB_MOUNT_EXT4)
		return dcb_error_usage(err, "negative= needs type=overlay or type=ext4: tmpfs "
					    "keeps no negative dentries");
	if (shape->open_deleted > 0 && shape->type != DCB_MOUNT_OVERLAY)
		return dcb_error_usage(err, "open_deleted= needs type=overlay: a mount with files "
					    "open in it cannot be unmounted");
	return dcb_memory_check((bytes >> 20) + dcb_memory_dentries_mib(mounts * dentries),
				memory_bytes, "fewer mounts= or dentries=", err);
}

struct dcb_workload_needs dcb_mount_shape_needs(const struct dcb_mount_shape *shape)
{
	return dcb_fs_needs(fs_types[shape->type]);
}

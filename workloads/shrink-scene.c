// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/shrink-scene.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"

void dcb_shrink_scene_init(struct dcb_shrink_scene *scene)
{
	scene->fuse = (struct dcb_fuse)DCB_FUSE_NULL;
	scene->folder = -1;
	for (size_t i = 0; i < DCB_SHRINK_MAX_WAITERS; i++) {
		struct dcb_shrink_side *side = &scene->sides[i];

		side->fd = -1;
		snprintf(side->room, sizeof(side->room), "room%zu", i);
		snprintf(side->parent, sizeof(side->parent), "room%zu/parent", i);
		snprintf(side->busy, sizeof(side->busy), "room%zu/parent/busy", i);
	}
}

static int scene_make(const struct dcb_shrink_scene *scene, const char *name, struct dcb_error *err)
{
	int fd = openat(scene->folder, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	return fd < 0 ? dcb_error_sys(err, errno, "cannot make %s", name) : fd;
}

/* Its descriptor. */
static int scene_make_watched(struct dcb_shrink_scene *scene, const char *name,
			      struct dcb_fuse_watch *watch, uint64_t size, struct dcb_error *err)
{
	_cleanup_close_ int fd = scene_make(scene, name, err);
	struct stat status;
	int r;

	if (fd < 0)
		return fd;
	if (fstat(fd, &status) < 0)
		return dcb_error_sys(err, errno, "%s", name);
	dcb_fuse_watch(&scene->fuse, watch, status.st_ino);
	r = dcb_fuse_store(&scene->fuse, status.st_ino, size, err);
	return r < 0 ? r : TAKE_FD(fd);
}

static int scene_make_side(const struct dcb_shrink_scene *scene, struct dcb_shrink_side *side,
			   struct dcb_error *err)
{
	atomic_store(&side->ready, false);
	if (mkdirat(scene->folder, side->room, 0755) < 0 ||
	    mkdirat(scene->folder, side->parent, 0755) < 0)
		return dcb_error_sys(err, errno, "cannot make %s", side->parent);
	side->fd = scene_make(scene, side->busy, err);
	return side->fd < 0 ? side->fd : 0;
}

/*
 * A dentry comes to the end of the LRU when its last reference goes, so that files are closed in
 * the order in which reclaim is to evict them. d_walk() meets the youngest sibling first, so that
 * they are made in the opposite one.
 */
static int scene_fill(struct dcb_shrink_scene *scene, size_t n_sides, uint64_t heavy_bytes,
		      struct dcb_error *err)
{
	int first, heavy;

	for (size_t i = 0; i < n_sides; i++) {
		int r = scene_make_side(scene, &scene->sides[i], err);

		if (r < 0)
			return r;
	}
	heavy = scene_make_watched(scene, "heavy", &scene->heavy, heavy_bytes, err);
	if (heavy < 0)
		return heavy;
	first = scene_make_watched(scene, "first", &scene->first, 0, err);
	if (first >= 0)
		close(first);
	close(heavy);
	for (size_t i = 0; i < n_sides; i++)
		close(TAKE_FD(scene->sides[i].fd));
	return first < 0 ? first : 0;
}

int dcb_shrink_scene_set(struct dcb_shrink_scene *scene, const struct dcb_workload_context *context,
			 const char *name, size_t n_sides, uint64_t heavy_bytes,
			 struct dcb_error *err)
{
	char path[PATH_MAX];
	int r = dcb_fuse_open(&scene->fuse, context, name, err);

	if (r < 0)
		return r;
	snprintf(path, sizeof(path), "%s/" DCB_SHRINK_FOLDER, scene->fuse.root);
	if (mkdir(path, 0755) < 0)
		return dcb_error_sys(err, errno, "%s", path);
	scene->folder = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (scene->folder < 0)
		return dcb_error_sys(err, errno, "%s", path);
	return scene_fill(scene, n_sides, heavy_bytes, err);
}

int dcb_shrink_scene_clear(struct dcb_shrink_scene *scene, struct dcb_error *err)
{
	for (size_t i = 0; i < DCB_SHRINK_MAX_WAITERS; i++) {
		cleanup_close(&scene->sides[i].fd);
		scene->sides[i].fd = -1;
	}
	cleanup_close(&scene->folder);
	scene->folder = -1;
	return dcb_fuse_close(&scene->fuse, err);
}

int dcb_shrink_scene_take(const struct dcb_shrink_scene *scene, struct dcb_shrink_side *side,
			  struct dcb_error *err)
{
	side->fd = openat(scene->folder, side->busy, O_PATH | O_CLOEXEC);
	if (side->fd < 0 && errno == ENOENT)
		return 0;
	if (side->fd < 0 || unlinkat(scene->folder, side->busy, 0) < 0)
		return dcb_error_sys(err, errno, "cannot take %s", side->busy);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/dying-scene.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"

/* In the order in which they are removed again. */
static const char *const overlay_folders[] = {"merged", "work", "upper", "lower"};

static int scene_mount(struct dcb_dying_scene *scene, struct dcb_error *err)
{
	char options[PATH_MAX * 2];

	for (size_t i = 0; i < ARRAY_SIZE(overlay_folders); i++) {
		char path[PATH_MAX];

		snprintf(path, sizeof(path), "%s/%s", scene->scratch, overlay_folders[i]);
		if (mkdir(path, 0755) < 0)
			return dcb_error_sys(err, errno, "%s", path);
	}
	snprintf(options, sizeof(options), "lowerdir=%s/lower,upperdir=%s/upper,workdir=%s/work",
		 scene->scratch, scene->scratch, scene->scratch);
	if (mount("overlay", scene->root, "overlay", 0, options) == 0)
		return 0;
	if (errno == ENODEV)
		return dcb_error_set(err, EOPNOTSUPP, "this kernel has no overlay file system");
	return dcb_error_sys(err, errno, "cannot mount an overlay on %s", scene->root);
}

static int scene_remove_folders(struct dcb_dying_scene *scene, struct dcb_error *err)
{
	/* overlayfs keeps folders of its own in its work folder. */
	static const char *const inner[] = {"work/work", "work/index"};
	char path[PATH_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(inner); i++) {
		snprintf(path, sizeof(path), "%s/%s", scene->scratch, inner[i]);
		if (rmdir(path) < 0 && errno != ENOENT)
			return dcb_error_sys(err, errno, "cannot remove %s", path);
	}
	for (size_t i = 0; i < ARRAY_SIZE(overlay_folders); i++) {
		snprintf(path, sizeof(path), "%s/%s", scene->scratch, overlay_folders[i]);
		if (rmdir(path) < 0 && errno != ENOENT)
			return dcb_error_sys(err, errno, "cannot remove %s", path);
	}
	return 0;
}

int dcb_dying_scene_open(struct dcb_dying_scene *scene, const char *scratch, bool overlay,
			 struct dcb_error *err)
{
	int r;

	/* Room for the names below it. */
	if (strlen(scratch) > PATH_MAX / 8)
		return dcb_error_set(err, ENAMETOOLONG,
				     "the path of the scratch folder is too long");
	scene->overlay = overlay;
	snprintf(scene->scratch, sizeof(scene->scratch), "%s", scratch);
	snprintf(scene->root, sizeof(scene->root), "%s%s", scratch, overlay ? "/merged" : "");
	if (!overlay)
		return 0;
	r = scene_mount(scene, err);
	if (r < 0)
		scene_remove_folders(scene, NULL);
	return r;
}

int dcb_dying_scene_close(struct dcb_dying_scene *scene, struct dcb_error *err)
{
	if (!scene->overlay)
		return 0;
	if (umount2(scene->root, 0) < 0)
		return dcb_error_sys(err, errno, "cannot unmount %s", scene->root);
	return scene_remove_folders(scene, err);
}

void dcb_dying_pair_init(struct dcb_dying_pair *pair, const struct dcb_dying_scene *scene,
			 unsigned index)
{
	const int room = PATH_MAX / 2;

	snprintf(pair->folder, sizeof(pair->folder), "%.*s/pair%u", room, scene->root, index);
	snprintf(pair->victim, sizeof(pair->victim), "%.*s/victim", room, pair->folder);
	snprintf(pair->fresh, sizeof(pair->fresh), "%.*s/fresh", room, pair->folder);
	snprintf(pair->file, sizeof(pair->file), "%.*s/file", room, pair->victim);
	pair->fd = -1;
}

static int pair_fill(int fd, int64_t size)
{
	static const char zeros[1 << 16];

	if (fallocate(fd, 0, 0, size) == 0)
		return 0;
	if (errno != EOPNOTSUPP)
		return -errno;
	while (size > 0) {
		size_t part = size < (int64_t)sizeof(zeros) ? (size_t)size : sizeof(zeros);
		ssize_t written = write(fd, zeros, part);

		if (written < 0)
			return -errno;
		size -= written;
	}
	return 0;
}

int dcb_dying_pair_set(struct dcb_dying_pair *pair, int64_t size, bool with_fresh,
		       struct dcb_error *err)
{
	int r;

	if (mkdir(pair->folder, 0755) < 0 || mkdir(pair->victim, 0755) < 0 ||
	    (with_fresh && mkdir(pair->fresh, 0755) < 0))
		return dcb_error_sys(err, errno, "cannot make the folders in %s", pair->folder);
	pair->fd = open(pair->file, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (pair->fd < 0)
		return dcb_error_sys(err, errno, "%s", pair->file);
	r = pair_fill(pair->fd, size);
	if (r < 0)
		return dcb_error_sys(err, r, "cannot fill %s with %lld bytes", pair->file,
				     (long long)size);
	if (unlink(pair->file) < 0)
		return dcb_error_sys(err, errno, "cannot unlink %s", pair->file);
	return 0;
}

int dcb_dying_pair_clear(struct dcb_dying_pair *pair, struct dcb_error *err)
{
	const char *const folders[] = {pair->victim, pair->fresh, pair->folder};

	cleanup_close(&pair->fd);
	pair->fd = -1;
	if (unlink(pair->file) < 0 && errno != ENOENT)
		return dcb_error_sys(err, errno, "cannot remove %s", pair->file);
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
		if (rmdir(folders[i]) < 0 && errno != ENOENT)
			return dcb_error_sys(err, errno, "cannot remove %s", folders[i]);
	return 0;
}

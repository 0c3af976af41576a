// SPDX-License-Identifier: GPL-2.0-only
#include "lab/scratch.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/file.h"

/* The folder itself carries the lock: it needs no file that could stay behind. -EBUSY if held. */
static int lock_folder(const char *path, int *ret_fd)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return -EBUSY;
	*ret_fd = TAKE_FD(fd);
	return 0;
}

static void sweep(const char *parent)
{
	_cleanup_(closedirp) DIR *folder = opendir(parent);
	struct dirent *entry;

	while (folder && (entry = readdir(folder))) {
		_cleanup_free_ char *path = dcb_format("%s/%s", parent, entry->d_name);
		_cleanup_close_ int fd = -1;

		if (entry->d_name[0] != '.' && path && lock_folder(path, &fd) == 0)
			dcb_dir_remove(path, NULL);
	}
}

int dcb_scratch_init(struct dcb_scratch *scratch, const char *state, struct dcb_error *err)
{
	_cleanup_free_ char *parent = dcb_format("%s/boots", state);
	_cleanup_free_ char *guard_path = dcb_format("%s/boots.lock", state);
	_cleanup_close_ int guard = -1;
	int r;

	if (!parent || !guard_path)
		return dcb_error_oom(err);
	r = dcb_dir_create(parent, 0755, err);
	if (r < 0)
		return r;
	/* Nobody may sweep between the making of a folder and its lock. */
	r = dcb_lock(guard_path, &guard, err);
	if (r < 0)
		return r;
	sweep(parent);
	r = dcb_dir_temporary(parent, "lab-", &scratch->path, err);
	if (r < 0)
		return r;
	DCB_FAULT("scratch-made");
	r = lock_folder(scratch->path, &scratch->lock_fd);
	return r < 0 ? dcb_error_sys(err, r, "%s", scratch->path) : 0;
}

void dcb_scratch_sweep(const char *state)
{
	_cleanup_free_ char *parent = dcb_format("%s/boots", state);
	_cleanup_free_ char *guard_path = dcb_format("%s/boots.lock", state);
	_cleanup_close_ int guard = -1;

	if (parent && guard_path && dcb_file_exists(guard_path) &&
	    dcb_lock(guard_path, &guard, NULL) == 0)
		sweep(parent);
}

void dcb_scratch_deinit(struct dcb_scratch *scratch)
{
	if (scratch->path)
		DCB_FAULT("scratch-full");
	dcb_dir_removep(&scratch->path);
	scratch->path = NULL;
	DCB_FAULT("scratch-gone");
	cleanup_close(&scratch->lock_fd);
	scratch->lock_fd = -1;
}

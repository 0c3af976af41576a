// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/container-init.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "workloads/tree.h"

#define SPOOL "/volume/spool/file"

static int look_up(const char *path, bool there, struct dcb_error *err)
{
	struct stat status;

	if (stat(path, &status) == 0 ? there : errno == ENOENT && !there)
		return 0;
	return dcb_error_set(err, EINVAL, "%s is %s", path, there ? "not there" : "there");
}

static int read_image(const struct dcb_container_dose *dose, struct dcb_error *err)
{
	char path[64];
	int r = 0;

	for (int64_t i = 0; i < dose->dirs; i++) {
		for (int64_t j = 0; r == 0 && j < dose->files; j++) {
			snprintf(path, sizeof(path), "/image/dir%lld/file%lld", (long long)i,
				 (long long)j);
			r = look_up(path, true, err);
		}
		for (int64_t j = 0; r == 0 && j < dose->negative; j++) {
			snprintf(path, sizeof(path), "/image/dir%lld/none%lld", (long long)i,
				 (long long)j);
			r = look_up(path, false, err);
		}
	}
	return r;
}

static int write_upper(const struct dcb_container_dose *dose, struct dcb_error *err)
{
	const struct dcb_tree_shape work = {
		.depth = 1, .fanout = dose->dirs, .files = dose->files, .negative = dose->negative};
	const struct dcb_tree_shape temporary = {.files = dose->files};
	int r = dcb_tree_make("/work", &work, err);

	return r < 0 ? r : dcb_tree_make("/tmp", &temporary, err);
}

/* The descriptor stays open until the end. */
static int open_deleted(int64_t size, struct dcb_error *err)
{
	int fd;

	if (size == 0)
		return 0;
	fd = open(SPOOL, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return dcb_error_sys(err, errno, "%s", SPOOL);
	if (unlink(SPOOL) < 0)
		return dcb_error_sys(err, errno, "cannot unlink %s", SPOOL);
	if (fallocate(fd, 0, 0, size) < 0)
		return dcb_error_sys(err, errno, "cannot fill %s with %lld bytes", SPOOL,
				     (long long)size);
	return 0;
}

static int work(const struct dcb_container_dose *dose, struct dcb_error *err)
{
	int r = look_up("/proc/self/status", true, err);

	if (r == 0)
		r = read_image(dose, err);
	if (r == 0)
		r = write_upper(dose, err);
	return r < 0 ? r : open_deleted(dose->volume, err);
}

static void say(int fd, const char *text, size_t size)
{
	/* Nobody hears it: then nobody waits for this container either, and kills it. */
	if (write(fd, text, size) < 0)
		return;
}

void dcb_container_init_run(const struct dcb_container_dose *dose, int pipe_fd)
{
	struct dcb_error err = DCB_ERROR_NULL;

	say(pipe_fd, (char[]){DCB_CONTAINER_STARTED}, 1);
	if (work(dose, &err) < 0)
		say(pipe_fd, err.message, strlen(err.message));
	else
		say(pipe_fd, (char[]){DCB_CONTAINER_READY}, 1);
	close(pipe_fd);
	for (;;)
		pause();
}

int dcb_container_init_main(int argc, char **argv)
{
	struct dcb_container_dose dose;
	int64_t *const fields[] = {&dose.dirs, &dose.files, &dose.negative, &dose.volume};

	if (argc != 2 + (int)ARRAY_SIZE(fields))
		return 2;
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		char *end;

		*fields[i] = strtoll(argv[2 + i], &end, 10);
		if (*end != '\0' || *fields[i] < 0)
			return 2;
	}
	dcb_container_init_run(&dose, STDOUT_FILENO);
}

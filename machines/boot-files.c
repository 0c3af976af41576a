// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "machines/boot-private.h"

static int open_in(const struct dcb_boot_spec *spec, const char *name, int flags, int *ret_fd,
		   struct dcb_error *err)
{
	_cleanup_free_ char *path = dcb_format("%s/%s", spec->folder, name);
	_cleanup_close_ int fd = -1;
	int high;

	if (!path)
		return dcb_error_oom(err);
	fd = open(path, flags | O_CLOEXEC, 0600);
	if (fd < 0)
		return dcb_error_sys(err, errno, "%s", path);
	/* Never one of the standard streams, which the child gets anew. */
	high = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (high < 0)
		return dcb_error_sys(err, errno, "%s", path);
	*ret_fd = high;
	return 0;
}

int dcb_boot_files_open_job(struct dcb_boot_files *files, const struct dcb_boot_spec *spec,
			    struct dcb_error *err)
{
	_cleanup_free_ char *path = dcb_format("%s/job.json", spec->folder);
	const char *job = spec->job ? spec->job : "";
	int r;

	if (!path)
		return dcb_error_oom(err);
	r = dcb_file_write(path, job, strlen(job), 0600, err);
	if (r < 0)
		return r;
	return open_in(spec, "job.json", O_RDONLY, &files->job, err);
}

int dcb_boot_files_open(struct dcb_boot_files *files, const struct dcb_boot_spec *spec,
			struct dcb_error *err)
{
	const int create = O_CREAT | O_TRUNC | O_APPEND;
	int r;

	r = open_in(spec, "records", O_WRONLY | create, &files->records_out, err);
	if (r == 0)
		r = open_in(spec, "records", O_RDONLY, &files->records_in, err);
	if (r == 0)
		r = open_in(spec, "console", O_WRONLY | create, &files->console_out, err);
	if (r == 0)
		r = open_in(spec, "console", O_RDONLY, &files->console_in, err);
	if (r == 0)
		r = open_in(spec, "stderr", O_RDWR | create, &files->stderr_file, err);
	return r;
}

static void close_one(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void dcb_boot_files_close(struct dcb_boot_files *files)
{
	close_one(&files->records_in);
	close_one(&files->records_out);
	close_one(&files->console_in);
	close_one(&files->console_out);
	close_one(&files->stderr_file);
	close_one(&files->job);
}

int dcb_boot_file_read(int fd, size_t max, char **ret_data, size_t *ret_size, struct dcb_error *err)
{
	_cleanup_free_ char *data = NULL;
	struct stat st;
	size_t size, done = 0;

	if (fstat(fd, &st) < 0)
		return dcb_error_sys(err, errno, "a file of the boot");
	size = (size_t)st.st_size < max ? (size_t)st.st_size : max;
	data = malloc(size + 1);
	if (!data)
		return dcb_error_oom(err);
	while (done < size) {
		ssize_t n = pread(fd, data + done, size - done, (off_t)done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return dcb_error_sys(err, errno, "a file of the boot");
		if (n == 0)
			break;
		done += (size_t)n;
	}
	data[done] = '\0';
	*ret_data = TAKE_PTR(data);
	*ret_size = done;
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
#include "cli/output.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "cli/command.h"

const struct dcb_option dcb_target_options[] = {
	{"output", DCB_OPTION_STRING, offsetof(struct dcb_target_options, output),
	 .help = "file to write, all or nothing; - for standard output (also -o)"},
	{NULL},
};

bool dcb_target_is_stdout(const struct dcb_target_options *target)
{
	return !target->output || strcmp(target->output, "-") == 0;
}

/* Where it goes, with symbolic links followed, and how. */
struct place {
	char *path;
	mode_t mode;
	bool special; /* a device, a pipe: nothing can be put in its place */
};

static void place_deinit(struct place *place)
{
	free(place->path);
}

static int refuse(const char *path, int errnum, struct dcb_error *err)
{
	int r = dcb_error_sys(err, errnum, "%s", path);

	err->kind = DCB_ERROR_USAGE;
	return r;
}

static int find_place(const char *path, struct place *place, struct dcb_error *err)
{
	mode_t mask = umask(022);
	struct stat st;

	umask(mask);
	place->mode = 0666 & ~mask;
	if (stat(path, &st) < 0) {
		place->path = strdup(path);
		return place->path ? 0 : dcb_error_oom(err);
	}
	if (S_ISDIR(st.st_mode))
		return refuse(path, EISDIR, err);
	if (access(path, W_OK) < 0)
		return refuse(path, errno, err);
	place->mode = st.st_mode & 0777;
	place->special = !S_ISREG(st.st_mode);
	place->path = place->special ? strdup(path) : realpath(path, NULL);
	return place->path ? 0 : refuse(path, errno, err);
}

static int write_to(FILE *file, const char *name,
		    int (*write)(void *context, FILE *file, struct dcb_error *err), void *context,
		    struct dcb_error *err)
{
	int r;

	errno = 0;
	r = write(context, file, err);
	/* Who sees that nothing more can be written may stop early. */
	if (r < 0 && ferror(file))
		return dcb_error_sys(err, r, "%s", name);
	if (r < 0)
		return r;
	if (fflush(file) != 0 || ferror(file))
		return dcb_error_sys(err, errno ? errno : EIO, "%s", name);
	return 0;
}

static int write_special(const char *path,
			 int (*write)(void *context, FILE *file, struct dcb_error *err),
			 void *context, struct dcb_error *err)
{
	_cleanup_fclose_ FILE *file = fopen(path, "we");

	return file ? write_to(file, path, write, context, err) : refuse(path, errno, err);
}

int dcb_target_write(const struct dcb_target_options *target,
		     int (*write)(void *context, FILE *file, struct dcb_error *err), void *context,
		     struct dcb_error *err)
{
	_cleanup_(dcb_draft_deinit) struct dcb_draft draft = DCB_DRAFT_NULL;
	_cleanup_(place_deinit) struct place place = {0};
	_cleanup_fclose_ FILE *file = NULL;
	int r;

	if (dcb_target_is_stdout(target))
		return write_to(stdout, "standard output", write, context, err);
	r = find_place(target->output, &place, err);
	if (r < 0)
		return r;
	if (place.special)
		return write_special(place.path, write, context, err);
	if (dcb_draft_open(&draft, place.path, place.mode, err) < 0)
		return refuse(target->output, err->errnum, err);
	/* A descriptor of its own: closing the stream leaves the draft's open. */
	file = fdopen(fcntl(draft.fd, F_DUPFD_CLOEXEC, 3), "w");
	if (!file)
		return dcb_error_sys(err, errno, "%s", target->output);
	r = write_to(file, target->output, write, context, err);
	return r < 0 ? r : dcb_draft_commit(&draft, place.path, true, err);
}

int dcb_target_make(const struct dcb_target_options *target,
		    int (*make)(void *context, const char *path, struct dcb_error *err),
		    void *context, struct dcb_error *err)
{
	_cleanup_(dcb_draft_deinit) struct dcb_draft draft = DCB_DRAFT_NULL;
	_cleanup_(place_deinit) struct place place = {0};
	int r;

	r = find_place(target->output, &place, err);
	if (r < 0)
		return r;
	if (place.special)
		return dcb_error_usage(err, "%s is no file", target->output);
	if (dcb_draft_open(&draft, place.path, place.mode, err) < 0)
		return refuse(target->output, err->errnum, err);
	r = make(context, draft.path, err);
	if (r < 0)
		return dcb_error_wrap(err, "%s", target->output);
	return dcb_draft_commit(&draft, place.path, true, err);
}

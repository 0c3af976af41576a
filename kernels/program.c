// SPDX-License-Identifier: GPL-2.0-only
/* The cache: a folder a program with its files and program.json, which says where they belong. */
#include "kernels/program.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "kernels/apt.h"
#include "kernels/program-private.h"

#define LISTS_MAX_AGE_S (24 * 60 * 60)
#define MAX_JSON_BYTES  (1 << 20)

void dcb_program_free(struct dcb_program *program)
{
	if (!program)
		return;
	for (size_t i = 0; i < program->n; i++) {
		free(program->names[i]);
		free(program->sources[i]);
	}
	free(program->names);
	free(program->sources);
	free(program->package);
	free(program->version);
	free(program);
}

/* files: {guest path: file name in the folder}. */
static int take_files(struct dcb_program *program, const char *folder, json_t *files,
		      struct dcb_error *err)
{
	size_t n = json_object_size(files);
	const char *name;
	json_t *file;

	program->names = calloc(n + 1, sizeof(*program->names));
	program->sources = calloc(n + 1, sizeof(*program->sources));
	if (!program->names || !program->sources)
		return dcb_error_oom(err);
	json_object_foreach(files, name, file)
	{
		const char *text = json_string_value(file);
		size_t i = program->n++;

		if (!text || name[0] != '/' || strchr(text, '/'))
			return dcb_error_set(err, EBADMSG, "not as it was written");
		program->names[i] = strdup(name);
		program->sources[i] = dcb_format("%s/%s", folder, text);
		if (!program->names[i] || !program->sources[i])
			return dcb_error_oom(err);
		if (!dcb_file_exists(program->sources[i]))
			return dcb_error_set(err, EBADMSG, "%s is missing", text);
	}
	return 0;
}

static int load(const char *folder, const char *package, struct dcb_program **ret_program,
		struct dcb_error *err)
{
	_cleanup_(dcb_program_freep) struct dcb_program *program = calloc(1, sizeof(*program));
	_cleanup_free_ char *path = dcb_format("%s/%s", folder, DCB_PROGRAM_JSON);
	_cleanup_free_ char *text = NULL;
	json_auto_t *all = NULL;
	const char *version;
	json_t *files;
	size_t size;
	int r;

	if (!program || !path)
		return dcb_error_oom(err);
	r = dcb_file_read(path, MAX_JSON_BYTES, &text, &size, err);
	if (r == 0)
		r = dcb_json_parse(text, size, &all, err);
	if (r < 0)
		return r;
	if (json_unpack(all, "{s:s, s:o}", "version", &version, "files", &files) < 0)
		return dcb_error_set(err, EBADMSG, "not as it was written");
	program->package = strdup(package);
	program->version = strdup(version);
	if (!program->package || !program->version)
		return dcb_error_oom(err);
	r = take_files(program, folder, files, err);
	if (r < 0)
		return r;
	*ret_program = TAKE_PTR(program);
	return 0;
}

static int fetch(const char *package, enum dcb_arch arch, const struct dcb_program_options *options,
		 const char *folder, struct dcb_error *err)
{
	_cleanup_(dcb_apt_freep) struct dcb_apt *apt = NULL;
	_cleanup_free_ char *apt_folder = dcb_format("%s/apt", options->cache);
	int r;

	if (!apt_folder)
		return dcb_error_oom(err);
	if (options->offline)
		return dcb_error_set(err, ENETDOWN,
				     "it is not in the cache and the network is not to be used "
				     "(offline)");
	r = dcb_apt_new(apt_folder, arch, options->mirror, false, options->sink, &apt, err);
	/* 1: the lists are new, 0: they were. */
	if (r >= 0)
		r = dcb_apt_update(apt, LISTS_MAX_AGE_S, err);
	return r < 0 ? r : dcb_program_fetch(apt, package, arch, folder, err);
}

int dcb_program_get(const char *package, enum dcb_arch arch,
		    const struct dcb_program_options *options, struct dcb_program **ret_program,
		    struct dcb_error *err)
{
	_cleanup_free_ char *parent = dcb_format("%s/programs/%s", options->cache,
						 dcb_arch_name(arch));
	_cleanup_free_ char *folder = dcb_format("%s/programs/%s/%s", options->cache,
						 dcb_arch_name(arch), package);
	_cleanup_free_ char *lock_path = dcb_format("%s/programs/%s/lock", options->cache,
						    dcb_arch_name(arch));
	_cleanup_close_ int lock = -1;
	int r;

	if (!parent || !folder || !lock_path)
		return dcb_error_oom(err);
	r = dcb_dir_create(parent, 0755, err);
	if (r == 0)
		r = dcb_lock(lock_path, &lock, err);
	if (r < 0)
		return r;
	if (!dcb_file_exists(folder)) {
		r = fetch(package, arch, options, folder, err);
		if (r < 0)
			return dcb_error_wrap(err, "fetching %s for %s guests", package,
					      dcb_arch_name(arch));
	}
	r = load(folder, package, ret_program, err);
	return r < 0 ? dcb_error_wrap(err, "damaged %s (remove it and fetch it again)", folder) : 0;
}

// SPDX-License-Identifier: GPL-2.0-only

/* What a stored kernel answers when it is asked for modules. */

#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "kernels/kernel.h"

#define MAX_JSON_BYTES (1u << 20)

void dcb_kernel_modules_free(char **paths)
{
	for (char **path = paths; path && *path; path++)
		free(*path);
	free(paths);
}

static int read_description(const struct dcb_kernel *kernel, json_t **ret_all,
			    struct dcb_error *err)
{
	_cleanup_free_ char *path = dcb_format("%s/modules.json", kernel->folder);
	_cleanup_free_ char *text = NULL;
	size_t size;
	int r;

	if (!path)
		return dcb_error_oom(err);
	r = dcb_file_read(path, MAX_JSON_BYTES, &text, &size, err);
	if (r < 0)
		return r;
	r = dcb_json_parse(text, size, ret_all, err);
	return r < 0 ? dcb_error_wrap(err, "%s", path) : 0;
}

static bool is_same_module(const char *a, const char *b)
{
	for (; *a && *b; a++, b++) {
		if ((*a == '-' ? '_' : *a) != (*b == '-' ? '_' : *b))
			return false;
	}
	return *a == *b;
}

static json_t *find_module(json_t *all, const char *name)
{
	const char *key;
	json_t *entry;

	json_object_foreach(json_object_get(all, "modules"), key, entry)
	{
		if (is_same_module(key, name))
			return entry;
	}
	return NULL;
}

static int add_path(const struct dcb_kernel *kernel, const char *name, char ***paths, size_t *n)
{
	_cleanup_free_ char *path = dcb_format("%s/modules/%s", kernel->folder, name);
	char **more;

	if (!path)
		return -ENOMEM;
	for (size_t i = 0; i < *n; i++) {
		if (strcmp((*paths)[i], path) == 0)
			return 0;
	}
	more = reallocarray(*paths, *n + 2, sizeof(*more));
	if (!more)
		return -ENOMEM;
	more[(*n)++] = TAKE_PTR(path);
	more[*n] = NULL;
	*paths = more;
	return 0;
}

static int add_files(const struct dcb_kernel *kernel, const json_t *entry, char ***paths, size_t *n,
		     struct dcb_error *err)
{
	size_t i;
	json_t *file;

	json_array_foreach(json_object_get(entry, "files"), i, file)
	{
		const char *name = json_string_value(json_object_get(file, "name"));

		if (!name || strchr(name, '/'))
			return dcb_error_set(err, EBADMSG, "%s/modules.json: not as it was written",
					     kernel->folder);
		if (add_path(kernel, name, paths, n) < 0)
			return dcb_error_oom(err);
	}
	return 0;
}

/* The archive lacks the modules of some of Debian's kernels, and with them their configuration. The
 * cloud flavour has these two built in, from 6.12 to 7.3; before that image and modules were one
 * package. */
static bool is_known_built_in(const struct dcb_kernel *kernel, const json_t *all, const char *name)
{
	return json_object_size(json_object_get(all, "modules")) == 0 &&
	       strstr(kernel->release, "-cloud-") &&
	       (strcmp(name, "ext4") == 0 || strcmp(name, "fuse") == 0);
}

int dcb_kernel_modules(const struct dcb_kernel *kernel, const char *const *names, size_t n_names,
		       char ***ret_paths, struct dcb_error *err)
{
	_cleanup_(dcb_kernel_modules_freep) char **paths = calloc(1, sizeof(*paths));
	json_auto_t *all = NULL;
	size_t n = 0;
	int r;

	if (!paths)
		return dcb_error_oom(err);
	r = n_names > 0 ? read_description(kernel, &all, err) : 0;
	if (r < 0)
		return r;
	for (size_t i = 0; i < n_names; i++) {
		const json_t *entry = find_module(all, names[i]);

		if (!entry && is_known_built_in(kernel, all, names[i]))
			continue;
		if (!entry)
			return dcb_error_set(err, ENOENT, "kernel %s has no module %s: %s",
					     kernel->release, names[i],
					     json_string_value(json_object_get(all, "reason"))
						     ?: "unknown");
		r = add_files(kernel, entry, &paths, &n, err);
		if (r < 0)
			return r;
	}
	*ret_paths = TAKE_PTR(paths);
	return 0;
}

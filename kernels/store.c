// SPDX-License-Identifier: GPL-2.0-only
#include "kernels/store.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/json.h"

#define MAX_JSON_BYTES (1u << 20)
#define HEX            "0123456789abcdef"

int dcb_kernel_store_open(const char *folder, struct dcb_kernel_store **ret_store,
			  struct dcb_error *err)
{
	_cleanup_free_ struct dcb_kernel_store *store = calloc(1, sizeof(*store));

	if (!store)
		return dcb_error_oom(err);
	/* Absolute, as QEMU may run elsewhere; the folder need not be there yet. */
	if (*folder == '/') {
		store->folder = strdup(folder);
	} else {
		_cleanup_free_ char *here = getcwd(NULL, 0);

		if (!here)
			return dcb_error_sys(err, errno, "current folder");
		store->folder = dcb_format("%s/%s", here, folder);
	}
	if (!store->folder)
		return dcb_error_oom(err);
	*ret_store = TAKE_PTR(store);
	return 0;
}

void dcb_kernel_store_close(struct dcb_kernel_store *store)
{
	if (!store)
		return;
	free(store->folder);
	free(store);
}

static void sweep(struct dcb_kernel_store *store)
{
	_cleanup_(closedirp) DIR *dir = opendir(store->folder);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		_cleanup_free_ char *path = NULL;

		if (strncmp(entry->d_name, "tmp-", 4) != 0)
			continue;
		path = dcb_format("%s/%s", store->folder, entry->d_name);
		if (path)
			dcb_dir_remove(path, NULL);
	}
}

int dcb_store_lock(struct dcb_kernel_store *store, int *ret_fd, struct dcb_error *err)
{
	_cleanup_free_ char *path = dcb_format("%s/lock", store->folder);
	int r;

	if (!path)
		return dcb_error_oom(err);
	r = dcb_dir_create(store->folder, 0755, err);
	if (r < 0)
		return r;
	r = dcb_lock(path, ret_fd, err);
	if (r < 0)
		return r;
	sweep(store);
	return 0;
}

int dcb_store_temporary(struct dcb_kernel_store *store, char **ret_path, struct dcb_error *err)
{
	int r = dcb_dir_temporary(store->folder, "tmp-", ret_path, err);

	DCB_FAULT("kernel-folder-made");
	return r;
}

static int unpack_description(const json_t *all, struct dcb_kernel *kernel, struct dcb_error *err)
{
	const char *arch, *release, *image;
	json_t *origin;
	int has_config;

	if (json_unpack((json_t *)all, "{s:s, s:s, s:s, s:b, s:o}", "arch", &arch, "release",
			&release, "image", &image, "config", &has_config, "origin", &origin) < 0 ||
	    strchr(image, '/') || !json_is_object(origin) ||
	    dcb_arch_from_name(arch, &kernel->arch) < 0)
		return dcb_error_set(err, EBADMSG, "not as it was written");
	kernel->release = strdup(release);
	kernel->image = dcb_format("%s/%s", kernel->folder, image);
	kernel->config = has_config ? dcb_format("%s/config", kernel->folder) : NULL;
	kernel->origin = json_incref(origin);
	if (!kernel->release || !kernel->image || (has_config && !kernel->config))
		return dcb_error_oom(err);
	if (!dcb_file_exists(kernel->image) || (kernel->config && !dcb_file_exists(kernel->config)))
		return dcb_error_set(err, EBADMSG, "files are missing");
	return 0;
}

int dcb_store_load(struct dcb_kernel_store *store, const char *sha256,
		   struct dcb_kernel **ret_kernel, struct dcb_error *err)
{
	_cleanup_(dcb_kernel_freep) struct dcb_kernel *kernel = calloc(1, sizeof(*kernel));
	_cleanup_free_ char *path = dcb_format("%s/%s/kernel.json", store->folder, sha256);
	_cleanup_free_ char *text = NULL;
	json_auto_t *all = NULL;
	size_t size;
	int r;

	if (!kernel || !path)
		return dcb_error_oom(err);
	kernel->folder = dcb_format("%s/%s", store->folder, sha256);
	if (!kernel->folder)
		return dcb_error_oom(err);
	snprintf(kernel->sha256, sizeof(kernel->sha256), "%s", sha256);
	if (!dcb_file_exists(kernel->folder))
		return dcb_error_set(err, ENOENT, "no kernel %s in the store", sha256);
	r = dcb_file_read(path, MAX_JSON_BYTES, &text, &size, err);
	if (r == 0)
		r = dcb_json_parse(text, size, &all, err);
	if (r == 0)
		r = unpack_description(all, kernel, err);
	if (r < 0) {
		dcb_error_wrap(err, "damaged kernel %s (remove it and fetch it again)",
			       kernel->folder);
		return r == -ENOENT ? -EBADMSG : r;
	}
	*ret_kernel = TAKE_PTR(kernel);
	return 0;
}

static int rank_of(const json_t *origin)
{
	static const char *const kinds[] = {"file", "tree", "debian"};
	const char *kind = json_string_value(json_object_get(origin, "kind"));

	for (int i = 0; kind && i < (int)ARRAY_SIZE(kinds); i++) {
		if (strcmp(kind, kinds[i]) == 0)
			return i;
	}
	return -1;
}

static bool is_same_text(const char *folder_a, const char *folder_b, const char *name)
{
	_cleanup_free_ char *path_a = dcb_format("%s/%s", folder_a, name);
	_cleanup_free_ char *path_b = dcb_format("%s/%s", folder_b, name);
	_cleanup_free_ char *a = NULL, *b = NULL;

	return path_a && path_b && dcb_file_read(path_a, MAX_JSON_BYTES, &a, NULL, NULL) == 0 &&
	       dcb_file_read(path_b, MAX_JSON_BYTES, &b, NULL, NULL) == 0 && strcmp(a, b) == 0;
}

/* A damaged entry gives way to anything. */
static bool stays(struct dcb_kernel_store *store, const char *folder, const char *sha256)
{
	_cleanup_(dcb_kernel_freep) struct dcb_kernel *old = NULL;
	_cleanup_free_ char *path = dcb_format("%s/kernel.json", folder);
	_cleanup_free_ char *text = NULL;
	json_auto_t *all = NULL;
	int old_rank, new_rank;
	size_t size;

	if (dcb_store_load(store, sha256, &old, NULL) < 0)
		return false;
	if (!path || dcb_file_read(path, MAX_JSON_BYTES, &text, &size, NULL) < 0 ||
	    dcb_json_parse(text, size, &all, NULL) < 0)
		return true;
	old_rank = rank_of(old->origin);
	new_rank = rank_of(json_object_get(all, "origin"));
	if (new_rank != old_rank)
		return new_rank < old_rank;
	return is_same_text(old->folder, folder, "kernel.json") &&
	       is_same_text(old->folder, folder, "modules.json");
}

int dcb_store_commit(struct dcb_kernel_store *store, const char *folder, const char *sha256,
		     struct dcb_error *err)
{
	_cleanup_free_ char *target = dcb_format("%s/%s", store->folder, sha256);

	if (!target)
		return dcb_error_oom(err);
	if (chmod(folder, 0755) < 0)
		return dcb_error_sys(err, errno, "%s", folder);
	DCB_FAULT("kernel-complete");
	if (!dcb_file_exists(target)) {
		if (rename(folder, target) < 0)
			return dcb_error_sys(err, errno, "%s", target);
		DCB_FAULT("kernel-stored");
		return 0;
	}
	if (stays(store, folder, sha256))
		return 0;
	/* What is there now goes away with the temporary folder. */
	if (renameat2(AT_FDCWD, folder, AT_FDCWD, target, RENAME_EXCHANGE) < 0)
		return dcb_error_sys(err, errno, "%s", target);
	return 0;
}

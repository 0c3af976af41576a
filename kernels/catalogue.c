// SPDX-License-Identifier: GPL-2.0-only

/* What is in the store: find, list, remove. */

#include <dirent.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "kernels/kernel.h"
#include "kernels/store.h"
#include "kernels/version.h"

#define HEX        "0123456789abcdef"
#define MIN_DIGITS 6

struct catalogue {
	struct dcb_kernel **kernels;
	size_t n;
};

static void catalogue_deinit(struct catalogue *catalogue)
{
	for (size_t i = 0; i < catalogue->n; i++)
		dcb_kernel_free(catalogue->kernels[i]);
	free(catalogue->kernels);
}

static bool is_entry(const char *name)
{
	return strlen(name) == DCB_SHA256_HEX - 1 && strspn(name, HEX) == DCB_SHA256_HEX - 1;
}

/* The only entry that begins so. */
static int find_id(struct dcb_kernel_store *store, const char *id, char ret_sha256[DCB_SHA256_HEX],
		   struct dcb_error *err)
{
	_cleanup_(closedirp) DIR *dir = NULL;
	char found[DCB_SHA256_HEX] = "";
	struct dirent *entry;
	size_t n = strlen(id);

	if (n < MIN_DIGITS || n >= DCB_SHA256_HEX || strspn(id, HEX) != n)
		return dcb_error_usage(err,
				       "%.80s: not the id of a kernel (%d or more digits of its "
				       "sha256; see kernels list)",
				       id, MIN_DIGITS);
	dir = opendir(store->folder);
	while (dir && (entry = readdir(dir))) {
		if (!is_entry(entry->d_name) || strncmp(entry->d_name, id, n) != 0)
			continue;
		if (*found)
			return dcb_error_usage(err,
					       "%s: more than one kernel begins so; give more "
					       "digits",
					       id);
		memcpy(found, entry->d_name, DCB_SHA256_HEX);
	}
	if (!*found)
		return dcb_error_set(err, ENOENT, "no kernel %s in the store", id);
	memcpy(ret_sha256, found, DCB_SHA256_HEX);
	return 0;
}

int dcb_kernel_find(struct dcb_kernel_store *store, const char *id, struct dcb_kernel **ret_kernel,
		    struct dcb_error *err)
{
	char sha256[DCB_SHA256_HEX];
	int r;

	r = find_id(store, id, sha256, err);
	if (r < 0)
		return r;
	return dcb_store_load(store, sha256, ret_kernel, err);
}

static int add(struct catalogue *catalogue, struct dcb_kernel *kernel)
{
	struct dcb_kernel **more = reallocarray(catalogue->kernels, catalogue->n + 1,
						sizeof(struct dcb_kernel *));

	if (!more) {
		dcb_kernel_free(kernel);
		return -ENOMEM;
	}
	more[catalogue->n++] = kernel;
	catalogue->kernels = more;
	return 0;
}

static int read_all(struct dcb_kernel_store *store, struct catalogue *catalogue,
		    struct dcb_error *err)
{
	_cleanup_(closedirp) DIR *dir = opendir(store->folder);
	struct dirent *entry;
	int r;

	if (!dir && errno != ENOENT)
		return dcb_error_sys(err, errno, "%s", store->folder);
	while (dir && (entry = readdir(dir))) {
		struct dcb_kernel *kernel;

		if (!is_entry(entry->d_name))
			continue;
		r = dcb_store_load(store, entry->d_name, &kernel, err);
		if (r == -ENOENT) /* removed just now */
			continue;
		if (r < 0)
			return r;
		if (add(catalogue, kernel) < 0)
			return dcb_error_oom(err);
	}
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct dcb_kernel *first = *(struct dcb_kernel *const *)a;
	const struct dcb_kernel *second = *(struct dcb_kernel *const *)b;
	int order = dcb_version_compare(first->release, second->release);

	if (order == 0)
		order = (int)first->arch - (int)second->arch;
	return order ? order : strcmp(first->sha256, second->sha256);
}

int dcb_kernel_each(struct dcb_kernel_store *store,
		    int (*each)(void *context, const struct dcb_kernel *kernel), void *context,
		    struct dcb_error *err)
{
	_cleanup_(catalogue_deinit) struct catalogue catalogue = {0};
	int r;

	r = read_all(store, &catalogue, err);
	if (r < 0)
		return r;
	if (catalogue.n > 1)
		qsort(catalogue.kernels, catalogue.n, sizeof(struct dcb_kernel *), compare);
	for (size_t i = 0; i < catalogue.n; i++) {
		r = each(context, catalogue.kernels[i]);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Renamed first: a half-removed entry would look like a damaged one. */
int dcb_kernel_remove(struct dcb_kernel_store *store, const char *id, struct dcb_error *err)
{
	_cleanup_(dcb_dir_removep) char *grave = NULL;
	_cleanup_free_ char *path = NULL, *target = NULL;
	_cleanup_close_ int held = -1;
	char sha256[DCB_SHA256_HEX];
	int r;

	r = find_id(store, id, sha256, err);
	if (r < 0)
		return r;
	r = dcb_store_lock(store, &held, err);
	if (r < 0)
		return r;
	r = dcb_store_temporary(store, &grave, err);
	if (r < 0)
		return r;
	path = dcb_format("%s/%s", store->folder, sha256);
	target = dcb_format("%s/%s", grave, sha256);
	if (!path || !target)
		return dcb_error_oom(err);
	dcb_store_index_drop(store, sha256);
	if (rename(path, target) < 0)
		return dcb_error_sys(err, errno, "%s", path);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only

/* Which kernel a debian: spec meant, so that the same spec needs no network again. */

#include <dirent.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "kernels/store.h"

static const enum dcb_arch arches[] = {DCB_ARCH_X86_64, DCB_ARCH_ARM64};

static char *index_folder(struct dcb_kernel_store *store, enum dcb_arch arch)
{
	return dcb_format("%s/specs/%s", store->folder, dcb_arch_name(arch));
}

static int read_sha256(const char *path, char ret_sha256[DCB_SHA256_HEX])
{
	_cleanup_free_ char *text = NULL;
	int r = dcb_file_read(path, DCB_SHA256_HEX, &text, NULL, NULL);

	if (r < 0)
		return r;
	text[strcspn(text, "\n")] = '\0';
	if (strlen(text) != DCB_SHA256_HEX - 1 || strspn(text, "0123456789abcdef") != strlen(text))
		return -EBADMSG;
	memcpy(ret_sha256, text, DCB_SHA256_HEX);
	return 0;
}

int dcb_store_index_get(struct dcb_kernel_store *store, enum dcb_arch arch, const char *version,
			struct dcb_kernel **ret_kernel)
{
	_cleanup_(dcb_kernel_freep) struct dcb_kernel *kernel = NULL;
	_cleanup_free_ char *folder = index_folder(store, arch);
	_cleanup_free_ char *path = folder ? dcb_format("%s/%s", folder, version) : NULL;
	char sha256[DCB_SHA256_HEX];

	if (!path || read_sha256(path, sha256) < 0 ||
	    dcb_store_load(store, sha256, &kernel, NULL) < 0 || kernel->arch != arch)
		return -ENOENT;
	*ret_kernel = TAKE_PTR(kernel);
	return 0;
}

int dcb_store_index_set(struct dcb_kernel_store *store, enum dcb_arch arch, const char *version,
			const char *sha256, struct dcb_error *err)
{
	_cleanup_free_ char *folder = index_folder(store, arch);
	_cleanup_free_ char *path = folder ? dcb_format("%s/%s", folder, version) : NULL;
	_cleanup_free_ char *line = dcb_format("%s\n", sha256);
	int r;

	if (!path || !line)
		return dcb_error_oom(err);
	r = dcb_dir_create(folder, 0755, err);
	if (r < 0)
		return r;
	return dcb_file_write(path, line, strlen(line), 0644, err);
}

static void drop_in(const char *folder, const char *sha256)
{
	_cleanup_(closedirp) DIR *dir = opendir(folder);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		_cleanup_free_ char *path = dcb_format("%s/%s", folder, entry->d_name);
		char meant[DCB_SHA256_HEX];

		if (path && read_sha256(path, meant) == 0 && strcmp(meant, sha256) == 0)
			unlink(path);
	}
}

void dcb_store_index_drop(struct dcb_kernel_store *store, const char *sha256)
{
	for (size_t i = 0; i < ARRAY_SIZE(arches); i++) {
		_cleanup_free_ char *folder = index_folder(store, arches[i]);

		if (folder)
			drop_in(folder, sha256);
	}
}

/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * The image store:
 *
 * <folder>/<sha256>/kernel.json   what it is; written with the rest, never changed
 *                   image         as it was found
 *                   image.elf, image.raw   what is booted instead, where that is faster
 *                   config        where it is known
 *                   modules.json and the files in modules/
 *
 * <folder>/specs/<arch>/<version>   the sha256 that a debian: spec meant when last looked up
 *
 * <folder>/lock   held by whoever adds or removes
 *
 * <folder>/tmp-...   an entry being made; left by a killed process until the next one
 */

#include "kernels/kernel.h"

struct dcb_kernel_store {
	char *folder;
};

/* Makes the folder and sweeps what killed processes left. */
int dcb_store_lock(struct dcb_kernel_store *store, int *ret_fd, struct dcb_error *err);
/* A temporary folder, on the same file system as the entries. Call under the lock. */
int dcb_store_temporary(struct dcb_kernel_store *store, char **ret_path, struct dcb_error *err);
/* -ENOENT where there is no such entry. */
int dcb_store_load(struct dcb_kernel_store *store, const char *sha256,
		   struct dcb_kernel **ret_kernel, struct dcb_error *err);
/* Makes a finished folder the entry of that sha256, at once. An entry that is there already is
 * exchanged for it where the new one knows more (file < tree < debian) or as much and something
 * else; else it stays. Call under the lock. */
int dcb_store_commit(struct dcb_kernel_store *store, const char *folder, const char *sha256,
		     struct dcb_error *err);

/* -ENOENT without a message where the spec is unknown or its kernel was removed. */
int dcb_store_index_get(struct dcb_kernel_store *store, enum dcb_arch arch, const char *version,
			struct dcb_kernel **ret_kernel);
int dcb_store_index_set(struct dcb_kernel_store *store, enum dcb_arch arch, const char *version,
			const char *sha256, struct dcb_error *err);
/* Forgets all specs that mean this kernel. */
void dcb_store_index_drop(struct dcb_kernel_store *store, const char *sha256);

/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * The guest's root file system, written by libarchive (newc): a base with the agent, made once and
 * cached by the agent's digest, and a second archive with modules and job.json. The kernel unpacks
 * concatenated archives in order.
 */

#include <stddef.h>

struct dcb_error;

struct dcb_initramfs_file {
	const char *name;   /* "/modules/00-overlay.ko" */
	const char *source; /* path on the host, or NULL */
	const void *data;   /* where source is NULL */
	size_t size;
	unsigned mode;
};

/* *ret_path (malloc'd): <cache>/initramfs/<digest of the agent>.cpio, made if it is missing. */
int dcb_initramfs_base(const char *cache, const char *agent, char **ret_path,
		       struct dcb_error *err);
/* Writes base and files to `path`. The same input gives the same bytes. */
int dcb_initramfs_write(const char *path, const char *base, const struct dcb_initramfs_file *files,
			size_t n_files, struct dcb_error *err);

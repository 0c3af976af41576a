/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * What to boot. A kernel is known by the sha256 of its image; the store keeps the image, its
 * config, its provenance and the modules that workloads may ask for, and works offline once filled.
 *
 * Specs: debian:6.12 (newest cloud image of the series over all suites), debian:6.18.15,
 * debian:latest, file:PATH or a plain path (bzImage, Image, vmlinuz; for the null machine a
 * program), tree:PATH (a built kernel tree).
 */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arch.h"
#include "base/cleanup.h"
#include "base/file.h"

struct dcb_error;
struct dcb_sink;

struct dcb_kernel {
	char sha256[DCB_SHA256_HEX]; /* of the image as it was found */
	enum dcb_arch arch;
	char *release;  /* "6.12.117+deb13-cloud-arm64" */
	char *image;    /* path of what QEMU boots: uncompressed where that boots faster */
	char *config;   /* path, or NULL where it is not known */
	char *folder;   /* its folder in the store */
	json_t *origin; /* provenance: {"kind": "debian", "package", "version", "suite",
			   "deb_sha256"...} */
};

void dcb_kernel_free(struct dcb_kernel *kernel);
DEFINE_CLEANUP(struct dcb_kernel *, dcb_kernel_free)

struct dcb_kernel_store;
/* folder: usually <cache>/kernels; created when needed. */
int dcb_kernel_store_open(const char *folder, struct dcb_kernel_store **ret_store,
			  struct dcb_error *err);
void dcb_kernel_store_close(struct dcb_kernel_store *store);
DEFINE_CLEANUP(struct dcb_kernel_store *, dcb_kernel_store_close)

struct dcb_kernel_options {
	const char *mirror;     /* instead of the one that the host's apt uses; NULL: that one */
	bool refresh;           /* look again for what a moving spec means */
	bool offline;           /* never touch the network */
	const char *apt_folder; /* NULL: "apt" beside the store's folder */
	const struct dcb_sink *sink;
};

/* The kernel that a spec means, fetched and stored if it is not there yet. A malformed or unknown
 * spec is a usage error that names the nearest versions; an image of another architecture likewise.
 */
int dcb_kernel_get(struct dcb_kernel_store *store, const char *spec, enum dcb_arch arch,
		   const struct dcb_kernel_options *options, struct dcb_kernel **ret_kernel,
		   struct dcb_error *err);
/* By the sha256 or an unambiguous beginning of it (at least 6 digits). -ENOENT if not stored. */
int dcb_kernel_find(struct dcb_kernel_store *store, const char *id, struct dcb_kernel **ret_kernel,
		    struct dcb_error *err);
/* Calls back for each stored kernel, newest release last; a negative result stops. */
int dcb_kernel_each(struct dcb_kernel_store *store,
		    int (*each)(void *context, const struct dcb_kernel *kernel), void *context,
		    struct dcb_error *err);
int dcb_kernel_remove(struct dcb_kernel_store *store, const char *id, struct dcb_error *err);
json_t *dcb_kernel_to_json(const struct dcb_kernel *kernel);

/* Files (uncompressed .ko) to load for these modules, in load order, each once; built-in ones need
 * none. -ENOENT with the reason where the kernel has neither. *ret_paths is a NULL-terminated
 * malloc'd list of malloc'd paths: dcb_kernel_modules_free(). */
int dcb_kernel_modules(const struct dcb_kernel *kernel, const char *const *names, size_t n_names,
		       char ***ret_paths, struct dcb_error *err);
void dcb_kernel_modules_free(char **paths);
DEFINE_CLEANUP(char **, dcb_kernel_modules_free)

/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* Making an entry of the store out of what was found. */

#include <jansson.h>

#include "kernels/store.h"

struct dcb_entry_parts {
	const char *image;  /* path of the image */
	enum dcb_arch arch; /* that it must be for */
	const char *config; /* path, or NULL: what the image has built in */
	const char
		*modules_root; /* folder with lib/modules/<release> to be written into, or NULL */
	const char *modules_reason; /* why there are none */
	json_t *origin;             /* borrowed */
};

/* Reads the image, keeps what is worth keeping, and commits it. Call under the store's lock. */
int dcb_entry_make(struct dcb_kernel_store *store, const struct dcb_entry_parts *parts,
		   struct dcb_kernel **ret_kernel, struct dcb_error *err);

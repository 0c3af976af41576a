/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* Kernels of this machine's own file system. Read anew each time: what is there may have changed.
 */

#include "kernels/store.h"

/* A configuration that lies beside it as distributions call it (config-X beside vmlinuz-X) is
 * taken. */
int dcb_local_file(struct dcb_kernel_store *store, const char *path, enum dcb_arch arch,
		   struct dcb_kernel **ret_kernel, struct dcb_error *err);
/* A built kernel tree: its image, .config, and the modules that its modules.order names. */
int dcb_local_tree(struct dcb_kernel_store *store, const char *path, enum dcb_arch arch,
		   struct dcb_kernel **ret_kernel, struct dcb_error *err);

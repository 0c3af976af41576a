/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * The modules that workloads may ask for. Taken once, with what they depend on, when a kernel comes
 * into the store; what is kept is a description, modules.json:
 *
 * {"modules": {"xfs": {"files": [{"name": "libcrc32c.ko", "sha256": "..."}, ...]},
 *              "ext4": {"builtin": true}},
 *  "reason": "why others are not here"}
 */

#include <jansson.h>

struct dcb_error;

/* root: a folder with lib/modules/<release> below it, for depmod (which writes into it); NULL:
 * there are none, for the given reason. config: text of the kernel's configuration, or NULL. Files
 * land in `into`, uncompressed. */
int dcb_modules_collect(const char *root, const char *release, const char *reason,
			const char *config, const char *into, json_t **ret_modules,
			struct dcb_error *err);

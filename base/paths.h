/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* Where things lie. All results are malloc'd absolute paths of folders that need not exist yet. */

#include "base/arch.h"

struct dcb_error;

/* Results: DCBENCH_STATE, else /var/lib/dcbench for root, else $XDG_STATE_HOME/dcbench, else
 * ~/.local/state/dcbench. */
int dcb_path_state(char **ret_path, struct dcb_error *err);
/* The database there: dcbench.db. */
int dcb_path_database(char **ret_path, struct dcb_error *err);
/* What can be fetched or built again: DCBENCH_CACHE, else $XDG_CACHE_HOME/dcbench, else
 * ~/.cache/dcbench. */
int dcb_path_cache(char **ret_path, struct dcb_error *err);
/* The guest agent of an architecture: in DCBENCH_LIBEXEC, else ../libexec/dcbench beside the
 * running program. -ENOENT with a message where it is not built. */
int dcb_path_agent(enum dcb_arch arch, char **ret_path, struct dcb_error *err);

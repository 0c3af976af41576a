/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* Who is running a run: "<boot id>/<pid>/<start time>", which no later process can share. */

#include "schema/store.h"

struct dcb_error;

int dcb_owner_self(char **ret_owner, struct dcb_error *err);
bool dcb_owner_lives(const char *owner);
/* RUNNING becomes INTERRUPTED where its owner is gone (kill -9, power cut). */
enum dcb_run_state dcb_run_effective_state(const struct dcb_store_run *run);

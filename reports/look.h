/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* The statistics behind a run until settled: the engine asks, the reports know. */

#include <stdint.h>

#include "lab/run.h"

struct dcb_error;
struct dcb_store;

/* For dcb_run_options.judge; needs no context. */
int dcb_look_judge(void *context, struct dcb_store *store, int64_t run_id,
		   struct dcb_run_look *ret_look, struct dcb_error *err);

/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* What commands that boot give to the engine: folders, progress, and an end by signal. */

#include "lab/run.h"

struct dcb_error;

struct dcb_engine_folders {
	char *state, *cache;
};

/* Fills folders, which must outlive the run, and options; from here on SIGINT, SIGTERM and SIGHUP
 * end a run as interrupted. */
int dcb_engine_options(struct dcb_engine_folders *folders, struct dcb_run_options *options,
		       struct dcb_error *err);
void dcb_engine_folders_deinit(struct dcb_engine_folders *folders);
/* Says how to go on where a stored run ended early; passes r on. */
int dcb_engine_tell_resume(int r, int64_t run_id, struct dcb_error *err);

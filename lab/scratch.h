/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* The private folder of one running lab, locked while it lives, so that a later one can sweep up
 * after a kill -9. */

struct dcb_error;

struct dcb_scratch {
	char *path;
	int lock_fd;
};

#define DCB_SCRATCH_NULL                                                                           \
	{                                                                                          \
		.lock_fd = -1                                                                      \
	}

/* A new folder below <state>/boots/; removes those whose lab is gone. */
int dcb_scratch_init(struct dcb_scratch *scratch, const char *state, struct dcb_error *err);
/* Removes those whose lab is gone, as far as that goes. */
void dcb_scratch_sweep(const char *state);
void dcb_scratch_deinit(struct dcb_scratch *scratch);

/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* Where a command's result goes: standard output, or a file that is written all or nothing. */

#include <stdbool.h>
#include <stdio.h>

#include "base/option.h"

struct dcb_error;

/* --output FILE, or -o FILE. */
struct dcb_target_options {
	char *output;
};
extern const struct dcb_option dcb_target_options[];

bool dcb_target_is_stdout(const struct dcb_target_options *target);
/* Calls `write` once and sees to it that every byte arrives. A file keeps what it held until all is
 * written; a device or a pipe is written as it comes. What cannot be opened is a usage error. */
int dcb_target_write(const struct dcb_target_options *target,
		     int (*write)(void *context, FILE *file, struct dcb_error *err), void *context,
		     struct dcb_error *err);
/* The same for what is made by its path: `make` is given an empty file beside the target. */
int dcb_target_make(const struct dcb_target_options *target,
		    int (*make)(void *context, const char *path, struct dcb_error *err),
		    void *context, struct dcb_error *err);

/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* Debian's programs that the workloads of a plan need in the guest. */

#include <jansson.h>
#include <stddef.h>

#include "kernels/program.h"
#include "lab/plan.h"
#include "lab/run.h"
#include "machines/initramfs.h"

struct dcb_error;

struct dcb_programs {
	struct dcb_program **items;
	size_t n;
	size_t n_files; /* of all of them */
};

/* Each once; nothing for a plan without guests. What cannot be had is an error with the reason. */
int dcb_programs_get(const struct dcb_plan *plan, const struct dcb_run_options *options,
		     struct dcb_programs *ret_programs, struct dcb_error *err);
void dcb_programs_deinit(struct dcb_programs *programs);
/* Fills n_files rows and returns how many that were: a library that several need stands once. The
 * strings stay the programs'. */
size_t dcb_programs_files(const struct dcb_programs *programs, struct dcb_initramfs_file *files);
/* {"crun": "1.21-1"}, for the fingerprint; null without programs. */
json_t *dcb_programs_versions(const struct dcb_programs *programs);

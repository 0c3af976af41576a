/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* Everything that boots need and that is made once a run: kernels and their initramfs. */

#include "kernels/kernel.h"
#include "lab/images.h"
#include "lab/plan.h"
#include "lab/programs.h"
#include "lab/run.h"

struct dcb_error;

struct dcb_prepared_modules {
	char **paths; /* on the host, in load order */
	size_t n;
};

struct dcb_prepared {
	struct dcb_kernel **kernels;          /* one a kernel of the plan */
	char **initramfs;                     /* likewise; NULL entries for the null machine */
	bool *disks;                          /* likewise: does the guest get a disk */
	struct dcb_prepared_modules *modules; /* likewise: those in the initramfs */
	struct dcb_programs programs;         /* what every initramfs holds of Debian */
	struct dcb_images images;             /* and its empty file systems */
	char **jobs;                          /* job.json without modules, for the null machine */
	char agent_sha256[DCB_SHA256_HEX];    /* empty for the null machine */
	size_t n;
};

#define DCB_PREPARED_NULL                                                                          \
	{                                                                                          \
		0                                                                                  \
	}

/* sha256s: of the kernels of an earlier start, one each, or NULL to resolve the specs. Files lie in
 * `folder`, which must outlive the boots. */
int dcb_prepare(const struct dcb_plan *plan, const struct dcb_run_options *options,
		const char *const *sha256s, const char *folder, struct dcb_prepared *ret_prepared,
		struct dcb_error *err);
void dcb_prepared_deinit(struct dcb_prepared *prepared);

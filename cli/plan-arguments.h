/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* A plan as a command line gives it: a plan file, or workloads; kernels and options beside it. */

#include "cli/command.h"
#include "lab/plan.h"

struct dcb_plan_arguments {
	struct dcb_plan plan;
	char **kernels; /* "NAME=SPEC" of --kernel */
};

extern const struct dcb_option dcb_plan_kernel_options[];

int dcb_plan_arguments_init(struct dcb_plan_arguments *arguments, struct dcb_error *err);
void dcb_plan_arguments_deinit(struct dcb_plan_arguments *arguments);
/* Reads argv into the plan, which is settled then, and into the command's own sets (which it has
 * initialised). The words are the plan's. */
int dcb_plan_arguments_load(struct dcb_plan_arguments *arguments, int argc, char **argv,
			    const struct dcb_arguments_set *sets, size_t n_sets,
			    struct dcb_error *err);

#define DCB_PLAN_ARGUMENTS "PLAN | WORKLOAD[:KEY=VALUE,...]... | suite:NAME..."
#define DCB_PLAN_DETAILS                                                                           \
	"PLAN is an INI file: [plan] with the options below as keys, [kernel NAME] with "          \
	"spec,\n[workload NAME] with the workload's keys. Options given here override it.\n"

/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* The slow-downs that a plan plants (workloads/plant.h). */

#include "lab/plan.h"

struct dcb_error;

/* "2%"; a usage error that says `where`. */
int dcb_plan_plant_set(struct dcb_plan_kernel *kernel, const char *share, const char *where,
		       struct dcb_error *err);
/* Gives plan->plants to the kernels that they name. */
int dcb_plan_plant_settle(struct dcb_plan *plan, struct dcb_error *err);
/* Refuses a share that the workload cannot plant, or of which nothing would come. */
int dcb_plan_plant_check(const struct dcb_plan *plan, const struct dcb_plan_workload *workload,
			 struct dcb_error *err);

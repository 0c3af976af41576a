// SPDX-License-Identifier: GPL-2.0-only
#include "lab/plan-plant.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "workloads/plant.h"

int dcb_plan_plant_set(struct dcb_plan_kernel *kernel, const char *share, const char *where,
		       struct dcb_error *err)
{
	if (dcb_plant_parse(share, &kernel->plant_ppm) == 0)
		return 0;
	return dcb_error_usage(err, "%s: plant \"%.40s\": give a share from 0.1%% to 100%%", where,
			       share);
}

static struct dcb_plan_kernel *find_kernel(struct dcb_plan *plan, const char *name, size_t size)
{
	for (size_t i = 0; i < plan->n_kernels; i++)
		if (strlen(plan->kernels[i].name) == size &&
		    strncmp(plan->kernels[i].name, name, size) == 0)
			return &plan->kernels[i];
	return NULL;
}

int dcb_plan_plant_settle(struct dcb_plan *plan, struct dcb_error *err)
{
	for (char **plant = plan->plants; plant && *plant; plant++) {
		size_t size = strcspn(*plant, "=");
		struct dcb_plan_kernel *kernel = find_kernel(plan, *plant, size);
		int r;

		if (!(*plant)[size])
			return dcb_error_usage(
				err, "plant %.60s: give NAME=SHARE, for example fixed=2%%", *plant);
		if (!kernel)
			return dcb_error_usage(err, "plant %.60s: no kernel has that name", *plant);
		r = dcb_plan_plant_set(kernel, *plant + size + 1, *plant, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int cannot_plant(const struct dcb_plan_kernel *kernel, const struct dcb_workload_ops *ops,
			struct dcb_error *err)
{
	_cleanup_free_ char *names = strdup("");

	for (size_t i = 0; names && i < dcb_n_workloads; i++) {
		char *longer;

		if (!dcb_workloads[i]->operations)
			continue;
		longer = dcb_format("%s%s%s", names, *names ? ", " : "", dcb_workloads[i]->name);
		free(names);
		names = longer;
	}
	if (!names)
		return dcb_error_oom(err);
	return dcb_error_usage(err, "plant %s: nothing can be planted in %s, only in %s",
			       kernel->name, ops->name, names);
}

/* A slow-down that cannot be there would be looked for in vain. */
static int check_plant(const struct dcb_plan_kernel *kernel,
		       const struct dcb_plan_workload *workload, struct dcb_error *err)
{
	const struct dcb_workload_ops *ops = workload->ops;
	int64_t n;

	if (!kernel->plant_ppm)
		return 0;
	if (!ops->operations)
		return cannot_plant(kernel, ops, err);
	n = ops->operations(workload->params);
	if (dcb_plant_extra(kernel->plant_ppm, n) > 0)
		return 0;
	return dcb_error_usage(err,
			       "plant %s: that share of the %lld operations of %s is none: give a "
			       "larger share or dose",
			       kernel->name, (long long)n, ops->name);
}

int dcb_plan_plant_check(const struct dcb_plan *plan, const struct dcb_plan_workload *workload,
			 struct dcb_error *err)
{
	for (size_t i = 0; i < plan->n_kernels; i++) {
		int r = check_plant(&plan->kernels[i], workload, err);

		if (r < 0)
			return r;
	}
	return 0;
}

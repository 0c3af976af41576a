// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "collectors/collector.h"
#include "workloads/ops.h"

/* One a line, so that two that are added meet no conflict. */
/* clang-format off */
const struct dcb_workload_ops *const dcb_workloads[] = {
	&dcb_workload_collateral,
	&dcb_workload_container_churn,
	&dcb_workload_container_teardown,
	&dcb_workload_dcache_shrink,
	&dcb_workload_dying_dentry,
	&dcb_workload_fuse_inval,
	&dcb_workload_inversion,
	&dcb_workload_lookup_control,
	&dcb_workload_massive_unmount,
	&dcb_workload_negative_flood,
	&dcb_workload_overlay_upper,
	&dcb_workload_proc_exit,
	&dcb_workload_shrink_list,
	&dcb_workload_subvolume_delete,
	&dcb_workload_tree_rm,
	&dcb_workload_null,
};
/* clang-format on */

const size_t dcb_n_workloads = ARRAY_SIZE(dcb_workloads);

static int workload_check_defaults(const struct dcb_workload_ops *ops, struct dcb_error *err)
{
	void *params;
	int r = dcb_workload_params_new(ops, "", ops->name, &params, err);

	if (r < 0)
		return r;
	r = ops->check ? ops->check(params, 1, UINT64_C(1) << 30, err) : 0;
	dcb_workload_params_free(ops, params);
	return r;
}

int dcb_workloads_check(struct dcb_error *err)
{
	for (size_t i = 0; i < dcb_n_workloads; i++) {
		const struct dcb_workload_ops *ops = dcb_workloads[i];
		int r;

		if (!ops->name || !ops->summary || !ops->description || !ops->options ||
		    ops->params_size == 0 || !ops->roles || !ops->metrics || !ops->symptoms ||
		    !ops->run)
			return dcb_error_set(err, EINVAL, "workload %zu lacks a member", i);
		for (size_t j = 0; j < i; j++)
			if (strcmp(dcb_workloads[j]->name, ops->name) == 0)
				return dcb_error_set(err, EINVAL, "workload %s stands twice",
						     ops->name);
		r = workload_check_defaults(ops, err);
		if (r < 0)
			return r;
	}
	return 0;
}

int dcb_workload_find(const char *name, const struct dcb_workload_ops **ret_ops,
		      struct dcb_error *err)
{
	const char *names[ARRAY_SIZE(dcb_workloads)];
	const char *nearest;

	for (size_t i = 0; i < dcb_n_workloads; i++) {
		names[i] = dcb_workloads[i]->name;
		if (strcmp(names[i], name) == 0) {
			*ret_ops = dcb_workloads[i];
			return 0;
		}
	}
	nearest = dcb_nearest(name, names, dcb_n_workloads);
	if (nearest)
		return dcb_error_usage(err, "unknown workload '%s'; did you mean '%s'?", name,
				       nearest);
	return dcb_error_usage(err, "unknown workload '%s'; `dcbench workloads` lists them", name);
}

static const struct dcb_workload_role *workload_role(const struct dcb_workload_ops *ops,
						     const char *name)
{
	for (const struct dcb_workload_role *role = ops->roles; role->name; role++)
		if (strcmp(role->name, name) == 0)
			return role;
	return NULL;
}

static bool same_role(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

const struct dcb_metric *dcb_workload_metric_find(const struct dcb_workload_ops *ops,
						  const char *role, const char *name)
{
	for (const struct dcb_workload_metric *own = ops->metrics; own->metric.name; own++)
		if (same_role(own->role, role) && strcmp(own->metric.name, name) == 0)
			return &own->metric;
	if (!role || !workload_role(ops, role))
		return NULL;
	for (size_t i = 0; i < dcb_n_collectors; i++)
		for (size_t j = 0; j < dcb_collectors[i]->n_metrics; j++)
			if (strcmp(dcb_collectors[i]->metrics[j].name, name) == 0)
				return &dcb_collectors[i]->metrics[j];
	return NULL;
}

struct dcb_metric dcb_workload_metric_judged(const struct dcb_workload_ops *ops, const char *role,
					     const struct dcb_metric *metric)
{
	const struct dcb_workload_role *known = role ? workload_role(ops, role) : NULL;
	struct dcb_metric judged = *metric;

	if (!known || !known->bystander)
		return judged;
	for (const struct dcb_workload_metric *own = ops->metrics; own->metric.name; own++)
		if (metric == &own->metric)
			return judged;
	judged.better = DCB_BETTER_NEITHER;
	judged.primary = false;
	return judged;
}

int dcb_workload_params_new(const struct dcb_workload_ops *ops, const char *list, const char *where,
			    void **ret_params, struct dcb_error *err)
{
	void *params = calloc(1, ops->params_size);
	int r;

	if (!params)
		return dcb_error_oom(err);
	r = dcb_options_init(ops->options, params, err);
	if (r >= 0 && list && list[0])
		r = dcb_options_parse(ops->options, params, list, where, err);
	if (r < 0) {
		dcb_workload_params_free(ops, params);
		return r;
	}
	*ret_params = params;
	return 0;
}

struct dcb_workload_needs dcb_workload_needs(const struct dcb_workload_ops *ops, const void *params)
{
	return ops->needs ? ops->needs(params) : (struct dcb_workload_needs){0};
}

void dcb_workload_params_free(const struct dcb_workload_ops *ops, void *params)
{
	if (!params)
		return;
	dcb_options_deinit(ops->options, params);
	free(params);
}

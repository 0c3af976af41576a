// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/option.h"
#include "machines/machines-list.h"

const struct dcb_machine_ops *const dcb_machines[] = {
	&dcb_machine_kvm,
	&dcb_machine_tcg,
	&dcb_machine_icount,
	&dcb_machine_null,
};
const size_t dcb_n_machines = ARRAY_SIZE(dcb_machines);

int dcb_machines_check(struct dcb_error *err)
{
	for (size_t i = 0; i < dcb_n_machines; i++) {
		const struct dcb_machine_ops *ops = dcb_machines[i];

		if (!ops->name || !*ops->name || strcmp(ops->name, "auto") == 0)
			return dcb_error_set(err, EINVAL, "machine %zu has no name", i);
		if (!ops->summary || !ops->default_cpus || !ops->supported || !ops->describe ||
		    !ops->command)
			return dcb_error_set(err, EINVAL, "machine %s lacks what is mandatory",
					     ops->name);
		for (size_t j = 0; j < i; j++)
			if (strcmp(dcb_machines[j]->name, ops->name) == 0)
				return dcb_error_set(err, EEXIST, "two machines are called %s",
						     ops->name);
	}
	return 0;
}

static int unknown_machine(const char *name, struct dcb_error *err)
{
	const char *names[ARRAY_SIZE(dcb_machines) + 1] = {"auto"};
	_cleanup_free_ char *list = strdup("auto");
	const char *near;

	for (size_t i = 0; i < dcb_n_machines && list; i++) {
		char *longer = dcb_format("%s, %s", list, dcb_machines[i]->name);

		free(list);
		list = longer;
		names[i + 1] = dcb_machines[i]->name;
	}
	if (!list)
		return dcb_error_oom(err);
	near = dcb_nearest(name, names, ARRAY_SIZE(names));
	if (near)
		return dcb_error_usage(err, "unknown machine \"%s\": did you mean %s? (%s)", name,
				       near, list);
	return dcb_error_usage(err, "unknown machine \"%s\": one of %s", name, list);
}

int dcb_machine_find(const char *name, enum dcb_arch arch, const struct dcb_machine_ops **ret_ops,
		     struct dcb_error *err)
{
	if (strcmp(name, "auto") == 0) {
		_cleanup_free_ char *why = NULL;
		bool usable = dcb_machine_kvm.supported(arch, &why) == 0;

		*ret_ops = usable ? &dcb_machine_kvm : &dcb_machine_icount;
		return 0;
	}
	for (size_t i = 0; i < dcb_n_machines; i++)
		if (strcmp(dcb_machines[i]->name, name) == 0) {
			*ret_ops = dcb_machines[i];
			return 0;
		}
	return unknown_machine(name, err);
}

bool dcb_machine_is_exact(const char *name)
{
	for (size_t i = 0; i < dcb_n_machines; i++)
		if (strcmp(dcb_machines[i]->name, name) == 0)
			return dcb_machines[i]->exact;
	return false;
}

enum dcb_arch dcb_machine_default_arch(const struct dcb_machine_ops *ops)
{
	if (ops == &dcb_machine_null)
		return DCB_ARCH_NONE;
	return ops == &dcb_machine_kvm ? dcb_arch_host() : DCB_ARCH_ARM64;
}

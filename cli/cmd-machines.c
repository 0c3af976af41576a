// SPDX-License-Identifier: GPL-2.0-only
/* dcbench machines: how kernels can be booted here. */
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "cli/command.h"
#include "machines/machine.h"

static json_t *arch_to_json(const struct dcb_machine_ops *ops, enum dcb_arch arch)
{
	_cleanup_free_ char *why = NULL;
	int r = ops->supported ? ops->supported(arch, &why) : 0;

	return json_pack("{s:s, s:b, s:o}", "arch", dcb_arch_name(arch), "supported", r == 0, "why",
			 r == 0 ? json_null() : dcb_json_string(why));
}

static json_t *machine_to_json(const struct dcb_machine_ops *ops)
{
	json_auto_t *arches = json_array();

	static const enum dcb_arch all[] = {DCB_ARCH_X86_64, DCB_ARCH_ARM64};

	/* The null machine runs programs of the host, whatever its architecture. */
	for (size_t i = 0; strcmp(ops->name, "null") != 0 && i < ARRAY_SIZE(all); i++) {
		if (json_array_append_new(arches, arch_to_json(ops, all[i])) < 0)
			return NULL;
	}
	return json_pack("{s:s, s:s, s:b, s:b, s:i, s:O}", "name", ops->name, "summary",
			 ops->summary, "exact", ops->exact, "parallel", ops->parallel,
			 "default_cpus", (int)ops->default_cpus, "arches", arches);
}

static void print_machine(const json_t *machine)
{
	json_t *arch;
	size_t i;

	printf("%-7s %s\n", json_string_value(json_object_get(machine, "name")),
	       json_string_value(json_object_get(machine, "summary")));
	json_array_foreach(json_object_get(machine, "arches"), i, arch)
	{
		const char *why = json_string_value(json_object_get(arch, "why"));

		printf("        %-7s %s%s\n", json_string_value(json_object_get(arch, "arch")),
		       why ? "no: " : "yes", why ? why : "");
	}
}

static int machines(int argc, char **argv, struct dcb_error *err)
{
	struct dcb_output_options output = {0};
	const struct dcb_arguments_set sets[] = {{dcb_output_options, &output}};
	json_auto_t *rows = json_array();
	json_t *row;
	int n_words, r;
	size_t i;

	r = dcb_arguments_read(&dcb_command_machines, argc, argv, sets, ARRAY_SIZE(sets), 0, 0,
			       &n_words, err);
	if (r < 0)
		return r;
	for (i = 0; i < dcb_n_machines; i++) {
		if (json_array_append_new(rows, machine_to_json(dcb_machines[i])) < 0)
			return dcb_error_oom(err);
	}
	if (output.json)
		return dcb_print_json(rows, err);
	json_array_foreach(rows, i, row) print_machine(row);
	return dcb_output_flush(err);
}

static const struct dcb_option *const tables[] = {dcb_output_options, NULL};

const struct dcb_command dcb_command_machines = {
	.name = "machines",
	.arguments = "",
	.summary = "how kernels can be booted here, and why not",
	.options = tables,
	.run = machines,
};

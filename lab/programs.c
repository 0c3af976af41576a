// SPDX-License-Identifier: GPL-2.0-only
#include "lab/programs.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/sink.h"

static bool has_program(const struct dcb_programs *programs, const char *package)
{
	for (size_t i = 0; i < programs->n; i++)
		if (strcmp(programs->items[i]->package, package) == 0)
			return true;
	return false;
}

static int add_program(const struct dcb_plan *plan, const struct dcb_run_options *options,
		       const char *package, struct dcb_programs *programs, struct dcb_error *err)
{
	const struct dcb_program_options program_options = {.cache = options->cache,
							    .mirror = plan->mirror,
							    .offline = plan->offline,
							    .sink = options->sink};
	struct dcb_program **more, *program;
	int r;

	if (has_program(programs, package))
		return 0;
	more = reallocarray(programs->items, programs->n + 1, sizeof(*more));
	if (!more)
		return dcb_error_oom(err);
	programs->items = more;
	r = dcb_program_get(package, plan->guest_arch, &program_options, &program, err);
	if (r < 0)
		return r;
	programs->items[programs->n++] = program;
	programs->n_files += program->n;
	dcb_sink_say(options->sink, "program %s is %s", package, program->version);
	return 0;
}

int dcb_programs_get(const struct dcb_plan *plan, const struct dcb_run_options *options,
		     struct dcb_programs *ret_programs, struct dcb_error *err)
{
	_cleanup_(dcb_programs_deinit) struct dcb_programs programs = {0};

	for (size_t i = 0; plan->guest_arch != DCB_ARCH_NONE && i < plan->n_workloads; i++) {
		const struct dcb_plan_workload *workload = &plan->workloads[i];
		const char *const *names =
			dcb_workload_needs(workload->ops, workload->params).programs;

		for (; names && *names; names++) {
			int r = add_program(plan, options, *names, &programs, err);

			if (r < 0)
				return dcb_error_wrap(err, "workload %s", workload->ops->name);
		}
	}
	*ret_programs = TAKE(programs, (struct dcb_programs){0});
	return 0;
}

void dcb_programs_deinit(struct dcb_programs *programs)
{
	for (size_t i = 0; i < programs->n; i++)
		dcb_program_free(programs->items[i]);
	free(programs->items);
	*programs = (struct dcb_programs){0};
}

static bool has_file(const struct dcb_initramfs_file *files, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(files[i].name, name) == 0)
			return true;
	return false;
}

size_t dcb_programs_files(const struct dcb_programs *programs, struct dcb_initramfs_file *files)
{
	size_t n = 0;

	for (size_t i = 0; i < programs->n; i++) {
		const struct dcb_program *program = programs->items[i];

		for (size_t j = 0; j < program->n; j++)
			if (!has_file(files, n, program->names[j]))
				files[n++] = (struct dcb_initramfs_file){
					.name = program->names[j],
					.source = program->sources[j],
					.mode = 0755};
	}
	return n;
}

json_t *dcb_programs_versions(const struct dcb_programs *programs)
{
	json_t *versions = programs->n > 0 ? json_object() : json_null();

	for (size_t i = 0; versions && i < programs->n; i++)
		json_object_set_new(versions, programs->items[i]->package,
				    json_string(programs->items[i]->version));
	return versions;
}

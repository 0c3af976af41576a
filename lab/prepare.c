// SPDX-License-Identifier: GPL-2.0-only
#include "lab/prepare.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/paths.h"
#include "base/sink.h"
#include "guest/protocol.h"
#include "lab/guest-modules.h"
#include "machines/initramfs.h"

static void paths_deinit(struct dcb_prepared_modules *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->paths[i]);
	free(list->paths);
}

void dcb_prepared_deinit(struct dcb_prepared *prepared)
{
	for (size_t i = 0; i < prepared->n; i++) {
		dcb_kernel_free(prepared->kernels[i]);
		free(prepared->initramfs[i]);
		free(prepared->jobs[i]);
		paths_deinit(&prepared->modules[i]);
	}
	free(prepared->kernels);
	free(prepared->initramfs);
	free(prepared->disks);
	free(prepared->modules);
	free(prepared->jobs);
	dcb_programs_deinit(&prepared->programs);
	dcb_images_deinit(&prepared->images);
	memset(prepared, 0, sizeof(*prepared));
}

static int get_kernels(const struct dcb_plan *plan, const struct dcb_run_options *options,
		       const char *const *sha256s, struct dcb_prepared *prepared,
		       struct dcb_error *err)
{
	_cleanup_(dcb_kernel_store_closep) struct dcb_kernel_store *kernels = NULL;
	_cleanup_free_ char *folder = dcb_format("%s/kernels", options->cache);
	struct dcb_kernel_options kernel_options = {.mirror = plan->mirror,
						    .refresh = plan->refresh,
						    .offline = plan->offline,
						    .sink = options->sink};
	int r;

	if (!folder)
		return dcb_error_oom(err);
	r = dcb_kernel_store_open(folder, &kernels, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < plan->n_kernels; i++) {
		if (sha256s) {
			r = dcb_kernel_find(kernels, sha256s[i], &prepared->kernels[i], err);
			if (r < 0)
				return dcb_error_set(err, -r,
						     "kernel %s (%s, sha256 %.12s) is no longer in "
						     "the store: start a new run",
						     plan->kernels[i].name, plan->kernels[i].spec,
						     sha256s[i]);
			continue;
		}
		r = dcb_kernel_get(kernels, plan->kernels[i].spec, plan->guest_arch,
				   &kernel_options, &prepared->kernels[i], err);
		if (r < 0)
			return dcb_error_wrap(err, "kernel %s", plan->kernels[i].name);
		dcb_sink_say(options->sink, "kernel %s is %s (sha256 %.12s)", plan->kernels[i].name,
			     prepared->kernels[i]->release, prepared->kernels[i]->sha256);
	}
	return 0;
}

static int path_add(char ***list, size_t *n, char *path, struct dcb_error *err)
{
	char **longer = reallocarray(*list, *n + 1, sizeof(*longer));

	if (!longer || !path) {
		free(path);
		return dcb_error_oom(err);
	}
	*list = longer;
	longer[(*n)++] = path;
	return 0;
}

static bool paths_have(const struct dcb_prepared_modules *list, const char *path)
{
	for (size_t i = 0; i < list->n; i++) {
		if (strcmp(list->paths[i], path) == 0)
			return true;
	}
	return false;
}

/* The files of all modules that the plan's workloads need, in load order, each once. A module that
 * this kernel lacks is said here; its workload then reports itself unsupported. */
static int collect_modules(const struct dcb_plan *plan, const struct dcb_kernel *kernel,
			   const struct dcb_run_options *options,
			   struct dcb_prepared_modules *ret_files, bool *ret_disk,
			   struct dcb_error *err)
{
	struct dcb_error lacking = DCB_ERROR_NULL;
	int r;

	for (size_t i = 0; i < plan->n_workloads; i++) {
		_cleanup_(dcb_kernel_modules_freep) char **files = NULL;
		const struct dcb_plan_workload *workload = &plan->workloads[i];
		const struct dcb_workload_needs needs = dcb_workload_needs(workload->ops,
									   workload->params);

		r = dcb_guest_modules(kernel, &needs, &files, ret_disk, &lacking);
		if (r < 0) {
			dcb_sink_say(options->sink, "%s: %s: %s", workload->ops->name,
				     kernel->release, lacking.message);
			continue;
		}
		for (char **file = files; file && *file; file++) {
			if (paths_have(ret_files, *file))
				continue;
			r = path_add(&ret_files->paths, &ret_files->n, strdup(*file), err);
			if (r < 0)
				return r;
		}
	}
	return 0;
}

static char *job_text(const struct dcb_plan *plan, size_t kernel,
		      const struct dcb_prepared_modules *modules)
{
	struct dcb_job job = {.n_workloads = plan->n_workloads,
			      .modules = modules->paths,
			      .n_modules = modules->n,
			      .plant_ppm = plan->kernels[kernel].plant_ppm};
	char *text;

	job.workloads = calloc(plan->n_workloads, sizeof(*job.workloads));
	if (!job.workloads)
		return NULL;
	for (size_t i = 0; i < plan->n_workloads; i++) {
		job.workloads[i].name = (char *)plan->workloads[i].ops->name;
		job.workloads[i].params = plan->workloads[i].text;
	}
	text = dcb_job_format(&job);
	free(job.workloads);
	return text;
}

static int make_initramfs(const struct dcb_plan *plan, const struct dcb_run_options *options,
			  struct dcb_prepared *prepared, const char *base, size_t index,
			  struct dcb_error *err)
{
	struct dcb_prepared_modules *sources = &prepared->modules[index];
	_cleanup_(paths_deinit) struct dcb_prepared_modules targets = {0};
	_cleanup_free_ struct dcb_initramfs_file *files = NULL;
	_cleanup_free_ char *job = NULL;
	size_t n;
	int r;

	r = collect_modules(plan, prepared->kernels[index], options, sources,
			    &prepared->disks[index], err);
	if (r < 0)
		return r;
	files = calloc(sources->n + 1 + prepared->programs.n_files + prepared->images.n,
		       sizeof(*files));
	if (!files)
		return dcb_error_oom(err);
	for (size_t i = 0; i < sources->n; i++) {
		r = path_add(&targets.paths, &targets.n,
			     dcb_format("/modules/%02zu-%s", i, basename(sources->paths[i])), err);
		if (r < 0)
			return r;
		files[i] = (struct dcb_initramfs_file){
			.name = targets.paths[i], .source = sources->paths[i], .mode = 0644};
	}
	job = job_text(plan, index, &targets);
	if (!job)
		return dcb_error_oom(err);
	n = sources->n;
	files[n++] = (struct dcb_initramfs_file){
		.name = "/job.json", .data = job, .size = strlen(job), .mode = 0644};
	n += dcb_programs_files(&prepared->programs, files + n);
	n += dcb_images_files(&prepared->images, files + n);
	return dcb_initramfs_write(prepared->initramfs[index], base, files, n, err);
}

static int make_all_initramfs(const struct dcb_plan *plan, const struct dcb_run_options *options,
			      const char *folder, struct dcb_prepared *prepared,
			      struct dcb_error *err)
{
	_cleanup_free_ char *agent = NULL;
	_cleanup_free_ char *base = NULL;
	int r;

	r = dcb_path_agent(plan->guest_arch, &agent, err);
	if (r < 0)
		return r;
	r = dcb_file_sha256(agent, prepared->agent_sha256, err);
	if (r < 0)
		return r;
	r = dcb_initramfs_base(options->cache, agent, &base, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < plan->n_kernels; i++) {
		prepared->initramfs[i] = dcb_format("%s/%zu.cpio", folder, i);
		if (!prepared->initramfs[i])
			return dcb_error_oom(err);
		r = make_initramfs(plan, options, prepared, base, i, err);
		if (r < 0)
			return r;
	}
	return 0;
}

int dcb_prepare(const struct dcb_plan *plan, const struct dcb_run_options *options,
		const char *const *sha256s, const char *folder, struct dcb_prepared *ret_prepared,
		struct dcb_error *err)
{
	_cleanup_(dcb_prepared_deinit) struct dcb_prepared prepared = DCB_PREPARED_NULL;
	struct dcb_machine_options machine_options = {
		.mirror = plan->mirror, .offline = plan->offline, .sink = options->sink};
	int r;

	prepared.kernels = calloc(plan->n_kernels, sizeof(*prepared.kernels));
	prepared.initramfs = calloc(plan->n_kernels, sizeof(*prepared.initramfs));
	prepared.jobs = calloc(plan->n_kernels, sizeof(*prepared.jobs));
	prepared.disks = calloc(plan->n_kernels, sizeof(*prepared.disks));
	prepared.modules = calloc(plan->n_kernels, sizeof(*prepared.modules));
	if (!prepared.kernels || !prepared.initramfs || !prepared.jobs || !prepared.disks ||
	    !prepared.modules)
		return dcb_error_oom(err);
	prepared.n = plan->n_kernels;
	r = get_kernels(plan, options, sha256s, &prepared, err);
	if (r < 0)
		return r;
	if (plan->ops->prepare) {
		r = plan->ops->prepare(plan->guest_arch, &machine_options, err);
		if (r < 0)
			return r;
	}
	r = dcb_programs_get(plan, options, &prepared.programs, err);
	if (r == 0)
		r = dcb_images_get(plan, options, &prepared.images, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < plan->n_kernels; i++) {
		prepared.jobs[i] = job_text(plan, i, &(struct dcb_prepared_modules){0});
		if (!prepared.jobs[i])
			return dcb_error_oom(err);
	}
	if (plan->guest_arch != DCB_ARCH_NONE) {
		r = make_all_initramfs(plan, options, folder, &prepared, err);
		if (r < 0)
			return r;
	}
	*ret_prepared = prepared;
	prepared = (struct dcb_prepared)DCB_PREPARED_NULL;
	return 0;
}

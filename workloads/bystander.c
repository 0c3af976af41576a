// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/bystander.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "collectors/clock.h"
#include "workloads/moment.h"
#include "workloads/report.h"

#define NAP_NS 200000
#define SEED   1

int dcb_bystander_init(struct dcb_bystander *bystander, const struct dcb_tree_shape *shape,
		       size_t index, struct dcb_error *err)
{
	*bystander = (struct dcb_bystander){
		.shape = shape,
		.random.state = dcb_random_derive(SEED, index),
		.call_ns = calloc(DCB_BYSTANDER_CALLS, sizeof(*bystander->call_ns)),
	};
	snprintf(bystander->file, sizeof(bystander->file), "new%zu", index);
	return bystander->call_ns ? 0 : dcb_error_oom(err);
}

void dcb_bystander_deinit(struct dcb_bystander *bystander)
{
	free(bystander->call_ns);
	bystander->call_ns = NULL;
}

/* A file of the tree below its top, or a name that never was there. */
static void choose_name(struct dcb_bystander *bystander, char path[PATH_MAX])
{
	const struct dcb_tree_shape *shape = bystander->shape;
	struct dcb_random *random = &bystander->random;
	uint64_t names = (uint64_t)(shape->files + shape->negative);
	uint64_t levels = 1 + dcb_random_below(random, (uint64_t)shape->depth);
	uint64_t name = names > 0 ? dcb_random_below(random, names) : 0;
	bool is_file = name < (uint64_t)shape->files;
	size_t used = 0;

	for (uint64_t i = 0; i < levels && used < PATH_MAX - 64; i++)
		used += (size_t)snprintf(
			path + used, PATH_MAX - used, "dir%llu/",
			(unsigned long long)dcb_random_below(random, (uint64_t)shape->fanout));
	snprintf(path + used, PATH_MAX - used, "%s%llu", is_file ? "file" : "none",
		 (unsigned long long)(is_file ? name : name - (uint64_t)shape->files));
}

static int look(int folder, const char *path)
{
	struct stat status;

	return fstatat(folder, path, &status, 0) < 0 && errno != ENOENT ? -errno : 0;
}

static int create(int folder, const char *file)
{
	int fd = openat(folder, file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

	if (fd < 0)
		return -errno;
	close(fd);
	return unlinkat(folder, file, 0) < 0 ? -errno : 0;
}

int dcb_bystander_run(struct dcb_bystander *bystander, const struct dcb_bystander_scene *scene,
		      struct dcb_sampler *sampler, struct dcb_error *err)
{
	char path[PATH_MAX];
	int r;

	bystander->n_calls = 0;
	dcb_sampler_begin(sampler);
	do {
		uint64_t begin_ns, end_ns;

		if (bystander->shape)
			choose_name(bystander, path);
		begin_ns = dcb_clock_ns(CLOCK_MONOTONIC);
		r = bystander->shape ? look(scene->folder, path)
				     : create(scene->folder, bystander->file);
		end_ns = dcb_clock_ns(CLOCK_MONOTONIC);
		if (bystander->n_calls < DCB_BYSTANDER_CALLS)
			bystander->call_ns[bystander->n_calls] = end_ns - begin_ns;
		if (bystander->n_calls++ == 0)
			scene->begun(scene->run);
		dcb_moment_nap(NAP_NS);
	} while (r == 0 && !atomic_load(scene->end));
	dcb_sampler_end(sampler);
	return r < 0 ? dcb_error_sys(err, -r, "%s", bystander->shape ? path : bystander->file) : 0;
}

void dcb_bystander_values(struct dcb_bystander *bystander, const struct dcb_workload_ops *ops,
			  const char *role, const char *what,
			  struct dcb_value ret_values[DCB_BYSTANDER_N])
{
	size_t n = bystander->n_calls;
	const struct dcb_metric *metric = dcb_workload_metric_find(ops, role, "operations");

	assert(metric);
	dcb_latency_values(ops, role, what, bystander->call_ns,
			   n < DCB_BYSTANDER_CALLS ? n : DCB_BYSTANDER_CALLS, ret_values);
	ret_values[DCB_LATENCY_N] = dcb_report_value(metric, (double)n);
}

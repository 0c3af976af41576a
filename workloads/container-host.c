// SPDX-License-Identifier: GPL-2.0-only
/* What the containers share: the tmpfs with the layers of their root, and their parent cgroup. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "workloads/container-private.h"
#include "workloads/memory.h"

#define INIT_MIB 3 /* an init with its namespaces, page tables and stacks */

static const struct dcb_container_runtime *const runtimes[] = {&dcb_container_builtin,
							       &dcb_container_crun};

/* One page is what mount(2) takes. */
#define LOWERS_SIZE 3000

static int make_folder(const char *path, struct dcb_error *err)
{
	if (mkdir(path, 0755) < 0)
		return dcb_error_sys(err, errno, "cannot make %s", path);
	return 0;
}

/* Mount points and the folder of the init's own files, in the lowest layer only. */
static int make_bottom(const char *layer, struct dcb_error *err)
{
	static const char *const names[] = {"dev", "proc", "tmp", "volume", "work"};
	char path[PATH_MAX];
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "%.*s/%s", PATH_MAX / 2, layer, names[i]);
		r = make_folder(path, err);
	}
	return r;
}

/* Every folder is in every layer, as overlayfs merges it; file i in layer i modulo their number. */
static int fill_folder(const char *folder, int64_t layer, const struct dcb_container_params *params,
		       struct dcb_error *err)
{
	_cleanup_close_ int fd = -1;
	int r = make_folder(folder, err);

	if (r < 0)
		return r;
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return dcb_error_sys(err, errno, "%s", folder);
	for (int64_t i = layer; i < params->files; i += params->layers) {
		char name[32];
		int file;

		snprintf(name, sizeof(name), "file%lld", (long long)i);
		file = openat(fd, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
		if (file < 0)
			return dcb_error_sys(err, errno, "cannot make a file in %s", folder);
		close(file);
	}
	return 0;
}

static int make_layer(const char *layer, int64_t index, const struct dcb_container_params *params,
		      struct dcb_error *err)
{
	char path[PATH_MAX];
	int r = make_folder(layer, err);

	if (r == 0 && index == params->layers - 1)
		r = make_bottom(layer, err);
	snprintf(path, sizeof(path), "%.*s/image", PATH_MAX / 2, layer);
	if (r == 0)
		r = make_folder(path, err);
	for (int64_t i = 0; r == 0 && i < params->dirs; i++) {
		snprintf(path, sizeof(path), "%.*s/image/dir%lld", PATH_MAX / 2, layer,
			 (long long)i);
		r = fill_folder(path, index, params, err);
	}
	return r;
}

static int make_layers(struct dcb_container_host *host, struct dcb_error *err)
{
	char layer[PATH_MAX];
	size_t used;
	int r;

	host->lowers = malloc(LOWERS_SIZE);
	if (!host->lowers)
		return dcb_error_oom(err);
	used = (size_t)snprintf(host->lowers, LOWERS_SIZE, "lowerdir=");
	snprintf(layer, sizeof(layer), "%s/layers", host->fs.root);
	r = make_folder(layer, err);
	for (int64_t i = 0; r == 0 && i < host->params->layers; i++) {
		snprintf(layer, sizeof(layer), "%s/layers/%lld", host->fs.root, (long long)i);
		r = make_layer(layer, i, host->params, err);
		used += (size_t)snprintf(host->lowers + used, LOWERS_SIZE - used, "%s%s",
					 i > 0 ? ":" : "", layer);
		if (r == 0 && used >= LOWERS_SIZE)
			r = dcb_error_set(err, ENAMETOOLONG,
					  "the paths of %lld layers are too long for mount(2)",
					  (long long)host->params->layers);
	}
	if (r == 0 && host->runtime->prepare)
		r = host->runtime->prepare(host, layer, err);
	return r;
}

int dcb_container_host_open(const struct dcb_workload_context *context,
			    const struct dcb_container_params *params,
			    struct dcb_container_host **ret_host, struct dcb_error *err)
{
	_cleanup_(dcb_container_host_freep) struct dcb_container_host *host = calloc(1,
										     sizeof(*host));
	int r;

	if (!host)
		return dcb_error_oom(err);
	host->context = context;
	host->params = params;
	host->runtime = runtimes[params->runtime];
	host->fs = (struct dcb_fs)DCB_FS_NULL;
	r = host->runtime->open ? host->runtime->open(host, err) : 0;
	if (r == 0)
		r = dcb_fs_open(&host->fs, DCB_FS_TMPFS, context, "containers", err);
	if (r == 0)
		r = dcb_container_cgroup_open(&host->cgroup, err);
	if (r == 0)
		r = make_layers(host, err);
	if (r < 0)
		return r;
	*ret_host = TAKE_PTR(host);
	return 0;
}

int dcb_container_host_close(struct dcb_container_host *host, struct dcb_error *err)
{
	int r = dcb_container_cgroup_close(&host->cgroup, err);
	int closed = dcb_fs_close(&host->fs, r < 0 ? NULL : err);

	free(host->lowers);
	free(host);
	return r < 0 ? r : closed;
}

void dcb_container_host_free(struct dcb_container_host *host)
{
	if (host)
		dcb_container_host_close(host, NULL);
}

struct dcb_workload_needs dcb_container_needs(const struct dcb_container_params *params)
{
	static const char *const crun[] = {"crun", NULL};
	struct dcb_workload_needs needs = dcb_fs_needs(DCB_FS_OVERLAY);

	if (runtimes[params->runtime] == &dcb_container_crun)
		needs.programs = crun;
	return needs;
}

uint64_t dcb_container_memory_mib(const struct dcb_container_params *params, uint64_t n)
{
	uint64_t dirs = (uint64_t)params->dirs + 1, files = (uint64_t)params->files;
	/* Looked up below the layers; made, with a dentry in the upper layer; in /tmp. */
	uint64_t dentries = n * (dirs * (3 * files + 2 * (uint64_t)params->negative) + files);
	uint64_t bytes = n * (uint64_t)params->volume;

	return dcb_memory_dentries_mib(dentries + dirs * (files + (uint64_t)params->layers)) +
	       n * INIT_MIB + ((bytes + bytes / 8) >> 20);
}

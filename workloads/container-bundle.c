// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/container-bundle.h"

#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "workloads/container-private.h"

static json_t *process(const struct dcb_container_params *params)
{
	const int64_t doses[] = {params->dirs, params->files, params->negative, params->volume};
	json_t *args = json_pack("[s, s]", DCB_CONTAINER_BUNDLE_INIT, DCB_CONTAINER_INIT_ARG);

	for (size_t i = 0; i < ARRAY_SIZE(doses); i++) {
		char text[24];

		snprintf(text, sizeof(text), "%" PRId64, doses[i]);
		json_array_append_new(args, json_string(text));
	}
	return json_pack("{s:b, s:{s:i, s:i}, s:o, s:s}", "terminal", 0, "user", "uid", 0, "gid", 0,
			 "args", args, "cwd", "/");
}

static json_t *mounts(const struct dcb_container *container)
{
	char volume[CONTAINER_PATH];

	dcb_container_path(container, "volume", volume);
	return json_pack("[{s:s, s:s, s:s}, {s:s, s:s, s:s, s:[s, s]}, {s:s, s:s, s:s, s:[s]}]",
			 "destination", "/proc", "type", "proc", "source", "proc", "destination",
			 "/tmp", "type", "tmpfs", "source", "tmpfs", "options", "nosuid", "nodev",
			 "destination", "/volume", "type", "bind", "source", volume, "options",
			 "bind");
}

static json_t *namespaces(bool net)
{
	json_t *all = json_pack("[{s:s}, {s:s}, {s:s}, {s:s}]", "type", "pid", "type", "mount",
				"type", "ipc", "type", "uts");

	if (net)
		json_array_append_new(all, json_pack("{s:s}", "type", "network"));
	return all;
}

static json_t *config(const struct dcb_container *container)
{
	const struct dcb_container_params *params = container->host->params;
	_cleanup_free_ char *cgroup = dcb_format("/%s/c%u", container->host->cgroup.name,
						 container->index);

	return json_pack("{s:s, s:o, s:{s:s}, s:s, s:o, s:{s:o, s:s}}", "ociVersion", "1.0.2",
			 "process", process(params), "root", "path", "rootfs", "hostname",
			 "dcbench", "mounts", mounts(container), "linux", "namespaces",
			 namespaces(params->net), "cgroupsPath", cgroup ? cgroup : "");
}

int dcb_container_bundle_write(const struct dcb_container *container, struct dcb_error *err)
{
	json_auto_t *all = config(container);
	_cleanup_free_ char *text = all ? dcb_json_print(all) : NULL;
	char path[CONTAINER_PATH];

	if (!text)
		return dcb_error_oom(err);
	dcb_container_path(container, "config.json", path);
	return dcb_file_write(path, text, strlen(text), 0644, err);
}

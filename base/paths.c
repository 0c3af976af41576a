// SPDX-License-Identifier: GPL-2.0-only
#include "base/paths.h"

#include <limits.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"

static const char *environment(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

/* DCBENCH_x as it is (made absolute), XDG_x/dcbench, or ~/home_part/dcbench. */
static int from_environment(const char *own, const char *xdg, const char *home_part,
			    char **ret_path, struct dcb_error *err)
{
	const char *value = environment(own);
	char *path;

	if (value && *value == '/') {
		path = strdup(value);
	} else if (value) {
		_cleanup_free_ char *here = getcwd(NULL, 0);

		if (!here)
			return dcb_error_sys(err, errno, "%s=%s", own, value);
		path = dcb_format("%s/%s", here, value);
	} else if ((value = environment(xdg)) && *value == '/') {
		path = dcb_format("%s/dcbench", value);
	} else if ((value = environment("HOME"))) {
		path = dcb_format("%s/%s/dcbench", value, home_part);
	} else {
		return dcb_error_usage(err, "neither %s nor HOME is set: set %s to a folder", own,
				       own);
	}
	if (!path)
		return dcb_error_oom(err);
	*ret_path = path;
	return 0;
}

int dcb_path_state(char **ret_path, struct dcb_error *err)
{
	if (geteuid() == 0 && !environment("DCBENCH_STATE")) {
		char *path = strdup("/var/lib/dcbench");

		if (!path)
			return dcb_error_oom(err);
		*ret_path = path;
		return 0;
	}
	return from_environment("DCBENCH_STATE", "XDG_STATE_HOME", ".local/state", ret_path, err);
}

int dcb_path_database(char **ret_path, struct dcb_error *err)
{
	_cleanup_free_ char *folder = NULL;
	char *path;
	int r;

	r = dcb_path_state(&folder, err);
	if (r < 0)
		return r;
	path = dcb_format("%s/dcbench.db", folder);
	if (!path)
		return dcb_error_oom(err);
	*ret_path = path;
	return 0;
}

int dcb_path_cache(char **ret_path, struct dcb_error *err)
{
	return from_environment("DCBENCH_CACHE", "XDG_CACHE_HOME", ".cache", ret_path, err);
}

static int libexec_folder(char **ret_path, struct dcb_error *err)
{
	const char *value = environment("DCBENCH_LIBEXEC");
	char program[PATH_MAX];
	ssize_t n;
	char *path;

	if (value) {
		path = strdup(value);
	} else {
		n = readlink("/proc/self/exe", program, sizeof(program) - 1);
		if (n < 0)
			return dcb_error_sys(err, errno, "/proc/self/exe");
		program[n] = '\0';
		for (int levels = 0; levels < 2; levels++) {
			char *slash = strrchr(program, '/');

			if (slash)
				*slash = '\0';
		}
		path = dcb_format("%s/libexec/dcbench", program);
	}
	if (!path)
		return dcb_error_oom(err);
	*ret_path = path;
	return 0;
}

int dcb_path_agent(enum dcb_arch arch, char **ret_path, struct dcb_error *err)
{
	_cleanup_free_ char *folder = NULL;
	_cleanup_free_ char *path = NULL;
	int r;

	r = libexec_folder(&folder, err);
	if (r < 0)
		return r;
	path = dcb_format("%s/agent-%s", folder, dcb_arch_name(arch));
	if (!path)
		return dcb_error_oom(err);
	if (!dcb_file_exists(path))
		return dcb_error_set(err, ENOENT,
				     "no guest agent at %s: build it (cmake --build), or set "
				     "DCBENCH_LIBEXEC to where it lies",
				     path);
	*ret_path = TAKE_PTR(path);
	return 0;
}

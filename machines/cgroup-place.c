// SPDX-License-Identifier: GPL-2.0-only
/* The unified hierarchy's rules on where a group may be made, and its small files. */
#include "machines/cgroup-layout.h"

#include <fcntl.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"

#define GROUP_FILE_MAX (1 << 20)

char *dcb_cgroup_file_read(const char *folder, const char *name)
{
	_cleanup_free_ char *path = dcb_format("%s/%s", folder, name);
	char *text = NULL;

	if (!path || dcb_file_read(path, GROUP_FILE_MAX, &text, NULL, NULL) < 0)
		return NULL;
	return text;
}

int dcb_cgroup_file_write(const char *folder, const char *name, const char *text)
{
	_cleanup_free_ char *path = dcb_format("%s/%s", folder, name);
	_cleanup_close_ int fd = -1;
	ssize_t n;

	if (!path)
		return -ENOMEM;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = write(fd, text, strlen(text));
	if (n < 0)
		return -errno;
	return 0;
}

int dcb_cgroup_value_parse(const char *text, const char *key, unsigned long long *ret_value)
{
	size_t length = strlen(key);

	for (const char *line = text; line && *line; line = strchr(line, '\n')) {
		unsigned long long value;
		char *end;

		if (*line == '\n')
			line++;
		if (strncmp(line, key, length) != 0 || line[length] != ' ')
			continue;
		errno = 0;
		value = strtoull(line + length + 1, &end, 10);
		if (errno || end == line + length + 1)
			return -EINVAL;
		*ret_value = value;
		return 0;
	}
	return -ENOENT;
}

static bool is_writable(const char *folder, const char *name)
{
	_cleanup_free_ char *path = dcb_format("%s/%s", folder, name);

	return path && access(path, W_OK) == 0;
}

/* 0: none, 1: only `pid`, 2: others. */
static int population(const char *folder, pid_t pid)
{
	_cleanup_free_ char *text = dcb_cgroup_file_read(folder, "cgroup.procs");
	int result = 0;

	if (!text)
		return 2;
	for (char *at = text; *at;) {
		char *end;
		long one = strtol(at, &end, 10);

		if (end == at)
			break;
		if (one != pid)
			return 2;
		result = 1;
		at = end;
	}
	return result;
}

/* Only the real root lacks cgroup.type; it alone may hold processes and hand controllers down. */
static bool is_real_root(const char *folder, const char *group)
{
	_cleanup_free_ char *path = dcb_format("%s/cgroup.type", folder);

	return path && strcmp(group, "/") == 0 && !dcb_file_exists(path);
}

/* A lab that has moved to its leaf makes its groups beside it. */
static void leave_leaf(char *group)
{
	static const char end[] = "-lab";
	char *slash = strrchr(group, '/');
	size_t length = strlen(slash);

	if (length > strlen(end) && strncmp(slash, "/dcbench-", 9) == 0 &&
	    strcmp(slash + length - strlen(end), end) == 0)
		slash[slash == group] = '\0';
}

int dcb_cgroup_place_find(const struct dcb_cgroup_mount *unified, pid_t pid, char **ret_place,
			  bool *ret_move, struct dcb_error *err)
{
	_cleanup_free_ char *group = strdup(unified->own);
	bool is_own = true;

	if (!group)
		return dcb_error_oom(err);
	leave_leaf(group);
	for (;;) {
		_cleanup_free_ char *folder = dcb_format("%s%s", unified->mount, group);
		char *slash = strrchr(group, '/');

		if (!folder)
			return dcb_error_oom(err);
		if (is_writable(folder, "cgroup.procs") &&
		    is_writable(folder, "cgroup.subtree_control")) {
			int n = is_real_root(folder, group) ? 0 : population(folder, pid);

			if (n == 0 || (n == 1 && is_own)) {
				*ret_place = TAKE_PTR(group);
				*ret_move = n == 1;
				return 0;
			}
		}
		is_own = false;
		if (!slash || strcmp(group, "/") == 0)
			break;
		slash[slash == group] = '\0';
	}
	return dcb_error_set(err, EACCES,
			     "no place for a cgroup at or above %s%s: run it as root, or under "
			     "`systemd-run --user --scope -p Delegate=yes`, or give --cgroup off",
			     unified->mount, unified->own);
}

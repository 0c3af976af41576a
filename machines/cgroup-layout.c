// SPDX-License-Identifier: GPL-2.0-only
#include "machines/cgroup-layout.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"

#define PROC_FILE_MAX (1 << 20)

const char *dcb_cgroup_kind_name(enum dcb_cgroup_kind kind)
{
	static const char *const names[] = {
		[DCB_CGROUP_NONE] = "none",
		[DCB_CGROUP_V1] = "v1",
		[DCB_CGROUP_HYBRID] = "hybrid",
		[DCB_CGROUP_V2] = "v2",
	};

	return names[kind];
}

void dcb_cgroup_layout_deinit(struct dcb_cgroup_layout *layout)
{
	for (size_t i = 0; i < layout->n_mounts; i++) {
		free(layout->mounts[i].controllers);
		free(layout->mounts[i].mount);
		free(layout->mounts[i].own);
	}
	*layout = (struct dcb_cgroup_layout)DCB_CGROUP_LAYOUT_NULL;
}

/* Like strsep(), but a run of separators counts once. */
static char *next_word(char **text, const char *separators)
{
	char *word;

	do
		word = strsep(text, separators);
	while (word && !*word);
	return word;
}

bool dcb_cgroup_has_word(const char *list, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = list; (at = strstr(at, word)); at += length) {
		bool begins = at == list || strchr(" ,\n", at[-1]);

		if (begins && strchr(" ,\n", at[length]))
			return true;
	}
	return false;
}

/* mountinfo(5) writes blanks and backslashes as \ooo. */
static void unescape(char *text)
{
	char *to = text;

	for (const char *from = text; *from; to++) {
		if (from[0] == '\\' && from[1] >= '0' && from[1] <= '3' && from[2] >= '0' &&
		    from[2] <= '7' && from[3] >= '0' && from[3] <= '7') {
			*to = (char)((from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0'));
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
}

int dcb_cgroup_path_parse(const char *text, const char *controller, char **ret_path)
{
	_cleanup_free_ char *copy = strdup(text);
	char *rest = copy;
	char *line;

	if (!copy)
		return -ENOMEM;
	while ((line = next_word(&rest, "\n"))) {
		char *controllers = strchr(line, ':');
		char *path = controllers ? strchr(controllers + 1, ':') : NULL;

		if (!path)
			continue;
		*path++ = '\0';
		controllers++;
		if (controller ? !dcb_cgroup_has_word(controllers, controller) : !!*controllers)
			continue;
		path = strdup(path);
		if (!path)
			return -ENOMEM;
		*ret_path = path;
		return 0;
	}
	return -ENOENT;
}

static bool is_folder(const char *mount, const char *path)
{
	_cleanup_free_ char *folder = dcb_format("%s%s", mount, path);
	struct stat st;

	return folder && stat(folder, &st) == 0 && S_ISDIR(st.st_mode);
}

/* A container without a cgroup namespace sees the host's paths, but its mount begins at its own
 * group: the mount's root is taken off. What is not visible at all becomes the mount itself. */
static char *own_below_mount(const char *mount, const char *mount_root, const char *path)
{
	size_t length = strlen(mount_root);

	if (strcmp(mount_root, "/") != 0 && strncmp(path, mount_root, length) == 0 &&
	    (path[length] == '/' || !path[length]))
		path += length;
	return strdup(*path == '/' && is_folder(mount, path) ? path : "/");
}

static int add_mount(struct dcb_cgroup_layout *layout, const char *root, const char *own_text,
		     const char *mount_root, const char *mount_point, const char *options)
{
	struct dcb_cgroup_mount *mount = &layout->mounts[layout->n_mounts];
	_cleanup_free_ char *controllers = options ? dcb_format(",%s,", options) : NULL;
	_cleanup_free_ char *folder = dcb_format("%s%s", root, mount_point);
	_cleanup_free_ char *path = NULL;
	_cleanup_free_ char *name = NULL;
	char *own;
	int r;

	if (!folder || (options && !controllers))
		return -ENOMEM;
	if (options) {
		/* Its hierarchy is known by any one of its controllers: the first will do. */
		name = strndup(options, strcspn(options, ","));
		if (!name)
			return -ENOMEM;
	}
	r = dcb_cgroup_path_parse(own_text, name, &path);
	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return r;
	own = own_below_mount(folder, mount_root, path);
	if (!own)
		return -ENOMEM;
	mount->controllers = TAKE_PTR(controllers);
	mount->mount = TAKE_PTR(folder);
	mount->own = own;
	layout->n_mounts++;
	return 0;
}

/* Keeps of the super options ("rw,cpu,cpuacct") what names controllers in /proc/self/cgroup. */
static char *controllers_of(const char *own_text, char *options)
{
	_cleanup_free_ char *list = strdup("");
	char *word;

	while (list && (word = next_word(&options, ","))) {
		_cleanup_free_ char *path = NULL;
		char *longer;

		if (dcb_cgroup_path_parse(own_text, word, &path) < 0)
			continue;
		longer = dcb_format("%s%s%s", list, *list ? "," : "", word);
		free(list);
		list = longer;
	}
	return TAKE_PTR(list);
}

/* "36 35 98:0 /root /mount rw,relatime shared:1 - cgroup cgroup rw,cpu,cpuacct" */
static int parse_mount(struct dcb_cgroup_layout *layout, const char *root, const char *own_text,
		       char *line)
{
	char *fields[5] = {NULL};
	char *behind = strstr(line, " - ");
	char *type;
	_cleanup_free_ char *controllers = NULL;

	if (!behind)
		return 0;
	*behind = '\0';
	behind += 3;
	type = next_word(&behind, " ");
	next_word(&behind, " ");
	if (!type || !behind || (strcmp(type, "cgroup") != 0 && strcmp(type, "cgroup2") != 0))
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		fields[i] = next_word(&line, " ");
		if (!fields[i])
			return 0;
	}
	unescape(fields[3]);
	unescape(fields[4]);
	if (strcmp(type, "cgroup2") == 0) {
		/* The first mount of it is the one that libcgroup takes, too. */
		if (dcb_cgroup_layout_find(layout, NULL))
			return 0;
		return add_mount(layout, root, own_text, fields[3], fields[4], NULL);
	}
	controllers = controllers_of(own_text, behind);
	if (!controllers)
		return -ENOMEM;
	if (!*controllers)
		return 0;
	return add_mount(layout, root, own_text, fields[3], fields[4], controllers);
}

static enum dcb_cgroup_kind kind_of(const struct dcb_cgroup_layout *layout)
{
	bool v1 = dcb_cgroup_layout_find(layout, "memory") ||
		  dcb_cgroup_layout_find(layout, "cpu") || dcb_cgroup_layout_find(layout, "pids");
	bool unified = dcb_cgroup_layout_find(layout, NULL);

	if (v1)
		return unified ? DCB_CGROUP_HYBRID : DCB_CGROUP_V1;
	return unified ? DCB_CGROUP_V2 : DCB_CGROUP_NONE;
}

int dcb_cgroup_layout_read(const char *root, struct dcb_cgroup_layout *ret_layout,
			   struct dcb_error *err)
{
	_cleanup_(
		dcb_cgroup_layout_deinitp) struct dcb_cgroup_layout layout = DCB_CGROUP_LAYOUT_NULL;
	_cleanup_free_ char *mounts_path = dcb_format("%s/proc/self/mountinfo", root);
	_cleanup_free_ char *own_path = dcb_format("%s/proc/self/cgroup", root);
	_cleanup_free_ char *mounts = NULL;
	_cleanup_free_ char *own = NULL;
	char *rest, *line;
	int r;

	if (!mounts_path || !own_path)
		return dcb_error_oom(err);
	r = dcb_file_read(mounts_path, PROC_FILE_MAX, &mounts, NULL, err);
	if (r < 0)
		return r;
	r = dcb_file_read(own_path, PROC_FILE_MAX, &own, NULL, err);
	if (r < 0)
		return r;
	rest = mounts;
	while ((line = next_word(&rest, "\n")) && layout.n_mounts < DCB_CGROUP_MOUNTS_MAX) {
		r = parse_mount(&layout, root, own, line);
		if (r < 0)
			return dcb_error_oom(err);
	}
	layout.kind = kind_of(&layout);
	*ret_layout = layout;
	layout = (struct dcb_cgroup_layout)DCB_CGROUP_LAYOUT_NULL;
	return 0;
}

const struct dcb_cgroup_mount *dcb_cgroup_layout_find(const struct dcb_cgroup_layout *layout,
						      const char *controller)
{
	for (size_t i = 0; i < layout->n_mounts; i++) {
		const struct dcb_cgroup_mount *mount = &layout->mounts[i];

		if (controller ? mount->controllers &&
					 dcb_cgroup_has_word(mount->controllers, controller)
			       : !mount->controllers)
			return mount;
	}
	return NULL;
}

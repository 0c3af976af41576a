// SPDX-License-Identifier: GPL-2.0-only
#include "kernels/local.h"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "kernels/entry.h"
#include "kernels/image.h"

#define MAX_LIST_BYTES (4u << 20)

static char *config_beside(const char *path)
{
	const char *name = basename(path);
	const char *release = strchr(name, '-');
	_cleanup_free_ char *config = NULL;

	if (!release)
		return NULL;
	config = dcb_format("%.*sconfig%s", (int)(name - path), path, release);
	return config && dcb_file_exists(config) ? TAKE_PTR(config) : NULL;
}

/* An image that the store knows needs no second copy. */
static int find_same(struct dcb_kernel_store *store, const char *path, enum dcb_arch arch,
		     struct dcb_kernel **ret_kernel)
{
	_cleanup_(dcb_kernel_freep) struct dcb_kernel *kernel = NULL;
	char sha256[DCB_SHA256_HEX];
	struct stat st;

	if (stat(path, &st) < 0 || !S_ISREG(st.st_mode) ||
	    dcb_file_sha256(path, sha256, NULL) < 0 ||
	    dcb_store_load(store, sha256, &kernel, NULL) < 0 || kernel->arch != arch)
		return -ENOENT;
	*ret_kernel = TAKE_PTR(kernel);
	return 0;
}

static int make(struct dcb_kernel_store *store, const struct dcb_entry_parts *parts,
		const char *kind, const char *path, struct dcb_kernel **ret_kernel,
		struct dcb_error *err)
{
	_cleanup_free_ char *absolute = realpath(path, NULL);
	json_auto_t *origin = NULL;
	struct dcb_entry_parts whole = *parts;

	/* A path that is no UTF-8 cannot be told in JSON. */
	origin = json_pack("{s:s, s:s}", "kind", kind, "path", absolute ?: path);
	if (!origin)
		origin = json_pack("{s:s}", "kind", kind);
	if (!origin)
		return dcb_error_oom(err);
	whole.origin = origin;
	return dcb_entry_make(store, &whole, ret_kernel, err);
}

int dcb_local_file(struct dcb_kernel_store *store, const char *path, enum dcb_arch arch,
		   struct dcb_kernel **ret_kernel, struct dcb_error *err)
{
	_cleanup_free_ char *config = config_beside(path);
	const struct dcb_entry_parts parts = {
		.image = path,
		.arch = arch,
		.config = config,
		.modules_reason = "a kernel given as a file brings no modules",
	};
	_cleanup_close_ int held = -1;
	int r;

	if (find_same(store, path, arch, ret_kernel) == 0)
		return 0;
	r = dcb_store_lock(store, &held, err);
	if (r < 0)
		return r;
	return make(store, &parts, "file", path, ret_kernel, err);
}

static const char *tree_image(enum dcb_arch arch)
{
	return arch == DCB_ARCH_ARM64 ? "arch/arm64/boot/Image" : "arch/x86/boot/bzImage";
}

static int find_image(const char *tree, enum dcb_arch arch, char **ret_path, struct dcb_error *err)
{
	enum dcb_arch other = arch == DCB_ARCH_ARM64 ? DCB_ARCH_X86_64 : DCB_ARCH_ARM64;
	_cleanup_free_ char *path = dcb_format("%s/%s", tree, tree_image(arch));
	_cleanup_free_ char *foreign = dcb_format("%s/%s", tree, tree_image(other));
	struct stat st;

	if (!path || !foreign)
		return dcb_error_oom(err);
	if (stat(tree, &st) < 0)
		return dcb_error_usage(err, "tree:%s: %s", tree, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return dcb_error_usage(err, "tree:%s: not a folder; for an image say file:%s", tree,
				       tree);
	if (dcb_file_exists(path)) {
		*ret_path = TAKE_PTR(path);
		return 0;
	}
	if (dcb_file_exists(foreign))
		return dcb_error_usage(err,
				       "tree:%s is built for %s, but a kernel for %s is needed",
				       tree, dcb_arch_name(other), dcb_arch_name(arch));
	return dcb_error_usage(err, "tree:%s has no %s; build it first", tree, tree_image(arch));
}

/* The path of a module below the tree, of a line of modules.order: "fs/xfs/xfs.o", in older kernels
 * "kernel/fs/xfs/xfs.ko". NULL for what is not one. */
static char *module_path(const char *line)
{
	size_t n = strlen(line);

	if (strncmp(line, "kernel/", 7) == 0 && n > 3 && strcmp(line + n - 3, ".ko") == 0) {
		/* The tree has a folder of that name too, which holds few modules. */
		line += 7;
		n -= 7;
	}
	if (*line == '/' || strstr(line, ".."))
		return NULL;
	if (n > 2 && strcmp(line + n - 2, ".o") == 0)
		return dcb_format("%.*s.ko", (int)(n - 2), line);
	if (n > 3 && strcmp(line + n - 3, ".ko") == 0)
		return strdup(line);
	return NULL;
}

/* 0 also for a module that is not built. */
static int link_module(const char *tree, const char *module, const char *folder,
		       struct dcb_error *err)
{
	_cleanup_free_ char *from = dcb_format("%s/%s", tree, module);
	_cleanup_free_ char *to = dcb_format("%s/kernel/%s", folder, module);
	_cleanup_free_ char *parent = to ? strdup(to) : NULL;
	int r;

	if (!from || !parent)
		return dcb_error_oom(err);
	if (!dcb_file_exists(from))
		return 0;
	*strrchr(parent, '/') = '\0';
	r = dcb_dir_create(parent, 0755, err);
	if (r < 0)
		return r;
	if (symlink(from, to) < 0 && errno != EEXIST)
		return dcb_error_sys(err, errno, "%s", to);
	return 1;
}

/* > 0 if there are modules; `folder` then looks like /lib/modules/RELEASE. */
static int link_modules(const char *tree, const char *folder, struct dcb_error *err)
{
	_cleanup_free_ char *order = dcb_format("%s/modules.order", tree);
	_cleanup_free_ char *text = NULL;
	char *rest, *line;
	int found = 0;

	if (!order)
		return dcb_error_oom(err);
	if (dcb_file_read(order, MAX_LIST_BYTES, &text, NULL, NULL) < 0)
		return 0;
	rest = text;
	while ((line = strsep(&rest, "\n"))) {
		_cleanup_free_ char *module = module_path(line);
		int r = module ? link_module(tree, module, folder, err) : 0;

		if (r < 0)
			return r;
		found += r;
	}
	return found;
}

static int copy_list(const char *tree, const char *name, const char *folder, struct dcb_error *err)
{
	_cleanup_free_ char *from = dcb_format("%s/%s", tree, name);
	_cleanup_free_ char *to = dcb_format("%s/%s", folder, name);

	if (!from || !to)
		return dcb_error_oom(err);
	return dcb_file_exists(from) ? dcb_file_copy(from, to, 0644, err) : 0;
}

static int release_of(const char *image, enum dcb_arch arch, char **ret_release,
		      struct dcb_error *err)
{
	_cleanup_(dcb_image_deinit) struct dcb_image read = DCB_IMAGE_NULL;
	_cleanup_free_ char *data = NULL;
	size_t size;
	int r;

	r = dcb_file_read(image, (size_t)1 << 30, &data, &size, err);
	if (r < 0)
		return r;
	r = dcb_image_read(data, size, image, arch, &read, err);
	if (r < 0)
		return r;
	*ret_release = TAKE_PTR(read.release);
	return 0;
}

/* *ret_root stays NULL where there are none. */
static int gather_modules(const char *tree, const char *image, enum dcb_arch arch,
			  const char *temporary, char **ret_root, struct dcb_error *err)
{
	_cleanup_free_ char *absolute = realpath(tree, NULL);
	_cleanup_free_ char *release = NULL, *folder = NULL, *usr = NULL, *root = NULL;
	int found, r;

	if (!absolute)
		return dcb_error_sys(err, errno, "%s", tree);
	r = release_of(image, arch, &release, err);
	if (r < 0)
		return r;
	root = strdup(temporary);
	folder = dcb_format("%s/lib/modules/%s", temporary, release);
	usr = dcb_format("%s/usr", temporary);
	if (!root || !folder || !usr)
		return dcb_error_oom(err);
	r = dcb_dir_create(folder, 0755, err);
	if (r < 0)
		return r;
	if (symlink(".", usr) < 0)
		return dcb_error_sys(err, errno, "%s", usr);
	found = link_modules(absolute, folder, err);
	if (found <= 0)
		return found;
	for (size_t i = 0; i < 3; i++) {
		static const char *const lists[] = {"modules.order", "modules.builtin",
						    "modules.builtin.modinfo"};

		r = copy_list(absolute, lists[i], folder, err);
		if (r < 0)
			return r;
	}
	*ret_root = TAKE_PTR(root);
	return 0;
}

int dcb_local_tree(struct dcb_kernel_store *store, const char *path, enum dcb_arch arch,
		   struct dcb_kernel **ret_kernel, struct dcb_error *err)
{
	_cleanup_(dcb_dir_removep) char *temporary = NULL;
	_cleanup_free_ char *image = NULL, *config = NULL, *root = NULL;
	struct dcb_entry_parts parts = {.arch = arch, .modules_reason = "its tree has no modules"};
	_cleanup_close_ int held = -1;
	int r;

	if (arch == DCB_ARCH_NONE)
		return dcb_error_usage(err, "tree:%s: the null machine runs programs, not kernels",
				       path);
	r = find_image(path, arch, &image, err);
	if (r < 0)
		return r;
	r = dcb_store_lock(store, &held, err);
	if (r < 0)
		return r;
	r = dcb_store_temporary(store, &temporary, err);
	if (r < 0)
		return r;
	r = gather_modules(path, image, arch, temporary, &root, err);
	if (r < 0)
		return r;
	config = dcb_format("%s/.config", path);
	if (!config)
		return dcb_error_oom(err);
	parts.image = image;
	parts.config = dcb_file_exists(config) ? config : NULL;
	parts.modules_root = root;
	return make(store, &parts, "tree", path, ret_kernel, err);
}

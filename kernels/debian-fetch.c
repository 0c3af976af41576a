// SPDX-License-Identifier: GPL-2.0-only

/* From packages to an entry of the store. */

#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "kernels/debian.h"
#include "kernels/entry.h"

struct unpacked {
	char *folder; /* temporary; files of the packages are below root/ */
	char *image;
	char *config;
	char *modules_root;
	char *modules_reason;
};

static void unpacked_deinit(struct unpacked *unpacked)
{
	dcb_dir_removep(&unpacked->folder);
	free(unpacked->image);
	free(unpacked->config);
	free(unpacked->modules_root);
	free(unpacked->modules_reason);
}

static int unpack(struct dcb_apt *apt, const struct dcb_apt_package *package, const char *folder,
		  struct dcb_error *err)
{
	_cleanup_free_ char *root = dcb_format("%s/root", folder);
	_cleanup_free_ char *deb = NULL;
	int r;

	if (!package)
		return 0;
	if (!root)
		return dcb_error_oom(err);
	r = dcb_apt_download(apt, package, folder, &deb, err);
	if (r < 0)
		return r;
	r = dcb_dir_create(root, 0755, err);
	if (r < 0)
		return r;
	r = dcb_deb_extract(deb, root, err);
	unlink(deb);
	return r;
}

/* Packages before the merge of /usr have /lib/modules. NULL where there is none. */
static char *find_modules_folder(const char *folder, const char *release)
{
	static const char *const places[] = {"root/usr/lib/modules", "root/lib/modules"};

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		_cleanup_free_ char *path = dcb_format("%s/%s/%s", folder, places[i], release);
		struct stat st;

		if (path && lstat(path, &st) == 0 && S_ISDIR(st.st_mode))
			return TAKE_PTR(path);
	}
	return NULL;
}

/* Takes the path if a regular file is there. */
static bool take_file(char *path, char **place)
{
	_cleanup_free_ char *given = path;
	struct stat st;

	if (!given || lstat(given, &st) < 0 || !S_ISREG(st.st_mode))
		return false;
	*place = TAKE_PTR(given);
	return true;
}

/* Moves the modules to where depmod looks for them, whether it was built for /lib or /usr/lib. */
static int settle_modules(struct unpacked *unpacked, const char *modules, const char *release,
			  struct dcb_error *err)
{
	_cleanup_free_ char *root = dcb_format("%s/modules", unpacked->folder);
	_cleanup_free_ char *parent = dcb_format("%s/modules/lib/modules", unpacked->folder);
	_cleanup_free_ char *usr = dcb_format("%s/modules/usr", unpacked->folder);
	_cleanup_free_ char *target = NULL;
	int r;

	if (!root || !parent || !usr)
		return dcb_error_oom(err);
	r = dcb_dir_create(parent, 0755, err);
	if (r < 0)
		return r;
	target = dcb_format("%s/%s", parent, release);
	if (!target)
		return dcb_error_oom(err);
	if (rename(modules, target) < 0 || symlink(".", usr) < 0)
		return dcb_error_sys(err, errno, "%s", target);
	unpacked->modules_root = TAKE_PTR(root);
	return 0;
}

static int find_parts(struct unpacked *unpacked, const struct dcb_debian_choice *choice,
		      struct dcb_error *err)
{
	const char *folder = unpacked->folder, *release = choice->release;
	_cleanup_free_ char *modules = find_modules_folder(folder, release);
	_cleanup_free_ char *kernel = NULL;

	if (!take_file(dcb_format("%s/root/boot/vmlinuz-%s", folder, release), &unpacked->image) &&
	    !(modules && take_file(dcb_format("%s/vmlinuz", modules), &unpacked->image)))
		return dcb_error_set(err, ENOENT, "%s %s: no kernel image in the package",
				     choice->image->name, choice->image->version);
	/* Copied below, so that moving the modules does not take them away. */
	if (!take_file(dcb_format("%s/root/boot/config-%s", folder, release), &unpacked->config) &&
	    modules)
		take_file(dcb_format("%s/config", modules), &unpacked->config);
	kernel = modules ? dcb_format("%s/kernel", modules) : NULL;
	if (kernel && dcb_file_exists(kernel))
		return 1;
	unpacked->modules_reason = choice->split && !choice->modules
					   ? dcb_format("linux-modules-%s is not in the archive",
							release)
					   : dcb_format("%s holds no modules", choice->image->name);
	return unpacked->modules_reason ? 0 : dcb_error_oom(err);
}

static int move_out(char **path, const char *folder, const char *name, struct dcb_error *err)
{
	_cleanup_free_ char *target = dcb_format("%s/%s", folder, name);

	if (!*path)
		return 0;
	if (!target)
		return dcb_error_oom(err);
	if (rename(*path, target) < 0)
		return dcb_error_sys(err, errno, "%s", target);
	free(*path);
	*path = TAKE_PTR(target);
	return 0;
}

static int sort_out(struct unpacked *unpacked, const struct dcb_debian_choice *choice,
		    struct dcb_error *err)
{
	_cleanup_free_ char *modules = NULL;
	int has_modules, r;

	has_modules = find_parts(unpacked, choice, err);
	if (has_modules < 0)
		return has_modules;
	r = move_out(&unpacked->image, unpacked->folder, "vmlinuz", err);
	if (r < 0)
		return r;
	r = move_out(&unpacked->config, unpacked->folder, "config", err);
	if (r < 0)
		return r;
	if (!has_modules)
		return 0;
	modules = find_modules_folder(unpacked->folder, choice->release);
	return modules ? settle_modules(unpacked, modules, choice->release, err)
		       : dcb_error_oom(err);
}

static json_t *origin_of(const struct dcb_debian_choice *choice)
{
	const struct dcb_apt_package *image = choice->image, *modules = choice->modules;
	json_t *origin = json_pack("{s:s, s:s, s:s, s:s, s:s}", "kind", "debian", "package",
				   image->name, "version", image->version, "suite", image->suite,
				   "deb_sha256", image->sha256);

	if (origin && modules &&
	    (json_object_set_new(origin, "modules_package", json_string(modules->name)) < 0 ||
	     json_object_set_new(origin, "modules_deb_sha256", json_string(modules->sha256)) < 0)) {
		json_decref(origin);
		return NULL;
	}
	return origin;
}

int dcb_debian_fetch(struct dcb_kernel_store *store, struct dcb_apt *apt,
		     const struct dcb_debian_choice *choice, enum dcb_arch arch,
		     struct dcb_kernel **ret_kernel, struct dcb_error *err)
{
	_cleanup_(unpacked_deinit) struct unpacked unpacked = {0};
	struct dcb_entry_parts parts = {.arch = arch};
	json_auto_t *origin = origin_of(choice);
	int r;

	if (!origin)
		return dcb_error_oom(err);
	r = dcb_store_temporary(store, &unpacked.folder, err);
	if (r < 0)
		return r;
	r = unpack(apt, choice->image, unpacked.folder, err);
	if (r < 0)
		return r;
	r = unpack(apt, choice->base, unpacked.folder, err);
	if (r < 0)
		return r;
	r = unpack(apt, choice->modules, unpacked.folder, err);
	if (r < 0)
		return r;
	r = sort_out(&unpacked, choice, err);
	if (r < 0)
		return r;
	parts.image = unpacked.image;
	parts.config = unpacked.config;
	parts.modules_root = unpacked.modules_root;
	parts.modules_reason = unpacked.modules_reason;
	parts.origin = origin;
	r = dcb_entry_make(store, &parts, ret_kernel, err);
	return r < 0 ? dcb_error_wrap(err, "%s %s", choice->image->name, choice->image->version)
		     : 0;
}

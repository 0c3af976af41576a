// SPDX-License-Identifier: GPL-2.0-only
#include "kernels/modules.h"

#include <libkmod.h>
#include <limits.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/process.h"
#include "kernels/kernel.h"
#include "kernels/unpack.h"

#define DEPMOD_TIMEOUT_MS (5 * 60 * 1000)
#define MAX_FILES         64

/* Under the names by which workloads ask; `symbol` says whether it is built in. */
static const struct module {
	const char *name;
	const char *alias; /* where the file is called otherwise */
	const char *symbol;
	/* An alias that it asks for as it runs, where there is no modprobe to answer. */
	const char *asks;
} wanted[] = {
	{"overlay", NULL, "OVERLAY_FS"},
	{"xfs", NULL, "XFS_FS"},
	{"btrfs", NULL, "BTRFS_FS", "crypto-crc32c"},
	{"loop", NULL, "BLK_DEV_LOOP"},
	{"ext4", NULL, "EXT4_FS"},
	{"fuse", NULL, "FUSE_FS"},
	{"autofs", "fs-autofs", "AUTOFS_FS"},
	{"dm_mod", NULL, "BLK_DEV_DM"},
};

/* Paths in load order, each once. */
struct order {
	char *paths[MAX_FILES];
	size_t n;
};

DEFINE_CLEANUP(struct kmod_ctx *, kmod_unref)
DEFINE_CLEANUP(struct kmod_list *, kmod_module_unref_list)
DEFINE_CLEANUP(struct kmod_module *, kmod_module_unref)

static void order_deinit(struct order *order)
{
	for (size_t i = 0; i < order->n; i++)
		free(order->paths[i]);
}

static int order_add(struct order *order, const char *path)
{
	for (size_t i = 0; i < order->n; i++) {
		if (strcmp(order->paths[i], path) == 0)
			return 0;
	}
	if (order->n == MAX_FILES)
		return -E2BIG;
	order->paths[order->n] = strdup(path);
	if (!order->paths[order->n])
		return -ENOMEM;
	order->n++;
	return 0;
}

/* What it depends on first: soft dependencies too, which a module asks for by itself where there is
 * a modprobe, as there is none in the guest. Their chains are short: depth ends a circle. */
static int order_module(struct order *order, struct kmod_module *module, int depth)
{
	_cleanup_(kmod_module_unref_listp) struct kmod_list *soft = NULL;
	_cleanup_(kmod_module_unref_listp) struct kmod_list *after = NULL;
	_cleanup_(kmod_module_unref_listp) struct kmod_list *hard = NULL;
	const char *path = kmod_module_get_path(module);
	struct kmod_list *item;
	int r = 0;

	if (!path)
		return 0; /* built in */
	if (depth == 0)
		return -ELOOP;
	kmod_module_get_softdeps(module, &soft, &after);
	hard = kmod_module_get_dependencies(module);
	kmod_list_foreach(item, soft)
	{
		_cleanup_(kmod_module_unrefp) struct kmod_module *other = kmod_module_get_module(
			item);

		r = order_module(order, other, depth - 1);
		if (r < 0)
			return r;
	}
	kmod_list_foreach(item, hard)
	{
		_cleanup_(kmod_module_unrefp) struct kmod_module *other = kmod_module_get_module(
			item);

		r = order_module(order, other, depth - 1);
		if (r < 0)
			return r;
	}
	return order_add(order, path);
}

/* "xfs.ko" of ".../xfs.ko.xz"; malloc'd. */
static char *plain_name(const char *path)
{
	const char *name = basename(path);
	const char *end = strstr(name, ".ko");

	return end ? strndup(name, (size_t)(end - name) + 3) : strdup(name);
}

static int store_file(const char *path, const char *into, json_t *files, struct dcb_error *err)
{
	_cleanup_free_ char *name = plain_name(path);
	_cleanup_free_ char *to = name ? dcb_format("%s/%s", into, name) : NULL;
	char sha256[DCB_SHA256_HEX];
	int r;

	if (!to)
		return dcb_error_oom(err);
	if (!dcb_file_exists(to)) {
		r = dcb_unpack_file(path, to, err);
		if (r < 0)
			return r;
	}
	r = dcb_file_sha256(to, sha256, err);
	if (r < 0)
		return r;
	if (json_array_append_new(files, json_pack("{s:s, s:s}", "name", name, "sha256", sha256)) <
	    0)
		return dcb_error_oom(err);
	return 0;
}

static int store_order(const struct order *order, const char *into, json_t **ret_entry,
		       struct dcb_error *err)
{
	json_auto_t *files = json_array();
	json_t *entry;
	int r;

	for (size_t i = 0; i < order->n; i++) {
		r = store_file(order->paths[i], into, files, err);
		if (r < 0)
			return r;
	}
	entry = json_pack("{s:O}", "files", files);
	if (!entry)
		return dcb_error_oom(err);
	*ret_entry = entry;
	return 0;
}

static int look_up(struct kmod_ctx *kmod, const struct module *module, struct kmod_list **ret_list)
{
	_cleanup_(kmod_module_unref_listp) struct kmod_list *list = NULL;

	kmod_module_new_from_lookup(kmod, module->name, &list);
	if (!list && module->alias)
		kmod_module_new_from_lookup(kmod, module->alias, &list);
	if (!list)
		return -ENOENT;
	*ret_list = TAKE_PTR(list);
	return 0;
}

/* Whatever answers to an alias, where that is not built in. */
static int order_alias(struct kmod_ctx *kmod, struct order *order, const char *alias)
{
	_cleanup_(kmod_module_unref_listp) struct kmod_list *list = NULL;
	struct kmod_list *item;
	int r = 0;

	kmod_module_new_from_lookup(kmod, alias, &list);
	kmod_list_foreach(item, list)
	{
		_cleanup_(kmod_module_unrefp) struct kmod_module *module = kmod_module_get_module(
			item);

		r = order_module(order, module, 16);
		if (r < 0)
			return r;
	}
	return r;
}

/* *ret_entry stays NULL where the kernel has no such module. */
static int collect_one(struct kmod_ctx *kmod, const struct module *module, const char *into,
		       json_t **ret_entry, struct dcb_error *err)
{
	_cleanup_(kmod_module_unref_listp) struct kmod_list *list = NULL;
	_cleanup_(kmod_module_unrefp) struct kmod_module *found = NULL;
	_cleanup_(order_deinit) struct order order = {0};
	int r;

	if (look_up(kmod, module, &list) < 0)
		return 0;
	found = kmod_module_get_module(list);
	if (!kmod_module_get_path(found)) {
		*ret_entry = json_pack("{s:b}", "builtin", 1);
		return *ret_entry ? 0 : dcb_error_oom(err);
	}
	r = module->asks ? order_alias(kmod, &order, module->asks) : 0;
	if (r == 0)
		r = order_module(&order, found, 16);
	if (r < 0)
		return dcb_error_sys(err, r, "dependencies of module %s", module->name);
	return store_order(&order, into, ret_entry, err);
}

static int run_depmod(const char *root, const char *release, struct dcb_error *err)
{
	const char *argv[] = {"depmod", "-b", root, release, NULL};
	_cleanup_(dcb_output_deinit) struct dcb_output output = DCB_OUTPUT_NULL;

	return dcb_command((char *const *)argv, DEPMOD_TIMEOUT_MS, &output, err);
}

static void keep_silent(void *context, int priority, const char *file, int line,
			const char *function, const char *format, va_list args)
{
	(void)context;
	(void)priority;
	(void)file;
	(void)line;
	(void)function;
	(void)format;
	(void)args;
}

static int collect_files(const char *root, const char *release, const char *into, json_t *modules,
			 struct dcb_error *err)
{
	/* Not the host's modprobe.d. */
	static const char *const no_config[] = {NULL};
	_cleanup_free_ char *folder = dcb_format("%s/lib/modules/%s", root, release);
	_cleanup_(kmod_unrefp) struct kmod_ctx *kmod = NULL;
	int r;

	if (!folder)
		return dcb_error_oom(err);
	r = run_depmod(root, release, err);
	if (r < 0)
		return r;
	kmod = kmod_new(folder, no_config);
	if (!kmod)
		return dcb_error_oom(err);
	kmod_set_log_fn(kmod, keep_silent, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
		json_t *entry = NULL;

		r = collect_one(kmod, &wanted[i], into, &entry, err);
		if (r < 0)
			return r;
		if (entry && json_object_set_new(modules, wanted[i].name, entry) < 0)
			return dcb_error_oom(err);
	}
	return 0;
}

static bool is_built_in(const char *config, const char *symbol)
{
	_cleanup_free_ char *line = dcb_format("\nCONFIG_%s=y\n", symbol);

	return line && config && strstr(config, line);
}

static int collect_built_in(const char *config, json_t *modules, struct dcb_error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
		if (json_object_get(modules, wanted[i].name) ||
		    !is_built_in(config, wanted[i].symbol))
			continue;
		if (json_object_set_new(modules, wanted[i].name, json_pack("{s:b}", "builtin", 1)) <
		    0)
			return dcb_error_oom(err);
	}
	return 0;
}

int dcb_modules_collect(const char *root, const char *release, const char *reason,
			const char *config, const char *into, json_t **ret_modules,
			struct dcb_error *err)
{
	json_auto_t *modules = json_object();
	json_t *all;
	int r;

	r = dcb_dir_create(into, 0755, err);
	if (r < 0)
		return r;
	if (root) {
		r = collect_files(root, release, into, modules, err);
		if (r < 0)
			return dcb_error_wrap(err, "modules of %s", release);
		reason = "the kernel was built without it";
	}
	r = collect_built_in(config, modules, err);
	if (r < 0)
		return r;
	all = json_pack("{s:O, s:s}", "modules", modules, "reason", reason);
	if (!all)
		return dcb_error_oom(err);
	*ret_modules = all;
	return 0;
}

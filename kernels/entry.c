// SPDX-License-Identifier: GPL-2.0-only
#include "kernels/entry.h"

#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "kernels/image.h"
#include "kernels/modules.h"

#define MAX_IMAGE_BYTES  ((size_t)1 << 30)
#define MAX_CONFIG_BYTES (4u << 20)

/* What goes into the entry's folder. */
struct draft {
	const char *folder;
	const struct dcb_entry_parts *parts;
	struct dcb_image image;
	char *config;
	size_t config_size;
	char sha256[DCB_SHA256_HEX];
};

static void draft_deinit(struct draft *draft)
{
	dcb_image_deinit(&draft->image);
	free(draft->config);
}

static int put(const struct draft *draft, const char *name, const void *data, size_t size,
	       mode_t mode, struct dcb_error *err)
{
	_cleanup_free_ char *path = dcb_format("%s/%s", draft->folder, name);

	return path ? dcb_file_write(path, data, size, mode, err) : dcb_error_oom(err);
}

static int put_json(const struct draft *draft, const char *name, const json_t *value,
		    struct dcb_error *err)
{
	_cleanup_free_ char *text = dcb_json_print(value);

	return text ? put(draft, name, text, strlen(text), 0644, err) : dcb_error_oom(err);
}

/* The null machine runs its image. */
static mode_t image_mode(const struct draft *draft)
{
	return draft->image.arch == DCB_ARCH_NONE ? 0755 : 0644;
}

static const char *boot_name(const struct draft *draft)
{
	if (!draft->image.boot)
		return "image";
	return draft->image.arch == DCB_ARCH_X86_64 ? "image.elf" : "image.raw";
}

/* A device or a pipe would never end. */
static int check_regular(const char *path, struct dcb_error *err)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return dcb_error_usage(err, "%s: %s", path, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return dcb_error_usage(err, "%s: a folder; for a built kernel tree say tree:%s",
				       path, path);
	if (!S_ISREG(st.st_mode))
		return dcb_error_usage(err, "%s: not a regular file", path);
	return 0;
}

static int take_image(struct draft *draft, struct dcb_error *err)
{
	const char *path = draft->parts->image;
	_cleanup_free_ char *data = NULL;
	size_t size;
	int r;

	r = dcb_file_read(path, MAX_IMAGE_BYTES, &data, &size, err);
	if (r < 0)
		return r;
	dcb_sha256(data, size, draft->sha256);
	r = dcb_image_read(data, size, path, draft->parts->arch, &draft->image, err);
	if (r < 0)
		return r;
	r = put(draft, "image", data, size, image_mode(draft), err);
	if (r < 0 || !draft->image.boot)
		return r;
	return put(draft, boot_name(draft), draft->image.boot, draft->image.boot_size, 0644, err);
}

static int take_config(struct draft *draft, struct dcb_error *err)
{
	int r;

	if (draft->parts->config) {
		r = dcb_file_read(draft->parts->config, MAX_CONFIG_BYTES, &draft->config,
				  &draft->config_size, err);
		if (r < 0)
			return r;
	} else if (draft->image.config) {
		draft->config_size = draft->image.config_size;
		draft->config = strndup(draft->image.config, draft->config_size);
		if (!draft->config)
			return dcb_error_oom(err);
	}
	if (!draft->config)
		return 0;
	return put(draft, "config", draft->config, draft->config_size, 0644, err);
}

static int take_modules(struct draft *draft, struct dcb_error *err)
{
	_cleanup_free_ char *into = dcb_format("%s/modules", draft->folder);
	json_auto_t *modules = NULL;
	int r;

	if (!into)
		return dcb_error_oom(err);
	r = dcb_modules_collect(draft->parts->modules_root, draft->image.release,
				draft->parts->modules_reason, draft->config, into, &modules, err);
	if (r < 0)
		return r;
	return put_json(draft, "modules.json", modules, err);
}

static int describe(struct draft *draft, struct dcb_error *err)
{
	json_auto_t *all = json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:O}", "sha256", draft->sha256,
				     "arch", dcb_arch_name(draft->image.arch), "release",
				     draft->image.release, "format", draft->image.format, "image",
				     boot_name(draft), "config", draft->config != NULL, "origin",
				     draft->parts->origin);

	return all ? put_json(draft, "kernel.json", all, err) : dcb_error_oom(err);
}

int dcb_entry_make(struct dcb_kernel_store *store, const struct dcb_entry_parts *parts,
		   struct dcb_kernel **ret_kernel, struct dcb_error *err)
{
	_cleanup_(dcb_dir_removep) char *folder = NULL;
	_cleanup_(draft_deinit) struct draft draft = {.parts = parts};
	int r;

	r = check_regular(parts->image, err);
	if (r < 0)
		return r;
	r = dcb_store_temporary(store, &folder, err);
	if (r < 0)
		return r;
	draft.folder = folder;
	r = take_image(&draft, err);
	if (r < 0)
		return r;
	r = take_config(&draft, err);
	if (r < 0)
		return r;
	r = take_modules(&draft, err);
	if (r < 0)
		return r;
	r = describe(&draft, err);
	if (r < 0)
		return r;
	r = dcb_store_commit(store, folder, draft.sha256, err);
	if (r < 0)
		return r;
	return dcb_store_load(store, draft.sha256, ret_kernel, err);
}

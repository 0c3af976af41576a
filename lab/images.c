// SPDX-License-Identifier: GPL-2.0-only
#include "lab/images.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "machines/mkfs.h"

void dcb_images_deinit(struct dcb_images *images)
{
	for (size_t i = 0; i < images->n; i++) {
		free(images->items[i].path);
		free(images->items[i].name);
	}
	*images = (struct dcb_images){0};
}

static bool has_image(const struct dcb_images *images, const char *fs)
{
	for (size_t i = 0; i < images->n; i++)
		if (strcmp(images->items[i].fs, fs) == 0)
			return true;
	return false;
}

static int add_image(const struct dcb_run_options *options, const char *fs,
		     struct dcb_images *images, struct dcb_error *err)
{
	struct dcb_image *image = &images->items[images->n];

	if (has_image(images, fs))
		return 0;
	if (images->n == DCB_IMAGES_MAX)
		return dcb_error_set(err, E2BIG, "more than %d file systems", DCB_IMAGES_MAX);
	*image = (struct dcb_image){.fs = fs, .name = dcb_format("/images/%s", fs)};
	images->n++;
	if (!image->name)
		return dcb_error_oom(err);
	return dcb_mkfs(options->cache, fs, &image->path, err);
}

int dcb_images_get(const struct dcb_plan *plan, const struct dcb_run_options *options,
		   struct dcb_images *ret_images, struct dcb_error *err)
{
	_cleanup_(dcb_images_deinit) struct dcb_images images = {0};

	for (size_t i = 0; plan->guest_arch != DCB_ARCH_NONE && i < plan->n_workloads; i++) {
		const struct dcb_plan_workload *workload = &plan->workloads[i];
		const char *const *names =
			dcb_workload_needs(workload->ops, workload->params).images;

		for (; names && *names; names++) {
			int r = add_image(options, *names, &images, err);

			if (r < 0)
				return dcb_error_wrap(err, "workload %s", workload->ops->name);
		}
	}
	*ret_images = TAKE(images, (struct dcb_images){0});
	return 0;
}

size_t dcb_images_files(const struct dcb_images *images, struct dcb_initramfs_file *files)
{
	for (size_t i = 0; i < images->n; i++)
		files[i] = (struct dcb_initramfs_file){.name = images->items[i].name,
						       .source = images->items[i].path,
						       .mode = 0644};
	return images->n;
}

int dcb_images_digests(const struct dcb_images *images, json_t **ret_json, struct dcb_error *err)
{
	json_auto_t *digests = images->n > 0 ? json_object() : json_null();

	for (size_t i = 0; digests && i < images->n; i++) {
		char sha256[DCB_SHA256_HEX];
		int r = dcb_file_sha256(images->items[i].path, sha256, err);

		if (r < 0)
			return r;
		json_object_set_new(digests, images->items[i].fs, json_string(sha256));
	}
	if (!digests)
		return dcb_error_oom(err);
	*ret_json = TAKE_PTR(digests);
	return 0;
}

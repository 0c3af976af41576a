/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* Empty file systems that the workloads of a plan need in the guest. */

#include <jansson.h>
#include <stddef.h>

#include "lab/plan.h"
#include "lab/run.h"
#include "machines/initramfs.h"

struct dcb_error;

#define DCB_IMAGES_MAX 8

struct dcb_images {
	struct dcb_image {
		const char *fs; /* "ext4" */
		char *path;
		char *name; /* in the guest: "/images/ext4" */
	} items[DCB_IMAGES_MAX];
	size_t n;
};

/* Each once; nothing for a plan without guests. What cannot be had is an error with the reason. */
int dcb_images_get(const struct dcb_plan *plan, const struct dcb_run_options *options,
		   struct dcb_images *ret_images, struct dcb_error *err);
void dcb_images_deinit(struct dcb_images *images);
/* Fills n rows; the strings stay the images'. */
size_t dcb_images_files(const struct dcb_images *images, struct dcb_initramfs_file *files);
/* {"ext4": "sha256..."}, for the fingerprint; null without images. */
int dcb_images_digests(const struct dcb_images *images, json_t **ret_json, struct dcb_error *err);

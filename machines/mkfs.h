/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * Empty file systems for guests, made by the host's own mkfs programs without any privilege, packed
 * as workloads/fs-image.h has it, and cached by program version and arguments. Names, UUIDs and
 * times are fixed as far as each program can.
 */

struct dcb_error;

/* fs: "ext4", "btrfs", "xfs". *ret_path (malloc'd): <cache>/images/<fs>-<key>. Its program missing
 * is -ENOENT with the package to install. */
int dcb_mkfs(const char *cache, const char *fs, char **ret_path, struct dcb_error *err);
/* For the doctor: the package that lacks, or NULL. */
const char *dcb_mkfs_missing(const char *fs);
extern const char *const dcb_mkfs_names[]; /* ends with NULL */

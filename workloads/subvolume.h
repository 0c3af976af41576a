/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* btrfs subvolumes by name in a folder. -errno, without a message: they stand in timed parts. */

int dcb_subvolume_create(int folder_fd, const char *name);
int dcb_subvolume_delete(int folder_fd, const char *name);

/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* Files and folders: whole-file reads within bounds, writes that are all or nothing, digests. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct dcb_error;

#define DCB_SHA256_HEX 65 /* 64 digits and a NUL */

/* malloc'd printf; NULL on lack of memory. */
char *dcb_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Reads at most max_bytes (-EFBIG beyond); *ret_data is malloc'd and NUL-terminated behind
 * ret_size. */
int dcb_file_read(const char *path, size_t max_bytes, char **ret_data, size_t *ret_size,
		  struct dcb_error *err);
/* Writes beside the target, syncs, renames over it: nothing half-written stays. */
int dcb_file_write(const char *path, const void *data, size_t size, mode_t mode,
		   struct dcb_error *err);
/* The same by hand: a file beside its target that vanishes unless it is committed. */
struct dcb_draft {
	char *path;
	int fd; /* to be written */
};
#define DCB_DRAFT_NULL                                                                             \
	{                                                                                          \
		.fd = -1                                                                           \
	}
int dcb_draft_open(struct dcb_draft *draft, const char *target, mode_t mode, struct dcb_error *err);
/* sync: it survives a power cut. */
int dcb_draft_commit(struct dcb_draft *draft, const char *target, bool sync, struct dcb_error *err);
void dcb_draft_deinit(struct dcb_draft *draft);
/* Copies by reflink where the file system can; all or nothing as above. */
int dcb_file_copy(const char *from, const char *to, mode_t mode, struct dcb_error *err);
int dcb_file_sha256(const char *path, char ret_hex[DCB_SHA256_HEX], struct dcb_error *err);
void dcb_sha256(const void *data, size_t size, char ret_hex[DCB_SHA256_HEX]);
bool dcb_file_exists(const char *path);

int dcb_dir_create(const char *path, mode_t mode, struct dcb_error *err); /* with parents */
int dcb_dir_remove(const char *path,
		   struct dcb_error *err); /* with contents; missing is no error */
/* A new folder "<parent>/<prefix>XXXXXX"; *ret_path is malloc'd. */
int dcb_dir_temporary(const char *parent, const char *prefix, char **ret_path,
		      struct dcb_error *err);
/* For _cleanup_(): removes the folder whose malloc'd path stands in *path, and frees the path. */
void dcb_dir_removep(char **path);

/* An exclusive flock on path (created if missing), waited for; the fd holds it. */
int dcb_lock(const char *path, int *ret_fd, struct dcb_error *err);

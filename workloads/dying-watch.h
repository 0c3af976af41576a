/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * Tells when the dentry of an unlinked file is dying: dentry_unlink_inode() says so to inotify
 * (IN_DELETE_SELF) directly before its iput(), which may be the one that evicts the inode. The
 * watcher sleeps until then, so that no time has to be guessed. A watch holds the inode no longer
 * than until that event.
 */

#include <stddef.h>
#include <sys/inotify.h>

struct dcb_error;

#define DCB_DYING_WATCH_EVENTS 16

struct dcb_dying_watch {
	int fd;                                              /* -1: closed */
	int n_files;                                         /* added so far */
	struct inotify_event events[DCB_DYING_WATCH_EVENTS]; /* read and not yet told */
	size_t n_events, next;
};
#define DCB_DYING_WATCH_NULL                                                                       \
	{                                                                                          \
		.fd = -1                                                                           \
	}

/* -EOPNOTSUPP where this kernel has no inotify. */
int dcb_dying_watch_open(struct dcb_dying_watch *watch, struct dcb_error *err);
/* `path` still has a name. Files are numbered from 0 in the order in which they are added. */
int dcb_dying_watch_add(struct dcb_dying_watch *watch, const char *path, struct dcb_error *err);
/* Sleeps until the next of them is dying; each comes once. */
int dcb_dying_watch_next(struct dcb_dying_watch *watch, size_t *ret_file, struct dcb_error *err);
/* Without a word where it is closed already. */
void dcb_dying_watch_close(struct dcb_dying_watch *watch);

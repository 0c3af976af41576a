// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/dying-watch.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "base/error.h"
#include "workloads/moment.h"

int dcb_dying_watch_open(struct dcb_dying_watch *watch, struct dcb_error *err)
{
	*watch = (struct dcb_dying_watch)DCB_DYING_WATCH_NULL;
	watch->fd = inotify_init1(IN_CLOEXEC);
	if (watch->fd < 0 && errno == ENOSYS)
		return dcb_error_set(err, EOPNOTSUPP, "this kernel has no inotify");
	if (watch->fd < 0)
		return dcb_error_sys(err, errno, "inotify_init1");
	return 0;
}

int dcb_dying_watch_add(struct dcb_dying_watch *watch, const char *path, struct dcb_error *err)
{
	int number = inotify_add_watch(watch->fd, path, IN_DELETE_SELF);

	if (number < 0)
		return dcb_error_sys(err, errno, "cannot watch %s", path);
	/* A new inotify instance numbers its watches from 1 on, in order. */
	if (number != watch->n_files + 1)
		return dcb_error_set(err, EPROTO, "watch %d of %s, not %d", number, path,
				     watch->n_files + 1);
	watch->n_files++;
	return 0;
}

/* Events of watched files carry no name, so that all have one size. */
static int watch_read(struct dcb_dying_watch *watch, struct dcb_error *err)
{
	struct pollfd pollfd = {.fd = watch->fd, .events = POLLIN};
	ssize_t size;
	int r;

	do {
		r = poll(&pollfd, 1, (int)(DCB_MOMENT_TIMEOUT_NS / 1000000));
	} while (r < 0 && errno == EINTR);
	if (r < 0)
		return dcb_error_sys(err, errno, "poll");
	if (r == 0)
		return dcb_error_set(err, ETIMEDOUT, "no unlinked file died");
	size = read(watch->fd, watch->events, sizeof(watch->events));
	if (size < 0)
		return dcb_error_sys(err, errno, "cannot read inotify's events");
	watch->n_events = (size_t)size / sizeof(watch->events[0]);
	watch->next = 0;
	return 0;
}

int dcb_dying_watch_next(struct dcb_dying_watch *watch, size_t *ret_file, struct dcb_error *err)
{
	for (;;) {
		const struct inotify_event *event;

		if (watch->next == watch->n_events) {
			int r = watch_read(watch, err);

			if (r < 0)
				return r;
		}
		event = &watch->events[watch->next++];
		if (event->mask & IN_Q_OVERFLOW)
			return dcb_error_set(err, EOVERFLOW, "inotify lost events");
		/* The other is IN_IGNORED: the watch is gone. */
		if (event->mask & IN_DELETE_SELF) {
			*ret_file = (size_t)event->wd - 1;
			return 0;
		}
	}
}

void dcb_dying_watch_close(struct dcb_dying_watch *watch)
{
	if (watch->fd >= 0)
		close(watch->fd);
	*watch = (struct dcb_dying_watch)DCB_DYING_WATCH_NULL;
}

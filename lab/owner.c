// SPDX-License-Identifier: GPL-2.0-only
#include "lab/owner.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"

/* starttime of proc(5)'s stat: the 22nd field; the 2nd may contain anything but ends in the last
 * ')'. */
static int start_time(long pid, unsigned long long *ret_ticks)
{
	_cleanup_free_ char *path = dcb_format("/proc/%ld/stat", pid);
	_cleanup_free_ char *text = NULL;
	const char *rest;
	int r;

	if (!path)
		return -ENOMEM;
	r = dcb_file_read(path, 4096, &text, NULL, NULL);
	if (r < 0)
		return r;
	rest = strrchr(text, ')');
	if (!rest ||
	    sscanf(rest + 1,
		   " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d "
		   "%llu",
		   ret_ticks) != 1)
		return -EBADMSG;
	return 0;
}

static int owner_of(long pid, char **ret_owner)
{
	_cleanup_free_ char *boot_id = NULL;
	unsigned long long ticks;
	char *owner;
	int r;

	r = dcb_file_read("/proc/sys/kernel/random/boot_id", 64, &boot_id, NULL, NULL);
	if (r < 0)
		return r;
	boot_id[strcspn(boot_id, "\n")] = '\0';
	r = start_time(pid, &ticks);
	if (r < 0)
		return r;
	owner = dcb_format("%s/%ld/%llu", boot_id, pid, ticks);
	if (!owner)
		return -ENOMEM;
	*ret_owner = owner;
	return 0;
}

int dcb_owner_self(char **ret_owner, struct dcb_error *err)
{
	int r = owner_of(getpid(), ret_owner);

	return r < 0 ? dcb_error_sys(err, r, "/proc/self/stat") : 0;
}

bool dcb_owner_lives(const char *owner)
{
	_cleanup_free_ char *now = NULL;
	const char *pid = owner ? strchr(owner, '/') : NULL;

	if (!pid || owner_of(strtol(pid + 1, NULL, 10), &now) < 0)
		return false;
	return strcmp(owner, now) == 0;
}

enum dcb_run_state dcb_run_effective_state(const struct dcb_store_run *run)
{
	if (run->state == DCB_RUN_RUNNING && !dcb_owner_lives(run->owner))
		return DCB_RUN_INTERRUPTED;
	return run->state;
}

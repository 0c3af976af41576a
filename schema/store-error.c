// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <sqlite3.h>

#include "base/error.h"
#include "schema/private.h"

static int fail_io(struct dcb_store *store, int rc, const char *doing, struct dcb_error *err)
{
	int errnum = store->db ? sqlite3_system_errno(store->db) : 0;

	if ((rc & 0xff) == SQLITE_CANTOPEN)
		return dcb_error_sys(err, errnum ? errnum : ENOENT, "cannot open %s", store->path);
	if (errnum == ENOSPC || errnum == EDQUOT)
		return dcb_store_fail(store, SQLITE_FULL, doing, err);
	return dcb_error_sys(err, errnum ? errnum : EIO, "%s: reading or writing failed (%s)",
			     store->path, doing);
}

int dcb_store_damaged(const struct dcb_store *store, const char *what, struct dcb_error *err)
{
	return dcb_error_set(
		err, EUCLEAN,
		"%s is damaged (%s): move it away, with its -wal and -shm, and put a copy "
		"that `dcbench db backup` made in its place",
		store->path, what);
}

int dcb_store_fail(struct dcb_store *store, int rc, const char *doing, struct dcb_error *err)
{
	switch (rc & 0xff) {
	case SQLITE_NOMEM:
		return dcb_error_oom(err);
	case SQLITE_FULL:
		return dcb_error_set(err, ENOSPC,
				     "%s: no space left (%s): free some, then try again",
				     store->path, doing);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return dcb_error_set(err, EBUSY,
				     "%s is locked by another program (waited %d s): try again "
				     "when that is done",
				     store->path, DCB_STORE_BUSY_MS / 1000);
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return dcb_error_set(err, EROFS,
				     "%s cannot be written: it or its folder is read-only",
				     store->path);
	case SQLITE_NOTADB:
		dcb_error_usage(err, "%s is not a database: name another file by --db",
				store->path);
		return -EINVAL;
	case SQLITE_CORRUPT:
		return dcb_store_damaged(store, sqlite3_errmsg(store->db), err);
	case SQLITE_CONSTRAINT:
		return dcb_error_set(err, EBADMSG, "%s: %s", store->path,
				     sqlite3_errmsg(store->db));
	case SQLITE_CANTOPEN:
	case SQLITE_IOERR:
		return fail_io(store, rc, doing, err);
	default:
		return dcb_error_set(err, EIO, "%s: %s (%s)", store->path,
				     store->db ? sqlite3_errmsg(store->db) : sqlite3_errstr(rc),
				     doing);
	}
}

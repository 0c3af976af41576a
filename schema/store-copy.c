// SPDX-License-Identifier: GPL-2.0-only
/*
 * A copy of the database, of one moment, whatever others write meanwhile: VACUUM INTO
 * (https://www.sqlite.org/lang_vacuum.html) reads it in one transaction and leaves out what was
 * deleted. user_version and application_id go with it, so the copy opens as the original does.
 */
#include "base/error.h"
#include "schema/private.h"

/* From copy-views.sql, at build time. */
extern const char dcb_copy_views[];

static int fail_copy(const struct dcb_store *store, sqlite3 *db, int rc, struct dcb_error *err)
{
	int errnum = db ? sqlite3_system_errno(db) : 0;

	/* Of the two, only the original can be. */
	if ((rc & 0xff) == SQLITE_CORRUPT)
		return dcb_store_damaged(store, sqlite3_errmsg(db), err);
	if ((rc & 0xff) == SQLITE_FULL)
		errnum = ENOSPC;
	if (errnum)
		return dcb_error_sys(err, errnum, "copying the database");
	return dcb_error_set(err, EIO, "copying the database: %s",
			     db ? sqlite3_errmsg(db) : sqlite3_errstr(rc));
}

/* The connection may be one that only reads: the copy is what is written. */
static int vacuum_into(struct dcb_store *store, const char *path, struct dcb_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int rc, r = 0;

	rc = sqlite3_prepare_v2(store->db, "VACUUM INTO ?", -1, &stmt, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_text(stmt, 1, path, -1, SQLITE_STATIC);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(stmt);
	if (rc != SQLITE_DONE)
		r = fail_copy(store, store->db, rc, err);
	sqlite3_finalize(stmt);
	return r;
}

static int add_views(const struct dcb_store *store, const char *path, struct dcb_error *err)
{
	sqlite3 *db = NULL;
	int rc, r = 0;

	rc = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db, "BEGIN", NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db, dcb_copy_views, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
	if (rc != SQLITE_OK)
		r = fail_copy(store, db, rc, err);
	sqlite3_close(db);
	return r;
}

int dcb_store_backup(struct dcb_store *store, const char *path, struct dcb_error *err)
{
	bool reads = sqlite3_exec(store->db, "PRAGMA query_only = OFF", NULL, NULL, NULL) ==
		     SQLITE_OK;
	int r = vacuum_into(store, path, err);

	if (reads)
		sqlite3_exec(store->db, "PRAGMA query_only = ON", NULL, NULL, NULL);
	return r;
}

int dcb_store_copy(struct dcb_store *store, const char *path, struct dcb_error *err)
{
	int r = dcb_store_backup(store, path, err);

	return r < 0 ? r : add_views(store, path, err);
}

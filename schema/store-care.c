// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether the database is whole. SQLite's WAL outlives a process that is killed, and a power cut
 * where the disk does what it says; what is left are disks that do not, and files that were cut or
 * overwritten. So a database is read through at a start only after the host went down under it: the
 * last program to close it removes the -wal file, and one that was last written before this boot
 * was not closed.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/error.h"
#include "base/file.h"
#include "schema/private.h"

#define CLOCK_SLACK_S 5

/* One row, one text; NULL where there is none. malloc'd. */
static int first_text(struct dcb_store *store, const char *sql, char **ret_text,
		      struct dcb_error *err)
{
	sqlite3_stmt *stmt = NULL;
	const char *text;
	int rc;

	*ret_text = NULL;
	rc = sqlite3_prepare_v2(store->db, sql, -1, &stmt, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW) {
		text = (const char *)sqlite3_column_text(stmt, 0);
		*ret_text = strdup(text ? text : "");
		rc = *ret_text ? SQLITE_DONE : SQLITE_NOMEM;
	}
	sqlite3_finalize(stmt);
	return rc == SQLITE_DONE ? 0 : dcb_store_fail(store, rc, "checking it", err);
}

/* The first line of what PRAGMA quick_check says: it begins with "*** in database main ***". */
static int tell(const struct dcb_store *store, const char *text, struct dcb_error *err)
{
	const char *line = strncmp(text, "***", 3) == 0 ? strchr(text, '\n') : NULL;
	_cleanup_free_ char *first = NULL;

	line = line ? line + 1 : text;
	first = strndup(line, strcspn(line, "\n"));
	return first ? dcb_store_damaged(store, first, err) : dcb_error_oom(err);
}

int dcb_store_quick_check(struct dcb_store *store, struct dcb_error *err)
{
	_cleanup_free_ char *text = NULL;
	int r = first_text(store, "PRAGMA quick_check(1)", &text, err);

	if (r < 0)
		return r;
	return text && strcmp(text, "ok") != 0 ? tell(store, text, err) : 0;
}

int dcb_store_full_check(struct dcb_store *store, struct dcb_error *err)
{
	_cleanup_free_ char *text = NULL;
	int r = dcb_store_quick_check(store, err);

	if (r >= 0)
		r = first_text(store,
			       "SELECT 'a row of ' || \"table\" || ' names a missing ' || "
			       "parent FROM pragma_foreign_key_check",
			       &text, err);
	if (r < 0)
		return r;
	return text ? dcb_store_damaged(store, text, err) : 0;
}

int dcb_store_vacuum(struct dcb_store *store, int64_t *ret_before, int64_t *ret_after,
		     struct dcb_error *err)
{
	struct stat before, after;
	int rc;

	if (stat(store->path, &before) < 0)
		return dcb_error_sys(err, errno, "%s", store->path);
	rc = sqlite3_exec(store->db, "VACUUM; PRAGMA wal_checkpoint(TRUNCATE)", NULL, NULL, NULL);
	if (rc != SQLITE_OK)
		return dcb_store_fail(store, rc, "compacting it", err);
	if (stat(store->path, &after) < 0)
		return dcb_error_sys(err, errno, "%s", store->path);
	*ret_before = before.st_size;
	*ret_after = after.st_size;
	return 0;
}

bool dcb_store_outlived_host(const char *path)
{
	_cleanup_free_ char *wal = dcb_format("%s-wal", path);
	struct timespec now, up;
	struct stat st;

	if (!wal || stat(wal, &st) < 0 || st.st_size == 0)
		return false;
	clock_gettime(CLOCK_REALTIME, &now);
	clock_gettime(CLOCK_BOOTTIME, &up);
	return st.st_mtim.tv_sec < now.tv_sec - up.tv_sec - CLOCK_SLACK_S;
}

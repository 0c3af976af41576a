// SPDX-License-Identifier: GPL-2.0-only
#include "schema/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "schema/migrate.h"
#include "schema/private.h"

static const char *const run_state_names[] = {
	[DCB_RUN_RUNNING] = "running",
	[DCB_RUN_DONE] = "done",
	[DCB_RUN_FAILED] = "failed",
	[DCB_RUN_INTERRUPTED] = "interrupted",
};

const char *dcb_run_state_name(enum dcb_run_state state)
{
	return (size_t)state < ARRAY_SIZE(run_state_names) ? run_state_names[state] : "failed";
}

/* ---- transactions ---- */

int dcb_transaction_begin(struct dcb_transaction *transaction, struct dcb_store *store,
			  struct dcb_error *err)
{
	int r;

	r = dcb_query_run(store, DCB_SQL_BEGIN, DCB_NO_BINDS, err);
	if (r < 0)
		return r;
	transaction->store = store;
	return 0;
}

int dcb_transaction_commit(struct dcb_transaction *transaction, struct dcb_error *err)
{
	int r;

	r = dcb_query_run(transaction->store, DCB_SQL_COMMIT, DCB_NO_BINDS, err);
	if (r < 0)
		return r;
	transaction->store = NULL;
	return 0;
}

void dcb_transaction_endp(struct dcb_transaction *transaction)
{
	/* Some failures (a full disk) have rolled it back already. */
	if (transaction->store && !sqlite3_get_autocommit(transaction->store->db))
		(void)dcb_query_run(transaction->store, DCB_SQL_ROLLBACK, DCB_NO_BINDS, NULL);
	transaction->store = NULL;
}

int dcb_store_snapshot_begin(struct dcb_store *store, struct dcb_error *err)
{
	int r = 0;

	if (!store->snapshots)
		r = dcb_query_run(store, DCB_SQL_BEGIN_READ, DCB_NO_BINDS, err);
	if (r == 0)
		store->snapshots++;
	return r;
}

void dcb_store_snapshot_end(struct dcb_store *store)
{
	if (--store->snapshots == 0 && !sqlite3_get_autocommit(store->db))
		(void)dcb_query_run(store, DCB_SQL_ROLLBACK, DCB_NO_BINDS, NULL);
}

/* ---- open and close ---- */

static int check_file(const char *path, enum dcb_store_mode mode, struct dcb_error *err)
{
	struct stat st;

	if (stat(path, &st) < 0) {
		if (errno == ENOENT && mode == DCB_STORE_READ)
			return dcb_error_usage(err, "no database at %s: run `dcbench run` first",
					       path);
		if (errno == ENOENT)
			return 0;
		return dcb_error_sys(err, errno, "cannot open %s", path);
	}
	if (!S_ISREG(st.st_mode))
		return dcb_error_usage(err, "%s is not a file: name another one by --db", path);
	if (st.st_size == 0 && mode == DCB_STORE_READ)
		return dcb_error_usage(err, "%s is empty: run `dcbench run` first", path);
	return 0;
}

static int connect_file(struct dcb_store *store, const char *name, int flags, struct dcb_error *err)
{
	int rc;

	sqlite3_close(store->db);
	store->db = NULL;
	rc = sqlite3_open_v2(name, &store->db, flags | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOMUTEX,
			     NULL);
	if (rc != SQLITE_OK)
		return dcb_store_fail(store, rc, "opening it", err);
	sqlite3_busy_timeout(store->db, DCB_STORE_BUSY_MS);
	return 0;
}

/* "file:<path>?immutable=1" with what is special in a URI escaped; malloc'd. */
static char *immutable_uri(const char *path)
{
	static const char hex[] = "0123456789ABCDEF";
	char *uri, *to;

	uri = malloc(3 * strlen(path) + sizeof("file:?immutable=1"));
	if (!uri)
		return NULL;
	to = stpcpy(uri, "file:");
	for (; *path; path++) {
		if (strchr("%?#", *path)) {
			*to++ = '%';
			*to++ = hex[(unsigned char)*path >> 4];
			*to++ = hex[*path & 15];
		} else {
			*to++ = *path;
		}
	}
	strcpy(to, "?immutable=1");
	return uri;
}

/*
 * A WAL database in a folder that cannot be written has no room for its -shm file. Where there is
 * no -wal file either, nobody writes and everything is in the database itself: it is read as it
 * lies. (A writer that begins meanwhile touches the file at its first checkpoint only.)
 */
static int reconnect_immutable(struct dcb_store *store, const char *name, struct dcb_error *err)
{
	_cleanup_free_ char *wal = dcb_format("%s-wal", name), *uri = immutable_uri(name);

	if (!wal || !uri)
		return dcb_error_oom(err);
	if (dcb_file_exists(wal))
		return dcb_error_set(err, EACCES,
				     "cannot open %s: its folder is read-only and it was not "
				     "closed properly",
				     store->path);
	return connect_file(store, uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, err);
}

static int configure(struct dcb_store *store, const char *sql, struct dcb_error *err)
{
	int rc = sqlite3_exec(store->db, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? 0 : dcb_store_fail(store, rc, "opening it", err);
}

/* Two who create the database at once: the switch to WAL does not wait for its lock by itself. */
static int switch_to_wal(struct dcb_store *store, struct dcb_error *err)
{
	const struct timespec pause = {.tv_nsec = 20000000};
	int rc;

	for (int waited_ms = 0;; waited_ms += 20) {
		rc = sqlite3_exec(store->db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
		if ((rc & 0xff) != SQLITE_BUSY || waited_ms >= DCB_STORE_BUSY_MS)
			break;
		nanosleep(&pause, NULL);
	}
	return rc == SQLITE_OK ? 0 : dcb_store_fail(store, rc, "opening it", err);
}

static int open_read(struct dcb_store *store, const char *name, struct dcb_error *err)
{
	struct dcb_store_card card;
	int r, rc;

	r = connect_file(store, name, SQLITE_OPEN_READWRITE, err);
	if (r < 0)
		return r;
	rc = dcb_store_identify(store, &card);
	if ((rc & 0xff) == SQLITE_CANTOPEN || (rc & 0xff) == SQLITE_READONLY) {
		r = reconnect_immutable(store, name, err);
		if (r < 0)
			return r;
	}
	/* An older database is brought up to date here too, where it can be written. */
	r = dcb_store_migrate(store, dcb_migrations, dcb_n_migrations, err);
	if (r < 0)
		return r;
	return configure(store, "PRAGMA query_only = ON; PRAGMA cache_size = -16000", err);
}

static int open_write(struct dcb_store *store, const char *name, struct dcb_error *err)
{
	bool outlived = dcb_store_outlived_host(name);
	struct dcb_store_card card;
	int r, rc;

	r = connect_file(store, name, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, err);
	if (r < 0)
		return r;
	/* Nothing is changed in a file before it is known to be ours. */
	rc = dcb_store_identify(store, &card);
	/* Opened read-only for want of more, and no room for its -shm file either. */
	if ((rc & 0xff) == SQLITE_CANTOPEN && sqlite3_db_readonly(store->db, "main") > 0)
		rc = SQLITE_READONLY;
	if (rc != SQLITE_OK)
		return dcb_store_fail(store, rc, "reading its version", err);
	r = dcb_store_check(store, &card, err);
	if (r < 0)
		return r;
	if (sqlite3_db_readonly(store->db, "main"))
		return dcb_store_fail(store, SQLITE_READONLY, "opening it", err);
	r = switch_to_wal(store, err);
	if (r >= 0 && outlived)
		r = dcb_store_quick_check(store, err);
	if (r < 0)
		return r;
	/* FULL: a boot that was reported as stored survives a power cut. One fsync a boot. */
	r = configure(store,
		      "PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; "
		      "PRAGMA cache_size = -16000",
		      err);
	if (r < 0)
		return r;
	return dcb_store_migrate(store, dcb_migrations, dcb_n_migrations, err);
}

int dcb_store_open(const char *path, enum dcb_store_mode mode, struct dcb_store **ret_store,
		   struct dcb_error *err)
{
	_cleanup_(dcb_store_closep) struct dcb_store *store = NULL;
	_cleanup_free_ char *name = NULL;
	int r;

	r = check_file(path, mode, err);
	if (r < 0)
		return r;
	store = calloc(1, sizeof(*store));
	/* SQLite gives a sense of its own to "", ":memory:" and the like. */
	name = path[0] == '/' ? strdup(path) : dcb_format("./%s", path);
	if (!store || !name)
		return dcb_error_oom(err);
	store->path = strdup(path);
	if (!store->path)
		return dcb_error_oom(err);
	r = mode == DCB_STORE_READ ? open_read(store, name, err) : open_write(store, name, err);
	if (r < 0)
		return r;
	*ret_store = TAKE_PTR(store);
	return 0;
}

void dcb_store_close(struct dcb_store *store)
{
	if (!store)
		return;
	for (size_t i = 0; i < DCB_N_STATEMENTS; i++)
		sqlite3_finalize(store->statements[i]);
	sqlite3_close(store->db);
	free(store->path);
	free(store);
}

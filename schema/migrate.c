// SPDX-License-Identifier: GPL-2.0-only
#include "schema/migrate.h"

#include <errno.h>
#include <sqlite3.h>

#include "base/error.h"
#include "base/fault.h"
#include "schema/private.h"

/* One statement, so that all three are of one moment: somebody else may be making the database. */
int dcb_store_identify(struct dcb_store *store, struct dcb_store_card *ret_card)
{
	static const char sql[] = "SELECT (SELECT application_id FROM pragma_application_id), "
				  "(SELECT user_version FROM pragma_user_version), "
				  "(SELECT count(*) FROM sqlite_schema)";
	sqlite3_stmt *stmt = NULL;
	int rc;

	rc = sqlite3_prepare_v2(store->db, sql, -1, &stmt, NULL);
	if (rc != SQLITE_OK)
		return rc;
	rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW) {
		*ret_card = (struct dcb_store_card){
			.application_id = sqlite3_column_int(stmt, 0),
			.version = sqlite3_column_int(stmt, 1),
			.tables = sqlite3_column_int(stmt, 2),
		};
		rc = SQLITE_OK;
	}
	sqlite3_finalize(stmt);
	return rc;
}

static int check_card(const struct dcb_store *store, const struct dcb_store_card *card, int newest,
		      struct dcb_error *err)
{
	if (card->application_id != DCB_APPLICATION_ID &&
	    (card->application_id || card->version || card->tables))
		return dcb_error_usage(err,
				       "%s is the database of another program: name another "
				       "file by --db",
				       store->path);
	if (card->version > newest)
		return dcb_error_usage(err,
				       "%s was written by a newer dcbench (schema %d, this one "
				       "knows %d): use that one, or another file by --db",
				       store->path, card->version, newest);
	return 0;
}

int dcb_store_check(const struct dcb_store *store, const struct dcb_store_card *card,
		    struct dcb_error *err)
{
	return check_card(store, card, dcb_migrations[dcb_n_migrations - 1].version, err);
}

static int apply(struct dcb_store *store, const struct dcb_migration *migration, int newest,
		 struct dcb_error *err)
{
	_cleanup_(dcb_transaction_endp) struct dcb_transaction transaction = DCB_TRANSACTION_NULL;
	struct dcb_store_card card;
	int r, rc;

	r = dcb_transaction_begin(&transaction, store, err);
	if (r < 0)
		return r;
	/* Somebody else may have done it while we waited for the lock. */
	rc = dcb_store_identify(store, &card);
	if (rc != SQLITE_OK)
		return dcb_store_fail(store, rc, "reading its version", err);
	r = check_card(store, &card, newest, err);
	if (r < 0)
		return r;
	if (card.version >= migration->version)
		return 0;
	rc = sqlite3_exec(store->db, migration->sql, NULL, NULL, NULL);
	if (rc != SQLITE_OK)
		return dcb_store_fail(store, rc, "setting it up", err);
	rc = dcb_store_identify(store, &card);
	if (rc != SQLITE_OK)
		return dcb_store_fail(store, rc, "reading its version", err);
	if (card.version != migration->version || card.application_id != DCB_APPLICATION_ID)
		return dcb_error_set(err, EINVAL, "%s: migration %d leaves version %d", store->path,
				     migration->version, card.version);
	DCB_FAULT("schema-uncommitted");
	return dcb_transaction_commit(&transaction, err);
}

int dcb_store_migrate(struct dcb_store *store, const struct dcb_migration *migrations, size_t n,
		      struct dcb_error *err)
{
	int newest = n ? migrations[n - 1].version : 0;
	struct dcb_store_card card;
	int r, rc;

	rc = dcb_store_identify(store, &card);
	if (rc != SQLITE_OK)
		return dcb_store_fail(store, rc, "reading its version", err);
	r = check_card(store, &card, newest, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++) {
		if (migrations[i].version <= card.version)
			continue;
		r = apply(store, &migrations[i], newest, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* Inside of the store: the connection, the statements and their binder, transactions, failures. */

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "schema/statements.h"
#include "schema/store.h"

#define DCB_STORE_BUSY_MS 10000

struct dcb_store {
	sqlite3 *db;
	char *path;                                 /* as it was given, for messages */
	unsigned snapshots;                         /* begun and not ended: they nest */
	sqlite3_stmt *statements[DCB_N_STATEMENTS]; /* prepared when first used */
};

/* ---- failures (store-error.c) ---- */

/* -EUCLEAN, and how to restore it. */
int dcb_store_damaged(const struct dcb_store *store, const char *what, struct dcb_error *err);
/* The one line for an SQLite result code, naming the file; returns its negative errno.
 * -EBADMSG: the rows themselves break a rule of the schema (they may come from a hostile guest). */
int dcb_store_fail(struct dcb_store *store, int rc, const char *doing, struct dcb_error *err);

/* ---- care (store-care.c) ---- */

/* There is a -wal file that was written before this boot of the host. */
bool dcb_store_outlived_host(const char *path);

/* ---- the figures of a boot that is being stored (store-figure.c); in its transaction ---- */

int dcb_store_put_figures(struct dcb_store *store, int64_t run_id, int64_t boot_id,
			  const struct dcb_store_boot *boot, const struct dcb_store_boot_data *data,
			  struct dcb_error *err);

/* ---- transactions (store.c): rolled back unless committed ---- */

struct dcb_transaction {
	struct dcb_store *store;
};

#define DCB_TRANSACTION_NULL                                                                       \
	{                                                                                          \
		0                                                                                  \
	}

/* BEGIN IMMEDIATE: the wait for the lock is here, not in the middle. */
int dcb_transaction_begin(struct dcb_transaction *transaction, struct dcb_store *store,
			  struct dcb_error *err);
int dcb_transaction_commit(struct dcb_transaction *transaction, struct dcb_error *err);
void dcb_transaction_endp(struct dcb_transaction *transaction);

/* ---- statements (statements.c) ---- */

/* Values carry their type, so that the compiler checks them once and the binder again, against
 * the statement's own parameter list. */
struct dcb_bind {
	char type; /* 'i', 'd', 't', 'b'; NULLs pass as any type */
	bool null;
	int64_t integer;
	double real;
	const char *text; /* or the blob */
	size_t size;
};

#define DCB_INT(x)            ((struct dcb_bind){.type = 'i', .integer = (x)})
#define DCB_INT_IF(there, x)  ((struct dcb_bind){.type = 'i', .null = !(there), .integer = (x)})
#define DCB_REAL(x)           ((struct dcb_bind){.type = 'd', .real = (x)})
#define DCB_REAL_IF(there, x) ((struct dcb_bind){.type = 'd', .null = !(there), .real = (x)})
#define DCB_TEXT(x)           ((struct dcb_bind){.type = 't', .text = (x)})
#define DCB_BLOB(data_, size_)                                                                     \
	((struct dcb_bind){.type = 'b', .text = (const char *)(data_), .size = (size_)})

/* A statement in use. Released by cleanup: reset, its bindings cleared, whatever happened. */
struct dcb_query {
	struct dcb_store *store;
	sqlite3_stmt *stmt;
	enum dcb_statement id;
};

#define DCB_QUERY_NULL                                                                             \
	{                                                                                          \
		0                                                                                  \
	}

/* Bound strings and blobs are borrowed until the query is released or bound again. */
int dcb_query_open(struct dcb_query *query, struct dcb_store *store, enum dcb_statement id,
		   const struct dcb_bind *values, size_t n, struct dcb_error *err);
/* Resets and binds anew, for loops. */
int dcb_query_rebind(struct dcb_query *query, const struct dcb_bind *values, size_t n,
		     struct dcb_error *err);
/* 1: a row, 0: done, negative: failed. */
int dcb_query_step(struct dcb_query *query, struct dcb_error *err);
void dcb_query_releasep(struct dcb_query *query);
/* Opens, calls `row` for each row, releases; a negative result stops and is passed on. */
int dcb_query_each(struct dcb_store *store, enum dcb_statement id, const struct dcb_bind *values,
		   size_t n, int (*row)(struct dcb_query *query, void *context), void *context,
		   struct dcb_error *err);
/* Opens, steps to the end, releases: for statements without rows. */
int dcb_query_run(struct dcb_store *store, enum dcb_statement id, const struct dcb_bind *values,
		  size_t n, struct dcb_error *err);

/* For statements of one number: 1 and the number, NULL being 0; 0 where there is no row, and
 * *ret_number is left alone. */
int dcb_query_number(struct dcb_store *store, enum dcb_statement id, const struct dcb_bind *values,
		     size_t n, int64_t *ret_number, struct dcb_error *err);

#define DCB_BINDS(...)                                                                             \
	((const struct dcb_bind[]){__VA_ARGS__}),                                                  \
		(sizeof((const struct dcb_bind[]){__VA_ARGS__}) / sizeof(struct dcb_bind))
#define DCB_NO_BINDS NULL, 0

static inline const char *dcb_column_text(const struct dcb_query *query, int i)
{
	return (const char *)sqlite3_column_text(query->stmt, i);
}

/* NULL reads as -1, the store's "was not measured". */
static inline double dcb_column_measured(const struct dcb_query *query, int i)
{
	return sqlite3_column_type(query->stmt, i) == SQLITE_NULL
		       ? -1
		       : sqlite3_column_double(query->stmt, i);
}

/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* Brings a database to the version that this program knows: each step one transaction. */

#include <stddef.h>

struct dcb_error;
struct dcb_store;

#define DCB_APPLICATION_ID 0x6463626e /* "dcbn"; the first migration sets it */

struct dcb_migration {
	int version; /* what user_version is afterwards; the SQL sets it itself */
	const char *sql;
};

/* From schema/NNN-*.sql, at build time. */
extern const struct dcb_migration dcb_migrations[];
extern const size_t dcb_n_migrations;

/* What a file is before it is touched. */
struct dcb_store_card {
	int application_id;
	int version;
	int tables; /* 0: nothing was ever written */
};

/* The SQLite result code: callers tell apart what kind of failure it was. */
int dcb_store_identify(struct dcb_store *store, struct dcb_store_card *ret_card);
/* Ours, and not newer than this program? Else a usage error. */
int dcb_store_check(const struct dcb_store *store, const struct dcb_store_card *card,
		    struct dcb_error *err);
/* Applies what is missing. -EINVAL and a usage error for a newer database or a stranger's. */
int dcb_store_migrate(struct dcb_store *store, const struct dcb_migration *migrations, size_t n,
		      struct dcb_error *err);

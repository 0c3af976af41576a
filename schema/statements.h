/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* Every SQL statement of the program but the migrations; statements.c holds their texts. */

enum dcb_statement {
	DCB_SQL_BEGIN,
	DCB_SQL_BEGIN_READ,
	DCB_SQL_COMMIT,
	DCB_SQL_ROLLBACK,

	DCB_SQL_PUT_KERNEL,
	DCB_SQL_PUT_RUN,
	DCB_SQL_PUT_RUN_KERNEL,
	DCB_SQL_PUT_RUN_WORKLOAD,
	DCB_SQL_UPDATE_RUN,
	DCB_SQL_CLAIM_RUN,
	DCB_SQL_FIND_METRIC,
	DCB_SQL_PUT_METRIC,
	DCB_SQL_SET_METRIC_PRIMARY,
	DCB_SQL_COUNT_WORKLOADS,
	DCB_SQL_FIND_BOOT,
	DCB_SQL_DELETE_BOOT,
	DCB_SQL_PUT_BOOT,
	DCB_SQL_PUT_SAMPLE,
	DCB_SQL_PUT_STATE,
	DCB_SQL_PUT_SYMPTOM,
	DCB_SQL_PUT_PAIR,
	DCB_SQL_PUT_ARTIFACT,

	DCB_SQL_EACH_RUN,
	DCB_SQL_GET_RUN,
	DCB_SQL_NEWEST_RUN,
	DCB_SQL_EACH_RUN_KERNEL,
	DCB_SQL_EACH_RUN_WORKLOAD,
	DCB_SQL_EACH_BOOT,
	DCB_SQL_EACH_RUN_SERIES,
	DCB_SQL_EACH_BOOT_SERIES,
	DCB_SQL_EACH_SAMPLE,
	DCB_SQL_EACH_STATE,
	DCB_SQL_EACH_SYMPTOM,
	DCB_SQL_EACH_PAIR,
	DCB_SQL_GET_ARTIFACT,

	DCB_N_STATEMENTS,
};

struct dcb_store;
struct dcb_error;

/* Prepares all of them and compares each parameter list with its text: for a test. */
int dcb_statements_check(struct dcb_store *store, struct dcb_error *err);

/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * KCIDB takes a submission at once and looks at it later: POST .../submit answers with an id, and
 * GET .../status?id= tells what came of it
 * (https://github.com/kernelci/kcidb-ng, README, "Checking Status").
 */

enum dcb_kcidb_state {
	DCB_KCIDB_OPEN, /* not looked at yet, not found, or nothing that we know */
	DCB_KCIDB_PROCESSED,
	DCB_KCIDB_FAILED,
};

/* Where to ask for an id of dcb_kcidb_read_id(). malloc'd; NULL where submit_url does not end in
 * "/submit" (or on lack of memory): then there is nobody to ask. */
char *dcb_kcidb_status_url(const char *submit_url, const char *id);
/* The id of an answer to a submission, malloc'd; NULL where there is none that could be asked for:
 * letters, digits and . _ - alone, at most 128. */
char *dcb_kcidb_read_id(const char *answer);
/* What an answer says of its submission. *ret_text: its word and message, malloc'd, for people;
 * NULL on lack of memory, or where it is no such answer. */
enum dcb_kcidb_state dcb_kcidb_read_status(const char *answer, char **ret_text);

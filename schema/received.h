/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * What other labs told this one: summaries (schema/summary-v1.schema.json) and events
 * (schema/event-v1.schema.json), as they came, with what lists show of them beside. Whoever stores
 * one has checked it.
 */

#include <stddef.h>
#include <stdint.h>

struct dcb_error;
struct dcb_store;

struct dcb_store_received {
	int64_t id;
	const char *lab, *key;
	const char *sha256;                             /* of the document, 64 digits */
	int64_t received_us;                            /* Unix time */
	const char *version;                            /* "dcbench-summary/1", "dcbench-event/1" */
	const char *event;                              /* of an event, else NULL */
	const char *reason;                             /* of an event, or NULL */
	int64_t run;                                    /* its number in that lab; 0: none */
	int64_t created_us;                             /* of the run, or of the event's job */
	const char *machine, *arch;                     /* of a summary, else NULL */
	int64_t improved, regressed, same, cannot_tell; /* of primary metrics */
	int64_t symptoms;                               /* that candidates show */
	const char *document;                           /* JSON; NULL in lists */
	int64_t size;                                   /* of the document, bytes */
};

/* Uses all but id. 1 where the lab told something under this key before: *ret_id is that
 * row, and nothing is written. -EEXIST where that was another document. */
int dcb_store_put_received(struct dcb_store *store, const struct dcb_store_received *received,
			   int64_t *ret_id, struct dcb_error *err);

typedef int (*dcb_store_received_handler)(void *context, const struct dcb_store_received *received);

/* Newest first, without documents: at most `limit` with an id below `before` (0: from the newest).
 * lab: NULL for all. */
int dcb_store_each_received(struct dcb_store *store, const char *lab, int64_t before, int64_t limit,
			    dcb_store_received_handler each, void *context, struct dcb_error *err);
/* With its document. -ENOENT as a usage error. */
int dcb_store_get_received(struct dcb_store *store, int64_t id, dcb_store_received_handler each,
			   void *context, struct dcb_error *err);

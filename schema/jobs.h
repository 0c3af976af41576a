/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * The daemon's part of the database: its queue, and the outbox of what is to be told to others.
 *
 *   queued -> running -> done | failed | cancelled
 *      ^---------'          running again only by way of queued; an end is for good
 *
 * Each change is one transaction that checks the state it starts from, so that of two daemons, or
 * of a job and the daemon that gave it up, one wins and the other is told.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dcb_error;
struct dcb_store;

/* ---- jobs ---- */

enum dcb_job_state {
	DCB_JOB_QUEUED,
	DCB_JOB_RUNNING,
	DCB_JOB_DONE,
	DCB_JOB_FAILED, /* of the lab; a kernel that panics is a result */
	DCB_JOB_CANCELLED,
};
const char *dcb_job_state_name(enum dcb_job_state state);

struct dcb_store_job {
	int64_t id;
	enum dcb_job_state state;
	/* Of FAILED, CANCELLED, of QUEUED again, of DONE without a run, and of RUNNING that is to
	 * end; or NULL. */
	const char *reason;
	const char *label; /* labels of one priority take turns; "" is one too */
	int64_t priority;  /* higher first */
	const char *submitter;
	const char *plan;  /* JSON text */
	const char *key;   /* idempotency key of the submission, or NULL */
	int64_t run;       /* 0: none yet */
	const char *owner; /* while running: "<boot id>/<pid>/<start time>" of its process */
	int64_t attempts;
	int64_t created_us, started_us, ended_us; /* Unix time; 0: not yet */
	bool skip_unchanged; /* needs no run where the last one has said it all */
};

/* Uses label, priority, submitter, plan, key, created_us, skip_unchanged. 1 where a job of this key
 * is there already: *ret_id is that job. */
int dcb_store_submit_job(struct dcb_store *store, const struct dcb_store_job *job, int64_t *ret_id,
			 struct dcb_error *err);
/* QUEUED to RUNNING. -EBUSY where it is not queued any more. */
int dcb_store_start_job(struct dcb_store *store, int64_t job_id, const char *owner, int64_t now_us,
			struct dcb_error *err);
/* RUNNING back to QUEUED, for a job whose process is gone; counts: as an attempt. -EBUSY where
 * `owner` is not its owner.
 */
int dcb_store_requeue_job(struct dcb_store *store, int64_t job_id, const char *owner,
			  const char *reason, bool counts, struct dcb_error *err);
/* Another attempt of a QUEUED job whose process died before it could claim it. -EBUSY where it is
 * not queued any more. */
int dcb_store_count_attempt(struct dcb_store *store, int64_t job_id, struct dcb_error *err);
/* A RUNNING job is to end: who asked stands in its reason, for whoever finds its process gone.
 * -EBUSY where it does not run. */
int dcb_store_ask_job(struct dcb_store *store, int64_t job_id, const char *reason,
		      struct dcb_error *err);

struct dcb_store_delivery;
/* RUNNING (of this owner), or, with owner NULL, QUEUED, to an end; the deliveries are written with
 * it. -EBUSY where the job is not in that state: nothing is written. */
int dcb_store_finish_job(struct dcb_store *store, int64_t job_id, const char *owner,
			 enum dcb_job_state state, const char *reason, int64_t now_us,
			 const struct dcb_store_delivery *deliveries, size_t n_deliveries,
			 struct dcb_error *err);

/* How the newest job of the label with an id below `before` ended that ended by itself: DONE or
 * FAILED. QUEUED where there is none. */
int dcb_store_last_end(struct dcb_store *store, const char *label, int64_t before,
		       enum dcb_job_state *ret_state, struct dcb_error *err);

typedef int (*dcb_store_job_handler)(void *context, const struct dcb_store_job *job);

/* In the order in which they should start: by priority; of one priority, the label whose last start
 * is longest ago; of one label, the oldest. At most `limit`; 0: all. */
int dcb_store_each_queued_job(struct dcb_store *store, int64_t limit, dcb_store_job_handler each,
			      void *context, struct dcb_error *err);
int dcb_store_count_queued_jobs(struct dcb_store *store, int64_t *ret_n, struct dcb_error *err);
int dcb_store_each_running_job(struct dcb_store *store, dcb_store_job_handler each, void *context,
			       struct dcb_error *err);
/* Newest first: at most `limit` with an id below `before` (0: from the newest). */
int dcb_store_each_job(struct dcb_store *store, int64_t before, int64_t limit,
		       dcb_store_job_handler each, void *context, struct dcb_error *err);
/* -ENOENT as a usage error. */
int dcb_store_get_job(struct dcb_store *store, int64_t job_id, dcb_store_job_handler each,
		      void *context, struct dcb_error *err);

/* ---- the outbox ---- */

enum dcb_delivery_state {
	DCB_DELIVERY_WAITING,
	DCB_DELIVERY_DELIVERED,
	DCB_DELIVERY_DEAD, /* given up: the receiver will not have it */
};
const char *dcb_delivery_state_name(enum dcb_delivery_state state);

struct dcb_store_delivery {
	int64_t id;
	const char *target, *event, *key, *content_type;
	int64_t job, run; /* 0: none */
	const void *body;
	size_t size;
	enum dcb_delivery_state state;
	int64_t attempts, status; /* status: HTTP's, of the last attempt; 0: none came */
	const char *error;        /* of the last attempt, or NULL */
	const char *remote_id;    /* under which its receiver works on it; NULL: not yet sent */
	int64_t created_us, next_us, ended_us; /* Unix time; next_us while waiting; 0: none */
};

/* Uses target, event, key, content_type, job, run, body, created_us; due at once. 1 where the key
 * is there already: nothing is written. */
int dcb_store_put_delivery(struct dcb_store *store, const struct dcb_store_delivery *delivery,
			   struct dcb_error *err);
/* What came of an attempt; next_us for WAITING, now_us for the others. -EBUSY where it is not
 * waiting any more. */
int dcb_store_update_delivery(struct dcb_store *store, int64_t delivery_id,
			      enum dcb_delivery_state state, int64_t status, const char *error,
			      int64_t when_us, struct dcb_error *err);
/* The receiver took it, to work on it later: it goes on waiting, for what comes of `remote_id`.
 * -EBUSY where it does not wait to be sent. */
int dcb_store_accept_delivery(struct dcb_store *store, int64_t delivery_id, const char *remote_id,
			      int64_t status, int64_t next_us, struct dcb_error *err);
/* DEAD, or WAITING for later, is due at now_us; attempts begin anew, a dead one is sent again.
 * -EBUSY where delivered. */
int dcb_store_retry_delivery(struct dcb_store *store, int64_t delivery_id, int64_t now_us,
			     struct dcb_error *err);

typedef int (*dcb_store_delivery_handler)(void *context, const struct dcb_store_delivery *delivery);

/* Waiting ones with next_us <= now_us, longest due first, with their bodies. */
int dcb_store_each_due_delivery(struct dcb_store *store, int64_t now_us, int64_t limit,
				dcb_store_delivery_handler each, void *context,
				struct dcb_error *err);
/* When the next one is due: 0 where none waits. */
int dcb_store_next_delivery(struct dcb_store *store, int64_t *ret_us, struct dcb_error *err);
/* Newest first, without bodies: at most `limit` with an id below `before` (0: from the newest). */
int dcb_store_each_delivery(struct dcb_store *store, int64_t before, int64_t limit,
			    dcb_store_delivery_handler each, void *context, struct dcb_error *err);

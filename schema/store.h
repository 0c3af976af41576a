/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * The database: kernels, runs, boots, samples, symptoms, artifacts. SQLite in WAL mode; numbered
 * migrations embedded at build time (user_version), each in one transaction; a newer database, or a
 * file that is none, is refused with a clear message. Every boot is one transaction.
 * All statements stand in one table, are prepared once, and are bound by checked types.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/cleanup.h"

struct dcb_error;
struct dcb_store;

enum dcb_store_mode {
	DCB_STORE_READ,  /* must exist */
	DCB_STORE_WRITE, /* created where missing, migrated where older */
};

int dcb_store_open(const char *path, enum dcb_store_mode mode, struct dcb_store **ret_store,
		   struct dcb_error *err);
void dcb_store_close(struct dcb_store *store);
DEFINE_CLEANUP(struct dcb_store *, dcb_store_close)

/* Between these, every read sees one state of the database, whatever others write. Not for writing.
 * They nest: the outermost counts. */
int dcb_store_snapshot_begin(struct dcb_store *store, struct dcb_error *err);
void dcb_store_snapshot_end(struct dcb_store *store);
DEFINE_CLEANUP(struct dcb_store *, dcb_store_snapshot_end)

/* ---- writing: rows are borrowed for the call; id members are ignored on input ---- */

struct dcb_store_kernel {
	int64_t id;
	const char *sha256, *release, *arch;
	const char *origin; /* JSON text */
};

struct dcb_store_run_kernel {
	const char *name, *spec;
	struct dcb_store_kernel kernel;
};

struct dcb_store_run_workload {
	const char *name;
	const char *params; /* canonical "key=value,..." */
};

enum dcb_run_state {
	DCB_RUN_RUNNING,
	DCB_RUN_DONE,
	DCB_RUN_FAILED,      /* the lab failed; resumable */
	DCB_RUN_INTERRUPTED, /* ^C, or killed; resumable */
};
const char *dcb_run_state_name(enum dcb_run_state state);

struct dcb_store_run {
	int64_t id;
	enum dcb_run_state state;
	const char *reason; /* of FAILED, or why it stopped in some words; or NULL */
	const char *owner;  /* "<boot id>/<pid>/<start time>" while running; or NULL */
	int64_t created_us; /* Unix time */
	const char *machine, *arch;
	int64_t seed;
	int64_t blocks;
	const char *base;        /* name of the base kernel */
	const char *plan;        /* JSON text: all that resume needs */
	const char *fingerprint; /* JSON text */
	double wall_s;           /* so far, over resumes; of guests and of everything */
	double guest_wall_s;     /* of that, at least one guest was running */
	int64_t job; /* only for creating: that of jobs.h, which gets the run; 0: none */
	/* Ignored on input, like id: a new run was never judged, and did not stop. */
	const char *looks;   /* JSON array: the numbers of blocks at which it was judged */
	const char *stopped; /* "fixed", "settled", "max-blocks", "budget"; NULL before it ends */
};

/* One transaction; fills *ret_id. -EBUSY where the job is not running or has a run already. */
int dcb_store_create_run(struct dcb_store *store, const struct dcb_store_run *run,
			 const struct dcb_store_run_kernel *kernels, size_t n_kernels,
			 const struct dcb_store_run_workload *workloads, size_t n_workloads,
			 int64_t *ret_id, struct dcb_error *err);
/* State, reason, owner (NULL clears), and times added to what stands there. */
int dcb_store_update_run(struct dcb_store *store, int64_t run_id, enum dcb_run_state state,
			 const char *reason, const char *owner, double add_wall_s,
			 double add_guest_wall_s, struct dcb_error *err);
/* Takes a run over: sets RUNNING and the new owner only where the owner is still `old_owner`
 * (NULL: none). -EBUSY where somebody else was faster. */
int dcb_store_claim_run(struct dcb_store *store, int64_t run_id, const char *old_owner,
			const char *owner, struct dcb_error *err);

/* Writes down that the run is judged at so many blocks, in one transaction, and raises its blocks
 * to them where it had fewer. To be called before the verdicts are seen: a run that is killed
 * between must not forget the look. The same number of blocks again is the same look; blocks never
 * shrink. */
int dcb_store_add_look(struct dcb_store *store, int64_t run_id, int64_t blocks,
		       struct dcb_error *err);
/* More blocks for a run; it keeps its own where they are not fewer. */
int dcb_store_raise_blocks(struct dcb_store *store, int64_t run_id, int64_t blocks,
			   struct dcb_error *err);
/* DONE without an owner, as dcb_store_update_run(), and why: `stopped` is one of the words of
 * struct dcb_store_run, `reason` may be NULL. */
int dcb_store_finish_run(struct dcb_store *store, int64_t run_id, const char *stopped,
			 const char *reason, double add_wall_s, double add_guest_wall_s,
			 struct dcb_error *err);

struct dcb_store_metric {
	const char *workload; /* name without params */
	const char *role;     /* "" for the iteration as a whole */
	const char *name, *unit;
	const char *better; /* "lower", "higher", "neither" */
	bool primary;
};

struct dcb_store_sample {
	size_t workload; /* index in the run */
	int64_t metric;  /* from dcb_store_metric() */
	int iteration;   /* < 0: warm-up */
	int thread;
	bool present; /* false: NULL */
	double value;
	bool has_times;
	int64_t enabled_ns, running_ns;
};

struct dcb_store_state {
	size_t workload;
	const char *role;
	int iteration, thread;
	const char *state; /* "spin" */
};

struct dcb_store_symptom {
	int64_t workload;                  /* index in the run; -1: of the boot (console) */
	const char *name, *state, *detail; /* detail: first console line, or NULL */
	bool present;
	bool has_value;
	double value;
	int hits, tries; /* console: count and 0 */
};

struct dcb_store_pair {
	const char *kind; /* "counter": value NULL or why it is lacking; "setting" */
	const char *name, *value;
};

struct dcb_store_artifact {
	const char *name; /* "console", "records" (the bytes of a rejected stream) */
	const void *data;
	size_t size;
};

struct dcb_store_boot {
	int64_t id;
	size_t kernel;           /* index in the run */
	int64_t block, position; /* position: order in which it was started within the run */
	int64_t seed;
	const char *state;  /* outcome name: "ok", "panic", ... */
	const char *reason; /* or NULL */
	int64_t started_us;
	double wall_s;
	double guest_s;        /* guest time at bye; < 0: none (stored NULL), likewise below */
	double hello_guest_s;  /* guest time at hello */
	double first_record_s; /* exec to the first record, host time */
	double cpu_s;
	double memory_peak_bytes;
	double agent_s; /* host time from the first to the last record; <0: none */
};

/* Only good boots have samples that count. */
static inline bool dcb_store_boot_is_good(const struct dcb_store_boot *boot)
{
	return strcmp(boot->state, "ok") == 0;
}

struct dcb_store_boot_data {
	const struct dcb_store_sample *samples;
	size_t n_samples;
	const struct dcb_store_state *states;
	size_t n_states;
	const struct dcb_store_symptom *symptoms;
	size_t n_symptoms;
	const struct dcb_store_pair *pairs;
	size_t n_pairs;
	const struct dcb_store_artifact *artifacts;
	size_t n_artifacts;
};

/* The id of a metric, made when it is new. Not inside a boot's transaction. */
int dcb_store_metric(struct dcb_store *store, const struct dcb_store_metric *metric,
		     int64_t *ret_id, struct dcb_error *err);
/* One transaction: the boot and all that belongs to it. -EEXIST where this (kernel, block) of the
 * run already has a good boot. A failed boot of the same cell is replaced. -EBADMSG where the rows
 * break a rule (a sample told twice, a workload that the run has not, NaN): nothing is stored, and
 * the fault is the guest's, not the store's. */
int dcb_store_put_boot(struct dcb_store *store, int64_t run_id, const struct dcb_store_boot *boot,
		       const struct dcb_store_boot_data *data, int64_t *ret_id,
		       struct dcb_error *err);

/* ---- reading: callbacks; strings live until the callback returns; a negative result stops ---- */

int dcb_store_each_run(struct dcb_store *store,
		       int (*each)(void *context, const struct dcb_store_run *run), void *context,
		       struct dcb_error *err); /* newest first */
/* The same a page at a time: at most `limit` with an id below `before` (0: from the newest). */
int dcb_store_each_run_before(struct dcb_store *store, int64_t before, int64_t limit,
			      int (*each)(void *context, const struct dcb_store_run *run),
			      void *context, struct dcb_error *err);
/* -ENOENT as a usage error that names the newest run. */
int dcb_store_get_run(struct dcb_store *store, int64_t run_id,
		      int (*each)(void *context, const struct dcb_store_run *run), void *context,
		      struct dcb_error *err);
int dcb_store_each_run_kernel(struct dcb_store *store, int64_t run_id,
			      int (*each)(void *context, size_t index,
					  const struct dcb_store_run_kernel *kernel),
			      void *context, struct dcb_error *err);
int dcb_store_each_run_workload(struct dcb_store *store, int64_t run_id,
				int (*each)(void *context, size_t index,
					    const struct dcb_store_run_workload *workload),
				void *context, struct dcb_error *err);
/* A kernel over all runs, with its name and spec in the newest. */
struct dcb_store_used_kernel {
	struct dcb_store_kernel kernel; /* origin: in the newest */
	const char *name, *spec;
	int64_t n_runs, newest_run;
};
/* Newest first: at most `limit` with an id below `before` (0: from the newest). */
int dcb_store_each_used_kernel(struct dcb_store *store, int64_t before, int64_t limit,
			       int (*each)(void *context,
					   const struct dcb_store_used_kernel *kernel),
			       void *context, struct dcb_error *err);
/* In order of position. */
int dcb_store_each_boot(struct dcb_store *store, int64_t run_id,
			int (*each)(void *context, const struct dcb_store_boot *boot),
			void *context, struct dcb_error *err);
/* How many there are, and how many of them failed. */
int dcb_store_count_boots(struct dcb_store *store, int64_t run_id, int64_t *ret_boots,
			  int64_t *ret_failed, struct dcb_error *err);

struct dcb_store_sample_row {
	int64_t boot_id;
	size_t kernel;
	int64_t block, seed;
	const struct dcb_store_metric *metric;
	const struct dcb_store_sample *sample;
};
/* Ordered by workload, metric, kernel, block, thread, iteration: all samples of good boots. */
int dcb_store_each_sample(struct dcb_store *store, int64_t run_id,
			  int (*each)(void *context, const struct dcb_store_sample_row *row),
			  void *context, struct dcb_error *err);
/* One boot's, good or not: ordered by workload, metric, thread, iteration. */
int dcb_store_each_boot_sample(struct dcb_store *store, int64_t boot_id,
			       int (*each)(void *context, const struct dcb_store_sample_row *row),
			       void *context, struct dcb_error *err);

/* What is left of a good boot's samples of one metric: over iterations >= 0 and threads, those that
 * are present. A metric without any has no figure, a boot that failed has none at all. */
struct dcb_store_figure {
	int64_t boot_id, block, seed;
	size_t kernel, workload; /* indices in the run */
	int64_t metric_id;
	const struct dcb_store_metric *metric;
	int64_t n;
	double median, least, greatest; /* median: the mean of the middle two where n is even */
};
/* Of one run: ordered by workload, metric, kernel, block. */
int dcb_store_each_figure(struct dcb_store *store, int64_t run_id,
			  int (*each)(void *context, const struct dcb_store_figure *figure),
			  void *context, struct dcb_error *err);
/* Of all runs, by the name of the metric; workload and role: NULL for any. Ordered by metric
 * (workload, role, unit, better), run, kernel, workload, and by size within these. */
struct dcb_store_median {
	int64_t run_id, boot_id;
	size_t kernel, workload;
	int64_t metric_id;
	const struct dcb_store_metric *metric;
	double median;
};
struct dcb_store_median_query {
	const char *name, *workload, *role;
	bool primary; /* only metrics that are */
};
int dcb_store_each_median(struct dcb_store *store, const struct dcb_store_median_query *wanted,
			  int (*each)(void *context, const struct dcb_store_median *median),
			  void *context, struct dcb_error *err);
/* Every metric that any boot ever told; ordered by workload, role, name. */
int dcb_store_each_metric(struct dcb_store *store,
			  int (*each)(void *context, const struct dcb_store_metric *metric),
			  void *context, struct dcb_error *err);
int dcb_store_each_state(struct dcb_store *store, int64_t boot_id,
			 int (*each)(void *context, const struct dcb_store_state *state),
			 void *context, struct dcb_error *err);
int dcb_store_each_symptom(struct dcb_store *store, int64_t boot_id,
			   int (*each)(void *context, const struct dcb_store_symptom *symptom),
			   void *context, struct dcb_error *err);
int dcb_store_each_pair(struct dcb_store *store, int64_t boot_id,
			int (*each)(void *context, const struct dcb_store_pair *pair),
			void *context, struct dcb_error *err);
/* -ENOENT without a message where the boot has none of that name; *ret_data is malloc'd. */
int dcb_store_get_artifact(struct dcb_store *store, int64_t boot_id, const char *name,
			   char **ret_data, size_t *ret_size, struct dcb_error *err);

/* A copy of the whole database as of one moment, in an empty or new file: opens as the original
 * does, and has views for other programs (copy-views.sql). Not within a snapshot. */
int dcb_store_copy(struct dcb_store *store, const char *path, struct dcb_error *err);
/* The same without the views: to be put in the place of the original. */
int dcb_store_backup(struct dcb_store *store, const char *path, struct dcb_error *err);

/* ---- care ----
 * A database that is opened for writing is checked first where the host went down under it. All
 * give -EUCLEAN, and one line that says how to restore it, where it is damaged. */

/* PRAGMA quick_check: reads all pages, and what they say of each other. */
int dcb_store_quick_check(struct dcb_store *store, struct dcb_error *err);
/* That, and rows that name rows which are not there. */
int dcb_store_full_check(struct dcb_store *store, struct dcb_error *err);
/* Writes it anew without what was deleted; sizes in bytes. Others wait meanwhile. */
int dcb_store_vacuum(struct dcb_store *store, int64_t *ret_before, int64_t *ret_after,
		     struct dcb_error *err);

/* ---- calibrations: reports/calibration.h ---- */

struct dcb_store_calibration {
	int64_t id, run_id, created_us;
	const char *host;        /* sha256 of description: lab/fingerprint.h */
	const char *description; /* JSON text */
	const char *machine, *arch;
	int64_t blocks, few; /* few: the fewest blocks of a split */
	int64_t splits;      /* 0: exact */
	bool exact, holds;
	const char *reason; /* why it does not hold, or NULL */
	double alarm_rate;  /* over all metrics, 0..1 */
};

struct dcb_store_calibration_metric {
	const char *workload, *params, *role, *name, *unit;
	bool primary;
	double alarm_rate;
	const char *verdict;         /* of the boots as they were; dcb_verdict_name() */
	double finds_few, finds_all; /* 0.018 is 1.8 %; < 0: nothing that was tried */
};

/* One transaction. */
int dcb_store_put_calibration(struct dcb_store *store,
			      const struct dcb_store_calibration *calibration,
			      const struct dcb_store_calibration_metric *metrics, size_t n,
			      int64_t *ret_id, struct dcb_error *err);
int dcb_store_each_calibration(struct dcb_store *store,
			       int (*each)(void *context,
					   const struct dcb_store_calibration *calibration),
			       void *context, struct dcb_error *err); /* newest first */
/* Ordered by workload, params, role, name. */
int dcb_store_each_calibration_metric(
	struct dcb_store *store, int64_t calibration_id,
	int (*each)(void *context, const struct dcb_store_calibration_metric *metric),
	void *context, struct dcb_error *err);

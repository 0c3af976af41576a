/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * What a run says: read once from the store, compared, then printed as a table or as JSON by
 * schema/summary-v1.schema.json. Everything in front of a person comes from this one object.
 */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "schema/store.h"

struct dcb_error;

enum dcb_verdict {
	DCB_VERDICT_NONE, /* not judged: better is "neither" */
	DCB_VERDICT_IMPROVED,
	DCB_VERDICT_REGRESSED,
	DCB_VERDICT_SAME,
	DCB_VERDICT_CANNOT_TELL,
};
const char *dcb_verdict_name(enum dcb_verdict verdict); /* "none", "improved", "cannot-tell", ... */

struct dcb_side {
	size_t kernel;         /* index in the run */
	size_t n;              /* boots with a value */
	double median, lo, hi; /* over boots: of their medians; lo and hi are their range */
	double *boots;         /* n medians, in order of block */
	bool bimodal;          /* boots fall into two clusters: a median tells neither */
	char *lacking;         /* where n is 0: why ("ENOENT: ..."), or NULL */
};

/* What a comparison's interval is over. */
enum dcb_spread {
	DCB_SPREAD_NONE,   /* one pair, or none: there is no interval */
	DCB_SPREAD_BOOTS,  /* the noise of boots */
	DCB_SPREAD_LAYOUT, /* exact boots of several seeds: where code and data came to lie */
};
const char *dcb_spread_name(enum dcb_spread spread); /* "none", "boots", "layout" */

/* More blocks than this are not worth waiting for: "further" then says only that. */
#define DCB_FURTHER_MAX 1000

struct dcb_comparison {
	size_t workload; /* index in the run */
	char *role, *metric, *unit, *better;
	bool primary;
	struct dcb_side base, candidate;
	bool has_ratio; /* change is a ratio; else a difference in the metric's unit */
	/* Of medians over those boots that have a partner. ratio: candidate / base. */
	double change, change_lo, change_hi;
	bool has_interval;
	bool exact; /* icount, paired by seed: digits compared */
	enum dcb_spread spread;
	size_t n_pairs; /* blocks with a value on both sides: only these are compared */
	/* What counts as the same: 0.01 is 1 % of base; of a difference, in the metric's unit, such
	 * a share of base's median, or 0. */
	double threshold;
	bool has_p;
	double p, p_adjusted; /* two-sided, of no change; adjusted over the run's metrics */
	enum dcb_verdict verdict;
	/* cannot-tell: how many more blocks would probably settle it; 0: none would, or unknown;
	 * DCB_FURTHER_MAX + 1: too many. */
	int64_t further_blocks;
	char *reason; /* cannot-tell, or a side that lacks it: why, in a few words; or NULL */
};

struct dcb_summary_symptom {
	int64_t workload; /* index, or -1: console */
	size_t kernel;
	char *name, *state, *detail;
	bool present;
	bool has_value;
	double value; /* median over boots */
	int hits, tries;
	/* How many boots agree with `present` and `state`, of how many: good ones; for the console
	 * of all. */
	unsigned boots, of_boots;
};

/* Some boot told, and the workload met what it looks for: else "not present" means nothing. */
bool dcb_symptom_is_told(const struct dcb_summary_symptom *symptom);
/* What a candidate's symptom says against base. Nothing where base does not show it. */
enum dcb_claim {
	DCB_CLAIM_NONE, /* base itself, or no good boot */
	DCB_CLAIM_GONE,
	DCB_CLAIM_STAYS,
	DCB_CLAIM_NOT_IN_BASE,
};
const char *dcb_claim_name(enum dcb_claim claim); /* "none", "gone", "stays", "not-in-base" */

struct dcb_summary_boot {
	struct dcb_store_boot row; /* its strings are owned by the summary */
};

/* Boots of one kernel. That they fail on one side only is a finding. */
struct dcb_summary_failures {
	unsigned ok, failed;
	const char *state; /* how most of them failed ("panic"); NULL; a literal or a boot's */
	/* Of a candidate: it fails, and base never did. Of base: it fails, and no candidate did. */
	bool only_candidate_fails, only_base_fails;
};

/* How the guests of a kernel were set, by the kernel's own word: "preempt" is "full". */
struct dcb_summary_setting {
	size_t kernel;
	char *name, *value;
};

/* The smallest change of one metric that this host finds, as a share of base; < 0: none known. */
struct dcb_summary_find {
	char *role, *metric;
	double few, all; /* with the calibration's few blocks, and with all of them */
};

/* What the newest calibration of the run's host and machine says of a workload. */
struct dcb_summary_calibration {
	int64_t id; /* 0: there is none, and the rest means nothing */
	bool exact, holds;
	double alarm_rate;
	int64_t blocks, few;
	char *reason; /* why it does not hold, or NULL */
	struct dcb_summary_find *finds;
	size_t n_finds;
};

struct dcb_summary {
	struct dcb_store_run run; /* strings owned by the summary */
	struct dcb_store_run_kernel *kernels;
	size_t n_kernels, base; /* base: index */
	int64_t *plants_ppm;    /* one a kernel, by workloads/plant.h; 0: nothing planted */
	struct dcb_store_run_workload *workloads;
	size_t n_workloads;
	struct dcb_summary_boot *boots;
	size_t n_boots;
	/* One a (workload, role, metric, candidate). A run of base alone has one a (workload, role,
	 * metric), whose candidate is base with n = 0. */
	struct dcb_comparison *comparisons;
	size_t n_comparisons;
	size_t n_looks;  /* at which of them these verdicts came, 1 for the first */
	double alpha;    /* false alarms that this look may have */
	double level;    /* of the intervals: 1 - alpha */
	size_t n_judged; /* comparisons whose p's were adjusted together */
	struct dcb_summary_failures *failures; /* one a kernel */
	struct dcb_summary_symptom *symptoms;  /* one a (workload, name, kernel) */
	size_t n_symptoms;
	double overhead; /* (wall - guest wall) / wall, or -1 */
	/* Of the first good boot of base, or, where there is none, of any kernel; names ordered. */
	struct dcb_store_pair *counters;
	size_t n_counters;
	struct dcb_summary_setting *settings; /* of the first good boot of each kernel */
	size_t n_settings;
	struct dcb_summary_calibration *calibrations; /* one a workload */
	bool strict;                                  /* verdicts are withheld where none holds */
};

struct dcb_summary;

struct dcb_summary_options {
	/* The machine's figures repeat to the digit (icount); those of a kernel whose guests had a
	 * disk do not for all that. */
	bool exact;
	const char *threshold; /* by lab/threshold.h; NULL: as the run was planned */
	bool strict;           /* no verdict where no calibration holds, of what is not exact */
	/* A calibration of this host and machine holds for the metric; NULL: as the store
	 * says. */
	bool (*calibrated)(void *context, const struct dcb_summary *summary,
			   const struct dcb_comparison *comparison);
	void *calibrated_context;
};
int dcb_summary_new(struct dcb_store *store, int64_t run_id,
		    const struct dcb_summary_options *options, struct dcb_summary **ret_summary,
		    struct dcb_error *err);
void dcb_summary_free(struct dcb_summary *summary);
DEFINE_CLEANUP(struct dcb_summary *, dcb_summary_free)
/* The row says that the workload could not run on this kernel, or went wrong: no property of it. */
bool dcb_summary_cannot(const struct dcb_summary_symptom *symptom);
enum dcb_claim dcb_summary_claim(const struct dcb_summary *summary,
				 const struct dcb_summary_symptom *symptom);
/* The guests of this kernel had the lab's disk, whose completions are not exact. */
bool dcb_summary_has_disk(const struct dcb_summary *summary, size_t kernel);
/* A calibration holds for its workload. */
bool dcb_summary_is_calibrated(const struct dcb_summary *summary,
			       const struct dcb_comparison *comparison);
/* NULL where nothing is known. */
const struct dcb_summary_find *dcb_summary_find(const struct dcb_summary *summary,
						const struct dcb_comparison *comparison);
/* "fixed repeats 2 % of its operations", of a kernel with plants_ppm: every report must say it.
 * malloc'd; NULL on lack of memory. */
char *dcb_summary_planted(const struct dcb_summary *summary, size_t kernel);
/* Every primary metric has a verdict other than cannot-tell. */
bool dcb_summary_is_settled(const struct dcb_summary *summary);
/* By schema/summary-v1.schema.json; NULL on lack of memory. Its "reproduction" is null, since that
 * takes the samples: dcb_reproduction_summary() has it. */
json_t *dcb_summary_to_json(const struct dcb_summary *summary);

struct dcb_table_options {
	int width; /* columns; 80 for a pipe */
	bool colour;
	bool all; /* every metric, not only the primary ones */
};
/* The comparison table of docs/architecture.md. -ENOMEM, or the errno of writing. */
int dcb_table_print(const struct dcb_summary *summary, const struct dcb_table_options *options,
		    FILE *file);

/* Two runs, sample by sample: boots paired by (kernel sha256, block, seed), samples by (workload,
 * params, role, metric, thread, iteration). */
struct dcb_identity_difference {
	char *kernel, *workload; /* name; "name:params" */
	char *role, *metric;
	int64_t block;
	int thread, iteration;
	char *one, *two; /* the values, every digit; "nothing" where a side has no such sample */
};

struct dcb_identity {
	uint64_t compared, differing;
	uint64_t only_first, only_second;
	/* The first sample that differs or stands on one side only, for the message; NULL where
	 * none does. */
	char *first_difference;
	struct dcb_identity_difference first; /* the same in parts */
};

#define DCB_IDENTITY_NULL                                                                          \
	{                                                                                          \
		0                                                                                  \
	}
void dcb_identity_deinit(struct dcb_identity *identity);
int dcb_identity_compare(struct dcb_store *store, int64_t first, int64_t second,
			 struct dcb_identity *ret_identity, struct dcb_error *err);

/* "2.82 G", "41.2 k", "815 ms": three significant digits with an SI prefix; ns become us, ms, s;
 * bytes KiB, MiB; a ratio "99.9 %". "n/a" for NaN and infinity. Never depends on the locale. */
void dcb_format_value(double value, const char *unit, char *buffer, size_t size);

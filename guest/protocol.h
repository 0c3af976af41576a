/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * The guest protocol: NDJSON records from agent to host, a job.json from host to agent. The guest
 * is hostile: the reader holds every byte to fixed bounds, and the first bad record ends the boot.
 *
 * Order: hello, then progress | sample | symptom | error in any order, then bye. Nothing after bye.
 * Each record is one line of at most 64 KiB with a member "type".
 */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

struct dcb_error;
struct dcb_workload_sample;
struct dcb_workload_finding;

#define DCB_PROTOCOL_VERSION  1
#define DCB_RECORD_MAX_BYTES  65536
#define DCB_RECORD_MAX_VALUES 64
#define DCB_RECORD_MAX_NAME   47
#define DCB_RECORDS_MAX_BYTES (256 << 20) /* of one boot */
#define DCB_JOB_MAX_WORKLOADS 64

enum dcb_record_type {
	DCB_RECORD_HELLO,
	DCB_RECORD_PROGRESS,
	DCB_RECORD_SAMPLE,
	DCB_RECORD_SYMPTOM,
	DCB_RECORD_ERROR,
	DCB_RECORD_BYE,
};

struct dcb_record_pair {
	const char *name;
	const char *value; /* counters: NULL where the counter exists, else why it does not */
};

struct dcb_record_value {
	const char *name;
	bool present; /* false: null on the wire */
	double value;
	bool has_times;
	uint64_t enabled_ns, running_ns;
};

/* All pointers are borrowed from `root`. */
struct dcb_record {
	enum dcb_record_type type;
	json_t *root;
	union {
		struct {
			int protocol;
			const char *release, *arch;
			int cpus;
			int64_t memory_bytes;
			double uptime_s; /* guest time since its kernel began */
			/* {"preempt": "full", "thp": "never", "sched_rt_runtime_us": "950000"} */
			struct dcb_record_pair settings[32];
			size_t n_settings;
			struct dcb_record_pair counters[DCB_RECORD_MAX_VALUES];
			size_t n_counters;
		} hello;
		struct {
			int workload; /* index in the job */
			const char *text;
		} progress;
		struct {
			int workload, iteration, thread;
			const char *role;  /* NULL: the iteration as a whole */
			const char *state; /* or NULL */
			struct dcb_record_value values[DCB_RECORD_MAX_VALUES];
			size_t n_values;
		} sample;
		struct {
			int workload;
			const char *name, *state;
			bool present;
			double value;
			int hits, tries;
		} symptom;
		struct {
			int workload;     /* -1: the agent itself */
			bool unsupported; /* this kernel cannot: data, the rest of the job goes on
					   */
			const char *message;
		} error;
		struct {
			double uptime_s;
		} bye;
	};
};

#define DCB_RECORD_NULL                                                                            \
	{                                                                                          \
		0                                                                                  \
	}

/* Checks one line (without its newline). -EBADMSG with a message for anything not as above. */
int dcb_record_parse(const char *line, size_t size, struct dcb_record *ret_record,
		     struct dcb_error *err);
void dcb_record_deinit(struct dcb_record *record);
/* One line with its newline, malloc'd; the agent's side of each record. The inverse of parse. */
char *dcb_record_format(const struct dcb_record *record);

/* Splits a byte stream into records and holds it to its order and bounds. */
struct dcb_record_reader;
typedef int (*dcb_record_handler)(void *context, const struct dcb_record *record,
				  struct dcb_error *err);
int dcb_record_reader_new(dcb_record_handler handler, void *context,
			  struct dcb_record_reader **ret_reader, struct dcb_error *err);
void dcb_record_reader_free(struct dcb_record_reader *reader);
DEFINE_CLEANUP(struct dcb_record_reader *, dcb_record_reader_free)
/* -EBADMSG on the first violation, and on every call after it. */
int dcb_record_reader_feed(struct dcb_record_reader *reader, const void *data, size_t size,
			   struct dcb_error *err);
bool dcb_record_reader_began(const struct dcb_record_reader *reader); /* hello was seen */
bool dcb_record_reader_ended(const struct dcb_record_reader *reader); /* bye was seen */

/* The job: what the agent does after its set-up. */
struct dcb_job_workload {
	char *name;
	char *params; /* canonical "key=value,..." */
};

struct dcb_job {
	struct dcb_job_workload *workloads;
	size_t n_workloads;
	char **modules; /* paths in the guest, in load order */
	size_t n_modules;
	int64_t plant_ppm; /* workloads/plant.h; 0: nothing is planted, and it is not told */
};

void dcb_job_deinit(struct dcb_job *job);
char *dcb_job_format(const struct dcb_job *job); /* malloc'd JSON */
int dcb_job_parse(const char *text, size_t size, struct dcb_job *ret_job, struct dcb_error *err);

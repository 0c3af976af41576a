// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/letters.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-id128.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/file.h"
#include "base/json.h"
#include "daemon/job-json.h"
#include "reports/judgement.h"
#include "reports/report.h"
#include "reports/summary.h"
#include "schema/store.h"

/* Of this program, for sd_id128_get_machine_app_specific(3). */
#define APPLICATION SD_ID128_MAKE(5a, 1e, 0b, 7c, 3d, 96, 4f, 1b, a3, 58, c2, 60, 9e, 77, d4, 12)

/* A letter under construction. */
struct draft {
	struct dcb_store_delivery row;
	char *key, *body;
	enum dcb_event event;
};

struct ending {
	struct dcb_store *store;
	int64_t job_id, run;
	enum dcb_job_state state;
	const char *reason;
	json_t *job; /* its row as it was, NULL on lack of memory */
	char *label;
	enum dcb_job_state before; /* how the last one of this label ended */
	struct dcb_summary *summary;
	unsigned events;
	int64_t now_us;
};

static void ending_deinit(struct ending *ending)
{
	json_decref(ending->job);
	free(ending->label);
	dcb_summary_free(ending->summary);
}

/* ---- what happened ---- */

static int read_job(void *context, const struct dcb_store_job *job)
{
	struct ending *ending = context;

	ending->run = job->run;
	ending->job = dcb_job_to_json(job, NULL);
	ending->label = strdup(job->label);
	return ending->job && ending->label ? 0 : -ENOMEM;
}

static bool has_regression(const struct dcb_summary *summary)
{
	for (size_t i = 0; i < summary->n_comparisons; i++)
		if (summary->comparisons[i].primary &&
		    summary->comparisons[i].verdict == DCB_VERDICT_REGRESSED)
			return true;
	return false;
}

static bool has_symptom(const struct dcb_summary *summary)
{
	for (size_t i = 0; i < summary->n_symptoms; i++) {
		const struct dcb_summary_symptom *symptom = &summary->symptoms[i];

		if (symptom->present && symptom->kernel != summary->base &&
		    !dcb_summary_cannot(symptom))
			return true;
	}
	return false;
}

static void find_events(struct ending *ending)
{
	const struct dcb_summary *summary = ending->summary;

	if (ending->state == DCB_JOB_FAILED) {
		ending->events = 1u << DCB_EVENT_FAILED;
		return;
	}
	if (ending->state != DCB_JOB_DONE)
		return;
	/* One that had nothing new to say has no run. */
	if (ending->run)
		ending->events = 1u << DCB_EVENT_FINISHED;
	if (ending->before == DCB_JOB_FAILED)
		ending->events |= 1u << DCB_EVENT_RECOVERED;
	if (summary && has_symptom(summary))
		ending->events |= 1u << DCB_EVENT_SYMPTOM;
	if (summary && has_regression(summary))
		ending->events |= 1u << DCB_EVENT_REGRESSED;
}

/* ---- bodies ---- */

static char *event_body(const struct ending *ending, enum dcb_event event, const char *reason)
{
	json_auto_t *object = json_pack("{s:s, s:s, s:O, s:s, s:o}", "version", "dcbench-event/1",
					"event", dcb_event_name(event), "job", ending->job, "state",
					dcb_job_state_name(ending->state), "reason",
					dcb_json_string(reason));

	return object ? dcb_json_line(object) : NULL;
}

static void count_verdicts(const struct dcb_summary *summary, enum dcb_verdict verdict, size_t *n)
{
	*n = 0;
	for (size_t i = 0; i < summary->n_comparisons; i++)
		*n += summary->comparisons[i].primary && summary->comparisons[i].verdict == verdict;
}

/* "dcbench nightly, run 7: 1 regressed, 2 improved, 3 the same, 0 cannot tell" */
static char *chat_line(const struct ending *ending)
{
	const char *label = *ending->label ? ending->label : "job";
	size_t regressed, improved, same, open;

	if (!ending->summary)
		return dcb_format("dcbench %s %" PRId64 ": %s%s%s", label, ending->job_id,
				  dcb_job_state_name(ending->state), ending->reason ? ": " : "",
				  ending->reason ? ending->reason : "");
	count_verdicts(ending->summary, DCB_VERDICT_REGRESSED, &regressed);
	count_verdicts(ending->summary, DCB_VERDICT_IMPROVED, &improved);
	count_verdicts(ending->summary, DCB_VERDICT_SAME, &same);
	count_verdicts(ending->summary, DCB_VERDICT_CANNOT_TELL, &open);
	return dcb_format("dcbench %s, run %" PRId64
			  ": %zu regressed, %zu improved, %zu the same, %zu cannot tell%s",
			  label, ending->run, regressed, improved, same, open,
			  ending->events & 1u << DCB_EVENT_SYMPTOM ? "; a candidate shows a symptom"
								   : "");
}

static char *chat_body(const struct ending *ending)
{
	_cleanup_free_ char *line = chat_line(ending);
	json_auto_t *object = line ? json_pack("{s:o}", "text", dcb_json_string(line)) : NULL;

	return object ? dcb_json_line(object) : NULL;
}

/* The run's report; its failure is left in *err. NULL then. */
static char *report_body(const struct ending *ending, const struct dcb_deliver_config *target,
			 const struct dcb_report_format *format, struct dcb_error *err)
{
	const struct dcb_report report = {.summary = ending->summary,
					  .store = ending->store,
					  .width = 80,
					  .origin = target->origin};
	char *text = NULL;
	size_t size;

	if (!ending->summary || ending->state != DCB_JOB_DONE ||
	    dcb_report_print(format, &report, &text, &size, err) < 0)
		return NULL;
	return text;
}

/* Sets body and content type. */
static int write_body(const struct ending *ending, const struct dcb_deliver_config *target,
		      struct draft *draft)
{
	const struct dcb_report_format *format;
	struct dcb_error err = DCB_ERROR_NULL;

	draft->row.content_type = "application/json";
	if (strcmp(target->format, "chat") == 0) {
		draft->body = chat_body(ending);
	} else if (dcb_report_format_find(target->format, &format, &err) >= 0 &&
		   (draft->body = report_body(ending, target, format, &err))) {
		if (format->content_type)
			draft->row.content_type = format->content_type;
	} else {
		draft->body = event_body(ending, draft->event,
					 ending->reason ? ending->reason
					 : err.errnum   ? err.message
							: NULL);
	}
	return draft->body ? 0 : -ENOMEM;
}

/* ---- letters ---- */

/* The key tells labs apart: a receiver may serve many. */
static char *make_key(const struct ending *ending, const char *target)
{
	sd_id128_t id;
	char lab[SD_ID128_STRING_MAX];

	if (sd_id128_get_machine_app_specific(APPLICATION, &id) < 0)
		id = SD_ID128_NULL;
	sd_id128_to_string(id, lab);
	/* The time of submission too: a database that was lost begins again with job 1. */
	return dcb_format("%.16s-%" PRId64 "-%" PRId64 "-%s", lab,
			  (int64_t)json_integer_value(json_object_get(ending->job, "created_us")),
			  ending->job_id, target);
}

static int write_letter(const struct ending *ending, const struct dcb_deliver_config *target,
			struct draft *draft)
{
	static const enum dcb_event grave[] = {DCB_EVENT_FAILED, DCB_EVENT_SYMPTOM,
					       DCB_EVENT_REGRESSED, DCB_EVENT_RECOVERED,
					       DCB_EVENT_FINISHED};
	size_t i = 0;

	while (!(ending->events & target->events & 1u << grave[i]))
		i++;
	draft->event = grave[i];
	draft->key = make_key(ending, target->name);
	if (!draft->key || write_body(ending, target, draft) < 0)
		return -ENOMEM;
	draft->row = (struct dcb_store_delivery){
		.target = target->name,
		.event = dcb_event_name(draft->event),
		.key = draft->key,
		.content_type = draft->row.content_type,
		.job = ending->job_id,
		.run = ending->run,
		.body = draft->body,
		.size = strlen(draft->body),
		.created_us = ending->now_us,
	};
	return 0;
}

static int load(struct ending *ending, struct dcb_error *err)
{
	int r;

	r = dcb_store_get_job(ending->store, ending->job_id, read_job, ending, err);
	if (r < 0)
		return r;
	r = dcb_store_last_end(ending->store, ending->label, ending->job_id, &ending->before, err);
	if (r < 0)
		return r;
	if (ending->run && ending->state == DCB_JOB_DONE) {
		r = dcb_summary_load(ending->store, ending->run, NULL, &ending->summary, err);
		if (r < 0)
			return r;
	}
	find_events(ending);
	return 0;
}

int dcb_letters_finish(struct dcb_store *store, const struct dcb_config *config, int64_t job_id,
		       const char *owner, enum dcb_job_state state, const char *reason,
		       struct dcb_error *err)
{
	_cleanup_(ending_deinit) struct ending ending = {.store = store,
							 .job_id = job_id,
							 .state = state,
							 .reason = reason,
							 .now_us = dcb_clock_unix_us()};
	struct draft *drafts = calloc(config->n_deliveries + 1, sizeof(*drafts));
	struct dcb_store_delivery *rows = calloc(config->n_deliveries + 1, sizeof(*rows));
	size_t n = 0;
	int r;

	DCB_FAULT("letters-before");
	r = drafts && rows ? load(&ending, err) : dcb_error_oom(err);
	for (size_t i = 0; r >= 0 && i < config->n_deliveries; i++) {
		if (!(ending.events & config->deliveries[i].events))
			continue;
		r = write_letter(&ending, &config->deliveries[i], &drafts[n]);
		if (r < 0)
			dcb_error_oom(err);
		else
			rows[n] = drafts[n].row;
		n++;
	}
	DCB_FAULT("letters-written");
	if (r >= 0)
		r = dcb_store_finish_job(store, job_id, owner, state, reason, ending.now_us, rows,
					 n, err);
	for (size_t i = 0; drafts && i < n; i++) {
		free(drafts[i].key);
		free(drafts[i].body);
	}
	free(drafts);
	free(rows);
	return r;
}

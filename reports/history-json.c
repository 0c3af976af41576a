// SPDX-License-Identifier: GPL-2.0-only
/* By schema/history-v1.schema.json. Each *_to_json() gives NULL on lack of memory. */
#include "base/cleanup.h"
#include "base/json.h"
#include "reports/history.h"
#include "reports/text.h"

#define VERSION "dcbench-history/1"

static json_t *text_to_json(const char *text)
{
	_cleanup_free_ char *clean = dcb_text_utf8(text);

	return clean ? json_string(clean) : NULL;
}

static json_t *point_to_json(const struct dcb_history_point *point)
{
	return json_pack_ex(NULL, 0, "{sI sI so so sI so so so}", "run", (json_int_t)point->run_id,
			    "created_us", (json_int_t)point->created_us, "release",
			    text_to_json(point->release), "sha256", text_to_json(point->sha256),
			    "boots", (json_int_t)point->n_boots, "median",
			    dcb_json_number(point->median), "lo", dcb_json_number(point->lo), "hi",
			    dcb_json_number(point->hi));
}

static json_t *kernel_to_json(const struct dcb_history_point *point)
{
	return json_pack_ex(NULL, 0, "{sI so so}", "run", (json_int_t)point->run_id, "release",
			    text_to_json(point->release), "sha256", text_to_json(point->sha256));
}

static json_t *change_to_json(const struct dcb_history *history,
			      const struct dcb_history_change *change)
{
	return json_pack_ex(NULL, 0, "{sI so so s{so so so} so}", "index",
			    (json_int_t)change->index, "before",
			    kernel_to_json(&history->points[change->index - 1]), "after",
			    kernel_to_json(&history->points[change->index]), "step",
			    change->has_ratio ? "ratio" : "difference",
			    dcb_json_number(change->change), "lo", dcb_json_number(change->lo),
			    "hi", dcb_json_number(change->hi), "p", dcb_json_number(change->p));
}

static json_t *history_to_json(const struct dcb_history *history)
{
	json_auto_t *points = json_array(), *changes = json_array();

	for (size_t i = 0; points && i < history->n_points; i++)
		if (json_array_append_new(points, point_to_json(&history->points[i])) < 0)
			return NULL;
	for (size_t i = 0; changes && i < history->n_changes; i++)
		if (json_array_append_new(changes, change_to_json(history, &history->changes[i])) <
		    0)
			return NULL;
	return json_pack_ex(
		NULL, 0, "{so so so so so so so so so sO sO}", "workload",
		text_to_json(history->workload), "params", text_to_json(history->params), "role",
		text_to_json(history->role), "metric", text_to_json(history->metric), "unit",
		text_to_json(history->unit), "better", text_to_json(history->better), "machine",
		text_to_json(history->machine), "arch", text_to_json(history->arch), "kernel",
		text_to_json(history->kernel), "points", points, "changes", changes);
}

json_t *dcb_histories_to_json(const struct dcb_histories *histories)
{
	json_auto_t *series = json_array();

	for (size_t i = 0; series && i < histories->n; i++)
		if (json_array_append_new(series, history_to_json(&histories->rows[i])) < 0)
			return NULL;
	return json_pack_ex(NULL, 0, "{ss sO}", "version", VERSION, "series", series);
}

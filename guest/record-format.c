// SPDX-License-Identifier: GPL-2.0-only
/* The agent's side of the protocol. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "guest/record.h"

static json_t *pairs_to_json(const struct dcb_record_pair *pairs, size_t n)
{
	json_auto_t *object = json_object();

	for (size_t i = 0; i < n; i++)
		if (json_object_set_new(object, pairs[i].name, dcb_json_string(pairs[i].value)) < 0)
			return NULL;
	return json_incref(object);
}

static json_t *value_to_json(const struct dcb_record_value *value)
{
	if (!value->present)
		return json_null();
	if (!value->has_times)
		return dcb_json_number(value->value);
	return json_pack("[o, I, I]", dcb_json_number(value->value), (json_int_t)value->enabled_ns,
			 (json_int_t)value->running_ns);
}

static json_t *values_to_json(const struct dcb_record_value *values, size_t n)
{
	json_auto_t *object = json_object();

	for (size_t i = 0; i < n; i++)
		if (json_object_set_new(object, values[i].name, value_to_json(&values[i])) < 0)
			return NULL;
	return json_incref(object);
}

static json_t *record_to_json(const struct dcb_record *record)
{
	const char *type = dcb_record_type_name(record->type);

	switch (record->type) {
	case DCB_RECORD_HELLO:
		return json_pack(
			"{s:s, s:i, s:s, s:s, s:i, s:I, s:o, s:o, s:o}", "type", type, "protocol",
			record->hello.protocol, "release", record->hello.release, "arch",
			record->hello.arch, "cpus", record->hello.cpus, "memory_bytes",
			(json_int_t)record->hello.memory_bytes, "uptime_s",
			dcb_json_number(record->hello.uptime_s), "settings",
			pairs_to_json(record->hello.settings, record->hello.n_settings), "counters",
			pairs_to_json(record->hello.counters, record->hello.n_counters));
	case DCB_RECORD_PROGRESS:
		return json_pack("{s:s, s:i, s:s}", "type", type, "workload",
				 record->progress.workload, "text", record->progress.text);
	case DCB_RECORD_SAMPLE:
		return json_pack("{s:s, s:i, s:i, s:i, s:s?, s:s?, s:o}", "type", type, "workload",
				 record->sample.workload, "iteration", record->sample.iteration,
				 "thread", record->sample.thread, "role", record->sample.role,
				 "state", record->sample.state, "values",
				 values_to_json(record->sample.values, record->sample.n_values));
	case DCB_RECORD_SYMPTOM:
		return json_pack("{s:s, s:i, s:s, s:s?, s:b, s:o, s:i, s:i}", "type", type,
				 "workload", record->symptom.workload, "name", record->symptom.name,
				 "state", record->symptom.state, "present", record->symptom.present,
				 "value", dcb_json_number(record->symptom.value), "hits",
				 record->symptom.hits, "tries", record->symptom.tries);
	case DCB_RECORD_ERROR:
		return json_pack("{s:s, s:i, s:b, s:s}", "type", type, "workload",
				 record->error.workload, "unsupported", record->error.unsupported,
				 "message", record->error.message);
	case DCB_RECORD_BYE:
		return json_pack("{s:s, s:o}", "type", type, "uptime_s",
				 dcb_json_number(record->bye.uptime_s));
	}
	return NULL;
}

char *dcb_record_format(const struct dcb_record *record)
{
	json_auto_t *json = record_to_json(record);
	_cleanup_free_ char *line = NULL;
	size_t size;
	char *longer;

	if (!json)
		return NULL;
	line = json_dumps(json, JSON_COMPACT);
	if (!line)
		return NULL;
	size = strlen(line);
	longer = realloc(line, size + 2);
	if (!longer)
		return NULL;
	line = longer;
	memcpy(line + size, "\n", 2);
	return TAKE_PTR(line);
}

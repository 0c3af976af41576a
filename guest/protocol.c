// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host's side of the protocol: one line in, one record out, or a reason why it is none. Nothing
 * here may trust the line; messages quote no byte of it, as they end on a terminal.
 */
#include "guest/protocol.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "guest/json-fields.h"
#include "guest/record.h"

static const char *const type_names[] = {
	[DCB_RECORD_HELLO] = "hello",   [DCB_RECORD_PROGRESS] = "progress",
	[DCB_RECORD_SAMPLE] = "sample", [DCB_RECORD_SYMPTOM] = "symptom",
	[DCB_RECORD_ERROR] = "error",   [DCB_RECORD_BYE] = "bye",
};

const char *dcb_record_type_name(enum dcb_record_type type)
{
	return type_names[type];
}

static int parse_type(const json_t *root, enum dcb_record_type *ret_type, struct dcb_error *err)
{
	const char *name;
	int r = dcb_field_name(root, "type", false, &name, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < ARRAY_SIZE(type_names); i++)
		if (strcmp(name, type_names[i]) == 0) {
			*ret_type = (enum dcb_record_type)i;
			return 0;
		}
	return dcb_error_set(err, EBADMSG, "unknown type");
}

static int parse_int(const json_t *root, const char *key, int min, int max, int *ret_value,
		     struct dcb_error *err)
{
	int64_t value;
	int r = dcb_field_int(root, key, min, max, &value, err);

	if (r < 0)
		return r;
	*ret_value = (int)value;
	return 0;
}

static int parse_workload(const json_t *root, int min, int *ret_workload, struct dcb_error *err)
{
	return parse_int(root, "workload", min, DCB_JOB_MAX_WORKLOADS - 1, ret_workload, err);
}

static int parse_pairs(const json_t *root, const char *key, bool nullable, size_t max,
		       struct dcb_record_pair *pairs, size_t *ret_n, struct dcb_error *err)
{
	json_t *list, *value;
	const char *name;
	size_t n = 0;
	int r = dcb_field_list(root, key, JSON_OBJECT, max, &list, err);

	if (r < 0)
		return r;
	json_object_foreach(list, name, value)
	{
		if (!dcb_field_is_name(name))
			return dcb_error_set(err, EBADMSG, "%s has a key that is no name", key);
		if (!(nullable && json_is_null(value)) && !dcb_field_is_text(value))
			return dcb_error_set(err, EBADMSG, "%s.%s is no text", key, name);
		pairs[n++] = (struct dcb_record_pair){name, json_string_value(value)};
	}
	*ret_n = n;
	return 0;
}

static int parse_hello(const json_t *root, struct dcb_record *record, struct dcb_error *err)
{
	int r = parse_int(root, "protocol", 0, INT32_MAX, &record->hello.protocol, err);

	if (r < 0)
		return r;
	if (record->hello.protocol != DCB_PROTOCOL_VERSION)
		return dcb_error_set(err, EBADMSG, "the agent speaks protocol %d, the lab %d",
				     record->hello.protocol, DCB_PROTOCOL_VERSION);
	r = dcb_field_text(root, "release", &record->hello.release, err);
	if (r < 0)
		return r;
	r = dcb_field_name(root, "arch", false, &record->hello.arch, err);
	if (r < 0)
		return r;
	r = parse_int(root, "cpus", 1, 65536, &record->hello.cpus, err);
	if (r < 0)
		return r;
	r = dcb_field_int(root, "memory_bytes", 1, INT64_C(1) << 56, &record->hello.memory_bytes,
			  err);
	if (r < 0)
		return r;
	r = dcb_field_number(root, "uptime_s", 0, DCB_RECORD_MAX_UPTIME_S, &record->hello.uptime_s,
			     err);
	if (r < 0)
		return r;
	r = parse_pairs(root, "settings", false, ARRAY_SIZE(record->hello.settings),
			record->hello.settings, &record->hello.n_settings, err);
	if (r < 0)
		return r;
	r = parse_pairs(root, "counters", true, ARRAY_SIZE(record->hello.counters),
			record->hello.counters, &record->hello.n_counters, err);
	if (r < 0)
		return r;
	return dcb_field_members(root, 9, err);
}

static int parse_progress(const json_t *root, struct dcb_record *record, struct dcb_error *err)
{
	int r = parse_workload(root, 0, &record->progress.workload, err);

	if (r < 0)
		return r;
	r = dcb_field_text(root, "text", &record->progress.text, err);
	if (r < 0)
		return r;
	return dcb_field_members(root, 3, err);
}

/* null, a number, or [number, enabled, running] */
static int parse_value(const char *name, const json_t *json, struct dcb_record_value *value,
		       struct dcb_error *err)
{
	const json_t *number = json;

	if (!dcb_field_is_name(name))
		return dcb_error_set(err, EBADMSG, "values has a key that is no name");
	*value = (struct dcb_record_value){.name = name};
	if (json_is_null(json))
		return 0;
	if (json_is_array(json)) {
		const json_t *enabled = json_array_get(json, 1);
		const json_t *running = json_array_get(json, 2);

		if (json_array_size(json) != 3 || !json_is_integer(enabled) ||
		    !json_is_integer(running) || json_integer_value(enabled) < 0 ||
		    json_integer_value(running) < 0)
			return dcb_error_set(err, EBADMSG, "values.%s is not [value, ns, ns]",
					     name);
		number = json_array_get(json, 0);
		value->has_times = true;
		value->enabled_ns = (uint64_t)json_integer_value(enabled);
		value->running_ns = (uint64_t)json_integer_value(running);
	}
	if (!json_is_number(number) || !isfinite(json_number_value(number)))
		return dcb_error_set(err, EBADMSG, "values.%s is no finite number", name);
	value->present = true;
	value->value = json_number_value(number);
	return 0;
}

static int parse_sample(const json_t *root, struct dcb_record *record, struct dcb_error *err)
{
	json_t *list, *json;
	const char *name;
	int r = parse_workload(root, 0, &record->sample.workload, err);

	if (r < 0)
		return r;
	r = parse_int(root, "iteration", -DCB_RECORD_MAX_ITERATION, DCB_RECORD_MAX_ITERATION,
		      &record->sample.iteration, err);
	if (r < 0)
		return r;
	r = parse_int(root, "thread", 0, DCB_RECORD_MAX_THREAD, &record->sample.thread, err);
	if (r < 0)
		return r;
	r = dcb_field_name(root, "role", true, &record->sample.role, err);
	if (r < 0)
		return r;
	r = dcb_field_name(root, "state", true, &record->sample.state, err);
	if (r < 0)
		return r;
	r = dcb_field_list(root, "values", JSON_OBJECT, DCB_RECORD_MAX_VALUES, &list, err);
	if (r < 0)
		return r;
	record->sample.n_values = 0;
	json_object_foreach(list, name, json)
	{
		r = parse_value(name, json, &record->sample.values[record->sample.n_values], err);
		if (r < 0)
			return r;
		record->sample.n_values++;
	}
	return dcb_field_members(root, 7, err);
}

static int parse_symptom(const json_t *root, struct dcb_record *record, struct dcb_error *err)
{
	int r = parse_workload(root, 0, &record->symptom.workload, err);

	if (r < 0)
		return r;
	r = dcb_field_name(root, "name", false, &record->symptom.name, err);
	if (r < 0)
		return r;
	r = dcb_field_name(root, "state", true, &record->symptom.state, err);
	if (r < 0)
		return r;
	r = dcb_field_bool(root, "present", &record->symptom.present, err);
	if (r < 0)
		return r;
	r = dcb_field_number(root, "value", -DBL_MAX, DBL_MAX, &record->symptom.value, err);
	if (r < 0)
		return r;
	r = parse_int(root, "tries", 0, INT32_MAX, &record->symptom.tries, err);
	if (r < 0)
		return r;
	r = parse_int(root, "hits", 0, record->symptom.tries, &record->symptom.hits, err);
	if (r < 0)
		return r;
	return dcb_field_members(root, 8, err);
}

static int parse_error(const json_t *root, struct dcb_record *record, struct dcb_error *err)
{
	int r = parse_workload(root, -1, &record->error.workload, err);

	if (r < 0)
		return r;
	r = dcb_field_bool(root, "unsupported", &record->error.unsupported, err);
	if (r < 0)
		return r;
	r = dcb_field_text(root, "message", &record->error.message, err);
	if (r < 0)
		return r;
	return dcb_field_members(root, 4, err);
}

static int parse_bye(const json_t *root, struct dcb_record *record, struct dcb_error *err)
{
	int r = dcb_field_number(root, "uptime_s", 0, DCB_RECORD_MAX_UPTIME_S,
				 &record->bye.uptime_s, err);

	if (r < 0)
		return r;
	return dcb_field_members(root, 2, err);
}

static int parse_root(const json_t *root, struct dcb_record *record, struct dcb_error *err)
{
	static int (*const parsers[])(const json_t *, struct dcb_record *, struct dcb_error *) = {
		[DCB_RECORD_HELLO] = parse_hello,   [DCB_RECORD_PROGRESS] = parse_progress,
		[DCB_RECORD_SAMPLE] = parse_sample, [DCB_RECORD_SYMPTOM] = parse_symptom,
		[DCB_RECORD_ERROR] = parse_error,   [DCB_RECORD_BYE] = parse_bye,
	};
	int r = parse_type(root, &record->type, err);

	if (r < 0)
		return r;
	r = parsers[record->type](root, record, err);
	if (r < 0)
		return dcb_error_wrap(err, "%s", type_names[record->type]);
	return 0;
}

int dcb_record_parse(const char *line, size_t size, struct dcb_record *ret_record,
		     struct dcb_error *err)
{
	json_auto_t *root = NULL;
	struct dcb_record record = DCB_RECORD_NULL;
	int r;

	if (size > DCB_RECORD_MAX_BYTES)
		return dcb_error_set(err, EBADMSG, "longer than %d bytes", DCB_RECORD_MAX_BYTES);
	if (memchr(line, '\n', size))
		return dcb_error_set(err, EBADMSG, "more than one line");
	r = dcb_field_object(line, size, &root, err);
	if (r < 0)
		return r;
	r = parse_root(root, &record, err);
	if (r < 0)
		return -EBADMSG;
	record.root = TAKE_PTR(root);
	*ret_record = record;
	return 0;
}

void dcb_record_deinit(struct dcb_record *record)
{
	if (!record)
		return;
	json_decref(record->root);
	*record = (struct dcb_record)DCB_RECORD_NULL;
}

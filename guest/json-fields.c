// SPDX-License-Identifier: GPL-2.0-only
#include "guest/json-fields.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "guest/protocol.h"

int dcb_field_object(const char *text, size_t size, json_t **ret_object, struct dcb_error *err)
{
	json_error_t why;
	json_t *value = json_loadb(text, size, JSON_REJECT_DUPLICATES, &why);

	/* why.text quotes the input: it is not for a message. */
	if (!value)
		return dcb_error_set(err, EBADMSG, "not valid JSON at byte %d", why.position);
	if (!json_is_object(value)) {
		json_decref(value);
		return dcb_error_set(err, EBADMSG, "not a JSON object");
	}
	*ret_object = value;
	return 0;
}

int dcb_field_members(const json_t *object, size_t n, struct dcb_error *err)
{
	if (json_object_size(object) == n)
		return 0;
	return dcb_error_set(err, EBADMSG, "%zu unknown members", json_object_size(object) - n);
}

static json_t *field_get(const json_t *object, const char *key, struct dcb_error *err)
{
	json_t *value = json_object_get(object, key);

	if (!value)
		dcb_error_set(err, EBADMSG, "%s is missing", key);
	return value;
}

int dcb_field_int(const json_t *object, const char *key, int64_t min, int64_t max,
		  int64_t *ret_value, struct dcb_error *err)
{
	json_t *value = field_get(object, key, err);

	if (!value)
		return -EBADMSG;
	if (!json_is_integer(value))
		return dcb_error_set(err, EBADMSG, "%s is no integer", key);
	if (json_integer_value(value) < min || json_integer_value(value) > max)
		return dcb_error_set(err, EBADMSG, "%s is out of range", key);
	*ret_value = json_integer_value(value);
	return 0;
}

int dcb_field_number(const json_t *object, const char *key, double min, double max,
		     double *ret_value, struct dcb_error *err)
{
	json_t *value = field_get(object, key, err);
	double number;

	if (!value)
		return -EBADMSG;
	if (!json_is_number(value))
		return dcb_error_set(err, EBADMSG, "%s is no number", key);
	number = json_number_value(value);
	if (!isfinite(number) || number < min || number > max)
		return dcb_error_set(err, EBADMSG, "%s is out of range", key);
	*ret_value = number;
	return 0;
}

int dcb_field_bool(const json_t *object, const char *key, bool *ret_value, struct dcb_error *err)
{
	json_t *value = field_get(object, key, err);

	if (!value)
		return -EBADMSG;
	if (!json_is_boolean(value))
		return dcb_error_set(err, EBADMSG, "%s is neither true nor false", key);
	*ret_value = json_is_true(value);
	return 0;
}

bool dcb_field_is_name(const char *text)
{
	size_t size = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-");

	return size >= 1 && size <= DCB_RECORD_MAX_NAME && text[size] == '\0';
}

bool dcb_field_is_text(const json_t *value)
{
	const char *text = json_string_value(value);

	if (!text || json_string_length(value) > DCB_FIELD_MAX_STRING)
		return false;
	for (size_t i = 0; i < json_string_length(value); i++)
		if (text[i] < 0x20 || text[i] > 0x7e)
			return false;
	return true;
}

int dcb_field_text(const json_t *object, const char *key, const char **ret_value,
		   struct dcb_error *err)
{
	json_t *value = field_get(object, key, err);

	if (!value)
		return -EBADMSG;
	if (!dcb_field_is_text(value))
		return dcb_error_set(err, EBADMSG, "%s is no text of at most %d printable bytes",
				     key, DCB_FIELD_MAX_STRING);
	*ret_value = json_string_value(value);
	return 0;
}

int dcb_field_name(const json_t *object, const char *key, bool nullable, const char **ret_value,
		   struct dcb_error *err)
{
	json_t *value = field_get(object, key, err);

	if (!value)
		return -EBADMSG;
	if (nullable && json_is_null(value)) {
		*ret_value = NULL;
		return 0;
	}
	if (!json_is_string(value) || !dcb_field_is_name(json_string_value(value)))
		return dcb_error_set(err, EBADMSG, "%s is no name", key);
	*ret_value = json_string_value(value);
	return 0;
}

int dcb_field_list(const json_t *object, const char *key, json_type type, size_t max,
		   json_t **ret_list, struct dcb_error *err)
{
	json_t *value = field_get(object, key, err);
	size_t n;

	if (!value)
		return -EBADMSG;
	if (json_typeof(value) != type)
		return dcb_error_set(err, EBADMSG, "%s is no %s", key,
				     type == JSON_OBJECT ? "object" : "array");
	n = type == JSON_OBJECT ? json_object_size(value) : json_array_size(value);
	if (n > max)
		return dcb_error_set(err, EBADMSG, "%s has %zu members, at most %zu are allowed",
				     key, n, max);
	*ret_list = value;
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
#include "base/json-schema.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"

#define SHA256 "^[0-9a-f]{64}$"

/* Where in the document: a step of the way down. */
struct place {
	const struct place *up;
	const char *key; /* NULL: an item of a list */
	size_t index;
};

struct check {
	const json_t *root; /* of the schema */
	const struct place *place;
	struct dcb_error *err;
};

static int validate(const struct check *check, const json_t *schema, const json_t *value);

/* ---- what is wrong ---- */

static void print_place(const struct place *place, FILE *file)
{
	if (!place)
		return;
	print_place(place->up, file);
	if (place->key)
		fprintf(file, "%s%.60s", place->up ? "." : "", place->key);
	else
		fprintf(file, "[%zu]", place->index);
}

static int refuse(const struct check *check, const char *why, const char *name)
{
	char where[400] = "";
	FILE *file;

	if (!check->err)
		return -EINVAL;
	file = fmemopen(where, sizeof(where), "w");
	if (file) {
		print_place(check->place, file);
		fclose(file);
	}
	where[sizeof(where) - 1] = '\0';
	return dcb_error_usage(check->err, "%s: %s%s%.60s%s", *where ? where : "the document", why,
			       name ? " \"" : "", name ? name : "", name ? "\"" : "");
}

/* ---- keywords: each gets its own value and the document's ---- */

static bool is_type(const json_t *value, const char *type)
{
	static const struct {
		const char *name;
		json_type types[2];
	} types[] = {
		{"object", {JSON_OBJECT, JSON_OBJECT}}, {"array", {JSON_ARRAY, JSON_ARRAY}},
		{"string", {JSON_STRING, JSON_STRING}}, {"integer", {JSON_INTEGER, JSON_INTEGER}},
		{"number", {JSON_INTEGER, JSON_REAL}},  {"boolean", {JSON_TRUE, JSON_FALSE}},
		{"null", {JSON_NULL, JSON_NULL}},
	};

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (strcmp(types[i].name, type) == 0)
			return json_typeof(value) == types[i].types[0] ||
			       json_typeof(value) == types[i].types[1];
	return false;
}

static int check_type(const struct check *check, const json_t *schema, const json_t *want,
		      const json_t *value)
{
	const json_t *one;
	size_t i;

	(void)schema;
	if (json_is_string(want))
		return is_type(value, json_string_value(want))
			       ? 0
			       : refuse(check, "is no", json_string_value(want));
	json_array_foreach((json_t *)want, i, one)
	{
		if (is_type(value, json_string_value(one)))
			return 0;
	}
	return refuse(check, "is of another type than those allowed", NULL);
}

static int check_const(const struct check *check, const json_t *schema, const json_t *want,
		       const json_t *value)
{
	(void)schema;
	return json_equal(want, value) ? 0 : refuse(check, "has to be", json_string_value(want));
}

static int check_enum(const struct check *check, const json_t *schema, const json_t *want,
		      const json_t *value)
{
	const json_t *one;
	size_t i;

	(void)schema;
	json_array_foreach((json_t *)want, i, one)
	{
		if (json_equal(one, value))
			return 0;
	}
	return refuse(check, "is none of those allowed", NULL);
}

/* The last alternative has the word: the others are "or null". */
static int check_any(const struct check *check, const json_t *schema, const json_t *want,
		     const json_t *value)
{
	struct check quiet = {check->root, check->place, NULL};
	size_t n = json_array_size(want);

	(void)schema;
	for (size_t i = 0; i + 1 < n; i++) {
		int r = validate(&quiet, json_array_get(want, i), value);

		if (r == 0)
			return 0;
		/* It is the schema that is wrong: told aloud. */
		if (r != -EINVAL)
			return validate(check, json_array_get(want, i), value);
	}
	return validate(check, json_array_get(want, n ? n - 1 : 0), value);
}

static int check_ref(const struct check *check, const json_t *schema, const json_t *want,
		     const json_t *value)
{
	static const char prefix[] = "#/$defs/";
	const char *name = json_string_value(want);
	const json_t *target;

	(void)schema;
	if (!name || strncmp(name, prefix, strlen(prefix)) != 0)
		return dcb_error_set(check->err, ENOTSUP, "the schema refers elsewhere");
	target = json_object_get(json_object_get(check->root, "$defs"), name + strlen(prefix));
	if (!target)
		return dcb_error_set(check->err, ENOTSUP, "the schema has no %.60s", name);
	return validate(check, target, value);
}

static int check_properties(const struct check *check, const json_t *schema, const json_t *want,
			    const json_t *value)
{
	const char *key;
	json_t *item;

	(void)schema;
	json_object_foreach((json_t *)value, key, item)
	{
		const struct place place = {check->place, key, 0};
		const struct check inner = {check->root, &place, check->err};
		const json_t *of = json_object_get(want, key);
		int r = of ? validate(&inner, of, item) : 0;

		if (r < 0)
			return r;
	}
	return 0;
}

static int check_required(const struct check *check, const json_t *schema, const json_t *want,
			  const json_t *value)
{
	const json_t *name;
	size_t i;

	(void)schema;
	if (!json_is_object(value))
		return 0;
	json_array_foreach((json_t *)want, i, name)
	{
		if (!json_object_get(value, json_string_value(name)))
			return refuse(check, "lacks", json_string_value(name));
	}
	return 0;
}

static int check_additional(const struct check *check, const json_t *schema, const json_t *want,
			    const json_t *value)
{
	const json_t *known = json_object_get(schema, "properties");
	const char *key;
	json_t *item;

	json_object_foreach((json_t *)value, key, item)
	{
		const struct place place = {check->place, key, 0};
		const struct check inner = {check->root, &place, check->err};
		int r;

		if (json_object_get(known, key))
			continue;
		if (json_is_false(want))
			return refuse(check, "has an unknown member", key);
		r = json_is_true(want) ? 0 : validate(&inner, want, item);
		if (r < 0)
			return r;
	}
	return 0;
}

static int check_items(const struct check *check, const json_t *schema, const json_t *want,
		       const json_t *value)
{
	const json_t *item;
	size_t i;

	(void)schema;
	json_array_foreach((json_t *)value, i, item)
	{
		const struct place place = {check->place, NULL, i};
		const struct check inner = {check->root, &place, check->err};
		int r = validate(&inner, want, item);

		if (r < 0)
			return r;
	}
	return 0;
}

static int check_size(const struct check *check, const json_t *schema, const json_t *want,
		      const json_t *value)
{
	json_int_t n = json_is_array(value) ? (json_int_t)json_array_size(value)
					    : (json_int_t)json_string_length(value);

	if ((json_is_array(value) && (want == json_object_get(schema, "minItems"))) ||
	    (json_is_string(value) && (want == json_object_get(schema, "minLength"))))
		return n < json_integer_value(want) ? refuse(check, "is too short", NULL) : 0;
	if ((json_is_array(value) && (want == json_object_get(schema, "maxItems"))) ||
	    (json_is_string(value) && (want == json_object_get(schema, "maxLength"))))
		return n > json_integer_value(want) ? refuse(check, "is too long", NULL) : 0;
	return 0;
}

static int check_pattern(const struct check *check, const json_t *schema, const json_t *want,
			 const json_t *value)
{
	const char *text = json_string_value(value);

	(void)schema;
	if (strcmp(json_string_value(want), SHA256) != 0)
		return dcb_error_set(check->err, ENOTSUP,
				     "the schema has a pattern that is not "
				     "known here");
	if (!text || (json_string_length(value) == 64 && strspn(text, "0123456789abcdef") == 64))
		return 0;
	return refuse(check, "is no SHA-256", NULL);
}

static int check_bound(const struct check *check, const json_t *schema, const json_t *want,
		       const json_t *value)
{
	double bound = json_number_value(want), number = json_number_value(value);

	if (!json_is_number(value))
		return 0;
	if (want == json_object_get(schema, "maximum"))
		return number > bound ? refuse(check, "is too large", NULL) : 0;
	if (number < bound ||
	    (number == bound && want == json_object_get(schema, "exclusiveMinimum")))
		return refuse(check, "is too small", NULL);
	return 0;
}

static int check_nothing(const struct check *check, const json_t *schema, const json_t *want,
			 const json_t *value)
{
	(void)check;
	(void)schema;
	(void)want;
	(void)value;
	return 0;
}

static const struct {
	const char *name;
	int (*check)(const struct check *check, const json_t *schema, const json_t *want,
		     const json_t *value);
} keywords[] = {
	{"type", check_type},
	{"const", check_const},
	{"enum", check_enum},
	{"anyOf", check_any},
	{"$ref", check_ref},
	{"properties", check_properties},
	{"required", check_required},
	{"additionalProperties", check_additional},
	{"items", check_items},
	{"minItems", check_size},
	{"maxItems", check_size},
	{"minLength", check_size},
	{"maxLength", check_size},
	{"pattern", check_pattern},
	{"minimum", check_bound},
	{"maximum", check_bound},
	{"exclusiveMinimum", check_bound},
	{"$schema", check_nothing},
	{"$id", check_nothing},
	{"$defs", check_nothing},
	{"title", check_nothing},
	{"description", check_nothing},
};

static int apply(const struct check *check, const json_t *schema, const char *name,
		 const json_t *want, const json_t *value)
{
	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++)
		if (strcmp(keywords[i].name, name) == 0)
			return keywords[i].check(check, schema, want, value);
	return dcb_error_set(check->err, ENOTSUP,
			     "the schema has a keyword that is not known: %.60s", name);
}

/* In the schema's own order: ours begin with the type, so that it is told before what follows. */
static int validate(const struct check *check, const json_t *schema, const json_t *value)
{
	const char *name;
	json_t *want;

	if (!json_is_object(schema))
		return dcb_error_set(check->err, ENOTSUP, "the schema is no object");
	json_object_foreach((json_t *)schema, name, want)
	{
		int r = apply(check, schema, name, want, value);

		if (r < 0)
			return r;
	}
	return 0;
}

int dcb_json_validate(const json_t *schema, const json_t *value, struct dcb_error *err)
{
	const struct check check = {schema, NULL, err};

	return validate(&check, schema, value);
}

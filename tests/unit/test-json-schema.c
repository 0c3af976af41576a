// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json-schema.h"
#include "base/json.h"

static json_t *parse(const char *text)
{
	json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);

	if (!value)
		fail_msg("not JSON: %s", text);
	return value;
}

/* "" where it is valid, else the message. */
static const char *check(const char *schema_text, const char *text)
{
	static struct dcb_error err;
	json_auto_t *schema = parse(schema_text), *value = parse(text);
	int r;

	err = (struct dcb_error)DCB_ERROR_NULL;
	r = dcb_json_validate(schema, value, &err);
	assert_int_equal(dcb_json_validate(schema, value, NULL), r);
	assert_true(r == 0 || r == -EINVAL || r == -ENOTSUP);
	if (r == -EINVAL)
		assert_int_equal(err.kind, DCB_ERROR_USAGE);
	return r < 0 ? err.message : "";
}

#define VALID(schema, text)        assert_string_equal(check(schema, text), "")
#define INVALID(schema, text, why) assert_string_equal(check(schema, text), why)

static void type__is_that_of_json(void **state)
{
	static const char *const values[][2] = {
		{"object", "{}"},  {"array", "[]"},      {"string", "\"\""}, {"integer", "1"},
		{"number", "1.5"}, {"boolean", "false"}, {"null", "null"}};
	char schema[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(values); j++) {
			snprintf(schema, sizeof(schema), "{\"type\": \"%s\"}", values[i][0]);
			/* Of two kinds alone one is the other too. */
			if (i == j || (i == 4 && j == 3))
				VALID(schema, values[j][1]);
			else
				assert_string_not_equal(check(schema, values[j][1]), "");
		}
	}
	VALID("{\"type\": [\"string\", \"null\"]}", "null");
	INVALID("{\"type\": [\"string\", \"null\"]}", "1",
		"the document: is of another type than those allowed");
	INVALID("{\"type\": \"integer\"}", "1.0", "the document: is no \"integer\"");
}

static void bounds__hold_for_what_they_are_of(void **state)
{
	(void)state;
	VALID("{\"minimum\": 1, \"maximum\": 3}", "1");
	VALID("{\"minimum\": 1, \"maximum\": 3}", "\"text\"");
	INVALID("{\"minimum\": 1}", "0.999", "the document: is too small");
	INVALID("{\"maximum\": 3}", "4", "the document: is too large");
	INVALID("{\"exclusiveMinimum\": 0}", "0", "the document: is too small");
	VALID("{\"exclusiveMinimum\": 0}", "1e-9");
	INVALID("{\"minItems\": 1}", "[]", "the document: is too short");
	INVALID("{\"maxItems\": 1}", "[1, 2]", "the document: is too long");
	INVALID("{\"minLength\": 1}", "\"\"", "the document: is too short");
	INVALID("{\"maxLength\": 2}", "\"abc\"", "the document: is too long");
	VALID("{\"minLength\": 1, \"minItems\": 2}", "\"a\"");
	VALID("{\"pattern\": \"^[0-9a-f]{64}$\"}",
	      "\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"");
	INVALID("{\"pattern\": \"^[0-9a-f]{64}$\"}",
		"\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdeF\"",
		"the document: is no SHA-256");
}

static void choice__one_has_to_fit(void **state)
{
	static const char any[] = "{\"anyOf\": [{\"type\": \"null\"}, {\"type\": \"object\", "
				  "\"required\": [\"a\"]}]}";

	(void)state;
	VALID("{\"enum\": [\"a\", null]}", "null");
	INVALID("{\"enum\": [\"a\", null]}", "\"b\"", "the document: is none of those allowed");
	VALID("{\"const\": \"v/1\"}", "\"v/1\"");
	INVALID("{\"const\": \"v/1\"}", "\"v/2\"", "the document: has to be \"v/1\"");
	VALID(any, "null");
	VALID(any, "{\"a\": 1}");
	INVALID(any, "{}", "the document: lacks \"a\"");
	INVALID(any, "1", "the document: is no \"object\"");
}

static void members__known_and_there(void **state)
{
	static const char schema[] =
		"{\"required\": [\"a\"], \"additionalProperties\": false, \"properties\": {\"a\": "
		"{\"type\": \"array\", \"items\": {\"$ref\": \"#/$defs/row\"}}}, \"$defs\": "
		"{\"row\": {\"properties\": {\"n\": {\"type\": \"integer\"}}}}}";

	(void)state;
	VALID(schema, "{\"a\": [{\"n\": 1}, {\"other\": 1}]}");
	INVALID(schema, "{}", "the document: lacks \"a\"");
	INVALID(schema, "{\"a\": [], \"b\": 1}", "the document: has an unknown member \"b\"");
	INVALID(schema, "{\"a\": [{}, {}, {\"n\": \"1\"}]}", "a[2].n: is no \"integer\"");
	INVALID("{\"additionalProperties\": {\"type\": \"string\"}}", "{\"x\": \"1\", \"y\": 1}",
		"y: is no \"string\"");
}

static void schema__unknown_words_let_nothing_pass(void **state)
{
	(void)state;
	assert_string_not_equal(check("{\"uniqueItems\": true}", "[]"), "");
	assert_string_not_equal(check("{\"pattern\": \"^a\"}", "\"a\""), "");
	assert_string_not_equal(check("{\"$ref\": \"other.json\"}", "1"), "");
	assert_string_not_equal(check("{\"$ref\": \"#/$defs/none\"}", "1"), "");
	assert_string_not_equal(check("{\"anyOf\": [{\"format\": \"x\"}, {}]}", "1"), "");
	assert_string_not_equal(check("true", "1"), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(type__is_that_of_json),
		cmocka_unit_test(bounds__hold_for_what_they_are_of),
		cmocka_unit_test(choice__one_has_to_fit),
		cmocka_unit_test(members__known_and_there),
		cmocka_unit_test(schema__unknown_words_let_nothing_pass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

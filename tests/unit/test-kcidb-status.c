// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "daemon/kcidb-status.h"

static void url__beside_submit_or_nowhere(void **state)
{
	_cleanup_free_ char *url = dcb_kcidb_status_url("https://db.example/x/submit", "aB1");

	(void)state;
	assert_string_equal(url, "https://db.example/x/status?id=aB1");
	assert_null(dcb_kcidb_status_url("https://db.example/submit/", "1"));
	assert_null(dcb_kcidb_status_url("https://db.example/relay", "1"));
	assert_null(dcb_kcidb_status_url("", "1"));
}

static void id__only_what_can_be_asked_for(void **state)
{
	static const char *const bad[] = {"",
					  "{",
					  "[]",
					  "{}",
					  "{\"id\": 7}",
					  "{\"id\": \"\"}",
					  "{\"id\": \"a b\"}",
					  "{\"id\": \"a&x=1\"}",
					  "{\"id\": \"../x\"}",
					  "{\"id\": \"a\\u0000\"}"};
	_cleanup_free_ char *id = dcb_kcidb_read_id("{\"id\": \"aB-1_2.3\", \"status\": \"ok\"}");

	(void)state;
	assert_string_equal(id, "aB-1_2.3");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_null(dcb_kcidb_read_id(bad[i]));
}

static enum dcb_kcidb_state read_state(const char *answer, char *text, size_t size)
{
	_cleanup_free_ char *said = NULL;
	enum dcb_kcidb_state state = dcb_kcidb_read_status(answer, &said);

	snprintf(text, size, "%s", said ? said : "NULL");
	return state;
}

static void status__its_words(void **state)
{
	char text[300];

	(void)state;
	assert_int_equal(read_state("{\"status\": \"processed\"}", text, sizeof(text)),
			 DCB_KCIDB_PROCESSED);
	assert_int_equal(read_state("{\"status\": \"failed\", \"message\": \"bad\\u001b id\"}",
				    text, sizeof(text)),
			 DCB_KCIDB_FAILED);
	assert_string_equal(text, "failed: bad? id");
	assert_int_equal(read_state("{\"status\": \"ready\"}", text, sizeof(text)), DCB_KCIDB_OPEN);
	assert_string_equal(text, "ready");
	assert_int_equal(read_state("<html>", text, sizeof(text)), DCB_KCIDB_OPEN);
	assert_string_equal(text, "NULL");
	assert_int_equal(read_state("{\"status\": null}", text, sizeof(text)), DCB_KCIDB_OPEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(url__beside_submit_or_nowhere),
		cmocka_unit_test(id__only_what_can_be_asked_for),
		cmocka_unit_test(status__its_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

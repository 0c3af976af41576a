// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/cleanup.h"
#include "daemon/http-encode.h"

static void takes_gzip__named_with_weight(void **state)
{
	static const char *const yes[] = {"gzip",           "GZip",     "br, gzip",
					  " gzip ;q=0.001", "gzip;q=1", "deflate,gzip;level=9"};
	static const char *const no[] = {"",           "br",     "gzip;q=0",  "gzip ; q=0.000",
					 "gzipped",    "x-gzip", "br;a=gzip", "*",
					 "identity, ", ",,,",    ";",         "gzip;Q=0.0, br"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(yes); i++)
		assert_true(dcb_http_takes_gzip(yes[i]));
	for (size_t i = 0; i < ARRAY_SIZE(no); i++)
		assert_false(dcb_http_takes_gzip(no[i]));
	assert_false(dcb_http_takes_gzip(NULL));
}

static void etag__follows_the_body(void **state)
{
	char one[DCB_HTTP_ETAG_SIZE], two[DCB_HTTP_ETAG_SIZE];

	(void)state;
	dcb_http_etag("abc", 3, one);
	/* The first digits of FIPS 180-4's example. */
	assert_string_equal(one, "W/\"ba7816bf8f01cfea414140de5dae2223\"");
	dcb_http_etag("abd", 3, two);
	assert_string_not_equal(one, two);
}

static void etag_matches__weakly(void **state)
{
	(void)state;
	assert_true(dcb_http_etag_matches("W/\"a\"", "W/\"a\""));
	assert_true(dcb_http_etag_matches("\"a\"", "W/\"a\""));
	assert_true(dcb_http_etag_matches("\"b\", \"a\"", "\"a\""));
	assert_true(dcb_http_etag_matches("*", "\"a\""));
	assert_false(dcb_http_etag_matches("\"aa\"", "\"a\""));
	assert_false(dcb_http_etag_matches("\"b\"", "\"a\""));
	assert_false(dcb_http_etag_matches(NULL, "\"a\""));
	assert_false(dcb_http_etag_matches("\"a\"", NULL));
}

static void gzip__gives_the_same_back(void **state)
{
	_cleanup_free_ char *body = malloc(100000), *packed = NULL, *again = malloc(100001);
	z_stream stream = {0};
	size_t size;

	(void)state;
	assert_non_null(body);
	assert_non_null(again);
	for (size_t i = 0; i < 100000; i++)
		body[i] = (char)(i * i >> 7);
	assert_int_equal(dcb_http_gzip(body, 100000, &packed, &size), 0);
	assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
	stream.next_in = (Bytef *)packed;
	stream.avail_in = (uInt)size;
	stream.next_out = (Bytef *)again;
	stream.avail_out = 100001;
	assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
	assert_int_equal(stream.total_out, 100000);
	inflateEnd(&stream);
	assert_memory_equal(body, again, 100000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_gzip__named_with_weight),
		cmocka_unit_test(etag__follows_the_body),
		cmocka_unit_test(etag_matches__weakly),
		cmocka_unit_test(gzip__gives_the_same_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

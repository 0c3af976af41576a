// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "workloads/plant.h"

static void plant_hits__are_as_many_as_said_and_evenly_apart(void **state)
{
	static const int64_t shares[] = {1000, 20000, 33333, 500000, 999999, 1000000};

	(void)state;
	for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
		int64_t hits = 0, last = -1, apart = 1000000 / shares[i];

		for (int64_t j = 0; j < 10000; j++) {
			if (!dcb_plant_hits(shares[i], j))
				continue;
			if (last >= 0)
				assert_in_range(j - last, apart, apart + 1);
			last = j;
			hits++;
		}
		assert_int_equal(hits, dcb_plant_extra(shares[i], 10000));
	}
	/* In the middle, not at an end: the one of a thousand. */
	assert_true(dcb_plant_hits(1000, 499));
	assert_int_equal(dcb_plant_extra(1000, 1000), 1);
	assert_int_equal(dcb_plant_extra(1000, 499), 0);
	assert_int_equal(dcb_plant_extra(20000, 1000), 20);
	for (int64_t j = 0; j < 1000; j++)
		assert_false(dcb_plant_hits(0, j));
}

static void plant_parse__round_trips(void **state)
{
	static const struct {
		const char *text;
		int64_t ppm;
	} shares[] = {{"0.1%", 1000},    {"2%", 20000},     {"100%", 1000000},
		      {"12.5%", 125000}, {"0.1001%", 1001}, {"99.9999%", 999999}};

	(void)state;
	for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
		_cleanup_free_ char *text = dcb_plant_format(shares[i].ppm);
		int64_t ppm;

		assert_int_equal(dcb_plant_parse(shares[i].text, &ppm), 0);
		assert_int_equal(ppm, shares[i].ppm);
		assert_string_equal(text, shares[i].text);
	}
}

static void plant_parse__what_is_no_share_is_refused(void **state)
{
	static const char *const texts[] = {
		"",    "%",         "2",        "0%",   "0.05%", "101%",
		"-1%", "100.0001%", "2%%",      "2 %",  "1e1%",  ".5%",
		"2.%", "nan%",      "0.10001%", "1,5%", "2%x",   "99999999999999999999%"};
	int64_t ppm = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (dcb_plant_parse(texts[i], &ppm) == 0)
			fail_msg("accepted: %s", texts[i]);
	assert_int_equal(ppm, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plant_hits__are_as_many_as_said_and_evenly_apart),
		cmocka_unit_test(plant_parse__round_trips),
		cmocka_unit_test(plant_parse__what_is_no_share_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

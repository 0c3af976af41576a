// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "reports/formats/axis.h"

static void labels(double lo, double hi, bool log_wanted, size_t n, const char *unit, char *text,
		   size_t size)
{
	struct dcb_axis axis;

	dcb_axis_init(&axis, lo, hi, log_wanted, n, unit);
	*text = '\0';
	for (size_t i = 0; i < axis.n_ticks; i++) {
		char label[64];

		dcb_axis_label(&axis, i, label, sizeof(label));
		snprintf(text + strlen(text), size - strlen(text), "%s%s", i ? ", " : "", label);
	}
}

static void axis__ticks_are_nice(void **state)
{
	static const struct {
		double lo, hi;
		bool log;
		const char *unit, *want;
	} rows[] = {
		{0, 1.39e8, false, "ns", "0 ms, 50 ms, 100 ms"},
		{138.11e6, 138.42e6, false, "ns",
		 "138.10 ms, 138.15 ms, 138.20 ms, 138.25 ms, 138.30 ms, 138.35 ms, 138.40 ms"},
		{0, 1, false, "count", "0.0, 0.2, 0.4, 0.6, 0.8, 1.0"},
		{28000, 67e6, true, "count", "100 k, 1 M, 10 M"},
		{1e5, 1e8, true, "ns", "100 us, 1 ms, 10 ms, 100 ms"},
		{0.0015, 1, true, "ratio", "1 %, 10 %, 100 %"},
		{0, 3 * 1048576.0, false, "bytes",
		 "0.0 MiB, 0.5 MiB, 1.0 MiB, 1.5 MiB, 2.0 MiB, 2.5 MiB, 3.0 MiB"},
		{-5, 5, false, "count", "-4, -2, 0, 2, 4"},
		{0, 0, false, "ns", "0.0 ns, 0.2 ns, 0.4 ns, 0.6 ns, 0.8 ns, 1.0 ns"},
		{0, 0, false, "ratio", "0.0 %, 0.2 %, 0.4 %, 0.6 %, 0.8 %, 1.0 %"},
		{1, 1, false, "ratio", "99.0 %, 99.5 %, 100.0 %, 100.5 %, 101.0 %"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[256];

		labels(rows[i].lo, rows[i].hi, rows[i].log, i == 0 ? 3 : 5, rows[i].unit, text,
		       sizeof(text));
		assert_string_equal(text, rows[i].want);
	}
}

static void check(double lo, double hi, bool log_wanted, const char *unit)
{
	struct dcb_axis axis;
	double values[] = {lo, hi, 0, -1, 1e308, -1e308, NAN, INFINITY, -INFINITY};

	dcb_axis_init(&axis, lo, hi, log_wanted, 5, unit);
	axis.from = 300;
	axis.to = 10;
	assert_true(axis.lo < axis.hi);
	assert_true(axis.n_ticks <= DCB_AXIS_TICKS_MAX);
	for (size_t i = 0; i < axis.n_ticks; i++) {
		char label[64];

		assert_true(axis.ticks[i] >= axis.lo - (axis.hi - axis.lo) * 1e-6);
		assert_true(axis.ticks[i] <= axis.hi + (axis.hi - axis.lo) * 1e-6);
		assert_true(i == 0 || axis.ticks[i] > axis.ticks[i - 1]);
		dcb_axis_label(&axis, i, label, sizeof(label));
		assert_true(strlen(label) < 30);
	}
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		double at = dcb_axis_at(&axis, values[i]);

		assert_true(at >= 10 && at <= 300);
	}
}

static void axis__any_range_gives_finite_coordinates(void **state)
{
	static const double ends[] = {-INFINITY, -1e308, -1e9,  -1,    -1e-300,  0,    1e-320,
				      1e-300,    1e-9,   0.999, 1,     1.0001,   1000, 1024,
				      1e9,       1e18,   1e300, 1e308, INFINITY, NAN};
	static const char *const units[] = {"ns", "bytes", "ratio", "count", "1/s"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		for (size_t j = 0; j < ARRAY_SIZE(ends); j++)
			for (size_t unit = 0; unit < ARRAY_SIZE(units); unit++)
				if (!(ends[j] < ends[i])) {
					check(ends[i], ends[j], false, units[unit]);
					check(ends[i], ends[j], true, units[unit]);
				}
}

static void axis__ends_lie_inside(void **state)
{
	struct dcb_axis axis;

	(void)state;
	dcb_axis_init(&axis, 100, 200, false, 5, "ns");
	axis.from = 0;
	axis.to = 100;
	assert_true(dcb_axis_at(&axis, 100) > 0 && dcb_axis_at(&axis, 200) < 100);
	assert_true(fabs(dcb_axis_at(&axis, 150) - 50) < 1e-9);
	/* Nothing takes less than no time. */
	dcb_axis_init(&axis, 0, 200, false, 5, "ns");
	assert_true(axis.lo == 0);
	dcb_axis_init(&axis, 10, 1000, true, 5, "ns");
	axis.from = 0;
	axis.to = 100;
	assert_true(fabs(dcb_axis_at(&axis, 100) - 50) < 1e-9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(axis__ticks_are_nice),
		cmocka_unit_test(axis__any_range_gives_finite_coordinates),
		cmocka_unit_test(axis__ends_lie_inside),
	};

	return cmocka_run_group_tests_name("axis", tests, NULL, NULL);
}

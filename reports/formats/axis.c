// SPDX-License-Identifier: GPL-2.0-only
#include "reports/formats/axis.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "reports/format.h"

#define DECIMALS_MAX 9

static const struct scale {
	const char *unit; /* "": any other */
	double factor;
	const char *label;
} scales[] = {
	{"ns", 1e9, "s"},
	{"ns", 1e6, "ms"},
	{"ns", 1e3, "us"},
	{"ns", 1, "ns"},
	{"us", 1e6, "s"},
	{"us", 1e3, "ms"},
	{"us", 1, "us"},
	{"ms", 1e3, "s"},
	{"ms", 1, "ms"},
	{"s", 1, "s"},
	{"bytes", 1024.0 * 1024 * 1024, "GiB"},
	{"bytes", 1024.0 * 1024, "MiB"},
	{"bytes", 1024, "KiB"},
	{"bytes", 1, "B"},
	{"ratio", 0.01, "%"},
	{"", 1e15, "P"},
	{"", 1e12, "T"},
	{"", 1e9, "G"},
	{"", 1e6, "M"},
	{"", 1e3, "k"},
	{"", 1, ""},
};

/* The largest scale of the unit that is not above the value; its smallest where all are. */
static const struct scale *find_scale(const char *unit, double value)
{
	const struct scale *last = NULL;
	const char *known = "";

	for (size_t i = 0; i < ARRAY_SIZE(scales); i++)
		if (strcmp(scales[i].unit, unit) == 0)
			known = scales[i].unit;
	for (size_t i = 0; i < ARRAY_SIZE(scales); i++) {
		if (strcmp(scales[i].unit, known) != 0)
			continue;
		last = &scales[i];
		if (fabs(value) >= last->factor)
			break;
	}
	return last;
}

static double nice_step(double span, size_t n)
{
	double raw = span / (double)n, power = pow(10, floor(log10(raw))), digit = raw / power;

	return (digit < 1.5 ? 1 : digit < 3.5 ? 2 : digit < 7.5 ? 5 : 10) * power;
}

static void add_tick(struct dcb_axis *axis, double value)
{
	double slack = (axis->hi - axis->lo) * 1e-9;

	if (axis->n_ticks < DCB_AXIS_TICKS_MAX && value >= axis->lo - slack &&
	    value <= axis->hi + slack)
		axis->ticks[axis->n_ticks++] = value;
}

static void set_linear_ticks(struct dcb_axis *axis, size_t n)
{
	const struct scale *scale = find_scale(axis->unit, fmax(fabs(axis->lo), fabs(axis->hi)));
	double step = nice_step((axis->hi - axis->lo) / scale->factor, n);
	double first = ceil(axis->lo / scale->factor / step - 1e-9);

	axis->factor = scale->factor;
	axis->unit = scale->label;
	axis->decimals = step < 1 ? (int)fmin(ceil(-log10(step) - 1e-9), DECIMALS_MAX) : 0;
	for (size_t i = 0; i < DCB_AXIS_TICKS_MAX; i++)
		add_tick(axis, (first + (double)i) * step * scale->factor);
}

static void set_log_ticks(struct dcb_axis *axis, size_t n)
{
	int first = (int)ceil(log10(axis->lo)), last = (int)floor(log10(axis->hi));
	int stride = (last - first) / (int)n + 1;
	bool between = last - first < (int)n / 2;

	axis->factor = 0; /* each tick has a unit of its own */
	for (int decade = first - 1; decade <= last; decade++) {
		double power = pow(10, decade);

		if ((decade - first) % stride == 0)
			add_tick(axis, power);
		if (between) {
			add_tick(axis, 2 * power);
			add_tick(axis, 5 * power);
		}
	}
}

/* Far enough from the ends of what a double holds. */
static double sane(double value)
{
	if (!isfinite(value) || fabs(value) < 1e-100)
		return 0;
	return fmax(fmin(value, 1e100), -1e100);
}

void dcb_axis_init(struct dcb_axis *axis, double lo, double hi, bool log_wanted, size_t n,
		   const char *unit)
{
	double pad;

	lo = sane(lo);
	hi = sane(hi);
	if (hi < lo)
		hi = lo;
	*axis = (struct dcb_axis){.log = log_wanted && lo > 0, .to = 1, .unit = unit};
	if (axis->log) {
		pad = fmax(pow(hi / lo, 0.04), 1.01);
		axis->lo = lo / pad;
		axis->hi = hi * pad;
		/* Within less than a decade the linear ticks are the better ones. */
		if (axis->hi / axis->lo > 12) {
			set_log_ticks(axis, n);
			return;
		}
	} else {
		/* Where all is 0: up to one of the unit, or one per cent. */
		pad = hi > lo   ? (hi - lo) * 0.05
		      : hi != 0 ? fabs(hi) * 0.01
				: fmin(find_scale(unit, 0)->factor, 1);
		/* Nothing is less than nothing. */
		axis->lo = lo >= 0 ? fmax(lo - pad, 0) : lo - pad;
		axis->hi = hi + pad;
	}
	set_linear_ticks(axis, n);
}

double dcb_axis_at(const struct dcb_axis *axis, double value)
{
	double part;

	if (!isfinite(value))
		value = value > 0 ? axis->hi : axis->lo;
	value = fmax(fmin(value, axis->hi), axis->lo);
	if (axis->log)
		part = log(value / axis->lo) / log(axis->hi / axis->lo);
	else
		part = (value - axis->lo) / (axis->hi - axis->lo);
	return axis->from + fmax(fmin(part, 1), 0) * (axis->to - axis->from);
}

void dcb_axis_label(const struct dcb_axis *axis, size_t tick, char *buffer, size_t size)
{
	double value = axis->ticks[tick], factor = axis->factor;
	const char *unit = axis->unit;
	int decimals = axis->decimals;
	char digits[40];

	if (factor == 0) {
		const struct scale *scale = find_scale(axis->unit, value * (1 + 1e-9));

		factor = scale->factor;
		unit = scale->label;
		decimals = value / factor < 1 - 1e-9
				   ? (int)fmin(ceil(-log10(value / factor) - 1e-9), DECIMALS_MAX)
				   : 0;
	}
	if (fabs(value / factor) >= 1e15)
		snprintf(digits, sizeof(digits), "huge");
	else
		dcb_format_fixed(value / factor, decimals, digits, sizeof(digits));
	snprintf(buffer, size, "%s%s%s", digits, *unit ? " " : "", unit);
}

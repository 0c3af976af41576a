// SPDX-License-Identifier: GPL-2.0-only
/* Digits by integer arithmetic: printf's %f follows the locale. */
#include "reports/format.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "reports/summary.h"

/* "12.30" for (12.3, 2); |value| * 10^decimals must fit into 63 bits. */
static void format_fixed(double value, int decimals, char *buffer, size_t size)
{
	int64_t scale = 1, digits;

	for (int i = 0; i < decimals; i++)
		scale *= 10;
	digits = llround(fabs(value) * (double)scale);
	snprintf(buffer, size, "%s%" PRId64, value < 0 && digits ? "-" : "", digits / scale);
	if (decimals) {
		size_t n = strlen(buffer);

		snprintf(buffer + n, size - n, ".%0*" PRId64, decimals, digits % scale);
	}
}

/* How many decimals give three significant digits, after rounding: 9.995 is 10.0. */
static int decimals_for(double magnitude)
{
	if (magnitude >= 99.95)
		return 0;
	if (magnitude >= 9.995)
		return 1;
	if (magnitude >= 0.9995)
		return 2;
	if (magnitude >= 0.09995)
		return 3;
	return magnitude >= 0.009995 ? 4 : 5;
}

void dcb_format_fixed(double value, int decimals, char *buffer, size_t size)
{
	/* Beyond 63 bits no decimal is left in a double either. */
	if (!isfinite(value))
		snprintf(buffer, size, "n/a");
	else if (fabs(value) * pow(10, decimals) < 9e18)
		format_fixed(value, decimals, buffer, size);
	else
		snprintf(buffer, size, "%.0f", value);
}

struct step {
	double factor;
	const char *prefix;
};

/* The last step that a value still fills. */
static size_t find_step(double value, const struct step *steps, size_t n, double limit)
{
	size_t i;

	for (i = 0; i + 1 < n; i++)
		if (fabs(value) / steps[i].factor < limit)
			break;
	return i;
}

/* `steps` rise by what `limit` rounds up to; the first holds what is smaller than all. */
static void format_scaled(double value, const struct step *steps, size_t n, double limit,
			  char *buffer, size_t size)
{
	size_t i = find_step(value, steps, n, limit);
	double scaled = value / steps[i].factor;
	char digits[32];

	if (fabs(scaled) >= 1e15) {
		snprintf(buffer, size, "%s", value < 0 ? "-huge" : "huge");
		return;
	}
	if (scaled != 0 && fabs(scaled) < 0.000005) {
		snprintf(digits, sizeof(digits), "%s", value < 0 ? "-tiny" : "tiny");
	} else {
		/* What is whole and was not divided is shown as the whole number it is. */
		bool whole = i == 0 && scaled == rint(scaled);

		format_fixed(scaled, whole ? 0 : decimals_for(fabs(scaled)), digits,
			     sizeof(digits));
	}
	snprintf(buffer, size, "%s%s%s", digits, *steps[i].prefix ? " " : "", steps[i].prefix);
}

static void format_ratio(double value, char *buffer, size_t size)
{
	double percent = value * 100;
	char digits[32];

	if (fabs(percent) >= 1e15) {
		snprintf(buffer, size, "%s", value < 0 ? "-huge" : "huge");
		return;
	}
	if (percent != 0 && fabs(percent) < 0.005) {
		snprintf(buffer, size, "%s", percent < 0 ? ">-0.01 %" : "<0.01 %");
		return;
	}
	if (percent == 0 || fabs(percent) >= 99.95)
		format_fixed(percent, 0, digits, sizeof(digits));
	else
		format_fixed(percent, fabs(percent) >= 9.995 ? 1 : 2, digits, sizeof(digits));
	snprintf(buffer, size, "%s %%", digits);
}

static double time_factor(const char *unit)
{
	static const struct {
		const char *unit;
		double factor;
	} units[] = {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(unit, units[i].unit) == 0)
			return units[i].factor;
	return 0;
}

static const struct step times[] = {{1, "ns"}, {1e3, "us"}, {1e6, "ms"}, {1e9, "s"}};
static const struct step bytes[] = {{1, "B"},
				    {1024.0, "KiB"},
				    {1024.0 * 1024, "MiB"},
				    {1024.0 * 1024 * 1024, "GiB"},
				    {1024.0 * 1024 * 1024 * 1024, "TiB"}};
static const struct step plain[] = {{1, ""},     {1e3, "k"},  {1e6, "M"}, {1e9, "G"},
				    {1e12, "T"}, {1e15, "P"}, {1e18, "E"}};

void dcb_format_value(double value, const char *unit, char *buffer, size_t size)
{
	double factor;
	char text[64];

	if (!isfinite(value)) {
		snprintf(buffer, size, "n/a");
		return;
	}
	factor = time_factor(unit);
	if (factor != 0) {
		format_scaled(value * factor, times, ARRAY_SIZE(times), 999.5, buffer, size);
	} else if (strcmp(unit, "bytes") == 0) {
		format_scaled(value, bytes, ARRAY_SIZE(bytes), 1023.5, buffer, size);
	} else if (strcmp(unit, "ratio") == 0) {
		format_ratio(value, buffer, size);
	} else {
		format_scaled(value, plain, ARRAY_SIZE(plain), 999.5, text, sizeof(text));
		if (!*unit || strcmp(unit, "count") == 0)
			snprintf(buffer, size, "%s", text);
		else
			snprintf(buffer, size, "%s%s%s", text, strchr(text, ' ') ? "" : " ", unit);
	}
}

/* "1.41 s" into "1.41" and " s". */
static size_t number_length(const char *text)
{
	const char *space = strchr(text, ' ');

	return space ? (size_t)(space - text) : strlen(text);
}

void dcb_format_interval(double lo, double hi, const char *unit, const char *beside, char *buffer,
			 size_t size)
{
	char low[64], high[64];
	size_t n_low, n_high;

	dcb_format_value(lo, unit, low, sizeof(low));
	dcb_format_value(hi, unit, high, sizeof(high));
	if (strcmp(low, high) == 0 && strcmp(low, beside) == 0) {
		snprintf(buffer, size, "%s", "");
		return;
	}
	n_low = number_length(low);
	n_high = number_length(high);
	if (strcmp(low + n_low, high + n_high) == 0 &&
	    strcmp(low + n_low, beside + number_length(beside)) == 0)
		low[n_low] = high[n_high] = '\0';
	snprintf(buffer, size, "%s..%s", low, high);
}

void dcb_format_change(double ratio, char *buffer, size_t size)
{
	double percent = (ratio - 1) * 100;
	char digits[40];

	if (!isfinite(ratio)) {
		snprintf(buffer, size, "n/a");
		return;
	}
	if (ratio >= 10) {
		format_scaled(ratio, (const struct step[]){{1, ""}, {1e3, "k"}, {1e6, "M"}}, 3,
			      999.5, digits, sizeof(digits));
		snprintf(buffer, size, "x%s", digits);
		return;
	}
	if (percent == 0) {
		snprintf(buffer, size, "0 %%");
		return;
	}
	if (fabs(percent) < 0.00005) {
		snprintf(buffer, size, "%s0.0001 %%", percent < 0 ? ">-" : "<+");
		return;
	}
	format_fixed(fabs(percent), fabs(percent) < 0.05 ? 4 : 1, digits, sizeof(digits));
	snprintf(buffer, size, "%c%s %%", percent < 0 ? '-' : '+', digits);
}

void dcb_format_percent(double share, char *buffer, size_t size)
{
	char digits[64];
	size_t n;

	dcb_format_fixed(share * 100, 4, digits, sizeof(digits));
	n = strlen(digits);
	while (strchr(digits, '.') && (digits[n - 1] == '0' || digits[n - 1] == '.')) {
		bool point = digits[n - 1] == '.';

		digits[--n] = '\0';
		if (point)
			break;
	}
	snprintf(buffer, size, "%s %%", digits);
}

/* The fewest digits that read back as the same number. */
void dcb_format_exact(double value, char *buffer, size_t size)
{
	char digits[40], *point;

	if (!isfinite(value)) {
		snprintf(buffer, size, "n/a");
		return;
	}
	if (value == rint(value) && fabs(value) <= 9007199254740992.0) {
		snprintf(buffer, size, "%" PRId64, (int64_t)value);
		return;
	}
	for (int precision = 15; precision <= 17; precision++) {
		snprintf(digits, sizeof(digits), "%.*g", precision, value);
		if (strtod(digits, NULL) == value)
			break;
	}
	/* What stands between the digits of a locale is one character, or few. */
	point = digits + strspn(digits, "-0123456789");
	if (*point && *point != 'e') {
		size_t n = strcspn(point, "0123456789e");

		*point = '.';
		memmove(point + 1, point + n, strlen(point + n) + 1);
	}
	snprintf(buffer, size, "%s", digits);
}

void dcb_format_difference(double difference, const char *unit, char *buffer, size_t size)
{
	char text[DCB_FORMAT_SIZE - 1];

	dcb_format_value(difference, unit, text, sizeof(text));
	snprintf(buffer, size, "%s%s", difference > 0 && text[0] != '<' ? "+" : "", text);
}

/* ---- by intervals ---- */

/* Significant digits, however narrow the interval. */
#define MOST_DIGITS        5
#define MOST_CHANGE_DIGITS 4

/* 10^place of the leading digit, after rounding to one: 0.0095 is 0.01. */
static int leading_place(double magnitude)
{
	return (int)floor(log10(magnitude / 0.95));
}

/* Decimals for a value within half a width, both scaled; below 0: tens, hundreds. */
static int decimals_within(double value, double half_width, int most_digits)
{
	int decimals = -leading_place(half_width);

	if (value != 0) {
		int first = -(int)floor(log10(fabs(value)));

		if (decimals < first)
			decimals = first;
		if (decimals > first + most_digits - 1)
			decimals = first + most_digits - 1;
	}
	return decimals < -15 ? -15 : decimals > 15 ? 15 : decimals;
}

static void format_rounded(double value, int decimals, char *buffer, size_t size)
{
	double unit = pow(10, -decimals);

	if (decimals < 0)
		dcb_format_fixed(round(value / unit) * unit, 0, buffer, size);
	else
		dcb_format_fixed(value, decimals, buffer, size);
}

/* sign: "+" before what is more than 0. tail: the unit, behind the value alone. */
static void format_within(const double scaled[3], int decimals, const char *sign, const char *tail,
			  struct dcb_format_text *text)
{
	char digits[3][48];

	for (size_t i = 0; i < 3; i++) {
		char number[40];

		format_rounded(scaled[i], decimals, number, sizeof(number));
		snprintf(digits[i], sizeof(digits[i]), "%s%s", scaled[i] > 0 ? sign : "", number);
	}
	snprintf(text->value, sizeof(text->value), "%s%s", digits[0], tail);
	snprintf(text->interval, sizeof(text->interval), "%s..%s", digits[1], digits[2]);
	if (strcmp(digits[0], digits[1]) == 0 && strcmp(digits[0], digits[2]) == 0)
		*text->interval = '\0';
}

/* What a value of this unit is divided by, and what then stands behind it. */
static double find_scale(double value, const char *unit, char *tail, size_t size)
{
	double factor = time_factor(unit);
	const struct step *step;

	if (factor != 0) {
		step = &times[find_step(value * factor, times, ARRAY_SIZE(times), 999.5)];
		snprintf(tail, size, " %s", step->prefix);
		return step->factor / factor;
	}
	if (strcmp(unit, "ratio") == 0) {
		snprintf(tail, size, " %%");
		return 0.01;
	}
	if (strcmp(unit, "bytes") == 0) {
		step = &bytes[find_step(value, bytes, ARRAY_SIZE(bytes), 1023.5)];
		snprintf(tail, size, " %s", step->prefix);
		return step->factor;
	}
	step = &plain[find_step(value, plain, ARRAY_SIZE(plain), 999.5)];
	if (!*unit || strcmp(unit, "count") == 0)
		snprintf(tail, size, "%s%s", *step->prefix ? " " : "", step->prefix);
	else
		snprintf(tail, size, " %s%s", step->prefix, unit);
	return step->factor;
}

static bool has_width(double value, double lo, double hi)
{
	return isfinite(value) && isfinite(lo) && isfinite(hi) && (lo < value || hi > value);
}

static bool is_sayable(double scaled)
{
	return fabs(scaled) < 1e15;
}

static void format_measured(double value, double lo, double hi, const char *unit, const char *sign,
			    struct dcb_format_text *text)
{
	double scaled[3], factor, half_width = (hi - lo) / 2;
	char tail[DCB_FORMAT_SIZE / 2];
	bool whole = true;

	factor = find_scale(value != 0 ? value : half_width, unit, tail, sizeof(tail));
	scaled[0] = value / factor;
	scaled[1] = lo / factor;
	scaled[2] = hi / factor;
	for (size_t i = 0; i < 3; i++)
		whole = whole && factor == 1 && scaled[i] == rint(scaled[i]);
	if (!is_sayable(scaled[0]) || !is_sayable(scaled[1]) || !is_sayable(scaled[2])) {
		dcb_format_value(value, unit, text->value, sizeof(text->value));
		*text->interval = '\0';
		return;
	}
	format_within(scaled,
		      whole ? 0 : decimals_within(scaled[0], half_width / factor, MOST_DIGITS),
		      sign, tail, text);
}

void dcb_format_measured(double value, double lo, double hi, const char *unit,
			 struct dcb_format_text *ret_text)
{
	if (has_width(value, lo, hi)) {
		format_measured(value, lo, hi, unit, "", ret_text);
		return;
	}
	dcb_format_value(value, unit, ret_text->value, sizeof(ret_text->value));
	*ret_text->interval = '\0';
}

void dcb_format_measured_difference(double difference, double lo, double hi, const char *unit,
				    struct dcb_format_text *ret_text)
{
	if (has_width(difference, lo, hi)) {
		format_measured(difference, lo, hi, unit, "+", ret_text);
		return;
	}
	dcb_format_difference(difference, unit, ret_text->value, sizeof(ret_text->value));
	*ret_text->interval = '\0';
}

/* Of a change four decimals say all that anybody asks for. */
#define MOST_PERCENT_DECIMALS 4

void dcb_format_measured_change(double ratio, double lo, double hi,
				struct dcb_format_text *ret_text)
{
	const double percents[] = {(ratio - 1) * 100, (lo - 1) * 100, (hi - 1) * 100};
	const double ratios[] = {ratio, lo, hi};
	const double *scaled = ratio >= 10 ? ratios : percents;
	double half_width;
	int decimals;

	if (!has_width(ratio, lo, hi) || !is_sayable(percents[0]) || !is_sayable(percents[1]) ||
	    !is_sayable(percents[2])) {
		dcb_format_change(ratio, ret_text->value, sizeof(ret_text->value));
		*ret_text->interval = '\0';
		return;
	}
	half_width = (scaled[2] - scaled[1]) / 2;
	decimals = decimals_within(scaled[0], half_width, MOST_CHANGE_DIGITS);
	/* -99.999 % is not all: as far as one digit of what is left. */
	if (ratio > 0 && decimals < -leading_place(ratio * 100))
		decimals = (int)fmin(-leading_place(ratio * 100), -leading_place(half_width));
	if (decimals < 0)
		decimals = 0;
	if (decimals > MOST_PERCENT_DECIMALS)
		decimals = MOST_PERCENT_DECIMALS;
	if (scaled == percents)
		format_within(scaled, decimals, "+", " %", ret_text);
	else
		format_within(scaled, decimals, "x", "", ret_text);
}

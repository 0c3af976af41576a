// SPDX-License-Identifier: GPL-2.0-only
/* Digits by integer arithmetic: printf's %f follows the locale. */
#include "reports/format.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
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

struct step {
	double factor;
	const char *prefix;
};

/* `steps` rise by what `limit` rounds up to; the first holds what is smaller than all. */
static void format_scaled(double value, const struct step *steps, size_t n, double limit,
			  char *buffer, size_t size)
{
	double magnitude = fabs(value), scaled = value;
	char digits[32];
	size_t i;

	for (i = 0; i + 1 < n; i++)
		if (magnitude / steps[i].factor < limit)
			break;
	scaled = value / steps[i].factor;
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

void dcb_format_value(double value, const char *unit, char *buffer, size_t size)
{
	static const struct step times[] = {{1, "ns"}, {1e3, "us"}, {1e6, "ms"}, {1e9, "s"}};
	static const struct step bytes[] = {{1, "B"},
					    {1024.0, "KiB"},
					    {1024.0 * 1024, "MiB"},
					    {1024.0 * 1024 * 1024, "GiB"},
					    {1024.0 * 1024 * 1024 * 1024, "TiB"}};
	static const struct step plain[] = {{1, ""},     {1e3, "k"},  {1e6, "M"}, {1e9, "G"},
					    {1e12, "T"}, {1e15, "P"}, {1e18, "E"}};
	double factor;
	char text[64];

	if (!isfinite(value)) {
		snprintf(buffer, size, "n/a");
		return;
	}
	factor = time_factor(unit);
	if (factor != 0) {
		format_scaled(value * factor, times, 4, 999.5, buffer, size);
	} else if (strcmp(unit, "bytes") == 0) {
		format_scaled(value, bytes, 5, 1023.5, buffer, size);
	} else if (strcmp(unit, "ratio") == 0) {
		format_ratio(value, buffer, size);
	} else {
		format_scaled(value, plain, 7, 999.5, text, sizeof(text));
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

void dcb_format_exact(double value, char *buffer, size_t size)
{
	json_t *number = dcb_json_number(value);
	size_t n = number ? json_dumpb(number, buffer, size - 1, JSON_ENCODE_ANY) : 0;

	json_decref(number);
	if (n == 0 || n > size - 1)
		snprintf(buffer, size, "n/a");
	else
		buffer[n] = '\0';
}

void dcb_format_difference(double difference, const char *unit, char *buffer, size_t size)
{
	char text[64];

	dcb_format_value(difference, unit, text, sizeof(text));
	snprintf(buffer, size, "%s%s", difference > 0 && text[0] != '<' ? "+" : "", text);
}

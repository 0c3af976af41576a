/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* Figures as text beyond dcb_format_value(). None depends on the locale. */

#include <stddef.h>

/* "1.38..1.44" beside "1.41 s"; with units where they differ; "" where there is nothing to add. */
void dcb_format_interval(double lo, double hi, const char *unit, const char *beside, char *buffer,
			 size_t size);
/* candidate / base as "-42.1 %", "+0.0021 %", "x12.3", "0 %" only where nothing changed. */
void dcb_format_change(double ratio, char *buffer, size_t size);
/* "+3", "-1.20 ms", "0". */
void dcb_format_difference(double difference, const char *unit, char *buffer, size_t size);
/*
 * The same with the digits that an interval supports: up to the first one in which half its width
 * matters ("1.409 s", "1.407..1.411" for 1.409 s +- 0.002; "12 k", "9..15" for 11919 +- 3337), one
 * at least and five at most (of a change four). `interval` gets both ends in the unit and digits of
 * the value, or "" where they all read the same; without any width the value has the digits that it
 * has alone.
 */
#define DCB_FORMAT_SIZE 64
struct dcb_format_text {
	char value[DCB_FORMAT_SIZE], interval[2 * DCB_FORMAT_SIZE];
};
void dcb_format_measured(double value, double lo, double hi, const char *unit,
			 struct dcb_format_text *ret_text);
/* "-42.1 %", "-42.3..-41.9"; of a ratio from 10 on "x12.3", "x12.1..x12.6". */
void dcb_format_measured_change(double ratio, double lo, double hi,
				struct dcb_format_text *ret_text);
/* "+3.1 ms", "+2.8..+3.4". */
void dcb_format_measured_difference(double difference, double lo, double hi, const char *unit,
				    struct dcb_format_text *ret_text);
/* "1 %", "0.25 %" for a share of 0.0025. */
void dcb_format_percent(double share, char *buffer, size_t size);
/* "1409.20" for (1409.2, 2); at most 15 decimals. */
void dcb_format_fixed(double value, int decimals, char *buffer, size_t size);
/* Every digit, and none that is not needed to read the same number back: "1409000000", "0.1". */
void dcb_format_exact(double value, char *buffer, size_t size);

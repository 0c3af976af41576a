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
/* Every digit: "1409000000", "0.1", by jansson's rules. */
void dcb_format_exact(double value, char *buffer, size_t size);

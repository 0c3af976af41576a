/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* The axis of a chart: from values to coordinates, and where its ticks stand. */

#include <stdbool.h>
#include <stddef.h>

#define DCB_AXIS_TICKS_MAX 12

struct dcb_axis {
	double lo, hi;   /* values at the ends */
	double from, to; /* coordinates of the ends; `from` may be the greater one */
	bool log;
	double ticks[DCB_AXIS_TICKS_MAX]; /* values, rising, within lo..hi */
	size_t n_ticks;
	/* private: how labels are written */
	double factor;
	int decimals;
	const char *unit;
};

/*
 * lo..hi are the data's; the axis may begin and end a little outside. Ticks are 1, 2 or 5 times a
 * power of ten (Heckbert, "Nice numbers for graph labels", Graphics Gems, 1990), about `n` of
 * them, at most DCB_AXIS_TICKS_MAX. log needs lo > 0, else the axis is linear. Values that are not
 * finite count as 0; beyond 1e100 they are cut.
 */
void dcb_axis_init(struct dcb_axis *axis, double lo, double hi, bool log, size_t n,
		   const char *unit);
/* Always finite and between from and to. */
double dcb_axis_at(const struct dcb_axis *axis, double value);
/* "150 ms", "0.5 %": as few digits as tell the ticks apart. */
void dcb_axis_label(const struct dcb_axis *axis, size_t tick, char *buffer, size_t size);

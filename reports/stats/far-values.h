/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * Far values of a series, drawn in: one night on a host that was busy with something else must not
 * hide a step of a few percent by the variance that it adds. Hampel's identifier (Davies, Gather,
 * "The identification of multiple outliers", JASA 88, 1993) over the DCB_FAR_BESIDE values on
 * either side: what is farther from their median than DCB_FAR_SPREADS times the spread of the whole
 * series (the median of such distances, as a standard deviation) is put there. A level of more than
 * DCB_FAR_BESIDE values is not far. Where more than half of the values stand on their medians there
 * is no spread to measure by, and nothing is changed.
 */

#include <stddef.h>

#define DCB_FAR_BESIDE  2
#define DCB_FAR_SPREADS 6

/* In place; the reverse of a series gives the reverse. -ENOMEM. */
int dcb_far_values_draw_in(double *values, size_t n);

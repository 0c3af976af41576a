/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * A planted slow-down: a workload does a known share of its operations twice, and still counts each
 * once, so that a lab that works finds its figures worse by that share. Shares are whole parts per
 * million, and which operations are repeated follows from the share alone.
 */

#include <stdbool.h>
#include <stdint.h>

#define DCB_PLANT_MIN_PPM 1000    /* 0.1 % */
#define DCB_PLANT_MAX_PPM 1000000 /* 100 % */

/* Operation i, counted from 0, is one of the repeated ones: evenly spread, the first in the middle
 * of its stretch. Never where ppm is 0. */
bool dcb_plant_hits(int64_t ppm, int64_t i);
/* How many of n operations are repeated: n * ppm / 1000000, rounded, halves up. */
int64_t dcb_plant_extra(int64_t ppm, int64_t n);
/* "2%", "0.1%": -EINVAL for what is no share between the bounds, or finer than one in a million. */
int dcb_plant_parse(const char *text, int64_t *ret_ppm);
/* The inverse: "2%"; malloc'd, NULL on lack of memory. */
char *dcb_plant_format(int64_t ppm);

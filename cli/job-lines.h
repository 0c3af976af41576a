/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* Rows of the daemon's answers, read and printed. */

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct dcb_error;

/* A usage error unless it is a number above 0; what: "job". */
int dcb_number_read(const char *word, const char *what, int64_t *ret_number, struct dcb_error *err);
const char *dcb_row_text(const json_t *row, const char *name); /* "" where it has none */
int64_t dcb_row_number(const json_t *row, const char *name);   /* 0 where it has none */
/* "2026-11-24 13:05", UTC; "-" for 0. */
void dcb_row_time(int64_t us, char *buffer, size_t size);
/* One line of the queue. */
int dcb_job_print(const json_t *row, struct dcb_error *err);

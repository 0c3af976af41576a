/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

#include <jansson.h>

#include "reports/report.h"

extern const struct dcb_report_format dcb_report_b4;
extern const struct dcb_report_format dcb_report_bmf;
extern const struct dcb_report_format dcb_report_csv;
extern const struct dcb_report_format dcb_report_json;
extern const struct dcb_report_format dcb_report_kcidb;
extern const struct dcb_report_format dcb_report_lkp;
extern const struct dcb_report_format dcb_report_markdown;
extern const struct dcb_report_format dcb_report_openmetrics;
extern const struct dcb_report_format dcb_report_text;

/* Prints a document; NULL is lack of memory. */
int dcb_report_write_json(const json_t *document, FILE *file, struct dcb_error *err);

/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

#include "reports/report.h"

extern const struct dcb_report_format dcb_report_csv, dcb_report_json, dcb_report_lkp,
	dcb_report_markdown, dcb_report_text;

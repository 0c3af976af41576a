/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

#include "reports/report.h"

extern const struct dcb_report_format dcb_report_json;
extern const struct dcb_report_format dcb_report_html;

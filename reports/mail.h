/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * What a run says to people who read mails: symptoms first, then what regressed, improved, could
 * not be told; what stayed the same as a count; then what else there is to know, how to do it
 * again, and where it was done. The same for every form of dcb_page.
 */

struct dcb_error;
struct dcb_page;
struct dcb_report;

int dcb_mail_write(const struct dcb_report *report, struct dcb_page *page, struct dcb_error *err);

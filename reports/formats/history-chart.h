/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* One series of a history as a figure: medians over boots with their range, a point a run; and the
 * points of change, drawn and in words. */

#include <stdbool.h>

#include "reports/formats/markup.h"

struct dcb_history;

/* It has a point that can be drawn. */
bool dcb_history_chart_can(const struct dcb_history *history);
/* class: of its line ("s1"); links: runs lead to /runs/ID. -ENOMEM; -EINVAL where it cannot. */
int dcb_history_chart_put(struct dcb_markup *out, const struct dcb_history *history,
			  const char *class, bool links);

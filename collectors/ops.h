/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* The collectors of this folder, for the registry. */

#include "collectors/collector.h"

extern const struct dcb_collector_ops dcb_collector_rusage;
extern const struct dcb_collector_ops dcb_collector_schedstat;
extern const struct dcb_collector_ops dcb_collector_perf_event;
extern const struct dcb_collector_ops dcb_collector_clock;

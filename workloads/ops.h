/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* The workloads of this folder, for the registry. */

#include "workloads/workload.h"

extern const struct dcb_workload_ops dcb_workload_dying_dentry;
extern const struct dcb_workload_ops dcb_workload_massive_unmount;
extern const struct dcb_workload_ops dcb_workload_overlay_upper;
extern const struct dcb_workload_ops dcb_workload_null;

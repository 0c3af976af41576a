/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* The workloads of this folder, for the registry. */

#include "workloads/workload.h"

extern const struct dcb_workload_ops dcb_workload_collateral;
extern const struct dcb_workload_ops dcb_workload_container_churn;
extern const struct dcb_workload_ops dcb_workload_container_teardown;
extern const struct dcb_workload_ops dcb_workload_dcache_shrink;
extern const struct dcb_workload_ops dcb_workload_dying_dentry;
extern const struct dcb_workload_ops dcb_workload_fuse_inval;
extern const struct dcb_workload_ops dcb_workload_inversion;
extern const struct dcb_workload_ops dcb_workload_lookup_control;
extern const struct dcb_workload_ops dcb_workload_massive_unmount;
extern const struct dcb_workload_ops dcb_workload_negative_flood;
extern const struct dcb_workload_ops dcb_workload_overlay_upper;
extern const struct dcb_workload_ops dcb_workload_proc_exit;
extern const struct dcb_workload_ops dcb_workload_shrink_list;
extern const struct dcb_workload_ops dcb_workload_subvolume_delete;
extern const struct dcb_workload_ops dcb_workload_tree_rm;
extern const struct dcb_workload_ops dcb_workload_null;

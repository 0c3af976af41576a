# SPDX-License-Identifier: GPL-2.0-only
dcb_unit_test(dying-state LINK dcb_workloads m)
dcb_unit_test(workloads LINK dcb_workloads)
dcb_unit_test(tree LINK dcb_workloads m)
dcb_unit_test(dying-dentry LINK dcb_workloads m)
dcb_unit_test(workload-pieces LINK dcb_workloads m)
dcb_unit_test(overlay-upper LINK dcb_workloads m)
dcb_unit_test(massive-unmount LINK dcb_workloads m)

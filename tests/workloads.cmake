# SPDX-License-Identifier: GPL-2.0-only
dcb_unit_test(container LINK dcb_workloads m)
dcb_unit_test(container-churn LINK dcb_workloads m)
dcb_unit_test(container-teardown LINK dcb_workloads m)
dcb_unit_test(dcache-shrink LINK dcb_workloads m)
dcb_unit_test(dying-dentry LINK dcb_workloads m)
dcb_unit_test(dying-state LINK dcb_workloads m)
dcb_unit_test(fuse-inval LINK dcb_workloads m)
dcb_unit_test(lookup-control LINK dcb_workloads m)
dcb_unit_test(massive-unmount LINK dcb_workloads m)
dcb_unit_test(negative-flood LINK dcb_workloads m)
dcb_unit_test(overlay-upper LINK dcb_workloads m)
dcb_unit_test(shrink-list LINK dcb_workloads m)
dcb_unit_test(tree LINK dcb_workloads m)
dcb_unit_test(tree-rm LINK dcb_workloads m)
dcb_unit_test(workload-pieces LINK dcb_workloads m)
dcb_unit_test(workloads LINK dcb_workloads)
# They count the dentries of the whole machine, which other workloads make and free by thousands.
set_tests_properties(unit/dcache-shrink unit/massive-unmount unit/negative-flood unit/tree
	unit/tree-rm PROPERTIES RUN_SERIAL TRUE)

set_tests_properties(unit/dcache-shrink unit/massive-unmount unit/negative-flood unit/tree-rm
	PROPERTIES RUN_SERIAL TRUE)

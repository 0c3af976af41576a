# SPDX-License-Identifier: GPL-2.0-only
dcb_unit_test(dying-state LINK dcb_workloads m)
dcb_unit_test(livelock LINK dcb_workloads m)
dcb_unit_test(long-calls LINK dcb_workloads m)
dcb_unit_test(plant LINK dcb_workloads m)
dcb_unit_test(rt-bound LINK dcb_workloads m)
dcb_unit_test(sleepers LINK dcb_workloads m)
dcb_unit_test(workloads LINK dcb_workloads m)

# They run workloads on this host's kernel, measure them, and count the dentries of the whole machine:
# nothing else of this build is to run beside them.
foreach(name
		collateral container container-churn container-teardown dcache-shrink dying-dentry
		fuse-inval inversion lookup-control massive-unmount negative-flood overlay-upper proc-exit
		shrink-list tree tree-rm workload-pieces)
	dcb_unit_test(${name} LINK dcb_workloads m)
	set_tests_properties(unit/${name} PROPERTIES RUN_SERIAL TRUE)
endforeach()

# SPDX-License-Identifier: GPL-2.0-only
dcb_unit_test(fs-image LINK dcb_machines)
dcb_unit_test(console LINK dcb_machines)
dcb_unit_test(cgroup-layout LINK dcb_machines)
dcb_unit_test(initramfs LINK dcb_machines PkgConfig::ARCHIVE)
dcb_unit_test(qemu LINK dcb_machines)
dcb_unit_test(machines LINK dcb_machines)

foreach(name machines-cgroup machines-null)
	add_executable(test-${name} integration/${name}.c)
	target_link_libraries(test-${name} PRIVATE dcb_flags dcb_machines PkgConfig::CMOCKA)
	set_target_properties(test-${name} PROPERTIES
		RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
	add_test(NAME integration/${name} COMMAND test-${name})
	dcb_test_properties(integration/${name} integration 120)
endforeach()

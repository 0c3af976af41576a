# SPDX-License-Identifier: GPL-2.0-only
# Programs that the scripts talk to.
foreach(program http-server deliver-run queue-run)
	add_executable(${program} ${CMAKE_CURRENT_LIST_DIR}/integration/${program}.c)
	target_link_libraries(${program} PRIVATE dcb_flags dcb_daemon)
	set_target_properties(${program} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
endforeach()
dcb_unit_test(config LINK dcb_daemon)
dcb_script_test(integration http TIMEOUT 120)
dcb_script_test(integration deliver TIMEOUT 180)
dcb_script_test(integration queue TIMEOUT 180)
dcb_script_test(integration daemon TIMEOUT 300)
dcb_script_test(integration kill TIMEOUT 600)
dcb_script_test(integration db TIMEOUT 180)

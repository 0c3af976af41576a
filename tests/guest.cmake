# SPDX-License-Identifier: GPL-2.0-only
dcb_unit_test(protocol LINK dcb_guest)
dcb_unit_test(collectors LINK dcb_collectors)

dcb_script_test(integration build-inputs TIMEOUT 300)
dcb_script_test(integration agent-reproducible TIMEOUT 900)

# The agent is linked statically and knows no sanitizer; what reads it does.
add_executable(test-agent-stdio integration/agent-stdio.c)
target_link_libraries(test-agent-stdio PRIVATE dcb_flags dcb_guest PkgConfig::CMOCKA)
target_compile_definitions(test-agent-stdio PRIVATE DCB_BUILD_DIR="${CMAKE_BINARY_DIR}")
set_target_properties(test-agent-stdio PROPERTIES
	RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
add_test(NAME integration/agent-stdio COMMAND test-agent-stdio)
dcb_test_properties(integration/agent-stdio integration 120)

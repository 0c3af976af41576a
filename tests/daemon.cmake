# SPDX-License-Identifier: GPL-2.0-only
# The server that the script talks to.
add_executable(http-server ${CMAKE_CURRENT_LIST_DIR}/integration/http-server.c)
target_link_libraries(http-server PRIVATE dcb_flags dcb_daemon)
set_target_properties(http-server PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
dcb_unit_test(config LINK dcb_daemon)
dcb_script_test(integration http TIMEOUT 120)

# SPDX-License-Identifier: GPL-2.0-only
dcb_unit_test(stats LINK dcb_reports)
dcb_unit_test(format LINK dcb_reports)
dcb_unit_test(compare LINK dcb_reports)
dcb_unit_test(summary LINK dcb_reports)
dcb_unit_test(table LINK dcb_reports)
dcb_unit_test(page LINK dcb_reports)
dcb_unit_test(export LINK dcb_reports)
dcb_unit_test(store-copy LINK dcb_reports PkgConfig::SQLITE)
dcb_unit_test(report LINK dcb_reports)
dcb_unit_test(command-line LINK dcb_reports)

# Gives the script its documents.
add_executable(summary-sample ${CMAKE_CURRENT_LIST_DIR}/integration/summary-sample.c)
target_link_libraries(summary-sample PRIVATE dcb_flags dcb_reports PkgConfig::CMOCKA)
set_target_properties(summary-sample PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
dcb_script_test(integration summary-schema TIMEOUT 60)
dcb_script_test(integration report TIMEOUT 300)
dcb_script_test(integration export TIMEOUT 300)

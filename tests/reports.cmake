# SPDX-License-Identifier: GPL-2.0-only
dcb_unit_test(stats LINK dcb_reports)
dcb_unit_test(format LINK dcb_reports)
dcb_unit_test(compare LINK dcb_reports)
dcb_unit_test(summary LINK dcb_reports)
dcb_unit_test(table LINK dcb_reports)

# Gives the script its documents.
add_executable(summary-sample ${CMAKE_CURRENT_LIST_DIR}/integration/summary-sample.c)
target_link_libraries(summary-sample PRIVATE dcb_flags dcb_reports PkgConfig::CMOCKA)
set_target_properties(summary-sample PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
dcb_script_test(integration summary-schema TIMEOUT 60)

dcb_unit_test(axis LINK dcb_reports)
dcb_unit_test(html LINK dcb_reports)
dcb_unit_test(markup LINK dcb_reports)
dcb_unit_test(quantiles LINK dcb_reports)
add_executable(html-sample ${CMAKE_CURRENT_LIST_DIR}/integration/html-sample.c)
target_link_libraries(html-sample PRIVATE dcb_flags dcb_reports PkgConfig::CMOCKA)
set_target_properties(html-sample PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
dcb_script_test(integration report-html TIMEOUT 300)

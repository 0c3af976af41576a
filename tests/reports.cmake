# SPDX-License-Identifier: GPL-2.0-only
dcb_unit_test(normal LINK dcb_reports)
dcb_unit_test(median LINK dcb_reports)
dcb_unit_test(signed-rank LINK dcb_reports)
dcb_unit_test(fdr LINK dcb_reports)
dcb_unit_test(modes LINK dcb_reports)
dcb_unit_test(bootstrap LINK dcb_reports)
dcb_unit_test(further LINK dcb_reports)
dcb_unit_test(format LINK dcb_reports)
dcb_unit_test(compare LINK dcb_reports)
dcb_unit_test(summary LINK dcb_reports)
dcb_unit_test(table LINK dcb_reports)

# Gives the script its documents.
add_executable(summary-sample ${CMAKE_CURRENT_LIST_DIR}/integration/summary-sample.c)
target_link_libraries(summary-sample PRIVATE dcb_flags dcb_reports PkgConfig::CMOCKA)
set_target_properties(summary-sample PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
dcb_script_test(integration summary-schema TIMEOUT 60)

# Figures, no verdict: see docs/statistics.md.
add_executable(bench-verdicts EXCLUDE_FROM_ALL ${CMAKE_CURRENT_LIST_DIR}/bench/verdicts/verdicts.c)
target_link_libraries(bench-verdicts PRIVATE dcb_flags dcb_reports m)
set_target_properties(bench-verdicts PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
# Formats that other programs read.
dcb_unit_test(names LINK dcb_reports)
dcb_unit_test(b4 LINK dcb_reports)
dcb_unit_test(bmf LINK dcb_reports)
dcb_unit_test(kcidb LINK dcb_reports)
dcb_unit_test(openmetrics LINK dcb_reports)
dcb_script_test(integration report-foreign TIMEOUT 300)

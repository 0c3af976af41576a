# SPDX-License-Identifier: GPL-2.0-only
# All need SQLite itself: to make databases that are not ours, and to look behind the API.
dcb_unit_test(store LINK dcb_schema PkgConfig::SQLITE)
dcb_unit_test(jobs LINK dcb_schema)
dcb_unit_test(received LINK dcb_schema)
dcb_unit_test(store-open LINK dcb_schema PkgConfig::SQLITE)
dcb_unit_test(store-figure LINK dcb_schema PkgConfig::SQLITE)

# `cmake --build . --target bench`: figures, no verdict.
add_executable(bench-store EXCLUDE_FROM_ALL ${CMAKE_CURRENT_LIST_DIR}/bench/store.c)
target_link_libraries(bench-store PRIVATE dcb_flags dcb_schema PkgConfig::SQLITE)
set_target_properties(bench-store PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
if(NOT TARGET bench)
	add_custom_target(bench)
endif()
add_custom_command(TARGET bench POST_BUILD COMMAND bench-store USES_TERMINAL)
add_dependencies(bench bench-store)

add_executable(bench-database EXCLUDE_FROM_ALL ${CMAKE_CURRENT_LIST_DIR}/bench/database.c)
target_link_libraries(bench-database PRIVATE dcb_flags dcb_schema)
set_target_properties(bench-database PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)

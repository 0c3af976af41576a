# SPDX-License-Identifier: GPL-2.0-only
dcb_unit_test(spec LINK dcb_kernels)
dcb_unit_test(version LINK dcb_kernels)
dcb_unit_test(debian-choose LINK dcb_kernels)
dcb_unit_test(linkage LINK dcb_kernels)
dcb_unit_test(image LINK dcb_kernels)
dcb_unit_test(deb LINK dcb_kernels)
dcb_unit_test(kernel-store LINK dcb_kernels)

# What the script below drives: dcb_kernel_get() and dcb_kernel_modules(), printed.
add_executable(kernel-get integration/kernel-get.c)
target_link_libraries(kernel-get PRIVATE dcb_flags dcb_kernels)
set_target_properties(kernel-get PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
dcb_script_test(integration kernels-local TIMEOUT 180)

add_executable(program-get integration/program-get.c)
target_link_libraries(program-get PRIVATE dcb_flags dcb_kernels)
set_target_properties(program-get PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
dcb_script_test(integration programs-local TIMEOUT 180)

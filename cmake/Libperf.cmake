# SPDX-License-Identifier: GPL-2.0-only
# libperf, built once from Debian's kernel source package and cached: scripts/build-libperf.

# dcb_fetch(build-libperf arm64 variable): runs scripts/<script> <arch>; the folder that it prints.
function(dcb_fetch script arch variable)
	execute_process(COMMAND ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../scripts/${script} ${arch}
		OUTPUT_VARIABLE folder OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE failed)
	if(failed)
		message(FATAL_ERROR "scripts/${script} ${arch} failed; what it said stands above")
	endif()
	set(${variable} ${folder} PARENT_SCOPE)
endfunction()

if(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
	set(DCB_HOST_ARCH arm64)
else()
	set(DCB_HOST_ARCH x86_64)
endif()
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
	${CMAKE_CURRENT_LIST_DIR}/../scripts/build-libperf)
dcb_fetch(build-libperf ${DCB_HOST_ARCH} DCB_LIBPERF)

add_library(Libperf::libapi STATIC IMPORTED)
set_target_properties(Libperf::libapi PROPERTIES IMPORTED_LOCATION ${DCB_LIBPERF}/lib/libapi.a)
add_library(Libperf::libperf STATIC IMPORTED)
set_target_properties(Libperf::libperf PROPERTIES
	IMPORTED_LOCATION ${DCB_LIBPERF}/lib/libperf.a
	INTERFACE_LINK_LIBRARIES Libperf::libapi)
# Before the system's folders: its linux/perf_event.h must be the one that libperf was built with.
target_include_directories(Libperf::libperf BEFORE INTERFACE ${DCB_LIBPERF}/include)
set_target_properties(Libperf::libperf PROPERTIES IMPORTED_NO_SYSTEM ON)

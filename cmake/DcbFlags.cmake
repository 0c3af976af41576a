# SPDX-License-Identifier: GPL-2.0-only
# How everything is compiled: one INTERFACE target, no global flags.
option(DCB_WERROR "Warnings are errors" OFF)
option(DCB_SANITIZE "AddressSanitizer and UndefinedBehaviorSanitizer" OFF)
option(DCB_FAULTS "Points at which tests kill the programs (base/fault.h)" OFF)

add_library(dcb_flags INTERFACE)
target_compile_features(dcb_flags INTERFACE c_std_17)
target_compile_definitions(dcb_flags INTERFACE _GNU_SOURCE)
target_include_directories(dcb_flags INTERFACE ${CMAKE_CURRENT_LIST_DIR}/..)
target_compile_options(dcb_flags INTERFACE
	-Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 -Wvla -Wundef
	-Wwrite-strings -Wno-missing-field-initializers -fno-strict-aliasing
	# Reproducible wherever the tree lies.
	-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)
if(DCB_FAULTS)
	target_compile_definitions(dcb_flags INTERFACE DCB_FAULTS)
endif()
if(DCB_WERROR)
	target_compile_options(dcb_flags INTERFACE -Werror)
endif()
if(DCB_SANITIZE)
	target_compile_options(dcb_flags INTERFACE -fsanitize=address,undefined
		-fno-sanitize-recover=all -fno-omit-frame-pointer)
	target_link_options(dcb_flags INTERFACE -fsanitize=address,undefined)
endif()

# dcb_room(base SOURCES a.c b.c LINK ...): the static library of one folder.
function(dcb_room name)
	cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
	add_library(dcb_${name} STATIC ${ARG_SOURCES})
	target_link_libraries(dcb_${name} PUBLIC dcb_flags ${ARG_LINK})
endfunction()

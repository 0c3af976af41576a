# SPDX-License-Identifier: GPL-2.0-only
# Guests that go wrong: PID 1 of an arm64 kernel, one program a mode.
foreach(mode panics crashes hangs never_speaks floods rambles)
	add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/tests/hostile-${mode}
		COMMAND aarch64-linux-gnu-gcc -D_GNU_SOURCE -DHOSTILE_MODE=${mode} -O2 -static
			-o ${CMAKE_BINARY_DIR}/tests/hostile-${mode}
			${CMAKE_CURRENT_SOURCE_DIR}/vm/hostile-agent.c
		DEPENDS vm/hostile-agent.c VERBATIM)
	list(APPEND hostile_agents ${CMAKE_BINARY_DIR}/tests/hostile-${mode})
endforeach()
add_executable(cgroup-init vm/cgroup-init.c)
target_compile_definitions(cgroup-init PRIVATE _GNU_SOURCE)
target_link_options(cgroup-init PRIVATE -static)
set_target_properties(cgroup-init PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
add_custom_target(hostile-agents ALL DEPENDS ${hostile_agents})

dcb_script_test(vm hostile TIMEOUT 600)
dcb_script_test(vm cgroup-v2 TIMEOUT 300)
dcb_script_test(vm containers TIMEOUT 1800)
dcb_script_test(vm exact TIMEOUT 1800)
dcb_script_test(vm plant TIMEOUT 900)
dcb_script_test(vm reproduce TIMEOUT 1800)
dcb_script_test(vm suites TIMEOUT 1800)
dcb_script_test(vm health TIMEOUT 1800)
dcb_script_test(e2e demo TIMEOUT 900)

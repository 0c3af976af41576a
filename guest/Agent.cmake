# SPDX-License-Identifier: GPL-2.0-only
# The static agents, one an architecture, from the same sources as the host's libraries. Each has a
# compiler of its own, which CMake has no notion of within one project: hence custom commands.

set(agent_sources
	base/arch.c base/error.c base/file.c base/json.c base/option.c base/process.c
	base/random.c
	collectors/clock.c collectors/metric.c collectors/perf-event.c collectors/registry.c
	collectors/rusage.c collectors/sampler.c collectors/schedstat.c
	${dcb_workload_sources}
	guest/agent.c guest/agent-init.c guest/agent-job.c guest/agent-records.c
	guest/agent-settings.c guest/job.c guest/json-fields.c guest/record-format.c
	guest/protocol.c)

set(agent_flags -std=gnu17 -D_GNU_SOURCE -O2 -g0 -Wall -Wextra -Wno-missing-field-initializers
	-fno-strict-aliasing -ffunction-sections -fdata-sections)
if(DCB_WERROR)
	list(APPEND agent_flags -Werror)
endif()

# jansson of the architecture: what is installed, else taken out of Debian's package.
function(dcb_agent_jansson arch triplet library flags)
	if(arch STREQUAL DCB_HOST_ARCH AND EXISTS /usr/lib/${triplet}/libjansson.a)
		set(${library} /usr/lib/${triplet}/libjansson.a PARENT_SCOPE)
		set(${flags} "" PARENT_SCOPE)
		return()
	endif()
	dcb_fetch(fetch-jansson ${arch} folder)
	set(${library} ${folder}/lib/libjansson.a PARENT_SCOPE)
	set(${flags} -I${folder}/include PARENT_SCOPE)
endfunction()

function(dcb_agent arch triplet package)
	find_program(agent_cc_${arch} ${triplet}-gcc)
	if(NOT agent_cc_${arch})
		message(FATAL_ERROR "${triplet}-gcc is missing: apt-get install ${package}")
	endif()
	dcb_fetch(build-libperf ${arch} libperf)
	dcb_agent_jansson(${arch} ${triplet} jansson jansson_flags)

	get_filename_component(root ${CMAKE_CURRENT_SOURCE_DIR}/.. ABSOLUTE)
	set(objects)
	foreach(source ${agent_sources})
		string(REPLACE / - object agent-${arch}/${source}.o)
		string(REPLACE agent-${arch}- agent-${arch}/ object ${object})
		set(object ${CMAKE_CURRENT_BINARY_DIR}/${object})
		add_custom_command(OUTPUT ${object}
			COMMAND ${agent_cc_${arch}} ${agent_flags} -ffile-prefix-map=${root}/=
				-I${root} -I${libperf}/include ${jansson_flags}
				-MMD -MF ${object}.d -MT ${object} -c ${root}/${source} -o ${object}
			DEPENDS ${root}/${source} ${libperf}/SOURCE
			DEPFILE ${object}.d
			COMMENT "Building ${arch} agent: ${source}" VERBATIM)
		list(APPEND objects ${object})
	endforeach()
	file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/agent-${arch})

	set(agent ${CMAKE_BINARY_DIR}/libexec/dcbench/agent-${arch})
	file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/libexec/dcbench)
	add_custom_command(OUTPUT ${agent}
		COMMAND ${agent_cc_${arch}} -static -s -Wl,--gc-sections -Wl,--build-id=none
			${objects} ${libperf}/lib/libperf.a ${libperf}/lib/libapi.a ${jansson}
			-lpthread -lm -o ${agent}
		DEPENDS ${objects}
		COMMENT "Linking agent-${arch}" VERBATIM)
	add_custom_target(agent-${arch} ALL DEPENDS ${agent})
	install(PROGRAMS ${agent} DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/dcbench)
endfunction()

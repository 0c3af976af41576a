# SPDX-License-Identifier: GPL-2.0-only
# cmake -DOUTPUT=x.c -DFILES=a.sql;b.sql -P EmbedSql.cmake: numbered migrations as one C table.
# Bytes, not a string literal: nothing in the SQL needs an escape.
set(arrays "")
set(rows "")
set(expected 1)
foreach(file IN LISTS FILES)
	get_filename_component(name ${file} NAME_WE)
	if(NOT name MATCHES "^0*([1-9][0-9]*)-" OR NOT CMAKE_MATCH_1 EQUAL expected)
		message(FATAL_ERROR "${file}: expected migration number ${expected}")
	endif()
	file(READ ${file} hex HEX)
	string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
	string(APPEND arrays "static const char sql_${expected}[] = {${bytes}0};\n")
	string(APPEND rows "\t{${expected}, sql_${expected}},\n")
	math(EXPR expected "${expected} + 1")
endforeach()
file(WRITE ${OUTPUT} "/* Made by cmake/EmbedSql.cmake. */
#include \"schema/migrate.h\"

${arrays}
const struct dcb_migration dcb_migrations[] = {
${rows}};
const size_t dcb_n_migrations = sizeof(dcb_migrations) / sizeof(dcb_migrations[0]);
")

# SPDX-License-Identifier: GPL-2.0-only
# cmake -DOUTPUT=x.c -DFILE=a.css -DSYMBOL=dcb_a -P EmbedFile.cmake: a file as a C string of bytes.
include(${CMAKE_CURRENT_LIST_DIR}/EmbedBytes.cmake)
dcb_bytes_of(${FILE} bytes)
file(WRITE ${OUTPUT} "/* Made by cmake/EmbedFile.cmake. */
extern const char ${SYMBOL}[];

const char ${SYMBOL}[] = {${bytes}};
")

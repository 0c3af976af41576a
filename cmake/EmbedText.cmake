# SPDX-License-Identifier: GPL-2.0-only
# cmake -DOUTPUT=x.c -DNAME=dcb_x -DFILE=x.sql -P EmbedText.cmake: a file as `const char dcb_x[]`.
file(READ ${FILE} hex HEX)
string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
file(WRITE ${OUTPUT} "/* Made by cmake/EmbedText.cmake. */
extern const char ${NAME}[];
const char ${NAME}[] = {${bytes}0};
")

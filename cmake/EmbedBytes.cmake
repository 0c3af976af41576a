# SPDX-License-Identifier: GPL-2.0-only
# Bytes, not a string literal: nothing in the file needs an escape.
function(dcb_bytes_of file ret_bytes)
	file(READ ${file} hex HEX)
	string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
	set(${ret_bytes} "${bytes}0" PARENT_SCOPE)
endfunction()

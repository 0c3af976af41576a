# SPDX-License-Identifier: GPL-2.0-only
foreach(name error json json-schema option file process random)
	dcb_unit_test(${name} LINK dcb_base)
endforeach()

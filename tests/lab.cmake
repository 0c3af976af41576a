# SPDX-License-Identifier: GPL-2.0-only
dcb_unit_test(guest-modules LINK dcb_lab)
dcb_unit_test(threshold LINK dcb_lab)
dcb_unit_test(order LINK dcb_lab)
dcb_unit_test(until LINK dcb_lab)
dcb_unit_test(plan LINK dcb_lab)
dcb_script_test(integration run-null TIMEOUT 300)
dcb_script_test(integration until-settled TIMEOUT 300)
dcb_script_test(integration bad-input TIMEOUT 300)

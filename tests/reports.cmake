# SPDX-License-Identifier: GPL-2.0-only
dcb_unit_test(stats LINK dcb_reports)
dcb_unit_test(format LINK dcb_reports)
dcb_unit_test(compare LINK dcb_reports)

// SPDX-License-Identifier: BSD-3-Clause
#include <gelf.h>
#include <libelf.h>

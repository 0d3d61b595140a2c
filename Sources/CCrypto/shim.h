// SPDX-License-Identifier: BSD-3-Clause
// Deprecated in favour of ones that take a millisecond to begin.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

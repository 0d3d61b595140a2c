// SPDX-License-Identifier: BSD-3-Clause
#include <openssl/crypto.h>
#include <openssl/evp.h>

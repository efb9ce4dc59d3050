/* The trust anchors. This file is C, because C++ before 2020 has no designated initialisers. */
#include "roots.h"

const br_x509_trust_anchor *const anchors = trust_anchors;
const unsigned anchor_count = TRUST_ANCHOR_COUNT;

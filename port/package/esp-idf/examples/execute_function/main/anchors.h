/* The trusted roots: none yet. Replace this file: tcexec anchors --tencent > main/anchors.h */
#include <bearssl.h>

#define TRUST_ANCHOR_COUNT 0
static const br_x509_trust_anchor trust_anchors[1];

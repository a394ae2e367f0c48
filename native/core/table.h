// How a *.simd.cc or *.kernel.cc offers its rows: NDOPS_OFFER(kRows) at the end of the file, at global scope. The build
// gives the file its table's name (NDOPS_TABLE) and its level (NDOPS_LEVEL).
#pragma once

#include "core/kernel.h"

#define NDOPS_OFFER(ROWS)                                                              \
  namespace ndops::NDOPS_LEVEL {                                                       \
  extern const Table NDOPS_TABLE;                                                      \
  constexpr Table NDOPS_TABLE{ROWS, static_cast<int>(sizeof(ROWS) / sizeof(ROWS[0]))}; \
  }

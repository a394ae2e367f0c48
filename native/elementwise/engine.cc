#include "elementwise/engine.h"

#include <cstring>

#include "core/execution.h"
#include "core/parallel.h"
#include "core/registry.h"
#include "elementwise/plan.h"

namespace ndops {
namespace {

/// Bytes read and written from which on a launch is shared among threads: below, waking one costs more than it saves.
constexpr std::int64_t kSharedBytes = std::int64_t{1} << 20;
constexpr std::int64_t kSharedMathBytes = std::int64_t{256} << 10;
constexpr std::int64_t kTaskBytes = std::int64_t{256} << 10;
constexpr std::int64_t kMathTaskBytes = std::int64_t{64} << 10;

struct Work {
  bool where;
  bool math;
};

/// Whether the view has the output's shape and C order.
inline bool isFlat(const View& view, const View& out) {
  if (view.rank != out.rank) return false;
  std::int64_t step = 1;
  for (int axis = view.rank - 1; axis >= 0; --axis) {
    const std::int64_t n = view.shape[axis];
    if (n != out.shape[axis] || (view.strides[axis] != step && n != 1)) return false;
    step *= n;
  }
  return true;
}

inline bool isOne(const View& view) {
  for (int axis = 0; axis < view.rank; ++axis)
    if (view.shape[axis] != 1) return false;
  return true;
}

/// The memory of one task: an operand's converted elements, elements as stored, results before they are narrowed or
/// streamed.
struct Buffers {
  alignas(64) char operand[kMaxOperands][kBufferBytes];
  alignas(64) char stored[kBufferBytes];
  alignas(64) char result[kBufferBytes];
  alignas(64) char narrowed[kBufferBytes];
};

inline void copyOut(const Operand& operand, char* to, const char* from, std::int64_t rows, std::int64_t columns,
                    std::int64_t rowStride, std::int64_t columnStride) {
  if (rowStride == 1 && columnStride != 1)
    operand.copy->transpose(to, columns, from, columnStride, rows, columns, false);
  else
    operand.copy->block(to, columns, 1, from, rowStride, columnStride, rows, columns, false);
}

/// Brings rows x columns elements of an operand into C order and the computing dtype.
inline void gather(const Operand& operand, const char* from, std::int64_t rows, std::int64_t columns,
                   std::int64_t rowStride, std::int64_t columnStride, char* to, char* stored) {
  if (operand.convert == nullptr) {
    copyOut(operand, to, from, rows, columns, rowStride, columnStride);
    return;
  }
  if (columnStride == 1 && (rows == 1 || rowStride == columns)) {
    operand.convert(to, from, rows * columns);
    return;
  }
  copyOut(operand, stored, from, rows, columns, rowStride, columnStride);
  operand.convert(to, stored, rows * columns);
}

/// The same for `extent` steps of the plan's axis `first` and all of the axes behind it.
void gatherBlock(const Plan& plan, const Operand& operand, int first, std::int64_t extent, const char* from, char* to,
                 char* stored) {
  const int last = plan.rank - 1;
  if (first >= last - 1) {
    const bool two = first == last - 1;
    gather(operand, from, two ? extent : 1, two ? plan.shape[last] : extent, two ? operand.strides[first] : 0,
           operand.strides[last], to, stored);
    return;
  }
  std::int64_t at[kMaxRank];
  for (int axis = first; axis < last - 1; ++axis) at[axis] = 0;
  const std::int64_t rows = plan.shape[last - 1];
  const std::int64_t columns = plan.shape[last];
  // Elements are collected as they are stored and converted at once: the pieces may be tiny.
  char* const collected = operand.convert == nullptr ? to : stored;
  char* next = collected;
  for (;;) {
    copyOut(operand, next, from, rows, columns, operand.strides[last - 1], operand.strides[last]);
    next += rows * columns * operand.storedSize;
    int axis = last - 2;
    for (; axis >= first; --axis) {
      from += operand.strides[axis] * operand.storedSize;
      const std::int64_t n = axis == first ? extent : plan.shape[axis];
      if (++at[axis] < n) break;
      from -= n * operand.strides[axis] * operand.storedSize;
      at[axis] = 0;
    }
    if (axis < first) break;
  }
  if (operand.convert != nullptr) operand.convert(to, stored, (next - collected) / operand.storedSize);
}

inline Status call(const Plan& plan, Strip& strip, char* out, Buffers& buffers) {
  strip.out = plan.narrow == nullptr && plan.stream == nullptr ? out : buffers.result;
  const Status status = plan.loop(strip);
  if (status != Status::Ok || strip.out == out) return status;
  const char* result = buffers.result;
  if (plan.narrow != nullptr) {
    char* const narrowed = plan.stream == nullptr ? out : buffers.narrowed;
    plan.narrow(narrowed, result, strip.n);
    result = narrowed;
  }
  if (plan.stream != nullptr) plan.stream->streamBytes(out, result, strip.n * plan.outSize);
  return Status::Ok;
}

/// One block: contiguous in the output, every operand ready in one piece.
Status runBlock(const Plan& plan, const Cursor& at, Buffers& buffers, bool first) {
  const std::int64_t extent = at.extent(plan.columnPieces);
  Strip strip;
  strip.n = extent * plan.inner;
  strip.numbers = plan.numbers;
  strip.scalars = 0;
  for (int k = 0; k < plan.operands; ++k) {
    const Operand& operand = plan.in[k];
    const char* from = at.in[k];
    char* buffer = buffers.operand[k];
    strip.in[k] = buffer;
    switch (operand.feed) {
      case Feed::Direct:
        strip.in[k] = from;
        break;
      case Feed::Scalar:
        strip.scalars |= 1u << k;
        if (operand.convert == nullptr)
          strip.in[k] = from;
        else
          operand.convert(buffer, from, 1);
        break;
      case Feed::Kept:
        if (first) gatherBlock(plan, operand, plan.columnAxis, plan.columnPieces.step, from, buffer, buffers.stored);
        break;
      case Feed::Gathered:
        gatherBlock(plan, operand, plan.columnAxis, extent, from, buffer, buffers.stored);
        break;
    }
  }
  return call(plan, strip, at.out, buffers);
}

/// Asks for the lines of a transposed operand that the next tile reads: no hardware sees that pattern.
void prefetchNext(const Plan& plan, const Operand& operand, const char* from) {
  constexpr std::int64_t kLine = 64;
  const std::int64_t step = operand.strides[plan.rank - 1] * operand.storedSize;
  std::uintptr_t address = reinterpret_cast<std::uintptr_t>(from);
  for (std::int64_t c = 0; c < plan.columnPieces.step; ++c) {
    // Past the last tile the addresses are nobody's, which a prefetch may be given.
    address += static_cast<std::uintptr_t>(step);
    for (std::int64_t at = 0; at < plan.rowPieces.step * operand.storedSize; at += kLine)
      __builtin_prefetch(reinterpret_cast<const void*>(address + static_cast<std::uintptr_t>(at)), 0, 2);
  }
}

/// One tile: several rows of the output, operands whose columns are contiguous transposed through a buffer.
Status runTile(const Plan& plan, const Cursor& at, Buffers& buffers) {
  const std::int64_t rows = at.extent(plan.rowPieces);
  const std::int64_t columns = at.extent(plan.columnPieces);
  const int last = plan.rank - 1;
  Strip strip;
  strip.n = columns;
  strip.numbers = plan.numbers;
  strip.scalars = 0;
  const char* row[kMaxOperands];
  std::int64_t step[kMaxOperands];
  for (int k = 0; k < plan.operands; ++k) {
    const Operand& operand = plan.in[k];
    row[k] = at.in[k];
    step[k] = operand.strides[plan.rowAxis] * operand.storedSize;
    if (operand.feed == Feed::Scalar) strip.scalars |= 1u << k;
    if (operand.feed == Feed::Direct || (operand.feed == Feed::Scalar && operand.convert == nullptr)) continue;
    const std::int64_t width = operand.feed == Feed::Scalar ? 1 : columns;
    if (operand.strides[plan.rowAxis] == 1 && width > 1)
      prefetchNext(plan, operand, at.in[k] + (columns - 1) * operand.strides[last] * operand.storedSize);
    gather(operand, at.in[k], rows, width, operand.strides[plan.rowAxis], operand.strides[last], buffers.operand[k],
           buffers.stored);
    row[k] = buffers.operand[k];
    step[k] = width * operand.size;
  }
  char* out = at.out;
  for (std::int64_t r = 0; r < rows; ++r) {
    for (int k = 0; k < plan.operands; ++k) strip.in[k] = row[k] + r * step[k];
    const Status status = call(plan, strip, out, buffers);
    if (status != Status::Ok) return status;
    out += plan.outStrides[plan.rowAxis];
  }
  return Status::Ok;
}

Status runUnits(const Plan& plan, Execution& execution, std::int64_t from, std::int64_t to) {
  Buffers buffers;
  Cursor at(plan, from);
  for (std::int64_t unit = from; unit < to; ++unit) {
    const Status status = plan.rowAxis < 0 ? runBlock(plan, at, buffers, unit == from) : runTile(plan, at, buffers);
    if (status != Status::Ok) return execution.fail(status);
    at.next();
  }
  if (plan.stream != nullptr) endStreaming();
  return Status::Ok;
}

Status runPlan(const Plan& plan, Execution& execution, bool math) {
  const std::int64_t units = plan.units();
  const std::int64_t taskBytes = math ? kMathTaskBytes : kTaskBytes;
  const std::int64_t perTask = plan.unitBytes >= taskBytes ? 1 : taskBytes / plan.unitBytes;
  if (units <= perTask) return runUnits(plan, execution, 0, units);
  // In floating point: the product may pass 2^63 where the output does not.
  const double bytes = static_cast<double>(units) * static_cast<double>(plan.unitBytes);
  if (bytes < static_cast<double>(math ? kSharedMathBytes : kSharedBytes)) return runUnits(plan, execution, 0, units);
  return parallel(execution, (units + perTask - 1) / perTask, [&](std::int64_t task) {
    const std::int64_t from = task * perTask;
    const std::int64_t to = from + perTask;
    runUnits(plan, execution, from, to < units ? to : units);
  });
}

/// The row of a launch: its loop, and what that wants of each operand, as an array and as one element.
struct Choice {
  DType row;
  Loop loop;
  DType wanted[kMaxOperands];
  DType scalars[kMaxOperands];
};

inline bool isHalf(DType dtype) { return dtype == DType::Float16 || dtype == DType::Bfloat16; }

/// Takes the float16 or bfloat16 row where all operands but single elements, and the result, are stored as it has them.
template <int Operands>
inline void chooseHalf(const Kernel& kernel, const Launch& launch, std::int64_t n, Choice* choice) {
  DType half = DType::Float32;
  bool one[Operands];
  for (int k = 0; k < Operands; ++k) {
    const View& view = launch.views[k + 1];
    one[k] = n != 1 && isOne(view);
    if (one[k]) continue;
    if (!isHalf(view.dtype) || (half != DType::Float32 && half != view.dtype)) return;
    half = view.dtype;
  }
  const Inner inner = kernel.inner[static_cast<int>(half)];
  if (half == DType::Float32 || inner == nullptr || launch.views[0].dtype != kernel.out[static_cast<int>(half)]) return;
  choice->row = half;
  choice->loop = reinterpret_cast<Loop>(inner);
  for (int k = 0; k < Operands; ++k)
    if (!one[k]) choice->wanted[k] = half;
}

Status runGeneral(const Kernel& kernel, const Launch& launch, const Choice& choice, Work work) {
  Plan plan;
  plan.loop = choice.loop;
  plan.numbers = launch.numbers + 1;
  const Status status = plan.lay(launch, choice.wanted, choice.scalars, kernel.out[static_cast<int>(choice.row)]);
  if (status != Status::Ok) return launch.execution->fail(status);
  plan.cut(work.math ? kMathTaskBytes : kTaskBytes);
  return runPlan(plan, *launch.execution, work.math);
}

/// Everything contiguous or one element, nothing to convert but single elements: no plan, one call.
template <int Operands>
inline Status run(const Kernel& kernel, const Launch& launch, Work work) {
  if (launch.viewCount != Operands + 1 || launch.numberCount < 1 || !(launch.numbers[0] < kDTypes))
    return launch.execution->fail(Status::Unsupported);
  const DType computing = static_cast<DType>(static_cast<std::uint8_t>(launch.numbers[0]));
  const DType first = work.where ? DType::Bool : computing;
  Choice choice{computing,
                reinterpret_cast<Loop>(kernel.inner[static_cast<int>(computing)]),
                {first, computing, computing},
                {first, computing, computing}};
  // float16 and bfloat16 rows are for float32's launches, but where's, which computes nothing.
  if (choice.loop == nullptr || (isHalf(computing) && !work.where))
    return launch.execution->fail(Status::Unsupported, static_cast<double>(computing));
  const View& out = launch.views[0];
  Strip strip;
  strip.n = out.size();
  if (strip.n == 0) return Status::Ok;
  if (computing == DType::Float32 && (isHalf(launch.views[1].dtype) || isHalf(launch.views[Operands].dtype)))
    chooseHalf<Operands>(kernel, launch, strip.n, &choice);
  bool flat = out.dtype == kernel.out[static_cast<int>(choice.row)];
  std::int64_t bytes = itemSize(out.dtype);
  alignas(16) char held[Operands][16];
  strip.scalars = 0;
  for (int k = 0; k < Operands && flat; ++k) {
    const View& view = launch.views[k + 1];
    strip.in[k] = view.data;
    if (isFlat(view, out)) {
      flat = view.dtype == choice.wanted[k];
      bytes += itemSize(view.dtype);
    } else if (isOne(view)) {
      const DType scalar = choice.scalars[k];
      strip.scalars |= 1u << k;
      if (view.dtype != scalar) {
        converter(scalar, view.dtype)(held[k], view.data, 1);
        strip.in[k] = held[k];
      }
    } else {
      flat = false;
    }
  }
  constexpr std::uint32_t kAll = (1u << Operands) - 1;
  flat = flat && (strip.scalars != kAll || (strip.n == 1 && choice.row == computing)) &&
         static_cast<double>(bytes) * static_cast<double>(strip.n) < (work.math ? kSharedMathBytes : kSharedBytes);
  if (!flat) return runGeneral(kernel, launch, choice, work);
  if (strip.scalars == kAll) strip.scalars = 0;
  strip.out = out.data;
  strip.numbers = launch.numbers + 1;
  const Status status = choice.loop(strip);
  return status == Status::Ok ? status : launch.execution->fail(status);
}

}  // namespace

Status unaryDriver(const Kernel& kernel, const Launch& launch) noexcept {
  return run<1>(kernel, launch, {false, false});
}
Status binaryDriver(const Kernel& kernel, const Launch& launch) noexcept {
  return run<2>(kernel, launch, {false, false});
}
Status ternaryDriver(const Kernel& kernel, const Launch& launch) noexcept {
  return run<3>(kernel, launch, {false, false});
}
Status whereDriver(const Kernel& kernel, const Launch& launch) noexcept {
  return run<3>(kernel, launch, {true, false});
}
Status unaryMathDriver(const Kernel& kernel, const Launch& launch) noexcept {
  return run<1>(kernel, launch, {false, true});
}
Status binaryMathDriver(const Kernel& kernel, const Launch& launch) noexcept {
  return run<2>(kernel, launch, {false, true});
}

}  // namespace ndops

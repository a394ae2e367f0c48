// Arrays and launches for native tests: exact-size heap memory, so that AddressSanitizer sees every step outside.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <utility>
#include <vector>

#include "core/execution.h"
#include "core/registry.h"

namespace ndops::test {

using Shape = std::vector<std::int64_t>;

inline std::int64_t sizeOf(const Shape& shape) {
  std::int64_t size = 1;
  for (const std::int64_t n : shape) size *= n;
  return size;
}

inline Shape stridesOf(const Shape& shape) {
  Shape strides(shape.size());
  std::int64_t step = 1;
  for (std::size_t axis = shape.size(); axis-- > 0; step *= shape[axis]) strides[axis] = step;
  return strides;
}

/// A tensor over memory of its own, not a byte larger than it needs. Copies share the memory (views).
template <class T>
struct Array {
  Shape shape;
  Shape strides;
  std::int64_t offset = 0;
  std::shared_ptr<T> memory;

  explicit Array(Shape s) : shape(std::move(s)), strides(stridesOf(shape)) {
    const std::size_t bytes = static_cast<std::size_t>(sizeOf(shape)) * sizeof(T);
    memory.reset(static_cast<T*>(std::malloc(bytes)), [](T* p) { std::free(p); });
    if (bytes != 0) std::memset(static_cast<void*>(memory.get()), 0xA5, bytes);
  }
  Array(Shape s, const std::vector<T>& values) : Array(std::move(s)) {
    if (!values.empty()) std::memcpy(static_cast<void*>(memory.get()), values.data(), values.size() * sizeof(T));
  }

  /// The element at a position in C order, through shape and strides.
  T& operator[](std::int64_t position) const {
    std::int64_t at = offset;
    for (std::size_t axis = shape.size(); axis-- > 0; position /= shape[axis])
      at += position % shape[axis] * strides[axis];
    return memory.get()[at];
  }
  std::int64_t size() const { return sizeOf(shape); }

  Array transposed() const {
    Array view = *this;
    view.shape.assign(shape.rbegin(), shape.rend());
    view.strides.assign(strides.rbegin(), strides.rend());
    return view;
  }
  Array reversed(std::size_t axis) const {
    Array view = *this;
    view.offset += (shape[axis] - 1) * strides[axis];
    view.strides[axis] = -strides[axis];
    return view;
  }

  View view() const {
    return {reinterpret_cast<char*>(memory.get() + offset), shape.data(), strides.data(),
            static_cast<std::int32_t>(shape.size()), kDTypeOf<T>};
  }
};

/// Runs a kernel by name; outputs first. Unsupported when there is no such kernel.
inline Status run(const char* name, const std::vector<View>& views, const std::vector<double>& numbers,
                  Execution& execution) {
  const int number = findKernel(name);
  if (number < 0) return Status::Unsupported;
  const Kernel& kernel = kernelAt(number);
  const Launch launch{views.data(), static_cast<int>(views.size()), numbers.data(), static_cast<int>(numbers.size()),
                      &execution};
  return kernel.driver(kernel, launch);
}

inline Status run(const char* name, const std::vector<View>& views, const std::vector<double>& numbers = {}) {
  Execution execution;
  return run(name, views, numbers, execution);
}

}  // namespace ndops::test

#pragma once

#include <cstdint>
#include <type_traits>
#include <vector>

#include "kernels/cuda/context.cuh"

namespace narrows::cuda {

/// Host memory's copy on the device.
template <class T>
class Uploaded {
  public:
    Uploaded(narrows_context& context, const T* data, std::int64_t rows, std::int64_t columns = 1)
        : values_(rows * columns) {
        const Stream& stream = context.lanes[0].stream;
        if constexpr (std::is_same_v<T, double>) {
            context.staging.to_device(values_.get(), rows, data, rows, rows, columns, stream);
        } else {
            context.staging.to_device(values_.get(), data, rows * columns, stream);
        }
    }
    Uploaded(narrows_context& context, const std::vector<T>& data)
        : Uploaded(context, data.data(), static_cast<std::int64_t>(data.size())) {}
    const T* get() const { return values_.get(); }

  private:
    DeviceArray<T> values_;
};

}  // namespace narrows::cuda

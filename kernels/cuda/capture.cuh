#pragma once

#include "kernels/cuda/memory.cuh"

namespace narrows::cuda {

/// Everything queued on `stream` during its life goes into a graph instead.
class Capture {
  public:
    explicit Capture(const Stream& stream) : stream_(stream) {
        check(cudaStreamBeginCapture(stream.get(), cudaStreamCaptureModeThreadLocal),
              "cudaStreamBeginCapture");
    }
    ~Capture() {  // after a failure: the stream must not stay in capture
        Graph graph;
        if (open_) cudaStreamEndCapture(stream_.get(), graph.out());
    }
    Capture(const Capture&) = delete;
    Capture& operator=(const Capture&) = delete;
    void end(Graph& graph) {
        open_ = false;
        check(cudaStreamEndCapture(stream_.get(), graph.out()), "cudaStreamEndCapture");
    }

  private:
    const Stream& stream_;
    bool open_ = true;
};

}  // namespace narrows::cuda

// Opens hostile archives and everything in them.
#include <cstddef>
#include <cstdint>

#include "host/base/error.hpp"
#include "host/readers/input_source.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace narrows;
    try {
        const InputSource source(
            InputFile("fuzz.bin", std::string(reinterpret_cast<const char*>(data), size)));
        int num_opened = 0;
        for (const std::string& name : source.names()) {
            if (++num_opened > 10) break;
            try {
                source.head(name);
                source.open(name);
                source.folder_of(name);
            } catch (const FileError&) {
            }
        }
    } catch (const FileError&) {
    }
    return 0;
}

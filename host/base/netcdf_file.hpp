#pragma once

#include <filesystem>
#include <netcdf.h>
#include <string>
#include <string_view>
#include <vector>

namespace narrows {

/// An open NetCDF-4 file; messages call it `shown`. Throws FileError.
class NcFile {
  public:
    /// A new file, in place of an empty one.
    NcFile(const std::filesystem::path& path, std::string shown);
    /// The file in memory, which must outlive the object.
    NcFile(std::string_view bytes, std::string shown);
    ~NcFile();
    NcFile(const NcFile&) = delete;
    NcFile& operator=(const NcFile&) = delete;

    void close();
    int id() const { return id_; }
    void check(int status, const std::string& what = "") const {
        if (status != NC_NOERR) fail((what.empty() ? "" : what + ": ") + nc_strerror(status));
    }
    [[noreturn]] void fail(const std::string& what) const;

    void attribute(const char* name, const std::string& text, int variable = NC_GLOBAL) const;
    void dimension(const char* name, std::size_t length) const;
    /// The new variable's id.
    int define(const char* name, nc_type type, const std::vector<std::string>& dimensions) const;
    /// A dimension with its labels; none where there are no labels.
    void coordinate(const char* name, const std::vector<std::string>& labels,
                    const char* description) const;
    void texts(const char* name, const char* dimension, const std::vector<std::string>& values,
               const char* description) const;

  private:
    std::string shown_;
    int id_ = -1;
};

}  // namespace narrows

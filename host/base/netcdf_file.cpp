#include "host/base/netcdf_file.hpp"

#include <netcdf_mem.h>

#include "host/base/error.hpp"

namespace narrows {

NcFile::NcFile(const std::filesystem::path& path, std::string shown) : shown_(std::move(shown)) {
    check(nc_create(path.c_str(), NC_NETCDF4 | NC_CLOBBER, &id_));
}

NcFile::NcFile(std::string_view bytes, std::string shown) : shown_(std::move(shown)) {
    // The library takes a pointer to what it does not change: NC_NOWRITE.
    void* memory = const_cast<char*>(bytes.data());
    // It would also parse the name as an address, beyond its end where an archive's member has
    // a strange one: it gets another.
    check(nc_open_mem("table.nc", NC_NOWRITE, bytes.size(), memory, &id_));
}

NcFile::~NcFile() {
    if (id_ >= 0) nc_close(id_);
}

void NcFile::close() {
    const int id = id_;
    id_ = -1;
    check(nc_close(id));
}

void NcFile::fail(const std::string& what) const {
    throw FileError(shown_, "NetCDF: " + what);
}

void NcFile::attribute(const char* name, const std::string& text, int variable) const {
    check(nc_put_att_text(id_, variable, name, text.size(), text.data()), name);
}

void NcFile::dimension(const char* name, std::size_t length) const {
    int dimension = 0;
    check(nc_def_dim(id_, name, length, &dimension), name);
}

int NcFile::define(const char* name, nc_type type,
                   const std::vector<std::string>& dimensions) const {
    std::vector<int> ids;
    for (const std::string& dimension : dimensions) {
        ids.push_back(0);
        check(nc_inq_dimid(id_, dimension.c_str(), &ids.back()), dimension);
    }
    int variable = 0;
    check(nc_def_var(id_, name, type, static_cast<int>(ids.size()), ids.data(), &variable), name);
    return variable;
}

void NcFile::coordinate(const char* name, const std::vector<std::string>& labels,
                        const char* description) const {
    if (labels.empty()) return;
    dimension(name, labels.size());
    texts(name, name, labels, description);
}

void NcFile::texts(const char* name, const char* dimension, const std::vector<std::string>& values,
                   const char* description) const {
    if (values.empty()) return;
    const int variable = define(name, NC_STRING, {dimension});
    attribute("long_name", description, variable);
    std::vector<const char*> pointers;
    for (const std::string& value : values) pointers.push_back(value.c_str());
    check(nc_put_var_string(id_, variable, pointers.data()), name);
}

}  // namespace narrows

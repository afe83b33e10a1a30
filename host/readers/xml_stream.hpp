#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "host/readers/archive.hpp"

namespace narrows {

/// Attributes of an element while it is being read.
class XmlAttributes {
  public:
    explicit XmlAttributes(const char** pairs) : pairs_(pairs) {}
    /// The value of attribute `name`, its prefix left out; "" where there is none.
    std::string_view operator[](std::string_view name) const;

  private:
    const char** pairs_;
};

/// What is called while an XML file streams by; names come without prefix. An exception of theirs
/// ends the reading and passes through.
struct XmlHandlers {
    std::function<bool(std::string_view name, const XmlAttributes& attributes)> begin;
    std::function<bool(std::string_view name)> end;  // false ends the reading
    std::function<void(std::string_view text)> text;
};

/// Reads the archive's current entry as XML with expat. Throws ParseError, naming `shown`, for what
/// is not well-formed and for a document type (entities can expand without end), FileError as the
/// archive does.
void read_xml(Archive& archive, const std::string& shown, const XmlHandlers& handlers);

}  // namespace narrows

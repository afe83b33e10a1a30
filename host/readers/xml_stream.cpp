#include "host/readers/xml_stream.hpp"

#include <algorithm>
#include <exception>
#include <expat.h>
#include <memory>
#include <new>

#include "host/base/error.hpp"

namespace narrows {
namespace {

std::string_view without_prefix(std::string_view name) {
    return name.substr(name.rfind(':') + 1);  // npos + 1 is 0
}

/// What expat's callbacks, which are C, have to reach.
struct State {
    const XmlHandlers& handlers;
    XML_Parser parser;
    std::exception_ptr error;
    bool stopped = false;
    bool refused_doctype = false;

    template <class Action>
    void guarded(Action action) {
        try {
            if (stopped || action()) return;
        } catch (...) {
            error = std::current_exception();
        }
        stopped = true;
        XML_StopParser(parser, XML_FALSE);
    }
};

void on_begin(void* user, const char* name, const char** attributes) {
    State& state = *static_cast<State*>(user);
    state.guarded(
        [&] { return state.handlers.begin(without_prefix(name), XmlAttributes(attributes)); });
}

void on_end(void* user, const char* name) {
    State& state = *static_cast<State*>(user);
    state.guarded([&] { return state.handlers.end(without_prefix(name)); });
}

void on_text(void* user, const char* text, int size) {
    State& state = *static_cast<State*>(user);
    state.guarded([&] {
        state.handlers.text({text, static_cast<std::size_t>(size)});
        return true;
    });
}

}  // namespace

std::string_view XmlAttributes::operator[](std::string_view name) const {
    for (const char** pair = pairs_; *pair != nullptr; pair += 2) {
        if (without_prefix(*pair) == name) return pair[1];
    }
    return {};
}

void read_xml(Archive& archive, const std::string& shown, const XmlHandlers& handlers) {
    const std::unique_ptr<XML_ParserStruct, void (*)(XML_Parser)> parser(XML_ParserCreate(nullptr),
                                                                         XML_ParserFree);
    if (parser == nullptr) throw std::bad_alloc();
    State state{handlers, parser.get(), nullptr};
    XML_SetUserData(parser.get(), &state);
    XML_SetElementHandler(parser.get(), on_begin, on_end);
    XML_SetCharacterDataHandler(parser.get(), on_text);
    const auto fail = [&](std::string_view found) {
        throw ParseError(shown, static_cast<std::int64_t>(XML_GetCurrentLineNumber(parser.get())),
                         static_cast<std::int64_t>(XML_GetCurrentColumnNumber(parser.get())) + 1,
                         "", found, "a workbook's XML");
    };
    // Entities, which can expand without end, are declared in a document type; workbooks have none.
    XML_SetStartDoctypeDeclHandler(parser.get(),
                                   [](void* user, const char*, const char*, const char*, int) {
                                       static_cast<State*>(user)->refused_doctype = true;
                                       static_cast<State*>(user)->guarded([] { return false; });
                                   });
    const auto parse = [&](std::string_view block, bool last) {
        const auto status =
            XML_Parse(parser.get(), block.data(), static_cast<int>(block.size()), last ? 1 : 0);
        if (state.refused_doctype) fail("a document type");
        if (state.error) std::rethrow_exception(state.error);
        if (status == XML_STATUS_OK || state.stopped) return !state.stopped;
        if (XML_GetErrorCode(parser.get()) == XML_ERROR_NO_MEMORY) throw std::bad_alloc();
        fail(XML_ErrorString(XML_GetErrorCode(parser.get())));
        return false;
    };
    archive.stream(shown, [&](std::string_view block) {
        constexpr std::size_t piece = std::size_t{1} << 20;  // expat counts bytes in an int
        for (; !block.empty(); block.remove_prefix(std::min(piece, block.size()))) {
            if (!parse(block.substr(0, piece), false)) return false;
        }
        return true;
    });
    if (!state.stopped) parse("", true);
}

}  // namespace narrows

#pragma once

#include <exception>
#include <string>
#include <typeinfo>
#include <vector>

#include <gtest/gtest.h>

namespace narrows::test {

/// The message of the Exception that `action` throws; fails the test where it throws none or
/// another.
template <class Exception, class Action>
std::string message_of(Action action) {
    try {
        action();
    } catch (const std::exception& error) {
        EXPECT_EQ(typeid(error), typeid(Exception)) << "of another type: " << error.what();
        return error.what();
    }
    ADD_FAILURE() << "nothing was thrown";
    return "";
}

/// Fails the test unless `text` is one line that holds every one of `parts`.
inline void expect_parts(const std::string& text, const std::vector<std::string>& parts) {
    EXPECT_EQ(text.find_first_of("\r\n"), std::string::npos) << text;
    for (const std::string& part : parts) {
        EXPECT_NE(text.find(part), std::string::npos) << "'" << part << "' is not in: " << text;
    }
}

}  // namespace narrows::test

// Values as text: numbers, string literals, the format mini-languages.
#pragma once

#include <string>
#include <string_view>

#include "python/interpreter.h"

namespace fusescout::python {

std::string float_repr(double number);
std::string string_repr(std::string_view text);
std::string bytes_repr(std::string_view data);
std::string percent_format(Interpreter& in, std::string_view format, const Value& arguments);                      // format % arguments
std::string format_number(Interpreter& in, const Value& number, std::string_view spec);                            // of an int or float
std::string format_string(Interpreter& in, std::string_view text, std::string_view spec);
std::string str_format(Interpreter& in, std::string_view format, const Arguments& arguments, const Value& mapping);  // str.format, format_map
std::string object_repr(Interpreter& in, const Value& v);                                                          // <m.C object at 0x...>

// UTF-8.
size_t code_point_count(std::string_view text);
bool is_ascii(std::string_view text);
size_t byte_offset(std::string_view text, size_t code_points);   // of the code point with that number; text.size() at the end
std::string encode_code_point(uint32_t code);
uint32_t decode_code_point(std::string_view text, size_t& at);   // moves `at` behind it

}  // namespace fusescout::python

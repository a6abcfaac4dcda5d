// ErrorOr<T>: a value or one clear message about bad input. TRY(expression) passes the error on.
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "base/check.h"

namespace fusescout {

struct Error {
  std::string message;  // lower case, says what to do, no full stop
};

template <typename T>
class [[nodiscard]] ErrorOr {
 public:
  ErrorOr(T value) : state_(std::move(value)) {}          // NOLINT: conversions are the point
  ErrorOr(Error error) : state_(std::move(error)) {}      // NOLINT
  bool is_error() const { return std::holds_alternative<Error>(state_); }
  explicit operator bool() const { return !is_error(); }
  const Error& error() const { return std::get<Error>(state_); }
  T& value() { CHECK(!is_error()); return std::get<T>(state_); }
  const T& value() const { CHECK(!is_error()); return std::get<T>(state_); }
  T& operator*() { return value(); }
  T* operator->() { return &value(); }

 private:
  std::variant<T, Error> state_;
};

struct Success {};

}  // namespace fusescout

// GNU statement expression: g++ and clang++ are the supported compilers. Not inside a braced initialiser: what was made before it leaks.
#define TRY(expression)                                                     \
  __extension__({                                                           \
    auto try_result_ = (expression);                                        \
    if (try_result_.is_error()) return ::fusescout::Error{try_result_.error()}; \
    std::move(try_result_.value());                                         \
  })

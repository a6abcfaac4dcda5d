#include "python/builtins/arithmetic.h"

#include <cmath>

#include "python/builtins/define.h"

namespace fusescout::python {

using graph::Dim;
using syntax::BinaryOperator;

Value too_large(Interpreter& in) {
  return in.unknown("integers of more than 64 bits are not evaluated", "int");
}

double python_fmod(double a, double b) {
  double r = std::fmod(a, b);
  if (r != 0) return (r < 0) != (b < 0) ? r + b : r;
  return std::copysign(0.0, b);
}

namespace {

double floor_divide(double a, double b) {
  double mod = std::fmod(a, b), quotient = (a - mod) / b;
  if (mod != 0 && (b < 0) != (mod < 0)) quotient -= 1;
  if (quotient == 0) return std::copysign(0.0, a / b);
  double whole = std::floor(quotient);
  return quotient - whole > 0.5 ? whole + 1 : whole;
}

Value float_power(Interpreter& in, double a, double b) {
  if (a == 0 && b < 0) in.raise("ZeroDivisionError", "0.0 cannot be raised to a negative power");
  double r = std::pow(a, b);
  if (std::isinf(r) && std::isfinite(a) && std::isfinite(b)) in.raise("OverflowError", "(34, 'Numerical result out of range')");
  if (std::isnan(r) && !std::isnan(a) && !std::isnan(b)) return in.unknown("complex numbers are not evaluated", "complex");
  return Value::of(r);
}

Value float_binary(Interpreter& in, BinaryOperator op, double a, double b) {
  switch (op) {
    case BinaryOperator::Add: return Value::of(a + b);
    case BinaryOperator::Sub: return Value::of(a - b);
    case BinaryOperator::Mul: return Value::of(a * b);
    case BinaryOperator::Div:
      if (b == 0) in.raise("ZeroDivisionError", "float division by zero");
      return Value::of(a / b);
    case BinaryOperator::FloorDiv:
      if (b == 0) in.raise("ZeroDivisionError", "float floor division by zero");
      return Value::of(floor_divide(a, b));
    case BinaryOperator::Mod:
      if (b == 0) in.raise("ZeroDivisionError", "float modulo");
      return Value::of(python_fmod(a, b));
    case BinaryOperator::Pow: return float_power(in, a, b);
    default: return Value();
  }
}

// The symbolic result, where the operation has one; overflow is impossible to tell from the wrapped value, so it is checked on the values.
Value dim_binary(Interpreter& in, BinaryOperator op, Dim a, Dim b) {
  graph::Expressions& expressions = in.expressions();
  int64_t plain = 0;
  switch (op) {
    case BinaryOperator::Add:
      if (__builtin_add_overflow(a.value, b.value, &plain)) return too_large(in);
      return in.integer(expressions.add(a, b));
    case BinaryOperator::Sub:
      if (__builtin_sub_overflow(a.value, b.value, &plain)) return too_large(in);
      return in.integer(expressions.sub(a, b));
    case BinaryOperator::Mul:
      if (__builtin_mul_overflow(a.value, b.value, &plain)) return too_large(in);
      return in.integer(expressions.mul(a, b));
    case BinaryOperator::FloorDiv:
      if (b.value == 0) in.raise("ZeroDivisionError", "integer division or modulo by zero");
      if (a.value == INT64_MIN && b.value == -1) return too_large(in);
      return in.integer(expressions.floor_div(a, b));
    case BinaryOperator::Mod:
      if (b.value == 0) in.raise("ZeroDivisionError", "integer modulo by zero");
      return in.integer(expressions.mod(a, b));
    case BinaryOperator::Pow: {
      int64_t exponent = in.concrete(b);
      if (exponent < 0) return float_power(in, static_cast<double>(in.concrete(a)), static_cast<double>(exponent));
      Dim result(1), square = a;
      for (int64_t left = exponent; left > 0; left >>= 1) {
        if ((left & 1) != 0) {
          if (__builtin_mul_overflow(result.value, square.value, &plain)) return too_large(in);
          result = expressions.mul(result, square);
        }
        if (left > 1) {
          if (__builtin_mul_overflow(square.value, square.value, &plain)) return too_large(in);
          square = expressions.mul(square, square);
        }
      }
      return in.integer(result);
    }
    case BinaryOperator::Div: {
      if (b.value == 0) in.raise("ZeroDivisionError", "division by zero");
      return Value::of(static_cast<double>(in.concrete(a)) / static_cast<double>(in.concrete(b)));
    }
    case BinaryOperator::LShift: {
      int64_t count = in.concrete(b);
      if (count < 0) in.raise("ValueError", "negative shift count");
      if (a.value == 0) return Value::of(int64_t{0});
      if (count > 62 || __builtin_mul_overflow(a.value, int64_t{1} << count, &plain)) return too_large(in);
      return in.integer(expressions.mul(a, Dim(int64_t{1} << count)));
    }
    case BinaryOperator::RShift: {
      int64_t count = in.concrete(b);
      if (count < 0) in.raise("ValueError", "negative shift count");
      if (count > 62) return Value::of(int64_t{in.concrete(a) < 0 ? -1 : 0});
      return in.integer(expressions.floor_div(a, Dim(int64_t{1} << count)));
    }
    case BinaryOperator::BitAnd: return Value::of(in.concrete(a) & in.concrete(b));
    case BinaryOperator::BitOr: return Value::of(in.concrete(a) | in.concrete(b));
    case BinaryOperator::BitXor: return Value::of(in.concrete(a) ^ in.concrete(b));
    case BinaryOperator::MatMul: return Value();
  }
  return Value();
}

}  // namespace

Value number_binary(Interpreter& in, BinaryOperator op, const Value& a, const Value& b) {
  if (!in.is_number(a) || !in.is_number(b)) return Value();
  if (a.is_bool() && b.is_bool()) {
    if (op == BinaryOperator::BitAnd) return Value::of(a.boolean && b.boolean);
    if (op == BinaryOperator::BitOr) return Value::of(a.boolean || b.boolean);
    if (op == BinaryOperator::BitXor) return Value::of(a.boolean != b.boolean);
  }
  if (a.is_float() || b.is_float()) {
    auto number = [&](const Value& v) { return v.is_float() ? v.number : static_cast<double>(in.concrete(in.dim_of(v))); };
    if (op >= BinaryOperator::LShift || op == BinaryOperator::MatMul) return Value();
    return float_binary(in, op, number(a), number(b));
  }
  return dim_binary(in, op, in.dim_of(a), in.dim_of(b));
}

}  // namespace fusescout::python

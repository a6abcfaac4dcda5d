#include <cmath>
#include <limits>
#include <numeric>

#include "python/builtins/define.h"
#include "python/modules/native_modules.h"

namespace fusescout::python {
namespace {

using In = Interpreter;

Value checked(In& in, double result, std::initializer_list<double> arguments) {
  bool finite = true;
  for (double a : arguments) finite = finite && std::isfinite(a);
  bool has_nan = false;
  for (double a : arguments) has_nan = has_nan || std::isnan(a);
  if (std::isnan(result) && !has_nan) in.raise("ValueError", "math domain error");
  if (std::isinf(result) && finite) in.raise("OverflowError", "math range error");
  return Value::of(result);
}

template <double (*F)(double)>
Value of_one(In& in, const Arguments& a) {
  double x = in.float_of(a[0]);
  return checked(in, F(x), {x});
}

// To an int. `method`: what an object may define instead.
template <double (*F)(double)>
Value to_int(In& in, const Arguments& a, const char* method) {
  Value plain = in.unwrap(a[0]);
  if (in.is_integer(plain)) return plain.is_bool() ? Value::of(int64_t{plain.boolean}) : plain;
  if (!plain.is_float()) {
    Value found = in.find_attribute(a[0], Symbol(method));
    if (found.defined()) return in.call(found);
  }
  double x = in.float_of(a[0]);
  if (std::isnan(x)) in.raise("ValueError", "cannot convert float NaN to integer");
  if (std::isinf(x)) in.raise("OverflowError", "cannot convert float infinity to integer");
  return Value::of(static_cast<int64_t>(F(x)));
}

Value ceil(In& in, const Arguments& a) { return to_int<std::ceil>(in, a, "__ceil__"); }
Value floor(In& in, const Arguments& a) { return to_int<std::floor>(in, a, "__floor__"); }
Value trunc(In& in, const Arguments& a) { return to_int<std::trunc>(in, a, "__trunc__"); }

double natural_log(In& in, const Value& v) {
  double x = in.float_of(v);
  if (x <= 0) in.raise("ValueError", "math domain error");
  return std::log(x);
}

Value log(In& in, const Arguments& a) {
  double x = natural_log(in, a[0]);
  if (a.size() < 2) return Value::of(x);
  double base = natural_log(in, a[1]);
  if (base == 0) in.raise("ZeroDivisionError", "float division by zero");
  return Value::of(x / base);
}

template <double (*F)(double)>
Value log_of(In& in, const Arguments& a) {
  double x = in.float_of(a[0]);
  if (x <= 0) in.raise("ValueError", "math domain error");
  return Value::of(F(x));
}

Value pow(In& in, const Arguments& a) {
  double x = in.float_of(a[0]), y = in.float_of(a[1]);
  if (x == 0 && y < 0) in.raise("ValueError", "math domain error");
  return checked(in, std::pow(x, y), {x, y});
}

Value isqrt(In& in, const Arguments& a) {
  int64_t n = in.concrete(in.dim_of(a[0]));
  if (n < 0) in.raise("ValueError", "isqrt() argument must be nonnegative");
  auto root = static_cast<int64_t>(std::sqrt(static_cast<double>(n)));
  while (root * root > n) --root;
  while ((root + 1) * (root + 1) <= n) ++root;
  return Value::of(root);
}

Value gcd(In& in, const Arguments& a) {
  int64_t result = 0;
  for (const Value& v : a.positional) result = std::gcd(result, in.concrete(in.dim_of(v)));
  return Value::of(result);
}

Value lcm(In& in, const Arguments& a) {
  int64_t result = 1;
  for (const Value& v : a.positional) {
    int64_t n = in.concrete(in.dim_of(v));
    if (n == 0) return Value::of(int64_t{0});
    result = std::lcm(result, n);
  }
  return Value::of(result);
}

Value prod(In& in, const Arguments& a) {
  static const Symbol start("start");
  Value result = a.keyword(start);
  if (!result.defined()) result = Value::of(int64_t{1});
  in.for_each(a[0], [&](const Value& v) { result = in.binary(syntax::BinaryOperator::Mul, result, v); });
  return result;
}

Value fsum(In& in, const Arguments& a) {
  long double total = 0;
  in.for_each(a[0], [&](const Value& v) { total += in.float_of(v); });
  return Value::of(static_cast<double>(total));
}

Value factorial(In& in, const Arguments& a) {
  int64_t n = in.concrete(in.dim_of(a[0]));
  if (n < 0) in.raise("ValueError", "factorial() not defined for negative values");
  Value result = Value::of(int64_t{1});
  for (int64_t i = 2; i <= n; ++i) result = in.binary(syntax::BinaryOperator::Mul, result, Value::of(i));
  return result;
}

Value comb(In& in, const Arguments& a) {
  int64_t n = in.concrete(in.dim_of(a[0])), k = in.concrete(in.dim_of(a[1])), result = 1;
  if (k > n) return Value::of(int64_t{0});
  for (int64_t i = 1; i <= k; ++i) result = result * (n - k + i) / i;
  return Value::of(result);
}

Value isclose(In& in, const Arguments& a) {
  static const Symbol rel("rel_tol"), abs("abs_tol");
  double x = in.float_of(a[0]), y = in.float_of(a[1]);
  Value relative = a.keyword(rel), absolute = a.keyword(abs);
  double limit = std::max((relative.defined() ? in.float_of(relative) : 1e-9) * std::max(std::fabs(x), std::fabs(y)),
                          absolute.defined() ? in.float_of(absolute) : 0.0);
  return Value::of(x == y || (std::isfinite(x) && std::isfinite(y) && std::fabs(x - y) <= limit));
}

Value fmod(In& in, const Arguments& a) {
  double x = in.float_of(a[0]), y = in.float_of(a[1]);
  return checked(in, std::fmod(x, y), {x, y});
}

Value atan2(In& in, const Arguments& a) { return Value::of(std::atan2(in.float_of(a[0]), in.float_of(a[1]))); }
Value copysign(In& in, const Arguments& a) { return Value::of(std::copysign(in.float_of(a[0]), in.float_of(a[1]))); }
Value isnan(In& in, const Arguments& a) { return Value::of(std::isnan(in.float_of(a[0]))); }
Value isinf(In& in, const Arguments& a) { return Value::of(std::isinf(in.float_of(a[0]))); }
Value isfinite(In& in, const Arguments& a) { return Value::of(std::isfinite(in.float_of(a[0]))); }
Value degrees(In& in, const Arguments& a) { return Value::of(in.float_of(a[0]) * (180.0 / M_PI)); }
Value radians(In& in, const Arguments& a) { return Value::of(in.float_of(a[0]) * (M_PI / 180.0)); }
Value ldexp(In& in, const Arguments& a) { return Value::of(std::ldexp(in.float_of(a[0]), static_cast<int>(in.int_of(a[1])))); }

Value hypot(In& in, const Arguments& a) {
  double total = 0;
  for (const Value& v : a.positional) total = std::hypot(total, in.float_of(v));
  return Value::of(total);
}

Value frexp(In& in, const Arguments& a) {
  int exponent = 0;
  double mantissa = std::frexp(in.float_of(a[0]), &exponent);
  return in.tuple({Value::of(mantissa), Value::of(int64_t{exponent})});
}

Value modf(In& in, const Arguments& a) {
  double whole = 0;
  double rest = std::modf(in.float_of(a[0]), &whole);
  return in.tuple({Value::of(rest), Value::of(whole)});
}

constexpr NativeFunctionEntry functions[] = {
    {"acos", 1, 1, of_one<std::acos>}, {"asin", 1, 1, of_one<std::asin>}, {"atan", 1, 1, of_one<std::atan>}, {"atan2", 2, 2, atan2},
    {"cbrt", 1, 1, of_one<std::cbrt>}, {"ceil", 1, 1, ceil}, {"comb", 2, 2, comb}, {"copysign", 2, 2, copysign}, {"cos", 1, 1, of_one<std::cos>},
    {"cosh", 1, 1, of_one<std::cosh>}, {"degrees", 1, 1, degrees}, {"erf", 1, 1, of_one<std::erf>}, {"exp", 1, 1, of_one<std::exp>},
    {"exp2", 1, 1, of_one<std::exp2>}, {"expm1", 1, 1, of_one<std::expm1>}, {"fabs", 1, 1, of_one<std::fabs>}, {"factorial", 1, 1, factorial},
    {"floor", 1, 1, floor}, {"fmod", 2, 2, fmod}, {"frexp", 1, 1, frexp}, {"fsum", 1, 1, fsum}, {"gamma", 1, 1, of_one<std::tgamma>},
    {"gcd", 0, -1, gcd}, {"hypot", 0, -1, hypot}, {"isclose", 2, 2, isclose, Take::StrictKeywords}, {"isfinite", 1, 1, isfinite}, {"isinf", 1, 1, isinf},
    {"isnan", 1, 1, isnan}, {"isqrt", 1, 1, isqrt}, {"lcm", 0, -1, lcm}, {"ldexp", 2, 2, ldexp}, {"lgamma", 1, 1, of_one<std::lgamma>},
    {"log", 1, 2, log}, {"log10", 1, 1, log_of<std::log10>}, {"log1p", 1, 1, of_one<std::log1p>}, {"log2", 1, 1, log_of<std::log2>},
    {"modf", 1, 1, modf}, {"pow", 2, 2, pow}, {"prod", 1, 1, prod, Take::StrictKeywords}, {"radians", 1, 1, radians}, {"sin", 1, 1, of_one<std::sin>},
    {"sinh", 1, 1, of_one<std::sinh>}, {"sqrt", 1, 1, of_one<std::sqrt>}, {"tan", 1, 1, of_one<std::tan>}, {"tanh", 1, 1, of_one<std::tanh>},
    {"trunc", 1, 1, trunc},
};

}  // namespace

void fill_math_module(Interpreter& in, Module* module) {
  add_functions(in, module->dict, functions);
  auto constant = [&](const char* name, double value) { module->dict->set(in, Symbol(name), Value::of(value)); };
  constant("pi", M_PI);
  constant("e", M_E);
  constant("tau", 2 * M_PI);
  constant("inf", std::numeric_limits<double>::infinity());
  constant("nan", std::numeric_limits<double>::quiet_NaN());
}

}  // namespace fusescout::python

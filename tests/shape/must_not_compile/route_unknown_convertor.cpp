// expect: unknown convertor; there are {name:str}, :int, :float, :uuid and :path
#include <coracle/route/pattern.hpp>

constexpr coracle::route::pattern route("/items/{id:integer}");

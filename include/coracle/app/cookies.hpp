// cookies: the cookies as a struct.
#pragma once

#include <coracle/app/bind.hpp>
#include <coracle/app/cookie_pairs.hpp>
#include <coracle/app/operation.hpp>
#include <coracle/app/parameter.hpp>
#include <coracle/app/parameter_struct.hpp>
#include <coracle/app/wrapped.hpp>
#include <coracle/http/fields.hpp>
#include <coracle/json/schema.hpp>

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace coracle {

/// The cookies as a struct whose members are their names:
/// `[](cookies<preferences> in) { use(in->theme); }`
/// Defaults and std::optional as in query<T>; of several cookies with one name the first counts.
template <class T>
class cookies : public wrapped<T> {
    static_assert((static_cast<void>(detail::good_parameter_struct<T>()), true));

public:
    using wrapped<T>::wrapped;
};

template <class T>
struct parameter<cookies<T>> {
    static constexpr parameter_source source = parameter_source::cookie;
    static constexpr bool good = parameter_struct<T>;
    static constexpr bool said_aloud = true;
};

template <parameter_struct T>
struct parameter_reader<cookies<T>> {
    using stored = std::optional<T>;

    static void read(stored& to, binding& with, std::size_t) {
        std::vector<http::field> pairs;
        for (const cookie_pair& pair : with.asked.cookies()) pairs.push_back({pair.name, pair.value});
        to = detail::bind_struct<T>(with, detail::text_source::cookie, pairs);
    }
    static cookies<T> take(stored& from) { return cookies<T>(*std::move(from)); }
    static void describe(operation& told) { told.parameters(parameter_place::cookie, &definition_of<T>); }
};

}  // namespace coracle

// headers: header fields as a struct.
#pragma once

#include <coracle/app/bind.hpp>
#include <coracle/app/operation.hpp>
#include <coracle/app/parameter.hpp>
#include <coracle/app/parameter_struct.hpp>
#include <coracle/app/wrapped.hpp>
#include <coracle/http/fields.hpp>
#include <coracle/json/schema.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <utility>

namespace coracle {

/// Header fields as a struct: the member `x_request_id` is the field x-request-id:
/// `[](headers<tracing> in) { log(in->x_request_id); }`
/// Defaults, std::optional and std::vector as in query<T>; of several fields with one name the first counts.
template <class T>
class headers : public wrapped<T> {
    static_assert((static_cast<void>(detail::good_parameter_struct<T>()), true));

public:
    using wrapped<T>::wrapped;
};

template <class T>
struct parameter<headers<T>> {
    static constexpr parameter_source source = parameter_source::header;
    static constexpr bool good = parameter_struct<T>;
    static constexpr bool said_aloud = true;
};

template <parameter_struct T>
struct parameter_reader<headers<T>> {
    using stored = std::optional<T>;

    static void read(stored& to, binding& with, std::size_t) {
        const http::fields& all = with.asked.headers;
        to = detail::bind_struct<T>(with, detail::text_source::header, std::span(all.begin(), all.end()));
    }
    static headers<T> take(stored& from) { return headers<T>(*std::move(from)); }
    static void describe(operation& told) { told.parameters(parameter_place::header, &definition_of<T>, true); }
};

}  // namespace coracle

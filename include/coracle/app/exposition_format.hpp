// exposition_format: in which of its formats a page of metrics is shown to who asks for it.
// RFC 9110 12.5.1 (Accept); what Prometheus sends: both formats, with their versions and weights.
#pragma once

#include <coracle/app/exposition.hpp>
#include <coracle/base/ascii.hpp>
#include <coracle/http/content_type.hpp>
#include <coracle/http/fields.hpp>
#include <coracle/http/weighted_list.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace coracle::metrics {

constexpr std::string_view media_type_of(exposition_format format) noexcept {
    return format == exposition_format::openmetrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                                    : "text/plain; version=0.0.4; charset=utf-8";
}

/// OpenMetrics for who names it and does not like text/plain better; a version that is not spoken is not taken for it.
[[gnu::cold]] inline exposition_format exposition_format_for(const http::fields& asked) {
    unsigned open = 0;
    std::optional<unsigned> plain;
    std::optional<unsigned> others;
    for (std::string_view list : asked.get_all("accept"))
        http::for_each_element(list, [&](std::string_view element) {
            http::content_type type(element);
            unsigned weight = http::weight_of(element);
            std::optional<std::string> version = type.parameter("version").value;
            if (type.is("application/openmetrics-text") && (!version || *version == "1.0.0"))
                open = weight > open ? weight : open;
            else if (type.is("text/plain") && weight >= plain.value_or(0))
                plain = weight;
            else if (std::string_view any = ascii::trim(element.substr(0, element.find(';'))); any == "*/*")
                others = weight;
            return true;
        });
    bool likes = open > 0 && open >= plain.value_or(others.value_or(0));
    return likes ? exposition_format::openmetrics : exposition_format::prometheus;
}

}  // namespace coracle::metrics

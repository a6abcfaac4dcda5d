# std::format is not there in g++ 12: fmt stands in for it in every layer.
find_package(fmt REQUIRED)
target_link_libraries(${target} PUBLIC fmt::fmt)
target_sources(${target} PRIVATE ${data_object})  # cmake/data.cmake

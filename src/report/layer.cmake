find_package(nlohmann_json REQUIRED)
find_package(fmt REQUIRED)
target_link_libraries(${target} PRIVATE nlohmann_json::nlohmann_json PUBLIC fmt::fmt)

# SHA-256; fetching and unpacking archives.
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(CURL REQUIRED)
find_package(LibArchive REQUIRED)
find_package(nlohmann_json REQUIRED)
target_link_libraries(${target} PRIVATE OpenSSL::Crypto CURL::libcurl LibArchive::LibArchive nlohmann_json::nlohmann_json Threads::Threads)

# fusescout_sources_test(NAME [RELEASE version] COMMAND...): a test of the whole program on the real trees of that release of vllm-ascend.
# {vllm}, {ascend} and {transformers} in the command become their directories. Skipped where there are none (tests/sources.py); in CI that is a
# failure.
set(fusescout_primary_release 0.17.0rc1)
function(fusescout_sources_test name)
  cmake_parse_arguments(PARSE_ARGV 1 test "" "RELEASE" "")
  if(NOT test_RELEASE)
    set(test_RELEASE ${fusescout_primary_release})
  endif()
  get_property(known GLOBAL PROPERTY fusescout_releases)
  if(NOT test_RELEASE IN_LIST known)
    set_property(GLOBAL APPEND PROPERTY fusescout_releases ${test_RELEASE})
    add_test(NAME sources.${test_RELEASE} COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/sources.py fetch ${test_RELEASE} $<TARGET_FILE:fusescout>)
    set_tests_properties(sources.${test_RELEASE} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 900)
  endif()
  add_test(NAME ${name} COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/sources.py run ${test_RELEASE} ${test_UNPARSED_ARGUMENTS})
  set_tests_properties(${name} PROPERTIES SKIP_RETURN_CODE 77 DEPENDS sources.${test_RELEASE})
endfunction()
